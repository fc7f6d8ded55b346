"""This file decides how a hydraulic-rig network is fitted: loss, weights, schedule, seeds; one thread, so that it can be made again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from inference.findings import FloatArray
from training.hydraulic_rig.augmentation import Blend, Variation, measure_spread, vary
from training.hydraulic_rig.cycles import TARGETS
from training.hydraulic_rig.network import NetworkSize, RigNetwork, place_bins
from training.hydraulic_rig.spec import CLASS_COUNTS

IntSeries = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FitPlan:
    """How to fit.

    Attributes:
        members: Networks of different seeds whose probabilities are averaged.
        epochs: Passes over as many cycles as there are.
        batch: Cycles per step.
        learning_rate: Highest, in a one-cycle schedule.
        weight_decay: Of AdamW.
        smoothing: Share of a condition spread over all classes of the target.
        block_power: A cycle is drawn with weight (cycles in its block) ** -block_power: long blocks repeat one condition.
        size: Of the network.
        variation: Of the cycles.
    """

    members: int = 3
    epochs: int = 40
    batch: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    smoothing: float = 0.02
    block_power: float = 0.5
    size: NetworkSize = field(default_factory=NetworkSize)
    variation: Variation = field(default_factory=Variation)


def fit_network(cycles: FloatArray, classes: IntSeries, blocks: IntSeries, plan: FitPlan, seed: int, title: str) -> RigNetwork:
    """Fit one network; the same seed gives the same network on the same kind of CPU.

    Args:
        cycles: float32 (cycles, steps, features), normalised.
        classes: int64 (cycles, targets).
        blocks: int64 (cycles,); cycles of a block stand together.
        plan: How.
        seed: Of weights, order and variation.
        title: For the progress bar.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    random = np.random.default_rng(seed)
    inputs, wanted = torch.from_numpy(cycles), torch.from_numpy(classes)
    drawn = draw_weights(blocks, plan.block_power)
    importance = [torch.from_numpy(class_weights(classes[:, place], drawn, count)) for place, count in enumerate(CLASS_COUNTS)]
    spread = measure_spread(inputs)
    network = RigNetwork(place_bins(inputs, plan.size.bins), plan.size).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay)
    steps = max(2, plan.epochs * (len(cycles) // plan.batch))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.learning_rate, total_steps=steps, pct_start=0.15)
    with tqdm(range(steps), desc=title, unit="step", mininterval=5.0) as progress:
        for _ in progress:
            rows = random.choice(len(cycles), plan.batch, p=drawn)
            beside = np.clip(rows + random.choice([-1, 1], plan.batch), 0, len(cycles) - 1)
            beside = np.where(blocks[beside] == blocks[rows], beside, rows)
            blend = vary(inputs[rows], inputs[beside], spread, plan.variation, random, generator)
            loss = condition_loss(network(blend.cycles), wanted[rows], blend, importance, plan.smoothing)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            progress.set_postfix(loss=f"{float(loss.detach()):.3f}", refresh=False)
    return network.eval()


def condition_loss(logits: list[Tensor], wanted: Tensor, blend: Blend, importance: list[Tensor], smoothing: float) -> Tensor:
    """Cross-entropy of all targets together, each cycle's by the shares of its two conditions; scalar."""
    total = torch.zeros(())
    for place in range(len(TARGETS)):

        def entropy(true: Tensor, place: int = place) -> Tensor:
            return functional.cross_entropy(logits[place], true, weight=importance[place], label_smoothing=smoothing, reduction="none")

        true = wanted[:, place]
        total = total + (blend.share * entropy(true) + (1.0 - blend.share) * entropy(true[blend.partner])).mean()
    return total


def draw_weights(blocks: IntSeries, power: float) -> NDArray[np.float64]:
    """Chance of every cycle to be drawn, float64 (cycles,), summing to 1."""
    _, place, count = np.unique(blocks, return_inverse=True, return_counts=True)
    weight = count[place].astype(np.float64) ** -power
    return np.asarray(weight / weight.sum(), np.float64)


def class_weights(classes: IntSeries, drawn: NDArray[np.float64], count: int) -> FloatArray:
    """Importance of each class of a target: one over the root of its share among the drawn cycles, 1 on average."""
    share = np.bincount(classes, weights=drawn, minlength=count).clip(min=1e-3)
    weight = share**-0.5
    return np.asarray(weight / weight.mean(), np.float32)
