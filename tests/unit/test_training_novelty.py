from __future__ import annotations

import numpy as np
import pytest

from inference.errors import InputError
from inference.findings import FloatArray
from training.novelty import choose_limit, fit_familiarity, shrink_covariance


def cloud(seed: int, count: int, features: int = 12) -> FloatArray:
    """Features of very different sizes that three causes drive, with some noise; one feature is dead."""
    random = np.random.default_rng(seed)
    mixing = np.random.default_rng(99).normal(size=(3, features))
    rows = random.normal(size=(count, 3)) @ mixing + 0.1 * random.normal(size=(count, features))
    rows = (rows + 2.0) * np.logspace(-1, 2, features)
    rows[:, 3] = 0.0
    return rows.astype(np.float32)


def test_usual_inputs_are_about_one_away_whatever_their_units() -> None:
    familiarity = fit_familiarity(cloud(1, 2_000))
    novelty = familiarity.measure(cloud(2, 2_000))
    assert 0.8 < np.median(novelty) < 1.2
    assert np.quantile(novelty, 0.99) < 2.0


def test_what_breaks_the_correlation_is_far_although_each_feature_is_usual() -> None:
    genuine = cloud(1, 2_000)
    familiarity = fit_familiarity(genuine)
    random = np.random.default_rng(5)
    shuffled = np.stack([random.permutation(column) for column in genuine.T], axis=1)
    limit = choose_limit(familiarity.measure(cloud(2, 2_000)))
    assert np.mean(familiarity.measure(shuffled) >= limit) > 0.95


def test_a_dead_feature_that_twitches_is_no_other_world() -> None:
    familiarity = fit_familiarity(cloud(1, 2_000))
    twitching = cloud(2, 500)
    twitching[:, 3] = 1e-4
    assert np.mean(familiarity.measure(twitching) >= choose_limit(familiarity.measure(cloud(3, 2_000)))) < 0.02


def test_between_two_classes_is_far_from_both() -> None:
    random = np.random.default_rng(1)
    classes = np.arange(2_000) % 2
    rows = random.normal(size=(2_000, 6)) + 20.0 * classes[:, np.newaxis]
    split = fit_familiarity(rows.astype(np.float32), classes)
    whole = fit_familiarity(rows.astype(np.float32))
    middle = np.full((1, 6), 10.0, np.float32)
    assert split.centres.shape == (2, 6)
    assert split.measure(middle)[0] > 5.0
    assert whole.measure(middle)[0] < 1.0
    assert np.median(split.measure(rows.astype(np.float32))) == pytest.approx(1.0, abs=0.2)


def test_fewer_inputs_than_features_can_be_fitted() -> None:
    familiarity = fit_familiarity(np.random.default_rng(1).normal(size=(20, 60)).astype(np.float32))
    fresh = familiarity.measure(np.random.default_rng(2).normal(size=(200, 60)).astype(np.float32))
    assert np.isfinite(fresh).all()
    assert np.median(fresh) < 3.0
    assert familiarity.measure(np.full((1, 60), 9.0, np.float32))[0] > 2 * fresh.max()


def test_huge_inputs_stay_finite() -> None:
    familiarity = fit_familiarity(cloud(1, 200))
    novelty = familiarity.measure(np.full((1, 12), 1e30, np.float32))
    assert np.isfinite(novelty).all()
    assert novelty[0] > 1e3


def test_shrinking_is_less_with_more_rows_and_total_for_noise() -> None:
    few = np.random.default_rng(1).normal(size=(30, 20)) * np.linspace(0.2, 3, 20)
    many = np.random.default_rng(1).normal(size=(30_000, 20)) * np.linspace(0.2, 3, 20)
    assert shrink_covariance(few)[1] > 5 * shrink_covariance(many)[1]
    covariance, share = shrink_covariance(np.random.default_rng(1).normal(size=(500, 20)))
    assert share > 0.9
    assert np.linalg.eigvalsh(covariance).min() > 0.8
    np.testing.assert_allclose(np.diag(shrink_covariance(many)[0]), np.linspace(0.2, 3, 20) ** 2, rtol=0.1)


def test_at_most_the_asked_share_of_inputs_to_come_is_refused() -> None:
    # Without a margin the bound itself must hold, in at least CONFIDENCE of the cases.
    refused = []
    for seed in range(300):
        drawn = np.random.default_rng(seed).gamma(2.0, size=1_000)
        limit = choose_limit(drawn, margin=1.0)
        refused.append(np.exp(-limit) * (1 + limit))
    assert np.mean(np.asarray(refused) <= 0.01) >= 0.92
    assert np.mean(refused) > 0.002


def test_few_inputs_take_the_highest_and_many_do_not() -> None:
    few = np.linspace(0, 1, 100)
    assert choose_limit(few, margin=1.0) == pytest.approx(1.0, abs=1e-6)
    assert choose_limit(np.linspace(0, 1, 100_000), margin=1.0) == pytest.approx(0.99, abs=2e-3)
    assert choose_limit(few, margin=1.5) == pytest.approx(1.5, abs=1e-6)
    assert np.float32(choose_limit(few, margin=1.0)) > few.max()


def test_a_group_of_its_own_raises_the_limit() -> None:
    values = np.concatenate([np.random.default_rng(1).uniform(0, 1, 5_000), np.random.default_rng(2).uniform(2, 3, 30)])
    groups = [f"g{number % 9}" for number in range(5_000)] + ["odd"] * 30
    assert choose_limit(values, margin=1.0) < 1.1
    assert choose_limit(values, groups, margin=1.0) > 2.0


@pytest.mark.parametrize("rows", [np.zeros((1, 3)), np.full((5, 3), np.nan), np.zeros(4)])
def test_what_cannot_be_fitted_is_said(rows: FloatArray) -> None:
    with pytest.raises(InputError, match="embeddings"):
        fit_familiarity(rows.astype(np.float32))


@pytest.mark.parametrize("novelty", [[], [1.0, float("nan")]])
def test_a_limit_needs_numbers(novelty: list[float]) -> None:
    with pytest.raises(InputError, match="limit"):
        choose_limit(novelty)
