"""This file decides what CARD.md of the device-state pack says; numbers come from the evaluation, never from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.contract import Figure, PackContract
from station.simulation.machine import MACHINE_CHANNELS, MACHINE_KINDS
from training.card_pictures import CardPicture, embed_pictures
from training.device_state.evaluation import FALSE_ALARM_SHARE, Measured, Scores
from training.device_state.explaining import CLEAR_FALL, NAMED_SHARE, ExplanationFigures
from training.device_state.familiarity import REFUSED_SHARE
from training.device_state.faults import FaultFigures, Judged, mean_by_family
from training.device_state.fitting import FitPlan
from training.device_state.rows import Rows
from training.device_state.spec import DOUBT, STUCK_ROWS, STUCK_TEMPERATURE_ROWS
from training.naive import times_table
from training.pack_writer import figures_table
from training.statistics import Calibration, Interval, reliability_table, trade_table

COMMAND = "nox -s train -- device-state"
TEMPLATE = Path(__file__).with_name("card_template.md")
"""The card's words, written by hand; ``{names}`` are filled here."""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the card tells beside the figures."""

    minutes: float
    parameters: int
    times: Mapping[str, tuple[float, float]]
    export_difference: float
    calibration: Calibration
    plan: FitPlan
    refused: float
    refused_failures: tuple[int, int]
    faults: tuple[FaultFigures, ...]
    explanations: ExplanationFigures
    trees: Mapping[str, tuple[Interval, Interval]]
    naive: tuple[Figure, ...]
    pictures: Sequence[CardPicture]


def write_card(contract: PackContract, rows: Rows, measured: Measured, scores: Scores, facts: CardFacts, seed: int) -> str:
    """CARD.md as Markdown; *scores* are the held-out ones of *rows*, float64 (rows,)."""
    threshold = contract.outputs[0].threshold or 0.0
    return TEMPLATE.read_text(encoding="utf-8").format(
        version=contract.version,
        sha256=contract.model.sha256,
        opset=contract.model.opset,
        parameters=facts.parameters,
        times=times_table(facts.times),
        failures_shown=embed_pictures(facts.pictures),
        command=COMMAND,
        minutes=facts.minutes,
        rows=len(rows),
        failures=int(rows.failed.sum()),
        tools=len(set(rows.tools.tolist())),
        channels=", ".join(MACHINE_CHANNELS),
        table=figures_table(contract.figures),
        comparison=_comparison(measured, facts),
        kinds="\n".join(f"| {one.kind} | {one.failures} | {one.found} | {one.named} |" for one in measured.kinds),
        unexplained=measured.unexplained[0],
        unexplained_found=measured.unexplained[1],
        threshold=threshold,
        near_miss=contract.outputs[0].near_miss or 0.0,
        allowed=1000.0 * FALSE_ALARM_SHARE,
        trades=trade_table([measured.trade, *measured.others]),
        unseen_alarms=_plain(measured.unseen_false_alarms_per_1000, 1),
        unseen_missed=_plain(measured.unseen_missed),
        reliability=reliability_table(scores, rows.failed, rows.groups, seed=seed),
        slope=facts.calibration.slope,
        offset=facts.calibration.offset,
        limit=contract.outputs[1].novelty_limit or 0.0,
        refused_share=REFUSED_SHARE,
        refused=facts.refused,
        refused_failures=facts.refused_failures[0],
        ranges="\n".join(_ranges(contract)),
        hows=" | ".join(Judged),
        families="\n".join(_refused(family, "all", shares) for family, shares in mean_by_family(facts.faults).items()),
        weak="\n".join(
            _refused(one.family, one.name, one.refused) for one in facts.faults if one.name and min(one.refused.values()) < WELL_REFUSED
        ),
        doubt=DOUBT.rows,
        impossible=DOUBT.impossible,
        stuck=STUCK_ROWS,
        stuck_temperature=STUCK_TEMPERATURE_ROWS,
        named_share=NAMED_SHARE,
        clear_fall=CLEAR_FALL,
        faults=facts.explanations.faults,
        first_lowers=facts.explanations.first_lowers,
        named_lower=facts.explanations.named_lower,
        either_enough=facts.explanations.either_enough,
        members=facts.plan.members,
        epochs=facts.plan.epochs,
        batch=facts.plan.batch,
        hidden=facts.plan.size.hidden,
        difference=facts.export_difference,
        tolerance=contract.golden.tolerance,
        kind_list=", ".join(MACHINE_KINDS),
    )


WELL_REFUSED = 0.95
"""Wrong rows refused less often than this are listed one by one."""


def _plain(interval: Interval, decimals: int = 3) -> str:
    return f"{interval.value:.{decimals}f} ({interval.lower:.{decimals}f} to {interval.upper:.{decimals}f})"


def _refused(family: str, name: str, shares: Mapping[Judged, float]) -> str:
    return f"| {family} | {name} | {' | '.join(f'{shares[how]:.1%}' for how in Judged)} |"


def _comparison(measured: Measured, facts: CardFacts) -> str:
    lines = [f"| this network | {_plain(measured.average_precision)} | {_plain(measured.f1)} |"]
    lines += [f"| {name} | {_plain(precision)} | {_plain(f1)} |" for name, (precision, f1) in facts.trees.items()]
    if facts.naive:
        lines.append(f"| the article's MLP | {' | '.join(_figure(facts.naive, name) for name in ('average precision', 'F1'))} |")
    return "\n".join(lines)


def _figure(figures: Sequence[Figure], name: str) -> str:
    one = next(figure for figure in figures if figure.name == name)
    return f"{one.value:.3f} ({one.lower:.3f} to {one.upper:.3f})"


def _ranges(contract: PackContract) -> list[str]:
    table = contract.table
    channels = () if table is None else table.channels
    return [f"| {one.name} | {one.low:g} | {one.high:g} | {one.unit} |" for one in channels if one.low is not None and one.high is not None]
