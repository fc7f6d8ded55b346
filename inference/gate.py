"""This file decides which pictures are not judged at all: too small, too large, too dark, too bright, blurred."""

from __future__ import annotations

import cv2
import numpy as np

from inference.contract import Gate, ImageInput
from inference.findings import ImageU8
from inference.image_preprocessing import place_image
from inference.reasons import Reason, ReasonCode


def check_size(width_px: int, height_px: int, gate: Gate) -> Reason | None:
    """Whether an image of this size can be judged; the reason when not."""
    size = f"{width_px}x{height_px}"
    if width_px < gate.min_width_px or height_px < gate.min_height_px:
        return Reason.of(ReasonCode.TOO_SMALL, size=size, limit=f"{gate.min_width_px}x{gate.min_height_px}")
    megapixels = width_px * height_px / 1e6
    if megapixels > gate.max_megapixels:
        return Reason.of(ReasonCode.TOO_LARGE, size=f"{megapixels:.1f}", limit=f"{gate.max_megapixels:g}")
    aspect = width_px / height_px
    if not gate.aspect_low <= aspect <= gate.aspect_high:
        return Reason.of(
            ReasonCode.WRONG_SHAPE, detail=f"{size} is {aspect:.2f} wide to high, not {gate.aspect_low:g} to {gate.aspect_high:g}"
        )
    return None


def check_light(resized: ImageU8, original_px: tuple[int, int], spec: ImageInput, gate: Gate) -> Reason | None:
    """Whether the picture is bright and sharp enough; the reason when not.

    Args:
        resized: uint8 network size x 3, BGR, as :func:`inference.image_preprocessing.resize_image` gives it.
        original_px: Width and height of the image before resizing, px: padding does not count as dark.
        spec: The pack's image input.
        gate: The pack's limits.
    """
    wants_brightness = gate.brightness_low > 0 or gate.brightness_high < 255
    if not wants_brightness and gate.sharpness_low <= 0:
        return None
    place = place_image(*original_px, spec)
    inside = resized[place.top : place.top + place.height, place.left : place.left + place.width]
    gray = cv2.cvtColor(inside, cv2.COLOR_BGR2GRAY)
    if wants_brightness:
        brightness = float(cv2.mean(gray)[0])
        if brightness < gate.brightness_low:
            return Reason.of(ReasonCode.TOO_DARK)
        if brightness > gate.brightness_high:
            return Reason.of(ReasonCode.TOO_BRIGHT)
    if gate.sharpness_low > 0 and measure_sharpness(np.asarray(gray, dtype=np.uint8)) < gate.sharpness_low:
        return Reason.of(ReasonCode.BLURRED)
    return None


def measure_sharpness(gray: ImageU8) -> float:
    """Variance of the Laplacian of a gray image, uint8 H x W, in squared gray levels."""
    _, deviation = cv2.meanStdDev(cv2.Laplacian(gray, cv2.CV_16S))
    return float(deviation[0, 0]) ** 2
