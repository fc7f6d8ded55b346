"""This file decides which simulated examples CARD.md shows of what the hydraulic-rig pack misses or cannot tell."""

from __future__ import annotations

import numpy as np

from inference.explanation import Explain
from inference.findings import Finding, Verdict
from inference.sequence_preprocessing import FloatSeries
from inference.sequence_runner import SequenceRunner
from station.simulation.rig import CYCLE_S, RigModel, Wear
from training.card_pictures import CardPicture, show_series

EXAMPLE_SEED = 21
_STARTS, _LASTS = 4, 100
_CYCLES = 44
"""The simulated accumulator is worn from its healthiest to its worst over the first of these."""
_MISSED: Wear = "accumulator"
_SHUFFLED = "TS4"


def show_failures(runner: SequenceRunner) -> tuple[CardPicture, ...]:
    """An accumulator whose wear is told too late, and a shuffled channel that nothing shows."""
    return (_show_worn(runner), _show_shuffled(runner))


def _judge(runner: SequenceRunner, cycle: dict[str, FloatSeries]) -> dict[str, Finding]:
    return {finding.target: finding for finding in runner.judge_window(cycle, Explain.NEVER)}


def _show_worn(runner: SequenceRunner) -> CardPicture:
    rig = RigModel(EXAMPLE_SEED, _MISSED, wear_starts_s=_STARTS * CYCLE_S, wear_lasts_s=_LASTS * CYCLE_S)
    healthy, shown, told = dict(rig.cycle(0)), dict(rig.cycle(0)), _judge(runner, dict(rig.cycle(0)))[_MISSED]
    worn = 0.0
    for number in range(_STARTS, _CYCLES):
        cycle = dict(rig.cycle(number))
        found = _judge(runner, cycle)[_MISSED]
        severity = rig.condition_at((number + 0.5) * CYCLE_S)[_MISSED]
        if found.verdict is Verdict.OK and severity > worn:
            worn, shown, told = severity, cycle, found
    return CardPicture(
        "worn-accumulator",
        show_series(_of(shown), _of(healthy)),
        f"The most worn simulated accumulator that is told OK ({worn:.0%} of the way to its worst, score {told.score:.2f}, threshold "
        f"{told.threshold:.2f}), while it wears slowly; gray: healthy. Flow and efficiency hardly differ.",
    )


def _of(cycle: dict[str, FloatSeries]) -> dict[str, FloatSeries]:
    return {"FS1 [l/min]": cycle["FS1"], "SE [%]": cycle["SE"]}


def _show_shuffled(runner: SequenceRunner) -> CardPicture:
    rig, random = RigModel(EXAMPLE_SEED, "none"), np.random.default_rng(EXAMPLE_SEED)
    refused, shown, genuine = 0, np.empty(0), np.empty(0)
    for number in range(_CYCLES):
        cycle = dict(rig.cycle(number))
        shuffled = random.permutation(cycle[_SHUFFLED])
        verdicts = {finding.verdict for finding in _judge(runner, {**cycle, _SHUFFLED: shuffled}).values()}
        if Verdict.NO_VERDICT in verdicts:
            refused += 1
        elif not shown.size:
            shown, genuine = shuffled, cycle[_SHUFFLED]
    return CardPicture(
        "shuffled-temperature",
        show_series({f"{_SHUFFLED} [C]": shown}, {f"{_SHUFFLED} [C]": genuine}),
        f"{_SHUFFLED} of a simulated cycle with its values in any order (gray: as they were): the oil's temperature stands, what moves is "
        f"noise, and the cycle is judged. Of {_CYCLES} such cycles {refused} get NO VERDICT. No weight that judges reads {_SHUFFLED}.",
    )
