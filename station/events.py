"""This file decides what alarms and records tell each other: the events of a line, which both know and neither owns.

The alarm engine makes :class:`AlarmEvent` and :class:`OpenAlarm`; records keep them and give them back after a restart.
All are immutable and may be handed between threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inference.findings import Finding
from inference.reasons import Reason
from station.config import AlarmConfig
from station.frames import NO_INCIDENT, AlarmId, IncidentId, PersonId, SourceId
from station.view import AlarmKind, AlarmState

STATION_SOURCE = SourceId("station")
"""Source id of alarms about the station itself."""


class SystemFault(StrEnum):
    """What can fail of the station itself; the values are those of ``SystemCondition.of`` in the station file."""

    DISK_NEARLY_FULL = "disk_nearly_full"
    RECORDS_FAILING = "records_failing"
    JUDGING_OVERLOADED = "judging_overloaded"
    MODEL_FAILED = "model_failed"


class AlarmEventKind(StrEnum):
    """What happened to an alarm."""

    RAISED = "raised"
    """A new occurrence, with a new alarm id."""
    RAISED_AGAIN = "raised_again"
    """The condition came back before the occurrence was closed; same alarm id, wants a new acknowledgement."""
    COUNTED = "counted"
    """More findings stand behind it; at most one such event every few seconds, every other event carries the count too."""
    RETURNED = "returned"
    """The condition is over; the occurrence is closed when the state is NORMAL."""
    REALARMED = "realarmed"
    """Acknowledged long ago (``realarm_after_s``) and still active: wants a new acknowledgement."""
    PROMOTED = "promoted"
    """Was demoted as seen false; findings nobody called false satisfy it too now, so it rings with its full priority."""
    CHATTERING = "chattering"
    """Came too often (``most_per_10_min``): its return is held back until it has calmed down, and nothing rings anew."""
    HELD = "held"
    """Goes behind a hold; the state says which. An occurrence behind a hold neither shows nor rings."""
    RAISED_HELD = "raised_held"
    """Its condition begins behind a hold; nothing rings. The occurrence is a new one when its activation is 0."""
    RELEASED = "released"
    """Its last hold ended and its condition is over; the occurrence is closed when the state is NORMAL."""
    REDEFINED = "redefined"
    """Its definition was changed at run time."""
    ACKNOWLEDGED = "acknowledged"
    """By a person; the occurrence is closed when the state is NORMAL."""
    RESET = "reset"
    """A latched alarm was reset by a person; closes the occurrence."""
    RESTORED = "restored"
    """Taken over from the records after a restart; *detail* marks the time away."""
    WITHDRAWN = "withdrawn"
    """Closed because the station file has no such definition any more."""


RINGING = frozenset({AlarmEventKind.RAISED, AlarmEventKind.RAISED_AGAIN, AlarmEventKind.REALARMED, AlarmEventKind.PROMOTED})
"""Kinds that ask for a person anew: each counts the activation up, and only they make an acknowledged warning unacknowledged."""


@dataclass(frozen=True, slots=True, eq=False)
class AlarmEvent:
    """One step in the life of an alarm.

    Attributes:
        kind: What happened.
        alarm_id: The occurrence.
        definition: The definition in force when it happened.
        alarm_kind: From which sense the alarm comes.
        state: State after the event; NORMAL means the occurrence is closed.
        source_id: Camera, sensor link or :data:`STATION_SOURCE`.
        utc: When it happened, aware UTC.
        monotonic_s: When it happened, monotonic clock of this run, s.
        count: Findings behind the alarm so far.
        person_id: Who did it; None for what happened by itself.
        note: What the person said about it.
        finding: The finding that raised it, with the events that raise; None otherwise.
        reason: Why there is no verdict; None otherwise.
        detail: Particulars in English; empty where there are none.
        input_ref: ``Frame.sequence`` or ``Sample.sequence`` of the input behind it; None where there is none.
        demoted_to: Priority to show instead of the definition's, because its like was confirmed false; None: the definition's.
        seen_false: How often its like was confirmed false; 0 where it never was, or since it was promoted.
        activation: How often the occurrence has rung; 0 for one that happened behind a hold only.
    """

    kind: AlarmEventKind
    alarm_id: AlarmId
    definition: AlarmConfig
    alarm_kind: AlarmKind
    state: AlarmState
    source_id: SourceId
    utc: datetime
    monotonic_s: float
    count: int
    person_id: PersonId | None = None
    note: str = ""
    finding: Finding | None = None
    reason: Reason | None = None
    detail: str = ""
    input_ref: int | None = None
    demoted_to: int | None = None
    seen_false: int = 0
    activation: int = 1
    incident_id: IncidentId = NO_INCIDENT
    """The incident it belongs to; the desk says it, the engine does not know."""

    @property
    def priority(self) -> int:
        """The priority to show and sort by: the definition's unless it is demoted."""
        return self.definition.priority if self.demoted_to is None else self.demoted_to

    @property
    def closes(self) -> bool:
        """Whether the occurrence is over with this event."""
        return self.state is AlarmState.NORMAL


