"""A channel that no longer agrees with the others is what makes a window new."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.errors import InputError
from training.channel_novelty import (
    LEAST_STEP,
    choose_unrest,
    fit_redundancy,
    hold_out_redundancy,
    hold_out_unrest,
    measure_unrest,
    usual_distances,
)

WINDOWS, CHANNELS, SEGMENTS = 400, 5, 6


def make_windows(seed: int) -> NDArray[np.float32]:
    """Channels that all follow two hidden states, each in its own way, with a little noise."""
    random = np.random.default_rng(seed)
    mixing = np.random.default_rng(99).normal(size=(CHANNELS, 2))
    states = random.normal(size=(WINDOWS, 2, SEGMENTS)).cumsum(axis=2)
    told = np.einsum("cs,nsk->nck", mixing, states) + 0.05 * random.normal(size=(WINDOWS, CHANNELS, SEGMENTS))
    return told.astype(np.float32)


def test_genuine_windows_are_usual_and_swapped_channels_are_not() -> None:
    taught, fresh = make_windows(1), make_windows(2)
    groups = [str(number // 10) for number in range(WINDOWS)]
    redundancy = fit_redundancy(taught, usual_distances(hold_out_redundancy(taught, groups)))
    genuine = redundancy.measure(fresh).max(axis=1)
    swapped = fresh.copy()
    swapped[:, [1, 3]] = fresh[:, [3, 1]]
    assert np.mean(genuine < 2.0) > 0.99
    assert np.mean(redundancy.measure(swapped).max(axis=1) > 2.0) > 0.95


def test_the_wrong_channel_is_the_farthest() -> None:
    taught, fresh = make_windows(1), make_windows(3)
    redundancy = fit_redundancy(taught, usual_distances(hold_out_redundancy(taught, [str(n // 10) for n in range(WINDOWS)])))
    fresh[:, 2] += 1.5
    assert np.mean(redundancy.measure(fresh).argmax(axis=1) == 2) > 0.9


def test_held_out_windows_are_farther_than_taught_ones() -> None:
    taught = make_windows(1)[:60]
    held_out = hold_out_redundancy(taught, [str(number // 6) for number in range(60)])
    assert held_out.mean() > fit_redundancy(taught).measure(taught).mean()


def test_windows_without_numbers_are_refused() -> None:
    broken = make_windows(1)
    broken[3, 1, 2] = np.nan
    with pytest.raises(InputError, match="finite"):
        fit_redundancy(broken)


def describe(series: NDArray[np.float64]) -> NDArray[np.float32]:
    """Features of the graph: float64 (n, channels, values) -> means of the segments, logarithm of the mean step."""
    means = series.reshape(*series.shape[:2], SEGMENTS, -1).mean(axis=3)
    step = np.abs(np.diff(series, axis=2)).mean(axis=2, keepdims=True)
    return np.concatenate([means, np.log(step + LEAST_STEP)], axis=2).astype(np.float32)


def make_series(seed: int) -> NDArray[np.float64]:
    """Slow walks, each with its own noise."""
    random = np.random.default_rng(seed)
    return random.normal(size=(WINDOWS, CHANNELS, 60)).cumsum(axis=2) + 0.1 * random.normal(size=(WINDOWS, CHANNELS, 60))


GROUPS = [str(number // 10) for number in range(WINDOWS)]
RECORDED = np.ones(WINDOWS, bool)


def test_a_channel_shuffled_within_its_window_is_restless() -> None:
    taught, fresh = make_series(1), make_series(2)
    limits = choose_unrest(measure_unrest(describe(taught)), GROUPS, RECORDED, seed=1)
    redundancy = fit_redundancy(describe(taught), calm=limits.astype(np.float32))
    shuffled = fresh.copy()
    shuffled[:, 2] = np.random.default_rng(3).permuted(fresh[:, 2], axis=1)
    told = redundancy.measure(describe(shuffled))
    assert np.mean(measure_unrest(describe(fresh)) >= limits) < 0.01
    assert np.mean(told[:, 2] >= 1.0) > 0.95
    assert np.mean(told[:, 2] > 2.0 * told[:, [0, 1, 3, 4]].max(axis=1)) > 0.9


def test_without_limits_unrest_does_not_count() -> None:
    features = describe(make_series(1))
    restless = features.copy()
    restless[:, :, :-1] = restless[:, :, :-1].mean(axis=2, keepdims=True)
    assert np.isfinite(fit_redundancy(features).measure(restless)).all()
    assert np.isinf(fit_redundancy(features).calm).all()


def test_a_simulated_window_that_is_restless_widens_what_its_channel_may_do() -> None:
    unrest = measure_unrest(describe(make_series(1)))
    simulated = np.tile(np.median(unrest, axis=0), (40, 1))
    simulated[:, 3] *= 50.0
    real = np.arange(WINDOWS + 40) < WINDOWS
    groups = [*GROUPS, *["simulated"] * 40]
    ratio = choose_unrest(np.concatenate([unrest, simulated]), groups, real, seed=1) / choose_unrest(unrest, GROUPS, RECORDED, seed=1)
    assert ratio[3] > 5.0
    assert np.ptp(np.delete(ratio, 3)) < 1e-9


def test_limits_chosen_without_a_group_refuse_it_more_often() -> None:
    unrest = measure_unrest(describe(make_series(1)))
    unrest[:10] = 1.5 * unrest.max(axis=0)
    held_out = hold_out_unrest(unrest, GROUPS, RECORDED, seed=1)
    assert held_out[:10].all()
    assert not (unrest[:10] >= choose_unrest(unrest, GROUPS, RECORDED, seed=1)).all()
    assert held_out[10:].mean() < 0.02
