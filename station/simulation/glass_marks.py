"""This file decides what dirt on a camera's protective glass looks like: the same mark at the same place in every picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.findings import ImageU8
from station.simulation.parts_texture import REFERENCE_WIDTH_PX, stable_seed

_Gray = NDArray[np.float32]


class MarkKind(StrEnum):
    """What is on the glass."""

    DIRT = "dirt"
    """A dried drop with swarf in it: a dark, ragged, rough patch."""
    SCRATCH = "scratch"
    """A gouge: short, dark, jagged."""


@dataclass(frozen=True, slots=True, eq=False)
class GlassMark:
    """A mark on the glass.

    Attributes:
        cover: float32 H x W, 0 (nothing) to 1 (hides what is behind), of the whole picture, read-only.
        colour: float32 H x W x 3 BGR, what is seen there, 0..255, read-only.
        box: Left, top, width and height of where *cover* is half or more, px.
    """

    cover: _Gray
    colour: NDArray[np.float32]
    box: tuple[int, int, int, int]

    def put_on(self, image: ImageU8) -> ImageU8:
        """*image* (uint8 H x W x 3 BGR of the mark's size) as seen through the glass; a new array."""
        seen = np.asarray(image, np.float32)
        cover = self.cover[:, :, None]
        return np.asarray(np.clip(seen + (self.colour - seen) * cover, 0, 255), np.uint8)


def paint_mark(seed: int, kind: MarkKind, size_px: tuple[int, int], centre: tuple[float, float]) -> GlassMark:
    """Paint a mark.

    Args:
        seed: Same seed, same mark.
        kind: What it is.
        size_px: Width and height of the picture it lies on.
        centre: Where, as shares of the picture's width and height.
    """
    random = np.random.default_rng(stable_seed(seed, 300))
    width, height = size_px
    unit = width / REFERENCE_WIDTH_PX
    x, y = centre[0] * width, centre[1] * height
    shape = np.zeros((height, width), np.float32)
    radius = unit * float(random.uniform(14, 26))
    if kind is MarkKind.DIRT:
        for _ in range(int(random.integers(4, 9))):
            at = (int(x + random.normal(0, 0.5 * radius)), int(y + random.normal(0, 0.35 * radius)))
            axes = (max(1, int(radius * random.uniform(0.25, 0.6))), max(1, int(radius * random.uniform(0.2, 0.5))))
            cv2.ellipse(shape, at, axes, float(random.uniform(0, 180)), 0, 360, 1.0, -1)
    else:
        steps = int(random.integers(4, 7))
        points = np.stack([np.linspace(-1.4, 1.4, steps) * radius + x, random.normal(0, 0.22 * radius, steps) + y], axis=1)
        cv2.polylines(
            shape, [points.astype(np.int32)], isClosed=False, color=1.0, thickness=max(2, round(0.35 * radius)), lineType=cv2.LINE_AA
        )
    blurred = np.asarray(cv2.GaussianBlur(shape, (0, 0), max(0.8, 0.08 * radius)), np.float32)
    ragged = blurred + 0.2 * _noise(random, (height, width), max(1.0, 0.2 * radius))
    inside = ((ragged > 0.5) & (blurred > 0.1)).astype(np.float32)
    cover = np.asarray(cv2.GaussianBlur(inside, (0, 0), max(0.5, 0.7 * unit)), np.float32)
    rough = _noise(random, (height, width), max(1.0, 2.2 * unit))
    level = np.clip(float(random.uniform(0.07, 0.15)) + 0.05 * rough + np.clip(rough - 1.5, 0, 1) * 0.35, 0, 1) * 235.0
    colour = np.asarray(level[:, :, None] * np.asarray((0.86, 0.97, 1.0), np.float32), np.float32)
    cover.setflags(write=False)
    colour.setflags(write=False)
    left, top, wide, high = cv2.boundingRect((cover >= 0.5).astype(np.uint8))
    return GlassMark(cover, colour, (left, top, wide, high))


def _noise(random: np.random.Generator, size: tuple[int, int], cell_px: float) -> _Gray:
    """Smooth noise around 0, about unit spread, with cells of *cell_px*; *size* is height and width."""
    grid = random.standard_normal((max(2, round(size[0] / cell_px) + 1), max(2, round(size[1] / cell_px) + 1)), dtype=np.float32)
    return np.asarray(cv2.resize(grid, (size[1], size[0]), interpolation=cv2.INTER_LINEAR), np.float32)
