"""This file decides the steps from recorded cycles to the hydraulic-rig pack: load, hold out, measure, fit, export, write."""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from inference.contract import Figure, PackContract, Task, Text
from inference.findings import FloatArray
from inference.pack import ModelPack
from inference.providers import Provider
from inference.runtime import open_session
from inference.sequence_preprocessing import prepare_windows
from inference.sequence_runner import SequenceRunner
from station.simulation.rig import CYCLE_S, RigModel, Wear
from training.channel_novelty import (
    Redundancy,
    choose_unrest,
    fit_redundancy,
    hold_out_redundancy,
    hold_out_unrest,
    measure_unrest,
    usual_distances,
)
from training.exporting import time_threads
from training.hydraulic_rig.card import COMMAND, CardFacts, write_card
from training.hydraulic_rig.cycles import TARGETS, Cycles, load_cycles
from training.hydraulic_rig.discriminant import Discriminant, DiscriminantPlan, fit_discriminant, join_neighbours
from training.hydraulic_rig.evaluation import TargetFigures, measure_all
from training.hydraulic_rig.examples import show_failures
from training.hydraulic_rig.export import check_export, export_network
from training.hydraulic_rig.faults import measure_faults
from training.hydraulic_rig.fitting import FitPlan, draw_weights, fit_network
from training.hydraulic_rig.judge import Fitted, RigJudge, measure_channels, tell_logits
from training.hydraulic_rig.naive import hold_out_naive, time_naive
from training.hydraulic_rig.network import RigNetwork
from training.hydraulic_rig.simulated import add_simulated
from training.hydraulic_rig.spec import CLASS_COUNTS, OPSET, PACK_NAME, SEQUENCE_INPUT, novelty_output, output_of
from training.hydraulic_rig.trees import ROUNDS, hold_out_trees
from training.naive import read_naive
from training.novelty import choose_limit
from training.options import TrainOptions
from training.pack_writer import GoldenWindow, describe_network, write_pack
from training.statistics import fit_temperature

_LOG = logging.getLogger(__name__)

VERSION = "1.2.0"
FULL_PLAN = FitPlan()
QUICK_PLAN = replace(FULL_PLAN, epochs=1, members=1)
QUICK_FOLDS = 2
QUICK_ROUNDS = 4
FITS_AT_ONCE = 2
"""Fits run side by side, each on one thread; the result does not depend on it."""
SEED_STEP = 100
"""Members differ by this much in their seeds: nothing else tells them apart."""
SEAM_COPIES = 2
"""Copies of every cycle with a seam that the novelty is fitted to."""
NEAR_MISS_SHARE = 0.6
"""From this share of the threshold on, a score is worth a look."""
GOLDEN_SEED = 7
_WORN_CYCLE = 12
_GOLDEN: Sequence[tuple[str, Wear, int]] = (
    ("healthy", "none", 3),
    ("pump", "pump", _WORN_CYCLE),
    ("cooler", "cooler", _WORN_CYCLE),
    ("valve", "valve", _WORN_CYCLE),
    ("accumulator", "accumulator", _WORN_CYCLE),
)
"""Name, what wears, which cycle of the simulated rig; wear is at its worst from cycle 10 to cycle 18."""
_DRIFT = ("TS2", 1.7)
"""A healthy rig whose thermometer reads so much too high, K: nearly refused, so that a pack with two channels swapped refuses it."""


@dataclass(frozen=True, slots=True)
class _Fits:
    """Fits that are under way for one set of cycles."""

    members: list[Future[RigNetwork]]
    discriminant: Future[Discriminant]

    def result(self) -> Fitted:
        return Fitted(tuple(member.result() for member in self.members), self.discriminant.result())


@dataclass(frozen=True, slots=True, eq=False)
class _Familiar:
    """What the channels of genuine cycles say of each other, the limit, and the share of held-out recorded cycles at or above it."""

    redundancy: Redundancy
    limit: float
    refused: float


