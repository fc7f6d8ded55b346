"""This file decides what is known of the incidents that are open: which warnings each has, what happened, who did what."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from inference.errors import LinesideError
from station.config import AlarmConfig
from station.events import RINGING, AlarmEvent, AlarmEventKind, OpenAlarm
from station.frames import AlarmId, IncidentId
from station.incident_view import IncidentStep, IncidentView, StepKind
from station.incidents.joining import CauseOnAsset, How, Joiner
from station.records import incident_queries
from station.records.incident_queries import IncidentRow
from station.records.incident_rows import cause_of
from station.records.store import Records
from station.view import AlarmKind, AlarmView, Feedback

_log = logging.getLogger(__name__)
_MOST_STEPS = 50
_STEPS = frozenset(StepKind)
_OF_THE_SENSES = frozenset({AlarmKind.DEFECT, AlarmKind.FAULT})
"""Kinds that count as an incident in the summary of a run: what camera or sensor found, not troubles of the station."""

Raised = Callable[[AlarmEvent, How], None]
"""Told of every warning that rings, with its incident. Called under the desk's lock: must not wait."""


@dataclass(slots=True)
class _Known:
    """What is known of one incident besides its warnings."""

    opened_utc: datetime
    key: CauseOnAsset
    steps: deque[IncidentStep] = field(default_factory=lambda: deque(maxlen=_MOST_STEPS))


def key_of(definition: AlarmConfig) -> CauseOnAsset:
    """By what warnings of *definition* join."""
    return CauseOnAsset(definition.asset, cause_of(definition))


