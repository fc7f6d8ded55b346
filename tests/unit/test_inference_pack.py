"""Packs: what is loaded, and how a tampered one is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.errors import PackError
from inference.model_opening import Proof, open_model
from inference.onnx_file import read_opset
from inference.pack import find_pack, list_packs, load_pack
from inference.providers import ProviderChoice
from tests.model_factory import blob_model, make_blob_pack, make_drift_pack, make_row_pack, make_shade_pack


def edit(folder: Path, old: str, new: str) -> Path:
    path = folder / "pack.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


@pytest.mark.parametrize("make", [make_blob_pack, make_shade_pack, make_drift_pack, make_row_pack])
def test_a_sound_pack_opens(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    model = open_model(make(tmp_path / "pack"), ProviderChoice.CPU, proof=Proof.SKIP)
    assert model.note == ""
    assert model.provider.short_name == "CPU"


def test_a_changed_network_is_refused(tmp_path: Path) -> None:
    folder = make_blob_pack(tmp_path / "blob")
    data = bytearray((folder / "model.onnx").read_bytes())
    data[-1] ^= 1
    (folder / "model.onnx").write_bytes(bytes(data))
    with pytest.raises(PackError, match="not the one the pack was checked with"):
        load_pack(folder)


def test_a_network_changed_after_loading_is_refused_before_it_runs(tmp_path: Path) -> None:
    pack = load_pack(make_blob_pack(tmp_path / "blob"))
    pack.model_path.write_bytes(b"something else")
    with pytest.raises(PackError, match="not the one"):
        pack.read_model()


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [("model.onnx", "network file is missing"), ("pack.toml", r"has no pack\.toml"), ("golden", "has no golden set")],
)
def test_a_missing_file_is_named(tmp_path: Path, missing: str, sentence: str) -> None:
    folder = make_blob_pack(tmp_path / "blob")
    (folder / missing).unlink(missing_ok=True)
    with pytest.raises(PackError, match=sentence):
        open_model(folder, ProviderChoice.CPU)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("format = 1", "format = ", r"pack\.toml is not TOML"),
        ("format = 1", "format = 1\nsurprise = 2", "breaks the contract.*surprise"),
        ('version = "1.0.0"', 'version = "one"', "breaks the contract.*version"),
        ('"opset" = 17', '"opset" = 16', "another operator set than the pack says .*opset 17, not 16"),
        ('"threshold" = 0.5', '"threshold" = 1.5', "breaks the contract.*threshold"),
        ('"threshold" = 0.5', '"unit" = "px"', "at least one output must carry a threshold"),
        ('"threshold" = 0.5', '"threshold" = 0.5, "near_miss" = 0.9', "near_miss 0.9 is above threshold 0.5"),
        ('"kind" = "probability_map"', '"kind" = "risk"', "kind risk does not fit task segment"),
        ('"kind" = "probability_map"', '"kind" = "probabilities"', r"shape \[1, 1, 24, 32\] does not fit its 2 labels"),
        ('"kind" = "probability_map"', '"kind" = "anomaly_map", "scale_low" = 2.0', "scale_low 2.0 is not below"),
        ('"shape" = [1, 1, 24, 32]', '"shape" = [1, 24, 32]', r"is not \[1, 1, height, width\]"),
        ('"std" = [1.0, 1.0, 1.0]', '"std" = [1.0, 0.0, 1.0]', "breaks the contract.*std"),
        ('"colour" = "RGB"', '"colour" = "GRAY"', "mean and std want 1 numbers"),
    ],
)
def test_a_wrong_contract_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(PackError, match=sentence):
        load_pack(edit(make_blob_pack(tmp_path / "blob"), old, new))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"width_px" = 32', '"width_px" = 40', "input image has another shape.*1x3x24x32, not 1x3x24x40"),
        ('"height_px" = 24', '"height_px" = 24, "layout" = "NHWC"', "input image has another shape.*not 1x24x32x3"),
        ('"name" = "image"', '"name" = "picture"', "network's input has another name.*image, not picture"),
        ('"name" = "map"', '"name" = "mask"', r"has no output mask.*it has map"),
        ('"shape" = [1, 1, 24, 32]', '"shape" = [1, 1, 12, 16]', "output map has another shape"),
    ],
)
def test_a_contract_unlike_the_network_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    folder = edit(make_blob_pack(tmp_path / "blob"), old, new)
    with pytest.raises(PackError, match=sentence):
        open_model(folder, ProviderChoice.CPU, proof=Proof.SKIP)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"severity" = 0.0', '"severity" = 0.5', "want a healthy one"),
        ('"unit" = "bar"}]', '"unit" = ""}]', "it has no unit"),
        ('"kind" = "forecast"', '"kind" = "forecast", "threshold" = 0.5', "a forecast informs"),
        ('"kind" = "forecast", "shape" = [1, 3]', '"kind" = "remaining_life", "shape" = [1, 2]', r"is not \[1, 1\] or \[1, 3\]"),
        ('"kind" = "forecast"', '"kind" = "risk"', r"is not \[1, 1\]"),
        ('"name" = "ahead"', '"name" = "classes"', "Two outputs have the same name"),
    ],
)
def test_a_sensor_packs_meaning_is_checked(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(PackError, match=sentence):
        load_pack(edit(make_drift_pack(tmp_path / "drift"), old, new))


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    folder = make_blob_pack(tmp_path / "blob")
    (folder / "model.onnx").write_bytes(b"garbage")
    edit(folder, hashlib.sha256(blob_model()).hexdigest(), hashlib.sha256(b"garbage").hexdigest())
    with pytest.raises(Exception, match=r"CPU cannot load the network") as caught:
        open_model(folder, ProviderChoice.CPU, proof=Proof.SKIP)
    assert "\n" not in str(caught.value)


def test_the_data_folders_pack_wins(tmp_path: Path) -> None:
    own, shipped = tmp_path / "data", tmp_path / "models"
    make_blob_pack(own / "blob")
    make_blob_pack(shipped / "blob")
    make_shade_pack(shipped / "shade")
    folders = [own, tmp_path / "absent", shipped]
    assert find_pack("blob", folders) == own / "blob"
    assert find_pack("shade", folders) == shipped / "shade"
    assert list_packs(folders) == (own / "blob", shipped / "shade")
    with pytest.raises(PackError, match=r"There is no model pack dent .*blob, shade"):
        find_pack("dent", folders)
    with pytest.raises(PackError, match="There is no model pack"):
        find_pack("../models/shade", [own])


@given(st.binary(max_size=60), st.integers(0, 300))
def test_the_operator_set_of_any_bytes_is_read_or_none(garbage: bytes, keep: int) -> None:
    model = blob_model()
    assert read_opset(model) == 17
    assert read_opset(model[:keep]) in {None, 17}
    assert read_opset(garbage) is None or isinstance(read_opset(garbage), int)


def test_a_draft_of_a_pack_is_no_pack(tmp_path: Path) -> None:
    make_blob_pack(tmp_path / "blob")
    make_blob_pack(tmp_path / ".blob.new")
    assert [path.name for path in list_packs([tmp_path])] == ["blob"]
