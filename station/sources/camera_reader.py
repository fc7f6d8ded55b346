"""This file decides how a camera's pictures become frames."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from station.clock import Clock
from station.config import Camera, FolderCamera, RtspCamera, SimulatedCamera, VideoCamera
from station.frames import Frame, SourceId
from station.health import SourceHealth
from station.sources.camera_kinds import Picture, camera_opener, is_real_time
from station.sources.read_loop import Opener, ReadLoop, ReadPolicy

WATCH_GRACE_S = 1.0
"""A call with a time limit of its own gets so much longer before its thread is given up, s."""
PROBE_GRACE_S = 2.5
"""What a network camera's questions before and after opening may take, s."""
REPLAY_DEADLINE_S = 60.0
"""A folder or a file on a slow disk or share may take so long, s: a replay would rather wait than skip."""


class FrameSink(Protocol):
    """Where frames go. Called in the camera's reader thread."""

    @property
    def dropped(self) -> int:
        """Frames overwritten before they were judged, since start; read from any thread."""
        ...

    def deliver(self, frame: Frame) -> None:
        """Take *frame*. Blocks for replays until there is room; never for live cameras."""
        ...


class CameraReader:
    """One camera with its reader thread.

    Args:
        camera: As in the station file.
        base_dir: Folder of the station file.
        clock: Source of time.
        sink: Where frames go.
        opener: Opens the camera; None takes the one of its kind (tests give their own).

    ``start``, ``request_stop`` and ``stop`` are for the line; ``health`` for any thread. A thread that waits in
    ``sink.deliver`` ends when the sink's channel is closed: the line calls ``request_stop`` on all readers, closes the
    channels, then calls ``stop``.
    """

    def __init__(self, camera: Camera, base_dir: Path, clock: Clock, sink: FrameSink, *, opener: Opener[Picture] | None = None) -> None:
        self.source_id = SourceId(camera.id)
        self.is_real_time = is_real_time(camera)
        self._simulated = isinstance(camera, SimulatedCamera)
        self._clock = clock
        self._sink = sink
        self._loop = ReadLoop(
            self.source_id,
            opener or camera_opener(camera, base_dir, os.environ),
            self._accept,
            lambda: sink.dropped,
            _policy(camera),
            clock,
        )

    def start(self) -> None:
        """Start reading; a second call does nothing."""
        self._loop.start()

    def request_stop(self) -> None:
        """Ask the reader to end, without waiting."""
        self._loop.request_stop()

    def stop(self, deadline_s: float) -> bool:
        """Stop reading within *deadline_s*; True when every thread ended, False when a driver hangs. May be called twice."""
        return self._loop.stop(deadline_s)

    def wait_exhausted(self, timeout_s: float | None = None) -> bool:
        """Wait until a replay is at its end or the reader was told to stop; True when it is exhausted."""
        return self._loop.wait_exhausted(timeout_s)

    def health(self) -> SourceHealth:
        """What is known of the camera now."""
        return self._loop.health()

    def tend(self) -> None:
        """Look at the deadlines now; the reader's own watch thread does it five times a second."""
        self._loop.tend()

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
