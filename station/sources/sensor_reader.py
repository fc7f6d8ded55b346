"""This file decides how a sensor link's rows become samples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from station.clock import Clock
from station.config import Sensor
from station.frames import Sample, SourceId
from station.sources.read_loop import ReadLoop, ReadPolicy
from station.sources.sensor_kinds import Rows, SensorOpener, is_real_time, sensor_opener, speed_of
from station.sources.source_reader import SourceReader

OPEN_DEADLINE_S = 600.0
"""A large recording on a slow share may take so long to read, s."""
READ_DEADLINE_S = 10.0
"""A batch of rows is a slice of memory; more than this is a hang, s."""


class SampleSink(Protocol):
    """Where samples go. Called in the link's reader thread."""

    @property
    def dropped(self) -> int:
        """Samples dropped before they were judged, since start; read from any thread."""
        ...

    def deliver(self, samples: Sequence[Sample]) -> None:
        """Take *samples*, oldest first, at least one. Blocks for replays until there is room; never for live links."""
        ...


class SensorReader(SourceReader[Rows]):
    """One sensor link with its reader thread; see :class:`station.sources.source_reader.SourceReader` for its threads.

    Args:
        sensor: As in the station file.
        base_dir: Folder of the station file.
        clock: Source of time.
        sink: Where samples go.
        opener: Opens the link; None takes the one of its kind (tests give their own).

    ``channel_ids`` may be read from any thread.
    """

    def __init__(self, sensor: Sensor, base_dir: Path, clock: Clock, sink: SampleSink, *, opener: SensorOpener | None = None) -> None:
        source_id = SourceId(sensor.id)
        self._configured = tuple(channel.id for channel in sensor.channels)
        self._speed = speed_of(sensor)
        self._clock = clock
        self._sink = sink
        self._opener = opener or sensor_opener(sensor, base_dir)
        loop = ReadLoop(source_id, self._opener, self._accept, lambda: sink.dropped, _policy(sensor), clock)
        super().__init__(source_id, loop, real_time=is_real_time(sensor))

    @property
    def channel_ids(self) -> tuple[str, ...]:
        """The link's channels, in the order of every sample's values: the configured ones, else the source's own.

        Without configured channels a table's are known only after it was opened, and empty before.
        """
        return self._configured or self._opener.channels

    def _accept(self, rows: Rows, first: int) -> None:
        values = arrange(rows.values, self._opener.channels, self.channel_ids)
        values.setflags(write=False)
        monotonic_s = self._clock.monotonic_s()
        utc = self._clock.utc()
        time_s = rows.time_s.tolist()
        # Rows of one wake-up were not all measured at its moment: they keep the spacing they have in the source.
        age_s = [(time_s[-1] - t) / self._speed if self._speed else 0.0 for t in time_s]
        keys = rows.keys or ("",) * len(time_s)
        phases = [None] * len(time_s) if rows.phase_s is None else rows.phase_s.tolist()
        self._sink.deliver(
            [
                Sample(self.source_id, first + i, monotonic_s - age, utc - timedelta(seconds=age), t, row, key, phase)
                for i, (t, age, row, key, phase) in enumerate(zip(time_s, age_s, values, keys, phases, strict=True))
            ]
        )


def arrange(values: NDArray[np.float64], source: tuple[str, ...], wanted: tuple[str, ...]) -> NDArray[np.float64]:
    """Columns of *values* (rows, source channels) in the order of *wanted*; NaN for a channel the source does not have.

    Returns:
        float64 (rows, wanted channels), its own memory.
    """
    if source == wanted:
        return np.array(values, dtype=np.float64)
    arranged = np.full((len(values), len(wanted)), np.nan)
    for column, channel in enumerate(wanted):
        if channel in source:
            arranged[:, column] = values[:, source.index(channel)]
    return arranged


def _policy(sensor: Sensor) -> ReadPolicy:
    return ReadPolicy(
        real_time=is_real_time(sensor),
        stale_after_s=sensor.stale_after_s,
        open_deadline_s=OPEN_DEADLINE_S,
        read_deadline_s=READ_DEADLINE_S,
    )
