"""This file decides what is remembered of a warning that a person confirmed false."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from inference.findings import Finding, ImageU8
from station.config import AlarmConfig
from station.experience.false_memory import limit_of, mark_of, model_key
from station.experience.marks import Box, Mark, is_same, make_marks
from station.experience_view import EntryId
from station.frames import AlarmId, DefinitionId, SourceId
from station.records.image_files import Encoding, encode, write_atomically
from station.records.memory_rows import MemoryRow
from station.view import Feedback

DEFAULT_DAYS = 30
MOST_DAYS = 90
"""No entry lives longer without a person saying so again: what was dirt may have become a defect."""
_SURROUNDINGS = 1.0
"""A picture shows a region with so much of its own size on every side,"""
_LEAST_PICTURE_PX = 160
"""and at least so many pixels."""


def remember(
    definition: AlarmConfig,
    source_id: SourceId,
    finding: Finding,
    image: ImageU8,
    feedback: Feedback,
    known: Sequence[MemoryRow],
    utc: datetime,
    pictures: Path,
) -> tuple[MemoryRow, ...]:
    """The rows of a confirmed false alarm: one for each region that raised it. Writes the picture of a new entry.

    What is the same as an entry that is known joins that entry.

    Args:
        definition: Of the warning.
        source_id: Its camera.
        finding: What raised it.
        image: The judged frame, uint8 H x W x 3 BGR.
        feedback: The answer.
        known: What is remembered of this definition and camera.
        utc: Now.
        pictures: Folder of the entries' pictures.
    """
    marks = make_marks(finding, image, limit_of(definition, finding))
    group = _find_group(marks, known, image, model_key(finding.model, finding.sha256))
    picture = next((row.picture for row in known if row.group_id == group), "")
    if group is None:
        group = EntryId(str(uuid.uuid4()))
        picture = _keep_picture(pictures / f"{group}.png", image, [mark.box for mark in marks])
    expires = utc + timedelta(days=DEFAULT_DAYS)
    return tuple(
        MemoryRow(
            group_id=group,
            definition_id=DefinitionId(definition.id),
            source_id=source_id,
            alarm_id=feedback.alarm_id or AlarmId(""),
            target=finding.target,
            label=finding.label,
            region=mark.box,
            embedding=b"" if mark.embedding is None else mark.embedding.astype("<f2").tobytes(),
            embedding_of=model_key(finding.model, finding.sha256),
            template=encode(mark.template, Encoding.PNG),
            picture=picture,
            repeats=0,
            last_seen_utc=None,
            person_id=feedback.person_id,
            note=feedback.note,
            created_utc=utc,
            expires_utc=expires,
        )
        for mark in marks
    )


def _find_group(marks: Sequence[Mark], known: Sequence[MemoryRow], image: ImageU8, key: str) -> EntryId | None:
    """The entry that every one of *marks* repeats; None where there is none."""
    groups: set[EntryId] | None = None
    for mark in marks:
        here = {row.group_id for row in known if row.embedding_of == key and is_same(mark_of(row), mark.box, mark.embedding, image)}
        groups = here if groups is None else groups & here
    return min(groups, default=None) if groups else None


def _keep_picture(path: Path, image: ImageU8, boxes: Sequence[Box]) -> str:
    """Write the boxes, outlined, with their surroundings; returns the file's name, empty where the disk refuses it."""
    height, width = image.shape[:2]
    pixels = [(round(x * width), round(y * height), round((x + w) * width), round((y + h) * height)) for x, y, w, h in boxes]
    drawn = image.copy()
    for left, top, right, bottom in pixels:
        cv2.rectangle(drawn, (left - 3, top - 3), (right + 2, bottom + 2), (0, 0, 0), 3)
        cv2.rectangle(drawn, (left - 3, top - 3), (right + 2, bottom + 2), (255, 255, 255), 1)
    around = np.asarray(pixels)
    left, right = _span(int(around[:, 0].min()), int(around[:, 2].max()), width)
    top, bottom = _span(int(around[:, 1].min()), int(around[:, 3].max()), height)
    try:
        write_atomically(path, encode(np.ascontiguousarray(drawn[top:bottom, left:right]), Encoding.PNG))
    except OSError:  # the entry counts without it; a full disk is a warning of its own
        return ""
    return path.name


def _span(first: int, last: int, most: int) -> tuple[int, int]:
    margin = max(round(_SURROUNDINGS * (last - first)), (_LEAST_PICTURE_PX - (last - first) + 1) // 2, 0)
    return max(0, first - margin), min(most, last + margin)
