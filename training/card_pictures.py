"""This file decides how CARD.md shows simulated examples: small PNG files in the pack's ``card/`` folder, with what was said of them.

Only made or simulated inputs may be shown: a picture here is given away with the program. For images, :func:`show_finding` puts the picture
and what the pack marked in it side by side; for sensors, :func:`show_series` draws the channels that tell the case. In a recipe::

    pictures = [CardPicture("late-pit", show_finding(image, finding), "A first pit of 6 px is missed: ...")]
    write_pack(models_dir, contract, network, golden, write_card(contract, facts, pictures), pictures)     # card: {failures}
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from inference.errors import PackError
from inference.findings import Finding, ImageU8

CARD_FOLDER = "card"
"""Beside pack.toml; nothing in the program reads it."""
LARGEST_SIDE_PX = 480
LARGEST_BYTES = 120_000
"""Of one file: a card is read, not measured."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
_GAP_PX = 6
_MARK_BGR = (60, 60, 230)
_INK_BGR = (70, 60, 50)
_LINE_BGR = (160, 90, 20)
_USUAL_BGR = (190, 190, 190)
_PLOT_PX = (460, 84)


@dataclass(frozen=True, slots=True, eq=False)
class CardPicture:
    """One simulated example in CARD.md.

    Attributes:
        name: File name without suffix: small letters, digits, hyphens.
        image: uint8 H x W x 3 BGR, sides up to 480 px.
        caption: What is shown, what the pack said, and why; one or two sentences, Markdown without line breaks.
    """

    name: str
    image: ImageU8
    caption: str


def embed_pictures(pictures: Sequence[CardPicture]) -> str:
    """The pictures with their captions as Markdown, for CARD.md; a sentence where there is none."""
    if not pictures:
        return "None was found among the simulated inputs that were tried."
    return "\n\n".join(f"![{one.name}]({CARD_FOLDER}/{one.name}.png)\n\n{one.caption}" for one in pictures)


