"""This file decides how records are read back, as the types the window shows. Every function only reads."""

from __future__ import annotations

import json
import logging
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from sqlalchemy import Connection, Exists, Row, Select, and_, exists, func, select

from inference.findings import Verdict
from station.config import AlarmConfig, Text
from station.events import OpenAlarm
from station.frames import AlarmId, DefinitionId, IncidentId, PersonId, SourceId
from station.holds import Hold
from station.keeping import WhyKept
from station.past import Drivers, PictureAnswers
from station.records import hold_rows, load_queries
from station.records.journal import contributions_from_json, finding_from_json, reason_from_json
from station.records.schema import alarms, contributions, feedback, from_us, images, label_counts, series, to_us, trend, verdict_counts
from station.view import (
    AlarmKind,
    AlarmRecord,
    AlarmState,
    Feedback,
    FeedbackAnswer,
    ImageQuery,
    ImageRecord,
    PeriodReport,
    ReviewLoad,
    Trace,
)

_log = logging.getLogger(__name__)

IDS_PER_QUERY = 500
"""Databases limit how many values one statement may carry."""
GAP_BUCKETS = 3.0
"""A hole wider than this many buckets (or usual distances of rows) is a gap in a trace."""
_CELL = {
    (FeedbackAnswer.REAL, Verdict.DEFECT): "both_defect",
    (FeedbackAnswer.FALSE, Verdict.OK): "both_good",
    (FeedbackAnswer.FALSE, Verdict.DEFECT): "only_model",
    (FeedbackAnswer.REAL, Verdict.OK): "only_person",
    (FeedbackAnswer.UNSURE, Verdict.DEFECT): "unsure",
    (FeedbackAnswer.UNSURE, Verdict.OK): "unsure",
}
"""Of a picture, REAL means that there is a defect in it, FALSE that it is good."""


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """What the last run left.

    Attributes:
        alarms: Every alarm that is not closed, oldest first.
        feedback: The newest answer on each of them.
        images: The newest judged frame kept with each of them, where one is on disk.
        last_alive_utc: When the last run was last known to be alive; None for a new data folder.
        crashed: Whether the last run ended without a stop in order.
        unreadable: Open alarms that another version kept and this one cannot take over; the store closes them.
        holds: What was held back, oldest first.
    """

    alarms: tuple[OpenAlarm, ...]
    feedback: Mapping[AlarmId, Feedback] = field(default_factory=dict)
    images: Mapping[AlarmId, Path] = field(default_factory=dict)
    last_alive_utc: datetime | None = None
    crashed: bool = False
    unreadable: tuple[AlarmId, ...] = ()
    holds: tuple[Hold, ...] = ()


def left_open(connection: Connection, images_dir: Path) -> LeftOpen:
    """Alarms that are not closed, with their answers and pictures."""
    found: list[OpenAlarm] = []
    unreadable: list[AlarmId] = []
    for row in connection.execute(select(alarms).where(alarms.c.closed_us.is_(None)).order_by(alarms.c.raised_us)):
        try:
            definition = AlarmConfig.model_validate_json(row.definition_json)
        except ValidationError:
            _log.exception("the open warning %s was kept by another version and cannot be taken over", row.alarm_id)
            unreadable.append(AlarmId(row.alarm_id))
            continue
        found.append(
            OpenAlarm(
                alarm_id=AlarmId(row.alarm_id),
                definition=definition,
                kind=AlarmKind(row.kind),
                state=AlarmState(row.state),
                source_id=SourceId(row.source_id),
                raised_utc=from_us(row.raised_us),
                raised_monotonic_s=0.0,
                count=row.finding_count,
                acknowledged_by=PersonId(row.acknowledged_by) if row.acknowledged_by else None,
                acknowledged_utc=_time(row.acknowledged_us),
                returned_utc=_time(row.returned_us),
                finding=finding_from_json(row.finding_json),
                reason=reason_from_json(row.reason_json),
                detail=row.detail,
                input_ref=row.input_ref,
                incident_id=IncidentId(row.incident_id),
                demoted_to=shown if 0 < (shown := row.shown_priority) != definition.priority else None,
                seen_false=row.seen_false,
                activation=row.activation,
            )
        )
    ids = [alarm.alarm_id for alarm in found]
    pictures = {
        AlarmId(row.alarm_id): images_dir / row.path
        for row in connection.execute(
            select(images.c.alarm_id, images.c.path)
            .where(images.c.alarm_id.in_(ids), images.c.removed_us.is_(None))
            .order_by(images.c.image_id)
        )
    }
    return LeftOpen(
        tuple(found), answers_on_alarms(connection, ids), pictures, unreadable=tuple(unreadable), holds=hold_rows.standing(connection)
    )


