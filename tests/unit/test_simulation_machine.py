"""The simulated milling machine: a function of its seed, and a machine like the one that was described."""

from __future__ import annotations

import numpy as np
import pytest

from station.simulation.machine import (
    MACHINE_CHANNELS,
    MACHINE_KINDS,
    TOOL_LIFE_MIN,
    WEAR_PER_PRODUCT_MIN,
    failures_of,
    simulate_machine,
    speed_at,
)

PRODUCTS = 20000


def test_the_same_seed_gives_the_same_run_and_a_longer_one_begins_with_it() -> None:
    short, long = simulate_machine(3, 500), simulate_machine(3, 800)
    np.testing.assert_array_equal(short.values, long.values[:500])
    np.testing.assert_array_equal(short.kinds, long.kinds[:500])
    assert not np.array_equal(short.values, simulate_machine(4, 500).values)


def test_tools_wear_by_the_product_and_are_changed() -> None:
    values = simulate_machine(1, PRODUCTS).values
    quality, wear = values[:, 0].astype(int), values[:, MACHINE_CHANNELS.index("Tool wear [min]")]
    steps = np.diff(wear)
    changed = steps < 0
    np.testing.assert_array_equal(steps[~changed], np.asarray(WEAR_PER_PRODUCT_MIN)[quality[:-1][~changed]])
    assert (wear[1:][changed] == 0).all()
    assert wear[:-1][changed].min() >= TOOL_LIFE_MIN[0] - max(WEAR_PER_PRODUCT_MIN)
    assert wear.max() <= TOOL_LIFE_MIN[1]


def test_every_kind_of_failure_happens_now_and_then() -> None:
    share = np.mean([simulate_machine(seed, PRODUCTS).kinds.mean(axis=0) for seed in range(5)], axis=0)
    assert share.shape == (len(MACHINE_KINDS),)
    assert (share > 0.001).all()
    assert (share < 0.05).all()


def test_the_speed_falls_as_the_torque_rises() -> None:
    speed = speed_at(np.linspace(8.0, 75.0, 50))
    assert (np.diff(speed) < 0).all()
    assert 1200 < speed[-1] < speed[0] < 3000


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ((0, 302.0, 310.5, 1350, 45.0, 50), "heat dissipation"),
        ((1, 300.0, 310.0, 1360, 66.0, 50), "power"),
        ((1, 300.0, 310.0, 2700, 11.0, 50), "power"),
        ((0, 300.0, 310.0, 1420, 55.0, 205), "overstrain"),
    ],
)
def test_a_row_fails_as_described(row: tuple[float, ...], kind: str) -> None:
    [found] = failures_of(np.array([row], dtype=np.float64))
    assert [name for name, fails in zip(MACHINE_KINDS, found, strict=False) if fails] == [kind]
    sound = np.array([[2, 300.0, 310.0, 1500, 40.0, 100]], dtype=np.float64)
    assert not failures_of(sound).any()
