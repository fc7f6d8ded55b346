"""This file decides what a training run may be asked: where data lies, where packs go, how long it may take."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent
"""The project's root, above ``training/`` and ``models/``."""

SEED = 20200828
"""Seed of every pack's training; the date of the first ball-screw picture, chosen once and never searched over."""


class Recipe(StrEnum):
    """Which way of making the pack is run."""

    OWN = "own"
    """The recipe of the pack: makes ``models/NAME``."""
    NAIVE = "naive"
    """What the article behind the data set, or a plain tutorial, would do, on the same folds: only figures, to compare with."""


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """What one run of ``python -m training NAME`` was asked.

    Attributes:
        data_dir: Folder of the real data sets (with ``vision/`` and ``sensor/``).
        models_dir: Folder the finished pack is written to, as ``models_dir / name``.
        quick: A smoke run: few epochs, to see that the code works; its figures mean nothing and the pack is marked experimental.
        seed: Seed of every random number.
        recipe: OWN makes the pack; NAIVE only measures.
    """

    data_dir: Path
    models_dir: Path
    quick: bool = False
    seed: int = SEED
    recipe: Recipe = Recipe.OWN


def default_data_dir() -> Path:
    """Folder of the real data sets: ``LINESIDE_DATA`` if set, else ``../shared/data`` beside the project."""
    return Path(os.environ.get("LINESIDE_DATA", PROJECT_DIR.parent / "shared" / "data"))
