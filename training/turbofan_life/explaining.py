"""This file decides how explanations are measured: does a warning's risk fall when the channel named first reads as on a new engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.explanation import Explain
from inference.findings import Verdict
from inference.runtime import Session
from inference.scoring import complete_scores
from inference.sequence_preprocessing import locate_features, prepare_window
from inference.sequence_runner import SequenceRunner
from training.turbofan_life.engines import Engine
from training.turbofan_life.faults import last_window
from training.turbofan_life.spec import LIFE, SEQUENCE_INPUT

FLIGHTS_LEFT = 12
"""Windows that end so many flights before failure are explained."""
EVERY = 4
"""Every so many-th engine."""


@dataclass(frozen=True, slots=True)
class ExplanationFigures:
    """Of *warnings* explained: share that name a channel, share whose score falls without the one named first, mean fall, names."""

    warnings: int
    named: float
    falls: float
    mean_fall: float
    mean_share: float
    first: tuple[tuple[str, int], ...]


def measure_explanations(runner: SequenceRunner, session: Session, engines: Sequence[Engine]) -> ExplanationFigures:
    """Explain windows shortly before failure."""
    falls: list[float] = []
    shares: list[float] = []
    first: Counter[str] = Counter()
    warnings = 0
    places = locate_features(SEQUENCE_INPUT)
    for engine in engines[::EVERY]:
        window = last_window(engine, len(engine) - FLIGHTS_LEFT)
        [finding] = runner.judge_window(window, Explain.ALWAYS)
        if finding.verdict is not Verdict.FAULT:
            continue
        warnings += 1
        if not finding.contributors or finding.contributors[0].share <= 0.0:
            continue
        named = finding.contributors[0]
        tensor = prepare_window(window, SEQUENCE_INPUT)
        tensor[:, :, places[named.channel]] = 0.0
        told = {name: array[0] for name, array in session.run({SEQUENCE_INPUT.name: tensor}).items()}
        falls.append(finding.score - complete_scores(told, runner.pack.contract)[LIFE].score)
        shares.append(named.share)
        first[named.channel] += 1
    if not falls:
        return ExplanationFigures(warnings, 0.0, 0.0, 0.0, 0.0, ())
    return ExplanationFigures(
        warnings,
        len(falls) / warnings,
        float(np.mean(np.array(falls) > 0.0)),
        float(np.mean(falls)),
        float(np.mean(shares)),
        tuple(first.most_common(5)),
    )
