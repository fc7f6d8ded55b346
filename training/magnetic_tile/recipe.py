"""This file decides the steps from raw pictures to the magnetic-tile pack: load, hold out, measure, fit, export, write."""

from __future__ import annotations

import csv
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from inference.contract import Figure, PackContract, Task, Text
from inference.findings import Finding, ImageU8
from inference.gate import check_light, check_size
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.pack import ModelPack
from training.exporting import time_plain, time_threads
from training.magnetic_tile.card import COMMAND, CardFacts, write_card
from training.magnetic_tile.dataset import Tile, list_folds
from training.magnetic_tile.evaluation import Evaluation, TileResult, evaluate
from training.magnetic_tile.export import TileGraph, check_export, export_network, open_exported
from training.magnetic_tile.familiarity import choose_novelty_limit, embed_pictures, fit_clouds
from training.magnetic_tile.fitting import FULL_PLAN, QUICK_PLAN, FitPlan, set_up_torch
from training.magnetic_tile.folds import FINAL, Job, Outcome, paint_familiar, read_tiles, run_jobs
from training.magnetic_tile.naive import SIDE_PX, make_plain
from training.magnetic_tile.preparing import to_canvas, to_tensor
from training.magnetic_tile.simulated import choose_golden
from training.magnetic_tile.simulated_failures import show_failures
from training.magnetic_tile.spec import (
    GATE,
    IMAGE_INPUT,
    OPSET,
    PACK_NAME,
    SET_NAME,
    kind_output,
    map_output,
    novelty_output,
)
from training.magnetic_tile.strangers import OTHER_SETS, read_strangers
from training.naive import read_naive
from training.options import TrainOptions
from training.pack_writer import describe_network, write_pack
from training.statistics import Interval, bootstrap_groups, measure_trade

_LOG = logging.getLogger(__name__)

VERSION = "1.0.0"
NEAR_MISS_SHARE = 0.6
GOALS: Mapping[str, float] = {"image AUROC": 0.88, "recall at 1 % false alarms": 0.45, "mean IoU on defect images": 0.45}
"""Below one of these the pack is marked experimental."""


def train(options: TrainOptions) -> None:
    """Make the pack again: cross-validate, measure, fit to everything, export, write ``models/magnetic-tile``."""
    begin = time.monotonic()
    set_up_torch()
    plan = QUICK_PLAN if options.quick else FULL_PLAN
    tiles = read_tiles(options)
    folds = list_folds(tiles)
    jobs = [Job(FINAL, plan, "final fit")] + [Job(fold, plan, f"without fold {fold}") for fold in folds]
    final, *outcomes = run_jobs(options, jobs)
    write(options, tiles, outcomes, final, plan, begin)


def write(options: TrainOptions, tiles: Sequence[Tile], outcomes: Sequence[Outcome], final: Outcome, plan: FitPlan, begin: float) -> None:
    """Measure the folds' *outcomes*, and make the pack of the *final* fit, which held nothing out.

    Args:
        options: Of the run.
        tiles: All pictures.
        outcomes: One per fold.
        final: The fit to everything.
        plan: Of every fit, for the CARD.
        begin: ``time.monotonic()`` when the run began, for the CARD.
    """
    results = [result for outcome in outcomes for result in outcome.results]
    scenes = [result.scene for result in results]
    evaluation = evaluate(results, options.seed)
    novelty = [value for outcome in outcomes for value in outcome.novelty]
    limit = choose_novelty_limit(novelty, scenes, options.seed)
    figures = evaluation.figures | _measure_refusals(options, tiles, outcomes, limit)
    for name, interval in figures.items():
        _LOG.info("%s: %.4f (%.4f to %.4f)", name, interval.value, interval.lower, interval.upper)
    network = final.rebuild()
    clouds = fit_clouds(embed_pictures([tile.gray for tile in tiles]), embed_pictures(paint_familiar(options.seed)))
    graph = TileGraph(network, evaluation.calibration, evaluation.map_shares, clouds).eval()
    exported = export_network(graph)
    difference = check_export(graph, exported, [tile.gray for tile in tiles[::40]])
    contract = _make_contract(exported, evaluation, limit, figures, quick=options.quick)
    judge = _judge_with(exported, contract)
    tensor = to_tensor(tiles[0].gray)
    sound = np.asarray([result.kind == 0 for result in results])
    facts = CardFacts(
        tiles=tiles,
        results=results,
        evaluation=evaluation,
        plan=plan,
        minutes=(time.monotonic() - begin) / 60.0,
        parameters=sum(weight.numel() for weight in network.parameters()),
        inference_ms=time_threads(exported, tensor, PACK_NAME),
        plain_ms=time_plain(make_plain().eval(), np.zeros((1, 1, SIDE_PX, SIDE_PX), np.float32), opset=OPSET),
        export_difference=difference,
        trades=[
            measure_trade(evaluation.honest_scores, ~sound, scenes, threshold, seed=options.seed)
            for threshold in (0.3 * evaluation.threshold, 0.6 * evaluation.threshold, evaluation.threshold)
        ],
        naive=read_naive(options.models_dir / PACK_NAME),
        goals=GOALS,
        pictures=show_failures(judge),
        seed=options.seed,
    )
    golden = choose_golden(options.seed, judge)
    _LOG.info("golden: %s", ", ".join(one.name for one in golden))
    folder = write_pack(options.models_dir, contract, exported, golden, write_card(contract, facts), facts.pictures)
    _write_held_out(folder / "heldout.csv", results, evaluation, novelty)
    _LOG.info("written: %s", folder)


