"""This file decides how remaining lives are measured, over engines: errors, coverage, the warning's trade."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.statistics import Interval, bootstrap_groups

LIFE_CAP = 125.0
"""Flights: above that a true life counts as this in capped figures, as is usual for C-MAPSS."""
LEAST_NOTICE = 15
"""Flights: a warning later than this before failure comes too late to act."""
LATE_SHARE = 0.01
"""At most this share of the engines may be warned of too late."""
WARN_CANDIDATES = (20, 25, 30, 35, 40, 45, 50)
"""Flights: the warning comes at and under one of these, the smallest that keeps :data:`LATE_SHARE`."""

Series = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What was told of some windows, and the truth.

    Attributes:
        names: Engine of each window.
        subsets: Its subset.
        left: float64 (windows,): true remaining flights.
        value, lower, upper: float64 (windows,), flights.
    """

    names: tuple[str, ...]
    subsets: NDArray[np.str_]
    left: Series
    value: Series
    lower: Series
    upper: Series

    def of(self, subset: str) -> Told:
        """Only this subset's windows."""
        rows = np.flatnonzero(self.subsets == subset)
        names = tuple(self.names[row] for row in rows)
        return Told(names, self.subsets[rows], self.left[rows], self.value[rows], self.lower[rows], self.upper[rows])


@dataclass(frozen=True, slots=True)
class LifeFigures:
    """What was measured on some windows; intervals over engines. Covered: share of true lives inside the interval."""

    rmse_capped: Interval
    rmse: Interval
    phm: Interval
    covered: Interval
    covered_capped: Interval
    width: float


def phm_score(late: Series) -> Series:
    """Penalty of each window whose life was told *late* flights too long (Saxena et al. 2008, eq. 11)."""
    return np.asarray(np.where(late < 0, np.expm1(-late / 13.0), np.expm1(np.minimum(late, 500.0) / 10.0)), np.float64)


def measure_lives(told: Told, seed: int) -> LifeFigures:
    """Measure; the PHM score is for 100 windows, against the capped truth."""
    capped = np.minimum(told.left, LIFE_CAP)

    def over_engines(per_window: Series, finish: Callable[[float], float]) -> Interval:
        return bootstrap_groups(told.names, lambda rows: finish(float(per_window[rows].mean())), seed=seed)

    def root(mean: float) -> float:
        return float(np.sqrt(mean))

    def inside(truth: Series) -> Series:
        return ((truth >= told.lower) & (truth <= told.upper)).astype(np.float64)

    return LifeFigures(
        rmse_capped=over_engines((told.value - capped) ** 2, root),
        rmse=over_engines((told.value - told.left) ** 2, root),
        phm=over_engines(100.0 * phm_score(told.value - capped), float),
        covered=over_engines(inside(told.left), float),
        covered_capped=over_engines(inside(capped), float),
        width=float((told.upper - told.lower).mean()),
    )


@dataclass(frozen=True, slots=True)
class WarningTrade:
    """What a warning at and under *below* flights costs, over whole lives of held-out engines.

    Attributes:
        below: Flights.
        late: Share of engines first warned of with under :data:`LEAST_NOTICE` flights left.
        notice: True flights left at the first of the warnings that stay, mean.
        early_per_1000: Warned windows with more than twice *below* flights left, of 1,000 windows with so many.
    """

    below: int
    late: Interval
    notice: Interval
    early_per_1000: Interval


def measure_trade(names: Sequence[str], left: Series, value: Series, below: int, seed: int) -> WarningTrade:
    """Measure one warning limit on every window of whole lives, windows of an engine one after the other in order of time."""
    engines = list(dict.fromkeys(names))
    owner = np.asarray(names)
    notice = np.zeros(len(engines))
    for place, engine in enumerate(engines):
        mine = owner == engine
        calm = left[mine][value[mine] > below]
        notice[place] = max(0.0, float(calm.min()) - 1.0) if calm.size else float(left[mine].max())
    warned, sound = value <= below, left > 2 * below
    late = (notice < LEAST_NOTICE).astype(np.float64)
    return WarningTrade(
        below,
        bootstrap_groups(engines, lambda rows: float(late[rows].mean()), seed=seed),
        bootstrap_groups(engines, lambda rows: float(notice[rows].mean()), seed=seed),
        bootstrap_groups(names, lambda rows: 1000.0 * float(warned[rows][sound[rows]].mean()), seed=seed),
    )


def choose_warning(trades: Sequence[WarningTrade]) -> WarningTrade:
    """The smallest limit that warns of all but :data:`LATE_SHARE` of the engines in time; the largest where none does."""
    return next((trade for trade in trades if trade.late.value <= LATE_SHARE), trades[-1])
