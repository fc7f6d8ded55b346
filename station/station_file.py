"""This file decides what a station file is read as, and how all of its mistakes are told at once, each at its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from inference.errors import ConfigError
from station.config import CameraCommon, RtspCamera, SensorCommon, StationFile
from station.sources.credentials import has_written_login
from station.station_checks import Packs, contradictions
from station.station_sentences import sentence_of
from station.toml_lines import KeyPath, locate_keys

LARGEST_BYTES = 4 * 2**20
"""A station file larger than this is something else."""
_TOML_PLACE = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.DOTALL)
_COMMON: Mapping[KeyPath, type[BaseModel]] = {("cameras",): CameraCommon, ("sensors",): SensorCommon}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake.

    Attributes:
        line: Where, from 1; 0 means the file as a whole.
        key_path: The key, e.g. ``cameras[1].path``; empty for the file as a whole.
        sentence: What is wrong, with which value, and what to write; without a full stop.
    """

    line: int
    key_path: str
    sentence: str


class StationFileError(ConfigError):
    """A station file is not one. ``str()`` tells every mistake, one per line when there are several.

    Args:
        path: The file.
        mistakes: At least one, in order of their lines.
    """

    def __init__(self, path: Path, mistakes: tuple[Mistake, ...]) -> None:
        self.path = path
        self.mistakes = mistakes
        if len(mistakes) == 1:
            only = mistakes[0]
            where = f"{path}, line {only.line}" if only.line else str(path)
            super().__init__(f"The station file has a mistake: {only.sentence}", where=where, value=only.key_path)
        else:
            super().__init__(f"The station file has {len(mistakes)} mistakes", where=str(path), do="Correct them:" + self._list())

    def _list(self) -> str:
        width = len(str(self.mistakes[-1].line))
        return "".join(
            f"\n  line {m.line:>{width}}  {m.key_path}: {m.sentence}" if m.key_path else f"\n  line {m.line:>{width}}  {m.sentence}"
            for m in self.mistakes
        )


def load_station(path: Path, packs: Packs | None = None) -> StationFile:
    """Read and check a station file. Folders and devices it names need not be there: their sources say so.

    Args:
        path: The TOML file, UTF-8 (a byte order mark is let pass).
        packs: The model packs that are there (see :data:`station.station_checks.Packs`); None leaves them unchecked.

    Raises:
        StationFileError: With every mistake at its line.
    """
    text = _read_text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StationFileError(path, (_syntax_mistake(text, str(error)),)) from error
    except RecursionError as error:
        raise _whole_file(path, "it is nested too deeply; write it as docs/config-reference.md says") from error
    found = list(contradictions(data, packs))
    try:
        station = StationFile.model_validate(data)
    except ValidationError as error:
        found += [(loc, sentence) for loc, sentence in _told(error.errors(), data, {path for path, _ in found})]
    if found:
        raise StationFileError(path, _with_lines(found, locate_keys(text.replace("\r\n", "\n"))))
    return station


def check_station(path: Path, packs: Packs | None = None) -> str:
    """What the station file at *path* describes, for people, as some lines of text.

    Raises:
        StationFileError: It has mistakes; its text tells them all.
    """
    station = load_station(path, packs)
    lines = [f"{path}: no mistakes", f"station   {station.station.name.en}"]
    for title, sources in (("camera ", station.cameras), ("sensors", station.sensors)):
        lines.extend(f"{title}   {s.id} ({s.kind}), {f'judged by {s.model}' if s.model else 'shown, not judged'}" for s in sources)
    lines.append(f"warnings  {len(station.alarms)} defined")
    lines.append(f"people    {len(station.people)}")
    lines.extend(
        f'note      {camera.id}: its login stands in this file; write "rtsp://${{NAME}}@…" and set NAME in the environment'
        for camera in station.cameras
        if isinstance(camera, RtspCamera) and has_written_login(camera.url)
    )
    return "\n".join(lines)


# ---- reading -----------------------------------------------------------------------------------------------------


