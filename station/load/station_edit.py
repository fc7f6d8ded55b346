"""This file decides how a definition is changed in the station file: comments and order stay, a copy of the former file too.

tomlkit edits the text (a TOML library that keeps what people wrote); the outcome is read back and must be exactly the former
station with the one definition changed, or nothing is written.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from inference.errors import ConfigError, LinesideError
from station.config import AlarmConfig, StationFile
from station.load.settings import changed_keys
from station.paths import resources_dir
from station.station_file import load_station

_EXAMPLE = "{name} comes with the program and stays as it is. Copy it to a folder of your own and start with --station FILE."
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def why_not_writable(path: Path | None) -> str:
    """Why the station file at *path* cannot be changed from here, and what to do, in English; empty where it can."""
    if path is None:
        return "This line runs without a station file. Save one and start with --station FILE."
    if path.is_relative_to(resources_dir()):
        return _EXAMPLE.format(name=path.name)
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return (
            f"The station file cannot be written ({path}). "
            "Give this user the right to change it and its folder, or copy it to another folder and start with --station FILE."
        )
    return ""


def edited(text: str, definition_id: str, changed: Mapping[str, float | int | None]) -> str:
    """*text* of a station file with settings of one warning changed; all else, comments too, stays as it was written.

    Args:
        text: TOML.
        definition_id: Whose.
        changed: By key (``on_delay_s``, ``when.clear_at``); None takes a key out.

    Raises:
        ConfigError: The text has no such warning, or is not TOML.
    """
    crlf = "\r\n" in text
    body = text.removeprefix(_BOM).replace("\r\n", "\n")
    try:
        document: Any = tomlkit.parse(body)
    except TOMLKitError as error:
        raise ConfigError("The station file is not TOML any more", value=str(error), do="Correct it, then try again") from error
    table = next((one for one in document.get("alarms", ()) if one.get("id") == definition_id), None)
    if table is None:
        raise ConfigError("The station file has no such warning any more", value=definition_id, do="Start Lineside again")
    for key, value in changed.items():
        *inside, last = key.split(".")
        target: MutableMapping[str, Any] = table
        for part in inside:
            target = target[part]
        if value is None:
            target.pop(last, None)
        else:
            _put(target, last, value)
    made = tomlkit.dumps(document)
    return (_BOM if text.startswith(_BOM) else "") + (made.replace("\n", "\r\n") if crlf else made)


def _put(table: MutableMapping[str, Any], key: str, value: float) -> None:
    """Set *key*; where it is there with a comment behind it, the comment stays."""
    whole = isinstance(table.get(key), int) and float(value).is_integer()
    plain = int(value) if whole or isinstance(value, int) else value
    fresh = tomlkit.item(plain)
    old = table.get(key)
    if old is not None and hasattr(old, "trivia"):
        fresh.trivia.comment_ws, fresh.trivia.comment = old.trivia.comment_ws, old.trivia.comment
        fresh.trivia.trail = old.trivia.trail
    table[key] = fresh


class StationEdit:
    """One change of a definition in the station file, prepared and checked; nothing is written before :meth:`write`.

    Args:
        path: The station file.
        before: The definition in force; the file must say the same.
        after: The definition to be.

    Raises:
        ConfigError: The file cannot be read or written, was changed by somebody since the start, or the change cannot be.
    """

    def __init__(self, path: Path, before: AlarmConfig, after: AlarmConfig) -> None:
        if why := why_not_writable(path):
            raise ConfigError(why.removesuffix("."))
        self._path = path
        self._former = load_station(path)
        there = next((one for one in self._former.alarms if one.id == before.id), None)
        if there != before:
            raise ConfigError(
                "The station file was changed since Lineside started",
                where=str(path),
                value=before.id,
                do="Start Lineside again, then make the change",
            )
        self._after = after
        self._bytes = path.read_bytes()
        self._text = edited(self._bytes.decode("utf-8"), before.id, changed_keys(before, after))
        self.station: StationFile = self._former.model_copy(
            update={"alarms": tuple(after if one.id == after.id else one for one in self._former.alarms)}
        )
        self.backup: Path | None = None

    def write(self, now: datetime) -> None:
        """Put the changed file in place of the former one, of which a copy stays beside it, named by the local time *now*.

        Raises:
            ConfigError: It cannot be written, or would not say what was wanted; the former file stays as it is.
        """
        stamp = now.astimezone().strftime("%Y%m%d-%H%M%S")
        backup = self._path.with_name(f"{self._path.name}.before-{stamp}")
        number = 1
        while backup.exists():
            number += 1
            backup = self._path.with_name(f"{self._path.name}.before-{stamp}-{number}")
        try:
            shutil.copy2(self._path, backup)
            self._replace(self._text.encode("utf-8"), check=True)
        except OSError as error:
            raise ConfigError(
                "The station file cannot be written",
                where=str(self._path),
                value=error.strerror or str(error),
                do="Give this user the right to change it and its folder",
            ) from error
        self.backup = backup

    def take_back(self) -> None:
        """Put the former file back, because what goes with the change could not be kept.

        Raises:
            ConfigError: It cannot be written.
        """
        try:
            self._replace(self._bytes, check=False)
        except OSError as error:
            do = f"Rename {self.backup} to {self._path.name}"
            raise ConfigError("The former station file cannot be put back", where=str(self._path), value=str(error), do=do) from error

    def _replace(self, content: bytes, *, check: bool) -> None:
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.", suffix=".toml")
        made = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if check:
                self._check(made)
            shutil.copymode(self._path, made)
            made.replace(self._path)
        except (OSError, LinesideError):
            made.unlink(missing_ok=True)
            raise

    def _check(self, made: Path) -> None:
        if load_station(made) != self.station:
            raise ConfigError(
                "The station file was not changed: the outcome would say something else than wanted",
                where=str(self._path),
                do=f"Change {self._after.id} by hand",
            )
