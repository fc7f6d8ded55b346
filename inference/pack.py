"""This file decides whether a folder is a model pack that may judge, and where packs are found."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from inference.contract import ImageInput, ModelVariant, Output, OutputKind, PackContract, Task
from inference.errors import PackError
from inference.onnx_file import read_opset
from inference.runtime import Session, TensorInfo

CONTRACT_FILE = "pack.toml"
"""The file that makes a folder a pack."""

_MAPS = (OutputKind.PROBABILITY_MAP, OutputKind.ANOMALY_MAP, OutputKind.EVIDENCE_MAP)
_IMAGE_KINDS = (OutputKind.PROBABILITIES, OutputKind.NOVELTY, OutputKind.EMBEDDING, *_MAPS)
_SENSOR_KINDS = (OutputKind.PROBABILITIES, OutputKind.RISK, OutputKind.REMAINING_LIFE, OutputKind.FORECAST, OutputKind.NOVELTY)


@dataclass(frozen=True, slots=True)
class ModelPack:
    """A pack whose contract and hash are in order.

    Attributes:
        contract: What pack.toml says.
        folder: Where it lies.
        variant: Which variant of the network judges; None: the network itself.
    """

    contract: PackContract
    folder: Path
    variant: ModelVariant | None = None

    @property
    def model_path(self) -> Path:
        """The network file."""
        return self.folder / (self.variant or self.contract.model).file

    @property
    def version(self) -> str:
        """The pack's version as findings carry it; a variant is said behind it: ``1.0.0+int8``."""
        return self.contract.version if self.variant is None else f"{self.contract.version}+{self.variant.precision.value}"

    @property
    def variants(self) -> tuple[ModelPack, ...]:
        """The same pack with each variant of its network."""
        return tuple(replace(self, variant=variant) for variant in self.contract.model.variants)

    @property
    def golden_folder(self) -> Path:
        """Inputs with their expected outputs."""
        return self.folder / "golden"

    @property
    def name(self) -> str:
        """The pack's name."""
        return self.contract.name

    def read_model(self) -> bytes:
        """The network's bytes, after checking their hash once more.

        Raises:
            PackError: The file is gone, or is not the one the contract names.
        """
        return _read_checked(self.model_path, (self.variant or self.contract.model).sha256)


def load_pack(folder: Path) -> ModelPack:
    """Read a pack: contract, meaning of its outputs, hash. No session is opened.

    Raises:
        PackError: Something is missing or wrong; the text says what and where.
    """
    path = folder / CONTRACT_FILE
    contract = _read_contract(path)
    for output in contract.outputs:
        _check_output(output, contract.task, str(path))
    names = [output.name for output in contract.outputs]
    if len(set(names)) != len(names):
        raise PackError("Two outputs have the same name", where=str(path), value=", ".join(names), do="Name each output once")
    pack = ModelPack(contract, folder)
    for variant in pack.variants:
        variant.read_model()
    opset = read_opset(pack.read_model())
    if opset is not None and opset != contract.model.opset:
        raise PackError(
            "The network uses another operator set than the pack says",
            where=str(pack.model_path),
            value=f"opset {opset}, not {contract.model.opset}",
            do="Correct [model] in pack.toml or export the network again",
        )
    return pack


def check_session(pack: ModelPack, session: Session) -> None:
    """Compare the contract with the network itself: names, shapes, types. A free first dimension is taken as the batch.

    Raises:
        PackError: They differ; the first difference is named.
    """
    where = str(pack.model_path)
    wanted = input_tensor(pack.contract)
    if len(session.inputs) != 1:
        names = ", ".join(info.name for info in session.inputs)
        raise PackError("The network has more than one input", where=where, value=names, do="Export it with one input")
    _compare("input", wanted, session.inputs[0], where)
    found = {info.name: info for info in session.outputs}
    for output in pack.contract.outputs:
        if output.name not in found:
            raise PackError(
                f"The network has no output {output.name}",
                where=where,
                value=f"it has {', '.join(found)}",
                do="Correct [[outputs]] in pack.toml or export the network again",
            )
        _compare("output", TensorInfo(output.name, output.shape, output.dtype), found[output.name], where)


