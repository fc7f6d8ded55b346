"""This file decides how a score is shared among few channels, where leaving out one at a time says too little.

Two channels may each be enough: too little power comes from a high speed with a low torque, and either alone replaced by its mean leaves
the power wrong, so neither would be named. The share of a channel is its Shapley value: what it adds, on average over all
orders in which the channels can come in (Shapley 1953; Lundberg, Lee, NeurIPS 2017, eq. 4). Exact, over every combination.
"""

from __future__ import annotations

from math import factorial

import numpy as np
from numpy.typing import NDArray

MOST_CHANNELS = 6
"""Up to so many channels are shared exactly: 64 combinations."""


def list_combinations(count: int) -> NDArray[np.bool_]:
    """Every combination of *count* channels, bool (2 ** count, count): True where a channel is there. The first has none, the last all."""
    return np.asarray((np.arange(2**count)[:, np.newaxis] >> np.arange(count)) % 2 == 1, np.bool_)


def share_score(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shapley value of every channel; together the last score less the first.

    Args:
        scores: float64 (2 ** count,): the score of each combination, in the order of :func:`list_combinations`.

    Returns:
        float64 (count,), in score units, signed.
    """
    count = int(scores.size).bit_length() - 1
    there = list_combinations(count)
    size = there.sum(axis=1)
    values = np.empty(count)
    for channel in range(count):
        without = np.flatnonzero(~there[:, channel])
        weight = np.array([factorial(n) * factorial(count - n - 1) for n in size[without]]) / factorial(count)
        values[channel] = float(weight @ (scores[without + (1 << channel)] - scores[without]))
    return values
