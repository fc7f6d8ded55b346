"""This file decides how a person starts training: ``python -m training NAME [--data DIR] [--models DIR] [--quick]``."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

from inference.errors import LinesideError, UsageError
from training.options import PROJECT_DIR, TrainOptions, default_data_dir

RECIPES: Mapping[str, str] = {
    "surface-pitting": "training.surface_pitting",
    "hydraulic-rig": "training.hydraulic_rig",
}
"""Pack name -> module with ``train(options)``. Imported only when asked for, so that one pack's needs are not another's."""


class Recipe(Protocol):
    """A module that makes one pack."""

    def train(self, options: TrainOptions) -> None:
        """Cross-validate, fit, export and write the pack."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Make a model pack again from the real data.")
    parser.add_argument("name", choices=sorted(RECIPES), help="the pack to make")
    parser.add_argument("--data", type=Path, default=default_data_dir(), help="folder of the real data sets (default: %(default)s)")
    parser.add_argument("--models", type=Path, default=PROJECT_DIR / "models", help="folder packs are written to (default: %(default)s)")
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
        recipe = cast("Recipe", importlib.import_module(RECIPES[asked.name]))
        recipe.train(TrainOptions(data_dir=asked.data, models_dir=asked.models, quick=asked.quick))
    except LinesideError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, UsageError) else 1
    except ModuleNotFoundError as error:
        sys.stderr.write(f"Training needs {error.name}, which is not installed. Run it as: nox -s train -- NAME.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
