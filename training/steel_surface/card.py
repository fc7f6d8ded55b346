"""This file decides what CARD.md of the steel-surface pack says; numbers come from the evaluation, never from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.contract import Figure, PackContract
from training.card_pictures import CardPicture, embed_pictures
from training.naive import times_table
from training.pack_writer import figures_table
from training.statistics import reliability_table
from training.steel_surface.evaluation import HeldOut, confusion_table
from training.steel_surface.evidence import FULL_EVIDENCE
from training.steel_surface.familiarity import DOUBT_WEIGHT
from training.steel_surface.judge import JudgePlan
from training.steel_surface.pictures import Pictures
from training.steel_surface.spec import KINDS, REGION_FROM, TITLES

COMMAND = "nox -s train -- steel-surface"
TEMPLATE = Path(__file__).with_name("card_template.md")
"""The card's words, written by hand; ``{names}`` are filled here."""


@dataclass(frozen=True, slots=True, eq=False)
class CardFacts:
    """What the card tells beside the figures; times at one and at two threads."""

    pictures: Pictures
    held: HeldOut
    plan: JudgePlan
    minutes: float
    parameters: int
    inference_ms: tuple[float, float]
    plain_ms: tuple[float, float]
    export_difference: float
    temperature: float
    naive: tuple[Figure, ...]
    failures: Sequence[CardPicture]
    seed: int


def write_card(contract: PackContract, facts: CardFacts) -> str:
    """CARD.md as Markdown."""
    pictures, held = facts.pictures, facts.held
    named = held.chances.argmax(axis=1)
    return TEMPLATE.read_text(encoding="utf-8").format(
        version=contract.version,
        sha256=contract.model.sha256,
        opset=contract.model.opset,
        parameters=facts.parameters,
        ms_one=facts.inference_ms[0],
        ms_two=facts.inference_ms[1],
        standing=_standing(contract),
        pictures=len(pictures),
        groups=len(set(pictures.groups)),
        kinds="\n".join(_kind_rows(pictures)),
        table=figures_table(contract.figures),
        comparison=_comparison(contract.figures, facts.naive),
        confusion=confusion_table(pictures.kinds, named),
        reliability=reliability_table(held.chances.max(axis=1), named == pictures.kinds, pictures.groups, seed=facts.seed),
        temperature=facts.temperature,
        limit=contract.outputs[1].novelty_limit,
        doubt=DOUBT_WEIGHT,
        unsure=contract.outputs[0].unsure_below,
        refuse=contract.outputs[0].refuse_below,
        times=times_table({"this pack": facts.inference_ms, "the plain CNN of `--recipe naive`": facts.plain_ms}),
        full=FULL_EVIDENCE,
        region=REGION_FROM,
        failures=embed_pictures(facts.failures),
        members=facts.plan.perceptrons.members,
        hidden=facts.plan.perceptrons.hidden,
        epochs=facts.plan.perceptrons.epochs,
        shrinkage=facts.plan.discriminant.shrinkage,
        minutes=facts.minutes,
        difference=facts.export_difference,
        command=COMMAND,
        gate=contract.gate,
        tolerance=contract.golden.tolerance,
    )


def _standing(contract: PackContract) -> str:
    if contract.experimental:
        return "**Experimental**: one of the goals it was made for, accuracy 0.975 and macro-F1 0.97 on strips never seen, is not reached."
    return "It reaches the goals it was made for: accuracy 0.975 and macro-F1 0.97 on strips never seen."


def _kind_rows(pictures: Pictures) -> list[str]:
    groups = np.asarray(pictures.groups)
    return [
        f"| {number + 1} | {kind} | {TITLES[number].en} | {int((pictures.kinds == number).sum())} "
        f"| {len(set(groups[pictures.kinds == number].tolist()))} |"
        for number, kind in enumerate(KINDS)
    ]


def _comparison(own: Sequence[Figure], naive: Sequence[Figure]) -> str:
    lines = [f"| this network, strips held out | {_quote(own, 'accuracy')} | {_quote(own, 'macro-F1')} |"]
    if naive:
        lines.append(f"| a plain CNN, strips held out (`--recipe naive`) | {_quote(naive, 'accuracy')} | {_quote(naive, 'macro-F1')} |")
    lines.append("| RepVGG with spatial attention, as published, on the authors' own random split | 0.951 | 0.933 |")
    return "\n".join(lines)


def _quote(figures: Sequence[Figure], name: str) -> str:
    one = next(figure for figure in figures if figure.name == name)
    return f"{one.value:.3f} ({one.lower:.3f} to {one.upper:.3f})"
