"""This file decides the linear half of the hydraulic-rig pack: what each component does to the statistics of a cycle's segments.

The recordings run through all combinations of the four components, and nearly every held-out block is a combination that
no other block has. What one component does to a segment's mean, spread, extremes and slope adds up, nearly, with what the
others do; a linear discriminant with one covariance for all conditions (Fisher 1936; shrunk, Friedman 1989) assumes just that
and carries over to combinations it never saw, where the LSTM has to guess. It is fitted in closed form and joins the LSTM's
probabilities in :class:`training.hydraulic_rig.network.RigProbabilities`.

The cooler is not judged here: see :class:`training.hydraulic_rig.network.RigNetwork` on what may tell of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.findings import FloatArray
from inference.sequence_preprocessing import locate_features
from training.hydraulic_rig.cycles import TARGETS
from training.hydraulic_rig.spec import CLASS_COUNTS, SEQUENCE_INPUT

CHANNELS_READ = ("SE", "FS1", "FS2")
SEGMENTS = 12
"""Of 5 s: with 6 the accumulator's refilling is smeared out, with 20 the spread of a segment is mostly noise."""
TARGETS_READ = TARGETS[1:]
FARTHEST = 3.0
"""A statistic counts at most this many spreads from its median."""

_PLACES = locate_features(SEQUENCE_INPUT)

IntSeries = NDArray[np.int64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DiscriminantPlan:
    """How to fit.

    Attributes:
        seam_copies: Copies of every cycle whose head is that of its neighbour, as a live window's is.
        shrinkage: Share of the spherical covariance, 0..1.
    """

    seam_copies: int = 3
    shrinkage: float = 0.0005


class SegmentStatistics(nn.Module):
    """(n, 60, 28) normalised -> (n, 216): mean, spread, minimum, maximum, slope and mean step of every segment and channel."""

    def __init__(self) -> None:
        """Hold the ramps that slopes are measured with."""
        super().__init__()
        for name in CHANNELS_READ:
            values = SEQUENCE_INPUT.steps * (_PLACES[name].stop - _PLACES[name].start) // SEGMENTS
            self.register_buffer(name, torch.linspace(-0.5, 0.5, values))

    def forward(self, cycles: Tensor) -> Tensor:
        """The statistics, channel after channel."""
        return torch.cat([self._of(cycles[:, :, _PLACES[name]], self.get_buffer(name)) for name in CHANNELS_READ], dim=1)

    @staticmethod
    def _of(channel: Tensor, ramp: Tensor) -> Tensor:
        parts = channel.reshape(channel.shape[0], SEGMENTS, -1)
        mean = parts.mean(dim=2)
        away = parts - mean.unsqueeze(2)
        return torch.cat(
            [
                mean,
                torch.sqrt((away * away).mean(dim=2) + 1e-12),
                parts.amin(dim=2),
                parts.amax(dim=2),
                (parts * ramp).mean(dim=2),
                (parts[:, :, 1:] - parts[:, :, :-1]).abs().mean(dim=2),
            ],
            dim=1,
        )


class Discriminant(nn.Module):
    """(n, 60, 28) normalised -> logits (n, classes) of each of :data:`TARGETS_READ`; nothing in it is trained by gradients."""

    def __init__(self, median: FloatArray, spread: FloatArray, slopes: list[FloatArray], offsets: list[FloatArray]) -> None:
        """Hold what :func:`fit_discriminant` found: float32 (216,), (216,), per target (216, classes) and (classes,)."""
        super().__init__()
        self.statistics = SegmentStatistics()
        self.register_buffer("median", torch.from_numpy(median))
        self.register_buffer("spread", torch.from_numpy(spread))
        self.register_buffer("slopes", torch.from_numpy(np.concatenate(slopes, axis=1)))
        self.register_buffer("offsets", torch.from_numpy(np.concatenate(offsets)))

    def forward(self, cycles: Tensor) -> list[Tensor]:
        """Logits of every target, in the order of TARGETS_READ."""
        standard = torch.clamp((self.statistics(cycles) - self.median) / self.spread, -FARTHEST, FARTHEST)
        logits = standard @ self.slopes + self.offsets
        return list(torch.split(logits, [CLASS_COUNTS[TARGETS.index(target)] for target in TARGETS_READ], dim=1))


def fit_discriminant(
    cycles: FloatArray, classes: IntSeries, blocks: IntSeries, weights: Matrix, plan: DiscriminantPlan, seed: int
) -> Discriminant:
    """Fit the discriminant of every target; all conditions are taken as equally likely.

    Args:
        cycles: float32 (cycles, 60, 28), normalised.
        classes: int64 (cycles, targets).
        blocks: int64 (cycles,); cycles of a block stand together.
        weights: float64 (cycles,): importance of each.
        plan: How.
        seed: Of the seams.
    """
    random = np.random.default_rng([seed, 5])
    measure = SegmentStatistics()
    plain = _measure(measure, cycles)
    rows = [plain, *(_measure(measure, join_neighbours(cycles, blocks, random)) for _ in range(plan.seam_copies))]
    median, spread = np.median(plain, axis=0), plain.std(axis=0) + 1e-6
    standard = np.clip((np.concatenate(rows) - median) / spread, -FARTHEST, FARTHEST)
    importance = np.tile(weights, len(rows))
    slopes: list[FloatArray] = []
    offsets: list[FloatArray] = []
    for target in TARGETS_READ:
        place = TARGETS.index(target)
        slope, offset = separate_linearly(standard, np.tile(classes[:, place], len(rows)), importance, CLASS_COUNTS[place], plan.shrinkage)
        slopes.append(slope.astype(np.float32))
        offsets.append(offset.astype(np.float32))
    return Discriminant(median.astype(np.float32), spread.astype(np.float32), slopes, offsets).eval()


def join_neighbours(cycles: FloatArray, blocks: IntSeries, random: np.random.Generator) -> FloatArray:
    """Every cycle with its head taken from the next or last one of its block, up to a random step: as a live window is."""
    rows = np.arange(len(cycles))
    beside = np.clip(rows + random.choice([-1, 1], rows.size), 0, rows.size - 1)
    beside = np.where(blocks[beside] == blocks[rows], beside, rows)
    from_neighbour = np.arange(cycles.shape[1])[None] < random.integers(0, cycles.shape[1], rows.size)[:, None]
    return np.where(from_neighbour[:, :, None], cycles[beside], cycles)


def separate_linearly(rows: Matrix, classes: IntSeries, weights: Matrix, count: int, shrinkage: float) -> tuple[Matrix, Matrix]:
    """Slopes (features, count) and offsets (count,) of a linear discriminant with equal priors.

    ``logit_k(x) = x' S^-1 m_k - m_k' S^-1 m_k / 2`` with the class means ``m_k`` and the covariance ``S`` within classes
    (Hastie, Tibshirani, Friedman, *The Elements of Statistical Learning*, 2009, eq. 4.10).
    """
    means = np.stack([np.average(rows[classes == number], axis=0, weights=weights[classes == number]) for number in range(count)])
    away = rows - means[classes]
    covariance = (away.T * weights) @ away / weights.sum()
    features = covariance.shape[0]
    covariance = (1.0 - shrinkage) * covariance + shrinkage * np.trace(covariance) / features * np.eye(features)
    slopes = np.linalg.solve(covariance, means.T)
    return slopes, -0.5 * np.einsum("ki,ik->k", means, slopes)


@torch.no_grad()
def _measure(measure: SegmentStatistics, cycles: FloatArray) -> Matrix:
    return measure(torch.from_numpy(np.ascontiguousarray(cycles))).numpy().astype(np.float64)
