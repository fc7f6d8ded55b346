"""An int8 variant is made, compared and shipped only where it is worth it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx", reason="only the test and training environments have onnx")

from onnx import helper

import training.quantise
from inference.pack import load_pack
from tests.model_factory import (
    LABELS,
    OPSET,
    SIZE_PX,
    add_golden,
    base_contract,
    image_spec,
    make_blob_pack,
    make_row_pack,
    save_model,
    write_pack,
)
from tests.unit.pictures import encode_png, paint
from training.quantise import CARD_HEADING, VARIANT_FILE, Comparison, quantise_pack


def make_convolved_pack(folder: Path) -> Path:
    """A segmentation pack of five convolutions whose map is about the brightness."""
    width, height = SIZE_PX
    random = np.random.default_rng(1)
    weights: dict[str, Any] = {"w0": np.full((8, 3, 3, 3), 1 / 27, np.float32)}
    nodes = [helper.make_node("Conv", ["image", "w0"], ["c0"], name="conv0", pads=[1, 1, 1, 1])]
    for number in range(1, 4):
        mixing = np.zeros((8, 8, 3, 3), np.float32)
        mixing[:, :, 1, 1] = 1 / 8
        weights[f"w{number}"] = mixing + random.normal(0, 1e-4, mixing.shape).astype(np.float32)
        nodes.append(helper.make_node("Conv", [f"c{number - 1}", f"w{number}"], [f"c{number}"], name=f"conv{number}", pads=[1, 1, 1, 1]))
    weights["last"] = np.full((1, 8, 1, 1), 1 / 8, np.float32)
    nodes.append(helper.make_node("Conv", ["c3", "last"], ["map"], name="conv_last"))
    model = save_model(nodes, {"image": (1, 3, height, width)}, {"map": (1, 1, height, width)}, weights)
    output: Mapping[str, Any] = {
        "name": "map",
        "kind": "probability_map",
        "shape": [1, 1, height, width],
        "labels": LABELS,
        "threshold": 0.5,
    }
    contract = {**base_contract("convolved", "segment"), "image": image_spec(), "outputs": [output]}
    write_pack(folder, contract, model)
    add_golden(folder, {"dark.png": encode_png(paint()), "spot.png": encode_png(paint(spot=200))})
    return folder


def make_linear_pack(folder: Path) -> Path:
    """The row pack, its sum made by one linear layer."""
    contract = load_pack(make_row_pack(folder)).contract.model_dump(mode="json", exclude_none=True, exclude={"model"})
    nodes = [
        helper.make_node("Gemm", ["row", "weights"], ["sum"], name="linear"),
        helper.make_node("Sigmoid", ["sum"], ["p"]),
        helper.make_node("Sub", ["one", "p"], ["q"]),
        helper.make_node("Concat", ["q", "p"], ["classes"], axis=1),
    ]
    constants = {"weights": np.ones((2, 1), np.float32), "one": np.ones((1, 1), np.float32)}
    write_pack(folder, contract, save_model(nodes, {"row": ("n", 2)}, {"classes": ("n", 2)}, constants))
    buffer = io.BytesIO()
    np.savez(buffer, x=np.array([5.0]), kind=np.array([1.0]))
    add_golden(folder, {"row.npz": buffer.getvalue()})
    return folder


@pytest.mark.parametrize("int8_ms", [5.0, 9.9])
def test_linear_layers_are_quantised_too(tmp_path: Path, speed: list[tuple[float, float]], int8_ms: float) -> None:
    speed[0] = (10.0, int8_ms)
    folder = make_linear_pack(tmp_path / "row")
    comparison = quantise_pack(folder)
    assert comparison is not None
    assert comparison.golden_ok, comparison.golden
    assert (folder / VARIANT_FILE).exists() == (int8_ms == 5.0)
    assert comparison.worst_difference > 0
    assert len(load_pack(folder).contract.model.variants) == (int8_ms == 5.0)
    assert CARD_HEADING in (folder / "CARD.md").read_text(encoding="utf-8")


@pytest.fixture
def speed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float]]:
    """What is measured, ms: float32 and int8, at one and at two threads."""
    told = [(10.0, 5.0), (6.0, 4.0)]
    monkeypatch.setattr(training.quantise, "_measure_ms", lambda one, other, threads: told[threads - 1])
    return told


def test_a_faster_variant_is_shipped_with_its_comparison(tmp_path: Path, speed: list[tuple[float, float]]) -> None:
    assert speed
    folder = make_convolved_pack(tmp_path / "convolved")
    before = load_pack(folder).contract
    comparison = quantise_pack(folder)
    assert comparison is not None
    assert comparison.golden_ok, comparison.golden
    assert (comparison.inputs, comparison.flips) == (6, 0)
    pack = load_pack(folder)
    [variant] = pack.contract.model.variants
    assert pack.contract.model_copy(update={"model": before.model}) == before
    assert pack.contract.model.opset == OPSET
    nodes = {node.op_type for node in training.quantise.onnx.load(folder / VARIANT_FILE).graph.node}
    assert "QuantizeLinear" in nodes
    card = (folder / "CARD.md").read_text(encoding="utf-8")
    assert variant.sha256 in card
    assert "100.0% have the same verdict" in card
    assert "| ms per input, one thread | 10.00 | 5.00 |" in card


def test_a_variant_that_is_not_worth_it_any_more_is_taken_out(tmp_path: Path, speed: list[tuple[float, float]]) -> None:
    folder = make_convolved_pack(tmp_path / "convolved")
    quantise_pack(folder)
    speed[0] = (10.0, 9.0)
    comparison = quantise_pack(folder)
    assert comparison is not None
    assert not comparison.is_worth_it
    assert load_pack(folder).contract.model.variants == ()
    assert not (folder / VARIANT_FILE).exists()
    card = (folder / "CARD.md").read_text(encoding="utf-8")
    assert card.count(CARD_HEADING) == 1
    assert "Not shipped" in card


def test_a_network_without_such_layers_stays_as_it_is(tmp_path: Path) -> None:
    folder = make_blob_pack(tmp_path / "blob")
    add_golden(folder, {"dark.png": encode_png(paint())})
    assert quantise_pack(folder) is None
    assert sorted(path.name for path in folder.iterdir()) == ["CARD.md", "golden", "model.onnx", "pack.toml"]


@pytest.mark.parametrize(
    ("changes", "worth"),
    [({}, True), ({"golden_ok": False}, False), ({"flips": 1}, False), ({"int8_ms": (9.0, 1.0)}, False)],
)
def test_worth_it_is_faster_without_another_verdict(changes: dict[str, Any], worth: bool) -> None:
    comparison = Comparison(True, "", 10, 0, 0.001, (10.0, 6.0), (5.0, 4.0))
    assert replace(comparison, **changes).is_worth_it is worth
