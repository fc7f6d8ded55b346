"""This file decides what is told of the model packs there are: the verb ``models``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.contract import Figure, PackContract
from inference.errors import PackError
from inference.pack import list_packs, load_pack


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One pack folder: its contract, or why it is not in order."""

    folder: Path
    contract: PackContract | None
    fault: str = ""


def list_models(folders: Sequence[Path]) -> tuple[ModelEntry, ...]:
    """All packs in *folders* (earlier ones win), with contract and hash checked; broken ones say why."""
    entries: list[ModelEntry] = []
    for folder in list_packs(folders):
        try:
            entries.append(ModelEntry(folder, load_pack(folder).contract))
        except PackError as error:
            entries.append(ModelEntry(folder, None, str(error)))
    return tuple(entries)


def write_models_json(entries: Sequence[ModelEntry]) -> str:
    """The packs as a JSON list: name, folder, ok, fault, and of those in order task, version, hash, targets, figures."""
    return json.dumps([_describe(entry) for entry in entries], indent=2, ensure_ascii=False)


def write_models_text(entries: Sequence[ModelEntry]) -> str:
    """The packs as lines for a person."""
    if not entries:
        return "There are no model packs."
    lines: list[str] = []
    for entry in entries:
        if entry.contract is None:
            lines.append(f"{entry.folder.name}: NOT USABLE. {entry.fault}")
            continue
        contract = entry.contract
        marks = "".join(
            f" [{mark}]"
            for mark, set_ in (
                ("experimental", contract.experimental),
                ("partly simulated training data", contract.simulated_training_data),
            )
            if set_
        )
        lines.append(f"{contract.name} {contract.version}: {contract.title.en}, {contract.task.value}{marks}")
        lines.append(f"  sha256 {contract.model.sha256}")
        lines.extend(f"  {_write_figure(figure)}" for figure in contract.figures)
    return "\n".join(lines)


def _describe(entry: ModelEntry) -> dict[str, object]:
    contract = entry.contract
    if contract is None:
        return {"name": entry.folder.name, "folder": str(entry.folder), "ok": False, "fault": entry.fault}
    return {
        "name": contract.name,
        "folder": str(entry.folder),
        "ok": True,
        "fault": "",
        "version": contract.version,
        "task": contract.task.value,
        "title": contract.title.model_dump(),
        "sha256": contract.model.sha256,
        "experimental": contract.experimental,
        "simulated_training_data": contract.simulated_training_data,
        "data_licence": contract.data_licence,
        "targets": [output.target or contract.name for output in contract.outputs if output.threshold is not None],
        "figures": [figure.model_dump() for figure in contract.figures],
    }


def _write_figure(figure: Figure) -> str:
    interval = "" if figure.lower is None or figure.upper is None else f" [{figure.lower:g}, {figure.upper:g}]"
    return f"{figure.name} {figure.value:g}{interval} on {figure.data}, {figure.split}"
