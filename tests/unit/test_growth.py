"""This file decides whether growth is judged as its formula says, whatever the numbers."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.growth import KEPT_STEPS, GrowthRule, GrowthStep, GrowthTrend, trend_from_json, trend_to_json

START = datetime(2026, 1, 1, tzinfo=UTC)
RULE = GrowthRule(baseline_steps=10, noise_floor=0.001)
areas = st.floats(0.0, 1.0, allow_subnormal=False)
baselines = st.lists(areas, min_size=10, max_size=10)


def trend(values: list[float], rule: GrowthRule = RULE, every: timedelta = timedelta(hours=4)) -> GrowthTrend:
    grown = GrowthTrend(rule)
    for number, area in enumerate(values):
        grown = grown.after(GrowthStep(START + number * every, area))
    return grown


def test_nothing_is_judged_while_learning() -> None:
    learning = trend([0.0] * 9)
    assert learning.learning
    for value in (learning.growth, learning.baseline_area, learning.area_at(3.0)):
        assert math.isnan(value)
    assert math.isnan(trend([0.0] * 10).growth), "the baseline's own last step is not judged"
    assert not math.isnan(trend([0.0] * 11).growth)


def test_growth_is_the_distance_from_the_mean_extent_in_standard_deviations() -> None:
    extents = [0.01, 0.03] * 5
    deviation = math.hypot(math.sqrt(10 * 0.01**2 / 9), 0.001)
    grown = trend([*(extent**2 for extent in extents), 0.08**2])
    assert grown.growth == pytest.approx((0.08 - 0.02) / deviation)
    assert grown.baseline_area == pytest.approx(0.02**2)


def test_a_spotless_baseline_counts_from_three_floors_on() -> None:
    assert trend([0.0] * 10 + [0.0029**2]).growth < 3.0
    assert trend([0.0] * 10 + [0.0031**2]).growth > 3.0


@given(baselines, areas, areas)
def test_more_area_is_never_less_growth(baseline: list[float], one: float, other: float) -> None:
    learnt = trend(baseline)
    smaller, larger = sorted((one, other))
    assert learnt.growth_of(smaller) <= learnt.growth_of(larger)


@given(baselines, st.randoms(use_true_random=False), areas)
def test_the_order_of_the_baseline_says_nothing(baseline: list[float], random: object, area: float) -> None:
    shuffled = list(baseline)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert trend(shuffled).growth_of(area) == pytest.approx(trend(baseline).growth_of(area), rel=1e-9, abs=1e-9)


@given(areas, st.integers(1, 40))
def test_what_stays_as_it_was_never_grows(area: float, more: int) -> None:
    same = trend([area] * (10 + more))
    assert same.growth == pytest.approx(0.0, abs=1e-6)
    assert same.onset is None


@given(baselines, st.floats(0.5, 30.0))
def test_the_limit_is_where_growth_counts(baseline: list[float], growth: float) -> None:
    learnt = trend(baseline)
    limit = learnt.area_at(growth)
    assert limit == 1.0 or learnt.growth_of(limit) == pytest.approx(growth, rel=1e-6)


def test_since_when_it_grows_outlives_a_step_that_found_nothing() -> None:
    grown = trend([0.0] * 10 + [0.0, 0.01**2, 0.0, 0.01**2, 0.02**2])
    assert grown.onset == GrowthStep(START + 11 * timedelta(hours=4), 0.01**2)
    assert grown.steps_since_onset == 4


def test_one_bad_picture_is_forgotten() -> None:
    grown = trend([0.0] * 10 + [1.0] + [0.0] * 4)
    assert grown.onset is None
    assert grown.gained_per_step == 0.0
    assert grown.gained_per_day is None


def test_how_fast_it_grows() -> None:
    grown = trend([0.0] * 10 + [0.0, 0.0001, 0.0002, 0.0003], every=timedelta(hours=12))
    assert grown.gained_per_step == pytest.approx(0.0001)
    assert grown.gained_per_day == pytest.approx(0.0002)


def test_a_replay_that_begins_again_tells_nothing_new() -> None:
    once = trend([0.0] * 12 + [0.01])
    again = once
    for number in range(13):
        again = again.after(GrowthStep(START + number * timedelta(hours=4), 1.0))
    assert again is once


@given(st.lists(areas, max_size=30), st.lists(areas, max_size=10))
def test_a_kept_trend_goes_on_exactly(before: list[float], after: list[float]) -> None:
    whole = trend(before + after)
    kept = trend_from_json(trend_to_json(trend(before)), RULE)
    for number, area in enumerate(after, start=len(before)):
        kept = kept.after(GrowthStep(START + number * timedelta(hours=4), area))
    assert kept == whole


def test_a_trend_does_not_grow_in_memory() -> None:
    long = trend([0.0] * 10 + [0.0] * 500)
    assert len(long.recent) == KEPT_STEPS
    assert len(long.baseline) == 10
    assert long.steps == 510


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"baseline": 3}', "null"])
def test_what_is_no_kept_trend_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a kept trend"):
        trend_from_json(text, RULE)
