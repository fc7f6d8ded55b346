"""This file decides how incidents are read back: with their warnings, pictures, and who did what. Every function only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Connection, Row, select

from station.config import AlarmConfig
from station.frames import AlarmId, IncidentId, PersonId, SourceId
from station.incident_view import IncidentStep, StepKind
from station.records.journal import finding_from_json, reason_from_json
from station.records.queries import answers_on_alarms
from station.records.schema import alarm_events, alarms, feedback, from_us, images, incidents, to_us
from station.view import AlarmKind, AlarmState, AlarmView

_STEPS = frozenset(StepKind)
MOST_READ = 500
"""So many incidents of a period at most; the newest."""


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident as it is kept.

    Attributes:
        incident_id: Its id.
        asset: The machine or part stream.
        cause: Id of the cause that its warnings share.
        opened_utc: When its first warning was raised.
        last_raised_utc: When one of its warnings was raised last.
        closed_utc: When its last warning closed; None while one is open.
        folder: Folder of its pictures and traces below ``incidents/``; empty where there is none.
        no_evidence: Why there are no pictures, in English; empty where there are, or where nobody knows.
    """

    incident_id: IncidentId
    asset: str
    cause: str
    opened_utc: datetime
    last_raised_utc: datetime
    closed_utc: datetime | None
    folder: str = ""
    no_evidence: str = ""


@dataclass(frozen=True, slots=True)
class FullPicture:
    """A judged frame that was kept with a warning."""

    path: Path
    heatmap: Path | None


def closed_since(connection: Connection, utc: datetime) -> list[IncidentRow]:
    """Incidents that closed at or after *utc*, oldest first."""
    return [
        _row(row)
        for row in connection.execute(select(incidents).where(incidents.c.closed_us >= to_us(utc)).order_by(incidents.c.closed_us))
    ]


def open_incidents(connection: Connection) -> list[IncidentRow]:
    """Incidents that are not closed, oldest first."""
    return [
        _row(row) for row in connection.execute(select(incidents).where(incidents.c.closed_us.is_(None)).order_by(incidents.c.opened_us))
    ]


def opened_between(connection: Connection, since_utc: datetime, until_utc: datetime) -> list[IncidentRow]:
    """Incidents opened from *since_utc* to before *until_utc*, newest first; at most :data:`MOST_READ`."""
    between = (incidents.c.opened_us >= to_us(since_utc), incidents.c.opened_us < to_us(until_utc))
    rows = connection.execute(select(incidents).where(*between).order_by(incidents.c.opened_us.desc()).limit(MOST_READ))
    return [_row(row) for row in rows]


def one_incident(connection: Connection, incident_id: IncidentId) -> IncidentRow | None:
    """The incident with *incident_id*; None for an unknown one."""
    row = connection.execute(select(incidents).where(incidents.c.incident_id == incident_id)).first()
    return None if row is None else _row(row)


def incident_of(connection: Connection, alarm_id: AlarmId) -> IncidentId | None:
    """The incident of a warning; None where it has none."""
    found = connection.execute(select(alarms.c.incident_id).where(alarms.c.alarm_id == alarm_id)).scalar()
    return IncidentId(found) if found else None


