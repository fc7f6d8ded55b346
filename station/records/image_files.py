"""This file decides how a picture becomes a file: encoded, written beside its place, moved there whole or not at all."""

from __future__ import annotations

import os
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import cv2

from inference.errors import RecordsError
from inference.findings import ImageU8
from station.frames import SourceId
from station.keeping import WhyKept

JPEG_QUALITY = 95
PNG_COMPRESSION = 1
"""Fast; a harder one saves a few per cent for four times the time."""


class Encoding(StrEnum):
    """File type by its suffix."""

    PNG = ".png"
    """Exact."""
    JPEG = ".jpg"
    """Quality 95."""


def encoding_of(why_kept: WhyKept) -> Encoding:
    """The judged frame of an alarm is kept exactly; others well enough to see and to teach from."""
    return Encoding.PNG if why_kept is WhyKept.ALARM else Encoding.JPEG


def encode(image: ImageU8, encoding: Encoding) -> bytes:
    """File content of *image* (uint8 H x W x 3 BGR, or H x W gray). Any thread.

    Raises:
        RecordsError: When the picture cannot be encoded.
    """
    options = [cv2.IMWRITE_PNG_COMPRESSION, PNG_COMPRESSION] if encoding is Encoding.PNG else [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    try:
        done, content = cv2.imencode(encoding.value, image, options)
    except cv2.error as error:
        raise RecordsError("A picture cannot be encoded", value=f"shape {image.shape}, {error}") from error
    if not done:
        raise RecordsError("A picture cannot be encoded", value=f"shape {image.shape}, as {encoding.value}")
    return content.tobytes()


def file_stem(utc: datetime, source_id: SourceId, sequence: int, why_kept: WhyKept) -> str:
    """Name of a picture's file without suffix; sorts by time, says whose and why, valid on every system."""
    return f"{utc:%H%M%S_%f}_{source_id}_{sequence:08d}_{why_kept.value}"


def write_atomically(path: Path, content: bytes) -> None:
    """Write *content* to *path* so that a reader, or a power failure, finds all of it or nothing.

    Raises:
        OSError: When the disk is full or cannot be written; then nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.tmp")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself last; Windows does so by itself and cannot open folders."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