def train(options: TrainOptions) -> None:
    """Make the pack again: cross-validate beside trees, fit to everything, export, write ``models/hydraulic-rig``."""
    begin = time.monotonic()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    plan, rounds = (QUICK_PLAN, QUICK_ROUNDS) if options.quick else (FULL_PLAN, ROUNDS)
    cycles = load_cycles(options.data_dir)
    folds = np.unique(cycles.folds)[: QUICK_FOLDS if options.quick else None]
    windows = prepare_windows(cycles.series, SEQUENCE_INPUT)
    with ProcessPoolExecutor(FITS_AT_ONCE, mp_context=multiprocessing.get_context("spawn")) as pool:
        held_out, whole = _fit_all(pool, cycles, folds, plan, options.seed)
        trees = hold_out_trees(cycles, folds, rounds, options.seed)
        logits = _judge_unseen([fits.result() for fits in held_out], windows, cycles, folds)
        fitted = whole.result()
    seen = np.isin(cycles.folds, folds)
    known, logits = cycles.take(seen), [part[seen] for part in logits]
    measured = measure_all(known, _heat_unseen(logits, known), trees[seen], options.seed)
    for figures in measured:
        _LOG.info("%s: macro-F1 %.3f, trees %.3f", figures.target, figures.macro_f1.value, figures.trees_f1.value)
    familiar = _learn_familiar(cycles, options.seed)
    _LOG.info("novelty: limit %.2f, %.3f of held-out cycles refused", familiar.limit, familiar.refused)
    temperatures = [fit_temperature(part, known.classes[:, place]) for place, part in enumerate(logits)]
    judge = RigJudge(fitted, temperatures, familiar.redundancy).eval()
    exported = export_network(judge)
    difference = check_export(judge, exported, windows[::40])
    contract = _make_contract(exported, measured, familiar.limit, quick=options.quick)
    session = open_session(exported, Provider.CPU, threads=1, where=PACK_NAME)
    pictures = show_failures(SequenceRunner(ModelPack(contract, options.models_dir / PACK_NAME), session))
    facts = CardFacts(
        minutes=(time.monotonic() - begin) / 60.0,
        parameters=sum(weight.numel() for weight in (*judge.parameters(), *judge.buffers())),
        times={"this network": time_threads(exported, windows[:1], PACK_NAME), "the article's LSTM(128)": time_naive(OPSET)},
        export_difference=difference,
        tree_rounds=rounds,
        plan=plan,
        temperatures=tuple(temperatures),
        novelty_limit=familiar.limit,
        refused=familiar.refused,
        faults=measure_faults(familiar.redundancy, familiar.limit, cycles, options.seed),
        pictures=pictures,
        naive=read_naive(options.models_dir / PACK_NAME),
    )
    golden = list(_make_golden())
    folder = write_pack(options.models_dir, contract, exported, golden, write_card(contract, cycles, measured, facts), pictures)
    _LOG.info("written: %s", folder)


def train_naive(options: TrainOptions) -> tuple[Figure, ...]:
    """Measure the article's network on the same folds; nothing is written."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    cycles = load_cycles(options.data_dir)
    folds = np.unique(cycles.folds)[: QUICK_FOLDS if options.quick else None]
    return hold_out_naive(cycles, folds, options.seed, quick=options.quick)


def _fit_part(cycles: Cycles, plan: FitPlan, seed: int, title: str) -> RigNetwork:
    """Fit a member to *cycles* and a rig simulated after them, in a process of its own, on one thread."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    taught = add_simulated(cycles, seed)
    return fit_network(prepare_windows(taught.series, SEQUENCE_INPUT), taught.classes, taught.blocks, plan, seed, title)


def _fit_linear(cycles: Cycles, plan: FitPlan, seed: int) -> Discriminant:
    """Fit the discriminant to the same, in a process of its own, on one thread."""
    torch.set_num_threads(1)
    taught = add_simulated(cycles, seed)
    weights = draw_weights(taught.blocks, plan.block_power)
    with threadpool_limits(limits=1):
        return fit_discriminant(
            prepare_windows(taught.series, SEQUENCE_INPUT), taught.classes, taught.blocks, weights, DiscriminantPlan(), seed
        )


def _fit_all(pool: Executor, cycles: Cycles, folds: NDArray[np.int64], plan: FitPlan, seed: int) -> tuple[list[_Fits], _Fits]:
    """Start the fits without each fold, and those to everything."""

    def start(part: Cycles, first_seed: int, title: str) -> _Fits:
        seeds = [first_seed + SEED_STEP * member for member in range(plan.members)]
        members = [pool.submit(_fit_part, part, plan, one, f"{title}, member {place + 1}") for place, one in enumerate(seeds)]
        return _Fits(members, pool.submit(_fit_linear, part, plan, first_seed))

    held_out = [start(cycles.take(cycles.folds != fold), seed + int(fold) + 1, f"without fold {fold}") for fold in folds]
    return held_out, start(cycles, seed, "final fit")


