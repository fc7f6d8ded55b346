"""This file decides which wrong rows the pack must refuse: swapped, dead, noisy, lost channels, other units, states no machine has."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from inference.findings import Finding, Verdict
from inference.row_stream import RowStream, judge_recorded
from inference.table_runner import TableRunner
from station.simulation.machine import MACHINE_CHANNELS, TYPE_CHANNEL
from training.device_state.rows import FloatSeries, Rows
from training.device_state.spec import TABLE_INPUT

_NUMBERS = tuple(name for name in MACHINE_CHANNELS if name != TYPE_CHANNEL)
_AIR, _PROCESS, _SPEED, _TORQUE, _WEAR = _NUMBERS
_ZERO_CELSIUS_K = 273.15
_SPREADS = {channel.name: channel.std for channel in TABLE_INPUT.channels}
_SAMPLED = 5
"""Every so many-th row makes a table with holes, and as many rows one in no order."""

GENUINE = "none: genuine rows"

Series = Mapping[str, FloatSeries]


class Judged(StrEnum):
    """How rows come to be judged."""

    ALONE = "each row by itself"
    LIVE = "live, in order"
    RECORDED = "recorded table"
    HOLES = "every fifth row of it"
    SHUFFLED = "rows in any order"


@dataclass(frozen=True, slots=True)
class FaultFigures:
    """A way for rows to be wrong, and the share of rows refused."""

    family: str
    name: str
    refused: Mapping[Judged, float]


def _changed(series: Series, name: str, change: Callable[[FloatSeries], FloatSeries]) -> Series:
    return {**series, name: change(series[name])}


def make_faults(series: Series, random: np.random.Generator) -> Iterator[tuple[str, str, Series]]:
    """Every fault: its family, its name, the rows with it."""
    for one, other in itertools.combinations(_NUMBERS, 2):
        yield "swapped", f"{one} and {other}", {**series, one: series[other], other: series[one]}
    for name in _NUMBERS:
        yield "dead, reads 0", name, _changed(series, name, np.zeros_like)
    for name in _NUMBERS:
        yield "dead, reads what it last did", name, _changed(series, name, lambda one: np.full_like(one, one[0]))
    for name in MACHINE_CHANNELS:
        yield "lost, no number", name, _changed(series, name, lambda one: np.full_like(one, np.nan))
    for name in (_AIR, _PROCESS):
        yield "other unit", f"{name} in °C", _changed(series, name, lambda one: one - _ZERO_CELSIUS_K)
    yield "other unit", f"{_SPEED} in 1/s", _changed(series, _SPEED, lambda one: one / 60.0)
    yield "other unit", f"{_WEAR} in hours", _changed(series, _WEAR, lambda one: one / 60.0)
    for name in _NUMBERS:
        yield "a thousandfold", name, _changed(series, name, lambda one: one * 1000.0)
        yield "a thousandth", name, _changed(series, name, lambda one: one / 1000.0)
    for spreads in (3.0, 1.0):
        for name in _NUMBERS:
            noise = spreads * _SPREADS[name] * random.normal(size=series[name].size)
            yield f"noise of {spreads:g} spread{'s' if spreads > 1 else ''}", name, {**series, name: series[name] + noise}
    yield "impossible", "process colder than the air", _changed(series, _PROCESS, lambda one: series[_AIR] - 1.0 + 0.0 * one)
    yield "impossible", "negative wear", _changed(series, _WEAR, lambda one: -1.0 - one)
    yield "impossible", "a third more speed at the same torque", _changed(series, _SPEED, lambda one: one * 4.0 / 3.0)
    yield "impossible", "half the speed at the same torque", _changed(series, _SPEED, lambda one: one / 2.0)


def measure_faults(runner: TableRunner, rows: Rows, seed: int) -> tuple[FaultFigures, ...]:
    """Share of rows that get no verdict, by fault; *runner* explains nothing. The first are genuine rows."""
    random = np.random.default_rng([seed, 8])
    shuffled = random.permutation(len(rows))[: len(rows) // _SAMPLED]
    holes = np.arange(0, len(rows), _SAMPLED)
    figures = []
    for family, name, series in itertools.chain([(GENUINE, "", rows.series)], make_faults(rows.series, random)):
        alone = [runner.judge_row(row) for row in _each(series)]
        refused = {
            Judged.ALONE: _refused_share(alone),
            Judged.LIVE: _refused_share(_judge_live(runner, series)),
            Judged.RECORDED: _refused_share(_judge_table(runner, series)),
            Judged.HOLES: _refused_share(_judge_table(runner, _take(series, holes))),
            Judged.SHUFFLED: _refused_share(_judge_table(runner, _take(series, shuffled))),
        }
        figures.append(FaultFigures(family, name, refused))
    return tuple(figures)


def _each(series: Series) -> Iterator[Mapping[str, float]]:
    names = list(series)
    for row in np.stack([series[name] for name in names], axis=1):
        yield dict(zip(names, row.tolist(), strict=True))


def _take(series: Series, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Series:
    return {name: one[places] for name, one in series.items()}


def _judge_live(runner: TableRunner, series: Series) -> Iterator[tuple[Finding, ...]]:
    stream = RowStream(runner)
    for row in _each(series):
        stream.observe(row)
        yield stream.judge(row)


def _judge_table(runner: TableRunner, series: Series) -> Iterator[tuple[Finding, ...]]:
    return judge_recorded(runner, series, runner.judge_row)


def _refused_share(judged: Iterator[tuple[Finding, ...]] | Sequence[tuple[Finding, ...]]) -> float:
    return float(np.mean([findings[0].verdict is Verdict.NO_VERDICT for findings in judged]))


def mean_by_family(figures: Sequence[FaultFigures]) -> dict[str, dict[Judged, float]]:
    """Mean share refused of every family, in order."""
    families = dict.fromkeys(one.family for one in figures)
    return {
        family: {how: float(np.mean([one.refused[how] for one in figures if one.family == family])) for how in Judged}
        for family in families
    }
