"""This file decides which ball-screw frames there are, where their pits lie, and which positions are held out together."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from inference.errors import InputError
from inference.findings import ImageU8
from inference.image_preprocessing import resize_image
from training.surface_pitting.spec import HEIGHT_PX, IMAGE_INPUT, WIDTH_PX

NEVER_PITS = "477500_315"
"""The position that stays without pits to its last frame: the witness against reading the calendar."""

PAINT_MARGIN_PX = 5
"""How far beyond its polygon a pit is painted over in the twins that are measured, native pixels."""
PAINT_RADIUS_PX = 5.0
OTHER_PAINT = ((9, cv2.INPAINT_NS), (3, cv2.INPAINT_TELEA), (14, cv2.INPAINT_TELEA))
"""Margins and methods of the twins that are only learned from, so that no single painter's touch is."""

DOUBT_FRAMES = 8
"""A pit that is drawn this many frames before or after puts its place in doubt; about two days."""


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """One line of ``index.csv`` with its place on the time line of its position.

    Attributes:
        image: Path of the JPEG.
        position: Camera position, the group that is held out.
        timestamp: As in the file, yymmddHHMMSS.
        step: 0 for the position's first frame.
        pitted: Pits were annotated.
        polygons: labelme JSON; None without pits.
    """

    image: Path
    position: str
    timestamp: str
    step: int
    pitted: bool
    polygons: Path | None


def read_index(data_dir: Path) -> tuple[FrameRecord, ...]:
    """All frames under ``data_dir/vision/ball_screw``, by position and time.

    Raises:
        InputError: there is no index.
    """
    folder = data_dir / "vision" / "ball_screw"
    index = folder / "index.csv"
    if not index.is_file():
        raise InputError("the ball-screw pictures are not there", where=str(index), do="Give the folder of the real data sets with --data")
    with index.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (row["position"], row["timestamp"]))
    records: list[FrameRecord] = []
    for row in rows:
        same = bool(records) and records[-1].position == row["position"]
        records.append(
            FrameRecord(
                image=folder / row["image"],
                position=row["position"],
                timestamp=row["timestamp"],
                step=records[-1].step + 1 if same else 0,
                pitted=row["pitting"] == "1",
                polygons=folder / row["polygons"] if row["polygons"] else None,
            )
        )
    return tuple(records)


def read_image(record: FrameRecord) -> ImageU8:
    """The frame as uint8 H x W x 3 BGR, native size.

    Raises:
        InputError: the file is not an image.
    """
    image = cv2.imdecode(np.fromfile(record.image, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise InputError("an image cannot be read", where=str(record.image), do="Fetch the data set again")
    return np.asarray(image, np.uint8)


def read_mask(record: FrameRecord, height_px: int, width_px: int) -> ImageU8:
    """Pits as uint8 H x W, 255 inside a polygon, at the frame's native size."""
    mask = np.zeros((height_px, width_px), np.uint8)
    if record.polygons is not None:
        content = json.loads(record.polygons.read_text(encoding="utf-8"))
        for shape in content["shapes"]:
            cv2.fillPoly(mask, [np.rint(np.asarray(shape["points"])).astype(np.int32)], 255)
    return mask


def paint_out(image: ImageU8, mask: ImageU8, margin_px: int = PAINT_MARGIN_PX, method: int = cv2.INPAINT_TELEA) -> ImageU8:
    """The painted twin: *image* with every pit inpainted from its surroundings; uint8 H x W x 3 BGR, newly made.

    Args:
        image: Native frame, BGR.
        mask: 255 inside the pits.
        margin_px: Painted beyond the polygon, so that no rim stays.
        method: ``cv2.INPAINT_TELEA`` or ``cv2.INPAINT_NS``.
    """
    twin = image.copy()
    grown = np.asarray(cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin_px + 1, 2 * margin_px + 1))), np.uint8)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(grown)
    for x, y, width, height, _ in boxes[1:count]:
        rows, columns = slice(max(0, y - 12), y + height + 12), slice(max(0, x - 12), x + width + 12)
        twin[rows, columns] = cv2.inpaint(twin[rows, columns], grown[rows, columns], PAINT_RADIUS_PX, method)
    return twin


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A frame on the network's grid, ready to be cut into crops.

    Attributes:
        record: Where it comes from.
        image: uint8 336 x 800 x 3 BGR.
        mask: uint8 336 x 800, share of each pixel inside a pit, 0..255.
        twins: The frame with its pits painted out, in four ways, the first one as it is measured; empty without pits.
        doubt: uint8 336 x 800, 255 where a pit was drawn some frames before or after but not in this one: a pit neither
            heals nor comes at once, so nothing is taught there. None where there is no such place.
    """

    record: FrameRecord
    image: ImageU8
    mask: ImageU8
    twins: tuple[ImageU8, ...]
    doubt: ImageU8 | None = None


def load_pictures(records: Sequence[FrameRecord]) -> Iterator[Picture]:
    """Read frames one by one and bring them to the network's grid with the preprocessing of the running program."""
    for record in records:
        image = read_image(record)
        mask = read_mask(record, *image.shape[:2])
        twins = (paint_out(image, mask), *(paint_out(image, mask, *way) for way in OTHER_PAINT)) if record.pitted else ()
        yield Picture(
            record,
            resize_image(image, IMAGE_INPUT),
            np.asarray(cv2.resize(mask, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA), np.uint8),
            tuple(resize_image(twin, IMAGE_INPUT) for twin in twins),
        )


def mark_doubt(pictures: Sequence[Picture]) -> list[Picture]:
    """The same pictures, each with its places of doubt (:attr:`Picture.doubt`); *pictures* are by position and time."""
    marked: list[Picture] = []
    for number, picture in enumerate(pictures):
        near = np.zeros_like(picture.mask)
        for other in pictures[max(0, number - DOUBT_FRAMES) : number + DOUBT_FRAMES + 1]:
            if other.record.position == picture.record.position:
                near |= np.asarray(other.mask >= 64).view(np.uint8)
        grown = np.ones((5, 5), np.uint8)
        count, labels = cv2.connectedComponents(cv2.dilate(near, grown))
        own = cv2.dilate(np.asarray(picture.mask >= 64).view(np.uint8), grown) > 0
        elsewhere = np.setdiff1d(np.arange(1, count), np.unique(labels[own]))
        doubt = np.where(np.isin(labels, elsewhere), np.uint8(255), np.uint8(0)) if elsewhere.size else None
        marked.append(replace(picture, doubt=doubt))
    return marked


def position_folds(records: Sequence[FrameRecord], folds: int) -> tuple[tuple[str, ...], ...]:
    """Positions dealt into *folds* groups in the order of their names; each is held out once, whole."""
    positions = sorted({record.position for record in records})
    return tuple(tuple(positions[start::folds]) for start in range(folds))
