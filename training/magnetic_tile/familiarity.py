"""This file decides what the magnetic-tile network calls familiar: real tiles and simulated ones, each a cloud of its own.

Grooves, grain and light are measured in small cells of the tile alone, because something before the lens changes a part of the
view. The network's own planes were tried beside them and took no part in it: they differ from fit to fold, and look past hands.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.findings import FloatArray, ImageU8
from training.magnetic_tile.preparing import to_tensor
from training.magnetic_tile.spec import IMAGE_INPUT
from training.novelty import Familiarity, choose_limit, fit_familiarity
from training.novelty_graph import MahalanobisNovelty

_CELL_PX = 16
_LEAST_LIGHT = 0.03
_REFUSED_SHARE = 0.01


class Embedding(nn.Module):
    """What the novelty looks at: (n, 1, h, w) as the input gives it -> (n, 22)."""

    def forward(self, image: Tensor) -> Tensor:
        """Features of each picture; what is no tile does not count."""
        gray = image * IMAGE_INPUT.std[0] + IMAGE_INPUT.mean[0]
        inside = (gray > 0.5 / 255.0).float()
        light = torch.log(gray.clamp(min=0.0) + _LEAST_LIGHT) * inside
        full = (functional.avg_pool2d(inside, _CELL_PX) > 0.95).float()
        mean = functional.avg_pool2d(light, _CELL_PX)
        spread = torch.sqrt(torch.relu(functional.avg_pool2d(light * light, _CELL_PX) - mean * mean) + 1e-6)
        parts = [mean, torch.log(spread + 1e-2)]
        for size in (1, 2, 4):
            small = light if size == 1 else functional.avg_pool2d(light, size)
            across = functional.pad((small[:, :, :, 1:] - small[:, :, :, :-1]).abs(), (0, 1))
            down = functional.pad((small[:, :, 1:] - small[:, :, :-1]).abs(), (0, 0, 0, 1))
            cells = [torch.log(functional.avg_pool2d(one, _CELL_PX // size) + 5e-3) for one in (across, down)]
            parts += [*cells, cells[0] - cells[1]]
        return _mean_and_spread(torch.cat(parts, dim=1), full)


def _mean_and_spread(cells: Tensor, weight: Tensor) -> Tensor:
    total = weight.sum(dim=(2, 3), keepdim=True).clamp(min=1.0)
    mean = (cells * weight).sum(dim=(2, 3), keepdim=True) / total
    away = (cells - mean) * weight
    return torch.cat([mean.flatten(1), torch.sqrt((away * away).sum(dim=(2, 3)) / total.flatten(1) + 1e-8)], dim=1)


class TileNovelty(nn.Module):
    """The novelty in the exported graph: (1, 1, h, w) -> (1, 1)."""

    def __init__(self, familiarity: Familiarity) -> None:
        super().__init__()
        self.embedding = Embedding()
        self.distance = MahalanobisNovelty(familiarity)

    def forward(self, image: Tensor) -> Tensor:
        """Novelty of each picture."""
        novelty: Tensor = self.distance(self.embedding(image))
        return novelty


@torch.no_grad()
def embed_pictures(pictures: Sequence[ImageU8]) -> FloatArray:
    """Features of gray pictures (uint8 h x w, any size): float32 (n, 22)."""
    embedding = Embedding().eval()
    return np.asarray([embedding(torch.from_numpy(to_tensor(gray)))[0].numpy() for gray in pictures], np.float32)


def fit_clouds(tiles: FloatArray, simulated: FloatArray) -> Familiarity:
    """The two clouds of genuine pictures from the features of both."""
    return fit_familiarity(np.concatenate([tiles, simulated]), np.repeat((0, 1), (len(tiles), len(simulated))))


def choose_novelty_limit(novelty: Sequence[float], scenes: Sequence[str], seed: int) -> float:
    """The novelty from which pictures are refused: at most 1 % of those held out, and of draws of whole scenes."""
    return choose_limit(novelty, scenes, refused_share=_REFUSED_SHARE, margin=1.0, seed=seed)
