"""This file decides how naming kinds of defects is measured: with every picture's group held out, and intervals over groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray
from training.statistics import Interval, bootstrap_groups, fit_temperature, measure_calibration
from training.steel_surface.pictures import IntSeries, Pictures
from training.steel_surface.spec import KINDS

_DRAWS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """What pictures got while their fold was held out.

    Attributes:
        logits: float32 (n, 7), mean of the members, not calibrated.
        chances: float64 (n, 7): calibrated with the temperature that the other folds' pictures give.
        novelty: float64 (n,): as a cloud without the fold sees it.
    """

    logits: FloatArray
    chances: NDArray[np.float64]
    novelty: NDArray[np.float64]


def soften(logits: FloatArray, temperature: float) -> NDArray[np.float64]:
    """Softmax of ``logits / temperature``, float64 (n, 7)."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    raised = np.exp(scaled)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)


def calibrate_apart(pictures: Pictures, logits: FloatArray) -> NDArray[np.float64]:
    """Chances of every picture, its fold's temperature from the other folds: float64 (n, 7)."""
    chances = np.empty(logits.shape, np.float64)
    for fold in np.unique(pictures.folds):
        out = pictures.folds == fold
        chances[out] = soften(logits[out], fit_temperature(logits[~out], pictures.kinds[~out]))
    return chances


def accuracy(kinds: IntSeries, named: IntSeries) -> float:
    """Share of pictures with their kind named."""
    return float((kinds == named).mean())


def macro_f1(kinds: IntSeries, named: IntSeries) -> float:
    """Mean over the kinds that occur of the harmonic mean of recall and precision."""
    values = []
    for kind in np.unique(kinds):
        both = int((kinds == kind).sum() + (named == kind).sum())
        values.append(2.0 * int(((kinds == kind) & (named == kind)).sum()) / both)
    return float(np.mean(values))


def measure_named(pictures: Pictures, named: IntSeries, seed: int) -> dict[str, Interval]:
    """Accuracy and macro-F1 of any judge of the pictures, with intervals over groups."""
    kinds, groups = pictures.kinds, pictures.groups
    return {
        "accuracy": bootstrap_groups(groups, lambda rows: accuracy(kinds[rows], named[rows]), seed=seed, draws=_DRAWS),
        "macro-F1": bootstrap_groups(groups, lambda rows: macro_f1(kinds[rows], named[rows]), seed=seed, draws=_DRAWS),
    }


def measure(pictures: Pictures, held: HeldOut, seed: int) -> dict[str, Interval]:
    """Everything that is quoted of the held-out answers, by the figure's name."""
    named = held.chances.argmax(axis=1)
    right = (named == pictures.kinds).astype(np.float64)
    figures = measure_named(pictures, named, seed)
    shares = balanced_by_group(pictures, right)
    return figures | {
        "accuracy, every strip counted once": bootstrap_groups(
            list(shares), lambda rows: float(np.asarray(list(shares.values()))[rows].mean()), seed=seed, draws=_DRAWS
        ),
        "expected calibration error": measure_calibration(held.chances.max(axis=1), right, pictures.groups, seed=seed),
    }


def balanced_by_group(pictures: Pictures, values: NDArray[np.float64]) -> dict[str, float]:
    """Mean of *values* by group."""
    groups = np.asarray(pictures.groups)
    return {name: float(values[groups == name].mean()) for name in sorted(set(pictures.groups))}


def confusion_table(kinds: IntSeries, named: IntSeries) -> str:
    """Who is taken for whom, as Markdown: a row for each true kind."""
    lines = [
        "| true kind | " + " | ".join(str(number + 1) for number in range(len(KINDS))) + " | recall |",
        "|---" * (len(KINDS) + 2) + "|",
    ]
    for number, kind in enumerate(KINDS):
        row = [int(((kinds == number) & (named == other)).sum()) for other in range(len(KINDS))]
        lines.append(f"| {number + 1} {kind} | " + " | ".join(map(str, row)) + f" | {row[number] / max(1, sum(row)):.3f} |")
    return "\n".join(lines)
