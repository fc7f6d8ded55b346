"""This file decides the turbofan-life network: how up to 192 flights become a remaining life with an interval.

Steps that are zero in all channels lie before the first flight and are passed over. Every channel is smoothed by exponential means
of two lengths over the flights there are, read every few flights only: wear is slow and one flight is noisy. An LSTM reads
these, attention picks the ones that tell most, and one head tells life (mean, capped) and the 5 %, 50 % and 95 % quantiles of it
(not capped).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from training.turbofan_life.engines import CHANNELS
from training.turbofan_life.interval import LifeEnds
from training.turbofan_life.spec import LENGTH

QUANTILES = (0.05, 0.5, 0.95)
LIFE_CENTRE, LIFE_SCALE = 75.0, 40.0
"""The network tells ``(flights - centre) / scale``."""
_NOTHING = 1e-3
_FAR = 30.0


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """Flights that a smoothed value fades over, flights between read ones, hidden units, drop-out 0..1."""

    fading: tuple[float, ...] = (2.0, 8.0)
    stride: int = 6
    hidden: int = 48
    dropout: float = 0.1


def make_smoothing(fading: Sequence[float], stride: int) -> Tensor:
    """Weights of every flight in every smoothed value: float32 (fadings, steps read, LENGTH), not yet summing to 1."""
    flights = torch.arange(LENGTH, dtype=torch.float32)
    ago = flights[stride - 1 :: stride, None] - flights[None]
    return torch.stack([torch.where(ago >= 0, torch.exp(-ago.clamp(min=0) / fade), torch.zeros(())) for fade in fading])


class LifeNetwork(nn.Module):
    """(batch, LENGTH, channels) normalised -> (batch, 4): mean and quantiles of the life, as :data:`LIFE_CENTRE` says."""

    def __init__(self, size: NetworkSize) -> None:
        """Make the network; its weights come from torch's random numbers."""
        super().__init__()
        smoothing = make_smoothing(size.fading, size.stride)
        self.fadings, self.steps = smoothing.shape[:2]
        self.smoothing: Tensor
        self.register_buffer("smoothing", smoothing.flatten(0, 1))
        features = self.fadings * len(CHANNELS) + 1
        self.mixed = nn.Linear(features, size.hidden)
        self.lstm = nn.LSTM(size.hidden, size.hidden, batch_first=True)
        self.attention = nn.Linear(size.hidden, 1)
        self.dropped = nn.Dropout(size.dropout)
        self.head = nn.Sequential(
            nn.Linear(2 * size.hidden, size.hidden), nn.ReLU(), nn.Dropout(size.dropout), nn.Linear(size.hidden, 1 + len(QUANTILES))
        )

    def forward(self, flights: Tensor) -> Tensor:
        """Mean and quantiles of the life."""
        there = (flights.abs().sum(dim=2) > 0).to(flights.dtype)
        weight = (there @ self.smoothing.T).unflatten(1, (self.fadings, self.steps))
        smooth = (self.smoothing @ flights).unflatten(1, (self.fadings, self.steps)) / (weight + 1e-6)[..., None]
        known = (weight[:, 0] > _NOTHING).to(flights.dtype)
        seen = smooth.permute(0, 2, 1, 3).flatten(2) * known[..., None]
        states, _ = self.lstm(self.dropped(torch.relu(self.mixed(torch.cat([seen, known[..., None]], dim=2)))))
        looks = torch.softmax(self.attention(states).squeeze(2) + (known - 1.0) * _FAR, dim=1)
        picked = (looks[..., None] * states).sum(dim=1)
        return self.head(self.dropped(torch.cat([picked, states[:, -1]], dim=1)))


def to_flights(told: Tensor) -> Tensor:
    """The network's numbers as flights."""
    return told * LIFE_SCALE + LIFE_CENTRE


class LifeInterval(nn.Module):
    """Members averaged and the interval as :mod:`training.turbofan_life.interval` makes it: (batch, 3) value, lower, upper, flights."""

    def __init__(self, members: Sequence[LifeNetwork], ends: LifeEnds) -> None:
        """Wrap *members*, at least one."""
        super().__init__()
        self.members = nn.ModuleList(members)
        lives = torch.tensor(ends.lives)
        at = torch.tensor([ends.lower, ends.upper])
        self.first: Tensor
        self.rises: Tensor
        self.start: Tensor
        self.gaps: Tensor
        self.register_buffer("first", lives[0])
        self.register_buffer("rises", lives[1:] - lives[:-1])
        self.register_buffer("start", at[:, :-1])
        self.register_buffer("gaps", at[:, 1:] - at[:, :-1])

    def forward(self, flights: Tensor) -> Tensor:
        """Value, lower, upper; lower at least 0 and never above the value, which is never above upper."""
        told = torch.stack([to_flights(member(flights)) for member in self.members]).mean(dim=0)
        value = told[:, 0].clamp(min=0.0)
        lower, upper = (self._end(told[:, column], end) for end, column in ((0, 1), (1, 3)))
        return torch.stack([value, torch.minimum(lower, value), torch.maximum(upper, value)], dim=1)

    def _end(self, quantile: Tensor, end: int) -> Tensor:
        passed = ((quantile[:, None] - self.start[end]) / self.gaps[end]).clamp(0.0, 1.0)
        return self.first + passed @ self.rises
