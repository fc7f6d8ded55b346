"""This file decides when two findings of one camera are the same mark: place, what the network saw, and the pixels themselves.

The place must agree, and so must the sum of the other two. The limits are measured, on simulated and on recorded pictures:
docs/feedback.md says how; ``python -m tests.models.false_alarm_memory`` measures them again.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from inference.findings import Finding, FloatArray, ImageU8, Region

LEAST_INSIDE = 0.5
"""Of the found region, this share lies in the remembered one, which is grown by :data:`GROWN` on every side."""
GROWN = 0.15
FARTHEST = 0.65
"""Largest unlikeness: the distance of the two embeddings of unit length (0: the same, 2: the opposite), plus what the correlation
of the pixels at the remembered place with those remembered lacks to 1."""
LEAST_ALIKE_ALONE = 0.75
"""Least correlation where the pack gives no embedding: the pixels are all there is."""
MOST_REGIONS = 8
"""More regions than a finding carries embeddings of are never taken for known marks."""

_TEMPLATE_PX = 48
_LEAST_TEMPLATE_PX = 16
_LEAST_SPREAD = 1.0
"""Pixels that differ less than this, in gray levels, show nothing that could be known again."""
_SEARCH_SHARE = 0.006
"""A camera that shakes moves a mark by so much of the picture's longer side."""
Box = tuple[float, float, float, float]
"""Left, top, width and height as shares of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """One remembered region.

    Attributes:
        box: Where.
        embedding: float32 (D,) of unit length; None where the pack gives none.
        template: Its gray pixels, uint8 h x w, brought to at most 48 px.
    """

    box: Box
    embedding: FloatArray | None
    template: ImageU8


def box_of(region: Region, image: ImageU8) -> Box:
    """*region* as shares of *image*."""
    height, width = image.shape[:2]
    return region.x / width, region.y / height, region.width / width, region.height / height


def counting_regions(finding: Finding, limit: float) -> tuple[Region, ...]:
    """Regions that raise a warning at *limit* by themselves; the strongest alone where only all together do."""
    return tuple(region for region in finding.regions if region.score >= limit) or finding.regions[:1]


def make_marks(finding: Finding, image: ImageU8, limit: float) -> tuple[Mark, ...]:
    """The marks of a confirmed false alarm: one for each region that counts at *limit*.

    None without a region: a whole picture that looks the same may hold a small defect that the remembered one had not.
    """
    embeddings = finding.embeddings
    marks = []
    for place, region in enumerate(counting_regions(finding, limit)[:MOST_REGIONS]):
        box = box_of(region, image)
        seen = None if embeddings is None or place >= len(embeddings) else np.asarray(embeddings[place])
        marks.append(Mark(box, seen, cut_template(image, box)))
    return tuple(marks)


def is_same(mark: Mark, box: Box, embedding: FloatArray | None, image: ImageU8) -> bool:
    """Whether what was found at *box* of *image* (uint8 H x W x 3 BGR) is *mark* again."""
    if not is_inside(mark.box, box):
        return False
    if mark.embedding is None:
        return measure_alike(mark, image) >= LEAST_ALIKE_ALONE
    if embedding is None or embedding.shape != mark.embedding.shape:
        return False
    apart = float(np.linalg.norm(embedding - mark.embedding))
    return apart <= FARTHEST and apart + 1.0 - measure_alike(mark, image) <= FARTHEST


def is_inside(remembered: Box, found: Box) -> bool:
    """Whether *found* lies mostly in *remembered*; something larger that swallowed it does not."""
    grown_x, grown_y = GROWN * remembered[2], GROWN * remembered[3]
    left, top = remembered[0] - grown_x, remembered[1] - grown_y
    right, bottom = remembered[0] + remembered[2] + grown_x, remembered[1] + remembered[3] + grown_y
    across = min(right, found[0] + found[2]) - max(left, found[0])
    down = min(bottom, found[1] + found[3]) - max(top, found[1])
    return across > 0 and down > 0 and across * down >= LEAST_INSIDE * found[2] * found[3]


def cut_template(image: ImageU8, box: Box) -> ImageU8:
    """The gray pixels of *box*, grown to at least 16 px, brought to at most 48 px: uint8 h x w."""
    left, top, right, bottom = _pixels(image, box)
    gray = np.asarray(cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2GRAY), np.uint8)
    factor = _factor(right - left, bottom - top)
    size = (max(2, round(factor * (right - left))), max(2, round(factor * (bottom - top))))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)


def measure_alike(mark: Mark, image: ImageU8) -> float:
    """Highest correlation (-1 to 1) of the remembered pixels with those at their place in *image*, or a few pixels beside it."""
    if float(mark.template.std()) < _LEAST_SPREAD:
        return 0.0
    left, top, right, bottom = _pixels(image, mark.box)
    margin = max(1, round(_SEARCH_SHARE * max(image.shape[:2])))
    height, width = image.shape[:2]
    x0, y0, x1, y1 = max(0, left - margin), max(0, top - margin), min(width, right + margin), min(height, bottom + margin)
    wide, high = mark.template.shape[1], mark.template.shape[0]
    size = (max(wide, round((x1 - x0) * wide / (right - left))), max(high, round((y1 - y0) * high / (bottom - top))))
    gray = cv2.cvtColor(image[y0:y1, x0:x1], cv2.COLOR_BGR2GRAY)
    seen = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    found = float(cv2.matchTemplate(seen, mark.template, cv2.TM_CCOEFF_NORMED).max())
    return found if np.isfinite(found) else 0.0


def _pixels(image: ImageU8, box: Box) -> tuple[int, int, int, int]:
    """*box* in pixels: left, top, right, bottom; at least 16 px wide and high where the picture is."""
    height, width = image.shape[:2]
    left, right = _span(box[0] * width, box[2] * width, width)
    top, bottom = _span(box[1] * height, box[3] * height, height)
    return left, top, right, bottom


def _span(start: float, length: float, most: int) -> tuple[int, int]:
    missing = max(0.0, _LEAST_TEMPLATE_PX - length)
    first = max(0, min(round(start - missing / 2), most - 1))
    return first, max(first + 1, min(most, round(start + length + missing / 2)))


def _factor(width_px: int, height_px: int) -> float:
    return min(1.0, _TEMPLATE_PX / max(width_px, height_px))
