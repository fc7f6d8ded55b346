"""This file decides how the two halves of the hydraulic-rig pack become one answer: LSTMs, linear discriminant, temperature, novelty.

The LSTMs' mean probabilities and the discriminant's are multiplied, each to the power :data:`LINEAR_SHARE` or what is left of 1
(logarithmic opinion pool; Genest, Zidek, *Statistical Science* 1, 1986): both must find a condition possible. One
temperature for each target then brings the confidence to what is seen on held-out blocks (Guo et al., ICML 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from inference.findings import FloatArray
from inference.sequence_preprocessing import locate_features
from training.channel_novelty import Redundancy
from training.channel_novelty_graph import ChannelFeatures, ChannelNovelty
from training.hydraulic_rig.cycles import TARGETS
from training.hydraulic_rig.discriminant import TARGETS_READ, Discriminant
from training.hydraulic_rig.network import RigNetwork
from training.hydraulic_rig.spec import SEQUENCE_INPUT

LINEAR_SHARE = 0.5
"""The discriminant's say; chosen with its least probability on the held-out folds, among 0, 0.25, 0.3, 0.5, 0.7, 0.75 and 1."""
LEAST_LINEAR = 1e-6
"""Outside of what it knows a discriminant is far too sure; it may call no condition less likely than this."""
_LEAST_PROBABILITY = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What was fitted to one set of cycles: LSTMs of different seeds, and the discriminant."""

    members: tuple[RigNetwork, ...]
    discriminant: Discriminant


class RigLogits(nn.Module):
    """(n, 60, 28) normalised -> logits (n, classes) of every target, in the order of TARGETS, before the temperature."""

    def __init__(self, fitted: Fitted) -> None:
        """Wrap *fitted*, at least one member."""
        super().__init__()
        self.members = nn.ModuleList(fitted.members)
        self.discriminant = fitted.discriminant

    def forward(self, cycles: Tensor) -> list[Tensor]:
        """The pooled logits."""
        told = [[torch.softmax(logits, dim=1) for logits in member(cycles)] for member in self.members]
        means = [sum(parts[1:], parts[0]) / float(len(parts)) for parts in zip(*told, strict=True)]
        logits = [torch.log(mean + _LEAST_PROBABILITY) for mean in means]
        for target, linear in zip(TARGETS_READ, self.discriminant(cycles), strict=True):
            place = TARGETS.index(target)
            logits[place] = (1.0 - LINEAR_SHARE) * logits[place] + LINEAR_SHARE * torch.log(torch.softmax(linear, dim=1) + LEAST_LINEAR)
        return logits


class RigJudge(nn.Module):
    """What is exported: (1, 60, 28) normalised -> class probabilities of every target, in the order of TARGETS, then the novelty (1, 1)."""

    def __init__(self, fitted: Fitted, temperatures: Sequence[float], redundancy: Redundancy) -> None:
        """Join *fitted* with one temperature for each target and what the channels say of each other."""
        super().__init__()
        self.logits = RigLogits(fitted)
        self.register_buffer("temperatures", torch.tensor(temperatures, dtype=torch.float32))
        self.features = channel_features()
        self.novelty = ChannelNovelty(redundancy)

    def forward(self, cycles: Tensor) -> tuple[Tensor, ...]:
        """Probabilities and novelty."""
        logits = self.logits(cycles)
        probabilities = [torch.softmax(one / self.temperatures[place], dim=1) for place, one in enumerate(logits)]
        return (*probabilities, self.novelty(self.features(cycles)))


def channel_features() -> ChannelFeatures:
    """What the novelty is measured on: all ten channels, the temperatures too."""
    return ChannelFeatures(tuple(locate_features(SEQUENCE_INPUT).values()))


@torch.no_grad()
def tell_logits(fitted: Fitted, cycles: FloatArray) -> list[FloatArray]:
    """Per target float32 (cycles, classes), before the temperature."""
    return [logits.numpy() for logits in RigLogits(fitted).eval()(torch.from_numpy(cycles))]


@torch.no_grad()
def measure_channels(cycles: FloatArray) -> FloatArray:
    """Features of :func:`channel_features`, float32 (cycles, channels, features)."""
    return np.asarray(channel_features()(torch.from_numpy(cycles)).numpy(), np.float32)
