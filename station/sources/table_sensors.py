"""This file decides how a recorded table becomes a sensor link: row by row in its own order, all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from inference.errors import SourceError
from inference.recording import RecordedRow, Recording
from inference.table_file import ReadOptions, read_recording
from inference.table_runner import read_words
from station.config import TableSensors
from station.sources.read_loop import Reading
from station.sources.sensor_kinds import BATCH_ROWS, BATCHES_HZ, Rows


class TableOpener:
    """Reads the table; remembers how far the replay got.

    Args:
        sensor: As in the station file.
        base_dir: Folder of the station file.
    """

    def __init__(self, sensor: TableSensors, base_dir: Path) -> None:
        self._sensor = sensor
        self._path = base_dir / sensor.path
        self._channels: tuple[str, ...] = ()
        self.position = 0
        """Rows delivered so far."""

    @property
    def channels(self) -> tuple[str, ...]:
        """The table's channels that are used, in its order; empty before it was opened."""
        return self._channels

    def open(self) -> TableConnection:
        """Read the table, whole. Raises InputError or SourceError when it cannot be used."""
        sensor = self._sensor
        configured = tuple(channel.id for channel in sensor.channels)
        recording = read_recording(
            self._path,
            ReadOptions(
                time_column=sensor.time_column,
                key_column=sensor.key_column,
                rate_hz=sensor.rate_hz or 1.0,
                wanted=configured or None,
            ),
        )
        recording = _read_words(recording, sensor)
        there = tuple(name for name in (configured or recording.names) if name in recording.columns)
        if not there:
            recording.require(configured)
        part = _slice(recording, sensor.rows, str(self._path))
        self._channels = there
        missing = ", ".join(name for name in configured if name not in there)
        complaint = f"The table has no channel {missing} ({self._path}); add it, or take it out of the station file" if missing else ""
        return TableConnection(self, part.iterate_rows(there), sensor.speed, complaint)


class TableConnection:
    """Gives some rows after the other."""

    def __init__(self, opener: TableOpener, rows: Iterator[RecordedRow], speed: float | None, complaint: str) -> None:
        self._opener = opener
        self._rows = islice(rows, opener.position, None)
        self._speed = speed
        self._complaint = complaint
        self._ahead: RecordedRow | None = None
        self._pending = 0
        self._latest_s: float | None = None
        self._due_s = 0.0

    def read(self) -> Reading[Rows] | None:
        """The next rows: those of one wake-up of a paced replay, else a fixed number. None at the end."""
        self._opener.position += self._pending
        batch = list(islice(self._rows, BATCH_ROWS)) if self._speed is None else self._take_wake_up(self._speed)
        self._pending = len(batch)
        if not batch:
            return None
        phases = [row.phase_s for row in batch]
        rows = Rows(
            time_s=np.array([row.time_s for row in batch]),
            values=np.stack([row.values for row in batch]),
            keys=tuple(row.key for row in batch),
            phase_s=None if None in phases else np.array(phases, dtype=np.float64),
        )
        due_s = None if self._speed is None else self._due_s
        return Reading(rows, due_s, count=len(batch), complaint=self._complaint)

    def close(self) -> None:
        """Let the table go."""
        self._rows = islice(iter(()), 0)

    def _take_wake_up(self, speed: float) -> list[RecordedRow]:
        """Rows of the next 1/20 s of real time, at least one; moves the due time by what the source's time moved."""
        batch: list[RecordedRow] = []
        longest_s = speed / BATCHES_HZ
        for row in self._iterate_with_ahead():
            # Time that runs backwards is the judge's finding; the pace just does not wait for it.
            step_s = 0.0 if self._latest_s is None else max(0.0, row.time_s - self._latest_s)
            if batch and (row.time_s - batch[0].time_s >= longest_s or len(batch) >= BATCH_ROWS):
                self._ahead = row
                return batch
            self._due_s += step_s / speed
            self._latest_s = row.time_s
            batch.append(row)
        return batch

    def _iterate_with_ahead(self) -> Iterator[RecordedRow]:
        if self._ahead is not None:
            row, self._ahead = self._ahead, None
            yield row
        yield from self._rows


def _read_words(recording: Recording, sensor: TableSensors) -> Recording:
    """The recording with its columns of words as numbers, for the channels that say which words there are."""
    known = {channel.id: channel.values for channel in sensor.channels if channel.values and channel.id in recording.words}
    if not known:
        return recording
    numbers = {name: read_words(recording.words[name], values) for name, values in known.items()}
    return replace(recording, columns={**recording.columns, **numbers})


def _slice(recording: Recording, rows: str | None, where: str) -> Recording:
    if rows is None:
        return recording
    begin, _, end = rows.partition(":")
    part = recording.slice_rows(int(begin) if begin else None, int(end) if end else None)
    if not len(part):
        raise SourceError(
            f"The recording has only {len(recording)} rows or cycles",
            where=where,
            value=f"rows {rows}",
            do="Choose others in the station file",
        )
    return part
