"""This file decides which tiny model packs tests judge with: a few operators each, so that every number can be told beforehand.

* blob: image segmentation; the map is the mean of the three colours, so bright is defective.
* shade: image classes from the mean brightness, with the same map for information.
* drift: sequence classes; the score is sigmoid(sum over channels of the mean of the normalised channel).
* row: table classes by the same rule over one row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from inference.contract import PackContract, SequenceInput
from inference.model_opening import Proof, open_on
from inference.pack import load_pack
from inference.parity import make_expected
from inference.providers import Provider

SIZE_PX = (32, 24)
"""Width and height of the image packs' input."""
OPSET = 17

TITLE = {"en": "Test", "zh": "测试"}
LABELS = [
    {"name": "good", "title": TITLE, "severity": 0.0},
    {"name": "bad", "title": TITLE, "severity": 1.0},
]


def write_pack(folder: Path, contract: Mapping[str, Any], model: bytes) -> Path:
    """Write a pack of *contract* (its [model] is filled in) and *model* into *folder* and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model)
    document = {**contract, "model": {"sha256": hashlib.sha256(model).hexdigest(), "opset": OPSET}}
    PackContract.model_validate(document)
    (folder / "pack.toml").write_text("".join(f"{key} = {to_toml(value)}\n" for key, value in document.items()), encoding="utf-8")
    (folder / "CARD.md").write_text("# Test pack\n", encoding="utf-8")
    return folder


def to_toml(value: object) -> str:
    """Write *value* as inline TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f'"{key}" = {to_toml(one)}' for key, one in value.items() if one is not None) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(to_toml(one) for one in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


def add_golden(folder: Path, inputs: Mapping[str, bytes]) -> None:
    """Give the pack in *folder* a golden set: *inputs* by file name, with what they give now."""
    golden = folder / "golden"
    golden.mkdir(exist_ok=True)
    for name, data in inputs.items():
        (golden / name).write_bytes(data)
    model = open_on(load_pack(folder), Provider.CPU, threads=1, proof=Proof.SKIP)
    (golden / "expected.json").write_text(make_expected(model.runner, [golden / name for name in inputs]), encoding="utf-8")


def save_model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, Sequence[int | str]],
    outputs: Mapping[str, Sequence[int | str]],
    constants: Mapping[str, np.ndarray[Any, Any]] | None = None,
) -> bytes:
    """Bytes of a checked network."""
    graph = helper.make_graph(
        list(nodes),
        "test",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)) for name, shape in outputs.items()],
        [onnx.numpy_helper.from_array(array, name) for name, array in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def image_spec(**changes: Any) -> dict[str, Any]:
    """The [image] of the image packs."""
    spec: dict[str, Any] = {
        "name": "image",
        "colour": "RGB",
        "width_px": SIZE_PX[0],
        "height_px": SIZE_PX[1],
        "mean": [0.0, 0.0, 0.0],
        "std": [1.0, 1.0, 1.0],
    }
    return {**spec, **changes}


def base_contract(name: str, task: str) -> dict[str, Any]:
    """What every pack.toml carries."""
    return {"format": 1, "name": name, "version": "1.0.0", "task": task, "title": TITLE, "data_licence": "own"}


def blob_model() -> bytes:
    """Network of the blob pack."""
    width, height = SIZE_PX
    node = helper.make_node("ReduceMean", ["image"], ["map"], axes=[1], keepdims=1)
    return save_model([node], {"image": (1, 3, height, width)}, {"map": (1, 1, height, width)})


def make_blob_pack(folder: Path, *, image: Mapping[str, Any] | None = None, gate: Mapping[str, Any] | None = None, **output: Any) -> Path:
    """A segmentation pack: bright pixels are the defect *blob*; *output* changes its output's settings."""
    width, height = SIZE_PX
    labels = [LABELS[0], {**LABELS[1], "name": "blob"}]
    settings = {"name": "map", "kind": "probability_map", "shape": [1, 1, height, width], "labels": labels, "threshold": 0.5}
    contract = {**base_contract("blob", "segment"), "image": image_spec(**(image or {})), "outputs": [{**settings, **output}]}
    return write_pack(folder, {**contract, "gate": dict(gate or {})}, blob_model())


def make_shade_pack(folder: Path) -> Path:
    """A classification pack: P(bad) is the mean brightness; a map informs."""
    width, height = SIZE_PX
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["map"], axes=[1], keepdims=1),
        helper.make_node("ReduceMean", ["image"], ["bad"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Reshape", ["bad", "shape"], ["p"]),
        helper.make_node("Sub", ["one", "p"], ["q"]),
        helper.make_node("Concat", ["q", "p"], ["classes"], axis=1),
    ]
    constants = {"shape": np.array([1, 1], dtype=np.int64), "one": np.ones((1, 1), dtype=np.float32)}
    model = save_model(nodes, {"image": (1, 3, height, width)}, {"classes": (1, 2), "map": (1, 1, height, width)}, constants)
    outputs = [
        {"name": "classes", "kind": "probabilities", "shape": [1, 2], "labels": LABELS, "threshold": 0.5, "near_miss": 0.3},
        {"name": "map", "kind": "probability_map", "shape": [1, 1, height, width]},
    ]
    return write_pack(folder, {**base_contract("shade", "classify"), "image": image_spec(), "outputs": outputs}, model)


def _sigmoid_classes(summed: str) -> list[onnx.NodeProto]:
    return [
        helper.make_node("Sigmoid", [summed], ["p"]),
        helper.make_node("Sub", ["one", "p"], ["q"]),
        helper.make_node("Concat", ["q", "p"], ["classes"], axis=1),
    ]


def sequence_spec(**changes: Any) -> dict[str, Any]:
    """The [sequence] of the drift pack: a (1 Hz) and b (2 Hz, folded) over 6 s."""
    spec: dict[str, Any] = {
        "name": "window",
        "kind": "sliding",
        "length_s": 6.0,
        "step_s": 1.0,
        "max_gap_s": 2.0,
        "channels": [
            {"name": "a", "unit": "bar", "rate_hz": 1.0, "mean": 10.0, "std": 2.0, "low": 0.0, "high": 100.0},
            {"name": "b", "unit": "degC", "rate_hz": 2.0, "mean": 50.0, "std": 5.0},
        ],
    }
    return {**spec, **changes}


def make_drift_pack(folder: Path, *, free_batch: bool = True, **sequence: Any) -> Path:
    """A sequence pack: score = sigmoid(mean(a normalised) + mean(b normalised)); one class pair with values, one forecast."""
    spec = SequenceInput.model_validate(sequence_spec(**sequence))
    batch: int | str = "n" if free_batch else 1
    weights = np.concatenate([np.full(n, 1.0 / n) for n in (max(1, round(c.rate_hz * spec.step_s)) for c in spec.channels)])
    nodes = [
        helper.make_node("ReduceMean", ["window"], ["means"], axes=[1], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["sum"]),
        *_sigmoid_classes("sum"),
        helper.make_node("Identity", ["means"], ["ahead"]),
    ]
    constants = {"weights": weights.reshape(-1, 1).astype(np.float32), "one": np.ones((1, 1), dtype=np.float32)}
    shapes: dict[str, Sequence[int | str]] = {"classes": (batch, 2), "ahead": (batch, spec.features)}
    model = save_model(nodes, {"window": (batch, spec.steps, spec.features)}, shapes, constants)
    labels = [{**LABELS[0], "value": 100.0}, {**LABELS[1], "value": 73.0}]
    outputs = [
        {
            "name": "classes",
            "kind": "probabilities",
            "shape": [1, 2],
            "labels": labels,
            "threshold": 0.7,
            "near_miss": 0.6,
            "target": "valve",
            "unit": "%",
        },
        {"name": "ahead", "kind": "forecast", "shape": [1, spec.features], "unit": "bar"},
    ]
    return write_pack(folder, {**base_contract("drift", "sequence"), "sequence": sequence_spec(**sequence), "outputs": outputs}, model)


def make_row_pack(folder: Path) -> Path:
    """A table pack: score = sigmoid(x normalised + kind normalised), kind being one of L, M, H."""
    channels = [
        {"name": "x", "unit": "Nm", "mean": 1.0, "std": 2.0, "low": -50.0, "high": 50.0},
        {"name": "kind", "unit": "", "values": ["L", "M", "H"]},
    ]
    nodes = [helper.make_node("ReduceSum", ["row", "axes"], ["sum"], keepdims=1), *_sigmoid_classes("sum")]
    constants = {"axes": np.array([1], dtype=np.int64), "one": np.ones((1, 1), dtype=np.float32)}
    model = save_model(nodes, {"row": ("n", 2)}, {"classes": ("n", 2)}, constants)
    outputs = [{"name": "classes", "kind": "probabilities", "shape": [1, 2], "labels": LABELS, "threshold": 0.8}]
    return write_pack(folder, {**base_contract("row", "table"), "table": {"name": "row", "channels": channels}, "outputs": outputs}, model)


def with_novelty(folder: Path, limit: float) -> Path:
    """Give the pack in *folder* an output ``novelty``: the largest size of any number it is fed; *limit* is its limit."""
    contract = load_pack(folder).contract
    model = onnx.load(folder / "model.onnx")
    fed = model.graph.input[0]
    rank = len(fed.type.tensor_type.shape.dim)
    batch: int | str = fed.type.tensor_type.shape.dim[0].dim_param or 1
    model.graph.node.extend(
        [
            helper.make_node("Abs", [fed.name], ["size"]),
            helper.make_node("ReduceMax", ["size"], ["largest"], axes=list(range(1, rank)), keepdims=0),
            helper.make_node("Reshape", ["largest", "column"], ["novelty"]),
        ]
    )
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([-1, 1], dtype=np.int64), "column"))
    model.graph.output.append(helper.make_tensor_value_info("novelty", TensorProto.FLOAT, [batch, 1]))
    onnx.checker.check_model(model)
    document = contract.model_dump(mode="json", exclude_none=True, exclude={"model"})
    document["outputs"].append({"name": "novelty", "kind": "novelty", "shape": [1, 1], "novelty_limit": limit})
    return write_pack(folder, document, model.SerializeToString())
