"""This file decides how the network is told where across the spindle's grooves a pixel lies.

Balls run in one groove, and pits begin there; grease and chips gather in others. One coordinate across the grooves tells them
apart. There is none along them, so that the positions where pits happened to lie cannot be learned.
"""

from __future__ import annotations

import numpy as np

from inference.findings import FloatArray
from training.surface_pitting.spec import GROOVE_SLOPE, HEIGHT_PX, PLACE_CHANNELS, PLACE_STRIDE, WIDTH_PX


def across_grooves() -> FloatArray:
    """Coordinate across the grooves of every pixel of the network's grid: float32 H x W, 0 at the upper left, in picture heights."""
    y, x = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX].astype(np.float32)
    return np.asarray((y + GROOVE_SLOPE * x) / HEIGHT_PX, np.float32)


def encode_place(across: FloatArray) -> FloatArray:
    """Waves of the coordinate at the network's eighth: float32 (..., H, W) -> (..., 6, H / 8, W / 8)."""
    half = PLACE_STRIDE // 2
    coarse = across[..., half::PLACE_STRIDE, half::PLACE_STRIDE]
    waves = [turn(np.float32(np.pi * 2**octave) * coarse) for octave in range(PLACE_CHANNELS // 2) for turn in (np.sin, np.cos)]
    return np.ascontiguousarray(np.stack(waves, axis=-3), dtype=np.float32)
