"""This file decides the hydraulic-rig network: how a cycle of 60 steps becomes four condition estimates.

The same step of every cycle sees the same load, so what counts is the small difference to other cycles at that step, and the
rig has several states in which such a difference means different things. Each number is therefore spread over bins that lie between
the quantiles this very place of the cycle has in the training cycles (piecewise linear encoding, Gorishniy et al. 2022);
the bins are mixed by weights of their own for every step, which is where the phase enters. An
LSTM reads the steps, and each target picks the steps that matter to it by attention. There are two such readers, see
:class:`RigNetwork`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from inference.sequence_preprocessing import locate_features
from training.hydraulic_rig.cycles import TARGETS
from training.hydraulic_rig.spec import CLASS_COUNTS, SEQUENCE_INPUT

NARROWEST = 0.015
"""A bin is at least this wide, in normalised units: half the sensors' noise or less."""


_PLACES = locate_features(SEQUENCE_INPUT)


def _features_of(*names: str) -> list[int]:
    return [place for name in names for place in range(_PLACES[name].start, _PLACES[name].stop)]


COOLING = _features_of("CE", "CP")
"""Features that the cooler is read from."""
COOLING_STEP_S = 5
"""They change slowly: their reader's steps are means over so long."""
MACHINE = _features_of("VS1", "SE", "FS1", "FS2")
"""Features that valve, pump and accumulator are read from."""


@dataclass(frozen=True, slots=True)
class ReaderSize:
    """Features per step, hidden units of the LSTM and of each head, drop-out 0..1 before the heads and of single bins for a batch."""

    step_features: int
    hidden: int
    head: int
    dropout: float
    bin_dropout: float


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """Bins per number, and the sizes of both readers."""

    bins: int = 10
    cooling: ReaderSize = ReaderSize(step_features=8, hidden=12, head=12, dropout=0.1, bin_dropout=0.2)
    machine: ReaderSize = ReaderSize(step_features=32, hidden=64, head=32, dropout=0.1, bin_dropout=0.2)


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Lower edges and widths of the bins of every place: float32 (steps, features, bins) each."""

    edges: Tensor
    widths: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class RigBins:
    """Bins of both readers."""

    cooling: Bins
    machine: Bins


def average_steps(cycles: Tensor) -> Tensor:
    """Means of every :data:`COOLING_STEP_S` steps: (batch, 60, features) -> (batch, 12, features)."""
    return cycles.unflatten(1, (-1, COOLING_STEP_S)).mean(dim=2)


def place_bins(cycles: Tensor, count: int) -> RigBins:
    """Put *count* bins between equally likely quantiles of every place of *cycles*, float32 (cycles, steps, features)."""

    def place(part: Tensor) -> Bins:
        edges = torch.quantile(part, torch.linspace(0.0, 1.0, count + 1), dim=0).permute(1, 2, 0)
        return Bins(edges[:, :, :-1].clone(), (edges[:, :, 1:] - edges[:, :, :-1]).clamp(min=NARROWEST))

    return RigBins(place(average_steps(cycles[:, :, COOLING])), place(cycles[:, :, MACHINE]))


class Reader(nn.Module):
    """One LSTM over some of the channels, and the heads of the targets it judges."""

    def __init__(self, bins: Bins, size: ReaderSize, targets: Sequence[str]) -> None:
        """Make the reader for *targets*; *bins* are those of its channels' features alone."""
        super().__init__()
        steps, features, count = bins.edges.shape
        self.edges: Tensor
        self.scales: Tensor
        self.register_buffer("edges", bins.edges[:, None])
        self.register_buffer("scales", 2.0 / bins.widths[:, None])
        inputs = count * features
        self.blinded = nn.Dropout(size.bin_dropout)
        self.mixing = nn.Parameter(torch.randn(steps, inputs, size.step_features) * 1.2 / math.sqrt(inputs))
        self.all_bins: Tensor
        self.register_buffer("all_bins", torch.ones(steps, inputs, 1), persistent=False)
        self.offset = nn.Parameter(torch.zeros(steps, 1, size.step_features))
        self.levelled = nn.LayerNorm(size.step_features)
        self.dropped = nn.Dropout(size.dropout / 2.0)
        self.lstm = nn.LSTM(size.step_features, size.hidden)
        self.attention = nn.Linear(size.hidden, len(targets))
        self.attention_at = nn.Parameter(torch.zeros(steps, 1, len(targets)))
        self.heads = nn.ModuleList(
            nn.Sequential(
                nn.Dropout(size.dropout),
                nn.Linear(2 * size.hidden, size.head),
                nn.ReLU(),
                nn.Dropout(size.dropout),
                nn.Linear(size.head, CLASS_COUNTS[TARGETS.index(target)]),
            )
            for target in targets
        )

    def forward(self, cycles: Tensor) -> list[Tensor]:
        """Logits of each of its targets, from (batch, 60, its features)."""
        # Steps come first from here on: (steps, batch, features, bins), then one matrix for every step.
        by_step = cycles.transpose(0, 1).unsqueeze(3)
        seen = torch.clamp((by_step - self.edges) * self.scales - 1.0, -1.0, 1.0).flatten(2)
        mixed = torch.bmm(seen, self.mixing * self.blinded(self.all_bins)) + self.offset
        states, _ = self.lstm(self.dropped(torch.relu(self.levelled(mixed))))
        weights = torch.softmax(self.attention(states) + self.attention_at, dim=0)
        picked = torch.bmm(weights.permute(1, 2, 0), states.transpose(0, 1))
        last = states[-1]
        return [head(torch.cat([picked[:, place], last], dim=1)) for place, head in enumerate(self.heads)]


class RigNetwork(nn.Module):
    """(batch, 60, 28) normalised -> one tensor of logits (batch, classes) per target, in the order of TARGETS.

    The cooler is read from cooling efficiency and power alone; valve, pump and accumulator from vibration, efficiency and both flows. The
    temperatures, and for the cooler everything else, tell how warm the oil is: in the recordings that goes with the
    condition and with the calendar, except while the rig warms up or cools down, and a network that may read it relies on it.
    """

    def __init__(self, bins: RigBins, size: NetworkSize) -> None:
        """Make the network; its weights come from torch's random numbers."""
        super().__init__()
        self.cooling = Reader(bins.cooling, size.cooling, TARGETS[:1])
        self.machine = Reader(bins.machine, size.machine, TARGETS[1:])

    def forward(self, cycles: Tensor) -> list[Tensor]:
        """Logits of every target, in the order of TARGETS."""
        return [*self.cooling(average_steps(cycles[:, :, COOLING])), *self.machine(cycles[:, :, MACHINE])]
