"""This file decides how moments of the past are written: as short as can be understood."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gui.time_text import moment_text

NOON = datetime(2026, 3, 9, 12, 0, 5).astimezone()


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(0), "12:00:05"),
        (timedelta(hours=3), "09:00:05"),
        (timedelta(days=1), "03-08 12:00:05"),
        (timedelta(days=90), "2025-12-09 12:00:05"),
    ],
)
def test_a_moment_says_its_date_where_it_is_not_todays(ago: timedelta, said: str) -> None:
    assert moment_text(NOON - ago, NOON) == said
