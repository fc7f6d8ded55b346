"""This file decides what the simulated hydraulic rig measures at a time: load cycles of a rig whose components wear.

Everything is a function of the seed and the time: asking twice, or in another order, gives the same rows. The cycles are
put together from :mod:`station.simulation.rig_templates`, statistics of a real rig.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from station.simulation.joint_fault import JointFault
from station.simulation.rig_templates import (
    CHANNEL_RATES_HZ,
    CYCLE_S,
    RIG_CHANNELS,
    RIG_TARGETS,
    RigTemplates,
    channel_places,
    load_templates,
)

__all__ = ["CYCLE_S", "RIG_CHANNELS", "RIG_TARGETS", "RigModel", "Wear"]

Wear = Literal["none", "pump", "cooler", "valve", "accumulator", "all"]
"""What degrades."""

WORN_SHARE = 0.4
"""Share of ``wear_lasts_s`` after which a component is at its worst."""
REPAIR_SHARE = 0.85
"""Share of ``wear_lasts_s`` after which it is repaired; at the end it is healthy."""
REST_SHARE = 0.25
"""Healthy time before the next wear, as a share of ``wear_lasts_s``."""
SLOW_CYCLES = 10
"""The common, slow part of the spread changes over this many cycles."""
SLOW_WEIGHT, FAST_WEIGHT = 0.6, 0.4
"""How the spread of whole cycles is made of a slow part and one that changes from cycle to cycle."""
JOINT_TARGET = "pump"
"""What leaks in a fault that a camera sees too (:mod:`station.simulation.joint_fault`)."""
_KEPT_CYCLES = 4
_TICK_S = 1e-6


class RigModel:
    """A simulated rig. One thread per object (a few cycles are kept for the next rows); two objects alike give the same rows.

    A component wears from healthy to worst, stays there, is repaired, and after a rest the next one follows (with ``wear``
    naming one component, the same again).
    """

    def __init__(
        self,
        seed: int,
        wear: Wear = "all",
        wear_starts_s: float = 240.0,
        wear_lasts_s: float = 900.0,
        rate_hz: float = 10.0,
        templates: RigTemplates | None = None,
        joint_fault: JointFault | None = None,
        speed: float = 1.0,
    ) -> None:
        """Make the rig.

        Args:
            seed: Same seed, same rig.
            wear: What degrades.
            wear_starts_s: Healthy until then, source seconds.
            wear_lasts_s: From healthy to worst and repaired, source seconds.
            rate_hz: Rows per source second.
            templates: Statistics to build from; None: those that ship with the program.

        Raises:
            InputError: The templates cannot be read.
        """
        self._seed = seed
        self._joint_fault, self._speed = joint_fault, speed
        self._wear: Wear = wear
        self._wear_starts_s = wear_starts_s
        self._wear_lasts_s = wear_lasts_s
        self._rate_hz = rate_hz
        self._templates = load_templates() if templates is None else templates
        self._places = channel_places()
        self._kept: dict[int, dict[str, NDArray[np.float64]]] = {}

    def condition_at(self, time_s: float) -> dict[str, float]:
        """Severity of every component at a time: 0 healthy … 1 worst."""
        return {target: float(self._severities(target, np.array([time_s]))[0]) for target in RIG_TARGETS}

    def rows(self, start_index: int, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str], NDArray[np.float64]]:
        """Rows *start_index* up to, not including, *start_index* + *count*.

        Returns:
            time_s float64 (count,), s since the start; values float64 (count, 10) in the order of :data:`RIG_CHANNELS`, NaN
            where a channel has no new value; the number of each row's cycle as text; phase_s float64 (count,), s since its start.
        """
        index = np.arange(start_index, start_index + count)
        time_s = index / self._rate_hz
        before_s = (index - 1) / self._rate_hz
        cycle = np.floor((time_s + _TICK_S) / CYCLE_S).astype(np.int64)
        phase_s = np.maximum(time_s - cycle * CYCLE_S, 0.0)
        values = np.full((count, len(RIG_CHANNELS)), np.nan)
        for number in np.unique(cycle):
            inside = cycle == number
            measured = self._cycle(int(number))
            for column, name in enumerate(RIG_CHANNELS):
                rate_hz = CHANNEL_RATES_HZ[name]
                slot = np.minimum(np.floor((phase_s[inside] + _TICK_S) * rate_hz).astype(np.int64), measured[name].size - 1)
                due = np.floor((time_s[inside] + _TICK_S) * rate_hz) != np.floor((before_s[inside] + _TICK_S) * rate_hz)
                values[inside, column] = np.where(due, measured[name][slot], np.nan)
        return time_s, values, [str(number) for number in cycle], phase_s

    def cycle(self, number: int) -> Mapping[str, NDArray[np.float64]]:
        """Everything measured in one cycle: channel name -> float64 (60,) or (600,)."""
        return dict(self._cycle(number))

    def _cycle(self, number: int) -> dict[str, NDArray[np.float64]]:
        if number not in self._kept:
            while len(self._kept) >= _KEPT_CYCLES:
                del self._kept[next(iter(self._kept))]
            self._kept[number] = self._measure(number)
        return self._kept[number]

    def _measure(self, number: int) -> dict[str, NDArray[np.float64]]:
        known = self._templates
        random = np.random.default_rng([self._seed, number])
        within_s = np.concatenate([np.arange(part.stop - part.start) / CHANNEL_RATES_HZ[name] for name, part in self._places.items()])
        vector = known.base + self._spread(number, random) @ known.components
        for target in RIG_TARGETS:
            severity = self._severities(target, number * CYCLE_S + within_s)
            if severity.any():
                vector = vector + _between_levels(known.effects[target], severity)
        vector = vector + random.normal(size=vector.size) * known.noise
        vector = np.clip(vector, known.lowest, known.highest)
        measured = {}
        for column, (name, part) in enumerate(self._places.items()):
            step = float(known.resolution[column])
            measured[name] = np.round(np.round(vector[part] / step) * step, 3)
        return measured

    def _spread(self, number: int, random: np.random.Generator) -> NDArray[np.float64]:
        """How far this cycle lies along each component: a slow part, smooth over cycles, and a fast one."""
        knot, share = divmod(number / SLOW_CYCLES, 1.0)
        size = self._templates.components.shape[0]
        left, right = (np.random.default_rng([self._seed, int(knot) + side, 1]).normal(size=size) for side in (0, 1))
        turn = 0.5 - 0.5 * math.cos(math.pi * share)
        return np.asarray(SLOW_WEIGHT * ((1 - turn) * left + turn * right) + FAST_WEIGHT * random.normal(size=size), np.float64)

    def _severities(self, target: str, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        worn = self._worn(target, time_s)
        if self._joint_fault is None or target != JOINT_TARGET:
            return worn
        return np.maximum(worn, self._joint_fault.severity(time_s / self._speed))

    def _worn(self, target: str, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        if self._wear not in {"all", target}:
            return np.zeros(time_s.shape)
        since_s = time_s - self._wear_starts_s
        turn, inside_s = np.divmod(since_s, self._wear_lasts_s * (1.0 + REST_SHARE))
        share = inside_s / self._wear_lasts_s
        severity = np.interp(share, [0.0, WORN_SHARE, REPAIR_SHARE, 1.0], [0.0, 1.0, 1.0, 0.0])
        its_turn = since_s >= 0
        if self._wear == "all":
            its_turn &= turn % len(RIG_TARGETS) == RIG_TARGETS.index(target)
        return np.where(its_turn, severity, 0.0)


def _between_levels(effects: NDArray[np.float32], severity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Effect at each place: between those of the two nearest conditions. *effects* (levels, n), *severity* (n,)."""
    level = severity * (effects.shape[0] - 1)
    below = np.minimum(level.astype(np.int64), effects.shape[0] - 2)
    share = level - below
    places = np.arange(severity.size)
    return np.asarray((1.0 - share) * effects[below, places] + share * effects[below + 1, places], np.float64)
