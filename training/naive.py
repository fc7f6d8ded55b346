"""This file decides where the figures of a naive recipe are kept, so that the pack's CARD can quote them beside its own.

``python -m training NAME --recipe naive`` writes ``models/NAME/naive.json``; a new pack keeps it; :func:`read_naive` gives it to the CARD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from inference.contract import Figure
from inference.errors import InputError

NAIVE_FILE = "naive.json"

_FIGURES = TypeAdapter(tuple[Figure, ...])


def write_naive(pack_folder: Path, figures: Sequence[Figure]) -> Path:
    """Keep *figures* beside the pack in *pack_folder* (made if missing); returns the file."""
    pack_folder.mkdir(parents=True, exist_ok=True)
    path = pack_folder / NAIVE_FILE
    path.write_text(_FIGURES.dump_json(tuple(figures), indent=1).decode("utf-8") + "\n", encoding="utf-8", newline="\n")
    return path


def times_table(times: Mapping[str, tuple[float, float]]) -> str:
    """Network -> ms per input at one and at two threads (:func:`training.exporting.time_threads`), as Markdown for CARD.md."""
    lines = ["| network, ms per input | one thread | two threads |", "|---|---|---|"]
    return "\n".join(lines + [f"| {name} | {one:.3f} | {two:.3f} |" for name, (one, two) in times.items()])


def read_naive(pack_folder: Path) -> tuple[Figure, ...]:
    """The kept figures of the naive recipe; empty where it was never run.

    Raises:
        InputError: The file is there and cannot be read.
    """
    path = pack_folder / NAIVE_FILE
    try:
        return _FIGURES.validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        raise InputError(
            "The figures of the naive recipe cannot be read", where=str(path), value=str(error), do="Run it again: --recipe naive"
        ) from None
