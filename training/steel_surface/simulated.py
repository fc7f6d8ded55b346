"""This file decides the made steel surfaces that the pack proves itself on: painted by chance and geometry, no picture of the data set.

They are painted larger than the network's picture, so that another interpolation changes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.findings import ImageU8
from station.simulation.parts_texture import stable_seed
from training.pack_writer import GoldenImage
from training.steel_surface.spec import KINDS

SIDE_PX = 200
CANDIDATES = 40
TRIED_KINDS = (6, 4, 5, 3, 1, 0, 2)

_MASK_BLUR_PX, _MASK_LEVELS = 2.0, 4.0
"""A defect lies where it changes the plate, smoothed, by more than so many gray levels."""

_Gray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class MadeSurface:
    """One surface: *image* uint8 200 x 200 x 3, all colours alike; *mask* bool 200 x 200, where a defect changed the plate."""

    image: ImageU8
    mask: NDArray[np.bool_]


def paint_steel(seed: int, kind: str) -> ImageU8:
    """The picture of :func:`paint_surface` with one defect, uint8 200 x 200 x 3.

    Args:
        seed: Same seed, same surface.
        kind: One of ``KINDS``.
    """
    return paint_surface(seed, (kind,)).image


def paint_surface(seed: int, kinds: Sequence[str]) -> MadeSurface:
    """Paint one surface.

    Args:
        seed: Same seed, same surface.
        kinds: Defects on it, of ``KINDS``; none for a good one.
    """
    random = np.random.default_rng(seed)
    gray = _paint_plate(random)
    plate = gray.copy()
    for kind in kinds:
        _PAINTERS[kind](gray, random)
    changed = cv2.GaussianBlur(np.abs(gray - plate), (0, 0), _MASK_BLUR_PX) > _MASK_LEVELS
    gray += _grain(random, 0.6, 0.9)
    gray += 130.0 - float(gray.mean())
    return MadeSurface(np.repeat(np.clip(gray, 0, 255).astype(np.uint8)[..., None], 3, axis=2), changed)


def _grain(random: np.random.Generator, sigma_px: float, spread: float, along: float = 1.0) -> _Gray:
    grain = random.normal(0, 1, (SIDE_PX, SIDE_PX)).astype(np.float32)
    grain = np.asarray(cv2.GaussianBlur(grain, (0, 0), sigmaX=sigma_px, sigmaY=sigma_px * along), np.float32)
    return np.asarray(grain * np.float32(spread / max(1e-6, float(grain.std()))), np.float32)


def _paint_plate(random: np.random.Generator) -> _Gray:
    plate = np.full((SIDE_PX, SIDE_PX), 130, np.float32)
    for sigma, spread, along in ((0.9, 2.4, 1.0), (2.0, 1.2, 1.6), (6.0, 0.9, 4.0), (30.0, 0.8, 2.0)):
        plate += _grain(random, sigma, spread * float(random.uniform(0.8, 1.2)), along)
    return plate


def _add(gray: _Gray, mask: ImageU8, level: float, soft_px: float) -> None:
    weight = cv2.GaussianBlur(mask, (0, 0), soft_px).astype(np.float32) / np.float32(255.0)
    gray += np.float32(level) * weight


def _blank() -> ImageU8:
    return np.zeros((SIDE_PX, SIDE_PX), np.uint8)


def _scratch(gray: _Gray, random: np.random.Generator) -> None:
    for _ in range(int(random.integers(1, 3))):
        mask, x = _blank(), int(random.uniform(0.15, 0.85) * SIDE_PX)
        cv2.line(mask, (x, 0), (x + int(random.integers(-2, 3)), SIDE_PX), 255, 2)
        _add(gray, mask, -float(random.uniform(25, 45)), 0.7)


def _flakes(gray: _Gray, random: np.random.Generator) -> None:
    field = _grain(random, 3.2, 1.0, 3.0) + _grain(random, 22.0, 0.6, 2.0)
    mask = np.asarray((field > random.uniform(1.3, 1.7)) * 255, np.uint8)
    _add(gray, mask, -float(random.uniform(22, 40)), 0.8)


def _slag(gray: _Gray, random: np.random.Generator) -> None:
    x = int(random.uniform(0.3, 0.7) * SIDE_PX)
    band = _blank()
    top, length = int(random.uniform(0.0, 0.25) * SIDE_PX), int(random.uniform(0.5, 0.75) * SIDE_PX)
    cv2.rectangle(band, (x - 4, top), (x + 4, top + length), 255, -1)
    weight = cv2.GaussianBlur(band, (0, 0), 2).astype(np.float32) / np.float32(255.0)
    gray += weight * (_grain(random, 1.6, 34.0, 2.0) - np.float32(12.0))


def _specks(gray: _Gray, random: np.random.Generator) -> None:
    field = _grain(random, 1.7, 1.0, 1.5) + _grain(random, 16.0, 0.35, 1.5)
    mask = np.asarray((field > random.uniform(1.75, 2.1)) * 255, np.uint8)
    _add(gray, mask, -float(random.uniform(22, 34)), 0.8)
    _add(gray, np.roll(mask, 2, axis=0), float(random.uniform(6, 12)), 1.0)


def _ash(gray: _Gray, random: np.random.Generator) -> None:
    mask = _blank()
    x, y = (int(random.uniform(0.3, 0.7) * SIDE_PX) for _ in range(2))
    cv2.ellipse(mask, (x, y), (int(random.uniform(14, 22)), int(random.uniform(8, 14))), 0, 0, 360, 255, -1)
    for _ in range(14):
        cv2.circle(mask, (x + int(random.normal(0, 20)), y + int(random.normal(10, 12))), int(random.integers(1, 4)), 255, -1)
    _add(gray, mask, -float(random.uniform(45, 70)), 1.8)


def _printing(gray: _Gray, random: np.random.Generator) -> None:
    mask, y = _blank(), int(random.uniform(0.25, 0.7) * SIDE_PX)
    slope = float(random.uniform(6, 14)) * (1 if random.random() < 0.5 else -1)
    cv2.ellipse(mask, (SIDE_PX // 2, y), (int(random.uniform(60, 110)), 5), slope, 0, 360, 255, -1)
    _add(gray, mask, -float(random.uniform(16, 26)), 1.2)
    _add(gray, np.roll(mask, -5, axis=0), float(random.uniform(8, 16)), 1.5)


def _spindle(gray: _Gray, random: np.random.Generator) -> None:
    mask = _blank()
    x, y = int(random.uniform(0.35, 0.65) * SIDE_PX), int(random.uniform(0.4, 0.6) * SIDE_PX)
    cv2.ellipse(mask, (x, y), (int(random.uniform(8, 13)), int(random.uniform(40, 60))), 0, 0, 360, 255, -1)
    weight = cv2.GaussianBlur(mask, (0, 0), 1.5).astype(np.float32) / np.float32(255.0)
    gray += weight * (_grain(random, 1.4, 18.0) - np.float32(random.uniform(26, 38)))


_PAINTERS: dict[str, Callable[[_Gray, np.random.Generator], None]] = dict(
    zip(KINDS, (_printing, _ash, _spindle, _specks, _flakes, _slag, _scratch), strict=True)
)


def choose_golden(seed: int, judge: Callable[[ImageU8], tuple[int, float, float]], limit: float) -> list[GoldenImage]:
    """Made surfaces that are named rightly, clearly, and are familiar; the kinds of which none is are left out.

    Args:
        seed: Of the surfaces.
        judge: Picture -> place of the kind named, its chance, novelty.
        limit: At and above it a picture is refused.
    """
    golden: list[GoldenImage] = []
    for number, place in enumerate(TRIED_KINDS, start=1):
        fitting: list[tuple[float, ImageU8]] = []
        for candidate in range(CANDIDATES):
            image = paint_steel(stable_seed(seed, place, candidate, 300), KINDS[place])
            named, chance, novelty = judge(image)
            if named == place and chance >= 0.75 and novelty < 0.95 * limit:
                fitting.append((novelty, image))
        if fitting:
            golden.append(GoldenImage(f"{number}-{KINDS[place]}", min(fitting, key=lambda item: item[0])[1]))
    return golden