class IncidentBook:
    """The incidents of the line. Not thread-safe: the alarm desk calls it under its lock.

    Args:
        window_s: So long after it closed an incident may be opened again.
        raised: Told of every warning that rings.
        joiner: Decides what belongs together; made here where none is given.
    """

    def __init__(self, window_s: float, raised: Raised = lambda _event, _how: None, joiner: Joiner | None = None) -> None:
        self._window_s = window_s
        self._raised = raised
        self._joiner = joiner or Joiner(window_s)
        self._known: dict[IncidentId, _Known] = {}
        self._of_this_run: set[IncidentId] = set()

    def restore(self, alarms: Sequence[OpenAlarm], records: Records, now_s: float, utc: datetime) -> None:
        """Take over what the last run left: open incidents with their steps, and those that may be opened again."""
        try:
            rows, steps = records.ask(lambda connection: _left(connection, utc - timedelta(seconds=self._window_s)))
        except LinesideError as error:
            _log.warning("earlier incidents cannot be read: %s", error)
            rows, steps = [], {}
        for row in rows:
            key = CauseOnAsset(row.asset, row.cause)
            if row.closed_utc is not None:
                # A clock that was set back does not make an incident close in the future.
                ago_s = max(0.0, (utc - row.closed_utc).total_seconds())
                self._joiner.recall_closed(row.incident_id, key, now_s - ago_s)
            self._known[row.incident_id] = _Known(row.opened_utc, key, deque(steps.get(row.incident_id, ()), maxlen=_MOST_STEPS))
        for alarm in alarms:
            if alarm.incident_id:
                key = key_of(alarm.definition)
                self._joiner.recall_open(alarm.alarm_id, alarm.incident_id, key)
                self._known.setdefault(alarm.incident_id, _Known(alarm.raised_utc, key))

    def take(self, event: AlarmEvent) -> AlarmEvent:
        """Note what happened to a warning; returns the event with the incident it belongs to, empty where it has none (yet)."""
        incident_id = self._joiner.incident_of(event.alarm_id)
        rings = event.kind in RINGING
        if rings or (event.kind is AlarmEventKind.RESTORED and incident_id is None and event.activation > 0):
            membership = self._joiner.raised(event.alarm_id, key_of(event.definition), event.monotonic_s)
            incident_id = membership.incident_id
            event = replace(event, incident_id=incident_id)
            if incident_id not in self._known:
                self._known[incident_id] = _Known(event.utc, key_of(event.definition))
                self._forget()
            if rings and event.alarm_kind in _OF_THE_SENSES:
                self._of_this_run.add(incident_id)
            if rings:
                self._raised(event, membership.how)
        elif incident_id is not None:
            event = replace(event, incident_id=incident_id)
        if incident_id is None:
            return event
        known = self._known[incident_id]
        if event.kind.value in _STEPS:
            known.steps.append(_step(event))
        if event.closes and self._joiner.closed(event.alarm_id, event.monotonic_s) is not None:
            known.steps.append(replace(_step(event), kind=StepKind.CLOSED, person_id=None, note=""))
        return event

    def answered(self, feedback: Feedback, definition: AlarmConfig, utc: datetime) -> None:
        """A person answered an open warning."""
        if feedback.alarm_id is None:
            return
        incident_id = self._joiner.incident_of(feedback.alarm_id)
        if incident_id is not None:
            self._known[incident_id].steps.append(_answer(feedback, feedback.alarm_id, definition, utc))

    def incident_of(self, alarm_id: AlarmId) -> IncidentId:
        """The incident of an open warning; empty where it has none."""
        return self._joiner.incident_of(alarm_id) or IncidentId("")

    def opened_utc(self, incident_id: IncidentId) -> datetime | None:
        """When an incident that is open, or may be opened again, opened."""
        known = self._known.get(incident_id)
        return None if known is None else known.opened_utc

    def current(self) -> tuple[tuple[IncidentId, str, datetime], ...]:
        """Id, asset and opening of every incident that is open or may be opened again; from any thread."""
        return tuple((incident_id, known.key.asset, known.opened_utc) for incident_id, known in list(self._known.items()))

    @property
    def of_this_run(self) -> int:
        """Incidents in which camera or sensors raised a warning in this run."""
        return len(self._of_this_run)

    def views(self, alarms: Sequence[AlarmView]) -> tuple[IncidentView, ...]:
        """The incidents of *alarms*, which are in order of urgency; so is what is returned."""
        of: dict[IncidentId, list[AlarmView]] = {}
        for alarm in alarms:
            if alarm.incident_id:
                of.setdefault(alarm.incident_id, []).append(alarm)
        return tuple(self._view(incident_id, mine) for incident_id, mine in of.items() if incident_id in self._known)

    def _view(self, incident_id: IncidentId, alarms: Sequence[AlarmView]) -> IncidentView:
        known = self._known[incident_id]
        return IncidentView(
            incident_id=incident_id,
            asset=known.key.asset,
            cause=known.key.cause,
            title=alarms[0].definition.title,
            opened_utc=known.opened_utc,
            respond_by_utc=min(alarm.respond_by_utc for alarm in alarms),
            alarms=tuple(alarm.alarm_id for alarm in alarms),
            steps=tuple(known.steps),
        )

    def _forget(self) -> None:
        """What nothing can join any more is the records' to know."""
        joinable = self._joiner.joinable()
        for incident_id in [one for one in self._known if one not in joinable]:
            del self._known[incident_id]


def _left(connection: Connection, since_utc: datetime) -> tuple[list[IncidentRow], dict[IncidentId, tuple[IncidentStep, ...]]]:
    """Incidents that are open or closed since *since_utc*, and what happened in them."""
    rows = [*incident_queries.closed_since(connection, since_utc), *incident_queries.open_incidents(connection)]
    return rows, {row.incident_id: incident_queries.steps_of(connection, row.incident_id) for row in rows}


def _step(event: AlarmEvent) -> IncidentStep:
    return IncidentStep(
        utc=event.utc,
        kind=StepKind(event.kind.value),
        alarm_id=event.alarm_id,
        title=event.definition.title,
        person_id=event.person_id,
        note=event.note,
        state=event.state.value,
    )


def _answer(feedback: Feedback, alarm_id: AlarmId, definition: AlarmConfig, utc: datetime) -> IncidentStep:
    return IncidentStep(
        utc=utc,
        kind=StepKind.ANSWERED,
        alarm_id=alarm_id,
        title=definition.title,
        person_id=feedback.person_id,
        note=feedback.note,
        answer=feedback.answer.value,
        cause_id=feedback.cause_id,
        action_id=feedback.action_id,
    )
