"""This file decides whether replayed real recordings end in the expected warnings and records.

The shipped packs were fitted on these very recordings (their cards give the honest figures), so this proves the line, not the packs.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from station.config import StationFile
from station.line import Line
from station.paths import DataFolder, resources_dir
from station.station_file import load_station
from station.view import AlarmKind, AlarmRecord, ImageQuery
from tests.integration.station_making import wait_until

STATIONS = resources_dir() / "stations"

pytestmark = pytest.mark.real_data


def _replayed(tmp_path: Path, name: str, part: str, **changed: object) -> Line:
    """The replay station *name* with the first of its *part* (cameras or sensors) changed, run to its end."""
    station: StationFile = load_station(STATIONS / name)
    sources = (getattr(station, part)[0].model_copy(update=changed),)
    line = Line(station.model_copy(update={part: sources}), STATIONS, DataFolder(tmp_path / "data"))
    line.start()
    try:
        wait_until(lambda: line.finished, "the end of the replay", 100.0)
    finally:
        line.stop()
    return line


def _raised(tmp_path: Path, name: str) -> list[AlarmRecord]:
    """Warnings in the records, read after a restart, oldest first."""
    again = Line(load_station(STATIONS / name), STATIONS, DataFolder(tmp_path / "data"))
    try:
        now = again.clock.utc()
        return sorted(again.alarm_history(now - timedelta(hours=1), now), key=lambda alarm: alarm.raised_utc)
    finally:
        again.stop()


def test_cycles_that_go_from_sound_to_worn_warn_of_what_is_worn_and_of_nothing_else(real_data_dir: Path, tmp_path: Path) -> None:
    # Cycles 1250-1260 are sound, then the accumulator loses gas, from 1271 pump and valve are worn too; the cooler stays sound.
    folder = real_data_dir / "sensor" / "hydraulic"
    line = _replayed(tmp_path, "replay-hydraulic.toml", "sensors", path=str(folder), rows="1250:1301")
    summary = line.summary()
    assert summary["samples"] == 51 * 600
    assert summary["drops"] == 0
    raised = [alarm.definition_id for alarm in _raised(tmp_path, "replay-hydraulic.toml")]
    assert raised[0] == "accumulator"
    assert set(raised) == {"accumulator", "pump", "valve"}


def test_a_simulated_engine_that_wears_warns_of_its_end_and_the_next_one_is_sound_again(real_data_dir: Path, tmp_path: Path) -> None:
    # Rows 0-191 are NASA's engine 1 to its failure, then engine 2 begins.
    table = real_data_dir / "sensor" / "cmapss" / "train_FD001.txt.gz"
    line = _replayed(tmp_path, "replay-turbofan.toml", "sensors", path=str(table), rows="0:260", speed=None)
    assert line.summary()["samples"] == 260
    assert [alarm.definition_id for alarm in _raised(tmp_path, "replay-turbofan.toml")] == ["life"]


def test_a_position_that_pits_warns_once_of_pits_and_once_of_growth_with_the_frames_kept(real_data_dir: Path, tmp_path: Path) -> None:
    images = real_data_dir / "vision" / "ball_screw" / "images" / "277500_315"
    line = _replayed(tmp_path, "replay-ball-screw.toml", "cameras", path=str(images))
    summary = line.summary()
    assert summary["frames"] == 69
    # A computer that is busy with something else may say that it cannot keep up; that is not asked here.
    raised = _raised(tmp_path, "replay-ball-screw.toml")
    warnings = {alarm.definition_id: alarm for alarm in raised if alarm.kind is not AlarmKind.SYSTEM}
    assert len(warnings) == sum(1 for alarm in raised if alarm.kind is not AlarmKind.SYSTEM), "each once"
    assert set(warnings) == {"pitting", "pitting-grows--277500_315"}
    assert min(alarm.count for alarm in warnings.values()) >= 15, "most of the 29 pitted frames stand behind each"
    again = Line(load_station(STATIONS / "replay-ball-screw.toml"), STATIONS, DataFolder(tmp_path / "data"))
    try:
        kept = again.images(ImageQuery(why_kept="alarm"))
        assert len(kept) == 2
        assert all(image.path.stat().st_size > 10_000 for image in kept)
        assert any(image.score >= image.threshold for image in kept)
    finally:
        again.stop()


def test_the_position_that_never_pits_warns_never(real_data_dir: Path, tmp_path: Path) -> None:
    images = real_data_dir / "vision" / "ball_screw" / "images" / "477500_315"
    line = _replayed(tmp_path, "replay-ball-screw.toml", "cameras", path=str(images))
    assert line.summary()["frames"] == 69
    assert [alarm.definition_id for alarm in _raised(tmp_path, "replay-ball-screw.toml") if alarm.kind is not AlarmKind.SYSTEM] == []
