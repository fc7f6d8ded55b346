"""This file decides which code opens which kind of sensor link, and what a link gives its reader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from station.config import Sensor, SimulatedSensors, TableSensors
from station.sources.read_loop import Opener

BATCHES_HZ = 20.0
"""A paced link wakes up about so often and delivers the rows of one wake-up together."""
BATCH_ROWS = 512
"""A replay as fast as judged delivers so many rows together."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Some rows of a link, in order.

    Attributes:
        time_s: float64 (rows,), the source's own time line, s.
        values: float64 (rows, channels of the source); NaN where a channel has no new value.
        keys: The data's own id of each row; empty where the source has none.
        phase_s: float64 (rows,), time within the machine's cycle, s; None for machines without cycles.
    """

    time_s: NDArray[np.float64]
    values: NDArray[np.float64]
    keys: tuple[str, ...] = ()
    phase_s: NDArray[np.float64] | None = None


class SensorOpener(Opener[Rows], Protocol):
    """A way to a link."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels of the source, in the order of the rows' columns; empty before a table was opened."""
        ...


def is_real_time(sensor: Sensor) -> bool:
    """True for links the world does not wait for; False for replays, which lose nothing."""
    return isinstance(sensor, SimulatedSensors)


def speed_of(sensor: Sensor) -> float | None:
    """Source seconds per real second; None for a replay as fast as judged."""
    return sensor.speed


def sensor_opener(sensor: Sensor, base_dir: Path) -> SensorOpener:
    """The way to *sensor*; nothing is opened yet.

    Args:
        sensor: As in the station file.
        base_dir: Folder of the station file; relative paths start there.
    """
    match sensor:
        case SimulatedSensors():
            from station.sources.simulated_sensors import SimulatedSensorsOpener

            return SimulatedSensorsOpener(sensor)
        case TableSensors():
            from station.sources.table_sensors import TableOpener

            return TableOpener(sensor, base_dir)
