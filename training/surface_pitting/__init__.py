"""How the surface-pitting pack is made: pits on a ball-screw spindle, found pixel by pixel, from ``vision/ball_screw``."""

from __future__ import annotations

from training.options import TrainOptions


def train(options: TrainOptions) -> None:
    """Make the pack again; see :mod:`training.surface_pitting.recipe`. PyTorch is loaded only now."""
    from training.surface_pitting.recipe import train as make_pack

    make_pack(options)
