"""This file decides how the last minutes of a sensor link are kept in memory for the screen."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from station.view import Trace

_MAX_POINTS = 2000


class TraceRing:
    """The newest rows of one link; one thread appends, any thread reads.

    Args:
        columns: Channels per row.
        capacity: Rows kept; older ones are overwritten.
    """

    def __init__(self, columns: int, capacity: int = 65536) -> None:
        self._values = np.full((capacity, columns), np.nan)
        self._utc_s = np.zeros(capacity)
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
            self._utc_s[places] = utc_s
            self._values[places] = values
            self._written += len(utc_s)

    def recent(self, column: int, seconds: float, now_utc_s: float) -> Trace:
        """The last *seconds* of one column, thinned to at most 2,000 buckets with their extremes.

        Rows in which the column has no new value are left out.
        """
        with self._lock:
            count = min(self._written, self._capacity)
            places = np.arange(self._written - count, self._written) % self._capacity
            utc_s = self._utc_s[places]
            first = int(np.searchsorted(utc_s, now_utc_s - seconds))
            utc_s, value = utc_s[first:], self._values[places[first:], column]
        known = ~np.isnan(value)
        return thin(utc_s[known], value[known], _MAX_POINTS)


def thin(utc_s: NDArray[np.float64], value: NDArray[np.float64], points: int) -> Trace:
    """Reduce a series to about *points* buckets of equal count, keeping each bucket's mean, minimum and maximum.

    Args:
        utc_s: float64 (n,), ascending.
        value: float64 (n,), finite.
        points: Wanted number of buckets, at least 1.
    """
    step = -(-len(value) // points) if len(value) else 1
    if step > 1:
        whole = len(value) // step * step
        blocks = value[len(value) - whole :].reshape(-1, step)
        mean, low, high = blocks.mean(axis=1), blocks.min(axis=1), blocks.max(axis=1)
        utc_s = utc_s[len(utc_s) - whole :].reshape(-1, step)[:, -1].copy()
    else:
        mean, low, high = value.copy(), value.copy(), value.copy()
        utc_s = utc_s.copy()
    for array in (utc_s, mean, low, high):
        array.flags.writeable = False
    return Trace(utc_s=utc_s, value=mean, low=low, high=high)
