"""This file decides how the surface-pitting network is fitted: loss, schedule, seeds; one thread, so that it can be made again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from inference.findings import FloatArray, ImageU8
from inference.image_preprocessing import normalise_image
from training.surface_pitting.dataset import Picture
from training.surface_pitting.network import PittingMap, PittingNet
from training.surface_pitting.sampling import CropSampler
from training.surface_pitting.spec import IMAGE_INPUT

BATCH = 16
LEARNING_RATE = 4e-3
WEIGHT_DECAY = 1e-3
DICE_WEIGHT = 1.0
SMALL_PIT_PX = 400.0
"""Crops with less pit than this weigh each pit pixel more, up to three times."""
AVERAGING = 0.995
"""Weights are averaged over the run (exponential moving average); the average is what is kept."""

MINED_PICTURES = 110
"""Whole pictures looked at each time hard clean places are sought."""


@dataclass(frozen=True, slots=True)
class FitPlan:
    """How long to fit and when to look for hard clean places, in steps."""

    steps: int
    mine_at: tuple[int, ...]


FULL_PLAN = FitPlan(steps=2800, mine_at=tuple(range(200, 2700, 250)))
QUICK_PLAN = FitPlan(steps=20, mine_at=(10,))


def fit_network(
    pictures: Sequence[Picture], simulated: Sequence[tuple[ImageU8, ImageU8]], plan: FitPlan, seed: int, title: str
) -> PittingNet:
    """Fit a network to *pictures* and *simulated* parts; the same seed gives the same network on the same kind of CPU."""
    torch.manual_seed(seed)
    sampler = CropSampler(pictures, simulated, np.random.default_rng(seed))
    network = PittingNet().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=plan.steps, pct_start=0.15)
    average = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGING), use_buffers=True
    )
    with tqdm(range(plan.steps), desc=title, unit="step") as steps:
        for step in steps:
            if step in plan.mine_at:
                _mine(sampler, network)
            network.train()
            images, places, targets, sure = (torch.from_numpy(part) for part in sampler.batch(BATCH))
            loss = pixel_loss(network(images.to(memory_format=torch.channels_last), places), targets, sure)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            average.update_parameters(network)
            steps.set_postfix(loss=f"{float(loss.detach()):.3f}")
    fitted = PittingNet()
    fitted.load_state_dict(average.module.state_dict())
    return fitted.eval()


def _mine(sampler: CropSampler, network: PittingNet) -> None:
    chosen = sampler.choose_to_mine(MINED_PICTURES)
    sampler.remember_hard(chosen, predict_maps(network, [sampler.clean_view(index) for index in chosen]))


def pixel_loss(logits: Tensor, targets: Tensor, sure: Tensor) -> Tensor:
    """Cross-entropy on soft shares of pit plus (1 - Dice) over the batch, where *sure* is 1; scalar."""
    area = targets.sum(dim=(1, 2, 3), keepdim=True)
    targets = targets * sure
    weight = sure + targets * (SMALL_PIT_PX / area.clamp(min=1.0)).clamp(1.0, 3.0)
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, weight=weight)
    found = torch.sigmoid(logits) * sure
    overlap = 2.0 * (found * targets).sum() + 1.0
    dice = overlap / (found.square().sum() + targets.square().sum() + 1.0)
    return 4.0 * entropy + DICE_WEIGHT * (1.0 - dice)


@torch.no_grad()
def predict_maps(network: PittingNet, images: Sequence[ImageU8]) -> list[FloatArray]:
    """Probability maps (float32 336 x 800) of images on the network's grid, one after the other."""
    mapping = PittingMap(network).eval()
    maps: list[FloatArray] = []
    for image in images:
        tensor = torch.from_numpy(normalise_image(image, IMAGE_INPUT)).contiguous(memory_format=torch.channels_last)
        maps.append(mapping(tensor)[0, 0].numpy())
    return maps
