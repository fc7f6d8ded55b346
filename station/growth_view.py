"""This file decides what the window may see of growth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

AREA_PREFIX = "area:"
"""Traces of a camera's found share, percent of the picture: ``area:POSITION``."""


@dataclass(frozen=True, slots=True)
class GrowthView:
    """The trend of what a camera's model finds at one of its positions.

    Attributes:
        position: Name of the position; empty where the camera has only one.
        steps: Time steps taken.
        baseline_steps: So many first steps say what is normal; growth is judged after them.
        area: Found share of the newest step, 0..1; NaN before the first.
        normal_area: Found share that is normal here; NaN while that is being learned, as the next two.
        limit_area: Found share from which on the growth counts.
        growth: Standard deviations above what is normal.
        raise_at: Growth that counts.
        since_utc: When it began to grow, aware UTC; None where it does not.
        newest_utc: Time of the newest step, aware UTC.
    """

    position: str
    steps: int
    baseline_steps: int
    area: float
    normal_area: float
    limit_area: float
    growth: float
    raise_at: float
    since_utc: datetime | None
    newest_utc: datetime | None
