"""This file decides the steps from raw pictures to the steel-surface pack: load, hold out, measure, fit, export, write."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.contract import Figure, PackContract, Task, Text
from inference.findings import Finding, FloatArray, ImageU8
from inference.image_preprocessing import prepare_image, resize_image
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.pack import ModelPack
from training.exporting import time_plain, time_threads
from training.naive import read_naive
from training.options import TrainOptions
from training.pack_writer import describe_network, write_pack
from training.statistics import Interval, bootstrap_groups, fit_temperature
from training.steel_surface.card import COMMAND, CardFacts, write_card
from training.steel_surface.evaluation import HeldOut, calibrate_apart, choose_refusal, choose_unsure, measure, measure_sure, soften
from training.steel_surface.export import SteelGraph, check_export, export_network, open_exported
from training.steel_surface.failures import show_failures
from training.steel_surface.familiarity import DOUBT_WEIGHT, choose_novelty_limit, fit_clouds, look_at
from training.steel_surface.fitting import set_up_torch
from training.steel_surface.judge import JudgePlan, fit_judge
from training.steel_surface.members import MemberPlan
from training.steel_surface.naive import make_plain
from training.steel_surface.network import mirror
from training.steel_surface.pictures import Pictures, load_pictures, to_tensors
from training.steel_surface.places import delete_places, measure_deletion, measure_made_places
from training.steel_surface.simulated import choose_golden
from training.steel_surface.spec import (
    GATE,
    IMAGE_INPUT,
    KIND_NAME,
    NOVELTY_NAME,
    OPSET,
    PACK_NAME,
    SET_NAME,
    evidence_output,
    kind_output,
    novelty_output,
)
from training.steel_surface.strangers import read_strangers

_LOG = logging.getLogger(__name__)

VERSION = "1.1.0"
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
    limits = Limits.choose(held)
    judge = fit_judge(material.twins, pictures.kinds, plan, options.seed, "final fit")
    temperature = fit_temperature(held.logits, pictures.kinds)
    measured = measure(pictures, held, options.seed) | measure_sure(pictures, held, options.seed)
    measured |= _measure_refusals(pictures, held, unlike, limits, options.seed)
    measured |= measure_deletion(pictures, delete_places(pictures, held.judges, held.temperatures, options.seed), options.seed)
    measured |= measure_made_places(judge, temperature, options.seed)
    for name, interval in measured.items():
        _LOG.info("%s: %.4f (%.4f to %.4f)", name, interval.value, interval.lower, interval.upper)
    graph = SteelGraph(judge, temperature, fit_clouds(material.embeddings, pictures.kinds)).eval()
    exported = export_network(graph)
    contract = _make_contract(exported, limits, measured, quick=options.quick)
    failures = show_failures(options.seed, _judge_whole(contract, exported))
    facts = CardFacts(
        pictures=pictures,
        held=held,
        plan=plan,
        minutes=(time.monotonic() - begin) / 60.0,
        parameters=sum(weight.numel() for member in judge.members for weight in member.parameters()) + judge.discriminant.weights.size,
        inference_ms=time_threads(exported, pictures.tensors[:1], PACK_NAME),
        plain_ms=time_plain(make_plain(), pictures.tensors[:1], opset=OPSET),
        export_difference=check_export(graph, exported, pictures.tensors[::20]),
        temperature=temperature,
        naive=read_naive(options.models_dir / PACK_NAME),
        failures=failures,
        seed=options.seed,
    )
    golden = choose_golden(options.seed, _judge_with(exported), limits.novelty)
    _LOG.info("golden: %s", ", ".join(one.name for one in golden))
    folder = write_pack(options.models_dir, contract, exported, golden, write_card(contract, facts), failures)
    _LOG.info("written: %s", folder)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Everything that is looked at once: nothing of it is fitted.

    Attributes:
        pictures: The set.
        twins: float32 (twins, n, 1060): features; the pictures themselves first.
        embeddings: float32 (n, features), for the novelty.
        strangers: Kind -> features and embeddings of pictures to be refused.
    """

    pictures: Pictures
    twins: FloatArray
    embeddings: FloatArray
    strangers: Mapping[str, tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused (*novelty* from, *refuse* below), and below which confidence a kind is a guess; from held-out pictures."""

    novelty: float
    unsure: float
    refuse: float

    @classmethod
    def choose(cls, held: HeldOut) -> Limits:
        """The limits of all held-out pictures."""
        confidence = held.chances.max(axis=1)
        return cls(choose_novelty_limit(held.novelty), choose_unsure(confidence), choose_refusal(confidence))


def _look_at(pictures: Pictures, options: TrainOptions) -> Material:
    tensors = pictures.tensors
    strangers = read_strangers(options.data_dir, pictures.images)
    features, embeddings = look_at(tensors)
    return Material(
        pictures,
        np.stack([features, mirror(features)]),
        embeddings,
        {kind: look_at(_resize_all(found)) for kind, found in strangers.items()},
    )


def hold_out(material: Material, plan: JudgePlan, seed: int) -> tuple[HeldOut, dict[str, NDArray[np.float64]]]:
    """What every picture gets from a judge that did not see its fold, and the strangers' novelty, (folds, n) by kind."""
    pictures = material.pictures
    logits = np.zeros((len(pictures), len(kind_output().labels)), np.float32)
    distance, judges, clouds = np.zeros(len(pictures)), [], []
    for fold in np.unique(pictures.folds):
        out = pictures.folds == fold
        judge = fit_judge(material.twins[:, ~out], pictures.kinds[~out], plan, seed + 100 * (int(fold) + 1), f"without fold {fold}")
        logits[out] = judge.logits(material.twins[0, out])
        judges.append(judge)
        clouds.append(fit_clouds(material.embeddings[~out], pictures.kinds[~out]))
        distance[out] = clouds[-1].measure(material.embeddings[out])
        wrong = int((logits[out].argmax(axis=1) != pictures.kinds[out]).sum())
        _LOG.info("fold %d: %d of %d named wrongly", fold, wrong, int(out.sum()))
    chances, temperatures = calibrate_apart(pictures, logits)
    novelty = distance + DOUBT_WEIGHT * (1.0 - chances.max(axis=1))
    unlike = {
        kind: np.stack(
            [
                cloud.measure(embeddings) + DOUBT_WEIGHT * (1.0 - soften(judge.logits(features), temperature).max(axis=1))
                for judge, cloud, temperature in zip(judges, clouds, temperatures, strict=True)
            ]
        )
        for kind, (features, embeddings) in material.strangers.items()
    }
    return HeldOut(logits, chances, novelty, tuple(judges), temperatures), unlike


def _resize_all(images: Sequence[ImageU8]) -> NDArray[np.float32]:
    return to_tensors(np.stack([resize_image(image, IMAGE_INPUT) for image in images]))


def _measure_refusals(
    pictures: Pictures, held: HeldOut, unlike: Mapping[str, NDArray[np.float64]], limits: Limits, seed: int
) -> dict[str, Interval]:
    refused = (held.novelty >= limits.novelty) | (held.chances.max(axis=1) < limits.refuse)
    figures = {"genuine pictures refused": bootstrap_groups(pictures.groups, lambda rows: float(refused[rows].mean()), seed=seed)}
    for kind, novelty in unlike.items():
        shares = (novelty >= limits.novelty).mean(axis=1)
        figures[f"refused, novelty alone: {kind}"] = Interval(float(shares.mean()), float(shares.min()), float(shares.max()))
    return figures


def _make_contract(exported: bytes, limits: Limits, measured: Mapping[str, Interval], *, quick: bool) -> PackContract:
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
        outputs=(kind_output(limits.unsure, limits.refuse), novelty_output(limits.novelty), evidence_output()),
        gate=GATE,
        figures=tuple(
            Figure(
                name=name,
                value=round(interval.value, 4),
                lower=round(interval.lower, 4),
                upper=round(interval.upper, 4),
                data="made by the command" if name.endswith("made surfaces") else f"vision/{SET_NAME}",
                split="none of them taught" if name.endswith("made surfaces") else "groups held out, 5 folds",
                command=COMMAND,
            )
            for name, interval in measured.items()
        ),
    )


def _judge_whole(contract: PackContract, exported: bytes) -> Callable[[ImageU8], Finding]:
    runner = ImageRunner(ModelPack(contract, Path()), open_exported(exported), HeatmapPolicy.ALWAYS)
    return lambda image: runner.judge(image)[0]


def _judge_with(exported: bytes) -> Callable[[ImageU8], tuple[int, float, float]]:
    session = open_exported(exported)

    def judge(image: ImageU8) -> tuple[int, float, float]:
        found = session.run({IMAGE_INPUT.name: prepare_image(image, IMAGE_INPUT)})
        chances = found[KIND_NAME][0]
        return int(chances.argmax()), float(chances.max()), float(found[NOVELTY_NAME][0, 0])

    return judge
