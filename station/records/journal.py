"""This file decides how events, answers, counts and values become rows. Nothing here commits; the writer does."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, insert, select, update

from inference.findings import Contribution, Finding, FloatArray, Moment, MomentKind, Region, Verdict
from inference.reasons import Reason, ReasonCode
from station.events import AlarmEvent, AlarmEventKind, StationEvent
from station.frames import AlarmId, PersonId, SourceId
from station.records import incident_rows, schema
from station.records.schema import to_us
from station.view import AlarmState, Feedback

Write = Callable[[Connection], None]
"""Writes something through a connection; may run again after a failure."""
# Made once: in a flood of warnings making statements costs more than the database does.
_EVENT = insert(schema.alarm_events)
_ALARM = insert(schema.alarms)
_CHANGE = update(schema.alarms).where(schema.alarms.c.alarm_id == bindparam("of_alarm"))
_FIRST = frozenset({AlarmEventKind.RAISED, AlarmEventKind.RAISED_HELD})
"""Events that may be the first of an occurrence; RAISED always is."""
MOST_CONTRIBUTIONS = 8
LEAST_SHARE = 0.005


def alarm_event(event: AlarmEvent) -> Write:
    """The event's row and what it makes of the alarm's row."""
    at_us = to_us(event.utc)
    event_row = {
        "alarm_id": event.alarm_id,
        "kind": event.kind.value,
        "state": event.state.value,
        "utc_us": at_us,
        "finding_count": event.count,
        "person_id": event.person_id or "",
        "note": event.note,
        "detail": event.detail,
        "input_ref": event.input_ref,
    }
    first = _first_row(event, at_us) if event.kind in _FIRST else None
    changes = _changes(event, at_us)
    follow = incident_rows.follow(event)

    def write(connection: Connection) -> None:
        connection.execute(_EVENT, event_row)
        changed = 0
        if event.kind is not AlarmEventKind.RAISED:
            changed = connection.execute(_CHANGE, {"of_alarm": event.alarm_id, **changes}).rowcount
        if first is not None and not changed:
            connection.execute(_ALARM, first)
        follow(connection)

    return write


def _first_row(event: AlarmEvent, at_us: int) -> dict[str, object]:
    return {
        "alarm_id": event.alarm_id,
        "definition_id": event.definition.id,
        "definition_json": event.definition.model_dump_json(),
        "kind": event.alarm_kind.value,
        "priority": event.definition.priority,
        "source_id": event.source_id,
        "asset": event.definition.asset,
        "state": event.state.value,
        "raised_us": at_us,
        "finding_count": event.count,
        "incident_id": event.incident_id,
        **_standing(event),
        **_cause(event),
    }


def _standing(event: AlarmEvent) -> dict[str, object]:
    """How it shows, and how often it has rung."""
    return {"shown_priority": event.priority, "seen_false": event.seen_false, "activation": event.activation}


def _defined(event: AlarmEvent) -> dict[str, object]:
    """The definition in force."""
    return {"definition_json": event.definition.model_dump_json(), "priority": event.definition.priority}


def _cause(event: AlarmEvent) -> dict[str, object]:
    """What stands behind a raise."""
    return {
        "finding_json": "" if event.finding is None else finding_json(event.finding),
        "reason_json": "" if event.reason is None else reason_json(event.reason),
        "detail": event.detail,
        "input_ref": event.input_ref,
    }


def _changes(event: AlarmEvent, at_us: int) -> dict[str, object]:
    # An acknowledgement that would have closed it may be overtaken by a raise: what is open again has no end.
    changes: dict[str, object] = {
        "state": event.state.value,
        "finding_count": event.count,
        "closed_us": at_us if event.closes else None,
        **_standing(event),
    }
    if event.incident_id:
        changes["incident_id"] = event.incident_id
    match event.kind:
        case AlarmEventKind.RAISED_AGAIN | AlarmEventKind.RAISED_HELD | AlarmEventKind.PROMOTED:
            changes |= {"returned_us": None, "acknowledged_us": None, "acknowledged_by": "", **_cause(event)}
        case AlarmEventKind.REALARMED:
            changes |= {"acknowledged_us": None, "acknowledged_by": ""}
        case AlarmEventKind.REDEFINED:
            changes |= _defined(event)
        case AlarmEventKind.RETURNED:
            changes |= {"returned_us": at_us}
        case AlarmEventKind.ACKNOWLEDGED:
            changes |= {"acknowledged_us": at_us, "acknowledged_by": event.person_id or ""}
        case AlarmEventKind.RESTORED:
            # The station file may say something else of it by now.
            changes |= {"detail": event.detail, **_defined(event)}
        case _:
            pass
    return changes


def close_unreadable(alarm_ids: Sequence[AlarmId], utc: datetime) -> Write:
    """Close alarms that another version kept and this one cannot take over."""
    closed = {"state": AlarmState.NORMAL.value, "closed_us": to_us(utc), "detail": "Kept by another version; closed at the start"}

    def write(connection: Connection) -> None:
        connection.execute(update(schema.alarms).where(schema.alarms.c.alarm_id.in_(alarm_ids)).values(closed))

    return write


def station_event(event: StationEvent) -> Write:
    """One line of the log book."""
    row = {
        "kind": event.kind.value,
        "utc_us": to_us(event.utc),
        "source_id": event.source_id,
        "person_id": event.person_id or "",
        "detail": event.detail,
    }
    return lambda connection: _execute(connection, row)


def _execute(connection: Connection, row: Mapping[str, object]) -> None:
    connection.execute(insert(schema.station_events).values(row))


def feedback(answer: Feedback, utc: datetime) -> Write:
    """One answer; earlier ones on the same thing stay."""
    row = {
        "alarm_id": answer.alarm_id,
        "image_id": answer.image_id,
        "answer": answer.answer.value,
        "person_id": answer.person_id,
        "cause_id": answer.cause_id,
        "action_id": answer.action_id,
        "note": answer.note,
        "label": answer.label,
        "utc_us": to_us(utc),
    }

    def write(connection: Connection) -> None:
        connection.execute(insert(schema.feedback).values(row))

    return write


def take_back(image_id: int, person_id: PersonId, utc: datetime) -> Write:
    """Mark the newest standing answer on an image as taken back; ValueError where there is none."""
    table = schema.feedback

    def write(connection: Connection) -> None:
        newest = connection.execute(
            select(table.c.feedback_id)
            .where(table.c.image_id == image_id, table.c.taken_back_us.is_(None))
            .order_by(table.c.feedback_id.desc())
            .limit(1)
        ).scalar()
        if newest is None:
            raise ValueError(f"image {image_id} has no answer to take back")
        connection.execute(update(table).where(table.c.feedback_id == newest).values(taken_back_us=to_us(utc), taken_back_by=person_id))

    return write


def verdict_counts(
    source_id: SourceId, start_utc: datetime, end_utc: datetime, counts: tuple[int, int, int], labels: Mapping[str, int]
) -> Write:
    """Counts of one source in one interval: inspected, defects, no verdict (any may be a correction below zero)."""
    start_us = to_us(start_utc)
    inspected, defects, no_verdict = counts
    row = {
        "source_id": source_id,
        "start_us": start_us,
        "end_us": to_us(end_utc),
        "inspected": inspected,
        "defects": defects,
        "no_verdict": no_verdict,
    }
    label_rows = [
        {"source_id": source_id, "start_us": start_us, "label": label, "times": count} for label, count in labels.items() if count
    ]

    def write(connection: Connection) -> None:
        connection.execute(insert(schema.verdict_counts).values(row))
        if label_rows:
            connection.execute(insert(schema.label_counts), label_rows)

    return write


class TrendWriter:
    """Writes channel values; remembers the number of each series. Used on the writer thread."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], int] = {}

    def write(self, connection: Connection, source_id: SourceId, at_us: int, points: Mapping[str, tuple[float, float, float]]) -> None:
        """Write (value, low, high) of every channel at *at_us*. A second row of the same time is left out."""
        fresh: dict[tuple[str, str], int] = {}
        rows = [
            {"series_id": self._series(connection, source_id, channel, fresh), "utc_us": at_us, "value": v, "low": low, "high": high}
            for channel, (v, low, high) in points.items()
        ]
        known = {row["series_id"] for row in rows} - set(fresh.values())
        there = set(
            connection.execute(
                select(schema.trend.c.series_id).where(schema.trend.c.series_id.in_(known), schema.trend.c.utc_us == at_us)
            ).scalars()
        )
        rows = [row for row in rows if row["series_id"] not in there]
        if rows:
            connection.execute(insert(schema.trend), rows)

    def write_contributions(
        self, connection: Connection, source_id: SourceId, channel: str, at_us: int, contributions: Sequence[Contribution]
    ) -> None:
        """Write what drove the score *channel* at *at_us*. A second row of the same time is left out."""
        table = schema.contributions
        series_id = self._series(connection, source_id, channel, {})
        key = (table.c.series_id == series_id, table.c.utc_us == at_us)
        if connection.execute(select(table.c.series_id).where(*key)).first() is None:
            row = {"series_id": series_id, "utc_us": at_us, "shares_json": contributions_json(contributions)}
            connection.execute(insert(table).values(row))

    def write_tape(
        self, connection: Connection, source_id: SourceId, channel: str, begin_us: int, end_us: int, header: str, runs: bytes
    ) -> None:
        """Write a piece of a score tape. A second piece of the same begin is left out."""
        table = schema.score_tapes
        series_id = self._series(connection, source_id, channel, {})
        if (
            connection.execute(select(table.c.series_id).where(table.c.series_id == series_id, table.c.begin_us == begin_us)).first()
            is None
        ):
            row = {"series_id": series_id, "begin_us": begin_us, "end_us": end_us, "header_json": header, "runs": runs}
            connection.execute(insert(table).values(row))

    def _series(self, connection: Connection, source_id: str, channel: str, fresh: dict[tuple[str, str], int]) -> int:
        key = (source_id, channel)
        known = self._ids.get(key) or fresh.get(key)
        if known is not None:
            return known
        table = schema.series
        found = connection.execute(select(table.c.series_id).where(table.c.source_id == source_id, table.c.channel == channel)).scalar()
        if found is None:
            made = connection.execute(insert(table).values(source_id=source_id, channel=channel)).inserted_primary_key
            if made is None:
                raise ValueError(f"the database gave no number to {source_id}/{channel}")
            fresh[key] = int(made[0])
            return fresh[key]
        self._ids[key] = int(found)
        return int(found)


