"""Explanations of the bundled packs are true: the heatmap lies on the defect, the named channel drives the risk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.contract import PackContract
from inference.driving import say_driving, title_of
from inference.explanation import Explain, run_rows
from inference.findings import Finding, FloatArray, Verdict
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.model_opening import OpenedModel, Proof, open_model
from inference.pack import list_packs, load_pack
from inference.parity import read_golden
from inference.providers import ProviderChoice
from inference.regions import has_map
from inference.scoring import complete_scores, target_of
from inference.sequence_preprocessing import FloatSeries, prepare_rows, prepare_window
from inference.sequence_runner import SequenceRunner
from inference.table_runner import TableRunner
from station.paths import models_dir
from station.simulation.parts_texture import PartKind, paint_part, stable_seed
from training.magnetic_tile.simulated import paint_tile
from training.magnetic_tile.spec import KINDS

PACKS = {folder.name: folder for folder in list_packs([models_dir()])}
SENSOR_PACKS = [name for name, folder in PACKS.items() if load_pack(folder).contract.image is None]
IMAGE_PACKS = [name for name in PACKS if name not in SENSOR_PACKS]
UNSEEN_SEED = 90_210


def opened(folder: Path) -> OpenedModel:
    return open_model(folder, ProviderChoice.CPU, proof=Proof.SKIP)


def test_the_heatmap_lies_on_simulated_pits() -> None:
    runner = opened(PACKS["surface-pitting"]).runner
    assert isinstance(runner, ImageRunner)
    inside, near = [], []
    for number in range(24):
        part = paint_part(stable_seed(UNSEEN_SEED, number), PartKind.PITTED, 1130, 460)
        [finding] = runner.judge(part.image, HeatmapPolicy.ALWAYS)
        if finding.verdict is Verdict.DEFECT:
            assert finding.heatmap is not None
            heat = finding.heatmap.astype(np.float64)
            inside.append(heat[part.pit_mask > 0].sum() / heat.sum())
            near.append(heat[cv2.dilate(part.pit_mask, np.ones((13, 13), np.uint8)) > 0].sum() / heat.sum())
    area = float(np.mean(part.pit_mask > 0))
    assert len(inside) >= 18
    assert area < 0.1
    # Pits are a few pixels wide, and the map's grid is coarser than the picture: six pixels beside one still is on it.
    assert np.mean(inside) >= 0.5
    assert np.mean(near) >= 0.85


def test_the_heatmap_lies_on_simulated_defects_of_tiles() -> None:
    runner = opened(PACKS["magnetic-tile"]).runner
    assert isinstance(runner, ImageRunner)
    near, area = [], []
    for number in range(30):
        gray, kinds = paint_tile(stable_seed(UNSEEN_SEED, number), KINDS[number % len(KINDS)], 220, 300)
        [finding] = runner.judge(np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), np.uint8), HeatmapPolicy.ALWAYS)
        if finding.verdict is Verdict.DEFECT:
            assert finding.heatmap is not None
            heat = finding.heatmap.astype(np.float64)
            grown = cv2.dilate((kinds > 0).astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
            near.append(heat[grown].sum() / heat.sum())
            area.append(float(grown.mean()))
    assert len(near) >= 18
    assert np.mean(area) < 0.3
    assert np.mean(near) >= 0.75


@pytest.mark.parametrize("name", IMAGE_PACKS)
def test_a_defect_shows_where_it_is_in_the_same_pass(name: str) -> None:
    model = opened(PACKS[name])
    assert isinstance(model.runner, ImageRunner)
    assert has_map(model.pack.contract), f"{name} has no map output"


def faults(model: OpenedModel) -> Iterator[tuple[Finding, Mapping[str, FloatSeries]]]:
    """Every golden FAULT of a sensor pack, explained, with the input it came from."""
    for name in sorted({case.input for case in read_golden(model.pack) if case.verdict is Verdict.FAULT}):
        with np.load(model.pack.golden_folder / name, allow_pickle=False) as archive:
            values = {channel: np.asarray(archive[channel], dtype=np.float64).reshape(-1) for channel in archive.files}
        if isinstance(model.runner, SequenceRunner):
            found = model.runner.judge_window(values, Explain.ALWAYS)
        else:
            assert isinstance(model.runner, TableRunner)
            found = model.runner.judge_row({channel: float(series[0]) for channel, series in values.items()}, Explain.ALWAYS)
        for finding in found:
            if finding.verdict is Verdict.FAULT:
                yield finding, values


def score_of(model: OpenedModel, values: Mapping[str, FloatSeries], target: str) -> float:
    """The score by way of the raw values, past every gate: a channel that is held at its mean would be refused as stuck."""
    contract = model.pack.contract
    tensor = prepare(values, contract)
    scores = complete_scores(run_rows(model.session, tensor)[0], contract)
    return next(scores[output.name].score for output in contract.outputs if output.name in scores and target_of(output, contract) == target)


def prepare(values: Mapping[str, FloatSeries], contract: PackContract) -> FloatArray:
    if contract.sequence is not None:
        return prepare_window(values, contract.sequence)
    assert contract.table is not None
    return prepare_rows(values, contract.table)


def usual_values(model: OpenedModel) -> Callable[[str, FloatSeries], FloatSeries]:
    """What stands in for a channel that is taken away: its part of the pack's reference window, else its mean."""
    contract = model.pack.contract
    spec = contract.sequence or contract.table
    assert spec is not None
    if contract.sequence is not None and contract.sequence.reference:
        with np.load(model.pack.folder / contract.sequence.reference, allow_pickle=False) as archive:
            reference = {channel: np.asarray(archive[channel], np.float64).reshape(-1) for channel in archive.files}
        return lambda channel, _: reference[channel]
    means = {channel.name: channel.mean for channel in spec.channels}
    return lambda channel, values: np.full_like(values, means[channel])


@pytest.mark.parametrize("name", SENSOR_PACKS)
def test_removing_the_named_channel_lowers_the_risk(name: str) -> None:
    model = opened(PACKS[name])
    usual = usual_values(model)
    seen = 0
    for finding, values in faults(model):
        assert finding.contributors, f"{finding.target} is not explained"
        first = finding.contributors[0]
        before = score_of(model, values, finding.target)
        assert before == pytest.approx(finding.score, abs=1e-5)
        without = {**values, first.channel: usual(first.channel, values[first.channel])}
        assert score_of(model, without, finding.target) < before
        assert first.effect > 0
        assert first.share == max(one.share for one in finding.contributors)
        seen += 1
    assert seen >= 1


@pytest.mark.parametrize("name", SENSOR_PACKS)
def test_a_fault_is_said_in_one_sentence_with_titles_and_values(name: str) -> None:
    model = opened(PACKS[name])
    name_of = title_of(model.pack.contract)
    for finding, _ in faults(model):
        sentence = say_driving(finding.contributors, name_of)
        assert sentence.startswith("The risk comes from ")
        assert name_of(finding.contributors[0].channel) in sentence
        assert "{" not in sentence
