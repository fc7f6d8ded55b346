"""This file decides which actions are suggested for an open incident, and why: what fixed the most similar ones before.

Content and collaboration in one weighted count. Every closed incident counts with a weight: how closely it is related (the
same cause on the same machine, on another one, the same target of the same model), times how alike its content is (the
channels that drove it, what the model saw), and a tenth of its weight whatever its content (what people chose for the same
cause at all). Actions are ranked by the lower end of Wilson's interval of their weighted success rate (Wilson, Journal of the
American Statistical Association 22, 1927), so that three of three beat one of one. docs/feedback.md has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from station.config import AlarmConfig
from station.experience.cases import Attempt, Case
from station.experience_view import Likeness, Suggestion

MOST = 3
SAME_ELSEWHERE = 0.7
SAME_TARGET = 0.5
WHATEVER_CONTENT = 0.1
"""Share of a related incident's weight that its content cannot take away: the collaborative part."""
DRIVER_REACH = 0.2
"""Two sets of drivers whose cosine is this much below 1 are 1/e as alike."""
LOOK_REACH = 0.5
"""Two embeddings this far apart are 1/e as alike."""
ALIKE = 0.35
"""At and above this content counts as the same on screen."""
PENDING_COUNTS = 0.5
"""An action chosen too recently to know whether it worked counts as half a try that half worked."""
_Z = 1.64
"""One-sided 95 %."""


@dataclass(frozen=True, slots=True)
class _Tried:
    """One attempt with what the case has in common with the open one."""

    attempt: Attempt
    weight: float
    likeness: Likeness
    case: Case


def suggest(open_case: Case, closed: Sequence[Case], definition: AlarmConfig) -> tuple[Suggestion, ...]:
    """At most three suggestions, the best first; the definition's own advice where fewer are known.

    Args:
        open_case: The open incident.
        closed: What happened before; cases without attempts teach nothing.
        definition: Of the open warning: only actions that it offers can be chosen.
    """
    texts = {choice.id: choice.text for choice in definition.actions}
    tried: dict[str, list[_Tried]] = {}
    for case in closed:
        kin = _kinship(open_case, case)
        if kin == 0.0 or case.case_id == open_case.case_id:
            continue
        content, likeness = _likeness(open_case, case)
        weight = kin * (WHATEVER_CONTENT + (1.0 - WHATEVER_CONTENT) * content)
        for attempt in case.attempts:
            if attempt.action_id in texts:
                tried.setdefault(attempt.action_id, []).append(_Tried(attempt, weight, likeness, case))
    ranked = sorted(
        (_suggestion(action, known, definition, open_case) for action, known in tried.items()),
        key=lambda one: (-one.score, -one.tried, one.action_id),
    )[:MOST]
    return tuple(ranked) if len(ranked) == MOST else (*ranked, Suggestion("", definition.action))


def rate(known: Sequence[tuple[float, bool | None]]) -> float:
    """Lower end of Wilson's interval of the share that worked, from (weight, worked); 0 for nothing known."""
    tries = sum(weight * (PENDING_COUNTS if worked is None else 1.0) for weight, worked in known)
    if tries <= 0.0:
        return 0.0
    worked = sum(weight * (0.5 * PENDING_COUNTS if worked is None else float(worked)) for weight, worked in known)
    share = worked / tries
    square = _Z * _Z
    spread = _Z * math.sqrt(share * (1.0 - share) / tries + square / (4.0 * tries * tries))
    return max(0.0, (share + square / (2.0 * tries) - spread) / (1.0 + square / tries))


def _kinship(one: Case, other: Case) -> float:
    if one.cause == other.cause:
        return 1.0 if one.asset == other.asset else SAME_ELSEWHERE
    return SAME_TARGET if one.judged & other.judged else 0.0


def _likeness(one: Case, other: Case) -> tuple[float, Likeness]:
    """How alike the content of two cases is, 0..1 (1 where there is none to compare), and what a person is told of it."""
    related = Likeness.SAME_CAUSE if one.cause == other.cause and one.asset == other.asset else Likeness.SAME_KIND
    if one.drivers and other.drivers:
        alike = math.exp(-(1.0 - _cosine(one.drivers, other.drivers)) / DRIVER_REACH)
        return alike, Likeness.SAME_DRIVERS if alike >= ALIKE else related
    if one.embedding is not None and other.embedding is not None and one.embedding_of == other.embedding_of:
        apart = float(np.linalg.norm(one.embedding - other.embedding)) / LOOK_REACH
        alike = math.exp(-apart * apart)
        return alike, Likeness.LOOKS_ALIKE if alike >= ALIKE else related
    return 1.0, related


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    lengths = math.sqrt(sum(share * share for share in one.values())) * math.sqrt(sum(share * share for share in other.values()))
    return sum(share * other.get(channel, 0.0) for channel, share in one.items()) / lengths if lengths > 0.0 else 0.0


_STRENGTH = (Likeness.SAME_DRIVERS, Likeness.LOOKS_ALIKE, Likeness.SAME_CAUSE, Likeness.SAME_KIND)


def _suggestion(action_id: str, known: Sequence[_Tried], definition: AlarmConfig, open_case: Case) -> Suggestion:
    """What is told of one action: of the most alike incidents in which it was chosen."""
    text = next(choice.text for choice in definition.actions if choice.id == action_id)
    likeness = next(kind for kind in _STRENGTH if any(one.likeness is kind for one in known))
    told = [one for one in known if one.likeness is likeness]
    last = max(told, key=lambda one: one.attempt.utc).attempt
    results = [one.attempt.worked for one in told]
    return Suggestion(
        action_id=action_id,
        text=text,
        worked=sum(result is True for result in results),
        tried=sum(result is not None for result in results),
        pending=sum(result is None for result in results),
        likeness=likeness,
        drivers=_common_drivers(open_case, [one.case for one in told]) if likeness is Likeness.SAME_DRIVERS else (),
        last_person_id=last.person_id,
        last_utc=last.utc,
        last_alarm_id=last.alarm_id,
        score=rate([(one.weight, one.attempt.worked) for one in known]),
    )


def _common_drivers(open_case: Case, cases: Sequence[Case]) -> tuple[tuple[str, int], ...]:
    """The two strongest channels of the open case that moved the same way in most of *cases*."""
    found = []
    for channel, share in sorted(open_case.drivers.items(), key=lambda item: -abs(item[1])):
        same = sum(case.drivers.get(channel, 0.0) * share > 0 for case in cases)
        if 2 * same > len(cases):
            found.append((channel, 1 if share > 0 else -1))
    return tuple(found[:2])
