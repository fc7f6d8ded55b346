"""This file decides which simulated cycles are trained on beside the recorded ones: single components worn to every degree.

The recordings hardly contain a rig with one worn component and all others healthy. The simulated rig is fitted to the same
cycles that the network is fitted to, so that nothing of a held-out block gets into training.
"""

from __future__ import annotations

import numpy as np

from station.simulation.rig import CYCLE_S, RIG_TARGETS, WORN_SHARE, RigModel
from training.hydraulic_rig.cycles import CHANNELS, LEVELS, TARGETS, Cycles
from training.hydraulic_rig.templates import fit_templates

CYCLES_PER_LEVEL = 12
SEVERITY_SPREAD = 0.3
"""A simulated cycle lies up to this part of a level's width beside the level whose name it bears."""
_LASTS_S = 1e8
"""Wear so slow that a cycle has one condition."""


def add_simulated(cycles: Cycles, seed: int) -> Cycles:
    """The cycles with simulated ones behind them, in blocks and a fold of their own (negative numbers)."""
    templates = fit_templates(cycles)
    random = np.random.default_rng([seed, 3])
    made: list[dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]] = []
    classes: list[list[int]] = []
    blocks: list[int] = []
    for target in RIG_TARGETS:
        place, last = TARGETS.index(target), len(LEVELS[target]) - 1
        for level in range(last + 1):
            for number in range(CYCLES_PER_LEVEL):
                beside = random.uniform(-SEVERITY_SPREAD, SEVERITY_SPREAD)
                severity = float(np.clip((level + beside) / last, 0.0, 1.0 - CYCLE_S / _LASTS_S / WORN_SHARE))
                rig = RigModel(int(random.integers(1 << 30)), target, -severity * WORN_SHARE * _LASTS_S, _LASTS_S, templates=templates)
                made.append(dict(rig.cycle(number)))
                classes.append([level if index == place else 0 for index in range(len(TARGETS))])
                blocks.append(-1 - RIG_TARGETS.index(target) * 10 - level)
    count = len(made)
    return Cycles(
        {name: np.concatenate([cycles.series[name], np.stack([cycle[name] for cycle in made])]) for name in CHANNELS},
        np.concatenate([cycles.classes, np.array(classes, dtype=np.int64)]),
        np.concatenate([cycles.blocks, np.array(blocks, dtype=np.int64)]),
        np.concatenate([cycles.folds, np.full(count, -1, dtype=np.int64)]),
        np.concatenate([cycles.unstable, np.zeros(count, dtype=bool)]),
    )
