"""This file decides whether the demo line gives what a newcomer is promised: real warnings out of the real packs, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.findings import Verdict
from station.config import Sensor, StationFile
from station.line import Line
from station.paths import DataFolder, resources_dir
from station.station_file import load_station
from station.view import AlarmKind, ImageQuery
from tests.integration.station_making import wait_until

DEMO = resources_dir() / "stations" / "demo.toml"
FASTER = 6.0
"""The rig wears so much faster than in the demo, so that the test does not take minutes."""


def _demo(tmp_path: Path, **sensor: object) -> Line:
    station: StationFile = load_station(DEMO)
    sensors: tuple[Sensor, ...] = tuple(one.model_copy(update=sensor) for one in station.sensors)
    return Line(station.model_copy(update={"sensors": sensors}), DEMO.parent, DataFolder(tmp_path / "data"))


def test_the_demo_file_names_packs_that_are_there() -> None:
    load_station(DEMO, ["surface-pitting", "hydraulic-rig"])


@pytest.mark.slow
def test_pits_and_wear_become_warnings_with_their_pictures(tmp_path: Path) -> None:
    line = _demo(tmp_path, speed=10.0 * FASTER)
    line.start()
    try:
        wait_until(lambda: line.summary()["alarms"]["defect"] > 0 and line.summary()["alarms"]["fault"] > 0, "both warnings", 90.0)
        snapshot = line.snapshot()
        assert snapshot.simulated
        raised = {alarm.definition.id for alarm in snapshot.alarms} | {
            record.definition_id for record in line.alarm_history(snapshot.started_utc, line.clock.utc())
        }
        assert raised & {"pitting-1", "pitting-2"}
        assert "pump" in raised
        assert line.summary()["alarms"]["system"] == 0, "a system warning on a sound line"
    finally:
        line.stop()
    again = Line(load_station(DEMO), DEMO.parent, DataFolder(tmp_path / "data"))
    try:
        kept = again.images(ImageQuery(why_kept="alarm"))
        assert kept
        assert all(image.verdict is Verdict.DEFECT and image.path.is_file() for image in kept)
    finally:
        again.stop()


@pytest.mark.slow
def test_a_healthy_rig_raises_no_fault(tmp_path: Path) -> None:
    line = _demo(tmp_path, wear="none", speed=10.0 * FASTER)
    line.start()
    try:
        wait_until(lambda: line.summary()["samples"] > 9000, "fifteen minutes of the rig", 60.0)
        assert line.summary()["alarms"][AlarmKind.FAULT.value] == 0
        assert line.snapshot().sensors[0].verdict is Verdict.OK
    finally:
        line.stop()
