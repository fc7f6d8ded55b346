"""This file decides what a restart makes of what the records say was open and held back, and how the time away is marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from station.alarms.conditions import Rule
from station.alarms.holding import ENDS, Holding
from station.alarms.life_cycle import HELD_STATES, LifeEvent, next_state
from station.alarms.occurrences import Occurrences
from station.alarms.registry import Registry
from station.alarms.seen_false import shown_priority
from station.alarms.slot_events import slot_event
from station.alarms.slots import Cause, Moment, Slot
from station.events import AlarmEvent, AlarmEventKind, OpenAlarm
from station.holds import Hold, HoldChange, HoldEvent
from station.view import AlarmState
from station.warning_view import HoldKind

_AWAY = "Not watched from"


def restore(
    registry: Registry,
    occurrences: Occurrences,
    holding: Holding,
    alarms: Sequence[OpenAlarm],
    holds: Sequence[Hold],
    now: Moment,
    away_since_utc: datetime | None,
) -> list[AlarmEvent]:
    """Put back what stood when the program stopped; see :meth:`station.alarms.engine.AlarmEngine.restore`."""
    events: list[AlarmEvent] = []
    for hold in holds:
        _put_hold_back(registry, holding, hold, now, away_since_utc)
    for alarm in alarms:
        slot = registry.slot_like(alarm.definition)
        if slot is None or slot.alarm is not None or slot.source_id != alarm.source_id:
            events.append(_withdrawn(slot, alarm, now))
        else:
            _put_alarm_back(slot, occurrences, alarm, now, away_since_utc, events)
    return events


def _put_hold_back(registry: Registry, holding: Holding, hold: Hold, now: Moment, away_since_utc: datetime | None) -> None:
    slot = registry.slot_like(hold.definition)
    left_s = _left_s(hold, now.utc, away_since_utc)
    gone = slot is None or slot.critical or hold.kind in slot.holds or (hold.kind is HoldKind.SUPPRESSED and slot.machine is None)
    if slot is None or gone or (left_s is not None and left_s <= 0):
        holding.told.append(HoldEvent(HoldChange.ENDED, hold, now.utc))
    else:
        holding.put_back(slot, hold, left_s, now)


def _left_s(hold: Hold, utc: datetime, away_since_utc: datetime | None) -> float | None:
    """What is left of a hold, s. A wall clock that went back lengthens nothing beyond the original length."""
    if hold.until_utc is None:
        return None
    left_s = (hold.until_utc - utc).total_seconds()
    if hold.length_s is not None:
        left_s = min(left_s, hold.length_s)
    if away_since_utc is not None:
        left_s = min(left_s, max(0.0, (hold.until_utc - away_since_utc).total_seconds()))
    return left_s


def _withdrawn(slot: Slot | None, alarm: OpenAlarm, now: Moment) -> AlarmEvent:
    gone = "The station file has no such warning any more" if slot is None else "Replaced by another occurrence"
    state = next_state(alarm.state, LifeEvent.WITHDRAW, (slot or _ghost(alarm)).case)
    ghost = _ghost(replace(alarm, state=state if isinstance(state, AlarmState) else AlarmState.NORMAL, detail=gone))
    return slot_event(ghost, AlarmEventKind.WITHDRAWN, now)


def _ghost(alarm: OpenAlarm) -> Slot:
    return Slot(alarm.definition, alarm.source_id, Rule(alarm.definition), alarm=alarm, count_before=alarm.count)


def _put_alarm_back(
    slot: Slot, occurrences: Occurrences, alarm: OpenAlarm, now: Moment, away_since_utc: datetime | None, events: list[AlarmEvent]
) -> None:
    away = "" if away_since_utc is None else f"{_AWAY} {_stamp(away_since_utc)} to {_stamp(now.utc)}"
    # Of several restarts the newest counts here; each stands in its own event.
    before = alarm.detail.partition(_AWAY)[0].removesuffix("; ") if away else alarm.detail
    age_s = (now.utc - alarm.raised_utc).total_seconds()
    shows = slot.strongest
    seen_false = 0 if slot.critical else alarm.seen_false
    slot.alarm = replace(
        alarm,
        definition=slot.definition,
        state=alarm.state if shows is None else AlarmState(shows.value),
        raised_monotonic_s=now.now_s - age_s,
        detail="; ".join(part for part in (before, away) if part),
        demoted_to=shown_priority(slot.definition, seen_false),
        seen_false=seen_false,
    )
    slot.cause = Cause(alarm.finding, alarm.reason, before, alarm.input_ref)
    slot.seen_false = seen_false
    slot.count_before = alarm.count
    if alarm.returned_utc is None:
        slot.rule.take_over(0)
    if alarm.acknowledged_utc is not None:
        slot.acknowledged_s = now.now_s - max(0.0, (now.utc - alarm.acknowledged_utc).total_seconds())
    occurrences.by_alarm[alarm.alarm_id] = slot
    events.append(slot_event(slot, AlarmEventKind.RESTORED, now))
    if alarm.state in HELD_STATES and shows is None:
        # Its hold ended while nobody watched: what stood then stands until it is observed to be over, and says so.
        slot.cause = replace(slot.cause, detail=slot.alarm.detail)
        ended = HoldKind(alarm.state.value)
        life_event = LifeEvent.SHELF_EXPIRED if ended is HoldKind.SHELVED else ENDS[ended]
        occurrences.set_free(slot, next_state(alarm.state, life_event, slot.case), int(alarm.activation == 0), now, events)


def _stamp(utc: datetime) -> str:
    return utc.strftime("%Y-%m-%d %H:%M:%S UTC")
