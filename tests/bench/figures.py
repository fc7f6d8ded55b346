"""This file decides what a measured figure carries."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        bench: Which bench measured it.
        name: What it is.
        value: In *unit*.
        unit: ``x`` for ratios.
        beside: What it is a ratio to, or under which conditions it holds.
    """

    bench: str
    name: str
    value: float
    unit: str
    beside: str = ""

    def as_dict(self) -> dict[str, str | float]:
        """For JSON."""
        return asdict(self)
