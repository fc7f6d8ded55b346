"""This file decides what the window may see of the load of warnings, and of what other settings would have made of it.

Everything here is immutable; arrays are read-only. It comes through :class:`station.load_port.LoadPort`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from station.config import AlarmConfig, Text
from station.frames import AlarmId, DefinitionId, PersonId


@dataclass(frozen=True, slots=True)
class Frequent:
    """One of the most frequent warnings; *share* of all activations, 0..1."""

    definition_id: DefinitionId
    title: Text
    priority: int
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Chattering:
    """A definition that chattered: *episodes* of three or more within a minute, and the most within one minute."""

    definition_id: DefinitionId
    title: Text
    priority: int
    episodes: int
    most_per_min: int
    last_utc: datetime


@dataclass(frozen=True, slots=True)
class Stale:
    """A warning whose condition has stood for more than a day at the end of the period."""

    alarm_id: AlarmId
    definition_id: DefinitionId
    title: Text
    priority: int
    since_utc: datetime


@dataclass(frozen=True, slots=True)
class Flood:
    """One flood.

    Attributes:
        begin_utc: The first of the activations that made it one.
        end_utc: When fewer than five had come within ten minutes; the end of the period where it still lasts.
        count: Activations from begin to end.
        peak: Most within any ten minutes.
        first_id, first_title: What came first: where to look for the cause.
    """

    begin_utc: datetime
    end_utc: datetime
    count: int
    peak: int
    first_id: DefinitionId
    first_title: Text


@dataclass(frozen=True, slots=True)
class Spread:
    """Times of many: how many, their median and 90th percentile, s; NaN of none."""

    count: int
    median_s: float
    p90_s: float


@dataclass(frozen=True, slots=True)
class Promptness:
    """How fast warnings of a priority (0: all) were acknowledged, from their activation, and closed, from their first raise."""

    priority: int
    acknowledge: Spread
    close: Spread


@dataclass(frozen=True, slots=True)
class PutAside:
    """A definition that was put aside within the period.

    Attributes:
        kind: Value of ``station.warning_port.HoldKind``.
        until_utc: When it ends by itself; None where it does not.
        ended_utc: When it ended; None while it lasts.
    """

    definition_id: DefinitionId
    title: Text
    priority: int
    kind: str
    since_utc: datetime
    until_utc: datetime | None
    person_id: str
    reason: str
    ended_utc: datetime | None
    ended_by: str


@dataclass(frozen=True, slots=True)
class DefinitionChange:
    """A change of a definition's settings: who, when, why, before and after."""

    change_id: int
    definition_id: DefinitionId
    utc: datetime
    person_id: PersonId
    why: str
    before: AlarmConfig
    after: AlarmConfig


