"""This file decides how tests make a snapshot whose first camera watches growth."""

from __future__ import annotations

from dataclasses import replace

from station.growth_view import GrowthView
from station.view import LineSnapshot


def growth_view(position: str, *, area: float = 0.0001, limit_area: float = 0.0002) -> GrowthView:
    """A position after fifty steps."""
    return GrowthView(position, 50, 30, area, 0.0, limit_area, 1.5, 3.0, None, None)


def with_growth(snapshot: LineSnapshot, *views: GrowthView) -> LineSnapshot:
    """*snapshot* with *views* at its first camera."""
    first, *others = snapshot.cameras
    return replace(snapshot, cameras=(replace(first, growth=views), *others))
