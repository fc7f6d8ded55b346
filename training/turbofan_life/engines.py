"""This file decides how NASA's simulated engines are read: channels, run-to-failure engines and their folds, published test engines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.errors import InputError
from inference.table_file import read_recording

FloatRows = NDArray[np.float64]
IntSeries = NDArray[np.int64]

SENSORS = (2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 20, 21)
"""Numbers of the sensors that are read. The others and the three settings are constant in these subsets; 6 and 10 stand still on a
sound engine and move when the fan wears."""
CHANNELS = tuple(f"sensor_{number}" for number in SENSORS)
"""Order of the pack's channels, named as the reader of C-MAPSS text names them."""
SUBSETS = ("FD001", "FD003")
"""FD001: one way to fail (compressor); FD003: two (compressor, fan). One flight condition in both."""
FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Engine:
    """One engine, flight by flight.

    Attributes:
        name: Subset and number, e.g. ``FD001-17``.
        subset: FD001 or FD003.
        rows: float64 (flights, channels), in the order of :data:`CHANNELS`.
        life_after: Flights that the engine still made after the last row: 0 for run to failure.
    """

    name: str
    subset: str
    rows: FloatRows
    life_after: int = 0

    def __len__(self) -> int:
        """Flights recorded."""
        return int(self.rows.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class Fleet:
    """Engines that ran to failure, each in one of :data:`FOLDS` folds: int64 (engines,)."""

    engines: tuple[Engine, ...]
    folds: IntSeries


def load_fleet(data_dir: Path, seed: int) -> Fleet:
    """Read the training files of both subsets; engines of each are dealt to folds at random by *seed*.

    Raises:
        InputError: A file is missing or no C-MAPSS text.
    """
    random = np.random.default_rng([seed, 1])
    engines: list[Engine] = []
    folds: list[int] = []
    for subset in SUBSETS:
        part = list(_split(_folder(data_dir) / f"train_{subset}.txt.gz", subset))
        engines += part
        folds += (random.permutation(len(part)) % FOLDS).tolist()
    return Fleet(tuple(engines), np.array(folds, dtype=np.int64))


def load_test_engines(data_dir: Path) -> tuple[Engine, ...]:
    """Read the published test engines of both subsets with their true remaining life.

    Raises:
        InputError: A file is missing, or the lives do not fit the engines.
    """
    engines: list[Engine] = []
    for subset in SUBSETS:
        part = list(_split(_folder(data_dir) / f"test_{subset}.txt.gz", subset))
        path = _folder(data_dir) / f"RUL_{subset}.txt.gz"
        if not path.is_file():
            raise InputError("The true remaining lives are missing", where=str(path), do="Copy the whole folder")
        lives = np.loadtxt(path, dtype=np.int64, ndmin=1)
        if lives.size != len(part):
            raise InputError("The lives do not fit the engines", where=str(path), value=f"{lives.size} for {len(part)}")
        engines += [Engine(one.name, subset, one.rows, int(life)) for one, life in zip(part, lives, strict=True)]
    return tuple(engines)


def _folder(data_dir: Path) -> Path:
    return data_dir / "sensor" / "cmapss"


def _split(path: Path, subset: str) -> Iterator[Engine]:
    recording = read_recording(path)
    recording.require(CHANNELS)
    rows = np.stack([recording.columns[name] for name in CHANNELS], axis=1)
    units = np.array(recording.keys)
    for unit in dict.fromkeys(recording.keys):
        yield Engine(f"{subset}-{unit}", subset, rows[units == unit])


def take(engines: Sequence[Engine], chosen: IntSeries | NDArray[np.bool_]) -> tuple[Engine, ...]:
    """Only the engines at these places."""
    places = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
    return tuple(engines[int(place)] for place in places)
