"""This file decides how the last minutes of a sensor link are kept in memory for the screen."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from station.view import Trace

_MAX_POINTS = 2000
_ROWS_KEPT = 32768


class TraceRing:
    """The newest rows of one link; one thread appends, any thread reads.

    Every row stands twice, a capacity apart, so that the newest rows always lie in one piece: reading is a search and a
    slice, whatever the capacity.

    Args:
        columns: Channels per row.
        capacity: Rows kept; older ones are overwritten.
    """

    def __init__(self, columns: int, capacity: int = _ROWS_KEPT) -> None:
        self._values = np.full((2 * capacity, columns), np.nan)
        self._utc_s = np.zeros(2 * capacity)
        self._capacity = capacity
        self._written = 0
        self._lock = threading.Lock()

    @property
    def written(self) -> int:
        """Rows ever appended."""
        return self._written

    def append(self, utc_s: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        """Append rows.

        Args:
            utc_s: float64 (n,), POSIX seconds, ascending.
            values: float64 (n, columns); NaN where a channel has no new value.
        """
        utc_s, values = utc_s[-self._capacity :], values[-self._capacity :]
        with self._lock:
            places = np.arange(self._written, self._written + len(utc_s)) % self._capacity
            for copy in (places, places + self._capacity):
                self._utc_s[copy] = utc_s
                self._values[copy] = values
            self._written += len(utc_s)

    def recent(self, column: int, seconds: float, now_utc_s: float) -> Trace:
        """The last *seconds* of one column, thinned to at most 2,000 buckets with their extremes.

        Rows in which the column has no new value are left out.
        """
        with self._lock:
            count = min(self._written, self._capacity)
            end = self._written % self._capacity + self._capacity if count else 0
            utc_s = self._utc_s[end - count : end]
            first = int(np.searchsorted(utc_s, now_utc_s - seconds))
            utc_s, value = utc_s[first:].copy(), self._values[end - count + first : end, column].copy()
        known = ~np.isnan(value)
        return thin(utc_s[known], value[known], _MAX_POINTS)


def thin(utc_s: NDArray[np.float64], value: NDArray[np.float64], points: int) -> Trace:
    """Reduce a series to at most about *points* buckets of equal count, keeping each bucket's mean, minimum and maximum.

    Args:
        utc_s: float64 (n,), ascending.
        value: float64 (n,), finite.
        points: Wanted number of buckets, at least 1.
    """
    step = max(1, -(-len(value) // points))
    whole = len(value) // step * step
    blocks = value[len(value) - whole :].reshape(-1, step)
    times = utc_s[len(utc_s) - whole :].reshape(-1, step)[:, -1].copy()
    mean, low, high = blocks.mean(axis=1), blocks.min(axis=1), blocks.max(axis=1)
    for array in (times, mean, low, high):
        array.flags.writeable = False
    return Trace(utc_s=times, value=mean, low=low, high=high)


NO_TRACE = thin(np.empty(0), np.empty(0), 1)
"""The trace of a channel that is not there."""
