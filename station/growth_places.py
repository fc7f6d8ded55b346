"""This file decides what is found at the same place again: only that is measured, because pits stay where they are.

A model that takes a drop of oil or a reflection for a pit finds it somewhere else in the next step. A place counts in a step
where it was found in that step and in one of the two before it: of three steps two, which for yes and no is the running
median of three (J. W. Tukey, *Exploratory Data Analysis*, 1977). One bad picture therefore measures nothing at all.

Places lie on a grid of shares of the picture, so that two sizes of the same view fit onto each other.
"""

from __future__ import annotations

import base64
import math
import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.findings import ImageU8

GRID_WIDTH, GRID_HEIGHT = 800, 400
TOLERANCE = 4
"""A place may move by so much from step to step, in cells of the grid: half a percent of the picture's width."""
REMEMBERED = 2
"""So many earlier steps may confirm a place."""

Mask = NDArray[np.bool_]
"""bool GRID_HEIGHT x GRID_WIDTH: what was found."""


def found_mask(heatmap: ImageU8, level: float) -> Mask:
    """Cells that the map marks.

    Args:
        heatmap: uint8 H x W, 0..255, as in :attr:`inference.findings.Finding.heatmap`.
        level: From this map value, 0..1, a cell counts.
    """
    grid = cv2.resize(heatmap, (GRID_WIDTH, GRID_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(grid >= math.ceil(level * 255.0))


@dataclass(frozen=True, slots=True, eq=False)
class PlaceMemory:
    """What the last steps found. Immutable.

    Attributes:
        masks: Of the last steps, oldest first, at most :data:`REMEMBERED`; each packed to bits and compressed.
    """

    masks: tuple[bytes, ...] = ()

    def confirmed_share(self, mask: Mask) -> float:
        """Share of the picture, 0..1, that *mask* marks where an earlier step marked it as well, or close by."""
        if not mask.any():
            return 0.0
        earlier = np.zeros(mask.shape, np.uint8)
        for packed in self.masks:
            earlier |= _unpack(packed).view(np.uint8)
        size = 2 * TOLERANCE + 1
        near = cv2.dilate(earlier, np.ones((size, size), np.uint8)) > 0
        return float((mask & near).mean())

    def after(self, mask: Mask) -> PlaceMemory:
        """The memory with *mask* as the newest."""
        return PlaceMemory((*self.masks, zlib.compress(np.packbits(mask).tobytes()))[-REMEMBERED:])

    def to_texts(self) -> list[str]:
        """The masks as text, for the records."""
        return [base64.b64encode(packed).decode("ascii") for packed in self.masks]

    @classmethod
    def from_texts(cls, texts: list[str]) -> PlaceMemory:
        """The memory that was kept.

        Raises:
            ValueError: The texts are not of this kind.
        """
        try:
            masks = tuple(base64.b64decode(text, validate=True) for text in texts)[-REMEMBERED:]
        except (ValueError, TypeError) as error:
            raise ValueError(f"not a kept mask: {error}") from error
        for packed in masks:
            _unpack(packed)
        return cls(masks)


def _unpack(packed: bytes) -> Mask:
    try:
        bits = np.frombuffer(zlib.decompress(packed), np.uint8)
    except zlib.error as error:
        raise ValueError(f"not a kept mask: {error}") from error
    if bits.size * 8 != GRID_WIDTH * GRID_HEIGHT:
        raise ValueError(f"not a kept mask: {bits.size} bytes")
    return np.unpackbits(bits).reshape(GRID_HEIGHT, GRID_WIDTH).astype(np.bool_)
