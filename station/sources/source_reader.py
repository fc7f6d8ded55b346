"""This file decides what every reader offers the line, whatever it reads: start, stop, health."""

from __future__ import annotations

from typing import Generic, TypeVar

from station.frames import SourceId
from station.health import SourceHealth
from station.sources.read_loop import ReadLoop

T = TypeVar("T")


class SourceReader(Generic[T]):
    """One source with its reader thread.

    Args:
        source_id: The source.
        loop: Reads it.
        real_time: The world does not wait for it; False for a replay.

    ``start``, ``request_stop`` and ``stop`` are for the line; ``health`` for any thread. A thread that waits in
    ``sink.deliver`` ends when the sink's channel is closed: the line calls ``request_stop`` on all readers, closes the
    channels, then calls ``stop``.
    """

    def __init__(self, source_id: SourceId, loop: ReadLoop[T], *, real_time: bool) -> None:
        self.source_id = source_id
        self.is_real_time = real_time
        self._loop = loop

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
        """What is known of the source now."""
        return self._loop.health()

    def tend(self) -> None:
        """Look at the deadlines now; the reader's own watch thread does it five times a second."""
        self._loop.tend()