def alarms_of(connection: Connection, incident_ids: Sequence[IncidentId], images_dir: Path) -> dict[IncidentId, list[AlarmView]]:
    """The warnings of each incident, the most urgent first, each with the newest judged frame kept with it."""
    rows = connection.execute(
        select(alarms).where(alarms.c.incident_id.in_(incident_ids)).order_by(alarms.c.priority, alarms.c.raised_us)
    ).all()
    ids = [AlarmId(row.alarm_id) for row in rows]
    answers = answers_on_alarms(connection, ids)
    pictures = {
        AlarmId(row.alarm_id): images_dir / row.path
        for row in connection.execute(
            select(images.c.alarm_id, images.c.path)
            .where(images.c.alarm_id.in_(ids), images.c.removed_us.is_(None))
            .order_by(images.c.image_id)
        )
    }
    found: dict[IncidentId, list[AlarmView]] = {}
    for row in rows:
        definition = _definition(row.definition_json)
        if definition is None:
            continue
        alarm_id, raised_utc = AlarmId(row.alarm_id), from_us(row.raised_us)
        found.setdefault(IncidentId(row.incident_id), []).append(
            AlarmView(
                alarm_id=alarm_id,
                definition=definition,
                kind=AlarmKind(row.kind),
                state=AlarmState(row.state),
                source_id=SourceId(row.source_id),
                raised_utc=raised_utc,
                raised_monotonic_s=0.0,
                count=row.finding_count,
                respond_by_utc=raised_utc + timedelta(seconds=definition.respond_within_s),
                acknowledged_by=PersonId(row.acknowledged_by) if row.acknowledged_by else None,
                acknowledged_utc=_time(row.acknowledged_us),
                returned_utc=_time(row.returned_us),
                feedback=answers.get(alarm_id),
                image_path=pictures.get(alarm_id),
                finding=finding_from_json(row.finding_json),
                reason=reason_from_json(row.reason_json),
                detail=row.detail,
                incident_id=IncidentId(row.incident_id),
            )
        )
    return found


def full_pictures(connection: Connection, alarm_ids: Sequence[AlarmId], images_dir: Path) -> dict[tuple[SourceId, datetime], FullPicture]:
    """The judged frames kept with warnings, by camera and time."""
    rows = connection.execute(select(images).where(images.c.alarm_id.in_(alarm_ids), images.c.removed_us.is_(None)))
    return {
        (SourceId(row.source_id), from_us(row.utc_us)): FullPicture(
            images_dir / row.path, images_dir / row.heatmap_path if row.heatmap_path else None
        )
        for row in rows
    }


def steps_of(connection: Connection, incident_id: IncidentId) -> tuple[IncidentStep, ...]:
    """What happened to the warnings of an incident and who did what, oldest first: their events, and the answers on them."""
    rows = connection.execute(select(alarms.c.alarm_id, alarms.c.definition_json).where(alarms.c.incident_id == incident_id)).all()
    titles = {row.alarm_id: definition.title for row in rows if (definition := _definition(row.definition_json)) is not None}
    steps: list[IncidentStep] = []
    happened = select(alarm_events).where(alarm_events.c.alarm_id.in_(list(titles))).order_by(alarm_events.c.event_id)
    for row in connection.execute(happened):
        if row.kind in _STEPS:
            alarm_id, who = AlarmId(row.alarm_id), PersonId(row.person_id) if row.person_id else None
            steps.append(IncidentStep(from_us(row.utc_us), StepKind(row.kind), alarm_id, titles[alarm_id], who, row.note, row.state))
    said = select(feedback).where(feedback.c.alarm_id.in_(list(titles))).order_by(feedback.c.feedback_id)
    steps += [
        IncidentStep(
            utc=from_us(row.utc_us),
            kind=StepKind.ANSWERED,
            alarm_id=AlarmId(row.alarm_id),
            title=titles[row.alarm_id],
            person_id=PersonId(row.person_id),
            note=row.note,
            answer=row.answer,
            cause_id=row.cause_id,
            action_id=row.action_id,
        )
        for row in connection.execute(said)
    ]
    return tuple(sorted(steps, key=lambda step: step.utc))


def _definition(text: str) -> AlarmConfig | None:
    try:
        return AlarmConfig.model_validate_json(text)
    except ValidationError:  # kept by another version
        return None


def _row(row: Row[tuple[object, ...]]) -> IncidentRow:
    return IncidentRow(
        incident_id=IncidentId(row.incident_id),
        asset=row.asset,
        cause=row.cause,
        opened_utc=from_us(row.opened_us),
        last_raised_utc=from_us(row.last_raised_us),
        closed_utc=_time(row.closed_us),
        folder=row.folder,
        no_evidence=row.no_evidence,
    )


def _time(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
