"""This file decides the steps from raw pictures to the steel-surface pack: load, hold out, measure, fit, export, write."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.contract import Figure, PackContract, Task, Text
from inference.findings import FloatArray, ImageU8
from inference.image_preprocessing import prepare_image, resize_image
from training.exporting import time_inference
from training.naive import read_naive
from training.options import TrainOptions
from training.pack_writer import describe_network, write_pack
from training.statistics import Interval, bootstrap_groups, fit_temperature
from training.steel_surface.card import COMMAND, CardFacts, write_card
from training.steel_surface.evaluation import HeldOut, calibrate_apart, measure
from training.steel_surface.export import SteelGraph, check_export, export_network, open_exported
from training.steel_surface.familiarity import choose_novelty_limit, embed_pictures, fit_clouds, look_at
from training.steel_surface.fitting import set_up_torch
from training.steel_surface.judge import JudgePlan, fit_judge
from training.steel_surface.members import MemberPlan
from training.steel_surface.network import mirror
from training.steel_surface.pictures import Pictures, load_pictures, to_tensors
from training.steel_surface.simulated import choose_golden
from training.steel_surface.spec import (
    GATE,
    IMAGE_INPUT,
    KIND_NAME,
    NOVELTY_NAME,
    PACK_NAME,
    SET_NAME,
    kind_output,
    novelty_output,
)
from training.steel_surface.strangers import read_strangers

_LOG = logging.getLogger(__name__)

VERSION = "1.0.0"
FULL_PLAN = JudgePlan()
QUICK_PLAN = JudgePlan(perceptrons=MemberPlan(members=1, epochs=1))
ACCURACY_GOAL, F1_GOAL = 0.975, 0.97
"""Below one of these the pack is marked experimental."""


def train(options: TrainOptions) -> None:
    """Make the pack again: cross-validate, measure, fit to everything, export, write ``models/steel-surface``."""
    begin = time.monotonic()
    set_up_torch()
    plan = QUICK_PLAN if options.quick else FULL_PLAN
    pictures = load_pictures(options.data_dir)
    material = _look_at(pictures, options)
    held, unlike = hold_out(material, plan, options.seed)
    limit = choose_novelty_limit(held.novelty)
    measured = measure(pictures, held, options.seed) | _measure_refusals(pictures, held, unlike, limit, options.seed)
    for name, interval in measured.items():
        _LOG.info("%s: %.4f (%.4f to %.4f)", name, interval.value, interval.lower, interval.upper)
    judge = fit_judge(material.twins, pictures.kinds, plan, options.seed, "final fit")
    temperature = fit_temperature(held.logits, pictures.kinds)
    graph = SteelGraph(judge, temperature, fit_clouds(material.embeddings, pictures.kinds)).eval()
    exported = export_network(graph)
    contract = _make_contract(exported, limit, measured, quick=options.quick)
    facts = CardFacts(
        pictures=pictures,
        held=held,
        plan=plan,
        minutes=(time.monotonic() - begin) / 60.0,
        parameters=sum(weight.numel() for weight in graph.parameters()) + judge.discriminant.weights.size,
        inference_ms=(
            time_inference(open_exported(exported, 1), pictures.tensors[:1]),
            time_inference(open_exported(exported, 2), pictures.tensors[:1]),
        ),
        export_difference=check_export(graph, exported, pictures.tensors[::20]),
        temperature=temperature,
        naive=read_naive(options.models_dir / PACK_NAME),
        seed=options.seed,
    )
    golden = choose_golden(options.seed, _judge_with(exported), limit)
    _LOG.info("golden: %s", ", ".join(one.name for one in golden))
    folder = write_pack(options.models_dir, contract, exported, golden, write_card(contract, facts))
    _LOG.info("written: %s", folder)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Everything that is looked at once: nothing of it is fitted.

    Attributes:
        pictures: The set.
        twins: float32 (twins, n, 1060): features; the pictures themselves first.
        embeddings: float32 (n, features), for the novelty.
        strangers: Kind -> embeddings of pictures to be refused.
    """

    pictures: Pictures
    twins: FloatArray
    embeddings: FloatArray
    strangers: Mapping[str, FloatArray]


