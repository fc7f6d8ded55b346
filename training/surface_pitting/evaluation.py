"""This file decides what is measured of the surface-pitting network on frames it has not seen, and how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray
from training.statistics import Interval, auroc, bootstrap_groups, recall_at_false_alarms
from training.surface_pitting.dataset import NEVER_PITS, FrameRecord, Picture, read_image, read_mask
from training.surface_pitting.spec import MAP_THRESHOLD, MIN_REGION_PX, SCORE_TOP_PX

FALSE_ALARM_SHARE = 0.01
THRESHOLD_MARGIN = 0.1
"""An unseen position may score a little above all seen ones: without a margin 1 of 69 frames of the witness did."""
PEAK_PX = 5
"""The pointing game looks at the highest place of the map averaged over so many pixels down and across."""
KEPT_PX = 200
"""Pixels kept of each map; the score needs fewer, the others tell what another score would have said."""


@dataclass(frozen=True, slots=True)
class FrameResult:
    """What a network that never saw this position said of one frame.

    Attributes:
        record: The frame.
        fold: Which group of positions was held out.
        score: Of the frame.
        twin_score: Of its painted twin; NaN without pits.
        overlap_px, union_px: Of the found map and the polygons, native pixels.
        pointed: The map's peak (:func:`find_peak`) lies in a polygon; False without pits.
        region_px, region_inside_px: Found regions on the network's grid, and their part inside polygons (grown by 2 px).
        top, twin_top: The highest map pixels before calibration, float32 (200,); None where there is no such map.
        pixel_pointed: As *pointed*, of the single highest pixel.
    """

    record: FrameRecord
    fold: int
    score: float
    twin_score: float
    overlap_px: int
    union_px: int
    pointed: bool
    region_px: int
    region_inside_px: int
    top: FloatArray | None = None
    twin_top: FloatArray | None = None
    pixel_pointed: bool = False


def top_pixels(found: FloatArray) -> FloatArray:
    """The highest pixels of a map, the highest first: float32 (:data:`KEPT_PX`,)."""
    return np.sort(np.partition(found, found.size - KEPT_PX, axis=None)[-KEPT_PX:])[::-1].copy()


def score_of(found: FloatArray) -> float:
    """The frame's score, as the runner computes it: mean of the highest map pixels."""
    return float(top_pixels(found)[:SCORE_TOP_PX].mean())


