"""This file decides what time it is: monotonic for logic, UTC for records. Tests inject their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Source of time; every method may be called from any thread."""

    def monotonic_s(self) -> float:
        """Seconds that never run backwards."""
        ...

    def utc(self) -> datetime:
        """Now, aware UTC."""
        ...


class SystemClock:
    """The computer's clock."""

    def monotonic_s(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    def utc(self) -> datetime:
        """Now, aware UTC."""
        return datetime.now(UTC)


def count_down(clock: Clock, seconds: float) -> Callable[[], float]:
    """Tells what is left of *seconds* from now on, s, never below 0: several threads share one deadline."""
    end_s = clock.monotonic_s() + seconds
    return lambda: max(0.0, end_s - clock.monotonic_s())
