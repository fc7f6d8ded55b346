"""A channel that no longer agrees with the others is what makes a window new."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.errors import InputError
from training.channel_novelty import fit_redundancy, hold_out_redundancy, usual_distances

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
