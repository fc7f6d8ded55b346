"""Embeddings: one row of unit length per region, of the cells under it; packs that say something impossible are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import helper
from pydantic import ValidationError

from inference.contract import Output, PackContract
from inference.errors import PackError
from inference.findings import Verdict
from inference.image_runner import ImageRunner
from inference.model_opening import Proof, open_model
from inference.providers import ProviderChoice
from tests.model_factory import LABELS, SIZE_PX, base_contract, image_spec, make_blob_pack, save_model, write_pack
from tests.unit.pictures import paint

WIDTH, HEIGHT = SIZE_PX
MAP_SHAPE = (1, 3, HEIGHT // 4, WIDTH // 4)


def make_pack(folder: Path, *, shape: tuple[int, ...] = MAP_SHAPE) -> Path:
    """Bright pixels are the defect; the embedding is the colour, in cells of 4 x 4 px (or of the whole picture)."""
    nodes = [helper.make_node("ReduceMean", ["image"], ["map"], axes=[1], keepdims=1)]
    if len(shape) == 4:
        nodes.append(helper.make_node("AveragePool", ["image"], ["colour"], kernel_shape=[4, 4], strides=[4, 4]))
    else:
        nodes.append(helper.make_node("ReduceMean", ["image"], ["colour"], axes=[2, 3], keepdims=0))
    model = save_model(nodes, {"image": (1, 3, HEIGHT, WIDTH)}, {"map": (1, 1, HEIGHT, WIDTH), "colour": shape})
    outputs = [
        {
            "name": "map",
            "kind": "probability_map",
            "shape": [1, 1, HEIGHT, WIDTH],
            "labels": LABELS,
            "threshold": 0.3,
            "map_threshold": 0.3,
        },
        {"name": "colour", "kind": "embedding", "shape": list(shape)},
    ]
    return write_pack(folder, {**base_contract("seen", "segment"), "image": image_spec(), "outputs": outputs}, model)


def runner_of(folder: Path) -> ImageRunner:
    runner = open_model(folder, ProviderChoice.CPU, proof=Proof.SKIP).runner
    assert isinstance(runner, ImageRunner)
    return runner


def two_spots() -> np.ndarray:
    """96 x 48 BGR: a strong red-white spot at the left, a weaker blue one at the right."""
    image = np.zeros((48, 96, 3), np.uint8)
    image[8:24, 12:36] = (100, 100, 250)
    image[24:40, 60:84] = (250, 60, 60)
    return image


def test_each_region_has_the_mean_of_its_own_cells_at_unit_length(tmp_path: Path) -> None:
    [finding] = runner_of(make_pack(tmp_path / "p")).judge(two_spots())
    assert finding.verdict is Verdict.DEFECT
    assert len(finding.regions) == 2
    assert finding.embeddings is not None
    assert finding.embeddings.shape == (2, 3)
    assert not finding.embeddings.flags.writeable
    assert np.linalg.norm(finding.embeddings, axis=1) == pytest.approx([1.0, 1.0], abs=1e-6)
    red = np.asarray((250, 100, 100)) / np.linalg.norm((250, 100, 100))
    blue = np.asarray((60, 60, 250)) / np.linalg.norm((60, 60, 250))
    assert finding.embeddings == pytest.approx(np.stack([red, blue]), abs=1e-5)
    assert finding.embedding == pytest.approx(red, abs=1e-5)


def test_a_vector_speaks_for_the_whole_picture(tmp_path: Path) -> None:
    [finding] = runner_of(make_pack(tmp_path / "p", shape=(1, 3))).judge(two_spots())
    assert finding.embeddings is not None
    assert finding.embeddings.shape == (1, 3)
    assert np.linalg.norm(finding.embeddings) == pytest.approx(1.0, abs=1e-6)


def test_nothing_found_and_packs_without_one_have_no_embedding(tmp_path: Path) -> None:
    [quiet] = runner_of(make_pack(tmp_path / "p")).judge(paint())
    assert quiet.verdict is Verdict.OK
    assert quiet.embeddings is None
    [without] = runner_of(make_blob_pack(tmp_path / "blob")).judge(paint(spot=230))
    assert without.verdict is Verdict.DEFECT
    assert without.embedding is None


@pytest.mark.parametrize("change", [{"threshold": 0.5}, {"near_miss": 0.5}, {"target": "x"}, {"labels": LABELS}])
def test_an_embedding_judges_nothing(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="judges nothing"):
        Output.model_validate({"name": "e", "kind": "embedding", "shape": (1, 4), **change})


def test_a_pack_has_one_embedding_at_most() -> None:
    outputs = [
        {
            "name": "map",
            "kind": "probability_map",
            "shape": (1, 1, HEIGHT, WIDTH),
            "labels": LABELS,
            "threshold": 0.3,
            "map_threshold": 0.3,
        },
        {"name": "a", "kind": "embedding", "shape": (1, 4)},
        {"name": "b", "kind": "embedding", "shape": (1, 4)},
    ]
    document = {**base_contract("seen", "segment"), "image": image_spec(), "outputs": outputs, "model": {"sha256": "0" * 64, "opset": 17}}
    with pytest.raises(ValidationError, match="at most one"):
        PackContract.model_validate(document)


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (1, 3, 5), (1, 3, 0, 5)])
def test_an_impossible_shape_is_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    folder = make_pack(tmp_path / "p")
    text = (folder / "pack.toml").read_text(encoding="utf-8")
    changed = text.replace(str(list(MAP_SHAPE)), str(list(shape)))
    assert changed != text
    (folder / "pack.toml").write_text(changed, encoding="utf-8")
    with pytest.raises(PackError, match="shape"):
        open_model(folder, ProviderChoice.CPU, proof=Proof.SKIP)
