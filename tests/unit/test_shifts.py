"""This file decides whether the right shift is on, also over midnight."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from station.config import Shift
from station.shifts import running_shift, shift_ends_utc

SHIFTS = (Shift(name="A", start="06:00"), Shift(name="B", start="14:00"), Shift(name="C", start="22:00"))


def _local(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 3, day, hour, minute).astimezone().astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "name", "began"),
    [
        ((9, 6, 0), "A", (9, 6, 0)),
        ((9, 13, 59), "A", (9, 6, 0)),
        ((9, 14, 0), "B", (9, 14, 0)),
        ((9, 23, 30), "C", (9, 22, 0)),
        ((10, 3, 0), "C", (9, 22, 0)),
    ],
)
def test_a_shift_lasts_until_the_next_begins(now: tuple[int, int, int], name: str, began: tuple[int, int, int]) -> None:
    shift = running_shift(SHIFTS, _local(*now))
    assert shift.name == name
    assert shift.began_utc == _local(*began)


def test_without_shifts_the_day_begins_at_local_midnight() -> None:
    shift = running_shift((), _local(9, 13, 0))
    assert shift.name == ""
    assert shift.began_utc == _local(9, 0, 0)


@pytest.mark.parametrize(
    ("now", "ends"), [((9, 6, 0), (9, 14, 0)), ((9, 13, 59), (9, 14, 0)), ((9, 23, 30), (10, 6, 0)), ((10, 3, 0), (10, 6, 0))]
)
def test_a_shift_ends_when_the_next_begins(now: tuple[int, int, int], ends: tuple[int, int, int]) -> None:
    assert shift_ends_utc(SHIFTS, _local(*now)) == _local(*ends)
    assert shift_ends_utc((), _local(*now)) is None
