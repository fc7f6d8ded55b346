"""This file decides the steps from rows to the device-state pack: load, hold out, measure, fit, export, write."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from inference.contract import Figure, PackContract, Task, Text
from inference.explanation import Explain
from inference.findings import FloatArray
from inference.pack import ModelPack
from inference.sequence_preprocessing import prepare_rows
from inference.table_runner import TableRunner
from training.device_state.card import COMMAND, CardFacts, write_card
from training.device_state.evaluation import Measured, choose_threshold, final_calibration, hold_out, measure
from training.device_state.examples import show_failures
from training.device_state.explaining import measure_explanations
from training.device_state.export import check_export, export_network, open_exported
from training.device_state.familiarity import choose_novelty_limit, fit_habits, hold_out_novelty
from training.device_state.faults import measure_faults
from training.device_state.fitting import FitPlan, fit_members, predict_chances, risk_of
from training.device_state.golden import golden_rows
from training.device_state.network import DeviceState
from training.device_state.rivals import measure_trees, time_article
from training.device_state.rows import Rows, load_rows
from training.device_state.spec import OPSET, PACK_NAME, TABLE_INPUT, novelty_output, state_output
from training.exporting import time_threads
from training.naive import read_naive
from training.options import TrainOptions
from training.pack_writer import describe_network, write_pack
from training.statistics import Interval

_LOG = logging.getLogger(__name__)

VERSION = "1.0.0"
FULL_PLAN = FitPlan()
QUICK_PLAN = replace(FULL_PLAN, epochs=2, members=1)
NEAR_MISS_SHARE = 0.3
"""From this share of the threshold on, a score is worth a look: above all tools past 220 min, of which one in ten rows breaks one."""
CHECKED_EVERY = 10
"""Every so many-th row is used to compare the export."""


def train(options: TrainOptions) -> None:
    """Make the pack again: cross-validate beside trees, fit to everything, export, write ``models/device-state``."""
    begin = time.monotonic()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    plan = QUICK_PLAN if options.quick else FULL_PLAN
    rows = load_rows(options.data_dir)
    inputs = prepare_rows(rows.series, TABLE_INPUT)
    chances = _hold_out_chances(rows, inputs, plan, options.seed)
    calibration = final_calibration(rows, chances)
    threshold = choose_threshold(calibration.apply(risk_of(chances)), rows.failed)
    measured = measure(rows, hold_out(rows, chances), threshold, options.seed)
    trees = measure_trees(rows, options.seed)
    novelty = hold_out_novelty(rows, inputs)
    limit = choose_novelty_limit(rows, novelty)
    _LOG.info("average precision %.3f, F1 %.3f", measured.average_precision.value, measured.f1.value)
    members = fit_members(inputs, rows.kinds, plan, options.seed, "final fit")
    network = DeviceState(members, calibration, *fit_habits(inputs)).eval()
    exported = export_network(network)
    contract = _make_contract(exported, threshold, limit, _figures(measured, trees, float(np.mean(novelty >= limit))), quick=options.quick)
    session = open_exported(exported)
    pack = ModelPack(contract, options.models_dir / PACK_NAME)
    runner = TableRunner(pack, session)
    pictures = show_failures(runner)
    facts = CardFacts(
        minutes=(time.monotonic() - begin) / 60.0,
        parameters=sum(weight.numel() for member in members for weight in member.parameters()),
        times={"this network": time_threads(exported, inputs[:1], PACK_NAME), "the article's MLP": time_article(OPSET)},
        export_difference=check_export(network, exported, inputs[::CHECKED_EVERY]),
        calibration=calibration,
        plan=plan,
        refused=float(np.mean(novelty >= limit)),
        refused_failures=(int((rows.failed & (novelty >= limit)).sum()), int(rows.failed.sum())),
        faults=measure_faults(TableRunner(pack, session, Explain.NEVER), rows, options.seed),
        explanations=measure_explanations(runner, session, rows),
        trees=trees,
        naive=read_naive(options.models_dir / PACK_NAME),
        pictures=pictures,
    )
    card = write_card(contract, rows, measured, hold_out(rows, chances).scores, facts, options.seed)
    folder: Path = write_pack(options.models_dir, contract, exported, list(golden_rows()), card, pictures)
    _LOG.info("written: %s", folder)


def _hold_out_chances(rows: Rows, inputs: FloatArray, plan: FitPlan, seed: int) -> FloatArray:
    """Chances of every row from members that did not see its fold: float32 (rows, 4)."""
    chances = np.zeros((len(rows), rows.kinds.shape[1]), np.float32)
    for fold in np.unique(rows.folds):
        out = rows.folds == fold
        members = fit_members(inputs[~out], rows.kinds[~out], plan, seed + int(fold) + 1, f"without fold {fold}")
        chances[out] = predict_chances(members, inputs[out])
    return chances


def _make_contract(exported: bytes, threshold: float, limit: float, figures: Iterator[Figure], *, quick: bool) -> PackContract:
    return PackContract(
        format=1,
        name=PACK_NAME,
        version=VERSION,
        task=Task.TABLE,
        title=Text(en="Machine state (synthetic data)", zh="机器状态（合成数据）"),
        experimental=quick,
        data_licence="CC BY 4.0; synthetic; Matzka, AI4I 2020 predictive maintenance data set, UCI, doi 10.24432/C5HS5C",
        simulated_training_data=True,
        model=describe_network(exported),
        table=TABLE_INPUT,
        outputs=(state_output(threshold, round(NEAR_MISS_SHARE * threshold, 2)), novelty_output(limit)),
        figures=tuple(figures),
    )


def _figures(measured: Measured, trees: dict[str, tuple[Interval, Interval]], refused: float) -> Iterator[Figure]:
    named = {
        "average precision": measured.average_precision,
        "F1": measured.f1,
        "AUROC": measured.auroc,
        "false alarms per 1,000 sound rows": measured.unseen_false_alarms_per_1000,
        "missed failures": measured.unseen_missed,
        "kind named right": measured.named,
        "expected calibration error": measured.calibration_error,
        "genuine rows refused": Interval(refused, float("nan"), float("nan")),
    }
    for name, (precision, f1) in trees.items():
        named |= {f"average precision of {name}": precision, f"F1 of {name}": f1}
    for name, interval in named.items():
        lower, upper = (None if np.isnan(one) else round(one, 4) for one in (interval.lower, interval.upper))
        yield Figure(
            name=name,
            value=round(interval.value, 4),
            lower=lower,
            upper=upper,
            data="sensor/ai4i2020 (synthetic)",
            split="tools held out, 5 folds",
            command=COMMAND,
        )
