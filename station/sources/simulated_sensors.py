"""This file decides how the simulated rig becomes a sensor link."""

from __future__ import annotations

from station.config import SimulatedSensors
from station.simulation.joint_fault import JointFault
from station.simulation.rig import RIG_CHANNELS, RigModel
from station.sources.read_loop import Reading
from station.sources.sensor_kinds import BATCHES_HZ, Rows


class SimulatedSensorsOpener:
    """Makes the rig; it goes on where it was after a reconnect.

    Args:
        sensor: As in the station file.
    """

    def __init__(self, sensor: SimulatedSensors) -> None:
        self._sensor = sensor
        self.position = 0
        """Rows made so far."""

    @property
    def channels(self) -> tuple[str, ...]:
        """The rig's channels."""
        return RIG_CHANNELS

    def open(self) -> SimulatedSensorsConnection:
        """Build the rig. Raises InputError when its templates cannot be read."""
        return SimulatedSensorsConnection(self, self._sensor)


class SimulatedSensorsConnection:
    """Gives the rows of one wake-up after the other."""

    def __init__(self, opener: SimulatedSensorsOpener, sensor: SimulatedSensors) -> None:
        self._opener = opener
        self._rig = RigModel(
            seed=sensor.seed,
            wear=sensor.wear,
            wear_starts_s=sensor.wear_starts_s,
            wear_lasts_s=sensor.wear_lasts_s,
            rate_hz=sensor.rate_hz,
            joint_fault=None if (fault := sensor.joint_fault) is None else JointFault(fault.starts_s, fault.lasts_s),
            speed=sensor.speed,
        )
        self._rows_hz = sensor.rate_hz * sensor.speed
        self._count = max(1, round(self._rows_hz / BATCHES_HZ))
        self._first = opener.position

    def read(self) -> Reading[Rows]:
        """The rows of the next wake-up."""
        time_s, values, keys, phase_s = self._rig.rows(self._opener.position, self._count)
        self._opener.position += self._count
        due_s = (self._opener.position - 1 - self._first) / self._rows_hz
        return Reading(Rows(time_s, values, tuple(keys), phase_s), due_s, count=self._count)

    def close(self) -> None:
        """Nothing is held open."""
