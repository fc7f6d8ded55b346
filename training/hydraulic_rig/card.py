"""This file decides what CARD.md of the hydraulic-rig pack says; numbers come from the evaluation, never from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.contract import Figure, PackContract
from training.card_pictures import CardPicture, embed_pictures
from training.hydraulic_rig.cycles import LEVELS, TARGETS, Cycles
from training.hydraulic_rig.evaluation import LOWEST_THRESHOLD, TargetFigures
from training.hydraulic_rig.faults import CHECKED_EVERY, FaultFigure
from training.hydraulic_rig.fitting import FitPlan
from training.naive import times_table
from training.pack_writer import figures_table
from training.statistics import Interval

COMMAND = "nox -s train -- hydraulic-rig"
TEMPLATE = Path(__file__).with_name("card_template.md")
"""The card's words, written by hand; ``{names}`` are filled here."""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the card tells beside the figures."""

    minutes: float
    parameters: int
    times: Mapping[str, tuple[float, float]]
    export_difference: float
    tree_rounds: int
    plan: FitPlan
    temperatures: tuple[float, ...]
    novelty_limit: float
    refused: float
    faults: tuple[FaultFigure, ...]
    pictures: tuple[CardPicture, ...]
    naive: tuple[Figure, ...]


def write_card(contract: PackContract, cycles: Cycles, measured: Sequence[TargetFigures], facts: CardFacts) -> str:
    """CARD.md as Markdown."""
    near = {output.target: output.near_miss for output in contract.outputs}
    return TEMPLATE.read_text(encoding="utf-8").format(
        version=contract.version,
        sha256=contract.model.sha256,
        opset=contract.model.opset,
        parameters=facts.parameters,
        times=times_table(facts.times),
        faults="\n".join(f"| {one.kind} | {one.refused:.1%} | {one.worst} |" for one in facts.faults),
        faults_every=CHECKED_EVERY,
        failures_shown=embed_pictures(facts.pictures),
        command=COMMAND,
        minutes=facts.minutes,
        cycles=len(cycles),
        unstable=int(cycles.unstable.sum()),
        blocks=len(set(cycles.blocks.tolist())),
        transplant=facts.plan.variation.transplant_share,
        table=figures_table(contract.figures),
        members=facts.plan.members,
        rounds=facts.tree_rounds,
        histogram_rounds=facts.tree_rounds // 2,
        unseen="\n".join(_unseen_row(m) for m in measured),
        comparison="\n".join(f"| {m.target} | {_plain(m.macro_f1)} | {_plain(m.trees_f1)} | {_plain(m.gain)} |" for m in measured),
        low=LOWEST_THRESHOLD,
        thresholds="\n".join(_threshold_row(m, near[m.target] or 0.0) for m in measured),
        confusion="\n".join(_confusion(m) for m in measured),
        epochs=facts.plan.epochs,
        batch=facts.plan.batch,
        difference=facts.export_difference,
        temperatures=", ".join(f"{target} {value:.2f}" for target, value in zip(TARGETS, facts.temperatures, strict=True)),
        reliability="\n\n".join(f"{m.target}:\n\n{m.reliability}" for m in measured),
        novelty_limit=facts.novelty_limit,
        refused=facts.refused,
        naive=figures_table(facts.naive) if facts.naive else "Not measured beside this pack.",
    )


def _plain(interval: Interval) -> str:
    return f"{interval.value:.3f} ({interval.lower:.3f} to {interval.upper:.3f})"


def _confusion(measured: TargetFigures) -> str:
    levels = LEVELS[measured.target]
    lines = [f"| {measured.target} | {' | '.join(str(level) for level in levels)} |", "|---" * (len(levels) + 1) + "|"]
    lines += [f"| {level} | {' | '.join(str(cell) for cell in row)} |" for level, row in zip(levels, measured.confusion, strict=True)]
    return "\n".join(lines) + "\n"


def _unseen_row(measured: TargetFigures) -> str:
    cells = (measured.unseen_false_alarms, measured.unseen_missed, measured.unseen_macro_f1)
    return f"| {measured.target} | {' | '.join(_plain(interval) for interval in cells)} |"


def _threshold_row(measured: TargetFigures, near_miss: float) -> str:
    shares = " | ".join(_plain(interval) for interval in (measured.false_alarms, measured.missed, measured.missed_worst))
    return f"| {measured.target} | {measured.false_alarm_share:.0%} | {measured.threshold:.2f} | {near_miss:.2f} | {shares} |"
