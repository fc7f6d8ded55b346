"""This file decides which seconds are kept of an incident: written when a warning rings, completed when its last second has passed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from station.events import AlarmEvent
from station.frames import AlarmId, IncidentId, SourceId
from station.incidents.evidence import AFTER_S, BEFORE_S, MOST_MOMENTS, ChannelTrace, Moment, StripPicture

SETTLES_S = 0.75
"""A moment is completed so long after its last second: frames and rows of it are judged by then."""
_MOST_NUMBERED = 500
"""Of so many incidents it is known how many moments they have; a station has far fewer causes."""

Pictures = Callable[[Iterable[SourceId], float, float], tuple[StripPicture, ...]]
"""Pictures of cameras between two times, monotonic, s."""
Traces = Callable[[Iterable[SourceId], datetime, datetime], tuple[ChannelTrace, ...]]
"""Traces of sensor links between two times, aware UTC."""


@dataclass(frozen=True, slots=True, eq=False)
class DueMoment:
    """A moment to be written."""

    incident_id: IncidentId
    asset: str
    opened_utc: datetime
    number: int
    moment: Moment


@dataclass(slots=True)
class _Ring:
    """A warning that rang."""

    incident_id: IncidentId
    asset: str
    opened_utc: datetime
    alarm_id: AlarmId
    source_id: SourceId
    utc: datetime
    at_s: float


@dataclass(slots=True)
class _Open:
    """A moment whose last second has not passed."""

    ring: _Ring
    number: int
    sources: set[SourceId] = field(default_factory=set)


class Moments:
    """Makes the moments. ``rang`` may be called from any thread and never waits; ``due`` from one at a time.

    Args:
        sources_of: Cameras and sensor links of an asset.
        pictures: Where pictures come from.
        traces: Where traces come from.
    """

    def __init__(self, sources_of: Callable[[str], Iterable[SourceId]], pictures: Pictures, traces: Traces) -> None:
        self._sources_of = sources_of
        self._pictures, self._traces = pictures, traces
        self._rang: deque[_Ring] = deque()
        self._open: list[_Open] = []
        self._numbers: dict[IncidentId, int] = {}
        self._lock = threading.Lock()

    def rang(self, event: AlarmEvent, opened_utc: datetime) -> None:
        """A warning of an incident that opened at *opened_utc* was raised, or raised again."""
        self._rang.append(
            _Ring(event.incident_id, event.definition.asset, opened_utc, event.alarm_id, event.source_id, event.utc, event.monotonic_s)
        )

    def due(self, now_s: float, *, finish: bool = False) -> list[DueMoment]:
        """Moments to be written at *now_s*, monotonic: those that began, as far as they have come, and those that are over.

        *finish*: the line stops; what has not come to its end is written as it is.
        """
        with self._lock:
            written = [self._moment(one, complete=False) for one in self._begun()]
            over = [one for one in self._open if finish or now_s >= one.ring.at_s + AFTER_S + SETTLES_S]
            self._open = [one for one in self._open if one not in over]
            return [*written, *(self._moment(one, complete=now_s >= one.ring.at_s + AFTER_S) for one in over)]

    def recall(self, incident_id: IncidentId, moments: int) -> None:
        """An open incident of the last run has so many moments on the disk."""
        with self._lock:
            self._numbers[incident_id] = max(moments, self._numbers.get(incident_id, 0))

    def _begun(self) -> list[_Open]:
        begun: list[_Open] = []
        while self._rang:
            ring = self._rang.popleft()
            same = next((one for one in self._open if one.ring.incident_id == ring.incident_id), None)
            if same is not None:  # its seconds are being kept already
                same.sources.add(ring.source_id)
                continue
            number = self._numbers.get(ring.incident_id, 0) + 1
            if number > MOST_MOMENTS:
                continue
            self._numbers[ring.incident_id] = number
            while len(self._numbers) > _MOST_NUMBERED:
                del self._numbers[next(iter(self._numbers))]
            opened = _Open(ring, number, {ring.source_id, *self._sources_of(ring.asset)})
            self._open.append(opened)
            begun.append(opened)
        return begun

    def _moment(self, one: _Open, *, complete: bool) -> DueMoment:
        ring = one.ring
        sources = sorted(one.sources)
        pictures = self._pictures(sources, ring.at_s - BEFORE_S, ring.at_s + AFTER_S)
        traces = self._traces(sources, _shifted(ring.utc, -BEFORE_S), _shifted(ring.utc, AFTER_S))
        moment = Moment(ring.alarm_id, ring.utc, pictures, traces, complete)
        return DueMoment(ring.incident_id, ring.asset, ring.opened_utc, one.number, moment)


def _shifted(utc: datetime, seconds: float) -> datetime:
    return datetime.fromtimestamp(utc.timestamp() + seconds, tz=utc.tzinfo)
