"""This file decides what CARD.md of the surface-pitting pack says; numbers come from the evaluation, never from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.contract import Figure, PackContract
from training.card_pictures import CardPicture, embed_pictures
from training.naive import times_table
from training.pack_writer import figures_table
from training.statistics import Calibration, Trade, reliability_table, trade_table
from training.surface_pitting.evaluation import PEAK_PX, FrameResult
from training.surface_pitting.scores import held_out_probabilities

COMMAND = "nox -s train -- surface-pitting"
TEMPLATE = Path(__file__).with_name("card_template.md")
"""The card's words, written by hand; ``{names}`` are filled here."""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the card tells beside the figures; times at one and at two threads."""

    folds: Sequence[Sequence[str]]
    calendar: float
    frames: int
    pitted_frames: int
    steps: int
    minutes: float
    parameters: int
    inference_ms: tuple[float, float]
    plain_ms: tuple[float, float]
    export_difference: float
    trades: Sequence[Trade]
    results: Sequence[FrameResult]
    seed: int
    calibration: Calibration
    highest_clean_score: float
    naive: tuple[Figure, ...]
    failures: Sequence[CardPicture]


def write_card(contract: PackContract, facts: CardFacts) -> str:
    """CARD.md as Markdown."""
    output, novelty = contract.outputs[:2]
    values = {figure.name: figure for figure in contract.figures}
    return TEMPLATE.read_text(encoding="utf-8").format(
        version=contract.version,
        sha256=contract.model.sha256,
        opset=contract.model.opset,
        table=figures_table(contract.figures),
        folds="\n".join(f"{number}. {', '.join(positions)}" for number, positions in enumerate(facts.folds, start=1)),
        calendar=facts.calendar,
        auroc=_plain(values, "image AUROC"),
        late=_plain(values, "image AUROC, late frames only"),
        pits_score=_plain(values, "mean score, pits"),
        twin_score=_plain(values, "mean score, painted twins"),
        turned=100 * _value(values, "painted twins whose DEFECT turns to OK"),
        witness_alarms=100 * _value(values, "false alarms of 477500_315"),
        witness_score=_value(values, "highest score of 477500_315"),
        witness_shipped=100 * _value(values, "false alarms of 477500_315 at the shipped threshold"),
        turned_shipped=100 * _value(values, "painted twins whose DEFECT turns to OK, shipped threshold"),
        trades=trade_table(facts.trades),
        recall_others=_value(values, "recall at the threshold of the other folds"),
        recall_one=_value(values, "recall at 1 % false alarms"),
        pointing=_value(values, "pointing game"),
        clean_shipped=facts.highest_clean_score,
        reliability=reliability_table(
            held_out_probabilities(facts.results),
            [result.record.pitted for result in facts.results],
            [result.record.position for result in facts.results],
            seed=facts.seed,
        ),
        slope=facts.calibration.slope,
        offset=facts.calibration.offset,
        limit=novelty.novelty_limit,
        refused=100 * _value(values, "genuine frames refused as unlike"),
        threshold=output.threshold,
        top=output.score_top_px,
        map_threshold=output.map_threshold,
        region=output.min_region_px,
        command=COMMAND,
        frames=facts.frames,
        pitted=facts.pitted_frames,
        steps=facts.steps,
        minutes=facts.minutes,
        parameters=facts.parameters,
        ms=facts.inference_ms[0],
        times=times_table({"this pack": facts.inference_ms, "the plain CNN of `--recipe naive`": facts.plain_ms}),
        comparison=_comparison(contract.figures, facts.naive),
        peak=PEAK_PX,
        pixel_pointing=_value(values, "pointing game, single highest pixel"),
        failures=embed_pictures(facts.failures),
        difference=facts.export_difference,
        gate=contract.gate,
    )


def _comparison(own: Sequence[Figure], naive: Sequence[Figure]) -> str:
    """Both recipes on the same held-out frames, where the naive one was measured."""
    ours = {figure.name: figure for figure in own}
    lines = ["| | this network | a plain CNN (`--recipe naive`) |", "|---|---|---|"]
    lines += [f"| {figure.name} | {_plain(ours, figure.name)} | {_plain({figure.name: figure}, figure.name)} |" for figure in naive]
    return "\n".join(lines) if naive else "The naive recipe was not measured."


def _plain(values: Mapping[str, Figure], name: str) -> str:
    figure = values.get(name)
    return "not defined" if figure is None else f"{figure.value:.3f} ({figure.lower:.3f} to {figure.upper:.3f})"


def _value(values: Mapping[str, Figure], name: str) -> float:
    return values[name].value if name in values else float("nan")
