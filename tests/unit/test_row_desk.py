"""This file decides whether rows meet their limits and trends, and decisions are counted and warned of."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from inference.findings import Contribution, Verdict
from station.alarm_desk import AlarmDesk
from station.counting import Tally
from station.frames import JudgedSample, Sample
from station.records.store import Records
from station.row_desk import RowDesk
from station.view import Trace
from tests.unit.alarm_making import RIG, definition, finding, utc
from tests.unit.record_making import HandClock, open_records

HOT = definition(
    id="hot",
    when={"kind": "limit", "source": RIG, "channel": "TS1", "side": "high", "raise_at": 60, "clear_at": 55},
    raise_count=2,
    of_last=3,
)
LEAK = definition(id="leak", when={"kind": "verdict", "source": RIG})


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def records(tmp_path: Path, clock: HandClock) -> Iterator[Records]:
    opened = open_records(tmp_path, clock=clock)
    yield opened
    opened.stop()


@pytest.fixture
def alarms(records: Records, clock: HandClock) -> AlarmDesk:
    return AlarmDesk([HOT, LEAK], [], records, clock)


@pytest.fixture
def desk(alarms: AlarmDesk, records: Records, clock: HandClock) -> RowDesk:
    return RowDesk(lambda _: ("TS1", "PS1"), lambda _: frozenset({"TS1"}), 10.0, alarms, records, clock)


def row(sequence: int, *values: float) -> Sample:
    return Sample(RIG, sequence, float(sequence), utc(sequence), float(sequence), np.array(values))


def decision(score: float, sequence: int = 0) -> JudgedSample:
    return JudgedSample(row(sequence, 0.0, 0.0), (finding(score, target="pump", bad=Verdict.FAULT),), float(sequence))


def trace(records: Records, channel: str) -> Trace:
    records.flush()
    return records.history_trace(RIG, channel, utc(-1), utc(1000), 1000)


def test_every_row_of_a_batch_counts_for_a_limit_and_the_warning_names_the_value(desk: RowDesk, alarms: AlarmDesk) -> None:
    desk.take_rows(RIG, [row(0, 61.0, 0.0), row(1, math.nan, 0.0), row(2, 62.0, 0.0), row(3, 50.0, 0.0)])
    (view,) = alarms.views()
    assert (view.definition.id, view.count, view.detail) == ("hot", 2, "TS1 = 62")


def test_a_channel_without_a_limit_raises_nothing(desk: RowDesk, alarms: AlarmDesk) -> None:
    desk.take_rows(RIG, [row(number, 20.0, 1e9) for number in range(5)])
    assert alarms.views() == ()


def test_the_trend_keeps_the_last_value_and_the_extremes_of_the_whole_interval(desk: RowDesk, records: Records, clock: HandClock) -> None:
    desk.take_rows(RIG, [row(0, 20.0, 1.0)])
    for number, value in ((1, 99.0), (2, -5.0)):
        clock.now_s = float(number)
        desk.take_rows(RIG, [row(number, value, math.nan)])
    clock.now_s = 10.0
    desk.take_rows(RIG, [row(10, 30.0, math.nan)])
    kept = trace(records, "TS1")
    assert kept.value[~np.isnan(kept.value)].tolist() == [20.0, 30.0]
    assert (np.nanmax(kept.high), np.nanmin(kept.low)) == (99.0, -5.0)
    assert trace(records, "PS1").value.tolist() == [1.0]


def test_decisions_are_counted_warned_of_and_their_risk_is_kept(
    desk: RowDesk, alarms: AlarmDesk, records: Records, clock: HandClock
) -> None:
    for number, score in enumerate((0.1, 0.9, math.nan)):
        clock.now_s = 10.0 * number
        desk.take_decision(decision(score, 10 * number))
    assert desk.verdicts == Tally(3, 1, 1)
    (view,) = alarms.views()
    assert view.definition.id == "leak"
    risk = trace(records, "risk:pump")
    assert risk.value[~np.isnan(risk.value)].tolist() == [0.1, 0.9]


def test_what_drove_a_risk_is_kept_for_its_target_and_not_for_doubts(desk: RowDesk, records: Records, clock: HandClock) -> None:
    leak = (Contribution("PS1", 0.8, 0.5), Contribution("TS1", 0.2, 0.1))
    for number, (score, drivers) in enumerate(((0.1, ()), (0.9, leak), (math.nan, ()), (0.9, leak))):
        clock.now_s = 10.0 * number
        judged = decision(score, 10 * number)
        desk.take_decision(replace(judged, findings=(replace(judged.findings[0], contributors=drivers),)))
    records.flush()
    hold = timedelta(seconds=120)
    found = [records.drivers_at(RIG, "pump", utc(at_s), hold) for at_s in (5, 25, 35)]
    assert [None if one is None else (one.utc, one.contributions) for one in found] == [(utc(0), ()), (utc(10), leak), (utc(10), leak)]
