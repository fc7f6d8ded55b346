"""This file decides how a training crop is varied, so that the network learns pits and not this camera, lamp, oil or date."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from inference.findings import FloatArray, ImageU8
from training.surface_pitting.place import across_grooves

CROP_PX = 128
_ACROSS = across_grooves()
_GRAIN = np.random.default_rng(1).standard_normal((2 * CROP_PX, 2 * CROP_PX, 3), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """What is cut out of a picture: *image* uint8 128 x 128 x 3 BGR, *mask* uint8 128 x 128, *across* float32 128 x 128.

    *doubt* is 255 where nothing is taught (uint8 128 x 128).
    *across* says how far across the grooves each pixel lies in its picture (:func:`across_grooves`), however the crop was turned.
    """

    image: ImageU8
    mask: ImageU8
    across: FloatArray
    doubt: ImageU8


def cut_crop(
    image: ImageU8, mask: ImageU8, centre_xy: tuple[float, float], random: np.random.Generator, doubt: ImageU8 | None = None
) -> Crop:
    """A crop around *centre_xy*, mirrored, turned and scaled at random.

    Half of the crops are only mirrored, so that the sharpness of true pixels is seen too.
    """
    if random.random() < 0.5:
        angle_deg, scale = 0.0, 1.0
    else:
        angle_deg, scale = random.uniform(-20.0, 20.0), float(np.exp(random.uniform(np.log(0.65), np.log(1.5))))
    turn = np.asarray(cv2.getRotationMatrix2D((round(centre_xy[0]), round(centre_xy[1])), angle_deg, scale), np.float64)
    turn[:, 2] += CROP_PX / 2 - np.asarray((round(centre_xy[0]), round(centre_xy[1])))
    size = (CROP_PX, CROP_PX)
    crop = cv2.warpAffine(image, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    crop_mask = cv2.warpAffine(mask, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    across = cv2.warpAffine(_ACROSS, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    crop_doubt = np.zeros_like(crop_mask)
    if doubt is not None:
        crop_doubt = cv2.warpAffine(doubt, turn, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT)
    if random.random() < 0.5:
        crop, crop_mask, across, crop_doubt = crop[:, ::-1], crop_mask[:, ::-1], across[:, ::-1], crop_doubt[:, ::-1]
    if random.random() < 0.25:
        crop, crop_mask, across, crop_doubt = crop[::-1], crop_mask[::-1], across[::-1], crop_doubt[::-1]
    return Crop(
        image=np.asarray(np.ascontiguousarray(crop), np.uint8),
        mask=np.asarray(np.ascontiguousarray(crop_mask), np.uint8),
        across=np.asarray(np.ascontiguousarray(across), np.float32),
        doubt=np.asarray(np.ascontiguousarray(crop_doubt), np.uint8),
    )


def vary_look(crop: ImageU8, random: np.random.Generator) -> ImageU8:
    """Brightness, contrast, gamma, colour of the lamp, oil film, blur and noise; never what would make or hide a pit."""
    levels = np.linspace(0.0, 1.0, 256, dtype=np.float32)
    if random.random() < 0.8:
        levels = levels ** np.float32(np.exp(random.uniform(-0.4, 0.4)))
        levels = (levels - 0.5) * np.float32(random.uniform(0.7, 1.3)) + np.float32(0.5 + random.uniform(-0.15, 0.15))
    lamp = random.uniform(0.85, 1.15, 3) if random.random() < 0.6 else np.ones(3)
    table = np.clip(levels[:, None] * lamp * 255.0, 0, 255).astype(np.uint8)[None]
    varied = np.asarray(cv2.LUT(crop, table), np.uint8)
    if random.random() < 0.15:
        varied = np.asarray(cv2.cvtColor(cv2.cvtColor(varied, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), np.uint8)
    for chance, change in ((0.3, _shade), (0.2, _soften), (0.4, _add_noise)):
        if random.random() < chance:
            varied = change(varied, random)
    return varied


def _shade(crop: ImageU8, random: np.random.Generator) -> ImageU8:
    rough = random.uniform(0.6, 1.3, (4, 4)).astype(np.float32)
    smooth = cv2.resize(rough, (CROP_PX, CROP_PX), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(crop * smooth[..., None], 0, 255), np.uint8)


def _soften(crop: ImageU8, random: np.random.Generator) -> ImageU8:
    return np.asarray(cv2.GaussianBlur(crop, (0, 0), random.uniform(0.4, 1.0)), np.uint8)


def _add_noise(crop: ImageU8, random: np.random.Generator) -> ImageU8:
    left, top = (int(v) for v in random.integers(0, CROP_PX, 2))
    grain = _GRAIN[top : top + CROP_PX, left : left + CROP_PX] * np.float32(255.0 * random.uniform(0.005, 0.03))
    return np.asarray(np.clip(crop + grain, 0, 255), np.uint8)


def add_dirt(crop: ImageU8, random: np.random.Generator) -> ImageU8:
    """Brown, soft-edged oil stains and dark lines: what grows with the date and is no pit."""
    values = crop.astype(np.float32)
    for _ in range(random.integers(1, 4)):
        cover = np.zeros((CROP_PX, CROP_PX), np.float32)
        x, y = (int(v) for v in random.integers(0, CROP_PX, 2))
        if random.random() < 0.5:
            axes = (int(random.integers(3, 30)), int(random.integers(2, 12)))
            cv2.ellipse(cover, (x, y), axes, float(random.uniform(-30, 10)), 0, 360, 1.0, -1)
            cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), random.uniform(1.0, 4.0)), np.float32)
        else:
            length, slope = random.uniform(20, 90), random.uniform(-0.35, 0.1)
            cv2.line(cover, (x, y), (int(x + length), int(y + slope * length)), 1.0, int(random.integers(1, 3)), cv2.LINE_AA)
            cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), random.uniform(0.4, 1.0)), np.float32)
        strength = random.uniform(0.2, 0.75)
        colour = np.asarray((20.0, 40.0, 60.0), np.float32) * random.uniform(0.5, 2.0)
        weight = (cover * strength)[..., None]
        values = values * (1 - weight) + colour * weight
    return np.asarray(np.clip(values, 0, 255), np.uint8)
