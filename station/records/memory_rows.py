"""This file decides how confirmed false alarms are kept and read back; nothing of them is ever deleted, only marked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Row, insert, select, update

from inference.findings import Finding
from station.experience_view import EntryId
from station.frames import AlarmId, DefinitionId, PersonId, SourceId
from station.records import schema
from station.records.journal import Write, finding_from_json, regions_json
from station.records.schema import from_us, to_us

_TABLE = schema.false_memory


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """One region of one warning that was confirmed false.

    Attributes:
        group_id: Same for everything that was confirmed to be the same: what a person sees as one entry.
        region: Left, top, width and height as shares of the picture.
        embedding: float16 numbers, little endian; empty where the pack gives none.
        embedding_of: Which network it is of.
        template: The region's own gray pixels, PNG.
        picture: Name of the picture's file; empty where there is none.
        repeats: How many warnings the group has demoted since, counted on its first row.
    """

    group_id: EntryId
    definition_id: DefinitionId
    source_id: SourceId
    alarm_id: AlarmId
    target: str
    label: str
    region: tuple[float, float, float, float]
    embedding: bytes
    embedding_of: str
    template: bytes
    picture: str
    repeats: int
    last_seen_utc: datetime | None
    person_id: PersonId
    note: str
    created_utc: datetime
    expires_utc: datetime
    off_utc: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RaisedFinding:
    """What a warning was raised for, as the records know it.

    Attributes:
        finding: Regions and embeddings included; no heatmap.
        picture: The judged frame; None where none was kept (yet).
    """

    definition_id: DefinitionId
    source_id: SourceId
    kind: str
    finding: Finding | None
    picture: Path | None


def add(rows: tuple[MemoryRow, ...]) -> Write:
    """Keep *rows*."""
    values = [_values(row) for row in rows]

    def write(connection: Connection) -> None:
        connection.execute(insert(_TABLE), values)

    return write


def switch(entry: EntryId, off_utc: datetime | None, person: PersonId) -> Write:
    """Switch a group off (or on: None)."""
    values: dict[str, object] = {"off_us": None if off_utc is None else to_us(off_utc), "off_by": person}
    return lambda connection: _change(connection, entry, values)


def remove(entry: EntryId, utc: datetime, person: PersonId) -> Write:
    """Mark a group as removed."""
    return lambda connection: _change(connection, entry, {"removed_us": to_us(utc), "removed_by": person})


def extend(entry: EntryId, expires_utc: datetime) -> Write:
    """Let a group end at another time."""
    return lambda connection: _change(connection, entry, {"expires_us": to_us(expires_utc)})


def remove_alarm(alarm_id: AlarmId, utc: datetime, person: PersonId) -> Write:
    """Mark what came from one warning's answer as removed."""
    values = {"removed_us": to_us(utc), "removed_by": person}

    def write(connection: Connection) -> None:
        connection.execute(update(_TABLE).where(_TABLE.c.alarm_id == alarm_id, _TABLE.c.removed_us.is_(None)).values(values))

    return write


def take_answer_back(alarm_id: AlarmId, utc: datetime, person: PersonId) -> Write:
    """Mark the answers on a warning that stand as taken back."""
    table = schema.feedback
    values = {"taken_back_us": to_us(utc), "taken_back_by": person}

    def write(connection: Connection) -> None:
        connection.execute(update(table).where(table.c.alarm_id == alarm_id, table.c.taken_back_us.is_(None)).values(values))

    return write


def note_repeat(entry: EntryId, repeats: int, utc: datetime) -> Write:
    """Note that a group demoted a warning: *repeats* so far."""
    return lambda connection: _change(connection, entry, {"repeats": repeats, "last_seen_us": to_us(utc)})


def read_all(connection: Connection) -> tuple[MemoryRow, ...]:
    """What is not removed, oldest first."""
    query = select(_TABLE).where(_TABLE.c.removed_us.is_(None)).order_by(_TABLE.c.entry_id)
    return tuple(_row(row) for row in connection.execute(query))


def raised_finding(connection: Connection, alarm_id: AlarmId, images_dir: Path) -> RaisedFinding | None:
    """What a warning was raised for last; None for an unknown one.

    Only a picture with the very regions of the finding is given: a warning raised again has more than one.
    """
    alarms, images = schema.alarms, schema.images
    row = connection.execute(select(alarms).where(alarms.c.alarm_id == alarm_id)).first()
    if row is None:
        return None
    finding = finding_from_json(row.finding_json)
    wanted = "" if finding is None else regions_json(finding)
    pictures = connection.execute(
        select(images.c.path, images.c.regions_json)
        .where(images.c.alarm_id == alarm_id, images.c.removed_us.is_(None))
        .order_by(images.c.image_id.desc())
    ).all()
    path = next((images_dir / one.path for one in pictures if one.regions_json == wanted), None)
    return RaisedFinding(DefinitionId(row.definition_id), SourceId(row.source_id), row.kind, finding, path)


def _change(connection: Connection, entry: EntryId, values: dict[str, object]) -> None:
    connection.execute(update(_TABLE).where(_TABLE.c.group_id == entry, _TABLE.c.removed_us.is_(None)).values(values))


def _values(row: MemoryRow) -> dict[str, object]:
    x, y, w, h = row.region
    return {
        "group_id": row.group_id,
        "definition_id": row.definition_id,
        "source_id": row.source_id,
        "alarm_id": row.alarm_id,
        "target": row.target,
        "label": row.label,
        "x": x,
        "y": y,
        "w": w,
        "h": h,
        "embedding": row.embedding,
        "embedding_of": row.embedding_of,
        "template": row.template,
        "picture": row.picture,
        "repeats": row.repeats,
        "last_seen_us": None if row.last_seen_utc is None else to_us(row.last_seen_utc),
        "person_id": row.person_id,
        "note": row.note,
        "created_us": to_us(row.created_utc),
        "expires_us": to_us(row.expires_utc),
        "off_us": None if row.off_utc is None else to_us(row.off_utc),
        "off_by": "",
        "removed_us": None,
        "removed_by": "",
    }


def _row(row: Row[tuple[object, ...]]) -> MemoryRow:
    return MemoryRow(
        group_id=EntryId(row.group_id),
        definition_id=DefinitionId(row.definition_id),
        source_id=SourceId(row.source_id),
        alarm_id=AlarmId(row.alarm_id),
        target=row.target,
        label=row.label,
        region=(row.x, row.y, row.w, row.h),
        embedding=row.embedding,
        embedding_of=row.embedding_of,
        template=row.template,
        picture=row.picture,
        repeats=row.repeats,
        last_seen_utc=None if row.last_seen_us is None else from_us(row.last_seen_us),
        person_id=PersonId(row.person_id),
        note=row.note,
        created_utc=from_us(row.created_us),
        expires_utc=from_us(row.expires_us),
        off_utc=None if row.off_us is None else from_us(row.off_us),
    )
