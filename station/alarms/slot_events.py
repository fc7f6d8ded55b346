"""This file decides what an event says of the occurrence it happened to."""

from __future__ import annotations

from datetime import datetime

from station.alarms.slots import Slot
from station.events import AlarmEvent, AlarmEventKind

_RAISES = (AlarmEventKind.RAISED, AlarmEventKind.RAISED_AGAIN)


def slot_event(slot: Slot, kind: AlarmEventKind, now_s: float, utc: datetime) -> AlarmEvent:
    """The event *kind* of the open occurrence of *slot*, its count included, which is told with it.

    Raises:
        RuntimeError: Nothing is open.
    """
    alarm = slot.alarm
    if alarm is None:
        raise RuntimeError("an alarm event without an open alarm")
    slot.count_told, slot.count_told_s = slot.count, now_s
    raises = kind in _RAISES
    return AlarmEvent(
        kind=kind,
        alarm_id=alarm.alarm_id,
        definition=alarm.definition,
        alarm_kind=alarm.kind,
        state=alarm.state,
        source_id=alarm.source_id,
        utc=utc,
        monotonic_s=now_s,
        count=slot.count,
        finding=slot.cause.finding if raises else None,
        reason=slot.cause.reason if raises else None,
        detail=slot.cause.detail if raises else alarm.detail,
        input_ref=slot.cause.input_ref if raises else alarm.input_ref,
    )
