"""This file decides the steps from raw pictures to the surface-pitting pack: load, hold out, measure, fit, export, write."""

from __future__ import annotations

import csv
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from inference.contract import Figure, Gate, Label, Output, OutputKind, PackContract, Task, Text
from inference.findings import Finding, ImageU8
from inference.image_preprocessing import normalise_image, resize_image
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.pack import ModelPack
from inference.providers import Provider
from inference.runtime import RuntimeSession, open_session
from training.exporting import time_plain, time_threads
from training.naive import read_naive
from training.options import TrainOptions
from training.pack_writer import describe_network, write_pack
from training.statistics import Calibration
from training.surface_pitting.card import COMMAND, CardFacts, write_card
from training.surface_pitting.dataset import FrameRecord, position_folds
from training.surface_pitting.evaluation import Evaluation, FrameResult, Measured, calendar_auroc, evaluate, score_of, threshold_above
from training.surface_pitting.export import PittingGraph, check_export, export_network
from training.surface_pitting.failures import show_failures
from training.surface_pitting.familiarity import embed_images, fit_clouds
from training.surface_pitting.fitting import FULL_PLAN, QUICK_PLAN, FitPlan, predict_maps
from training.surface_pitting.folds import Job, Material, Outcome, read_records, run_jobs, set_up_torch
from training.surface_pitting.judging import choose_novelty_limit, measure_probabilities, measure_refusals, measure_trades
from training.surface_pitting.naive import make_plain, prepare_plain
from training.surface_pitting.network import PittingNet
from training.surface_pitting.scores import calibrate, fit_score_calibration
from training.surface_pitting.simulated import choose_golden
from training.surface_pitting.spec import (
    EMBEDDING_NAME,
    EMBEDDING_SHAPE,
    HEIGHT_PX,
    IMAGE_INPUT,
    MAP_THRESHOLD,
    MIN_REGION_PX,
    NOVELTY_NAME,
    OPSET,
    OUTPUT_NAME,
    PACK_NAME,
    SCORE_TOP_PX,
    WIDTH_PX,
)
from training.surface_pitting.strangers import OTHER_SETS

_LOG = logging.getLogger(__name__)

FOLDS = 5
VERSION = "2.1.0"
NEAR_MISS_SHARE = 0.6
GATE = Gate(
    brightness_low=45.0,
    brightness_high=205.0,
    sharpness_low=8.0,
    min_width_px=300,
    min_height_px=120,
    max_megapixels=24.0,
    aspect_low=2.1,
    aspect_high=2.8,
)
"""Recorded frames: brightness 98 to 131, sharpness 47 and more, aspect 2.39 or 2.46."""


def train(options: TrainOptions) -> None:
    """Make the pack again: cross-validate, measure, fit to everything, export, write ``models/surface-pitting``."""
    begin = time.monotonic()
    plan = QUICK_PLAN if options.quick else FULL_PLAN
    jobs = [*fold_jobs(read_records(options), plan), Job(0, (), plan, "final fit")]
    *outcomes, final = run_jobs(options, jobs)
    write(options, outcomes, final, begin)


def fold_jobs(records: Sequence[FrameRecord], plan: FitPlan) -> list[Job]:
    """One fit per fold, each without its positions."""
    folds = enumerate(position_folds(records, FOLDS), start=1)
    return [Job(number, held_out, plan, f"fold {number} of {FOLDS}") for number, held_out in folds]


def write(options: TrainOptions, outcomes: Sequence[Outcome], final: Outcome, begin: float) -> None:
    """Measure the folds' *outcomes*, and make the pack of the *final* fit, which held nothing out.

    Args:
        options: Of the run.
        outcomes: One per fold.
        final: The fit to everything.
        begin: ``time.monotonic()`` when the run began, for the CARD.
    """
    set_up_torch()
    raw = [result for outcome in outcomes for result in outcome.results]
    calibration = fit_score_calibration(raw)
    results = calibrate(raw, calibration)
    material = Material.load(options)
    network = final.rebuild()
    highest_clean = _highest_clean_score(network, material, calibration)
    measured = evaluate(results, options.seed, threshold_above(highest_clean))
    others = [measure_probabilities(raw, options.seed), *measure_refusals(outcomes, options.seed)]
    figures = [*measured.figures, *others]
    _report(figures)
    pictures = [picture.image for picture in material.pictures]
    clouds = fit_clouds(embed_images(network, pictures), embed_images(network, material.simulated))
    graph = PittingGraph(network, calibration, clouds)
    exported = export_network(graph)
    difference = check_export(graph, exported, pictures[::60])
    session = open_session(exported, Provider.CPU, threads=1, where=PACK_NAME)
    limit = choose_novelty_limit(outcomes, options.seed)
    contract = _make_contract(exported, measured, calibration, limit, figures, quick=options.quick)
    records = read_records(options)
    failures = show_failures(options.seed, _judge_whole(contract, session))
    facts = CardFacts(
        folds=position_folds(records, FOLDS),
        calendar=calendar_auroc(results),
        frames=len(records),
        pitted_frames=sum(record.pitted for record in records),
        steps=FULL_PLAN.steps,
        minutes=(time.monotonic() - begin) / 60.0,
        parameters=sum(weight.numel() for weight in network.parameters()),
        inference_ms=time_threads(exported, normalise_image(pictures[0], IMAGE_INPUT), PACK_NAME),
        plain_ms=time_plain(make_plain(), prepare_plain(pictures[0]), opset=OPSET),
        naive=read_naive(options.models_dir / PACK_NAME),
        failures=failures,
        export_difference=difference,
        trades=measure_trades(results, [contract.outputs[0].near_miss or 0.0, measured.threshold], options.seed),
        results=raw,
        seed=options.seed,
        calibration=calibration,
        highest_clean_score=highest_clean,
    )
    golden = choose_golden(options.seed, measured.threshold, lambda image: _score_native(session, image, limit))
    folder = write_pack(options.models_dir, contract, exported, golden, write_card(contract, facts), failures)
    _write_held_out(folder / "heldout.csv", results, [value for outcome in outcomes for value in outcome.novelty])
    _LOG.info("written: %s", folder)


