"""This file decides which places of a picture speak for the kind that is named, in the same pass of the network.

What is named rests on mean, maximum and spread of the waves' strengths over the picture. The picture is cut into 16 x 16 tiles, and each of
these numbers is taken again without each tile: exactly, because the sums are there. How far the log odds of the named kind against the
others fall with that is told by their slope: exact for the discriminant, to first order for the perceptrons. A tile speaks in so
far as the answer rests on it, more than on a usual tile of the picture. A grain that is everywhere has no place.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.steel_surface.head import Head
from training.steel_surface.network import CLIP, FLOOR, LIGHT, POOLS, plane_channels

TILES = 16
"""On a side; a tile has 8 px."""
FULL_EVIDENCE = 0.1
"""Log odds by which the strongest tile must count more than a usual one for the map to reach 1."""


class Evidence(nn.Module):
    """The map: (n, 1, 16, 16), 0 for a usual place, 1 for the one that speaks most."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        channels = plane_channels()
        ends = LIGHT + POOLS * np.cumsum(channels)
        begins = ends - POOLS * np.asarray(channels)
        for number, name in enumerate(("mean", "highest", "spread")):
            # Features of one plane stand together; here those of one pooling do.
            places = np.concatenate(
                [np.arange(begin + number * count, begin + (number + 1) * count) for begin, count in zip(begins, channels, strict=True)]
            )
            self.register_buffer(f"{name}_places", torch.from_numpy(places))
        self.head = head

    def forward(self, planes: list[Tensor], features: Tensor, slope: Tensor) -> Tensor:
        """The map of each picture, from its strengths, features and :meth:`training.steel_surface.head.Head.slope`."""
        beyond = torch.relu(self.weigh(planes, features, slope))
        return beyond / torch.clamp(beyond.amax(dim=(2, 3), keepdim=True), min=FULL_EVIDENCE)

    def weigh(self, planes: list[Tensor], features: Tensor, slope: Tensor) -> Tensor:
        """Log odds by which each tile counts more (or less) than the mean of all: (n, 1, 16, 16)."""
        mean, square, highest, share = _pool_tiles(planes)
        left = _without(mean)
        parts = (
            (self.mean_places, left, 1.0),
            (self.highest_places, _second_highest(highest), share),
            (self.spread_places, torch.sqrt(torch.relu(_without(square) - left * left) + 1e-8), 1.0),
        )
        falls = [self._fall(places, rest, features, slope, weight) for places, rest, weight in parts]
        fall = torch.stack(falls).sum(dim=0)
        return fall - fall.mean(dim=(2, 3), keepdim=True)

    def _fall(self, places: Tensor, rest: Tensor, features: Tensor, slope: Tensor, weight: Tensor | float) -> Tensor:
        offset, spread = (torch.take(part, places).reshape(1, -1, 1, 1) for part in (self.head.offset, self.head.spread))
        whole, steep = (part[:, places].reshape(-1, len(places), 1, 1) for part in (features, slope))
        before = torch.clamp((whole - offset) / spread, -CLIP, CLIP)
        after = torch.clamp(torch.log(rest + FLOOR) / spread - offset / spread, -CLIP, CLIP)
        return ((steep * weight) * (before - after)).sum(dim=1, keepdim=True)


def _pool_tiles(planes: list[Tensor]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Mean, mean square and maximum of every plane in every tile, each (n, 353, 16, 16).

    And how much of a maximum's fall belongs to one tile, (1, 353, 1, 1): the coarsest planes' tiles are two by two.
    """
    means, squares, highest, shares = [], [], [], []
    for plane in planes:
        side = int(plane.shape[2]) // TILES
        means.append(functional.avg_pool2d(plane, side))
        squares.append(functional.avg_pool2d(plane * plane, side))
        small = functional.avg_pool2d(plane, 2)
        coarse = side < 2
        widened = functional.interpolate(small, scale_factor=2.0, mode="nearest") if coarse else small
        highest.append(functional.max_pool2d(widened, max(1, side // 2)))
        shares.append(torch.full((1, int(plane.shape[1]), 1, 1), 0.25 if coarse else 1.0))
    return torch.cat(means, dim=1), torch.cat(squares, dim=1), torch.cat(highest, dim=1), torch.cat(shares, dim=1)


def _without(tiles: Tensor) -> Tensor:
    """Mean over all tiles but each one."""
    count = TILES * TILES
    return tiles.mean(dim=(2, 3), keepdim=True) * (count / (count - 1)) - tiles * (1.0 / (count - 1))


def _second_highest(tiles: Tensor) -> Tensor:
    """Maximum over all tiles but each one. Strengths are positive: where the highest is taken off, the second highest is left."""
    top = tiles.amax(dim=(2, 3), keepdim=True)
    second = torch.where(tiles >= top, torch.zeros_like(tiles), tiles).amax(dim=(2, 3), keepdim=True)
    return torch.where(tiles >= top, second, top)
