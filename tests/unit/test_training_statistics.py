from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.statistics import (
    auroc,
    bootstrap_groups,
    expected_calibration_error,
    fit_calibration,
    fit_temperature,
    measure_calibration,
    measure_trade,
    recall_at_false_alarms,
    reliability_curve,
    reliability_table,
    threshold_at_false_alarms,
    trade_table,
)

scores = st.lists(st.floats(0, 1, allow_nan=False), min_size=1, max_size=30)


@given(scores, scores)
def test_auroc_is_the_share_of_pairs_in_order(positive: list[float], negative: list[float]) -> None:
    pairs = [1.0 if p > n else 0.5 if p == n else 0.0 for p in positive for n in negative]
    assert auroc(positive, negative) == pytest.approx(sum(pairs) / len(pairs))


def test_auroc_without_one_side_is_not_a_number() -> None:
    assert math.isnan(auroc([], [0.2]))
    assert math.isnan(auroc([0.2], []))


@given(scores, st.floats(0, 0.99))
def test_threshold_keeps_its_false_alarm_share(negative: list[float], share: float) -> None:
    threshold = threshold_at_false_alarms(negative, share)
    assert sum(score >= threshold for score in negative) <= share * len(negative) + 1e-9


def test_threshold_uses_what_it_is_allowed() -> None:
    negative = [number / 100 for number in range(100)]
    assert sum(score >= threshold_at_false_alarms(negative, 0.05) for score in negative) == 5


def test_recall_counts_positives_above_the_threshold() -> None:
    assert recall_at_false_alarms([0.5, 0.95, 0.99, 1.0], [number / 100 for number in range(100)], 0.01) == 0.5


def test_bootstrap_draws_whole_groups() -> None:
    groups = ["a"] * 50 + ["b"] * 50
    values = np.asarray([0.0] * 50 + [1.0] * 50)
    interval = bootstrap_groups(groups, lambda rows: float(values[rows].mean()), seed=1)
    assert interval.value == 0.5
    assert (interval.lower, interval.upper) == (0.0, 1.0)


def test_bootstrap_leaves_out_draws_that_do_not_define_the_figure() -> None:
    groups = ["a", "b"]
    values = np.asarray([np.nan, 1.0])
    interval = bootstrap_groups(groups, lambda rows: float(np.nan if np.isnan(values[rows]).all() else np.nanmean(values[rows])), seed=1)
    assert (interval.lower, interval.upper) == (1.0, 1.0)


def test_bootstrap_is_the_same_for_the_same_seed() -> None:
    groups = [name for name in "abcdefg" for _ in range(3)]
    values = np.arange(21.0)
    first, second = (bootstrap_groups(groups, lambda rows: float(values[rows].mean()), seed=3) for _ in range(2))
    assert first == second
    assert first.lower < first.value < first.upper


def drawn(seed: int, slope: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Scores and outcomes; with slope 1 a score is the chance, with 2 the log odds are said twice too strongly."""
    random = np.random.default_rng(seed)
    odds = random.normal(0, 2, 20_000)
    outcomes = random.uniform(size=odds.size) < 1 / (1 + np.exp(-odds))
    return 1 / (1 + np.exp(-slope * odds)), outcomes.astype(float)


def test_reliability_says_what_was_said_and_seen() -> None:
    curve = reliability_curve([0.05, 0.15, 0.12, 1.0], [0, 1, 0, 1])
    assert [(one.lower, one.upper, one.count) for one in curve] == [(0.0, 0.1, 1), (0.1, 0.2, 2), (0.9, 1.0, 1)]
    assert [one.observed for one in curve] == [0.0, 0.5, 1.0]
    assert curve[1].mean_score == pytest.approx(0.135)


def test_calibration_error_is_small_for_chances_and_known_for_a_liar() -> None:
    assert expected_calibration_error(*drawn(1)) < 0.02
    assert expected_calibration_error(*drawn(1, slope=4.0)) > 0.1
    assert expected_calibration_error([0.9] * 100, [1] * 50 + [0] * 50) == pytest.approx(0.4)
    assert math.isnan(expected_calibration_error([], []))


def test_calibration_error_has_an_interval_over_groups() -> None:
    scores, outcomes = drawn(1, slope=3.0)
    interval = measure_calibration(scores[:500], outcomes[:500], [f"g{n % 25}" for n in range(500)], seed=1)
    assert interval.lower < interval.value < interval.upper


def test_fitting_undoes_what_was_said_too_strongly() -> None:
    said, seen = drawn(1, slope=2.5)
    calibration = fit_calibration(said, seen)
    assert calibration.slope == pytest.approx(0.4, rel=0.1)
    assert calibration.offset == pytest.approx(0.0, abs=0.06)
    fresh, outcomes = drawn(2, slope=2.5)
    assert expected_calibration_error(calibration.apply(fresh), outcomes) < 0.02
    assert np.all(np.diff(calibration.apply(np.sort(fresh))) >= 0)


@pytest.mark.parametrize("scores", [[0.0, 0.0, 1.0, 1.0], [0.5, 0.5, 0.5, 0.5], [1.0, 1.0, 0.0, 0.0]])
def test_fitting_survives_scores_without_doubt_and_scores_that_lie(scores: list[float]) -> None:
    calibration = fit_calibration(scores, [0, 0, 1, 1])
    assert calibration.slope > 0
    assert np.isfinite(calibration.apply(scores)).all()


def test_temperature_cools_what_is_too_sure() -> None:
    random = np.random.default_rng(1)
    logits = random.normal(0, 1.5, (5_000, 4))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    classes = np.array([random.choice(4, p=row) for row in chances])
    assert fit_temperature(3.0 * logits, classes) == pytest.approx(3.0, rel=0.1)


def test_a_threshold_is_a_trade() -> None:
    scores, outcomes = [0.1] * 90 + [0.8] * 10 + [0.9] * 30 + [0.2] * 10, [0] * 100 + [1] * 40
    trade = measure_trade(scores, outcomes, [f"g{n % 20}" for n in range(140)], 0.5, seed=1)
    assert trade.false_alarms_per_1000.value == pytest.approx(100.0)
    assert trade.missed.value == pytest.approx(0.25)
    assert trade.missed.lower < 0.25 < trade.missed.upper
    assert "| 0.500 | 100.0 |" in trade_table([trade])


def test_the_card_gets_a_table() -> None:
    scores, outcomes = drawn(1)
    table = reliability_table(scores[:400], outcomes[:400], [f"g{n % 20}" for n in range(400)], seed=1)
    assert table.count("|") % 5 == 0
    assert "Expected calibration error 0.0" in table
