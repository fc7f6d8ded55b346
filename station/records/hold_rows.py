"""This file decides how holds and changed definitions become rows, and how holds are read back after a restart."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import Connection, insert, select, update

from station.config import AlarmConfig
from station.frames import PersonId
from station.holds import Hold, HoldChange, HoldEvent
from station.records.schema import definition_changes, from_us, to_us
from station.records.schema import holds as table
from station.warning_view import HoldKind

_log = logging.getLogger(__name__)

Write = Callable[[Connection], None]


def hold_event(event: HoldEvent) -> Write:
    """What *event* makes of the hold's row."""
    hold = event.hold
    changes: dict[str, object] = {
        "until_us": None if hold.until_utc is None else to_us(hold.until_utc),
        "behind": hold.behind,
        "last_behind_us": None if hold.last_behind_utc is None else to_us(hold.last_behind_utc),
    }
    if event.change is HoldChange.BEGAN:
        row = changes | {
            "definition_id": hold.definition.id,
            "definition_json": hold.definition.model_dump_json(),
            "kind": hold.kind.value,
            "since_us": to_us(hold.since_utc),
            "length_s": hold.length_s,
            "person_id": hold.person_id or "",
            "reason": hold.reason,
            "ended_by": "",
        }
        return lambda connection: _insert(connection, row)
    if event.change is HoldChange.ENDED:
        changes |= {"ended_us": to_us(event.utc), "ended_by": event.person_id or ""}
    mine = (table.c.definition_id == hold.definition.id, table.c.kind == hold.kind.value, table.c.ended_us.is_(None))

    def write(connection: Connection) -> None:
        connection.execute(update(table).where(*mine).values(changes))

    return write


def standing(connection: Connection) -> tuple[Hold, ...]:
    """Every hold that has not ended, oldest first. One that another version kept and this one cannot read is left out."""
    found: list[Hold] = []
    for row in connection.execute(select(table).where(table.c.ended_us.is_(None)).order_by(table.c.since_us, table.c.hold_id)):
        try:
            definition = AlarmConfig.model_validate_json(row.definition_json)
        except ValidationError:
            _log.exception("the hold of %s was kept by another version and cannot be taken over", row.definition_id)
            continue
        found.append(
            Hold(
                definition,
                HoldKind(row.kind),
                from_us(row.since_us),
                None if row.until_us is None else from_us(row.until_us),
                PersonId(row.person_id) if row.person_id else None,
                row.reason,
                row.behind,
                None if row.last_behind_us is None else from_us(row.last_behind_us),
                row.length_s,
            )
        )
    return tuple(found)


def end_unknown(known: Collection[tuple[str, HoldKind]], utc: datetime) -> Write:
    """End every hold that stands in the records and is none of *known* (definition id, kind): nobody holds it any more."""
    kept = {(definition_id, kind.value) for definition_id, kind in known}

    def write(connection: Connection) -> None:
        for row in connection.execute(select(table.c.hold_id, table.c.definition_id, table.c.kind).where(table.c.ended_us.is_(None))).all():
            if (row.definition_id, row.kind) not in kept:
                connection.execute(update(table).where(table.c.hold_id == row.hold_id).values(ended_us=to_us(utc)))

    return write


def definition_change(before: AlarmConfig, after: AlarmConfig, person_id: PersonId, why: str, utc: datetime) -> Write:
    """Who changed what of a definition while the line ran, and why."""
    row = {
        "definition_id": after.id,
        "utc_us": to_us(utc),
        "person_id": person_id,
        "why": why,
        "before_json": before.model_dump_json(),
        "after_json": after.model_dump_json(),
    }
    return lambda connection: _insert_change(connection, row)


def _insert(connection: Connection, row: dict[str, object]) -> None:
    connection.execute(insert(table).values(row))


def _insert_change(connection: Connection, row: dict[str, object]) -> None:
    connection.execute(insert(definition_changes).values(row))
