"""This file decides how figures are measured: ranks, recalls, calibration, and their intervals over groups that belong together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BOOTSTRAP_DRAWS = 2000

CALIBRATION_BINS = 10
"""Bins of equal width between 0 and 1 for reliability and calibration error."""

_LEAST_PROBABILITY = 1e-7
_NEWTON_STEPS = 50


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    lower: float
    upper: float


def auroc(positive: ArrayLike, negative: ArrayLike) -> float:
    """Chance that a positive scores above a negative, ties counted half (Mann-Whitney); NaN where either is empty."""
    high, low = np.asarray(positive, np.float64), np.sort(np.asarray(negative, np.float64))
    if high.size == 0 or low.size == 0:
        return float("nan")
    below = np.searchsorted(low, high, side="left")
    not_above = np.searchsorted(low, high, side="right")
    return float((below + not_above).sum() / (2.0 * high.size * low.size))


def threshold_at_false_alarms(negative: ArrayLike, share: float) -> float:
    """Lowest score that at most *share* (0..1) of the negatives reach; NaN where there are none."""
    ordered = np.sort(np.asarray(negative, np.float64))[::-1]
    if ordered.size == 0:
        return float("nan")
    allowed = int(np.floor(share * ordered.size + 1e-9))
    return float(np.nextafter(ordered[min(allowed, ordered.size - 1)], np.inf))


def recall_at_false_alarms(positive: ArrayLike, negative: ArrayLike, share: float) -> float:
    """Share of positives found when at most *share* of the negatives are false alarms; NaN where either is empty."""
    found = np.asarray(positive, np.float64)
    if found.size == 0:
        return float("nan")
    return float(np.mean(found >= threshold_at_false_alarms(negative, share)))


def bootstrap_groups(
    groups: Sequence[str], statistic: Callable[[NDArray[np.int64]], float], *, seed: int, draws: int = BOOTSTRAP_DRAWS
) -> Interval:
    """The statistic of all rows, with its 95 % percentile interval over draws of whole groups.

    Args:
        groups: Group of each row; rows of one group are drawn together (Davison, Hinkley, *Bootstrap Methods*, 1997, ch. 3.8).
        statistic: Row numbers (repeated as drawn) -> figure; NaN where a draw does not define it (such draws are left out).
        seed: Of the draws.
        draws: How many.
    """
    names = sorted(set(groups))
    rows = {name: np.flatnonzero(np.asarray(groups) == name) for name in names}
    random = np.random.default_rng(seed)
    drawn = [statistic(np.concatenate([rows[names[pick]] for pick in random.integers(0, len(names), len(names))])) for _ in range(draws)]
    whole = statistic(np.arange(len(groups)))
    known = np.asarray(drawn)[~np.isnan(drawn)]
    if known.size == 0:
        return Interval(whole, float("nan"), float("nan"))
    lower, upper = np.quantile(known, (0.025, 0.975))
    return Interval(whole, float(lower), float(upper))


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Inputs whose score lies from *lower* to below *upper*: how many, their mean score, the share that came true."""

    lower: float
    upper: float
    count: int
    mean_score: float
    observed: float


def reliability_curve(scores: ArrayLike, outcomes: ArrayLike, *, bins: int = CALIBRATION_BINS) -> tuple[ReliabilityBin, ...]:
    """Said against seen, in bins of equal width; empty bins are left out.

    Args:
        scores: Probability-like scores 0..1, (n,); for classes the highest probability of each input.
        outcomes: Whether it came true, (n,) of 0 and 1: the part is faulty; for classes, the likeliest one is right.
        bins: How many.
    """
    said, seen = np.asarray(scores, np.float64), np.asarray(outcomes, np.float64)
    place = np.minimum((said * bins).astype(np.int64), bins - 1)
    return tuple(
        ReliabilityBin(number / bins, (number + 1) / bins, int(rows.sum()), float(said[rows].mean()), float(seen[rows].mean()))
        for number in range(bins)
        if (rows := place == number).any()
    )


def expected_calibration_error(scores: ArrayLike, outcomes: ArrayLike, *, bins: int = CALIBRATION_BINS) -> float:
    """Mean distance between said and seen over all inputs (Guo, Pleiss, Sun, Weinberger, ICML 2017, eq. 3); NaN without inputs."""
    curve = reliability_curve(scores, outcomes, bins=bins)
    total = sum(one.count for one in curve)
    return sum(one.count * abs(one.mean_score - one.observed) for one in curve) / total if total else float("nan")


