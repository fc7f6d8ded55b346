"""This file decides which definitions an engine knows, what each listens to, and what may change of one while it runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from inference.errors import LinesideError
from station.alarms.conditions import Rule
from station.alarms.growth_definitions import of_position
from station.alarms.own_time import OwnTime
from station.alarms.slots import Machine, Slot
from station.config import (
    CRITICAL,
    AlarmConfig,
    GrowthCondition,
    LimitCondition,
    NoVerdictCondition,
    SystemCondition,
    VerdictCondition,
)
from station.events import STATION_SOURCE, SystemFault
from station.frames import DefinitionId, SourceId

_LIMITS = {"raise_score", "clear_score", "raise_at", "clear_at"}
"""What of a condition may change while the line runs."""


class AlarmRefusedError(LinesideError):
    """A person's command on an alarm is not carried out; the sentence says why."""


@dataclass(slots=True)
class Index:
    """Slots by what they listen to."""

    verdict: dict[SourceId, list[tuple[VerdictCondition, Slot]]] = field(default_factory=dict)
    limit: dict[SourceId, list[tuple[LimitCondition, Slot]]] = field(default_factory=dict)
    no_verdict: dict[SourceId, list[Slot]] = field(default_factory=dict)
    system: dict[SystemFault, list[Slot]] = field(default_factory=dict)
    machine: dict[SourceId, list[tuple[Machine, Slot]]] = field(default_factory=dict)

    def add(self, slot: Slot) -> None:
        """Enter *slot* under everything it listens to."""
        when = slot.definition.when
        if isinstance(when, VerdictCondition):
            self.verdict.setdefault(slot.source_id, []).append((when, slot))
        elif isinstance(when, LimitCondition):
            self.limit.setdefault(slot.source_id, []).append((when, slot))
        elif isinstance(when, NoVerdictCondition):
            self.no_verdict.setdefault(slot.source_id, []).append(slot)
        elif isinstance(when, SystemCondition):
            self.system.setdefault(SystemFault(when.of), []).append(slot)
        if slot.machine is not None:
            self.machine.setdefault(SourceId(slot.machine.state.source), []).append((slot.machine, slot))


