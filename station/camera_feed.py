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
        self._pace = threading.Lock()
        """Holds the reader's and the judge's view of what is due together."""
        self._due_s: float | None = None
        """When the next frame is due to be judged (``judge_hz``); None before the first frame."""
        self._dropped = 0
        self._passed_over = 0
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
            self._overwrite(frame)
            self._wake.set()
        else:
            self._wake.set()
            self._replay.put(frame)
            self._wake.set()

    def take(self) -> Frame | None:
        """The next frame to judge, or None where there is none or it is not due yet (``judge_hz``)."""
        if not self.real_time:
            return self._replay.take(0.0)
        if self.camera.judge_hz is None:
            return self._live.take(0.0)
        now_s = self._clock.monotonic_s()
        with self._pace:
            if self._due_s is None or now_s < self._due_s:
                return None
            frame = self._live.take(0.0)
            if frame is not None:
                self._due_s = max(self._due_s + 1.0 / self.camera.judge_hz, now_s)
            return frame

    def _overwrite(self, frame: Frame) -> None:
        """Put *frame* where the judge takes from, and say what became of the one that was waiting there.

        Without ``judge_hz`` every frame is due: a frame that is overwritten is dropped. With it one frame per period is
        due: a period in which none was taken drops one, and all other frames are passed over.
        """
        with self._pace:
            before = self._live.dropped
            self._live.put(frame)
            overwritten = self._live.dropped > before
            if self.camera.judge_hz is None:
                self._dropped += overwritten
                return
            now_s, period_s = self._clock.monotonic_s(), 1.0 / self.camera.judge_hz
            if self._due_s is None:
                self._due_s = now_s
            missed = (now_s - self._due_s) // period_s
            if missed > 0 and overwritten:
                self._due_s += missed * period_s
                self._dropped += 1
            elif overwritten:
                self._passed_over += 1
            elif missed > 0:  # nothing came for longer than a period: nobody missed anything
                self._due_s = now_s

    def newest(self) -> Frame | None:
        """The newest picture received, judged or not."""
        return self._display.peek()

    @property
    def received(self) -> int:
        """Frames received."""
        return self._received

    @property
    def dropped(self) -> int:
        """Frames lost because judging could not keep up; those that ``judge_hz`` leaves out are :attr:`passed_over`."""
        return self._dropped

    @property
    def passed_over(self) -> int:
        """Frames left out on purpose, because ``judge_hz`` asks for fewer."""
        return self._passed_over

    def display_hz(self, now_s: float) -> float:
        """Frames received per second over the last second or two."""
        recent = [arrival for arrival in tuple(self._arrivals) if now_s - arrival < 2.0]
        return (len(recent) - 1) / (recent[-1] - recent[0]) if len(recent) > 1 and recent[-1] > recent[0] else 0.0

    def close(self) -> None:
        """Let the reader and the judge go."""
        for channel in (self._display, self._live):
            channel.close()
        self._replay.close()
