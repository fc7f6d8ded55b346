"""This file decides how a camera's pictures become frames."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from station.clock import Clock
from station.config import Camera, FolderCamera, RtspCamera, SimulatedCamera, VideoCamera
from station.frames import Frame, SourceId
from station.sources.camera_kinds import Picture, camera_opener, is_real_time
from station.sources.read_loop import Opener, ReadLoop, ReadPolicy
from station.sources.source_reader import SourceReader

WATCH_GRACE_S = 1.0
"""A call with a time limit of its own gets so much longer before its thread is given up, s."""
PROBE_GRACE_S = 3.5
"""What a network camera's questions before and after opening may take, s."""
REPLAY_DEADLINE_S = 60.0
"""A folder or a file on a slow disk or share may take so long, s: a replay would rather wait than skip."""


class FrameSink(Protocol):
    """Where frames go. Called in the camera's reader thread."""

    @property
    def dropped(self) -> int:
        """Frames lost because judging could not keep up, since start; read from any thread."""
        ...

    def deliver(self, frame: Frame) -> None:
        """Take *frame*. Blocks for replays until there is room; never for live cameras."""
        ...


class CameraReader(SourceReader[Picture]):
    """One camera with its reader thread; see :class:`station.sources.source_reader.SourceReader` for its threads.

    Args:
        camera: As in the station file.
        base_dir: Folder of the station file.
        clock: Source of time.
        sink: Where frames go.
        opener: Opens the camera; None takes the one of its kind (tests give their own).
    """

    def __init__(self, camera: Camera, base_dir: Path, clock: Clock, sink: FrameSink, *, opener: Opener[Picture] | None = None) -> None:
        source_id = SourceId(camera.id)
        self._simulated = isinstance(camera, SimulatedCamera)
        self._clock = clock
        self._sink = sink
        opener = opener or camera_opener(camera, base_dir, os.environ)
        loop = ReadLoop(source_id, opener, self._accept, lambda: sink.dropped, _policy(camera), clock)
        super().__init__(source_id, loop, real_time=is_real_time(camera))

    def _accept(self, picture: Picture, first: int) -> None:
        image = picture.image
        if image is not None:
            image.setflags(write=False)
        self._sink.deliver(
            Frame(
                source_id=self.source_id,
                sequence=first,
                monotonic_s=self._clock.monotonic_s(),
                utc=self._clock.utc(),
                image=image,
                name=picture.name,
                unreadable=picture.unreadable,
                simulated=self._simulated,
                time_s=picture.time_s,
            )
        )


def _policy(camera: Camera) -> ReadPolicy:
    real_time = is_real_time(camera)
    grace_s = PROBE_GRACE_S if isinstance(camera, RtspCamera) else WATCH_GRACE_S
    least_s = 0.0 if real_time else REPLAY_DEADLINE_S
    pace_hz = camera.fps if isinstance(camera, SimulatedCamera | FolderCamera | VideoCamera) else None
    return ReadPolicy(
        real_time=real_time,
        stale_after_s=max(camera.stale_after_s, 2.0 / pace_hz if pace_hz else 0.0),
        open_deadline_s=max(camera.open_timeout_s + grace_s, least_s),
        read_deadline_s=max(camera.read_timeout_s + WATCH_GRACE_S, least_s),
    )
