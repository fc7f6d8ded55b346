"""This file decides whether a fault that two senses see begins and ends for both at the same time, and is the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from station.simulation.joint_fault import BREAKS_FROM, JointFault
from station.simulation.parts import PartsScene
from station.simulation.parts_texture import PartKind
from station.simulation.rig import RIG_CHANNELS, RIG_TARGETS, RigModel

FAULT = JointFault(starts_s=20.0, lasts_s=60.0)


def test_it_grows_stays_and_ends() -> None:
    severity = FAULT.severity(np.array([0.0, 20.0, 23.0, 26.0, 50.0, 74.0, 80.0, 1e6]))
    np.testing.assert_allclose(severity, [0.0, 0.0, 0.5, 1.0, 1.0, 1.0, 0.0, 0.0])
    assert not FAULT.breaks(20.0 + 6.0 * BREAKS_FROM - 0.01)
    assert FAULT.breaks(20.0 + 6.0 * BREAKS_FROM + 0.01)


@pytest.mark.parametrize("speed", [1.0, 10.0, 40.0])
def test_camera_and_rig_see_it_at_the_same_seconds_whatever_the_rigs_speed(speed: float) -> None:
    scene = PartsScene(seed=1, part_every_s=1.0, defect_share=0.0, burst_every_s=None, joint_fault=FAULT)
    rig = RigModel(seed=1, wear="none", joint_fault=FAULT, speed=speed)
    for line_s in range(120):
        broken = scene.kind_of(line_s) is PartKind.PITTED
        leak = rig.condition_at(line_s * speed)["pump"]
        assert broken is (leak >= BREAKS_FROM), f"after {line_s} s"
        assert all(rig.condition_at(line_s * speed)[other] == 0.0 for other in RIG_TARGETS if other != "pump")


def test_without_it_nothing_changes() -> None:
    plain = RigModel(seed=3, wear="none").rows(0, 1200)[1]
    healthy = RigModel(seed=3, wear="none", joint_fault=JointFault(1e9, 60.0)).rows(0, 1200)[1]
    np.testing.assert_array_equal(plain, healthy)


def test_the_rigs_flow_falls_while_it_leaks() -> None:
    flow = RIG_CHANNELS.index("FS1")
    healthy, leaking = (RigModel(seed=3, wear="none", joint_fault=fault).rows(20_000, 600)[1] for fault in (None, JointFault(0.0, 1e5)))
    assert np.nanmean(leaking[:, flow]) < np.nanmean(healthy[:, flow]) - 0.05
