"""This file decides which channels drove a score: by occlusion, each channel in turn replaced by what it usually reads.

That is its values in the pack's reference window, where the pack has one; else its mean, which is zero after normalisation. A
channel held at one value all through a cycle is nothing that a network of cycles was taught. The effect of a channel is how
much the score falls without it; shares are of the sum of all falls of the log odds, since a score near 1 hardly falls whatever
is taken away. Needs one run per channel, in one batch where the network has a free first dimension. For the strongest channels
of a sequence the parts of the window are then replaced one by one: when it counted. What the channel read stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
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


def explain_scores(
    session: Session,
    tensor: FloatArray,
    places: Mapping[str, slice],
    contract: PackContract,
    scores: Mapping[str, Score],
    usual: FloatArray | None = None,
) -> dict[str, tuple[Contribution, ...]]:
    """Contributions by judged output, strongest first; channels without effect are left out.

    Args:
        session: The loaded network.
        tensor: float32 (1, …, features): the judged input.
        places: Which features belong to which channel.
        contract: The pack's.
        scores: What the whole input scored.
        usual: What stands in for a channel that is taken away, shape of *tensor*; None: the means.

    Raises:
        ProviderError: The provider failed.
    """
    instead = np.zeros_like(tensor) if usual is None else usual
    if len(places) <= MOST_CHANNELS:
        return _share_among_few(session, tensor, places, contract, scores, instead)
    occluded = np.repeat(tensor, len(places), axis=0)
    for index, place in enumerate(places.values()):
        occluded[index, ..., place] = instead[0, ..., place]
    without = [complete_scores(row, contract) for row in run_rows(session, occluded)]
    answers: dict[str, tuple[Contribution, ...]] = {}
    for output in list_judged(contract):
        whole = scores[output.name].score
        effects = [whole - one[output.name].score for one in without]
        evidence = [_log_odds(whole) - _log_odds(one[output.name].score) for one in without]
        answers[output.name] = rank_effects(tuple(places), effects, evidence)
    return answers


def _share_among_few(
    session: Session,
    tensor: FloatArray,
    places: Mapping[str, slice],
    contract: PackContract,
    scores: Mapping[str, Score],
    instead: FloatArray,
) -> dict[str, tuple[Contribution, ...]]:
    """Contributions from every combination of the channels.

    What is shared is the chance of the fault that is named: a channel that keeps another fault away has no part in this one. A
    channel that lowers the whole risk by itself comes before one that only helps.
    """
    count = len(places)
    there = list_combinations(count)
    occluded = np.repeat(tensor, there.shape[0], axis=0)
    for index, place in enumerate(places.values()):
        occluded[~there[:, index], ..., place] = instead[0, ..., place]
    left = run_rows(session, occluded)
    answers: dict[str, tuple[Contribution, ...]] = {}
    for output in list_judged(contract):
        risk = np.array([complete_scores(one, contract)[output.name].score for one in left])
        named = [index for index, label in enumerate(output.labels) if label.name == scores[output.name].label and label.severity > 0]
        is_chance = output.kind is OutputKind.PROBABILITIES and named
        effects = share_score(np.array([float(one[output.name][named[0]]) for one in left]) if is_chance else risk)
        alone = risk[-1] - risk[[there.shape[0] - 1 - (1 << index) for index in range(count)]]
        answers[output.name] = rank_effects(tuple(places), effects.tolist(), (effects + alone.clip(0.0)).tolist())
    return answers


def add_evidence(
    session: Session,
    tensor: FloatArray,
    places: Mapping[str, slice],
    contract: PackContract,
    scores: Mapping[str, Score],
    explained: Mapping[str, tuple[Contribution, ...]],
    usual: FloatArray | None = None,
) -> dict[str, tuple[Contribution, ...]]:
    """Put beside each contribution what its channel read, and for the strongest of a sequence when it counted.

    Args:
        session, tensor, places, contract, scores, usual: As for :func:`explain_scores`.
        explained: Contributions by judged output.

    Raises:
        ProviderError: The provider failed.
    """
    spec = contract.sequence or contract.table
    channels = {} if spec is None else {channel.name: channel for channel in spec.channels}
    instead = np.zeros_like(tensor) if usual is None else usual
    moments = _locate_moments(session, tensor, places, contract, scores, explained, instead)
    answers: dict[str, tuple[Contribution, ...]] = {}
    for name, ranked in explained.items():
        read = [
            _read_channel(one, channels[one.channel], tensor[0, ..., places[one.channel]], instead[0, ..., places[one.channel]], contract)
            for one in ranked
        ]
        answers[name] = tuple(replace(one, moment=moments.get((name, one.channel))) for one in read)
    return answers


def _read_channel(one: Contribution, channel: Channel, normal: FloatArray, usual: FloatArray, contract: PackContract) -> Contribution:
    if channel.values:
        return one
    is_cycle = contract.sequence is not None and contract.sequence.kind is WindowKind.CYCLE

    def read(series: FloatArray) -> float:
        told = float(series.mean()) if is_cycle else float(series.reshape(-1)[-1])
        return told * channel.std + channel.mean

    return replace(one, value=read(normal), usual=read(usual), unit=channel.unit)


def _locate_moments(
    session: Session,
    tensor: FloatArray,
    places: Mapping[str, slice],
    contract: PackContract,
    scores: Mapping[str, Score],
    explained: Mapping[str, tuple[Contribution, ...]],
    instead: FloatArray,
) -> dict[tuple[str, str], Moment]:
    spec = contract.sequence
    if spec is None or spec.steps < 2 * _PARTS:
        return {}
    strongest = {name: [one.channel for one in ranked[:_LOCATED] if one.effect > 0] for name, ranked in explained.items()}
    looked_at = sorted({channel for channels in strongest.values() for channel in channels})
    if not looked_at:
        return {}
    edges = np.linspace(0, spec.steps, _PARTS + 1).round().astype(int)
    occluded = np.repeat(tensor, len(looked_at) * _PARTS, axis=0)
    for row in range(occluded.shape[0]):
        part = row % _PARTS
        steps, place = slice(edges[part], edges[part + 1]), places[looked_at[row // _PARTS]]
        occluded[row, steps, place] = instead[0, steps, place]
    without = [complete_scores(one, contract) for one in run_rows(session, occluded)]
    moments: dict[tuple[str, str], Moment] = {}
    for name, channels in strongest.items():
        for channel in channels:
            first = looked_at.index(channel) * _PARTS
            evidence = [_log_odds(scores[name].score) - _log_odds(one[name].score) for one in without[first : first + _PARTS]]
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
