"""This file decides the steps from simulated engines to the turbofan-life pack: load, hold out, measure, fit, export, test once, write."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from inference.contract import Figure, PackContract, Task, Text
from inference.explanation import Explain
from inference.findings import FloatArray, Verdict
from inference.pack import ModelPack
from inference.runtime import RuntimeSession
from inference.sequence_runner import SequenceRunner
from training.exporting import time_threads
from training.naive import read_naive
from training.novelty import choose_limit
from training.options import TrainOptions
from training.pack_writer import describe_network, write_pack
from training.statistics import Interval
from training.turbofan_life.card import COMMAND, CardFacts, write_card
from training.turbofan_life.engines import FOLDS, SUBSETS, Engine, Fleet, load_fleet, load_test_engines
from training.turbofan_life.evaluation import (
    WARN_CANDIDATES,
    LifeFigures,
    Told,
    WarningTrade,
    choose_warning,
    measure_lives,
    measure_trade,
)
from training.turbofan_life.examples import show_failures
from training.turbofan_life.explaining import measure_explanations
from training.turbofan_life.export import TurbofanLife, check_export, export_network, open_exported, run_exported
from training.turbofan_life.familiarity import fit_flight_familiarity
from training.turbofan_life.faults import WINDOWS, last_window, measure_faults
from training.turbofan_life.fitting import FitPlan
from training.turbofan_life.golden import make_golden
from training.turbofan_life.holding_out import (
    FAMILIAR_EVERY,
    HeldOut,
    bound_by_other_folds,
    choose_share,
    cover_any_time,
    ends_of,
    fit_members,
    hold_out,
    names_of,
    told_of,
    usual_steps,
)
from training.turbofan_life.interval import LifeEnds
from training.turbofan_life.naive import time_article
from training.turbofan_life.spec import OPSET, PACK_NAME, SEQUENCE_INPUT, life_output, novelty_output
from training.turbofan_life.trees import ROUNDS, fit_trees, window_statistics
from training.turbofan_life.windows import Cuts, cut_windows, every_cut, normalise

_LOG = logging.getLogger(__name__)

VERSION = "1.1.0"
FULL_PLAN = FitPlan()
QUICK_PLAN = replace(FULL_PLAN, steps=12, members=1)
QUICK_FOLDS, QUICK_ROUNDS = 2, 4
WATCH_FACTOR = 2
"""From so many times the warning's limit down, a life is worth a look."""


