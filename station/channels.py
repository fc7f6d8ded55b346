"""This file decides what a channel between two threads loses, and that it says so.

``LatestSlot`` keeps the newest item only (display, live judging). ``BoundedQueue`` either blocks its producer (replay:
nothing is lost) or drops its oldest item (sensor catch-up). Both count what they lose. The channel that may lose
nothing at all, the journal, belongs to :mod:`station.records`.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


class LatestSlot(Generic[T]):
    """Holds one item; a newer one overwrites it. Every method may be called from any thread and none blocks except ``take``."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._fresh: T | None = None
        self._newest: T | None = None
        self._has_fresh = False
        self._closed = False
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Items overwritten before anybody took them."""
        with self._changed:
            return self._dropped

    @property
    def closed(self) -> bool:
        """True after :meth:`close`."""
        with self._changed:
            return self._closed

    def put(self, item: T) -> bool:
        """Overwrite what is there; False (and nothing kept) after :meth:`close`."""
        with self._changed:
            if self._closed:
                return False
            if self._has_fresh:
                self._dropped += 1
            self._fresh = self._newest = item
            self._has_fresh = True
            self._changed.notify()
            return True

    def take(self, timeout_s: float | None = None) -> T | None:
        """Take the newest item that nobody took yet.

        Args:
            timeout_s: Wait at most so long for one, s; None waits until there is one or the slot is closed.

        Returns:
            The item; None when the time is up or the slot is closed and empty.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._has_fresh or self._closed, timeout_s)
            item = self._fresh
            self._fresh = None
            self._has_fresh = False
            return item

    def peek(self) -> T | None:
        """The newest item ever put, taken or not; None before the first."""
        with self._changed:
            return self._newest

    def close(self) -> None:
        """Wake everybody; an item that is there may still be taken. May be called twice."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Overflow(StrEnum):
    """What a full queue does."""

    BLOCK = "block"
    """The producer waits: nothing is lost (replays)."""
    DROP_OLDEST = "drop_oldest"
    """The oldest item goes, and is counted (live sensors)."""


class BoundedQueue(Generic[T]):
    """First in, first out, with a bound. Every method may be called from any thread.

    Args:
        capacity: Most items held, at least 1.
        overflow: What happens when it is full.

    Raises:
        ValueError: *capacity* is less than 1.
    """

    def __init__(self, capacity: int, overflow: Overflow) -> None:
        if capacity < 1:
            raise ValueError(f"a queue holds at least one item, not {capacity}")
        self._capacity = capacity
        self._overflow = overflow
        self._items: deque[T] = deque()
        self._changed = Condition()
        self._closed = False
        self._dropped = 0

    def __len__(self) -> int:
        with self._changed:
            return len(self._items)

    @property
    def dropped(self) -> int:
        """Items that went because the queue was full."""
        with self._changed:
            return self._dropped

    @property
    def closed(self) -> bool:
        """True after :meth:`close`."""
        with self._changed:
            return self._closed

    @property
    def drained(self) -> bool:
        """True when it is closed and empty: nothing will ever come again."""
        with self._changed:
            return self._closed and not self._items

    def put(self, item: T, timeout_s: float | None = None) -> bool:
        """Append *item*.

        Args:
            item: What to append.
            timeout_s: With BLOCK, wait at most so long for room, s; None waits until there is room or the queue is closed.

        Returns:
            True when it is in; False when the queue is closed or the time is up (then the item is still the caller's).
        """
        with self._changed:
            if self._overflow is Overflow.BLOCK:
                self._changed.wait_for(lambda: self._closed or len(self._items) < self._capacity, timeout_s)
                if self._closed or len(self._items) >= self._capacity:
                    return False
            elif self._closed:
                return False
            elif len(self._items) >= self._capacity:
                self._items.popleft()
                self._dropped += 1
            self._items.append(item)
            self._changed.notify_all()
            return True

    def take(self, timeout_s: float | None = None) -> T | None:
        """Take the oldest item.

        Args:
            timeout_s: Wait at most so long, s; None waits until there is one or the queue is closed.

        Returns:
            The item; None when the time is up, or the queue is closed and empty (see :attr:`drained`).
        """
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items) or self._closed, timeout_s)
            return self._pop()

    def peek(self) -> T | None:
        """The oldest item without taking it; None when empty."""
        with self._changed:
            return self._items[0] if self._items else None

    def take_all(self) -> tuple[T, ...]:
        """Take everything that is there, oldest first; never waits."""
        with self._changed:
            items = tuple(self._items)
            self._items.clear()
            self._changed.notify_all()
            return items

    def close(self) -> None:
        """Wake everybody; what is in may still be taken, nothing more goes in. May be called twice."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _pop(self) -> T | None:
        if not self._items:
            return None
        item = self._items.popleft()
        self._changed.notify_all()
        return item
