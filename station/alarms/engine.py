"""This file decides which alarms are open: it turns findings, values and failures into alarm events."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from inference.findings import Finding
from inference.reasons import Reason
from station.alarms.commands import Commands
from station.alarms.conditions import (
    NOT_A_FAILURE,
    Change,
    Level,
    limit_level,
    machine_level,
    no_verdict_level,
    verdicts_level,
)
from station.alarms.growth_definitions import growth_level
from station.alarms.holding import Holding
from station.alarms.occurrences import Occurrences
from station.alarms.registry import AlarmRefusedError, Registry
from station.alarms.restoring import restore
from station.alarms.seen_false import SeenFalse
from station.alarms.slot_events import slot_event
from station.alarms.slots import Cause, Moment, Slot
from station.config import AlarmConfig, LimitCondition
from station.events import AlarmEvent, AlarmEventKind, OpenAlarm, SystemFault
from station.frames import AlarmId, SourceId
from station.holds import Hold, HoldEvent
from station.view import AlarmState
from station.warning_view import HoldKind, HoldView

__all__ = ["COUNT_EVENT_EVERY_S", "AlarmEngine", "AlarmRefusedError"]

COUNT_EVENT_EVERY_S = 5.0
"""A growing count is told to the records at most so often, s."""


class AlarmEngine(Commands):
    """All definitions of a station and their open alarms: at most one open alarm per definition.

    Time comes in with every call (``now_s`` monotonic seconds, ``utc`` aware), so that tests own it. Every method
    returns the events it caused, oldest first; what happened to holds waits for :meth:`take_hold_events`. Nothing else
    leaves the engine. Not thread-safe: one thread owns it.

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
        occurrences = Occurrences(camera_ids, new_id)
        super().__init__(Registry(definitions, own_time_ids), occurrences, Holding(occurrences))
        self._seen_false: SeenFalse | None = None

    def ask_before_raising(self, seen_false: SeenFalse) -> None:
        """Ask *seen_false* of every finding that speaks for a verdict warning; see there. Before anything is observed."""
        self._seen_false = seen_false
        self._registry.keep_strict_rules()

    def definitions(self) -> tuple[AlarmConfig, ...]:
        """Every definition in force."""
        return self._registry.definitions()

    # ------------------------------------------------------------------ observing

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
        now = Moment(now_s, utc)
        of_target = _by_target(findings) if len(findings) > 1 else None
        for condition, slot in self._registry.index.verdict.get(source_id, ()):
            mine = findings if of_target is None or condition.target is None else of_target.get(condition.target, ())
            decided = verdicts_level(condition, mine)
            if decided is None:
                continue
            level, finding = decided
            if level is Level.HIGH and not slot.rule.active:
                slot.cause = Cause(finding, None, "", input_ref)
            at_s = slot.at_input(now_s, own_s)
            promoted = slot.strict is not None and self._observe_strictly(slot, level, finding, input_ref, at_s)
            self._apply(slot, slot.rule.observe(level, at_s), now, events)
            if promoted:
                slot.cause = Cause(finding, None, "", input_ref)
                self._occurrences.promote(slot, now, events)
        slots = self._registry.index.no_verdict.get(source_id)
        if slots:
            decided = no_verdict_level(findings)
            if decided is not None:
                for slot in slots:
                    if decided[0] is Level.HIGH and not slot.rule.active:
                        slot.cause = Cause(None, decided[1].reason, "", input_ref)
                    self._apply(slot, slot.rule.observe(decided[0], slot.at_input(now_s, own_s)), now, events)
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
        Channels without a limit definition cost nothing. Row by row, what says how the machine stands comes before the limits,
        so that it does not matter how many rows come at once.
        """
        events: list[AlarmEvent] = []
        now = Moment(now_s, utc)
        limits = [(one, slot, _rows(channel_values.get(one.channel), own_s)) for one, slot in self._registry.index.limit.get(source_id, ())]
        machines = self._registry.index.machine.get(source_id, ())
        if not machines:
            for condition, slot, rows in limits:
                for value, row_s in rows:
                    self._observe_limit(slot, condition, value, row_s, input_ref, now, events)
            return tuple(events)
        states = [(machine, slot, _rows(channel_values.get(machine.state.channel), own_s)) for machine, slot in machines]
        for place in range(max((len(rows) for *_, rows in (*states, *limits)), default=0)):
            for machine, slot, rows in states:
                if place < len(rows):
                    value, row_s = rows[place]
                    change = machine.rule.observe(machine_level(machine.state, value), machine.at_input(now_s, row_s))
                    self._apply_machine(slot, change, now, events)
            for condition, slot, rows in limits:
                if place < len(rows):
                    self._observe_limit(slot, condition, *rows[place], input_ref, now, events)
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
        for condition, slot in self._registry.growth_slots(source_id, position):
            level = growth_level(condition, growth)
            if level is Level.HIGH and not slot.rule.active:
                slot.cause = cause
            self._apply(slot, slot.rule.observe(level, slot.at_input(now_s, own_s)), Moment(now_s, utc), events)
        return tuple(events)

    def recall_growth(self, source_id: SourceId, position: str, growths: Sequence[float]) -> None:
        """After :meth:`restore`: the steps before the restart stand again among the last M. Changes no alarm."""
        for condition, slot in self._registry.growth_slots(source_id, position):
            slot.rule.recall([growth_level(condition, growth) for growth in growths])

    def on_renewed(self, source_id: SourceId, position: str, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """The surface at a camera position is new: its growth warnings are over, and nothing before counts."""
        events: list[AlarmEvent] = []
        for _, slot in self._registry.growth_slots(source_id, position):
            self._apply(slot, slot.rule.release(slot.at_rest(now_s)), Moment(now_s, utc), events)
        return tuple(events)

    def on_no_verdict(self, source_id: SourceId, reason: Reason | None, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """A source is gone or stale (*reason*), or has recovered (None). May be called again with the same.

        While it gives no verdict its verdict and limit alarms keep their state, and their delays stand still; a machine
        state read from it is not known, so it suppresses nothing any more. A source that is merely starting
        (:data:`NOT_A_FAILURE`) neither raises nor clears a no-verdict alarm.
        """
        events: list[AlarmEvent] = []
        now = Moment(now_s, utc)
        if reason is not None:
            for _, slot in self._registry.index.verdict.get(source_id, ()):
                slot.pause(now_s)
            for _, slot in self._registry.index.limit.get(source_id, ()):
                slot.pause(now_s)
            if reason.code in NOT_A_FAILURE:
                return ()
            for machine, slot in self._registry.index.machine.get(source_id, ()):
                machine.forget()
                self._holding.end(slot, HoldKind.SUPPRESSED, now, events)
        for slot in self._registry.index.no_verdict.get(source_id, ()):
            if reason is not None and not slot.rule.active:
                slot.cause = Cause(reason=reason)
            self._apply(slot, slot.release(now_s) if reason is None else slot.force(now_s), now, events)
        return tuple(events)

    def on_system(self, kind: SystemFault, *, active: bool, detail: str, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """The station itself fails (*active*) or does not any more. May be called again with the same.

        Call it for every kind once after the start, so that what a former run left open can close.
        """
        events: list[AlarmEvent] = []
        for slot in self._registry.index.system.get(kind, ()):
            if active and not slot.rule.active:
                slot.cause = Cause(detail=detail)
            self._apply(slot, slot.rule.force(now_s) if active else slot.rule.release(now_s), Moment(now_s, utc), events)
        return tuple(events)

    # ----------------------------------------------------------------------- time

    def tick(self, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """Let time pass: delays, shelves and re-alarms run out, grown counts are told. Call it several times a second.

        It looks only at definitions of which time alone can change something.
        """
        events: list[AlarmEvent] = []
        now = Moment(now_s, utc)
        for slot in tuple(self._awake.values()):
            self._tick(slot, now, events)
            if slot.idle:
                del self._awake[id(slot)]
        return tuple(events)

    def tell_counts(self, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """Tell every grown count now, for a stop in order."""
        now = Moment(now_s, utc)
        slots = self._registry.slots.values()
        self._holding.tell_counts(slots, now)
        grown = [slot for slot in slots if slot.alarm is not None and slot.count > slot.count_told]
        return tuple(slot_event(slot, AlarmEventKind.COUNTED, now) for slot in grown)

    # --------------------------------------------------------------------- asking

    def open_alarms(self) -> tuple[OpenAlarm, ...]:
        """Every open alarm, those behind holds included: unacknowledged first, then priority, then newest."""
        found = [
            slot.alarm if slot.alarm.count == slot.count else replace(slot.alarm, count=slot.count)
            for slot in self._occurrences.by_alarm.values()
            if slot.alarm is not None
        ]
        return tuple(sorted(found, key=lambda a: (a.acknowledged_by is not None, a.priority, -a.raised_monotonic_s)))

    def open_alarm(self, alarm_id: AlarmId) -> OpenAlarm | None:
        """One open alarm; None where it is not open."""
        slot = self._occurrences.slot_of(alarm_id)
        return None if slot is None else slot.alarm

    def chattering(self, alarm_id: AlarmId) -> bool:
        """Whether an open alarm is held open because it came too often."""
        slot = self._occurrences.slot_of(alarm_id)
        return slot is not None and slot.held_open

    def holds(self, now_s: float) -> tuple[HoldView, ...]:
        """Every hold that stands, oldest first."""
        return self._holding.views((slot for slot in self._registry.slots.values() if slot.holds), now_s)

    def take_hold_events(self) -> tuple[HoldEvent, ...]:
        """What happened to holds by itself since the last call, oldest first; to be kept."""
        told = tuple(self._holding.told)
        self._holding.told.clear()
        return told

    def restore(
        self,
        alarms: Sequence[OpenAlarm],
        now_s: float,
        utc: datetime,
        *,
        away_since_utc: datetime | None = None,
        holds: Sequence[Hold] = (),
    ) -> tuple[AlarmEvent, ...]:
        """Take over what the records say was open and held back when the program stopped. Call it before anything is observed.

        An active alarm stays active until it is observed to be over. An alarm whose definition is gone, or whose
        definition has another one open already, is closed as WITHDRAWN. A shelf stands for what is left of it by the
        wall clock, never for longer than it was made for; one that ended meanwhile lets its alarm go as if it ended now.

        Args:
            alarms: From ``Records.open_alarms``.
            now_s: Monotonic time, s.
            utc: Aware UTC.
            away_since_utc: When the former run was last known to be alive; marked in the alarm's detail.
            holds: From the records as well.
        """
        now = Moment(now_s, utc)
        events = restore(self._registry, self._occurrences, self._holding, alarms, holds, now, away_since_utc)
        for slot in self._registry.slots.values():
            if not slot.idle:
                self._wake(slot)
        return tuple(events)

    # --------------------------------------------------------------------- within

    def _observe_limit(
        self,
        slot: Slot,
        condition: LimitCondition,
        value: float,
        row_s: float | None,
        input_ref: int | None,
        now: Moment,
        events: list[AlarmEvent],
    ) -> None:
        level = limit_level(condition, value)
        if level is Level.UNKNOWN:
            return
        if level is Level.HIGH and not slot.rule.active:
            slot.cause = Cause(None, None, f"{condition.channel} = {value:g}", input_ref)
        self._apply(slot, slot.rule.observe(level, slot.at_input(now.now_s, row_s)), now, events)

    def _observe_strictly(self, slot: Slot, level: Level, finding: Finding, input_ref: int | None, at_s: float) -> bool:
        """Observe *level* as the memory of false alarms sees it; whether that makes the condition hold by itself."""
        strict = slot.strict
        if strict is None:
            return False
        if level is Level.HIGH and self._seen_false is not None:
            times = self._seen_false(slot.definition, slot.source_id, finding, input_ref)
            if times > 0:
                slot.seen_false = times
                level = Level.LOW
        return strict.observe(level, at_s) is Change.RAISED

    def _apply(self, slot: Slot, change: Change | None, now: Moment, events: list[AlarmEvent]) -> None:
        if change is Change.RAISED:
            self._occurrences.condition_raised(slot, now, events)
        elif change is Change.RETURNED:
            self._occurrences.condition_returned(slot, now, events)
        elif not slot.rule.pending:
            return
        self._wake(slot)

    def _apply_machine(self, slot: Slot, change: Change | None, now: Moment, events: list[AlarmEvent]) -> None:
        if change is Change.RAISED:
            self._holding.suppress(slot, now, events)
        elif change is Change.RETURNED:
            self._holding.end(slot, HoldKind.SUPPRESSED, now, events)
        if not slot.idle:
            self._wake(slot)

    def _tick(self, slot: Slot, now: Moment, events: list[AlarmEvent]) -> None:
        if slot.machine is not None:
            self._apply_machine(slot, slot.machine.rule.tick(slot.machine.at_rest(now.now_s)), now, events)
        self._holding.tick(slot, now, events)
        promoted = slot.strict is not None and slot.strict.tick(slot.at_rest(now.now_s)) is Change.RAISED
        self._apply(slot, slot.rule.tick(slot.at_rest(now.now_s)), now, events)
        if promoted:
            self._occurrences.promote(slot, now, events)
        alarm = slot.alarm
        if alarm is None:
            return
        realarm_after_s = slot.definition.realarm_after_s
        if slot.held_open and not slot.rule.active and slot.calm(now.now_s):
            self._occurrences.returned(slot, now, events)
        elif (
            realarm_after_s is not None
            and slot.rule.active
            and alarm.state is AlarmState.ACKNOWLEDGED_ACTIVE
            and now.now_s - slot.acknowledged_s >= realarm_after_s
        ):
            self._occurrences.realarm(slot, now, events)
        elif slot.count > slot.count_told and now.now_s - slot.count_told_s >= COUNT_EVENT_EVERY_S:
            events.append(slot_event(slot, AlarmEventKind.COUNTED, now))


def _by_target(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Findings of one input by what they are about, so that many definitions do not each look through all of them."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.target, []).append(finding)
    return grouped


def _rows(given: float | NDArray[np.float64] | None, own_s: NDArray[np.float64] | None) -> list[tuple[float, float | None]]:
    """Values of one channel with their time in the source."""
    if given is None:
        return []
    values = given.tolist() if isinstance(given, np.ndarray) else [given]
    return list(zip(values, [None] * len(values) if own_s is None else own_s.tolist(), strict=True))
