"""This file decides how results become a CSV: written row by row, so that an interrupted run keeps what it judged."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from inference.errors import LinesideError
from inference.findings import Contribution, Region


class ResultsError(LinesideError):
    """Results cannot be written."""


class ResultsFile:
    """A CSV that grows. One thread; a context manager. Every call of :meth:`write` is on its way to disk when it returns."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        """Start *path* anew with a header; its folder is made where it is missing.

        Raises:
            ResultsError: It cannot be written.
        """
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream: TextIO = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise _explain(path, error) from None
        self._writer = csv.writer(self._stream)
        self.write([columns])

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Append *rows*.

        Raises:
            ResultsError: The disk is full or the file is gone.
        """
        try:
            self._writer.writerows(rows)
            self._stream.flush()
        except OSError as error:
            raise _explain(self._path, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()


def write_number(number: float | None) -> str:
    """A number for a cell: enough digits to tell it from a threshold; empty for None and NaN."""
    return "" if number is None or math.isnan(number) else f"{number:.9g}"


def write_regions(regions: Sequence[Region]) -> str:
    """Regions as JSON: label, score, x, y, w, h in pixels of the input."""
    return json.dumps(
        [{"label": r.label, "score": round(r.score, 6), "x": r.x, "y": r.y, "w": r.width, "h": r.height} for r in regions],
        ensure_ascii=False,
    )


def write_contributors(contributors: Sequence[Contribution]) -> str:
    """Contributors as JSON: channel, share, effect; where known value, usual and unit, and the moment; strongest first."""
    return json.dumps([_contributor(one) for one in contributors], ensure_ascii=False)


def _contributor(one: Contribution) -> dict[str, object]:
    said: dict[str, object] = {"channel": one.channel, "share": round(one.share, 4), "effect": round(one.effect, 6)}
    if one.value is not None and one.usual is not None:
        said |= {"value": float(f"{one.value:.5g}"), "usual": float(f"{one.usual:.5g}"), "unit": one.unit}
    if one.moment is not None:
        said |= {"moment": [one.moment.kind.value, one.moment.start, one.moment.end]}
    return said


def _explain(path: Path, error: OSError) -> ResultsError:
    return ResultsError(
        "The results cannot be written",
        where=str(path),
        value=error.strerror or str(error),
        do="Close other programs that use the file, check the folder's access rights and the free space, or name another file",
    )
