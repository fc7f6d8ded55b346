"""This file decides that holds reach a running line: machine states out of its rows, shelves out of its door, and back after a restart."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from station.frames import DefinitionId, PersonId
from station.line import Line
from station.view import AlarmState
from station.warning_view import HoldKind
from tests.integration.station_making import PINS, make_line, wait_until, write_parts

CAMERA = 'kind = "folder"\npath = "parts"'
PRESS = """
[[sensors]]
id = "press"
name = "Press"
asset = "press-1"
kind = "table"
path = "rows.npz"
time_column = "time"
channels = [{ id = "speed", name = "Speed" }, { id = "heat", name = "Heat" }]
[[alarms]]
id = "hot"
asset = "press-1"
title = "Hot"
cause = "Cooling"
consequence = "Wear"
action = "Check the cooling"
respond_within_s = 600
priority = 2
when = { kind = "limit", source = "press", channel = "heat", side = "high", raise_at = 80.0, clear_at = 80.0 }
[alarms.suppressed_while]
source = "press"
channel = "speed"
side = "low"
begins_at = 1.0
ends_at = 2.0
on_delay_s = 1.0
why = "The press stands"
"""
HOT = DefinitionId("hot")
WEI = PersonId("wei")


def write_rows(folder: Path, speed: list[float], heat: list[float]) -> None:
    """One row a second."""
    np.savez(folder / "rows.npz", time=np.arange(len(speed), dtype=np.float64), speed=np.array(speed), heat=np.array(heat))


def run_to_end(folder: Path) -> Line:
    write_parts(folder / "parts", ".")
    line = make_line(folder, CAMERA, more=PRESS)
    line.start()
    wait_until(lambda: line.finished, "the last row")
    return line


def events_of(folder: Path, definition_id: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(folder / "data" / "records.db")) as database:
        return database.execute(
            "SELECT alarm_events.kind, alarm_events.state FROM alarm_events JOIN alarms USING (alarm_id)"
            " WHERE definition_id = ? AND alarm_events.kind <> 'counted' ORDER BY event_id",
            (definition_id,),
        ).fetchall()


@pytest.mark.parametrize(
    ("speed", "heat", "expected"),
    [
        # It stands before it gets hot, and runs again while it is hot.
        (
            [9, 0, 0, 0, 9, 9],
            [20, 20, 20, 90, 90, 90],
            [("raised_held", "suppressed"), ("released", "normal"), ("raised", "unacknowledged_active")],
        ),
        # It stands too short for the state to count.
        ([9, 0, 9, 9], [20, 90, 90, 90], [("raised", "unacknowledged_active")]),
        # Hot, then it stands, then it is cool and runs.
        (
            [9, 9, 0, 0, 0, 0, 9],
            [20, 90, 90, 90, 90, 20, 20],
            [("raised", "unacknowledged_active"), ("held", "suppressed"), ("returned", "suppressed"), ("released", "normal")],
        ),
    ],
)
def test_a_machine_state_out_of_the_rows_suppresses(
    tmp_path: Path, speed: list[float], heat: list[float], expected: list[tuple[str, str]]
) -> None:
    write_rows(tmp_path, speed, heat)
    run_to_end(tmp_path).stop()
    assert events_of(tmp_path, "hot") == expected


def test_a_shelf_goes_through_the_door_and_is_there_after_a_restart(tmp_path: Path) -> None:
    write_rows(tmp_path, [9, 9, 9], [20, 90, 90])
    line = run_to_end(tmp_path)
    try:
        wait_until(lambda: any(alarm.definition.id == "hot" for alarm in line.snapshot().alarms), "the warning")
        assert not line.warnings.shelve(HOT, 600.0, "repair").ok
        assert line.sign_in(WEI, PINS["wei"]).ok
        assert line.warnings.shelve(HOT, 600.0, "repair").ok
        snapshot = line.snapshot()
        assert [alarm.definition.id for alarm in snapshot.alarms if alarm.definition.id == "hot"] == []
        (hold,) = snapshot.holds
        assert (hold.kind, hold.definition_id, hold.stands, hold.person_id) == (HoldKind.SHELVED, HOT, True, WEI)
    finally:
        line.stop()
    write_rows(tmp_path, [9], [90])
    again = run_to_end(tmp_path)
    try:
        (hold,) = again.snapshot().holds
        assert hold.left_s is not None
        assert 0 < hold.left_s < 600.0
        assert again.sign_in(WEI, PINS["wei"]).ok
        assert again.warnings.unshelve(HOT).ok
        (alarm,) = [alarm for alarm in again.snapshot().alarms if alarm.definition.id == "hot"]
        assert (alarm.state, alarm.activation) == (AlarmState.UNACKNOWLEDGED_ACTIVE, 2)
    finally:
        again.stop()
