"""This file decides how the load of warnings is measured: a month with 100,000 events, its figures, and replays of it."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, func, insert, select

from station.clock import SystemClock
from station.config import AlarmConfig, RecordsConfig, StationFile
from station.events import RINGING, AlarmEventKind
from station.frames import DefinitionId
from station.load.desk import LoadDesk
from station.load.score_tape import PIECE_S, encode
from station.load.settings import settings_of
from station.load.value_tape import PIECE_S as VALUE_PIECE_S
from station.load.value_tape import encode_values
from station.records import schema
from station.records.schema import to_us
from station.records.store import Records
from tests.bench.figures import Figure

_DAYS = 30
_OCCURRENCES = 25_000
"""Each is raised, acknowledged, comes again once in two, returns and closes: four events on average."""
_DEFINITIONS = 40
_FPS = 15
_ROUNDS = 5
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
_UNTIL = _SINCE + timedelta(days=_DAYS)


def measure_warning_load() -> list[Figure]:
    """Seconds for the figures of a month, for the first replay of it, and for each further one."""
    with tempfile.TemporaryDirectory() as folder:
        station = _station()
        records = Records.open(Path(folder), SystemClock(), RecordsConfig())
        try:
            records.keep_row(_fill, "A month")
            records.flush(600.0)
            events = int(records.ask(lambda c: c.execute(select(func.count()).select_from(schema.alarm_events)).scalar_one()))
            sizes = select(func.sum(func.length(schema.score_tapes.c.runs))).group_by(schema.score_tapes.c.series_id)
            sizes = sizes.order_by(schema.score_tapes.c.series_id)
            scores_mib, values_mib = (float(one) / 2**20 for one in records.ask(lambda c: c.execute(sizes).scalars().all()))
            desk = LoadDesk(station, None, records, SystemClock(), lambda: None)
            figures = _seconds(lambda: desk.load(_SINCE, _UNTIL))
            scores, trend = (_replays(desk, definition) for definition in station.alarms[:2])
        finally:
            records.stop()
    about = f"{_DAYS} days, {events:,} events, {_DEFINITIONS} definitions"
    return [
        Figure("warnings", "figures of the load", figures, "s", about),
        Figure("warnings", "first replay of scores", scores[0], "s", f"{_DAYS} days at {_FPS} frames/s, read from the records"),
        Figure("warnings", "further replays of scores", scores[1], "s", "the same, other settings"),
        Figure("warnings", "first replay of values", trend[0], "s", f"{_DAYS} days, a point per second, read from the records"),
        Figure("warnings", "further replays of values", trend[1], "s", "the same, other settings"),
        Figure("warnings", "tape of scores on disk", scores_mib / _DAYS, "MiB/day", f"one camera at {_FPS} frames/s, a part every 3 s"),
        Figure("warnings", "tape of values on disk", values_mib / _DAYS, "MiB/day", "one noisy channel with a limit, a point per second"),
    ]


def _replays(desk: LoadDesk, definition: AlarmConfig) -> tuple[float, float]:
    """Seconds of the first and (median) of the further replays of *definition*."""
    settings = settings_of(definition)

    def ask(delay_s: float) -> None:
        desk.what_if(DefinitionId(definition.id), replace(settings, on_delay_s=delay_s, off_delay_s=5.0), _SINCE, _UNTIL)

    begun_s = time.perf_counter()
    ask(0.0)
    first_s = time.perf_counter() - begun_s
    further = []
    for number in range(_ROUNDS):
        begun_s = time.perf_counter()
        ask(1.0 + number)
        further.append(time.perf_counter() - begun_s)
    return first_s, statistics.median(further)


def _seconds(work: Callable[[], object]) -> float:
    """Median of some rounds."""
    found = []
    for _ in range(_ROUNDS):
        begun_s = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun_s)
    return statistics.median(found)


def _station() -> StationFile:
    common = {
        "asset": "press",
        "title": "Warning",
        "cause": "Wear",
        "consequence": "Scrap",
        "action": "Check",
        "respond_within_s": 600,
        "priority": 3,
        "most_per_10_min": 1000,
    }
    whens: list[dict[str, object]] = [
        {"kind": "verdict", "source": "camera"},
        {"kind": "limit", "source": "rig", "channel": "p", "side": "high", "raise_at": 100.0, "clear_at": 98.0},
    ]
    whens += [{"kind": "no_verdict", "source": "camera"}] * (_DEFINITIONS - len(whens))
    return StationFile.model_validate(
        {
            "format": 1,
            "station": {"name": "Bench", "product": "Parts"},
            "cameras": [{"id": "camera", "name": "Camera", "asset": "press", "kind": "simulated", "model": "pack"}],
            "sensors": [{"id": "rig", "name": "Rig", "asset": "press", "kind": "simulated", "channels": [{"id": "p", "name": "p"}]}],
            "alarms": [{**common, "id": f"warning-{number}", "when": when} for number, when in enumerate(whens)],
        }
    )


def _fill(connection: Connection) -> None:
    """A month of warnings, scores and values, always the same."""
    rng = np.random.default_rng(1)
    _fill_journal(connection, rng)
    connection.execute(insert(schema.series), [{"source_id": "camera", "channel": "score:*"}, {"source_id": "rig", "channel": "value:p"}])
    _fill_tape(connection, rng)
    seconds = np.arange(_DAYS * 86_400)
    value = 96.0 + 5.0 * np.sin(seconds / 700.0) + rng.normal(0.0, 0.3, seconds.size)
    spread = np.abs(rng.normal(0.0, 0.4, seconds.size))
    points = np.stack([value, value - spread, value + spread], axis=1)
    each = int(VALUE_PIECE_S)
    rows = []
    for first in range(0, seconds.size, each):
        header, packed = encode_values(((seconds[first : first + each] - first) * 1000).tolist(), points[first : first + each].tolist())
        begin_us = to_us(_SINCE) + first * 1_000_000
        rows.append({"series_id": 2, "begin_us": begin_us, "end_us": begin_us + each * 1_000_000, "header_json": header, "runs": packed})
    connection.execute(insert(schema.score_tapes), rows)


def _fill_journal(connection: Connection, rng: np.random.Generator) -> None:
    json = {f"warning-{number}": definition.model_dump_json() for number, definition in enumerate(_station().alarms)}
    begin = np.sort(rng.uniform(0, _DAYS * 86_400 - 1000, _OCCURRENCES))
    which = np.minimum(rng.geometric(0.15, _OCCURRENCES) - 1, _DEFINITIONS - 1)
    alarms, events = [], []
    for number, (at_s, place) in enumerate(zip(begin.tolist(), which.tolist(), strict=True)):
        raised_us, alarm_id = to_us(_SINCE) + int(at_s * 1e6), f"{number:036d}"
        alarms.append(
            {
                "alarm_id": alarm_id,
                "definition_id": f"warning-{place}",
                "definition_json": json[f"warning-{place}"],
                "kind": "defect",
                "priority": 3,
                "source_id": "camera",
                "asset": "press",
                "state": "normal",
                "raised_us": raised_us,
                "returned_us": raised_us + 200_000_000,
                "acknowledged_us": raised_us + 30_000_000,
                "acknowledged_by": "wei",
                "closed_us": raised_us + 200_000_000,
                "finding_count": 3,
            }
        )
        steps = [(AlarmEventKind.RAISED, 0), (AlarmEventKind.ACKNOWLEDGED, 30)]
        steps += [(AlarmEventKind.RETURNED, 60), (AlarmEventKind.RAISED_AGAIN, 90)] if number % 2 else []
        steps.append((AlarmEventKind.RETURNED, 200))
        events += [
            {
                "alarm_id": alarm_id,
                "kind": kind.value,
                "state": "unacknowledged_active" if kind in RINGING else "normal",
                "utc_us": raised_us + seconds * 1_000_000,
                "finding_count": 3,
            }
            for kind, seconds in steps
        ]
    connection.execute(insert(schema.alarms), alarms)
    connection.execute(insert(schema.alarm_events), events)


def _fill_tape(connection: Connection, rng: np.random.Generator) -> None:
    """Parts of three seconds; one in twenty is bad, and its scores go up and down."""
    edges = tuple(step / 100 for step in range(101))
    frames = int(PIECE_S * _FPS)
    rows = []
    for piece in range(int(_DAYS * 86_400 / PIECE_S)):
        part = np.arange(frames) // (3 * _FPS)
        bad = rng.random(part[-1] + 1) < 0.05
        score = np.where(bad[part], rng.normal(0.9, 0.08, frames), rng.gamma(1.0, 0.002, frames))
        place = np.clip((np.clip(score, 0.0, 1.0) * 100).astype(np.int64), 0, 100)
        first = np.concatenate([[0], np.flatnonzero(np.diff(place)) + 1])
        last = np.append(first[1:], frames) - 1
        ms = (np.arange(frames) * 1000.0 / _FPS).astype(np.int64)
        zero = np.zeros(first.size, np.int64)
        runs = np.stack([ms[first], ms[last], zero, zero, last - first + 1, place[first], zero], axis=1)
        header, packed = encode(runs.tolist(), edges, ["pitting"], 0.5, None)
        begin_us = to_us(_SINCE) + round(piece * PIECE_S * 1e6)
        end_us = begin_us + round(PIECE_S * 1e6)
        rows.append({"series_id": 1, "begin_us": begin_us, "end_us": end_us, "header_json": header, "runs": packed})
    connection.execute(insert(schema.score_tapes), rows)