def answers_on_alarms(connection: Connection, ids: Sequence[AlarmId]) -> dict[AlarmId, Feedback]:
    """The newest answer that stands on each of these warnings."""
    query = select(feedback).where(feedback.c.alarm_id.in_(ids), feedback.c.taken_back_us.is_(None)).order_by(feedback.c.feedback_id)
    return {AlarmId(row.alarm_id): _feedback(row) for row in connection.execute(query)}


def find_images(connection: Connection, images_dir: Path, query: ImageQuery) -> list[ImageRecord]:
    """Pictures on disk that fit *query*, newest first."""
    statement = (
        select(images)
        .where(images.c.removed_us.is_(None))
        .order_by(images.c.utc_us.desc(), images.c.image_id.desc())
        .limit(query.limit)
        .offset(query.offset)
    )
    if query.source_id is not None:
        statement = statement.where(images.c.source_id == query.source_id)
    if query.why_kept is not None:
        statement = statement.where(images.c.why_kept == query.why_kept)
    if query.label is not None:
        statement = statement.where(images.c.label == query.label)
    if query.since_utc is not None:
        statement = statement.where(images.c.utc_us >= to_us(query.since_utc))
    if query.reviewed is not None:
        statement = statement.where(_answered() if query.reviewed else ~_answered())
    rows = connection.execute(statement).all()
    answers: dict[int, Feedback] = {}
    for start in range(0, len(rows), IDS_PER_QUERY):
        ids = [row.image_id for row in rows[start : start + IDS_PER_QUERY]]
        standing = select(feedback).where(feedback.c.image_id.in_(ids), feedback.c.taken_back_us.is_(None)).order_by(feedback.c.feedback_id)
        answers |= {row.image_id: _feedback(row) for row in connection.execute(standing)}
    return [_image(row, images_dir, answers.get(row.image_id)) for row in rows]


def review_load(connection: Connection) -> ReviewLoad:
    """How many pictures nobody has answered, by why they were kept."""
    rows = connection.execute(
        select(images.c.why_kept, func.count()).where(images.c.removed_us.is_(None), ~_answered()).group_by(images.c.why_kept)
    ).all()
    waiting = {str(why): int(count) for why, count in rows}
    return ReviewLoad(tuple((why.value, waiting[why.value]) for why in WhyKept if why.value in waiting), sum(waiting.values()))


def alarm_history(connection: Connection, since_utc: datetime, until_utc: datetime) -> list[AlarmRecord]:
    """Alarms raised from *since_utc* to before *until_utc*, newest first; what happened behind a hold only rang never and is left out."""
    rows = connection.execute(
        select(alarms)
        .where(alarms.c.raised_us >= to_us(since_utc), alarms.c.raised_us < to_us(until_utc), alarms.c.activation > 0)
        .order_by(alarms.c.raised_us.desc())
    ).all()
    answers: dict[AlarmId, Feedback] = {}
    ids = [AlarmId(row.alarm_id) for row in rows]
    for start in range(0, len(ids), IDS_PER_QUERY):
        answers |= answers_on_alarms(connection, ids[start : start + IDS_PER_QUERY])
    return [_alarm_record(row, answers.get(AlarmId(row.alarm_id))) for row in rows]


