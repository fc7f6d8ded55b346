"""This file decides what the engine holds of each definition: its rule, its time, its one open occurrence."""

from __future__ import annotations

from dataclasses import dataclass, field

from inference.findings import Finding
from inference.reasons import Reason
from station.alarms.conditions import Change, Rule
from station.alarms.life_cycle import Latching
from station.alarms.own_time import OwnTime
from station.config import AlarmConfig, LimitCondition, VerdictCondition
from station.events import OpenAlarm, SystemFault
from station.frames import SourceId


@dataclass(frozen=True, slots=True)
class Cause:
    """What stands behind a change."""

    finding: Finding | None = None
    reason: Reason | None = None
    detail: str = ""
    input_ref: int | None = None


NO_CAUSE = Cause()


@dataclass(slots=True)
class Slot:
    """One definition with its rule and its one open occurrence."""

    definition: AlarmConfig
    latching: Latching
    source_id: SourceId
    rule: Rule
    own: OwnTime | None = None
    """Time of its delays where the source is replayed; None: the monotonic clock."""
    alarm: OpenAlarm | None = None
    cause: Cause = NO_CAUSE
    """The newest input that spoke for the condition before it held."""
    count_before: int = 0
    """Findings of earlier activations of the open occurrence."""
    count_told: int = 0
    count_told_s: float = 0.0

    @property
    def count(self) -> int:
        """Findings behind the open occurrence."""
        return self.count_before + (self.rule.hits if self.rule.active else 0)

    def at_input(self, now_s: float, own_s: float | None) -> float:
        """Time of the delays at an input."""
        return now_s if self.own is None else self.own.heard(own_s, now_s)

    def force(self, now_s: float) -> Change | None:
        """The source gives nothing, as of *now_s*."""
        return self.rule.force(now_s if self.own is None else self.own.silent(now_s))

    def release(self, now_s: float) -> Change | None:
        """The source is back."""
        return self.rule.release(now_s if self.own is None else self.own.back())

    def at_rest(self, now_s: float) -> float:
        """Time of the delays between two inputs."""
        return now_s if self.own is None else self.own.now_s


@dataclass(slots=True)
class Index:
    """Definitions by what they listen to."""

    verdict: dict[SourceId, list[tuple[VerdictCondition, Slot]]] = field(default_factory=dict)
    limit: dict[SourceId, list[tuple[LimitCondition, Slot]]] = field(default_factory=dict)
    no_verdict: dict[SourceId, list[Slot]] = field(default_factory=dict)
    system: dict[SystemFault, list[Slot]] = field(default_factory=dict)
