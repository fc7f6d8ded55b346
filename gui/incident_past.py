"""This file decides what is read of an incident off the GUI thread: its seconds, which traces tell most, what was said the last times."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from gui.incident_evidence import Films, films_of
from gui.jobs import Jobs
from gui.language import BothLanguages, pick
from gui.time_text import day_text
from gui.words import answer_word
from station.config import AlarmConfig, LimitCondition, Sensor, StationFile, Text, VerdictCondition
from station.frames import AlarmId, IncidentId, SourceId
from station.incidents.evidence import AFTER_S, Evidence, Moment
from station.port import LinePort
from station.view import RISK_PREFIX, AlarmKind, AlarmRecord, AlarmView, Trace

_log = logging.getLogger(__name__)

_MOST_TRACES = 3
_MOST_TIMES = 3
_LEAST_SHARE = 0.01
_READ_AFTER_S = (0.0, 1.5, AFTER_S + 2.5, AFTER_S + 10.0)
"""So long after a warning was raised its past is read: at once, and when its last second is on disk."""
RiskTitles = dict[tuple[str, str], BothLanguages]
"""Title of each target, by (pack, target)."""
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
class MomentPast:
    """The seconds around one raise, decoded.

    Attributes:
        moment: What was kept.
        films: The pictures of each camera.
        traces: Which trace it is, with its values; the most telling first.
    """

    moment: Moment
    films: Films
    traces: tuple[tuple[TraceOf, Trace], ...]


@dataclass(frozen=True, slots=True, eq=False)
class IncidentPast:
    """What was read of one incident.

    Attributes:
        evidence: Everything kept of it; None where there is no incident, or the records cannot be read.
        moments: Its seconds, oldest first.
        times: The last answered warnings of the same definition before this one, newest first.
    """

    evidence: Evidence | None
    moments: tuple[MomentPast, ...]
    times: tuple[AlarmRecord, ...]

    @property
    def missing(self) -> str:
        """Why there are no (or not all) pictures, in English; empty where everything is there."""
        return "" if self.evidence is None else self.evidence.missing

    def moment_of(self, alarm_id: str) -> MomentPast | None:
        """The seconds in which a warning was raised: its own newest, else the newest of its incident until then, else the first."""
        own = [one for one in self.moments if one.moment.alarm_id == alarm_id]
        if own or not self.moments or self.evidence is None:
            return own[-1] if own else None
        raised = next((alarm.raised_utc for alarm in self.evidence.record.alarms if alarm.alarm_id == alarm_id), None)
        before = [one for one in self.moments if raised is not None and one.moment.utc <= raised]
        return before[-1] if before else self.moments[0]


NO_PAST = IncidentPast(None, (), ())


def traces_of(alarm: AlarmView, station: StationFile, risk_titles: RiskTitles) -> tuple[TraceOf, ...]:
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


def load_past(port: LinePort, alarm: AlarmView, risk_titles: RiskTitles) -> IncidentPast:
    """Read what belongs to *alarm* and its incident; touches the disk, so from a worker thread.

    Raises:
        RecordsError: The records cannot be read.
    """
    times = _last_times(port, alarm.definition, alarm.alarm_id, alarm.raised_utc)
    if not alarm.incident_id:
        return IncidentPast(None, (), times)
    evidence = port.incidents.evidence(alarm.incident_id)
    return IncidentPast(evidence, moments_of(evidence, port.station, risk_titles, alarm), times)


def load_incident(port: LinePort, incident_id: IncidentId, risk_titles: RiskTitles) -> IncidentPast:
    """Read a whole incident, open or closed; from a worker thread.

    Raises:
        RecordsError: There is no such incident, or the records cannot be read.
    """
    evidence = port.incidents.evidence(incident_id)
    return IncidentPast(evidence, moments_of(evidence, port.station, risk_titles, None), ())


def moments_of(evidence: Evidence, station: StationFile, risk_titles: RiskTitles, first: AlarmView | None) -> tuple[MomentPast, ...]:
    """The seconds of *evidence* decoded. The traces of the machine's warnings come first, those of *first* before others, then the rest."""
    sensors = {sensor.id for sensor in station.sensors}
    alarms = [alarm for alarm in (first, *evidence.record.alarms) if alarm is not None]
    alarms.sort(key=lambda alarm: alarm.source_id not in sensors)  # what drives a machine's risk tells more than its first channels
    telling = [one for alarm in alarms for one in traces_of(alarm, station, risk_titles)]
    found = []
    for moment in evidence.moments:
        there = {(one.source_id, one.channel): one.trace for one in moment.traces}
        rest = [_named(one.source_id, one.channel, station, risk_titles) for one in moment.traces]
        wanted = dict.fromkeys(one for one in (*telling, *rest) if (one.source_id, one.channel) in there)
        by_place: dict[tuple[str, str], TraceOf] = {}
        for one in wanted:
            by_place.setdefault((one.source_id, one.channel), one)
        traces = tuple((one, there[one.source_id, one.channel]) for one in by_place.values())
        seen = tuple((one, trace) for one, trace in traces if np.isfinite(trace.value).sum() > 0)
        found.append(MomentPast(moment, films_of(moment), seen))
    return tuple(found)


def _named(source_id: SourceId, channel: str, station: StationFile, risk_titles: RiskTitles) -> TraceOf:
    sensor = next((one for one in station.sensors if one.id == source_id), None)
    if channel.startswith(RISK_PREFIX):
        target = channel.removeprefix(RISK_PREFIX)
        model = "" if sensor is None else sensor.model or ""
        return TraceOf(source_id, channel, risk_titles.get((model, target)) or Text(en=target, zh=target))
    config = None if sensor is None else next((one for one in sensor.channels if one.id == channel), None)
    return TraceOf(source_id, channel, Text(en=channel, zh=channel) if config is None else config.name)


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
        risk_titles: RiskTitles,
        done: Callable[[IncidentPast], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._port, self._jobs, self._risk_titles, self._done = port, jobs, risk_titles, done
        self._of = ""
        self._rang: tuple[object, ...] = ()
        self._since = datetime.now(UTC)
        self._reads = 0
        self._job: int | None = None

    def show(self, alarm: AlarmView, now: datetime, rang: tuple[object, ...] = ()) -> bool:
        """Read what is due of *alarm*; True when it is another one than before.

        Args:
            alarm: The warning.
            now: Now, aware.
            rang: Changes whenever a warning of the same incident rings: then there are more seconds to be read.
        """
        wanted = f"{alarm.alarm_id} {alarm.image_path}"
        another = wanted != self._of
        if another:
            self._of, self._rang, self._since, self._reads = wanted, rang, alarm.raised_utc, 0
            if self._job is not None:
                self._jobs.cancel(self._job)
                self._job = None
            self._done(NO_PAST)
        elif rang != self._rang:
            self._rang, self._since, self._reads = rang, now, 0
        age_s = (now - self._since).total_seconds()
        due = sum(age_s >= after_s for after_s in _READ_AFTER_S)
        if self._job is None and self._reads < due:
            self._reads = due
            work = partial(load_past, self._port, alarm, self._risk_titles)
            self._job = self._jobs.run(self, work, self._on_read, self._on_failed)
        return another

    def _on_read(self, past: IncidentPast) -> None:
        self._job = None
        self._done(past)

    def _on_failed(self, sentence: str) -> None:
        """The warning itself is what counts, and failing records are a warning of their own."""
        self._job = None
        _log.warning("what happened around %s cannot be read: %s", self._of, sentence)
