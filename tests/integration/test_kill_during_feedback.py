"""This file decides that a killed program loses nothing it said it had kept."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from station.clock import SystemClock
from station.config import RecordsConfig
from station.records.store import Records

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("said_before_the_kill", [1, 24, 61])
def test_kill_during_feedback_loses_nothing_acknowledged(tmp_path: Path, said_before_the_kill: int) -> None:
    """Killed without warning (SIGKILL, TerminateProcess) after so many confirmations, in the middle of the next one."""
    command = [sys.executable, "-m", "tests.integration.feedback_until_killed", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8") as program:
        assert program.stdout is not None
        said = [program.stdout.readline() for _ in range(said_before_the_kill)]
        program.kill()
        said += program.stdout.readlines()
    whole = [line.split() for line in said if line.endswith("\n")]
    assert len(whole) >= said_before_the_kill, "the program ended before it was killed"
    answered = {alarm_id for what, alarm_id, _ in whole if what == "answered"}
    acknowledged = {alarm_id for what, alarm_id, _ in whole if what == "acknowledged"}

    records = Records.open(tmp_path, SystemClock(), RecordsConfig(nearly_full_mib=1))
    left = records.open_alarms()
    records.stop()
    assert len(left.alarms) <= 1, "at most the warning at hand is open"

    with closing(sqlite3.connect(tmp_path / "records.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        kept_answers = [row[0] for row in database.execute("SELECT alarm_id FROM feedback")]
        kept_acknowledgements = {
            row[0] for row in database.execute("SELECT alarm_id FROM alarm_events WHERE kind = 'acknowledged' AND person_id = 'wei'")
        }
        pictures = [row[0] for row in database.execute("SELECT path FROM images")]
    assert answered <= set(kept_answers)
    assert len(kept_answers) == len(set(kept_answers)), "an answer was kept twice"
    assert acknowledged <= kept_acknowledgements
    for picture in pictures:
        assert cv2.imdecode(np.fromfile(tmp_path / "images" / picture, np.uint8), cv2.IMREAD_COLOR) is not None, f"{picture} is broken"
