"""This file decides which recorded images a choice of filters means, and how they are asked of the records."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum

from gui.kept_picture import PreparedPicture, prepare_file, read_heatmap
from gui.language import pick
from inference.contract import PackContract
from inference.errors import InputError
from inference.findings import Region
from station.config import Shift, StationFile
from station.frames import PersonId, SourceId
from station.port import LinePort
from station.shifts import running_shift
from station.view import FeedbackAnswer, ImageQuery, ImageRecord

PAGE = 500
"""Images asked for at once."""
ANY_SCORE = (0.0, 1.0)
"""The range that leaves no image out."""
_GOOD = "random_ok"


class Show(Enum):
    """Which images; the value is why they were kept."""

    TO_REVIEW = ("alarm", "defect", "near_miss", "random_ok", "no_verdict")
    DEFECTS = ("alarm", "defect")
    NEAR_MISSES = ("near_miss",)
    RANDOM_OK = ("random_ok",)
    NO_VERDICT = ("no_verdict",)


class Since(Enum):
    """From when on."""

    ANY = "any"
    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"


class Reviewed(Enum):
    """Whose answer the images have."""

    ANY = "any"
    NOBODY = "nobody"
    SOMEBODY = "somebody"


@dataclass(frozen=True, slots=True)
class Choice:
    """The filters as set.

    Attributes:
        show: Which kind.
        label: Only this label; None for any.
        source_id: Only this camera; None for any.
        since: From when on.
        reviewed: Whether there is an answer.
        reviewer: Only answers of this person; None for any.
        scores: Lowest and highest score; 0 and 1 for any, also for images without one.
    """

    show: Show = Show.TO_REVIEW
    label: str | None = None
    source_id: SourceId | None = None
    since: Since = Since.ANY
    reviewed: Reviewed = Reviewed.ANY
    reviewer: PersonId | None = None
    scores: tuple[float, float] = ANY_SCORE


@dataclass(frozen=True, slots=True)
class Page:
    """What the records answered.

    Attributes:
        records: The images, newest first.
        complete: Whether that is all of them.
        scores: Score of every image that the other filters let through.
        thresholds: The thresholds they were judged by.
    """

    records: tuple[ImageRecord, ...]
    complete: bool
    scores: tuple[float, ...] = ()
    thresholds: tuple[float, ...] = ()


def begin_utc(since: Since, shifts: tuple[Shift, ...], now_utc: datetime) -> datetime | None:
    """When *since* begins, aware UTC; None for any time."""
    match since:
        case Since.ANY:
            return None
        case Since.SHIFT:
            return running_shift(shifts, now_utc).began_utc
        case Since.DAY:
            return now_utc - timedelta(days=1)
        case Since.WEEK:
            return now_utc - timedelta(days=7)


def fetch_images(port: LinePort, choice: Choice, limit: int) -> Page:
    """The newest *limit* images of a choice. Runs on a worker thread."""
    reviewed = None
    if choice.reviewed is Reviewed.NOBODY or choice.show is Show.TO_REVIEW:
        reviewed = False
    elif choice.reviewed is Reviewed.SOMEBODY:
        reviewed = True
    query = ImageQuery(
        source_id=choice.source_id,
        label=choice.label,
        reviewed=reviewed,
        since_utc=begin_utc(choice.since, port.station.station.shifts, datetime.now(UTC)),
        limit=limit + 1,
    )
    kinds: Sequence[str | None] = (None,) if choice.show is Show.TO_REVIEW else choice.show.value
    found = [record for kind in kinds for record in port.images(replace(query, why_kept=kind))]
    found.sort(key=lambda record: (record.utc, record.image_id), reverse=True)
    complete = len(found) <= limit
    if choice.reviewer is not None:
        found = [record for record in found if record.feedback is not None and record.feedback.person_id == choice.reviewer]
    found = found[:limit]
    scores, thresholds = tuple(one.score for one in found), tuple({one.threshold for one in found})
    if choice.scores != ANY_SCORE:
        low, high = choice.scores
        found = [record for record in found if low <= record.score <= high]
    return Page(tuple(found), complete, scores, thresholds)


def label_titles(packs: Sequence[PackContract]) -> dict[str, str]:
    """What the labels of *packs* are called in the reader's language."""
    return {one.name: pick(one.title) for pack in packs for output in pack.outputs for one in output.labels}


def regions_of(record: ImageRecord, titles: Mapping[str, str]) -> tuple[Region, ...]:
    """The regions kept with an image, strongest first, labelled by *titles*; none where the records hold something else."""
    try:
        rows = json.loads(record.regions_json or "[]")
        regions = [
            Region(
                titles.get(str(row["label"]), str(row["label"])),
                float(row["score"]),
                *(int(row[key]) for key in ("x", "y", "w", "h")),
            )
            for row in rows
        ]
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(sorted(regions, key=lambda region: -region.score))


def prepare_record(record: ImageRecord) -> PreparedPicture:
    """Read the image of *record* and, where one was kept, its heatmap. Runs on a worker thread.

    Raises:
        InputError: The image is missing or cannot be read; a heatmap that cannot be read is left out.
    """
    return prepare_file(record.path, None if record.heatmap_path is None else read_heatmap(record.heatmap_path))


def nearest_good(port: LinePort, record: ImageRecord) -> ImageRecord | None:
    """The kept OK image of the same camera that was taken nearest in time, and that nobody called a defect.

    Runs on a worker thread.

    Returns:
        None where there is none, and for an image that is one of those itself.
    """
    if record.why_kept == _GOOD:
        return None
    kept = port.images(ImageQuery(source_id=record.source_id, why_kept=_GOOD, limit=PAGE))
    good = [one for one in kept if one.feedback is None or one.feedback.answer is FeedbackAnswer.FALSE]
    return min(good, key=lambda one: abs(one.utc - record.utc), default=None)


def prepare_good(port: LinePort, record: ImageRecord) -> tuple[ImageRecord, PreparedPicture] | None:
    """Find and read the image to compare *record* with. Runs on a worker thread; None where there is none that can be read."""
    good = nearest_good(port, record)
    if good is None:
        return None
    try:
        return good, prepare_file(good.path, None)
    except InputError:  # the retention may have been there first
        return None


def defect_labels(packs: Sequence[PackContract], station: StationFile) -> dict[str, str]:
    """Names and titles of the defects that the models of *station*'s cameras know; packs that no camera uses are left out."""
    used = {camera.model for camera in station.cameras}
    return {
        one.name: pick(one.title)
        for pack in packs
        if pack.name in used
        for output in pack.outputs
        for one in output.labels
        if one.severity > 0.0
    }
