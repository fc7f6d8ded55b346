"""This file decides whether the command line keeps its promises: verbs, exit codes, one clear sentence on stderr."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.conftest import ROOT
from tests.integration.station_making import make_packs, part, wait_until, write_parts

STATION = """
format = 1
[station]
name = "Test"
product = "Parts"
[[cameras]]
id = "camera-1"
name = "Camera 1"
asset = "press-1"
kind = "folder"
path = "parts"
model = "blob"
[[alarms]]
id = "blob"
asset = "press-1"
title = "Blob"
cause = "A worn die"
consequence = "Scrap"
action = "Take the part out"
respond_within_s = 600
priority = 2
raise_count = 3
of_last = 5
when = {kind = "verdict", source = "camera-1"}
"""


def lineside(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``main.py`` as a user would."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=100, check=False)


@pytest.fixture
def station(tmp_path: Path) -> Path:
    make_packs(tmp_path / "data")
    write_parts(tmp_path / "parts", "..x?xx.xx")
    path = tmp_path / "station.toml"
    path.write_text(STATION, encoding="utf-8")
    return path


def test_a_headless_run_ends_with_one_json_object(station: Path, tmp_path: Path) -> None:
    done = lineside("run", "--headless", "--station", station, "--until-exhausted", "--json", "--data", tmp_path / "data", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    named = {"seconds", "frames", "samples", "verdicts", "alarms", "incidents", "drops", "records"}
    assert named <= set(summary)
    assert summary["frames"] == 9
    assert summary["verdicts"] == {"ok": 3, "defect": 5, "no_verdict": 1}
    assert summary["alarms"] == {"defect": 1, "fault": 0, "system": 0}
    assert summary["incidents"] == 1
    assert summary["drops"] == 0
    assert summary["records"] > 0


def test_options_stand_before_or_after_the_verb(station: Path, tmp_path: Path) -> None:
    done = lineside("--data", tmp_path / "data", "--station", station, "run", "--headless", "--until-exhausted", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["frames"] == 9


def test_inspect_writes_one_row_per_image_also_for_garbage(station: Path, tmp_path: Path) -> None:
    done = lineside(
        "inspect", tmp_path / "parts", "--model", "blob", "--out", "r.csv", "--heatmaps", "maps", "--data", tmp_path / "data", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ["image", "verdict", "label", "score", "threshold", "regions", "reason", "model", "sha256", "provider", "ms"]
    assert list(rows[0]) == columns
    assert [row["verdict"] for row in rows] == ["OK", "OK", "DEFECT", "NO_VERDICT", "DEFECT", "DEFECT", "OK", "DEFECT", "DEFECT"]
    assert rows[3]["reason"]
    assert json.loads(rows[2]["regions"])[0]["label"] == "blob"
    heatmap = cv2.imread(str(tmp_path / "maps" / "0002.png"), cv2.IMREAD_UNCHANGED)
    assert heatmap.shape == part(blob=True).shape[:2]
    assert heatmap.dtype == np.uint8
    assert heatmap[24, 32] > 200 > heatmap[2, 2]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["frobnicate"], 2, "frobnicate"),
        (["run"], 2, "--headless"),
        (["run", "--headless", "--seconds", "0"], 2, "more than 0"),
        (["inspect", "parts", "--out", "r.csv"], 2, "--model"),
        (["inspect", "parts", "--model", "nothing", "--out", "r.csv"], 1, "no model pack nothing"),
        (["inspect", "empty", "--model", "blob", "--out", "r.csv"], 2, "empty"),
        (["monitor", "nowhere.csv", "--model", "blob", "--out", "r.csv"], 1, "blob"),
        (["run", "--headless", "--seconds", "1", "--station", "missing.toml"], 1, "missing.toml"),
        (["--check", "--station", "broken.toml"], 1, "line"),
        (["--check"], 2, "--station FILE"),
    ],
)
def test_wrong_use_is_two_failure_is_one_and_the_sentence_says_why(
    station: Path, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    (tmp_path / "broken.toml").write_text("format = 1\n[station\n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    done = lineside("--data", tmp_path / "data", *arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_that_could_never_end_is_refused_before_it_starts(tmp_path: Path) -> None:
    done = lineside("run", "--headless", "--until-exhausted", "--data", tmp_path / "data", cwd=tmp_path)
    assert done.returncode == 2
    assert "would never end" in done.stderr
    assert "--seconds N" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_the_window_told_to_end_stops_the_line_in_order(station: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, str(ROOT / "main.py"), "--station", str(station), "--data", str(tmp_path / "data")]
    records = tmp_path / "data" / "records.db"

    def told() -> list[str]:
        if not records.exists():
            return []
        with contextlib.closing(sqlite3.connect(records)) as database:
            try:
                return [kind for (kind,) in database.execute("SELECT kind FROM station_events")]
            except sqlite3.OperationalError:  # the tables are just being made
                return []

    window = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        wait_until(lambda: "started" in told() or window.poll() is not None, "the start", patience_s=60)
        window.send_signal(signal.SIGTERM)
        _, said = window.communicate(timeout=60)
    finally:
        window.kill()
    assert window.returncode == 0, said
    assert told()[-1] == "stopped"


def test_a_data_folder_that_cannot_be_written_is_said_in_one_sentence(station: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder", encoding="utf-8")
    done = lineside("run", "--headless", "--seconds", "1", "--station", station, "--data", blocked / "data", cwd=tmp_path)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "--data DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_replay_that_is_not_there_ends_the_run_with_the_reason(station: Path, tmp_path: Path) -> None:
    (tmp_path / "parts").rename(tmp_path / "elsewhere")
    done = lineside("run", "--headless", "--until-exhausted", "--station", station, "--data", tmp_path / "data", cwd=tmp_path)
    assert done.returncode == 1
    assert "camera-1" in done.stderr
    assert "Correct its path" in done.stderr


def test_models_and_doctor_speak_json(station: Path, tmp_path: Path) -> None:
    listed = lineside("models", "--json", "--data", tmp_path / "data", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert "blob" in [pack["name"] for pack in json.loads(listed.stdout)]
    looked = lineside("doctor", "--json", "--station", station, "--data", tmp_path / "data", cwd=tmp_path)
    checks = {check["name"]: check["outcome"] for check in json.loads(looked.stdout)["checks"]}
    assert checks["blob on CPU"] == "good"
    assert checks["camera-1"] == "good"


def test_the_doctor_fails_when_a_pack_was_changed(station: Path, tmp_path: Path) -> None:
    model = tmp_path / "data" / "packs" / "blob" / "model.onnx"
    model.write_bytes(model.read_bytes() + b"x")
    looked = lineside("doctor", "--json", "--station", station, "--data", tmp_path / "data", cwd=tmp_path)
    assert looked.returncode == 1
    failed = [check for check in json.loads(looked.stdout)["checks"] if check["outcome"] == "failed"]
    assert [check["name"] for check in failed] == ["blob"]
