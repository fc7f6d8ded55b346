"""This file decides how the novelty of :mod:`training.novelty` is computed inside an exported network.

Static shapes, float32, and only operators that every provider knows at opset 17. A pack's module ends in::

    novelty = self.novelty(torch.cat([self.statistics(image), embedding], dim=1))    # (1, 1), an output of kind "novelty"
"""

from __future__ import annotations

import torch
from torch import nn

from training.novelty import LARGEST_Z, Familiarity


class MahalanobisNovelty(nn.Module):
    """Novelty inside the exported graph: (n, features) -> (n, 1), float32. MatMul, Clip, ReduceMean, Sqrt only."""

    def __init__(self, familiarity: Familiarity) -> None:
        """Hold *familiarity* as constants; nothing in it is trained."""
        super().__init__()
        self.register_buffer("whitening", torch.from_numpy(familiarity.whitening.copy()))
        self.register_buffer("offset", torch.from_numpy(familiarity.offset.copy()))
        self.register_buffer("centres", torch.from_numpy(familiarity.centres.copy()))

    def forward(self, embedding: torch.Tensor) -> torch.Tensor:
        """Distance of each row of *embedding*, (n, features), to the nearest centre: (n, 1)."""
        white = torch.clamp((embedding - self.offset) @ self.whitening, -LARGEST_Z, LARGEST_Z)
        away = white.unsqueeze(1) - self.centres.unsqueeze(0)
        return torch.sqrt((away * away).mean(dim=2)).amin(dim=1, keepdim=True)


class ImageStatistics(nn.Module):
    """Hand-made statistics of an image tensor for the novelty: (n, channels, h, w) -> (n, 6 * channels + grid * grid * channels).

    Per channel: mean, spread, mean absolute gradient across and down, and the same gradients of the picture at a quarter
    of its size; and the means over a *grid* x *grid* of tiles. A network's inner layers have learnt to look past
    brightness, colour and noise; these have not.
    """

    def __init__(self, grid: int = 4) -> None:
        """Average over *grid* x *grid* tiles; the image's sides must be multiples of 4 * *grid*."""
        super().__init__()
        self._grid = grid

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """The statistics of *image*."""
        height, width = int(image.shape[2]), int(image.shape[3])
        small = nn.functional.avg_pool2d(image, 4)
        centred = image - image.mean(dim=(2, 3), keepdim=True)
        parts = [image.mean(dim=(2, 3)), torch.sqrt((centred * centred).mean(dim=(2, 3)) + 1e-8)]
        for picture in (image, small):
            parts.append((picture[:, :, 1:] - picture[:, :, :-1]).abs().mean(dim=(2, 3)))
            parts.append((picture[:, :, :, 1:] - picture[:, :, :, :-1]).abs().mean(dim=(2, 3)))
        tiles = nn.functional.avg_pool2d(image, (height // self._grid, width // self._grid))
        parts.append(tiles.flatten(1))
        return torch.cat(parts, dim=1)


class WindowStatistics(nn.Module):
    """Hand-made statistics of a window for the novelty: (n, steps, features) -> (n, 4 * features).

    Per feature: mean, spread, mean absolute step and largest absolute step: what a swapped, dead, constant or noisy
    channel changes first.
    """

    def forward(self, window: torch.Tensor) -> torch.Tensor:
        """The statistics of *window*."""
        centred = window - window.mean(dim=1, keepdim=True)
        steps = (window[:, 1:] - window[:, :-1]).abs()
        parts = [window.mean(dim=1), torch.sqrt((centred * centred).mean(dim=1) + 1e-8), steps.mean(dim=1), steps.amax(dim=1)]
        return torch.cat(parts, dim=1)
