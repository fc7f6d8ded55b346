"""This file decides how a link's rows become samples: in the configured order, with the spacing they have in the source."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.config import SimulatedSensors, TableSensors
from station.health import DeviceStatus
from station.sources.read_loop import Reading
from station.sources.sensor_kinds import Rows
from station.sources.sensor_reader import SensorReader, arrange
from tests.source_doubles import PATIENCE_S, Hanging, KeepingSink, ManualClock, ScriptedOpener


def rows(begin: int, count: int, **more) -> Rows:
    index = np.arange(begin, begin + count, dtype=np.float64)
    return Rows(index, np.stack([index, index * 10], axis=1), **more)


def link(**more) -> TableSensors:
    return TableSensors(id="rig", name="Rig", asset="a", kind="table", path="nowhere", **more)


def read(sensor: TableSensors | SimulatedSensors, *batches: Rows) -> tuple[KeepingSink, SensorReader, ManualClock]:
    opener = ScriptedOpener([(lambda batch=batch: Reading(batch, count=len(batch.time_s))) for batch in batches])
    opener.channels = ("A", "B")
    sink, clock = KeepingSink(), ManualClock()
    reader = SensorReader(sensor, Path(), clock, sink, opener=opener)
    reader.start()
    assert reader.wait_exhausted(PATIENCE_S)
    assert reader.stop(PATIENCE_S)
    return sink, reader, clock


def test_rows_become_numbered_read_only_samples() -> None:
    sink, reader, clock = read(link(), rows(0, 3, keys=("a", "a", "b"), phase_s=np.array([0.0, 1.0, 0.0])), rows(3, 2))
    samples = sink.samples
    assert [sample.sequence for sample in samples] == [0, 1, 2, 3, 4]
    assert [sample.time_s for sample in samples] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert [sample.key for sample in samples] == ["a", "a", "b", "", ""]
    assert [sample.phase_s for sample in samples] == [0.0, 1.0, 0.0, None, None]
    assert [sample.values.tolist() for sample in samples][:2] == [[0.0, 0.0], [1.0, 10.0]]
    assert all(sample.monotonic_s == clock.monotonic_s() for sample in samples), "as fast as judged: all of them now"
    with pytest.raises(ValueError, match="read-only"):
        samples[0].values[0] = 1.0
    health = reader.health()
    assert health.exhausted
    assert health.status is DeviceStatus.GOOD
    assert health.received == 5


def test_rows_of_one_wake_up_keep_their_spacing_at_the_replays_speed() -> None:
    sink, _, clock = read(link(speed=10.0), rows(0, 3))
    assert [clock.monotonic_s() - sample.monotonic_s for sample in sink.samples] == pytest.approx([0.2, 0.1, 0.0])
    assert [clock.utc() - sample.utc for sample in sink.samples] == [timedelta(seconds=0.2), timedelta(seconds=0.1), timedelta(0)]


def test_configured_channels_give_the_order() -> None:
    channels = ({"id": "B", "name": "b"}, {"id": "Q", "name": "q"}, {"id": "A", "name": "a"})
    sink, reader, _ = read(link(channels=channels), rows(4, 1))
    assert reader.channel_ids == ("B", "Q", "A")
    assert sink.samples[0].values.tolist() == pytest.approx([40.0, float("nan"), 4.0], nan_ok=True)
    _, plain, _ = read(link(), rows(0, 1))
    assert plain.channel_ids == ("A", "B")


def test_a_live_link_that_goes_quiet_is_stale() -> None:
    hanging = Hanging()
    opener = ScriptedOpener([lambda: Reading(rows(0, 1)), hanging])
    opener.channels = ("A", "B")
    sink, clock = KeepingSink(), ManualClock()
    sensor = SimulatedSensors(id="rig", name="Rig", asset="a", kind="simulated", stale_after_s=3.0)
    reader = SensorReader(sensor, Path(), clock, sink, opener=opener)
    assert reader.is_real_time
    reader.start()
    assert hanging.entered.wait(PATIENCE_S)
    assert reader.health().status is DeviceStatus.GOOD
    clock.advance(3.1)
    assert "nothing new for more than 3 s" in reader.health().detail
    reader.request_stop()
    hanging.release()
    assert reader.stop(PATIENCE_S)


names = st.lists(st.sampled_from("ABCDEFG"), unique=True, max_size=7)


@given(names, names)
def test_columns_are_arranged_by_name(source: list[str], wanted: list[str]) -> None:
    values = np.array([[ord(name), ord(name) + 0.5] for name in source], dtype=np.float64).reshape(len(source), 2).T
    arranged = arrange(values, tuple(source), tuple(wanted))
    assert arranged.shape == (2, len(wanted))
    for column, name in enumerate(wanted):
        if name in source:
            assert arranged[:, column].tolist() == [ord(name), ord(name) + 0.5]
        else:
            assert np.isnan(arranged[:, column]).all()
    assert not np.shares_memory(values, arranged)
