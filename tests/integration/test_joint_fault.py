"""This file decides whether a fault that camera and rig see together is one incident, judged by the real models, and survives a kill."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from inference.findings import Verdict
from station.config import JointFaultConfig, Sensor, StationFile
from station.incidents.evidence import AFTER_S, BEFORE_S
from station.line import Line
from station.paths import DataFolder, program_dir, resources_dir
from station.station_file import load_station
from station.view import AlarmKind
from tests.integration.station_making import wait_until

STATION = resources_dir() / "stations" / "joint-fault.toml"
STARTS_S = 12.0
"""Later than the models need to open, so that the strip has good parts as well."""


def _sooner() -> StationFile:
    """The station, with its fault sooner and its rig faster, so that the test does not take minutes."""
    station = load_station(STATION)
    fault = JointFaultConfig(starts_s=STARTS_S, lasts_s=60.0)
    cameras = tuple(camera.model_copy(update={"joint_fault": fault}) for camera in station.cameras)
    sensors: tuple[Sensor, ...] = tuple(sensor.model_copy(update={"joint_fault": fault, "speed": 40.0}) for sensor in station.sensors)
    return station.model_copy(update={"cameras": cameras, "sensors": sensors})


def test_the_station_file_names_packs_that_are_there_and_joins_two_senses() -> None:
    station = load_station(STATION, ["surface-pitting", "hydraulic-rig"])
    joined = [alarm for alarm in station.alarms if alarm.joins == "clamping"]
    assert {alarm.when.source for alarm in joined if hasattr(alarm.when, "source")} == {"camera-1", "rig-1"}
    assert {alarm.asset for alarm in joined} == {"press-1"}


@pytest.mark.slow
def test_parts_that_break_while_the_rig_leaks_are_exactly_one_incident(tmp_path: Path) -> None:
    line = Line(_sooner(), STATION.parent, DataFolder(tmp_path / "data"))
    line.start()
    try:
        both = lambda: line.summary()["alarms"]["defect"] == 1 and line.summary()["alarms"]["fault"] == 1  # type: ignore[index] # noqa: E731
        wait_until(both, "a warning of each sense", 60.0)
        assert line.summary()["incidents"] == 1
        # On a computer that is busy otherwise the station may have a trouble of its own, with an incident of its own.
        (incident,) = (one for one in line.snapshot().incidents if one.cause == "clamping")
        assert (incident.asset, incident.cause, len(incident.alarms)) == ("press-1", "clamping", 2)
        kinds = {alarm.kind for alarm in line.snapshot().alarms}
        assert {AlarmKind.DEFECT, AlarmKind.FAULT} <= kinds
        wait_until(lambda: all(one.complete for one in line.incidents.evidence(incident.incident_id).moments), "the seconds after", 15.0)
        evidence = line.incidents.evidence(incident.incident_id)
    finally:
        line.stop()
    assert evidence.missing == ""
    first = evidence.moments[0]
    assert {one.source_id for one in first.pictures} == {"camera-1"}
    at = {one.sequence: (one.utc - first.utc).total_seconds() for one in first.pictures}
    assert min(at.values()) <= -0.8 * BEFORE_S
    assert max(at.values()) >= 0.8 * AFTER_S
    assert {Verdict.OK, Verdict.DEFECT} <= {one.verdict for one in first.pictures}, "good parts before it, broken ones after"
    assert any(one.heat for one in first.pictures if one.verdict is Verdict.DEFECT)
    traces = {one.channel for one in first.traces}
    assert {"FS1", "SE", "risk:pump"} <= traces
    again = Line(_sooner(), STATION.parent, DataFolder(tmp_path / "data"))
    try:
        known = again.incidents.history(again.clock.utc() - timedelta(days=1), again.clock.utc())
        (kept,) = (one for one in known if one.cause == "clamping")
        assert kept.incident_id == incident.incident_id
        assert len(again.incidents.evidence(kept.incident_id).moments) == len(evidence.moments)
    finally:
        again.stop()


def test_a_line_that_is_killed_finds_its_incident_again(tmp_path: Path) -> None:
    """kill -9 (TerminateProcess on Windows) while the incident is open: the next run joins it, and has the seconds before."""
    child = [sys.executable, "-m", "tests.integration.incident_until_killed", str(tmp_path)]
    with subprocess.Popen(child, cwd=program_dir(), stdout=subprocess.PIPE, text=True, encoding="utf-8") as running:
        assert running.stdout is not None
        told = running.stdout.readline()
        running.kill()
    before = json.loads(told)
    from tests.integration.incident_until_killed import make

    line = make(tmp_path)
    line.start()
    try:
        wait_until(lambda: len(line.snapshot().incidents) == 1, "the incident")
        (incident,) = line.snapshot().incidents
        assert incident.incident_id == before["incident"]
        assert incident.alarms == tuple(before["alarms"])
        kinds = [step.kind.value for step in incident.steps]
        assert kinds[0] == "raised"
        assert "restored" in kinds
        (moment, *_) = line.incidents.evidence(incident.incident_id).moments
        assert moment.pictures, "written when it opened"
    finally:
        line.stop()
