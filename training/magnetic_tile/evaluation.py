"""This file decides what is measured of the magnetic-tile network on scenes it has not seen, and how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray
from inference.image_preprocessing import place_image
from training.magnetic_tile.dataset import Tile
from training.magnetic_tile.spec import HEIGHT_PX, IMAGE_INPUT, KINDS, UNKNOWN, WIDTH_PX
from training.statistics import (
    Calibration,
    Interval,
    auroc,
    bootstrap_groups,
    fit_calibration,
    measure_calibration,
    recall_at_false_alarms,
    threshold_at_false_alarms,
)

FALSE_ALARM_SHARE = 0.01
SCORE_TOP_PX = 20
"""The score comes from the mean of this many highest pixels of the map: about a small blowhole (80 px of the picture)."""
KEPT_PX = 400
"""Pixels kept of each map; the score needs fewer, the others tell what another score would have said."""
MAP_SHARES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
LEAST_MAP = 0.2
"""A pixel is the defect's when its chance is at least this, and at least a share (one of :data:`MAP_SHARES`) of the picture's score."""
_POOLED = 10.0
"""The mean over all kinds counts as so many pictures when a kind's share is chosen."""


@dataclass(frozen=True, slots=True, eq=False)
class TileResult:
    """What a network that never saw this scene said of one picture.

    Attributes:
        name, kind, scene, fold: Of the :class:`training.magnetic_tile.dataset.Tile`.
        marked: Its defect's place is known.
        top: The highest map pixels, float32 (400,), the highest first.
        shares: float32 (5,): how the defect is shared among the kinds.
        overlap_px, union_px: Of the found map and the mask at each of :data:`MAP_SHARES`, native pixels.
        pointed: The map's highest pixel lies in the mask, or within 4 px of it.
    """

    name: str
    kind: int
    scene: str
    fold: int
    marked: bool
    top: FloatArray
    shares: FloatArray
    overlap_px: tuple[int, ...]
    union_px: tuple[int, ...]
    pointed: bool

    @property
    def named(self) -> int:
        """The kind, 1 to 5, that the defect is said to be, if it is one."""
        return int(self.shares.argmax()) + 1

    @property
    def raw_score(self) -> float:
        """Before calibration, 0..1."""
        return float(self.top[:SCORE_TOP_PX].mean())


def share_kinds(chances: FloatArray) -> FloatArray:
    """How the defect of a map, float32 (6, h, w), is shared among the kinds: float32 (5,), sum 1; as the graph computes it."""
    found = 1.0 - chances[:1]
    mass = (chances[1:] * found**3).sum(axis=(1, 2)) + 1e-6
    return np.asarray(mass / mass.sum(), np.float32)


