"""This file decides how a person starts training.

``python -m training NAME [--recipe own|naive] [--data DIR] [--models DIR] [--quick]``
"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

from inference.contract import Figure
from inference.errors import LinesideError, UsageError
from training.naive import write_naive
from training.options import PROJECT_DIR, Recipe, TrainOptions, default_data_dir
from training.pack_writer import figures_table

RECIPES: Mapping[str, str] = {
    folder.name.replace("_", "-"): f"training.{folder.name}"
    for folder in sorted(Path(__file__).resolve().parent.iterdir())
    if (folder / "recipe.py").is_file()
}
"""Pack name -> module with ``train(options)`` and, where it has one, ``train_naive(options)``: every folder with a recipe.py.

Imported only when asked for, so that one pack's needs are not another's.
"""


class PackModule(Protocol):
    """A module that makes one pack."""

    def train(self, options: TrainOptions) -> None:
        """Cross-validate, fit, export and write the pack."""


class NaiveModule(Protocol):
    """A module that can also measure the naive recipe."""

    def train_naive(self, options: TrainOptions) -> Sequence[Figure]:
        """Cross-validate the naive recipe on the folds of the own one; nothing is written."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Make a model pack again from the real data.")
    parser.add_argument("name", choices=sorted(RECIPES), help="the pack to make")
    parser.add_argument("--data", type=Path, default=default_data_dir(), help="folder of the real data sets (default: %(default)s)")
    parser.add_argument("--models", type=Path, default=PROJECT_DIR / "models", help="folder packs are written to (default: %(default)s)")
    parser.add_argument(
        "--recipe",
        type=Recipe,
        choices=list(Recipe),
        default=Recipe.OWN,
        help="own makes the pack (default); naive only measures what the article's recipe reaches on the same folds, into naive.json",
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run whose figures mean nothing")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Train one pack; returns the exit code: 0 done, 1 failed (the reason is on stderr), 2 wrong usage."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if not asked.data.is_dir():
            raise UsageError(
                "there is no data folder", where=str(asked.data), do="Give the real data sets with --data DIR or LINESIDE_DATA"
            )
        _run(asked.name, TrainOptions(data_dir=asked.data, models_dir=asked.models, quick=asked.quick, recipe=asked.recipe))
    except LinesideError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, UsageError) else 1
    except ModuleNotFoundError as error:
        sys.stderr.write(f"Training needs {error.name}, which is not installed. Run it as: nox -s train -- NAME.\n")
        return 1
    return 0


def _run(name: str, options: TrainOptions) -> None:
    module = importlib.import_module(RECIPES[name])
    if options.recipe is Recipe.OWN:
        cast("PackModule", module).train(options)
        if not options.quick and getattr(module, "WANTS_INT8", True):
            _add_int8(options.models_dir / name)
        return
    if not hasattr(module, "train_naive"):
        raise UsageError("This pack has no naive recipe", where=name, do="Run it without --recipe naive")
    figures = tuple(cast("NaiveModule", module).train_naive(options))
    path = write_naive(options.models_dir / name, figures)
    logging.getLogger(__name__).info("%s\nWritten to %s; the next run of the own recipe can quote it.", figures_table(figures), path)


def _add_int8(folder: Path) -> None:
    from training.quantise import describe, quantise_pack

    comparison = quantise_pack(folder)
    if comparison is not None:
        logging.getLogger(__name__).info("%s", describe(comparison))


if __name__ == "__main__":
    sys.exit(main())
