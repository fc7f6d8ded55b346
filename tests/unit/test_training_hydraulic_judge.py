"""The linear half of the rig's pack, and the novelty in its graph. Runs where PyTorch is (`nox -s train` installs it)."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="only the training environment has PyTorch")

from training.channel_novelty import fit_redundancy, measure_unrest  # noqa: E402 - needs PyTorch, see above
from training.channel_novelty_graph import ChannelFeatures, ChannelNovelty  # noqa: E402
from training.hydraulic_rig.discriminant import (  # noqa: E402
    CHANNELS_READ,
    SEGMENTS,
    SegmentStatistics,
    join_neighbours,
    separate_linearly,
)
from training.hydraulic_rig.spec import SEQUENCE_INPUT  # noqa: E402


def test_the_graph_measures_the_novelty_that_was_fitted() -> None:
    random = np.random.default_rng(1)
    windows = random.normal(size=(50, 12, 3)).astype(np.float32)
    measure = ChannelFeatures((slice(0, 1), slice(1, 3)), segments=6)
    features = measure(torch.from_numpy(windows)).numpy()
    assert features.shape == (50, 2, 7)
    assert features[4, 1, 2] == pytest.approx(windows[4, 4:6, 1:].mean(), abs=1e-6)
    redundancy = fit_redundancy(features, calm=np.array([1.5, 0.5], np.float32))
    assert (measure_unrest(features) / redundancy.calm).max(axis=1).max() == pytest.approx(redundancy.measure(features).max(), rel=1e-4)
    told = ChannelNovelty(redundancy)(torch.from_numpy(features)).numpy()[:, 0]
    assert told == pytest.approx(redundancy.measure(features).max(axis=1), rel=1e-4)


def test_a_linear_discriminant_carries_over_to_a_combination_it_never_saw() -> None:
    random = np.random.default_rng(2)
    first, second = random.integers(0, 2, 2000), random.integers(0, 2, 2000)
    rows = np.stack([3.0 * first + 2.0 * second, first - 2.0 * second], axis=1) + 0.3 * random.normal(size=(2000, 2))
    unseen = (first == 1) & (second == 1)
    slopes, offsets = separate_linearly(rows[~unseen], first[~unseen], np.ones(np.count_nonzero(~unseen)), 2, 0.001)
    assert np.mean((rows[unseen] @ slopes + offsets).argmax(axis=1) == 1) > 0.99


def test_statistics_are_those_of_the_segment() -> None:
    cycles = np.random.default_rng(3).normal(size=(2, SEQUENCE_INPUT.steps, SEQUENCE_INPUT.features)).astype(np.float32)
    told = SegmentStatistics()(torch.from_numpy(cycles)).numpy()
    assert told.shape == (2, 6 * SEGMENTS * len(CHANNELS_READ))
    first = cycles[1, :5, 7]  # SE, the first of the channels read, in its first segment
    wanted = (first.mean(), first.std(), first.min(), first.max())
    assert [told[1, place * SEGMENTS] for place in range(4)] == pytest.approx(wanted, abs=1e-5)


def test_seams_stay_within_a_block() -> None:
    cycles = np.arange(6, dtype=np.float32)[:, None, None] * np.ones((6, 60, 2), np.float32)
    blocks = np.array([0, 0, 0, 1, 1, 2])
    joined = join_neighbours(cycles, blocks, np.random.default_rng(4))
    assert (blocks[joined[:, 0, 0].astype(int)] == blocks).all()
    assert (joined[:, -1, 0] == np.arange(6)).all()
    assert (joined[5] == 5.0).all()
