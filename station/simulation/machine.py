"""This file decides what the simulated milling machine measures, product by product, and why it fails.

It follows the description that its authors give of the synthetic data set AI4I 2020 (Matzka, *Explainable Artificial Intelligence for
Predictive Maintenance Applications*, AI4I 2020, doi 10.1109/AI4I49448.2020.00023): a walk of the room's temperature, the process about
10 K above it, a torque around 40 Nm, a speed that falls as the torque rises, and a tool that wears by the product's quality. The curve of
speed over torque and its spread are fitted to that data set; no row of it is here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatSeries = NDArray[np.float64]

QUALITIES = ("L", "M", "H")
"""Quality of the product: low, medium, high. A row holds the place in this order."""
TYPE_CHANNEL = "Type"
MACHINE_CHANNELS = (
    TYPE_CHANNEL, "Air temperature [K]", "Process temperature [K]", "Rotational speed [rpm]", "Torque [Nm]", "Tool wear [min]",
)  # fmt: skip
"""Columns of a row, in order."""
MACHINE_KINDS = ("heat dissipation", "power", "overstrain", "tool wear")
"""Ways to fail, in order."""

QUALITY_SHARES = (0.6, 0.3, 0.1)
WEAR_PER_PRODUCT_MIN = (2.0, 3.0, 5.0)
"""Minutes of wear a product of each quality costs the tool."""
STRAIN_LIMITS = (11000.0, 12000.0, 13000.0)
"""Wear times torque, min Nm, beyond which a product of each quality overstrains the tool."""
HEAT_DIFFERENCE_K, HEAT_SPEED_RPM = 8.6, 1380.0
"""Below both the heat is not carried away."""
POWER_LOW_W, POWER_HIGH_W = 3500.0, 9000.0
TOOL_LIFE_MIN = (200.0, 240.0)
"""A tool ends somewhere between: changed in time, or broken."""
BROKEN_SHARE = 0.4
WATT_PER_NM_RPM = 2.0 * np.pi / 60.0

_SPEED_CURVE = (0.0721, -0.6494, 1.4971, 7.0042)
"""Polynomial of log speed over log torque, highest power first."""
_SPEED_SPREAD = 0.033
_TORQUE_MEAN_NM, _TORQUE_SPREAD_NM = 40.0, 10.0
_ROOM_MEAN_K, _ROOM_SPREAD_K, _ROOM_MEMORY = 300.0, 2.0, 0.998
_ABOVE_ROOM_K, _ABOVE_SPREAD_K, _ABOVE_MEMORY = 10.0, 1.0, 0.99


@dataclass(frozen=True, slots=True, eq=False)
class MachineRun:
    """Products one after the other.

    Attributes:
        values: float64 (products, 6), columns as :data:`MACHINE_CHANNELS`.
        kinds: bool (products, 4): why the machine failed, columns as :data:`MACHINE_KINDS`; all False where it did not.
    """

    values: FloatSeries
    kinds: NDArray[np.bool_]


def simulate_machine(seed: int, products: int) -> MachineRun:
    """Run the machine for so many products; the same seed gives the same run, and a longer one begins with the shorter one."""
    quality = np.random.default_rng([seed, 0]).choice(len(QUALITIES), products, p=QUALITY_SHARES)
    room = _ROOM_MEAN_K + _ROOM_SPREAD_K * _walk([seed, 1], products, _ROOM_MEMORY)
    process = room + _ABOVE_ROOM_K + _ABOVE_SPREAD_K * _walk([seed, 2], products, _ABOVE_MEMORY)
    torque = np.clip(_TORQUE_MEAN_NM + _TORQUE_SPREAD_NM * np.random.default_rng([seed, 3]).normal(size=products), 4.0, 76.0)
    spread = np.exp(_SPEED_SPREAD * np.random.default_rng([seed, 4]).normal(size=products).clip(-3.0, 3.0))
    speed = speed_at(torque) * spread
    wear, broken = _wear_tools(seed, quality)
    values = np.stack(
        [quality.astype(np.float64), np.round(room, 1), np.round(process, 1), np.round(speed), np.round(torque, 1), wear], axis=1
    )
    kinds = np.concatenate([failures_of(values), broken[:, np.newaxis]], axis=1)
    return MachineRun(values, kinds)


def speed_at(torque: FloatSeries) -> FloatSeries:
    """Usual speed, rpm, at *torque*, Nm, float64 (n,) each."""
    return np.asarray(np.exp(np.polyval(_SPEED_CURVE, np.log(torque))), np.float64)


def failures_of(values: FloatSeries) -> NDArray[np.bool_]:
    """Heat dissipation, power and overstrain of rows, float64 (n, 6): bool (n, 3). A tool that breaks does so by chance."""
    quality, room, process, speed, torque, wear = values.T
    hot = (np.round(process - room, 1) < HEAT_DIFFERENCE_K) & (speed < HEAT_SPEED_RPM)
    power = torque * speed * WATT_PER_NM_RPM
    strained = wear * torque > np.asarray(STRAIN_LIMITS)[quality.astype(np.int64)]
    return np.stack([hot, (power < POWER_LOW_W) | (power > POWER_HIGH_W), strained], axis=1)


def _walk(seed: list[int], steps: int, memory: float) -> FloatSeries:
    """A walk that is drawn back to zero, of spread 1: float64 (steps,)."""
    noise = np.random.default_rng(seed).normal(size=steps)
    walk = np.empty(steps)
    place = 0.0
    for step in range(steps):
        place = memory * place + float(np.sqrt(1.0 - memory**2)) * noise[step]
        walk[step] = place
    return walk


def _wear_tools(seed: int, quality: NDArray[np.int64]) -> tuple[FloatSeries, NDArray[np.bool_]]:
    """Wear at every product, min, and whether the tool breaks there."""
    random = np.random.default_rng([seed, 5])
    wear, broken = np.empty(quality.size), np.zeros(quality.size, dtype=bool)
    worn_min, life_min = 0.0, random.uniform(*TOOL_LIFE_MIN)
    for product, kind in enumerate(quality):
        wear[product] = worn_min
        worn_min += WEAR_PER_PRODUCT_MIN[kind]
        if worn_min > life_min:
            broken[product] = random.random() < BROKEN_SHARE
            worn_min, life_min = 0.0, random.uniform(*TOOL_LIFE_MIN)
    return wear, broken
