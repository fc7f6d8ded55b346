"""This file decides what recorded sensor data looks like in memory: rows of a table, or whole cycles with a series per channel."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.errors import InputError
from inference.sequence_preprocessing import FloatSeries


class RecordingKind(StrEnum):
    """Shape of a recording."""

    ROWS = "rows"
    """One value per channel and row; every column is float64 (rows,)."""
    CYCLES = "cycles"
    """One series per channel and machine cycle; every column is float64 (cycles, values per cycle), channels differ in rate."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordedRow:
    """One row on its way into a stream: time, s; values float64 (channels,), NaN where none; key; seconds within the cycle."""

    time_s: float
    values: NDArray[np.float64]
    key: str
    phase_s: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A recording, read whole.

    Attributes:
        path: Where it was read.
        kind: Rows or cycles.
        columns: Numbers by channel name, shaped as *kind* says; NaN where the cell holds no number.
        words: Columns of text by name, one entry per row (the numbers of such a column are NaN).
        time_s: float64 (rows or cycles,): the source's own time line, s; for cycles the start of each.
        keys: The data's own id of every row or cycle; the row number where there is none.
        groups: What a row belongs to (an engine, a cycle); windows never reach across groups. Empty: one group.
        phase_s: float64 (rows,), seconds within the machine's cycle; None where the recording has none.
        cycle_s: Length of a cycle, s; None for rows.
        index_names: Columns that say which row it is (time, key) and are no channels.
    """

    path: Path
    kind: RecordingKind
    columns: Mapping[str, FloatSeries]
    time_s: FloatSeries
    keys: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    phase_s: FloatSeries | None = None
    cycle_s: float | None = None
    index_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Rows, or cycles."""
        return len(self.keys)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the channels that hold numbers, in the recording's order, without the index columns."""
        return tuple(name for name in self.columns if name not in self.words and name not in self.index_names)

    def rate_hz(self, name: str) -> float:
        """Values per second of a channel: from the cycle, or from the median step of the rows (1.0 for a single row)."""
        if self.kind is RecordingKind.CYCLES and self.cycle_s:
            return float(self.columns[name].shape[1] / self.cycle_s)
        if self.time_s.size < 2:
            return 1.0
        step_s = float(np.median(np.diff(self.time_s)))
        return 1.0 / step_s if step_s > 0 else 1.0

    def require(self, names: Iterable[str]) -> None:
        """Check that all *names* are columns.

        Raises:
            InputError: Some are missing; the text names them, what there is, and what may have been meant.
        """
        missing = [name for name in names if name not in self.columns]
        if not missing:
            return
        found = list(self.columns)
        near = difflib.get_close_matches(missing[0], found, n=1)
        hint = f"Did you mean {near[0]}? Rename the columns" if near else "Add or rename the columns"
        if len(found) <= 1:
            hint = "Check the separator: comma, semicolon, tab or blank"
        raise InputError(
            f"Columns are missing: {', '.join(missing)}",
            where=str(self.path),
            value=f"found {', '.join(found[:12])}{' …' if len(found) > 12 else ''}",
            do=hint,
        )

    def slice_rows(self, start: int | None, stop: int | None) -> Recording:
        """Only rows (or cycles) *start* up to, not including, *stop*; None: from the beginning, to the end."""
        part = slice(start, stop)
        return replace(
            self,
            columns={name: column[part] for name, column in self.columns.items()},
            words={name: column[part] for name, column in self.words.items()},
            time_s=self.time_s[part],
            keys=self.keys[part],
            groups=self.groups[part],
            phase_s=None if self.phase_s is None else self.phase_s[part],
        )

    def iterate_rows(self, names: Sequence[str]) -> Iterator[RecordedRow]:
        """Walk through the recording as a live link would deliver it.

        Cycles are laid end to end at the rate of the fastest of *names*; a slower channel has a value when one is due and
        NaN between. The arrays handed out are read-only.

        Args:
            names: Channels, in the order wanted in :attr:`RecordedRow.values`.

        Raises:
            InputError: A channel is missing.
        """
        self.require(names)
        if self.kind is RecordingKind.CYCLES:
            yield from self._iterate_cycles(names)
            return
        matrix = np.stack([self.columns[name] for name in names], axis=1)
        matrix.setflags(write=False)
        for row, key in enumerate(self.keys):
            phase_s = None if self.phase_s is None else float(self.phase_s[row])
            yield RecordedRow(float(self.time_s[row]), matrix[row], key, phase_s)

    def _iterate_cycles(self, names: Sequence[str]) -> Iterator[RecordedRow]:
        cycle_s = self.cycle_s or 1.0
        series = [self.columns[name] for name in names]
        fastest = max(column.shape[1] for column in series)
        for cycle, key in enumerate(self.keys):
            matrix = np.full((fastest, len(names)), np.nan)
            for index, column in enumerate(series):
                due = np.ceil(np.arange(column.shape[1]) * fastest / column.shape[1]).astype(np.intp)
                matrix[due, index] = column[cycle]
            matrix.setflags(write=False)
            start_s = float(self.time_s[cycle])
            for row in range(fastest):
                phase_s = row * cycle_s / fastest
                yield RecordedRow(start_s + phase_s, matrix[row], key, phase_s)
