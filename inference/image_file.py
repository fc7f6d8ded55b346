"""This file decides which image files are read, and why another one is refused: in one sentence, from its header where it can be.

Read: 8-bit JPEG, PNG, BMP, TIFF and WebP; gray and palette become BGR, transparency is dropped. Refused: 16-bit (which
part of the range matters is the camera's knowledge, not ours), CMYK, truncated and too large ones. A rotation noted in the
file (EXIF) is ignored, so that a file and a live picture of the same part lie the same way.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import BmpImagePlugin, ImageFile, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from inference.errors import InputError
from inference.findings import ImageU8

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
"""Suffixes (lower case) that make a file an image when a folder is read."""

MAX_MEGAPIXELS = 64.0
"""Largest image read where the pack says nothing else."""

_HEADER_READERS: tuple[tuple[bytes, type[ImageFile.ImageFile]], ...] = (
    (b"\xff\xd8\xff", JpegImagePlugin.JpegImageFile),
    (b"\x89PNG\r\n\x1a\n", PngImagePlugin.PngImageFile),
    (b"BM", BmpImagePlugin.BmpImageFile),
    (b"II*\x00", TiffImagePlugin.TiffImageFile),
    (b"MM\x00*", TiffImagePlugin.TiffImageFile),
    (b"RIFF", WebPImagePlugin.WebPImageFile),
)
# Pillow's own Image.open is not used: it warns through a process-wide switch before the size can be refused here.
_HEADER_ERRORS = (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, EOFError, struct.error, zlib.error, Warning)


def read_image(path: Path, max_megapixels: float = MAX_MEGAPIXELS) -> ImageU8:
    """Read an image file.

    Args:
        path: The file; any name that the system can open.
        max_megapixels: Refuse larger ones before they are decoded.

    Returns:
        uint8 H x W x 3, BGR, newly made. May be called from any thread.

    Raises:
        InputError: The file cannot be used; the text says why and what to do.
    """
    data = _read_bytes(path)
    return decode_image(data, path, max_megapixels)


def decode_image(data: bytes, path: Path, max_megapixels: float = MAX_MEGAPIXELS) -> ImageU8:
    """Decode the bytes of an image file; *path* only names it in errors. As :func:`read_image`."""
    where = str(path)
    header = _read_header(data, where)
    width, height = header.size
    if width * height > max_megapixels * 1e6:
        raise InputError(
            "The image is too large",
            where=where,
            value=f"{width}x{height}, {width * height / 1e6:.0f} megapixels of at most {max_megapixels:g}",
            do="Crop it or scale it down",
        )
    if header.mode == "CMYK":
        raise InputError("The image is in printing colours (CMYK)", where=where, do="Export it as RGB or gray")
    if not _is_complete(header, data):
        raise InputError("The image file is truncated", where=where, value=f"{len(data)} bytes", do="Copy or record it again")
    image = _decode(data)
    if image is None:
        raise InputError("The image cannot be decoded", where=where, do="Open it in another program and export it again as PNG")
    if image.dtype != np.uint8:
        raise InputError(
            "The image has more than 8 bits per colour", where=where, value=str(image.dtype), do="Set the camera or the export to 8-bit"
        )
    return np.asarray(image, dtype=np.uint8)


_STRIP_OFFSETS, _STRIP_BYTE_COUNTS, _TILE_OFFSETS, _TILE_BYTE_COUNTS = 273, 279, 324, 325
"""TIFF 6.0 tags."""


def _read_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("The file is not there", where=str(path), do="Check its name") from None
    except IsADirectoryError:
        raise InputError("This is a folder, not an image", where=str(path), do="Name an image file") from None
    except OSError as error:
        raise InputError(
            "The file cannot be opened", where=str(path), value=error.strerror or str(error), do="Check its access rights"
        ) from None
    if not data:
        raise InputError("The file is empty", where=str(path), do="Copy or record it again")
    return data


def _read_header(data: bytes, where: str) -> ImageFile.ImageFile:
    for magic, reader in _HEADER_READERS:
        if data.startswith(magic):
            try:
                return reader(io.BytesIO(data))
            except _HEADER_ERRORS as error:
                raise InputError(
                    "The image's header is damaged", where=where, value=str(error) or type(error).__name__, do="Copy or record it again"
                ) from None
    raise InputError("This is not an image of a known kind", where=where, do="Use JPEG, PNG, BMP, TIFF or WebP, 8-bit")


def _is_complete(header: ImageFile.ImageFile, data: bytes) -> bool:
    """Whether the file holds its whole picture: decoders paint the missing part gray and only warn."""
    if isinstance(header, JpegImagePlugin.JpegImageFile):
        # Inside the coded picture 0xFF is always escaped, so an end marker behind the last scan is a real one.
        return data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")
    if isinstance(header, PngImagePlugin.PngImageFile):
        return b"IEND" in data[-64:] or b"IEND\xaeB`\x82" in data
    if isinstance(header, TiffImagePlugin.TiffImageFile):
        return _holds_all_strips(header, len(data))
    try:
        header.load()
    except _HEADER_ERRORS:
        return False
    return True


def _holds_all_strips(header: TiffImagePlugin.TiffImageFile, size_bytes: int) -> bool:
    """Whether every strip (or tile) that a TIFF's tags name lies within the file; told without decoding, see ADR 4."""
    tags = header.tag_v2
    try:
        offsets = tags.get(_STRIP_OFFSETS) or tags.get(_TILE_OFFSETS) or ()
        counts = tags.get(_STRIP_BYTE_COUNTS) or tags.get(_TILE_BYTE_COUNTS) or ()
        ends = [int(offset) + int(count) for offset, count in zip(offsets, counts, strict=True)]
    except (TypeError, ValueError):
        return False
    return bool(ends) and max(ends) <= size_bytes


def _decode(data: bytes) -> ImageU8 | None:
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        return cv2.imdecode(np.frombuffer(data, dtype=np.uint8), flags)  # type: ignore[return-value]  # None when undecodable; cv2's stub says otherwise
    except cv2.error:
        return None