def report(connection: Connection, since_utc: datetime, until_utc: datetime) -> PeriodReport:
    """Figures of a period. Everything about parts comes from the counts, defects by label as well, so that it agrees."""
    since_us, until_us = to_us(since_utc), to_us(until_utc)
    width_us = _interval_us(until_us - since_us)
    bucket = (verdict_counts.c.start_us - since_us) // width_us
    by_interval = connection.execute(
        select(
            bucket.label("bucket"),
            func.sum(verdict_counts.c.inspected),
            func.sum(verdict_counts.c.defects),
            func.sum(verdict_counts.c.no_verdict),
        )
        .where(verdict_counts.c.start_us >= since_us, verdict_counts.c.start_us < until_us)
        .group_by(bucket)
        .order_by(bucket)
    ).all()
    by_label = _by_label(connection, since_us, until_us)
    history = tuple(alarm_history(connection, since_utc, until_utc))
    return PeriodReport(
        since_utc=since_utc,
        until_utc=until_utc,
        inspected=sum(int(row[1]) for row in by_interval),
        defects=sum(int(row[2]) for row in by_interval),
        no_verdict=sum(int(row[3]) for row in by_interval),
        warnings=len(history),
        false_alarms=sum(1 for alarm in history if alarm.feedback is not None and alarm.feedback.answer is FeedbackAnswer.FALSE),
        by_label=by_label,
        by_interval=tuple((from_us(since_us + int(row[0]) * width_us), int(row[1]), int(row[2])) for row in by_interval),
        alarms=history,
        pictures=_picture_answers(connection, since_us, until_us),
        activations=load_queries.activations(connection, since_utc, until_utc),
        changes=load_queries.changes(connection, since_utc, until_utc),
    )


def _picture_answers(connection: Connection, since_us: int, until_us: int) -> tuple[PictureAnswers, ...]:
    """The newest standing answer on every picture taken in the period, against its verdict; pictures without verdict are left out."""
    newest = select(func.max(feedback.c.feedback_id)).where(feedback.c.taken_back_us.is_(None)).group_by(feedback.c.image_id)
    rows = connection.execute(
        select(images.c.source_id, images.c.verdict, feedback.c.answer, func.count())
        .join(feedback, feedback.c.image_id == images.c.image_id)
        .where(images.c.utc_us >= since_us, images.c.utc_us < until_us, feedback.c.feedback_id.in_(newest))
        .group_by(images.c.source_id, images.c.verdict, feedback.c.answer)
    ).all()
    counted: dict[str, Counter[str]] = {}
    for source_id, verdict, answer, count in rows:
        if verdict in (Verdict.OK, Verdict.DEFECT):
            counted.setdefault(source_id, Counter())[_CELL[FeedbackAnswer(answer), Verdict(verdict)]] += int(count)
    return tuple(PictureAnswers(SourceId(source_id), **cells) for source_id, cells in sorted(counted.items()))


def _by_label(connection: Connection, since_us: int, until_us: int) -> tuple[tuple[str, int], ...]:
    counted: Select[str, int] = (
        select(label_counts.c.label, func.sum(label_counts.c.times))
        .where(label_counts.c.start_us >= since_us, label_counts.c.start_us < until_us)
        .group_by(label_counts.c.label)
    )
    rows = connection.execute(counted).all()
    return tuple(sorted(((str(label), int(count)) for label, count in rows if count), key=lambda pair: (-pair[1], pair[0])))


