"""This file decides how a station's parts are wired, started and stopped: the line itself, behind one door."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from inference.contract import PackContract
from inference.errors import RecordsError
from inference.findings import ImageU8
from inference.reasons import Reason, ReasonCode
from station.alarm_desk import AlarmDesk
from station.camera_side import CameraSide
from station.clock import Clock, SystemClock, count_down
from station.config import StationFile
from station.events import StationEvent, StationEventKind
from station.experience.desk import ExperienceDesk
from station.frames import AlarmId, PersonId, SourceId
from station.growth_view import AREA_PREFIX
from station.health import DeviceStatus, worst
from station.horn_desk import HornDesk
from station.image_judging import ImageJudge
from station.incidents.incident_desk import IncidentDesk
from station.line_state import StationWatch, line_state
from station.live_tests import LiveTests
from station.load.desk import LoadDesk
from station.log_book import LogBook
from station.model_shelf import ModelShelf
from station.past import Drivers
from station.paths import DataFolder, default_data_dir, models_dir, resources_dir
from station.people import Standing, authenticate, standing_of
from station.records.store import Records
from station.run_summary import run_summary
from station.sensor_judging import SensorJudge
from station.sensor_side import SensorSide
from station.shift_counts import ShiftCounts
from station.source_times import own_time_ids
from station.sources.camera_kinds import Picture
from station.sources.camera_reader import CameraReader
from station.sources.read_loop import Opener
from station.sources.sensor_reader import SensorReader
from station.station_file import load_station
from station.supervisor import Supervisor
from station.view import (
    AlarmRecord,
    CameraView,
    Counts,
    Feedback,
    ImageQuery,
    ImageRecord,
    LineSnapshot,
    LineState,
    LiveTest,
    Outcome,
    PeriodReport,
    ReviewLoad,
    SensorView,
    Trace,
)
from station.warning_desk import WarningDesk

_log = logging.getLogger(__name__)
_STOP_DEADLINE_S = 5.0
_COUNTS_EVERY_S = 10.0
_STATION_EVERY_S = 2.0
_RETENTION_EVERY_S = 3600.0
_REPORT_PATIENCE_S = 2.0
_GONE = frozenset({ReasonCode.SOURCE_GONE, ReasonCode.STALE})
_NOBODY = Outcome(ok=False, sentence=Standing.NOBODY.value)


class Line:
    """A station that runs: sources, judges, alarms, records. Implements :class:`station.port.LinePort`.

    Args:
        station: The station file.
        base_dir: Folder that its relative paths start from.
        data: Where records go.
        clock: Source of time.
        camera_openers: How to open a camera otherwise than its kind does, by id (a tapped cable in a test, a bench's camera).
        station_path: Where the station file lies, for Setup to say.
        on_stopped: Called once at the very end of :meth:`stop`.

    Raises:
        RecordsError: The data folder cannot be used.
    """

    def __init__(
        self,
        station: StationFile,
        base_dir: Path,
        data: DataFolder,
        clock: Clock | None = None,
        *,
        camera_openers: Mapping[str, Opener[Picture]] | None = None,
        station_path: Path | None = None,
        on_stopped: Callable[[], None] | None = None,
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self._station = station
        self._station_path = station_path
        self._data = data
        self._started_utc = self.clock.utc()
        self._started_s = self.clock.monotonic_s()
        self._stopped_s: float | None = None
        self._person: PersonId | None = None
        self._on_stopped = on_stopped
        self._stop_lock = threading.Lock()
        self._closed = False
        self._records = Records.open(data, self.clock, station.records)
        self._shelf = ModelShelf((data.packs, models_dir()), self._note_provider)
        camera_ids = [SourceId(camera.id) for camera in station.cameras]
        self._incidents = IncidentDesk(station, data, self._records, self.clock)
        own_ids = own_time_ids(station)
        self._load = LoadDesk(station, station_path, self._records, self.clock, lambda: self._person)
        book, tapes = self._incidents.book, self._load.tapes
        self._alarms = AlarmDesk(station.alarms, camera_ids, self._records, self.clock, own_time_ids=own_ids, tapes=tapes, incidents=book)
        self._load.connect(self._alarms)
        self._warnings = WarningDesk(self._alarms, station.people, lambda: self._person)
        packs = self._shelf.contracts
        self._experience = ExperienceDesk(station, self._records, self._alarms, data, packs, lambda: self._person, self.clock)
        openers = camera_openers or {}
        self._cameras = CameraSide(station, base_dir, openers, self._shelf, self._alarms, self._records, self.clock, self._incidents)
        interval_s = station.records.trend_interval_s
        self._sensors = SensorSide(
            station.sensors, station.alarms, base_dir, interval_s, self._shelf, self._alarms, self._records, self.clock
        )
        self._incidents.connect(self._cameras.feeds, self._sensors.recent_traces)
        frames = self._cameras.desk
        self._counts = ShiftCounts(
            station.station.shifts, self._records, frames.parts, frames.labels, lambda: self._alarms.rung, self.clock
        )
        self._horn = HornDesk(station.horn, self._alarms.views, self._alarms.flood, self._records.keep_event, self.clock)
        self._supervisor = Supervisor(
            self._doubts,
            self._alarms.on_doubt,
            (
                (0.0, self._horn.look),
                (0.0, lambda: frames.keep_pictures(self._alarms.tick())),
                (0.0, self._incidents.look),
                (_STATION_EVERY_S, lambda: frames.keep_behind(self._cameras.growth.end_steps())),
                (0.0, self._counts.look_at_clock),
                (_STATION_EVERY_S, self._look_at_station),
                (_COUNTS_EVERY_S, self._counts.keep),
                (_RETENTION_EVERY_S, self._let_old_records_go),
            ),
            self.clock,
        )
        self._watch = StationWatch(self._records, self._alarms, self._judges())
        self._tests = LiveTests(
            self._cameras.views, self._sensors.views, self._sensors.channel_ids, self._cameras.latest_image, self._shelf
        )

    # ----------------------------------------------------------------- running

    def start(self) -> None:
        """Start everything; returns at once."""
        self._alarms.restore()
        self._incidents.start()
        self._cameras.growth.restore()
        self._records.keep_event(StationEvent(StationEventKind.STARTED, self.clock.utc()))
        for judge in self._judges():
            judge.start()
        for reader in self._readers():
            reader.start()
        self._supervisor.start()

    def stop(self) -> None:
        """Stop everything in order: sources, channels, judges, alarms, records.

        May be called twice, from any thread: whoever comes while it stops waits until it has, so that nobody ends the
        process while records are being closed.
        """
        with self._stop_lock:
            if not self._closed:
                self._stop()
                self._closed = True

    def _stop(self) -> None:
        self._stopped_s = self.clock.monotonic_s()
        late: list[str] = []
        for reader in self._readers():
            reader.request_stop()
        for feed in self._cameras.feeds:
            feed.close()
        for judge in self._sensors.judges:
            judge.close()
        left_s = count_down(self.clock, _STOP_DEADLINE_S)
        late += [f"reader of {reader.source_id}" for reader in self._readers() if not reader.stop(left_s())]
        left_s = count_down(self.clock, _STOP_DEADLINE_S)
        late += [judge.name for judge in self._judges() if not judge.stop(left_s())]
        if not self._supervisor.stop(_STOP_DEADLINE_S):
            late.append("supervisor")
        self._counts.keep()
        self._cameras.stop()
        self._incidents.stop(_STOP_DEADLINE_S)
        self._alarms.stop()
        self._load.stop()
        self._records.keep_event(StationEvent(StationEventKind.STOPPED, self.clock.utc(), detail=", ".join(late)))
        unwritten = self._records.stop(2 * _STOP_DEADLINE_S)
        if unwritten:
            _log.error("%s records could not be written before the stop", unwritten)
        if late:
            _log.warning("Still running after %s s: %s", _STOP_DEADLINE_S, ", ".join(late))
        if self._on_stopped is not None:
            self._on_stopped()

    @property
    def finished(self) -> bool:
        """Every replay was read and judged to its end; never true for a station with a live source, or with none."""
        readers = self._readers()
        are_read = bool(readers) and all(reader.health().exhausted for reader in readers)
        return are_read and all(judge.idle for judge in self._judges())

    @property
    def live_sources(self) -> tuple[SourceId, ...]:
        """Sources that never end."""
        return tuple(reader.source_id for reader in self._readers() if reader.is_real_time)

    @property
    def unreadable_replays(self) -> tuple[str, ...]:
        """Replays of which nothing could be read so far, each with the reason."""
        told = ((reader, reader.health()) for reader in self._readers() if not reader.is_real_time)
        return tuple(
            f"{reader.source_id}: {health.detail}"
            for reader, health in told
            if health.status is DeviceStatus.FAILURE and health.received == 0
        )

    def summary(self) -> dict[str, object]:
        """Figures of this run, in the shape of ``run --headless --json``."""
        until_s = self._stopped_s if self._stopped_s is not None else self.clock.monotonic_s()
        summary = run_summary(self._cameras, self._sensors, self._alarms.raised, self._incidents.book.of_this_run)
        kept = {"records": self._records.writer_state().written, "data": str(self._data.root)}
        return {"seconds": round(until_s - self._started_s, 3), **summary, **kept}

    # ------------------------------------------------------------------ seeing

    @property
    def station(self) -> StationFile:
        """The station file in force."""
        return self._load.station

    @property
    def station_path(self) -> Path | None:
        """Where the station file lies; None for a line that was made without one."""
        return self._station_path

    @property
    def packs(self) -> tuple[PackContract, ...]:
        """The packs that are there."""
        return self._shelf.contracts()

    @property
    def warnings(self) -> WarningDesk:
        """Putting warnings aside, taking them out of service."""
        return self._warnings

    @property
    def incidents(self) -> IncidentDesk:
        """Incidents, open and closed."""
        return self._incidents

    @property
    def load(self) -> LoadDesk:
        """The load of warnings, and what other settings would make of it."""
        return self._load

    @property
    def experience(self) -> ExperienceDesk:
        """Confirmed false alarms, and what fixed it last time."""
        return self._experience

    def snapshot(self) -> LineSnapshot:
        """The newest state; cheap, from any thread."""
        cameras, sensors = self._cameras.views(), self._sensors.views()
        state, reason = LineState.STOPPED, "The line was stopped"
        if self._stopped_s is None:
            state, reason = line_state(cameras, sensors, finished=self.finished)
        shift = self._counts.shift
        tally, alarms = self._counts.tally, self._alarms.views()
        return LineSnapshot(
            state=state,
            reason=reason,
            started_utc=self._started_utc,
            shift=shift.name,
            shift_elapsed_s=(self.clock.utc() - shift.began_utc).total_seconds(),
            cameras=cameras,
            sensors=sensors,
            alarms=alarms,
            incidents=self._alarms.incident_views(alarms),
            holds=self._alarms.holds(),
            flood=self._alarms.flood(),
            counts=Counts(
                inspected=tally.inspected,
                defects=tally.defects,
                no_verdict=tally.no_verdict,
                false_alarms=self._counts.false_alarms,
                warnings_per_10_min=self._counts.warnings_per_10_min,
            ),
            disk=self._records.disk_state(),
            camera_status=worst(view.health.status for view in cameras),
            sensor_status=worst(view.health.status for view in sensors),
            simulated=any(view.simulated for view in cameras) or any(view.simulated for view in sensors),
            person_id=self._person,
            horn=self._horn.view,
            provider_notes=self._shelf.notes,
            changed=self._alarms.changed + self._cameras.received + self._sensors.received,
        )

    def latest_image(self, camera: SourceId) -> tuple[int, ImageU8] | None:
        """Newest received picture with its sequence number."""
        return self._cameras.latest_image(camera)

    def recent_trace(self, sensor: SourceId, channel: str, seconds: float) -> Trace:
        """The last *seconds* of a channel from memory, or of a risk (``risk:TARGET``)."""
        return (self._cameras.growth if channel.startswith(AREA_PREFIX) else self._sensors).recent_trace(sensor, channel, seconds)

    # ---------------------------------------------------------------- commands

    def sign_in(self, person: PersonId, pin: str) -> Outcome:
        """Check the PIN and make *person* the one at the station."""
        who = authenticate(self._station.people, person, pin)
        if who is None:
            self._records.keep_event(StationEvent(StationEventKind.SIGN_IN_REFUSED, self.clock.utc(), person_id=person))
            return Outcome(ok=False, sentence="This is not the PIN of that person. Try again.")
        self._person = person
        self._records.keep_event(StationEvent(StationEventKind.SIGNED_IN, self.clock.utc(), person_id=person))
        return Outcome(ok=True)

    def sign_out(self) -> None:
        """Nobody is at the station."""
        if self._person is not None:
            self._records.keep_event(StationEvent(StationEventKind.SIGNED_OUT, self.clock.utc(), person_id=self._person))
        self._person = None

    def acknowledge(self, alarm: AlarmId, note: str = "") -> Outcome:
        """Acknowledge as the signed-in person."""
        return self._alarms.acknowledge(alarm, self._person, note) if self._person is not None else _NOBODY

    def reset(self, alarm: AlarmId) -> Outcome:
        """Reset a latched warning as the signed-in person."""
        return self._alarms.reset(alarm, self._person) if self._person is not None else _NOBODY

    def silence(self) -> None:
        """Silence the horn."""
        self._horn.silence(self._person)

    def give_feedback(self, feedback: Feedback) -> Outcome:
        """Keep *feedback*, as the signed-in person."""
        standing = standing_of(self._station.people, self._person, feedback.person_id)
        if standing is not Standing.GRANTED:
            return Outcome(ok=False, sentence=standing.value)
        outcome = self._cameras.growth.answer(feedback)
        if feedback.alarm_id is not None:
            self._counts.look_at_answers()
        return outcome

    def undo_image_feedback(self, image_id: int) -> Outcome:
        """Take the newest answer on an image back."""
        return self._alarms.take_back(image_id, self._person) if self._person is not None else _NOBODY

    # ----------------------------------------------------------------- records

    def history_trace(self, sensor: SourceId, channel: str, since_utc: datetime, until_utc: datetime, points: int) -> Trace:
        """A channel from the records."""
        return self._records.history_trace(sensor, channel, since_utc, until_utc, points)

    def drivers_at(self, sensor: SourceId, target: str, utc: datetime) -> Drivers | None:
        """Which channels drove a target's score at *utc*, from the records."""
        return self._sensors.drivers_at(sensor, target, utc)

    def images(self, query: ImageQuery) -> Sequence[ImageRecord]:
        """Recorded images, newest first."""
        return self._records.images(query)

    def review_load(self) -> ReviewLoad:
        """How many images wait."""
        return self._records.review_load()

    def alarm_history(self, since_utc: datetime, until_utc: datetime) -> Sequence[AlarmRecord]:
        """Alarms raised in a period."""
        return self._records.alarm_history(since_utc, until_utc)

    def report(self, since_utc: datetime, until_utc: datetime) -> PeriodReport:
        """Figures of a period, with what was counted until this moment."""
        self._counts.keep()
        try:
            self._records.flush(_REPORT_PATIENCE_S)
        except RecordsError as error:  # the alarm about the records tells it; what is on disk can be shown
            _log.warning("the newest counts are not in the report: %s", error)
        return self._records.report(since_utc, until_utc)

    def test_source(self, source: SourceId) -> LiveTest:
        """Take one frame or row now, or say why not."""
        return self._tests.of_source(source)

    def test_model(self, pack: str) -> LiveTest:
        """Run the pack's golden set."""
        return self._tests.of_model(pack)

    # ------------------------------------------------------------------ inside

    def _judges(self) -> tuple[ImageJudge | SensorJudge, ...]:
        return (*self._cameras.judges, *self._sensors.judges)

    def _readers(self) -> tuple[CameraReader | SensorReader, ...]:
        return (*self._cameras.readers, *self._sensors.readers)

    def _doubts(self) -> Mapping[SourceId, Reason | None]:
        """Why each source is gone or stale; what the model says of its input reaches the alarms with the findings."""
        views: tuple[CameraView | SensorView, ...] = (*self._cameras.views(), *self._sensors.views())
        return {view.source_id: view.reason if view.reason is not None and view.reason.code in _GONE else None for view in views}

    def _look_at_station(self) -> None:
        self._watch.look(self._cameras.views(), self._sensors.views())
        self._shelf.tell_notes()

    def _let_old_records_go(self) -> None:
        """Retention takes seconds and reads the disk, so it has a thread of its own while it lasts."""
        threading.Thread(target=self._records.apply_retention, name="retention", daemon=True).start()

    def _note_provider(self, note: str) -> None:
        self._records.keep_event(StationEvent(StationEventKind.PROVIDER_CHANGED, self.clock.utc(), detail=note))


def open_line(station_path: Path | None, data_dir: Path | None, clock: Clock | None = None) -> Line:
    """Wire the line of a station file (None: the demo line), not started yet.

    Raises:
        ConfigError: The station file has mistakes.
        RecordsError: The data folder cannot be used.
    """
    path = station_path or resources_dir() / "stations" / "demo.toml"
    data = DataFolder(data_dir or default_data_dir())
    # A pack that is missing is no mistake of the file: the line runs and says NO VERDICT with the reason.
    station = load_station(path)
    data.create()
    log_book = LogBook(data.logs)
    try:
        return Line(station, path.resolve().parent, data, clock, station_path=path.resolve(), on_stopped=log_book.close)
    except BaseException:
        log_book.close()
        raise
