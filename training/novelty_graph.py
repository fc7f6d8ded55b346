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
