"""How the surface-pitting pack is made: pits on a ball-screw spindle, found pixel by pixel, from ``vision/ball_screw``."""

from __future__ import annotations

from collections.abc import Sequence

from inference.contract import Figure
from training.options import TrainOptions


def train(options: TrainOptions) -> None:
    """Make the pack again; see :mod:`training.surface_pitting.recipe`. PyTorch is loaded only now."""
    from training.surface_pitting.recipe import train as make_pack

    make_pack(options)


def train_naive(options: TrainOptions) -> Sequence[Figure]:
    """Measure a plain CNN on the same folds; see :mod:`training.surface_pitting.naive`."""
    from training.surface_pitting.naive import measure_naive

    return measure_naive(options)
