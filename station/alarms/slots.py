"""This file decides what the engine holds of each definition: its rules, its time, its holds, its one open occurrence."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from inference.findings import Finding
from inference.reasons import Reason
from station.alarms.conditions import Change, Delays, Rule
from station.alarms.life_cycle import Beneath, Case, Latching, Weight
from station.alarms.own_time import OwnTime
from station.config import CRITICAL, AlarmConfig, SuppressedWhile
from station.events import OpenAlarm
from station.frames import SourceId
from station.holds import Hold
from station.view import AlarmState
from station.warning_view import HoldKind

CALM_S = 600.0
"""The time over which a definition's rings are limited (``most_per_10_min``), s."""


class Moment(NamedTuple):
    """Now, on both clocks: monotonic seconds for what is decided, aware UTC for what is kept and shown."""

    now_s: float
    utc: datetime


@dataclass(frozen=True, slots=True)
class Cause:
    """What stands behind a change."""

    finding: Finding | None = None
    reason: Reason | None = None
    detail: str = ""
    input_ref: int | None = None


NO_CAUSE = Cause()


@dataclass(slots=True)
class Standing:
    """A hold that stands."""

    hold: Hold
    until_s: float | None
    """When it ends by itself, monotonic, s; None where it does not."""
    told: int = 0
    """What the records know of ``hold.behind``."""
    told_s: float = 0.0


class Machine:
    """The machine state of one definition: whether it suppresses the warning. Not thread-safe; owned by the engine."""

    __slots__ = ("_own", "_rule", "state")

    def __init__(self, state: SuppressedWhile, own: OwnTime | None) -> None:
        self.state = state
        self._own = own
        self._rule = Rule(Delays(state.on_delay_s, state.off_delay_s))

    @property
    def rule(self) -> Rule:
        """Whether the state holds, delays included."""
        return self._rule

    def at_input(self, now_s: float, own_s: float | None) -> float:
        """Time of the delays at a row."""
        return now_s if self._own is None else self._own.heard(own_s, now_s)

    def at_rest(self, now_s: float) -> float:
        """Time of the delays between two rows."""
        return now_s if self._own is None else self._own.now_s

    def forget(self) -> None:
        """Nobody knows the machine's state any more."""
        self._rule = Rule(Delays(self.state.on_delay_s, self.state.off_delay_s))


@dataclass(slots=True, eq=False)
class Slot:
    """One definition with its rules, its holds and its one open occurrence."""

    definition: AlarmConfig
    source_id: SourceId
    rule: Rule
    own: OwnTime | None = None
    """Time of its delays where the source is replayed; None: the monotonic clock."""
    machine: Machine | None = None
    """None where no machine state suppresses it."""
    strict: Rule | None = None
    """The same condition over findings that nobody called false; None where there is no memory to ask."""
    alarm: OpenAlarm | None = None
    holds: dict[HoldKind, Standing] = field(default_factory=dict)
    cause: Cause = NO_CAUSE
    """The newest input that spoke for the condition before it held."""
    seen_false: int = 0
    """How often the like of the newest remembered finding was confirmed false."""
    count_before: int = 0
    """Findings of earlier activations of the open occurrence."""
    count_told: int = 0
    count_told_s: float = 0.0
    acknowledged_s: float = 0.0
    """When the open occurrence was acknowledged, monotonic, s."""
    held_open: bool = False
    """It chatters: its condition is over, its occurrence stays active until it has calmed down."""
    raises_s: deque[float] = field(default_factory=deque)
    """When its condition began last, monotonic, s; as many as may ring in :data:`CALM_S`."""

    def __post_init__(self) -> None:
        self.limit_rings()

    def limit_rings(self) -> None:
        """Remember as many rings as its definition allows."""
        self.raises_s = deque(self.raises_s, maxlen=self.definition.most_per_10_min)

    @property
    def count(self) -> int:
        """Findings behind the open occurrence."""
        return self.count_before + (self.rule.hits if self.rule.active else 0)

    @property
    def critical(self) -> bool:
        """Whether it may never be held back or demoted."""
        return self.definition.priority == CRITICAL

    @property
    def state(self) -> AlarmState:
        """Where it is in its life."""
        if self.alarm is not None:
            return self.alarm.state
        strongest = self.strongest
        return AlarmState.NORMAL if strongest is None else AlarmState(strongest.value)

    @property
    def strongest(self) -> HoldKind | None:
        """The hold that shows; None where nothing holds it back."""
        return next((kind for kind in (HoldKind.OUT_OF_SERVICE, HoldKind.SUPPRESSED, HoldKind.SHELVED) if kind in self.holds), None)

    @property
    def case(self) -> Case:
        """What the life cycle must know of it besides its state; ask before anything of it is changed."""
        latching = Latching.YES if self.definition.latch else Latching.NO
        return Case(latching, Weight.CRITICAL if self.critical else Weight.ORDINARY, self._beneath)

    @property
    def _beneath(self) -> Beneath:
        shows = self.strongest
        others = [kind for kind in (HoldKind.SUPPRESSED, HoldKind.SHELVED) if kind in self.holds and kind is not shows]
        if others:
            return Beneath(others[0].value)
        if self.rule.active:
            return Beneath.STANDS
        if self.alarm is None:
            return Beneath.NOTHING
        return Beneath.UNANSWERED if self.alarm.acknowledged_by is None else Beneath.ANSWERED

    def calm(self, now_s: float) -> bool:
        """Whether another ring stays within the limit. A critical one always may."""
        limit = self.definition.most_per_10_min
        return self.critical or len(self.raises_s) < limit or now_s - self.raises_s[0] >= CALM_S

    @property
    def idle(self) -> bool:
        """Whether time alone can change nothing."""
        pending = self.rule.pending or (self.strict is not None and self.strict.pending)
        return not (pending or self.alarm is not None or self.holds or (self.machine is not None and self.machine.rule.pending))

    def at_input(self, now_s: float, own_s: float | None) -> float:
        """Time of the delays at an input."""
        return now_s if self.own is None else self.own.heard(own_s, now_s)

    def force(self, now_s: float) -> Change | None:
        """The source gives nothing, as of *now_s*."""
        return self.rule.force(now_s if self.own is None else self.own.silent(now_s))

    def release(self, now_s: float) -> Change | None:
        """The source is back."""
        return self.rule.release(now_s if self.own is None else self.own.back())

    def pause(self, now_s: float) -> None:
        """Nothing is known from now on: running delays stop."""
        self.rule.pause(self.at_rest(now_s))
        if self.strict is not None:
            self.strict.pause(self.at_rest(now_s))

    def at_rest(self, now_s: float) -> float:
        """Time of the delays between two inputs."""
        return now_s if self.own is None else self.own.now_s
