"""This file decides how memory and records become one curve, what its value is at the cursor, and how its axis is ranged."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.frames import SourceId
from station.view import RISK_PREFIX, Trace

_GAP_FACTOR = 6.0
EMPTY = Trace(np.empty(0), np.empty(0), np.empty(0), np.empty(0))
"""No values."""


@dataclass(frozen=True, slots=True)
class LaneSpec:
    """What one lane shows.

    Attributes:
        sensor: The link.
        channel: Channel id, or ``risk:TARGET``.
        title: Name in the reader's language.
        unit: Unit; empty for risks.
        decimals: Digits after the point.
        low, high: Normal band; None where open.
        threshold: For risks: the score that is a fault.
        on_line_screen: Whether it has a strip on the Line screen as well.
        held: Whether a value holds until the next one: steps that may be a day apart.
    """

    sensor: SourceId
    channel: str
    title: str
    unit: str
    decimals: int
    low: float | None
    high: float | None
    threshold: float | None
    on_line_screen: bool = True
    held: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Identity of the lane."""
        return self.sensor, self.channel

    @property
    def target(self) -> str:
        """Target of a risk lane; empty for channels."""
        return self.channel.removeprefix(RISK_PREFIX) if self.channel.startswith(RISK_PREFIX) else ""


def joined(history: Trace, recent: Trace) -> Trace:
    """Older values from the records up to where memory begins, then memory; a NaN stands in every gap.

    Args:
        history, recent: May overlap, may be empty.
    """
    if recent.utc_s.size and history.utc_s.size:
        keep = int(np.searchsorted(history.utc_s, recent.utc_s[0]))
        parts = [
            np.concatenate((a[:keep], b))
            for a, b in (
                (history.utc_s, recent.utc_s),
                (history.value, recent.value),
                (history.low, recent.low),
                (history.high, recent.high),
            )
        ]
        edge = keep
    else:
        one = recent if recent.utc_s.size else history
        parts, edge = [one.utc_s, one.value, one.low, one.high], 0
    utc_s = parts[0]
    if utc_s.size < 3:
        return Trace(*parts)
    steps = np.diff(utc_s)
    usual = np.full(steps.size, float(np.median(steps[edge:])) if edge < steps.size else math.inf)
    if edge > 1:
        usual[:edge] = float(np.median(steps[:edge]))
    holes = np.flatnonzero(steps > _GAP_FACTOR * np.maximum(usual, 1e-3)) + 1
    if not holes.size:
        return Trace(*parts)
    return Trace(
        np.insert(utc_s, holes, (utc_s[holes - 1] + utc_s[holes]) / 2.0),
        *(np.insert(part, holes, np.nan) for part in parts[1:]),
    )


def drawn(trace: Trace) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What to draw, x and y: every bucket's lowest and highest value, so that thinning hides no peak."""
    if trace.low is trace.value or np.array_equal(trace.low, trace.high, equal_nan=True):
        return trace.utc_s, trace.value
    y = np.empty(trace.utc_s.size * 2)
    y[0::2], y[1::2] = trace.low, trace.high
    return np.repeat(trace.utc_s, 2), y


def value_at(trace: Trace, utc_s: float, within_s: float) -> float:
    """Value of the sample nearest to *utc_s*, NaN when none is *within_s* of it."""
    if not trace.utc_s.size:
        return math.nan
    right = int(np.searchsorted(trace.utc_s, utc_s))
    near = [i for i in (right - 1, right) if 0 <= i < trace.utc_s.size]
    best = min(near, key=lambda i: abs(float(trace.utc_s[i]) - utc_s))
    return float(trace.value[best]) if abs(float(trace.utc_s[best]) - utc_s) <= within_s else math.nan


def without_gaps(trace: Trace) -> Trace:
    """*trace* of what holds from step to step: a long time between two steps is no gap."""
    known = ~np.isnan(trace.value)
    return trace if known.all() else Trace(trace.utc_s[known], trace.value[known], trace.low[known], trace.high[known])


def held_at(trace: Trace, utc_s: float) -> float:
    """The newest value not after *utc_s*; NaN before the first."""
    known = np.flatnonzero(~np.isnan(trace.value[: int(np.searchsorted(trace.utc_s, utc_s, side="right"))]))
    return float(trace.value[known[-1]]) if known.size else math.nan


def value_range(spec: LaneSpec, trace: Trace, start_s: float, end_s: float) -> tuple[float, float]:
    """Range of the value axis: all values in sight and the normal band, with a margin; a risk always 0 to 1."""
    if spec.threshold is not None:
        return -0.14, 1.14
    first, last = np.searchsorted(trace.utc_s, (start_s, end_s))
    ends = [v for v in (spec.low, spec.high) if v is not None]
    for part, pick in ((trace.low[first:last], np.fmin), (trace.high[first:last], np.fmax)):
        if part.size:
            extreme = float(pick.reduce(part))
            if not math.isnan(extreme):
                ends.append(extreme)
    if not ends:
        return 0.0, 1.0
    low, high = min(ends), max(ends)
    margin = max(0.12 * (high - low), 2.0 * 10.0**-spec.decimals)
    return low - margin, high + margin
