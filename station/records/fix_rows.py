"""This file decides what is read of the past to say what fixed a fault before, and when an action counts as having worked.

An action worked when the warning it was chosen for closed and no warning of the same cause on the same machine, other than
one answered "false", was raised within :data:`WORKED_AFTER` of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError
from sqlalchemy import Connection, Row, or_, select

from inference.findings import Finding
from station.config import AlarmConfig
from station.experience.cases import Attempt, Case, drivers_of
from station.experience.false_memory import model_key
from station.frames import AlarmId, PersonId
from station.records import schema
from station.records.incident_rows import cause_of
from station.records.journal import finding_from_json
from station.records.schema import from_us, to_us
from station.view import FeedbackAnswer

WORKED_AFTER = timedelta(hours=8)
"""One shift."""
LOOK_BACK = timedelta(days=400)
MOST_READ = 5000
"""Of so many of the newest warnings."""
_IDS_PER_QUERY = 500


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What :func:`station.experience.fixes.suggest` wants."""

    open_case: Case
    closed: tuple[Case, ...]
    definition: AlarmConfig


@dataclass(frozen=True, slots=True, eq=False)
class _Warning:
    """One row of the warnings, understood."""

    alarm_id: AlarmId
    case_id: str
    definition: AlarmConfig
    raised_utc: datetime
    closed_utc: datetime | None
    finding: Finding | None

    @property
    def key(self) -> tuple[str, str]:
        return cause_of(self.definition), self.definition.asset


@dataclass(frozen=True, slots=True)
class _Answer:
    answer: FeedbackAnswer
    action_id: str
    person_id: PersonId
    utc: datetime


def read_past(connection: Connection, of: str, now: datetime) -> Past | None:
    """What happened before the warning or incident *of*; None for an unknown one."""
    alarms = schema.alarms
    definitions: dict[str, AlarmConfig | None] = {}
    own = _understand(connection.execute(select(alarms).where(or_(alarms.c.alarm_id == of, alarms.c.incident_id == of))).all(), definitions)
    if not own:
        return None
    first = min(own, key=lambda one: (one.definition.priority, -one.raised_utc.timestamp()))
    rows = connection.execute(
        select(alarms).where(alarms.c.raised_us >= to_us(now - LOOK_BACK)).order_by(alarms.c.raised_us.desc()).limit(MOST_READ)
    ).all()
    related = [one for one in _understand(rows, definitions) if _is_related(one, own)]
    answers = _read_answers(connection, [one.alarm_id for one in related])
    cases: dict[str, list[_Warning]] = {}
    for one in sorted(related, key=lambda one: one.raised_utc):
        cases.setdefault(one.case_id, []).append(one)
    raised: dict[tuple[str, str], list[datetime]] = {}
    for one in related:
        answer = answers.get(one.alarm_id)
        if answer is None or answer.answer is not FeedbackAnswer.FALSE:
            raised.setdefault(one.key, []).append(one.raised_utc)
    closed = [
        _case(warnings, tuple(attempt for one in warnings if (attempt := _attempt(one, answers, raised, now)) is not None))
        for case_id, warnings in cases.items()
        if case_id != first.case_id
    ]
    return Past(_case(own, ()), tuple(case for case in closed if case.attempts), first.definition)


def _understand(rows: Sequence[Row[tuple[object, ...]]], definitions: dict[str, AlarmConfig | None]) -> list[_Warning]:
    found = []
    for row in rows:
        if row.definition_json not in definitions:
            definitions[row.definition_json] = _definition(row.definition_json)
        definition = definitions[row.definition_json]
        if definition is not None:
            found.append(
                _Warning(
                    AlarmId(row.alarm_id),
                    row.incident_id or row.alarm_id,
                    definition,
                    from_us(row.raised_us),
                    None if row.closed_us is None else from_us(row.closed_us),
                    finding_from_json(row.finding_json),
                )
            )
    return found


def _definition(text: str) -> AlarmConfig | None:
    try:
        return AlarmConfig.model_validate_json(text)
    except ValidationError:  # kept by another version
        return None


def _is_related(one: _Warning, own: Sequence[_Warning]) -> bool:
    causes = {mine.key[0] for mine in own}
    judged = {(mine.finding.model, mine.finding.target) for mine in own if mine.finding is not None}
    return one.key[0] in causes or (one.finding is not None and (one.finding.model, one.finding.target) in judged)


def _read_answers(connection: Connection, ids: Sequence[AlarmId]) -> dict[AlarmId, _Answer]:
    """The newest answer that stands on each warning."""
    table = schema.feedback
    found: dict[AlarmId, _Answer] = {}
    for start in range(0, len(ids), _IDS_PER_QUERY):
        query = select(table).where(table.c.alarm_id.in_(ids[start : start + _IDS_PER_QUERY]), table.c.taken_back_us.is_(None))
        for row in connection.execute(query.order_by(table.c.feedback_id)):
            found[AlarmId(row.alarm_id)] = _Answer(FeedbackAnswer(row.answer), row.action_id, PersonId(row.person_id), from_us(row.utc_us))
    return found


def _attempt(
    one: _Warning, answers: dict[AlarmId, _Answer], raised: dict[tuple[str, str], list[datetime]], now: datetime
) -> Attempt | None:
    said = answers.get(one.alarm_id)
    if said is None or said.answer is not FeedbackAnswer.REAL or not said.action_id:
        return None
    return Attempt(said.action_id, one.alarm_id, said.person_id, said.utc, _worked(one, raised.get(one.key, []), now))


def _worked(one: _Warning, raised: Sequence[datetime], now: datetime) -> bool | None:
    if one.closed_utc is None:
        return None
    until = one.closed_utc + WORKED_AFTER
    if any(one.closed_utc < again <= until for again in raised):
        return False
    return True if now >= until else None


def _case(warnings: Sequence[_Warning], attempts: tuple[Attempt, ...]) -> Case:
    findings = [one.finding for one in warnings if one.finding is not None]
    seen = max((finding for finding in findings if finding.embedding is not None), key=lambda finding: finding.score, default=None)
    return Case(
        case_id=warnings[0].case_id,
        cause=warnings[0].key[0],
        asset=warnings[0].key[1],
        judged=frozenset((finding.model, finding.target) for finding in findings),
        drivers=drivers_of(findings),
        embedding=None if seen is None else seen.embedding,
        embedding_of="" if seen is None else model_key(seen.model, seen.sha256),
        attempts=attempts,
    )
