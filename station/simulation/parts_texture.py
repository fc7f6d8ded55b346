"""This file decides how one simulated machined part looks: a ground spindle with grooves, oil, and, on some, pits.

Everything is painted with the grooves lying level, then sheared to their slope. Lengths are in reference pixels of a
1130 px wide picture and scale with the width.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.findings import ImageU8

_Gray = NDArray[np.float32]

REFERENCE_WIDTH_PX = 1130.0
TRACK_SLOPE = 0.55
TRACK_LOW = 0.76
TRACK_HIGH = 0.96
"""Balls run, and pits begin, where y / height + 0.55 * x / width lies between these: seen by a fixed camera, the same on every part."""


class PartKind(StrEnum):
    """What is on a part. Only :attr:`PITTED` is a defect; the others must be judged OK."""

    CLEAN = "clean"
    SCRATCHED = "scratched"
    STAINED = "stained"
    PITTED = "pitted"


@dataclass(frozen=True, slots=True, eq=False)
class PartTexture:
    """A painted part: *image* uint8 H x W x 3 BGR and *pit_mask* uint8 H x W (255 inside a pit), both read-only."""

    kind: PartKind
    image: ImageU8
    pit_mask: ImageU8


def stable_seed(*numbers: int) -> int:
    """A seed from several numbers, the same on every computer and run."""
    return zlib.crc32(",".join(str(number) for number in numbers).encode("ascii"))


def paint_part(seed: int, kind: PartKind, width_px: int, height_px: int) -> PartTexture:
    """Paint one part.

    Args:
        seed: Same seed, same part.
        kind: What is on it.
        width_px: Width of the picture, at least 64.
        height_px: Height of the picture, at least 32.

    Returns:
        The part filling the whole picture. Any thread; about 30 ms for 1130 x 460.
    """
    random = np.random.default_rng(seed)
    unit = width_px / REFERENCE_WIDTH_PX
    slope = float(random.uniform(0.10, 0.24))
    level_height = height_px + int(np.ceil(slope * width_px)) + 8
    band = _Bands(random, level_height, unit * float(random.uniform(0.85, 1.15)))
    gray = band.shade[:, None] * _lamp(random, level_height, width_px)
    gray += _grinding(random, level_height, width_px, unit) * (0.25 + 0.75 * band.polish[:, None])
    mask = np.zeros((level_height, width_px), np.uint8)
    brown = np.zeros((level_height, width_px), np.float32)
    top, bottom = slope * width_px, float(height_px)
    place = _Place(random, band, width_px, top, bottom, slope)
    if kind is PartKind.STAINED or random.random() < 0.35:
        _stain(gray, brown, place, unit, int(random.integers(2, 6)) if kind is PartKind.STAINED else 1)
    if kind is PartKind.SCRATCHED or random.random() < 0.35:
        _scratch(gray, place, unit, int(random.integers(4, 12)) if kind is PartKind.SCRATCHED else 2)
    if kind is PartKind.PITTED:
        for _ in range(int(random.integers(1, 4))):
            _pit(gray, brown, mask, place, unit)
    image = _colour(gray, brown, random)
    shear = np.asarray([[1.0, 0.0, 0.0], [-slope, 1.0, 0.0]], np.float32)
    size = (width_px, height_px)
    image = np.asarray(cv2.warpAffine(image, shear, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101), np.uint8)
    mask = np.asarray(cv2.warpAffine(mask, shear, size, flags=cv2.INTER_NEAREST), np.uint8)
    image.setflags(write=False)
    mask.setflags(write=False)
    return PartTexture(kind, image, mask)


def paint_gap(width_px: int, height_px: int) -> ImageU8:
    """The spacer seen between two parts: bare metal, evenly lit; uint8 H x W x 3 BGR.

    It has no dark edge: the pack was taught on parts that fill the picture, and takes a dark, ragged edge for pits.
    """
    shade = np.linspace(1.0, 0.9, height_px, dtype=np.float32)[:, None, None]
    even = np.broadcast_to(shade * np.asarray((120.0, 145.0, 150.0), np.float32), (height_px, width_px, 3))
    return np.asarray(np.clip(even, 0, 255), np.uint8)


class _Bands:
    """Brightness and polish along the normal of the grooves: bright ground lands, round grooves with dark flanks."""

    def __init__(self, random: np.random.Generator, height: int, unit: float) -> None:
        period = unit * float(random.uniform(130, 200))
        phase = float(random.uniform(0, 1))
        self.share = (np.arange(height, dtype=np.float32) / period + phase) % 1.0
        knots = (0.0, 0.06, 0.12, 0.30, 0.48, 0.56, 0.62, 0.66, 0.80, 0.96, 1.0)
        base = np.asarray((0.20, 0.34, 0.52, 0.66, 0.52, 0.26, 0.16, 0.58, 0.66, 0.60, 0.20))
        self.shade = np.interp(self.share, knots, base + random.normal(0, 0.03, base.size)).astype(np.float32)
        self.polish = np.where((self.share > 0.1) & (self.share < 0.5), 0.6, 1.0).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where something can be put so that it is seen after the shear."""

    random: np.random.Generator
    band: _Bands
    width: int
    top: float
    bottom: float
    slope: float

    def anywhere(self) -> tuple[int, int]:
        """A visible spot (x, y) on the level canvas."""
        x = int(self.random.uniform(0.06, 0.94) * self.width)
        return x, int(self.slope * x + self.random.uniform(0.08, 0.92) * self.bottom)

    def on_track(self) -> tuple[int, int]:
        """A visible spot where the balls run: a band that falls across the picture as in the recordings of a real spindle."""
        x_share = self.random.uniform(0.08, 0.92)
        y_share = self.random.uniform(TRACK_LOW, TRACK_HIGH) - TRACK_SLOPE * x_share
        x = int(x_share * self.width)
        return x, int(self.slope * x + y_share * self.bottom)


