"""This file decides which warnings are one incident: those of one cause on one asset, while it is open and shortly after.

The rules, in the order in which they are asked:

1. A warning that is known keeps its incident.
2. While an incident of the same cause and asset is open, a warning joins it, however long it has been open.
3. If the newest incident of that cause and asset closed at most ``window_s`` ago, a warning opens it again.
4. Otherwise a new incident opens.

An incident is open while any of its warnings is; the window counts from the moment its last one closed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from station.frames import AlarmId, IncidentId


@dataclass(frozen=True, slots=True)
class CauseOnAsset:
    """What makes warnings one: a machine or part stream, and what ails it."""

    asset: str
    cause: str


class How(Enum):
    """What a warning did to its incident."""

    KNOWN = "known"
    """It belonged to it before."""
    JOINED = "joined"
    REOPENED = "reopened"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Membership:
    """Where a warning belongs, and how it came there."""

    incident_id: IncidentId
    how: How


@dataclass(slots=True)
class _Incident:
    incident_id: IncidentId
    key: CauseOnAsset
    open: set[AlarmId] = field(default_factory=set)
    closed_s: float = 0.0


class Joiner:
    """The incidents that a warning may join. Not thread-safe; owned by the incident book.

    Time comes in with every call (``now_s``, monotonic, s), so that tests own it.

    Args:
        window_s: So long after it closed an incident may be opened again.
        new_id: Makes the id of a new incident.
    """

    def __init__(self, window_s: float, new_id: Callable[[], str] = lambda: str(uuid.uuid4())) -> None:
        self._window_s = window_s
        self._new_id = new_id
        self._newest: dict[CauseOnAsset, _Incident] = {}
        """The newest incident of each cause and asset; as many as the station file has causes."""
        self._of: dict[AlarmId, _Incident] = {}
        """The incident of each open warning."""

    def raised(self, alarm_id: AlarmId, key: CauseOnAsset, now_s: float) -> Membership:
        """A warning was raised, or raised again: where it belongs."""
        known = self._of.get(alarm_id)
        if known is not None:
            return Membership(known.incident_id, How.KNOWN)
        incident = self._newest.get(key)
        how = How.JOINED
        if incident is None or (not incident.open and now_s - incident.closed_s > self._window_s):
            incident, how = _Incident(IncidentId(self._new_id()), key), How.OPENED
            self._newest[key] = incident
        elif not incident.open:
            how = How.REOPENED
        incident.open.add(alarm_id)
        self._of[alarm_id] = incident
        return Membership(incident.incident_id, how)

    def closed(self, alarm_id: AlarmId, now_s: float) -> IncidentId | None:
        """A warning was closed; returns its incident where that closed with it."""
        incident = self._of.pop(alarm_id, None)
        if incident is None:
            return None
        incident.open.discard(alarm_id)
        if incident.open:
            return None
        incident.closed_s = now_s
        return incident.incident_id

    def incident_of(self, alarm_id: AlarmId) -> IncidentId | None:
        """The incident of an open warning; None for one that is not open."""
        known = self._of.get(alarm_id)
        return None if known is None else known.incident_id

    def open_alarms(self, incident_id: IncidentId) -> frozenset[AlarmId]:
        """The open warnings of an incident; empty for one that is closed."""
        return frozenset(alarm_id for alarm_id, incident in self._of.items() if incident.incident_id == incident_id)

    def joinable(self) -> frozenset[IncidentId]:
        """Incidents that are open, and the newest of each cause and asset."""
        return frozenset(one.incident_id for one in (*self._newest.values(), *self._of.values()))

    def recall_open(self, alarm_id: AlarmId, incident_id: IncidentId, key: CauseOnAsset) -> None:
        """A warning of the last run is still open, and belongs to *incident_id*. Before anything is raised."""
        held = self._newest.get(key)
        incident = held if held is not None and held.incident_id == incident_id else _Incident(incident_id, key)
        self._newest[key] = incident
        incident.open.add(alarm_id)
        self._of[alarm_id] = incident

    def recall_closed(self, incident_id: IncidentId, key: CauseOnAsset, closed_s: float) -> None:
        """An incident of the last run closed at *closed_s*, this run's monotonic clock (so mostly below zero).

        Does nothing where a warning of that cause is still open, or a newer one is known.
        """
        known = self._newest.get(key)
        if known is None or (not known.open and known.closed_s < closed_s):
            self._newest[key] = _Incident(incident_id, key, closed_s=closed_s)
