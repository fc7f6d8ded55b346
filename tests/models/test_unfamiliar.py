"""Every bundled pack knows when it does not know: at least 95 % of what it was not taught gets NO VERDICT,
and at most 1 % of genuine inputs do.

The shipped networks saw the genuine inputs in training, so the 1 % here guards the pack against being broken; the honest
figure, of inputs held out, stands in each CARD.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path

import numpy as np
import pytest

from inference.contract import Channel, OutputKind, SequenceInput, TableInput
from inference.explanation import Explain
from inference.findings import Finding, ImageU8, Verdict
from inference.image_file import read_image
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.model_opening import Proof, open_model
from inference.pack import list_packs, load_pack
from inference.parity import Runner, read_golden
from inference.providers import ProviderChoice
from inference.row_stream import judge_recorded
from inference.sequence_runner import SequenceRunner
from inference.table_runner import TableRunner
from station.paths import models_dir
from station.simulation.machine import MACHINE_CHANNELS, simulate_machine
from tests.models.unfamiliar_inputs import (
    IMAGE_FAULTS,
    PICTURES_OF,
    RECORDINGS_OF,
    Window,
    break_sensors,
    break_tables,
    cut_to,
    list_pictures,
    list_windows,
)

LEAST_REFUSED = 0.95
MOST_GENUINE_REFUSED = 0.01
SEED = 4_711
GENUINE = 200
BASES = 40
"""Genuine inputs that each fault is made of."""
FOREIGN = 40
"""Pictures of each other product."""

PACKS = {folder.name: folder for folder in list_packs([models_dir()])}
IMAGE_PACKS = [name for name, folder in PACKS.items() if load_pack(folder).contract.image is not None]
SENSOR_PACKS = [name for name in PACKS if name not in IMAGE_PACKS]
TABLE_PACKS = [name for name in SENSOR_PACKS if load_pack(PACKS[name]).contract.table is not None]
EVERY_ROW = 1_000_000


def runner_of(name: str) -> Runner:
    return open_model(PACKS[name], ProviderChoice.CPU, proof=Proof.SKIP).runner


def judge_image(runner: Runner, image: ImageU8) -> tuple[Finding, ...]:
    assert isinstance(runner, ImageRunner)
    return runner.judge(image, HeatmapPolicy.NEVER)


def judge_window(runner: Runner, window: Window) -> tuple[Finding, ...]:
    if isinstance(runner, SequenceRunner):
        return runner.judge_window(window, Explain.NEVER)
    assert isinstance(runner, TableRunner)
    return runner.judge_row({name: float(series[0]) for name, series in window.items()}, Explain.NEVER)


class Refusals:
    """Counts, by kind of input, how many got no verdict for any target."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def count(self, kind: str, findings: Iterable[Finding]) -> None:
        self.seen[kind] += 1
        self.refused[kind] += all(finding.verdict is Verdict.NO_VERDICT and finding.reason is not None for finding in findings)

    def below(self, least: float) -> dict[str, str]:
        """The kinds of which too few were refused."""
        shares = {kind: self.refused[kind] / seen for kind, seen in self.seen.items()}
        return {kind: f"{self.refused[kind]} of {self.seen[kind]}" for kind, share in shares.items() if share < least}


def break_pictures(runner: Runner, genuine: list[ImageU8]) -> Refusals:
    refusals = Refusals()
    random = np.random.default_rng(SEED)
    for image in genuine:
        for kind, fault in IMAGE_FAULTS.items():
            refusals.count(kind, judge_image(runner, fault(image, random)))
    return refusals


def break_windows(runner: Runner, genuine: list[Window], channels: tuple[Channel, ...]) -> Refusals:
    refusals = Refusals()
    random = np.random.default_rng(SEED)
    for window in genuine:
        for kind, broken in break_sensors(window, channels, random):
            refusals.count(kind, judge_window(runner, broken))
    return refusals


def spec_of(name: str) -> SequenceInput | TableInput:
    contract = load_pack(PACKS[name]).contract
    spec = contract.sequence or contract.table
    assert spec is not None
    return spec


def golden_files(name: str) -> list[Path]:
    pack = load_pack(PACKS[name])
    return [pack.golden_folder / file for file in sorted({case.input for case in read_golden(pack)})]


def refused_share(findings: Iterable[tuple[Finding, ...]]) -> float:
    return float(np.mean([any(finding.verdict is Verdict.NO_VERDICT for finding in found) for found in findings]))


@pytest.mark.parametrize("name", sorted(PACKS))
def test_every_pack_measures_novelty(name: str) -> None:
    assert OutputKind.NOVELTY in {output.kind for output in load_pack(PACKS[name]).contract.outputs}


@pytest.mark.parametrize("name", IMAGE_PACKS)
def test_made_pictures_that_broke_get_no_verdict(name: str) -> None:
    refusals = break_pictures(runner_of(name), [read_image(path) for path in golden_files(name)] * 4)
    assert refusals.below(LEAST_REFUSED) == {}