def _look_at(pictures: Pictures, options: TrainOptions) -> Material:
    tensors = pictures.tensors
    strangers = read_strangers(options.data_dir, pictures.images)
    features, embeddings = look_at(tensors)
    return Material(
        pictures,
        np.stack([features, mirror(features)]),
        embeddings,
        {kind: embed_pictures(_resize_all(found)) for kind, found in strangers.items()},
    )


def hold_out(material: Material, plan: JudgePlan, seed: int) -> tuple[HeldOut, dict[str, NDArray[np.float64]]]:
    """What every picture gets from a judge that did not see its fold, and the strangers' novelty, (folds, n) by kind."""
    pictures = material.pictures
    logits = np.zeros((len(pictures), len(kind_output().labels)), np.float32)
    novelty = np.zeros(len(pictures))
    unlike: dict[str, list[NDArray[np.float64]]] = {kind: [] for kind in material.strangers}
    for fold in np.unique(pictures.folds):
        out = pictures.folds == fold
        judge = fit_judge(material.twins[:, ~out], pictures.kinds[~out], plan, seed + 100 * (int(fold) + 1), f"without fold {fold}")
        logits[out] = judge.logits(material.twins[0, out])
        clouds = fit_clouds(material.embeddings[~out], pictures.kinds[~out])
        novelty[out] = clouds.measure(material.embeddings[out])
        for kind, embeddings in material.strangers.items():
            unlike[kind].append(clouds.measure(embeddings))
        wrong = int((logits[out].argmax(axis=1) != pictures.kinds[out]).sum())
        _LOG.info("fold %d: %d of %d named wrongly", fold, wrong, int(out.sum()))
    return HeldOut(logits, calibrate_apart(pictures, logits), novelty), {kind: np.stack(rows) for kind, rows in unlike.items()}


def _resize_all(images: Sequence[ImageU8]) -> NDArray[np.float32]:
    return to_tensors(np.stack([resize_image(image, IMAGE_INPUT) for image in images]))


def _measure_refusals(
    pictures: Pictures, held: HeldOut, unlike: Mapping[str, NDArray[np.float64]], limit: float, seed: int
) -> dict[str, Interval]:
    refused = held.novelty >= limit
    figures = {"genuine pictures refused": bootstrap_groups(pictures.groups, lambda rows: float(refused[rows].mean()), seed=seed)}
    for kind, novelty in unlike.items():
        shares = (novelty >= limit).mean(axis=1)
        figures[f"refused, novelty alone: {kind}"] = Interval(float(shares.mean()), float(shares.min()), float(shares.max()))
    return figures


def _make_contract(exported: bytes, limit: float, measured: Mapping[str, Interval], *, quick: bool) -> PackContract:
    goals_met = measured["accuracy"].value >= ACCURACY_GOAL and measured["macro-F1"].value >= F1_GOAL
    return PackContract(
        format=1,
        name=PACK_NAME,
        version=VERSION,
        task=Task.CLASSIFY,
        title=Text(en="Steel surface defects", zh="钢材表面缺陷"),
        experimental=quick or not goals_met,
        data_licence="Apache-2.0 (Feng, Gao, Luo, X-SDD, Symmetry 2021, 13(4), 706)",
        model=describe_network(exported),
        image=IMAGE_INPUT,
        outputs=(kind_output(), novelty_output(limit)),
        gate=GATE,
        figures=tuple(
            Figure(
                name=name,
                value=round(interval.value, 4),
                lower=round(interval.lower, 4),
                upper=round(interval.upper, 4),
                data=f"vision/{SET_NAME}",
                split="groups held out, 5 folds",
                command=COMMAND,
            )
            for name, interval in measured.items()
        ),
    )


def _judge_with(exported: bytes) -> Callable[[ImageU8], tuple[int, float, float]]:
    session = open_exported(exported)

    def judge(image: ImageU8) -> tuple[int, float, float]:
        found = session.run({IMAGE_INPUT.name: prepare_image(image, IMAGE_INPUT)})
        chances = found[KIND_NAME][0]
        return int(chances.argmax()), float(chances.max()), float(found[NOVELTY_NAME][0, 0])

    return judge