@dataclass(frozen=True, slots=True, eq=False)
class OpenAlarm:
    """One occurrence that is not closed, as the engine holds it and as records give it back.

    Attributes:
        alarm_id: The occurrence.
        definition: Its definition (from records: as it was when raised, restored or changed last).
        kind: From which sense it comes.
        state: Never NORMAL.
        source_id: Camera, sensor link or :data:`STATION_SOURCE`.
        raised_utc: When it was raised first, aware UTC.
        raised_monotonic_s: The same on this run's monotonic clock, s; may be negative after a restart.
        count: Findings behind it.
        acknowledged_by: Who acknowledged the present activation; None while nobody has.
        acknowledged_utc: When.
        returned_utc: When the condition was over; None while it is active.
        finding: The finding that raised it; from records: without its heatmap.
        reason: Why there is no verdict; None otherwise.
        detail: Particulars in English, the newest time away after a restart included (in UTC).
        input_ref: Sequence number of the input that raised it.
        demoted_to: Priority to show instead of the definition's, because its like was confirmed false; None: the definition's.
        seen_false: How often its like was confirmed false; 0 where it never was, or since it was promoted.
        activation: How often the occurrence has rung; 0 for one that happened behind a hold only.
    """

    alarm_id: AlarmId
    definition: AlarmConfig
    kind: AlarmKind
    state: AlarmState
    source_id: SourceId
    raised_utc: datetime
    raised_monotonic_s: float
    count: int
    acknowledged_by: PersonId | None = None
    acknowledged_utc: datetime | None = None
    returned_utc: datetime | None = None
    finding: Finding | None = None
    reason: Reason | None = None
    detail: str = ""
    input_ref: int | None = None
    demoted_to: int | None = None
    seen_false: int = 0
    activation: int = 1
    incident_id: IncidentId = NO_INCIDENT
    """The incident it belongs to, from records; empty where they know none."""

    @property
    def priority(self) -> int:
        """The priority to show and sort by: the definition's unless it is demoted."""
        return self.definition.priority if self.demoted_to is None else self.demoted_to


class StationEventKind(StrEnum):
    """What happened to the station, besides alarms."""

    STARTED = "started"
    STOPPED = "stopped"
    SOURCE_CHANGED = "source_changed"
    """A camera or sensor link changed its state; *detail* says to what and why."""
    PROVIDER_CHANGED = "provider_changed"
    """A model runs on another provider than before; *detail* says why."""
    GROWTH_RENEWED = "growth_renewed"
    """A person says that the surface at a camera position is new; *detail* is the position."""
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_REFUSED = "sign_in_refused"
    SILENCED = "silenced"


@dataclass(frozen=True, slots=True)
class StationEvent:
    """One line of the station's log book.

    Attributes:
        kind: What happened.
        utc: When, aware UTC.
        source_id: The camera or sensor link concerned; :data:`STATION_SOURCE` for the station itself.
        person_id: Who did it; None for what happened by itself.
        detail: Particulars in English.
    """

    kind: StationEventKind
    utc: datetime
    source_id: SourceId = STATION_SOURCE
    person_id: PersonId | None = None
    detail: str = ""
