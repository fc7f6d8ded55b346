from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from inference.contract import (
    Channel,
    Figure,
    Label,
    ModelFile,
    Output,
    OutputKind,
    PackContract,
    SequenceInput,
    Task,
    Text,
    WindowKind,
)
from inference.errors import PackError
from inference.pack import load_pack
from tests.model_factory import make_blob_pack, with_novelty
from training.naive import read_naive, write_naive
from training.pack_writer import GoldenImage, contract_toml, figures_table, write_pack


def make_contract() -> PackContract:
    return PackContract(
        format=1,
        name="rig",
        version="1.0.0",
        task=Task.SEQUENCE,
        title=Text(en='The "rig"', zh="液压\n台"),
        data_licence="made here",
        model=ModelFile(sha256="0" * 64, opset=17),
        sequence=SequenceInput(
            name="window",
            kind=WindowKind.CYCLE,
            length_s=60,
            max_gap_s=5,
            channels=(
                Channel(name="TS1", unit="°C", title=Text(en="Oil", zh="油温"), low=-10.0),
                Channel(name="KIND", unit="", values=("L", "M", "H")),
            ),
        ),
        outputs=(
            Output(
                name="pump",
                kind=OutputKind.PROBABILITIES,
                shape=(1, 2),
                threshold=0.5,
                labels=(
                    Label(name="ok", title=Text(en="OK", zh="正常"), severity=0),
                    Label(name="leak", title=Text(en="Leak", zh="泄漏"), severity=1, value=2.0),
                ),
            ),
        ),
        figures=(Figure(name="macro-F1", value=0.97, lower=0.9, upper=1e-9, data="here", split="blocks", command="nox"),),
    )


def test_contract_reads_back_from_its_toml() -> None:
    contract = make_contract()
    assert PackContract.model_validate(tomllib.loads(contract_toml(contract))) == contract


def test_toml_leaves_out_what_is_not_said() -> None:
    text = contract_toml(make_contract())
    assert "near_miss" not in text
    assert "[image]" not in text
    assert text.index("format = 1") == 0


def test_figures_stand_in_a_table_with_their_intervals() -> None:
    lines = figures_table(make_contract().figures).splitlines()
    assert len(lines) == 3
    assert "macro-F1" in lines[2]
    assert "0.900 to 0.000" in lines[2]


def test_network_of_another_contract_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["x"], ["y"])], "g", [value], [value])
    graph.output[0].name = "y"
    network = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)]).SerializeToString()
    with pytest.raises(PackError, match="another network"):
        write_pack(tmp_path, make_contract(), network, [], "card")
    assert list(tmp_path.iterdir()) == []


def test_seeded_numbers_are_plain(tmp_path: Path) -> None:
    text = contract_toml(make_contract())
    assert "np." not in text
    assert np.isfinite(tomllib.loads(text)["figures"][0]["value"])


def blob_golden(level: int) -> list[GoldenImage]:
    return [GoldenImage("part", np.full((48, 64, 3), level, np.uint8))]


def test_a_new_pack_keeps_the_naive_figures(tmp_path: Path) -> None:
    source = load_pack(make_blob_pack(tmp_path / "source" / "blob"))
    figure = Figure(name="naive", value=0.5, data="here", split="folds", command="nox")
    write_naive(tmp_path / "models" / "blob", [figure])
    folder = write_pack(tmp_path / "models", source.contract, source.read_model(), blob_golden(200), "card")
    assert read_naive(folder) == (figure,)


def test_a_golden_input_that_its_own_gate_refuses_is_refused_with_the_reason(tmp_path: Path) -> None:
    source = load_pack(with_novelty(make_blob_pack(tmp_path / "source" / "blob"), 0.5))
    with pytest.raises(PackError, match=r"it differs by 0\.78, less than 0\.50 is usual"):
        write_pack(tmp_path / "models", source.contract, source.read_model(), blob_golden(200), "card")
    assert not (tmp_path / "models" / "blob").exists()
    assert write_pack(tmp_path / "models", source.contract, source.read_model(), blob_golden(100), "card").is_dir()
