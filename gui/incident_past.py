"""This file decides what belongs to the seconds around a warning, and what was said of it the last times; read off the GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QObject

from gui.jobs import Jobs
from gui.language import BothLanguages, pick
from gui.time_text import day_text
from gui.words import answer_word
from inference.findings import ImageU8
from station.config import AlarmConfig, LimitCondition, Sensor, StationFile, Text, VerdictCondition
from station.frames import AlarmId, SourceId
from station.picture_strip import STRIP_TIMES_S, strip_path
from station.port import LinePort
from station.view import AlarmKind, AlarmRecord, AlarmView, Trace

_log = logging.getLogger(__name__)

BEFORE_S, AFTER_S = -STRIP_TIMES_S[0], STRIP_TIMES_S[-1]
RISK_PREFIX = "risk:"
_MOST_TRACES = 3
_MOST_TIMES = 3
_LEAST_SHARE = 0.01
_POINTS = 120
_READ_AFTER_S = (0.0, AFTER_S + 2.5, AFTER_S + 10.0)
"""So long after a warning was raised its past is read: at once, and when its last second is on disk."""
_LOOK_BACK = (timedelta(days=7), timedelta(days=60), timedelta(days=400))
"""So far back it is looked for the last times, the next further only when fewer than three were found."""


@dataclass(frozen=True, slots=True)
class TraceOf:
    """Which trace belongs to a warning: a channel, or ``risk:TARGET``, with its name."""

    source_id: SourceId
    channel: str
    name: BothLanguages

    @property
    def is_risk(self) -> bool:
        """Whether it is a score, not a channel."""
        return self.channel.startswith(RISK_PREFIX)


@dataclass(frozen=True, slots=True, eq=False)
class IncidentPast:
    """What was read of one warning.

    Attributes:
        strip: The row of small pictures, uint8 H x W x 3 BGR; None where there is none (yet).
        traces: Name and values of each trace, from 10 s before to 5 s after; those without values are left out.
        times: The last answered warnings of the same definition before this one, newest first.
    """

    strip: ImageU8 | None
    traces: tuple[tuple[TraceOf, Trace], ...]
    times: tuple[AlarmRecord, ...]


NO_PAST = IncidentPast(None, (), ())


def traces_of(alarm: AlarmView, station: StationFile, risk_titles: dict[tuple[str, str], BothLanguages]) -> tuple[TraceOf, ...]:
    """Which traces tell most about *alarm*: its risk and the channels that drive it, or the limited one; of a camera its machine's.

    Args:
        alarm: The warning.
        station: The station file.
        risk_titles: Title of each target, by (pack, target).
    """
    if alarm.kind is AlarmKind.SYSTEM:
        return ()
    when = alarm.definition.when
    own = next((sensor for sensor in station.sensors if sensor.id == alarm.source_id), None)
    if own is None:
        beside = [sensor for sensor in station.sensors if sensor.asset == alarm.definition.asset] or list(station.sensors)
        return _channels(beside[0], _shown(beside[0])) if beside else ()
    found: tuple[TraceOf, ...] = ()
    first: list[str] = []
    if isinstance(when, LimitCondition):
        first = [when.channel]
    elif isinstance(when, VerdictCondition):
        target = when.target if when.target is not None else (alarm.finding.target if alarm.finding is not None else None)
        if target is not None:
            title = risk_titles.get((own.model or "", target)) or Text(en=target, zh=target)
            found = (TraceOf(SourceId(own.id), f"{RISK_PREFIX}{target}", title),)
        if alarm.finding is not None:
            first = [one.channel for one in alarm.finding.contributors if one.share >= _LEAST_SHARE]
    return (*found, *_channels(own, [*first, *(name for name in _shown(own) if name not in first)]))[:_MOST_TRACES]


def _shown(sensor: Sensor) -> list[str]:
    return [channel.id for channel in sensor.channels if channel.shown]


def _channels(sensor: Sensor, wanted: Iterable[str]) -> tuple[TraceOf, ...]:
    names = {channel.id: channel.name for channel in sensor.channels}
    return tuple(TraceOf(SourceId(sensor.id), one, names[one]) for one in wanted if one in names)[:_MOST_TRACES]


def load_past(port: LinePort, alarm: AlarmView, traces: tuple[TraceOf, ...]) -> IncidentPast:
    """Read what belongs to *alarm*; touches the disk, so from a worker thread.

    Raises:
        RecordsError: The records cannot be read.
    """
    since, until = alarm.raised_utc - timedelta(seconds=BEFORE_S), alarm.raised_utc + timedelta(seconds=AFTER_S)
    read = ((one, port.history_trace(one.source_id, one.channel, since, until, _POINTS)) for one in traces)
    return IncidentPast(
        _read_strip(alarm.image_path),
        tuple((one, trace) for one, trace in read if np.isfinite(trace.value).sum() > 1),
        _last_times(port, alarm.definition, alarm.alarm_id, alarm.raised_utc),
    )


def _read_strip(picture: Path | None) -> ImageU8 | None:
    """The row beside the kept picture; a row that is missing or damaged is none."""
    if picture is None:
        return None
    try:
        # Not cv2.imread: it cannot open paths outside of the ANSI code page on Windows.
        row = cv2.imdecode(np.fromfile(strip_path(picture), dtype=np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        return None
    return None if row is None else np.ascontiguousarray(row, dtype=np.uint8)


def _last_times(port: LinePort, definition: AlarmConfig, alarm_id: AlarmId, before: datetime) -> tuple[AlarmRecord, ...]:
    found: list[AlarmRecord] = []
    for span in _LOOK_BACK:
        found = [
            one
            for one in port.alarm_history(before - span, before)
            if one.definition_id == definition.id and one.alarm_id != alarm_id and one.feedback is not None
        ]
        if len(found) >= _MOST_TIMES:
            break
    return tuple(found[:_MOST_TIMES])


def last_time_text(record: AlarmRecord, definition: AlarmConfig) -> str:
    """One line of what was said: when, the answer, cause and action in the reader's language, the note."""
    said = record.feedback
    if said is None:
        return ""
    choices = {one.id: one.text for one in (*definition.causes, *definition.actions)}
    parts = [answer_word(said.answer), *(pick(choices[one]) for one in (said.cause_id, said.action_id) if one in choices), said.note]
    return f"{day_text(record.raised_utc)}  " + " · ".join(part for part in parts if part)


