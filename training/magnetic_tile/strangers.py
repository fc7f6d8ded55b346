"""This file decides which pictures the pack must refuse: other products, noise, darkness, a hand before the lens.

They are only measured with, never trained on. The pictures of other sets stay where they are.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from inference.findings import ImageU8
from inference.image_file import read_image

OTHER_SETS = ("x_sdd", "casting", "ball_screw")
PER_KIND = 60
_MADE_SEED = 4711


def read_strangers(data_dir: Path, genuine: Sequence[ImageU8]) -> Mapping[str, list[ImageU8]]:
    """Kind -> gray pictures in sizes of tiles, so that their size alone does not give them away.

    Args:
        data_dir: Folder of the real data sets; sets that are not there are left out.
        genuine: Gray tiles, before which a hand is held, and that are drowned in noise.
    """
    random = np.random.default_rng(_MADE_SEED)
    picked = list(genuine[:: max(1, len(genuine) // PER_KIND)])[:PER_KIND]
    found: dict[str, list[ImageU8]] = {}
    for name in OTHER_SETS:
        index = data_dir / "vision" / name / "index.csv"
        if index.is_file():
            with index.open(encoding="utf-8", newline="") as file:
                paths = [index.parent / row["image"] for row in csv.DictReader(file)]
            chosen = paths[:: max(1, len(paths) // PER_KIND)][: len(picked)]
            found[name] = [_cut(read_image(path), one.shape) for path, one in zip(chosen, picked, strict=False)]
    found["noise"] = [random.integers(0, 256, image.shape, dtype=np.uint8) for image in picked]
    found["grain of the picture's own contrast"] = [
        np.clip(random.normal(float(image.mean()), max(4.0, float(image.std())), image.shape), 0, 255).astype(np.uint8) for image in picked
    ]
    found["black frame"] = [np.clip(random.normal(4, 2, image.shape), 0, 255).astype(np.uint8) for image in picked]
    found["hand before the lens"] = [hold_hand_before(image, random) for image in picked]
    found["out of focus"] = [np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(4, 9)), np.uint8) for image in picked]
    return found


def _cut(image: ImageU8, shape: tuple[int, ...]) -> ImageU8:
    height, width = shape[:2]
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    factor = max(height / gray.shape[0], width / gray.shape[1])
    size = (max(width, round(gray.shape[1] * factor)), max(height, round(gray.shape[0] * factor)))
    grown = cv2.resize(gray, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(grown[top : top + height, left : left + width], dtype=np.uint8)


def hold_hand_before(gray: ImageU8, random: np.random.Generator) -> ImageU8:
    """A palm with fingers, gray as the camera is, shaded, out of focus, over a quarter or more of the picture."""
    height, width = gray.shape
    cover = np.zeros((height, width), np.uint8)
    palm = random.uniform(0.3, 0.5) * min(height, width)
    x, y = int(random.uniform(0.25, 0.75) * width), int(random.uniform(0.25, 0.75) * height)
    cv2.ellipse(cover, (x, y), (int(palm * 1.1), int(palm)), 0, 0, 360, 255, -1)
    lean = random.uniform(0, 360)
    for finger in range(5):
        angle, reach = np.deg2rad(lean + 24 * finger), palm * random.uniform(1.7, 2.3)
        cv2.line(cover, (x, y), (int(x + reach * np.cos(angle)), int(y + reach * np.sin(angle))), 255, max(3, int(palm * 0.36)))
    weight = cv2.GaussianBlur(cover, (0, 0), random.uniform(2, 7)).astype(np.float32) / 255.0
    shade = cv2.resize(random.uniform(0.8, 1.1, (4, 4)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(gray * (1 - weight) + random.uniform(80, 185) * shade * weight, 0, 255), np.uint8)
