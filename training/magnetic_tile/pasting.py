"""This file decides how real defects of one training scene come onto sound tiles of another: brought to the brightness of the new place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from inference.findings import FloatArray, ImageU8
from training.magnetic_tile.dataset import Tile
from training.magnetic_tile.spec import UNKNOWN

_MARGIN_PX = 12
_EDGE_PX = 8
"""A defect this near to its picture's edge stays at that edge."""
_LARGEST_SHARE = 0.6
"""Defects over more of the tile than this are not moved."""


@dataclass(frozen=True, slots=True, eq=False)
class Cutting:
    """A defect cut out of its picture.

    Attributes:
        gray: float32 h x w with its surroundings, 0..255.
        mask: uint8 h x w, 255 in the defect.
        kind: 1 to 5.
        at: Pixels from the picture's left, top, right and bottom edge.
        scene: Where it comes from.
    """

    gray: FloatArray
    mask: ImageU8
    kind: int
    at: tuple[int, int, int, int]
    scene: str


def cut_defects(tiles: Sequence[Tile]) -> list[Cutting]:
    """Every connected defect of *tiles*, with a margin."""
    cuttings = []
    for tile in tiles:
        height, width = tile.gray.shape
        mask = ((tile.kinds > 0) & (tile.kinds < UNKNOWN)).astype(np.uint8) * np.uint8(255)
        count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask)
        for index in range(1, count):
            x, y, w, h, area = (int(number) for number in boxes[index])
            if area < 12 or w * h > _LARGEST_SHARE * width * height:
                continue
            left, top = max(0, x - _MARGIN_PX), max(0, y - _MARGIN_PX)
            right, bottom = min(width, x + w + _MARGIN_PX), min(height, y + h + _MARGIN_PX)
            part = (labels[top:bottom, left:right] == index).astype(np.uint8) * np.uint8(255)
            at = (left, top, width - right, height - bottom)
            cuttings.append(Cutting(tile.gray[top:bottom, left:right].astype(np.float32), part, tile.kind, at, tile.scene))
    return cuttings


def paste(cutting: Cutting, gray: FloatArray, kinds: ImageU8, random: np.random.Generator) -> None:
    """Bring *cutting*, mirrored and stretched by chance, onto *gray* (float32 H x W) and *kinds* (uint8 H x W), both changed in place."""
    height, width = gray.shape
    part, mask, (left, top, right, bottom) = cutting.gray, cutting.mask, cutting.at
    if random.random() < 0.5:
        part, mask, left, right = part[:, ::-1], mask[:, ::-1], right, left
    if random.random() < 0.5:
        part, mask, top, bottom = part[::-1], mask[::-1], bottom, top
    size = np.exp(random.uniform(np.log(0.7), np.log(1.4), 2)) if random.random() < 0.7 else np.ones(2)
    w = int(np.clip(round(part.shape[1] * size[0]), 4, width))
    h = int(np.clip(round(part.shape[0] * size[1]), 4, height))
    part = np.asarray(cv2.resize(np.ascontiguousarray(part), (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
    mask = np.asarray(cv2.resize(np.ascontiguousarray(mask), (w, h), interpolation=cv2.INTER_LINEAR), np.uint8)
    x = _place(left, right, width - w, random)
    y = _place(top, bottom, height - h, random)
    ground = gray[y : y + h, x : x + w]
    grown = np.asarray(cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))), np.uint8)
    rim = (cv2.dilate(grown, np.ones((9, 9), np.uint8)) > 0) & (grown == 0)
    level = 1.0
    if rim.any():
        level = float(np.clip((ground[rim].mean() + 4.0) / (part[rim].mean() + 4.0), 0.3, 3.0))
    weight = np.asarray(cv2.GaussianBlur(grown, (0, 0), 1.6), np.float32) / np.float32(255.0)
    contrast = float(random.uniform(0.75, 1.25))
    own = part * np.float32(level)
    mean = np.float32(ground[rim].mean() if rim.any() else ground.mean())
    own = mean + (own - mean) * np.float32(contrast)
    ground += weight * (np.clip(own, 0, 255) - ground)
    kinds[y : y + h, x : x + w][mask >= 128] = cutting.kind


def _place(before: int, after: int, free: int, random: np.random.Generator) -> int:
    if before <= _EDGE_PX:
        return min(before, free)
    if after <= _EDGE_PX:
        return max(0, free - after)
    return int(random.integers(0, free + 1))
