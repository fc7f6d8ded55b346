"""The simulated turbofan: a function of seed and flight, wearing towards its end as its fault does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.errors import InputError
from station.simulation.turbofan import FAULTS, TURBOFAN_CHANNELS, Fault, TurbofanModel, load_templates, save_templates
from training.turbofan_life.engines import CHANNELS


def column(values: np.ndarray, name: str) -> np.ndarray:
    return values[:, TURBOFAN_CHANNELS.index(name)]


def test_channels_are_those_the_pack_is_taught() -> None:
    assert TURBOFAN_CHANNELS == CHANNELS


@settings(max_examples=25, deadline=None)
@given(first=st.integers(1, 250), count=st.integers(2, 60))
def test_rows_do_not_depend_on_how_they_are_asked_for(first: int, count: int) -> None:
    flights, values = TurbofanModel(3).rows(first, count)
    later = TurbofanModel(3).rows(first + count // 2, count - count // 2)
    np.testing.assert_array_equal(flights, np.arange(first, first + count))
    np.testing.assert_array_equal(later[1], values[count // 2 :])


def test_another_seed_is_another_engine_and_another_level() -> None:
    one, other = TurbofanModel(1).rows(1, 50)[1], TurbofanModel(2).rows(1, 50)[1]
    noise = np.linalg.norm(load_templates().noise, axis=1) / np.sqrt(50)
    assert (np.abs(one.mean(axis=0) - other.mean(axis=0)) > 4 * noise).sum() > 4


@pytest.mark.parametrize("fault", FAULTS)
def test_an_engine_wears_more_and_more_until_it_fails(fault: Fault) -> None:
    engine = TurbofanModel(5, fault, life=200)
    speed = column(engine.rows(1, 200)[1], "sensor_9")
    early, middle, late = speed[:20].mean(), speed[140:160].mean(), speed[-10:].mean()
    assert early < middle < late
    assert (late - middle) / 45 > 2 * (middle - early) / 140
    assert engine.remaining_at(200) == 0
    assert engine.remaining_at(180) == 20


def test_the_pressure_tells_the_two_faults_apart() -> None:
    ends = {fault: column(TurbofanModel(5, fault, 200).rows(191, 10)[1], "sensor_7").mean() for fault in FAULTS}
    new = column(TurbofanModel(5, "fan", 200).rows(1, 20)[1], "sensor_7").mean()
    assert ends["compressor"] < new < ends["fan"]


def test_values_are_rounded_as_the_sensors_are() -> None:
    bleed = column(TurbofanModel(1).rows(1, 40)[1], "sensor_17")
    np.testing.assert_array_equal(bleed, np.round(bleed))


def test_a_window_holds_the_flights_up_to_its_last() -> None:
    engine = TurbofanModel(4)
    window = engine.window(100, 31)
    assert set(window) == set(TURBOFAN_CHANNELS)
    np.testing.assert_array_equal(window["sensor_2"], column(engine.rows(70, 31)[1], "sensor_2"))


def test_templates_survive_being_stored_and_a_damaged_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "templates.npz"
    save_templates(load_templates(), path)
    np.testing.assert_array_equal(TurbofanModel(1, templates=load_templates(path)).rows(1, 5)[1], TurbofanModel(1).rows(1, 5)[1])
    path.write_bytes(b"no archive")
    with pytest.raises(InputError, match="Install again"):
        load_templates(path)
