"""This file decides how a definition is replayed: the rule of the alarm engine itself, fed with what is on record.

What a rule does after as many equal levels as it looks back on is nothing, but for its delay; so long stretches of one level
cost as many steps as the rule's M, however many inputs they stand for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.alarms.conditions import Change, Level, Rule
from station.alarms.slots import CALM_S
from station.config import CRITICAL, AlarmConfig
from station.load.evidence import Levels

Floats = NDArray[np.float64]
_LEVELS = tuple(Level)
_ROUNDING_S = 1e-5
"""A delay counts as run out so much after its end: POSIX seconds are known to a quarter of a microsecond."""


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """What a rule would have done: when its condition began and ended, float64 (n,), POSIX s; NaN: still stands."""

    raised_s: Floats
    returned_s: Floats


def replay(definition: AlarmConfig, fed: Levels) -> Replayed:
    """What the rule of *definition* makes of *fed*. May be called from any thread; about a microsecond per change of level."""
    rule = Rule(definition)
    m = definition.of_last
    raised: list[float] = []
    returned: list[float] = []
    shift_s = 0.0

    def note(change: Change | None, at_s: float) -> None:
        if change is Change.RAISED:
            raised.append(at_s + shift_s)
        elif change is Change.RETURNED:
            returned.append(at_s + shift_s)

    def wait(until_s: float) -> None:
        due_s = rule.due_s
        if due_s is not None and due_s <= until_s:
            note(rule.tick(due_s + _ROUNDING_S), due_s)

    rows = zip(
        fed.begin_s.tolist(),
        fed.end_s.tolist(),
        fed.utc_s.tolist(),
        fed.count.tolist(),
        fed.level.tolist(),
        fed.fresh.tolist(),
        strict=True,
    )
    for begin_s, end_s, utc_s, count, code, fresh in rows:
        if fresh:
            stood = rule.active
            rule = Rule(definition)
            if stood:
                rule.take_over(0)
        else:
            wait(begin_s)
        shift_s = utc_s - begin_s
        level = _LEVELS[code]
        if level is Level.UNKNOWN:
            note(rule.observe(level, begin_s), begin_s)
            continue
        step_s = (end_s - begin_s) / (count - 1) if count > 1 else 0.0
        for number in range(min(count, m)):
            at_s = begin_s + number * step_s
            if number:
                wait(at_s)
            note(rule.observe(level, at_s), at_s)
        wait(end_s)
    ends = np.full(len(raised), np.nan)
    ends[: len(returned)] = returned
    return Replayed(np.array(raised, np.float64), ends)


def _merged(held: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """Begins and ends of the holds, those that overlap as one: only when the last one ends is a warning free again."""
    begins: list[float] = []
    ends: list[float] = []
    for begin_s, end_s in sorted(held):
        if ends and begin_s <= ends[-1]:
            ends[-1] = max(ends[-1], end_s)
        else:
            begins.append(begin_s)
            ends.append(end_s)
    return begins, ends


def calling(made: Replayed, definition: AlarmConfig, held: Sequence[tuple[float, float]]) -> Floats:
    """When the warning would have called somebody, POSIX s, ascending: as the engine does it.

    Each time its condition began, but not behind a hold (what stands when a hold ends calls then), and not while it
    stays open because it came ``most_per_10_min`` times.

    Args:
        made: From :func:`replay`.
        definition: Whose; a critical one always calls.
        held: (begin, end) of the holds of the definition, POSIX s.
    """
    raises: deque[float] = deque(maxlen=definition.most_per_10_min)
    critical = definition.priority == CRITICAL
    calls: list[float] = []
    open_until_calm = False

    def calm(at_s: float) -> bool:
        return critical or len(raises) < definition.most_per_10_min or at_s - raises[0] >= CALM_S

    begins, ends = _merged(held)

    def is_held(at_s: float) -> bool:
        place = bisect_right(begins, at_s) - 1
        return place >= 0 and at_s < ends[place]

    for raised_s, returned_s in zip(made.raised_s.tolist(), made.returned_s.tolist(), strict=True):
        if open_until_calm and (calm(raised_s) or bisect_right(begins, raises[-1]) < bisect_right(begins, raised_s)):
            open_until_calm = False
        raises.append(raised_s)
        if not open_until_calm and not is_held(raised_s):
            calls.append(raised_s)
        still_there = len(ends) if returned_s != returned_s else bisect_right(ends, returned_s)
        calls += ends[bisect_right(ends, raised_s) : still_there]
        if returned_s == returned_s:
            open_until_calm = not is_held(returned_s) and not calm(returned_s)
    return np.sort(np.array(calls, np.float64))
