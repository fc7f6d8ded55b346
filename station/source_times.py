"""This file decides which sources have a time line of their own: recordings whose pace is known (docs/adr/0006)."""

from __future__ import annotations

from station.config import Camera, FolderCamera, Sensor, StationFile, TableSensors, VideoCamera
from station.frames import SourceId


def own_time_ids(station: StationFile) -> frozenset[SourceId]:
    """Sources of *station* whose inputs carry the recording's own time; delays of their warnings run by it."""
    sources = (*station.cameras, *station.sensors)
    return frozenset(SourceId(source.id) for source in sources if has_own_time(source))


def has_own_time(source: Camera | Sensor) -> bool:
    """True for tables, for videos, and for folders with an ``fps``; live sources, the simulated ones too, go by the clock."""
    if isinstance(source, FolderCamera):
        return source.fps is not None
    return isinstance(source, TableSensors | VideoCamera)
