"""The shipped device-state pack: proves itself, knows the simulated machine's failures, names their cause, refuses wrong rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from inference.explanation import Explain
from inference.findings import Finding, Verdict
from inference.model_opening import Proof, open_model
from inference.pack import find_pack
from inference.providers import ProviderChoice
from inference.reasons import ReasonCode
from inference.row_stream import RowStream
from inference.table_runner import TableRunner
from station.monitoring import monitor
from station.paths import models_dir
from station.simulation.machine import MACHINE_CHANNELS, MACHINE_KINDS, QUALITIES, MachineRun, simulate_machine
from training.device_state.rows import load_rows

UNSEEN_SEED, PRODUCTS = 90_210, 6000
AIR, PROCESS, SPEED, TORQUE, WEAR = MACHINE_CHANNELS[1:]
CAUSES: Mapping[str, set[str]] = {
    "heat dissipation": {AIR, PROCESS, SPEED},
    "power": {SPEED, TORQUE},
    "overstrain": {"Type", TORQUE, WEAR},
}


@pytest.fixture(scope="module")
def runner() -> TableRunner:
    opened = open_model(find_pack("device-state", [models_dir()]), ProviderChoice.CPU, proof=Proof.AT_OPEN)
    assert opened.golden is not None
    assert opened.golden.ok, opened.golden.sentence
    assert isinstance(opened.runner, TableRunner)
    return opened.runner


@pytest.fixture(scope="module")
def run() -> MachineRun:
    return simulate_machine(UNSEEN_SEED, PRODUCTS)


def rows_of(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Iterator[dict[str, float]]:
    for row in values:
        yield dict(zip(MACHINE_CHANNELS, row.tolist(), strict=True))


def judge(runner: TableRunner, run: MachineRun, explain: Explain = Explain.NEVER) -> list[Finding]:
    return [runner.judge_row(row, explain)[0] for row in rows_of(run.values)]


def refused(runner: TableRunner, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return float(np.mean([runner.judge_row(row, Explain.NEVER)[0].verdict is Verdict.NO_VERDICT for row in rows_of(values)]))


def test_it_judges_one_target_and_says_that_its_data_is_synthetic(runner: TableRunner) -> None:
    contract = runner.pack.contract
    assert tuple(channel.name for channel in runner.spec.channels) == MACHINE_CHANNELS
    assert [label.name for label in contract.outputs[0].labels] == ["no failure", *MACHINE_KINDS]
    assert contract.simulated_training_data
    assert "synthetic" in contract.data_licence
    assert all("synthetic" in figure.data for figure in contract.figures)


def test_the_card_names_the_network_and_every_figure(runner: TableRunner) -> None:
    card = (runner.pack.folder / "CARD.md").read_text(encoding="utf-8")
    assert runner.pack.contract.model.sha256 in card
    assert "10.1109/AI4I49448.2020.00023" in card
    assert "synthetic" in card
    for figure in runner.pack.contract.figures:
        assert figure.name in card
        assert f"{figure.value:.3f}" in card


def test_failures_of_an_unseen_simulated_machine_are_found_and_named(runner: TableRunner, run: MachineRun) -> None:
    findings = judge(runner, run)
    alarm = np.array([finding.verdict is Verdict.FAULT for finding in findings])
    signs = run.kinds[:, :3]
    assert np.mean(alarm[signs.any(axis=1)]) >= 0.9
    assert np.mean(alarm[~run.kinds.any(axis=1)]) <= 0.003
    named = [signs[row, MACHINE_KINDS.index(findings[row].label)] for row in np.flatnonzero(alarm & signs.any(axis=1))]
    assert np.mean(named) >= 0.95


def test_genuine_rows_are_hardly_ever_refused(runner: TableRunner, run: MachineRun) -> None:
    assert refused(runner, run.values) <= 0.01


def test_the_evidence_is_among_the_channels_of_that_kind(runner: TableRunner, run: MachineRun) -> None:
    alone = run.kinds.sum(axis=1) == 1
    seen: dict[str, int] = dict.fromkeys(CAUSES, 0)
    for row in np.flatnonzero(alone & run.kinds[:, :3].any(axis=1)):
        [finding] = runner.judge_row(dict(zip(MACHINE_CHANNELS, run.values[row].tolist(), strict=True)))
        kind = MACHINE_KINDS[int(np.argmax(run.kinds[row]))]
        if finding.verdict is Verdict.FAULT and finding.label == kind:
            named = {one.channel for one in finding.contributors if one.share >= 0.2}
            assert named, finding
            assert named <= CAUSES[kind], (kind, finding.contributors)
            seen[kind] += 1
    assert min(seen.values()) >= 5


def test_power_that_is_too_low_names_speed_and_torque_though_neither_alone_mends_it(runner: TableRunner) -> None:
    low = dict(zip(MACHINE_CHANNELS, (1.0, 300.0, 310.0, 2700.0, 10.5, 100.0), strict=True))
    [finding] = runner.judge_row(low)
    assert (finding.verdict, finding.label) == (Verdict.FAULT, "power")
    assert {one.channel for one in finding.contributors if one.share >= 0.2} == {SPEED, TORQUE}


@pytest.mark.parametrize("pair", [(a, b) for a in range(1, 6) for b in range(a + 1, 6) if (a, b) != (4, 5)])
def test_swapped_channels_get_no_verdict(runner: TableRunner, run: MachineRun, pair: tuple[int, int]) -> None:
    swapped = run.values[:400].copy()
    swapped[:, pair] = swapped[:, pair[::-1]]
    assert refused(runner, swapped) >= 0.95


def test_torque_and_wear_swapped_are_mostly_refused(runner: TableRunner, run: MachineRun) -> None:
    swapped = run.values[:1000].copy()
    swapped[:, (4, 5)] = swapped[:, (5, 4)]
    assert refused(runner, swapped) >= 0.8


@pytest.mark.parametrize(
    ("channel", "value", "code"),
    [
        (AIR, 26.9, ReasonCode.CHANNEL_OUT_OF_RANGE),
        (SPEED, 0.0, ReasonCode.CHANNEL_OUT_OF_RANGE),
        (TORQUE, 0.0, ReasonCode.CHANNEL_OUT_OF_RANGE),
        (WEAR, -1.0, ReasonCode.CHANNEL_OUT_OF_RANGE),
        (TORQUE, float("nan"), ReasonCode.CHANNEL_NOT_FINITE),
        ("Type", float("nan"), ReasonCode.CHANNEL_NOT_FINITE),
        (PROCESS, 301.0, ReasonCode.UNLIKE_TRAINING),
        (SPEED, 2600.0, ReasonCode.UNLIKE_TRAINING),
    ],
)
def test_a_row_that_cannot_be_says_why(runner: TableRunner, channel: str, value: float, code: ReasonCode) -> None:
    sound = dict(zip(MACHINE_CHANNELS, (1.0, 300.0, 310.0, 1500.0, 40.0, 100.0), strict=True))
    assert runner.judge_row(sound)[0].verdict is Verdict.OK
    [finding] = runner.judge_row(sound | {channel: value})
    assert finding.verdict is Verdict.NO_VERDICT
    assert finding.reason is not None
    assert finding.reason.code is code


@pytest.mark.parametrize("column", range(1, 6))
def test_a_channel_that_does_not_move_is_dead(runner: TableRunner, run: MachineRun, column: int) -> None:
    stuck = run.values[:600].copy()
    stuck[:, column] = np.median(stuck[:, column])
    stream = RowStream(runner)
    verdicts = []
    for row in rows_of(stuck):
        stream.observe(row)
        verdicts.append(stream.judge(row)[0].verdict)
    assert np.mean([verdict is Verdict.NO_VERDICT for verdict in verdicts[100:]]) == 1.0


def test_a_table_with_words_is_monitored_from_file_to_file(tmp_path: Path, run: MachineRun) -> None:
    table, out = tmp_path / "machine.csv", tmp_path / "out.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["UDI", *MACHINE_CHANNELS])
        for number, row in enumerate(run.values[:1500]):
            writer.writerow([f"u{number}", QUALITIES[int(row[0])], *row[1:]])
        writer.writerow(["u-unknown", "X", *run.values[0][1:]])
    summary = monitor(table, "device-state", out, folders=[models_dir()], provider=ProviderChoice.CPU)
    assert summary.rows == summary.decisions == 1501
    assert summary.fault >= 5
    with out.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    assert (told[-1]["key"], told[-1]["verdict"]) == ("u-unknown", "NO_VERDICT")
    assert "Type" in told[-1]["reason"]
    faults = [row for row in told if row["verdict"] == "FAULT"]
    assert {row["label"] for row in faults} <= set(MACHINE_KINDS)
    assert all(row["contributors"] for row in faults)


@pytest.mark.real_data
def test_the_recorded_table_is_judged_as_the_card_says(runner: TableRunner, real_data_dir: Path) -> None:
    rows = load_rows(real_data_dir)
    table = np.stack([rows.series[name] for name in MACHINE_CHANNELS], axis=1)
    findings = judge(runner, MachineRun(table, rows.kinds))
    alarm = np.array([finding.verdict is Verdict.FAULT for finding in findings])
    assert np.mean([finding.verdict is Verdict.NO_VERDICT for finding in findings]) <= 0.01
    both = float(alarm.sum() + rows.failed.sum())
    assert 2.0 * float((alarm & rows.failed).sum()) / both >= 0.85
