"""This file decides what the row of small pictures around a warning is: from ten seconds before it to five seconds after it.

Small copies of a camera's judged frames are held in memory, one a second; a raised warning takes those before it and,
when five seconds have passed, those after it. The row is one picture that lies beside the warning's own on the disk, so
that it is there after a restart, and goes when that picture goes.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from inference.findings import ImageU8
from station.frames import JudgedFrame, SourceId

STRIP_TIMES_S = (-10.0, -5.0, -2.0, 0.0, 2.0, 5.0)
"""Seconds from the warning that each small picture stands for, in order; the one at 0 is the frame kept with it."""
TILE_WIDTH_PX, TILE_HEIGHT_PX = 200, 120
_NEAR_S = 1.5
"""A frame further from its second than this does not stand for it; its place stays empty."""
_EVERY_S = 0.5
_EMPTY_GRAY = 128
_HALVE_ABOVE = 2


def strip_path(picture: Path) -> Path:
    """Where the row of small pictures lies that belongs to the kept *picture* of a warning."""
    return picture.with_name(f"{picture.stem}_strip.jpg")


def heat_path(picture: Path) -> Path:
    """Where the heatmap lies that belongs to a kept *picture*, where it has one: a gray PNG."""
    return picture.with_name(f"{picture.stem}_heat.png")


@dataclass(frozen=True, slots=True, eq=False)
class _Small:
    monotonic_s: float
    image: ImageU8


@dataclass(frozen=True, slots=True, eq=False)
class _Pending:
    path: Path
    source_id: SourceId
    raised_s: float
    raised: _Small | None


class PictureStrips:
    """Makes the rows. ``take`` and ``begin`` are called by judges, ``finish_due`` by the supervisor; each from its own thread.

    Args:
        keep: Writes a finished row; must not wait.
    """

    def __init__(self, keep: Callable[[Path, ImageU8], None]) -> None:
        self._keep = keep
        self._lock = threading.Lock()
        self._recent: dict[SourceId, deque[_Small]] = {}
        self._pending: list[_Pending] = []

    def take(self, judged: JudgedFrame) -> None:
        """Remember a small copy of a judged frame, at most every half second of a camera."""
        frame = judged.frame
        if frame.image is None:
            return
        with self._lock:
            recent = self._recent.setdefault(frame.source_id, deque())
            if recent and 0 <= frame.monotonic_s - recent[-1].monotonic_s < _EVERY_S:
                return
        small = _Small(frame.monotonic_s, _small(frame.image))
        with self._lock:
            recent.append(small)
            oldest_s = frame.monotonic_s + STRIP_TIMES_S[0] - STRIP_TIMES_S[-1] - 2 * _NEAR_S
            while recent and recent[0].monotonic_s < oldest_s:
                recent.popleft()

    def begin(self, picture: Path, judged: JudgedFrame) -> None:
        """A warning was raised whose frame is kept as *picture*: make its row once the seconds after that frame have passed."""
        raised_s = judged.frame.monotonic_s
        image = judged.frame.image
        small = None if image is None else _Small(judged.frame.monotonic_s, _small(image))
        with self._lock:
            self._pending.append(_Pending(strip_path(picture), judged.frame.source_id, raised_s, small))

    def finish_due(self, now_s: float) -> None:
        """Hand over every row whose last second has passed."""
        end_s = STRIP_TIMES_S[-1] + _NEAR_S / 2
        with self._lock:
            due = [one for one in self._pending if now_s - one.raised_s >= end_s]
            if not due:
                return
            self._pending = [one for one in self._pending if one not in due]
            rows = [(one.path, self._row(one)) for one in due]
        for path, row in rows:
            self._keep(path, row)

    def finish_all(self) -> None:
        """Hand over every row as far as it has come; the line stops."""
        self.finish_due(float("inf"))

    def _row(self, pending: _Pending) -> ImageU8:
        """uint8 (:data:`TILE_HEIGHT_PX`, n * :data:`TILE_WIDTH_PX`, 3) BGR; the caller holds the lock."""
        recent = self._recent.get(pending.source_id, ())
        row = np.full((TILE_HEIGHT_PX, TILE_WIDTH_PX * len(STRIP_TIMES_S), 3), _EMPTY_GRAY, np.uint8)
        for place, seconds in enumerate(STRIP_TIMES_S):
            at_s = pending.raised_s + seconds
            near = min(recent, key=lambda small: abs(small.monotonic_s - at_s), default=None)
            if seconds == 0.0 and pending.raised is not None:
                near = pending.raised
            elif near is None or abs(near.monotonic_s - at_s) > _NEAR_S:
                continue
            row[:, place * TILE_WIDTH_PX : (place + 1) * TILE_WIDTH_PX] = near.image
        return row


def _small(image: ImageU8) -> ImageU8:
    """*image* (H x W or H x W x 3) fitted into a tile, uint8 BGR; bars of the empty gray where its shape differs."""
    small = image
    while small.shape[0] >= _HALVE_ABOVE * TILE_HEIGHT_PX and small.shape[1] >= _HALVE_ABOVE * TILE_WIDTH_PX:
        height, width = small.shape[0] // 2, small.shape[1] // 2
        small = np.asarray(cv2.resize(small[: height * 2, : width * 2], (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    fit = min(TILE_WIDTH_PX / small.shape[1], TILE_HEIGHT_PX / small.shape[0])
    width, height = max(1, round(small.shape[1] * fit)), max(1, round(small.shape[0] * fit))
    small = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    tile = np.full((TILE_HEIGHT_PX, TILE_WIDTH_PX, 3), _EMPTY_GRAY, np.uint8)
    top, left = (TILE_HEIGHT_PX - height) // 2, (TILE_WIDTH_PX - width) // 2
    tile[top : top + height, left : left + width] = small if small.ndim == 3 else small[..., None]
    return tile
