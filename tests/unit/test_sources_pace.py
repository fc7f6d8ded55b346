"""This file decides when readers try again and when a paced item is due."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.sources.pace import Backoff, Pacer


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - jitter, no secret


@given(st.integers(0, 1000), st.integers(1, 40))
def test_backoff_grows_to_its_cap_and_never_beyond(seed: int, tries: int) -> None:
    backoff = Backoff(0.25, 1.0, chance(seed))
    waits = [backoff.next_s() for _ in range(tries)]
    for number, wait_s in enumerate(waits):
        plain_s = min(1.0, 0.25 * 2**number)
        assert plain_s * 2 / 3 <= wait_s <= plain_s
    backoff.reset()
    assert backoff.next_s() <= 0.25


def test_two_cameras_do_not_knock_in_step() -> None:
    first, second = Backoff(0.25, 1.0, chance(1)), Backoff(0.25, 1.0, chance(2))
    assert [first.next_s() for _ in range(4)] != [second.next_s() for _ in range(4)]


@given(st.lists(st.floats(0.0, 0.3), min_size=1, max_size=50), st.floats(0.01, 1.0))
def test_paced_items_are_never_early_and_do_not_drift(works_s: list[float], period_s: float) -> None:
    pacer = Pacer(slack_s=1e9)
    now_s = begin_s = 500.0
    for number, work_s in enumerate(works_s):
        now_s += pacer.wait_s(now_s, number * period_s)
        assert now_s >= begin_s + number * period_s - 1e-6
        now_s += work_s
    assert now_s <= begin_s + len(works_s) * max(period_s, 0.3) + 0.3 + 1e-6


def test_a_source_that_fell_behind_goes_on_from_now() -> None:
    pacer = Pacer(slack_s=0.5)
    assert pacer.wait_s(100.0, 0.0) == 0.0
    assert pacer.wait_s(100.0, 0.1) == pytest.approx(0.1)
    assert pacer.wait_s(160.0, 0.2) == 0.0, "the computer slept"
    assert pacer.wait_s(160.0, 0.3) == pytest.approx(0.1), "no burst of old parts"
    pacer.restart()
    assert pacer.wait_s(200.0, 7.0) == 0.0
