"""This file decides how the hydraulic rig's recorded cycles are read: channels, conditions, blocks and folds."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.errors import InputError

FloatSeries = NDArray[np.float64]
IntSeries = NDArray[np.int64]

CHANNELS = ("TS1", "TS2", "TS3", "TS4", "VS1", "CE", "CP", "SE", "FS1", "FS2")
"""Order of the pack's channels, which is that of the simulated rig."""

TARGETS = ("cooler", "valve", "pump", "accumulator")
"""Order of the pack's outputs."""

LEVELS: Mapping[str, tuple[int, ...]] = {
    "cooler": (100, 20, 3),
    "valve": (100, 90, 80, 73),
    "pump": (0, 1, 2),
    "accumulator": (130, 115, 100, 90),
}
"""Conditions of each component as the data names them, healthiest first; a class is a place in this order."""

_COLUMNS = {"cooler": "cooler_pct", "valve": "valve_pct", "pump": "pump_leak", "accumulator": "accumulator_bar"}


@dataclass(frozen=True, slots=True, eq=False)
class Cycles:
    """Recorded load cycles of 60 s.

    Attributes:
        series: Per channel float64 (cycles, 60 or 600), in the channel's unit.
        classes: int64 (cycles, 4): class of every target, columns as :data:`TARGETS`, 0 is healthy.
        blocks: int64 (cycles,): cycles of one block were recorded one after the other under one condition.
        folds: int64 (cycles,): 0..4; a block lies in one fold.
        unstable: bool (cycles,): the rig had not settled.
    """

    series: Mapping[str, FloatSeries]
    classes: IntSeries
    blocks: IntSeries
    folds: IntSeries
    unstable: NDArray[np.bool_]

    def __len__(self) -> int:
        """Number of cycles."""
        return int(self.blocks.size)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Cycles:
        """Only these cycles."""
        return Cycles(
            {name: series[rows] for name, series in self.series.items()},
            self.classes[rows],
            self.blocks[rows],
            self.folds[rows],
            self.unstable[rows],
        )


def load_cycles(data_dir: Path) -> Cycles:
    """Read ``sensor/hydraulic`` below *data_dir*.

    Raises:
        InputError: A file is missing, or its length differs from cycles.csv.
    """
    folder = data_dir / "sensor" / "hydraulic"
    index = folder / "cycles.csv"
    if not index.is_file():
        raise InputError("The hydraulic data set is not there", where=str(index), do="Give its place with --data DIR or LINESIDE_DATA")
    with index.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    series = {name: _read_channel(folder / f"{name}.txt.gz", len(rows)) for name in CHANNELS}
    classes = [[LEVELS[target].index(int(row[_COLUMNS[target]])) for target in TARGETS] for row in rows]
    return Cycles(
        series,
        np.array(classes, dtype=np.int64),
        np.array([int(row["block"]) for row in rows], dtype=np.int64),
        np.array([int(row["fold"]) for row in rows], dtype=np.int64),
        np.array([row["unstable"] != "0" for row in rows]),
    )


def _read_channel(path: Path, cycles: int) -> FloatSeries:
    if not path.is_file():
        raise InputError("A channel of the hydraulic data set is missing", where=str(path), do="Copy the whole folder")
    with gzip.open(path, "rt", encoding="ascii") as file:
        values = np.loadtxt(file, dtype=np.float64, ndmin=2)
    if values.shape[0] != cycles:
        raise InputError(
            "A channel has another number of cycles than cycles.csv",
            where=str(path),
            value=f"{values.shape[0]}, not {cycles}",
            do="Copy the whole folder",
        )
    return values
