"""This file decides how the device-state judgements are measured: cross-fitted calibration and threshold, intervals over tools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from inference.findings import FloatArray
from station.simulation.machine import MACHINE_KINDS
from training.device_state.fitting import risk_of
from training.device_state.rows import IntSeries, Rows
from training.statistics import (
    Calibration,
    Interval,
    Trade,
    auroc,
    bootstrap_groups,
    fit_calibration,
    measure_calibration,
    measure_trade,
    threshold_at_false_alarms,
)

FALSE_ALARM_SHARE = 0.001
"""The threshold lets at most this share of the sound rows of held-out folds raise a fault: one in a thousand."""
OTHER_SHARES = (0.0005, 0.002, 0.005, 0.02)
"""Trades that the CARD shows beside it."""

Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """What rows got while their fold was held out.

    Attributes:
        chances: float32 (rows, 4), of every kind, not calibrated.
        scores: float64 (rows,): calibrated with the other folds' rows.
        alarms: bool (rows,): at or above the threshold that the other folds' rows give.
    """

    chances: FloatArray
    scores: Scores
    alarms: Flags


@dataclass(frozen=True, slots=True)
class KindFigures:
    """One kind of failure: its failures, those that raise a fault, those of them that get its name."""

    kind: str
    failures: int
    found: int
    named: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured with tools held out.

    Attributes:
        average_precision, auroc: Of the scores.
        f1: At thresholds chosen on the other folds.
        calibration_error: Expected calibration error.
        trade: At the pack's threshold.
        unseen_false_alarms_per_1000, unseen_missed: At thresholds chosen on the other folds.
        named: Share of found failures with a known kind that get one of their kinds as label.
        others: Trades at other thresholds.
        kinds: By kind of failure.
        unexplained: Failures for which the data name no kind, and how many were found.
    """

    average_precision: Interval
    auroc: Interval
    f1: Interval
    calibration_error: Interval
    trade: Trade
    unseen_false_alarms_per_1000: Interval
    unseen_missed: Interval
    named: Interval
    others: tuple[Trade, ...]
    kinds: tuple[KindFigures, ...]
    unexplained: tuple[int, int]


def choose_threshold(scores: Scores, failed: Flags, share: float = FALSE_ALARM_SHARE) -> float:
    """Lowest threshold, rounded up to hundredths, at which at most *share* of the sound rows raise a fault."""
    return float(np.clip(np.ceil(threshold_at_false_alarms(scores[~failed], share) * 100.0) / 100.0, 0.01, 1.0))


def hold_out(rows: Rows, chances: FloatArray) -> HeldOut:
    """Calibrate and threshold every fold with the others: *chances* float32 (rows, 4), each row's from networks that did not see it."""
    risk = risk_of(chances)
    scores, alarms = np.empty(len(rows)), np.zeros(len(rows), dtype=bool)
    for fold in np.unique(rows.folds):
        out = rows.folds == fold
        calibration = fit_calibration(risk[~out], rows.failed[~out])
        scores[out] = calibration.apply(risk[out])
        alarms[out] = scores[out] >= choose_threshold(calibration.apply(risk[~out]), rows.failed[~out])
    return HeldOut(chances, scores, alarms)


def final_calibration(rows: Rows, chances: FloatArray) -> Calibration:
    """The pack's: from all held-out rows together."""
    return fit_calibration(risk_of(chances), rows.failed)


def f1_score(failed: Flags, alarms: Flags) -> float:
    """Harmonic mean of recall and precision; 0 where nothing is found."""
    both = int(failed.sum() + alarms.sum())
    return 2.0 * float((failed & alarms).sum()) / both if both else 0.0


def average_precision(failed: Flags, scores: Scores) -> float:
    """Mean precision over the recalls (scikit-learn's); NaN without a failure."""
    return float(average_precision_score(failed, scores)) if failed.any() else float("nan")


def compare(rows: Rows, scores: Scores, alarms: Flags, seed: int) -> tuple[Interval, Interval]:
    """Average precision and F1 of any judge of the rows, with intervals over tools."""
    return (
        bootstrap_groups(rows.groups, lambda drawn: average_precision(rows.failed[drawn], scores[drawn]), seed=seed),
        bootstrap_groups(rows.groups, lambda drawn: f1_score(rows.failed[drawn], alarms[drawn]), seed=seed),
    )


def measure(rows: Rows, held: HeldOut, threshold: float, seed: int) -> Measured:
    """Measure everything.

    Args:
        rows: All rows.
        held: What they got.
        threshold: The pack's.
        seed: Of the bootstrap.
    """
    failed, scores, groups = rows.failed, held.scores, rows.groups
    label = held.chances.argmax(axis=1)
    right = rows.kinds[np.arange(len(rows)), label]
    told = held.alarms & failed & rows.kinds.any(axis=1)
    ap, f1 = compare(rows, scores, held.alarms, seed)

    def share(among: Flags, what: Flags, scale: float = 1.0) -> Interval:
        return bootstrap_groups(groups, _share_of(among, what, scale), seed=seed)

    unexplained = failed & ~rows.kinds.any(axis=1)
    return Measured(
        average_precision=ap,
        auroc=bootstrap_groups(groups, lambda drawn: auroc(scores[drawn][failed[drawn]], scores[drawn][~failed[drawn]]), seed=seed),
        f1=f1,
        calibration_error=measure_calibration(scores, failed, groups, seed=seed),
        trade=measure_trade(scores, failed, groups, threshold, seed=seed),
        unseen_false_alarms_per_1000=share(~failed, held.alarms, 1000.0),
        unseen_missed=share(failed, ~held.alarms),
        named=share(told, right),
        others=tuple(measure_trade(scores, failed, groups, choose_threshold(scores, failed, one), seed=seed) for one in OTHER_SHARES),
        kinds=tuple(_measure_kind(rows, held, label, place, kind) for place, kind in enumerate(MACHINE_KINDS)),
        unexplained=(int(unexplained.sum()), int((unexplained & held.alarms).sum())),
    )


def _measure_kind(rows: Rows, held: HeldOut, label: IntSeries, place: int, kind: str) -> KindFigures:
    failures = rows.kinds[:, place] & rows.failed
    return KindFigures(
        kind, int(failures.sum()), int((failures & held.alarms).sum()), int((failures & held.alarms & (label == place)).sum())
    )


def _share_of(among: Flags, what: Flags, scale: float) -> Callable[[IntSeries], float]:
    def statistic(drawn: IntSeries) -> float:
        chosen = drawn[among[drawn]]
        return scale * float(what[chosen].mean()) if chosen.size else float("nan")

    return statistic
