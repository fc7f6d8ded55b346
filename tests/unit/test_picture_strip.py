"""This file decides whether the row of small pictures around a warning holds the right seconds, and lies where it belongs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from inference.findings import ImageU8
from station.frames import Frame, JudgedFrame, SourceId
from station.picture_strip import STRIP_TIMES_S, TILE_HEIGHT_PX, TILE_WIDTH_PX, PictureStrips, strip_path

START = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
PICTURE = Path("2026-01-02") / "080000_cam_alarm.png"


def frame(seconds: float, gray: int, source: str = "cam", shape: tuple[int, ...] = (480, 800, 3)) -> JudgedFrame:
    """A picture of one gray, taken *seconds* after the start."""
    image = np.full(shape, gray, np.uint8)
    image.setflags(write=False)
    return JudgedFrame(Frame(SourceId(source), round(seconds * 10), seconds, START + timedelta(seconds=seconds), image), (), seconds)


class Kept:
    """Takes what is handed over."""

    def __init__(self) -> None:
        self.rows: list[tuple[Path, ImageU8]] = []

    def __call__(self, path: Path, row: ImageU8) -> None:
        self.rows.append((path, row))

    def tiles(self) -> list[int]:
        """The gray in the middle of each small picture of the only row."""
        ((_, row),) = self.rows
        assert row.shape == (TILE_HEIGHT_PX, TILE_WIDTH_PX * len(STRIP_TIMES_S), 3)
        return [int(row[TILE_HEIGHT_PX // 2, TILE_WIDTH_PX // 2 + place * TILE_WIDTH_PX, 0]) for place in range(len(STRIP_TIMES_S))]


def run(strips: PictureStrips, since: float, until: float, source: str = "cam") -> None:
    """Ten frames a second, each as gray as its second."""
    for tenth in range(round(since * 10), round(until * 10)):
        strips.take(frame(tenth / 10, tenth // 10, source))


def test_the_row_shows_the_seconds_before_and_after() -> None:
    kept = Kept()
    strips = PictureStrips(kept)
    run(strips, 0, 20)
    strips.take(frame(20.0, 200))
    strips.begin(PICTURE, frame(20.0, 200))
    run(strips, 20.1, 26)
    strips.finish_due(26.0)
    assert kept.tiles() == [10, 15, 18, 200, 22, 25]
    assert kept.rows[0][0] == strip_path(PICTURE)


def test_the_row_waits_for_its_last_second() -> None:
    kept = Kept()
    strips = PictureStrips(kept)
    strips.begin(PICTURE, frame(20.0, 200))
    strips.finish_due(24.9)
    assert kept.rows == []
    strips.finish_due(26.0)
    strips.finish_due(30.0)
    assert len(kept.rows) == 1


def test_seconds_without_a_picture_stay_empty() -> None:
    kept = Kept()
    strips = PictureStrips(kept)
    run(strips, 16, 21)
    strips.begin(PICTURE, frame(20.0, 200))
    strips.finish_due(26.0)
    assert kept.tiles() == [128, 16, 18, 200, 20, 128]


def test_cameras_do_not_mix() -> None:
    kept = Kept()
    strips = PictureStrips(kept)
    for second in range(20):
        strips.take(frame(second, 30 + second))
        strips.take(frame(second, 90, source="other"))
    strips.begin(PICTURE, frame(20.0, 200))
    strips.finish_all()
    assert 90 not in kept.tiles()


def test_memory_is_bounded() -> None:
    strips = PictureStrips(Kept())
    run(strips, 0, 200)
    assert len(strips._recent[SourceId("cam")]) <= 40


@pytest.mark.parametrize("shape", [(480, 800), (1, 1, 3), (2000, 30, 3), (30, 2000, 3)])
def test_any_shape_fits(shape: tuple[int, ...]) -> None:
    kept = Kept()
    strips = PictureStrips(kept)
    strips.begin(PICTURE, frame(20.0, 200, shape=shape))
    strips.finish_all()
    assert kept.tiles()[3] == 200


def test_a_frame_without_a_picture_is_let_pass() -> None:
    kept = Kept()
    strips = PictureStrips(kept)
    strips.take(JudgedFrame(Frame(SourceId("cam"), 1, 1.0, START, None), (), 1.0))
    strips.finish_all()
    assert kept.rows == []
