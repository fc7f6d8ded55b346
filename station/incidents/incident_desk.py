"""This file decides how incidents are wired: the book that joins warnings, the ring of pictures, what is kept and what is read back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from inference.errors import RecordsError
from station.camera_feed import CameraFeed
from station.clock import Clock
from station.config import StationFile
from station.events import AlarmEvent, SystemFault
from station.frames import AlarmId, IncidentId, JudgedFrame, SourceId
from station.incident_view import IncidentStep, StepKind
from station.incidents.book import IncidentBook
from station.incidents.evidence import ChannelTrace, Evidence, IncidentRecord, Moment
from station.incidents.evidence_files import folder_name, read_moments
from station.incidents.evidence_writer import EvidenceWriter
from station.incidents.frame_ring import FrameRing
from station.incidents.joining import How
from station.incidents.moments import Moments
from station.paths import DataFolder
from station.records import incident_queries, incident_rows
from station.records.incident_queries import FullPicture, IncidentRow
from station.records.retention import ALARM_AGE_FACTOR
from station.records.store import Records
from station.trace_ring import thin
from station.view import AlarmView, Trace

_log = logging.getLogger(__name__)
_LET_GO_EVERY_S = 3600.0
_POINTS = 240
_MOST_TOLD = 200
_PATIENCE_S = 3.0
"""So long somebody who asks for an incident waits until it is in the records."""
NOT_KEPT = "No pictures were kept of this incident"
PARTLY_UNREADABLE = "Some of what was kept of this incident cannot be read"
BEING_KEPT = "The pictures are being kept"


class IncidentDesk:
    """Incidents of a line. Implements :class:`station.incident_port.IncidentPort`.

    ``take`` and ``take_exactly`` run in the judges' threads, ``look`` in the supervisor's; the rest may be called from any.

    Args:
        station: The station file.
        data: Where the folders of incidents go.
        records: Where incidents are kept.
        clock: Source of time.
    """

    def __init__(self, station: StationFile, data: DataFolder, records: Records, clock: Clock) -> None:
        self._station, self._data, self._records, self._clock = station, data, records, clock
        self.ring = FrameRing()
        self.book = IncidentBook(station.incidents.window_s, self._on_raised)
        self._traces: Callable[[SourceId, float], Mapping[str, Trace]] = lambda _source, _seconds: {}
        self._unjudged: Sequence[CameraFeed] = ()
        self._moments = Moments(self._sources_of, self.ring.between, self._traces_between)
        self._told: dict[IncidentId, tuple[str, str]] = {}
        """Folder of each incident, and why there are no (or not all) pictures, as the records were told."""
        self._writer = EvidenceWriter(data.incidents, self._full, self._on_written, self._on_let_go)
        self._opened_utc, self._opened_s = clock.utc(), clock.monotonic_s()
        self._let_go_due_s = self._opened_s

    def connect(self, feeds: Iterable[CameraFeed], traces: Callable[[SourceId, float], Mapping[str, Trace]]) -> None:
        """Say where pictures of cameras that are not judged come from, and the traces of a sensor link's last seconds."""
        self._unjudged = tuple(feed for feed in feeds if feed.camera.model is None)
        self._traces = traces

    def start(self) -> None:
        """Start keeping; after the alarms were restored."""
        for incident_id, folder in self._folders().items():
            self._moments.recall(incident_id, len(list((self._data.incidents / folder).glob("moment-*.json"))))
        self._writer.start()

    def stop(self, deadline_s: float) -> bool:
        """Keep what has come so far; True when all of it is on disk."""
        self.look(finish=True)
        return self._writer.stop(deadline_s)

    def take(self, judged: JudgedFrame) -> None:
        """Remember a judged frame for the strip."""
        self.ring.take(judged)

    def take_exactly(self, judged: JudgedFrame) -> None:
        """Remember the very frame that raised a warning."""
        self.ring.take_exactly(judged)

    def look(self, *, finish: bool = False) -> None:
        """Write what is due; call it several times a second. *finish*: the line stops, write everything as it is."""
        for feed in self._unjudged:
            frame = feed.newest()
            if frame is not None:
                self.ring.take_unjudged(frame)
        now_s = self._clock.monotonic_s()
        for due in self._moments.due(now_s, finish=finish):
            if due.moment.pictures or due.moment.traces:  # a trouble of the station itself has neither
                self._writer.write(due)
        if now_s >= self._let_go_due_s and not finish:
            self._let_go_due_s = now_s + _LET_GO_EVERY_S
            days = self._station.records.keep_days * ALARM_AGE_FACTOR
            most_bytes = self._station.incidents.keep_mib * 2**20
            self._writer.let_go(self._now_for_ages() - timedelta(days=min(days, 300_000)), most_bytes, self._folders().values())

    # ------------------------------------------------------------------ asking

    def evidence(self, incident_id: IncidentId) -> Evidence:
        """Everything kept of one incident; see :class:`station.incident_port.IncidentPort`."""
        row = self._row(incident_id)
        if row is None:  # it has just opened: what the journal holds is written first
            self._records.flush(_PATIENCE_S)
            row = self._row(incident_id)
        if row is None:
            raise RecordsError("There is no such incident", value=incident_id, do="It may belong to another data folder")
        record, full = self._records.ask(
            lambda connection: (
                self._record(row, incident_queries.alarms_of(connection, [incident_id], self._data.images).get(incident_id, [])),
                incident_queries.steps_of(connection, incident_id),
            )
        )
        steps = full if row.closed_utc is None or not record.alarms else (*full, _closing(row.closed_utc, record.alarms[0]))
        record = replace(record, steps=steps)
        pictures = self._records.ask(
            lambda connection: incident_queries.full_pictures(connection, [alarm.alarm_id for alarm in record.alarms], self._data.images)
        )
        read = read_moments(self._data.incidents / folder_name(incident_id, row.asset, row.opened_utc))
        moments = tuple(_with_full(moment, pictures) for moment in read.moments)
        return Evidence(record, moments, self._missing(row, moments, read.unreadable))

    def history(self, since_utc: datetime, until_utc: datetime) -> Sequence[IncidentRecord]:
        """Incidents opened in a period, newest first."""
        rows = self._records.ask(lambda connection: incident_queries.opened_between(connection, since_utc, until_utc))
        ids = [row.incident_id for row in rows]
        alarms = self._records.ask(lambda connection: incident_queries.alarms_of(connection, ids, self._data.images))
        return [self._record(row, alarms.get(row.incident_id, [])) for row in rows]

    def incident_of(self, alarm_id: AlarmId) -> IncidentId | None:
        """The incident of a warning, open or closed."""
        return self._records.ask(lambda connection: incident_queries.incident_of(connection, alarm_id))

    def _row(self, incident_id: IncidentId) -> IncidentRow | None:
        return self._records.ask(lambda connection: incident_queries.one_incident(connection, incident_id))

    def _record(self, row: IncidentRow, alarms: Sequence[AlarmView]) -> IncidentRecord:
        return IncidentRecord(row.incident_id, row.asset, row.cause, row.opened_utc, row.closed_utc, tuple(alarms), ())

    def _missing(self, row: IncidentRow, moments: Sequence[Moment], unreadable: int) -> str:
        why = self._told.get(row.incident_id, ("", ""))[1] or row.no_evidence
        if why:
            return why
        if unreadable:
            return PARTLY_UNREADABLE
        if moments:
            return ""
        age_s = (self._clock.utc() - row.opened_utc).total_seconds()
        return BEING_KEPT if 0 <= age_s < 3.0 else NOT_KEPT

    # ------------------------------------------------------------------ inside

    def _on_raised(self, event: AlarmEvent, how: How) -> None:
        del how
        self._moments.rang(event, self.book.opened_utc(event.incident_id) or event.utc)

    def _folders(self) -> dict[IncidentId, str]:
        """The folders of incidents that are open or may be opened again."""
        return {incident_id: folder_name(incident_id, asset, utc) for incident_id, asset, utc in self.book.current()}

    def _now_for_ages(self) -> datetime:
        """Now by which folders are too old: a clock that somebody set forward while the station runs makes nothing older."""
        elapsed = timedelta(seconds=self._clock.monotonic_s() - self._opened_s)
        return min(self._clock.utc(), self._opened_utc + elapsed)

    def _full(self) -> str:
        return self._records.faults().get(SystemFault.DISK_NEARLY_FULL, "")

    def _on_written(self, incident_id: IncidentId, folder: str, why: str) -> None:
        before = self._told.get(incident_id)
        told = (folder or (before or ("", ""))[0], why)
        if told == before:
            return
        self._told[incident_id] = told
        while len(self._told) > _MOST_TOLD:
            del self._told[next(iter(self._told))]
        folder = told[0]
        self._records.keep_row(incident_rows.keep_folder(incident_id, folder, why), "Where an incident's pictures lie")

    def _on_let_go(self, folder: str, why: str) -> None:
        self._records.keep_row(incident_rows.forget_folder(folder, why), "The end of an old incident's pictures")

    def _sources_of(self, asset: str) -> list[SourceId]:
        return [SourceId(one.id) for one in (*self._station.cameras, *self._station.sensors) if one.asset == asset]

    def _traces_between(self, sources: Iterable[SourceId], since_utc: datetime, until_utc: datetime) -> tuple[ChannelTrace, ...]:
        since_s, until_s = since_utc.timestamp(), until_utc.timestamp()
        seconds = max(0.0, self._clock.utc().timestamp() - since_s)
        found = [(source, channel, trace) for source in sources for channel, trace in self._traces(source, seconds).items()]
        cut = (ChannelTrace(source, channel, _until(trace, until_s)) for source, channel, trace in found)
        return tuple(one for one in cut if one.trace.utc_s.size)


def _closing(utc: datetime, alarm: AlarmView) -> IncidentStep:
    return IncidentStep(utc, StepKind.CLOSED, alarm.alarm_id, alarm.definition.title)


def _until(trace: Trace, until_s: float) -> Trace:
    inside = trace.utc_s <= until_s
    return thin(trace.utc_s[inside], trace.value[inside], _POINTS)


def _with_full(moment: Moment, kept: Mapping[tuple[SourceId, datetime], FullPicture]) -> Moment:
    pictures = tuple(
        replace(one, full=full.path, full_heat=full.heatmap) if (full := kept.get((one.source_id, one.utc))) is not None else one
        for one in moment.pictures
    )
    return replace(moment, pictures=pictures)
