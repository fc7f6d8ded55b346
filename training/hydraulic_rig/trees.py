"""This file decides the mark to beat: boosted trees on segment statistics, measured on the same folds as the network.

Two kinds were tried on all folds for every target, and the better one is the mark, so that the choice favours the trees. Trees that
cut halfway between two values (Friedman 2001) stand a change of oil temperature between blocks; trees on histograms, which cut at
quantiles, take 200 warmer cycles of the held-out first fold for a failed cooler, but tell the small lag of the valve better.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from training.hydraulic_rig.cycles import CHANNELS, TARGETS, Cycles

SEGMENTS = 6
"""Each channel's cycle is cut into this many equal parts of 10 s."""
ROUNDS = 200
"""Of boosting."""
ROWS_SHARE, DEPTH = 0.8, 3
"""Of the trees with exact cuts: cycles drawn for each tree, and its depth; they try the root of the number of statistics at a cut."""

IntSeries = NDArray[np.int64]


class TreeKind(Enum):
    """How a tree finds its cuts."""

    EXACT = "exact"
    HISTOGRAM = "histogram"


KINDS: Mapping[str, TreeKind] = {
    "cooler": TreeKind.EXACT,
    "valve": TreeKind.HISTOGRAM,
    "pump": TreeKind.EXACT,
    "accumulator": TreeKind.EXACT,
}
"""The better kind for each target."""


def segment_statistics(cycles: Cycles) -> NDArray[np.float64]:
    """Mean, standard deviation, minimum, maximum and slope of every segment and channel: float64 (cycles, 300)."""
    columns: list[NDArray[np.float64]] = []
    for name in CHANNELS:
        parts = cycles.series[name].reshape(len(cycles), SEGMENTS, -1)
        ramp = np.linspace(-0.5, 0.5, parts.shape[2])
        slope = (parts * ramp).mean(axis=2) / (ramp**2).mean()
        columns += [parts.mean(axis=2), parts.std(axis=2), parts.min(axis=2), parts.max(axis=2), slope]
    return np.concatenate(columns, axis=1)


def hold_out_trees(cycles: Cycles, folds: IntSeries, rounds: int, seed: int) -> IntSeries:
    """Classes that trees predict for every cycle while its fold is held out: int64 (cycles, targets)."""
    statistics = segment_statistics(cycles)
    told = np.zeros_like(cycles.classes)
    with threadpool_limits(limits=1), tqdm(total=len(TARGETS) * folds.size, desc="trees", unit="fit") as progress:
        for fold in folds:
            unseen = cycles.folds == fold
            for place, target in enumerate(TARGETS):
                trees = _make_trees(KINDS[target], rounds, seed)
                trees.fit(statistics[~unseen], cycles.classes[~unseen, place])
                told[unseen, place] = trees.predict(statistics[unseen])
                progress.update()
    return told


def _make_trees(kind: TreeKind, rounds: int, seed: int) -> GradientBoostingClassifier | HistGradientBoostingClassifier:
    if kind is TreeKind.HISTOGRAM:
        return HistGradientBoostingClassifier(max_iter=rounds // 2, early_stopping=False, random_state=seed)
    return GradientBoostingClassifier(n_estimators=rounds, max_features="sqrt", subsample=ROWS_SHARE, max_depth=DEPTH, random_state=seed)
