"""Sharing a score among few channels: exact, fair, and where leaving out one at a time says nothing."""

from __future__ import annotations

import numpy as np
import pytest

from inference.shapley import list_combinations, share_score


def test_combinations_begin_with_none_and_end_with_all() -> None:
    there = list_combinations(3)
    assert there.shape == (8, 3)
    assert not there[0].any()
    assert there[-1].all()
    assert len({tuple(row) for row in there.tolist()}) == 8


def test_a_sum_gives_each_channel_its_own_part() -> None:
    weights = np.array([0.5, -0.2, 0.3])
    assert share_score(list_combinations(3) @ weights) == pytest.approx(weights)


def test_two_channels_that_are_each_enough_share_the_score() -> None:
    there = list_combinations(2)
    either = there.any(axis=1).astype(np.float64)
    assert share_score(either) == pytest.approx([0.5, 0.5])


def test_shares_add_up_to_what_all_channels_do_together() -> None:
    scores = np.random.default_rng(3).random(64)
    assert share_score(scores).sum() == pytest.approx(scores[-1] - scores[0])


def test_channels_that_do_the_same_get_the_same() -> None:
    there = list_combinations(3)
    together = (there[:, 0] & there[:, 2]).astype(np.float64)
    assert share_score(together) == pytest.approx([0.5, 0.0, 0.5])
