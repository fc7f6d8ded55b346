"""This file decides how tests open records on a clock and a disk of their own."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from station.alarms.engine import AlarmEngine
from station.config import RecordsConfig
from station.events import AlarmEvent
from station.records.disk import MIB, DiskSpace
from station.records.store import Records
from tests.unit.alarm_making import CAM, START, definition, finding, utc


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic_s(self) -> float:
        return self.now_s

    def utc(self) -> datetime:
        return START + timedelta(seconds=self.now_s)


class HandDisk:
    """A disk as full as the test wants it."""

    def __init__(self, free_mib: int = 50_000, total_mib: int = 100_000) -> None:
        self.free_mib = free_mib
        self.total_mib = total_mib
        self.looked = threading.Event()

    def __call__(self, _folder: Path) -> DiskSpace:
        self.looked.set()
        return DiskSpace(self.free_mib * MIB, self.total_mib * MIB)


def open_records(folder: Path, *, clock: HandClock | None = None, disk: HandDisk | None = None, **config: Any) -> Records:
    return Records.open(folder, clock or HandClock(), RecordsConfig(**config), measure=disk or HandDisk())


def raised(now_s: float = 0.0, *, engine: AlarmEngine | None = None, name: str = "crack") -> AlarmEvent:
    """The event of a warning just raised."""
    engine = engine or AlarmEngine([definition(id=name)], camera_ids=[CAM])
    (event,) = engine.on_findings(CAM, [finding(0.9)], now_s, utc(now_s), 7)
    return event
