"""This file decides what CARD.md of the magnetic-tile pack says; numbers come from the evaluation, never from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.contract import Figure, PackContract
from training.card_pictures import CardPicture, embed_pictures
from training.magnetic_tile.dataset import SAME_TILE, Tile
from training.magnetic_tile.evaluation import LEAST_MAP, Evaluation, TileResult
from training.magnetic_tile.fitting import FitPlan
from training.magnetic_tile.spec import FREE, KINDS
from training.pack_writer import figures_table
from training.statistics import Trade, reliability_table, trade_table

COMMAND = "nox -s train -- magnetic-tile"
TEMPLATE = Path(__file__).with_name("card_template.md")
"""The card's words, written by hand; ``{names}`` are filled here."""


@dataclass(frozen=True, slots=True, eq=False)
class CardFacts:
    """What the card tells beside the figures; *inference_ms*, and *plain_ms* of the naive recipe's network, at one and two threads."""

    tiles: Sequence[Tile]
    results: Sequence[TileResult]
    evaluation: Evaluation
    plan: FitPlan
    minutes: float
    parameters: int
    inference_ms: tuple[float, float]
    export_difference: float
    trades: Sequence[Trade]
    naive: tuple[Figure, ...]
    goals: Mapping[str, float]
    pictures: Sequence[CardPicture]
    plain_ms: tuple[float, float]
    seed: int


def write_card(contract: PackContract, facts: CardFacts) -> str:
    """CARD.md as Markdown."""
    values = {figure.name: figure for figure in contract.figures}
    output = contract.outputs[0]
    return TEMPLATE.read_text(encoding="utf-8").format(
        version=contract.version,
        sha256=contract.model.sha256,
        opset=contract.model.opset,
        parameters=facts.parameters,
        ms_one=facts.inference_ms[0],
        ms_two=facts.inference_ms[1],
        standing=_standing(contract, values, facts.goals),
        pictures=len(facts.tiles),
        scenes=len({tile.scene for tile in facts.tiles}),
        kinds="\n".join(_kind_rows(facts.tiles)),
        twins="; ".join(" and ".join(sorted(same, key=int)) for same in SAME_TILE),
        table=figures_table(contract.figures),
        comparison=_comparison(values, facts.naive),
        by_kind="\n".join(_rows_by_kind(values)),
        confusion=_confusion(facts.results, facts.evaluation),
        trades=trade_table(facts.trades),
        threshold=output.threshold,
        reliability=reliability_table(
            facts.evaluation.honest_scores,
            [result.kind > 0 for result in facts.results],
            [result.scene for result in facts.results],
            seed=facts.seed,
        ),
        slope=facts.evaluation.calibration.slope,
        offset=facts.evaluation.calibration.offset,
        map_shares=", ".join(f"{kind} {one:g}" for kind, one in zip(KINDS, facts.evaluation.map_shares, strict=True)),
        least_map=LEAST_MAP,
        limit=contract.outputs[2].novelty_limit,
        steps=facts.plan.steps,
        minutes=facts.minutes,
        difference=facts.export_difference,
        command=COMMAND,
        gate=contract.gate,
        tolerance=contract.golden.tolerance,
        failures=embed_pictures(facts.pictures),
        plain_one=facts.plain_ms[0],
        plain_two=facts.plain_ms[1],
    )


def _standing(contract: PackContract, values: Mapping[str, Figure], goals: Mapping[str, float]) -> str:
    said = ", ".join(f"{name} {_plain(values, name)} where {goal:g} was wanted" for name, goal in goals.items())
    if contract.experimental:
        return f"**EXPERIMENTAL: do not release tiles by it.** On scenes never seen: {said}. The next section but one says what limits it."
    return f"It reaches what it was made for, on scenes never seen: {said}."


def _plain(values: Mapping[str, Figure], name: str) -> str:
    figure = values.get(name)
    return "not defined" if figure is None else f"{figure.value:.3f} ({figure.lower:.3f} to {figure.upper:.3f})"


def _kind_rows(tiles: Sequence[Tile]) -> list[str]:
    return [
        f"| {kind} | {len(of_kind)} | {len({tile.scene for tile in of_kind})} |"
        for number, kind in enumerate((FREE, *KINDS))
        if (of_kind := [tile for tile in tiles if tile.kind == number])
    ]


def _rows_by_kind(values: Mapping[str, Figure]) -> list[str]:
    return [
        f"| {kind} | {_plain(values, f'image AUROC, {kind}')} | {_plain(values, f'recall at the threshold of the other folds, {kind}')} "
        f"| {_plain(values, f'mean IoU, {kind}')} |"
        for kind in KINDS
    ]


def _confusion(results: Sequence[TileResult], evaluation: Evaluation) -> str:
    """Kinds as rows; as columns what a network that had not seen the scene would have said at the shipped threshold."""
    alarm = evaluation.honest_scores >= evaluation.threshold
    counts = np.zeros((1 + len(KINDS), 1 + len(KINDS)), np.int64)
    for result, found in zip(results, alarm, strict=True):
        counts[result.kind, result.named if found else 0] += 1
    lines = ["| | OK | " + " | ".join(KINDS) + " |", "|---" * (2 + len(KINDS)) + "|"]
    lines += [f"| {name} | " + " | ".join(str(count) for count in row) + " |" for name, row in zip((FREE, *KINDS), counts, strict=True)]
    return "\n".join(lines)


def _comparison(own: Mapping[str, Figure], naive: Sequence[Figure]) -> str:
    names = ("image AUROC", "recall at 1 % false alarms", "mean IoU on defect images")
    lines = ["| this network, scenes held out | " + " | ".join(_plain(own, name) for name in names) + " |"]
    if naive:
        plain = {figure.name: figure for figure in naive}
        lines.append(
            "| a plain CNN on the shrunk picture, same folds (`--recipe naive`) | "
            + " | ".join(_plain(plain, name) if name in plain else "none" for name in names)
            + " |"
        )
    lines.append("| DifferNet, as published, good pictures only, another split | 0.977 | | |")
    lines.append("| DEU-Net, as published, supervised, another split | | | 0.669 (classes' mean) |")
    return "\n".join(lines)
