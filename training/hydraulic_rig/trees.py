"""This file decides the mark to beat: boosted trees on segment statistics, measured on the same folds as the network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from training.hydraulic_rig.cycles import CHANNELS, TARGETS, Cycles

SEGMENTS = 6
"""Each channel's cycle is cut into this many equal parts of 10 s."""
ROUNDS = 100

IntSeries = NDArray[np.int64]


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
            for place in range(len(TARGETS)):
                trees = HistGradientBoostingClassifier(max_iter=rounds, early_stopping=False, random_state=seed)
                trees.fit(statistics[~unseen], cycles.classes[~unseen, place])
                told[unseen, place] = trees.predict(statistics[unseen])
                progress.update()
    return told
