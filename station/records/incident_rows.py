"""This file decides how incidents are kept and read back: their rows follow from the rows of their warnings.

An incident has no events of its own. With every event of a warning, in the same transaction, its row is brought up to
date: so that whenever the power fails, the incidents are what the warnings say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Connection, Row, exists, insert, select, update

from station.config import AlarmConfig
from station.events import RINGING, AlarmEvent, AlarmEventKind
from station.frames import AlarmId, IncidentId, PersonId, SourceId
from station.incident_view import IncidentStep, StepKind
from station.records import schema
from station.records.schema import from_us, to_us

_QUIET = frozenset({AlarmEventKind.COUNTED})
"""Events that change nothing of an incident."""
_STEPS = frozenset(StepKind)
MOST_READ = 500


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
class KeptAlarm:
    """One warning of an incident, as far as its pictures and traces need it."""

    alarm_id: AlarmId
    definition: AlarmConfig | None
    source_id: SourceId
    raised_utc: datetime
    closed_utc: datetime | None
    state: str
    picture: Path | None
    heatmap: Path | None
    picture_utc: datetime | None


def cause_of(definition: AlarmConfig) -> str:
    """The cause a warning of *definition* has: the one it names, else its own id."""
    return definition.joins or definition.id


def follow(event: AlarmEvent) -> Callable[[Connection], None]:
    """What *event* makes of its incident's row; to be run after the warning's own row was written."""
    if event.kind in _QUIET:
        return lambda _: None
    at_us = to_us(event.utc)
    table, alarms = schema.incidents, schema.alarms

    def write(connection: Connection) -> None:
        incident_id = (
            event.incident_id or connection.execute(select(alarms.c.incident_id).where(alarms.c.alarm_id == event.alarm_id)).scalar()
        )
        if not incident_id:
            return
        is_open = connection.execute(select(exists().where(alarms.c.incident_id == incident_id, alarms.c.closed_us.is_(None)))).scalar_one()
        changes: dict[str, object] = {"closed_us": None if is_open else at_us}
        if event.kind in RINGING:
            changes["last_raised_us"] = at_us
        changed = connection.execute(update(table).where(table.c.incident_id == incident_id).values(changes)).rowcount
        if not changed:
            first = {"incident_id": incident_id, "asset": event.definition.asset, "cause": cause_of(event.definition)}
            row = {"opened_us": at_us, "last_raised_us": at_us, "folder": "", "features_json": "", **first, **changes}
            connection.execute(insert(table).values(row))

    return write


def keep_folder(incident_id: IncidentId, folder: str, no_evidence: str) -> Callable[[Connection], None]:
    """Note where pictures and traces of an incident lie, or why there are none."""
    values = {"folder": folder, "no_evidence": no_evidence}
    return lambda connection: _update(connection, incident_id, values)


def _update(connection: Connection, incident_id: IncidentId, values: dict[str, str]) -> None:
    connection.execute(update(schema.incidents).where(schema.incidents.c.incident_id == incident_id).values(values))


def closed_since(connection: Connection, utc: datetime) -> list[IncidentRow]:
    """Incidents that closed at or after *utc*, oldest first."""
    table = schema.incidents
    rows = connection.execute(select(table).where(table.c.closed_us >= to_us(utc)).order_by(table.c.closed_us)).all()
    return [_incident(row) for row in rows]


def open_incidents(connection: Connection) -> list[IncidentRow]:
    """Incidents that are not closed, oldest first."""
    table = schema.incidents
    return [_incident(row) for row in connection.execute(select(table).where(table.c.closed_us.is_(None)).order_by(table.c.opened_us))]


def history(connection: Connection, since_utc: datetime, until_utc: datetime) -> list[IncidentRow]:
    """Incidents opened from *since_utc* to before *until_utc*, newest first; the newest :data:`MOST_READ`."""
    table = schema.incidents
    between = (table.c.opened_us >= to_us(since_utc), table.c.opened_us < to_us(until_utc))
    return [_incident(row) for row in connection.execute(select(table).where(*between).order_by(table.c.opened_us.desc()).limit(MOST_READ))]


def one(connection: Connection, incident_id: IncidentId) -> IncidentRow | None:
    """The incident with *incident_id*; None for an unknown one."""
    row = connection.execute(select(schema.incidents).where(schema.incidents.c.incident_id == incident_id)).first()
    return None if row is None else _incident(row)


def alarms_of(connection: Connection, incident_ids: Sequence[IncidentId], images_dir: Path) -> dict[IncidentId, list[KeptAlarm]]:
    """The warnings of each incident, oldest first, with the newest judged frame kept with each."""
    table, images = schema.alarms, schema.images
    found: dict[IncidentId, list[KeptAlarm]] = {}
    rows = connection.execute(select(table).where(table.c.incident_id.in_(incident_ids)).order_by(table.c.raised_us)).all()
    ids = [row.alarm_id for row in rows]
    pictures = {
        row.alarm_id: row
        for row in connection.execute(
            select(images).where(images.c.alarm_id.in_(ids), images.c.removed_us.is_(None)).order_by(images.c.image_id)
        )
    }
    for row in rows:
        picture = pictures.get(row.alarm_id)
        found.setdefault(IncidentId(row.incident_id), []).append(
            KeptAlarm(
                alarm_id=AlarmId(row.alarm_id),
                definition=_definition(row.definition_json),
                source_id=SourceId(row.source_id),
                raised_utc=from_us(row.raised_us),
                closed_utc=None if row.closed_us is None else from_us(row.closed_us),
                state=row.state,
                picture=None if picture is None else images_dir / picture.path,
                heatmap=None if picture is None or not picture.heatmap_path else images_dir / picture.heatmap_path,
                picture_utc=None if picture is None else from_us(picture.utc_us),
            )
        )
    return found


def steps_of(connection: Connection, incident_id: IncidentId) -> tuple[IncidentStep, ...]:
    """What happened to the warnings of an incident and who did what, oldest first: their events, and the answers on them."""
    table, events, answers = schema.alarms, schema.alarm_events, schema.feedback
    rows = connection.execute(select(table.c.alarm_id, table.c.definition_json).where(table.c.incident_id == incident_id)).all()
    titles = {row.alarm_id: definition.title for row in rows if (definition := _definition(row.definition_json)) is not None}
    steps: list[IncidentStep] = []
    for row in connection.execute(select(events).where(events.c.alarm_id.in_(list(titles))).order_by(events.c.event_id)):
        if row.kind in _STEPS:
            who = PersonId(row.person_id) if row.person_id else None
            alarm_id = AlarmId(row.alarm_id)
            steps.append(IncidentStep(from_us(row.utc_us), StepKind(row.kind), alarm_id, titles[alarm_id], who, row.note, row.state))
    for row in connection.execute(select(answers).where(answers.c.alarm_id.in_(list(titles))).order_by(answers.c.feedback_id)):
        alarm_id = AlarmId(row.alarm_id)
        steps.append(
            IncidentStep(
                from_us(row.utc_us),
                StepKind.ANSWERED,
                alarm_id,
                titles[alarm_id],
                PersonId(row.person_id),
                row.note,
                answer=row.answer,
                cause_id=row.cause_id,
                action_id=row.action_id,
            )
        )
    return tuple(sorted(steps, key=lambda step: step.utc))


def _definition(text: str) -> AlarmConfig | None:
    try:
        return AlarmConfig.model_validate_json(text)
    except ValidationError:  # kept by another version
        return None


def _incident(row: Row[tuple[object, ...]]) -> IncidentRow:
    return IncidentRow(
        incident_id=IncidentId(row.incident_id),
        asset=row.asset,
        cause=row.cause,
        opened_utc=from_us(row.opened_us),
        last_raised_utc=from_us(row.last_raised_us),
        closed_utc=None if row.closed_us is None else from_us(row.closed_us),
        folder=row.folder,
        no_evidence=row.no_evidence,
    )