def judge_frame(picture: Picture, fold: int, found: FloatArray, twin_found: FloatArray | None) -> FrameResult:
    """Measure one frame from its map and its painted twin's."""
    image = read_image(picture.record)
    truth = read_mask(picture.record, *image.shape[:2]) > 0
    native = cv2.resize(found, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR) >= MAP_THRESHOLD
    highest = divmod(int(found.argmax()), found.shape[1])
    regions = _region_pixels(found)
    inside = cv2.dilate((picture.mask >= 64).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return FrameResult(
        record=picture.record,
        fold=fold,
        score=score_of(found),
        twin_score=float("nan") if twin_found is None else score_of(twin_found),
        overlap_px=int((native & truth).sum()),
        union_px=int((native | truth).sum()),
        pointed=bool(picture.mask[find_peak(found)] >= 64),
        pixel_pointed=bool(picture.mask[highest] >= 64),
        region_px=int(regions.sum()),
        region_inside_px=int((regions & inside).sum()),
        top=top_pixels(found),
        twin_top=None if twin_found is None else top_pixels(twin_found),
    )


def find_peak(found: FloatArray) -> tuple[int, int]:
    """Row and column where a map is highest over 5 x 5 px, about the smallest annotated pit and what the score rests on.

    On large pits hundreds of pixels are as good as 1: which of them is the highest is chance.
    """
    across = found.shape[1]
    smooth = cv2.blur(found, (PEAK_PX, PEAK_PX), borderType=cv2.BORDER_REFLECT_101)
    row, column = divmod(int(smooth.argmax()), across)
    return row, column


def _region_pixels(found: FloatArray) -> NDArray[np.bool_]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats((found >= MAP_THRESHOLD).astype(np.uint8), connectivity=8)
    kept = [index for index in range(1, count) if stats[index, cv2.CC_STAT_AREA] >= MIN_REGION_PX]
    return np.isin(labels, kept)


@dataclass(frozen=True, slots=True)
class Measured:
    """One named figure of the evaluation."""

    name: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures, and the threshold the pack ships with (chosen on the same held-out scores)."""

    threshold: float
    figures: tuple[Measured, ...]

    def value(self, name: str) -> float:
        """The figure called *name*."""
        return next(figure.interval.value for figure in self.figures if figure.name == name)


def choose_threshold(results: Sequence[FrameResult]) -> float:
    """The threshold that *results* ask for: no clean frame among them reaches it, with a margin for positions yet unseen.

    From the highest clean score it goes :data:`THRESHOLD_MARGIN` of the way, in log odds, to the median score of the frames with
    pits. Rounded up to three digits, between 0.3 and 0.999.
    """
    highest = max((result.score for result in results if not result.record.pitted), default=0.0)
    pitted = [result.score for result in results if result.record.pitted]
    odds = _log_odds(highest)
    if pitted:
        odds += THRESHOLD_MARGIN * max(0.0, _log_odds(float(np.median(pitted))) - odds)
    return max(threshold_above(highest), _round_up(1.0 / (1.0 + float(np.exp(-odds)))))


def threshold_above(score: float) -> float:
    """The lowest threshold of three digits that *score* does not reach, between 0.3 and 0.999."""
    return _round_up(float(np.nextafter(score, np.inf)))


def _round_up(score: float) -> float:
    return float(np.clip(np.ceil(1000.0 * score) / 1000.0, 0.3, 0.999))


def _log_odds(score: float) -> float:
    bounded = float(np.clip(score, 1e-6, 1.0 - 1e-6))
    return float(np.log(bounded / (1.0 - bounded)))


def evaluate(results: Sequence[FrameResult], seed: int, least_threshold: float = 0.0) -> Evaluation:
    """Figures over all held-out frames, with intervals over positions; the shipped threshold is *least_threshold* or higher.

    Verdicts of a fold use the threshold chosen on the *other* folds, so no frame takes part in choosing its own.
    """
    folds = sorted({result.fold for result in results})
    others = {fold: choose_threshold([r for r in results if r.fold != fold]) if len(folds) > 1 else 0.5 for fold in folds}
    limit = np.asarray([others[result.fold] for result in results])
    score = np.asarray([result.score for result in results])
    twin = np.asarray([result.twin_score for result in results])
    pitted = np.asarray([result.record.pitted for result in results])
    late = np.asarray([result.record.step >= _first_pit_step(results) for result in results])
    witness = np.asarray([result.record.position == NEVER_PITS for result in results])
    overlap = np.asarray([result.overlap_px for result in results], np.float64)
    union = np.asarray([result.union_px for result in results], np.float64)
    pointed = np.asarray([result.pointed for result in results])
    pixel_pointed = np.asarray([result.pixel_pointed for result in results])
    region = np.asarray([result.region_px for result in results], np.float64)
    inside = np.asarray([result.region_inside_px for result in results], np.float64)
    alarm = score >= limit
    shipped = max(choose_threshold(results), least_threshold)

    def pits(rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return rows[pitted[rows]]

    def clean(rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return rows[~pitted[rows]]

    measures: dict[str, Callable[[NDArray[np.int64]], float]] = {
        "image AUROC": lambda rows: auroc(score[pits(rows)], score[clean(rows)]),
        "image AUROC, late frames only": lambda rows: auroc(score[pits(rows)], score[clean(rows)[late[clean(rows)]]]),
        "recall at 1 % false alarms": lambda rows: recall_at_false_alarms(score[pits(rows)], score[clean(rows)], FALSE_ALARM_SHARE),
        "recall at the threshold of the other folds": lambda rows: _mean(alarm[pits(rows)]),
        "false alarms at the threshold of the other folds": lambda rows: _mean(alarm[clean(rows)]),
        "pixel IoU, all pits together": lambda rows: _ratio(overlap[pits(rows)], union[pits(rows)]),
        "pixel IoU, mean over pitted frames": lambda rows: _mean(overlap[pits(rows)] / np.maximum(union[pits(rows)], 1.0)),
        "pointing game": lambda rows: _mean(pointed[pits(rows)]),
        "pointing game, single highest pixel": lambda rows: _mean(pixel_pointed[pits(rows)]),
        "AUROC against the painted twins": lambda rows: auroc(score[pits(rows)], twin[pits(rows)]),
        "painted twins whose DEFECT turns to OK": lambda rows: _mean((twin < limit)[pits(rows)[alarm[pits(rows)]]]),
        "mean score, pits": lambda rows: _mean(score[pits(rows)]),
        "mean score, painted twins": lambda rows: _mean(twin[pits(rows)]),
        "region area inside polygons": lambda rows: _ratio(inside[pits(rows)], region[pits(rows)]),
        f"false alarms of {NEVER_PITS}": lambda rows: _mean(alarm[rows[witness[rows]]]),
        "recall at the shipped threshold": lambda rows: _mean(score[pits(rows)] >= shipped),
        "false alarms at the shipped threshold": lambda rows: _mean(score[clean(rows)] >= shipped),
        "painted twins whose DEFECT turns to OK, shipped threshold": lambda rows: _mean(
            twin[pits(rows)[score[pits(rows)] >= shipped]] < shipped
        ),
        f"false alarms of {NEVER_PITS} at the shipped threshold": lambda rows: _mean(score[rows[witness[rows]]] >= shipped),
        f"highest score of {NEVER_PITS}": lambda rows: float(score[rows[witness[rows]]].max()) if witness[rows].any() else float("nan"),
    }
    groups = [result.record.position for result in results]
    figures = tuple(Measured(name, bootstrap_groups(groups, measure, seed=seed)) for name, measure in measures.items())
    return Evaluation(shipped, figures)


def calendar_auroc(results: Sequence[FrameResult]) -> float:
    """What the time stamp alone reaches: AUROC of the frame's number on its position's time line."""
    return auroc([r.record.step for r in results if r.record.pitted], [r.record.step for r in results if not r.record.pitted])


def _first_pit_step(results: Sequence[FrameResult]) -> int:
    return min((result.record.step for result in results if result.record.pitted), default=0)


def _mean(values: NDArray[np.bool_] | NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else float("nan")


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> float:
    return float(part.sum() / whole.sum()) if whole.sum() > 0 else float("nan")