def history_trace(
    connection: Connection, source_id: SourceId, channel: str, since_utc: datetime, until_utc: datetime, points: int
) -> Trace:
    """A channel over a period, thinned in the database to about *points* buckets with mean, lowest and highest value."""
    since_us, until_us = to_us(since_utc), to_us(until_utc)
    width_us = max(1, (until_us - since_us) // max(1, points))
    series_id = connection.execute(select(series.c.series_id).where(series.c.source_id == source_id, series.c.channel == channel)).scalar()
    if series_id is None or until_us <= since_us:
        return _trace(np.empty((0, 5)), width_us)
    bucket = (trend.c.utc_us - since_us) // width_us
    rows = connection.execute(
        select(func.min(trend.c.utc_us), func.max(trend.c.utc_us), func.avg(trend.c.value), func.min(trend.c.low), func.max(trend.c.high))
        .where(and_(trend.c.series_id == series_id, trend.c.utc_us >= since_us, trend.c.utc_us < until_us))
        .group_by(bucket)
        .order_by(bucket)
    ).all()
    return _trace(np.array([tuple(row) for row in rows], dtype=np.float64).reshape(len(rows), 5), width_us)


def drivers_at(connection: Connection, source_id: SourceId, channel: str, utc: datetime, hold: timedelta) -> Drivers | None:
    """What drove the score *channel* at *utc*, as it was kept last before; None where that is not known.

    Args:
        hold: So long an entry that names channels speaks for what came after; one without any does so until the next.
    """
    newest = connection.execute(
        select(contributions.c.utc_us, contributions.c.shares_json)
        .join(series, series.c.series_id == contributions.c.series_id)
        .where(series.c.source_id == source_id, series.c.channel == channel, contributions.c.utc_us <= to_us(utc))
        .order_by(contributions.c.utc_us.desc())
        .limit(1)
    ).first()
    if newest is None:
        return None
    found = Drivers(from_us(newest.utc_us), contributions_from_json(newest.shares_json))
    return None if found.contributions and utc - found.utc > hold else found


def _trace(rows: NDArray[np.float64], width_us: int) -> Trace:
    """Rows (first us, last us, mean, low, high) as a trace, with a NaN in every gap."""
    middle = (rows[:, 0] + rows[:, 1]) / 2
    usual_us = float(np.median(np.diff(middle))) if len(middle) > 2 else float(width_us)
    holes = np.flatnonzero(rows[1:, 0] - rows[:-1, 1] > GAP_BUCKETS * max(width_us, usual_us)) + 1
    between = (rows[holes - 1, 1] + rows[holes, 0]) / 2
    utc_s = np.insert(middle, holes, between) / 1e6
    numbers = np.insert(rows[:, 2:5], holes, np.nan, axis=0).T.copy()
    utc_s.flags.writeable = False
    numbers.flags.writeable = False
    return Trace(utc_s, numbers[0], numbers[1], numbers[2])


def _answered() -> Exists:
    """Whether a picture has an answer that stands."""
    return exists().where(feedback.c.image_id == images.c.image_id, feedback.c.taken_back_us.is_(None))


def _image(row: Row[tuple[object, ...]], images_dir: Path, answer: Feedback | None) -> ImageRecord:
    return ImageRecord(
        image_id=row.image_id,
        path=images_dir / row.path,
        utc=from_us(row.utc_us),
        source_id=SourceId(row.source_id),
        verdict=Verdict(row.verdict),
        label=row.label,
        score=math.nan if row.score is None else row.score,
        threshold=math.nan if row.threshold is None else row.threshold,
        regions_json=row.regions_json,
        why_kept=row.why_kept,
        pack=row.pack,
        sha256=row.sha256,
        reason=row.reason,
        feedback=answer,
        heatmap_path=images_dir / row.heatmap_path if row.heatmap_path else None,
    )


def _alarm_record(row: Row[tuple[object, ...]], answer: Feedback | None) -> AlarmRecord:
    title = json.loads(row.definition_json)["title"]
    return AlarmRecord(
        alarm_id=AlarmId(row.alarm_id),
        definition_id=DefinitionId(row.definition_id),
        title=Text(en=title["en"], zh=title["zh"]),
        kind=AlarmKind(row.kind),
        priority=row.priority,
        source_id=SourceId(row.source_id),
        asset=row.asset,
        raised_utc=from_us(row.raised_us),
        returned_utc=_time(row.returned_us),
        acknowledged_utc=_time(row.acknowledged_us),
        acknowledged_by=row.acknowledged_by,
        closed_utc=_time(row.closed_us),
        count=row.finding_count,
        feedback=answer,
        by_model=bool(row.finding_json),
        incident_id=IncidentId(row.incident_id),
    )


def _interval_us(span_us: int) -> int:
    """Width of the report's intervals: 15 minutes for a shift, an hour for two days, else a day."""
    hour = timedelta(hours=1)
    span = timedelta(microseconds=span_us)
    width = timedelta(minutes=15) if span <= 12 * hour else hour if span <= 48 * hour else 24 * hour
    return width // timedelta(microseconds=1)


def _time(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)


def _feedback(row: Row[tuple[object, ...]]) -> Feedback:
    return Feedback(
        answer=FeedbackAnswer(row.answer),
        person_id=PersonId(row.person_id),
        alarm_id=None if row.alarm_id is None else AlarmId(row.alarm_id),
        image_id=row.image_id,
        cause_id=row.cause_id,
        action_id=row.action_id,
        note=row.note,
        label=row.label,
        utc=from_us(row.utc_us),
    )
