"""This file decides how the explanations are checked: the channels a fault names are taken away, and the risk has to fall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inference.explanation import run_rows
from inference.findings import Verdict
from inference.runtime import Session
from inference.sequence_preprocessing import prepare_rows
from inference.table_runner import TableRunner
from station.simulation.machine import MACHINE_CHANNELS, MACHINE_KINDS
from training.device_state.rows import Rows
from training.device_state.spec import STATE_OUTPUT

NAMED_SHARE = 0.2
"""Channels with at least this share of the risk count as named."""
CLEAR_FALL = 0.1
"""A risk or chance that falls by at least so much has clearly fallen."""


@dataclass(frozen=True, slots=True)
class ExplanationFigures:
    """What becomes of faults without the channels they name.

    Attributes:
        faults: How many were tried.
        first_lowers: Share whose risk clearly falls without the first channel named.
        either_enough: Share where no channel at all clearly lowers the risk by itself: either of two is enough, or two faults are there.
        named_lower: Share where the chance of the kind that was named clearly falls without all channels named.
    """

    faults: int
    first_lowers: float
    either_enough: float
    named_lower: float


def measure_explanations(runner: TableRunner, session: Session, rows: Rows) -> ExplanationFigures:
    """Take the named channels of every fault among *rows* away: each reads its mean."""
    table = np.stack([rows.series[name] for name in MACHINE_CHANNELS], axis=1)
    found: list[tuple[bool, bool, bool]] = []
    for row in table:
        values = dict(zip(MACHINE_CHANNELS, row.tolist(), strict=True))
        finding = runner.judge_row(values)[0]
        if finding.verdict is not Verdict.FAULT:
            continue
        named = [one.channel for one in finding.contributors if one.share >= NAMED_SHARE]
        risks = {name: chances_without(runner, session, values, [name])[0] for name in MACHINE_CHANNELS}
        kind = 1 + MACHINE_KINDS.index(finding.label)
        before = chances_without(runner, session, values, [])[kind]
        after = chances_without(runner, session, values, named)[kind]
        lowered = finding.score - CLEAR_FALL
        found.append((risks[named[0]] <= lowered, min(risks.values()) > lowered, after <= before - CLEAR_FALL))
    share = np.mean(np.array(found, dtype=np.float64).reshape(-1, 3), axis=0)
    return ExplanationFigures(len(found), float(share[0]), float(share[1]), float(share[2]))


def chances_without(runner: TableRunner, session: Session, values: Mapping[str, float], names: Sequence[str]) -> tuple[float, ...]:
    """Risk, then the chance of every kind, of the row where *names* read their mean, whether or not such a row would be believed."""
    row = {channel.name: np.array([channel.mean if channel.name in names else values[channel.name]]) for channel in runner.spec.channels}
    state = run_rows(session, prepare_rows(row, runner.spec))[0][STATE_OUTPUT].astype(np.float64)
    return (1.0 - float(state[0]), *(float(one) for one in state[1:]))
