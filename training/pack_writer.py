"""This file decides how a finished network becomes a pack folder: model.onnx, pack.toml, golden/, CARD.md and its pictures in card/.

The figures of the naive recipe (:mod:`training.naive`), measured before, move into the new pack.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray

from inference.contract import Figure, ModelFile, PackContract
from inference.errors import PackError
from inference.findings import ImageU8, Verdict
from inference.model_opening import Proof, open_model
from inference.parity import EXPECTED_FILE, Runner, judge_golden, make_expected
from inference.providers import ProviderChoice
from training.card_pictures import CardPicture, write_pictures
from training.naive import NAIVE_FILE

NETWORK_FILE = "model.onnx"


@dataclass(frozen=True, slots=True, eq=False)
class GoldenImage:
    """A made or simulated picture (uint8 H x W x 3 BGR) that a pack proves itself on; *name* without suffix."""

    name: str
    image: ImageU8


@dataclass(frozen=True, slots=True, eq=False)
class GoldenWindow:
    """A made or simulated window: channel name -> its values at the channel's own rate; *name* without suffix."""

    name: str
    channels: Mapping[str, NDArray[np.float64]]


def describe_network(network: bytes) -> ModelFile:
    """Hash and opset of an ONNX network given as its file's bytes."""
    opsets = {entry.domain: entry.version for entry in onnx.load_model_from_string(network).opset_import}
    return ModelFile(file=NETWORK_FILE, sha256=hashlib.sha256(network).hexdigest(), opset=opsets[""])


def write_pack(
    models_dir: Path,
    contract: PackContract,
    network: bytes,
    golden: Sequence[GoldenImage | GoldenWindow],
    card: str,
    pictures: Sequence[CardPicture] = (),
) -> Path:
    """Write the pack ``models_dir / contract.name``; an older one is replaced only when the new one is whole.

    Args:
        models_dir: Folder of the packs; made if missing.
        contract: Its ``model`` part must be :func:`describe_network` of *network*.
        network: The ONNX file's bytes.
        golden: Inputs that no camera or sensor took, so that they may be given away with the pack; judged on the CPU for expected.json.
        card: CARD.md, Markdown.
        pictures: Simulated examples that *card* shows (:func:`training.card_pictures.embed_pictures`).

    Returns:
        The pack's folder.

    Raises:
        PackError: hash and network differ, the contract does not survive its own TOML, a golden input got no verdict, or the
            card does not show a picture.
    """
    if contract.model != describe_network(network):
        raise PackError("the contract describes another network", where=contract.name, do="Build it with describe_network")
    draft = models_dir / f".{contract.name}.new"
    if draft.exists():
        shutil.rmtree(draft)
    (draft / "golden").mkdir(parents=True)
    (draft / contract.model.file).write_bytes(network)
    text = contract_toml(contract)
    if PackContract.model_validate(tomllib.loads(text)) != contract:
        raise PackError("the contract does not read back as it was written", where=contract.name, do="Check contract_toml")
    _write_text(draft / "pack.toml", text)
    _write_text(draft / "CARD.md", card)
    write_pictures(draft, pictures, card)
    files = [_write_golden(draft / "golden", item) for item in golden]
    opened = open_model(draft, ProviderChoice.CPU, proof=Proof.SKIP)
    _refuse_unjudged(opened.runner, files)
    _write_text(draft / "golden" / EXPECTED_FILE, make_expected(opened.runner, files))
    folder = models_dir / contract.name
    if (folder / NAIVE_FILE).is_file():
        shutil.copy2(folder / NAIVE_FILE, draft / NAIVE_FILE)
    older = models_dir / f".{contract.name}.old"
    if older.exists():
        shutil.rmtree(older)
    if folder.exists():
        folder.rename(older)
    draft.rename(folder)
    if older.exists():
        shutil.rmtree(older)
    return folder


def _refuse_unjudged(runner: Runner, files: Sequence[Path]) -> None:
    for path in files:
        for finding in judge_golden(runner, path):
            if finding.verdict is Verdict.NO_VERDICT:
                raise PackError(
                    "a golden input gets no verdict",
                    where=f"{path.name}, {finding.target}",
                    value=finding.reason.sentence if finding.reason is not None else "",
                    do="Make it an input that the pack judges, also by its own gate and novelty_limit",
                )


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_golden(folder: Path, item: GoldenImage | GoldenWindow) -> Path:
    if isinstance(item, GoldenImage):
        path = folder / f"{item.name}.png"
        path.write_bytes(cv2.imencode(".png", item.image, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes())
    else:
        path = folder / f"{item.name}.npz"
        np.savez_compressed(path, allow_pickle=False, **{name: np.asarray(values, np.float64) for name, values in item.channels.items()})
    return path


def figures_table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table with their intervals, for CARD.md."""
    lines = ["| figure | value | 95 % interval | measured on | split |", "|---|---|---|---|---|"]
    for figure in figures:
        interval = "" if figure.lower is None or figure.upper is None else f"{figure.lower:.3f} to {figure.upper:.3f}"
        lines.append(f"| {figure.name} | {figure.value:.3f} | {interval} | {figure.data} | {figure.split} |")
    return "\n".join(lines)


def contract_toml(contract: PackContract) -> str:
    """The contract as TOML text: scalars first, then one table per part, nested parts inline."""
    content = contract.model_dump(mode="json", exclude_none=True)
    plain = {key: value for key, value in content.items() if not _is_table(value) and not _is_table_list(value)}
    title = {"title": plain.pop("title", content["title"])}
    lines = [f"{key} = {_value(value)}" for key, value in (plain | title).items() if value != []]
    for key, value in content.items():
        if key == "title":
            continue
        if _is_table(value):
            lines += ["", f"[{key}]", *_table(value)]
        elif _is_table_list(value):
            for item in value:
                lines += ["", f"[[{key}]]", *_table(item)]
    return "\n".join(lines) + "\n"


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_table_list(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _table(content: Mapping[str, object]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in content.items() if value != []]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items() if item != []) + " }"
    if isinstance(value, list):
        if _is_table_list(value):
            return "[\n" + "".join(f"  {_value(item)},\n" for item in value) + "]"
        return "[" + ", ".join(_value(item) for item in value) + "]"
    raise PackError("a contract value has no TOML form", value=repr(value), do="Use text, numbers, truth values, lists or tables")
