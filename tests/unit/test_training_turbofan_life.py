"""How the turbofan pack is measured: windows as the runner makes them, intervals that cover, warnings in time, PHM's score."""

from __future__ import annotations

import numpy as np
import pytest

from inference.errors import InputError
from inference.sequence_preprocessing import prepare_window
from station.simulation.turbofan import TurbofanModel
from training.turbofan_life.engines import CHANNELS, Engine
from training.turbofan_life.evaluation import Told, choose_warning, measure_lives, measure_trade, phm_score
from training.turbofan_life.faults import last_window
from training.turbofan_life.interval import LifeEnds, apply_ends, choose_ends
from training.turbofan_life.spec import LEAST, LENGTH, SEQUENCE_INPUT, life_output, score_of
from training.turbofan_life.windows import LONGEST_LEFT, SHORTEST_LEFT, Cuts, cut_windows, draw_cuts, every_cut, normalise, spread_cuts

LIVES = np.array([140, 200, 330], dtype=np.int64)


def simulate(seed: int, life: int) -> Engine:
    return Engine(f"S-{seed}", "FD001", TurbofanModel(seed, life=life).rows(1, life)[1])


@pytest.mark.parametrize("end", [LEAST, 60, LENGTH, 210])
def test_training_cuts_windows_as_the_runner_prepares_them(end: int) -> None:
    engine = simulate(1, 210)
    one = np.array([0], dtype=np.int64)
    trained = cut_windows(normalise([engine]), Cuts(one, one, one + end, one))
    np.testing.assert_array_equal(trained, prepare_window(last_window(engine, end), SEQUENCE_INPUT))


def test_drawn_windows_are_long_enough_and_end_where_they_say() -> None:
    cuts = draw_cuts(LIVES, np.array([0, 2]), 2000, 0.5, np.random.default_rng(1))
    assert set(cuts.engines.tolist()) == {0, 2}
    assert (cuts.ends - cuts.starts).min() >= LEAST
    np.testing.assert_array_equal(cuts.ends + cuts.left, LIVES[cuts.engines])
    assert cuts.left.min() == 0
    assert LONGEST_LEFT - 10 < cuts.left.max() < LONGEST_LEFT
    assert 0.35 < np.mean(cuts.starts > 0) < 0.5


def test_measured_windows_are_spread_evenly_and_whole() -> None:
    cuts = spread_cuts(LIVES, np.arange(3), seed=1)
    assert not cuts.starts.any()
    assert cuts.left.min() >= SHORTEST_LEFT
    assert np.histogram(cuts.left[cuts.engines == 2], bins=4, range=(SHORTEST_LEFT, LONGEST_LEFT))[0].tolist() == [3, 3, 3, 3]
    assert (cuts.ends[cuts.engines == 0] >= LEAST).all()


def test_every_cut_follows_an_engine_to_its_end() -> None:
    cuts = every_cut(LIVES, np.array([1]))
    np.testing.assert_array_equal(cuts.ends, np.arange(LEAST, 201))
    np.testing.assert_array_equal(cuts.left, 200 - cuts.ends)


def test_a_life_told_too_long_costs_more_than_one_told_too_short() -> None:
    assert phm_score(np.array([0.0])) == pytest.approx(0.0)
    assert phm_score(np.array([13.0, -13.0])).tolist() == pytest.approx([np.exp(1.3) - 1, np.e - 1])