@pytest.mark.parametrize("name", SENSOR_PACKS)
def test_made_windows_that_broke_get_no_verdict(name: str) -> None:
    windows: list[Window] = []
    for path in golden_files(name):
        with np.load(path, allow_pickle=False) as archive:
            windows.append({channel: np.asarray(archive[channel], np.float64).reshape(-1) for channel in archive.files})
    refusals = break_windows(runner_of(name), windows * 6, spec_of(name).channels)
    assert refusals.below(LEAST_REFUSED) == {}


@pytest.fixture
def genuine_pictures(real_data_dir: Path) -> Callable[[str, int], list[ImageU8]]:
    return lambda name, wanted: list_pictures(real_data_dir, PICTURES_OF[name], wanted)


@pytest.fixture
def genuine_windows(real_data_dir: Path) -> Callable[[str, int], list[Window]]:
    return lambda name, wanted: list_windows(real_data_dir / "sensor" / RECORDINGS_OF[name], spec_of(name), wanted)


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", IMAGE_PACKS)
def test_genuine_pictures_are_judged(name: str, genuine_pictures: Callable[[str, int], list[ImageU8]]) -> None:
    runner = runner_of(name)
    assert refused_share(judge_image(runner, image) for image in genuine_pictures(name, GENUINE)) <= MOST_GENUINE_REFUSED


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", IMAGE_PACKS)
def test_other_products_get_no_verdict(name: str, real_data_dir: Path) -> None:
    runner = runner_of(name)
    [genuine] = list_pictures(real_data_dir, PICTURES_OF[name], 1)
    refusals = Refusals()
    for folder in sorted(path.parent.name for path in (real_data_dir / "vision").glob("*/index.csv")):
        if folder == PICTURES_OF[name]:
            continue
        for image in list_pictures(real_data_dir, folder, FOREIGN):
            refusals.count(f"{folder} as it is", judge_image(runner, image))
            refusals.count(f"{folder} before the line's camera", judge_image(runner, cut_to(image, genuine.shape[1], genuine.shape[0])))
    assert len(refusals.seen) >= 6
    assert refusals.below(LEAST_REFUSED) == {}


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", IMAGE_PACKS)
def test_genuine_pictures_that_broke_get_no_verdict(name: str, genuine_pictures: Callable[[str, int], list[ImageU8]]) -> None:
    assert break_pictures(runner_of(name), genuine_pictures(name, BASES)).below(LEAST_REFUSED) == {}


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", SENSOR_PACKS)
def test_genuine_windows_are_judged(name: str, genuine_windows: Callable[[str, int], list[Window]]) -> None:
    runner = runner_of(name)
    assert refused_share(judge_window(runner, window) for window in genuine_windows(name, GENUINE)) <= MOST_GENUINE_REFUSED


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", SENSOR_PACKS)
def test_genuine_windows_that_broke_get_no_verdict(name: str, genuine_windows: Callable[[str, int], list[Window]]) -> None:
    refusals = break_windows(runner_of(name), genuine_windows(name, 3 * BASES), spec_of(name).channels)
    assert refusals.below(LEAST_REFUSED) == {}


class TableOrder(StrEnum):
    """How the rows of a table follow each other."""

    RECORDED = "recorded"
    HOLES = "every fifth row"
    SHUFFLED = "shuffled"


def order_table(table: Window, order: TableOrder, most: int) -> Window:
    """At most *most* rows of *table*."""
    count = next(iter(table.values())).size
    places = {
        TableOrder.RECORDED: np.arange(count),
        TableOrder.HOLES: np.arange(0, count, 5),
        TableOrder.SHUFFLED: np.random.default_rng(SEED).permutation(count),
    }[order]
    return {name: series[places[:most]] for name, series in table.items()}


def refused_rows(runner: TableRunner, table: Window) -> float:
    return refused_share(judge_recorded(runner, table, lambda row: runner.judge_row(row, Explain.NEVER)))


def check_tables(name: str, table: Window) -> None:
    runner = runner_of(name)
    assert isinstance(runner, TableRunner)
    assert refused_rows(runner, table) <= MOST_GENUINE_REFUSED
    random = np.random.default_rng(SEED)
    refused = {kind: refused_rows(runner, broken) for kind, broken in break_tables(table, runner.spec.channels, random)}
    assert {kind: share for kind, share in refused.items() if share < LEAST_REFUSED} == {}


@pytest.mark.parametrize("order", list(TableOrder))
def test_a_simulated_table_that_broke_gets_no_verdicts(order: TableOrder) -> None:
    values = simulate_machine(SEED, 2000).values
    check_tables("device-state", order_table(dict(zip(MACHINE_CHANNELS, values.T, strict=True)), order, 400))


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("order", list(TableOrder))
@pytest.mark.parametrize("name", TABLE_PACKS)
def test_a_genuine_table_that_broke_gets_no_verdicts(
    name: str, order: TableOrder, genuine_windows: Callable[[str, int], list[Window]]
) -> None:
    rows = genuine_windows(name, EVERY_ROW)
    check_tables(name, order_table({channel: np.concatenate([row[channel] for row in rows]) for channel in rows[0]}, order, 1600))
