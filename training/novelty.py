"""This file decides how far an input may lie from the training data before it gets no verdict.

The distance is Mahalanobis' in the space of an embedding: a network's inner layer, hand-made statistics of the input
(:mod:`training.novelty_graph`), or both side by side. Genuine inputs lie in one cloud, or in one per
class (Lee, Lee, Lee, Shin, *A Simple Unified Framework for Detecting Out-of-Distribution Samples and Adversarial Attacks*,
NeurIPS 2018, eq. 2): their covariance is shared, the distance is to the nearest centre. The covariance is shrunk after
Ledoit, Wolf, *A well-conditioned estimator for large-dimensional covariance matrices*, J. Multivariate Analysis 88, 2004,
so that it can be inverted with fewer inputs than features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inference.errors import InputError
from inference.findings import FloatArray
from training.statistics import bootstrap_groups

CONFIDENCE = 0.95
"""How sure :func:`choose_limit` is that no larger share of inputs like the held-out ones is refused."""

LARGEST_Z = 1e6
"""Whitened features are cut here, so that squares and their sums stay in float32."""

_LEAST_SHARE_OF_SIZE = 0.01
_LEAST_SHARE_OF_SPREAD = 0.01
"""A feature that hardly varies in training (a dead unit) counts as varying by this share of its own size, and of the usual
feature's spread: a first twitch of it is no proof of another world."""


@dataclass(frozen=True, slots=True, eq=False)
class Familiarity:
    """The cloud of genuine inputs.

    ``novelty(x) = min over k of sqrt(mean((x @ whitening - centres[k]) ** 2))``: about 1 for a usual input,
    whatever the number of features.

    Attributes:
        whitening: float32 (features, features): takes an embedding to uncorrelated features of spread 1.
        offset: float32 (features,): what is taken off an embedding before whitening (the mean of all).
        centres: float32 (classes, features), whitened, offset taken off; one row where there are no classes.
        shrinkage: Ledoit-Wolf's share of the spherical covariance, 0..1, for the CARD.
    """

    whitening: FloatArray
    offset: FloatArray
    centres: FloatArray
    shrinkage: float

    def measure(self, embeddings: FloatArray) -> NDArray[np.float64]:
        """Novelty of *embeddings*, float32 (n, features) -> float64 (n,), as the exported graph gives it."""
        white = np.clip((embeddings - self.offset) @ self.whitening, -LARGEST_Z, LARGEST_Z)
        squares = [np.mean((white - centre).astype(np.float64) ** 2, axis=1) for centre in self.centres]
        return np.asarray(np.sqrt(np.min(squares, axis=0)), np.float64)


def fit_familiarity(embeddings: FloatArray, classes: ArrayLike | None = None) -> Familiarity:
    """Fit the cloud of genuine training inputs.

    Args:
        embeddings: float32 (n, features), n >= 2, finite: one row per genuine input.
        classes: Class of each row, where the cloud falls apart into several; None for one cloud.

    Raises:
        InputError: There are fewer than two rows, or one is not finite.
    """
    rows = np.asarray(embeddings, np.float64)
    if rows.ndim != 2 or rows.shape[0] < 2 or not np.isfinite(rows).all():
        raise InputError("The embeddings cannot be fitted", value=f"shape {rows.shape}", do="Give at least two finite rows")
    names = np.zeros(rows.shape[0], np.int64) if classes is None else np.unique(np.asarray(classes), return_inverse=True)[1]
    offset = rows.mean(axis=0)
    means = np.stack([rows[names == name].mean(axis=0) for name in range(int(names.max()) + 1)])
    residuals = rows - means[names]
    spread = _bound_spread(residuals.std(axis=0), np.abs(offset))
    covariance, shrinkage = shrink_covariance(residuals / spread)
    values, vectors = np.linalg.eigh(covariance)
    whitening = vectors / np.sqrt(values) / spread[:, np.newaxis]
    return Familiarity(
        whitening=whitening.astype(np.float32),
        offset=offset.astype(np.float32),
        centres=((means - offset) @ whitening).astype(np.float32),
        shrinkage=shrinkage,
    )


