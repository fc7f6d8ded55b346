"""This file decides the device-state network: how six readings become the chances of four kinds of failure.

The readings come normalised and are turned back into physical quantities inside the network, so that training and running share
every step: power, the difference of the temperatures, wear times torque. Each kind of failure has a branch of its own, a small MLP that
sees only the quantities which this way to fail depends on. Every quantity is spread over bins, whose edges lie at quantiles and where a
small tree separates failures best (piecewise linear encoding with target-aware bins, Gorishniy, Rubachev, Babenko 2022, sec. 3.2),
because the limits of such a machine are sharp and an MLP on plain numbers draws them too softly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier
from torch import Tensor, nn

from inference.findings import FloatArray
from station.simulation.machine import MACHINE_CHANNELS, MACHINE_KINDS, QUALITIES, TYPE_CHANNEL, WATT_PER_NM_RPM
from training.device_state.spec import TABLE_INPUT
from training.novelty import Familiarity
from training.novelty_graph import MahalanobisNovelty
from training.statistics import Calibration

LEAST_RISK = 1e-6
"""Risks are told between this and one minus this."""


class Quantity(IntEnum):
    """Physical quantities of a row, by their column."""

    AIR_K = 0
    PROCESS_K = 1
    SPEED_RPM = 2
    TORQUE_NM = 3
    WEAR_MIN = 4
    POWER_KW = 5
    DIFFERENCE_K = 6
    STRAIN_KNM_MIN = 7


_READINGS = tuple(name for name in MACHINE_CHANNELS if name != TYPE_CHANNEL)
"""Channels of the first quantities, in their order."""


class Quantities(nn.Module):
    """Normalised rows (n, 6) -> quantities (n, 8), columns as :class:`Quantity`, and qualities (n, 3), one of them 1."""

    def __init__(self) -> None:
        """Read the normalisation from the pack's input."""
        super().__init__()
        channels = {channel.name: (place, channel) for place, channel in enumerate(TABLE_INPUT.channels)}
        self._type_place, kind = channels[TYPE_CHANNEL]
        self._places = [channels[name][0] for name in _READINGS]
        self.mean: Tensor
        self.std: Tensor
        self.places: Tensor
        self.register_buffer("mean", torch.tensor([channels[name][1].mean for name in _READINGS]))
        self.register_buffer("std", torch.tensor([channels[name][1].std for name in _READINGS]))
        self.register_buffer("places", torch.arange(len(QUALITIES), dtype=torch.float32) - kind.mean)

    def forward(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Quantities and qualities of *rows*."""
        start = self._places[0]
        readings = rows[:, start : start + len(self._places)] * self.std + self.mean
        air, process, speed, torque, wear = (readings[:, place : place + 1] for place in range(len(_READINGS)))
        power_kw = torque * speed * (WATT_PER_NM_RPM / 1000.0)
        quantities = torch.cat([readings, power_kw, process - air, wear * torque / 1000.0], dim=1)
        qualities = torch.relu(1.0 - (rows[:, self._type_place : self._type_place + 1] - self.places).abs())
        return quantities, qualities


@dataclass(frozen=True, slots=True)
class Mechanism:
    """What one way to fail depends on: quantities, and whether the product's quality counts; how finely a tree may cut them."""

    quantities: tuple[Quantity, ...]
    by_quality: bool
    leaves: int = 4


MECHANISMS: Mapping[str, Mechanism] = {
    "heat dissipation": Mechanism((Quantity.DIFFERENCE_K, Quantity.SPEED_RPM), by_quality=False),
    "power": Mechanism((Quantity.POWER_KW,), by_quality=False),
    "overstrain": Mechanism((Quantity.STRAIN_KNM_MIN,), by_quality=True),
    "tool wear": Mechanism((Quantity.WEAR_MIN,), by_quality=True, leaves=3),
}


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """Bins between quantiles, hidden units of each of the two layers of a branch."""

    quantile_bins: int = 8
    hidden: int = 32


Edges = Mapping[str, tuple[FloatArray, ...]]
"""Per kind of failure the edges of its quantities' bins, float32 (bins + 1,) each, rising."""

_EDGE_WIDTH, _NARROWEST = 0.02, 0.01
"""Half the bin laid over a tree's cut, and the narrowest bin, in spreads of the quantity."""
_LEAST_LEAF = 2


def place_edges(quantities: FloatArray, kinds: NDArray[np.bool_], size: NetworkSize) -> Edges:
    """Put the edges of all bins, from training rows alone: quantities float32 (n, 8), kinds bool (n, 4)."""
    return {
        kind: tuple(_edges(quantities[:, quantity], kinds[:, place], mechanism.leaves, size) for quantity in mechanism.quantities)
        for place, (kind, mechanism) in enumerate(MECHANISMS.items())
    }


def _edges(values: FloatArray, failed: NDArray[np.bool_], leaves: int, size: NetworkSize) -> FloatArray:
    spread = float(values.std())
    tree = DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=_LEAST_LEAF, random_state=0)
    cuts = tree.fit(values[:, np.newaxis], failed).tree_
    at = cuts.threshold[cuts.feature >= 0]
    wanted = np.concatenate(
        [np.quantile(values, np.linspace(0.0, 1.0, size.quantile_bins + 1)), at - _EDGE_WIDTH * spread, at + _EDGE_WIDTH * spread]
    )
    kept: list[float] = []
    for edge in np.sort(wanted):
        if not kept or edge - kept[-1] > _NARROWEST * spread:
            kept.append(float(edge))
    return np.array(kept, np.float32)


