"""This file decides how a gray picture comes to the network in training: as the running program brings it there."""

from __future__ import annotations

import cv2
import numpy as np

from inference.findings import FloatArray, ImageU8
from inference.image_preprocessing import normalise_image, resize_image
from training.magnetic_tile.spec import IMAGE_INPUT


def to_canvas(gray: ImageU8) -> ImageU8:
    """*gray* (uint8 h x w) as the pack's input places it: uint8 416 x 640 x 3."""
    return resize_image(np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), np.uint8), IMAGE_INPUT)


def to_tensor(gray: ImageU8) -> FloatArray:
    """The network's input for *gray*, float32 (1, 1, 416, 640)."""
    return normalise_image(to_canvas(gray), IMAGE_INPUT)
