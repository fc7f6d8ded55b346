"""How the steel-surface pack is made: seven kinds of defects on hot-rolled steel, named from a picture, from ``vision/x_sdd``."""

from __future__ import annotations

from collections.abc import Sequence

from inference.contract import Figure
from training.options import TrainOptions


def train(options: TrainOptions) -> None:
    """Make the pack again; see :mod:`training.steel_surface.recipe`. PyTorch is loaded only now."""
    from training.steel_surface.recipe import train as make_pack

    make_pack(options)


def train_naive(options: TrainOptions) -> Sequence[Figure]:
    """Measure a plain CNN on the same folds; see :mod:`training.steel_surface.naive`."""
    from training.steel_surface.naive import measure_naive

    return measure_naive(options)
