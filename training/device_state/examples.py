"""This file decides which simulated examples CARD.md shows of what the device-state pack cannot tell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inference.contract import Channel
from inference.explanation import Explain
from inference.findings import Finding, Verdict
from inference.row_stream import RowStream
from inference.table_runner import TableRunner
from station.simulation.machine import MACHINE_CHANNELS, MACHINE_KINDS, MachineRun, simulate_machine
from training.card_pictures import CardPicture, show_series
from training.device_state.rows import FloatSeries

EXAMPLE_SEED, _PRODUCTS = 11, 6000
_SHOWN = 60
_NOISY = "Process temperature [K]"
_TORQUE, _WEAR = MACHINE_CHANNELS.index("Torque [Nm]"), MACHINE_CHANNELS.index("Tool wear [min]")
_SOUND_ROWS = 20


def show_failures(runner: TableRunner) -> list[CardPicture]:
    """A tool that breaks without a sign, a dead wear sensor that hides an overstrained tool, noise that passes."""
    run = simulate_machine(EXAMPLE_SEED, _PRODUCTS)
    return [_show_breakage(runner, run), _show_dead_wear(runner, run), _show_noise(runner, run)]


def _judge_alone(runner: TableRunner, values: FloatSeries) -> list[Finding]:
    return [runner.judge_row(dict(zip(MACHINE_CHANNELS, row.tolist(), strict=True)), Explain.NEVER)[0] for row in values]


def _judge_live(runner: TableRunner, values: FloatSeries) -> list[Finding]:
    stream, told = RowStream(runner), []
    for row in values:
        named = dict(zip(MACHINE_CHANNELS, row.tolist(), strict=True))
        stream.observe(named)
        told.append(stream.judge(named)[0])
    return told


def _scores(findings: Sequence[Finding]) -> FloatSeries:
    return np.array([finding.score for finding in findings])


def _find_alone(run: MachineRun, kind: str) -> int:
    """The first product late enough that fails of *kind* and of nothing else."""
    alone = run.kinds[:, MACHINE_KINDS.index(kind)] & (run.kinds.sum(axis=1) == 1)
    return int(np.flatnonzero(alone[_SHOWN:])[0]) + _SHOWN


def _show_breakage(runner: TableRunner, run: MachineRun) -> CardPicture:
    last = _find_alone(run, "tool wear")
    values = run.values[last + 1 - _SHOWN : last + 1]
    told = _judge_alone(runner, values)
    shown = {"Tool wear [min]": values[:, _WEAR], "Torque [Nm]": values[:, _TORQUE], "score": _scores(told)}
    return CardPicture(
        "tool-breaks",
        show_series(shown),
        f"Missed: {_SHOWN} products of a simulated machine, the tool breaks at the last one, at {values[-1, _WEAR]:.0f} min. The score "
        f"there is {told[-1].score:.2f}, the threshold {told[-1].threshold:.2f}: an old tool, as many that hold.",
    )


def _show_dead_wear(runner: TableRunner, run: MachineRun) -> CardPicture:
    failing = _find_alone(run, "overstrain")
    true = run.values[failing + 1 - _SHOWN : failing + 1]
    values = true.copy()
    values[_SOUND_ROWS:, _WEAR] = 0.0
    alone, live = _judge_alone(runner, values), _judge_live(runner, values)
    refused = [place for place, finding in enumerate(live) if finding.verdict is Verdict.NO_VERDICT and place >= _SOUND_ROWS]
    shown = {"Tool wear [min], as read": values[:, _WEAR], "score, each row by itself": _scores(alone)}
    usual = {"Tool wear [min], as read": true[:, _WEAR], "score, each row by itself": _scores(_judge_alone(runner, true))}
    return CardPicture(
        "dead-wear-sensor",
        show_series(shown, usual),
        f"From product {_SOUND_ROWS + 1} on the wear sensor of a simulated machine reads 0 (gray: the truth). Each row by itself looks "
        f"like a new tool: the last product, an overstrained tool, is told {alone[-1].verdict.value} with a score of {alone[-1].score:.2f} "
        f"instead of {_judge_alone(runner, true[-1:])[0].score:.2f}. With the rows before it there is NO VERDICT from product "
        f"{refused[0] + 1} on.",
    )


def _show_noise(runner: TableRunner, run: MachineRun) -> CardPicture:
    values = run.values[:_SHOWN].copy()
    channel = _find_channel(runner, _NOISY)
    column = MACHINE_CHANNELS.index(_NOISY)
    values[:, column] += np.random.default_rng(EXAMPLE_SEED).normal(0.0, channel.std, _SHOWN).round(1)
    refused = sum(finding.verdict is Verdict.NO_VERDICT for finding in _judge_live(runner, values))
    return CardPicture(
        "faint-noise",
        show_series({_NOISY: values[:, column]}, {_NOISY: run.values[:_SHOWN, column]}),
        f"Noise of {channel.std:g} {channel.unit} on the process temperature of a simulated machine (gray: without) is no wider than "
        f"what the process does by itself over a day: {refused} of {_SHOWN} rows get NO VERDICT, the others are judged with a wrong "
        "temperature.",
    )


def _find_channel(runner: TableRunner, name: str) -> Channel:
    return next(channel for channel in runner.spec.channels if channel.name == name)