class Branch(nn.Module):
    """The MLP of one kind of failure: quantities (n, 8) and qualities (n, 3) -> logit (n, 1)."""

    def __init__(self, mechanism: Mechanism, edges: Sequence[FloatArray], size: NetworkSize) -> None:
        """Make the branch; its weights come from torch's random numbers."""
        super().__init__()
        self._by_quality = mechanism.by_quality
        self._columns = [int(quantity) for quantity, one in zip(mechanism.quantities, edges, strict=True) for _ in one[:-1]]
        self.lower: Tensor
        self.width: Tensor
        self.register_buffer("lower", torch.from_numpy(np.concatenate([one[:-1] for one in edges])))
        self.register_buffer("width", torch.from_numpy(np.concatenate([np.diff(one) for one in edges])))
        inputs = len(self._columns) + (len(QUALITIES) if mechanism.by_quality else 0)
        self.layers = nn.Sequential(
            nn.Linear(inputs, size.hidden), nn.ReLU(), nn.Linear(size.hidden, size.hidden), nn.ReLU(), nn.Linear(size.hidden, 1)
        )

    def forward(self, quantities: Tensor, qualities: Tensor) -> Tensor:
        """Log odds of this kind of failure."""
        seen = torch.clamp((quantities[:, self._columns] - self.lower) / self.width, 0.0, 1.0)
        logit: Tensor = self.layers(torch.cat([seen, qualities], dim=1) if self._by_quality else seen)
        return logit


class DeviceNetwork(nn.Module):
    """Normalised rows (n, 6) -> log odds (n, 4), columns as MACHINE_KINDS."""

    def __init__(self, edges: Edges, size: NetworkSize) -> None:
        """Make the network; its weights come from torch's random numbers."""
        super().__init__()
        self.quantities = Quantities()
        self.branches = nn.ModuleList(Branch(MECHANISMS[kind], edges[kind], size) for kind in MACHINE_KINDS)

    def forward(self, rows: Tensor) -> Tensor:
        """Log odds of every kind."""
        quantities, qualities = self.quantities(rows)
        return torch.cat([branch(quantities, qualities) for branch in self.branches], dim=1)


class Habits(nn.Module):
    """What a genuine row keeps to: normalised rows (n, 6) -> (n, 2) for the novelty.

    How far the speed lies from the one usual at this torque (in logarithms), and the difference of the temperatures. Each reading by itself
    is left to its limits: a rare torque on the usual curve is a rare state, not a strange one.
    """

    def __init__(self, curve: Sequence[float]) -> None:
        """Hold *curve*: polynomial of log speed over log torque, highest power first."""
        super().__init__()
        self.quantities = Quantities()
        self._curve = [float(one) for one in curve]

    def forward(self, rows: Tensor) -> Tensor:
        """The habits of *rows*."""
        quantities, _ = self.quantities(rows)
        log_torque = torch.log(torch.clamp(quantities[:, Quantity.TORQUE_NM : Quantity.TORQUE_NM + 1], min=0.1))
        log_speed = torch.log(torch.clamp(quantities[:, Quantity.SPEED_RPM : Quantity.SPEED_RPM + 1], min=1.0))
        usual = torch.zeros_like(log_torque) + self._curve[0]
        for one in self._curve[1:]:
            usual = usual * log_torque + one
        difference = quantities[:, Quantity.DIFFERENCE_K : Quantity.DIFFERENCE_K + 1]
        return torch.cat([log_speed - usual, difference], dim=1)


def fit_curve(quantities: FloatArray) -> tuple[float, ...]:
    """The curve of :class:`Habits` from training rows' quantities, float32 (n, 8)."""
    log_torque, log_speed = (np.log(quantities[:, column].astype(np.float64)) for column in (Quantity.TORQUE_NM, Quantity.SPEED_RPM))
    return tuple(float(one) for one in np.polyfit(log_torque, log_speed, 3))


class DeviceState(nn.Module):
    """What is exported: rows (n, 6) -> probabilities (n, 5) of no failure and every kind, and novelty (n, 1).

    The members' chances of each kind are averaged; the risk is that of any kind at all, calibrated; it is shared among the kinds by
    their chances.
    """

    def __init__(self, members: Sequence[DeviceNetwork], calibration: Calibration, habits: Habits, familiarity: Familiarity) -> None:
        """Put the parts together."""
        super().__init__()
        self.members = nn.ModuleList(members)
        self.habits = habits
        self.novelty = MahalanobisNovelty(familiarity)
        self._slope, self._offset = calibration.slope, calibration.offset

    def forward(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """State and novelty."""
        chances = mean_chances([member(rows) for member in self.members])
        risk = any_risk(chances)
        calibrated = torch.sigmoid(self._slope * (torch.log(risk) - torch.log(1.0 - risk)) + self._offset)
        state = torch.cat([1.0 - calibrated, calibrated * chances / chances.sum(dim=1, keepdim=True)], dim=1)
        return state, self.novelty(self.habits(rows))


def mean_chances(logits: Sequence[Tensor]) -> Tensor:
    """Mean chance of every kind over the members: their log odds (n, 4) -> (n, 4)."""
    return torch.stack([torch.sigmoid(one) for one in logits]).mean(dim=0) + 1e-9


def any_risk(chances: Tensor) -> Tensor:
    """Chance of any kind, the kinds taken as independent: (n, 4) -> (n, 1), within :data:`LEAST_RISK`."""
    sound = 1.0 - chances
    none = sound[:, 0:1] * sound[:, 1:2] * sound[:, 2:3] * sound[:, 3:4]
    return torch.clamp(1.0 - none, LEAST_RISK, 1.0 - LEAST_RISK)


@torch.no_grad()
def derive_quantities(rows: FloatArray) -> FloatArray:
    """Quantities of normalised rows, float32 (n, 6) -> (n, 8), as the network computes them."""
    quantities: FloatArray = Quantities()(torch.from_numpy(rows))[0].numpy()
    return quantities