def _noise(random: np.random.Generator, height: int, width: int, cell_y: float, cell_x: float) -> _Gray:
    """Smooth noise around 0, about unit spread, with cells of the given size."""
    grid = random.standard_normal((max(2, round(height / cell_y) + 1), max(2, round(width / cell_x) + 1)), dtype=np.float32)
    return np.asarray(cv2.resize(grid, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _lamp(random: np.random.Generator, height: int, width: int) -> _Gray:
    """Uneven light along and across the spindle, with the soft streaks a lamp leaves on polished steel."""
    x = np.linspace(0, 1, width, dtype=np.float32)
    along = 0.92 + 0.14 * np.sin(2 * np.pi * (x * float(random.uniform(0.6, 1.4)) + float(random.uniform(0, 1))))
    for _ in range(2):
        centre, spread, power = random.uniform(0.05, 0.95), random.uniform(0.03, 0.12), random.uniform(0.1, 0.45)
        along = along + power * np.exp(-(((x - centre) / spread) ** 2))
    return np.asarray(along[None, :].astype(np.float32) * (1.0 + 0.06 * _noise(random, height, width, 60.0, 200.0)), np.float32)


def _grinding(random: np.random.Generator, height: int, width: int, unit: float) -> _Gray:
    """Fine lines along the grooves."""
    fine = _noise(random, height, width, max(1.0, 1.2 * unit), 140.0 * unit)
    coarse = _noise(random, height, width, 4.0 * unit, 320.0 * unit)
    return np.asarray(float(random.uniform(0.010, 0.035)) * fine + float(random.uniform(0.01, 0.03)) * coarse, np.float32)


def _stain(gray: _Gray, brown: _Gray, place: _Place, unit: float, count: int) -> None:
    """Oil and dried grease: brown, translucent, smooth rims, often drawn out along the groove."""
    random = place.random
    for _ in range(count):
        x, y = place.anywhere()
        half = (int(unit * random.uniform(20, 130)), int(unit * random.uniform(6, 24)))
        window, cover = _window(gray, x, y, 2 * half[0], 2 * half[1])
        if cover.size == 0:
            continue
        cv2.ellipse(cover, (x - window[1].start, y - window[0].start), half, 0, 0, 360, 1.0, -1)
        cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), max(1.0, unit * random.uniform(2, 7))), np.float32)
        cover *= np.clip(0.75 + 0.35 * _noise(random, cover.shape[0], cover.shape[1], 12 * unit, 40 * unit), 0.2, 1.0)
        gray[window] *= 1.0 - float(random.uniform(0.25, 0.7)) * cover
        brown[window] = np.maximum(brown[window], float(random.uniform(0.3, 0.9)) * cover)


