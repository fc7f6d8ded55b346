"""This file decides whether a finding is a known false alarm: the memory in force, asked by the alarm engine for every finding.

Judges call :meth:`FalseMemory.look` with the picture before the engine sees its findings; when the engine asks, that is only looked
up. Entries change by exchanging one immutable tuple: an answer takes effect with the next frame.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np

from inference.findings import Finding, FloatArray, Region
from station.config import CRITICAL, AlarmConfig, VerdictCondition
from station.experience.marks import Mark, box_of, counting_regions, is_same
from station.experience_view import EntryId
from station.frames import JudgedFrame, SourceId
from station.records.memory_rows import MemoryRow

MOST_LOOKED_AT = 64
"""So many marks of a camera are compared with a frame, the newest; with more, something else is wrong with that camera."""


def model_key(model: str, sha256: str) -> str:
    """Which network an embedding is of."""
    return f"{model}@{sha256[:16]}"


@dataclass(frozen=True, slots=True, eq=False)
class LiveMark:
    """A row of the memory, ready to be compared."""

    row: MemoryRow
    mark: Mark


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """What one frame's findings resemble: for each finding, for each of its regions the live marks."""

    sequence: int
    findings: tuple[Finding, ...]
    regions: tuple[tuple[tuple[Region, tuple[LiveMark, ...]], ...], ...]


class FalseMemory:
    """The memory in force. ``look`` runs on the judges' threads, asking under the alarm desk's lock, the rest on any.

    Args:
        utc: The wall clock; entries end by it.
    """

    def __init__(self, utc: Callable[[], datetime]) -> None:
        self._utc = utc
        self._marks: dict[SourceId, tuple[LiveMark, ...]] = {}
        self._looked: dict[SourceId, _Looked] = {}
        self._lock = threading.Lock()

    def take(self, rows: Sequence[MemoryRow]) -> None:
        """Have *rows* in force from the next frame on, and nothing else."""
        marks: dict[SourceId, list[LiveMark]] = {}
        known = {id(one.row): one for group in self._marks.values() for one in group}
        for row in rows:
            if row.off_utc is None:
                marks.setdefault(row.source_id, []).append(known.get(id(row)) or LiveMark(row, mark_of(row)))
        with self._lock:
            self._marks = {source: tuple(found[-MOST_LOOKED_AT:]) for source, found in marks.items()}

    def look(self, judged: JudgedFrame) -> None:
        """Compare what was found in a frame with the marks of its camera."""
        source_id, image = judged.frame.source_id, judged.frame.image
        marks = self._marks.get(source_id, ())
        if not marks or image is None or not any(finding.regions for finding in judged.findings):
            self._looked.pop(source_id, None)
            return
        now = self._utc()
        alive = [one for one in marks if one.row.expires_utc > now]
        regions = []
        for finding in judged.findings:
            key = model_key(finding.model, finding.sha256)
            own = [one for one in alive if one.row.embedding_of == key and one.row.target == finding.target]
            told = []
            for place, region in enumerate(finding.regions):
                box, seen = box_of(region, image), _row_at(finding.embeddings, place)
                told.append((region, tuple(one for one in own if is_same(one.mark, box, seen, image))))
            regions.append(tuple(told))
        self._looked[source_id] = _Looked(judged.frame.sequence, judged.findings, tuple(regions))

    def __call__(self, definition: AlarmConfig, source_id: SourceId, finding: Finding, input_ref: int | None) -> int:
        """How many warnings of *definition* with the like of *finding* were confirmed false; see station.alarms.seen_false."""
        groups = self.groups_of(definition, source_id, finding, input_ref)
        return len({one.row.alarm_id for one in self._marks.get(source_id, ()) if one.row.group_id in groups})

    def groups_of(self, definition: AlarmConfig, source_id: SourceId, finding: Finding, input_ref: int | None) -> frozenset[EntryId]:
        """The entries that *finding*, of the frame looked at last, repeats; none unless every region that counts is known."""
        looked = self._looked.get(source_id)
        if (
            looked is None
            or looked.sequence != input_ref
            or definition.priority == CRITICAL
            or not isinstance(definition.when, VerdictCondition)
        ):
            return frozenset()
        place = next((place for place, one in enumerate(looked.findings) if one is finding), None)
        if place is None:
            return frozenset()
        told = looked.regions[place]
        counting = counting_regions(finding, limit_of(definition, finding))
        wanted = [marks for region, marks in told if any(region is one for one in counting)]
        found: set[EntryId] = set()
        for marks in wanted:
            groups = {one.row.group_id for one in marks if one.row.definition_id == definition.id}
            if not groups:
                return frozenset()
            found |= groups
        return frozenset(found)


def limit_of(definition: AlarmConfig, finding: Finding) -> float:
    """Score at and above which a region counts for *definition*."""
    raise_score = definition.when.raise_score if isinstance(definition.when, VerdictCondition) else None
    return finding.threshold if raise_score is None else raise_score


def mark_of(row: MemoryRow) -> Mark:
    """The mark that a row keeps."""
    seen = np.frombuffer(row.embedding, "<f2").astype(np.float32) if row.embedding else None
    template = cv2.imdecode(np.frombuffer(row.template, np.uint8), cv2.IMREAD_GRAYSCALE)
    if template is None:  # damaged on the disk: it resembles nothing
        template = np.zeros((2, 2), np.uint8)
    return Mark(row.region, seen, np.asarray(template, np.uint8))


def _row_at(embeddings: FloatArray | None, place: int) -> FloatArray | None:
    return None if embeddings is None or place >= len(embeddings) else np.asarray(embeddings[place])
