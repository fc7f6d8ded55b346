"""This file decides what is told of other settings: how many warnings less, and what that would have cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.config import AlarmConfig
from station.frames import DefinitionId
from station.load.evidence import Evidence, levels, replayable
from station.load.figures import per_interval, to_utc
from station.load.replay import Replayed, calling, replay
from station.load_view import Basis, Caveat, Effect, Settings, WhatIf
from station.view import FeedbackAnswer

LEAD_S = 1800.0
"""What came so long before the period is replayed as well and not counted, so that it begins as the journal did, s."""
TICK_S = 0.25
"""The engine lets delays run out about so often; a replay does it at once, s."""
_WIDTHS_S = (600.0, 3600.0, 21_600.0, 86_400.0)
_MOST_BARS = 170
_MAY_DIFFER = 0.02
"""The replay may differ from the journal by so much of it (and by one) before it is said."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What a replay is asked about: made once for a definition and period, tried with many settings.

    Attributes:
        in_force: The definition in force.
        since_s, until_s: The asked period, POSIX s; evidence reaches :data:`LEAD_S` before it.
        evidence: What is on record.
        held: (begin, end) of the definition's holds, POSIX s.
        changed_within: The settings were changed within the period.
        interval_s: Distance of a trend's points, s.
        made: The replay with the settings in force, where it was made already (:func:`replayed`).
    """

    in_force: AlarmConfig
    since_s: float
    until_s: float
    evidence: Evidence
    held: Sequence[tuple[float, float]] = ()
    changed_within: bool = False
    interval_s: float = 1.0
    made: Replayed | None = None


def what_if(case: Case, settings: Settings, tried: AlarmConfig) -> WhatIf:
    """What *tried*, the definition with *settings*, would have made of the period. May be called from any thread."""
    evidence = case.evidence
    since_s = max(case.since_s, evidence.since_s)
    in_force = case.made or replayed(case, case.in_force)
    other = replayed(case, tried)
    journal = evidence.journal.activated_s
    counted = journal[(journal >= since_s) & (journal < case.until_s)]
    before = _within(calling(in_force, case.in_force, case.held), since_s, case.until_s)
    after = _within(calling(other, tried, case.held), since_s, case.until_s)
    width_s = next((one for one in _WIDTHS_S if (case.until_s - since_s) / one <= _MOST_BARS), _WIDTHS_S[-1])
    starts, bars_before = per_interval(before, since_s, case.until_s, width_s)
    _, bars_after = per_interval(after, since_s, case.until_s, width_s)
    tolerance_s = TICK_S + (case.interval_s if evidence.basis is Basis.TREND else 0.0)
    lowest, highest = evidence.bounds
    return WhatIf(
        definition_id=DefinitionId(tried.id),
        settings=settings,
        since_utc=to_utc(since_s),
        until_utc=to_utc(case.until_s),
        basis=evidence.basis,
        tolerance_s=tolerance_s,
        journal=int(counted.size),
        in_force=int(before.size),
        tried=int(after.size),
        starts_s=starts,
        before=bars_before,
        after=bars_after,
        real=_effect(case, other, FeedbackAnswer.REAL, since_s, tolerance_s),
        false=_effect(case, other, FeedbackAnswer.FALSE, since_s, tolerance_s),
        caveats=tuple(_caveats(case, tried, int(counted.size), int(before.size), since_s)),
        threshold=evidence.threshold,
        lowest=lowest,
        highest=highest,
    )


def replayed(case: Case, definition: AlarmConfig) -> Replayed:
    """What the rule of *definition* would have done with what is on record."""
    fed = levels(case.evidence, definition, case.in_force)
    return replay(replayable(definition, case.evidence), fed)


def _within(times: NDArray[np.float64], since_s: float, until_s: float) -> NDArray[np.float64]:
    return times[(times >= since_s) & (times < until_s)]


def _effect(case: Case, made: Replayed, answer: FeedbackAnswer, since_s: float, tolerance_s: float) -> Effect:
    """What becomes of the warnings with *answer*: each is looked for in the replay, from its begin to its end in the journal."""
    journal = case.evidence.journal
    ends = np.where(np.isnan(journal.returned_s), case.until_s, journal.returned_s)
    replayed_ends = np.where(np.isnan(made.returned_s), np.inf, made.returned_s)
    delays: list[float] = []
    missed = 0
    for occurrence in (place for place, said in journal.answers.items() if said is answer):
        mine = np.flatnonzero(journal.occurrence == occurrence)
        if not mine.size or journal.activated_s[mine[0]] < since_s or journal.activated_s[mine[0]] >= case.until_s:
            continue
        first_s = float(journal.activated_s[mine[0]])
        met = [
            float(made.raised_s[place])
            for begin_s, end_s in zip(journal.activated_s[mine].tolist(), ends[mine].tolist(), strict=True)
            if (place := int(np.searchsorted(replayed_ends, begin_s - tolerance_s, side="right"))) < made.raised_s.size
            and made.raised_s[place] <= end_s + tolerance_s
        ]
        if met:
            delays.append(max(min(met) - first_s, 0.0))
        else:
            missed += 1
    later = [delay for delay in delays if delay > tolerance_s]
    mean_s = sum(later) / len(delays) if delays else 0.0
    return Effect(len(delays) + missed, missed, len(later), mean_s, max(later, default=0.0))


def _caveats(case: Case, tried: AlarmConfig, journal: int, in_force: int, since_s: float) -> Sequence[Caveat]:
    found: list[Caveat] = []
    evidence = case.evidence
    earlier = evidence.journal.activated_s
    if ((earlier >= case.since_s) & (earlier < since_s)).any():
        found.append(Caveat.STARTS_LATER)
    if case.changed_within:
        found.append(Caveat.CHANGED_WITHIN)
    elif abs(in_force - journal) > max(1.0, _MAY_DIFFER * journal):
        found.append(Caveat.DIFFERS)
    if evidence.basis is Basis.JOURNAL:
        found.append(Caveat.DELAYS_ONLY)
        if tried.on_delay_s < case.in_force.on_delay_s or tried.off_delay_s < case.in_force.off_delay_s:
            found.append(Caveat.AT_LEAST)
    if evidence.basis is Basis.TREND and tried.of_last > 1:
        found.append(Caveat.COARSE_COUNTS)
    return found
