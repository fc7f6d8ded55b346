"""This file decides what becomes of a definition's occurrence: it carries out what the life cycle says, and tells it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from inference.findings import Finding, Verdict
from station.alarms.life_cycle import HELD_STATES, LifeEvent, Refusal, next_state
from station.alarms.seen_false import shown_priority
from station.alarms.slot_events import open_alarm, slot_event
from station.alarms.slots import Moment, Slot
from station.config import GrowthCondition, NoVerdictCondition, SystemCondition
from station.events import AlarmEvent, AlarmEventKind, OpenAlarm
from station.frames import AlarmId, SourceId
from station.view import AlarmKind, AlarmState


class Occurrences:
    """Every open occurrence, by its id. Not thread-safe; owned by the engine.

    Args:
        camera_ids: Sources whose alarms are of kind DEFECT.
        new_id: Makes the id of a new occurrence.
    """

    def __init__(self, camera_ids: Collection[SourceId], new_id: Callable[[], str]) -> None:
        self._camera_ids = frozenset(camera_ids)
        self._new_id = new_id
        self.by_alarm: dict[AlarmId, Slot] = {}

    def slot_of(self, alarm_id: AlarmId) -> Slot | None:
        """Where an open occurrence is; None where it is not open."""
        return self.by_alarm.get(alarm_id)

    # ------------------------------------------------------------ the condition

    def condition_raised(self, slot: Slot, now: Moment, events: list[AlarmEvent]) -> None:
        """The condition of *slot* begins to hold."""
        slot.raises_s.append(now.now_s)
        if slot.held_open:  # it rang often enough; it is counted, and told with the count
            return
        if next_state(slot.state, LifeEvent.CONDITION_RAISED, slot.case) in HELD_STATES:
            self._raise_behind(slot, now, events)
        else:
            self.ring(slot, now, events)

    def condition_returned(self, slot: Slot, now: Moment, events: list[AlarmEvent]) -> None:
        """The condition of *slot* is over. One that rang too often stays open until it has calmed down."""
        slot.count_before += slot.rule.hits
        slot.rule.hits = 0
        if slot.alarm is None:
            return
        if slot.alarm.state not in HELD_STATES and not slot.calm(now.now_s):
            if not slot.held_open:
                slot.held_open = True
                events.append(slot_event(slot, AlarmEventKind.CHATTERING, now))
            return
        self.returned(slot, now, events)

    def returned(self, slot: Slot, now: Moment, events: list[AlarmEvent]) -> None:
        """The open occurrence of *slot* returns to normal, as far as people have answered it."""
        slot.held_open = False
        alarm = open_alarm(slot)
        outcome = next_state(alarm.state, LifeEvent.CONDITION_RETURNED, slot.case)
        if isinstance(outcome, AlarmState):
            slot.alarm = replace(alarm, state=outcome, returned_utc=now.utc)
            events.append(slot_event(slot, AlarmEventKind.RETURNED, now))
            self.close_if_over(slot)

    # ------------------------------------------------------------------ ringing

    def ring(self, slot: Slot, now: Moment, events: list[AlarmEvent], *, count_before: int = 0) -> None:
        """It asks for a person: a new occurrence (with *count_before* earlier findings), or a new activation of the open one."""
        demoted = slot.strict is not None and not slot.strict.active and slot.seen_false > 0
        seen_false = slot.seen_false if demoted else 0
        demoted_to = shown_priority(slot.definition, seen_false)
        alarm = slot.alarm
        if alarm is None:
            self._open(slot, AlarmState.UNACKNOWLEDGED_ACTIVE, now, activation=1, count_before=count_before)
            slot.alarm = replace(open_alarm(slot), demoted_to=demoted_to, seen_false=seen_false)
            events.append(slot_event(slot, AlarmEventKind.RAISED, now))
            return
        slot.alarm = replace(
            self._unanswered(slot, alarm),
            state=AlarmState.UNACKNOWLEDGED_ACTIVE,
            activation=alarm.activation + 1,
            demoted_to=demoted_to,
            seen_false=seen_false,
        )
        events.append(slot_event(slot, AlarmEventKind.RAISED_AGAIN, now))

    def realarm(self, slot: Slot, now: Moment, events: list[AlarmEvent]) -> None:
        """It was acknowledged long ago and still stands: it asks again."""
        alarm = open_alarm(slot)
        if next_state(alarm.state, LifeEvent.REALARM, slot.case) is not alarm.state:
            slot.alarm = replace(
                alarm,
                state=AlarmState.UNACKNOWLEDGED_ACTIVE,
                acknowledged_by=None,
                acknowledged_utc=None,
                activation=alarm.activation + 1,
            )
            events.append(slot_event(slot, AlarmEventKind.REALARMED, now))

    def promote(self, slot: Slot, now: Moment, events: list[AlarmEvent]) -> None:
        """It was demoted, and findings that nobody called false satisfy it by themselves now."""
        alarm = slot.alarm
        if alarm is None or alarm.seen_false == 0 or not slot.rule.active:
            return
        if next_state(alarm.state, LifeEvent.PROMOTE, slot.case) is AlarmState.UNACKNOWLEDGED_ACTIVE:
            slot.alarm = replace(
                self._unanswered(slot, alarm),
                state=AlarmState.UNACKNOWLEDGED_ACTIVE,
                activation=alarm.activation + 1,
                demoted_to=None,
                seen_false=0,
            )
            events.append(slot_event(slot, AlarmEventKind.PROMOTED, now))

    # --------------------------------------------------------------- behind holds

    def hide(self, slot: Slot, state: AlarmState, now: Moment, events: list[AlarmEvent]) -> None:
        """The open occurrence of *slot*, if there is one, goes behind the hold that *state* is."""
        if slot.held_open and not slot.rule.active:
            self.returned(slot, now, events)
        slot.held_open = False
        if slot.alarm is not None and slot.alarm.state is not state:
            slot.alarm = replace(slot.alarm, state=state)
            events.append(slot_event(slot, AlarmEventKind.HELD, now))

    def set_free(self, slot: Slot, state: AlarmState | Refusal, behind: int, now: Moment, events: list[AlarmEvent]) -> None:
        """The last hold of *slot* ended and left it in *state*; *behind* is how often its condition began behind it."""
        alarm = slot.alarm
        if state is AlarmState.UNACKNOWLEDGED_ACTIVE:
            self._ring_anew(slot, now, events)
        elif state is AlarmState.RETURNED_UNACKNOWLEDGED and behind and alarm is not None:
            # It latches and nobody has seen it: it rings, and is over at once.
            self._ring_anew(slot, now, events)
            self.returned(slot, now, events)
        elif alarm is not None and isinstance(state, AlarmState):
            slot.alarm = replace(alarm, state=state)
            events.append(slot_event(slot, AlarmEventKind.RELEASED, now))
            self.close_if_over(slot)

    def close_if_over(self, slot: Slot) -> None:
        """Let the occurrence go when it is NORMAL."""
        if slot.alarm is None or slot.alarm.state is not AlarmState.NORMAL:
            return
        del self.by_alarm[slot.alarm.alarm_id]
        slot.alarm = None
        slot.held_open = False
        slot.count_before = slot.count_told = 0

    def _ring_anew(self, slot: Slot, now: Moment, events: list[AlarmEvent]) -> None:
        """What happened behind the hold only was never anybody's: what rings after it is an occurrence of its own."""
        alarm = slot.alarm
        if alarm is not None and alarm.activation == 0:
            slot.alarm = replace(alarm, state=AlarmState.NORMAL)
            events.append(slot_event(slot, AlarmEventKind.RELEASED, now))
            before = slot.count_before
            self.close_if_over(slot)
            self.ring(slot, now, events, count_before=before)
            return
        self.ring(slot, now, events)

    def _raise_behind(self, slot: Slot, now: Moment, events: list[AlarmEvent]) -> None:
        for standing in slot.holds.values():
            standing.hold = replace(standing.hold, behind=standing.hold.behind + 1, last_behind_utc=now.utc)
        if slot.alarm is None:
            self._open(slot, slot.state, now, activation=0, count_before=0)
        else:
            slot.alarm = self._unanswered(slot, slot.alarm)
        events.append(slot_event(slot, AlarmEventKind.RAISED_HELD, now))

    def _unanswered(self, slot: Slot, alarm: OpenAlarm) -> OpenAlarm:
        return replace(
            alarm,
            acknowledged_by=None,
            acknowledged_utc=None,
            returned_utc=None,
            # The picture kept with it is that of this raise: its regions must be as well.
            finding=slot.cause.finding,
            reason=slot.cause.reason,
            detail=slot.cause.detail,
            input_ref=slot.cause.input_ref,
        )

    def _open(self, slot: Slot, state: AlarmState, now: Moment, *, activation: int, count_before: int) -> None:
        slot.count_before = count_before
        slot.alarm = OpenAlarm(
            alarm_id=AlarmId(self._new_id()),
            definition=slot.definition,
            kind=self._kind(slot, slot.cause.finding),
            state=state,
            source_id=slot.source_id,
            raised_utc=now.utc,
            raised_monotonic_s=now.now_s,
            count=slot.count,
            finding=slot.cause.finding,
            reason=slot.cause.reason,
            detail=slot.cause.detail,
            input_ref=slot.cause.input_ref,
            activation=activation,
        )
        self.by_alarm[slot.alarm.alarm_id] = slot

    def _kind(self, slot: Slot, finding: Finding | None) -> AlarmKind:
        if isinstance(slot.definition.when, SystemCondition | NoVerdictCondition):
            return AlarmKind.SYSTEM
        if isinstance(slot.definition.when, GrowthCondition):
            return AlarmKind.FAULT
        if slot.source_id in self._camera_ids or (finding is not None and finding.verdict is Verdict.DEFECT):
            return AlarmKind.DEFECT
        return AlarmKind.FAULT
