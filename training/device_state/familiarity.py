"""This file decides how unlike the taught rows a row may be: the cloud of genuine habits and its limit, from held-out tools."""

from __future__ import annotations

import numpy as np
import torch

from inference.findings import FloatArray
from training.device_state.network import Habits, derive_quantities, fit_curve
from training.device_state.rows import FloatSeries, Rows
from training.novelty import Familiarity, choose_limit, fit_familiarity

REFUSED_SHARE = 0.005
"""Of genuine rows, at most; the data are simulated and no lamp or rig differs, so no margin is put on top."""


@torch.no_grad()
def fit_habits(inputs: FloatArray) -> tuple[Habits, Familiarity]:
    """Curve and cloud of genuine *inputs*, normalised rows float32 (n, 6); failures among them are genuine."""
    habits = Habits(fit_curve(derive_quantities(inputs)))
    return habits, fit_familiarity(habits(torch.from_numpy(inputs)).numpy())


@torch.no_grad()
def hold_out_novelty(rows: Rows, inputs: FloatArray) -> FloatSeries:
    """Novelty of every row as habits see it that were fitted without its fold: float64 (rows,)."""
    novelty = np.empty(len(rows))
    for fold in np.unique(rows.folds):
        out = rows.folds == fold
        habits, familiarity = fit_habits(inputs[~out])
        novelty[out] = familiarity.measure(habits(torch.from_numpy(inputs[out])).numpy())
    return novelty


def choose_novelty_limit(rows: Rows, novelty: FloatSeries) -> float:
    """The pack's limit, from held-out novelty."""
    return choose_limit(novelty, rows.groups, refused_share=REFUSED_SHARE, margin=1.0)
