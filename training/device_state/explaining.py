"""This file decides how the explanations are checked: the channels a fault names are taken away, and the risk has to fall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inference.explanation import run_rows
from inference.findings import Verdict
from inference.runtime import Session
from inference.scoring import complete_scores, list_judged
from inference.sequence_preprocessing import prepare_rows
from inference.table_runner import TableRunner
from station.simulation.machine import MACHINE_CHANNELS
from training.device_state.rows import Rows

NAMED_SHARE = 0.2
"""Channels with at least this share of the risk count as named."""
CLEAR_FALL = 0.1
"""A risk that falls by at least so much has clearly fallen."""


@dataclass(frozen=True, slots=True)
class ExplanationFigures:
    """What becomes of faults without the channels they name.

    Attributes:
        faults: How many were tried.
        first_lowers: Share whose risk clearly falls without the first channel named.
        named_lower: Share whose risk clearly falls without all channels named.
        named_clear: Share that are no fault any more without them.
    """

    faults: int
    first_lowers: float
    named_lower: float
    named_clear: float


def measure_explanations(runner: TableRunner, session: Session, rows: Rows) -> ExplanationFigures:
    """Take the named channels of every fault among *rows* away: each reads its mean."""
    table = np.stack([rows.series[name] for name in MACHINE_CHANNELS], axis=1)
    falls: list[tuple[bool, bool, bool]] = []
    for row in table:
        values = dict(zip(MACHINE_CHANNELS, row.tolist(), strict=True))
        finding = runner.judge_row(values)[0]
        if finding.verdict is not Verdict.FAULT:
            continue
        named = [one.channel for one in finding.contributors if one.share >= NAMED_SHARE]
        first, whole = (score_without(runner, session, values, names) for names in (named[:1], named))
        falls.append((first <= finding.score - CLEAR_FALL, whole <= finding.score - CLEAR_FALL, whole < finding.threshold))
    share = np.mean(np.array(falls, dtype=np.float64).reshape(-1, 3), axis=0)
    return ExplanationFigures(len(falls), float(share[0]), float(share[1]), float(share[2]))


def score_without(runner: TableRunner, session: Session, values: Mapping[str, float], names: Sequence[str]) -> float:
    """Risk of the row where the channels in *names* read their mean, whether or not such a row would be believed."""
    row = {channel.name: np.array([channel.mean if channel.name in names else values[channel.name]]) for channel in runner.spec.channels}
    contract = runner.pack.contract
    tensors = run_rows(session, prepare_rows(row, runner.spec))[0]
    return complete_scores(tensors, contract)[list_judged(contract)[0].name].score
