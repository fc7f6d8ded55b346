"""This file decides how the small perceptrons beside the discriminant are fitted: mixed twins, dropout, several seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import trange

from inference.findings import FloatArray
from training.steel_surface.pictures import IntSeries
from training.steel_surface.spec import KINDS


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """How much is fitted.

    Attributes:
        members: Perceptrons; they differ in their seeds only.
        hidden: Width.
        epochs, batch, rate, decay: Of AdamW with one cycle.
        dropout: Of the hidden units; half of it of the features.
        mix: Of the beta distribution of mixup (Zhang et al., ICLR 2018).
        smoothing: Share of every target spread over all kinds.
    """

    members: int = 10
    hidden: int = 96
    epochs: int = 15
    batch: int = 128
    rate: float = 2e-3
    decay: float = 0.05
    dropout: float = 0.4
    mix: float = 0.4
    smoothing: float = 0.02


def make_member(features: int, plan: MemberPlan) -> nn.Sequential:
    """One perceptron: (n, features) standardised -> (n, 7) logits."""
    return nn.Sequential(
        nn.Dropout(plan.dropout / 2),
        nn.Linear(features, plan.hidden),
        nn.BatchNorm1d(plan.hidden),
        nn.GELU(approximate="tanh"),
        nn.Dropout(plan.dropout),
        nn.Linear(plan.hidden, len(KINDS)),
    )


def fit_member(twins: FloatArray, kinds: IntSeries, plan: MemberPlan, seed: int, name: str) -> nn.Sequential:
    """Fit one perceptron.

    Args:
        twins: float32 (twins, n, features), standardised.
        kinds: int64 (n,).
        plan: How much.
        seed: Of the weights, the draws and the mixing.
        name: For the progress bar.

    Returns:
        The perceptron, for evaluation.
    """
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    rows, labels = torch.from_numpy(twins.reshape(-1, twins.shape[2])), torch.from_numpy(np.tile(kinds, twins.shape[0]))
    targets = functional.one_hot(labels, len(KINDS)).float()
    weights = torch.from_numpy(np.bincount(labels.numpy(), minlength=len(KINDS))[labels.numpy()] ** -0.5)
    member = make_member(rows.shape[1], plan)
    steps = max(2, plan.epochs * len(rows) // plan.batch)
    optimiser = torch.optim.AdamW(member.parameters(), plan.rate, weight_decay=plan.decay)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.rate, total_steps=steps)
    for _ in trange(steps, desc=name, leave=False, disable=None):
        drawn = torch.multinomial(weights, plan.batch, replacement=True)
        other = drawn[torch.randperm(plan.batch)]
        share = torch.from_numpy(random.beta(plan.mix, plan.mix, (plan.batch, 1)).astype(np.float32))
        mixed, wanted = share * rows[drawn] + (1 - share) * rows[other], share * targets[drawn] + (1 - share) * targets[other]
        loss = functional.cross_entropy(member(mixed), wanted, label_smoothing=plan.smoothing)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        cycle.step()
    return member.eval()


@torch.no_grad()
def member_logits(member: nn.Sequential, rows: FloatArray) -> FloatArray:
    """Logits, float32 (n, 7), of standardised features."""
    logits: Tensor = member(torch.from_numpy(rows))
    return np.asarray(logits.numpy(), np.float32)
