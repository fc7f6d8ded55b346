"""This file decides who names a kind: the discriminant and the perceptrons together, on the same features."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from torch import nn

from inference.findings import FloatArray
from training.steel_surface.fitting import Discriminant, FitPlan, fit_discriminant
from training.steel_surface.members import MemberPlan, fit_member, member_logits
from training.steel_surface.pictures import IntSeries

DISCRIMINANT_SHARE = 0.25
"""The discriminant's logits are so much too sure that they weigh like the perceptrons' only with this factor."""


@dataclass(frozen=True, slots=True)
class JudgePlan:
    """How both are fitted."""

    discriminant: FitPlan = field(default_factory=FitPlan)
    perceptrons: MemberPlan = field(default_factory=MemberPlan)


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Fitted discriminant and perceptrons."""

    discriminant: Discriminant
    members: tuple[nn.Sequential, ...]

    def logits(self, features: FloatArray) -> FloatArray:
        """Logits, float32 (n, 7), of *features*, float32 (n, 1060); not calibrated."""
        rows = self.discriminant.standardise(features)
        together = np.mean([member_logits(member, rows) for member in self.members], axis=0)
        return np.asarray(DISCRIMINANT_SHARE * self.discriminant.logits(features) + together, np.float32)


def fit_judge(twins: FloatArray, kinds: IntSeries, plan: JudgePlan, seed: int, name: str) -> Judge:
    """Fit both.

    Args:
        twins: float32 (twins, n, 1060).
        kinds: int64 (n,).
        plan: How.
        seed: Of the perceptrons.
        name: For the progress bar.
    """
    discriminant = fit_discriminant(twins, kinds, plan.discriminant)
    rows = np.stack([discriminant.standardise(features) for features in twins])
    count = plan.perceptrons.members
    members = tuple(fit_member(rows, kinds, plan.perceptrons, seed + number, f"{name}, {number + 1} of {count}") for number in range(count))
    return Judge(discriminant, members)
