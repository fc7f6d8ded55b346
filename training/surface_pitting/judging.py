"""This file decides the figures about calibration, the threshold's trade, and what is refused as unlike the training data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.novelty import choose_limit
from training.statistics import Interval, Trade, bootstrap_groups, measure_calibration, measure_trade
from training.surface_pitting.evaluation import FrameResult, Measured
from training.surface_pitting.folds import Outcome
from training.surface_pitting.scores import held_out_probabilities

SIMULATED_MARGIN = 1.25
"""Parts of the demo line yet to be rendered may lie this much farther away than those of the held-out pictures."""


def measure_probabilities(results: Sequence[FrameResult], seed: int) -> Measured:
    """Expected calibration error, each fold's scores calibrated on the other folds."""
    return Measured("expected calibration error", measure_calibration(held_out_probabilities(results), *_truth(results), seed=seed))


def measure_trades(results: Sequence[FrameResult], thresholds: Sequence[float], seed: int) -> list[Trade]:
    """What each threshold costs on held-out frames."""
    score = [result.score for result in results]
    return [measure_trade(score, *_truth(results), threshold, seed=seed) for threshold in thresholds]


def _truth(results: Sequence[FrameResult]) -> tuple[list[bool], list[str]]:
    return [result.record.pitted for result in results], [result.record.position for result in results]


def choose_novelty_limit(outcomes: Sequence[Outcome], seed: int) -> float:
    """The novelty from which inputs are refused: at most 1 % of held-out frames, and none of the demo line's."""
    novelty = [value for outcome in outcomes for value in outcome.novelty]
    positions = [result.record.position for outcome in outcomes for result in outcome.results]
    simulated = max(value for outcome in outcomes for value in outcome.scene_novelty)
    return max(choose_limit(novelty, positions, seed=seed), SIMULATED_MARGIN * simulated)


def measure_refusals(outcomes: Sequence[Outcome], seed: int) -> list[Measured]:
    """Shares of genuine and strange pictures refused, each fold at the limit chosen on the other folds."""
    refused: list[bool] = []
    positions: list[str] = []
    strange: dict[str, list[tuple[str, bool]]] = {}
    for outcome in outcomes:
        limit = choose_novelty_limit([other for other in outcomes if other is not outcome] or outcomes, seed)
        refused += [value >= limit for value in outcome.novelty]
        positions += [result.record.position for result in outcome.results]
        for kind, values in outcome.strangers.items():
            strange.setdefault(kind, []).extend((str(outcome.number), value >= limit) for value in values)
    figures = [Measured("genuine frames refused as unlike", _share(refused, positions, seed))]
    for kind, judged in strange.items():
        share = _share([seen for _, seen in judged], [fold for fold, _ in judged], seed)
        figures.append(Measured(f"refused as unlike: {kind.replace('_', ' ')}", share))
    return figures


def _share(happened: Sequence[bool], groups: Sequence[str], seed: int) -> Interval:
    values = np.asarray(happened, np.float64)
    return bootstrap_groups(groups, lambda rows: float(values[rows].mean()), seed=seed)