def finding_json(finding: Finding) -> str:
    """What a warning's record says of the finding behind it."""
    return json.dumps(
        {
            "target": finding.target,
            "verdict": finding.verdict.value,
            "label": finding.label,
            "score": _number(finding.score),
            "threshold": _number(finding.threshold),
            "confidence": _number(finding.confidence),
            "unsure": finding.unsure,
            "model": finding.model,
            "version": finding.version,
            "sha256": finding.sha256,
            "provider": finding.provider,
            "regions": [_region(region) for region in finding.regions],
            "contributors": [_contribution(one) for one in finding.contributors],
            "embeddings": _embeddings_text(finding),
        },
        ensure_ascii=False,
    )


def finding_from_json(text: str) -> Finding | None:
    """What :func:`finding_json` kept: no heatmap, no reason, no elapsed time. None where there was no finding."""
    if not text:
        return None
    kept = json.loads(text)
    return Finding(
        target=kept["target"],
        verdict=Verdict(kept["verdict"]),
        label=kept["label"],
        score=_or_nan(kept["score"]),
        threshold=_or_nan(kept["threshold"]),
        model=kept["model"],
        version=kept["version"],
        sha256=kept["sha256"],
        provider=kept["provider"],
        elapsed_ms=math.nan,
        confidence=_or_nan(kept.get("confidence")),
        unsure=bool(kept.get("unsure", False)),
        regions=tuple(Region(r["label"], r["score"], r["x"], r["y"], r["w"], r["h"]) for r in kept["regions"]),
        contributors=tuple(_contribution_from(one) for one in kept["contributors"]),
        embeddings=_embeddings_from(kept.get("embeddings", "")),
    )