def judge_tile(tile: Tile, chances: FloatArray) -> TileResult:
    """Measure one picture, which fits the canvas, from its map of chances on it, float32 (6, 208, 320)."""
    found = 1.0 - chances[0]
    height, width = tile.gray.shape
    place = place_image(width, height, IMAGE_INPUT)
    whole = cv2.resize(found, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
    native = whole[place.top : place.top + height, place.left : place.left + width]
    truth = (tile.kinds > 0) & (tile.kinds < UNKNOWN)
    top = np.sort(np.partition(found, found.size - KEPT_PX, axis=None)[-KEPT_PX:])[::-1].copy()
    areas = [native >= max(LEAST_MAP, share * float(top[:SCORE_TOP_PX].mean())) for share in MAP_SHARES]
    y, x = divmod(int(native.argmax()), width)
    near = cv2.dilate(truth.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return TileResult(
        name=tile.name,
        kind=tile.kind,
        scene=tile.scene,
        fold=tile.fold,
        marked=tile.marked,
        top=top,
        shares=share_kinds(chances),
        overlap_px=tuple(int((area & truth).sum()) for area in areas),
        union_px=tuple(int((area | truth).sum()) for area in areas),
        pointed=bool(near[y, x]),
    )


def fit_score_calibration(results: Sequence[TileResult]) -> Calibration:
    """Slope and offset that make the scores of held-out *results* chances of a defect."""
    return fit_calibration([result.raw_score for result in results], [result.kind > 0 for result in results])


def choose_map_shares(results: Sequence[TileResult]) -> tuple[float, ...]:
    """For each kind, the share of the score at which the marked defects of *results* that are named so are met best.

    A small defect stands out, and what is fainter beside it is none; a large, uneven one is faint in parts.
    """
    marked = [result for result in results if result.marked]
    if not marked:
        return (MAP_SHARES[3],) * len(KINDS)
    overlaps = np.divide([one.overlap_px for one in marked], np.maximum([one.union_px for one in marked], 1))
    named = np.asarray([one.named for one in marked])
    pooled = _POOLED * overlaps.mean(axis=0)
    return tuple(MAP_SHARES[int(np.argmax(overlaps[named == kind].sum(axis=0) + pooled))] for kind in range(1, len(KINDS) + 1))


def choose_threshold(scores: NDArray[np.float64], sound: NDArray[np.bool_]) -> float:
    """The lowest threshold, rounded up to three digits, that at most 1 % of sound pictures reach."""
    chosen = threshold_at_false_alarms(scores[sound], FALSE_ALARM_SHARE)
    return float(np.clip(np.ceil(1000.0 * chosen) / 1000.0, 0.01, 0.999))


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """All figures, and what the pack ships with.

    Attributes:
        figures: Name -> value with its interval over scenes.
        calibration: Of the score, from all held-out pictures.
        threshold: Of the score, chosen on all held-out pictures.
        map_shares: Of the score, for each kind, from which pixels are the defect's; chosen on all held-out pictures.
        scores: Calibrated held-out scores under *calibration*, float64 (n,).
        honest_scores: Each fold's under the calibration of the other folds, float64 (n,).
        overlap: IoU of each picture at the other folds' map shares, float64 (n,); 0 where nothing is marked.
    """

    figures: dict[str, Interval]
    calibration: Calibration
    threshold: float
    map_shares: tuple[float, ...]
    scores: NDArray[np.float64]
    honest_scores: NDArray[np.float64]
    overlap: NDArray[np.float64]


def evaluate(results: Sequence[TileResult], seed: int) -> Evaluation:
    """Figures over all held-out pictures, with intervals over draws of whole scenes.

    Calibration, threshold and map shares of a fold come from the *other* folds, so no picture takes part in choosing its own.
    """
    kind = np.asarray([result.kind for result in results])
    fold = np.asarray([result.fold for result in results])
    marked = np.asarray([result.marked for result in results])
    raw = np.asarray([result.raw_score for result in results])
    named = np.asarray([result.named for result in results])
    pointed = np.asarray([result.pointed for result in results])
    scenes = [result.scene for result in results]
    honest, alarm, overlap = np.zeros(len(results)), np.zeros(len(results), bool), np.zeros(len(results))
    for number in np.unique(fold):
        rows = np.flatnonzero(fold == number)
        others = [result for result in results if result.fold != number] or list(results)
        calibration = fit_score_calibration(others)
        seen = np.asarray(calibration.apply([one.raw_score for one in others]))
        threshold = choose_threshold(seen, np.asarray([one.kind == 0 for one in others]))
        honest[rows] = calibration.apply(raw[rows])
        alarm[rows] = honest[rows] >= threshold
        chosen = choose_map_shares(others)
        for row in rows.tolist():
            place = MAP_SHARES.index(chosen[named[row] - 1])
            overlap[row] = results[row].overlap_px[place] / max(1, results[row].union_px[place])
    sound = kind == 0
    calibration = fit_score_calibration(results)
    scores = np.asarray(calibration.apply(raw), np.float64)

    def among(rows: NDArray[np.int64], chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        return rows[chosen[rows]]

    measures: dict[str, Callable[[NDArray[np.int64]], float]] = {
        "image AUROC": lambda rows: auroc(raw[among(rows, ~sound)], raw[among(rows, sound)]),
        "recall at 1 % false alarms": lambda rows: recall_at_false_alarms(
            raw[among(rows, ~sound)], raw[among(rows, sound)], FALSE_ALARM_SHARE
        ),
        "mean IoU on defect images": lambda rows: _mean(overlap[among(rows, marked)]),
        "recall at 5 % false alarms": lambda rows: recall_at_false_alarms(raw[among(rows, ~sound)], raw[among(rows, sound)], 0.05),
        "recall at the threshold of the other folds": lambda rows: _mean(alarm[among(rows, ~sound)]),
        "false alarms at the threshold of the other folds": lambda rows: _mean(alarm[among(rows, sound)]),
        "pointing game": lambda rows: _mean(pointed[among(rows, marked)]),
        "kind named rightly, of defects found": lambda rows: _mean((named == kind)[among(rows, alarm & ~sound)]),
    }
    for number, name in enumerate(KINDS, start=1):
        of_kind = kind == number
        measures[f"image AUROC, {name}"] = lambda rows, k=of_kind: auroc(raw[among(rows, k)], raw[among(rows, sound)])  # type: ignore[misc]
        measures[f"recall at the threshold of the other folds, {name}"] = lambda rows, k=of_kind: _mean(alarm[among(rows, k)])  # type: ignore[misc]
        measures[f"mean IoU, {name}"] = lambda rows, k=of_kind: _mean(overlap[among(rows, k & marked)])  # type: ignore[misc]
    figures = {name: bootstrap_groups(scenes, measure, seed=seed) for name, measure in measures.items()}
    figures["expected calibration error"] = measure_calibration(honest, kind > 0, scenes, seed=seed)
    return Evaluation(
        figures=figures,
        calibration=calibration,
        threshold=choose_threshold(scores, sound),
        map_shares=choose_map_shares(results),
        scores=scores,
        honest_scores=honest,
        overlap=overlap,
    )


def _mean(values: NDArray[np.bool_] | NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else float("nan")
