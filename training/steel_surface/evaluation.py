"""This file decides how naming kinds of defects is measured: with every picture's group held out, and intervals over groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray
from training.statistics import Interval, bootstrap_groups, fit_temperature, measure_calibration
from training.steel_surface.judge import Judge
from training.steel_surface.pictures import IntSeries, Pictures
from training.steel_surface.spec import KINDS

GUESSED_SHARE = 0.03
REFUSED_SHARE = 0.0025
"""With what the novelty refuses it stays below 1 % of genuine pictures."""
_DRAWS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """What pictures got while their fold was held out.

    Attributes:
        logits: float32 (n, 7), mean of the members, not calibrated.
        chances: float64 (n, 7): calibrated with the temperature that the other folds' pictures give.
        novelty: float64 (n,): as a cloud without the fold sees it, doubt of the kind added.
        judges, temperatures: Of each fold, in the order of the folds.
    """

    logits: FloatArray
    chances: NDArray[np.float64]
    novelty: NDArray[np.float64]
    judges: tuple[Judge, ...]
    temperatures: tuple[float, ...]


def soften(logits: FloatArray, temperature: float) -> NDArray[np.float64]:
    """Softmax of ``logits / temperature``, float64 (n, 7)."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    raised = np.exp(scaled)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)


def calibrate_apart(pictures: Pictures, logits: FloatArray) -> tuple[NDArray[np.float64], tuple[float, ...]]:
    """Chances of every picture, float64 (n, 7), and each fold's temperature, fitted to the other folds."""
    chances, temperatures = np.empty(logits.shape, np.float64), []
    for fold in np.unique(pictures.folds):
        out = pictures.folds == fold
        temperatures.append(fit_temperature(logits[~out], pictures.kinds[~out]))
        chances[out] = soften(logits[out], temperatures[-1])
    return chances, tuple(temperatures)


def choose_unsure(confidence: NDArray[np.float64]) -> float:
    """The confidence, of three digits, below which a kind is a guess: :data:`GUESSED_SHARE` of held-out pictures lie there."""
    return float(np.clip(np.floor(1000.0 * np.quantile(confidence, GUESSED_SHARE)) / 1000.0, 0.001, 0.999))


def choose_refusal(confidence: NDArray[np.float64]) -> float:
    """The confidence, of three digits, below which no kind is named: no more than :data:`REFUSED_SHARE` of held-out pictures lie there."""
    kept = np.sort(confidence)[int(REFUSED_SHARE * confidence.size)]
    return float(np.clip(np.floor(1000.0 * kept) / 1000.0, 0.001, 0.999))


def measure_sure(pictures: Pictures, held: HeldOut, seed: int) -> dict[str, Interval]:
    """How many kinds are sure, and how often these and the guesses are right; each fold at the limit that the other folds choose."""
    confidence, right = held.chances.max(axis=1), held.chances.argmax(axis=1) == pictures.kinds
    sure = np.zeros(len(pictures), np.bool_)
    for fold in np.unique(pictures.folds):
        out = pictures.folds == fold
        sure[out] = confidence[out] >= choose_unsure(confidence[~out])

    def share(rows: NDArray[np.int64]) -> float:
        return float(right[rows].mean()) if rows.size else float("nan")

    groups = pictures.groups
    return {
        "kinds that are sure": bootstrap_groups(groups, lambda rows: float(sure[rows].mean()), seed=seed, draws=_DRAWS),
        "accuracy of sure kinds": bootstrap_groups(groups, lambda rows: share(rows[sure[rows]]), seed=seed, draws=_DRAWS),
        "accuracy of guesses": bootstrap_groups(groups, lambda rows: share(rows[~sure[rows]]), seed=seed, draws=_DRAWS),
    }


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
