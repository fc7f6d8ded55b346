"""The simulated rig: a function of seed and time, wearing as asked, like the real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.errors import InputError
from station.simulation.rig import RIG_CHANNELS, RIG_TARGETS, RigModel
from station.simulation.rig_templates import CHANNEL_RATES_HZ, Component, channel_places, load_templates, save_templates
from training.hydraulic_rig.cycles import CHANNELS, TARGETS, load_cycles


def test_channels_and_targets_are_those_the_pack_is_taught() -> None:
    assert RIG_CHANNELS == CHANNELS
    assert set(RIG_TARGETS) == set(TARGETS)


@settings(max_examples=25, deadline=None)
@given(start=st.integers(0, 40_000), count=st.integers(1, 900), rate_hz=st.sampled_from([1.0, 10.0, 25.0]))
def test_rows_do_not_depend_on_how_they_are_asked_for(start: int, count: int, rate_hz: float) -> None:
    whole = RigModel(3, rate_hz=rate_hz).rows(start, count)
    piecewise = RigModel(3, rate_hz=rate_hz)
    middle = count // 2
    second = piecewise.rows(start + middle, count - middle)
    first = piecewise.rows(start, middle)
    np.testing.assert_array_equal(np.concatenate((first[0], second[0])), whole[0])
    np.testing.assert_array_equal(np.concatenate((first[1], second[1])), whole[1])
    assert first[2] + second[2] == whole[2]
    np.testing.assert_array_equal(np.concatenate((first[3], second[3])), whole[3])


def test_another_seed_is_another_rig() -> None:
    one, other = RigModel(1).rows(0, 600)[1], RigModel(2).rows(0, 600)[1]
    assert not np.array_equal(one, other, equal_nan=True)
    np.testing.assert_allclose(np.nanmean(one, axis=0), np.nanmean(other, axis=0), rtol=0.05)


def test_every_channel_has_a_value_when_it_is_due_and_only_then() -> None:
    time_s, values, keys, phase_s = RigModel(1, rate_hz=10.0).rows(590, 30)
    np.testing.assert_allclose(time_s, np.arange(590, 620) / 10.0)
    np.testing.assert_allclose(phase_s, (np.arange(590, 620) / 10.0) % 60.0, atol=1e-9)
    assert keys == ["0"] * 10 + ["1"] * 20
    due = np.arange(590, 620) % 10 == 0
    for column, name in enumerate(RIG_CHANNELS):
        expected = np.ones(30, dtype=bool) if CHANNEL_RATES_HZ[name] == 10 else due
        np.testing.assert_array_equal(np.isfinite(values[:, column]), expected, err_msg=name)


def test_rows_hold_the_values_of_the_cycle() -> None:
    rig = RigModel(5, "valve", wear_starts_s=0.0)
    values = rig.rows(7 * 600, 600)[1]
    for column, name in enumerate(RIG_CHANNELS):
        given_values = values[:, column]
        np.testing.assert_array_equal(given_values[np.isfinite(given_values)], rig.cycle(7)[name], err_msg=name)


def test_without_wear_the_rig_stays_healthy() -> None:
    rig = RigModel(1, "none", wear_starts_s=0.0)
    assert all(severity == 0.0 for time_s in range(0, 10_000, 7) for severity in rig.condition_at(float(time_s)).values())


def test_one_component_after_the_other_wears_and_is_repaired_the_pump_first() -> None:
    rig = RigModel(1, "all", wear_starts_s=240.0, wear_lasts_s=900.0)
    times_s = np.arange(0.0, 240.0 + 4 * 900.0 * 1.25, 1.0)
    severity = {target: np.array([rig.condition_at(time_s)[target] for time_s in times_s]) for target in RIG_TARGETS}
    assert all(not curve[times_s <= 240.0].any() for curve in severity.values())
    assert np.count_nonzero(np.stack(list(severity.values())) > 0.0, axis=0).max() == 1
    worst_at = [float(times_s[curve == 1.0].min()) for curve in severity.values()]
    assert worst_at == sorted(worst_at)
    assert next(iter(severity)) == "pump"
    for curve in severity.values():
        assert curve.max() == 1.0
        assert np.abs(np.diff(curve)).max() < 0.01, "a condition changes continuously"
        assert curve[-1] == 0.0


@pytest.mark.parametrize("target", RIG_TARGETS)
def test_a_named_component_wears_alone(target: Component) -> None:
    rig = RigModel(1, target, wear_starts_s=100.0, wear_lasts_s=600.0)
    at_worst = rig.condition_at(100.0 + 0.6 * 600.0)
    assert at_worst.pop(target) == 1.0
    assert not any(at_worst.values())


def test_wear_shows_in_what_it_should() -> None:
    healthy = RigModel(4, "none").cycle(10)
    cooler = RigModel(4, "cooler", wear_starts_s=0.0, wear_lasts_s=1200.0).cycle(10)
    pump = RigModel(4, "pump", wear_starts_s=0.0, wear_lasts_s=1200.0).cycle(10)
    assert cooler["CE"].mean() < 0.6 * healthy["CE"].mean()
    assert cooler["TS1"].mean() > healthy["TS1"].mean() + 10.0
    assert pump["SE"].mean() < healthy["SE"].mean() - 2.0
    assert pump["FS1"][300:].mean() < healthy["FS1"][300:].mean() - 0.1


def test_templates_survive_being_stored(tmp_path: Path) -> None:
    templates = load_templates()
    save_templates(templates, tmp_path / "rig.npz")
    again = load_templates(tmp_path / "rig.npz")
    np.testing.assert_array_equal(again.base, templates.base)
    for target in RIG_TARGETS:
        np.testing.assert_array_equal(again.effects[target], templates.effects[target])


def test_missing_or_foreign_templates_are_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.npz"):
        load_templates(tmp_path / "none.npz")
    np.savez(tmp_path / "other.npz", allow_pickle=False, base=np.zeros(3))
    with pytest.raises(InputError, match="templates cannot be read"):
        load_templates(tmp_path / "other.npz")


@pytest.mark.real_data
def test_a_healthy_simulated_cycle_is_like_a_real_one(real_data_dir: Path) -> None:
    real = load_cycles(real_data_dir)
    chosen = real.take((real.classes[:, 0] == 0) & (real.classes[:, 1:3] == 0).all(axis=1) & ~real.unstable)
    rig = RigModel(11, "none")
    simulated = [rig.cycle(number) for number in range(40)]
    for name in channel_places():
        made = np.stack([cycle[name] for cycle in simulated])
        typical = chosen.series[name].std(axis=0).mean() + 0.02 * np.abs(chosen.series[name]).mean()
        shape = np.abs(made.mean(axis=0) - chosen.series[name].mean(axis=0)).mean()
        assert shape < 1.5 * typical, f"{name}: the mean cycle is {shape:.3f} off"
        jitter_made = np.diff(made, axis=1).std()
        jitter_real = np.diff(chosen.series[name], axis=1).std()
        assert 0.5 * jitter_real < jitter_made < 2.0 * jitter_real, f"{name}: restless as {jitter_made:.4f} against {jitter_real:.4f}"
