"""This file decides whether ``inspect --growth`` tells growth per position as the station does."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import main
from inference.errors import UsageError
from station.growth_table import GROWTH_COLUMNS, GrowthTable, growth_config
from station.inspecting import inspect
from tests.model_factory import add_golden, make_blob_pack
from tests.unit.pictures import encode_png, paint

NAMES = r"(?P<position>left|right)-(?P<time>\d{8})"


def fill(folder: Path, position: str, bright_from: int, days: int) -> None:
    """A picture a day; from day *bright_from* on with a spot."""
    folder.mkdir(exist_ok=True)
    for day in range(1, days + 1):
        (folder / f"{position}-202601{day:02}.png").write_bytes(encode_png(paint(spot=230 if day >= bright_from else None)))


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    add_golden(make_blob_pack(tmp_path / "packs" / "blob"), {"spot.png": encode_png(paint(spot=230))})
    return tmp_path / "packs"


def test_every_position_has_its_own_steps_and_only_what_grows_is_said_to(tmp_path: Path, packs: Path) -> None:
    pictures = tmp_path / "in"
    for position, bright_from in (("left", 31), ("right", 99)):
        fill(pictures, position, bright_from, 31)
    (pictures / "left-20260201.png").write_bytes(encode_png(paint(spot=230)))
    (pictures / "another.png").write_bytes(encode_png(paint(spot=230)))
    out = tmp_path / "growth.csv"
    with GrowthTable(out, growth_config(NAMES, "%Y%m%d")) as table:
        inspect([pictures], "blob", tmp_path / "out.csv", folders=[packs], growth=table, workers=3)
    rows = read_rows(out)
    assert tuple(rows[0]) == GROWTH_COLUMNS
    assert [row["position"] for row in rows] == ["left"] * 32 + ["right"] * 31
    (grew,) = [row for row in rows if row["grows"] == "1"]
    assert (grew["position"], grew["step"], grew["time"]) == ("left", "32", "2026-02-01T00:00:00+00:00")
    assert [row["growth"] for row in rows[:30]] == [""] * 30, "nothing is judged while learning"
    assert len(read_rows(tmp_path / "out.csv")) == 64


def test_without_names_all_images_are_one_position_in_their_order(tmp_path: Path, packs: Path) -> None:
    fill(tmp_path / "in", "left", 2, 3)
    with GrowthTable(tmp_path / "growth.csv", growth_config(None, None)) as table:
        inspect([tmp_path / "in"], "blob", tmp_path / "out.csv", folders=[packs], growth=table)
    rows = read_rows(tmp_path / "growth.csv")
    assert [(row["position"], row["time"], row["step"]) for row in rows] == [("", "", "1"), ("", "", "2"), ("", "", "3")]
    assert [float(row["area"]) > 0.0 for row in rows] == [False, False, True], "found twice at the same place"


def test_a_pattern_that_cannot_work_is_refused() -> None:
    with pytest.raises(UsageError, match="neither"):
        growth_config("x", None)


def test_names_go_with_growth(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["inspect", "x.png", "--model", "blob", "--out", "o.csv", "--names", NAMES]) == main.EXIT_USAGE
    assert "--growth" in capsys.readouterr().err
