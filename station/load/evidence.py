"""This file decides what a replay is fed with: levels over time, as the alarm engine saw them or as near as the records know.

Three kinds, best first: the tape of every score (:mod:`station.load.score_tape`); a channel's trend, one point per interval
with its newest, lowest and highest value; and, where neither exists, the journal's own raises and returns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from station.alarms.conditions import Level
from station.config import AlarmConfig, LimitCondition, VerdictCondition
from station.load.history import Occurrences
from station.load.score_tape import Runs
from station.load_view import Basis

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """What a rule is fed with: stretches of inputs of one level, oldest first. Arrays are parallel.

    Attributes:
        begin_s, end_s: float64 (n,), first and last input on the clock the rule's delays run by, s.
        utc_s: float64 (n,), the same first input, POSIX s.
        count: int64 (n,), inputs.
        level: int8 (n,), of :class:`station.alarms.conditions.Level`.
        fresh: bool (n,), the station was started before this stretch: a new rule, which takes over what stood.
    """

    begin_s: Floats
    end_s: Floats
    utc_s: Floats
    count: NDArray[np.int64]
    level: NDArray[np.int8]
    fresh: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What is on record for one definition in a period.

    Attributes:
        basis: Which kind it is.
        since_s, until_s: What it covers, POSIX s.
        starts_s: When the station was started within, ascending.
        runs: Of a tape.
        points: Of a trend, float64 (n, 4): POSIX s, newest, lowest, highest.
        silent_after_s: A trend without a point for so long is silent.
        journal: The journal's activations.
        speed: Seconds of the rule's clock per second; 1 for live sources.
    """

    basis: Basis
    since_s: float
    until_s: float
    starts_s: Floats
    journal: Occurrences
    runs: Runs | None = None
    points: Floats | None = None
    silent_after_s: float = 3.0
    speed: float = 1.0

    @property
    def threshold(self) -> float:
        """The pack's newest threshold; NaN where no scores are on record."""
        if self.runs is None or not (~np.isnan(self.runs.threshold)).any():
            return float("nan")
        return float(self.runs.threshold[~np.isnan(self.runs.threshold)][-1])

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest of what was recorded; NaN where nothing was."""
        if self.points is not None and len(self.points):
            return float(self.points[:, 2].min()), float(self.points[:, 3].max())
        if self.runs is not None and (~np.isnan(self.runs.floor)).any():
            return float(np.nanmin(self.runs.floor)), float(np.nanmax(self.runs.floor))
        return float("nan"), float("nan")


def levels(evidence: Evidence, definition: AlarmConfig, in_force: AlarmConfig) -> Levels:
    """What the rule of *definition* would have been fed with; adjacent stretches of one level are one.

    Args:
        evidence: What is on record.
        definition: The definition to try.
        in_force: The definition that made the journal; a journal's stretches are longer by its delays.
    """
    when = definition.when
    if evidence.runs is not None and isinstance(when, VerdictCondition):
        made = _of_runs(evidence.runs, when)
    elif evidence.points is not None and isinstance(when, LimitCondition):
        made = _of_points(evidence.points, when, evidence.silent_after_s, evidence.speed)
    else:
        made = _of_journal(evidence.journal, in_force, evidence.until_s)
    return _joined(_with_starts(made, evidence.starts_s))


def replayable(definition: AlarmConfig, evidence: Evidence) -> AlarmConfig:
    """*definition* as the replay's rule takes it: what the journal knows is one level per change, so N-of-M is over with."""
    return definition.model_copy(update={"raise_count": 1, "of_last": 1}) if evidence.basis is Basis.JOURNAL else definition


def _of_runs(runs: Runs, when: VerdictCondition) -> Levels:
    limit = runs.threshold if when.raise_score is None else np.full(runs.floor.size, when.raise_score)
    level = np.full(runs.floor.size, Level.LOW, np.int8)
    if when.clear_score is not None:
        level[runs.floor >= when.clear_score] = Level.BAND
    level[runs.floor >= limit] = Level.HIGH
    if when.label is not None:
        wanted = runs.labels.index(when.label) if when.label in runs.labels else -1
        level[runs.label != wanted] = Level.LOW
    level[np.isnan(runs.floor)] = Level.UNKNOWN
    begin = runs.begin_s - runs.own_s
    return Levels(begin, begin + runs.own_span_s, runs.begin_s, runs.count, level, np.zeros(level.size, np.bool_))


