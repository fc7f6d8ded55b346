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
from inference.image_preprocessing import resize_image
from training.surface_pitting.spec import HEIGHT_PX, IMAGE_INPUT, WIDTH_PX

OTHER_SETS = ("magnetic_tile", "x_sdd", "casting")
PER_KIND = 100
_MADE_SEED = 4711
_SKIN_BGR = (120.0, 150.0, 205.0)


def read_strangers(data_dir: Path, genuine: Sequence[ImageU8]) -> Mapping[str, list[ImageU8]]:
    """Kind -> pictures on the network's grid (uint8 336 x 800 x 3 BGR), stretched, so that their shape alone does not give them away.

    Args:
        data_dir: Folder of the real data sets; sets that are not there are left out.
        genuine: Frames of the spindle on the network's grid, before which a hand is held.
    """
    random = np.random.default_rng(_MADE_SEED)
    found: dict[str, list[ImageU8]] = {}
    for name in OTHER_SETS:
        index = data_dir / "vision" / name / "index.csv"
        if index.is_file():
            with index.open(encoding="utf-8", newline="") as file:
                paths = [index.parent / row["image"] for row in csv.DictReader(file)]
            found[name] = [_read(path) for path in paths[:: max(1, len(paths) // PER_KIND)]]
    found["noise"] = [_noise(random) for _ in range(PER_KIND)]
    found["black frame"] = [_darkness(random) for _ in range(PER_KIND)]
    picked = genuine[:: max(1, len(genuine) // PER_KIND)]
    found["hand before the lens"] = [hold_hand_before(image, random) for image in picked]
    return found


def _read(path: Path) -> ImageU8:
    image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    return resize_image(np.asarray(image, np.uint8), IMAGE_INPUT)


def _noise(random: np.random.Generator) -> ImageU8:
    grain = int(random.choice((1, 2, 4, 8)))
    shape = (HEIGHT_PX // grain, WIDTH_PX // grain, 3)
    values = np.clip(random.normal(random.uniform(90, 150), random.uniform(25, 70), shape), 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(values, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_NEAREST), np.uint8)


def _darkness(random: np.random.Generator) -> ImageU8:
    values = random.normal(random.uniform(0, 12), random.uniform(0, 4), (HEIGHT_PX, WIDTH_PX, 3))
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def hold_hand_before(image: ImageU8, random: np.random.Generator) -> ImageU8:
    """A palm with fingers from a random side, skin-coloured, shaded, out of focus, over a fifth or more of the picture."""
    cover = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    x, y = random.uniform(0.15, 0.85) * WIDTH_PX, random.uniform(0.35, 0.9) * HEIGHT_PX
    palm = random.uniform(0.3, 0.5) * HEIGHT_PX
    cv2.ellipse(cover, (int(x), int(y)), (int(palm * 1.15), int(palm)), 0, 0, 360, 255, -1)
    lean = random.uniform(0, 360)
    for finger in range(5):
        angle = np.deg2rad(lean + 24 * finger)
        reach = palm * random.uniform(1.7, 2.3)
        tip = (int(x + reach * np.cos(angle)), int(y + reach * np.sin(angle)))
        cv2.line(cover, (int(x), int(y)), tip, 255, int(palm * 0.36))
    weight = cv2.GaussianBlur(cover, (0, 0), random.uniform(4, 14)).astype(np.float32)[..., None] / 255.0
    rough = cv2.resize(random.uniform(0.55, 1.1, (5, 9)).astype(np.float32), (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
    skin = np.asarray(_SKIN_BGR, np.float32) * random.uniform(0.35, 1.05) * rough[..., None]
    return np.asarray(np.clip(image * (1 - weight) + skin * weight, 0, 255), np.uint8)
