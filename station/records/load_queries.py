"""This file decides how the records are read for the load of warnings and for replays. Every function only reads."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from sqlalchemy import Connection, and_, func, or_, select

from station.config import AlarmConfig, Text
from station.events import AlarmEventKind, StationEventKind
from station.frames import DefinitionId, PersonId, SourceId
from station.load.history import ACKNOWLEDGED, ACTIVATED, RETURNED, History, HoldRow, Named, Occurrences
from station.load.limits import ACTIVATIONS
from station.load_view import DefinitionChange
from station.records.schema import (
    alarm_events,
    alarms,
    definition_changes,
    feedback,
    from_us,
    holds,
    score_tapes,
    series,
    station_events,
    to_us,
    trend,
)
from station.view import FeedbackAnswer

_log = logging.getLogger(__name__)
_US = 1e-6
_ENDS = (AlarmEventKind.RETURNED.value, AlarmEventKind.RELEASED.value, AlarmEventKind.WITHDRAWN.value)
_CODE = {
    **{kind.value: ACTIVATED for kind in ACTIVATIONS},
    AlarmEventKind.ACKNOWLEDGED.value: ACKNOWLEDGED,
    AlarmEventKind.RETURNED.value: RETURNED,
}


def history(connection: Connection, since_utc: datetime, until_utc: datetime) -> History:
    """The journal of a period, for :func:`station.load.figures.load_report`."""
    since_us, until_us = to_us(since_utc), to_us(until_utc)
    columns = (alarms.c.alarm_id, alarms.c.definition_id, alarms.c.priority, alarms.c.shown_priority)
    times = (alarms.c.raised_us, alarms.c.returned_us, alarms.c.closed_us)
    still_open = or_(alarms.c.closed_us.is_(None), alarms.c.closed_us >= since_us)
    rows = connection.execute(select(*columns, *times).where(alarms.c.raised_us < until_us, still_open)).all()
    holding = held(connection, since_utc, until_utc)
    named = _named(connection, {row[1] for row in rows} | {hold.definition_id for hold in holding})
    place_of = {one.definition_id: place for place, one in enumerate(named)}
    occurrence_of = {row[0]: place for place, row in enumerate(rows)}
    events = connection.execute(
        select(alarm_events.c.utc_us, alarm_events.c.kind, alarm_events.c.alarm_id)
        .where(
            alarm_events.c.utc_us >= since_us,
            alarm_events.c.utc_us < until_us,
            alarm_events.c.kind.in_(list(_CODE)),
        )
        .order_by(alarm_events.c.utc_us, alarm_events.c.event_id)
    ).all()
    kept = [(at, _CODE[kind], place) for at, kind, alarm_id in events if (place := occurrence_of.get(alarm_id)) is not None]
    table = np.array(kept, np.int64).reshape(len(kept), 3)
    return History(
        since_utc,
        until_utc,
        event_s=table[:, 0].astype(np.float64) * _US,
        event_code=table[:, 1].astype(np.int8),
        event_of=table[:, 2],
        alarm_ids=tuple(row[0] for row in rows),
        definition_of=np.array([place_of[row[1]] for row in rows], np.int64),
        priority=np.array([row[3] or row[2] for row in rows], np.int64),
        raised_s=_seconds([row[4] for row in rows]),
        returned_s=_seconds([row[5] for row in rows]),
        closed_s=_seconds([row[6] for row in rows]),
        named=named,
        holds=holding,
    )


def activations(connection: Connection, since_utc: datetime, until_utc: datetime) -> tuple[datetime, ...]:
    """When warnings called for a person in a period, oldest first; the same that :func:`history` counts."""
    rows = connection.execute(
        select(alarm_events.c.utc_us)
        .where(
            alarm_events.c.utc_us >= to_us(since_utc),
            alarm_events.c.utc_us < to_us(until_utc),
            alarm_events.c.kind.in_([kind.value for kind in ACTIVATIONS]),
        )
        .order_by(alarm_events.c.utc_us)
    ).scalars()
    return tuple(from_us(us) for us in rows)


def occurrences(connection: Connection, definition_id: DefinitionId, since_utc: datetime, until_utc: datetime) -> Occurrences:
    """The activations of one definition in a period, each with its end, and what people said of them.

    What merely alarmed again without its condition having been over (REALARMED) is no activation of the condition.
    """
    mine = select(alarms.c.alarm_id).where(alarms.c.definition_id == definition_id)
    raises = (AlarmEventKind.RAISED.value, AlarmEventKind.RAISED_AGAIN.value)
    rows = connection.execute(
        select(alarm_events.c.alarm_id, alarm_events.c.utc_us, alarm_events.c.kind)
        .where(
            alarm_events.c.alarm_id.in_(mine),
            alarm_events.c.utc_us >= to_us(since_utc),
            alarm_events.c.kind.in_([*raises, *_ENDS]),
        )
        .order_by(alarm_events.c.utc_us, alarm_events.c.event_id)
    ).all()
    until_us = to_us(until_utc)
    began: list[int] = []
    ended: list[int | None] = []
    of: list[int] = []
    places: dict[str, int] = {}
    last: dict[str, int] = {}
    for alarm_id, at_us, kind in rows:
        if kind in raises:
            if at_us < until_us:
                last[alarm_id] = len(began)
                began.append(at_us)
                ended.append(None)
                of.append(places.setdefault(alarm_id, len(places)))
        elif (place := last.pop(alarm_id, None)) is not None:
            ended[place] = at_us
    return Occurrences(_seconds(began), _seconds(ended), np.array(of, np.int64), _answers(connection, definition_id, places))


def _answers(connection: Connection, definition_id: DefinitionId, places: dict[str, int]) -> dict[int, FeedbackAnswer]:
    rows = connection.execute(
        select(feedback.c.alarm_id, feedback.c.answer)
        .join(alarms, alarms.c.alarm_id == feedback.c.alarm_id)
        .where(alarms.c.definition_id == definition_id, feedback.c.taken_back_us.is_(None))
        .order_by(feedback.c.feedback_id)
    ).all()
    return {places[alarm_id]: FeedbackAnswer(answer) for alarm_id, answer in rows if alarm_id in places}


def starts(connection: Connection, since_utc: datetime, until_utc: datetime) -> NDArray[np.float64]:
    """When the station was started in a period, POSIX s, ascending."""
    rows = connection.execute(
        select(station_events.c.utc_us)
        .where(
            station_events.c.kind == StationEventKind.STARTED.value,
            station_events.c.utc_us >= to_us(since_utc),
            station_events.c.utc_us < to_us(until_utc),
        )
        .order_by(station_events.c.utc_us)
    ).scalars()
    return _seconds(list(rows))


def trend_points(
    connection: Connection, source_id: SourceId, channel: str, since_utc: datetime, until_utc: datetime
) -> NDArray[np.float64]:
    """Every point of a channel's trend, float64 (n, 4): POSIX s, newest, lowest and highest value."""
    points = connection.execute(
        select(trend.c.utc_us, trend.c.value, trend.c.low, trend.c.high)
        .join(series, series.c.series_id == trend.c.series_id)
        .where(
            series.c.source_id == source_id,
            series.c.channel == channel,
            trend.c.utc_us >= to_us(since_utc),
            trend.c.utc_us < to_us(until_utc),
        )
        .order_by(trend.c.utc_us)
    ).all()
    table = np.array([tuple(point) for point in points], np.float64).reshape(len(points), 4)
    table[:, 0] *= _US
    return table


