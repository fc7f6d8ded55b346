"""This file decides when more warnings ring than a person can answer, and which of them came first (EEMUA 191)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from station.config import AlarmConfig
from station.events import RINGING, AlarmEvent
from station.frames import AlarmId, SourceId
from station.warning_view import FloodView

WINDOW_S = 600.0
"""Warnings are counted over so long, s."""
BEGINS_ABOVE = 10
"""More than so many within the window are a flood."""
ENDS_BELOW = 5
"""It is over when fewer than so many are within the window."""
_MOST = 10_000


class _Ring(NamedTuple):
    """What is remembered of an event that rang; not its pictures."""

    now_s: float
    utc: datetime
    definition: AlarmConfig
    source_id: SourceId
    alarm_id: AlarmId


@dataclass(slots=True)
class _Flood:
    first: _Ring
    count: int


class FloodWatch:
    """Counts what rings. Not thread-safe: the alarm desk calls it under its lock; time is monotonic and comes in."""

    def __init__(self) -> None:
        self._rang: deque[_Ring] = deque(maxlen=_MOST)
        self._flood: _Flood | None = None

    def take(self, event: AlarmEvent) -> None:
        """Note *event*; only those that ring count."""
        if event.kind not in RINGING:
            return
        self._rang.append(_Ring(event.monotonic_s, event.utc, event.definition, event.source_id, event.alarm_id))
        self._let_go(event.monotonic_s)
        if self._flood is not None:
            self._flood.count += 1
        elif len(self._rang) > BEGINS_ABOVE:
            self._flood = _Flood(self._rang[0], len(self._rang))

    def view(self, now_s: float) -> FloodView | None:
        """The flood at *now_s*; None while there is none."""
        self._let_go(now_s)
        flood = self._flood
        if flood is None:
            return None
        first = flood.first
        return FloodView(first.utc, flood.count, len(self._rang), first.definition, first.source_id, first.alarm_id)

    def _let_go(self, now_s: float) -> None:
        while self._rang and now_s - self._rang[0].now_s >= WINDOW_S:
            self._rang.popleft()
        if self._flood is not None and len(self._rang) < ENDS_BELOW:
            self._flood = None
