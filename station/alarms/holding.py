"""This file decides how a hold on a definition begins and ends, by a person, by time and by the machine's state."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from station.alarms.life_cycle import HELD_STATES, LifeEvent, Refusal, next_state
from station.alarms.occurrences import Occurrences
from station.alarms.registry import AlarmRefusedError
from station.alarms.slots import Moment, Slot, Standing
from station.events import AlarmEvent
from station.frames import PersonId
from station.holds import Hold, HoldChange, HoldEvent
from station.view import AlarmState
from station.warning_view import HoldKind, HoldView

COUNT_HOLD_EVERY_S = 5.0
"""What happens behind a hold is told to the records at most so often, s."""
BEGINS = {
    HoldKind.SHELVED: LifeEvent.SHELVE,
    HoldKind.SUPPRESSED: LifeEvent.SUPPRESS,
    HoldKind.OUT_OF_SERVICE: LifeEvent.TAKE_OUT_OF_SERVICE,
}
ENDS = {
    HoldKind.SHELVED: LifeEvent.UNSHELVE,
    HoldKind.SUPPRESSED: LifeEvent.UNSUPPRESS,
    HoldKind.OUT_OF_SERVICE: LifeEvent.RETURN_TO_SERVICE,
}


class Holding:
    """The holds of all definitions; what happens to them waits in :attr:`told` to be taken. Not thread-safe; owned by the engine."""

    def __init__(self, occurrences: Occurrences) -> None:
        self._occurrences = occurrences
        self.told: list[HoldEvent] = []

    # ------------------------------------------------------------------- people

    def plan_begin(self, slot: Slot, kind: HoldKind, length_s: float | None, reason: str, person_id: PersonId, now: Moment) -> HoldEvent:
        """The hold a person wants, without beginning it.

        Raises:
            AlarmRefusedError: The life cycle, the definition's limit or a missing reason stands against it.
        """
        where = slot.definition.id
        outcome = next_state(slot.state, BEGINS[kind], slot.case)
        if isinstance(outcome, Refusal):
            raise AlarmRefusedError(outcome.value, where=where)
        if not reason.strip():
            raise AlarmRefusedError("A reason is missing", where=where, do="Say in a few words why this warning is held back")
        if kind is HoldKind.SHELVED:
            length_s = _length(slot, length_s)
        until = None if length_s is None else now.utc + timedelta(seconds=length_s)
        hold = Hold(slot.definition, kind, now.utc, until, person_id, reason.strip(), length_s=length_s)
        return HoldEvent(HoldChange.BEGAN, hold, now.utc)

    def plan_end(self, slot: Slot, kind: HoldKind, person_id: PersonId, now: Moment) -> HoldEvent:
        """The end of a hold that a person wants, without ending it.

        Raises:
            AlarmRefusedError: There is no such hold.
        """
        outcome = next_state(slot.state, ENDS[kind], slot.case)
        if isinstance(outcome, Refusal):
            raise AlarmRefusedError(outcome.value, where=slot.definition.id)
        return HoldEvent(HoldChange.ENDED, slot.holds[kind].hold, now.utc, person_id)

    def carry_out(self, slot: Slot, planned: HoldEvent, now: Moment, events: list[AlarmEvent]) -> None:
        """Carry out what was planned and kept. Where the definition moved meanwhile, nothing contradicts what was kept."""
        kind = planned.hold.kind
        if planned.change is HoldChange.ENDED:
            if kind in slot.holds:
                self._end(slot, kind, ENDS[kind], now, events)
        elif kind not in slot.holds:
            until_s = None if planned.hold.length_s is None else now.now_s + planned.hold.length_s
            self._begin(slot, Standing(planned.hold, until_s), now, events)

    # ------------------------------------------------------------- by themselves

    def suppress(self, slot: Slot, now: Moment, events: list[AlarmEvent]) -> None:
        """The machine entered the state in which the warning means nothing."""
        machine = slot.machine
        outcome = next_state(slot.state, LifeEvent.SUPPRESS, slot.case)
        if machine is None or HoldKind.SUPPRESSED in slot.holds or isinstance(outcome, Refusal):
            return
        hold = Hold(slot.definition, HoldKind.SUPPRESSED, now.utc, reason=machine.state.why.en)
        self.told.append(HoldEvent(HoldChange.BEGAN, hold, now.utc))
        self._begin(slot, Standing(hold, None), now, events)

    def end(self, slot: Slot, kind: HoldKind, now: Moment, events: list[AlarmEvent]) -> None:
        """A hold ends by itself: its time is over, the machine left its state, the definition allows it no more."""
        if kind in slot.holds:
            self.told.append(HoldEvent(HoldChange.ENDED, slot.holds[kind].hold, now.utc))
            life_event = LifeEvent.SHELF_EXPIRED if kind is HoldKind.SHELVED else ENDS[kind]
            self._end(slot, kind, life_event, now, events)

    def tick(self, slot: Slot, now: Moment, events: list[AlarmEvent]) -> None:
        """Let time pass over the holds of *slot*."""
        due = [kind for kind, standing in slot.holds.items() if standing.until_s is not None and now.now_s >= standing.until_s]
        for kind in due:
            self.end(slot, kind, now, events)
        for standing in slot.holds.values():
            if standing.hold.behind > standing.told and now.now_s - standing.told_s >= COUNT_HOLD_EVERY_S:
                self._tell(standing, now)

    def tell_counts(self, slots: Iterable[Slot], now: Moment) -> None:
        """Tell everything that happened behind holds, for a stop in order."""
        for slot in slots:
            for standing in slot.holds.values():
                if standing.hold.behind > standing.told:
                    self._tell(standing, now)

    def put_back(self, slot: Slot, hold: Hold, left_s: float | None, now: Moment) -> None:
        """After a restart: *hold* stands again, for *left_s* seconds. Changes no occurrence."""
        until = None if left_s is None else now.utc + timedelta(seconds=left_s)
        moved = replace(hold, definition=slot.definition, until_utc=until)
        slot.holds[hold.kind] = Standing(moved, None if left_s is None else now.now_s + left_s, told=hold.behind, told_s=now.now_s)
        if hold.until_utc is not None and until is not None and abs((hold.until_utc - until).total_seconds()) > 1.0:
            self.told.append(HoldEvent(HoldChange.COUNTED, moved, now.utc))
        if hold.kind is HoldKind.SUPPRESSED and slot.machine is not None:
            slot.machine.rule.take_over(1)

    def views(self, slots: Iterable[Slot], now_s: float) -> tuple[HoldView, ...]:
        """Every hold that stands, oldest first."""
        found = [_view(slot, standing, now_s) for slot in slots for standing in slot.holds.values()]
        return tuple(sorted(found, key=lambda view: view.since_utc))

    # ------------------------------------------------------------------- within

    def _begin(self, slot: Slot, standing: Standing, now: Moment, events: list[AlarmEvent]) -> None:
        kind = standing.hold.kind
        outcome = next_state(slot.state, BEGINS[kind], slot.case)
        if outcome is Refusal.CRITICAL:
            self.told.append(HoldEvent(HoldChange.ENDED, standing.hold, now.utc))
            return
        # What was kept before it was carried out stands, even where another hold came in between and shows instead.
        state = slot.state if isinstance(outcome, Refusal) else outcome
        if kind is HoldKind.OUT_OF_SERVICE and (shelf := slot.holds.pop(HoldKind.SHELVED, None)) is not None:
            self.told.append(HoldEvent(HoldChange.ENDED, shelf.hold, now.utc, standing.hold.person_id))
        slot.holds[kind] = standing
        if state in HELD_STATES:
            self._occurrences.hide(slot, state, now, events)

    def _end(self, slot: Slot, kind: HoldKind, life_event: LifeEvent, now: Moment, events: list[AlarmEvent]) -> None:
        outcome = next_state(slot.state, life_event, slot.case)
        behind = slot.holds.pop(kind).hold.behind
        if isinstance(outcome, AlarmState) and outcome in HELD_STATES:
            self._occurrences.hide(slot, outcome, now, events)
        else:
            self._occurrences.set_free(slot, outcome, behind, now, events)

    def _tell(self, standing: Standing, now: Moment) -> None:
        standing.told, standing.told_s = standing.hold.behind, now.now_s
        self.told.append(HoldEvent(HoldChange.COUNTED, standing.hold, now.utc))


def _length(slot: Slot, length_s: float | None) -> float:
    most_s = slot.definition.max_shelve_s
    if length_s is None or not math.isfinite(length_s) or not 0 < length_s <= most_s:
        raise AlarmRefusedError(
            "This warning cannot be put aside for so long",
            where=slot.definition.id,
            value="no time" if length_s is None else f"{length_s:g} s",
            do=f"Choose at most {most_s / 60:g} minutes",
        )
    return length_s


def _view(slot: Slot, standing: Standing, now_s: float) -> HoldView:
    hold = standing.hold
    return HoldView(
        definition=slot.definition,
        kind=hold.kind,
        source_id=slot.source_id,
        since_utc=hold.since_utc,
        until_utc=hold.until_utc,
        left_s=None if standing.until_s is None else max(0.0, standing.until_s - now_s),
        person_id=hold.person_id,
        reason=hold.reason,
        stands=slot.rule.active,
        behind=hold.behind,
        last_behind_utc=hold.last_behind_utc,
        alarm_id=None if slot.alarm is None else slot.alarm.alarm_id,
    )
