"""This file decides how full the records' disk is, and when that is too full."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from station.health import DeviceStatus
from station.view import DiskView

MIB = 2**20
LOW_FACTOR = 2.0
"""From this many times the limit downwards the light asks for maintenance."""


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """Free and whole size of a disk, bytes."""

    free_bytes: int
    total_bytes: int


def measure_disk(folder: Path) -> DiskSpace:
    """Size of the disk under *folder*.

    Raises:
        OSError: When the disk is gone.
    """
    usage = shutil.disk_usage(folder)
    return DiskSpace(usage.free, usage.total)


class DiskWatch:
    """Knows how the disk stood when it was last measured. Any thread.

    Args:
        folder: A folder on the disk.
        nearly_full_mib: Less free space than this is nearly full, MiB.
        measure: Measures the disk.
    """

    def __init__(self, folder: Path, nearly_full_mib: int, measure: Callable[[Path], DiskSpace] = measure_disk) -> None:
        self._folder = folder
        self._nearly_full_bytes = nearly_full_mib * MIB
        self._measure = measure
        self._lock = threading.Lock()
        self._space = DiskSpace(0, 0)
        self._gone = ""
        self._refused = ""

    def look(self) -> None:
        """Measure now. Touches the disk; never raises."""
        try:
            space, gone = self._measure(self._folder), ""
        except OSError as error:
            space, gone = DiskSpace(0, 0), error.strerror or str(error)
        with self._lock:
            self._space, self._gone = space, gone
            if space.free_bytes >= self._nearly_full_bytes:
                self._refused = ""

    def refused(self, why: str) -> None:
        """A write failed for lack of room, whatever was measured."""
        with self._lock:
            self._refused = why

    @property
    def space(self) -> DiskSpace:
        """As last measured."""
        return self._space

    @property
    def nearly_full(self) -> str:
        """Why no more pictures are to be written, in English; empty when there is room."""
        with self._lock:
            if self._gone:
                return f"the records' disk cannot be reached: {self._gone}"
            free_mib = self._space.free_bytes / MIB
            if self._space.free_bytes < self._nearly_full_bytes:
                limit_mib = self._nearly_full_bytes // MIB
                return f"{free_mib:.0f} MiB free, less than {limit_mib} MiB: no more pictures are kept"
            return self._refused

    def view(self, failing: str) -> DiskView:
        """As the top bar shows it; *failing* says why records cannot be written."""
        full = self.nearly_full
        free_mib = self._space.free_bytes / MIB
        if failing or full:
            return DiskView(DeviceStatus.FAILURE, free_mib, failing or full)
        if self._space.free_bytes < LOW_FACTOR * self._nearly_full_bytes:
            return DiskView(DeviceStatus.MAINTENANCE_REQUIRED, free_mib, f"{free_mib:.0f} MiB free")
        return DiskView(DeviceStatus.GOOD, free_mib)
