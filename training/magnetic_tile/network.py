"""This file decides the magnetic-tile network: what it sees of a picture under any light, and a narrow U-Net on it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.magnetic_tile.spec import IMAGE_INPUT, KINDS

SEEN_CHANNELS = 4
_LEAST_LIGHT = 0.03
_CELL = 8
_SPREAD = 0.15
"""Usual spread of a ground surface in logarithms; what is seen is divided by it."""


class Seeing(nn.Module):
    """float32 (n, 1, h, w) as the pack's input gives it -> (n, 4, h, w) that hardly depends on exposure and lamp.

    In logarithms, a gain is a sum: away from the neighbourhood's mean (about 70 px), from the column's mean (grooves run from
    top to bottom, so what lies along a column is no defect), and from the tile's mean; and where there is a tile at all.
    h and w are multiples of 8. Nothing in it is learnt.
    """

    def forward(self, image: Tensor) -> Tensor:
        """What the network sees of *image*."""
        gray = image * IMAGE_INPUT.std[0] + IMAGE_INPUT.mean[0]
        inside = (gray > 0.5 / 255.0).float()
        light = torch.log(gray.clamp(min=0.0) + _LEAST_LIGHT)
        cells, weight = functional.avg_pool2d(light * inside, _CELL), functional.avg_pool2d(inside, _CELL)
        around = _spread_out(_blur(cells, 9, 9) / _blur(weight, 9, 9).clamp(min=1e-3))
        cells, weight = functional.avg_pool2d(light * inside, (_CELL, 1)), functional.avg_pool2d(inside, (_CELL, 1))
        column = _blur(cells, 9, 1) / _blur(weight, 9, 1).clamp(min=1e-3)
        column = functional.interpolate(column, size=light.shape[2:], mode="bilinear", align_corners=False)
        total = (light * inside).sum(dim=(2, 3), keepdim=True) / inside.sum(dim=(2, 3), keepdim=True).clamp(min=1.0)
        seen = torch.cat([light - around, light - column, light - total], dim=1) * (inside / _SPREAD)
        return torch.cat([seen.clamp(-8.0, 8.0), inside], dim=1)


def _blur(planes: Tensor, rows: int, columns: int) -> Tensor:
    return functional.avg_pool2d(planes, (rows, columns), stride=1, padding=(rows // 2, columns // 2))


def _spread_out(cells: Tensor) -> Tensor:
    return functional.interpolate(cells, scale_factor=float(_CELL), mode="bilinear", align_corners=False)


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Planes(NamedTuple):
    """What the network makes of a picture at a half to a thirty-second of its size, each (n, channels, h, w)."""

    half: Tensor
    quarter: Tensor
    eighth: Tensor
    sixteenth: Tensor
    least: Tensor


class TileNet(nn.Module):
    """float32 (n, 4, h, w) of :class:`Seeing`, h and w multiples of 32 -> (n, 6, h / 2, w / 2) logits: sound and five kinds."""

    def __init__(self, widths: tuple[int, int, int, int, int] = (16, 24, 40, 64, 80)) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth, least = widths
        self.down_half = _block(SEEN_CHANNELS, half, 2)
        self.down_quarter = nn.Sequential(_block(half, quarter, 2), _block(quarter, quarter))
        self.down_eighth = nn.Sequential(_block(quarter, eighth, 2), _block(eighth, eighth))
        self.down_sixteenth = nn.Sequential(_block(eighth, sixteenth, 2), _block(sixteenth, sixteenth))
        self.down_least = nn.Sequential(_block(sixteenth, least, 2), _block(least, least))
        self.to_sixteenth = nn.Conv2d(least, sixteenth, 1)
        self.to_eighth = nn.Conv2d(sixteenth, eighth, 1)
        self.to_quarter = nn.Conv2d(eighth, quarter, 1)
        self.to_half = nn.Conv2d(quarter, half, 1)
        self.up_sixteenth = _block(sixteenth, sixteenth)
        self.up_eighth = _block(eighth, eighth)
        self.up_quarter = _block(quarter, quarter)
        self.up_half = _block(half, half)
        self.head = nn.Conv2d(half, 1 + len(KINDS), 1)
        if self.head.bias is not None:
            with torch.no_grad():
                self.head.bias.copy_(torch.tensor([2.0, *([-1.5] * len(KINDS))]))

    def see(self, seen: Tensor) -> Planes:
        """The way down."""
        half = self.down_half(seen)
        quarter = self.down_quarter(half)
        eighth = self.down_eighth(quarter)
        sixteenth = self.down_sixteenth(eighth)
        return Planes(half, quarter, eighth, sixteenth, self.down_least(sixteenth))

    def mark(self, planes: Planes) -> Tensor:
        """The way up: logits at half the input's size."""
        sixteenth = self.up_sixteenth(planes.sixteenth + _twice(self.to_sixteenth(planes.least)))
        eighth = self.up_eighth(planes.eighth + _twice(self.to_eighth(sixteenth)))
        quarter = self.up_quarter(planes.quarter + _twice(self.to_quarter(eighth)))
        half = self.up_half(planes.half + _twice(self.to_half(quarter)))
        logits: Tensor = self.head(half)
        return logits

    def forward(self, seen: Tensor) -> Tensor:
        """Logits at half the input's size."""
        return self.mark(self.see(seen))


def mark_both_ways(network: TileNet, seen: Tensor) -> Tensor:
    """Logits: the mean of those of *seen*, (1, 4, h, w), as it is and turned upside down."""
    both = torch.cat([seen, torch.flip(seen, (2, 3))]).contiguous(memory_format=torch.channels_last)
    logits: Tensor = network(both)
    return (logits[:1] + torch.flip(logits[1:], (2, 3))) * 0.5


def _twice(planes: Tensor) -> Tensor:
    return functional.interpolate(planes, scale_factor=2.0, mode="bilinear", align_corners=False)
