"""This file decides which windows of flights the network is taught and measured on, and how they become tensors.

A window ends at a flight with *left* flights to go and holds at most :data:`LENGTH` flights before it. Ends are drawn as in the published
test set, where records stop at any time: every remaining life up to :data:`LONGEST_LEFT` alike. In training some windows also
begin in the middle of a life, as a stream does that was interrupted: the number of flights in the window is not the engine's age.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray
from training.turbofan_life.engines import Engine, IntSeries
from training.turbofan_life.spec import LEAST, LENGTH, SEQUENCE_INPUT

LONGEST_LEFT = 150
"""Flights: ends are drawn from here to failure."""
ENDS_PER_ENGINE = 12
"""Windows per engine for measuring, one from each of as many equal parts of the remaining life."""
SHORTEST_LEFT = 5
"""Flights: nothing is measured closer to failure (the test set has hardly any either)."""

_MEANS = np.array([channel.mean for channel in SEQUENCE_INPUT.channels])
_STDS = np.array([channel.std for channel in SEQUENCE_INPUT.channels])


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """Windows: engine (its place), first flight and end (as slices count), flights left after it; int64 (windows,) each."""

    engines: IntSeries
    starts: IntSeries
    ends: IntSeries
    left: IntSeries

    def __len__(self) -> int:
        """Number of windows."""
        return int(self.engines.size)

    def take(self, rows: IntSeries | NDArray[np.bool_]) -> Cuts:
        """Only these windows."""
        return Cuts(self.engines[rows], self.starts[rows], self.ends[rows], self.left[rows])


def normalise(engines: Sequence[Engine]) -> list[FloatArray]:
    """Each engine's rows as the runner normalises them: float32 (flights, channels)."""
    return [((engine.rows - _MEANS) / _STDS).astype(np.float32) for engine in engines]


def cut_windows(normal: Sequence[FloatArray], cuts: Cuts) -> FloatArray:
    """Put the windows together: float32 (windows, LENGTH, channels), zeros before the first flight."""
    windows = np.zeros((len(cuts), LENGTH, _MEANS.size), np.float32)
    for row in range(len(cuts)):
        end = int(cuts.ends[row])
        rows = normal[int(cuts.engines[row])][max(int(cuts.starts[row]), end - LENGTH) : end]
        windows[row, LENGTH - rows.shape[0] :] = rows
    return windows


def draw_cuts(lengths: IntSeries, places: IntSeries, count: int, interrupted_share: float, random: np.random.Generator) -> Cuts:
    """Draw *count* training windows of the engines at *places*; *lengths*, int64 (engines,), are their flights to failure."""
    engines = random.choice(places, count)
    left = np.minimum(random.integers(0, LONGEST_LEFT, count), lengths[engines] - LEAST)
    ends = lengths[engines] - left
    begun = (random.random(count) * (ends - LEAST + 1)).astype(np.int64)
    starts = np.where(random.random(count) < interrupted_share, begun, 0)
    return Cuts(engines.astype(np.int64), starts, ends.astype(np.int64), left.astype(np.int64))


def spread_cuts(lengths: IntSeries, places: IntSeries, seed: int) -> Cuts:
    """Windows to measure on: whole lives so far, :data:`ENDS_PER_ENGINE` an engine, evenly over the remaining life."""
    random = np.random.default_rng([seed, 2])
    part = (LONGEST_LEFT - SHORTEST_LEFT) / ENDS_PER_ENGINE
    shares = random.random((places.size, ENDS_PER_ENGINE))
    left = (SHORTEST_LEFT + part * (np.arange(ENDS_PER_ENGINE) + shares)).astype(np.int64).ravel()
    engines = np.repeat(places, ENDS_PER_ENGINE)
    ends = lengths[engines] - left
    whole = Cuts(engines, np.zeros_like(engines), ends, left)
    return whole.take(ends >= LEAST)


def every_cut(lengths: IntSeries, places: IntSeries, step: int = 1) -> Cuts:
    """All windows of whole lives so far, every *step* flights: what a monitor sees."""
    ends = [np.arange(LEAST, lengths[place] + 1, step) for place in places]
    engines = np.repeat(places, [one.size for one in ends])
    joined = np.concatenate(ends).astype(np.int64)
    return Cuts(engines, np.zeros_like(joined), joined, lengths[engines] - joined)
