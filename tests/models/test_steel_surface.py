"""The shipped steel-surface pack: proves itself, names the kinds of made surfaces, never says OK, refuses what is no steel."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.findings import Verdict
from inference.image_file import read_image
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.model_opening import Proof, open_model
from inference.pack import find_pack, load_pack
from inference.parity import read_golden
from inference.providers import ProviderChoice
from inference.reasons import ReasonCode
from station.paths import models_dir
from station.simulation.parts_texture import stable_seed
from training.steel_surface.simulated import paint_surface
from training.steel_surface.spec import KINDS

PACK = find_pack("steel-surface", [models_dir()])
UNSEEN_SEED = 90_210


@pytest.fixture(scope="module")
def runner() -> ImageRunner:
    opened = open_model(PACK, ProviderChoice.CPU, proof=Proof.AT_OPEN)
    assert opened.golden is not None
    assert opened.golden.ok, opened.golden.sentence
    assert isinstance(opened.runner, ImageRunner)
    return opened.runner


def test_it_proves_itself_on_several_kinds() -> None:
    cases = read_golden(load_pack(PACK))
    assert len({case.label for case in cases}) >= 4
    assert {case.verdict for case in cases} == {Verdict.DEFECT.value}


def test_every_kind_is_a_defect_because_no_good_surface_was_taught() -> None:
    labels = load_pack(PACK).contract.outputs[0].labels
    assert len(labels) == 7
    assert all(label.severity == 1.0 for label in labels)


def test_a_kind_comes_with_its_confidence_and_its_places(runner: ImageRunner) -> None:
    output = load_pack(PACK).contract.outputs[0]
    assert output.unsure_below is not None
    assert output.refuse_below is not None
    assert 0.14 < output.refuse_below < output.unsure_below < 1.0
    for case in read_golden(load_pack(PACK)):
        [finding] = runner.judge(read_image(load_pack(PACK).golden_folder / case.input), HeatmapPolicy.ALWAYS)
        assert finding.confidence >= output.unsure_below
        assert not finding.unsure
        assert finding.regions
        assert all(region.label == case.label for region in finding.regions)
        assert finding.heatmap is not None
        assert finding.heatmap.max() > 0


def test_the_evidence_for_a_kind_lies_on_what_was_painted(runner: ImageRunner) -> None:
    peaks, heat_inside, area, boxes = [], [], [], []
    for place, kind in enumerate(KINDS):
        for number in range(6):
            surface = paint_surface(stable_seed(UNSEEN_SEED, place, number), (kind,))
            [finding] = runner.judge(surface.image, HeatmapPolicy.ALWAYS)
            if finding.label != kind:
                continue
            assert finding.heatmap is not None
            near = cv2.dilate(surface.mask.astype(np.uint8), np.ones((17, 17), np.uint8)) > 0
            heat = finding.heatmap.astype(np.float64)
            peaks.append(bool(near[divmod(int(heat.argmax()), heat.shape[1])]))
            heat_inside.append(heat[near].sum() / heat.sum())
            area.append(float(near.mean()))
            boxes += [bool(near[r.y : r.y + r.height, r.x : r.x + r.width].any()) for r in finding.regions[:1]]
    assert len(peaks) >= 28
    assert np.mean(peaks) >= 0.85
    assert np.mean(boxes) >= 0.85
    assert np.mean(heat_inside) >= 2.0 * np.mean(area)


def test_the_card_shows_what_it_embeds() -> None:
    card = (PACK / "CARD.md").read_text(encoding="utf-8")
    shown = {path.name for path in (PACK / "card").iterdir()}
    assert shown
    assert shown == set(re.findall(r"\]\(card/([^)]+)\)", card))
    assert load_pack(PACK).contract.model.sha256 in card


@pytest.mark.parametrize("turn", [-1, 0, 1])
def test_a_mirrored_surface_has_the_same_kind(runner: ImageRunner, turn: int) -> None:
    for case in read_golden(load_pack(PACK)):
        image = read_image(load_pack(PACK).golden_folder / case.input)
        [finding] = runner.judge(np.ascontiguousarray(np.flip(image, (0, 1) if turn < 0 else turn)))
        assert (finding.verdict, finding.label) == (Verdict.DEFECT, case.label)


def test_darkness_blur_and_noise_get_no_verdict(runner: ImageRunner) -> None:
    random = np.random.default_rng(6)
    for image, reason in (
        (np.zeros((128, 128, 3), np.uint8), ReasonCode.TOO_DARK),
        (np.full((128, 128, 3), 130, np.uint8), ReasonCode.BLURRED),
        (random.integers(0, 256, (128, 128, 3), dtype=np.uint8), ReasonCode.UNLIKE_TRAINING),
    ):
        [finding] = runner.judge(image)
        assert finding.verdict is Verdict.NO_VERDICT
        assert finding.reason is not None
        assert finding.reason.code is reason


@pytest.mark.real_data
def test_real_surfaces_get_their_kind(runner: ImageRunner, real_data_dir: Path) -> None:
    """The shipped network saw them: this guards the pack, the CARD's figures are the evidence."""
    folder = real_data_dir / "vision" / "x_sdd"
    with (folder / "index.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))[::3]
    found = [(row["class"], runner.judge(read_image(folder / row["image"]))[0]) for row in rows]
    judged = [(kind, finding) for kind, finding in found if finding.verdict is not Verdict.NO_VERDICT]
    assert len(judged) >= 0.99 * len(found)
    assert all(finding.verdict is Verdict.DEFECT for _, finding in judged)
    assert np.mean([kind == finding.label for kind, finding in judged]) >= 0.99
