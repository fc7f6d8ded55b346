"""This file decides when the condition of an alarm holds: levels with hysteresis, N of M, on-delay and off-delay."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Protocol

from inference.findings import Finding, Verdict
from inference.reasons import ReasonCode
from station.config import LimitCondition, SuppressedWhile, VerdictCondition


class Level(IntEnum):
    """What one observation says of a condition."""

    UNKNOWN = 0
    """No verdict: neither for nor against it; time does not count."""
    LOW = 1
    """Below the clear limit: against it."""
    BAND = 2
    """Between the limits: keeps what is."""
    HIGH = 3
    """At or beyond the raise limit: for it."""


class Change(Enum):
    """A condition that began or ended, delays included."""

    RAISED = "raised"
    RETURNED = "returned"


NOT_A_FAILURE = frozenset({ReasonCode.NOT_STARTED, ReasonCode.WINDOW_FILLING, ReasonCode.CYCLES_FILLING})
"""Reasons of a source that is merely starting: they neither raise nor clear a no-verdict alarm."""


def verdict_level(condition: VerdictCondition, finding: Finding) -> Level:
    """Level of one *finding*; a finding with another label than the condition's is LOW, a NaN score UNKNOWN."""
    score = finding.score
    if finding.verdict is Verdict.NO_VERDICT or score != score:
        return Level.UNKNOWN
    if condition.label is not None and finding.label != condition.label:
        return Level.LOW
    raise_score = condition.raise_score
    if score >= (finding.threshold if raise_score is None else raise_score):
        return Level.HIGH
    clear_score = condition.clear_score
    return Level.BAND if clear_score is not None and score >= clear_score else Level.LOW


def verdicts_level(condition: VerdictCondition, findings: Sequence[Finding]) -> tuple[Level, Finding] | None:
    """Level of all findings on one input, with the finding that decided it; None where none has the condition's target.

    Any HIGH decides. Else any UNKNOWN does: a condition about any target is over only when every target says so.
    """
    best: tuple[Level, Finding] | None = None
    unknown: Finding | None = None
    for finding in findings:
        if condition.target is not None and finding.target != condition.target:
            continue
        level = verdict_level(condition, finding)
        if level is Level.HIGH and (best is None or level > best[0] or finding.score > best[1].score):
            best = (level, finding)
        elif level is Level.UNKNOWN:
            unknown = finding
        elif best is None or level > best[0]:
            best = (level, finding)
    if unknown is not None and (best is None or best[0] is not Level.HIGH):
        return Level.UNKNOWN, unknown
    return best


def no_verdict_level(findings: Sequence[Finding]) -> tuple[Level, Finding] | None:
    """Whether one input got no verdict: HIGH when any finding has none, UNKNOWN while the source is merely starting."""
    decided: tuple[Level, Finding] | None = None
    for finding in findings:
        if finding.verdict is not Verdict.NO_VERDICT:
            decided = decided or (Level.LOW, finding)
        elif finding.reason is not None and finding.reason.code in NOT_A_FAILURE:
            decided = (Level.UNKNOWN, finding)
        else:
            return Level.HIGH, finding
    return decided


def limit_level(condition: LimitCondition, value: float) -> Level:
    """Level of one channel value: strictly beyond ``raise_at`` is HIGH, back at ``clear_at`` is LOW, NaN is UNKNOWN."""
    if value != value:
        return Level.UNKNOWN
    if condition.side == "high":
        if value > condition.raise_at:
            return Level.HIGH
        return Level.BAND if value > condition.clear_at else Level.LOW
    if value < condition.raise_at:
        return Level.HIGH
    return Level.BAND if value < condition.clear_at else Level.LOW


def machine_level(state: SuppressedWhile, value: float) -> Level:
    """Level of one channel value for a machine state, with the same meaning of its two limits as :func:`limit_level`."""
    if value != value:
        return Level.UNKNOWN
    sign = 1.0 if state.side == "high" else -1.0
    if sign * value > sign * state.begins_at:
        return Level.HIGH
    return Level.BAND if sign * value > sign * state.ends_at else Level.LOW


class Debounced(Protocol):
    """What a rule wants to know; an alarm definition says it."""

    @property
    def raise_count(self) -> int:
        """N of N-of-M."""
        ...

    @property
    def of_last(self) -> int:
        """M of N-of-M."""
        ...

    @property
    def on_delay_s(self) -> float:
        """It must hold so long before it counts, s."""
        ...

    @property
    def off_delay_s(self) -> float:
        """It must be over so long before it is over, s."""
        ...


@dataclass(frozen=True, slots=True)
class Delays:
    """Only delays: every level counts."""

    on_delay_s: float
    off_delay_s: float
    raise_count: int = 1
    of_last: int = 1


