"""Preprocessing of windows and rows: normalising, folding, holding over, resampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.contract import SequenceInput, TableInput
from inference.errors import InputError
from inference.sequence_preprocessing import (
    count_samples,
    hold_over,
    locate_features,
    prepare_rows,
    prepare_window,
    prepare_windows,
    resample_mean,
)


def spec_of(*channels: dict[str, object], length_s: float = 4.0, step_s: float = 1.0) -> SequenceInput:
    return SequenceInput.model_validate(
        {
            "name": "x",
            "kind": "sliding",
            "length_s": length_s,
            "step_s": step_s,
            "max_gap_s": 2.0,
            "channels": [{"unit": "bar", **channel} for channel in channels],
        }
    )


def test_a_fast_channel_is_folded_in_order_of_time() -> None:
    spec = spec_of({"name": "slow", "mean": 1.0, "std": 2.0}, {"name": "fast", "rate_hz": 3.0})
    window = prepare_window({"slow": np.array([1.0, 3.0, 5.0, 7.0]), "fast": np.arange(12.0), "extra": np.zeros(1)}, spec)
    assert window.shape == (1, 4, 4)
    assert window.dtype == np.float32
    np.testing.assert_array_equal(window[0], [[0, 0, 1, 2], [1, 3, 4, 5], [2, 6, 7, 8], [3, 9, 10, 11]])
    assert locate_features(spec) == {"slow": slice(0, 1), "fast": slice(1, 4)}


def test_a_channel_slower_than_the_step_is_held() -> None:
    spec = spec_of({"name": "slow", "rate_hz": 1.0}, {"name": "fast", "rate_hz": 2.0}, length_s=3.0, step_s=0.5)
    window = prepare_window({"slow": np.array([1.0, 2.0, 3.0]), "fast": np.arange(6.0)}, spec)
    np.testing.assert_array_equal(window[0, :, 0], [1, 1, 2, 2, 3, 3])
    np.testing.assert_array_equal(window[0, :, 1], np.arange(6))


@given(
    rates=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    steps=st.integers(1, 9),
    windows=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_folding_and_normalising_can_be_undone(rates: list[int], steps: int, windows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    channels = [
        {"name": f"c{i}", "rate_hz": rate, "mean": float(rng.normal()), "std": float(rng.uniform(0.5, 2))} for i, rate in enumerate(rates)
    ]
    spec = spec_of(*channels, length_s=float(steps))
    values = {c.name: rng.normal(size=(windows, count_samples(c, spec))) for c in spec.channels}
    tensor = prepare_windows(values, spec)
    assert tensor.shape == (windows, spec.steps, spec.features)
    for channel in spec.channels:
        back = tensor[..., locate_features(spec)[channel.name]].reshape(windows, -1) * channel.std + channel.mean
        np.testing.assert_allclose(back, values[channel.name], atol=1e-5)


def test_a_missing_channel_and_a_wrong_length_are_named() -> None:
    spec = spec_of({"name": "a"}, {"name": "b"})
    with pytest.raises(InputError, match=r"A channel is missing \(b: there are a\)"):
        prepare_window({"a": np.zeros(4)}, spec)
    with pytest.raises(InputError, match=r"b: 3 values, not 4"):
        prepare_window({"a": np.zeros(4), "b": np.zeros(3)}, spec)


def test_short_holes_are_held_over_and_long_ones_stay() -> None:
    nan = np.nan
    held = hold_over(np.array([nan, 1.0, nan, nan, 4.0, nan, nan, nan, 8.0, nan]), 2)
    np.testing.assert_array_equal(held, [1, 1, 1, 1, 4, nan, nan, nan, 8, 8])
    assert np.isnan(hold_over(np.full(2, nan), 5)).all()


@given(st.lists(st.one_of(st.none(), st.floats(-10, 10)), min_size=1, max_size=30), st.integers(0, 5))
def test_holding_over_never_changes_what_was_measured(cells: list[float | None], max_held: int) -> None:
    series = np.array([np.nan if cell is None else cell for cell in cells])
    held = hold_over(series, max_held)
    known = ~np.isnan(series)
    np.testing.assert_array_equal(held[known], series[known])
    if known.any():
        assert set(held[~np.isnan(held)]) <= set(series[known])


def test_resampling_takes_means_down_and_holds_up() -> None:
    np.testing.assert_array_equal(resample_mean(np.arange(6.0), 3), [0.5, 2.5, 4.5])
    np.testing.assert_array_equal(resample_mean(np.array([1.0, 2.0]), 4), [1, 1, 2, 2])
    np.testing.assert_allclose(resample_mean(np.arange(7.0), 3), [0.5, 2.5, 5.0])


def test_rows_are_normalised_in_the_packs_order() -> None:
    spec = TableInput.model_validate(
        {"name": "row", "channels": [{"name": "b", "unit": "", "mean": 1.0, "std": 2.0}, {"name": "a", "unit": ""}]}
    )
    np.testing.assert_array_equal(prepare_rows({"a": np.array([5.0]), "b": np.array([3.0])}, spec), [[1.0, 5.0]])
    with pytest.raises(InputError, match="A column is missing"):
        prepare_rows({"a": np.array([5.0])}, spec)