def tapes(
    connection: Connection, source_id: SourceId, channel: str, since_utc: datetime, until_utc: datetime
) -> Sequence[tuple[datetime, str, bytes]]:
    """Pieces of a score tape that reach into a period: (begin, header, runs), oldest first."""
    rows = connection.execute(
        select(score_tapes.c.begin_us, score_tapes.c.header_json, score_tapes.c.runs)
        .join(series, series.c.series_id == score_tapes.c.series_id)
        .where(
            series.c.source_id == source_id,
            series.c.channel == channel,
            score_tapes.c.end_us >= to_us(since_utc),
            score_tapes.c.begin_us < to_us(until_utc),
        )
        .order_by(score_tapes.c.begin_us)
    ).all()
    return [(from_us(row[0]), row[1], row[2]) for row in rows]


def changes(connection: Connection, since_utc: datetime | None = None, until_utc: datetime | None = None) -> tuple[DefinitionChange, ...]:
    """Changes of definitions, newest first; those that another version kept and this one cannot read are left out."""
    table = definition_changes
    statement = select(table).order_by(table.c.utc_us.desc(), table.c.change_id.desc())
    if since_utc is not None:
        statement = statement.where(table.c.utc_us >= to_us(since_utc))
    if until_utc is not None:
        statement = statement.where(table.c.utc_us < to_us(until_utc))
    found: list[DefinitionChange] = []
    for row in connection.execute(statement):
        try:
            before = AlarmConfig.model_validate_json(row.before_json)
            after = AlarmConfig.model_validate_json(row.after_json)
        except ValidationError:
            _log.warning("the change %s of %s was kept by another version and cannot be read", row.change_id, row.definition_id)
            continue
        found.append(
            DefinitionChange(
                row.change_id, DefinitionId(row.definition_id), from_us(row.utc_us), PersonId(row.person_id), row.why, before, after
            )
        )
    return tuple(found)


def held(connection: Connection, since_utc: datetime, until_utc: datetime) -> tuple[HoldRow, ...]:
    """What was held back at any time of a period, oldest first."""
    was_on = or_(holds.c.ended_us.is_(None), holds.c.ended_us >= to_us(since_utc))
    rows = connection.execute(select(holds).where(holds.c.since_us < to_us(until_utc), was_on).order_by(holds.c.since_us)).all()
    return tuple(
        HoldRow(
            DefinitionId(row.definition_id),
            row.kind,
            from_us(row.since_us),
            None if row.until_us is None else from_us(row.until_us),
            row.person_id,
            row.reason,
            None if row.ended_us is None else from_us(row.ended_us),
            row.ended_by,
        )
        for row in rows
    )


def _named(connection: Connection, ids: set[str]) -> tuple[Named, ...]:
    """The definitions with their newest title, by id; one that was never raised is called by its id."""
    newest = select(alarms.c.definition_id, func.max(alarms.c.raised_us).label("raised_us")).group_by(alarms.c.definition_id).subquery()
    rows = connection.execute(
        select(alarms.c.definition_id, alarms.c.definition_json).join(
            newest, and_(alarms.c.definition_id == newest.c.definition_id, alarms.c.raised_us == newest.c.raised_us)
        )
    ).all()
    titles = {}
    for definition_id, text in rows:
        title = json.loads(text)["title"]
        titles[definition_id] = Text(en=title["en"], zh=title["zh"])
    return tuple(Named(DefinitionId(one), titles.get(one) or Text(en=one, zh=one)) for one in sorted(ids))


def _seconds(us: Sequence[int | None]) -> NDArray[np.float64]:
    return np.array([np.nan if one is None else one * _US for one in us], np.float64)
