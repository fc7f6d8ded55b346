"""This file decides how figures are measured: ranks, recalls and their intervals over groups that belong together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BOOTSTRAP_DRAWS = 2000


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
