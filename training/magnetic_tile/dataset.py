"""This file decides which tile pictures there are, where their defects lie, and which scenes are held out together."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from inference.errors import InputError
from inference.findings import ImageU8
from training.magnetic_tile.spec import FREE, KINDS, SET_NAME, UNKNOWN

_MASK_FROM = 128

SAME_TILE: tuple[frozenset[str], ...] = (
    frozenset({"17", "20"}),
    frozenset({"34", "37"}),
    frozenset({"39", "46"}),
    frozenset({"40", "47", "48"}),
)
"""Scenes of the index that show one and the same tile, in different folds. Whoever judges one of them must not have learnt from the other.

Found by matching the most structured places of every scene, grooves taken out, with all scenes of other folds at five scales: these
correlate at 0.93 or more, the next pair at 0.79.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One picture.

    Attributes:
        name: Its path within the set.
        gray: uint8 H x W.
        kinds: uint8 H x W: 0 sound, 1 to 5 the kind (place in ``KINDS`` + 1), 255 not known.
        kind: Of the whole picture, as in *kinds*.
        scene: The scene it is an exposure of, what is held out together.
        fold: In which the scene is held out.
    """

    name: str
    gray: ImageU8
    kinds: ImageU8
    kind: int
    scene: str
    fold: int

    @property
    def faulty(self) -> bool:
        """It shows a defect."""
        return self.kind > 0

    @property
    def marked(self) -> bool:
        """Its defect is marked; four uneven tiles have an empty mask."""
        return bool(((self.kinds > 0) & (self.kinds < UNKNOWN)).any())


def load_tiles(data_dir: Path) -> list[Tile]:
    """All pictures under ``data_dir/vision/magnetic_tile``, in the order of the index.

    Raises:
        InputError: there is no index, or a picture cannot be read.
    """
    folder = data_dir / "vision" / SET_NAME
    index = folder / "index.csv"
    if not index.is_file():
        raise InputError("the tile pictures are not there", where=str(index), do="Give the folder of the real data sets with --data")
    with index.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    tiles = []
    for row in rows:
        gray = _read_gray(folder / row["image"])
        kind = 0 if row["class"] == FREE else KINDS.index(row["class"]) + 1
        kinds = np.zeros_like(gray)
        if kind:
            inside = _read_gray(folder / row["mask"]) >= _MASK_FROM
            kinds[inside] = kind
            if not inside.any():
                kinds[:] = UNKNOWN
        tiles.append(Tile(row["image"], gray, kinds, kind, row["scene"], int(row["fold"])))
    return tiles


def _read_gray(path: Path) -> ImageU8:
    image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE) if path.is_file() else None
    if image is None:
        raise InputError("an image cannot be read", where=str(path), do="Fetch the data set again")
    return np.asarray(image, np.uint8)


def learn_from(tiles: Sequence[Tile], fold: int) -> list[Tile]:
    """What a network that is judged on *fold* may see: no picture of the fold, nor of a tile that is in it under another scene."""
    held = {tile.scene for tile in tiles if tile.fold == fold}
    twins = {scene for same in SAME_TILE if same & held for scene in same}
    return [tile for tile in tiles if tile.fold != fold and tile.scene not in twins]


def list_folds(tiles: Sequence[Tile]) -> list[int]:
    """The folds, in order."""
    return sorted({tile.fold for tile in tiles})
