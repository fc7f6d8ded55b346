"""This file decides that the load of warnings is counted as the standards say, by examples worked out by hand."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.config import Text
from station.frames import DefinitionId, PersonId
from station.load.figures import floods, load_report, per_interval
from station.load.history import ACKNOWLEDGED, ACTIVATED, RETURNED, History, HoldRow, Named
from station.load_view import LoadReport
from tests.unit.alarm_making import definition, utc
from tests.unit.load_making import History as Station
from tests.unit.load_making import station_with

T0 = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
HOUR = 3600.0


def made(
    rows: list[tuple[float, int]],
    *,
    acknowledged: dict[int, float] | None = None,
    closed: dict[int, float] | None = None,
    returned: dict[int, float] | None = None,
    hours: float = 8.0,
    priorities: tuple[int, ...] = (2, 3, 4),
    holds: tuple[HoldRow, ...] = (),
) -> History:
    """Each row is an occurrence: seconds after T0, index of its definition."""
    start = T0.timestamp()
    events = [(start + at, ACTIVATED, number) for number, (at, _) in enumerate(rows)]
    events += [(start + at, ACKNOWLEDGED, number) for number, at in (acknowledged or {}).items()]
    events += [(start + at, RETURNED, number) for number, at in (returned or {}).items()]
    events.sort()

    def times(given: dict[int, float] | None) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([start + given[number] if given and number in given else math.nan for number in range(len(rows))])

    until = T0 + timedelta(hours=hours)
    inside = [event for event in events if event[0] >= start]
    return History(
        T0,
        until,
        np.array([event[0] for event in inside], np.float64),
        np.array([event[1] for event in inside], np.int8),
        np.array([event[2] for event in inside], np.int64),
        tuple(f"alarm-{number}" for number in range(len(rows))),
        np.array([which for _, which in rows], np.int64),
        np.array([priorities[which] for _, which in rows], np.int64),
        np.array([start + at for at, _ in rows]),
        times(returned),
        times(closed),
        tuple(Named(DefinitionId(f"d{number}"), Text(en=f"D{number}", zh=f"D{number}")) for number in range(3)),
        holds,
    )


def report(*args: object, **kwargs: object) -> LoadReport:
    return load_report(made(*args, **kwargs))  # type: ignore[arg-type]


def test_rates_count_every_ten_minutes_also_the_begun_one() -> None:
    found = report([(0.0, 0), (599.0, 0), (600.0, 0), (1201.0, 1)], hours=0.4)
    assert found.counts.tolist() == [2, 1, 1]
    assert (found.total, found.peak) == (4, 2)
    assert found.mean_per_10_min == pytest.approx(4 / 3)
    assert found.over_share == 0.0
    assert found.by_definition == (("d0", 3), ("d1", 1))
    assert [(one.definition_id, one.count, one.share) for one in found.frequent] == [("d0", 3, 0.75), ("d1", 1, 0.25)]
    assert found.by_priority == ((1, 0), (2, 3), (3, 1), (4, 0))


def test_eleven_within_ten_minutes_are_a_flood_and_ten_are_none() -> None:
    ten = report([(59.0 * n, 0) for n in range(10)])
    assert ten.floods == ()
    eleven = report([(3600.0, 1), *((3610.0 + 50.0 * n, 0) for n in range(10)), (6000.0, 2)])
    (flood,) = eleven.floods
    assert flood.begin_utc == T0 + timedelta(seconds=3600)
    assert flood.first_id == "d1"
    assert (flood.count, flood.peak) == (11, 11)
    # Fewer than five came in the ten minutes that end when the seventh from the end is ten minutes old.
    assert flood.end_utc == T0 + timedelta(seconds=3610 + 50 * 5 + 600)
    assert eleven.flood_share == pytest.approx((flood.end_utc - flood.begin_utc).total_seconds() / (8 * HOUR))


def test_a_flood_that_still_lasts_ends_with_the_period() -> None:
    found = report([(HOUR - 300.0 + 10.0 * n, 0) for n in range(30)], hours=1.0)
    (flood,) = found.floods
    assert flood.end_utc == found.until_utc
    assert flood.peak == 30


@given(st.lists(st.floats(0.0, 4 * HOUR), max_size=120))
def test_floods_are_apart_and_hold_more_than_ten(seconds: list[float]) -> None:
    history = made(sorted((at, 0) for at in seconds), hours=4.0)
    times = history.event_s
    found = floods(times, np.zeros(times.size, np.int64), history, history.until_utc.timestamp())
    for one, after in itertools.pairwise(found):
        assert one.end_utc <= after.begin_utc
    assert all(one.count > 10 and one.peak > 10 for one in found)
    begins = np.array([one.begin_utc.timestamp() for one in found])
    within = np.arange(times.size) + 1 - np.searchsorted(times, times - 600.0, side="right")
    assert (begins.size > 0) == bool((within > 10).any())


def test_three_of_one_warning_within_a_minute_chatter() -> None:
    calm = report([(0.0, 0), (30.0, 1), (60.0, 0), (61.0, 0)])
    assert calm.chattering == ()
    found = report([(0.0, 0), (30.0, 0), (60.0, 0), (1000.0, 0), (1010.0, 0), (1020.0, 0), (1030.0, 0)])
    (one,) = found.chattering
    assert (one.definition_id, one.episodes, one.most_per_min) == ("d0", 2, 4)
    assert one.last_utc == T0 + timedelta(seconds=1030)


def test_stale_is_what_stands_for_more_than_a_day() -> None:
    old = [(-90_000.0, 0), (-90_000.0, 1), (-90_000.0, 2), (-60_000.0, 0)]
    found = report(old, returned={1: 100.0}, closed={2: 200.0}, hours=5.0)
    assert [one.alarm_id for one in found.stale] == ["alarm-0"]
    later = report(old, hours=8.0)
    assert [one.alarm_id for one in later.stale] == ["alarm-0", "alarm-1", "alarm-2", "alarm-3"]


def test_how_fast_people_answer_is_told_by_priority() -> None:
    rows = [(0.0, 0), (100.0, 0), (200.0, 1), (300.0, 1)]
    found = report(rows, acknowledged={0: 10.0, 1: 130.0, 2: 205.0}, closed={0: 60.0, 2: 500.0})
    overall, second, third = found.promptness
    assert (overall.priority, overall.acknowledge.count, overall.acknowledge.median_s) == (0, 3, 10.0)
    assert overall.acknowledge.p90_s == pytest.approx(26.0)
    assert (second.priority, second.acknowledge.median_s, second.close.median_s) == (2, 20.0, 60.0)
    assert (third.priority, third.acknowledge.median_s, third.close.median_s) == (3, 5.0, 300.0)
    nothing = report([(0.0, 0)]).promptness[0]
    assert nothing.acknowledge.count == 0
    assert math.isnan(nothing.acknowledge.median_s)


def test_an_empty_period_is_told_as_such() -> None:
    found = report([])
    assert (found.total, found.mean_per_10_min, found.flood_share, found.floods) == (0, 0.0, 0.0, ())
    assert not found.counts.flags.writeable


def test_intervals_of_any_width_hold_everything_within() -> None:
    times = np.array([0.0, 3599.0, 3600.0, 7300.0])
    starts, counts = per_interval(times, 0.0, 8 * HOUR, HOUR)
    assert counts.tolist() == [2, 1, 1, 0, 0, 0, 0, 0]
    assert np.diff(starts).tolist() == [HOUR] * 7


def test_the_journal_counts_every_call_and_nothing_behind_a_hold(tmp_path: Path) -> None:
    one = definition(most_per_10_min=1000)
    history = Station(tmp_path, station_with(one))
    bad, good = np.full(2, 0.9), np.full(2, 0.1)
    history.frames(np.concatenate([bad, good, bad, good]))
    (view,) = history.alarms.views()
    history.wait(20.0)
    assert history.alarms.acknowledge(view.alarm_id, PersonId("wei"), "").ok
    assert history.alarms.held.shelve(DefinitionId(one.id), 60.0, "cable", PersonId("wei")).ok
    history.frames(np.concatenate([bad, good]))
    history.wait(70.0)
    history.frames(np.concatenate([bad, good]))
    found = history.load.load(utc(-60.0), utc(history.clock.now_s + 1.0))
    reported = history.records.report(utc(-60.0), utc(history.clock.now_s + 1.0))
    rung = history.alarms.rung
    history.stop()
    assert found.total == rung == len(reported.activations) == 3
    (aside,) = found.put_aside
    assert (aside.kind, aside.reason, aside.person_id, aside.title.en) == ("shelved", "cable", "wei", "Crack")
    assert found.promptness[0].acknowledge.count == 1
    assert found.promptness[0].acknowledge.median_s == pytest.approx(20.0, abs=0.5)
    assert [one.title.en for one in found.frequent] == ["Crack"]
