"""This file decides the steps from raw pictures to the surface-pitting pack: load, hold out, measure, fit, export, write."""

from __future__ import annotations

import csv
import logging
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from tqdm import tqdm

from inference.contract import Figure, Gate, Label, Output, OutputKind, PackContract, Task, Text
from inference.findings import FloatArray, ImageU8
from inference.image_preprocessing import normalise_image, resize_image
from inference.providers import Provider
from inference.runtime import RuntimeSession, open_session
from training.options import TrainOptions
from training.pack_writer import describe_network, write_pack
from training.surface_pitting.card import COMMAND, CardFacts, write_card
from training.surface_pitting.dataset import Picture, load_pictures, position_folds, read_index
from training.surface_pitting.evaluation import Evaluation, FrameResult, calendar_auroc, evaluate, judge_frame, score_of
from training.surface_pitting.export import check_export, export_network
from training.surface_pitting.fitting import FULL_PLAN, QUICK_PLAN, fit_network, predict_maps
from training.surface_pitting.network import PittingNet
from training.surface_pitting.simulated import choose_golden, render_training_parts
from training.surface_pitting.spec import (
    HEIGHT_PX,
    IMAGE_INPUT,
    MAP_THRESHOLD,
    MIN_REGION_PX,
    OUTPUT_NAME,
    PACK_NAME,
    SCORE_TOP_PX,
    WIDTH_PX,
)

_LOG = logging.getLogger(__name__)

FOLDS = 4
VERSION = "1.0.0"
NEAR_MISS_SHARE = 0.6
QUICK_STRIDE = 6
"""A smoke run looks at every sixth frame."""
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

_Part = tuple[ImageU8, ImageU8]


def train(options: TrainOptions) -> None:
    """Make the pack again: cross-validate, measure, fit to everything, export, write ``models/surface-pitting``."""
    begin = time.monotonic()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.use_deterministic_algorithms(mode=True)
    records = read_index(options.data_dir)[:: QUICK_STRIDE if options.quick else 1]
    pictures = list(tqdm(load_pictures(records), total=len(records), desc="load", unit="frame"))
    parts = render_training_parts(options.seed)
    folds = position_folds(records, FOLDS)
    results = _hold_out(pictures, parts, folds, options)
    measured = evaluate(results, options.seed)
    _report(measured)
    network = fit_network(pictures, parts, QUICK_PLAN if options.quick else FULL_PLAN, options.seed, "final fit")
    exported = export_network(network)
    difference = check_export(network, exported, [picture.image for picture in pictures[::60]])
    session = open_session(exported, Provider.CPU, threads=1, where=PACK_NAME)
    contract = _make_contract(exported, measured, quick=options.quick)
    facts = CardFacts(
        folds=folds,
        calendar=calendar_auroc(results),
        frames=len(records),
        pitted_frames=sum(record.pitted for record in records),
        steps=FULL_PLAN.steps,
        minutes=(time.monotonic() - begin) / 60.0,
        parameters=sum(weight.numel() for weight in network.parameters()),
        inference_ms=_time_inference(session, pictures[0].image),
        export_difference=difference,
    )
    golden = choose_golden(options.seed, measured.threshold, lambda image: score_of(_map_of(session, resize_image(image, IMAGE_INPUT))))
    folder = write_pack(options.models_dir, contract, exported, golden, write_card(contract, facts))
    _write_held_out(folder / "heldout.csv", results)
    _LOG.info("written: %s", folder)


def _hold_out(
    pictures: Sequence[Picture], parts: Sequence[_Part], folds: Sequence[Sequence[str]], options: TrainOptions
) -> list[FrameResult]:
    plan = QUICK_PLAN if options.quick else FULL_PLAN
    results: list[FrameResult] = []
    for number, held_out in enumerate(folds):
        seen = [picture for picture in pictures if picture.record.position not in held_out]
        unseen = [picture for picture in pictures if picture.record.position in held_out]
        network = fit_network(seen, parts, plan, options.seed + number + 1, f"fold {number + 1} of {len(folds)}")
        judged = [_judge_unseen(network, picture, number) for picture in tqdm(unseen, desc="judge", unit="frame")]
        _report(evaluate(judged, options.seed))
        results += judged
    return results


def _judge_unseen(network: PittingNet, picture: Picture, fold: int) -> FrameResult:
    maps = predict_maps(network, [picture.image, *picture.twins[:1]])
    return judge_frame(picture, fold, maps[0], maps[1] if picture.twins else None)


def _report(measured: Evaluation) -> None:
    for figure in measured.figures:
        _LOG.info("%s: %.3f (%.3f to %.3f)", figure.name, figure.interval.value, figure.interval.lower, figure.interval.upper)


def _write_held_out(path: Path, results: Sequence[FrameResult]) -> None:
    """What each network said of the positions it had not seen, frame by frame: the evidence behind the figures."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("position", "timestamp", "fold", "pitted", "score", "twin_score", "overlap_px", "union_px", "pointed"))
        for result in results:
            record = result.record
            numbers = (f"{result.score:.4f}", f"{result.twin_score:.4f}", result.overlap_px, result.union_px, int(result.pointed))
            writer.writerow((record.position, record.timestamp, result.fold + 1, int(record.pitted), *numbers))


def _make_contract(exported: bytes, measured: Evaluation, *, quick: bool) -> PackContract:
    output = Output(
        name=OUTPUT_NAME,
        kind=OutputKind.PROBABILITY_MAP,
        shape=(1, 1, HEIGHT_PX, WIDTH_PX),
        labels=(
            Label(name="ok", title=Text(en="OK", zh="正常"), severity=0.0),
            Label(name="pitting", title=Text(en="Pitting", zh="点蚀"), severity=1.0),
        ),
        threshold=measured.threshold,
        near_miss=round(NEAR_MISS_SHARE * measured.threshold, 2),
        map_threshold=min(MAP_THRESHOLD, measured.threshold),
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
        outputs=(output,),
        gate=GATE,
        figures=tuple(
            Figure(
                name=figure.name,
                value=round(figure.interval.value, 4),
                lower=round(figure.interval.lower, 4),
                upper=round(figure.interval.upper, 4),
                data="vision/ball_screw",
                split=f"positions held out, {FOLDS} folds",
                command=COMMAND,
            )
            for figure in measured.figures
            if np.isfinite([figure.interval.value, figure.interval.lower, figure.interval.upper]).all()
        ),
    )


def _map_of(session: RuntimeSession, image: ImageU8) -> FloatArray:
    found: FloatArray = session.run({IMAGE_INPUT.name: normalise_image(image, IMAGE_INPUT)})[OUTPUT_NAME][0, 0]
    return found


def _time_inference(session: RuntimeSession, image: ImageU8) -> float:
    tensor = {IMAGE_INPUT.name: normalise_image(image, IMAGE_INPUT)}
    taken: list[float] = []
    for _ in range(30):
        begin = time.perf_counter()
        session.run(tensor)
        taken.append(1e3 * (time.perf_counter() - begin))
    return min(taken)