@dataclass(frozen=True, slots=True, eq=False)
class LoadReport:
    """The load of one period; limits and definitions of the words are in :mod:`station.load.limits`.

    Attributes:
        since_utc, until_utc: The period, aware UTC.
        total: Activations.
        starts_s: float64 (n,), beginnings of the ten minutes, POSIX s, read-only.
        counts: int64 (n,), activations in each, read-only. The last, begun ten minutes count as whole.
        mean_per_10_min: Activations per ten minutes.
        peak: Most within any of the ten minutes.
        over_share: Share of the ten minutes with more than two, 0..1.
        flood_share: Share of the time in flood, 0..1.
        by_priority: (priority as shown, activations), 1 first; every priority is there.
        by_definition: (definition, activations) of all that came, most frequent first.
        frequent: At most ten, most frequent first.
        chattering: Worst first.
        stale: Oldest first.
        floods: In order of time.
        promptness: Of all (priority 0), then of each priority that occurred.
        put_aside: Newest first; those that were on at any time of the period.
        changes: Newest first.
    """

    since_utc: datetime
    until_utc: datetime
    total: int
    starts_s: NDArray[np.float64]
    counts: NDArray[np.int64]
    mean_per_10_min: float
    peak: int
    over_share: float
    flood_share: float
    by_priority: tuple[tuple[int, int], ...]
    by_definition: tuple[tuple[DefinitionId, int], ...]
    frequent: tuple[Frequent, ...]
    chattering: tuple[Chattering, ...]
    stale: tuple[Stale, ...]
    floods: tuple[Flood, ...]
    promptness: tuple[Promptness, ...]
    put_aside: tuple[PutAside, ...]
    changes: tuple[DefinitionChange, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be tried of a definition.

    Attributes:
        most_per_10_min: Rings at most so often in ten minutes.
        raise_at, clear_at: Limits of a channel or of growth, or scores; None where the definition has none of its own (a
            score: the pack's threshold; a clear limit: the raise limit) or its kind has no limits at all.
    """

    on_delay_s: float
    off_delay_s: float
    raise_count: int
    of_last: int
    most_per_10_min: int
    raise_at: float | None = None
    clear_at: float | None = None


class Basis(StrEnum):
    """What a replay is made from."""

    SCORES = "scores"
    """Every judged input: its score, in steps of 0.01 and exact at the limits in force."""
    TREND = "trend"
    """A channel's newest, lowest and highest value of every interval (``trend_interval_s``)."""
    JOURNAL = "journal"
    """Nothing but when the condition began and ended: only delays can be tried, and only longer ones exactly."""


class Caveat(StrEnum):
    """What limits the answer of a replay."""

    STARTS_LATER = "starts_later"
    """What was judged is on record for a part of the period only; the figures are of that part."""
    CHANGED_WITHIN = "changed_within"
    """The settings were changed within the period: the journal counts by the former ones, the replay does not."""
    DIFFERS = "differs"
    """The replay with the settings in force does not give the journal's count."""
    DELAYS_ONLY = "delays_only"
    """No scores or values are on record, only when the condition began and ended: limits and counts cannot be tried."""
    AT_LEAST = "at_least"
    """A delay shorter than the one in force: what it swallowed was not recorded, so there would be at least so many."""
    COARSE_COUNTS = "coarse_counts"
    """N-of-M over rows is replayed on one point per interval."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What other settings would have made of the warnings that people gave one answer to.

    Attributes:
        total: Warnings with that answer.
        missed: Those that would not have come.
        later: Those that would have come later, by more than the replay's tolerance.
        mean_later_s: By how much those that come at all would have been later on average, s.
        worst_later_s: The latest of them, s.
    """

    total: int
    missed: int
    later: int
    mean_later_s: float
    worst_later_s: float


@dataclass(frozen=True, slots=True, eq=False)
class WhatIf:
    """What other settings would have made of a period.

    Attributes:
        definition_id, settings: What was tried.
        since_utc, until_utc: What the figures are of: the asked period, as far as it is on record.
        basis: What the replay is made from.
        tolerance_s: A time of the replay is right within so much, s.
        journal: Activations in the journal.
        in_force: Activations of the replay with the settings in force: equals *journal* where the replay can be trusted.
        tried: Activations of the replay with *settings*.
        starts_s: float64 (n,), beginnings of the intervals of *before* and *after*, POSIX s, read-only.
        before, after: int64 (n,), activations in each interval, in force and tried, read-only.
        real, false: What becomes of the warnings answered Real and False.
        caveats: What limits the answer.
        threshold: The pack's threshold, where scores are on record; NaN else.
        lowest, highest: Range of what was recorded; NaN where nothing is.
    """

    definition_id: DefinitionId
    settings: Settings
    since_utc: datetime
    until_utc: datetime
    basis: Basis
    tolerance_s: float
    journal: int
    in_force: int
    tried: int
    starts_s: NDArray[np.float64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    real: Effect
    false: Effect
    caveats: tuple[Caveat, ...] = ()
    threshold: float = float("nan")
    lowest: float = float("nan")
    highest: float = float("nan")
