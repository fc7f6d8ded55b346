"""This file decides which channels drove a score: by occlusion, each channel in turn replaced by what it usually reads.

That is its values in the pack's reference window, where the pack has one; else its mean, which is zero after normalisation. A
channel held at one value all through a cycle is nothing that a network of cycles was taught. The effect of a channel is how
much the score falls without it; shares are of the sum of all falls of the log odds, since a score near 1 hardly falls whatever
is taken away. Needs one run per channel, in one batch where the network has a free first dimension. For the strongest channels
of a sequence the parts of the window are then replaced one by one: when it counted. What the channel read stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import log

import numpy as np

from inference.contract import Channel, OutputKind, PackContract, SequenceInput, TimeUnit, WindowKind
from inference.findings import Contribution, FloatArray, Moment, MomentKind
from inference.runtime import Session
from inference.scoring import Score, complete_scores, list_judged
from inference.shapley import MOST_CHANNELS, list_combinations, share_score

_PARTS = 6
"""Parts of the window looked at one by one."""

_LOCATED = 1
"""Channels per output whose moment is looked for: the one the sentence says it of."""


_LEAST_ODDS = 1e-7
"""Scores are this far from 0 and 1 where log odds are taken: float32 does not tell them apart any better."""

_LEAST_EVIDENCE = 1e-4


class Explain(StrEnum):
    """When contributors are computed; they cost a run per channel."""

    NEVER = "never"
    WHEN_NOTABLE = "when_notable"
    """For scores at or above near_miss (or the threshold)."""
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, eq=False)
class JudgedInput:
    """What is explained: one input, and what the network said of it.

    Attributes:
        session: The loaded network.
        tensor: float32 (1, …, features): the judged input.
        instead: What stands in for a channel that is taken away, shape of *tensor*: its usual values, else zero, which is its mean.
        places: Which features belong to which channel.
        contract: The pack's.
        scores: What the whole input scored, by output.
    """

    session: Session
    tensor: FloatArray
    instead: FloatArray
    places: Mapping[str, slice]
    contract: PackContract
    scores: Mapping[str, Score]

    def score_rows(self, rows: FloatArray) -> list[dict[str, Score]]:
        """Scores of changed inputs, float32 (count, …, features)."""
        return [complete_scores(one, self.contract) for one in run_rows(self.session, rows)]


def explain_scores(judged: JudgedInput) -> dict[str, tuple[Contribution, ...]]:
    """Contributions by judged output, strongest first; channels without effect are left out.

    Raises:
        ProviderError: The provider failed.
    """
    if len(judged.places) <= MOST_CHANNELS:
        return _share_among_few(judged)
    occluded = np.repeat(judged.tensor, len(judged.places), axis=0)
    for index, place in enumerate(judged.places.values()):
        occluded[index, ..., place] = judged.instead[0, ..., place]
    without = judged.score_rows(occluded)
    answers: dict[str, tuple[Contribution, ...]] = {}
    for output in list_judged(judged.contract):
        whole = judged.scores[output.name].score
        effects = [whole - one[output.name].score for one in without]
        evidence = [_log_odds(whole) - _log_odds(one[output.name].score) for one in without]
        answers[output.name] = rank_effects(tuple(judged.places), effects, evidence)
    return answers


def _share_among_few(judged: JudgedInput) -> dict[str, tuple[Contribution, ...]]:
    """Contributions from every combination of the channels.

    What is shared is the chance of the fault that is named: a channel that keeps another fault away has no part in this one. A
    channel that lowers the whole risk by itself comes before one that only helps.
    """
    count = len(judged.places)
    there = list_combinations(count)
    occluded = np.repeat(judged.tensor, there.shape[0], axis=0)
    for index, place in enumerate(judged.places.values()):
        occluded[~there[:, index], ..., place] = judged.instead[0, ..., place]
    left = run_rows(judged.session, occluded)
    answers: dict[str, tuple[Contribution, ...]] = {}
    for output in list_judged(judged.contract):
        risk = np.array([complete_scores(one, judged.contract)[output.name].score for one in left])
        told = judged.scores[output.name].label
        named = [index for index, label in enumerate(output.labels) if label.name == told and label.severity > 0]
        is_chance = output.kind is OutputKind.PROBABILITIES and named
        effects = share_score(np.array([float(one[output.name][named[0]]) for one in left]) if is_chance else risk)
        alone = risk[-1] - risk[[there.shape[0] - 1 - (1 << index) for index in range(count)]]
        answers[output.name] = rank_effects(tuple(judged.places), effects.tolist(), (effects + alone.clip(0.0)).tolist())
    return answers


def add_evidence(judged: JudgedInput, explained: Mapping[str, tuple[Contribution, ...]]) -> dict[str, tuple[Contribution, ...]]:
    """Put beside each contribution, by judged output, what its channel read, and for the strongest of a sequence when it counted.

    Raises:
        ProviderError: The provider failed.
    """
    spec = judged.contract.sequence or judged.contract.table
    channels = {} if spec is None else {channel.name: channel for channel in spec.channels}
    moments = _locate_moments(judged, explained)
    return {
        name: tuple(replace(_read_channel(judged, one, channels[one.channel]), moment=moments.get((name, one.channel))) for one in ranked)
        for name, ranked in explained.items()
    }


def _read_channel(judged: JudgedInput, one: Contribution, channel: Channel) -> Contribution:
    if channel.values:
        return one
    place = judged.places[one.channel]
    is_cycle = judged.contract.sequence is not None and judged.contract.sequence.kind is WindowKind.CYCLE

    def read(series: FloatArray) -> float:
        told = float(series.mean()) if is_cycle else float(series.reshape(-1)[-1])
        return told * channel.std + channel.mean

    return replace(one, value=read(judged.tensor[0, ..., place]), usual=read(judged.instead[0, ..., place]), unit=channel.unit)


def _locate_moments(judged: JudgedInput, explained: Mapping[str, tuple[Contribution, ...]]) -> dict[tuple[str, str], Moment]:
    spec = judged.contract.sequence
    if spec is None or spec.steps < 2 * _PARTS:
        return {}
    strongest = {name: [one.channel for one in ranked[:_LOCATED] if one.effect > 0] for name, ranked in explained.items()}
    looked_at = sorted({channel for channels in strongest.values() for channel in channels})
    if not looked_at:
        return {}
    edges = np.linspace(0, spec.steps, _PARTS + 1).round().astype(int)
    occluded = np.repeat(judged.tensor, len(looked_at) * _PARTS, axis=0)
    for row in range(occluded.shape[0]):
        part = row % _PARTS
        steps, place = slice(edges[part], edges[part + 1]), judged.places[looked_at[row // _PARTS]]
        occluded[row, steps, place] = judged.instead[0, steps, place]
    without = judged.score_rows(occluded)
    moments: dict[tuple[str, str], Moment] = {}
    for name, channels in strongest.items():
        whole = _log_odds(judged.scores[name].score)
        for channel in channels:
            first = looked_at.index(channel) * _PARTS
            evidence = [whole - _log_odds(one[name].score) for one in without[first : first + _PARTS]]
            best = int(np.argmax(evidence))
            if evidence[best] > 0:
                moments[name, channel] = _name_moment(spec, int(edges[best]), int(edges[best + 1]))
    return moments


def _name_moment(spec: SequenceInput, first_step: int, after_step: int) -> Moment:
    start, end = first_step * spec.step_s, after_step * spec.step_s
    if spec.kind is WindowKind.CYCLE:
        return Moment(MomentKind.INTO_CYCLE_S, start, end)
    kind = MomentKind.BEFORE_NOW_CYCLES if spec.time_unit is TimeUnit.CYCLE else MomentKind.BEFORE_NOW_S
    return Moment(kind, spec.length_s - start, spec.length_s - end)


def rank_effects(names: Sequence[str], effects: Sequence[float], evidence: Sequence[float]) -> tuple[Contribution, ...]:
    """Turn effects into contributions, strongest first; channels without effect are left out.

    Args:
        names: Of the channels.
        effects: How far the score falls without each, signed.
        evidence: How far its log odds fall, signed; shares are of the sum of the positive ones, others have none.
    """
    total = sum(one for one in evidence if one > 0)
    ranked = sorted(zip(names, effects, evidence, strict=True), key=lambda triple: -triple[2])
    return tuple(
        Contribution(name, max(0.0, weight) / total if total > 0 else 0.0, effect)
        for name, effect, weight in ranked
        if abs(weight) > _LEAST_EVIDENCE
    )


def _log_odds(score: float) -> float:
    bounded = min(max(score, _LEAST_ODDS), 1.0 - _LEAST_ODDS)
    return log(bounded / (1.0 - bounded))


def run_rows(session: Session, rows: FloatArray) -> list[dict[str, FloatArray]]:
    """Run *rows*, float32 (count, …), in one batch where the network takes one; per row the outputs, float32 (values,)."""
    name = session.inputs[0].name
    if session.inputs[0].shape[0] is None:
        batch = session.run({name: rows})
        return [{output: tensor[index] for output, tensor in batch.items()} for index in range(rows.shape[0])]
    return [{output: tensor[0] for output, tensor in session.run({name: rows[i : i + 1]}).items()} for i in range(rows.shape[0])]