def _judge_unseen(fits: Sequence[Fitted], windows: FloatArray, cycles: Cycles, folds: NDArray[np.int64]) -> list[FloatArray]:
    """Per target logits, float32 (cycles, classes): every cycle's from the fit that did not see its fold."""
    told = [np.zeros((len(cycles), count), np.float32) for count in CLASS_COUNTS]
    for fold, fitted in zip(folds, fits, strict=True):
        unseen = cycles.folds == fold
        for whole, part in zip(told, tell_logits(fitted, windows[unseen]), strict=True):
            whole[unseen] = part
    return told


def _heat_unseen(logits: Sequence[FloatArray], cycles: Cycles) -> list[FloatArray]:
    """Per target probabilities, float32 (cycles, classes), each cycle's by the temperature that the other folds give."""
    told = [np.zeros_like(part) for part in logits]
    for place in range(len(TARGETS)):
        for fold in np.unique(cycles.folds):
            unseen = cycles.folds == fold
            temperature = fit_temperature(logits[place][~unseen], cycles.classes[~unseen, place])
            told[place][unseen] = torch.softmax(torch.from_numpy(logits[place][unseen]) / temperature, dim=1).numpy()
    return told


def _learn_familiar(cycles: Cycles, seed: int) -> _Familiar:
    """What genuine windows look like: recorded cycles, the simulated ones that were trained on, and both with the seams of live windows."""
    taught = add_simulated(cycles, seed)
    plain, random = prepare_windows(taught.series, SEQUENCE_INPUT), np.random.default_rng([seed, 6])
    windows = [plain, *(join_neighbours(plain, taught.blocks, random) for _ in range(SEAM_COPIES))]
    features = np.concatenate([measure_channels(part) for part in windows])
    groups = [str(block) for block in taught.blocks] * len(windows)
    with threadpool_limits(limits=1):
        held_out = hold_out_redundancy(features, groups)
        usual = usual_distances(held_out)
        recorded = np.tile(np.arange(len(taught)) < len(cycles), len(windows))
        novelty = np.max(held_out / usual, axis=1)
        limit = round(choose_limit(novelty[recorded], [group for group, real in zip(groups, recorded, strict=True) if real], seed=seed), 3)
        unrest = measure_unrest(features)
        calm = (choose_unrest(unrest, groups, recorded, seed) / limit).astype(np.float32)
        refused = (novelty >= limit) | hold_out_unrest(unrest, groups, recorded, seed)
        return _Familiar(fit_redundancy(features, usual, calm), limit, float(refused[: len(cycles)].mean()))


def _make_contract(exported: bytes, measured: Sequence[TargetFigures], novelty_limit: float, *, quick: bool) -> PackContract:
    return PackContract(
        format=1,
        name=PACK_NAME,
        version=VERSION,
        task=Task.SEQUENCE,
        title=Text(en="Hydraulic rig", zh="液压试验台"),
        experimental=quick,
        data_licence="UCI; cite Helwig, Pignanelli, Schütze, I2MTC 2015, doi 10.1109/I2MTC.2015.7151267",
        simulated_training_data=True,
        model=describe_network(exported),
        sequence=SEQUENCE_INPUT,
        outputs=(
            *(output_of(m.target, m.threshold, round(NEAR_MISS_SHARE * m.threshold, 2)) for m in measured),
            novelty_output(novelty_limit),
        ),
        figures=tuple(_figures(measured)),
    )


def _figures(measured: Sequence[TargetFigures]) -> Iterator[Figure]:
    for one in measured:
        named = {
            "macro-F1": one.macro_f1,
            "AUROC": one.auroc,
            "false alarms": one.false_alarms,
            "missed": one.missed,
            "calibration error": one.calibration,
            "macro-F1 of boosted trees": one.trees_f1,
        }
        for name, interval in named.items():
            yield Figure(
                name=f"{one.target}: {name}",
                value=round(interval.value, 4),
                lower=round(interval.lower, 4),
                upper=round(interval.upper, 4),
                data="sensor/hydraulic",
                split="blocks held out, 5 folds",
                command=COMMAND,
            )


def _make_golden() -> Iterator[GoldenWindow]:
    for name, wear, number in _GOLDEN:
        rig = RigModel(GOLDEN_SEED, wear, wear_starts_s=4 * CYCLE_S, wear_lasts_s=15 * CYCLE_S)
        yield GoldenWindow(name, rig.cycle(number))
    _, _, number = _GOLDEN[0]
    healthy = dict(RigModel(GOLDEN_SEED, "none", wear_starts_s=4 * CYCLE_S, wear_lasts_s=15 * CYCLE_S).cycle(number))
    channel, drift = _DRIFT
    yield GoldenWindow("drift", {**healthy, channel: healthy[channel] + drift})
