"""This file decides which broken channels the rig's novelty is measured on, and how often each is refused."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from inference.sequence_preprocessing import FloatSeries, prepare_windows
from training.channel_novelty import Redundancy
from training.hydraulic_rig.cycles import CHANNELS, Cycles
from training.hydraulic_rig.judge import measure_channels
from training.hydraulic_rig.spec import SEQUENCE_INPUT

CHECKED_EVERY = 8
"""Every so many-th recorded cycle is broken."""
_NOISE, _FAINT = 3.0, 0.1
"""Spreads over all recordings that are added."""
_WELL = 0.95

Series = Mapping[str, FloatSeries]


@dataclass(frozen=True, slots=True)
class FaultFigure:
    """A kind of fault: mean share of cycles refused over the channels, and the channels with less than 95 %."""

    kind: str
    refused: float
    worst: str


def break_channels(series: Series, random: np.random.Generator) -> Iterator[tuple[str, str, Series]]:
    """Every fault: its kind, its channels, the cycles with it; *series* per channel float64 (cycles, values)."""
    for one, other in itertools.combinations(CHANNELS, 2):
        if series[one].shape == series[other].shape:
            yield "two channels swapped", f"{one}/{other}", {**series, one: series[other], other: series[one]}
    for name in CHANNELS:
        kind = "a slow channel's values shuffled within the minute"
        yield (
            kind if series[name].shape[1] == 60 else kind.replace("slow", "fast"),
            name,
            {**series, name: random.permuted(series[name], axis=1)},
        )
    for kind, width in (("noise of three spreads", _NOISE), ("faint noise", _FAINT)):
        for name in CHANNELS:
            noise = width * float(series[name].std()) * random.normal(size=series[name].shape)
            yield kind, name, {**series, name: series[name] + noise}


def measure_faults(redundancy: Redundancy, limit: float, cycles: Cycles, seed: int) -> tuple[FaultFigure, ...]:
    """Break recorded cycles and count those at or above *limit*; what the gate before the network refuses is not counted."""
    chosen = {name: one[::CHECKED_EVERY] for name, one in cycles.series.items()}
    found: dict[str, dict[str, float]] = {}
    for kind, channels, broken in break_channels(chosen, np.random.default_rng([seed, 9])):
        novelty = redundancy.measure(measure_channels(prepare_windows(broken, SEQUENCE_INPUT))).max(axis=1)
        found.setdefault(kind, {})[channels] = float(np.mean(novelty >= limit))
    return tuple(FaultFigure(kind, float(np.mean(list(shares.values()))), _worst(shares)) for kind, shares in found.items())


def _worst(shares: Mapping[str, float]) -> str:
    low = sorted((share, channels) for channels, share in shares.items() if share < _WELL)
    return ", ".join(f"{channels} {share:.0%}" for share, channels in low) or "-"
