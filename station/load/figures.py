"""This file decides the figures of the load of warnings: rates, floods, chattering, stale ones, how fast people answer.

Pure functions of a :class:`station.load.history.History`. Limits and words are in :mod:`station.load.limits`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from station.counting import begun_10_min, per_10_min
from station.frames import AlarmId, DefinitionId
from station.load.history import ACKNOWLEDGED, ACTIVATED, History
from station.load.limits import (
    CHATTER_TIMES,
    CHATTER_WITHIN_S,
    FLOOD_ENDS_BELOW,
    FLOOD_PER_10_MIN,
    FREQUENT_LISTED,
    INTERVAL_S,
    MOST_PER_10_MIN,
    PRIORITY_SHARES,
    STALE_AFTER_S,
)
from station.load_view import Chattering, DefinitionChange, Flood, Frequent, LoadReport, Promptness, PutAside, Spread, Stale

Times = NDArray[np.float64]


def load_report(history: History, changes: Sequence[DefinitionChange] = ()) -> LoadReport:
    """All figures of a period. May be called from any thread."""
    since_s, until_s = history.since_utc.timestamp(), history.until_utc.timestamp()
    of = history.event_of[history.event_code == ACTIVATED]
    times = history.event_s[history.event_code == ACTIVATED]
    definition = history.definition_of[of]
    starts, counts = per_interval(times, since_s, until_s, INTERVAL_S)
    priority_of = _latest(definition, history.priority[of], len(history.named))
    found_floods = floods(times, definition, history, until_s)
    flooded_s = sum((flood.end_utc - flood.begin_utc).total_seconds() for flood in found_floods)
    return LoadReport(
        since_utc=history.since_utc,
        until_utc=history.until_utc,
        total=int(times.size),
        starts_s=starts,
        counts=counts,
        mean_per_10_min=per_10_min(int(times.size), until_s - since_s),
        peak=int(counts.max()),
        over_share=float((counts > MOST_PER_10_MIN).mean()),
        flood_share=flooded_s / max(until_s - since_s, 1.0),
        by_priority=tuple((priority, int((history.priority[of] == priority).sum())) for priority in sorted(PRIORITY_SHARES)),
        by_definition=_by_definition(definition, history),
        frequent=_frequent(definition, history, priority_of),
        chattering=_chattering(times, definition, history, priority_of),
        stale=_stale(history, until_s),
        floods=found_floods,
        promptness=_promptness(history),
        put_aside=_put_aside(history, priority_of),
        changes=tuple(changes),
    )


def per_interval(times: Times, since_s: float, until_s: float, width_s: float) -> tuple[Times, NDArray[np.int64]]:
    """Beginnings of the intervals from *since_s* on, and how many of *times* (POSIX s) lie in each; the last counts as whole."""
    buckets = begun_10_min((until_s - since_s) * INTERVAL_S / width_s)
    places = np.floor((times - since_s) / width_s).astype(np.int64)
    counts = np.bincount(places[(places >= 0) & (places < buckets)], minlength=buckets).astype(np.int64)
    starts = since_s + width_s * np.arange(buckets, dtype=np.float64)
    starts.flags.writeable = counts.flags.writeable = False
    return starts, counts


def floods(times: Times, definition: NDArray[np.int64], history: History, until_s: float) -> tuple[Flood, ...]:
    """Floods among *times*, ascending: begun by more than ten within ten minutes, over when fewer than five came in the last ten."""
    within = np.arange(times.size) + 1 - np.searchsorted(times, times - INTERVAL_S, side="right")
    after = np.searchsorted(times, times + INTERVAL_S, side="right") - np.arange(times.size) - 1
    over = within > FLOOD_PER_10_MIN
    calm = np.flatnonzero(after < FLOOD_ENDS_BELOW)
    found: list[Flood] = []
    at = 0
    while at < times.size and over[at:].any():
        trigger = at + int(np.argmax(over[at:]))
        first = max(trigger + 1 - int(within[trigger]), at)
        last = int(calm[np.searchsorted(calm, first)])
        end_s = min(float(times[last]) + INTERVAL_S, until_s)
        beyond = int(np.searchsorted(times, end_s, side="right"))
        cause = history.named[int(definition[first])]
        found.append(
            Flood(
                begin_utc=to_utc(float(times[first])),
                end_utc=to_utc(end_s),
                count=beyond - first,
                peak=int(within[trigger:beyond].max()),
                first_id=cause.definition_id,
                first_title=cause.title,
            )
        )
        at = beyond
    return tuple(found)


def _by_definition(definition: NDArray[np.int64], history: History) -> tuple[tuple[DefinitionId, int], ...]:
    counts = np.bincount(definition, minlength=len(history.named))
    order = np.argsort(-counts, kind="stable").tolist()
    return tuple((history.named[place].definition_id, int(counts[place])) for place in order if counts[place])


def _frequent(definition: NDArray[np.int64], history: History, priority_of: NDArray[np.int64]) -> tuple[Frequent, ...]:
    counts = np.bincount(definition, minlength=len(history.named))
    order = np.argsort(-counts, kind="stable")[:FREQUENT_LISTED]
    return tuple(
        Frequent(named.definition_id, named.title, int(priority_of[place]), int(counts[place]), counts[place] / definition.size)
        for place in order.tolist()
        if counts[place] and (named := history.named[place])
    )


def _chattering(times: Times, definition: NDArray[np.int64], history: History, priority_of: NDArray[np.int64]) -> tuple[Chattering, ...]:
    found: list[Chattering] = []
    order = np.argsort(definition, kind="stable")
    bounds = np.searchsorted(definition[order], np.arange(len(history.named) + 1))
    for place, named in enumerate(history.named):
        mine = times[order[bounds[place] : bounds[place + 1]]]
        if mine.size < CHATTER_TIMES:
            continue
        # At each activation: how many came within the minute that it begins.
        within = np.searchsorted(mine, mine + CHATTER_WITHIN_S, side="right") - np.arange(mine.size)
        begins = np.flatnonzero(within >= CHATTER_TIMES)
        if begins.size:
            episodes = 1 + int((np.diff(mine[begins]) > CHATTER_WITHIN_S).sum())
            last_s = float(mine[begins[-1] + within[begins[-1]] - 1])
            found.append(Chattering(named.definition_id, named.title, int(priority_of[place]), episodes, int(within.max()), to_utc(last_s)))
    return tuple(sorted(found, key=lambda one: (-one.episodes, -one.most_per_min)))


def _stale(history: History, until_s: float) -> tuple[Stale, ...]:
    stands = ~(history.returned_s < until_s) & ~(history.closed_s < until_s) & (history.raised_s <= until_s - STALE_AFTER_S)
    places = np.flatnonzero(stands)
    found = [
        Stale(
            AlarmId(history.alarm_ids[place]),
            history.named[int(history.definition_of[place])].definition_id,
            history.named[int(history.definition_of[place])].title,
            int(history.priority[place]),
            to_utc(float(history.raised_s[place])),
        )
        for place in places.tolist()
    ]
    return tuple(sorted(found, key=lambda one: one.since_utc))


def _promptness(history: History) -> tuple[Promptness, ...]:
    """Of activations that were acknowledged, and of occurrences that were closed, within the period."""
    pending = np.full(len(history.alarm_ids), np.nan)
    seconds: list[float] = []
    of: list[int] = []
    for at_s, code, place in zip(history.event_s.tolist(), history.event_code.tolist(), history.event_of.tolist(), strict=True):
        if code == ACTIVATED:
            pending[place] = at_s
        elif code == ACKNOWLEDGED and pending[place] == pending[place]:
            seconds.append(at_s - float(pending[place]))
            of.append(place)
            pending[place] = np.nan
    acknowledged = np.array(seconds, np.float64)
    priority = history.priority[np.array(of, np.int64)]
    closed = (history.closed_s >= history.since_utc.timestamp()) & (history.closed_s < history.until_utc.timestamp())
    lasted = (history.closed_s - history.raised_s)[closed]
    lasted_priority = history.priority[closed]
    found = [Promptness(0, _spread(acknowledged), _spread(lasted))]
    found += [
        Promptness(one, _spread(acknowledged[priority == one]), _spread(lasted[lasted_priority == one]))
        for one in sorted({*priority.tolist(), *lasted_priority.tolist()})
    ]
    return tuple(found)


def _put_aside(history: History, priority_of: NDArray[np.int64]) -> tuple[PutAside, ...]:
    place_of = {named.definition_id: place for place, named in enumerate(history.named)}
    return tuple(
        PutAside(
            hold.definition_id,
            history.named[place_of[hold.definition_id]].title,
            int(priority_of[place_of[hold.definition_id]]),
            hold.kind,
            hold.since_utc,
            hold.until_utc,
            hold.person_id,
            hold.reason,
            hold.ended_utc,
            hold.ended_by,
        )
        for hold in reversed(history.holds)
    )


def _latest(definition: NDArray[np.int64], priority: NDArray[np.int64], definitions: int) -> NDArray[np.int64]:
    """Priority of each definition at its newest activation; 0 of those without any."""
    found = np.zeros(definitions, np.int64)
    found[definition] = priority
    return found


def _spread(seconds: Times) -> Spread:
    if not seconds.size:
        return Spread(0, float("nan"), float("nan"))
    median, p90 = np.percentile(seconds, (50.0, 90.0))
    return Spread(int(seconds.size), float(median), float(p90))


def to_utc(posix_s: float) -> datetime:
    """Aware UTC of POSIX seconds."""
    return datetime.fromtimestamp(posix_s, UTC)
