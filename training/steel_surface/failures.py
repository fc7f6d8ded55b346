"""This file decides which known failures the card shows: made surfaces of families where the pack is wrong, judged by the pack itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from inference.findings import Finding, ImageU8, Verdict
from station.simulation.parts_texture import stable_seed
from training.card_pictures import CardPicture, show_finding
from training.steel_surface.simulated import paint_surface
from training.steel_surface.spec import KINDS, TITLES

TRIED = 40
"""Made surfaces of each family."""


@dataclass(frozen=True, slots=True)
class Family:
    """Surfaces of one sort: *paint* makes one of a seed; *right* are the kinds that may be named, none where it should be refused."""

    name: str
    paint: Callable[[int], ImageU8]
    right: tuple[str, ...]
    what: str


def _turned(seed: int) -> ImageU8:
    return np.ascontiguousarray(np.rot90(paint_surface(seed, (_SCRATCH,)).image))


def _half_dark(seed: int) -> ImageU8:
    image = paint_surface(seed, (_SPECKS,)).image
    shade = np.where(np.arange(image.shape[1]) < image.shape[1] // 2, 0.8, 1.2)[None, :, None]
    return np.asarray(np.clip(image * shade, 0, 255), np.uint8)


_SCRATCH, _SPECKS, _SLAG, _ASH = KINDS[6], KINDS[3], KINDS[5], KINDS[1]

FAMILIES = (
    Family("slag-as-another-kind", lambda seed: paint_surface(seed, (_SLAG,)).image, (_SLAG,), "A painted band of slag"),
    Family("good-surface", lambda seed: paint_surface(seed, ()).image, (), "A surface without any defect"),
    Family("two-kinds", lambda seed: paint_surface(seed, (_SCRATCH, _ASH)).image, (), "A scratch and ash on one surface"),
    Family("lying-across", _turned, (_SCRATCH,), "A scratch on a strip that lies across the picture"),
    Family("half-in-shadow", _half_dark, (_SPECKS,), "Specks of scale, half of the surface in shadow"),
)


def show_failures(seed: int, judge: Callable[[ImageU8], Finding]) -> list[CardPicture]:
    """One picture of every family with failures, and how often it fails.

    Args:
        seed: Of the surfaces.
        judge: The pack, with regions and heatmap.
    """
    pictures = []
    for number, family in enumerate(FAMILIES):
        judged = [(image, judge(image)) for image in (family.paint(stable_seed(seed, number, one, 700)) for one in range(TRIED))]
        named = [(image, finding) for image, finding in judged if finding.verdict is not Verdict.NO_VERDICT]
        wrong = [(image, finding) for image, finding in named if finding.label not in family.right]
        if wrong:
            image, finding = max(wrong, key=lambda one: one[1].confidence)
            said = f"{family.what}: named {_title(finding.label)}, chance {finding.confidence:.2f}. "
            counted = f"Of {TRIED} such, {len(wrong)} are named {'wrongly' if family.right else 'so or otherwise'}"
            refused = f", {TRIED - len(named)} no verdict." if len(named) < TRIED else "."
            pictures.append(CardPicture(family.name, show_finding(image, finding), said + counted + refused))
    return pictures


def _title(label: str) -> str:
    return TITLES[KINDS.index(label)].en.lower()
