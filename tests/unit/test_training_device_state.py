"""How the device-state pack is made: tools and folds, derived inputs, thresholds, wrong rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from inference.sequence_preprocessing import prepare_rows  # noqa: E402  # torch decides whether this file runs at all
from station.simulation.machine import MACHINE_CHANNELS, MACHINE_KINDS, WATT_PER_NM_RPM, simulate_machine  # noqa: E402
from training.device_state.evaluation import choose_threshold, f1_score, hold_out  # noqa: E402
from training.device_state.faults import make_faults  # noqa: E402
from training.device_state.fitting import FitPlan, fit_members, predict_chances, risk_of  # noqa: E402
from training.device_state.golden import golden_rows  # noqa: E402
from training.device_state.network import Quantities, Quantity, any_risk, derive_quantities, place_edges  # noqa: E402
from training.device_state.rows import KIND_COLUMNS, Rows, load_rows, number_tools  # noqa: E402
from training.device_state.spec import TABLE_INPUT  # noqa: E402


def simulated(seed: int, products: int) -> Rows:
    run = simulate_machine(seed, products)
    series = {name: run.values[:, column] for column, name in enumerate(MACHINE_CHANNELS)}
    return Rows(series, run.kinds.any(axis=1), run.kinds, number_tools(run.values[:, -1]))


def test_a_tool_lies_in_one_fold_and_its_neighbour_in_another() -> None:
    np.testing.assert_array_equal(number_tools(np.array([0.0, 2.0, 5.0, 0.0, 3.0, 1.0])), [0, 0, 0, 1, 1, 2])
    rows = simulated(1, 2000)
    for tool in np.unique(rows.tools):
        assert len(set(rows.folds[rows.tools == tool].tolist())) == 1
    assert set(rows.folds.tolist()) == {0, 1, 2, 3, 4}


def test_the_answer_is_no_input() -> None:
    names = {channel.name for channel in TABLE_INPUT.channels}
    assert names == set(MACHINE_CHANNELS)
    assert not names & {*KIND_COLUMNS.values(), "RNF", "Machine failure", "UDI", "Product ID"}


def test_derived_inputs_come_out_of_the_normalised_row_as_physics_has_them() -> None:
    rows = simulated(2, 50)
    inputs = prepare_rows(rows.series, TABLE_INPUT)
    derived = derive_quantities(inputs)
    one = rows.series
    power_kw = one["Torque [Nm]"] * one["Rotational speed [rpm]"] * WATT_PER_NM_RPM / 1000.0
    np.testing.assert_allclose(derived[:, Quantity.POWER_KW], power_kw, rtol=1e-5)
    difference = one["Process temperature [K]"] - one["Air temperature [K]"]
    np.testing.assert_allclose(derived[:, Quantity.DIFFERENCE_K], difference, atol=1e-3)
    np.testing.assert_allclose(
        derived[:, Quantity.STRAIN_KNM_MIN], one["Torque [Nm]"] * one["Tool wear [min]"] / 1000.0, rtol=1e-4, atol=1e-5
    )
    qualities = Quantities()(torch.from_numpy(inputs))[1].numpy()
    np.testing.assert_array_equal(qualities.argmax(axis=1), one["Type"])
    np.testing.assert_array_equal(qualities.sum(axis=1), 1.0)


def test_bins_rise_and_lie_at_the_cut_of_a_failure() -> None:
    rows = simulated(3, 6000)
    quantities = derive_quantities(prepare_rows(rows.series, TABLE_INPUT))
    edges = place_edges(quantities, rows.kinds, FitPlan().size)
    for one in edges.values():
        for quantity in one:
            assert (np.diff(quantity) > 0).all()
    assert np.abs(edges["power"][0] - 9.0).min() < 0.2
    assert np.abs(edges["power"][0] - 3.5).min() < 0.2


def test_a_short_fit_of_the_simulated_machine_tells_its_failures() -> None:
    torch.set_num_threads(1)
    rows, unseen = simulated(4, 6000), simulated(5, 4000)
    plan = FitPlan(members=1, epochs=15)
    members = fit_members(prepare_rows(rows.series, TABLE_INPUT), rows.kinds, plan, 1, "test")
    chances = predict_chances(members, prepare_rows(unseen.series, TABLE_INPUT))
    with_sign = unseen.kinds[:, :3].any(axis=1)
    assert f1_score(with_sign, risk_of(chances) >= 0.5) > 0.85
    assert risk_of(chances)[with_sign].mean() > 0.7
    again = predict_chances(
        fit_members(prepare_rows(rows.series, TABLE_INPUT), rows.kinds, plan, 1, "again"), prepare_rows(unseen.series, TABLE_INPUT)
    )
    np.testing.assert_array_equal(chances, again)


def test_any_risk_is_that_of_at_least_one_kind() -> None:
    assert any_risk(torch.tensor([[0.5, 0.5, 0.0, 0.0]])).item() == pytest.approx(0.75)
    assert 0.0 < any_risk(torch.zeros(1, 4)).item() < 1e-5


def test_the_threshold_keeps_the_stated_false_alarms() -> None:
    random = np.random.default_rng(0)
    scores, failed = random.random(20000), np.zeros(20000, dtype=bool)
    threshold = choose_threshold(scores, failed, 0.02)
    assert 0.005 < np.mean(scores >= threshold) <= 0.02


def test_a_fold_is_calibrated_and_thresholded_without_itself() -> None:
    rows = simulated(6, 4000)
    chances = np.where(rows.kinds, 0.9, 0.01).astype(np.float32)
    whole = hold_out(rows, chances)
    changed = chances.copy()
    changed[rows.folds == 0] = 0.5
    other = hold_out(rows, changed)
    here = rows.folds == 0
    assert not np.allclose(whole.scores[~here], other.scores[~here])
    flipped = rows.kinds.copy()
    flipped[here] = ~flipped[here]
    same = hold_out(Rows(rows.series, np.where(here, ~rows.failed, rows.failed), flipped, rows.tools), chances)
    np.testing.assert_array_equal(whole.scores[here], same.scores[here])


def test_wrong_rows_change_only_what_they_name() -> None:
    series = simulated(7, 20).series
    for family, name, changed in make_faults(series, np.random.default_rng(1)):
        different = {channel for channel in series if not np.array_equal(series[channel], changed[channel], equal_nan=True)}
        assert different, (family, name)
        assert len(different) == (2 if family == "swapped" else 1), (family, name)


def test_golden_rows_hold_every_kind_with_a_sign_and_every_quality() -> None:
    rows = {row.name: row for row in golden_rows()}
    assert {"sound-l", "sound-m", "sound-h", "heat-dissipation", "power", "overstrain", "old-tool"} == set(rows)
    assert all(set(row.channels) == set(MACHINE_CHANNELS) for row in rows.values())
    assert len(MACHINE_KINDS) == 4


@pytest.mark.real_data
def test_the_real_table_is_read(real_data_dir: Path) -> None:
    rows = load_rows(real_data_dir)
    assert (len(rows), int(rows.failed.sum()), int(rows.tools.max()) + 1) == (8000, 271, 120)
    assert rows.kinds[~rows.failed].sum() == 0
