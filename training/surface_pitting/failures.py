"""This file decides which known failures the card shows: rendered parts of families where the pack is wrong, judged by the pack itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from inference.findings import Finding, ImageU8, Verdict
from station.simulation.parts_texture import PartKind, paint_part, stable_seed
from training.card_pictures import CardPicture, show_finding
from training.surface_pitting.simulated import PICTURE_PX

TRIED = 30
"""Rendered parts of each family."""
_SHOWN_PX = 225
_LEVELS = 0xF0
"""Pictures of the card keep four bits per colour, so that they are small."""


@dataclass(frozen=True, slots=True)
class Family:
    """Parts of one sort: *paint* makes one of a seed, *right* is what should be said."""

    name: str
    paint: Callable[[int], ImageU8]
    right: Verdict
    what: str


def _part(kind: PartKind, seed: int) -> ImageU8:
    return np.asarray(paint_part(seed, kind, *PICTURE_PX).image, np.uint8)


def _far_away(seed: int) -> ImageU8:
    """The same part at half its size on the metal around it, as a camera twice as far away sees it."""
    part = _part(PartKind.PITTED, seed)
    height, width = part.shape[:2]
    small = cv2.resize(part, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(np.tile(small, (2, 2, 1)))


def _dented(seed: int) -> ImageU8:
    """A clean part with three small dark round dents with a bright rim: no pits."""
    image, random = _part(PartKind.CLEAN, seed).astype(np.float32), np.random.default_rng(seed)
    for _ in range(3):
        x, y = int(random.uniform(0.2, 0.8) * PICTURE_PX[0]), int(random.uniform(0.55, 0.85) * PICTURE_PX[1])
        for radius, level, soft in ((11, 30.0, 2.0), (8, -95.0, 2.0)):
            cover = np.zeros(image.shape[:2], np.float32)
            cv2.circle(cover, (x, y), radius, 1.0, -1)
            image += level * cv2.GaussianBlur(cover, (0, 0), soft)[..., None]
    return np.asarray(np.clip(image, 0, 255), np.uint8)


def _oiled(seed: int) -> ImageU8:
    """A pitted part under a dark film of oil that takes the contrast."""
    part = _part(PartKind.PITTED, seed).astype(np.float32)
    return np.asarray(np.clip(70.0 + 0.22 * (part - 70.0), 0, 255), np.uint8)


FAMILIES = (
    Family("missed-pits", lambda seed: _part(PartKind.PITTED, seed), Verdict.DEFECT, "A pitted part of the demo line"),
    Family("dents", _dented, Verdict.OK, "Round dents that are no pits"),
    Family("far-away", _far_away, Verdict.DEFECT, "A pitted part seen from twice as far, four times beside itself"),
    Family("oil-film", _oiled, Verdict.DEFECT, "A pitted part under a film of oil that leaves a fifth of the contrast"),
)


def show_failures(seed: int, judge: Callable[[ImageU8], Finding]) -> list[CardPicture]:
    """One picture of every family with failures, and how often it fails.

    Args:
        seed: Of the parts.
        judge: The pack, with regions and heatmap.
    """
    pictures = []
    for number, family in enumerate(FAMILIES):
        judged = [(image, judge(image)) for image in (family.paint(stable_seed(seed, number, one, 700)) for one in range(TRIED))]
        refused = sum(finding.verdict is Verdict.NO_VERDICT for _, finding in judged)
        wrong = [one for one in judged if one[1].verdict not in {family.right, Verdict.NO_VERDICT}]
        if wrong:
            image, finding = max(wrong, key=lambda one: one[1].score if family.right is Verdict.OK else -one[1].score)
            said = f"{family.what}: {finding.verdict.value}, score {finding.score:.2f}, and should be {family.right.value}. "
            counted = f"Of {TRIED} such, {len(wrong)} are judged so"
            others = f", {refused} get no verdict." if refused else "."
            pictures.append(CardPicture(family.name, show_finding(image, finding, _SHOWN_PX) & np.uint8(_LEVELS), said + counted + others))
    return pictures
