"""How the magnetic-tile pack is made: five kinds of defects on ground magnets, found pixel by pixel, from ``vision/magnetic_tile``."""

from __future__ import annotations

from collections.abc import Sequence

from inference.contract import Figure
from training.options import TrainOptions

WANTS_INT8 = False
"""Its int8 variant kept every golden verdict and was 1.25 times as fast, but turned 5 verdicts of 272 real tiles: see the CARD."""


def train(options: TrainOptions) -> None:
    """Make the pack again; see :mod:`training.magnetic_tile.recipe`. PyTorch is loaded only now."""
    from training.magnetic_tile.recipe import train as make_pack

    make_pack(options)


def train_naive(options: TrainOptions) -> Sequence[Figure]:
    """Measure a plain classifier on the same folds; see :mod:`training.magnetic_tile.naive`."""
    from training.magnetic_tile.naive import measure_naive

    return measure_naive(options)
