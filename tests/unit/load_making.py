"""This file decides how tests make a simulated history of warnings: the real desk, the real records, a clock moved by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.findings import Finding
from station.alarm_desk import AlarmDesk
from station.config import AlarmConfig, StationFile
from station.events import StationEvent, StationEventKind
from station.frames import Frame, JudgedFrame, PersonId, Sample, SourceId
from station.load.desk import LoadDesk
from station.row_desk import RowDesk
from station.source_times import own_time_ids
from tests.unit.alarm_making import CAM, RIG, finding, utc
from tests.unit.record_making import HandClock, open_records

TICK_S = 0.2
FPS = 10


def station_with(*definitions: AlarmConfig, people: bool = True) -> StationFile:
    """A station with one camera and one sensor link of two channels."""
    person = {"name": "Somebody", "pin_hash": "scrypt$2$8$1$c2FsdHNhbHRzYWx0c2FsdA==$TcTbJEEuukTGvdrA3bC51kxR/omIo9bf1MkdVyYEDp4="}
    return StationFile.model_validate(
        {
            "format": 1,
            "station": {"name": "Test", "product": "Parts"},
            "people": [person | {"id": "wei"}, person | {"id": "jonas", "role": "engineer"}] if people else [],
            "cameras": [{"id": CAM, "name": "Camera", "asset": "spindle", "kind": "simulated", "model": "pack"}],
            "sensors": [
                {
                    "id": RIG,
                    "name": "Rig",
                    "asset": "spindle",
                    "kind": "simulated",
                    "channels": [{"id": "p", "name": "Pressure"}, {"id": "t", "name": "Temperature"}],
                }
            ],
            "alarms": [definition.model_dump() for definition in definitions],
        }
    )


class History:
    """A station whose time the test moves: findings and rows go the way they go in a line."""

    def __init__(self, folder: Path, station: StationFile, *, start_s: float = 0.0, station_path: Path | None = None) -> None:
        self.clock = HandClock()
        self.clock.now_s = start_s
        self.station = station
        self.records = open_records(folder, clock=self.clock)
        self.person: PersonId | None = None
        self.load = LoadDesk(station, station_path, self.records, self.clock, lambda: self.person)
        self.alarms = AlarmDesk(station.alarms, [CAM], self.records, self.clock, own_time_ids=own_time_ids(station), tapes=self.load.tapes)
        self.load.connect(self.alarms)
        self.rows = RowDesk(lambda _: ("p", "t"), lambda _: frozenset({"p", "t"}), 1.0, self.alarms, self.records, self.clock)
        self._sequence = 0
        self._tick_due_s = start_s
        self.alarms.restore()
        self.records.keep_event(StationEvent(StationEventKind.STARTED, self.clock.utc()))

    def frames(self, scores: NDArray[np.float64], *, fps: float = FPS, make: Callable[[float], Finding] = finding) -> None:
        """Frames with these scores (NaN: no verdict), one after the other; the engine is ticked as in a line."""
        for score in scores.tolist():
            self._to(self.clock.now_s + 1.0 / fps)
            frame = Frame(CAM, self._sequence, self.clock.now_s, utc(self.clock.now_s), None)
            self.alarms.on_frame(JudgedFrame(frame, (make(score),), self.clock.now_s))
            self._sequence += 1

    def values(self, values: NDArray[np.float64], *, hz: float = 10.0, batch: int = 2) -> None:
        """Rows of the channel ``p`` (``t`` is always 0)."""
        for first in range(0, values.size, batch):
            part = values[first : first + batch]
            self._to(self.clock.now_s + part.size / hz)
            samples = [
                Sample(RIG, self._sequence + place, self.clock.now_s, utc(self.clock.now_s), self.clock.now_s, np.array([value, 0.0]))
                for place, value in enumerate(part.tolist())
            ]
            self._sequence += part.size
            self.rows.take_rows(RIG, samples)

    def wait(self, seconds: float) -> None:
        """Let time pass in which nothing comes."""
        self._to(self.clock.now_s + seconds)

    def stop(self) -> None:
        """As a line stops."""
        self.alarms.stop()
        self.load.stop()
        self.records.stop()

    def _to(self, now_s: float) -> None:
        while self._tick_due_s <= now_s:
            self.clock.now_s = self._tick_due_s
            self.alarms.tick()
            self._tick_due_s += TICK_S
        self.clock.now_s = now_s


def flickering(seed: int, seconds: float, *, fps: float = FPS) -> NDArray[np.float64]:
    """Scores of a camera past which good parts go, some bad ones, and flickering in between; float64 (n,)."""
    rng = np.random.default_rng(seed)
    n = int(seconds * fps)
    level = np.repeat(rng.choice([0.02, 0.02, 0.02, 0.45, 0.93], size=n // 8 + 1), 8)[:n]
    return np.clip(level + rng.normal(0.0, 0.08, n), 0.0, 1.0)


def wandering(seed: int, seconds: float, *, hz: float = 10.0) -> NDArray[np.float64]:
    """A channel that wanders about its limit of 100 with noise; float64 (n,)."""
    rng = np.random.default_rng(seed)
    n = int(seconds * hz)
    time_s = np.arange(n) / hz
    return 96.0 + 6.0 * np.sin(time_s / 17.0) + 2.0 * np.sin(time_s / 3.1) + rng.normal(0.0, 0.4, n)


SOURCES = (SourceId(CAM), SourceId(RIG))
