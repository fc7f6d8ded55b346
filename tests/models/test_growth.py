"""This file decides whether growth is told in time on the real recordings, by networks that never saw the position.

The areas come from ``growth_areas.csv``; ``python -m tests.models.growth_delay --again DIR`` makes them anew.
"""

from __future__ import annotations

import pytest

from station.growth import GrowthRule
from tests.models.growth_delay import Delay, measure, read_areas

NEVER_PITS = "477500_315"
MOST_STEPS = 3
POSITIONS = tuple(sorted(read_areas()))


def _delay(position: str, rule: GrowthRule | None = None) -> Delay:
    return measure(position, read_areas()[position], rule)


def test_all_nine_positions_are_measured() -> None:
    assert len(POSITIONS) == 9
    assert sum(len(frames) for frames in read_areas().values()) == 615


@pytest.mark.parametrize("position", [one for one in POSITIONS if one != NEVER_PITS])
def test_a_position_that_pits_is_told_within_three_steps_and_not_before(position: str) -> None:
    found = _delay(position)
    assert found.before == 0
    assert found.delay is not None
    assert 0 <= found.delay <= MOST_STEPS


def test_the_position_that_never_pits_is_never_told() -> None:
    found = _delay(NEVER_PITS)
    assert found.first_pit is None
    assert found.raised is None


@pytest.mark.parametrize("baseline_steps", [25, 35])
def test_the_length_of_the_baseline_decides_nothing(baseline_steps: int) -> None:
    found = [_delay(position, GrowthRule(baseline_steps)) for position in POSITIONS]
    assert [one.position for one in found if one.before] == []
    late = [one.position for one in found if one.position != NEVER_PITS and (one.delay is None or one.delay > MOST_STEPS)]
    assert late == []
