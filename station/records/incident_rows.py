"""This file decides how incidents are kept: their rows follow from the rows of their warnings.

An incident has no events of its own. With every event of a warning, in the same transaction, its row is brought up to
date: so that whenever the power fails, the incidents are what the warnings say.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from station.config import AlarmConfig
from station.events import RINGING, AlarmEvent, AlarmEventKind
from station.frames import IncidentId
from station.records import schema
from station.records.schema import to_us

# Made once: in a flood of warnings making statements costs more than the database does.
_INCIDENT_OF = select(schema.alarms.c.incident_id).where(schema.alarms.c.alarm_id == bindparam("of_alarm"))
_IS_OPEN = select(exists().where(schema.alarms.c.incident_id == bindparam("of_incident"), schema.alarms.c.closed_us.is_(None)))
_CHANGE = update(schema.incidents).where(schema.incidents.c.incident_id == bindparam("of_incident"))
_QUIET = frozenset({AlarmEventKind.COUNTED})
"""Events that change nothing of an incident."""


def cause_of(definition: AlarmConfig) -> str:
    """The cause a warning of *definition* has: the one it names, else its own id."""
    return definition.joins or definition.id


def follow(event: AlarmEvent) -> Callable[[Connection], None]:
    """What *event* makes of its incident's row; to be run after the warning's own row was written."""
    if event.kind in _QUIET:
        return lambda _: None
    at_us = to_us(event.utc)

    def write(connection: Connection) -> None:
        incident_id = event.incident_id or connection.execute(_INCIDENT_OF, {"of_alarm": event.alarm_id}).scalar()
        if not incident_id:
            return
        is_open = connection.execute(_IS_OPEN, {"of_incident": incident_id}).scalar_one()
        changes: dict[str, object] = {"closed_us": None if is_open else at_us}
        if event.kind in RINGING:
            changes["last_raised_us"] = at_us
        changed = connection.execute(_CHANGE, {"of_incident": incident_id, **changes}).rowcount
        if not changed:
            first = {"incident_id": incident_id, "asset": event.definition.asset, "cause": cause_of(event.definition)}
            row = {"opened_us": at_us, "last_raised_us": at_us, "folder": "", "features_json": "", **first, **changes}
            connection.execute(insert(schema.incidents), row)

    return write


def keep_folder(incident_id: IncidentId, folder: str, no_evidence: str) -> Callable[[Connection], None]:
    """Note where pictures and traces of an incident lie, or why there are none."""
    values = {"folder": folder, "no_evidence": no_evidence}
    return lambda connection: _update(connection, incident_id, values)


def _update(connection: Connection, incident_id: IncidentId, values: dict[str, str]) -> None:
    connection.execute(update(schema.incidents).where(schema.incidents.c.incident_id == incident_id).values(values))


def forget_folder(folder: str, why: str) -> Callable[[Connection], None]:
    """Note that pictures and traces of an incident were let go, and why."""
    table = schema.incidents

    def write(connection: Connection) -> None:
        connection.execute(update(table).where(table.c.folder == folder).values(folder="", no_evidence=why))

    return write
