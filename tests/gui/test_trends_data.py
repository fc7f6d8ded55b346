"""Trends: memory and records become one curve; values at the cursor; ranges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from gui.trends_axis import tick_step_s, ticks
from gui.trends_data import EMPTY, LaneSpec, drawn, held_at, joined, value_at, value_range, without_gaps
from gui.trends_lanes import also_picked, first_picked, growth_specs
from station.frames import SourceId
from station.view import Trace
from tests.gui.fake_growth import growth_view, with_growth
from tests.gui.fake_line import FakeLine


def trace(utc_s: NDArray[np.float64], value: NDArray[np.float64]) -> Trace:
    return Trace(utc_s, value, value, value)


def spec(low: float | None = 0.0, high: float | None = 10.0, threshold: float | None = None) -> LaneSpec:
    return LaneSpec(SourceId("rig"), "TS1", "Oil", "°C", 1, low, high, threshold)


def test_memory_wins_where_both_have_values() -> None:
    history = trace(np.arange(0.0, 100.0), np.zeros(100))
    recent = trace(np.arange(60.0, 120.0), np.ones(60))
    both = joined(history, recent)
    assert both.utc_s.size == 120
    assert np.all(np.diff(both.utc_s) > 0)
    assert both.value[59] == 0.0
    assert both.value[60] == 1.0


def test_a_hole_becomes_a_gap_and_different_rates_do_not() -> None:
    history = trace(np.arange(0.0, 100.0, 10.0), np.zeros(10))
    recent = trace(np.arange(100.0, 110.0, 0.1), np.ones(100))
    assert not np.isnan(joined(history, recent).value).any()
    broken = trace(np.concatenate((np.arange(0.0, 10.0), np.arange(60.0, 70.0))), np.zeros(20))
    result = joined(EMPTY, broken)
    assert int(np.isnan(result.value).sum()) == 1
    assert np.isnan(value_at(result, 35.0, 1.0))


def test_nothing_joined_is_nothing() -> None:
    assert joined(EMPTY, EMPTY).utc_s.size == 0


def test_extremes_are_drawn_though_buckets_are_thinned() -> None:
    thinned = Trace(np.array([0.0, 1.0]), np.array([5.0, 5.0]), np.array([5.0, 1.0]), np.array([9.0, 5.0]))
    x, y = drawn(thinned)
    assert x.tolist() == [0.0, 0.0, 1.0, 1.0]
    assert y.tolist() == [5.0, 9.0, 1.0, 5.0]


def test_the_value_at_the_cursor_is_the_nearest_within_reach() -> None:
    some = trace(np.array([0.0, 10.0, 20.0]), np.array([1.0, 2.0, 3.0]))
    assert value_at(some, 12.0, 5.0) == 2.0
    assert value_at(some, 16.0, 5.0) == 3.0
    assert math.isnan(value_at(some, 40.0, 5.0))
    assert math.isnan(value_at(EMPTY, 1.0, 5.0))


def test_the_axis_holds_band_and_extremes() -> None:
    spike = Trace(np.array([0.0, 1.0]), np.array([5.0, 5.0]), np.array([5.0, -4.0]), np.array([22.0, 5.0]))
    low, high = value_range(spec(), spike, -1.0, 2.0)
    assert low < -4.0
    assert high > 22.0
    low, high = value_range(spec(), spike, 5.0, 6.0)
    assert -4.0 < low < 0.0
    assert 10.0 < high < 22.0
    assert value_range(spec(threshold=0.5), spike, 0.0, 1.0)[1] < 1.3


def test_ticks_are_round_and_fit() -> None:
    assert tick_step_s(300.0, 8) == 60
    assert tick_step_s(7 * 86400.0, 8) == 86400
    found = ticks(1_760_000_003.0, 1_760_000_303.0, 8)
    assert 2 <= len(found) <= 8
    assert all(at % 60 == 0 for at, _ in found)
    assert all(len(text) == 5 for _, text in found)


def test_first_shown_are_the_channels_of_the_line_screen_and_the_risks() -> None:
    hidden = [LaneSpec(SourceId("rig"), f"H{n}", "h", "", 1, None, None, None, on_line_screen=False) for n in range(3)]
    shown = [LaneSpec(SourceId("rig"), f"S{n}", "s", "", 1, None, None, None) for n in range(3)]
    risks = [LaneSpec(SourceId("rig"), f"risk:R{n}", "r", "", 2, None, None, 0.5) for n in range(5)]
    assert {channel for _, channel in first_picked([*hidden, *shown, *risks])} == {"S0", "S1", "S2", "H0", "risk:R0", "risk:R1", "risk:R2"}


def test_a_step_holds_until_the_next_one() -> None:
    days = trace(np.array([0.0, 86400.0, 10 * 86400.0]), np.array([1.0, np.nan, 3.0]))
    assert math.isnan(held_at(days, -1.0))
    assert held_at(days, 0.0) == 1.0
    assert held_at(days, 5 * 86400.0) == 1.0
    assert held_at(days, 20 * 86400.0) == 3.0
    assert without_gaps(days).value.tolist() == [1.0, 3.0]
    assert math.isnan(held_at(EMPTY, 0.0))


def test_each_watched_position_has_a_lane_with_where_it_counts(fake_line: FakeLine) -> None:
    assert growth_specs(None, "{name}") == []
    snapshot = fake_line.snapshot()
    growing = with_growth(snapshot, growth_view("left"), growth_view("", limit_area=math.nan))
    first, second = growth_specs(growing, "Area: {name}")
    assert first.key == (snapshot.cameras[0].source_id, "area:left")
    assert (first.title, first.unit, first.low, first.held) == ("Area: left", "%", 0.0, True)
    assert first.high == pytest.approx(0.02)
    assert second.title == f"Area: {snapshot.cameras[0].name.en}"
    assert (second.low, second.high) == (None, None)


def test_new_positions_are_shown_as_long_as_there_is_room() -> None:
    lanes = [LaneSpec(SourceId("cam"), f"area:{number}", "", "%", 3, None, None, None) for number in range(9)]
    shown = also_picked({("rig", "TS1")}, [], lanes)
    assert shown == {("rig", "TS1"), *(("cam", f"area:{number}") for number in range(6))}
    assert also_picked({("rig", "TS1")}, lanes, lanes) == {("rig", "TS1")}
