"""This file decides what the steel network calls familiar: one cloud of pictures per kind of defect.

It looks at the strengths of the waves of every size and direction, and beside them at brightness, spread and fine structure in cells of
8 px. The stillest cells count by themselves: steel has grain everywhere, and what a hand or a cloth covers has none.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from inference.findings import FloatArray
from training.novelty import Familiarity, fit_familiarity
from training.steel_surface.network import LEVELS, Scattering
from training.steel_surface.pictures import IntSeries

_CELL_PX = 8
REFUSED_SHARE = 0.007
"""Of held-out genuine pictures; with those refused for an unsure kind it stays below 1 %."""
DOUBT_WEIGHT = 0.3
"""A picture whose kind is in doubt is so much the more unlike: times 1 - the likeliest kind's chance. A stranger that lies near the
clouds seldom lies near one kind; a genuine picture whose kind is in doubt is seldom near the limit."""
_FLOOR = 5e-3
"""Added before logarithms: a twentieth of a gray level per pixel."""


class Embedding(nn.Module):
    """Statistics of cells: (n, 1, 128, 128) -> (n, 19)."""

    def forward(self, image: Tensor) -> Tensor:
        """Statistics of each picture."""
        mean = functional.avg_pool2d(image, _CELL_PX)
        spread = torch.sqrt(torch.relu(functional.avg_pool2d(image * image, _CELL_PX) - mean * mean) + 1e-4)
        across = functional.avg_pool2d(functional.pad((image[:, :, :, 1:] - image[:, :, :, :-1]).abs(), (0, 1)), _CELL_PX)
        down = functional.avg_pool2d(functional.pad((image[:, :, 1:] - image[:, :, :-1]).abs(), (0, 0, 0, 1)), _CELL_PX)
        small = functional.avg_pool2d(image, 4)
        coarse_across = functional.avg_pool2d(functional.pad((small[:, :, :, 1:] - small[:, :, :, :-1]).abs(), (0, 1)), 4)
        coarse_down = functional.avg_pool2d(functional.pad((small[:, :, 1:] - small[:, :, :-1]).abs(), (0, 0, 0, 1)), 4)
        rough = torch.cat([torch.log(part + _FLOOR) for part in (spread, across, down)], dim=1)
        coarse = torch.cat([torch.log(part + _FLOOR) for part in (coarse_across, coarse_down)], dim=1)
        usual, wide = _mean_and_spread(torch.cat([mean, rough], dim=1))
        coarse_usual, coarse_wide = _mean_and_spread(coarse)
        stillest = -functional.max_pool2d(-functional.avg_pool2d(rough, 2, 1), 15).flatten(1)
        wildest = functional.max_pool2d(rough, 16).flatten(1)
        grain = usual[:, 1:] - coarse_usual.mean(dim=1, keepdim=True)
        return torch.cat([usual, wide, coarse_usual, coarse_wide, stillest, wildest, grain[:, :1]], dim=1)


def _mean_and_spread(cells: Tensor) -> tuple[Tensor, Tensor]:
    mean = cells.mean(dim=(2, 3), keepdim=True)
    away = cells - mean
    return mean.flatten(1), torch.sqrt((away * away).mean(dim=(2, 3)) + 1e-6)


def embed(statistics: Embedding, image: Tensor, first: list[Tensor]) -> Tensor:
    """Statistics of the picture beside mean and spread of the first strengths, in logarithms: (n, 91).

    How the finest strengths compare with the next coarser ones stands once more by itself: grain is what tells steel from other metal.
    """
    parts = [statistics(image)]
    for level in range(LEVELS):
        usual, wide = _mean_and_spread(first[level])
        parts.append(torch.log(torch.cat([usual, wide], dim=1) + _FLOOR))
    directions = int(first[0].shape[1])
    steep = parts[1][:, :directions] - parts[2][:, :directions]
    return torch.cat([*parts, steep], dim=1)


@torch.no_grad()
def look_at(tensors: NDArray[np.float32]) -> tuple[FloatArray, FloatArray]:
    """Features, float32 (n, 1060), and embedding, float32 (n, 91), of pictures, float32 (n, 1, 128, 128), in one look."""
    statistics, scattering = Embedding().eval(), Scattering().eval()
    features, embeddings = [], []
    for begin in range(0, len(tensors), 32):
        image = torch.from_numpy(tensors[begin : begin + 32])
        first = scattering.first(image)
        features.append(scattering.describe(image, scattering.planes(first)).numpy())
        embeddings.append(embed(statistics, image, first).numpy())
    return np.concatenate(features).astype(np.float32), np.concatenate(embeddings).astype(np.float32)


def fit_clouds(embeddings: FloatArray, kinds: IntSeries) -> Familiarity:
    """The clouds of genuine pictures, one per kind."""
    return fit_familiarity(embeddings, kinds)


def choose_novelty_limit(novelty: NDArray[np.float64]) -> float:
    """The lowest limit at which no more than :data:`REFUSED_SHARE` of held-out pictures are refused.

    Not the cautious bound of :func:`training.novelty.choose_limit`: bare steel is close to other bare metal, and every
    tenth of the limit costs a tenth of the strangers.
    """
    kept = np.sort(novelty)[len(novelty) - 1 - int(REFUSED_SHARE * len(novelty))]
    return float(np.nextafter(np.float32(kept), np.float32(np.inf)))
