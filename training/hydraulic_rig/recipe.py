"""This file decides the steps from recorded cycles to the hydraulic-rig pack: load, hold out, measure, fit, export, write."""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from inference.contract import Figure, PackContract, Task, Text
from inference.findings import FloatArray
from inference.providers import Provider
from inference.runtime import RuntimeSession, open_session
from inference.sequence_preprocessing import prepare_windows
from station.simulation.rig import CYCLE_S, RigModel, Wear
from training.hydraulic_rig.card import COMMAND, CardFacts, write_card
from training.hydraulic_rig.cycles import Cycles, load_cycles
from training.hydraulic_rig.evaluation import TargetFigures, measure_all
from training.hydraulic_rig.export import check_export, export_network
from training.hydraulic_rig.fitting import FitPlan, fit_network, predict
from training.hydraulic_rig.network import RigNetwork
from training.hydraulic_rig.simulated import add_simulated
from training.hydraulic_rig.spec import CLASS_COUNTS, PACK_NAME, SEQUENCE_INPUT, output_of
from training.hydraulic_rig.trees import ROUNDS, hold_out_trees
from training.options import TrainOptions
from training.pack_writer import GoldenWindow, describe_network, write_pack

_LOG = logging.getLogger(__name__)

VERSION = "1.0.0"
FULL_PLAN = FitPlan()
QUICK_PLAN = replace(FULL_PLAN, epochs=1, members=1)
QUICK_FOLDS = 2
QUICK_ROUNDS = 4
FITS_AT_ONCE = 2
"""Fits run side by side, each on one thread; the result does not depend on it."""
SEED_STEP = 100
"""Members differ by this much in their seeds: nothing else tells them apart."""
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
        told = _judge_unseen([_gather(fits) for fits in held_out], windows, cycles, folds)
        members = _gather(whole)
    seen = np.isin(cycles.folds, folds)
    measured = measure_all(cycles.take(seen), [part[seen] for part in told], trees[seen], options.seed)
    for figures in measured:
        _LOG.info("%s: macro-F1 %.3f, trees %.3f", figures.target, figures.macro_f1.value, figures.trees_f1.value)
    exported = export_network(members)
    difference = check_export(members, exported, windows[::40])
    contract = _make_contract(exported, measured, quick=options.quick)
    facts = CardFacts(
        minutes=(time.monotonic() - begin) / 60.0,
        parameters=sum(weight.numel() for member in members for weight in member.parameters()),
        inference_ms=_time_inference(open_session(exported, Provider.CPU, threads=1, where=PACK_NAME), windows[:1]),
        export_difference=difference,
        tree_rounds=rounds,
        plan=plan,
    )
    golden = list(_make_golden())
    folder = write_pack(options.models_dir, contract, exported, golden, write_card(contract, cycles, measured, facts))
    _LOG.info("written: %s", folder)


def _fit_part(cycles: Cycles, plan: FitPlan, seed: int, title: str) -> RigNetwork:
    """Fit to *cycles* and a rig simulated after them, in a process of its own, on one thread."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    taught = add_simulated(cycles, seed)
    return fit_network(prepare_windows(taught.series, SEQUENCE_INPUT), taught.classes, taught.blocks, plan, seed, title)


def _fit_all(
    pool: Executor, cycles: Cycles, folds: NDArray[np.int64], plan: FitPlan, seed: int
) -> tuple[list[list[Future[RigNetwork]]], list[Future[RigNetwork]]]:
    """Start the fits of all members without each fold, and those to everything."""

    def start(part: Cycles, first_seed: int, title: str) -> list[Future[RigNetwork]]:
        seeds = [first_seed + SEED_STEP * member for member in range(plan.members)]
        return [pool.submit(_fit_part, part, plan, one, f"{title}, member {place + 1}") for place, one in enumerate(seeds)]

    held_out = [start(cycles.take(cycles.folds != fold), seed + int(fold) + 1, f"without fold {fold}") for fold in folds]
    return held_out, start(cycles, seed, "final fit")


def _gather(fits: Sequence[Future[RigNetwork]]) -> list[RigNetwork]:
    return [fit.result() for fit in fits]


def _judge_unseen(networks: Sequence[list[RigNetwork]], windows: FloatArray, cycles: Cycles, folds: NDArray[np.int64]) -> list[FloatArray]:
    """Per target float32 (cycles, classes): every cycle judged by the members that did not see its fold."""
    told = [np.zeros((len(cycles), count), np.float32) for count in CLASS_COUNTS]
    for fold, members in zip(folds, networks, strict=True):
        unseen = cycles.folds == fold
        for whole, part in zip(told, predict(members, windows[unseen]), strict=True):
            whole[unseen] = part
    return told


def _make_contract(exported: bytes, measured: Sequence[TargetFigures], *, quick: bool) -> PackContract:
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
        outputs=tuple(output_of(m.target, m.threshold, round(NEAR_MISS_SHARE * m.threshold, 2)) for m in measured),
        figures=tuple(_figures(measured)),
    )


def _figures(measured: Sequence[TargetFigures]) -> Iterator[Figure]:
    for one in measured:
        named = {
            "macro-F1": one.macro_f1,
            "AUROC": one.auroc,
            "false alarms": one.false_alarms,
            "missed": one.missed,
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


def _time_inference(session: RuntimeSession, window: FloatArray) -> float:
    taken: list[float] = []
    for _ in range(50):
        begin = time.perf_counter()
        session.run({SEQUENCE_INPUT.name: np.ascontiguousarray(window)})
        taken.append(1e3 * (time.perf_counter() - begin))
    return min(taken)
