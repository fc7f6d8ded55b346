"""This file decides how the novelty of a window of channels is measured: by what the other channels say each one should be.

One distance over all channels together drowns a single wrong one among hundreds of right numbers. Here every channel's
features (means of its segments, and how restless it is) are foretold from all other channels' features, and the worst channel counts: a
swapped or drifting sensor no longer agrees with the others. Best linear prediction of one block from the rest,
and the covariance of what it leaves over, both stand in the inverse of the joint covariance (analytic redundancy; Bishop,
*Pattern Recognition and Machine Learning*, 2006, eq. 2.73 and 2.75): with precision ``L`` and standardised features ``z``,
``d_c^2 = (L_c z)' L_cc^-1 (L_c z)``.

Fitted here, computed inside the exported graph by :mod:`training.channel_novelty_graph`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.errors import InputError
from inference.findings import FloatArray

SHRINKAGE = 0.005
"""Share of the unit matrix in the correlation, 0..1."""
FARTHEST = 30.0
"""A feature counts at most this many spreads from its mean, so that squares stay in float32."""
_CLIPPED_WHEN_FITTED = 6.0
_LEAST_SPREAD = 1e-3
_USUAL_SHARE = 0.99


@dataclass(frozen=True, slots=True, eq=False)
class Redundancy:
    """What the channels of genuine windows say of each other.

    Attributes:
        mean: float32 (channels * features,).
        spread: float32 (channels * features,).
        residuals: float32 (channels, channels * features, features): takes standardised features to a channel's whitened residual.
        usual: float32 (channels,): the distance that 99 % of held-out genuine windows stay below.
    """

    mean: FloatArray
    spread: FloatArray
    residuals: FloatArray
    usual: FloatArray

    def measure(self, features: FloatArray) -> NDArray[np.float64]:
        """Distance of every channel in units of its usual one: float32 (n, channels, features) -> float64 (n, channels)."""
        flat = features.reshape(len(features), -1).astype(np.float64)
        standard = np.clip((flat - self.mean) / self.spread, -FARTHEST, FARTHEST)
        left = np.einsum("nd,cdk->nck", standard, self.residuals.astype(np.float64))
        return np.asarray(np.sqrt((left**2).mean(axis=2)) / self.usual, np.float64)


def fit_redundancy(features: FloatArray, usual: FloatArray | None = None) -> Redundancy:
    """Fit to genuine windows.

    Args:
        features: float32 (n, channels, features) of :class:`training.channel_novelty_graph.ChannelFeatures`.
        usual: Of every channel, float32 (channels,); None: 1 each.

    Raises:
        InputError: There are fewer than two windows, or a feature is not finite.
    """
    count, channels, each = features.shape
    if count < 2 or not np.isfinite(features).all():
        raise InputError("The features cannot be fitted", value=f"shape {features.shape}", do="Give at least two finite windows")
    flat = features.reshape(count, -1).astype(np.float64)
    mean, spread = flat.mean(axis=0), flat.std(axis=0) + _LEAST_SPREAD
    standard = np.clip((flat - mean) / spread, -_CLIPPED_WHEN_FITTED, _CLIPPED_WHEN_FITTED)
    correlation = (1.0 - SHRINKAGE) * standard.T @ standard / count + SHRINKAGE * np.eye(flat.shape[1])
    precision = np.linalg.inv(correlation)
    blocks = [slice(place * each, (place + 1) * each) for place in range(channels)]
    residuals = [precision[:, block] @ np.linalg.cholesky(np.linalg.inv(precision[block, block])) for block in blocks]
    return Redundancy(
        mean.astype(np.float32),
        spread.astype(np.float32),
        np.stack(residuals).astype(np.float32),
        np.ones(channels, np.float32) if usual is None else usual.astype(np.float32),
    )


def hold_out_redundancy(features: FloatArray, groups: Sequence[str], *, folds: int = 10) -> NDArray[np.float64]:
    """Distance of every channel of every window, by a fit without the window's group: float64 (n, channels)."""
    names, group = np.unique(np.asarray(groups), return_inverse=True)
    fold = group % max(2, min(folds, names.size))
    told = np.zeros(features.shape[:2])
    for number in np.unique(fold):
        out = fold == number
        told[out] = fit_redundancy(features[~out]).measure(features[out])
    return told


def usual_distances(held_out: NDArray[np.float64]) -> FloatArray:
    """What to measure each channel's distance in, from :func:`hold_out_redundancy`: float32 (channels,)."""
    return np.quantile(held_out, _USUAL_SHARE, axis=0).astype(np.float32)
