"""This file decides which broken sensors the pack is measured on: whether their windows get NO VERDICT, and genuine ones do not."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inference.explanation import Explain
from inference.findings import Verdict
from inference.sequence_preprocessing import FloatSeries
from inference.sequence_runner import SequenceRunner
from training.turbofan_life.engines import CHANNELS, Engine
from training.turbofan_life.spec import LENGTH, SEQUENCE_INPUT

Window = Mapping[str, FloatSeries]
WINDOWS = 60
"""Windows that each fault is tried on."""
DEAD_FLIGHTS = 30
"""Flights that a dead sensor has stood still for."""
FAINT = "noise as wide as wear moves the channel"
"""The fault that is hardest to see: such noise is often not much wider than a sound sensor's."""
ALIKE = frozenset({"sensor_8", "sensor_13"})
"""Fan speed and corrected fan speed: at sea level the same number, so that swapping them changes nothing."""


@dataclass(frozen=True, slots=True)
class FaultFigure:
    """Share of windows with a kind of fault that got NO VERDICT, over *windows* windows; the channels it is worst for."""

    kind: str
    refused: float
    windows: int
    worst: str


def last_window(engine: Engine, end: int) -> Window:
    """The flights of *engine* before *end*, as a stream holds them."""
    rows = engine.rows[max(0, end - LENGTH) : end]
    return {name: rows[:, column] for column, name in enumerate(CHANNELS)}


def measure_faults(runner: SequenceRunner, windows: Sequence[Window], seed: int) -> tuple[FaultFigure, ...]:
    """Break the channels of *windows* in turn and count how many get NO VERDICT, by the whole gate as the station has it."""
    refused: dict[str, dict[str, list[bool]]] = {}
    for number, window in enumerate(windows):
        for kind, channel, broken in _break(window, np.random.default_rng([seed, 5, number])):
            [finding] = runner.judge_window(broken, Explain.NEVER)
            refused.setdefault(kind, {}).setdefault(channel, []).append(finding.verdict is Verdict.NO_VERDICT)
    figures = []
    for kind, found in refused.items():
        shares = {channel: float(np.mean(one)) for channel, one in found.items()}
        low = sorted((share, channel) for channel, share in shares.items() if share < 1.0)
        worst = ", ".join(f"{channel} {share:.2f}" for share, channel in low[:4])
        everything = [one for values in found.values() for one in values]
        figures.append(FaultFigure(kind, float(np.mean(everything)), len(everything), worst))
    return tuple(figures)


def _break(window: Window, random: np.random.Generator) -> Iterator[tuple[str, str, Window]]:
    for channel in SEQUENCE_INPUT.channels:
        name, genuine = channel.name, window[channel.name]
        dead = genuine.copy()
        dead[-DEAD_FLIGHTS:] = dead[-DEAD_FLIGHTS]
        if channel.stuck_after_s is not None:
            yield "dead: stands still", name, {**window, name: dead}
        yield "dead: reads zero", name, {**window, name: np.zeros_like(genuine)}
        wide = random.uniform(channel.low or 0.0, channel.high or 1.0, genuine.size)
        yield "noise over the believed range", name, {**window, name: wide}
        narrow = random.normal(channel.mean, channel.std, genuine.size)
        if channel.low is not None and channel.high is not None:
            narrow = np.clip(narrow, channel.low, channel.high)
        yield FAINT, name, {**window, name: narrow}
    for one, other in itertools.combinations(CHANNELS, 2):
        if {one, other} != ALIKE:
            yield "swapped with another", f"{one}/{other}", {**window, one: window[other], other: window[one]}