def _bound_spread(spread: NDArray[np.float64], size: NDArray[np.float64]) -> NDArray[np.float64]:
    varying = spread[spread > 0]
    usual = float(np.median(varying)) if varying.size else 1.0
    return np.maximum(spread, np.maximum(_LEAST_SHARE_OF_SIZE * size, _LEAST_SHARE_OF_SPREAD * usual))


def shrink_covariance(centred: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Covariance of *centred* rows, float64 (n, features) of mean zero, shrunk towards its mean variance times one.

    Returns:
        Covariance, float64 (features, features), positive definite; and the share of the spherical part, 0..1
        (Ledoit, Wolf 2004, lemma 3.2 to 3.5).
    """
    count, features = centred.shape
    sample = centred.T @ centred / count
    mean_variance = max(float(np.trace(sample)) / features, 1e-12)
    spherical = mean_variance * np.eye(features)
    away = float(((sample - spherical) ** 2).sum())
    noise = (float(((centred**2).T @ (centred**2)).sum()) / count - float((sample**2).sum())) / count
    shrinkage = 1.0 if away <= 0.0 else float(np.clip(noise / away, 1e-4, 1.0))
    return shrinkage * spherical + (1.0 - shrinkage) * sample, shrinkage


def choose_limit(
    novelty: ArrayLike, groups: Sequence[str] | None = None, *, refused_share: float = 0.01, margin: float = 1.1, seed: int = 0
) -> float:
    """The novelty at and above which inputs are refused: at most *refused_share* of genuine ones.

    The share of the held-out inputs themselves would be kept by their quantile; that of inputs to come is kept, with
    :data:`CONFIDENCE`, by an upper bound of it: the order statistic of Wilks (*Determination of Sample Sizes for Setting
    Tolerance Limits*, Ann. Math. Stat. 12, 1941), or the bound over draws of whole groups where that is higher. Fewer
    than 299 inputs cannot bound 1 %: the highest is taken then. *margin* times that is the limit.

    Args:
        novelty: Of genuine inputs that the cloud was not fitted to, finite (n,).
        groups: Group of each, where inputs of one group are alike.
        refused_share: Accepted share of refused genuine inputs, 0..1.
        margin: Factor for what the held-out inputs do not show (another lamp, another rig), at least 1.
        seed: Of the draws of groups.

    Raises:
        InputError: There is no number, or one is not finite.
    """
    ordered = np.sort(np.asarray(novelty, np.float64).reshape(-1))
    if ordered.size == 0 or not np.isfinite(ordered).all():
        raise InputError("No limit can be chosen", value=f"{ordered.size} distances", do="Give the distances of held-out genuine inputs")
    bound = float(ordered[_tolerance_place(ordered.size, refused_share)])
    if groups is not None:
        values = np.asarray(novelty, np.float64).reshape(-1)
        drawn = bootstrap_groups(groups, lambda rows: float(np.quantile(values[rows], 1.0 - refused_share)), seed=seed)
        bound = max(bound, drawn.upper)
    return float(np.nextafter(np.float32(bound * max(1.0, margin)), np.float32(np.inf)))


def _tolerance_place(count: int, share: float) -> int:
    """Lowest order statistic (from 0) below which, with CONFIDENCE, at least 1 - *share* of all inputs lie; else the highest."""
    # With r of count held-out inputs above it: sure enough while P(at most r of count are above the true quantile) <= 1 - CONFIDENCE.
    cumulative, above = 0.0, 0
    while above < count:
        ways = lgamma(count + 1) - lgamma(above + 1) - lgamma(count - above + 1)
        cumulative += exp(ways + above * log(share) + (count - above) * log1p(-share))
        if cumulative > 1.0 - CONFIDENCE:
            break
        above += 1
    return count - 1 - max(0, above - 1)