def _contribution(one: Contribution) -> dict[str, object]:
    kept: dict[str, object] = {
        "channel": one.channel, "share": one.share, "effect": one.effect, "value": one.value, "usual": one.usual, "unit": one.unit
    }  # fmt: skip
    if one.moment is not None:
        kept["moment"] = [one.moment.kind.value, one.moment.start, one.moment.end]
    return kept


def _contribution_from(kept: Mapping[str, Any]) -> Contribution:
    """Records of earlier versions say neither what it read nor when it counted."""
    moment = kept.get("moment")
    return Contribution(
        kept["channel"],
        kept["share"],
        kept["effect"],
        kept.get("value"),
        kept.get("usual"),
        kept.get("unit", ""),
        None if moment is None or moment[0] not in set(MomentKind) else Moment(MomentKind(moment[0]), moment[1], moment[2]),
    )


def _embeddings_text(finding: Finding) -> str:
    """Rows of float16, little endian, in base64, joined by full stops; empty where there are none."""
    rows = () if finding.embeddings is None else finding.embeddings
    return ".".join(base64.b64encode(row.astype("<f2").tobytes()).decode("ascii") for row in rows)


def _embeddings_from(text: str) -> FloatArray | None:
    if not text:
        return None
    rows = np.stack([np.frombuffer(base64.b64decode(row), "<f2") for row in text.split(".")]).astype(np.float32)
    rows.setflags(write=False)
    return rows


