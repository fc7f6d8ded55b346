"""This file decides how the reference of the station file is written: ``docs/config-reference.md``, from the fields themselves.

``python -m station.config_reference`` writes it, ``--check`` only says whether it is up to date (exit code 1 when not).
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
import types
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from station.config import StationFile
from station.paths import program_dir

REFERENCE = program_dir() / "docs" / "config-reference.md"

HEAD = """# Station file reference

<!-- Generated from station/config.py by `nox -s docs`. Do not edit. -->

One TOML file describes one station. Unknown keys are refused; all mistakes are reported at once, each with its line
(`python main.py --check --station FILE`). Tables in double brackets, `[[cameras]]`, may be repeated. "Text" is either one
string for both languages or `{ en = "…", zh = "…" }`. Units are part of the names (`_s` seconds, `_ms` milliseconds, `_px` pixels).
"""


def write_reference() -> str:
    """The whole reference as Markdown."""
    parts = [HEAD]
    for path, model in _tables(StationFile):
        parts.append(_section(path, model))
    return "\n".join(parts)


def _tables(root: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Each table of the file with its TOML path, a table before the ones inside it, each model once."""
    seen: set[type[BaseModel]] = set()
    waiting: list[tuple[str, type[BaseModel]]] = [("", root)]
    while waiting:
        path, model = waiting.pop(0)
        if model in seen:
            continue
        seen.add(model)
        yield path, model
        below = []
        for name, field in model.model_fields.items():
            key = field.alias or name
            for child, repeated in _models_in(field.annotation):
                if not _is_text(child):
                    below.append((f"{path}.{key}".lstrip(".") + ("[]" if repeated else ""), child))
        waiting = below + waiting


def _models_in(annotation: object, *, repeated: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation, repeated
        return
    origin = get_origin(annotation)
    inside = repeated or origin in (tuple, list)
    arguments = get_args(annotation)[:1] if origin is Annotated else get_args(annotation)
    for argument in arguments:
        yield from _models_in(argument, repeated=inside)


def _is_text(model: type[BaseModel]) -> bool:
    return set(model.model_fields) == {"en", "zh"}


def _section(path: str, model: type[BaseModel]) -> str:
    title = "The file" if not path else f"`{_toml_header(path)}`"
    kind = model.model_fields.get("kind")
    if kind is not None:
        title += f' with `kind = "{get_args(kind.annotation)[0]}"`'
    lines = [f"## {title}", "", _sentence(inspect.getdoc(model) or ""), "", "| key | type | default | meaning |", "|---|---|---|---|"]
    lines += [_row(field.alias or name, field) for name, field in model.model_fields.items()]
    return "\n".join(lines) + "\n"


def _toml_header(path: str) -> str:
    name = path.replace("[]", "")
    return f"[[{name}]]" if path.endswith("[]") else f"[{name}]"


def _row(key: str, field: FieldInfo) -> str:
    limits = _limits(field)
    meaning = _sentence(field.description or "")
    if limits:
        meaning = f"{meaning.rstrip('.')} ({limits})" if meaning else limits
    return f"| `{key}` | {_type(field.annotation)} | {_default(field)} | {_cell(meaning)} |"


def _type(annotation: object) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin in (Union, types.UnionType):
        return " or ".join(_type(argument) for argument in arguments if argument is not type(None))
    if origin is Literal:
        return ", ".join(f"`{argument}`" for argument in arguments)
    if origin in (tuple, list):
        given = [argument for argument in arguments if argument is not Ellipsis]
        if len(given) > 1:
            return f"{len(given)} values: " + ", ".join(_type(argument) for argument in given)
        return "tables" if any(_models_in(given[0])) and not _all_text(given[0]) else f"list of {_type(given[0])}"
    if inspect.isclass(annotation):
        return _class_name(annotation)
    return str(annotation)


def _all_text(annotation: object) -> bool:
    return all(_is_text(model) for model, _ in _models_in(annotation))


def _class_name(annotation: type[object]) -> str:
    if issubclass(annotation, BaseModel):
        return "Text" if _is_text(annotation) else "table"
    if issubclass(annotation, StrEnum):
        return ", ".join(f"`{member.value}`" for member in annotation)
    names = {str: "string", bool: "true or false", int: "whole number", float: "number", Path: "path"}
    return names.get(annotation, annotation.__name__)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is None or default in ((), ""):
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, StrEnum):
        return f"`{default.value}`"
    if isinstance(default, BaseModel):
        return "its defaults"
    if isinstance(default, tuple):
        return "`" + ", ".join(f"{part:g}" if isinstance(part, float) else str(part) for part in default) + "`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def _limits(field: FieldInfo) -> str:
    signs = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
    found = []
    for rule in field.metadata:
        for name, words in signs.items():
            bound = getattr(rule, name, None)
            if bound is not None:
                found.append(f"{words} {bound:g}" if isinstance(bound, (int, float)) else f"{words} {bound}")
        pattern = getattr(rule, "pattern", None)
        if pattern is not None:
            found.append(f"pattern `{pattern}`")
    return ", ".join(found)


def _sentence(text: str) -> str:
    """First paragraph of *text* on one line, Sphinx markup taken off."""
    first = text.strip().split("\n\n")[0]
    return re.sub(r":\w+:`~?([^`]+)`", r"`\1`", " ".join(first.split())).replace("``", "`")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the reference, or compare it: 0 done or equal, 1 out of date."""
    parser = argparse.ArgumentParser(prog="python -m station.config_reference", description="Write docs/config-reference.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is out of date")
    asked = parser.parse_args(arguments)
    wanted = write_reference()
    if not asked.check:
        REFERENCE.write_text(wanted, encoding="utf-8", newline="\n")
        return 0
    if REFERENCE.is_file() and REFERENCE.read_text(encoding="utf-8") == wanted:
        return 0
    sys.stderr.write("docs/config-reference.md is out of date. Write it again with: nox -s docs\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
