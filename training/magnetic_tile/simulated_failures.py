"""This file decides the pictures in the CARD: simulated tiles that show what the pack is likely to miss or to take for a defect."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from inference.findings import Finding, FloatArray, ImageU8, Verdict
from training.card_pictures import CardPicture, show_finding
from training.magnetic_tile.made_defects import make_field
from training.magnetic_tile.simulated import paint_ground

_SIZE = (200, 240)
_SEED = 20_181_204
_TRIED = 25
"""Grounds tried for each picture, until the pack finds one familiar."""


def faint_uneven(seed: int) -> ImageU8:
    """An area that was ground a little deeper: hardly another brightness, the same grooves."""
    gray = paint_ground(np.random.default_rng(seed), *_SIZE)
    step = 70 + 4 * make_field(np.random.default_rng(seed + 1), (1, _SIZE[0]), 70)[0]
    gray[np.arange(_SIZE[1])[:, None] < step] *= np.float32(1.06)
    return _finish(gray)


def thin_crack(seed: int) -> ImageU8:
    """A crack as thin as a groove, and parallel to the grooves."""
    gray = paint_ground(np.random.default_rng(seed), *_SIZE)
    mask = np.zeros(gray.shape, np.uint8)
    points = np.asarray([(118, 0), (119, 24), (117, 52)], np.int32)
    cv2.polylines(mask, [points], isClosed=False, color=255, thickness=1, lineType=cv2.LINE_AA)
    gray *= 1.0 - cv2.GaussianBlur(mask, (0, 0), 0.8).astype(np.float32) / 255.0 * 0.3
    return _finish(gray)


def dark_stain(seed: int) -> ImageU8:
    """A sound tile with a dark, sharp stain: it looks like a blowhole and is none."""
    gray = paint_ground(np.random.default_rng(seed), *_SIZE)
    mask = np.zeros(gray.shape, np.uint8)
    cv2.ellipse(mask, (92, 134), (7, 5), 20, 0, 360, 255, -1, cv2.LINE_AA)
    gray *= 1.0 - cv2.GaussianBlur(mask, (0, 0), 1.6).astype(np.float32) / 255.0 * 0.45
    return _finish(gray)


def dark_corner(seed: int) -> ImageU8:
    """A sound tile whose flank and lower edge lie in the dark: it looks like a break and is none."""
    gray = paint_ground(np.random.default_rng(seed), *_SIZE)
    mask = np.zeros(gray.shape, np.uint8)
    cv2.fillPoly(mask, [np.asarray([(200, 205), (200, 240), (150, 240), (176, 231)], np.int32)], 255, cv2.LINE_AA)
    gray *= 1.0 - cv2.GaussianBlur(mask, (0, 0), 1.5).astype(np.float32) / 255.0 * 0.6
    return _finish(gray)


_CASES: tuple[tuple[Callable[[int], ImageU8], str], ...] = (
    (
        faint_uneven,
        "The upper part was ground a little deeper, with hardly another brightness: uneven grinding, often missed.",
    ),
    (thin_crack, "A crack as thin as a groove and parallel to it, from the upper edge."),
    (dark_stain, "A sound tile with a dark, sharply bounded stain below the middle."),
    (dark_corner, "A sound tile with a dark lower right corner."),
)


def show_failures(judge: Callable[[ImageU8], Finding]) -> list[CardPicture]:
    """The pictures, and what the pack says of them; *judge* draws a heatmap always."""
    pictures = []
    for paint, words in _CASES:
        for seed in range(_SEED, _SEED + 10 * _TRIED, 10):
            image = paint(seed)
            finding = judge(image)
            if finding.verdict is not Verdict.NO_VERDICT:
                break
        said = "NO VERDICT" if finding.verdict is Verdict.NO_VERDICT else f"{finding.label}, score {finding.score:.2f}"
        pictures.append(CardPicture(paint.__name__.replace("_", "-"), show_finding(image, finding), f"{words} This pack says: {said}."))
    return pictures


def _finish(gray: FloatArray) -> ImageU8:
    coarse = np.asarray(np.clip(gray, 0, 255), np.uint8) & np.uint8(0xFC)
    return np.asarray(cv2.cvtColor(coarse, cv2.COLOR_GRAY2BGR), np.uint8)
