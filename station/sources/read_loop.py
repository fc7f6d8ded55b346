"""This file decides how any source is opened, read, watched, given up and tried again, and what its health is.

One reader thread per source does the blocking calls. A small watch thread beside it never blocks: when a call does not
come back within its deadline, the reader thread is abandoned (Python cannot stop it; should the call ever come back,
the thread sees that it is no longer wanted, closes what it opened and ends) and a fresh one takes over. A driver that
hangs every time costs at most ``MAX_HUNG_CALLS`` threads; then the source waits for one of them to come back.
Putting such a driver into a process of its own, which can be killed, is a later release's work.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Condition, Event, Lock, Thread
from typing import Generic, Protocol, TypeVar

from inference.errors import LinesideError
from station.clock import Clock
from station.frames import SourceId
from station.health import DeviceStatus, SourceHealth
from station.sources.credentials import without_credentials
from station.sources.pace import Backoff, Pacer

logger = logging.getLogger(__name__)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

MAX_HUNG_CALLS = 3
"""Threads a hanging driver may cost before the source stops asking it."""
WATCH_EVERY_S = 0.2
"""How often deadlines are looked at, s."""
SLOW_OPEN_S = 1.5
"""Opening for the first time that takes longer says so, with its seconds."""
RATE_WINDOW_S = 5.0
"""The rate in the health is taken over so long, s."""
_RATE_BUCKET_S = 0.1


@dataclass(frozen=True, slots=True)
class Reading(Generic[T_co]):
    """What one read brought.

    Attributes:
        value: The picture or the rows.
        due_s: When it is to be delivered, in real seconds since the source's begin; None: at once.
        count: Pictures or rows in it.
        complaint: Why the value cannot be used, in English; empty when it can.
    """

    value: T_co
    due_s: float | None = None
    count: int = 1
    complaint: str = ""


class Connection(Protocol[T_co]):
    """An opened source. Used by one reader thread only."""

    def read(self) -> Reading[T_co] | None:
        """Block until there is something new; None when a replay is at its end. Raises SourceError."""
        ...

    def close(self) -> None:
        """Let go of everything; never raises."""
        ...


class Opener(Protocol[T_co]):
    """A way to a source. It remembers how far a replay got, so that a reconnect neither loses nor repeats anything."""

    def open(self) -> Connection[T_co]:
        """Block until the source is open. Raises SourceError with the exact reason."""
        ...


@dataclass(frozen=True, slots=True)
class ReadPolicy:
    """Deadlines and waits of one source.

    Attributes:
        real_time: The world does not wait for it: it can be late.
        stale_after_s: A live source without new data for so long is not on time, s.
        open_deadline_s: After so long in ``open`` the thread is given up, s.
        read_deadline_s: After so long in ``read`` the thread is given up, s.
        first_retry_s, longest_retry_s: The back-off, s.
    """

    real_time: bool
    stale_after_s: float
    open_deadline_s: float
    read_deadline_s: float
    first_retry_s: float = 0.25
    longest_retry_s: float = 1.0


class _Step(StrEnum):
    IDLE = "idle"
    OPENING = "opening"
    READING = "reading"
    WAITING = "waiting"
    DELIVERING = "delivering"
    RETRYING = "retrying"
    ENDED = "ended"


class _SupersededError(Exception):
    """This thread was given up or told to stop."""


class ReadLoop(Generic[T]):
    """Runs one source. ``start`` and ``stop`` are called by the line; ``health`` by any thread.

    Args:
        source_id: The source.
        opener: Opens it.
        accept: Called in the reader thread with what was read and the number of its first item; may block (a replay
            waits for its consumer).
        dropped: Tells how many items were lost behind *accept*.
        policy: Deadlines and waits.
        clock: Source of time.
    """

    def __init__(
        self,
        source_id: SourceId,
        opener: Opener[T],
        accept: Callable[[T, int], None],
        dropped: Callable[[], int],
        policy: ReadPolicy,
        clock: Clock,
    ) -> None:
        self._source_id = source_id
        self._opener = opener
        self._accept = accept
        self._dropped = dropped
        self._policy = policy
        self._clock = clock
        self._stop = Event()
        self._changed = Condition(Lock())
        self._thread: Thread | None = None
        self._watcher: Thread | None = None
        self._hung: list[Thread] = []
        self._generation = 0
        self._needs_thread = False
        self._step = _Step.IDLE
        self._step_deadline_s: float | None = None
        self._opening_since_s = 0.0
        self._alive = False
        self._valid = False
        self._detail = "Not started"
        self._failed = False
        self._attempts = 0
        self._received = 0
        self._last_data_s: float | None = None
        self._last_good_utc: datetime | None = None
        self._good_since_utc: datetime | None = None
        self._started_utc = clock.utc()
        self._arrivals: deque[tuple[float, int]] = deque()
        self._exhausted = False

    # ---- what the line calls -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start reading; a second call does nothing."""
        with self._changed:
            if self._watcher is not None or self._stop.is_set():
                return
            self._detail = "Opening for the first time"
            self._started_utc = self._clock.utc()
            self._start_thread()
            self._watcher = Thread(target=self._watch, name=f"watch-{self._source_id}", daemon=True)
            self._watcher.start()

    def request_stop(self) -> None:
        """Ask the threads to end, without waiting."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()

    def stop(self, deadline_s: float) -> bool:
        """Stop reading; may be called twice.

        Args:
            deadline_s: Wait at most so long for the threads, s.

        Returns:
            True when every thread ended; False when a driver call hangs (its thread dies with the program).
        """
        self.request_stop()
        with self._changed:
            threads = [t for t in (self._watcher, self._thread, *self._hung) if t is not None]
        end_s = self._clock.monotonic_s() + deadline_s
        for thread in threads:
            thread.join(max(0.0, end_s - self._clock.monotonic_s()))
        return not any(thread.is_alive() for thread in threads)

    def wait_exhausted(self, timeout_s: float | None = None) -> bool:
        """Wait until a replay reached its end or the loop was told to stop; True when it is exhausted."""
        with self._changed:
            self._changed.wait_for(lambda: self._exhausted or self._stop.is_set(), timeout_s)
            return self._exhausted

    def health(self) -> SourceHealth:
        """What is known of the source now."""
        dropped = self._dropped()
        with self._changed:
            now_s = self._clock.monotonic_s()
            on_time = self._is_on_time(now_s)
            status, detail = self._judge_status(on_time=on_time)
            good = status is DeviceStatus.GOOD
            since = self._good_since_utc if good else self._last_good_utc
            return SourceHealth(
                source_id=self._source_id,
                status=status,
                alive=self._alive,
                on_time=on_time,
                valid=self._valid,
                detail=detail,
                since_utc=since or self._started_utc,
                attempts=self._attempts,
                received=self._received,
                dropped=dropped,
                rate_hz=self._rate_hz(now_s),
                exhausted=self._exhausted,
            )

    def tend(self) -> None:
        """Look at the deadlines; give up a thread that hangs and start another. Called by the watch thread."""
        with self._changed:
            if self._stop.is_set():
                return
            self._hung = [t for t in self._hung if t.is_alive()]
            deadline_s = self._step_deadline_s
            if self._thread is not None and deadline_s is not None and self._clock.monotonic_s() > deadline_s:
                self._give_up_thread()
            if self._needs_thread and len(self._hung) < MAX_HUNG_CALLS:
                self._start_thread()

    # ---- the watch thread ----------------------------------------------------------------------------------------

    def _watch(self) -> None:
        while not self._stop.wait(WATCH_EVERY_S):
            self.tend()

    def _give_up_thread(self) -> None:
        doing, limit_s = {
            _Step.OPENING: ("opening", self._policy.open_deadline_s),
            _Step.READING: ("reading", self._policy.read_deadline_s),
        }[self._step]
        detail = f"The driver hangs: {doing} did not come back within {limit_s:g} s"
        if self._thread is not None:
            self._hung.append(self._thread)
        if len(self._hung) >= MAX_HUNG_CALLS:
            detail += f"; {len(self._hung)} calls hang, so it is not asked again until one returns: restart Lineside or the device"
        logger.error("%s: %s", self._source_id, detail)
        self._generation += 1
        self._thread = None
        self._needs_thread = True
        self._step_deadline_s = None
        self._note_failure(detail)

    def _start_thread(self) -> None:
        self._needs_thread = False
        self._step = _Step.RETRYING if self._failed else _Step.OPENING
        self._thread = Thread(target=self._run, args=(self._generation,), name=f"read-{self._source_id}", daemon=True)
        self._thread.start()

    # ---- the reader thread ---------------------------------------------------------------------------------------

    def _run(self, generation: int) -> None:
        backoff = Backoff(self._policy.first_retry_s, self._policy.longest_retry_s)
        try:
            while True:
                try:
                    self._read_until_end(generation, backoff)
                except LinesideError as error:
                    self._fail(generation, str(error))
                except _SupersededError:
                    raise
                except Exception as error:
                    logger.exception("%s: the reader met something unexpected", self._source_id)
                    self._fail(generation, f"{type(error).__name__}: {error}")
                self._enter(generation, _Step.RETRYING)
                self._stop.wait(backoff.next_s())
        except _SupersededError:
            return

    def _read_until_end(self, generation: int, backoff: Backoff) -> None:
        self._enter(generation, _Step.OPENING, self._policy.open_deadline_s)
        connection = self._opener.open()
        try:
            self._note_opened(generation)
            pacer = Pacer()
            while True:
                self._enter(generation, _Step.READING, self._policy.read_deadline_s)
                reading = connection.read()
                if reading is None:
                    self._note_end(generation)
                    raise _SupersededError
                if reading.due_s is not None:
                    self._enter(generation, _Step.WAITING)
                    self._stop.wait(pacer.wait_s(self._clock.monotonic_s(), reading.due_s))
                self._enter(generation, _Step.DELIVERING)
                first = self._note_data(reading)
                backoff.reset()
                self._accept(reading.value, first)
        finally:
            connection.close()

    def _enter(self, generation: int, step: _Step, deadline_s: float | None = None) -> None:
        with self._changed:
            if self._stop.is_set() or generation != self._generation:
                raise _SupersededError
            self._step = step
            self._step_deadline_s = None if deadline_s is None else self._clock.monotonic_s() + deadline_s
            if step is _Step.OPENING:
                self._attempts += 1
                self._opening_since_s = self._clock.monotonic_s()

    def _fail(self, generation: int, detail: str) -> None:
        with self._changed:
            if generation == self._generation:
                self._note_failure(without_credentials(detail))

    def _note_failure(self, detail: str) -> None:
        if detail != self._detail:
            logger.warning("%s: %s", self._source_id, detail)
        self._alive = False
        self._valid = False
        self._failed = True
        self._detail = detail
        self._step_deadline_s = None

    def _note_opened(self, generation: int) -> None:
        with self._changed:
            if generation == self._generation:
                self._alive = True

    def _note_data(self, reading: Reading[T]) -> int:
        with self._changed:
            now_s = self._clock.monotonic_s()
            first = self._received
            self._received += reading.count
            if self._failed:
                logger.info("%s: data comes again, after %d attempts", self._source_id, self._attempts)
            was_good = not self._failed and self._valid and self._is_on_time(now_s)
            self._last_data_s = now_s
            self._valid = not reading.complaint
            self._detail = without_credentials(reading.complaint)
            self._failed = False
            self._attempts = 0
            if self._valid:
                self._last_good_utc = self._clock.utc()
                if not was_good or self._good_since_utc is None:
                    self._good_since_utc = self._last_good_utc
            self._note_arrival(now_s, reading.count)
            return first

    def _note_end(self, generation: int) -> None:
        with self._changed:
            if generation != self._generation:
                return
            self._exhausted = True
            self._step = _Step.ENDED
            self._step_deadline_s = None
            self._changed.notify_all()

    # ---- what the health says (the lock is held) -----------------------------------------------------------------

    def _is_on_time(self, now_s: float) -> bool:
        if self._exhausted or (not self._policy.real_time and self._step in {_Step.WAITING, _Step.DELIVERING}):
            return True
        return self._last_data_s is not None and now_s - self._last_data_s <= self._policy.stale_after_s

    def _judge_status(self, *, on_time: bool) -> tuple[DeviceStatus, str]:
        if self._exhausted:
            return DeviceStatus.GOOD, ""
        if self._failed:
            return DeviceStatus.FAILURE, self._detail
        if self._last_data_s is None:
            return DeviceStatus.FUNCTION_CHECK, self._say_slow_opening() or self._detail
        if not on_time:
            return DeviceStatus.FAILURE, f"Connected, but nothing new for more than {self._policy.stale_after_s:g} s"
        if not self._valid:
            return DeviceStatus.OUT_OF_SPECIFICATION, self._detail
        return DeviceStatus.GOOD, ""

    def _say_slow_opening(self) -> str:
        took_s = self._clock.monotonic_s() - self._opening_since_s
        if self._step is not _Step.OPENING or self._attempts == 0 or took_s < SLOW_OPEN_S:
            return ""
        return f"No answer for {took_s:.0f} s; it is given {self._policy.open_deadline_s:g} s to open"

    def _note_arrival(self, now_s: float, count: int) -> None:
        if self._arrivals and now_s - self._arrivals[-1][0] < _RATE_BUCKET_S:
            bucket_s, so_far = self._arrivals[-1]
            self._arrivals[-1] = (bucket_s, so_far + count)
            return
        self._arrivals.append((now_s, count))
        while now_s - self._arrivals[0][0] > RATE_WINDOW_S:
            self._arrivals.popleft()

    def _rate_hz(self, now_s: float) -> float:
        recent = [(at_s, count) for at_s, count in self._arrivals if now_s - at_s <= RATE_WINDOW_S]
        if not recent or now_s - recent[0][0] < _RATE_BUCKET_S:
            return 0.0
        return sum(count for _, count in recent) / (now_s - recent[0][0])