def told_of_engines(
    random: np.random.Generator, count: int, longest: float = LONGEST_LEFT + 6.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True lives, what is told (which stops rising at 110 flights, as wear does not show before), engines."""
    engines = np.repeat(np.arange(count), 40)
    left = random.uniform(0, longest, engines.size)
    middle = np.minimum(left, 110.0) + random.normal(0, 3 + 0.08 * np.minimum(left, 110.0))
    told = np.stack([middle, middle - 5, middle, middle + 5], axis=1).astype(np.float32)
    return left, told, engines


@pytest.mark.parametrize(("low", "high"), [(2, 20), (40, 60), (80, 100), (110, 125), (130, 150)])
def test_nine_in_ten_are_covered_whatever_the_true_life(low: float, high: float) -> None:
    random = np.random.default_rng(3)
    ends = choose_ends(*told_of_engines(random, 200), 0.1)
    left, told, _ = told_of_engines(random, 500)
    _, lower, upper = apply_ends(told, ends)
    mine = (left >= low) & (left < high)
    assert np.mean((lower <= left) & (left <= upper), where=mine) == pytest.approx(0.9, abs=0.03)


def test_the_interval_is_narrow_where_wear_shows_and_wide_where_it_does_not() -> None:
    ends = choose_ends(*told_of_engines(np.random.default_rng(3), 200), 0.1)
    _, lower, upper = apply_ends(np.array([[20.0, 15.0, 20.0, 25.0], [112.0, 107.0, 112.0, 117.0]], np.float32), ends)
    assert (upper - lower)[0] < 25.0
    assert (upper - lower)[1] > 40.0
    assert upper[1] == LONGEST_LEFT


def test_engines_count_alike_however_many_windows_they_have() -> None:
    left, told, engines = told_of_engines(np.random.default_rng(5), 200)
    odd = engines < 10
    told[odd, 3] -= 200.0
    again = np.concatenate([np.arange(left.size), *[np.flatnonzero(odd)] * 30])
    once, often = choose_ends(left, told, engines, 0.2), choose_ends(left[again], told[again], engines[again], 0.2)
    np.testing.assert_allclose(once.upper, often.upper, atol=3.0)


def test_ends_rise_with_the_life_even_where_what_is_told_does_not() -> None:
    ends = choose_ends(*told_of_engines(np.random.default_rng(4), 100), 0.1)
    assert np.diff(ends.lower).min() > 0.0
    assert np.diff(ends.upper).min() > 0.0


def test_lives_that_no_engine_shows_are_said() -> None:
    with pytest.raises(InputError, match="interval"):
        choose_ends(*told_of_engines(np.random.default_rng(3), 100, longest=100.0), 0.1)


_ENDS = LifeEnds((0.0, 50.0, 150.0), (2.0, 70.0, 120.0), (-4.0, 45.0, 95.0))


def test_lower_and_upper_never_cross_the_value() -> None:
    told = np.array([[10.0, 90.0, 13.0, -9.0], [-3.0, -8.0, 0.0, 4.0], [80.0, 300.0, 80.0, -300.0]], np.float32)
    value, lower, upper = apply_ends(told, _ENDS)
    assert (lower <= value).all()
    assert (value <= upper).all()
    assert lower.min() == 0.0


def test_the_graph_has_the_ends_that_were_measured() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is only where packs are made")
    from training.turbofan_life.network import LifeInterval, LifeNetwork, NetworkSize

    torch.manual_seed(1)
    network = LifeNetwork(NetworkSize()).eval()
    with torch.no_grad():
        network.head[-1].weight *= 30.0
        windows = torch.randn(64, LENGTH, len(CHANNELS))
        told = (network(windows) * 40.0 + 75.0).numpy()
        found = LifeInterval([network], _ENDS)(windows).numpy()
    assert np.ptp(told[:, 0]) > 10.0
    np.testing.assert_allclose(found.T, apply_ends(told, _ENDS), atol=1e-3)


def test_figures_count_a_long_life_as_125_where_they_say_capped() -> None:
    left = np.array([20.0, 140.0])
    told = Told(("a", "b"), np.array(["FD001", "FD001"]), left, np.array([20.0, 125.0]), np.array([10.0, 100.0]), np.array([30.0, 130.0]))
    found = measure_lives(told, seed=1)
    assert found.rmse_capped.value == 0.0
    assert found.rmse.value == pytest.approx(np.sqrt(15**2 / 2))
    assert found.covered.value == 0.5
    assert found.covered_capped.value == 1.0
    assert told.of("FD003").left.size == 0


def test_the_warning_is_the_smallest_that_comes_in_time() -> None:
    left = np.concatenate([np.arange(100.0, -1.0, -1.0)] * 2)
    names = ["a"] * 101 + ["b"] * 101
    # Engine b is told ten flights too much, so that it is warned of ten flights later.
    value = left + np.where(np.array(names) == "b", 10.0, 0.0)
    trades = [measure_trade(names, left, value, below, 1) for below in (20, 25, 30)]
    assert [trade.late.value for trade in trades] == [0.5, 0.0, 0.0]
    assert trades[1].notice.value == pytest.approx(20.0)
    assert trades[1].early_per_1000.value == 0.0
    assert choose_warning(trades).below == 25
    assert choose_warning(trades[:1]).below == 20


def test_the_threshold_is_the_life_that_is_warned_of() -> None:
    output = life_output(30, 60)
    assert output.threshold == pytest.approx(score_of(30))
    assert output.threshold is not None
    assert output.life_full is not None
    assert output.life_full * (1 - output.threshold) == pytest.approx(30, abs=0.01)
    assert score_of(400) == 0.0


def test_channels_are_named_as_the_reader_of_cmapss_text_names_them() -> None:
    assert [channel.name for channel in SEQUENCE_INPUT.channels] == list(CHANNELS)
    assert all(
        channel.low is not None and channel.high is not None and channel.low < channel.mean < channel.high
        for channel in SEQUENCE_INPUT.channels
    )
