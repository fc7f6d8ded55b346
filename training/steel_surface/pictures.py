"""This file decides how the steel pictures are read: prepared as the running pack prepares them, with their classes, groups and folds."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.errors import InputError
from inference.findings import ImageU8
from inference.image_file import read_image
from inference.image_preprocessing import normalise_image, resize_image
from training.steel_surface.spec import IMAGE_INPUT, KINDS, SET_NAME

IntSeries = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """The set.

    Attributes:
        images: uint8 (n, 128, 128, 3) BGR, on the network's grid.
        kinds: int64 (n,): place in ``KINDS``.
        groups: Group of each: pictures of one strip, held out together.
        folds: int64 (n,): fold of each, as published with the data.
    """

    images: ImageU8
    kinds: IntSeries
    groups: tuple[str, ...]
    folds: IntSeries

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def tensors(self) -> NDArray[np.float32]:
        """What the network sees: float32 (n, 1, 128, 128)."""
        return to_tensors(self.images)


def to_tensors(images: ImageU8) -> NDArray[np.float32]:
    """Pictures on the network's grid, uint8 (n, 128, 128, 3), as float32 (n, 1, 128, 128)."""
    return np.concatenate([normalise_image(image, IMAGE_INPUT) for image in images])


def load_pictures(data_dir: Path) -> Pictures:
    """Read ``vision/x_sdd`` below *data_dir*.

    Raises:
        InputError: The index or a picture is not there, or a class is unknown.
    """
    folder = data_dir / "vision" / SET_NAME
    try:
        with (folder / "index.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise InputError(
            "The steel pictures are not there", where=str(folder), value=str(error), do="Give the data with --data DIR"
        ) from None
    unknown = sorted({row["class"] for row in rows} - set(KINDS))
    if unknown:
        raise InputError("The steel pictures have unknown classes", where=str(folder), value=", ".join(unknown), do="Check index.csv")
    return Pictures(
        images=np.stack([resize_image(read_image(folder / row["image"]), IMAGE_INPUT) for row in rows]),
        kinds=np.asarray([KINDS.index(row["class"]) for row in rows], np.int64),
        groups=tuple(row["group"] for row in rows),
        folds=np.asarray([int(row["fold"]) for row in rows], np.int64),
    )