def write_pictures(folder: Path, pictures: Sequence[CardPicture], card: str) -> None:
    """Write *pictures* into ``folder / card``; without any, no folder is made.

    Args:
        folder: The pack's.
        pictures: Of which each stands in *card*.
        card: CARD.md, as :func:`embed_pictures` had a part in it.

    Raises:
        PackError: A name is no file name or given twice, a picture is too large, or the card does not show it.
    """
    names = [one.name for one in pictures]
    for one in pictures:
        encoded = cv2.imencode(".png", one.image, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()
        fault = _find_fault(one, encoded, card, twice=names.count(one.name) > 1)
        if fault:
            raise PackError(
                "A picture does not fit the card", where=f"{CARD_FOLDER}/{one.name}.png", value=fault, do="Correct it in the recipe"
            )
        (folder / CARD_FOLDER).mkdir(parents=True, exist_ok=True)
        (folder / CARD_FOLDER / f"{one.name}.png").write_bytes(encoded)


def _find_fault(picture: CardPicture, encoded: bytes, card: str, *, twice: bool) -> str:
    if not _NAME.fullmatch(picture.name):
        return "its name is not of small letters, digits and hyphens"
    if twice:
        return "its name is given twice"
    if picture.image.ndim != 3 or picture.image.shape[2] != 3 or max(picture.image.shape) > LARGEST_SIDE_PX:
        return f"it has the shape {picture.image.shape}"
    if len(encoded) > LARGEST_BYTES:
        return f"it takes {len(encoded)} bytes, more than {LARGEST_BYTES}"
    return "" if f"]({CARD_FOLDER}/{picture.name}.png)" in card else "the card does not show it"


def show_finding(image: ImageU8, finding: Finding, largest_px: int = 230) -> ImageU8:
    """The picture beside what was marked in it: heatmap in red, regions framed.

    Args:
        image: uint8 H x W x 3 BGR, as it was judged.
        finding: What the pack said; without heatmap and regions the right half is the picture again.
        largest_px: Longest side of each half. Wide pictures stand one above the other.

    Returns:
        uint8 BGR, sides up to :data:`LARGEST_SIDE_PX` with *largest_px* up to 237 (476 for wide pictures).
    """
    wide = image.shape[1] >= 1.6 * image.shape[0]
    shrink = (2 * largest_px if wide else largest_px) / max(image.shape[:2])
    size = (max(1, round(shrink * image.shape[1])), max(1, round(shrink * image.shape[0])))
    plain = _resize(image, size)
    marked = plain
    if finding.heatmap is not None:
        weight = 0.6 * _resize(finding.heatmap, size).astype(np.float32)[..., np.newaxis] / 255.0
        marked = np.asarray(plain * (1.0 - weight) + np.asarray(_MARK_BGR, np.float32) * weight + 0.5, np.uint8)
    marked = np.ascontiguousarray(marked)
    for region in finding.regions:
        upper_left = (round(shrink * region.x), round(shrink * region.y))
        lower_right = (round(shrink * (region.x + region.width)) - 1, round(shrink * (region.y + region.height)) - 1)
        cv2.rectangle(marked, upper_left, lower_right, _MARK_BGR, 1)
    return _side_by_side([plain, marked], down=wide)


def show_series(channels: Mapping[str, ArrayLike], usual: Mapping[str, ArrayLike] | None = None) -> ImageU8:
    """Curves of a window, one below the other, each with its name and its range: uint8 BGR, 460 px wide.

    Args:
        channels: Name with unit -> values in order of time; at most five, or it is no longer small.
        usual: The same of a usual window, drawn in gray behind; names may be missing.

    Raises:
        PackError: There are no channels, or more than five.
    """
    if not 1 <= len(channels) <= 5:
        raise PackError("A card shows one to five channels", value=f"{len(channels)} channels", do="Choose those that tell the case")
    return _side_by_side([_plot(name, values, (usual or {}).get(name)) for name, values in channels.items()], down=True)


def _plot(name: str, values: ArrayLike, usual: ArrayLike | None) -> ImageU8:
    width, height = _PLOT_PX
    curves = [np.asarray(one, np.float64).reshape(-1) for one in (usual, values) if one is not None]
    known = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    plot = np.full((height, width, 3), 255, np.uint8)
    for curve, colour in zip(curves, (_USUAL_BGR, _LINE_BGR)[-len(curves) :], strict=True):
        span = max(high - low, 1e-9)
        across = np.linspace(4, width - 5, max(2, curve.size))[: curve.size]
        down = 20 + (height - 26) * (high - curve) / span
        _draw_curve(plot, across, down, colour)
    # OpenCV's letters are ASCII only.
    words = f"{name}: {low:.4g} to {high:.4g}".encode("ascii", "replace").decode("ascii")
    cv2.putText(plot, words, (4, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, _INK_BGR, 1, cv2.LINE_AA)
    return plot


def _draw_curve(plot: ImageU8, across: NDArray[np.float64], down: NDArray[np.float64], colour: tuple[int, int, int]) -> None:
    """Holes in the values are holes in the curve."""
    broken = np.flatnonzero(~np.isfinite(down))
    for part in np.split(np.arange(down.size), broken):
        rows = part[np.isfinite(down[part])]
        if rows.size:
            points = np.stack([across[rows], down[rows]], axis=1).round().astype(np.int32)
            cv2.polylines(plot, [points], isClosed=False, color=colour, thickness=1, lineType=cv2.LINE_AA)


def _resize(image: ImageU8, size: tuple[int, int]) -> ImageU8:
    smaller = size[0] < image.shape[1]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_NEAREST), np.uint8)


def _side_by_side(parts: Sequence[ImageU8], *, down: bool) -> ImageU8:
    axis = 0 if down else 1
    gap = np.full((_GAP_PX, parts[0].shape[1], 3) if down else (parts[0].shape[0], _GAP_PX, 3), 255, np.uint8)
    joined = [parts[0]]
    for part in parts[1:]:
        joined += [gap, part]
    return np.concatenate(joined, axis=axis)
