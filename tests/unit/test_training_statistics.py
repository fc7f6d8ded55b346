from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.statistics import auroc, bootstrap_groups, recall_at_false_alarms, threshold_at_false_alarms

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