def input_tensor(contract: PackContract) -> TensorInfo:
    """The tensor that the contract promises to feed."""
    if contract.image is not None:
        return TensorInfo(contract.image.name, _image_shape(contract.image), contract.image.dtype)
    if contract.sequence is not None:
        spec = contract.sequence
        return TensorInfo(spec.name, (1, spec.steps, spec.features), spec.dtype)
    if contract.table is not None:
        return TensorInfo(contract.table.name, (1, len(contract.table.channels)), contract.table.dtype)
    raise PackError("The pack has no input", where=contract.name, do="Write [image], [sequence] or [table]")


def find_pack(name: str, folders: Iterable[Path]) -> Path:
    """The folder of the pack called *name*; earlier *folders* win (the data folder's before the program's).

    Raises:
        PackError: There is none; the text lists those there are.
    """
    places = tuple(folders)
    if Path(name).name == name and name not in {".", ".."}:
        for folder in places:
            if (folder / name / CONTRACT_FILE).is_file():
                return folder / name
    known = ", ".join(path.name for path in list_packs(places)) or "none"
    raise PackError(f"There is no model pack {name}", value=f"there are: {known}", do="Name one of them, see: python main.py models")


def list_packs(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Folders of all packs, by name; of two with the same name the one in the earlier folder. Drafts (``.name``) are none."""
    found: dict[str, Path] = {}
    for folder in folders:
        if folder.is_dir():
            for path in folder.iterdir():
                if not path.name.startswith(".") and (path / CONTRACT_FILE).is_file():
                    found.setdefault(path.name, path)
    return tuple(found[name] for name in sorted(found))


def sensor_channels(folder: Path) -> tuple[str, ...] | None:
    """Channels that the pack in *folder* takes, by name; none for one that judges pictures, None where its contract cannot be read."""
    try:
        contract = _read_contract(folder / CONTRACT_FILE)
    except PackError:
        return None
    spec = contract.sequence or contract.table
    return () if spec is None else tuple(channel.name for channel in spec.channels)


def _read_contract(path: Path) -> PackContract:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PackError("The pack has no pack.toml", where=str(path.parent), do="Copy the whole pack folder again") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError("pack.toml is not TOML", where=str(path), value=str(error), do="Correct it there") from None
    except OSError as error:
        raise PackError(
            "pack.toml cannot be opened", where=str(path), value=error.strerror or str(error), do="Check the access rights"
        ) from None
    try:
        return PackContract.model_validate(document)
    except ValidationError as error:
        mistakes = "; ".join(f"{'.'.join(str(part) for part in one['loc']) or 'pack'}: {one['msg']}" for one in error.errors())
        raise PackError("pack.toml breaks the contract", where=str(path), value=mistakes, do="Correct these settings") from None


def _read_checked(path: Path, sha256: str) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise PackError("The network file is missing", where=str(path), do="Copy the whole pack folder again") from None
    except OSError as error:
        raise PackError(
            "The network file cannot be opened", where=str(path), value=error.strerror or str(error), do="Check the access rights"
        ) from None
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise PackError(
            "The network file is not the one the pack was checked with",
            where=str(path),
            value=f"sha256 {found[:12]}…, not {sha256[:12]}…",
            do="Copy the whole pack folder again, or make the pack again",
        )
    return data


def _image_shape(spec: ImageInput) -> tuple[int, ...]:
    size = (spec.height_px, spec.width_px)
    return (1, spec.channels, *size) if spec.layout == "NCHW" else (1, *size, spec.channels)


def _check_output(output: Output, task: Task, where: str) -> None:
    for fault in _find_faults(output, task):
        raise PackError(f"Output {output.name}: {fault}", where=where, do="Correct it in pack.toml")


def _find_faults(output: Output, task: Task) -> Sequence[str]:
    kinds = _SENSOR_KINDS if task in {Task.SEQUENCE, Task.TABLE} else _IMAGE_KINDS
    if output.kind not in kinds:
        return [f"kind {output.kind.value} does not fit task {task.value}"]
    faults = _find_shape_faults(output)
    if output.near_miss is not None and output.threshold is not None and output.near_miss > output.threshold:
        faults.append(f"near_miss {output.near_miss} is above threshold {output.threshold}")
    if output.kind is OutputKind.ANOMALY_MAP and output.scale_low >= output.scale_high:
        faults.append(f"scale_low {output.scale_low} is not below scale_high {output.scale_high}")
    if output.kind in {OutputKind.REMAINING_LIFE, OutputKind.FORECAST} and not output.unit:
        faults.append("it has no unit")
    if output.kind is OutputKind.REMAINING_LIFE and output.threshold is not None and not output.life_full:
        faults.append("a threshold on remaining life wants life_full")
    if output.kind is OutputKind.FORECAST and output.threshold is not None:
        faults.append("a forecast informs and has no threshold")
    return faults


def _find_shape_faults(output: Output) -> list[str]:
    shape, count = output.shape, len(output.labels)
    if output.kind is OutputKind.PROBABILITIES:
        faults = [] if shape == (1, count) else [f"shape {list(shape)} does not fit its {count} labels"]
        if output.threshold is not None and not (
            (any(label.severity == 0 for label in output.labels) or output.threshold == 0)
            and any(label.severity > 0 for label in output.labels)
        ):
            # Threshold 0 says on purpose that no input is OK: a pack that only names kinds of defects.
            faults.append("its labels want a healthy one (severity 0) and another")
        return faults
    if output.kind in _MAPS:
        return (
            [] if len(shape) == 4 and shape[:2] == (1, 1) and min(shape[2:]) > 0 else [f"shape {list(shape)} is not [1, 1, height, width]"]
        )
    allowed = {OutputKind.RISK: ((1, 1),), OutputKind.NOVELTY: ((1, 1),), OutputKind.REMAINING_LIFE: ((1, 1), (1, 3))}.get(output.kind)
    if allowed is not None and shape not in allowed:
        return [f"shape {list(shape)} is not {' or '.join(str(list(one)) for one in allowed)}"]
    if output.kind is OutputKind.EMBEDDING and (len(shape) not in {2, 4} or shape[0] != 1 or shape[1] < 2 or min(shape[2:], default=1) < 1):
        return [f"shape {list(shape)} is not [1, numbers] or [1, numbers, height, width]"]
    if output.kind is OutputKind.FORECAST and (len(shape) != 2 or shape[0] != 1 or shape[1] < 1):
        return [f"shape {list(shape)} is not [1, steps]"]
    return []


def _compare(what: str, wanted: TensorInfo, found: TensorInfo, where: str) -> None:
    if wanted.name != found.name:
        raise PackError(
            f"The network's {what} has another name", where=where, value=f"{found.name}, not {wanted.name}", do="Correct pack.toml"
        )
    if wanted.dtype != found.dtype:
        raise PackError(
            f"The {what} {found.name} has another type", where=where, value=f"{found.dtype}, not {wanted.dtype}", do="Export it as float32"
        )
    fits = len(wanted.shape) == len(found.shape) and all(
        have == want or (have is None and axis == 0) for axis, (want, have) in enumerate(zip(wanted.shape, found.shape, strict=True))
    )
    if not fits:
        raise PackError(
            f"The {what} {found.name} has another shape",
            where=where,
            value=f"{_write_shape(found.shape)}, not {_write_shape(wanted.shape)}",
            do="Correct pack.toml or export the network again with fixed sizes",
        )


def _write_shape(shape: tuple[int | None, ...]) -> str:
    return "x".join("?" if size is None else str(size) for size in shape)
