"""This file decides how cycles are varied in training, so that the network learns components and not the calendar.

* **Seam**: the head of one cycle with the tail of its neighbour of the same condition, as a live window holds them.
* **Transplant**: vibration VS1 and the cooling circuit's flow FS2, which tell mostly how warm the oil is (and so on which day it was
  recorded), are taken from another cycle. (The temperatures themselves are not read at all, see :mod:`.network`.)
* **Noise**: a share of each place's own spread.
* **Lost channel**: one channel replaced by its median cycle.
* **Blend**: two cycles and their conditions mixed (mixup, Zhang et al. 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inference.sequence_preprocessing import locate_features
from training.hydraulic_rig.spec import SEQUENCE_INPUT

_PLACES = locate_features(SEQUENCE_INPUT)
_WARMTH = tuple(place for name in ("VS1", "FS2") for place in range(_PLACES[name].start, _PLACES[name].stop))


@dataclass(frozen=True, slots=True)
class Variation:
    """How strongly cycles are varied; shares are chances per cycle, spreads in normalised units."""

    seam_share: float = 0.5
    transplant_share: float = 0.3
    noise: float = 0.2
    lost_share: float = 0.05
    blend_share: float = 0.5
    blend_shape: float = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What a place of the cycle is like: median and spread, float32 (steps, features) each."""

    median: Tensor
    noise: Tensor


def measure_spread(cycles: Tensor) -> Spread:
    """Median of every place of *cycles* (cycles, steps, features), and the smallest of its spreads between terciles."""
    quantiles = torch.quantile(cycles, torch.tensor([0.02, 1 / 3, 2 / 3, 0.98]), dim=0)
    between = (quantiles[1:] - quantiles[:-1]).min(dim=0).values / 2.0 + 0.03
    return Spread(cycles.median(dim=0).values, torch.minimum(between, cycles.std(dim=0)))


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """Varied cycles; their conditions are those of the rows, *share* parts, and of rows[partner], 1 - *share* parts."""

    cycles: Tensor
    share: Tensor
    partner: Tensor


def vary(
    cycles: Tensor, neighbours: Tensor, spread: Spread, variation: Variation, random: np.random.Generator, generator: torch.Generator
) -> Blend:
    """Vary a batch.

    Args:
        cycles: float32 (batch, steps, features), normalised.
        neighbours: A cycle of the same block for each (or the cycle itself), same shape.
        spread: Of the training cycles.
        variation: How strongly.
        random: For choices.
        generator: For noise.
    """
    batch, steps, _ = cycles.shape

    def chosen(share: float) -> Tensor:
        return torch.from_numpy(random.random(batch) < share)

    seam = torch.from_numpy(random.integers(0, steps, batch))
    from_neighbour = (torch.arange(steps)[None] < seam[:, None]) & chosen(variation.seam_share)[:, None]
    varied = torch.where(from_neighbour[:, :, None], neighbours, cycles)
    other = torch.from_numpy(random.permutation(batch))
    warm = torch.zeros(varied.shape[2], dtype=torch.bool)
    warm[list(_WARMTH)] = True
    varied = torch.where(chosen(variation.transplant_share)[:, None, None] & warm, varied[other], varied)
    varied = varied.clone()
    varied += torch.randn(varied.shape, generator=generator) * variation.noise * spread.noise
    for place in _PLACES.values():
        lost = chosen(variation.lost_share)[:, None, None]
        varied[:, :, place] = torch.where(lost, spread.median[:, place], varied[:, :, place])
    beta = random.beta(variation.blend_shape, variation.blend_shape, batch)
    share = torch.from_numpy(np.where(random.random(batch) < variation.blend_share, beta, 1.0)).to(varied.dtype)
    partner = torch.from_numpy(random.permutation(batch))
    mixed = share[:, None, None] * varied + (1.0 - share)[:, None, None] * varied[partner]
    return Blend(mixed, share, partner)
