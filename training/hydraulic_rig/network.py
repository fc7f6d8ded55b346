"""This file decides the hydraulic-rig network: how a cycle of 60 steps becomes four condition estimates.

The same step of every cycle sees the same load, so what counts is the small difference to other cycles at that step. Each
number is therefore seen through a few soft switches placed at the quantiles that this very place of the cycle has in
the training cycles; their outputs are mixed by weights of their own for every step (that is where the phase enters). A
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

NARROWEST = 0.03
"""A switch is at least this wide, in normalised units; noise of the sensors is of this size."""


_PLACES = locate_features(SEQUENCE_INPUT)


def _features_of(*names: str) -> list[int]:
    return [place for name in names for place in range(_PLACES[name].start, _PLACES[name].stop)]


COOLING = _features_of("CE", "CP")
"""Features that the cooler is read from."""
MACHINE = _features_of("VS1", "SE", "FS1", "FS2")
"""Features that valve, pump and accumulator are read from."""


@dataclass(frozen=True, slots=True)
class ReaderSize:
    """Features per step, hidden units of the LSTM and of each head, drop-out 0..1 before the heads and of single switches."""

    step_features: int
    hidden: int
    head: int
    dropout: float
    switch_dropout: float


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """Soft switches per number, and the sizes of both readers."""

    switches: int = 3
    cooling: ReaderSize = ReaderSize(step_features=8, hidden=12, head=12, dropout=0.1, switch_dropout=0.3)
    machine: ReaderSize = ReaderSize(step_features=32, hidden=64, head=32, dropout=0.1, switch_dropout=0.3)


@dataclass(frozen=True, slots=True, eq=False)
class Switches:
    """Centres and widths of the soft switches: float32 (switches, steps, features) each."""

    centres: Tensor
    widths: Tensor

    def take(self, features: list[int]) -> Switches:
        """Those of some features."""
        return Switches(self.centres[:, :, features], self.widths[:, :, features])


def place_switches(cycles: Tensor, count: int) -> Switches:
    """Put *count* switches at the quantiles of every place of *cycles*, float32 (cycles, steps, features)."""
    middle = torch.linspace(0.5 / count, 1.0 - 0.5 / count, count)
    centres = torch.quantile(cycles, middle, dim=0)
    lower = torch.quantile(cycles, (middle - 0.5 / count).clamp(min=0.02), dim=0)
    upper = torch.quantile(cycles, (middle + 0.5 / count).clamp(max=0.98), dim=0)
    return Switches(centres, (upper - lower) / 2.0 + NARROWEST)


class Reader(nn.Module):
    """One LSTM over some of the channels, and the heads of the targets it judges."""

    def __init__(self, switches: Switches, size: ReaderSize, targets: Sequence[str]) -> None:
        """Make the reader for *targets*; *switches* are those of its channels' features alone."""
        super().__init__()
        count, steps, features = switches.centres.shape
        self.centres: Tensor
        self.widths: Tensor
        self.register_buffer("centres", switches.centres)
        self.register_buffer("widths", switches.widths)
        inputs = count * features
        self.blinded = nn.Dropout(size.switch_dropout)
        self.mixing = nn.Parameter(torch.randn(steps, inputs, size.step_features) * 1.2 / math.sqrt(inputs))
        self.offset = nn.Parameter(torch.zeros(steps, size.step_features))
        self.levelled = nn.LayerNorm(size.step_features)
        self.dropped = nn.Dropout(size.dropout / 2.0)
        self.lstm = nn.LSTM(size.step_features, size.hidden, batch_first=True)
        self.attention = nn.Linear(size.hidden, len(targets))
        self.attention_at = nn.Parameter(torch.zeros(steps, len(targets)))
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
        seen = torch.tanh((cycles[:, None] - self.centres) / self.widths)
        seen = seen.permute(0, 2, 1, 3).reshape(cycles.shape[0], SEQUENCE_INPUT.steps, -1)
        # One matrix per step: (steps, batch, inputs) @ (steps, inputs, features).
        mixed = torch.matmul(self.blinded(seen).transpose(0, 1), self.mixing).transpose(0, 1) + self.offset
        states, _ = self.lstm(self.dropped(torch.relu(self.levelled(mixed))))
        weights = torch.softmax(self.attention(states) + self.attention_at, dim=1)
        picked = torch.matmul(weights.transpose(1, 2), states)
        last = states[:, -1]
        return [head(torch.cat([picked[:, place], last], dim=1)) for place, head in enumerate(self.heads)]


class RigNetwork(nn.Module):
    """(batch, 60, 28) normalised -> one tensor of logits (batch, classes) per target, in the order of TARGETS.

    The cooler is read from cooling efficiency and power alone: every other channel tells how warm the oil is, which in the
    recordings goes with the cooler's condition except while the rig warms up or cools down.
    """

    def __init__(self, switches: Switches, size: NetworkSize) -> None:
        """Make the network; its weights come from torch's random numbers. *switches* are those of all features."""
        super().__init__()
        self.cooling = Reader(switches.take(COOLING), size.cooling, TARGETS[:1])
        self.machine = Reader(switches.take(MACHINE), size.machine, TARGETS[1:])

    def forward(self, cycles: Tensor) -> list[Tensor]:
        """Logits of every target, in the order of TARGETS."""
        return [*self.cooling(cycles[:, :, COOLING]), *self.machine(cycles[:, :, MACHINE])]


class RigProbabilities(nn.Module):
    """What is exported: the mean of the members' class probabilities, one tensor per target."""

    def __init__(self, members: Sequence[RigNetwork]) -> None:
        """Wrap *members*, at least one."""
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, cycles: Tensor) -> tuple[Tensor, ...]:
        """Probabilities (batch, classes) of every target, in the order of TARGETS."""
        told = [[torch.softmax(logits, dim=1) for logits in member(cycles)] for member in self.members]
        return tuple(sum(parts[1:], parts[0]) / float(len(parts)) for parts in zip(*told, strict=True))
