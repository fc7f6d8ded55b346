"""A pack's int8 variant judges only where it gives the golden verdicts and is clearly faster, and says that it does."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import onnx
import pytest

import inference.model_opening
import station.doctor
from inference.errors import PackError
from inference.image_runner import ImageRunner
from inference.model_opening import OpenedModel, Proof, open_model
from inference.pack import ModelPack, load_pack
from inference.parity import GoldenResult, Runner, check_golden
from inference.providers import ProviderChoice
from tests.model_factory import add_golden, blob_model, make_blob_pack, to_toml
from tests.unit.pictures import encode_png, paint


def offer(folder: Path, network: bytes, *, sha256: str | None = None) -> Path:
    """Give the pack in *folder* the variant *network*."""
    (folder / "model.int8.onnx").write_bytes(network)
    variant = {"file": "model.int8.onnx", "sha256": sha256 or hashlib.sha256(network).hexdigest(), "precision": "int8"}
    document = load_pack(folder).contract.model_dump(mode="json", exclude_none=True)
    document["model"]["variants"] = [variant]
    (folder / "pack.toml").write_text("".join(f"{key} = {to_toml(value)}\n" for key, value in document.items()), encoding="utf-8")
    return folder


def other_file() -> bytes:
    """The blob network in another file: nothing but its maker's name differs."""
    model = onnx.load_model_from_string(blob_model())
    model.producer_name = "int8"
    return model.SerializeToString()


def darker() -> bytes:
    """A network that gives other scores: the largest colour instead of the mean."""
    model = onnx.load_model_from_string(blob_model())
    model.graph.node[0].op_type = "ReduceMin"
    return model.SerializeToString()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = make_blob_pack(tmp_path / "blob")
    spot = paint(spot=230)
    spot[10:30, 30:60, 0] = 200
    add_golden(folder, {"dark.png": encode_png(paint()), "spot.png": encode_png(spot)})
    return folder


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """How long the golden set takes, ms, by the version that runs it."""
    told = {"1.0.0": 100.0, "1.0.0+int8": 50.0}

    def check(runner: Runner, of: ModelPack) -> GoldenResult:
        return replace(check_golden(runner, of), elapsed_ms=told[of.version])

    monkeypatch.setattr(inference.model_opening, "check_golden", check)
    return told


def version_of(model: OpenedModel) -> str:
    assert isinstance(model.runner, ImageRunner)
    [finding] = model.runner.judge(paint(spot=230))
    assert finding.sha256 == model.pack.contract.model.sha256
    return finding.version


def test_the_faster_variant_judges_and_every_finding_says_so(pack: Path, times: dict[str, float]) -> None:
    model = open_model(offer(pack, other_file()), ProviderChoice.CPU)
    assert times["1.0.0+int8"] == 50.0
    assert (version_of(model), model.note) == ("1.0.0+int8", "")


@pytest.mark.parametrize("int8_ms", [95.0, 300.0])
def test_a_variant_that_is_not_clearly_faster_does_not_judge(pack: Path, times: dict[str, float], int8_ms: float) -> None:
    times["1.0.0+int8"] = int8_ms
    assert version_of(open_model(offer(pack, other_file()), ProviderChoice.CPU)) == "1.0.0"


def test_a_variant_that_gives_other_scores_is_left_and_the_note_says_why(pack: Path, times: dict[str, float]) -> None:
    assert times
    model = open_model(offer(pack, darker()), ProviderChoice.CPU)
    assert version_of(model) == "1.0.0"
    assert model.note.startswith("1.0.0+int8 was left: Golden input ")


def test_without_a_proof_only_the_network_itself_is_opened(pack: Path) -> None:
    assert version_of(open_model(offer(pack, darker()), ProviderChoice.CPU, proof=Proof.SKIP)) == "1.0.0"


def test_a_variant_with_another_fingerprint_is_refused(pack: Path) -> None:
    with pytest.raises(PackError, match="not the one the pack was checked with"):
        load_pack(offer(pack, other_file(), sha256="0" * 64))


def test_the_doctor_judges_the_variant_too(pack: Path) -> None:
    checks = {check.name: check for check in station.doctor._look_at_pack(offer(pack, darker()))}
    assert checks["blob on CPU"].outcome == "good"
    assert checks["blob int8 on CPU"].outcome == "failed"
