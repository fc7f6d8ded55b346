"""This file decides what the network looks at: a fixed wavelet scattering of the picture, and one linear layer that is fitted.

890 pictures of strips that mostly occur once are few for a network that learns its own filters, and many for one that does not.
After Bruna, Mallat, *Invariant Scattering Convolution Networks*, IEEE PAMI 35(8), 2013: the strength of oriented waves at four
sizes, and how those strengths vary in turn; here pooled by mean, maximum and spread, because a defect may be a texture or a single spot.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from inference.findings import FloatArray
from training.steel_surface.spec import SIDE_PX

ORIENTATIONS = 8
LEVELS = 4
"""Sizes of waves: each level is half as fine as the one before."""
FILTER_PX = 9
_WIDTH_PX = 1.6
_LENGTH_PX = 8.0 / 3.0
_FREQUENCY = 1.9
"""Of the waves: radians per pixel."""
_LEAST_SIDE_PX = 12
_FARTHEST = 2
"""Strengths of one level are looked at by waves up to so many levels coarser."""
FLOOR = 1e-3
"""Added before logarithms."""
LIGHT = 4
"""Features of brightness, before those of the waves."""
POOLS = 3
"""Of every plane: mean, maximum, spread."""
CLIP = 4.0
"""Features are cut at so many spreads."""


def make_waves() -> NDArray[np.float32]:
    """Even and odd wave of every orientation: float32 (16, 1, 9, 9); sums of absolute even weights are 1."""
    reach = FILTER_PX // 2
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float64)
    waves = []
    for number in range(ORIENTATIONS):
        angle = np.pi * number / ORIENTATIONS
        along, aside = across * np.cos(angle) + down * np.sin(angle), -across * np.sin(angle) + down * np.cos(angle)
        bell = np.exp(-(along**2 / (2 * _WIDTH_PX**2) + aside**2 / (2 * _LENGTH_PX**2)))
        even = bell * np.cos(_FREQUENCY * along)
        even -= bell * even.sum() / bell.sum()
        size = np.abs(even).sum()
        waves += [even / size, bell * np.sin(_FREQUENCY * along) / size]
    return np.asarray(waves, np.float32)[:, None]


class Scattering(nn.Module):
    """Features of a picture: (n, 1, 128, 128) -> (n, 1060). Nothing in it is fitted."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("waves", torch.from_numpy(make_waves()))

    def strength(self, planes: Tensor) -> Tensor:
        """Strength of the waves in every plane: (n, c, h, w) -> (n, 8 c, h, w)."""
        count, channels, height, width = (int(size) for size in planes.shape)
        reach = FILTER_PX // 2
        padded = functional.pad(planes.reshape(count * channels, 1, height, width), (reach, reach, reach, reach), mode="reflect")
        answers = functional.conv2d(padded, self.waves).reshape(count, channels * ORIENTATIONS, 2, height, width)
        return torch.sqrt((answers * answers).sum(dim=2) + 1e-6)

    def first(self, image: Tensor) -> list[Tensor]:
        """Strengths in the picture itself, finest level first: (n, 8, 128 / 2^level, 128 / 2^level)."""
        levels = []
        for _ in range(LEVELS):
            levels.append(self.strength(image))
            image = functional.avg_pool2d(image, 2)
        return levels

    def planes(self, first: list[Tensor]) -> list[Tensor]:
        """All strengths, the first ones and those in them, in the order of the features: nine times (n, channels, side, side)."""
        planes = []
        for level, strength in enumerate(first):
            planes.append(strength)
            coarser = strength
            for _ in range(level + 1, min(LEVELS, level + _FARTHEST + 1)):
                coarser = functional.avg_pool2d(coarser, 2)
                if int(coarser.shape[2]) < _LEAST_SIDE_PX:
                    break
                planes.append(self.strength(coarser))
        return planes

    def describe(self, image: Tensor, planes: list[Tensor]) -> Tensor:
        """Features from the picture and its strengths."""
        light = [image.mean(dim=(2, 3)), _spread(image), image.amax(dim=(2, 3)), image.amin(dim=(2, 3))]
        return torch.cat([*light, torch.log(torch.cat([_pool(plane) for plane in planes], dim=1) + FLOOR)], dim=1)

    def forward(self, image: Tensor) -> Tensor:
        """Features of each picture."""
        return self.describe(image, self.planes(self.first(image)))


def _spread(planes: Tensor) -> Tensor:
    away = planes - planes.mean(dim=(2, 3), keepdim=True)
    return torch.sqrt((away * away).mean(dim=(2, 3)) + 1e-8)


def _pool(planes: Tensor) -> Tensor:
    return torch.cat([planes.mean(dim=(2, 3)), functional.avg_pool2d(planes, 2).amax(dim=(2, 3)), _spread(planes)], dim=1)


def plane_channels() -> list[int]:
    """Channels of each of :meth:`Scattering.planes`, in their order."""
    counts = []
    for level in range(LEVELS):
        coarser = [one for one in range(level + 1, min(LEVELS, level + _FARTHEST + 1)) if SIDE_PX >> one >= _LEAST_SIDE_PX]
        counts += [ORIENTATIONS, *(ORIENTATIONS * ORIENTATIONS for _ in coarser)]
    return counts


def mirror(features: FloatArray) -> FloatArray:
    """Features of the mirrored pictures, from those of the pictures, float32 (n, 1060): every direction takes its mirror's place.

    Both mirrors, left-right and up-down, change a wave's direction alike; nothing else of what is pooled depends on the place.
    """
    turned = (ORIENTATIONS - np.arange(ORIENTATIONS)) % ORIENTATIONS
    once = turned
    twice = (turned[:, None] * ORIENTATIONS + turned[None, :]).reshape(-1)
    order, begin = list(range(LIGHT)), LIGHT
    for level in range(LEVELS):
        seen_by = [coarser for coarser in range(level + 1, min(LEVELS, level + _FARTHEST + 1)) if SIDE_PX >> coarser >= _LEAST_SIDE_PX]
        planes = [once, *(twice for _ in seen_by)]
        for places in planes:
            for _ in range(POOLS):
                order += (begin + places).tolist()
                begin += places.size
    return np.ascontiguousarray(features[:, order])