def _scratch(gray: _Gray, place: _Place, unit: float, count: int) -> None:
    """Thin bright or dark lines, most of them along the grooves."""
    random = place.random
    for _ in range(count):
        x, y = place.anywhere()
        length, rise = unit * random.uniform(50, 380), random.normal(0, 0.04) if random.random() < 0.7 else random.normal(0, 0.6)
        end = (int(x + length), int(y + rise * length))
        layer = np.zeros(gray.shape, np.uint8)
        cv2.line(layer, (x, y), end, 255, max(1, round(unit * float(random.uniform(0.8, 2.2)))), cv2.LINE_AA)
        rows = slice(max(0, min(y, end[1]) - 4), max(y, end[1]) + 5)
        gray[rows] += layer[rows].astype(np.float32) * (float(random.choice((-0.16, -0.1, 0.12, 0.2))) / 255.0)


def _pit(gray: _Gray, brown: _Gray, mask: ImageU8, place: _Place, unit: float) -> None:
    """A cluster of craters: ragged rim, dark rough floor, glints where the lamp catches an edge."""
    random = place.random
    x, y = place.on_track()
    radius = max(3.0, unit * float(np.exp(random.uniform(np.log(11), np.log(40)))))
    window, blob = _window(gray, x, y, int(2.4 * radius), int(1.6 * radius))
    if blob.size == 0:
        return
    for _ in range(int(random.integers(3, 9))):
        centre = (
            int(x - window[1].start + random.normal(0, 0.55 * radius)),
            int(y - window[0].start + random.normal(0, 0.25 * radius)),
        )
        axes = (max(1, int(radius * random.uniform(0.2, 0.6))), max(1, int(radius * random.uniform(0.15, 0.4))))
        cv2.ellipse(blob, centre, axes, float(random.uniform(-40, 40)), 0, 360, 1.0, -1)
    blob = np.asarray(cv2.GaussianBlur(blob, (0, 0), max(0.8, 0.10 * radius)), np.float32)
    ragged = blob + 0.22 * _noise(random, blob.shape[0], blob.shape[1], 0.22 * radius, 0.22 * radius)
    inside = (ragged > 0.5) & (blob > 0.1)
    cover = np.asarray(cv2.GaussianBlur(inside.astype(np.float32), (0, 0), max(0.5, 0.7 * unit)), np.float32)
    rough = _noise(random, blob.shape[0], blob.shape[1], max(1.0, 2.2 * unit), max(1.0, 2.2 * unit))
    floor = float(random.uniform(0.06, 0.16)) + 0.05 * rough
    glint = np.clip(rough - 1.5, 0, 1) * float(random.uniform(0.2, 0.6))
    gray[window] = gray[window] * (1 - cover) + (floor + glint) * cover
    rim = np.clip(cover - np.roll(cover, -max(1, round(1.5 * unit)), axis=0), 0, 1)
    gray[window] += float(random.uniform(0.05, 0.25)) * rim
    brown[window] = np.maximum(brown[window], 0.5 * cover)
    mask[window][inside] = 255


def _window(gray: _Gray, x: int, y: int, half_width: int, half_height: int) -> tuple[tuple[slice, slice], _Gray]:
    """The part of the canvas around (x, y) and an empty layer of its size."""
    height, width = gray.shape
    rows = slice(max(0, y - half_height), min(height, y + half_height))
    columns = slice(max(0, x - half_width), min(width, x + half_width))
    return (rows, columns), np.zeros((max(0, rows.stop - rows.start), max(0, columns.stop - columns.start)), np.float32)


def _colour(gray: _Gray, brown: _Gray, random: np.random.Generator) -> ImageU8:
    """Steel under a warm lamp; browner where oil lies. uint8 H x W x 3 BGR."""
    warm = float(random.uniform(0.0, 1.0))
    steel = np.asarray((0.94 - 0.14 * warm, 1.0, 1.02 + 0.03 * warm), np.float32)
    oil = np.asarray((0.55, 0.82, 1.0), np.float32)
    level = np.clip(gray, 0.0, 1.1) * 255.0 * float(random.uniform(0.85, 1.1))
    planes = [level * (tone + (film - tone) * brown) for tone, film in zip(steel, oil, strict=True)]
    return np.asarray(np.clip(cv2.merge(planes), 0, 255), np.uint8)