def measure_calibration(scores: ArrayLike, outcomes: ArrayLike, groups: Sequence[str], *, seed: int) -> Interval:
    """Expected calibration error with its interval over draws of whole groups.

    The error of a draw is never below that of its noise, so the interval leans upwards: it is no proof of miscalibration.
    """
    said, seen = np.asarray(scores, np.float64), np.asarray(outcomes, np.float64)
    return bootstrap_groups(groups, lambda rows: expected_calibration_error(said[rows], seen[rows]), seed=seed)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Brings scores to what is seen: ``sigmoid(slope * logit(score) + offset)``. Slope 1 and offset 0 change nothing."""

    slope: float
    offset: float

    def apply(self, scores: ArrayLike) -> NDArray[np.float64]:
        """The calibrated scores, float64, shape of *scores*."""
        return _sigmoid(self.slope * _logit(np.asarray(scores, np.float64)) + self.offset)


def fit_calibration(scores: ArrayLike, outcomes: ArrayLike) -> Calibration:
    """Fit a slope and an offset of the log odds to held-out *outcomes* (Platt, *Advances in Large Margin Classifiers*, 2000).

    Outcomes are taken as ``(n1 + 1) / (n1 + 2)`` and ``1 / (n0 + 2)`` (Platt's eq. 11), so that inputs without an
    error do not ask for certainty. Order is kept: a slope that comes out negative is refused for no change at all.

    Args:
        scores: Probability-like scores 0..1 of inputs that the network was not fitted to, (n,).
        outcomes: 0 or 1, (n,).
    """
    odds, seen = _logit(np.asarray(scores, np.float64)), np.asarray(outcomes, np.float64) > 0
    faulty, sound = int(seen.sum()), int((~seen).sum())
    wanted = np.where(seen, (faulty + 1.0) / (faulty + 2.0), 1.0 / (sound + 2.0))
    inputs = np.stack([odds, np.ones_like(odds)], axis=1)

    def loss(weights: NDArray[np.float64]) -> float:
        logits = inputs @ weights
        return float((np.logaddexp(0.0, logits) - wanted * logits).sum())

    weights = np.array([1.0, 0.0])
    for _ in range(_NEWTON_STEPS):
        chances = _sigmoid(inputs @ weights)
        gradient = inputs.T @ (chances - wanted)
        curvature = (inputs * (chances * (1.0 - chances))[:, np.newaxis]).T @ inputs + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        size = 1.0
        while size > 1e-6 and loss(weights - size * step) > loss(weights):
            size /= 2.0
        weights = weights - size * step
        if float(np.abs(size * step).max()) < 1e-8:
            break
    if weights[0] <= 0.0:
        return Calibration(1.0, 0.0)
    return Calibration(float(weights[0]), float(weights[1]))


def fit_temperature(logits: ArrayLike, classes: ArrayLike) -> float:
    """The number to divide *logits*, (n, classes), by so that their softmax says held-out *classes*, (n,), best (Guo et al. 2017)."""
    raw, right = np.asarray(logits, np.float64), np.asarray(classes, np.int64)

    def loss(cold: float) -> float:
        scaled = raw * np.exp(cold)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        return float((np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(right.size), right]).mean())

    low, high = -3.0, 3.0
    for _ in range(80):
        first, second = low + (high - low) / 3.0, high - (high - low) / 3.0
        low, high = (low, second) if loss(first) <= loss(second) else (first, high)
    return float(np.exp(-(low + high) / 2.0))


@dataclass(frozen=True, slots=True)
class Trade:
    """What a threshold costs.

    Attributes:
        threshold: Scores at and above are faults.
        false_alarms_per_1000: Of 1,000 sound inputs.
        missed: Share of faulty inputs below the threshold, 0..1.
    """

    threshold: float
    false_alarms_per_1000: Interval
    missed: Interval


def measure_trade(scores: ArrayLike, outcomes: ArrayLike, groups: Sequence[str], threshold: float, *, seed: int) -> Trade:
    """False alarms and misses at *threshold*, with intervals over draws of whole groups.

    Args:
        scores: Held-out scores 0..1, (n,).
        outcomes: 1 for faulty, 0 for sound, (n,).
        groups: Group of each input.
        threshold: Scores at and above are faults.
        seed: Of the draws.
    """
    alarm, faulty = np.asarray(scores, np.float64) >= threshold, np.asarray(outcomes, np.float64) > 0

    def share(rows: NDArray[np.int64], among: NDArray[np.bool_], what: NDArray[np.bool_]) -> float:
        chosen = rows[among[rows]]
        return float(what[chosen].mean()) if chosen.size else float("nan")

    false_alarms = bootstrap_groups(groups, lambda rows: 1000.0 * share(rows, ~faulty, alarm), seed=seed)
    return Trade(threshold, false_alarms, bootstrap_groups(groups, lambda rows: share(rows, faulty, ~alarm), seed=seed))


def reliability_table(scores: ArrayLike, outcomes: ArrayLike, groups: Sequence[str], *, seed: int) -> str:
    """Reliability and calibration error as Markdown, for CARD.md; arguments as for :func:`measure_calibration`."""
    error = measure_calibration(scores, outcomes, groups, seed=seed)
    lines = ["| score | inputs | mean score | came true |", "|---|---|---|---|"]
    lines += [
        f"| {one.lower:.1f} to {one.upper:.1f} | {one.count} | {one.mean_score:.3f} | {one.observed:.3f} |"
        for one in reliability_curve(scores, outcomes)
    ]
    lines += ["", f"Expected calibration error {error.value:.3f} ({error.lower:.3f} to {error.upper:.3f} over draws of whole groups)."]
    return "\n".join(lines)


def trade_table(trades: Sequence[Trade]) -> str:
    """Thresholds with what they cost as Markdown, for CARD.md."""
    lines = ["| threshold | false alarms per 1,000 sound | 95 % interval | missed faults | 95 % interval |", "|---|---|---|---|---|"]
    for trade in trades:
        alarms, missed = trade.false_alarms_per_1000, trade.missed
        lines.append(
            f"| {trade.threshold:.3f} | {alarms.value:.1f} | {alarms.lower:.1f} to {alarms.upper:.1f} "
            f"| {missed.value:.3f} | {missed.lower:.3f} to {missed.upper:.3f} |"
        )
    return "\n".join(lines)


def _logit(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    bounded = np.clip(scores, _LEAST_PROBABILITY, 1.0 - _LEAST_PROBABILITY)
    return np.log(bounded) - np.log1p(-bounded)


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 * (1.0 + np.tanh(0.5 * logits))
