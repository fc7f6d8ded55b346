"""This file decides how output tensors become labels, scores, values and verdicts.

One rule for all: the score is a severity 0..1; at and above the threshold the verdict is DEFECT or FAULT. The label follows
the verdict, so that an OK never carries a fault's name.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from inference.contract import Output, OutputKind, PackContract, Task
from inference.findings import Finding, FloatArray, Verdict
from inference.pack import ModelPack
from inference.reasons import Reason, ReasonCode

CREDIBLE_MASS = 0.9
"""Lower and upper of a value from classes span the likeliest classes that together hold this much probability."""

HEALTHY_LABEL = "ok"
"""Label of OK where the pack names none."""

_LARGEST_WRITTEN = 10_000.0
_LEAST_CHANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Score:
    """What one judged output says: severity 0..1, label, and a physical value with its interval where there is one.

    *confidence* and *unsure* as in :class:`inference.findings.Finding`; *rival* is the second likeliest label with its chance.
    """

    score: float
    label: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    unit: str = ""
    confidence: float = math.nan
    unsure: bool = False
    rival: tuple[str, float] | None = None


def list_judged(contract: PackContract) -> tuple[Output, ...]:
    """Outputs with a threshold: each gives one finding."""
    return tuple(output for output in contract.outputs if output.threshold is not None)


def target_of(output: Output, contract: PackContract) -> str:
    """What *output* judges: its target, else the pack's name."""
    return output.target or contract.name


def bad_verdict(contract: PackContract) -> Verdict:
    """DEFECT for images, FAULT for sensors."""
    return Verdict.FAULT if contract.task in {Task.SEQUENCE, Task.TABLE} else Verdict.DEFECT


def healthy_label(output: Output) -> str:
    """Name of the first healthy class."""
    return next((label.name for label in output.labels if label.severity == 0), HEALTHY_LABEL)


def faulty_label(output: Output, contract: PackContract) -> str:
    """Name of the first class that is not healthy, for outputs that know only one: maps, risk, remaining life."""
    return next((label.name for label in output.labels if label.severity > 0), target_of(output, contract))


def score_classes(probabilities: FloatArray, output: Output) -> Score:
    """Score class probabilities, float32 (classes,): 1 - P(healthy); the label is the likeliest on the verdict's side."""
    healthy = np.array([label.severity == 0 for label in output.labels])
    score = float(np.clip(1.0 - float(probabilities[healthy].sum()), 0.0, 1.0))
    threshold = 1.0 if output.threshold is None else output.threshold
    candidates = np.flatnonzero(~healthy if score >= threshold and not healthy.all() else healthy if healthy.any() else ~healthy)
    order = candidates[np.argsort(-probabilities[candidates], kind="stable")]
    label = output.labels[int(order[0])]
    said = Score(score, label.name)
    if order.size > 1:
        among = probabilities[order] / max(float(probabilities[order].sum()), _LEAST_CHANCE)
        confidence, limit = float(among[0]), output.unsure_below
        rival = (output.labels[int(order[1])].name, float(among[1]))
        said = replace(said, confidence=confidence, unsure=limit is not None and confidence < limit, rival=rival)
    if label.value is None:
        return said
    lower, upper = _credible_values(probabilities, output, label.value)
    return replace(said, value=label.value, lower=lower, upper=upper, unit=output.unit)


def score_sensor_output(tensor: FloatArray, output: Output, contract: PackContract) -> Score:
    """Score one row, float32 (values,), of a sequence or table output."""
    if output.kind is OutputKind.PROBABILITIES:
        return score_classes(tensor, output)
    threshold = 1.0 if output.threshold is None else output.threshold
    if output.kind is OutputKind.REMAINING_LIFE:
        value, lower, upper = read_life(tensor)
        score = float(np.clip(1.0 - value / output.life_full, 0.0, 1.0)) if output.life_full else 0.0
        label = faulty_label(output, contract) if score >= threshold else healthy_label(output)
        return Score(score, label, value, lower, upper, output.unit)
    score = float(np.clip(tensor[0], 0.0, 1.0))
    return Score(score, faulty_label(output, contract) if score >= threshold else healthy_label(output))


def read_life(tensor: FloatArray) -> tuple[float, float | None, float | None]:
    """Remaining life from float32 (1,) or (3,): value, lower, upper; never below zero."""
    numbers = [max(0.0, float(number)) for number in tensor]
    return (numbers[0], min(numbers), max(numbers)) if len(numbers) == 3 else (numbers[0], None, None)


