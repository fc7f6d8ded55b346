"""This file decides how the rig's judgements are measured: labels as the station gives them, thresholds, intervals over blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray
from training.hydraulic_rig.cycles import LEVELS, TARGETS, Cycles
from training.statistics import Interval, auroc, bootstrap_groups, threshold_at_false_alarms

FALSE_ALARM_SHARE = 0.01
"""Thresholds let at most this share of the healthy cycles of the held-out folds raise a fault."""
LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.5, 0.9
"""Where hardly any healthy cycle scores, the threshold stays even-handed; where healthy and worn overlap, it does not drown faults."""

IntSeries = NDArray[np.int64]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TargetFigures:
    """What was measured for one target with blocks held out.

    Attributes:
        target: Component.
        threshold: Chosen on the held-out folds.
        macro_f1: Of the labels, with its interval over blocks.
        trees_f1: The trees', on the same cycles.
        gain: Network's minus trees' macro-F1, drawn together.
        auroc: Healthy against not healthy.
        false_alarms: Share of healthy cycles at or above the threshold.
        missed: Share of worn cycles below it.
        missed_worst: Share of cycles in the worst condition below it.
        confusion: Cycles by true (rows) and given condition (columns).
    """

    target: str
    threshold: float
    macro_f1: Interval
    trees_f1: Interval
    gain: Interval
    auroc: Interval
    false_alarms: Interval
    missed: Interval
    missed_worst: Interval
    confusion: tuple[tuple[int, ...], ...]


def score_cycles(probabilities: FloatArray) -> Scores:
    """Severity of every cycle: 1 - P(healthiest), float64 (cycles,)."""
    return np.clip(1.0 - probabilities[:, 0].astype(np.float64), 0.0, 1.0)


def choose_threshold(healthy_scores: Scores) -> float:
    """Threshold for at most :data:`FALSE_ALARM_SHARE` false alarms, rounded up to hundredths, kept within its bounds."""
    wanted = threshold_at_false_alarms(healthy_scores, FALSE_ALARM_SHARE)
    return float(np.clip(np.ceil(wanted * 100.0) / 100.0, LOWEST_THRESHOLD, HIGHEST_THRESHOLD))


def label_cycles(probabilities: FloatArray, threshold: float) -> IntSeries:
    """Classes as the runner labels: healthy below the threshold, else the likeliest of the others. int64 (cycles,)."""
    worn = 1 + np.argmax(probabilities[:, 1:], axis=1)
    return np.where(score_cycles(probabilities) >= threshold, worn, 0).astype(np.int64)


def macro_f1(true: IntSeries, given: IntSeries, count: int) -> float:
    """Mean F1 over the classes that occur among *true*; int64 (cycles,) each."""
    table = np.bincount(true * count + given, minlength=count * count).reshape(count, count)
    occurring = table.sum(axis=1) > 0
    both = table.sum(axis=0) + table.sum(axis=1)
    return float(np.mean(2.0 * np.diag(table)[occurring] / both[occurring]))


def measure_target(cycles: Cycles, target: str, probabilities: FloatArray, trees: IntSeries, seed: int) -> TargetFigures:
    """Measure one target.

    Args:
        cycles: All cycles.
        target: Component.
        probabilities: float32 (cycles, classes), each cycle's from the network that did not see its fold.
        trees: int64 (cycles,), classes from trees held out alike.
        seed: Of the bootstrap.
    """
    count = len(LEVELS[target])
    true = cycles.classes[:, TARGETS.index(target)]
    scores = score_cycles(probabilities)
    threshold = choose_threshold(scores[true == 0])
    given = label_cycles(probabilities, threshold)
    alarm = scores >= threshold
    groups = [str(block) for block in cycles.blocks]

    def share(rows: NDArray[np.bool_], happens: NDArray[np.bool_]) -> Interval:
        def statistic(drawn: NDArray[np.int64]) -> float:
            inside = drawn[rows[drawn]]
            return float(happens[inside].mean()) if inside.size else float("nan")

        return bootstrap_groups(groups, statistic, seed=seed)

    table = np.bincount(true * count + given, minlength=count * count).reshape(count, count)
    return TargetFigures(
        target,
        threshold,
        bootstrap_groups(groups, lambda rows: macro_f1(true[rows], given[rows], count), seed=seed),
        bootstrap_groups(groups, lambda rows: macro_f1(true[rows], trees[rows], count), seed=seed),
        bootstrap_groups(
            groups, lambda rows: macro_f1(true[rows], given[rows], count) - macro_f1(true[rows], trees[rows], count), seed=seed
        ),
        bootstrap_groups(groups, lambda rows: auroc(scores[rows][true[rows] > 0], scores[rows][true[rows] == 0]), seed=seed),
        share(true == 0, alarm),
        share(true > 0, ~alarm),
        share(true == count - 1, ~alarm),
        tuple(tuple(int(cell) for cell in row) for row in table),
    )


def measure_all(cycles: Cycles, probabilities: Sequence[FloatArray], trees: IntSeries, seed: int) -> tuple[TargetFigures, ...]:
    """Measure every target; *trees* is int64 (cycles, targets)."""
    return tuple(measure_target(cycles, target, probabilities[place], trees[:, place], seed) for place, target in enumerate(TARGETS))