def _highest_clean_score(network: PittingNet, material: Material, calibration: Calibration) -> float:
    """Of the clean frames, by the network that ships and has seen them: not even these may be false alarms."""
    clean = [picture.image for picture in material.pictures if not picture.record.pitted]
    return max(score_of(np.asarray(calibration.apply(found), np.float32)) for found in predict_maps(network, clean))


def _report(figures: Sequence[Measured]) -> None:
    for figure in figures:
        _LOG.info("%s: %.3f (%.3f to %.3f)", figure.name, figure.interval.value, figure.interval.lower, figure.interval.upper)


def _write_held_out(path: Path, results: Sequence[FrameResult], novelty: Sequence[float]) -> None:
    """What each network said of the positions it had not seen, frame by frame: the evidence behind the figures."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("position", "timestamp", "fold", "pitted", "score", "twin_score", "overlap_px", "union_px", "pointed", "novelty"))
        for result, unlike in zip(results, novelty, strict=True):
            record = result.record
            numbers = (
                f"{result.score:.4f}",
                f"{result.twin_score:.4f}",
                result.overlap_px,
                result.union_px,
                int(result.pointed),
                f"{unlike:.3f}",
            )
            writer.writerow((record.position, record.timestamp, result.fold, int(record.pitted), *numbers))


def _make_contract(
    exported: bytes, measured: Evaluation, calibration: Calibration, novelty_limit: float, figures: Sequence[Measured], *, quick: bool
) -> PackContract:
    output = Output(
        name=OUTPUT_NAME,
        kind=OutputKind.PROBABILITY_MAP,
        shape=(1, 1, HEIGHT_PX, WIDTH_PX),
        labels=(
            Label(name="ok", title=Text(en="OK", zh="正常"), severity=0.0),
            Label(name="pitting", title=Text(en="Pitting", zh="点蚀"), severity=1.0),
        ),
        threshold=measured.threshold,
        near_miss=round(NEAR_MISS_SHARE * measured.threshold, 3),
        map_threshold=round(float(calibration.apply(MAP_THRESHOLD)), 4),
        min_region_px=MIN_REGION_PX,
        score_top_px=SCORE_TOP_PX,
    )
    return PackContract(
        format=1,
        name=PACK_NAME,
        version=VERSION,
        task=Task.SEGMENT,
        title=Text(en="Surface pitting", zh="表面点蚀"),
        experimental=quick,
        data_licence="CC BY-SA 4.0 (Schlagenhauf, Landwehr, Data in Brief 2021, doi 10.1016/j.dib.2021.107643)",
        simulated_training_data=True,
        model=describe_network(exported),
        image=IMAGE_INPUT,
        outputs=(
            output,
            Output(name=NOVELTY_NAME, kind=OutputKind.NOVELTY, shape=(1, 1), novelty_limit=novelty_limit),
            Output(name=EMBEDDING_NAME, kind=OutputKind.EMBEDDING, shape=EMBEDDING_SHAPE),
        ),
        gate=GATE,
        figures=tuple(
            Figure(
                name=figure.name,
                value=round(figure.interval.value, 4),
                lower=round(figure.interval.lower, 4),
                upper=round(figure.interval.upper, 4),
                data=_source_of(figure.name),
                split=f"positions held out, {FOLDS} folds",
                command=COMMAND,
            )
            for figure in figures
            if np.isfinite([figure.interval.value, figure.interval.lower, figure.interval.upper]).all()
        ),
    )


def _source_of(figure: str) -> str:
    """Which pictures a figure was measured on."""
    kind = figure.removeprefix("refused as unlike: ")
    if kind == figure:
        return "vision/ball_screw"
    return f"vision/{kind.replace(' ', '_')}" if kind.replace(" ", "_") in OTHER_SETS else "made by the command"


def _judge_whole(contract: PackContract, session: RuntimeSession) -> Callable[[ImageU8], Finding]:
    runner = ImageRunner(ModelPack(contract, Path()), session, HeatmapPolicy.ALWAYS)
    return lambda image: runner.judge(image)[0]


def _score_native(session: RuntimeSession, image: ImageU8, novelty_limit: float) -> float:
    """Score of a native picture; NaN where it would be refused."""
    found = session.run({IMAGE_INPUT.name: normalise_image(resize_image(image, IMAGE_INPUT), IMAGE_INPUT)})
    refused = float(found[NOVELTY_NAME][0, 0]) >= novelty_limit
    return float("nan") if refused else score_of(found[OUTPUT_NAME][0, 0])
