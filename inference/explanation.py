"""This file decides which channels drove a score: by occlusion, each channel in turn replaced by its mean.

After normalisation the mean is zero. The effect of a channel is how much the score falls without it; shares are of the sum
of all falls. Needs one run per channel, in one batch where the network has a free first dimension.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np

from inference.contract import PackContract
from inference.findings import Contribution, FloatArray
from inference.runtime import Session
from inference.scoring import Score, complete_scores, list_judged


class Explain(StrEnum):
    """When contributors are computed; they cost a run per channel."""

    NEVER = "never"
    WHEN_NOTABLE = "when_notable"
    """For scores at or above near_miss (or the threshold)."""
    ALWAYS = "always"


def explain_scores(
    session: Session, tensor: FloatArray, places: Mapping[str, slice], contract: PackContract, scores: Mapping[str, Score]
) -> dict[str, tuple[Contribution, ...]]:
    """Contributions by judged output, strongest first; channels without effect are left out.

    Args:
        session: The loaded network.
        tensor: float32 (1, …, features): the judged input.
        places: Which features belong to which channel.
        contract: The pack's.
        scores: What the whole input scored.

    Raises:
        ProviderError: The provider failed.
    """
    occluded = np.repeat(tensor, len(places), axis=0)
    for index, place in enumerate(places.values()):
        occluded[index, ..., place] = 0.0
    without = [complete_scores(row, contract) for row in run_rows(session, occluded)]
    answers: dict[str, tuple[Contribution, ...]] = {}
    for output in list_judged(contract):
        effects = [scores[output.name].score - one[output.name].score for one in without]
        answers[output.name] = rank_effects(tuple(places), effects)
    return answers


def rank_effects(names: Sequence[str], effects: Sequence[float]) -> tuple[Contribution, ...]:
    """Turn signed effects into contributions, strongest first; shares of the positive ones sum to 1, others have none."""
    total = sum(effect for effect in effects if effect > 0)
    ranked = sorted(zip(names, effects, strict=True), key=lambda pair: -pair[1])
    return tuple(
        Contribution(name, max(0.0, effect) / total if total > 0 else 0.0, effect) for name, effect in ranked if abs(effect) > 1e-6
    )


def run_rows(session: Session, rows: FloatArray) -> list[dict[str, FloatArray]]:
    """Run *rows*, float32 (count, …), in one batch where the network takes one; per row the outputs, float32 (values,)."""
    name = session.inputs[0].name
    if session.inputs[0].shape[0] is None:
        batch = session.run({name: rows})
        return [{output: tensor[index] for output, tensor in batch.items()} for index in range(rows.shape[0])]
    return [{output: tensor[0] for output, tensor in session.run({name: rows[i : i + 1]}).items()} for i in range(rows.shape[0])]
