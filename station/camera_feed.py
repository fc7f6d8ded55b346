"""This file decides where a camera's frames go: to the screen (newest wins) and to its judge (live: newest; replay: all)."""

from __future__ import annotations

import threading
from collections import deque

from station.channels import BoundedQueue, LatestSlot, Overflow
from station.clock import Clock
from station.config import Camera
from station.frames import Frame, SourceId
from station.sources.camera_kinds import is_real_time

_REPLAY_CAPACITY = 4


class CameraFeed:
    """The sink of one camera's reader; the judge takes from it, the screen peeks.

    Args:
        camera: As configured.
        wake: Set whenever a frame waits to be judged.
        clock: For the rate.
    """

    def __init__(self, camera: Camera, *, wake: threading.Event, clock: Clock) -> None:
        self.camera = camera
        self.source_id = SourceId(camera.id)
        self.real_time = is_real_time(camera)
        self._wake = wake
        self._clock = clock
        self._display: LatestSlot[Frame] = LatestSlot()
        self._live: LatestSlot[Frame] = LatestSlot()
        self._replay: BoundedQueue[Frame] = BoundedQueue(_REPLAY_CAPACITY, Overflow.BLOCK)
        self._next_judged_s = 0.0
        self._arrivals: deque[float] = deque(maxlen=60)
        self._received = 0

    def deliver(self, frame: Frame) -> None:
        """Take *frame* from the reader's thread; blocks for replays until the judge has room."""
        self._received += 1
        self._arrivals.append(frame.monotonic_s)
        if frame.image is not None:
            self._display.put(frame)
        if self.camera.model is None:
            return
        if self.real_time:
            self._live.put(frame)
            self._wake.set()
        else:
            self._wake.set()
            self._replay.put(frame)
            self._wake.set()

    def take(self) -> Frame | None:
        """The next frame to judge, or None where there is none or it is not due yet (``judge_hz``)."""
        now_s = self._clock.monotonic_s()
        if self.camera.judge_hz is not None and self.real_time:
            if now_s < self._next_judged_s:
                return None
            frame = self._live.take(0.0)
            if frame is not None:
                self._next_judged_s = max(self._next_judged_s + 1.0 / self.camera.judge_hz, now_s)
            return frame
        return self._live.take(0.0) if self.real_time else self._replay.take(0.0)

    def newest(self) -> Frame | None:
        """The newest picture received, judged or not."""
        return self._display.peek()

    @property
    def received(self) -> int:
        """Frames received."""
        return self._received

    @property
    def dropped(self) -> int:
        """Frames overwritten before they were judged."""
        return self._live.dropped

    def display_hz(self, now_s: float) -> float:
        """Frames received per second over the last second or two."""
        recent = [arrival for arrival in tuple(self._arrivals) if now_s - arrival < 2.0]
        return (len(recent) - 1) / (recent[-1] - recent[0]) if len(recent) > 1 and recent[-1] > recent[0] else 0.0

    def close(self) -> None:
        """Let the reader and the judge go."""
        for channel in (self._display, self._live):
            channel.close()
        self._replay.close()
