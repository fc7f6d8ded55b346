"""This file decides whether the last minutes are kept and thinned without losing an extreme."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from station.trace_ring import TraceRing, thin


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(4, 16))
def test_the_newest_rows_are_kept_in_order_whatever_the_batches(batches: list[int], capacity: int) -> None:
    ring = TraceRing(2, capacity)
    number = 0
    for size in batches:
        rows = np.arange(number, number + size, dtype=float)
        ring.append(rows, np.stack([rows, -rows], axis=1))
        number += size
    trace = ring.recent(1, 1e9, float(number))
    kept = np.arange(max(0, number - capacity), number, dtype=float)
    np.testing.assert_array_equal(trace.utc_s, kept)
    np.testing.assert_array_equal(trace.value, -kept)


def test_only_the_asked_seconds_and_only_known_values() -> None:
    ring = TraceRing(1, 100)
    values = np.arange(10.0).reshape(-1, 1)
    values[7] = np.nan
    ring.append(np.arange(10.0), values)
    trace = ring.recent(0, 4.5, 9.0)
    np.testing.assert_array_equal(trace.value, [5.0, 6.0, 8.0, 9.0])


@given(st.integers(0, 5000), st.integers(1, 50))
def test_thinning_keeps_the_extremes_and_the_last_value(count: int, points: int) -> None:
    value = np.random.default_rng(count).normal(size=count)
    trace = thin(np.arange(count, dtype=float), value, points)
    assert len(trace.value) <= points
    if len(trace.value):
        assert trace.utc_s[-1] == count - 1
        first = count - len(trace.value) * -(-count // points)
        assert trace.high.max() == value[first:].max()
        assert trace.low.min() == value[first:].min()
        assert not trace.value.flags.writeable
