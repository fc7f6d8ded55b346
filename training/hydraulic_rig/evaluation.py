"""This file decides how the rig's judgements are measured: labels as the station gives them, thresholds, intervals over blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray
from training.hydraulic_rig.cycles import LEVELS, TARGETS, Cycles
from training.statistics import (
    Interval,
    auroc,
    bootstrap_groups,
    measure_calibration,
    reliability_table,
    threshold_at_false_alarms,
)

FALSE_ALARM_SHARES: Mapping[str, float] = {"cooler": 0.01, "valve": 0.01, "pump": 0.01, "accumulator": 0.2}
"""Thresholds let at most this share of the healthy cycles of the held-out folds raise a fault. The accumulator's healthy and slightly worn
cycles overlap, and a few whole healthy blocks look worn: a threshold that spares them follows those few blocks and, set on some folds and
used on others, misses a twentieth of the worn cycles. Its scores are calibrated, so it stays even-handed instead."""
LOWEST_THRESHOLD = 0.5
"""Where hardly any healthy cycle scores, the threshold stays even-handed."""

IntSeries = NDArray[np.int64]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TargetFigures:
    """What was measured for one target with blocks held out.

    Attributes:
        target: Component.
        false_alarm_share: Of healthy cycles, at most, that the threshold was chosen for.
        threshold: Chosen on the held-out folds.
        macro_f1: Of the labels, with its interval over blocks.
        trees_f1: The trees', on the same cycles.
        gain: Network's minus trees' macro-F1, drawn together.
        auroc: Healthy against not healthy.
        false_alarms: Share of healthy cycles at or above the threshold.
        missed: Share of worn cycles below it.
        missed_worst: Share of cycles in the worst condition below it.
        unseen_false_alarms: Share of healthy cycles at or above a threshold chosen on the other folds alone.
        unseen_missed: Share of worn cycles below that one.
        unseen_macro_f1: Of the labels with that one.
        calibration: Expected calibration error of the likeliest condition.
        reliability: Its reliability curve, Markdown.
        confusion: Cycles by true (rows) and given condition (columns).
    """

    target: str
    false_alarm_share: float
    threshold: float
    macro_f1: Interval
    trees_f1: Interval
    gain: Interval
    auroc: Interval
    false_alarms: Interval
    missed: Interval
    missed_worst: Interval
    unseen_false_alarms: Interval
    unseen_missed: Interval
    unseen_macro_f1: Interval
    calibration: Interval
    reliability: str
    confusion: tuple[tuple[int, ...], ...]


def score_cycles(probabilities: FloatArray) -> Scores:
    """Severity of every cycle: 1 - P(healthiest), float64 (cycles,)."""
    return np.clip(1.0 - probabilities[:, 0].astype(np.float64), 0.0, 1.0)


def choose_threshold(healthy_scores: Scores, share: float) -> float:
    """Threshold for at most *share* false alarms, rounded up to hundredths, from :data:`LOWEST_THRESHOLD` to 1."""
    wanted = threshold_at_false_alarms(healthy_scores, share)
    return float(np.clip(np.ceil(wanted * 100.0) / 100.0, LOWEST_THRESHOLD, 1.0))


def choose_unseen_thresholds(scores: Scores, healthy: NDArray[np.bool_], folds: IntSeries, share: float) -> Scores:
    """For every cycle the threshold that the cycles of the other folds would give: float64 (cycles,)."""
    chosen = np.empty_like(scores)
    for fold in np.unique(folds):
        chosen[folds == fold] = choose_threshold(scores[healthy & (folds != fold)], share)
    return chosen


def label_cycles(probabilities: FloatArray, threshold: float | Scores) -> IntSeries:
    """Classes as the runner labels: healthy below the threshold (one, or one each), else the likeliest worn one. int64 (cycles,)."""
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
    healthy, wanted = true == 0, FALSE_ALARM_SHARES[target]
    threshold = choose_threshold(scores[healthy], wanted)
    unseen = choose_unseen_thresholds(scores, healthy, cycles.folds, wanted)
    given, given_unseen = label_cycles(probabilities, threshold), label_cycles(probabilities, unseen)
    alarm = scores >= threshold
    groups = [str(block) for block in cycles.blocks]

    def share(rows: NDArray[np.bool_], happens: NDArray[np.bool_]) -> Interval:
        def statistic(drawn: NDArray[np.int64]) -> float:
            inside = drawn[rows[drawn]]
            return float(happens[inside].mean()) if inside.size else float("nan")

        return bootstrap_groups(groups, statistic, seed=seed)

    table = np.bincount(true * count + given, minlength=count * count).reshape(count, count)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == true
    return TargetFigures(
        target,
        wanted,
        threshold,
        bootstrap_groups(groups, lambda rows: macro_f1(true[rows], given[rows], count), seed=seed),
        bootstrap_groups(groups, lambda rows: macro_f1(true[rows], trees[rows], count), seed=seed),
        bootstrap_groups(
            groups, lambda rows: macro_f1(true[rows], given[rows], count) - macro_f1(true[rows], trees[rows], count), seed=seed
        ),
        bootstrap_groups(groups, lambda rows: auroc(scores[rows][true[rows] > 0], scores[rows][true[rows] == 0]), seed=seed),
        share(healthy, alarm),
        share(~healthy, ~alarm),
        share(true == count - 1, ~alarm),
        share(healthy, scores >= unseen),
        share(~healthy, scores < unseen),
        bootstrap_groups(groups, lambda rows: macro_f1(true[rows], given_unseen[rows], count), seed=seed),
        measure_calibration(confidence, right, groups, seed=seed),
        reliability_table(confidence, right, groups, seed=seed),
        tuple(tuple(int(cell) for cell in row) for row in table),
    )


def measure_all(cycles: Cycles, probabilities: Sequence[FloatArray], trees: IntSeries, seed: int) -> tuple[TargetFigures, ...]:
    """Measure every target; *trees* is int64 (cycles, targets)."""
    return tuple(measure_target(cycles, target, probabilities[place], trees[:, place], seed) for place, target in enumerate(TARGETS))
