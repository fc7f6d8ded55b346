"""This file decides which rows prove the pack: rows of the simulated machine, one sound of each quality, one for each kind of failure.

The rows lie away from the limits, where another processor cannot turn the verdict; swapped channels or a missing normalisation do.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from station.simulation.machine import (
    HEAT_DIFFERENCE_K,
    MACHINE_CHANNELS,
    MACHINE_KINDS,
    POWER_HIGH_W,
    QUALITIES,
    STRAIN_LIMITS,
    TOOL_LIFE_MIN,
    WATT_PER_NM_RPM,
    MachineRun,
    simulate_machine,
)
from training.pack_writer import GoldenWindow

GOLDEN_SEED = 7
_PRODUCTS = 20000


def golden_rows() -> Iterator[GoldenWindow]:
    """The golden inputs."""
    run = simulate_machine(GOLDEN_SEED, _PRODUCTS)
    for place, quality in enumerate(QUALITIES):
        yield _row(run, f"sound-{quality.lower()}", _sound(run) & (run.values[:, 0] == place))
    alone = run.kinds.sum(axis=1) == 1
    for place, kind in enumerate(MACHINE_KINDS[:3]):
        yield _row(run, kind.replace(" ", "-"), alone & run.kinds[:, place] & _clearly(run)[:, place])
    yield _row(run, "old-tool", ~run.kinds.any(axis=1) & (run.values[:, 5] > sum(TOOL_LIFE_MIN) / 2.0 - 10.0) & ~_clearly(run).any(axis=1))


def _row(run: MachineRun, name: str, wanted: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> GoldenWindow:
    first = int(np.flatnonzero(wanted)[0])
    return GoldenWindow(name, {channel: run.values[first, column : column + 1] for column, channel in enumerate(MACHINE_CHANNELS)})


def _sound(run: MachineRun) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rows far from every limit."""
    _, air, process, _, torque, wear = run.values.T
    return (
        (process - air > HEAT_DIFFERENCE_K + 1.0) & (np.abs(torque - 40.0) < 5.0) & (np.abs(wear - 100.0) < 40.0) & ~run.kinds.any(axis=1)
    )


def _clearly(run: MachineRun) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Whether each of the first three kinds holds by a margin: bool (products, 3)."""
    quality, air, process, speed, torque, wear = run.values.T
    limit = np.asarray(STRAIN_LIMITS)[quality.astype(np.int64)]
    hot = (process - air < HEAT_DIFFERENCE_K - 0.25) & (process - air > HEAT_DIFFERENCE_K - 0.65) & (speed < 1350.0)
    power = torque * speed * WATT_PER_NM_RPM
    return np.stack([hot, (power > 1.03 * POWER_HIGH_W) & (torque < 72.0), wear * torque > 1.05 * limit], axis=1)
