"""This file decides how unlike the training engines a window is: channel by channel, inside the exported network.

Three looks, each a distance over what nearly all genuine windows stay under, and the novelty is the largest:

* **Level beside the others**: the channels of an engine move together; each one's smoothed level is compared with what the other
  fifteen make it (a row of the precision matrix). A drifted, dead or swapped sensor disagrees.
* **Roughness**: the mean step from flight to flight, the surer the more flights there are. A dead sensor has none, a noisy one
  too much.
* **All together**: Mahalanobis' distance of levels and roughness (:mod:`training.novelty`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.findings import FloatArray
from training.novelty import Familiarity, fit_familiarity
from training.novelty_graph import MahalanobisNovelty
from training.turbofan_life.engines import CHANNELS
from training.turbofan_life.network import make_smoothing
from training.turbofan_life.spec import LENGTH

FADING = 8.0
"""Flights that a level fades over."""
USUAL_SHARE = 0.999
"""A look's distance is divided by what this share of the training windows stays under."""
_AT_ONCE = 2048


@dataclass(frozen=True, slots=True, eq=False)
class FlightFamiliarity:
    """What is usual; channels in the order of the pack.

    Attributes:
        usual_step: float32 (16,): mean step from flight to flight.
        centre: float32 (32,): mean of levels and roughnesses.
        beside: float32 (32, 32): takes them, centred, to each look's number, still signed.
        usual: float32 (32,): of each number's size.
        cloud: All together.
        usual_away: Of its distance.
    """

    usual_step: FloatArray
    centre: FloatArray
    beside: FloatArray
    usual: FloatArray
    cloud: Familiarity
    usual_away: float


class FlightStatistics(nn.Module):
    """Levels and roughnesses of a window: (batch, LENGTH, channels) -> (batch, 2 * channels)."""

    def __init__(self, usual_step: FloatArray) -> None:
        """Nothing in it is trained; *usual_step*, float32 (channels,), is the mean step from flight to flight."""
        super().__init__()
        self.register_buffer("usual_step", torch.from_numpy(usual_step.copy()))
        self.fading: Tensor
        self.register_buffer("fading", make_smoothing((FADING,), LENGTH)[0])

    def forward(self, flights: Tensor) -> Tensor:
        """The statistics of *flights*: levels, and roughnesses less the usual times the root of the number of steps."""
        there = (flights.abs().sum(dim=2, keepdim=True) > 0).to(flights.dtype)
        level = (self.fading @ flights).squeeze(1) / (self.fading @ there).squeeze(1).clamp(min=1e-6)
        steps = ((flights[:, 1:] - flights[:, :-1]).abs() * there[:, :-1]).sum(dim=1)
        count = there[:, :-1].sum(dim=1).clamp(min=1.0)
        return torch.cat([level, (steps / count - self.usual_step) * torch.sqrt(count)], dim=1)


class FlightNovelty(nn.Module):
    """Novelty inside the exported graph: (batch, LENGTH, channels) -> (batch, 1)."""

    def __init__(self, familiarity: FlightFamiliarity) -> None:
        """Hold *familiarity* as constants."""
        super().__init__()
        self.statistics = FlightStatistics(familiarity.usual_step)
        self.register_buffer("centre", torch.from_numpy(familiarity.centre.copy()))
        self.register_buffer("beside", torch.from_numpy((familiarity.beside / familiarity.usual).astype(np.float32)))
        self.cloud = MahalanobisNovelty(familiarity.cloud)
        self.usual_away = familiarity.usual_away

    def forward(self, flights: Tensor) -> Tensor:
        """The largest of the looks."""
        statistics = self.statistics(flights)
        single = ((statistics - self.centre) @ self.beside).abs().amax(dim=1, keepdim=True)
        return torch.maximum(single, self.cloud(statistics) / self.usual_away)


def fit_flight_familiarity(windows: FloatArray, usual_step: FloatArray) -> FlightFamiliarity:
    """Fit to genuine *windows*, float32 (windows, LENGTH, channels); *usual_step* as :class:`FlightFamiliarity` says."""
    statistics = _in_parts(FlightStatistics(usual_step), windows)
    rows = statistics.astype(np.float64)
    channels = len(CHANNELS)
    centre = rows.mean(axis=0)
    levels = rows[:, :channels] - centre[:channels]
    covariance = np.cov(levels.T)
    precision = np.linalg.inv(covariance + 1e-3 * np.diag(np.diag(covariance)))
    beside = np.eye(2 * channels)
    # Column c of precision / its diagonal gives level c minus what the others make it.
    beside[:channels, :channels] = precision / np.diag(precision)
    looks = np.abs((rows - centre) @ beside)
    cloud = fit_familiarity(statistics)
    return FlightFamiliarity(
        usual_step,
        centre.astype(np.float32),
        beside.astype(np.float32),
        np.maximum(np.quantile(looks, USUAL_SHARE, axis=0), 1e-3).astype(np.float32),
        cloud,
        float(np.quantile(cloud.measure(statistics), USUAL_SHARE)),
    )


def flight_novelty(familiarity: FlightFamiliarity, windows: FloatArray) -> NDArray[np.float64]:
    """Novelty of *windows*, as the exported graph gives it: float64 (windows,)."""
    return _in_parts(FlightNovelty(familiarity), windows)[:, 0].astype(np.float64)


@torch.no_grad()
def _in_parts(module: nn.Module, windows: FloatArray) -> FloatArray:
    parts: Sequence[FloatArray] = [
        module(torch.from_numpy(windows[start : start + _AT_ONCE])).numpy() for start in range(0, len(windows), _AT_ONCE)
    ]
    return np.concatenate(parts)
