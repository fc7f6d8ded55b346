"""This file decides which simulated parts take part in training, and which ones the pack proves itself on."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from inference.findings import ImageU8
from inference.image_preprocessing import resize_image
from station.simulation.parts_texture import PartKind, paint_part, stable_seed
from training.pack_writer import GoldenImage
from training.surface_pitting.spec import HEIGHT_PX, IMAGE_INPUT, WIDTH_PX

PICTURE_PX = (1130, 460)
TRAINING_PARTS = 240
TRAINING_KINDS = (PartKind.PITTED, PartKind.STAINED, PartKind.PITTED, PartKind.SCRATCHED, PartKind.PITTED, PartKind.CLEAN)
GOLDEN_KINDS = (PartKind.PITTED, PartKind.PITTED, PartKind.PITTED, PartKind.SCRATCHED, PartKind.STAINED, PartKind.CLEAN)
GOLDEN_CANDIDATES = 12
GOLDEN_CLEARANCE = 0.4
"""A golden picture's score keeps this share of the way to 0 or 1 from the threshold, so that only a real change turns it."""
_COARSE = 0xF8
"""Golden pictures keep five bits per colour: a third of the file, and still every edge."""


def render_training_parts(seed: int) -> list[tuple[ImageU8, ImageU8]]:
    """Rendered parts and their pit masks on the network's grid: half pitted, the rest stained, scratched or clean."""
    parts: list[tuple[ImageU8, ImageU8]] = []
    for number in range(TRAINING_PARTS):
        painted = paint_part(stable_seed(seed, number, 100), TRAINING_KINDS[number % len(TRAINING_KINDS)], *PICTURE_PX)
        mask = cv2.resize(painted.pit_mask, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA)
        parts.append((resize_image(painted.image, IMAGE_INPUT), np.asarray(mask, np.uint8)))
    return parts


def choose_golden(seed: int, threshold: float, score: Callable[[ImageU8], float]) -> list[GoldenImage]:
    """Rendered parts, never seen in training, that are judged rightly and with a score that can move both ways.

    Args:
        seed: Of the parts.
        threshold: Of the pack.
        score: Scores a native picture.
    """
    golden: list[GoldenImage] = []
    for number, kind in enumerate(GOLDEN_KINDS):
        wanted = 0.5 * (1 + threshold) if kind is PartKind.PITTED else 0.5 * threshold
        fitting: list[tuple[float, ImageU8]] = []
        for candidate in range(GOLDEN_CANDIDATES):
            image = paint_part(stable_seed(seed, number, candidate, 200), kind, *PICTURE_PX).image & np.uint8(_COARSE)
            found = score(image)
            pitted = found >= threshold + GOLDEN_CLEARANCE * (1 - threshold)
            right = pitted if kind is PartKind.PITTED else found < threshold * (1 - GOLDEN_CLEARANCE)
            if right:
                fitting.append((abs(found - wanted), image))
        if fitting:
            golden.append(GoldenImage(f"{number + 1}-{kind.value}", min(fitting, key=lambda item: item[0])[1]))
    return golden
