"""This file decides the plain recipe that the pack is compared with: one small CNN on the shrunk picture, on the same folds.

Mirroring is its only augmentation, every picture is drawn once an epoch, the last weights are taken. It marks no place, so it has no IoU.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inference.contract import Figure
from training.magnetic_tile.dataset import Tile, learn_from, list_folds
from training.magnetic_tile.evaluation import FALSE_ALARM_SHARE
from training.magnetic_tile.fitting import set_up_torch
from training.magnetic_tile.folds import read_tiles
from training.magnetic_tile.spec import KINDS, SET_NAME
from training.options import TrainOptions
from training.plain_network import fit_plain
from training.statistics import auroc, bootstrap_groups, recall_at_false_alarms

SIDE_PX = 96
_EPOCHS = 10
_COMMAND = "nox -s train -- magnetic-tile --recipe naive"


def make_plain() -> nn.Sequential:
    """Four convolutions with pooling between and one linear layer behind the mean."""
    layers: list[nn.Module] = []
    for ins, outs in ((1, 16), (16, 32), (32, 64), (64, 64)):
        layers += [nn.Conv2d(ins, outs, 3, 1, 1), nn.BatchNorm2d(outs), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 1 + len(KINDS)))


def _shrink(tiles: list[Tile]) -> torch.Tensor:
    small = [cv2.resize(tile.gray, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA) for tile in tiles]
    images = torch.from_numpy((np.stack(small)[:, None].astype(np.float32) / 255.0 - 0.42) / 0.2)
    return images.contiguous(memory_format=torch.channels_last)


def _score_held_out(tiles: list[Tile], fold: int, options: TrainOptions) -> NDArray[np.float64]:
    torch.manual_seed(options.seed + fold)
    seen, unseen = learn_from(tiles, fold), [tile for tile in tiles if tile.fold == fold]
    images, kinds = _shrink(seen), torch.from_numpy(np.asarray([tile.kind for tile in seen]))
    network = make_plain().to(memory_format=torch.channels_last)
    fit_plain(network, images, kinds, 1 if options.quick else _EPOCHS, nn.functional.cross_entropy)
    with torch.no_grad():
        found: NDArray[np.float64] = 1.0 - torch.softmax(network(_shrink(unseen)), dim=1)[:, 0].numpy().astype(np.float64)
    return found


def measure_naive(options: TrainOptions) -> tuple[Figure, ...]:
    """Image AUROC and recall at 1 % false alarms of the plain network, scenes held out."""
    set_up_torch()
    tiles = read_tiles(options)
    score = np.zeros(len(tiles))
    for fold in list_folds(tiles):
        score[[tile.fold == fold for tile in tiles]] = _score_held_out(tiles, fold, options)
    faulty, scenes = np.asarray([tile.faulty for tile in tiles]), [tile.scene for tile in tiles]
    measures = {
        "image AUROC": lambda rows: auroc(score[rows[faulty[rows]]], score[rows[~faulty[rows]]]),
        "recall at 1 % false alarms": lambda rows: recall_at_false_alarms(
            score[rows[faulty[rows]]], score[rows[~faulty[rows]]], FALSE_ALARM_SHARE
        ),
    }
    figures = []
    for name, measure in measures.items():
        interval = bootstrap_groups(scenes, measure, seed=options.seed)
        value, lower, upper = (round(one, 4) for one in (interval.value, interval.lower, interval.upper))
        data, split = f"vision/{SET_NAME}", "scenes held out, 5 folds"
        figures.append(Figure(name=name, value=value, lower=lower, upper=upper, data=data, split=split, command=_COMMAND))
    return tuple(figures)
