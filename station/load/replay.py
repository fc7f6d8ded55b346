"""This file decides how a definition is replayed: the rule of the alarm engine itself, fed with what is on record.

What a rule does after as many equal levels as it looks back on is nothing, but for its delay; so long stretches of one level
cost as many steps as the rule's M, however many inputs they stand for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.alarms.conditions import Change, Level, Rule
from station.config import AlarmConfig
from station.load.evidence import Levels

Floats = NDArray[np.float64]
_LEVELS = tuple(Level)


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
            note(rule.tick(due_s), due_s)

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


def calling(made: Replayed, held: Sequence[tuple[float, float]]) -> Floats:
    """When the warning would have called somebody, POSIX s, ascending: each time it began, unless it was held back then.

    Args:
        made: From :func:`replay`.
        held: (begin, end) of the holds of the definition, POSIX s. What stands when a hold ends calls then.
    """
    if not held:
        return made.raised_s
    hidden = np.zeros(made.raised_s.size, np.bool_)
    after: list[float] = []
    for begin_s, end_s in held:
        hidden |= (made.raised_s >= begin_s) & (made.raised_s < end_s)
        stands = (made.raised_s < end_s) & ~(made.returned_s < end_s)
        if stands.any():
            after.append(end_s)
    return np.sort(np.concatenate([made.raised_s[~hidden], np.array(after, np.float64)]))
