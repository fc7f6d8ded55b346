"""This file decides the mark to beat: boosted trees on statistics of the last flights, measured on the same engines as the network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from inference.findings import FloatArray
from training.turbofan_life.engines import IntSeries
from training.turbofan_life.spec import LEAST
from training.turbofan_life.windows import LONGEST_LEFT, Cuts

FLIGHTS, NEWEST, FIRST = 30, 10, 20
"""Statistics are of so many last flights; the newest of them give the present level, and the engine's first ones its own."""
ROUNDS = 150
EVERY = 3
"""Every third flight of a training engine is a window."""
CAP = 130.0
"""The life they are taught is capped like the network's."""


def window_statistics(normal: Sequence[FloatArray], cuts: Cuts) -> NDArray[np.float64]:
    """Mean, spread, slope, newest and first level of every channel: float64 (windows, 80)."""
    rows = []
    for row in range(len(cuts)):
        flown = normal[int(cuts.engines[row])][: int(cuts.ends[row])]
        last = flown[-FLIGHTS:]
        ramp = np.arange(last.shape[0]) - (last.shape[0] - 1) / 2.0
        slope = (last * ramp[:, None]).sum(axis=0) / (ramp**2).sum()
        rows.append(
            np.concatenate([last.mean(axis=0), last.std(axis=0), slope, last[-FLIGHTS // 3 :].mean(axis=0), flown[:20].mean(axis=0)])
        )
    return np.asarray(rows, np.float64)


def fit_trees(normal: Sequence[FloatArray], places: IntSeries, rounds: int, seed: int) -> HistGradientBoostingRegressor:
    """Fit to the engines at *places*."""
    cuts = _cuts(normal, places)
    with threadpool_limits(limits=1):
        trees = HistGradientBoostingRegressor(max_iter=rounds, learning_rate=0.05, max_depth=5, early_stopping=False, random_state=seed)
        trees.fit(window_statistics(normal, cuts), np.minimum(cuts.left, CAP))
    return trees


def _cuts(normal: Sequence[FloatArray], places: IntSeries) -> Cuts:
    ends = [np.arange(max(LEAST, normal[place].shape[0] - LONGEST_LEFT), normal[place].shape[0] + 1, EVERY) for place in places]
    engines = np.repeat(places, [one.size for one in ends])
    joined = np.concatenate(ends).astype(np.int64)
    lengths = np.array([normal[int(place)].shape[0] for place in engines], dtype=np.int64)
    return Cuts(engines, np.zeros_like(joined), joined, lengths - joined)
