"""This file decides how the linear layer is fitted: Fisher's discriminant with a shrunk covariance, all kinds equally likely.

Every picture takes part with its mirrored twin. There is no chance in it: the same pictures give the same weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from inference.findings import FloatArray
from training.steel_surface.network import CLIP
from training.steel_surface.pictures import IntSeries
from training.steel_surface.spec import KINDS


@dataclass(frozen=True, slots=True)
class FitPlan:
    """How is fitted.

    Attributes:
        shrinkage: Share of the spherical covariance.
    """

    shrinkage: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Discriminant:
    """The fitted layer: ``logits = clip((features - offset) / spread, -4, 4) @ weights + bias``; float32."""

    offset: FloatArray
    spread: FloatArray
    weights: FloatArray
    bias: FloatArray

    def logits(self, features: FloatArray) -> FloatArray:
        """Logits, float32 (n, 7), of *features*, float32 (n, 1060)."""
        return np.asarray(self.standardise(features) @ self.weights + self.bias, np.float32)

    def standardise(self, features: FloatArray) -> FloatArray:
        """Features as the layer sees them."""
        return np.asarray(np.clip((features - self.offset) / self.spread, -CLIP, CLIP), np.float32)


def set_up_torch() -> None:
    """One thread and deterministic algorithms, so that a run comes out the same bit for bit."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)


def fit_discriminant(twins: FloatArray, kinds: IntSeries, plan: FitPlan) -> Discriminant:
    """Fit the layer (Fisher 1936; shrinkage as in Friedman, *Regularized Discriminant Analysis*, JASA 84, 1989).

    Args:
        twins: float32 (twins, n, 1060).
        kinds: int64 (n,).
        plan: How.
    """
    rows = twins.reshape(-1, twins.shape[2]).astype(np.float64)
    labels = np.tile(kinds, twins.shape[0])
    offset, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    rows = np.clip((rows - offset) / spread, -CLIP, CLIP)
    present = np.unique(labels)
    means = np.stack([rows[labels == kind].mean(axis=0) for kind in present])
    covariance = np.zeros((rows.shape[1], rows.shape[1]))
    for place, kind in enumerate(present):
        away = rows[labels == kind] - means[place]
        covariance += len(away) / len(rows) * _shrink(away, plan.shrinkage)
    solved = np.linalg.solve(covariance, means.T)
    weights, bias = np.zeros((rows.shape[1], len(KINDS))), np.full(len(KINDS), -1e3)
    weights[:, present] = solved
    bias[present] = -0.5 * (means.T * solved).sum(axis=0)
    return Discriminant(*(np.asarray(part, np.float32) for part in (offset, spread, weights, bias)))


def _shrink(away: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    sample = away.T @ away / len(away)
    return np.asarray((1.0 - share) * sample + share * np.trace(sample) / len(sample) * np.eye(len(sample)), np.float64)