def _measure_refusals(options: TrainOptions, tiles: Sequence[Tile], outcomes: Sequence[Outcome], limit: float) -> dict[str, Interval]:
    """Genuine pictures refused, held out; strangers refused, by novelty alone and with the gate; lowest and highest of the folds."""
    novelty = np.asarray([value for outcome in outcomes for value in outcome.novelty])
    scenes = [result.scene for outcome in outcomes for result in outcome.results]
    figures = {"genuine pictures refused": bootstrap_groups(scenes, lambda rows: float((novelty[rows] >= limit).mean()), seed=options.seed)}
    alone: dict[str, list[float]] = {}
    gated: dict[str, list[float]] = {}
    for outcome in outcomes:
        pictures = read_strangers(options.data_dir, [tile.gray for tile in tiles if tile.fold == outcome.fold])
        for kind, values in outcome.strangers.items():
            unlike = np.asarray(values) >= limit
            refused = np.asarray([_is_gated(gray) for gray in pictures[kind]])
            alone.setdefault(kind, []).append(float(unlike.mean()))
            gated.setdefault(kind, []).append(float((unlike | refused).mean()))
    for title, shares in (("refused, novelty alone", alone), ("refused", gated)):
        for kind, of_folds in shares.items():
            figures[f"{title}: {kind}"] = Interval(float(np.mean(of_folds)), min(of_folds), max(of_folds))
    return figures


def _is_gated(gray: ImageU8) -> bool:
    size = (gray.shape[1], gray.shape[0])
    return check_size(*size, GATE) is not None or check_light(to_canvas(gray), size, IMAGE_INPUT, GATE) is not None


def _write_held_out(path: Path, results: Sequence[TileResult], evaluation: Evaluation, novelty: Sequence[float]) -> None:
    """What each network said of the scenes it had not seen, picture by picture: the evidence behind the figures."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("picture", "scene", "fold", "kind", "score", "named", "iou", "pointed", "novelty"))
        columns = zip(results, evaluation.honest_scores, evaluation.overlap, novelty, strict=True)
        for result, score, overlap, unlike in columns:
            numbers = (f"{score:.4f}", result.named, f"{overlap:.3f}" if result.marked else "", int(result.pointed), f"{unlike:.3f}")
            writer.writerow((Path(result.name).stem, result.scene, result.fold, result.kind, *numbers))


def _make_contract(exported: bytes, evaluation: Evaluation, limit: float, figures: Mapping[str, Interval], *, quick: bool) -> PackContract:
    goals_met = all(figures[name].value >= goal for name, goal in GOALS.items())
    threshold = evaluation.threshold
    near_miss = round(NEAR_MISS_SHARE * threshold, 3)
    return PackContract(
        format=1,
        name=PACK_NAME,
        version=VERSION,
        task=Task.CLASSIFY,
        title=Text(en="Magnetic tile defects", zh="磁瓦缺陷"),
        experimental=quick or not goals_met,
        data_licence="no licence file; use welcomed, citation asked (Huang, Qiu, Yuan, The Visual Computer, doi 10.1007/s00371-018-1588-5)",
        simulated_training_data=True,
        model=describe_network(exported),
        image=IMAGE_INPUT,
        outputs=(
            kind_output(threshold, near_miss),
            map_output(),
            novelty_output(limit),
        ),
        gate=GATE,
        figures=tuple(
            Figure(
                name=name,
                value=round(interval.value, 4),
                lower=round(interval.lower, 4),
                upper=round(interval.upper, 4),
                data=_source_of(name),
                split="scenes held out, 5 folds",
                command=COMMAND,
            )
            for name, interval in figures.items()
            if np.isfinite([interval.value, interval.lower, interval.upper]).all()
        ),
    )


def _source_of(figure: str) -> str:
    """Which pictures a figure was measured on."""
    kind = figure.rpartition(": ")[2]
    if kind == figure:
        return f"vision/{SET_NAME}"
    return f"vision/{kind}" if kind in OTHER_SETS else "made by the command"


def _judge_with(exported: bytes, contract: PackContract) -> Callable[[ImageU8], Finding]:
    """As the running program judges; a heatmap is always drawn."""
    runner = ImageRunner(ModelPack(contract, Path(PACK_NAME)), open_exported(exported), HeatmapPolicy.ALWAYS)
    return lambda image: runner.judge(image)[0]
