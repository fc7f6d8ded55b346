"""This file decides that a killed program holds back after its restart what it said it held back, and nothing else."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from station.alarm_desk import AlarmDesk
from station.clock import SystemClock
from station.config import RecordsConfig
from station.records.store import Records
from station.warning_view import HoldKind
from tests.integration.holds_until_killed import LENGTH_S, NAMES, STEPS, definitions
from tests.unit.alarm_making import CAM

ROOT = Path(__file__).resolve().parents[2]
HELD_AFTER = {"shelved": HoldKind.SHELVED, "out": HoldKind.OUT_OF_SERVICE}


@pytest.mark.parametrize("said_before_the_kill", [2, 23])
def test_kill_during_holds_changes_nothing_that_was_said(tmp_path: Path, said_before_the_kill: int) -> None:
    """Killed without warning (SIGKILL, TerminateProcess) after so many confirmations, in the middle of the next one."""
    begun_s = time.monotonic()
    command = [sys.executable, "-m", "tests.integration.holds_until_killed", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8") as program:
        assert program.stdout is not None
        said = [program.stdout.readline() for _ in range(said_before_the_kill)]
        program.kill()
        said += program.stdout.readlines()
    whole = [(step, name) for step, name in (line.split() for line in said if line.endswith("\n"))]
    assert len(whole) >= said_before_the_kill, "the program ended before it was killed"
    last = dict.fromkeys(NAMES, "back") | {name: step for step, name in whole}
    at_hand = _next(whole[-1])

    records = Records.open(tmp_path, SystemClock(), RecordsConfig(nearly_full_mib=1))
    desk = AlarmDesk(definitions(), [CAM], records, SystemClock())
    desk.restore()
    holds = {hold.definition.id: hold for hold in desk.holds()}
    views = {view.definition.id: view for view in desk.views()}
    for name, step in last.items():
        allowed = {HELD_AFTER.get(step)} | ({HELD_AFTER.get(at_hand[0])} if at_hand[1] == name else set())
        kind = holds[name].kind if name in holds else None
        assert kind in allowed, f"{name} was last said to be {step}"
        assert not (name in views and name in holds), "a held warning shows"
        if kind is HoldKind.SHELVED:
            left_s = holds[name].left_s
            assert left_s is not None
            assert LENGTH_S - (time.monotonic() - begun_s) - 10.0 <= left_s <= LENGTH_S
            assert (holds[name].reason, holds[name].person_id) == ("die change", "wei")
    with closing(sqlite3.connect(tmp_path / "records.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        acknowledged = database.execute("SELECT count(*) FROM alarm_events WHERE kind = 'acknowledged' AND person_id = 'wei'").fetchone()[0]
    assert acknowledged >= sum(step == "acknowledged" for step, _ in whole)
    for view in views.values():
        assert "Not watched from" in view.detail, "the time away is not marked"
    records.stop()


def _next(said: tuple[str, str]) -> tuple[str, str]:
    """What the program does after *said*."""
    step, name = said
    place = STEPS.index(step) + 1
    if place < len(STEPS):
        return STEPS[place], name
    return STEPS[0], NAMES[(NAMES.index(name) + 1) % len(NAMES)]
