"""This file decides which wrong rows the pack must refuse: swapped, dead and lost channels, other units, states that no machine has."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inference.explanation import Explain
from inference.findings import Verdict
from inference.table_runner import TableRunner
from station.simulation.machine import MACHINE_CHANNELS, TYPE_CHANNEL
from training.device_state.rows import FloatSeries, Rows

_NUMBERS = tuple(name for name in MACHINE_CHANNELS if name != TYPE_CHANNEL)
_AIR, _PROCESS, _SPEED, _TORQUE, _WEAR = _NUMBERS
_ZERO_CELSIUS_K = 273.15

Series = Mapping[str, FloatSeries]


@dataclass(frozen=True, slots=True)
class FaultFigures:
    """A way for rows to be wrong, the share of rows refused, and of how many."""

    family: str
    name: str
    refused: float
    rows: int


def _changed(series: Series, name: str, change: Callable[[FloatSeries], FloatSeries]) -> Series:
    return {**series, name: change(series[name])}


def make_faults(series: Series) -> Iterator[tuple[str, str, Series]]:
    """Every fault: its family, its name, the rows with it."""
    for one, other in itertools.combinations(_NUMBERS, 2):
        yield "swapped", f"{one} and {other}", {**series, one: series[other], other: series[one]}
    for name in _NUMBERS:
        yield "dead, reads 0", name, _changed(series, name, np.zeros_like)
    for name in MACHINE_CHANNELS:
        yield "lost, no number", name, _changed(series, name, lambda one: np.full_like(one, np.nan))
    for name in (_AIR, _PROCESS):
        yield "other unit", f"{name} in °C", _changed(series, name, lambda one: one - _ZERO_CELSIUS_K)
    yield "other unit", f"{_SPEED} in 1/s", _changed(series, _SPEED, lambda one: one / 60.0)
    yield "other unit", f"{_TORQUE} in kNm", _changed(series, _TORQUE, lambda one: one / 1000.0)
    yield "impossible", "process colder than the air", _changed(series, _PROCESS, lambda one: series[_AIR] - 1.0 + 0.0 * one)
    yield "impossible", "negative wear", _changed(series, _WEAR, lambda one: -1.0 - one)
    yield "impossible", "a third more speed at the same torque", _changed(series, _SPEED, lambda one: one * 4.0 / 3.0)
    yield "impossible", "half the speed at the same torque", _changed(series, _SPEED, lambda one: one / 2.0)


def measure_faults(runner: TableRunner, rows: Rows) -> tuple[FaultFigures, ...]:
    """Share of rows that get no verdict, by fault."""
    return tuple(FaultFigures(family, name, refused_share(runner, series), len(rows)) for family, name, series in make_faults(rows.series))


def refused_share(runner: TableRunner, series: Series) -> float:
    """Share of rows without verdict, each judged by itself."""
    names = list(series)
    table = np.stack([series[name] for name in names], axis=1)
    refused = [
        runner.judge_row(dict(zip(names, row.tolist(), strict=True)), Explain.NEVER)[0].verdict is Verdict.NO_VERDICT for row in table
    ]
    return float(np.mean(refused))


def mean_by_family(figures: Sequence[FaultFigures]) -> dict[str, float]:
    """Mean share refused of every family, in order."""
    families = dict.fromkeys(one.family for one in figures)
    return {family: float(np.mean([one.refused for one in figures if one.family == family])) for family in families}
