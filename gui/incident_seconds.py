"""This file decides what lies over the seconds around a warning: pictures, curves, events, and which of them stand at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Flag, auto

import numpy as np

from inference.findings import ImageU8, Verdict
from station.view import Trace


class Rows(Flag):
    """What the timeline shows; the axis always."""

    FILM = auto()
    TRACES = auto()
    EVENTS = auto()
    ALL = FILM | TRACES | EVENTS


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """One picture on the film.

    Attributes:
        at_s: Seconds from the raise.
        bgr: uint8 H x W x 3, small.
        verdict: What was said of it.
    """

    at_s: float
    bgr: ImageU8
    verdict: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One trace on the timeline: its name, its unit, its values by seconds from the raise."""

    name: str
    unit: str
    decimals: int
    trace: Trace


@dataclass(frozen=True, slots=True)
class EventMark:
    """One event on the timeline: when, what, and the priority whose colour it has; 0 for what a person did."""

    at_s: float
    text: str
    priority: int = 0


def still_at(film: Sequence[Still], at_s: float) -> Still | None:
    """The picture that stood at *at_s*: the newest until then, else the first."""
    until = [one for one in film if one.at_s <= at_s + 1e-6]
    return until[-1] if until else (film[0] if film else None)


def value_at(trace: Trace, utc_s: float) -> float | None:
    """The newest known value of *trace* until *utc_s*, POSIX s; None where there is none yet."""
    known = np.flatnonzero(np.isfinite(trace.value) & (trace.utc_s <= utc_s + 1e-6))
    return float(trace.value[known[-1]]) if known.size else None


def seconds_text(seconds: float) -> str:
    """``-10 s``, ``0 s``, ``+5 s``, with a real minus; tenths where there are any."""
    rounded = round(seconds, 1)
    sign = "\u2212" if rounded < 0 else "+" if rounded > 0 else ""
    return f"{sign}{abs(rounded):g} s"