def _of_points(points: Floats, when: LimitCondition, silent_after_s: float, speed: float) -> Levels:
    """Three inputs per point: its extremes, in the order that takes the fewest changes, then its newest value."""
    at, value, low, high = points.T
    good, bad = (low, high) if when.side == "high" else (high, low)
    best, worst = (_limit_levels(when, one) for one in (good, bad))
    count = np.full(len(points), 1, np.int64)
    gap = np.diff(at, prepend=at[:1])
    usual = float(np.median(gap[1:])) if len(points) > 1 else 1.0
    # Points within a stretch of one level say nothing new: of each stretch only its first and last point go on.
    same = (best == worst) & (gap <= max(silent_after_s, 2 * usual))
    same[1:] &= (best[1:] == best[:-1]) & (best[:-1] == worst[:-1])
    same[:1] = False
    dull = same.copy()
    dull[:-1] &= same[1:]
    dull[-1:] = False
    kept = np.flatnonzero(~dull)
    count = np.add.reduceat(count, kept) if kept.size else count
    at, value, best, worst, gap = at[kept], value[kept], best[kept], worst[kept], gap[kept]
    newest = _limit_levels(when, value)
    before = np.concatenate([newest[:1], newest[:-1]])
    best_first = (newest == worst) | ((newest != best) & (before != Level.HIGH))
    level = np.stack([np.where(best_first, best, worst), np.where(best_first, worst, best), newest], axis=1).ravel()
    back = np.where((gap <= 0) | (gap > silent_after_s), usual, gap)
    when_s = (at[:, None] + back[:, None] * np.array([-2 / 3, -1 / 3, 0.0])).ravel()
    silent = np.flatnonzero(gap > max(silent_after_s, 2 * usual))
    count = np.stack([np.ones_like(count), np.ones_like(count), 3 * count - 2], axis=1).ravel()
    # Where nothing came for long the engine was told so, and delays stood still.
    places = 3 * silent
    quiet_s = at[silent - 1] + silent_after_s
    when_s = np.insert(when_s, places, quiet_s)
    level = np.insert(level, places, np.int8(Level.UNKNOWN))
    count = np.insert(count, places, 1)
    return Levels(when_s * speed, when_s * speed, when_s, count, level, np.zeros(level.size, np.bool_))


def _limit_levels(when: LimitCondition, values: Floats) -> NDArray[np.int8]:
    sign = 1.0 if when.side == "high" else -1.0
    level = np.where(sign * values > sign * when.clear_at, Level.BAND, Level.LOW).astype(np.int8)
    level[sign * values > sign * when.raise_at] = Level.HIGH
    level[np.isnan(values)] = Level.UNKNOWN
    return level


def _of_journal(journal: Occurrences, in_force: AlarmConfig, until_s: float) -> Levels:
    """HIGH from when the condition began to when it ended, without the delays that were in force; LOW else."""
    begin = journal.activated_s - in_force.on_delay_s
    ended = np.where(np.isnan(journal.returned_s), until_s + in_force.off_delay_s, journal.returned_s) - in_force.off_delay_s
    times = np.stack([begin, np.maximum(ended, begin)], axis=1).ravel()
    times = np.maximum.accumulate(times) if times.size else times
    level = np.tile(np.array([Level.HIGH, Level.LOW], np.int8), journal.activated_s.size)
    if np.isnan(journal.returned_s[-1:]).any():  # still stands: nothing says that it ended
        times, level = times[:-1], level[:-1]
    return Levels(times, times, times, np.ones(level.size, np.int64), level, np.zeros(level.size, np.bool_))


def _with_starts(made: Levels, starts_s: Floats) -> Levels:
    fresh = made.fresh.copy()
    places = np.searchsorted(made.utc_s, starts_s, side="left")
    fresh[places[places < fresh.size]] = True
    return replace(made, fresh=fresh)


def _joined(made: Levels) -> Levels:
    if not made.level.size:
        return made
    first = np.concatenate([[True], (made.level[1:] != made.level[:-1]) | made.fresh[1:]])
    places = np.flatnonzero(first)
    last = np.append(places[1:], made.level.size) - 1
    return Levels(
        made.begin_s[places],
        np.maximum(made.end_s[last], made.begin_s[places]),
        made.utc_s[places],
        np.add.reduceat(made.count, places),
        made.level[places],
        made.fresh[places],
    )