class Registry:
    """The definitions of a station with their slots. Not thread-safe; owned by the engine.

    Args:
        definitions: The station file's alarms.
        own_time_ids: Sources whose delays run by the time their inputs carry.
    """

    def __init__(self, definitions: Sequence[AlarmConfig], own_time_ids: Collection[SourceId]) -> None:
        self._own_time_ids = frozenset(own_time_ids)
        self._strict = False
        self.slots: dict[DefinitionId, Slot] = {}
        self.index = Index()
        self._growth: dict[SourceId, list[AlarmConfig]] = {}
        """Growth definitions by camera; each position gets its slot with its first step."""
        for definition in definitions:
            if isinstance(definition.when, GrowthCondition):
                self._growth.setdefault(SourceId(definition.when.source), []).append(definition)
            else:
                self._add(definition)

    def definitions(self) -> tuple[AlarmConfig, ...]:
        """Every definition in force; a growth definition that no position has met yet as the station file gives it."""
        known = [slot.definition for slot in self.slots.values()]
        met = {SourceId(one.when.source) for one in known if isinstance(one.when, GrowthCondition)}
        return (*known, *(base for source_id, bases in self._growth.items() if source_id not in met for base in bases))

    def keep_strict_rules(self) -> None:
        """From now on every verdict definition that may be demoted has a strict rule beside its own."""
        self._strict = True
        for slot in self.slots.values():
            slot.strict = self._strict_rule(slot.definition)

    def growth_slots(self, source_id: SourceId, position: str) -> list[tuple[GrowthCondition, Slot]]:
        """Slots of the growth definitions that concern a camera position, made where they are missing."""
        slots: list[tuple[GrowthCondition, Slot]] = []
        for base in self._growth.get(source_id, ()):
            if isinstance(base.when, GrowthCondition) and base.when.position in (None, position):
                definition = of_position(base, position)
                slots.append((base.when, self.slots.get(DefinitionId(definition.id)) or self._add(definition)))
        return slots

    def slot_like(self, definition: AlarmConfig) -> Slot | None:
        """The slot of a definition that a former run knew; None where the station file has it no more."""
        if isinstance(when := definition.when, GrowthCondition):
            self.growth_slots(SourceId(when.source), when.position or "")
        return self.slots.get(DefinitionId(definition.id))

    def check_change(self, definition: AlarmConfig) -> AlarmConfig:
        """The definition whose place *definition* may take.

        Raises:
            AlarmRefusedError: There is none, or the two do not listen to the same.
        """
        known = [one for bases in self._growth.values() for one in bases] + [slot.definition for slot in self.slots.values()]
        before = next((one for one in known if one.id == definition.id), None)
        if before is None:
            raise AlarmRefusedError("There is no such warning", value=definition.id, do="Look at the list of warnings again")
        same = before.when.model_dump(exclude=_LIMITS) == definition.when.model_dump(exclude=_LIMITS) and before.asset == definition.asset
        if not same:
            raise AlarmRefusedError(
                "What a warning listens to cannot be changed while the line runs",
                where=definition.id,
                do="Change it in the station file and start the line again",
            )
        return before

    def change(self, definition: AlarmConfig) -> tuple[Slot, ...]:
        """Put *definition* in its place; what is open and what holds stay. Returns the slots concerned."""
        changed: list[Slot] = []
        if isinstance(definition.when, GrowthCondition):
            bases = self._growth.get(SourceId(definition.when.source), [])
            for place, base in enumerate(bases):
                if base.id == definition.id:
                    bases[place] = definition
            slots = [(of_position(definition, position), slot) for position, slot in self._positions(definition.when)]
            changed = [self._renew(slot, new) for new, slot in slots if new.id == slot.definition.id]
        elif (slot := self.slots.get(DefinitionId(definition.id))) is not None:
            changed = [self._renew(slot, definition)]
        self.index = Index()
        for slot in self.slots.values():
            self.index.add(slot)
        return tuple(changed)

    def _positions(self, condition: GrowthCondition) -> list[tuple[str, Slot]]:
        found: list[tuple[str, Slot]] = []
        for slot in self.slots.values():
            when = slot.definition.when
            if isinstance(when, GrowthCondition) and when.source == condition.source:
                found.append((when.position or "", slot))
        return found

    def _renew(self, slot: Slot, definition: AlarmConfig) -> Slot:
        rule = Rule(definition)
        if slot.rule.active:
            rule.take_over(slot.rule.hits)
        same_state = slot.machine is not None and slot.machine.state == definition.suppressed_while
        slot.definition, slot.rule = definition, rule
        slot.strict = self._strict_rule(definition)
        slot.machine = slot.machine if same_state else self._machine(definition)
        slot.limit_rings()
        return slot

    def _add(self, definition: AlarmConfig) -> Slot:
        when = definition.when
        source_id = STATION_SOURCE if isinstance(when, SystemCondition) else SourceId(when.source)
        own = OwnTime() if source_id in self._own_time_ids else None
        slot = Slot(definition, source_id, Rule(definition), own, self._machine(definition), self._strict_rule(definition))
        self.slots[DefinitionId(definition.id)] = slot
        self.index.add(slot)
        return slot

    def _machine(self, definition: AlarmConfig) -> Machine | None:
        state = definition.suppressed_while
        if state is None or definition.priority == CRITICAL:
            return None
        return Machine(state, OwnTime() if state.source in self._own_time_ids else None)

    def _strict_rule(self, definition: AlarmConfig) -> Rule | None:
        wanted = self._strict and isinstance(definition.when, VerdictCondition) and definition.priority > CRITICAL
        return Rule(definition) if wanted else None