def train(options: TrainOptions) -> None:
    """Make the pack again: cross-validate beside trees, fit to everything, export, look at the test files once, write."""
    begin = time.monotonic()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    plan, rounds = (QUICK_PLAN, QUICK_ROUNDS) if options.quick else (FULL_PLAN, ROUNDS)
    fleet = load_fleet(options.data_dir, options.seed)
    normal = normalise(fleet.engines)
    held = hold_out(fleet, normal, np.arange(QUICK_FOLDS if options.quick else FOLDS), plan, rounds, options.seed)
    share = choose_share(fleet, held)
    told = bound_by_other_folds(fleet, held, share)
    trees = told_of(fleet.engines, held.cuts, held.trees, held.trees, held.trees)
    trades = _measure_trades(fleet, held, options.seed)
    limit = choose_limit(held.novelty, names_of(fleet.engines, held.familiar), margin=1.0, seed=options.seed)
    network, ends = _fit_whole(fleet, normal, held, share, plan, options.seed)
    exported = export_network(network)
    session = open_exported(exported)
    tests = load_test_engines(options.data_dir)
    test_told, test_trees = _judge_tests(tests, session, fleet, normal, rounds, options.seed)
    measured = {
        "engines held out, 5 folds": (told, trees),
        "published test engines": (test_told, test_trees),
    }
    figures = {split: _measure_subsets(*pair, options.seed) for split, pair in measured.items()}
    warning = choose_warning(trades)
    contract = _make_contract(
        exported, warning, limit, tuple(_figures(figures, warning, cover_any_time(fleet, held, share, options.seed))), quick=options.quick
    )
    runner = SequenceRunner(ModelPack(contract, options.models_dir / PACK_NAME), session)
    sample = every_cut(np.array([len(one) for one in fleet.engines], dtype=np.int64), np.arange(len(fleet.engines)), 40)
    first = cut_windows(normal, sample.take(np.arange(1)))
    pictures = show_failures(runner)
    facts = CardFacts(
        minutes=(time.monotonic() - begin) / 60.0,
        parameters=sum(weight.numel() for weight in network.life.members.parameters()),
        times={"this network": time_threads(exported, first, PACK_NAME), "the article's LSTM": time_article(OPSET)},
        export_difference=check_export(network, session, cut_windows(normal, sample.take(np.arange(0, len(sample), 10)))),
        plan=plan,
        ends=ends,
        missed_share=share,
        told=told,
        trades=trades,
        warning=warning,
        refused=float(np.mean(held.novelty >= limit)),
        refused_tests=_refused(runner, tests),
        faults=measure_faults(runner, [last_window(one, len(one)) for one in tests[:: max(1, len(tests) // WINDOWS)]], options.seed),
        explanations=measure_explanations(runner, session, fleet.engines),
        pictures=pictures,
        naive=read_naive(options.models_dir / PACK_NAME),
    )
    folder = write_pack(options.models_dir, contract, exported, list(make_golden()), write_card(contract, facts), pictures)
    _LOG.info("written: %s", folder)


def _fit_whole(
    fleet: Fleet, normal: Sequence[FloatArray], held: HeldOut, share: float, plan: FitPlan, seed: int
) -> tuple[TurbofanLife, LifeEnds]:
    """Fit to all engines; the interval has the ends that all held-out ones give."""
    every = np.arange(len(fleet.engines))
    members = fit_members(normal, every, plan, seed, "final fit")
    known = every_cut(np.array([len(one) for one in fleet.engines], dtype=np.int64), every, FAMILIAR_EVERY)
    ends = ends_of(held, np.ones(len(held.monitored), dtype=np.bool_), share)
    familiarity = fit_flight_familiarity(cut_windows(normal, known), usual_steps(normal))
    return TurbofanLife(members, ends, familiarity).eval(), ends


def _measure_trades(fleet: Fleet, held: HeldOut, seed: int) -> list[WarningTrade]:
    names = names_of(fleet.engines, held.monitored)
    left, value = held.monitored.left.astype(np.float64), held.monitored_told[:, 0].astype(np.float64)
    return [measure_trade(names, left, value, below, seed) for below in WARN_CANDIDATES]


def _judge_tests(
    tests: Sequence[Engine], session: RuntimeSession, fleet: Fleet, normal: Sequence[FloatArray], rounds: int, seed: int
) -> tuple[Told, Told]:
    """The last window of every published test engine, as the pack and as the trees tell it. Nothing is chosen by it."""
    ends = np.array([len(engine) for engine in tests], dtype=np.int64)
    lives = np.array([engine.life_after for engine in tests], dtype=np.int64)
    cuts, flown = Cuts(np.arange(len(tests)), np.zeros_like(ends), ends, lives), normalise(tests)
    value, lower, upper = run_exported(session, cut_windows(flown, cuts))[0].astype(np.float64).T
    trees = fit_trees(normal, np.arange(len(fleet.engines)), rounds, seed).predict(window_statistics(flown, cuts))
    return told_of(tests, cuts, value, lower, upper), told_of(tests, cuts, trees, trees, trees)


def _refused(runner: SequenceRunner, tests: Sequence[Engine]) -> float:
    """Share of the published test engines whose last window gets NO VERDICT, by the whole gate."""
    found = [runner.judge_window(last_window(one, len(one)), Explain.NEVER)[0].verdict is Verdict.NO_VERDICT for one in tests]
    return float(np.mean(found))


def _measure_subsets(told: Told, trees: Told, seed: int) -> dict[str, tuple[LifeFigures, LifeFigures]]:
    found = {subset: (measure_lives(told.of(subset), seed), measure_lives(trees.of(subset), seed)) for subset in SUBSETS}
    for subset, (network, mark) in found.items():
        _LOG.info(
            "%s: RMSE capped %.2f, not capped %.2f, PHM %.0f, covered %.3f; trees %.2f, %.2f, %.0f",
            subset, network.rmse_capped.value, network.rmse.value, network.phm.value, network.covered.value,
            mark.rmse_capped.value, mark.rmse.value, mark.phm.value,
        )  # fmt: skip
    return found


def _make_contract(exported: bytes, warning: WarningTrade, limit: float, figures: tuple[Figure, ...], *, quick: bool) -> PackContract:
    return PackContract(
        format=1,
        name=PACK_NAME,
        version=VERSION,
        task=Task.SEQUENCE,
        title=Text(en="Turbofan life", zh="涡扇发动机寿命"),
        experimental=quick,
        data_licence="US Government work; simulated by NASA; cite Saxena, Goebel, Simon, Eklund, PHM 2008, doi 10.1109/PHM.2008.4711414",
        simulated_training_data=True,
        model=describe_network(exported),
        sequence=SEQUENCE_INPUT,
        outputs=(life_output(warning.below, WATCH_FACTOR * warning.below), novelty_output(limit)),
        figures=figures,
    )


def _figures(
    figures: Mapping[str, Mapping[str, tuple[LifeFigures, LifeFigures]]], warning: WarningTrade, any_time: Interval
) -> Iterator[Figure]:
    def make(name: str, one: Interval, split: str) -> Figure:
        value, lower, upper = (round(number, 4) for number in (one.value, one.lower, one.upper))
        return Figure(name=name, value=value, lower=lower, upper=upper, data="sensor/cmapss (simulated)", split=split, command=COMMAND)

    for split, found in figures.items():
        for subset, (network, trees) in found.items():
            named = {
                "RMSE, true life capped at 125": network.rmse_capped,
                "RMSE": network.rmse,
                "PHM score of 100": network.phm,
                "90 % interval covers": network.covered,
                "90 % interval covers the capped life": network.covered_capped,
                "RMSE, true life capped at 125, of boosted trees": trees.rmse_capped,
                "RMSE of boosted trees": trees.rmse,
                "PHM score of 100 of boosted trees": trees.phm,
            }
            yield from (make(f"{subset}: {name}", one, split) for name, one in named.items())
    trade = {
        "90 % interval covers, records that stop at any time": any_time,
        "engines warned of too late": warning.late,
        "flights left at the warning": warning.notice,
        "early warnings per 1,000 windows": warning.early_per_1000,
    }
    yield from (make(name, one, "engines held out, 5 folds") for name, one in trade.items())
