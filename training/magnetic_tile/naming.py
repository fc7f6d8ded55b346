"""This file decides how the shares of a defect become chances of its kind: a slope, and an offset for each kind, from held-out defects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray
from training.magnetic_tile.spec import KINDS

_STEPS = 400
_RATE = 0.5
_PULL = 0.02
"""How strongly temperature 1 and offsets 0 are held on to: there are few scenes."""


@dataclass(frozen=True, slots=True)
class Naming:
    """``softmax(slope * log(shares) + offsets)``; slope 1 and offsets 0 change nothing."""

    slope: float = 1.0
    offsets: tuple[float, ...] = (0.0,) * len(KINDS)

    def chances(self, shares: FloatArray) -> NDArray[np.float64]:
        """Chances of the kinds, float64 (n, 5), from shares, float32 (n, 5)."""
        logits = self.slope * np.log(np.asarray(shares, np.float64)) + np.asarray(self.offsets)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)


def fit_naming(shares: FloatArray, kinds: NDArray[np.int64]) -> Naming:
    """Fit to held-out defects, by gradient descent on the cross-entropy, every picture alike.

    Args:
        shares: float32 (n, 5).
        kinds: 1 to 5, (n,).
    """
    if not len(kinds):
        return Naming()
    logs = np.log(np.asarray(shares, np.float64))
    wanted = np.eye(len(KINDS))[kinds - 1]
    slope, offsets = 1.0, np.zeros(len(KINDS))
    for _ in range(_STEPS):
        away = Naming(slope, tuple(offsets)).chances(shares) - wanted
        offsets = offsets - _RATE * (away.mean(axis=0) + _PULL * offsets)
        slope = max(0.1, slope - 0.1 * _RATE * (float((away * logs).sum(axis=1).mean()) + _PULL * (slope - 1.0)))
    return Naming(float(slope), tuple(float(one) for one in offsets))
