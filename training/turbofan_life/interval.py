"""This file decides between which lives the truth lies: so that nine in ten lives are covered, whatever the true life is.

Widened by the life told, an interval is right on average over the lives it was fitted to: it covered 96 % of engines with 110 flights
left and 79 % of those with 145, which look alike, and so too many of a fleet with few engines that far from their end. Here coverage
holds for every true life by itself, and with it for every mixture of lives (label-conditional conformal prediction; Vovk, *Conditional
Validity of Inductive Conformal Predictors*, Machine Learning 92, 2013): for each life, the network's quantiles that nearly all held-out
engines with that life stay between; a life lies in the interval where what is told now is usual for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.errors import InputError
from inference.findings import FloatArray
from training.turbofan_life.engines import IntSeries
from training.turbofan_life.evaluation import Series
from training.turbofan_life.windows import LONGEST_LEFT

MISSED_SHARE = 0.1
"""The interval leaves out this share of the true lives of engines that it was not fitted to."""
ASKED_SHARES = tuple(round(0.06 + 0.005 * step, 3) for step in range(29))
"""Shares that may be asked of the fitted engines for that, half on either side; one of them comes nearest."""
LIVES = (*range(0, 40, 4), *range(40, LONGEST_LEFT + 1, 5))
"""Flights: true lives that are looked at; linear between them."""
LEAST_WINDOWS = 20
_FARTHEST, _PER_LIFE = 6.0, 8.0
"""Windows within so many flights of a life, or so large a part of it where that is nearer, are taken for it; at least one flight."""
_LEAST_RISE = 0.25
"""Flights: ends rise at least so much from one life to the next."""


@dataclass(frozen=True, slots=True)
class LifeEnds:
    """What quantiles are told of engines with *lives* flights left: all but few of them less than *lower*, and more than *upper*.

    Attributes:
        lives: Rising, flights.
        lower: Rising; the network's 5 % quantile. What tells more has a longer life.
        upper: Rising; its 95 % quantile. What tells less has a shorter one.
    """

    lives: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]


def choose_ends(left: Series, told: FloatArray, engines: Sequence[str] | IntSeries, missed_share: float) -> LifeEnds:
    """The ends that leave out half of *missed_share* of the held-out windows of every life on either side.

    Args:
        left: float64 (windows,): true remaining flights.
        told: float32 (windows, 4): mean and quantiles from networks that did not see the engine.
        engines: Engine of each window; all count alike for a life.
        missed_share: Of the windows, 0..1.

    Raises:
        InputError: A life has too few windows.
    """
    owner = np.asarray(engines)
    ends = np.zeros((2, len(LIVES)))
    for place, life in enumerate(LIVES):
        rows = np.abs(left - life) <= max(1.0, min(_FARTHEST, life / _PER_LIFE))
        if rows.sum() < LEAST_WINDOWS:
            raise InputError("The interval cannot be fitted", value=f"{int(rows.sum())} windows at {life} flights", do="Give more engines")
        _, engine, count = np.unique(owner[rows], return_inverse=True, return_counts=True)
        weight = 1.0 / count[engine]
        for end, column, share in ((0, 1, 1.0 - missed_share / 2.0), (1, 3, missed_share / 2.0)):
            ends[end, place] = _weighted_quantile(told[rows, column].astype(np.float64), weight, share)
    rising = _LEAST_RISE * np.arange(len(LIVES))
    lower, upper = (np.maximum.accumulate(one - rising) + rising for one in ends)
    return LifeEnds(tuple(float(life) for life in LIVES), tuple(lower.tolist()), tuple(upper.tolist()))


def _weighted_quantile(values: Series, weight: Series, wanted: float) -> float:
    order = np.argsort(values)
    share = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][min(int(np.searchsorted(share, wanted)), values.size - 1)])


def apply_ends(told: FloatArray, ends: LifeEnds) -> tuple[Series, Series, Series]:
    """Value, lower and upper, as the exported graph gives them: float32 (windows, 4) -> float64 (windows,) each."""
    value = np.maximum(told[:, 0].astype(np.float64), 0.0)
    lower, upper = (np.interp(told[:, column].astype(np.float64), at, ends.lives) for column, at in ((1, ends.lower), (3, ends.upper)))
    return value, np.minimum(lower, value), np.maximum(upper, value)