class PastReader(QObject):
    """Reads the past of the chosen warning off the GUI thread: at once, and again when its last second is on disk.

    Args:
        port: The line.
        jobs: Runs the reading.
        risk_titles: Title of each target, by (pack, target).
        done: Called in the GUI thread with what was read; with :data:`NO_PAST` as soon as another warning is chosen.
        parent: Qt parent.
    """

    def __init__(
        self,
        port: LinePort,
        jobs: Jobs,
        risk_titles: dict[tuple[str, str], BothLanguages],
        done: Callable[[IncidentPast], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._port, self._jobs, self._risk_titles, self._done = port, jobs, risk_titles, done
        self._of = ""
        self._reads = 0
        self._job: int | None = None

    def show(self, alarm: AlarmView, now: datetime) -> bool:
        """Read what is due of *alarm*; True when it is another one than before."""
        wanted = f"{alarm.alarm_id} {alarm.image_path}"
        another = wanted != self._of
        if another:
            self._of, self._reads = wanted, 0
            if self._job is not None:
                self._jobs.cancel(self._job)
                self._job = None
            self._done(NO_PAST)
        age_s = (now - alarm.raised_utc).total_seconds()
        due = sum(age_s >= after_s for after_s in _READ_AFTER_S)
        if self._job is None and self._reads < due:
            self._reads = due
            work = partial(load_past, self._port, alarm, traces_of(alarm, self._port.station, self._risk_titles))
            self._job = self._jobs.run(self, work, self._on_read, self._on_failed)
        return another

    def _on_read(self, past: IncidentPast) -> None:
        self._job = None
        self._done(past)

    def _on_failed(self, sentence: str) -> None:
        """The warning itself is what counts, and failing records are a warning of their own."""
        self._job = None
        _log.warning("what happened around %s cannot be read: %s", self._of, sentence)
