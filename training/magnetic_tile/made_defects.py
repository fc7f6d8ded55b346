"""This file decides how defects are made by geometry and chance on sound tiles, real or simulated: real ones are too few.

Every painter changes a float32 H x W picture (0..255) in place and writes its kind into a uint8 H x W kind map.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray, ImageU8
from training.magnetic_tile.spec import KINDS

_MARKED_FROM = 128


def paint_defect(gray: FloatArray, kinds: ImageU8, kind: str, random: np.random.Generator) -> None:
    """Paint one defect.

    Args:
        gray: float32 H x W, 0..255, changed in place.
        kinds: uint8 H x W, changed in place.
        kind: One of ``KINDS``.
        random: Where and how.
    """
    _PAINTERS[kind](gray, kinds, random)


def _mark(kinds: ImageU8, mask: ImageU8, kind: str) -> None:
    kinds[mask >= _MARKED_FROM] = KINDS.index(kind) + 1


def _weight(mask: ImageU8, soft_px: float) -> FloatArray:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), soft_px), np.float32) / np.float32(255.0)


def _darken(gray: FloatArray, mask: ImageU8, share: float, soft_px: float) -> None:
    gray *= 1.0 - _weight(mask, soft_px) * np.float32(share)


def make_field(random: np.random.Generator, shape: tuple[int, ...], cell_px: float) -> FloatArray:
    """Smooth chance of about spread 1 and mean 0, float32 of *shape*; structures of about *cell_px*."""
    height, width = shape[:2]
    rows, columns = max(2, round(height / cell_px) + 1), max(2, round(width / cell_px) + 1)
    rough = random.standard_normal((rows, columns), dtype=np.float32)
    return np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _blob(shape: tuple[int, ...], centre: tuple[float, float], radii: tuple[float, float], random: np.random.Generator) -> ImageU8:
    """An irregular closed shape."""
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    wobble = np.ones(24)
    for order in (2, 3, 4):
        wobble += random.normal(0, 0.28 / order) * np.cos(order * angles + random.uniform(0, 2 * np.pi))
    lean = random.uniform(0, np.pi)
    x, y = radii[0] * wobble * np.cos(angles), radii[1] * wobble * np.sin(angles)
    points = np.stack([centre[0] + x * np.cos(lean) - y * np.sin(lean), centre[1] + x * np.sin(lean) + y * np.cos(lean)], axis=1)
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(points * 8).astype(np.int32)], 255, cv2.LINE_AA, 3)
    return mask


def _blowhole(gray: FloatArray, kinds: ImageU8, random: np.random.Generator) -> None:
    height, width = gray.shape
    size = float(np.exp(random.uniform(np.log(2.5), np.log(11.0))))
    centre = (random.uniform(4, width - 4), random.uniform(4, height - 4))
    mask = _blob(gray.shape, centre, (size, size * random.uniform(0.45, 1.0)), random)
    if random.random() < 0.5:
        rim = np.roll(mask, (int(random.integers(-2, 3)), int(random.integers(-2, 3))), (0, 1))
        _darken(gray, rim, -float(random.uniform(0.05, 0.35)), 1.5)
    _darken(gray, mask, float(random.uniform(0.4, 0.8)), float(random.uniform(0.6, 1.3)))
    _mark(kinds, np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)), np.uint8), "blowhole")


def _crack(gray: FloatArray, kinds: ImageU8, random: np.random.Generator) -> None:
    height, width = gray.shape
    length, across = float(random.uniform(18, 0.5 * height)), float(random.uniform(0.08, 0.92) * width)
    from_edge = random.random() < 0.7
    y, direction = (float(random.uniform(0, 8)), 1.0) if random.random() < 0.5 else (height - 1.0 - float(random.uniform(0, 8)), -1.0)
    if not from_edge:
        y = float(random.uniform(0.1, 0.8) * height)
    heading = float(random.normal(0, 0.3)) if random.random() < 0.75 else float(random.uniform(-1.4, 1.4))
    bend = float(random.normal(0, 0.02))
    points, x = [(across, y)], across
    for _ in range(int(length / 4) + 2):
        heading = float(np.clip(heading + bend + random.normal(0, 0.16), -1.5, 1.5))
        x, y = x + 4 * np.sin(heading), y + direction * 4 * np.cos(heading)
        points.append((x, y))
    mask = np.zeros(gray.shape, np.uint8)
    thick = random.uniform(0.8, 3.2)
    for place, (start, end) in enumerate(pairwise(points)):
        taper = 1.0 - 0.6 * place / len(points)
        begin, stop = ((round(8 * one[0]), round(8 * one[1])) for one in (start, end))
        cv2.line(mask, begin, stop, 255, max(1, round(thick * taper * random.uniform(0.7, 1.5))), cv2.LINE_AA, 3)
    _darken(gray, mask, float(random.uniform(0.3, 0.7)), float(random.uniform(0.6, 1.2)))
    grown = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    _mark(kinds, np.asarray(grown, np.uint8), "crack")


def _break(gray: FloatArray, kinds: ImageU8, random: np.random.Generator) -> None:
    height, width = gray.shape
    along = float(random.uniform(0, 1))
    side = int(random.integers(4))
    centre = ((along * width, 0.0), (along * width, float(height)), (0.0, along * height), (float(width), along * height))[side]
    if random.random() < 0.4:
        centre = (float(random.choice((0, width))), float(random.choice((0, height))))
    size = float(np.exp(random.uniform(np.log(9), np.log(55))))
    mask = _blob(gray.shape, centre, (size, size * random.uniform(0.35, 1.0)), random)
    weight = _weight(mask, 1.0)
    smooth = np.asarray(cv2.GaussianBlur(gray, (0, 0), 7), np.float32)
    rough = make_field(random, gray.shape, 4) * 0.08 + make_field(random, gray.shape, 14) * 0.14 + np.float32(random.uniform(0.5, 1.15))
    gray += weight * (smooth * np.clip(rough, 0.1, 2.0) - gray)
    outline = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)), np.uint8)
    _darken(gray, outline, float(random.uniform(-0.3, 0.6)), 1.1)
    if random.random() < 0.4:
        specks = ((make_field(random, gray.shape, 3) > 1.8) & (mask > 0)).astype(np.uint8) * np.uint8(255)
        gray += _weight(specks, 0.8) * np.float32(random.uniform(20, 90))
    _mark(kinds, mask, "break")


def _fray(gray: FloatArray, kinds: ImageU8, random: np.random.Generator) -> None:
    height, width = gray.shape
    centre = (random.uniform(0.1, 0.9) * width, random.uniform(0.1, 1.0) * height)
    radii = (random.uniform(0.06, 0.25) * width + 5, random.uniform(0.06, 0.4) * height + 5)
    mask = _blob(gray.shape, centre, (float(max(radii)), float(min(radii))), random)
    weight = _weight(mask, float(random.uniform(1.0, 3.0)))
    smooth = np.asarray(cv2.GaussianBlur(gray, (0, 0), 9), np.float32)
    level = np.float32(smooth[mask > 0].mean() if (mask > 0).any() else smooth.mean())
    share = np.float32(random.uniform(0.3, 0.9))
    flat = share * level + (1 - share) * smooth
    grain = make_field(random, gray.shape, 1.6) * 0.03 + make_field(random, gray.shape, 30) * 0.04 + np.float32(random.uniform(0.5, 0.92))
    gray += weight * (flat * grain - gray)
    if random.random() < 0.4:
        outline = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)), np.uint8)
        _darken(gray, outline, float(random.uniform(0.1, 0.4)), 1.3)
    _mark(kinds, mask, "fray")


def _uneven(gray: FloatArray, kinds: ImageU8, random: np.random.Generator) -> None:
    """An area that was ground deeper, or not as deep: other grooves and another brightness, along a nearly level step."""
    height, width = gray.shape
    columns = np.arange(width, dtype=np.float32)
    slope = float(random.normal(0, 0.12))
    wave = make_field(random, (1, width), 60)[0] * np.float32(random.uniform(0.5, 5))
    step = float(random.uniform(0.15, 0.5)) * height + slope * (columns - width / 2) + wave
    rows = np.arange(height, dtype=np.float32)[:, None]
    inside = rows < step
    if random.random() < 0.3:
        inside &= rows > step - float(random.uniform(0.12, 0.3)) * height
    if random.random() < 0.35:
        left = random.uniform(0, 0.5) * width
        inside &= (columns > left) if random.random() < 0.5 else (columns < width - left)
    if random.random() < 0.5:
        inside = inside[::-1]
    mask = np.asarray(inside, np.uint8) * np.uint8(255)
    weight = _weight(np.ascontiguousarray(mask), float(random.uniform(1.0, 4.0)))
    lines = random.standard_normal(width, dtype=np.float32)
    coarse = make_field(random, (1, width), float(random.uniform(4, 14)))[0]
    grooves = lines * np.float32(random.uniform(0.0, 0.06)) + coarse * np.float32(random.uniform(0.02, 0.16))
    strength = 1.0 + 0.5 * make_field(random, gray.shape, 70)
    vertical = np.asarray(cv2.blur(gray, (1, 41)), np.float32)
    smooth = np.asarray(cv2.GaussianBlur(gray, (0, 0), 12), np.float32)
    kept = np.float32(random.uniform(0.0, 1.0))
    level = np.float32(random.uniform(0.8, 1.3))
    other = (smooth + kept * (vertical - smooth) + 0.6 * (gray - vertical)) * level * np.exp(grooves * strength)
    gray += weight * (other - gray)
    _mark(kinds, mask, "uneven")


def add_harmless(gray: FloatArray, random: np.random.Generator) -> None:
    """Scribbles, faint stains and bright scratches: what sound tiles have too; changes *gray* (float32 H x W) in place."""
    for _ in range(int(random.integers(1, 4))):
        mask = np.zeros(gray.shape, np.uint8)
        height, width = gray.shape
        choice = random.random()
        if choice < 0.4:
            centre = (random.uniform(0, width), random.uniform(0, height))
            mask = _blob(gray.shape, centre, (random.uniform(4, 40), random.uniform(3, 16)), random)
            _darken(gray, mask, float(random.uniform(0.05, 0.25)), float(random.uniform(3, 9)))
        elif choice < 0.75:
            points = _scribble(random, width, height)
            cv2.polylines(mask, [points], isClosed=False, color=255, thickness=1, lineType=cv2.LINE_AA, shift=3)
            _darken(gray, mask, float(random.uniform(0.1, 0.35)), float(random.uniform(0.8, 1.6)))
        else:
            start = (int(random.uniform(0, width)), int(random.uniform(0, height)))
            cv2.line(mask, start, (start[0] + int(random.normal(0, 30)), start[1] + int(random.normal(0, 60))), 255, 1, cv2.LINE_AA)
            _darken(gray, mask, -float(random.uniform(0.15, 0.7)), 0.7)


def _scribble(random: np.random.Generator, width: int, height: int) -> NDArray[np.int32]:
    count = int(random.integers(8, 30))
    turns = np.cumsum(random.normal(0, 0.35, count) + random.normal(0, 0.15)) + random.uniform(0, 2 * np.pi)
    steps = np.stack([np.cos(turns), np.sin(turns)], axis=1) * random.uniform(3, 7)
    points = np.cumsum(steps, axis=0) + np.asarray((random.uniform(0, width), random.uniform(0, height)))
    return np.rint(points * 8).astype(np.int32)


_Painter = Callable[[FloatArray, ImageU8, np.random.Generator], None]
_PAINTERS: Mapping[str, _Painter] = dict(zip(KINDS, (_blowhole, _break, _crack, _fray, _uneven), strict=True))
