"""This file decides how a map's highest pixels become the frame's score, and how that score becomes a probability.

The calibration acts on every pixel inside the graph. It keeps their order, so regions and ranks of frames stay what they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray
from training.statistics import Calibration, fit_calibration
from training.surface_pitting.evaluation import FrameResult
from training.surface_pitting.spec import SCORE_TOP_PX


def fit_score_calibration(results: Sequence[FrameResult]) -> Calibration:
    """Slope and offset that make the scores of held-out *results* chances of "this frame has pits"."""
    return fit_calibration([result.score for result in results], [result.record.pitted for result in results])


def calibrate(results: Sequence[FrameResult], calibration: Calibration) -> list[FrameResult]:
    """The same results with the scores that the calibrated graph gives."""
    return [replace(result, score=_score(result.top, calibration), twin_score=_score(result.twin_top, calibration)) for result in results]


def held_out_probabilities(results: Sequence[FrameResult]) -> NDArray[np.float64]:
    """Score of each frame under a calibration that was fitted to the other folds: float64 (n,), in the order of *results*."""
    found = np.empty(len(results))
    for fold in {result.fold for result in results}:
        calibration = fit_score_calibration([result for result in results if result.fold != fold] or list(results))
        rows = [number for number, result in enumerate(results) if result.fold == fold]
        found[rows] = [_score(results[row].top, calibration) for row in rows]
    return found


def _score(top: FloatArray | None, calibration: Calibration) -> float:
    return float("nan") if top is None else float(calibration.apply(top[:SCORE_TOP_PX]).mean())
