"""This file decides how the novelty of a window of channels is measured: by what the other channels say each one should be.

One distance over all channels together drowns a single wrong one among hundreds of right numbers. Here every channel's
features (means of its segments, and how restless it is) are foretold from all other channels' features, and the worst channel counts: a
swapped or drifting sensor no longer agrees with the others. Best linear prediction of one block from the rest,
and the covariance of what it leaves over, both stand in the inverse of the joint covariance (analytic redundancy; Bishop,
*Pattern Recognition and Machine Learning*, 2006, eq. 2.73 and 2.75): with precision ``L`` and standardised features ``z``,
``d_c^2 = (L_c z)' L_cc^-1 (L_c z)``.

What the others cannot tell is whether a channel's own values follow each other: shuffled, they keep their mean. A channel's
unrest is its mean step over the spread of its segments (a von Neumann ratio; von Neumann, Ann. Math. Stat. 12, 1941): small for what
drifts, large where the next value has nothing to do with the last one. Sensors whose segments hardly differ are restless by nature.

Fitted here, computed inside the exported graph by :mod:`training.channel_novelty_graph`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.errors import InputError
from inference.findings import FloatArray
from training.novelty import choose_limit

SHRINKAGE = 0.005
"""Share of the unit matrix in the correlation, 0..1."""
FARTHEST = 30.0
"""A feature counts at most this many spreads from its mean, so that squares stay in float32."""
_CLIPPED_WHEN_FITTED = 6.0
_LEAST_SPREAD = 1e-3
_USUAL_SHARE = 0.99


LEAST_STEP = 3e-3
"""Added to a channel's mean step, normalised, before its logarithm is taken."""
LEAST_APART = 1e-4
"""Added to the spread of its segments, normalised."""
UNREST_SHARE, SIMULATED_SHARE = 0.998, 0.99
"""A channel's unrest is measured in what these shares of the recorded and of the simulated windows stay below."""
UNREST_REFUSED = 0.006
"""Of genuine windows at most this share is refused for unrest."""


@dataclass(frozen=True, slots=True, eq=False)
class Redundancy:
    """What the channels of genuine windows say of each other.

    Attributes:
        mean: float32 (channels * features,).
        spread: float32 (channels * features,).
        residuals: float32 (channels, channels * features, features): takes standardised features to a channel's whitened residual.
        usual: float32 (channels,): the distance that 99 % of held-out genuine windows stay below.
        calm: float32 (channels,): the unrest that counts as a novelty of 1; infinite where it does not count.
    """

    mean: FloatArray
    spread: FloatArray
    residuals: FloatArray
    usual: FloatArray
    calm: FloatArray

    def measure(self, features: FloatArray) -> NDArray[np.float64]:
        """Novelty of every channel, distance or unrest: float32 (n, channels, features) -> float64 (n, channels)."""
        flat = features.reshape(len(features), -1).astype(np.float64)
        standard = np.clip((flat - self.mean) / self.spread, -FARTHEST, FARTHEST)
        left = np.einsum("nd,cdk->nck", standard, self.residuals.astype(np.float64))
        return np.maximum(np.sqrt((left**2).mean(axis=2)) / self.usual, measure_unrest(features) / self.calm.astype(np.float64))


def fit_redundancy(features: FloatArray, usual: FloatArray | None = None, calm: FloatArray | None = None) -> Redundancy:
    """Fit to genuine windows.

    Args:
        features: float32 (n, channels, features) of :class:`training.channel_novelty_graph.ChannelFeatures`.
        usual: Of every channel, float32 (channels,); None: 1 each.
        calm: Of every channel, float32 (channels,); None: unrest does not count.

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
        np.full(channels, np.inf, np.float32) if calm is None else calm.astype(np.float32),
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


def measure_unrest(features: FloatArray) -> NDArray[np.float64]:
    """Mean step of every channel over the spread of its segments: float32 (n, channels, features) -> float64 (n, channels)."""
    means = features[:, :, :-1].astype(np.float64)
    step = np.exp(features[:, :, -1].astype(np.float64)) - LEAST_STEP
    return np.asarray(step / (means.std(axis=2) + LEAST_APART), np.float64)


def choose_unrest(unrest: NDArray[np.float64], groups: Sequence[str], recorded: NDArray[np.bool_], seed: int) -> NDArray[np.float64]:
    """The unrest from which on a window is refused, of every channel: float64 (channels,).

    Args:
        unrest: Of genuine windows, float64 (n, channels).
        groups: Group of each.
        recorded: bool (n,): False for simulated windows, whose noise is not quite that of the recorded ones: they only widen.
        seed: Of the draws of groups.
    """
    usual = np.quantile(unrest[recorded], UNREST_SHARE, axis=0)
    if not recorded.all():
        usual = np.maximum(usual, np.quantile(unrest[~recorded], SIMULATED_SHARE, axis=0))
    names = [group for group, real in zip(groups, recorded, strict=True) if real]
    worst = (unrest[recorded] / usual).max(axis=1)
    return np.asarray(usual * choose_limit(worst, names, refused_share=UNREST_REFUSED, margin=1.0, seed=seed), np.float64)


def hold_out_unrest(
    unrest: NDArray[np.float64], groups: Sequence[str], recorded: NDArray[np.bool_], seed: int, *, folds: int = 10
) -> NDArray[np.bool_]:
    """Whether each window is refused for unrest by limits that were chosen without its group: bool (n,)."""
    names, group = np.unique(np.asarray(groups), return_inverse=True)
    fold = group % max(2, min(folds, names.size))
    refused = np.zeros(len(unrest), dtype=np.bool_)
    for number in np.unique(fold):
        out = fold == number
        others = [one for one, left in zip(groups, out, strict=True) if not left]
        refused[out] = (unrest[out] >= choose_unrest(unrest[~out], others, recorded[~out], seed)).any(axis=1)
    return refused
