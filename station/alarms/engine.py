"""This file decides which alarms are open: it turns findings, values and failures into alarm events."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from inference.errors import LinesideError
from inference.findings import Finding, Verdict
from inference.reasons import Reason
from station.alarms.conditions import NOT_A_FAILURE, Change, Level, Rule, limit_level, no_verdict_level, verdicts_level
from station.alarms.growth_definitions import growth_level, of_position
from station.alarms.life_cycle import ACTIVE_STATES, Latching, LifeEvent, Refusal, next_state
from station.alarms.own_time import OwnTime
from station.alarms.slot_events import slot_event
from station.alarms.slots import Cause, Index, Slot
from station.config import AlarmConfig, GrowthCondition, LimitCondition, NoVerdictCondition, SystemCondition, VerdictCondition
from station.events import STATION_SOURCE, AlarmEvent, AlarmEventKind, OpenAlarm, SystemFault
from station.frames import AlarmId, DefinitionId, PersonId, SourceId
from station.view import AlarmKind, AlarmState

COUNT_EVENT_EVERY_S = 5.0
"""A growing count is told to the records at most so often, s."""
_AWAY = "Not watched from"


class AlarmRefusedError(LinesideError):
    """A person's command on an alarm is not carried out; the sentence says why."""


class AlarmEngine:
    """All definitions of a station and their open alarms: at most one open alarm per definition.

    Time comes in with every call (``now_s`` monotonic seconds, ``utc`` aware), so that tests own it. Every method
    returns the events it caused, oldest first; nothing else leaves the engine. Not thread-safe: one thread owns it.

    Args:
        definitions: The station file's alarms.
        camera_ids: Sources whose alarms are of kind DEFECT; verdicts of other sources are told apart by the verdict.
        own_time_ids: Sources whose delays run by the time their inputs carry (replays), not by ``now_s``; docs/adr/0006.
        new_id: Makes the id of a new occurrence.
    """

    def __init__(
        self,
        definitions: Sequence[AlarmConfig],
        *,
        camera_ids: Collection[SourceId] = (),
        own_time_ids: Collection[SourceId] = (),
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._camera_ids = frozenset(camera_ids)
        self._own_time_ids = frozenset(own_time_ids)
        self._new_id = new_id
        self._slots: dict[DefinitionId, Slot] = {}
        self._by_alarm: dict[AlarmId, Slot] = {}
        self._index = Index()
        self._growth: dict[SourceId, list[AlarmConfig]] = {}
        """Growth definitions by camera; each position gets its slot with its first step."""
        for definition in definitions:
            if isinstance(definition.when, GrowthCondition):
                self._growth.setdefault(SourceId(definition.when.source), []).append(definition)
            else:
                self._add(definition)

    def _add(self, definition: AlarmConfig) -> Slot:
        when = definition.when
        source_id = STATION_SOURCE if isinstance(when, SystemCondition) else SourceId(when.source)
        latching = Latching.YES if definition.latch else Latching.NO
        slot = Slot(definition, latching, source_id, Rule(definition), OwnTime() if source_id in self._own_time_ids else None)
        self._slots[DefinitionId(definition.id)] = slot
        if isinstance(when, VerdictCondition):
            self._index.verdict.setdefault(source_id, []).append((when, slot))
        elif isinstance(when, LimitCondition):
            self._index.limit.setdefault(source_id, []).append((when, slot))
        elif isinstance(when, NoVerdictCondition):
            self._index.no_verdict.setdefault(source_id, []).append(slot)
        elif isinstance(when, SystemCondition):
            self._index.system.setdefault(SystemFault(when.of), []).append(slot)
        return slot

    def _growth_slots(self, source_id: SourceId, position: str) -> list[tuple[GrowthCondition, Slot]]:
        """Slots of the growth definitions that concern a camera position, made where they are missing."""
        slots: list[tuple[GrowthCondition, Slot]] = []
        for base in self._growth.get(source_id, ()):
            if isinstance(base.when, GrowthCondition) and base.when.position in (None, position):
                definition = of_position(base, position)
                slots.append((base.when, self._slots.get(DefinitionId(definition.id)) or self._add(definition)))
        return slots

    def on_findings(
        self,
        source_id: SourceId,
        findings: Sequence[Finding],
        now_s: float,
        utc: datetime,
        input_ref: int | None = None,
        own_s: float | None = None,
    ) -> tuple[AlarmEvent, ...]:
        """Take what was said of one input.

        Args:
            source_id: The camera or sensor link.
            findings: One finding per target of that input; NO_VERDICT neither raises nor clears a verdict alarm.
            now_s: Monotonic time, s.
            utc: Aware UTC.
            input_ref: Sequence number of the input.
            own_s: The input's time in its source, s; None where it has none.
        """
        events: list[AlarmEvent] = []
        for condition, slot in self._index.verdict.get(source_id, ()):
            decided = verdicts_level(condition, findings)
            if decided is not None:
                if decided[0] is Level.HIGH and not slot.rule.active:
                    slot.cause = Cause(decided[1], None, "", input_ref)
                self._apply(slot, slot.rule.observe(decided[0], slot.at_input(now_s, own_s)), now_s, utc, events)
        slots = self._index.no_verdict.get(source_id)
        if slots:
            decided = no_verdict_level(findings)
            if decided is not None:
                for slot in slots:
                    if decided[0] is Level.HIGH and not slot.rule.active:
                        slot.cause = Cause(None, decided[1].reason, "", input_ref)
                    self._apply(slot, slot.rule.observe(decided[0], slot.at_input(now_s, own_s)), now_s, utc, events)
        return tuple(events)

    def on_values(
        self,
        source_id: SourceId,
        channel_values: Mapping[str, float] | Mapping[str, NDArray[np.float64]],
        now_s: float,
        utc: datetime,
        input_ref: int | None = None,
        own_s: NDArray[np.float64] | None = None,
    ) -> tuple[AlarmEvent, ...]:
        """Take channel values of one sensor link: one number per channel, or float64 (n,) of n rows, oldest first.

        *own_s*, float64 (n,), is the rows' time in their source, s; None where they have none. NaN means no new value.
        Channels without a limit definition cost nothing.
        """
        events: list[AlarmEvent] = []
        for condition, slot in self._index.limit.get(source_id, ()):
            given = channel_values.get(condition.channel)
            if given is None:
                continue
            values = given.tolist() if isinstance(given, np.ndarray) else (given,)
            for value, row_s in zip(values, (None,) * len(values) if own_s is None else own_s.tolist(), strict=True):
                level = limit_level(condition, value)
                if level is Level.UNKNOWN:
                    continue
                if level is Level.HIGH and not slot.rule.active:
                    slot.cause = Cause(None, None, f"{condition.channel} = {value:g}", input_ref)
                self._apply(slot, slot.rule.observe(level, slot.at_input(now_s, row_s)), now_s, utc, events)
        return tuple(events)

    def on_growth(
        self,
        source_id: SourceId,
        position: str,
        growth: float,
        cause: Cause,
        now_s: float,
        utc: datetime,
        own_s: float | None = None,
    ) -> tuple[AlarmEvent, ...]:
        """Take one time step of a camera position.

        Args:
            source_id: The camera.
            position: Name of its position; empty where it has only one.
            growth: See :mod:`station.growth`; NaN while its normal is being learned.
            cause: The finding of the step's newest picture, what grew in English, the picture's sequence number.
            now_s: Monotonic time, s.
            utc: Aware UTC.
            own_s: The picture's time in its source, s; None where it has none.
        """
        events: list[AlarmEvent] = []
        for condition, slot in self._growth_slots(source_id, position):
            level = growth_level(condition, growth)
            if level is Level.HIGH and not slot.rule.active:
                slot.cause = cause
            self._apply(slot, slot.rule.observe(level, slot.at_input(now_s, own_s)), now_s, utc, events)
        return tuple(events)

    def recall_growth(self, source_id: SourceId, position: str, growths: Sequence[float]) -> None:
        """After :meth:`restore`: the steps before the restart stand again among the last M. Changes no alarm."""
        for condition, slot in self._growth_slots(source_id, position):
            slot.rule.recall([growth_level(condition, growth) for growth in growths])

    def on_renewed(self, source_id: SourceId, position: str, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """The surface at a camera position is new: its growth warnings are over, and nothing before counts."""
        events: list[AlarmEvent] = []
        for _, slot in self._growth_slots(source_id, position):
            self._apply(slot, slot.rule.release(slot.at_rest(now_s)), now_s, utc, events)
        return tuple(events)

    def on_no_verdict(self, source_id: SourceId, reason: Reason | None, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """A source is gone or stale (*reason*), or has recovered (None). May be called again with the same.

        While it gives no verdict its verdict and limit alarms keep their state, and their delays stand still. A source
        that is merely starting (:data:`NOT_A_FAILURE`) neither raises nor clears a no-verdict alarm.
        """
        events: list[AlarmEvent] = []
        if reason is not None:
            for _, slot in self._index.verdict.get(source_id, ()):
                slot.rule.pause(slot.at_rest(now_s))
            for _, slot in self._index.limit.get(source_id, ()):
                slot.rule.pause(slot.at_rest(now_s))
            if reason.code in NOT_A_FAILURE:
                return ()
        for slot in self._index.no_verdict.get(source_id, ()):
            if reason is not None and not slot.rule.active:
                slot.cause = Cause(reason=reason)
            self._apply(slot, slot.release(now_s) if reason is None else slot.force(now_s), now_s, utc, events)
        return tuple(events)

    def on_system(self, kind: SystemFault, *, active: bool, detail: str, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """The station itself fails (*active*) or does not any more. May be called again with the same.

        Call it for every kind once after the start, so that what a former run left open can close.
        """
        events: list[AlarmEvent] = []
        for slot in self._index.system.get(kind, ()):
            if active and not slot.rule.active:
                slot.cause = Cause(detail=detail)
            self._apply(slot, slot.rule.force(now_s) if active else slot.rule.release(now_s), now_s, utc, events)
        return tuple(events)

    def tick(self, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """Let time pass: delays run out, grown counts are told. Call it several times a second."""
        events: list[AlarmEvent] = []
        for slot in self._slots.values():
            change = slot.rule.tick(slot.at_rest(now_s))
            if change is not None:
                self._apply(slot, change, now_s, utc, events)
            elif slot.alarm is not None and slot.count > slot.count_told and now_s - slot.count_told_s >= COUNT_EVENT_EVERY_S:
                events.append(slot_event(slot, AlarmEventKind.COUNTED, now_s, utc))
        return tuple(events)

    def tell_counts(self, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """Tell every grown count now, for a stop in order."""
        grown = [slot for slot in self._slots.values() if slot.alarm is not None and slot.count > slot.count_told]
        return tuple(slot_event(slot, AlarmEventKind.COUNTED, now_s, utc) for slot in grown)

    def plan_acknowledge(self, alarm_id: AlarmId, person_id: PersonId, note: str, now_s: float, utc: datetime) -> AlarmEvent:
        """The event an acknowledgement would be, without carrying it out: keep it first, then :meth:`commit` it.

        Raises:
            AlarmRefusedError: When the life cycle does not allow it.
        """
        return self._plan(alarm_id, LifeEvent.ACKNOWLEDGE, AlarmEventKind.ACKNOWLEDGED, person_id, note, now_s, utc)

    def plan_reset(self, alarm_id: AlarmId, person_id: PersonId, note: str, now_s: float, utc: datetime) -> AlarmEvent:
        """The event a reset would be, without carrying it out: keep it first, then :meth:`commit` it.

        Raises:
            AlarmRefusedError: When the life cycle does not allow it.
        """
        return self._plan(alarm_id, LifeEvent.RESET, AlarmEventKind.RESET, person_id, note, now_s, utc)

    def acknowledge(self, alarm_id: AlarmId, person_id: PersonId, note: str, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """Acknowledge at once.

        Raises:
            AlarmRefusedError: When the life cycle does not allow it.
        """
        return self.commit(self.plan_acknowledge(alarm_id, person_id, note, now_s, utc))

    def reset(self, alarm_id: AlarmId, person_id: PersonId, note: str, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """Reset a latched alarm at once.

        Raises:
            AlarmRefusedError: When the life cycle does not allow it.
        """
        return self.commit(self.plan_reset(alarm_id, person_id, note, now_s, utc))

    def commit(self, planned: AlarmEvent) -> tuple[AlarmEvent, ...]:
        """Carry out a planned acknowledgement or reset.

        The alarm may have moved since it was planned (its condition returned meanwhile); the outcome is taken from
        its present state. Returns the event as it came about; differs from *planned* only where the alarm moved, and
        then is to be kept as well. Nothing where somebody else was faster.
        """
        life_event = LifeEvent.ACKNOWLEDGE if planned.kind is AlarmEventKind.ACKNOWLEDGED else LifeEvent.RESET
        slot = self._by_alarm.get(planned.alarm_id)
        if slot is None or slot.alarm is None:
            return ()
        outcome = next_state(slot.latching, slot.alarm.state, life_event)
        if isinstance(outcome, Refusal):
            return ()
        slot.alarm = replace(slot.alarm, state=outcome)
        if life_event is LifeEvent.ACKNOWLEDGE:
            slot.alarm = replace(slot.alarm, acknowledged_by=planned.person_id, acknowledged_utc=planned.utc)
        if outcome is AlarmState.NORMAL:
            self._close(slot)
        return (planned if outcome is planned.state else replace(planned, state=outcome),)

    def open_alarms(self) -> tuple[OpenAlarm, ...]:
        """Every open alarm: unacknowledged first, then priority, then newest."""
        found = [
            slot.alarm if slot.alarm.count == slot.count else replace(slot.alarm, count=slot.count)
            for slot in self._by_alarm.values()
            if slot.alarm is not None
        ]
        return tuple(sorted(found, key=lambda a: (a.acknowledged_by is not None, a.definition.priority, -a.raised_monotonic_s)))

    def restore(
        self, alarms: Sequence[OpenAlarm], now_s: float, utc: datetime, *, away_since_utc: datetime | None = None
    ) -> tuple[AlarmEvent, ...]:
        """Take over what the records say was open when the program stopped. Call it before anything is observed.

        An active alarm stays active until it is observed to be over. An alarm whose definition is gone, or whose
        definition has another one open already, is closed as WITHDRAWN.

        Args:
            alarms: From ``Records.open_alarms``.
            now_s: Monotonic time, s.
            utc: Aware UTC.
            away_since_utc: When the former run was last known to be alive; marked in the alarm's detail.
        """
        events: list[AlarmEvent] = []
        away = "" if away_since_utc is None else f"{_AWAY} {_stamp(away_since_utc)} to {_stamp(utc)}"
        for alarm in alarms:
            if isinstance(when := alarm.definition.when, GrowthCondition):
                self._growth_slots(alarm.source_id, when.position or "")
            slot = self._slots.get(DefinitionId(alarm.definition.id))
            # Of several restarts the newest counts here; each stands in its own event.
            before = alarm.detail.partition(_AWAY)[0].removesuffix("; ") if away else alarm.detail
            detail = "; ".join(part for part in (before, away) if part)
            if slot is None or slot.alarm is not None or slot.source_id != alarm.source_id:
                gone = "The station file has no such warning any more" if slot is None else "Replaced by another occurrence"
                closed = replace(alarm, state=AlarmState.NORMAL, detail=gone)
                ghost = Slot(alarm.definition, Latching.NO, alarm.source_id, Rule(alarm.definition), alarm=closed, count_before=alarm.count)
                events.append(slot_event(ghost, AlarmEventKind.WITHDRAWN, now_s, utc))
                continue
            age_s = (utc - alarm.raised_utc).total_seconds()
            slot.alarm = replace(alarm, definition=slot.definition, raised_monotonic_s=now_s - age_s, detail=detail)
            slot.count_before = alarm.count
            if alarm.state in ACTIVE_STATES:
                slot.rule.take_over(0)
            self._by_alarm[alarm.alarm_id] = slot
            events.append(slot_event(slot, AlarmEventKind.RESTORED, now_s, utc))
        return tuple(events)

    def _plan(
        self,
        alarm_id: AlarmId,
        life_event: LifeEvent,
        kind: AlarmEventKind,
        person_id: PersonId,
        note: str,
        now_s: float,
        utc: datetime,
    ) -> AlarmEvent:
        slot = self._by_alarm.get(alarm_id)
        alarm = slot.alarm if slot is not None else None
        if slot is None or alarm is None:
            raise AlarmRefusedError(Refusal.NOT_OPEN.value, value=alarm_id, do="Nothing needs to be done")
        outcome = next_state(slot.latching, alarm.state, life_event)
        if isinstance(outcome, Refusal):
            raise AlarmRefusedError(outcome.value, where=slot.definition.id)
        return AlarmEvent(
            kind=kind,
            alarm_id=alarm_id,
            definition=slot.definition,
            alarm_kind=alarm.kind,
            state=outcome,
            source_id=alarm.source_id,
            utc=utc,
            monotonic_s=now_s,
            count=slot.count,
            person_id=person_id,
            note=note,
            input_ref=alarm.input_ref,
        )

    def _apply(self, slot: Slot, change: Change | None, now_s: float, utc: datetime, events: list[AlarmEvent]) -> None:
        if change is None:
            return
        if change is Change.RAISED:
            events.append(self._raise(slot, now_s, utc))
            return
        slot.count_before += slot.rule.hits
        slot.rule.hits = 0
        if slot.alarm is not None:
            outcome = next_state(slot.latching, slot.alarm.state, LifeEvent.CONDITION_RETURNED)
            if isinstance(outcome, AlarmState):
                slot.alarm = replace(slot.alarm, state=outcome, returned_utc=utc)
                events.append(slot_event(slot, AlarmEventKind.RETURNED, now_s, utc))
                if outcome is AlarmState.NORMAL:
                    self._close(slot)

    def _raise(self, slot: Slot, now_s: float, utc: datetime) -> AlarmEvent:
        alarm = slot.alarm
        if alarm is not None:
            slot.alarm = replace(
                alarm,
                state=AlarmState.UNACKNOWLEDGED_ACTIVE,
                acknowledged_by=None,
                acknowledged_utc=None,
                returned_utc=None,
                # The picture kept with it is that of this raise: its regions must be as well.
                finding=slot.cause.finding,
                reason=slot.cause.reason,
                detail=slot.cause.detail,
                input_ref=slot.cause.input_ref,
            )
            return slot_event(slot, AlarmEventKind.RAISED_AGAIN, now_s, utc)
        slot.count_before = 0
        slot.alarm = OpenAlarm(
            alarm_id=AlarmId(self._new_id()),
            definition=slot.definition,
            kind=self._kind(slot, slot.cause.finding),
            state=AlarmState.UNACKNOWLEDGED_ACTIVE,
            source_id=slot.source_id,
            raised_utc=utc,
            raised_monotonic_s=now_s,
            count=slot.count,
            finding=slot.cause.finding,
            reason=slot.cause.reason,
            detail=slot.cause.detail,
            input_ref=slot.cause.input_ref,
        )
        self._by_alarm[slot.alarm.alarm_id] = slot
        return slot_event(slot, AlarmEventKind.RAISED, now_s, utc)

    def _close(self, slot: Slot) -> None:
        if slot.alarm is not None:
            del self._by_alarm[slot.alarm.alarm_id]
        slot.alarm = None
        slot.count_before = slot.count_told = 0

    def _kind(self, slot: Slot, finding: Finding | None) -> AlarmKind:
        if isinstance(slot.definition.when, SystemCondition | NoVerdictCondition):
            return AlarmKind.SYSTEM
        if isinstance(slot.definition.when, GrowthCondition):
            return AlarmKind.FAULT
        if slot.source_id in self._camera_ids or (finding is not None and finding.verdict is Verdict.DEFECT):
            return AlarmKind.DEFECT
        return AlarmKind.FAULT


def _stamp(utc: datetime) -> str:
    return utc.strftime("%Y-%m-%d %H:%M:%S UTC")
