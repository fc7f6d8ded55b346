"""This file decides which pictures the pack must refuse: other products, noise, darkness, a hand before the lens.

They are only measured with, never trained on. The pictures of other sets stay where they are.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from inference.findings import ImageU8
from inference.image_file import read_image
from training.steel_surface.spec import SIDE_PX

OTHER_SETS = ("magnetic_tile", "casting", "ball_screw")
PER_KIND = 60
_MADE_SEED = 4711


def read_strangers(data_dir: Path, genuine: ImageU8) -> Mapping[str, list[ImageU8]]:
    """Kind -> pictures, uint8 BGR of the steel camera's shape, so that their shape alone does not give them away.

    Args:
        data_dir: Folder of the real data sets; sets that are not there are left out.
        genuine: Steel pictures, uint8 (n, 128, 128, 3), that are covered, blurred and drowned in noise.
    """
    random = np.random.default_rng(_MADE_SEED)
    found: dict[str, list[ImageU8]] = {}
    for name in OTHER_SETS:
        index = data_dir / "vision" / name / "index.csv"
        if index.is_file():
            with index.open(encoding="utf-8", newline="") as file:
                paths = [index.parent / row["image"] for row in csv.DictReader(file)]
            found[name] = [_cut(read_image(path)) for path in paths[:: max(1, len(paths) // PER_KIND)]]
    picked = genuine[:: max(1, len(genuine) // PER_KIND)]
    found["noise"] = [random.integers(0, 256, image.shape, dtype=np.uint8) for image in picked]
    found["grain of the picture's own contrast"] = [_grain(image, random) for image in picked]
    found["black frame"] = [np.clip(random.normal(4, 2, image.shape), 0, 255).astype(np.uint8) for image in picked]
    found["hand before the lens"] = [hold_hand_before(image, random) for image in picked]
    found["out of focus"] = [np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(4, 7)), np.uint8) for image in picked]
    return found


def _cut(image: ImageU8) -> ImageU8:
    height, width = image.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    part = image[top : top + side, left : left + side]
    return np.asarray(cv2.resize(part, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA), np.uint8)


def _grain(image: ImageU8, random: np.random.Generator) -> ImageU8:
    gray = random.normal(float(image.mean()), max(4.0, float(image.std())), image.shape[:2])
    return np.repeat(np.clip(gray, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def hold_hand_before(image: ImageU8, random: np.random.Generator) -> ImageU8:
    """A palm with fingers, gray as the camera is, shaded, out of focus, over a quarter or more of the picture."""
    cover = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    palm = random.uniform(0.3, 0.5) * SIDE_PX
    x, y = (int(random.uniform(0.25, 0.75) * SIDE_PX) for _ in range(2))
    cv2.ellipse(cover, (x, y), (int(palm * 1.1), int(palm)), 0, 0, 360, 255, -1)
    lean = random.uniform(0, 360)
    for finger in range(5):
        angle, reach = np.deg2rad(lean + 24 * finger), palm * random.uniform(1.7, 2.3)
        cv2.line(cover, (x, y), (int(x + reach * np.cos(angle)), int(y + reach * np.sin(angle))), 255, max(3, int(palm * 0.36)))
    weight = cv2.GaussianBlur(cover, (0, 0), random.uniform(1, 4)).astype(np.float32)[..., None] / 255.0
    shade = cv2.resize(random.uniform(0.8, 1.1, (4, 4)).astype(np.float32), (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)
    skin = random.uniform(80, 185) * shade[..., None]
    return np.asarray(np.clip(image * (1 - weight) + skin * weight, 0, 255), np.uint8)
