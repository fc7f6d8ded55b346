"""This file decides how a device-state network is fitted: loss, schedule, seeds; one thread, so that it can be made again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from tqdm import tqdm

from inference.findings import FloatArray
from training.device_state.network import DeviceNetwork, NetworkSize, any_risk, derive_quantities, mean_chances, place_edges


@dataclass(frozen=True, slots=True)
class FitPlan:
    """How to fit.

    Attributes:
        members: Networks of different seeds whose chances are averaged.
        epochs: Passes over the rows.
        batch: Rows per step.
        learning_rate: Highest, in a one-cycle schedule.
        weight_decay: Of AdamW.
        size: Of the network.
    """

    members: int = 4
    epochs: int = 40
    batch: int = 128
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    size: NetworkSize = field(default_factory=NetworkSize)


SEED_STEP = 100
"""Members differ by this much in their seeds: nothing else tells them apart."""


def fit_members(rows: FloatArray, kinds: NDArray[np.bool_], plan: FitPlan, seed: int, title: str) -> list[DeviceNetwork]:
    """Fit all members; the same seed gives the same networks on the same kind of CPU.

    Args:
        rows: float32 (n, 6), normalised.
        kinds: bool (n, 4).
        plan: How.
        seed: Of the first member.
        title: For the progress bar.
    """
    return [_fit_one(rows, kinds, plan, seed + SEED_STEP * one, f"{title}, member {one + 1}") for one in range(plan.members)]


def _fit_one(rows: FloatArray, kinds: NDArray[np.bool_], plan: FitPlan, seed: int, title: str) -> DeviceNetwork:
    torch.manual_seed(seed)
    network = DeviceNetwork(place_edges(derive_quantities(rows), kinds, plan.size), plan.size).train()
    inputs, wanted = torch.from_numpy(rows), torch.from_numpy(kinds.astype(np.float32))
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay)
    steps = len(rows) // plan.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.learning_rate, total_steps=max(2, plan.epochs * steps))
    for _ in tqdm(range(plan.epochs), desc=title, unit="epoch", mininterval=5.0):
        order = torch.randperm(len(rows))
        for step in range(steps):
            chosen = order[step * plan.batch : (step + 1) * plan.batch]
            # The mean over rows of the sum over kinds: branches share nothing and do not compete.
            loss = functional.binary_cross_entropy_with_logits(network(inputs[chosen]), wanted[chosen], reduction="sum") / plan.batch
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
    return network.eval()


@torch.no_grad()
def predict_chances(members: Sequence[DeviceNetwork], rows: FloatArray) -> FloatArray:
    """Mean chance of every kind, not calibrated: float32 (n, 6) -> (n, 4)."""
    inputs = torch.from_numpy(rows)
    chances: FloatArray = mean_chances([member(inputs) for member in members]).numpy()
    return chances


def risk_of(chances: FloatArray) -> NDArray[np.float64]:
    """Chance of any failure, not calibrated: (n, 4) -> float64 (n,)."""
    return np.asarray(any_risk(torch.from_numpy(chances)).numpy()[:, 0], np.float64)