def contributions_json(contributions: Sequence[Contribution]) -> str:
    """The strongest :data:`MOST_CONTRIBUTIONS` as ``[[channel, share, effect], …]``, without what is too small to be seen."""
    seen = [c for c in contributions[:MOST_CONTRIBUTIONS] if c.share >= LEAST_SHARE]
    return json.dumps([[c.channel, round(c.share, 3), round(c.effect, 4)] for c in seen], ensure_ascii=False, separators=(",", ":"))


def contributions_from_json(text: str) -> tuple[Contribution, ...]:
    """What :func:`contributions_json` wrote."""
    return tuple(Contribution(str(channel), float(share), float(effect)) for channel, share, effect in json.loads(text))


def regions_json(finding: Finding) -> str:
    """Regions as ``inspect`` writes them: label, score, x, y, w, h in pixels of the input."""
    return json.dumps([_region(region) for region in finding.regions], ensure_ascii=False)


def reason_json(reason: Reason) -> str:
    """A reason with its particulars."""
    return json.dumps({"code": reason.code.value, "particulars": dict(reason.particulars)}, ensure_ascii=False)


def reason_from_json(text: str) -> Reason | None:
    """A reason as it was kept; None where there was none, or where this program does not know it any more."""
    if not text:
        return None
    kept = json.loads(text)
    if kept["code"] not in set(ReasonCode):
        return None
    return Reason.of(ReasonCode(kept["code"]), **kept["particulars"])


def _region(region: Region) -> dict[str, object]:
    return {
        "label": region.label,
        "score": round(region.score, 6),
        "x": region.x,
        "y": region.y,
        "w": region.width,
        "h": region.height,
    }


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _number(value: float) -> float | None:
    return None if value != value else float(value)
