"""This file decides what the readers of the tests read, and where it goes: clocks, cameras and sinks that obey the test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from inference.errors import SourceError
from station.channels import BoundedQueue, LatestSlot
from station.frames import Frame, Sample
from station.sources.camera_kinds import Picture
from station.sources.read_loop import Reading

PATIENCE_S = 20.0
"""How long a test waits for what must happen; only a failing test waits so long."""


class ManualClock:
    """Time passes when the test says so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now_s = 1000.0
        self._start = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)

    def monotonic_s(self) -> float:
        with self._lock:
            return self._now_s

    def utc(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic_s() - 1000.0)

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now_s += seconds


class KeepingSink:
    """Keeps everything; frames as well as samples. ``wait_for`` waits until there are so many."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.items: list[Frame | Sample] = []
        self.dropped = 0

    def deliver(self, item: Frame | Sequence[Sample]) -> None:
        with self._changed:
            self.items.extend([item] if isinstance(item, Frame) else item)
            self._changed.notify_all()

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.items) >= count, PATIENCE_S), f"only {len(self.items)} of {count} came"

    @property
    def frames(self) -> list[Frame]:
        with self._changed:
            return [item for item in self.items if isinstance(item, Frame)]

    @property
    def samples(self) -> list[Sample]:
        with self._changed:
            return [item for item in self.items if isinstance(item, Sample)]


class ChannelSink:
    """Puts frames (or single samples) into a channel."""

    def __init__(self, channel: BoundedQueue | LatestSlot) -> None:
        self.channel = channel

    @property
    def dropped(self) -> int:
        return self.channel.dropped

    def deliver(self, item: Frame | Sequence[Sample]) -> None:
        for one in [item] if isinstance(item, Frame) else item:
            self.channel.put(one)


def picture(value: int = 0) -> Picture:
    return Picture(np.full((4, 6, 3), value, np.uint8), f"p{value}")


Step = Callable[[], Reading | None]


class ScriptedOpener:
    """Every ``open`` plays the next of the scripts, the last one for ever; a script is a list of what ``read`` does."""

    def __init__(self, *scripts: list[Step] | SourceError) -> None:
        self._scripts = list(scripts)
        self.opened = 0
        self.closed = 0
        self.was_closed = threading.Event()
        self.channels: tuple[str, ...] = ()

    def open(self) -> ScriptedConnection:
        script = self._scripts[min(self.opened, len(self._scripts) - 1)]
        self.opened += 1
        if isinstance(script, SourceError):
            raise script
        return ScriptedConnection(self, script)


class ScriptedConnection:
    def __init__(self, opener: ScriptedOpener, steps: list[Step]) -> None:
        self._opener = opener
        self._steps = iter(steps)

    def read(self) -> Reading | None:
        step = next(self._steps, None)
        return step() if step else None

    def close(self) -> None:
        self._opener.closed += 1
        self._opener.was_closed.set()


def gives(value: int) -> Step:
    return lambda: Reading(picture(value))


def breaks(sentence: str) -> Step:
    def step() -> Reading:
        raise SourceError(sentence)

    return step


class Hanging:
    """A read that does not come back until ``release``."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self._release = threading.Event()

    def __call__(self) -> Reading:
        self.entered.set()
        self._release.wait(PATIENCE_S)
        return Reading(picture(255))

    def release(self) -> None:
        self._release.set()
