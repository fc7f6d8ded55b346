"""This file decides how the magnetic-tile network is fitted: loss, schedule, seeds; one thread, so that it can be made again.

Convolutions are computed in bfloat16 while fitting, twice as fast on CPUs that know it; weights and everything shipped are float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor
from tqdm import tqdm

from inference.findings import FloatArray, ImageU8
from inference.image_preprocessing import place_image
from training.magnetic_tile.dataset import Tile
from training.magnetic_tile.network import Seeing, TileNet, mark_both_ways
from training.magnetic_tile.preparing import to_tensor
from training.magnetic_tile.sampling import CropSampler
from training.magnetic_tile.spec import IMAGE_INPUT, UNKNOWN

BATCH = 12
LEARNING_RATE = 4e-3
WEIGHT_DECAY = 2e-3
FOCUS = 1.5
"""Exponent of the focal loss: pixels already right count little."""
AVERAGING = 0.99
"""Weights are averaged over the run (exponential moving average); the average is what is kept."""
MINED_TILES = 100


@dataclass(frozen=True, slots=True)
class FitPlan:
    """How long to fit, and when to look for hard sound places, in steps."""

    steps: int
    mine_at: tuple[int, ...]


FULL_PLAN = FitPlan(steps=3200, mine_at=(800, 1300, 1800, 2300, 2700))
QUICK_PLAN = FitPlan(steps=12, mine_at=(6,))


def set_up_torch() -> None:
    """One thread, NumPy's linear algebra too, deterministic: the same seed gives the same network on the same kind of CPU."""
    torch.set_num_threads(1)
    threadpool_limits(limits=1)  # for the rest of the process
    cv2.setNumThreads(1)
    torch.use_deterministic_algorithms(mode=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # nothing reads such memory; filling it costs a sixth of the time


def fit_network(tiles: Sequence[Tile], plan: FitPlan, seed: int, title: str) -> TileNet:
    """Fit a network to *tiles*; the same seed gives the same network on the same kind of CPU."""
    torch.manual_seed(seed)
    sampler = CropSampler(tiles, np.random.default_rng(seed))
    seeing, network = Seeing(), TileNet().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=plan.steps, pct_start=0.15)
    average = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGING), use_buffers=True
    )
    with tqdm(range(plan.steps), desc=title, unit="step", mininterval=10.0) as steps:
        for step in steps:
            if step in plan.mine_at:
                _mine(sampler, average.module)
            network.train()
            images, kinds = (torch.from_numpy(part) for part in sampler.batch(BATCH))
            with torch.no_grad():
                seen = seeing(images).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(seen)
            loss = pixel_loss(logits.float(), kinds)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            average.update_parameters(network)
            steps.set_postfix(loss=f"{float(loss.detach()):.3f}", refresh=False)
    fitted = TileNet()
    fitted.load_state_dict(average.module.state_dict())
    return fitted.eval()


def pixel_loss(logits: Tensor, kinds: Tensor) -> Tensor:
    """Focal cross-entropy over sound and kinds, each crop's defect pixels together worth some, plus (1 - Dice) of "defect"; scalar."""
    known = (kinds != UNKNOWN).float()
    wanted = torch.where(kinds == UNKNOWN, torch.zeros_like(kinds), kinds)
    log_chance = torch.log_softmax(logits, dim=1).gather(1, wanted.unsqueeze(1)).squeeze(1)
    faulty = (wanted > 0).float()
    area = faulty.sum(dim=(1, 2), keepdim=True)
    weight = known * (1.0 + faulty * (600.0 / area.clamp(min=1.0)).clamp(0.5, 3.0))
    entropy = (weight * (1.0 - log_chance.exp()) ** FOCUS * -log_chance).mean()
    found = (1.0 - torch.softmax(logits, dim=1)[:, 0]) * known
    overlap = 2.0 * (found * faulty).sum(dim=(1, 2)) + 30.0
    dice = overlap / (found.square().sum(dim=(1, 2)) + faulty.sum(dim=(1, 2)) + 30.0)
    return 4.0 * entropy + 0.8 * (1.0 - dice).mean()


def _mine(sampler: CropSampler, network: TileNet) -> None:
    """Remember the places of sound tiles that the network takes for defects."""
    sound = [index for index, tile in enumerate(sampler.tiles) if not tile.faulty]
    chosen = sampler.random.permutation(sound)[:MINED_TILES]
    sampler.hard = []
    for index in chosen:
        gray = sampler.tiles[int(index)].gray
        place = place_image(gray.shape[1], gray.shape[0], IMAGE_INPUT)
        chances = predict(network, gray)
        left = 1.0 - chances[0]
        for _ in range(3):
            y, x = divmod(int(left.argmax()), left.shape[1])
            if left[y, x] < 0.15:
                break
            sampler.hard.append((int(index), 2 * x - place.left, 2 * y - place.top))
            left[max(0, y - 24) : y + 24, max(0, x - 24) : x + 24] = 0.0


@torch.no_grad()
def predict(network: TileNet, gray: ImageU8) -> FloatArray:
    """Chances of sound and the kinds, float32 (6, 208, 320), on the pack's canvas with *gray* (uint8 h x w) in its middle."""
    network.eval()
    logits = mark_both_ways(network, Seeing()(torch.from_numpy(to_tensor(gray))))
    return np.asarray(torch.softmax(logits, dim=1)[0].numpy(), np.float32)