def _read_text(path: Path) -> str:
    try:
        if path.is_dir():
            raise _whole_file(path, "it is a folder; name the .toml file in it")
        if path.stat().st_size > LARGEST_BYTES:
            raise _whole_file(path, "it is far too large for a station file; name the .toml file that describes the station")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise _whole_file(path, "it is not there; check the name after --station") from error
    except OSError as error:
        raise _whole_file(path, f"it cannot be read ({error.strerror or error}); check the access rights") from error
    if data.startswith(_UTF16_MARKS):
        raise _whole_file(path, "it is saved as UTF-16; save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        sentence = f"byte {data[error.start]:#04x} is not UTF-8 text; save the file as UTF-8, or name the right file"
        raise StationFileError(path, (Mistake(line, "", sentence),)) from error
    if "\0" in text:
        raise _whole_file(path, "it is not a text file; name the .toml file that describes the station")
    if not text.strip():
        raise _whole_file(path, "it is empty; begin with resources/stations/demo.toml")
    return text


def _whole_file(path: Path, sentence: str) -> StationFileError:
    return StationFileError(path, (Mistake(0, "", sentence),))


def _syntax_mistake(text: str, message: str) -> Mistake:
    place = _TOML_PLACE.match(message)
    if place is None:
        return Mistake(0, "", f"it is not TOML: {message}")
    last_line = text.rstrip().count("\n") + 1
    line = int(place["line"]) if place["line"] else last_line
    where = f"column {place['column']}" if place["column"] else "at the end"
    what = place["what"][:1].lower() + place["what"][1:]
    return Mistake(line, "", f"it is not TOML: {what} ({where}); compare with the lines of resources/stations/demo.toml")


# ---- from pydantic's errors to mistakes --------------------------------------------------------------------------


def _told(errors: Iterable[ErrorDetails], data: Mapping[str, Any], already: set[KeyPath]) -> Iterable[tuple[KeyPath, str]]:
    for error in errors:
        path = _path_in(error["loc"], data)
        if path in already or (error["type"] == "value_error" and any(known[: len(path)] == path for known in already)):
            continue  # the contradictions already name the very key
        sentence = sentence_of({**error, "loc": _without_plain_text(error["loc"], path)})
        yield ((*path, "kind") if error["type"] == "union_tag_invalid" else path), sentence
        if error["type"] in {"union_tag_invalid", "union_tag_not_found"} and path[:1] in _COMMON:
            yield from _told_of_common(path, error["input"], data)


def _told_of_common(path: KeyPath, table: Mapping[str, Any], data: Mapping[str, Any]) -> Iterable[tuple[KeyPath, str]]:
    """Mistakes in the keys every kind has, for a table whose own kind is not known (pydantic stops there)."""
    common = _COMMON[path[:1]]
    try:
        common.model_validate({key: value for key, value in table.items() if key in common.model_fields})
    except ValidationError as error:
        yield from _told([{**e, "loc": (*path, *e["loc"])} for e in error.errors()], data, set())


def _path_in(loc: tuple[int | str, ...], data: Mapping[str, Any]) -> KeyPath:
    """Where pydantic's location is in the file: it names the kind after a union, and goes into texts that are plain strings."""
    path: KeyPath = ()
    node: Any = data
    for index, part in enumerate(loc):
        is_last = index == len(loc) - 1
        inside, node_below = _step_into(node, part)
        if inside:
            node = node_below
        elif not (isinstance(node, Mapping) and is_last):
            continue
        path = (*path, part)
    return path


def _step_into(node: object, part: int | str) -> tuple[bool, object]:
    if isinstance(node, Mapping):
        return part in node, node.get(part)
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return True, node[part]
    return False, None


def _without_plain_text(loc: tuple[int | str, ...], path: KeyPath) -> tuple[int | str, ...]:
    """*loc* up to the last part that is in the file, so that an empty plain text is told once, under its own key."""
    return loc if not path else loc[: len(loc) - loc[::-1].index(path[-1])]


def _with_lines(found: Iterable[tuple[KeyPath, str]], lines: Mapping[KeyPath, int]) -> tuple[Mistake, ...]:
    return tuple(sorted({Mistake(_line_of(path, lines), _spell(path), sentence) for path, sentence in found}))


def _line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """Line of *path*; of the nearest table around it where the key is missing."""
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _spell(path: KeyPath) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
