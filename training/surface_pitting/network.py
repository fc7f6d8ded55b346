"""This file decides the surface-pitting network: a narrow U-Net whose map comes out at the input's size."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.surface_pitting.place import across_grooves, encode_place
from training.surface_pitting.spec import PLACE_CHANNELS


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Planes(NamedTuple):
    """What the network sees at a half to a sixteenth of the input's size, each (N, channels, h, w)."""

    half: Tensor
    quarter: Tensor
    eighth: Tensor
    sixteenth: Tensor


class PittingNet(nn.Module):
    """float32 (N, 3, H, W), H and W multiples of 16 -> float32 (N, 1, H, W) logits of "this pixel is a pit".

    Works at half the input's resolution and below; skip connections are added, not stacked, to stay small.
    """

    def __init__(self, widths: tuple[int, int, int, int] = (8, 32, 48, 64)) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = widths
        self.down_half = _block(3, half, 2)
        self.down_quarter = nn.Sequential(_block(half, quarter, 2), _block(quarter, quarter))
        self.down_eighth = nn.Sequential(_block(quarter, eighth, 2), _block(eighth, eighth))
        self.down_sixteenth = nn.Sequential(_block(eighth, sixteenth, 2), _block(sixteenth, sixteenth))
        self.place = nn.Sequential(nn.Conv2d(PLACE_CHANNELS, 32, 1), nn.ReLU(inplace=True), nn.Conv2d(32, eighth, 1))
        self.to_eighth = nn.Conv2d(sixteenth, eighth, 1)
        self.to_quarter = nn.Conv2d(eighth, quarter, 1)
        self.to_half = nn.Conv2d(quarter, half, 1)
        self.up_eighth = _block(eighth, eighth)
        self.up_quarter = _block(quarter, quarter)
        self.up_half = _block(half, half)
        self.head = nn.Conv2d(half, 1, 1)
        if self.head.bias is not None:
            nn.init.constant_(self.head.bias, -3.0)

    def see(self, image: Tensor, place: Tensor) -> Planes:
        """The way down; *place* is float32 (N or 1, 6, H / 8, W / 8), see :mod:`training.surface_pitting.place`."""
        half = self.down_half(image)
        quarter = self.down_quarter(half)
        eighth = self.down_eighth(quarter) + self.place(place)
        return Planes(half, quarter, eighth, self.down_sixteenth(eighth))

    def mark(self, planes: Planes) -> Tensor:
        """The way up: logits at the input's size."""
        eighth = self.up_eighth(planes.eighth + _twice(self.to_eighth(planes.sixteenth)))
        quarter = self.up_quarter(planes.quarter + _twice(self.to_quarter(eighth)))
        half = self.up_half(planes.half + _twice(self.to_half(quarter)))
        return _twice(self.head(half))

    def forward(self, image: Tensor, place: Tensor) -> Tensor:
        """Logits at the input's size."""
        return self.mark(self.see(image, place))


def _twice(planes: Tensor) -> Tensor:
    return functional.interpolate(planes, scale_factor=2.0, mode="bilinear", align_corners=False)


class PittingMap(nn.Module):
    """A trained :class:`PittingNet` with the sigmoid inside, so that its output is a probability, not yet calibrated."""

    def __init__(self, network: PittingNet) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("place", torch.from_numpy(encode_place(across_grooves())[None]))

    def forward(self, image: Tensor) -> Tensor:
        """Probability map, float32 (N, 1, 336, 800), of whole pictures."""
        return torch.sigmoid(self.network(image, self.place))
