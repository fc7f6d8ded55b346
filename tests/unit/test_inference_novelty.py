"""What the network was not taught gets no verdict, for any of the pack's targets."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from inference.contract import Output, PackContract
from inference.errors import PackError
from inference.explanation import Explain
from inference.findings import Finding, Verdict
from inference.image_runner import ImageRunner
from inference.model_opening import Proof, open_model
from inference.pack import load_pack
from inference.parity import Runner, check_golden
from inference.providers import ProviderChoice
from inference.reasons import ReasonCode
from inference.scoring import find_refusal
from inference.sequence_runner import SequenceRunner
from inference.table_runner import TableRunner
from tests.model_factory import add_golden, base_contract, image_spec, make_drift_pack, make_row_pack, make_shade_pack, with_novelty
from tests.unit.pictures import encode_png, paint

NOVELTY = {"name": "novelty", "kind": "novelty", "shape": (1, 1), "novelty_limit": 2.5}


def runner_of(folder: Path) -> Runner:
    return open_model(folder, ProviderChoice.CPU, proof=Proof.SKIP).runner


def reason_of(finding: Finding) -> str:
    assert finding.verdict is Verdict.NO_VERDICT
    assert finding.reason is not None
    assert finding.reason.code is ReasonCode.UNLIKE_TRAINING
    assert math.isnan(finding.score)
    return finding.reason.sentence


def test_an_unfamiliar_image_gets_no_verdict_and_says_by_how_much(tmp_path: Path) -> None:
    runner = runner_of(with_novelty(make_shade_pack(tmp_path / "shade"), 0.5))
    assert isinstance(runner, ImageRunner)
    [familiar] = runner.judge(paint(level=120))
    assert familiar.verdict is Verdict.OK
    assert familiar.novelty == pytest.approx(120 / 255 / 0.5, abs=1e-6)
    [finding] = runner.judge(paint(level=204))
    assert finding.novelty == pytest.approx(1.6, abs=1e-6)
    assert reason_of(finding) == "This does not look like what the model was taught: it differs by 0.80, less than 0.50 is usual"
    assert finding.elapsed_ms > 0


def test_an_unfamiliar_window_gets_no_verdict_and_a_familiar_one_is_explained(tmp_path: Path) -> None:
    runner = runner_of(with_novelty(make_drift_pack(tmp_path / "drift"), 3.0))
    assert isinstance(runner, SequenceRunner)
    window = {"a": np.full(6, 14.0), "b": np.full(12, 50.0)}
    [familiar] = runner.judge_window(window, Explain.ALWAYS)
    assert familiar.verdict is Verdict.FAULT
    assert [one.channel for one in familiar.contributors] == ["a"]
    assert familiar.novelty == pytest.approx(2 / 3, abs=1e-6)
    [finding] = runner.judge_window({**window, "b": np.full(12, 70.0)}, Explain.ALWAYS)
    assert "4.00" in reason_of(finding)
    assert finding.contributors == ()


def test_an_unfamiliar_row_gets_no_verdict(tmp_path: Path) -> None:
    runner = runner_of(with_novelty(make_row_pack(tmp_path / "row"), 3.0))
    assert isinstance(runner, TableRunner)
    assert runner.judge_row({"x": 5.0, "kind": 1.0})[0].verdict is Verdict.FAULT
    reason_of(runner.judge_row({"x": 7.0, "kind": 1.0})[0])


def test_golden_inputs_pass_their_own_gate_or_the_golden_set_fails(tmp_path: Path) -> None:
    folder = with_novelty(make_shade_pack(tmp_path / "shade"), 0.9)
    add_golden(folder, {"shade.png": encode_png(paint(level=200))})
    assert check_golden(runner_of(folder), load_pack(folder)).ok
    text = (folder / "pack.toml").read_text(encoding="utf-8")
    (folder / "pack.toml").write_text(text.replace('"novelty_limit" = 0.9', '"novelty_limit" = 0.7'), encoding="utf-8")
    result = check_golden(runner_of(folder), load_pack(folder))
    assert not result.ok
    assert "NO_VERDICT instead of DEFECT" in result.sentence


def test_a_novelty_that_moved_fails_the_golden_set_although_no_score_did(tmp_path: Path) -> None:
    folder = with_novelty(make_drift_pack(tmp_path / "drift"), 20.0)
    buffer = io.BytesIO()
    np.savez(buffer, a=np.full(6, 10.0), b=np.full(12, 51.0))
    add_golden(folder, {"window.npz": buffer.getvalue()})
    assert check_golden(runner_of(folder), load_pack(folder)).ok
    expected = folder / "golden" / "expected.json"
    [case] = json.loads(expected.read_text(encoding="utf-8"))
    assert case["novelty"] == pytest.approx(0.2 / 20)
    expected.write_text(json.dumps([{**case, "novelty": 0.1}]), encoding="utf-8")
    result = check_golden(runner_of(folder), load_pack(folder))
    assert not result.ok
    assert "novelty 0.0100 instead of 0.1000, more than 0.02 off" in result.sentence
    expected.write_text(json.dumps([{name: value for name, value in case.items() if name != "novelty"}]), encoding="utf-8")
    assert check_golden(runner_of(folder), load_pack(folder)).ok


@pytest.mark.parametrize(
    ("tensors", "code"),
    [
        ({"risk": 0.5, "novelty": 2.49}, None),
        ({"risk": 0.5, "novelty": 2.5}, ReasonCode.UNLIKE_TRAINING),
        ({"risk": 0.5, "novelty": math.inf}, ReasonCode.UNLIKE_TRAINING),
        ({"risk": 0.5, "novelty": math.nan}, ReasonCode.MODEL_FAILED),
        ({"risk": math.nan, "novelty": 0.1}, ReasonCode.MODEL_FAILED),
    ],
)
def test_only_a_number_below_the_limit_is_familiar(tensors: Mapping[str, float], code: ReasonCode | None) -> None:
    outputs = [{"name": "risk", "kind": "risk", "shape": (1, 1), "threshold": 0.5}, NOVELTY]
    contract = contract_of(outputs)
    reason = find_refusal({name: np.array([[value]], dtype=np.float32) for name, value in tensors.items()}, contract)
    assert (reason.code if reason is not None else None) is code
    assert reason is None or "{" not in reason.sentence


@pytest.mark.parametrize(
    ("novelty", "said"),
    [
        (2.503, "differs by 2.503, less than 2.500"),
        (2.5, "differs by 2.50, less than 2.50"),
        (3.0, "differs by 3.00, less than 2.50"),
        (1e30, "differs by > 10000, less than 2.50"),
    ],
)
def test_the_number_and_its_limit_are_told_apart(novelty: float, said: str) -> None:
    contract = contract_of([{"name": "risk", "kind": "risk", "shape": (1, 1), "threshold": 0.5}, NOVELTY])
    reason = find_refusal({"risk": np.zeros((1, 1), np.float32), "novelty": np.full((1, 1), novelty, np.float32)}, contract)
    assert reason is not None
    assert said in reason.sentence


def contract_of(outputs: list[dict[str, Any]]) -> PackContract:
    document = {**base_contract("pack", "classify"), "model": {"sha256": "0" * 64, "opset": 17}, "image": image_spec()}
    return PackContract.model_validate({**document, "outputs": outputs})


@pytest.mark.parametrize(
    "changes",
    [
        {"novelty_limit": None},
        {"novelty_limit": 0.0},
        {"novelty_limit": math.inf},
        {"threshold": 0.5},
        {"near_miss": 0.5},
        {"target": "pump"},
        {"kind": "risk"},
    ],
)
def test_a_contract_says_novelty_wholly_or_not_at_all(changes: dict[str, Any]) -> None:
    Output.model_validate(NOVELTY)
    with pytest.raises(ValidationError):
        Output.model_validate({**NOVELTY, **changes})


def test_novelty_alone_judges_nothing() -> None:
    with pytest.raises(ValidationError, match="threshold"):
        contract_of([NOVELTY])


def test_novelty_is_one_number(tmp_path: Path) -> None:
    folder = with_novelty(make_shade_pack(tmp_path / "shade"), 0.5)
    text = (folder / "pack.toml").read_text(encoding="utf-8")
    (folder / "pack.toml").write_text(text.replace('"kind" = "novelty", "shape" = [1, 1]', '"kind" = "novelty", "shape" = [1, 2]'), "utf-8")
    with pytest.raises(PackError, match="shape"):
        load_pack(folder)
