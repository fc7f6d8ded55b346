"""This file decides whether the doctor finds what is wrong, says what to do, and prints it whatever it holds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from station import doctor
from station.doctor import Check, Outcome, run_doctor
from station.paths import DataFolder
from tests.model_factory import add_golden, make_blob_pack
from tests.unit.pictures import encode_png, paint

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
"""


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A station that is in order, with no packs but its own, and a doctor who does not wait long."""
    monkeypatch.setattr(doctor, "models_dir", lambda: tmp_path / "none")
    monkeypatch.setattr(doctor, "_SOURCE_WAIT_S", 5.0)
    add_golden(make_blob_pack(tmp_path / "data" / "packs" / "blob"), {"spot.png": encode_png(paint(spot=230))})
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "a.png").write_bytes(encode_png(np.full((48, 64, 3), 20, np.uint8)))
    path = tmp_path / "station.toml"
    path.write_text(STATION, encoding="utf-8")
    return path


def look(station: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, object]]]:
    code = run_doctor(station, station.parent / "data", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is (code == 0)
    return code, {check["name"]: check for check in told["checks"]}


def test_a_station_in_order_passes(station: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, checks = look(station, capsys)
    assert code == 0
    assert {check["outcome"] for check in checks.values()} <= {"good", "note"}
    assert checks["camera-1"]["sentence"] == "64 x 48 pixels"
    assert "golden answers as expected" in str(checks["blob on CPU"]["sentence"])


def test_a_pack_that_the_station_file_names_and_nobody_has_is_found(station: Path, capsys: pytest.CaptureFixture[str]) -> None:
    station.write_text(STATION.replace('model = "blob"', 'model = "blop"'), encoding="utf-8")
    code, checks = look(station, capsys)
    assert code == 1
    assert 'no model pack "blop"' in str(checks[str(station)]["sentence"])


def test_a_damaged_pack_and_a_missing_folder_are_found_each_in_one_sentence(station: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = station.parent / "data" / "packs" / "blob" / "model.onnx"
    model.write_bytes(model.read_bytes()[:-7])
    (station.parent / "parts").rename(station.parent / "elsewhere")
    code, checks = look(station, capsys)
    assert code == 1
    assert {name for name, check in checks.items() if check["outcome"] == "failed"} == {"blob", "camera-1"}
    for name in ("blob", "camera-1"):
        assert ".." not in str(checks[name]["sentence"])


def test_a_clock_that_is_wrong_and_a_full_disk_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from station.records.disk import DiskSpace

    monkeypatch.setattr(doctor.SystemClock, "utc", lambda _: datetime(1980, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(doctor, "measure_disk", lambda _: DiskSpace(2**20, 2**40))
    clock, disk = doctor._look_at_clock(), doctor._look_at_disk(DataFolder(tmp_path / "not" / "there"))
    assert (clock.outcome, disk.outcome) == (Outcome.FAILED, Outcome.FAILED)
    assert "Set its clock" in clock.sentence
    assert "make room" in disk.sentence
    assert disk.name == str(tmp_path)


def test_brackets_in_paths_and_sentences_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    doctor._print([Check("disk", "/data/[line]", Outcome.FAILED, "cameras[1].path is [/dev/video0]: write [[cameras]]")])
    said = capsys.readouterr().out
    assert "disk: /data/[line]" in said
    assert "cameras[1].path is [/dev/video0]: write [[cameras]]" in said
    assert said.isascii()
