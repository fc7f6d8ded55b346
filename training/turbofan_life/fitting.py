"""This file decides how a turbofan-life network is fitted: targets, loss, schedule, seeds; one thread, so that it can be made again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from inference.findings import FloatArray
from training.turbofan_life.engines import IntSeries
from training.turbofan_life.network import LIFE_SCALE, QUANTILES, LifeNetwork, NetworkSize, to_flights
from training.turbofan_life.windows import Cuts, cut_windows, draw_cuts

_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class FitPlan:
    """How to fit.

    Attributes:
        members: Networks of different seeds that are averaged.
        steps: Of the optimiser.
        batch: Windows per step, drawn anew for every step.
        learning_rate: Highest, in a one-cycle schedule.
        weight_decay: Of AdamW.
        life_cap: The mean is taught ``min(life, life_cap)``: before that, wear does not show (Heimes 2008).
        noise: Added noise, as a share of each channel's own from flight to flight.
        interrupted_share: Windows that begin in the middle of a life, 0..1.
        quantile_weight: Of the quantiles' loss beside the mean's.
        size: Of the network.
    """

    members: int = 3
    steps: int = 600
    batch: int = 128
    learning_rate: float = 4e-3
    weight_decay: float = 1e-3
    life_cap: float = 130.0
    noise: float = 0.3
    interrupted_share: float = 0.2
    quantile_weight: float = 0.3
    size: NetworkSize = field(default_factory=NetworkSize)


def fit_network(normal: Sequence[FloatArray], places: IntSeries, plan: FitPlan, seed: int, title: str) -> LifeNetwork:
    """Fit one network to the engines at *places*; the same seed gives the same network on the same kind of CPU.

    Args:
        normal: All engines' rows, normalised, to failure.
        places: int64: engines to be taught from.
        plan: How.
        seed: Of weights, windows and noise.
        title: For the progress bar.
    """
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    lengths = np.array([rows.shape[0] for rows in normal], dtype=np.int64)
    spread = torch.from_numpy(measure_noise([normal[int(place)] for place in places])) * plan.noise
    network = LifeNetwork(plan.size).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.learning_rate, total_steps=plan.steps, pct_start=0.15)
    with tqdm(range(plan.steps), desc=title, unit="step", mininterval=5.0) as progress:
        for _ in progress:
            cuts = draw_cuts(lengths, places, plan.batch, plan.interrupted_share, random)
            flights = torch.from_numpy(cut_windows(normal, cuts))
            there = (flights.abs().sum(dim=2, keepdim=True) > 0).to(flights.dtype)
            flights = flights + torch.randn(flights.shape) * spread * there
            loss = life_loss(network(flights), torch.from_numpy(cuts.left.astype(np.float32)), plan)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            progress.set_postfix(loss=f"{float(loss.detach()):.3f}", refresh=False)
    return network.eval()


def life_loss(told: Tensor, left: Tensor, plan: FitPlan) -> Tensor:
    """Huber loss of the capped mean, and pinball loss of the quantiles, which are not capped; scalar, in units of the scale."""
    flights = to_flights(told)
    mean = functional.smooth_l1_loss(flights[:, 0] / LIFE_SCALE, left.clamp(max=plan.life_cap) / LIFE_SCALE, beta=0.5)
    quantiles = torch.tensor(QUANTILES)
    short = (left[:, None] - flights[:, 1:]) / LIFE_SCALE
    return mean + plan.quantile_weight * torch.maximum(quantiles * short, (quantiles - 1.0) * short).mean()


def measure_noise(normal: Sequence[FloatArray]) -> FloatArray:
    """Spread of each channel from flight to flight, normalised: float32 (channels,)."""
    steps = np.concatenate([np.diff(rows, axis=0) for rows in normal])
    return np.asarray(steps.std(axis=0) / np.sqrt(2.0), np.float32)


@torch.no_grad()
def predict(members: Sequence[LifeNetwork], normal: Sequence[FloatArray], cuts: Cuts) -> FloatArray:
    """Mean and quantiles, averaged over *members*: float32 (windows, 4), flights."""
    told: list[FloatArray] = []
    for start in range(0, len(cuts), _AT_ONCE):
        rows = np.arange(start, min(len(cuts), start + _AT_ONCE))
        flights = torch.from_numpy(cut_windows(normal, cuts.take(rows)))
        told.append(torch.stack([to_flights(member(flights)) for member in members]).mean(dim=0).numpy())
    return np.concatenate(told)