def complete_scores(tensors: Mapping[str, FloatArray], contract: PackContract) -> dict[str, Score]:
    """Score every judged output of a sensor pack, by output name; values of informing outputs join their target's score.

    Args:
        tensors: float32 (values,) by output name: one row.
        contract: The pack's.
    """
    scores = {output.name: score_sensor_output(tensors[output.name], output, contract) for output in list_judged(contract)}
    for informing in contract.outputs:
        if informing.threshold is None and informing.kind is OutputKind.REMAINING_LIFE:
            value, lower, upper = read_life(tensors[informing.name])
            for output in list_judged(contract):
                if not informing.target or informing.target == output.target:
                    known = scores[output.name]
                    scores[output.name] = replace(known, value=value, lower=lower, upper=upper, unit=informing.unit)
    return scores


def find_unsure_kind(said: Score, output: Output) -> Reason | None:
    """Why a kind is no verdict: the pack knows kinds only, and its confidence lies below the pack's ``refuse_below``."""
    if output.refuse_below is None or said.rival is None or said.confidence >= output.refuse_below:
        return None
    titles = {label.name: label.title for label in output.labels}
    first, second = titles[said.label], titles[said.rival[0]]
    return Reason.of(
        ReasonCode.UNSURE_KIND,
        kind=first.en,
        kind_zh=first.zh,
        chance=f"{100 * said.confidence:.0f}",
        rival=second.en,
        rival_zh=second.zh,
        rival_chance=f"{100 * said.rival[1]:.0f}",
        limit=f"{100 * output.refuse_below:.0f}",
    )


def is_notable(score: float, output: Output) -> bool:
    """Whether a score is at or above near_miss (or the threshold where there is none): worth an explanation."""
    limit = output.near_miss if output.near_miss is not None else output.threshold
    return limit is not None and score >= limit


def refuse_all(pack: ModelPack, provider: str, reason: Reason, elapsed_ms: float, *, novelty: float | None = None) -> tuple[Finding, ...]:
    """NO VERDICT with *reason* for every target of the pack."""
    return tuple(
        Finding(
            target=target_of(output, pack.contract),
            verdict=Verdict.NO_VERDICT,
            label="",
            score=float("nan"),
            threshold=output.threshold or 0.0,
            model=pack.name,
            version=pack.version,
            sha256=pack.contract.model.sha256,
            provider=provider,
            elapsed_ms=elapsed_ms,
            reason=reason,
            novelty=novelty,
        )
        for output in list_judged(pack.contract)
    )


def find_refusal(tensors: Mapping[str, FloatArray], contract: PackContract) -> Reason | None:
    """Why an answer is no verdict: it holds something that is no number, or the input is unlike what was taught.

    Args:
        tensors: float32 by output name: one input's.
        contract: The pack's.
    """
    novelties = {output.name: output.novelty_limit for output in contract.outputs if output.novelty_limit is not None}
    failed = find_not_finite({name: tensor for name, tensor in tensors.items() if name not in novelties})
    if failed is not None:
        return failed
    for name, limit in novelties.items():
        novelty = float(tensors[name].reshape(-1)[0])
        if np.isnan(novelty):
            return Reason.of(ReasonCode.MODEL_FAILED, detail=f"its output {name} holds no number")
        if novelty >= limit:
            return _say_unfamiliar(novelty, limit)
    return None


def _say_unfamiliar(novelty: float, limit: float) -> Reason:
    if novelty >= _LARGEST_WRITTEN:
        return Reason.of(ReasonCode.UNLIKE_TRAINING, novelty=f"> {_LARGEST_WRITTEN:g}", limit=f"{limit:.2f}")
    # As many decimals as tell the two apart: "2.30, less than 2.30" explains nothing.
    digits = next((digits for digits in range(2, 6) if f"{novelty:.{digits}f}" != f"{limit:.{digits}f}"), 2)
    return Reason.of(ReasonCode.UNLIKE_TRAINING, novelty=f"{novelty:.{digits}f}", limit=f"{limit:.{digits}f}")


def measure_novelty(tensors: Mapping[str, FloatArray], contract: PackContract) -> float | None:
    """How unlike the training data the input is, as a share of what is accepted (the highest, of several); None if not measured."""
    limits = {output.name: output.novelty_limit for output in contract.outputs if output.novelty_limit is not None}
    return max((float(tensors[name].reshape(-1)[0]) / limit for name, limit in limits.items()), default=None)


def find_not_finite(tensors: Mapping[str, FloatArray]) -> Reason | None:
    """The reason when an output holds something that is no number; such an answer is no verdict."""
    for name, tensor in tensors.items():
        # A sum is a number exactly when all parts are (float32 maps of 0..1 do not overflow).
        if not np.isfinite(tensor.sum(dtype=np.float64)):
            return Reason.of(ReasonCode.MODEL_FAILED, detail=f"its output {name} holds no number")
    return None


def _credible_values(probabilities: FloatArray, output: Output, chosen: float) -> tuple[float, float]:
    order = np.argsort(probabilities)[::-1]
    needed = int(np.searchsorted(np.cumsum(probabilities[order]), CREDIBLE_MASS)) + 1
    values = [chosen, *(value for index in order[:needed] if (value := output.labels[int(index)].value) is not None)]
    return min(values), max(values)
