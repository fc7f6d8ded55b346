"""This file decides the plain recipe that the pack is compared with: one small CNN as in a tutorial, on the same folds.

Mirroring is its only augmentation, the last weights are taken, every picture is drawn once an epoch.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from inference.contract import Figure
from training.options import TrainOptions
from training.plain_network import fit_plain
from training.steel_surface.evaluation import measure_named
from training.steel_surface.fitting import set_up_torch
from training.steel_surface.pictures import Pictures, load_pictures
from training.steel_surface.spec import KINDS

_EPOCHS = 10
_COMMAND = "nox -s train -- steel-surface --recipe naive"


def make_plain() -> nn.Sequential:
    """Four convolutions with pooling between and one linear layer behind the mean."""
    layers: list[nn.Module] = []
    for ins, outs in ((1, 16), (16, 32), (32, 64), (64, 64)):
        layers += [nn.Conv2d(ins, outs, 3, 1, 1), nn.BatchNorm2d(outs), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(nn.AvgPool2d(2), *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, len(KINDS)))


def _name_held_out(pictures: Pictures, fold: int, options: TrainOptions) -> torch.Tensor:
    torch.manual_seed(options.seed + fold)
    out = pictures.folds == fold
    images, kinds = torch.from_numpy(pictures.tensors[~out]), torch.from_numpy(pictures.kinds[~out])
    network = make_plain()
    fit_plain(network, images, kinds, 1 if options.quick else _EPOCHS, nn.functional.cross_entropy)
    with torch.no_grad():
        named: torch.Tensor = network(torch.from_numpy(pictures.tensors[out])).argmax(dim=1)
    return named


def measure_naive(options: TrainOptions) -> tuple[Figure, ...]:
    """Accuracy and macro-F1 of the plain network, groups held out."""
    set_up_torch()
    pictures = load_pictures(options.data_dir)
    named = np.zeros(len(pictures), np.int64)
    for fold in np.unique(pictures.folds):
        named[pictures.folds == fold] = _name_held_out(pictures, int(fold), options).numpy()
    return tuple(
        Figure(
            name=name,
            value=round(interval.value, 4),
            lower=round(interval.lower, 4),
            upper=round(interval.upper, 4),
            data="vision/x_sdd",
            split="groups held out, 5 folds",
            command=_COMMAND,
        )
        for name, interval in measure_named(pictures, named, options.seed).items()
    )
