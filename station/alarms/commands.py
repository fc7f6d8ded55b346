"""This file decides how people's commands reach the alarms: planned first, carried out when they are on disk."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from station.alarms.holding import Holding
from station.alarms.life_cycle import HELD_STATES, LifeEvent, Refusal, next_state
from station.alarms.occurrences import Occurrences
from station.alarms.registry import AlarmRefusedError, Registry
from station.alarms.seen_false import shown_priority
from station.alarms.slot_events import planned_event, slot_event
from station.alarms.slots import Moment, Slot
from station.config import AlarmConfig
from station.events import AlarmEvent, AlarmEventKind
from station.frames import AlarmId, DefinitionId, PersonId
from station.holds import HoldEvent
from station.view import AlarmState
from station.warning_view import HoldKind

_LIFE_EVENTS = {AlarmEventKind.ACKNOWLEDGED: LifeEvent.ACKNOWLEDGE, AlarmEventKind.RESET: LifeEvent.RESET}


class Commands:
    """The half of the engine that people use. Not thread-safe; one thread owns it.

    A command is *planned* (what it would be, or why not), kept on disk, then *committed*: what somebody was told is done
    is on disk. Commands come one after the other; conditions may change between plan and commit.

    Args:
        registry: The definitions.
        occurrences: What is open.
        holding: What is held back.
    """

    def __init__(self, registry: Registry, occurrences: Occurrences, holding: Holding) -> None:
        self._registry = registry
        self._occurrences = occurrences
        self._holding = holding
        self._awake: dict[int, Slot] = {}
        """Slots of which time alone may change something."""

    def plan_acknowledge(self, alarm_id: AlarmId, person_id: PersonId, note: str, now_s: float, utc: datetime) -> AlarmEvent:
        """The event an acknowledgement would be, without carrying it out: keep it first, then :meth:`commit` it.

        Raises:
            AlarmRefusedError: When the life cycle does not allow it.
        """
        return self._plan(alarm_id, AlarmEventKind.ACKNOWLEDGED, person_id, note, Moment(now_s, utc))

    def plan_reset(self, alarm_id: AlarmId, person_id: PersonId, note: str, now_s: float, utc: datetime) -> AlarmEvent:
        """The event a reset would be, without carrying it out: keep it first, then :meth:`commit` it.

        Raises:
            AlarmRefusedError: When the life cycle does not allow it.
        """
        return self._plan(alarm_id, AlarmEventKind.RESET, person_id, note, Moment(now_s, utc))

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
        slot = self._occurrences.slot_of(planned.alarm_id)
        if slot is None or slot.alarm is None:
            return ()
        outcome = next_state(slot.alarm.state, _LIFE_EVENTS[planned.kind], slot.case)
        if slot.alarm.state in HELD_STATES:  # what the person did is kept already, so it counts
            outcome = slot.alarm.state if planned.kind is AlarmEventKind.ACKNOWLEDGED else AlarmState.NORMAL
        elif isinstance(outcome, Refusal):
            return ()
        slot.alarm = replace(slot.alarm, state=outcome)
        if planned.kind is AlarmEventKind.ACKNOWLEDGED:
            slot.alarm = replace(slot.alarm, acknowledged_by=planned.person_id, acknowledged_utc=planned.utc)
            slot.acknowledged_s = planned.monotonic_s
        self._occurrences.close_if_over(slot)
        return (planned if outcome is planned.state else replace(planned, state=outcome),)

    def plan_hold(
        self,
        definition_id: DefinitionId,
        kind: HoldKind,
        length_s: float | None,
        reason: str,
        person_id: PersonId,
        now_s: float,
        utc: datetime,
    ) -> HoldEvent:
        """The hold a person wants, without beginning it: keep it first, then :meth:`commit_hold` it.

        Raises:
            AlarmRefusedError: The life cycle, the definition's limit or a missing reason stands against it.
        """
        return self._holding.plan_begin(self._slot(definition_id), kind, length_s, reason, person_id, Moment(now_s, utc))

    def plan_release(self, definition_id: DefinitionId, kind: HoldKind, person_id: PersonId, now_s: float, utc: datetime) -> HoldEvent:
        """The end of a hold that a person wants, without ending it: keep it first, then :meth:`commit_hold` it.

        Raises:
            AlarmRefusedError: There is no such hold.
        """
        return self._holding.plan_end(self._slot(definition_id), kind, person_id, Moment(now_s, utc))

    def commit_hold(self, planned: HoldEvent, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """Carry out a planned hold, or a planned end of one."""
        events: list[AlarmEvent] = []
        slot = self._slot(DefinitionId(planned.hold.definition.id))
        self._holding.carry_out(slot, planned, Moment(now_s, utc), events)
        self._wake(slot)
        return tuple(events)

    def check_change(self, definition: AlarmConfig) -> AlarmConfig:
        """The definition whose place *definition* may take while the line runs.

        Raises:
            AlarmRefusedError: There is none, or the two do not listen to the same.
        """
        return self._registry.check_change(definition)

    def redefine(self, definition: AlarmConfig, now_s: float, utc: datetime) -> tuple[AlarmEvent, ...]:
        """Put *definition* in the place of the one with its id. What is open stays open; a critical one is held no more."""
        events: list[AlarmEvent] = []
        now = Moment(now_s, utc)
        for slot in self._registry.change(definition):
            self._wake(slot)
            if slot.alarm is not None:
                seen_false = 0 if slot.critical else slot.alarm.seen_false
                demoted_to = shown_priority(slot.definition, seen_false)
                slot.alarm = replace(slot.alarm, definition=slot.definition, demoted_to=demoted_to, seen_false=seen_false)
            for kind in (HoldKind.SHELVED, HoldKind.SUPPRESSED, HoldKind.OUT_OF_SERVICE):  # what lies beneath first
                if slot.critical or (kind is HoldKind.SUPPRESSED and (slot.machine is None or not slot.machine.rule.active)):
                    self._holding.end(slot, kind, now, events)
            if slot.alarm is not None:
                events.append(slot_event(slot, AlarmEventKind.REDEFINED, now))
        return tuple(events)

    def _slot(self, definition_id: DefinitionId) -> Slot:
        slot = self._registry.slots.get(definition_id)
        if slot is None:
            raise AlarmRefusedError("There is no such warning", value=definition_id, do="Look at the list of warnings again")
        return slot

    def _wake(self, slot: Slot) -> None:
        self._awake[id(slot)] = slot

    def _plan(self, alarm_id: AlarmId, kind: AlarmEventKind, person_id: PersonId, note: str, now: Moment) -> AlarmEvent:
        slot = self._occurrences.slot_of(alarm_id)
        if slot is None or slot.alarm is None:
            raise AlarmRefusedError(Refusal.NOT_OPEN.value, value=alarm_id, do="Nothing needs to be done")
        outcome = next_state(slot.alarm.state, _LIFE_EVENTS[kind], slot.case)
        if isinstance(outcome, Refusal):
            raise AlarmRefusedError(outcome.value, where=slot.definition.id)
        return planned_event(slot, kind, outcome, person_id, note, now)
