"""Kinds that are not sure: a guess where the verdict stands without them, NO VERDICT where the kind is all there is to say."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper
from pydantic import ValidationError

from inference.contract import Label, Output, OutputKind, Text
from inference.findings import Finding, Verdict
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.model_opening import Proof, open_model
from inference.providers import ProviderChoice
from inference.reasons import TEMPLATES, ReasonCode
from inference.regions import has_area_map, has_map
from inference.scoring import find_unsure_kind, score_classes
from station.records.journal import finding_from_json, finding_json
from tests.model_factory import SIZE_PX, base_contract, image_spec, save_model, write_pack
from tests.unit.pictures import paint

KINDS = ("ash", "slag", "scratch")
TITLES_ZH = ("铁皮灰", "夹渣", "划伤")


def output(*, healthy: bool = False, **settings: Any) -> Output:
    names = (("good", "良", 0.0),) if healthy else ()
    labels = (*names, *((name, zh, 1.0) for name, zh in zip(KINDS, TITLES_ZH, strict=True)))
    return Output(
        name="kind",
        kind=OutputKind.PROBABILITIES,
        shape=(1, len(labels)),
        threshold=0.5 if healthy else 0.0,
        labels=tuple(Label(name=name, title=Text(en=name.title(), zh=zh), severity=severity) for name, zh, severity in labels),
        **settings,
    )


def chances(*values: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.asarray(values, np.float32)


def test_confidence_is_the_labels_chance_and_the_rival_comes_second() -> None:
    said = score_classes(chances(0.2, 0.7, 0.1), output())
    assert (said.label, said.score, said.unsure) == ("slag", 1.0, False)
    assert said.confidence == pytest.approx(0.7)
    assert said.rival is not None
    assert said.rival == ("ash", pytest.approx(0.2))


def test_confidence_is_among_the_labels_of_the_verdicts_side() -> None:
    said = score_classes(chances(0.4, 0.3, 0.2, 0.1), output(healthy=True, unsure_below=0.6))
    assert (said.label, said.unsure) == ("ash", True)
    assert said.score == pytest.approx(0.6)
    assert said.confidence == pytest.approx(0.5)


def test_where_there_is_nothing_to_choose_there_is_no_confidence() -> None:
    said = score_classes(chances(0.9, 0.05, 0.03, 0.02), output(healthy=True, unsure_below=0.6))
    assert (said.label, said.unsure) == ("good", False)
    assert math.isnan(said.confidence)


def test_an_unsure_kind_says_which_two_compete_in_both_languages() -> None:
    asked = output(unsure_below=0.7, refuse_below=0.5)
    reason = find_unsure_kind(score_classes(chances(0.42, 0.2, 0.38), asked), asked)
    assert reason is not None
    assert reason.code is ReasonCode.UNSURE_KIND
    assert reason.sentence == "The kind is not sure: Ash 42 %, Scratch 38 %; below 50 % none is named"
    assert reason.fill("{kind_zh} {chance}, {rival_zh}") == "铁皮灰 42, 划伤"
    assert "{kind}" in TEMPLATES[ReasonCode.UNSURE_KIND]
    assert find_unsure_kind(score_classes(chances(0.5, 0.2, 0.3), asked), asked) is None


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"healthy": True, "refuse_below": 0.4}, "elsewhere the verdict stands"),
        ({"unsure_below": 1.0}, "less than 1"),
    ],
)
def test_what_would_turn_an_ok_or_a_defect_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        output(**settings)


def test_only_classes_can_be_unsure() -> None:
    for kind, more in ((OutputKind.RISK, {"unsure_below": 0.5}), (OutputKind.EVIDENCE_MAP, {"threshold": 0.5})):
        with pytest.raises(ValidationError, match=r"probabilities|explains"):
            Output(name="x", kind=kind, shape=(1, 1), **more)


def make_kind_pack(folder: Path, **settings: Any) -> Path:
    """Kinds only: P(ash) is the mean brightness, the rest is slag's; a map of evidence explains."""
    width, height = SIZE_PX
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["map"], axes=[1], keepdims=1),
        helper.make_node("ReduceMean", ["image"], ["bright"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Reshape", ["bright", "shape"], ["p"]),
        helper.make_node("Sub", ["one", "p"], ["q"]),
        helper.make_node("Concat", ["p", "q"], ["kind"], axis=1),
    ]
    constants = {"shape": np.array([1, 1], dtype=np.int64), "one": np.ones((1, 1), dtype=np.float32)}
    model = save_model(nodes, {"image": (1, 3, height, width)}, {"kind": (1, 2), "map": (1, 1, height, width)}, constants)
    labels = [{"name": name, "title": {"en": name.title(), "zh": name}, "severity": 1.0} for name in KINDS[:2]]
    outputs = [
        {"name": "kind", "kind": "probabilities", "shape": [1, 2], "labels": labels, "threshold": 0.0, **settings},
        {"name": "map", "kind": "evidence_map", "shape": [1, 1, height, width], "map_threshold": 0.4},
    ]
    return write_pack(folder, {**base_contract("kinds", "classify"), "image": image_spec(), "outputs": outputs}, model)


def judge(folder: Path, level: int) -> Finding:
    runner = open_model(folder, ProviderChoice.CPU, proof=Proof.SKIP).runner
    assert isinstance(runner, ImageRunner)
    [finding] = runner.judge(paint(level=level), HeatmapPolicy.ALWAYS)
    return finding


def test_a_sure_kind_a_guess_and_no_verdict(tmp_path: Path) -> None:
    folder = make_kind_pack(tmp_path / "kinds", unsure_below=0.8, refuse_below=0.6)
    sure, guess, none = (judge(folder, level) for level in (230, 180, 130))
    assert (sure.verdict, sure.label, sure.unsure) == (Verdict.DEFECT, "ash", False)
    assert sure.confidence == pytest.approx(230 / 255, abs=1e-3)
    assert (guess.verdict, guess.label, guess.unsure, guess.reason) == (Verdict.DEFECT, "ash", True, None)
    assert guess.regions
    assert (none.verdict, none.label, none.regions, none.heatmap, none.unsure) == (Verdict.NO_VERDICT, "", (), None, False)
    assert math.isnan(none.score)
    assert none.confidence == pytest.approx(130 / 255, abs=1e-3)
    assert none.reason is not None
    assert none.reason.sentence.startswith("The kind is not sure: Ash 51 %, Slag 49 %")


def test_without_limits_nothing_is_a_guess(tmp_path: Path) -> None:
    finding = judge(make_kind_pack(tmp_path / "kinds"), 130)
    assert (finding.verdict, finding.unsure) == (Verdict.DEFECT, False)


def test_evidence_is_a_map_whose_area_measures_nothing(tmp_path: Path) -> None:
    contract = open_model(make_kind_pack(tmp_path / "kinds"), ProviderChoice.CPU, proof=Proof.SKIP).pack.contract
    assert has_map(contract)
    assert not has_area_map(contract)


@pytest.mark.parametrize("confidence", [0.62, math.nan])
def test_records_keep_how_sure_a_kind_was(confidence: float) -> None:
    finding = Finding("t", Verdict.DEFECT, "ash", 1.0, 0.0, "m", "1.0.0", "0", "CPU", 1.0, confidence=confidence, unsure=confidence < 0.7)
    kept = finding_from_json(finding_json(finding))
    assert kept is not None
    assert kept.confidence == pytest.approx(confidence, nan_ok=True)
    assert kept.unsure == finding.unsure


def test_records_of_before_say_nothing_of_it() -> None:
    text = finding_json(Finding("t", Verdict.OK, "good", 0.1, 0.5, "m", "1.0.0", "0", "CPU", 1.0))
    older = finding_from_json(text.replace('"confidence": null, "unsure": false, ', ""))
    assert older is not None
    assert math.isnan(older.confidence)
    assert not older.unsure