class Rule:
    """The condition of one definition over time. Not thread-safe; owned by the engine.

    It begins when N of the last M levels are HIGH and ends when so many of the last M are LOW that N can no longer
    be kept (more than M - N), each after its delay. Between the limits (BAND) nothing changes. UNKNOWN levels do not
    enter the last M and stop both delays.

    Attributes:
        active: Whether the condition holds, delays included.
        hits: HIGH levels behind the present activation.
    """

    __slots__ = (
        "_forced",
        "_fresh",
        "_highs",
        "_lows",
        "_need",
        "_off_delay_s",
        "_on_delay_s",
        "_paused_s",
        "_pending_s",
        "_wanted",
        "_window",
        "active",
        "hits",
    )

    def __init__(self, definition: Debounced) -> None:
        self.active = False
        self.hits = 0
        self._need = definition.raise_count
        self._window: deque[Level] = deque(maxlen=definition.of_last)
        self._highs = 0
        self._lows = 0
        self._fresh = 0
        self._on_delay_s = definition.on_delay_s
        self._off_delay_s = definition.off_delay_s
        self._wanted = False
        self._forced = False
        self._pending_s: float | None = None
        self._paused_s: float | None = None

    @property
    def pending(self) -> bool:
        """Whether a delay runs, so that time alone can change something."""
        return self._pending_s is not None

    def observe(self, level: Level, now_s: float) -> Change | None:
        """Take one level at *now_s* (monotonic, s); returns what changed."""
        if level is Level.UNKNOWN:
            self.pause(now_s)
            return None
        self._resume(now_s)
        self._push(level)
        if self._forced:
            return None
        if self._wanted:
            holds = self._lows <= (self._window.maxlen or 1) - self._need
            if level is Level.HIGH:
                self.hits += 1
        else:
            holds = self._highs >= self._need
            self._fresh += level is Level.HIGH
        self._want(holds, now_s)
        return self.tick(now_s)

    def force(self, now_s: float) -> Change | None:
        """The condition holds by a fact (a source is gone), whatever is observed, until :meth:`release`."""
        self._forced = True
        self._resume(now_s)
        self._want(True, now_s)  # noqa: FBT003 - one private setter
        return self.tick(now_s)

    def release(self, now_s: float) -> Change | None:
        """The fact of :meth:`force` is over; what was observed before does not count any more."""
        self._forced = False
        self._window.clear()
        self._highs = self._lows = 0
        self._resume(now_s)
        self._want(False, now_s)  # noqa: FBT003 - one private setter
        return self.tick(now_s)

    def pause(self, now_s: float) -> None:
        """Nothing is known from now on: a running delay stops until the next level."""
        if self._pending_s is not None and self._paused_s is None:
            self._paused_s = now_s

    def tick(self, now_s: float) -> Change | None:
        """Let time pass; returns what changed because a delay ran out."""
        if self._pending_s is None or self._paused_s is not None:
            return None
        delay_s = self._on_delay_s if self._wanted else self._off_delay_s
        if now_s - self._pending_s < delay_s:
            return None
        self._pending_s = None
        self.active = self._wanted
        return Change.RAISED if self.active else Change.RETURNED

    @property
    def due_s(self) -> float | None:
        """When the running delay will have run out, on the clock of :meth:`tick`; None where none runs or it stands still."""
        if self._pending_s is None or self._paused_s is not None:
            return None
        return self._pending_s + (self._on_delay_s if self._wanted else self._off_delay_s)

    def take_over(self, hits: int) -> None:
        """The condition held when the program stopped: it holds until observed otherwise."""
        self.active = self._wanted = True
        self.hits = hits

    def recall(self, levels: Sequence[Level]) -> None:
        """What was observed before a restart stands again among the last M; changes nothing else."""
        for level in levels:
            if level is not Level.UNKNOWN:
                self._push(level)

    def _push(self, level: Level) -> None:
        window = self._window
        if len(window) == window.maxlen:
            oldest = window[0]
            self._highs -= oldest is Level.HIGH
            self._lows -= oldest is Level.LOW
        window.append(level)
        self._highs += level is Level.HIGH
        self._lows += level is Level.LOW

    def _want(self, holds: bool, now_s: float) -> None:  # noqa: FBT001 - one private setter
        if holds is self._wanted:
            return
        self._wanted = holds
        if holds:
            fresh = min(self._fresh, self._highs)  # HIGH levels within the last M that no activation has counted
            self.hits = self.hits + fresh if self.active else max(1, fresh)
        self._fresh = 0
        self._paused_s = None
        self._pending_s = None if holds is self.active else now_s

    def _resume(self, now_s: float) -> None:
        if self._paused_s is not None and self._pending_s is not None:
            self._pending_s += now_s - self._paused_s
        self._paused_s = None
