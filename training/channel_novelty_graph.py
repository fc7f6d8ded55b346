"""This file decides how the novelty of :mod:`training.channel_novelty` is computed inside an exported network: static shapes, opset 17."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from training.channel_novelty import FARTHEST, LEAST_APART, LEAST_STEP, Redundancy


class ChannelFeatures(nn.Module):
    """(n, steps, features) normalised -> (n, channels, segments + 1): means of the segments, logarithm of the mean step."""

    def __init__(self, places: Sequence[slice], segments: int = 12) -> None:
        """Read the channels at *places* of the tensor's features; every channel's values must divide into *segments*."""
        super().__init__()
        self._places = tuple(places)
        self._segments = segments

    def forward(self, window: Tensor) -> Tensor:
        """The features of every channel."""
        return torch.stack([self._of(window[:, :, place].flatten(1)) for place in self._places], dim=1)

    def _of(self, series: Tensor) -> Tensor:
        means = series.reshape(series.shape[0], self._segments, -1).mean(dim=2)
        step = (series[:, 1:] - series[:, :-1]).abs().mean(dim=1, keepdim=True)
        return torch.cat([means, torch.log(step + LEAST_STEP)], dim=1)


class ChannelNovelty(nn.Module):
    """Inside the exported graph: (n, channels, features) of :class:`ChannelFeatures` -> (n, 1), the worst channel's distance or unrest."""

    def __init__(self, redundancy: Redundancy) -> None:
        """Hold *redundancy* as constants."""
        super().__init__()
        channels, features, each = redundancy.residuals.shape
        self._shape = (channels, each)
        self.register_buffer("mean", torch.from_numpy(redundancy.mean.copy()))
        self.register_buffer("spread", torch.from_numpy(redundancy.spread.copy()))
        weights = np.ascontiguousarray(redundancy.residuals.transpose(1, 0, 2)).reshape(features, channels * each)
        self.register_buffer("residuals", torch.from_numpy(weights))
        self.register_buffer("usual", torch.from_numpy(redundancy.usual.copy()))
        self.register_buffer("calm", torch.from_numpy(redundancy.calm.copy()))

    def forward(self, features: Tensor) -> Tensor:
        """Novelty of each window."""
        standard = torch.clamp((features.flatten(1) - self.mean) / self.spread, -FARTHEST, FARTHEST)
        left = (standard @ self.residuals).reshape(-1, *self._shape)
        distance = torch.sqrt((left * left).mean(dim=2)) / self.usual
        means = features[:, :, :-1]
        centred = means - means.mean(dim=2, keepdim=True)
        apart = torch.sqrt((centred * centred).mean(dim=2)) + LEAST_APART
        unrest = (torch.exp(features[:, :, -1]) - LEAST_STEP) / apart / self.calm
        return torch.maximum(distance, unrest).amax(dim=1, keepdim=True)
