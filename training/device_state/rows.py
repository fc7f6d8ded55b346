"""This file decides how the rows of ``sensor/ai4i2020`` are read: channels, failures, kinds, tools and folds.

The data set is synthetic by its authors (Matzka 2020): a simulated milling machine, one row per product.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.errors import InputError
from inference.table_runner import read_words
from station.simulation.machine import MACHINE_CHANNELS, MACHINE_KINDS, QUALITIES, TYPE_CHANNEL

FloatSeries = NDArray[np.float64]
IntSeries = NDArray[np.int64]

FOLDS = 5
KIND_COLUMNS: Mapping[str, str] = {"heat dissipation": "HDF", "power": "PWF", "overstrain": "OSF", "tool wear": "TWF"}
"""Columns that hold the answer, one per kind of failure: taught, never an input. RNF, a random failure, is not taught: nothing in the row
goes with it, and the data set does not count it as a failure of the machine."""
_FAILED = "Machine failure"
_WEAR = "Tool wear [min]"


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of machine state with their answers.

    Attributes:
        series: Per channel float64 (rows,), in the channel's unit; the type as its place in :data:`QUALITIES`.
        failed: bool (rows,): the machine failed at this row.
        kinds: bool (rows, 4): why, columns as :data:`MACHINE_KINDS`; more than one may hold, and none where the data name none.
        tools: int64 (rows,): number of the tool in the machine; its wear climbs row by row until the tool is changed.
    """

    series: Mapping[str, FloatSeries]
    failed: NDArray[np.bool_]
    kinds: NDArray[np.bool_]
    tools: IntSeries

    def __len__(self) -> int:
        """Number of rows."""
        return int(self.failed.size)

    @property
    def folds(self) -> IntSeries:
        """int64 (rows,): 0..4. All rows of a tool lie in one fold, and neighbouring tools in different ones."""
        return self.tools % FOLDS

    @property
    def groups(self) -> list[str]:
        """Group of each row, for intervals: its tool."""
        return [str(tool) for tool in self.tools]

    def take(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Rows:
        """Only these rows."""
        return Rows({name: one[chosen] for name, one in self.series.items()}, self.failed[chosen], self.kinds[chosen], self.tools[chosen])


def load_rows(data_dir: Path) -> Rows:
    """Read ``sensor/ai4i2020`` below *data_dir*.

    Raises:
        InputError: The file or a column is missing, or a cell holds no number.
    """
    path = data_dir / "sensor" / "ai4i2020" / "ai4i2020.csv"
    if not path.is_file():
        raise InputError("The data set is not there", where=str(path), do="Give its place with --data DIR or LINESIDE_DATA")
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    try:
        series = {name: np.array([float(row[name]) for row in table]) for name in MACHINE_CHANNELS if name != TYPE_CHANNEL}
        series[TYPE_CHANNEL] = read_words([row[TYPE_CHANNEL] for row in table], QUALITIES)
        failed = np.array([row[_FAILED] == "1" for row in table])
        kinds = np.stack([np.array([row[KIND_COLUMNS[kind]] == "1" for row in table]) for kind in MACHINE_KINDS], axis=1)
    except (KeyError, ValueError) as error:
        raise InputError("The table of machine states cannot be read", where=str(path), value=str(error), do="Copy it again") from None
    return Rows(series, failed, kinds, number_tools(series[_WEAR]))


def number_tools(wear: FloatSeries) -> IntSeries:
    """Number of the tool of each row, from 0: a new one where the wear, float64 (rows,) in order of time, falls."""
    return np.concatenate(([0], np.cumsum(np.diff(wear) < 0))).astype(np.int64)
