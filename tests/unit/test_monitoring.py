"""The verbs monitor and models: rows, keys, windows within groups, bad tables."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from inference.errors import InputError, PackError
from inference.findings import Verdict
from inference.model_opening import open_model
from inference.sequence_runner import SequenceRunner
from inference.sequence_stream import SequenceStream
from inference.table_file import ReadOptions, read_recording
from station.model_listing import list_models, write_models_json, write_models_text
from station.monitoring import MONITOR_COLUMNS, judge_sequence, monitor
from tests.model_factory import add_golden, make_blob_pack, make_drift_pack, make_row_pack
from tests.unit.pictures import encode_png, paint


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    folder = tmp_path / "packs"
    np.savez(tmp_path / "window.npz", a=np.full(6, 14.0), b=np.full(12, 50.0))
    np.savez(tmp_path / "row.npz", x=np.array([5.0]), kind=np.array([1.0]))
    window = {"window.npz": (tmp_path / "window.npz").read_bytes()}
    add_golden(make_drift_pack(folder / "drift"), window)
    add_golden(make_drift_pack(folder / "cycles", kind="cycle"), window)
    add_golden(make_row_pack(folder / "row"), {"row.npz": (tmp_path / "row.npz").read_bytes()})
    return folder


def run(tmp_path: Path, packs: Path, table: Path, pack: str) -> list[dict[str, str]]:
    monitor(table, pack, tmp_path / "out.csv", folders=[packs])
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_table_of_rows_gives_one_decision_each(tmp_path: Path, packs: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("UDI,kind,x\n7,M,5\n9,L,-5\n11,?,1\n12,H,\n13,L,text\n14,L,99\n", encoding="utf-8")
    rows = run(tmp_path, packs, table, "row")
    assert tuple(rows[0]) == MONITOR_COLUMNS
    assert [(row["key"], row["row"], row["verdict"]) for row in rows] == [
        ("7", "0", "FAULT"),
        ("9", "1", "OK"),
        ("11", "2", "NO_VERDICT"),
        ("12", "3", "NO_VERDICT"),
        ("13", "4", "NO_VERDICT"),
        ("14", "5", "NO_VERDICT"),
    ]
    assert [row["reason"] for row in rows[2:]] == [
        "Sensor kind gives no number",
        "Sensor x gives no number",
        "Sensor x gives no number",
        "Sensor x reads 99, outside -50 to 50",
    ]
    assert [one["channel"] for one in json.loads(rows[0]["contributors"])] == ["x", "kind"]
    assert rows[0]["target"] == "row"


def make_cycles(folder: Path, second: str = "14") -> Path:
    folder.mkdir()
    (folder / "cycles.csv").write_text("cycle,valve_pct\n210,100\n215,73\n216,73\n", encoding="utf-8")
    for name, count, values in (("a", 6, ("10", second, "14")), ("b", 12, ("50", "50", "50"))):
        text = "".join("\t".join([value] * count) + "\n" for value in values)
        (folder / f"{name}.txt.gz").write_bytes(gzip.compress(text.encode()))
    (folder / "unrelated.txt.gz").write_bytes(gzip.compress(b"1\n"))
    return folder


def test_a_folder_of_cycles_gives_one_decision_per_cycle(tmp_path: Path, packs: Path) -> None:
    rows = run(tmp_path, packs, make_cycles(tmp_path / "rig"), "cycles")
    assert [(row["key"], row["row"], row["time"], row["verdict"], row["value"]) for row in rows] == [
        ("210", "0", "0", "OK", "100"),
        ("215", "1", "6", "FAULT", "73"),
        ("216", "2", "12", "FAULT", "73"),
    ]
    assert {row["target"] for row in rows} == {"valve"}
    assert (rows[1]["lower"], rows[1]["upper"]) == ("73", "100")


def test_a_broken_cycle_is_a_row_and_the_run_goes_on(tmp_path: Path, packs: Path) -> None:
    rows = run(tmp_path, packs, make_cycles(tmp_path / "rig", second="x"), "cycles")
    assert [row["verdict"] for row in rows] == ["OK", "NO_VERDICT", "FAULT"]
    assert rows[1]["reason"] == "Sensor a gives no number"
    assert rows[1]["score"] == ""


def write_table(path: Path, times: list[float], *, unit: list[int] | None = None, a: float = 14.0) -> Path:
    lines = ["time,a,b" + ("" if unit is None else ",unit")]
    lines += [f"{t},{a},50" + ("" if unit is None else f",{unit[i]}") for i, t in enumerate(times)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_windows_do_not_reach_across_units(tmp_path: Path, packs: Path) -> None:
    times = [t / 2 for t in range(14)] * 2
    rows = run(tmp_path, packs, write_table(tmp_path / "t.csv", times, unit=[1] * 14 + [2] * 14), "drift")
    judged = [(row["key"], row["time"]) for row in rows if row["verdict"] != "NO_VERDICT"]
    assert judged == [("1", "5.5"), ("1", "6.5"), ("2", "5.5"), ("2", "6.5")]
    assert not any("backwards" in row["reason"] for row in rows)


def test_time_running_backwards_and_gaps_are_rows(tmp_path: Path, packs: Path) -> None:
    times = [t / 2 for t in range(14)] + [1.0] + [20 + t / 2 for t in range(3)]
    rows = run(tmp_path, packs, write_table(tmp_path / "t.csv", times), "drift")
    reasons = [row["reason"] for row in rows]
    assert "Time runs backwards at row 14" in reasons
    assert "Samples are missing for 19.0 s" in reasons


def test_a_table_of_rows_serves_a_pack_for_cycles(tmp_path: Path, packs: Path) -> None:
    rows = run(tmp_path, packs, write_table(tmp_path / "t.csv", [t / 2 for t in range(24)]), "cycles")
    assert [(row["time"], row["verdict"]) for row in rows if row["verdict"] != "NO_VERDICT"] == [("5.5", "FAULT"), ("11.5", "FAULT")]


@pytest.mark.parametrize(
    ("text", "pack", "sentence"),
    [
        ("time,a\n0,1\n", "drift", "Columns are missing: b"),
        ("kind:x\nM:1\n", "row", "Check the separator"),
        ("kind,x\nM,one\n", "row", "Column x holds words where numbers are wanted"),
        ("", "row", "table is empty"),
    ],
)
def test_a_table_that_makes_no_sense_is_one_sentence(tmp_path: Path, packs: Path, text: str, pack: str, sentence: str) -> None:
    table = tmp_path / "t.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=sentence) as caught:
        run(tmp_path, packs, table, pack)
    assert "\n" not in str(caught.value)
    assert caught.value.do


def test_an_image_pack_does_not_monitor(tmp_path: Path, packs: Path) -> None:
    add_golden(make_blob_pack(packs / "blob"), {"spot.png": encode_png(paint(spot=230))})
    with pytest.raises(PackError, match="does not judge sensors"):
        run(tmp_path, packs, write_table(tmp_path / "t.csv", [0.0]), "blob")


def test_models_are_listed_and_broken_ones_say_why(packs: Path) -> None:
    (packs / "row" / "model.onnx").write_bytes(b"tampered")
    entries = list_models([packs])
    listed = json.loads(write_models_json(entries))
    assert [(one["name"], one["ok"]) for one in listed] == [("drift", True), ("drift", True), ("row", False)]
    assert "not the one the pack was checked with" in listed[2]["fault"]
    assert listed[0]["targets"] == ["valve"]
    text = write_models_text(entries)
    assert "drift 1.0.0: Test, sequence" in text
    assert "row: NOT USABLE. The network file is not the one" in text
    assert write_models_text([]) == "There are no model packs."


@pytest.mark.real_data
def test_the_rigs_recording_is_judged_cycle_by_cycle(tmp_path: Path, real_data_dir: Path) -> None:
    channels = [
        {"name": "TS1", "unit": "degC", "mean": 45.0, "std": 8.0},
        {"name": "FS1", "unit": "l/min", "rate_hz": 10.0, "mean": 6.2, "std": 1.0},
    ]
    sequence = {"kind": "cycle", "length_s": 60.0, "max_gap_s": 5.0, "channels": channels}
    folder = make_drift_pack(tmp_path / "packs" / "rig", **sequence)
    np.savez(tmp_path / "w.npz", TS1=np.full(60, 45.0), FS1=np.full(600, 6.0))
    add_golden(folder, {"w.npz": (tmp_path / "w.npz").read_bytes()})
    rows = run(tmp_path, tmp_path / "packs", real_data_dir / "sensor" / "hydraulic", "rig")
    assert len(rows) == 1597
    assert (rows[0]["key"], rows[-1]["row"]) == ("210", "1596")
    assert {row["verdict"] for row in rows} == {"OK", "FAULT"}


def test_a_live_replay_of_cycles_decides_as_the_recording_does(tmp_path: Path, packs: Path) -> None:
    rng = np.random.default_rng(8)
    np.savez(tmp_path / "rig.npz", a=rng.normal(10, 2, (5, 6)), b=rng.normal(50, 5, (5, 12)))
    runner = open_model(packs / "cycles").runner
    assert isinstance(runner, SequenceRunner)
    recording = read_recording(tmp_path / "rig.npz", ReadOptions(cycle_s=6.0))
    direct = [findings[0].score for _, findings in judge_sequence(runner, recording)]
    stream = SequenceStream(runner, 6.0, recording.names)
    live: dict[str, float] = {}
    for row in recording.iterate_rows(recording.names):
        findings = stream.push(row.time_s, row.values, row.key, row.phase_s)
        if findings is not None and findings[0].verdict is not Verdict.NO_VERDICT:
            live[row.key] = findings[0].score
    assert list(live) == ["0", "1", "2", "3", "4"]
    assert list(live.values()) == pytest.approx(direct)
