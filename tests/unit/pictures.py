"""This file decides which little pictures the unit tests judge."""

from __future__ import annotations

import cv2
import numpy as np

from inference.findings import ImageU8


def paint(
    *, width: int = 96, height: int = 48, level: int = 20, spot: int | None = None, box: tuple[int, int, int, int] = (30, 10, 30, 20)
) -> ImageU8:
    """A gray picture, with a spot of another level in *box* (x, y, width, height) where *spot* says so."""
    image = np.full((height, width, 3), level, dtype=np.uint8)
    if spot is not None:
        x, y, w, h = box
        image[y : y + h, x : x + w] = spot
    return image


def encode_png(image: ImageU8) -> bytes:
    """The picture as the bytes of a PNG."""
    return cv2.imencode(".png", image)[1].tobytes()
