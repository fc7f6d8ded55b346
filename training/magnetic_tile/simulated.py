"""This file decides the simulated tiles: ground metal painted by geometry and chance, no picture of the data set."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from inference.findings import Finding, FloatArray, ImageU8, Verdict
from station.simulation.parts_texture import stable_seed
from training.magnetic_tile.made_defects import add_harmless, make_field, paint_defect
from training.magnetic_tile.spec import KINDS
from training.pack_writer import GoldenImage

HEALTHY = "ok"
GOLDEN_TILES: tuple[tuple[str | None, tuple[int, int]], ...] = (
    (None, (150, 260)),
    ("blowhole", (150, 260)),
    ("break", (170, 250)),
    ("crack", (160, 240)),
    ("fray", (180, 240)),
    ("uneven", (170, 260)),
    (None, (980, 600)),
    ("crack", (960, 610)),
)
"""Kind, width and height. The last two are larger than the network's input, so that another interpolation shows."""
GOLDEN_CANDIDATES = 80
_COARSE = 0xFC
"""Golden pictures keep six bits: smaller files, and still every groove."""


def paint_ground(random: np.random.Generator, width_px: int, height_px: int) -> FloatArray:
    """A sound ground surface under a lamp from above, float32 H x W, 0..255: vertical grooves, shade at the sides, stains."""
    shape = (height_px, width_px)
    level = float(np.exp(random.uniform(np.log(55), np.log(170))))
    across = np.linspace(-1, 1, width_px, dtype=np.float32)
    bulge = 1.0 - np.float32(random.uniform(0.05, 0.5)) * np.abs(across - np.float32(random.uniform(-0.3, 0.3))) ** 2
    light = np.log(np.clip(bulge, 0.1, 2))[None] + 0.12 * make_field(random, shape, 150)
    lines = random.standard_normal(width_px, dtype=np.float32) * np.float32(random.uniform(0.01, 0.05))
    lines += make_field(random, (1, width_px), float(random.uniform(3, 9)))[0] * np.float32(random.uniform(0.01, 0.05))
    bright = random.random(width_px) < 0.012
    lines[bright] += np.abs(random.normal(0.12, 0.1, int(bright.sum()))).astype(np.float32)
    strength = np.clip(1.0 + 0.5 * make_field(random, shape, 90), 0.1, 3.0)
    grain = np.asarray(cv2.GaussianBlur(random.standard_normal(shape, dtype=np.float32), (0, 0), 0.7), np.float32)
    grain += np.asarray(cv2.blur(random.standard_normal(shape, dtype=np.float32), (1, 9)), np.float32)
    gray = np.float32(level) * np.exp(light + lines[None] * strength + grain * np.float32(random.uniform(0.03, 0.07)))
    if random.random() < 0.6:
        _add_sides(gray, random)
    add_harmless(gray, random)
    return np.asarray(np.clip(gray, 3, 255), np.float32)


def _add_sides(gray: FloatArray, random: np.random.Generator) -> None:
    """The tile's flanks: darker or brighter stripes beside the ground face."""
    height, width = gray.shape
    for place in (slice(0, int(random.uniform(2, 0.08 * width + 3))), slice(width - int(random.uniform(2, 0.08 * width + 3)), width)):
        if random.random() < 0.7:
            gray[:, place] *= np.float32(random.uniform(0.3, 1.3))
    if random.random() < 0.4:
        depth = int(random.uniform(1, 9))
        rows = slice(0, depth) if random.random() < 0.5 else slice(height - depth, height)
        gray[rows] *= np.float32(random.uniform(0.1, 0.6))


def paint_tile(seed: int, kind: str | None, width_px: int = 280, height_px: int = 360) -> tuple[ImageU8, ImageU8]:
    """A simulated tile: gray uint8 H x W and its kind map uint8 H x W; *kind* None is a sound one. Same seed, same tile."""
    random = np.random.default_rng(seed)
    gray = paint_ground(random, width_px, height_px)
    kinds = np.zeros(gray.shape, np.uint8)
    if kind is not None:
        for _ in range(int(random.integers(1, 3)) if kind == KINDS[0] else 1):
            paint_defect(gray, kinds, kind, random)
    return np.asarray(np.clip(gray, 0, 255), np.uint8), kinds


def choose_golden(seed: int, judge: Callable[[ImageU8], Finding]) -> list[GoldenImage]:
    """Simulated tiles, never seen in training, that are judged rightly and clearly and are familiar; kinds of which none is are left out.

    Args:
        seed: Of the tiles.
        judge: BGR picture of any size -> what the pack says of it.
    """
    golden: list[GoldenImage] = []
    for number, (kind, size) in enumerate(GOLDEN_TILES, start=1):
        fitting: list[tuple[float, ImageU8]] = []
        for candidate in range(GOLDEN_CANDIDATES):
            gray = paint_tile(stable_seed(seed, number, candidate, 900), kind, *size)[0] & np.uint8(_COARSE)
            image = np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), np.uint8)
            found = judge(image)
            if found.verdict is Verdict.NO_VERDICT or found.label != (kind or HEALTHY) or found.novelty is None or found.novelty > 0.9:
                continue
            limit = found.threshold
            if found.score < 0.6 * limit if kind is None else found.score >= limit + 0.25 * (1 - limit):
                fitting.append((found.novelty, image))
        if fitting:
            golden.append(GoldenImage(f"{number}-{kind or HEALTHY}", min(fitting, key=lambda item: item[0])[1]))
    return golden
