"""The verb inspect: its rows, its heatmaps, its bad inputs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.errors import PackError, UsageError
from inference.findings import Finding, Verdict
from inference.image_runner import ImageRunner
from station.counting import worst_finding
from station.inspecting import INSPECT_COLUMNS, inspect, list_images, place_heatmaps
from station.results_file import ResultsError
from tests.model_factory import add_golden, make_blob_pack, make_drift_pack, make_shade_pack
from tests.unit.pictures import encode_png, paint


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    folder = make_blob_pack(tmp_path / "packs" / "blob")
    add_golden(folder, {"spot.png": encode_png(paint(spot=230))})
    return tmp_path / "packs"


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def fill(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        (folder / f"part {index:03}.png").write_bytes(encode_png(paint(spot=230 if index % 3 == 0 else None)))
    return folder


def test_rows_come_in_order_with_the_fixed_columns(tmp_path: Path, packs: Path) -> None:
    images = fill(tmp_path / "in", 50)
    out = tmp_path / "new folder" / "results.csv"
    summary = inspect([images], "blob", out, folders=[packs], workers=3)
    rows = read_rows(out)
    assert tuple(rows[0]) == INSPECT_COLUMNS
    assert [row["image"] for row in rows] == [str(path) for path in sorted(images.iterdir())]
    assert [row["verdict"] for row in rows] == ["DEFECT" if index % 3 == 0 else "OK" for index in range(50)]
    assert (summary.images, summary.defect, summary.ok, summary.no_verdict) == (50, 17, 33, 0)
    first = rows[0]
    assert float(first["score"]) == pytest.approx(230 / 255, abs=1e-6)
    assert (first["label"], first["threshold"], first["reason"], first["model"]) == ("blob", "0.5", "", "blob")
    assert json.loads(first["regions"]) == [{"label": "blob", "score": 0.901961, "x": 30, "y": 10, "w": 30, "h": 20}]
    assert len(first["sha256"]) == 64
    assert first["provider"] == "CPUExecutionProvider"
    assert float(first["ms"]) > 0
    assert json.loads(rows[1]["regions"]) == []


def test_every_bad_image_is_a_row_and_the_run_goes_on(tmp_path: Path, packs: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    whole = encode_png(paint(spot=230))
    noise = np.random.default_rng(1).integers(0, 256, (48, 96, 3), dtype=np.uint8)
    bad = {
        "a_good.png": whole,
        "b_empty.png": b"",
        "c_text.png": b"no picture",
        "d_truncated.jpg": cv2.imencode(".jpg", noise)[1].tobytes()[:900],
        "e_deep.png": encode_png(paint().astype(np.uint16) * 100),
        "f_dot.png": encode_png(paint(width=1, height=1)),
        "g_wide.png": encode_png(np.zeros((6500, 10000, 1), dtype=np.uint8)),
    }
    for name, data in bad.items():
        (folder / name).write_bytes(data)
    summary = inspect([folder, tmp_path / "gone.png"], "blob", tmp_path / "out.csv", folders=[packs])
    rows = read_rows(tmp_path / "out.csv")
    assert [row["verdict"] for row in rows] == ["DEFECT", *["NO_VERDICT"] * 7]
    for row, words in zip(rows[1:], ["empty", "known kind", "truncated", "8 bits", "1x1", "too large", "not there"], strict=True):
        assert words in row["reason"], row
        assert (row["score"], row["label"]) == ("", "")
        assert str(tmp_path) not in row["reason"]
    assert (summary.images, summary.no_verdict) == (8, 7)


def test_heatmaps_have_the_images_size_and_stem(tmp_path: Path, packs: Path) -> None:
    images = fill(tmp_path / "in", 2)
    (images / "broken.png").write_bytes(b"")
    inspect([images], "blob", tmp_path / "out.csv", folders=[packs], heatmaps_dir=tmp_path / "maps")
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == ["part 000.png", "part 001.png"]
    heatmap = cv2.imdecode(np.fromfile(tmp_path / "maps" / "part 000.png", dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    assert heatmap.shape == (48, 96)
    assert heatmap.dtype == np.uint8
    assert (heatmap[20, 45], heatmap[40, 80]) == (230, 20)


def test_images_that_share_a_stem_keep_apart() -> None:
    images = [Path("in/a/x.png"), Path("in/b/x.png"), Path("in/b/x.jpg"), Path("in/y.png")]
    maps = Path("maps")
    assert place_heatmaps(images, maps) == [maps / "a" / "x.png", maps / "b" / "x.png", maps / "b" / "x.jpg.png", maps / "y.png"]


def test_folders_are_searched_below_and_in_order(tmp_path: Path) -> None:
    fill(tmp_path / "in" / "b", 1)
    fill(tmp_path / "in" / "a", 1)
    (tmp_path / "in" / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "in" / "._hidden.png").touch()
    assert list_images([tmp_path / "in", tmp_path / "x.gif"]) == [
        tmp_path / "in" / "a" / "part 000.png",
        tmp_path / "in" / "b" / "part 000.png",
        tmp_path / "x.gif",
    ]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no image to inspect"):
        list_images([tmp_path / "empty"])


def test_an_interrupted_run_keeps_its_rows(tmp_path: Path, packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = fill(tmp_path / "in", 30)
    judged = 0
    prepare = ImageRunner.prepare

    def interrupted(self: ImageRunner, image: np.ndarray) -> object:
        nonlocal judged
        judged += 1
        if judged > 20:
            raise KeyboardInterrupt
        return prepare(self, image)

    monkeypatch.setattr(ImageRunner, "prepare", interrupted)
    before = cv2.getNumThreads()
    with pytest.raises(KeyboardInterrupt):
        inspect([images], "blob", tmp_path / "out.csv", folders=[packs], workers=1)
    assert 15 <= len(read_rows(tmp_path / "out.csv")) <= 20
    assert cv2.getNumThreads() == before


def test_results_that_cannot_be_written_are_one_sentence(tmp_path: Path, packs: Path) -> None:
    images = fill(tmp_path / "in", 1)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ResultsError, match="results cannot be written"):
        inspect([images], "blob", tmp_path / "file" / "out.csv", folders=[packs])


def test_the_pack_must_fit_the_verb(tmp_path: Path, packs: Path) -> None:
    images = fill(tmp_path / "in", 1)
    drift = make_drift_pack(packs / "drift")
    np.savez(packs / "w.npz", a=np.full(6, 10.0), b=np.full(12, 50.0))
    add_golden(drift, {"w.npz": (packs / "w.npz").read_bytes()})
    with pytest.raises(PackError, match="does not judge images"):
        inspect([images], "drift", tmp_path / "out.csv", folders=[packs])
    with pytest.raises(PackError, match="There is no model pack nothing"):
        inspect([images], "nothing", tmp_path / "out.csv", folders=[packs])


def test_the_worst_finding_speaks_for_the_image(tmp_path: Path) -> None:
    def finding(verdict: Verdict, score: float, threshold: float) -> Finding:
        return Finding("t", verdict, "", score, threshold, "m", "1", "0", "p", 1.0)

    ok, high = finding(Verdict.OK, 0.3, 0.5), finding(Verdict.OK, 0.45, 0.5)
    none, bad = finding(Verdict.NO_VERDICT, float("nan"), 0.5), finding(Verdict.DEFECT, 0.2, 0.1)
    assert worst_finding([ok, high]) is high
    assert worst_finding([high, none]) is none
    assert worst_finding([none, bad, ok]) is bad


def test_a_pack_without_a_map_draws_no_heatmaps(tmp_path: Path, packs: Path) -> None:
    shade = make_shade_pack(packs / "shade")
    text = (shade / "pack.toml").read_text(encoding="utf-8")
    start = text.index(', {"name" = "map"')
    (shade / "pack.toml").write_text(text[:start] + "]\n" + text[text.index("model = ", start) :], encoding="utf-8")
    add_golden(shade, {"spot.png": encode_png(paint(spot=230))})
    images = fill(tmp_path / "in", 1)
    with pytest.raises(UsageError, match="draws no heatmaps"):
        inspect([images], "shade", tmp_path / "out.csv", folders=[packs], heatmaps_dir=tmp_path / "maps")
    assert inspect([images], "shade", tmp_path / "out.csv", folders=[packs]).images == 1
