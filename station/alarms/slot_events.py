"""This file decides what an event says of the occurrence it happened to."""

from __future__ import annotations

from station.alarms.slots import Moment, Slot
from station.events import AlarmEvent, AlarmEventKind, OpenAlarm
from station.frames import PersonId
from station.view import AlarmState

WITH_CAUSE = frozenset({AlarmEventKind.RAISED, AlarmEventKind.RAISED_AGAIN, AlarmEventKind.RAISED_HELD, AlarmEventKind.PROMOTED})
"""Kinds that carry what stands behind the raise."""


def open_alarm(slot: Slot) -> OpenAlarm:
    """The open occurrence of *slot*.

    Raises:
        RuntimeError: Nothing is open.
    """
    if slot.alarm is None:
        raise RuntimeError("an alarm event without an open alarm")
    return slot.alarm


def slot_event(slot: Slot, kind: AlarmEventKind, now: Moment) -> AlarmEvent:
    """The event *kind* of the open occurrence of *slot*, its count included, which is told with it.

    Raises:
        RuntimeError: Nothing is open.
    """
    alarm = open_alarm(slot)
    slot.count_told, slot.count_told_s = slot.count, now.now_s
    raises = kind in WITH_CAUSE
    return AlarmEvent(
        kind=kind,
        alarm_id=alarm.alarm_id,
        definition=alarm.definition,
        alarm_kind=alarm.kind,
        state=alarm.state,
        source_id=alarm.source_id,
        utc=now.utc,
        monotonic_s=now.now_s,
        count=slot.count,
        finding=slot.cause.finding if raises else None,
        reason=slot.cause.reason if raises else None,
        detail=slot.cause.detail if raises else alarm.detail,
        input_ref=slot.cause.input_ref if raises else alarm.input_ref,
        demoted_to=alarm.demoted_to,
        seen_false=alarm.seen_false,
        activation=alarm.activation,
    )


def planned_event(slot: Slot, kind: AlarmEventKind, state: AlarmState, person_id: PersonId, note: str, now: Moment) -> AlarmEvent:
    """The event that a person's command on the open occurrence of *slot* would be; it leads to *state*.

    Raises:
        RuntimeError: Nothing is open.
    """
    alarm = open_alarm(slot)
    return AlarmEvent(
        kind=kind,
        alarm_id=alarm.alarm_id,
        definition=alarm.definition,
        alarm_kind=alarm.kind,
        state=state,
        source_id=alarm.source_id,
        utc=now.utc,
        monotonic_s=now.now_s,
        count=slot.count,
        person_id=person_id,
        note=note,
        input_ref=alarm.input_ref,
        demoted_to=alarm.demoted_to,
        seen_false=alarm.seen_false,
        activation=alarm.activation,
    )
