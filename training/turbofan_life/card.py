"""This file decides what CARD.md of the turbofan-life pack says; numbers come from the evaluation, never from here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.contract import Figure, PackContract
from training.card_pictures import CardPicture, embed_pictures
from training.naive import times_table
from training.pack_writer import figures_table
from training.statistics import Interval
from training.turbofan_life.engines import CHANNELS
from training.turbofan_life.evaluation import LEAST_NOTICE, LIFE_CAP, Series, Told, WarningTrade
from training.turbofan_life.explaining import FLIGHTS_LEFT, ExplanationFigures
from training.turbofan_life.faults import DEAD_FLIGHTS, FaultFigure
from training.turbofan_life.fitting import FitPlan
from training.turbofan_life.interval import LifeEnds
from training.turbofan_life.spec import LEAST, LENGTH, LIFE_FULL, MAX_GAP, SEQUENCE_INPUT
from training.turbofan_life.windows import ENDS_PER_ENGINE, LONGEST_LEFT, SHORTEST_LEFT

COMMAND = "nox -s train -- turbofan-life"
TEMPLATE = Path(__file__).with_name("card_template.md")
"""The card's words, written by hand; ``{names}`` are filled here."""
_TOLD_EDGES = (0, 20, 40, 60, 80, 100, 115, 1000)
_TRUE_EDGES = (0, 20, 40, 60, 80, 100, 110, 120, 130, 140, 151)
_PLATEAU_SHARE = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class CardFacts:
    """What the card tells beside the figures."""

    minutes: float
    parameters: int
    times: Mapping[str, tuple[float, float]]
    export_difference: float
    plan: FitPlan
    ends: LifeEnds
    missed_share: float
    told: Told
    trades: list[WarningTrade]
    warning: WarningTrade
    refused: float
    refused_tests: float
    faults: tuple[FaultFigure, ...]
    explanations: ExplanationFigures
    pictures: Sequence[CardPicture]
    naive: tuple[Figure, ...]


def write_card(contract: PackContract, facts: CardFacts) -> str:
    """CARD.md as Markdown."""
    life, novelty = contract.outputs
    plan, explained = facts.plan, facts.explanations
    return TEMPLATE.read_text(encoding="utf-8").format(
        version=contract.version,
        sha256=contract.model.sha256,
        opset=contract.model.opset,
        channels=len(CHANNELS),
        length=LENGTH,
        least=LEAST,
        max_gap=MAX_GAP,
        parameters=facts.parameters,
        times=times_table(facts.times),
        failures_shown=embed_pictures(facts.pictures),
        command=COMMAND,
        minutes=facts.minutes,
        warn_below=facts.warning.below,
        watch_below=round(LIFE_FULL * (1.0 - (life.near_miss or 0.0))),
        life_full=LIFE_FULL,
        threshold=life.threshold or 0.0,
        plateau=float(np.quantile(facts.told.value, _PLATEAU_SHARE)),
        longest_left=LONGEST_LEFT,
        shortest_left=SHORTEST_LEFT,
        ends=ENDS_PER_ENGINE,
        ranges="\n".join(_ranges()),
        table=figures_table(contract.figures),
        naive=_naive(facts.naive),
        missed_share=facts.missed_share,
        ends_told="\n".join(_ends(facts.ends)),
        by_truth="\n".join(_coverage(facts.told, facts.told.left, _TRUE_EDGES)),
        by_value="\n".join(_coverage(facts.told, facts.told.value, _TOLD_EDGES)),
        notice=LEAST_NOTICE,
        trades="\n".join(
            f"| {one.below} | {_plain(one.late)} | {_plain(one.notice, 1)} | {_plain(one.early_per_1000, 1)} |" for one in facts.trades
        ),
        novelty_limit=novelty.novelty_limit or 0.0,
        refused=facts.refused,
        refused_tests=facts.refused_tests,
        tests="200",
        faults="\n".join(f"| {one.kind} | {one.windows} | {one.refused:.1%} | {one.worst or '-'} |" for one in facts.faults),
        dead=DEAD_FLIGHTS,
        warnings=explained.warnings,
        left=FLIGHTS_LEFT,
        named=explained.named,
        falls=explained.falls,
        fall=explained.mean_fall,
        share=explained.mean_share,
        first=", ".join(f"{name} ({count})" for name, count in explained.first) or "none",
        members=plan.members,
        steps=plan.steps,
        batch=plan.batch,
        fading=" and ".join(f"{fade:g}" for fade in plan.size.fading),
        stride=plan.size.stride,
        hidden=plan.size.hidden,
        life_cap=plan.life_cap,
        noise=plan.noise,
        interrupted=plan.interrupted_share,
        difference=facts.export_difference,
    )


def _plain(interval: Interval, digits: int = 3) -> str:
    return f"{interval.value:.{digits}f} ({interval.lower:.{digits}f} to {interval.upper:.{digits}f})"


def _ranges() -> Iterator[str]:
    for channel in SEQUENCE_INPUT.channels:
        title = channel.title.en if channel.title is not None else ""
        stuck = "-" if channel.stuck_after_s is None else f"{channel.stuck_after_s:g}"
        yield f"| {channel.name} | {title} | {channel.unit} | {channel.low:g} | {channel.high:g} | {stuck} |"


def _naive(figures: tuple[Figure, ...]) -> str:
    if not figures:
        return "The article's LSTM was not measured yet: `python -m training turbofan-life --recipe naive`."
    said = (
        "The article's LSTM (Zheng et al. 2017: raw windows of 30 flights, two layers), made again by `--recipe naive` on the same engines:"
    )
    return f"{said}\n\n{figures_table(figures)}"


def _ends(ends: LifeEnds) -> Iterator[str]:
    for life, lower, upper in zip(ends.lives, ends.lower, ends.upper, strict=True):
        if life % 10 == 0:
            yield f"| {life:.0f} | {upper:.1f} | {lower:.1f} |"


def _coverage(told: Told, by: Series, edges: Sequence[int]) -> Iterator[str]:
    capped = np.minimum(told.left, LIFE_CAP)
    for start, stop in itertools.pairwise(edges):
        rows = (by >= start) & (by < stop)
        if not rows.any():
            continue
        covered, covered_capped = ((told.lower <= truth) & (truth <= told.upper) for truth in (told.left, capped))
        name = f"{start} to {stop}" if stop < _TOLD_EDGES[-1] else f"from {start}"
        width = float((told.upper - told.lower)[rows].mean())
        yield f"| {name} | {int(rows.sum())} | {covered[rows].mean():.3f} | {covered_capped[rows].mean():.3f} | {width:.0f} |"
