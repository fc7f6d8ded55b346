"""This file decides when a reader tries again, and when the next item of a paced source is due."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """Waits that double from *first_s* up to *cap_s*, each shortened at random by up to a third, without end.

    One thread at a time. The jitter keeps several cameras of one dead switch from knocking in step.
    """

    first_s: float
    cap_s: float
    chance: random.Random = field(default_factory=random.Random)
    _next_s: float = field(default=0.0, init=False)

    def next_s(self) -> float:
        """The next wait, s; never more than *cap_s*."""
        plain_s = min(self.cap_s, self._next_s or self.first_s)
        self._next_s = min(self.cap_s, plain_s * 2.0)
        return plain_s * (1.0 - self.chance.random() / 3.0)

    def reset(self) -> None:
        """Good data came: start from *first_s* again."""
        self._next_s = 0.0


@dataclass(slots=True)
class Pacer:
    """Turns due times of a source (seconds since its begin) into waits. One thread at a time.

    A source that falls behind by more than *slack_s* does not try to catch up: its time line is moved instead, so that
    a computer that slept does not get a burst of old parts.
    """

    slack_s: float = 0.5
    _anchor_s: float | None = field(default=None, init=False)

    def wait_s(self, now_s: float, due_s: float) -> float:
        """How long to wait at *now_s* (monotonic) for the item due at *due_s* of the source's own time; never negative."""
        if self._anchor_s is None or now_s - (self._anchor_s + due_s) > self.slack_s:
            self._anchor_s = now_s - due_s
        return max(0.0, self._anchor_s + due_s - now_s)

    def restart(self) -> None:
        """The next item is due at once."""
        self._anchor_s = None
