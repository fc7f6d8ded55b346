"""This file decides what the rest of the house may keep and ask of the records: the one door to them."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from inference.errors import RecordsError
from inference.findings import Contribution, Finding
from station.clock import Clock
from station.config import RecordsConfig
from station.events import AlarmEvent, StationEvent, SystemFault
from station.frames import AlarmId, JudgedFrame, PersonId, SourceId
from station.keeping import WhyKept
from station.past import Drivers
from station.paths import DataFolder
from station.records import journal, queries, retention, schema
from station.records.database import Database, Durability, open_database
from station.records.disk import DiskSpace, DiskWatch, measure_disk
from station.records.folder_lock import FolderLock
from station.records.image_keeper import ImageKeeper
from station.records.queries import LeftOpen
from station.records.schema import from_us, to_us
from station.records.writer import DatabaseWriter, Job, Keep, WriterState
from station.view import RISK_PREFIX, AlarmRecord, DiskView, Feedback, ImageQuery, ImageRecord, PeriodReport, ReviewLoad, Trace

_log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

HEARTBEAT_S = 5.0
"""The records note so often that the station is alive."""
_ALIVE = "alive"
_STOPPED = "stopped"


class Records:
    """Everything the station remembers. Made by :meth:`open`; every method may be called from any thread.

    ``keep_…`` return at once and never raise; ``confirm`` and ``take_back`` return when it is on disk; queries read
    from the disk (call them from a worker thread) and raise RecordsError.
    """

    def __init__(
        self, folder: DataFolder, clock: Clock, config: RecordsConfig, database: Database, disk: DiskWatch, lock: FolderLock
    ) -> None:
        self._lock = lock
        self._folder = folder
        self._clock = clock
        self._opened_utc, self._opened_s = clock.utc(), clock.monotonic_s()
        self._config = config
        self._database = database
        self._disk = disk
        self._trends = journal.TrendWriter()
        self._before = LeftOpen(())
        self._heartbeat_due_s = -math.inf
        self._stop_lock = threading.Lock()
        self._upkeep_lock = threading.Lock()
        self._stopped = False
        self._unwritten = 0
        self._images = ImageKeeper(folder.images, disk, self._keep_image_row, clock.monotonic_s)
        self._writer = DatabaseWriter(database, on_idle=self._on_idle)

    @classmethod
    def open(
        cls,
        data_dir: DataFolder | Path,
        clock: Clock,
        config: RecordsConfig,
        *,
        measure: Callable[[Path], DiskSpace] = measure_disk,
    ) -> Records:
        """Open the records in *data_dir*, made where there are none, and start the threads.

        Args:
            data_dir: The data folder.
            clock: Source of time.
            config: What is kept and for how long.
            measure: Measures the disk.

        Raises:
            RecordsError: The folder cannot be written or is in use; the database is damaged, newer than this program, or no database.
        """
        folder = data_dir if isinstance(data_dir, DataFolder) else DataFolder(Path(data_dir))
        folder.create()
        lock = FolderLock(folder.root)
        try:
            database = open_database(folder.records_db)
        except RecordsError:
            lock.release()
            raise
        disk = DiskWatch(folder.root, config.nearly_full_mib, measure)
        disk.look()
        records = cls(folder, clock, config, database, disk, lock)
        try:
            records._before = records._read_before()
        except RecordsError:
            database.close()
            lock.release()
            raise
        if unreadable := records._before.unreadable:
            close = journal.close_unreadable(unreadable, clock.utc())
            records._writer.submit(Job(close, Keep.JOURNAL, Durability.FULL, "The end of warnings of another version"))
        records._images.start()
        records._writer.start()
        return records

    # ------------------------------------------------------------------ keeping

    def keep_event(self, event: AlarmEvent | StationEvent) -> None:
        """Journal *event*; nothing is lost while it fits into memory (100,000 entries)."""
        if isinstance(event, AlarmEvent):
            write, what = journal.alarm_event(event), f"The event {event.kind.value} of {event.definition.id}"
        else:
            write, what = journal.station_event(event), f"The station event {event.kind.value}"
        self._writer.submit(Job(write, Keep.JOURNAL, Durability.FULL, what))

    def confirm(self, confirmed: Feedback | AlarmEvent) -> None:
        """Keep what a person said or did; on disk (fsync) when it returns.

        Raises:
            RecordsError: It is not on disk; the sentence says what to do.
        """
        if isinstance(confirmed, Feedback):
            if (confirmed.alarm_id is None) == (confirmed.image_id is None):
                raise RecordsError("An answer was not kept", value="it must be about one warning or one picture", do="Answer one of them")
            write, what = journal.feedback(confirmed, confirmed.utc or self._clock.utc()), "The answer"
        else:
            write, what = journal.alarm_event(confirmed), "The acknowledgement"
        self._writer.confirm(Job(write, Keep.CONFIRMED, Durability.FULL, what))

    def take_back(self, image_id: int, person_id: PersonId) -> None:
        """Take the newest answer on a picture back: it stays in the records, marked; on disk when it returns.

        Raises:
            RecordsError: There is none, or it could not be written.
        """
        write = journal.take_back(image_id, person_id, self._clock.utc())
        self._writer.confirm(Job(write, Keep.CONFIRMED, Durability.FULL, "The undo"))

    def keep_image(self, judged: JudgedFrame, why_kept: WhyKept, finding: Finding | None, alarm_id: AlarmId | None) -> Path | None:
        """Keep the judged frame (PNG for a warning, else JPEG) with its heatmap, on another thread.

        Returns:
            Where the file will lie; None where it cannot be kept (no picture, no room in memory or on the disk).
        """
        return self._images.keep(judged, why_kept, finding, alarm_id)

    def keep_trend(
        self, source_id: SourceId, channel_values: Mapping[str, float] | Mapping[str, NDArray[np.float64]], utc: datetime
    ) -> None:
        """Keep channel values: one number each, or float64 (n,) of all since the last call (kept as last, lowest, highest).

        NaN is not kept. Scores of a target go under the channel ``risk:TARGET``.
        """
        points: dict[str, tuple[float, float, float]] = {}
        for channel, given in channel_values.items():
            if isinstance(given, np.ndarray):
                known = given[np.isfinite(given)]
                if known.size:
                    points[channel] = (float(known[-1]), float(known.min()), float(known.max()))
            elif math.isfinite(given):
                points[channel] = (float(given), float(given), float(given))
        if points:
            at_us = to_us(utc)
            self._writer.submit(
                Job(lambda c: self._trends.write(c, source_id, at_us, points), Keep.DROPPABLE, Durability.NORMAL, "Trend values")
            )

    def keep_contributions(self, source_id: SourceId, target: str, contributions: Sequence[Contribution], utc: datetime) -> None:
        """Keep which channels drove the score of *target*, strongest first; which windows are worth it is the caller's to say."""
        channel, at_us = f"{RISK_PREFIX}{target}", to_us(utc)
        kept = tuple(contributions)
        self._writer.submit(
            Job(
                lambda c: self._trends.write_contributions(c, source_id, channel, at_us, kept),
                Keep.DROPPABLE,
                Durability.NORMAL,
                "What drove a score",
            )
        )

    def keep_tape(self, source_id: SourceId, series: str, begin_utc: datetime, end_utc: datetime, header: str, runs: bytes) -> None:
        """Keep a piece of a score tape (station.load.score_tape)."""
        begin_us, end_us = to_us(begin_utc), to_us(end_utc)
        self._writer.submit(
            Job(
                lambda c: self._trends.write_tape(c, source_id, series, begin_us, end_us, header, runs),
                Keep.DROPPABLE,
                Durability.NORMAL,
                "Scores",
            )
        )

    def keep_note(self, key: str, text: str) -> None:
        """Keep a text under *key* (at most 48 characters) for the next run; a later one takes its place."""
        utc = self._clock.utc()
        self._writer.submit(Job(lambda c: _set_state(c, key, utc, text), Keep.JOURNAL, Durability.NORMAL, f"The note {key}"))

    def notes(self, prefix: str) -> Mapping[str, str]:
        """What was kept under keys that begin with *prefix*."""
        state = schema.station_state
        with self._reading() as connection:
            rows = connection.execute(select(state).where(state.c.key.startswith(prefix, autoescape=True))).all()
        return {row.key: row.value for row in rows}

    def keep_verdict_counts(
        self,
        source_id: SourceId,
        start_utc: datetime,
        end_utc: datetime,
        *,
        inspected: int,
        defects: int,
        no_verdict: int,
        labels: Mapping[str, int] | None = None,
    ) -> None:
        """Keep what one source counted in an interval. Numbers add up over calls; a correction may be negative."""
        write = journal.verdict_counts(source_id, start_utc, end_utc, (inspected, defects, no_verdict), labels or {})
        self._writer.submit(Job(write, Keep.JOURNAL, Durability.NORMAL, "Counts"))

    def keep_row(self, write: journal.Write, what: str, keep: Keep = Keep.JOURNAL) -> None:
        """Have *write* carried out on the writer thread, in order with everything else kept; *what* names it where it fails."""
        self._writer.submit(Job(write, keep, Durability.FULL if keep is not Keep.DROPPABLE else Durability.NORMAL, what))

    def confirm_row(self, write: journal.Write, what: str) -> None:
        """As :meth:`keep_row`, but on disk (fsync) when it returns.

        Raises:
            RecordsError: It is not on disk; the sentence says what to do.
        """
        self._writer.confirm(Job(write, Keep.CONFIRMED, Durability.FULL, what))

    # ------------------------------------------------------------------ asking

    def ask(self, query: Callable[[Connection], Answer]) -> Answer:
        """What *query* reads; it must only read. Call it from a worker thread.

        Raises:
            RecordsError: The records cannot be read.
        """
        with self._reading() as connection:
            return query(connection)

    def open_alarms(self) -> LeftOpen:
        """What the last run left open, as it was when the records were opened."""
        return self._before

    def images(self, query: ImageQuery) -> Sequence[ImageRecord]:
        """Pictures on disk, newest first."""
        with self._reading() as connection:
            return queries.find_images(connection, self._folder.images, query)

    def review_load(self) -> ReviewLoad:
        """How many pictures nobody has answered."""
        with self._reading() as connection:
            return queries.review_load(connection)

    def alarm_history(self, since_utc: datetime, until_utc: datetime) -> Sequence[AlarmRecord]:
        """Alarms raised in a period, newest first."""
        with self._reading() as connection:
            return queries.alarm_history(connection, since_utc, until_utc)

    def report(self, since_utc: datetime, until_utc: datetime) -> PeriodReport:
        """Figures of a period."""
        with self._reading() as connection:
            return queries.report(connection, since_utc, until_utc)

    def history_trace(self, source_id: SourceId, channel: str, since_utc: datetime, until_utc: datetime, points: int) -> Trace:
        """A channel over a period in about *points* buckets; NaN where there is a gap."""
        with self._reading() as connection:
            return queries.history_trace(connection, source_id, channel, since_utc, until_utc, points)

    def drivers_at(self, source_id: SourceId, target: str, utc: datetime, hold: timedelta) -> Drivers | None:
        """What drove the score of *target* at *utc*; see :func:`station.records.queries.drivers_at`."""
        with self._reading() as connection:
            return queries.drivers_at(connection, source_id, f"{RISK_PREFIX}{target}", utc, hold)

    def disk_state(self) -> DiskView:
        """The records' light; from memory, cheap."""
        return self._disk.view(self._failing())

    def faults(self) -> Mapping[SystemFault, str]:
        """What fails of the records, with the English reason; kinds that do not fail are absent. Cheap."""
        found: dict[SystemFault, str] = {}
        if full := self._disk.nearly_full:
            found[SystemFault.DISK_NEARLY_FULL] = full
        if failing := self._failing():
            found[SystemFault.RECORDS_FAILING] = failing
        return found

    def writer_state(self) -> WriterState:
        """How many entries wait, were lost or dropped; cheap."""
        return self._writer.state()

    @property
    def images_lost(self) -> int:
        """Pictures not kept since the start for lack of room."""
        return self._images.lost

    def flush(self, deadline_s: float = 10.0) -> None:
        """Wait until everything kept so far is on disk, pictures excepted.

        Raises:
            RecordsError: It is not within *deadline_s*.
        """
        self._writer.confirm(Job(lambda _: None, Keep.CONFIRMED, Durability.FULL, "What was kept so far"), deadline_s)

    # ------------------------------------------------------------------ upkeep

    def apply_retention(self) -> retention.LetGo:
        """Let go what is too old or too much, in small steps; then sweep. Takes seconds; call it hourly from a worker.

        A stop ends it early. A second call while one runs does nothing.
        """
        if not self._upkeep_lock.acquire(blocking=False):
            return retention.LetGo()
        try:
            return self._let_go()
        except RecordsError as error:
            _log.warning("old records could not be let go: %s", error)
            return retention.LetGo()
        finally:
            self._upkeep_lock.release()

    def _let_go(self) -> retention.LetGo:
        pictures, size_bytes = 0, 0
        while not self._stopped:
            with self._reading() as connection:
                old = retention.pictures_to_let_go(connection, self._config, self._now_for_ages(), self._disk.space.total_bytes)
            gone = retention.remove_files(self._folder.images, old)
            if not gone:
                break
            forget = retention.forget_pictures(gone, self._clock.utc())
            self._writer.confirm(Job(forget, Keep.CONFIRMED, Durability.NORMAL, "The end of old pictures"))
            pictures += len(gone)
            size_bytes += sum(picture.size_bytes for picture in gone)
        if not self._stopped:
            values = retention.forget_values(self._config, self._now_for_ages())
            self._writer.confirm(Job(values, Keep.CONFIRMED, Durability.NORMAL, "The end of old values"))
            retention.sweep(self._folder.images, self._now_for_ages())
            self._disk.look()
        return retention.LetGo(pictures, size_bytes)

    def stop(self, deadline_s: float = 10.0) -> int:
        """Write everything that waits and close, within about *deadline_s*. May be called twice.

        Returns:
            How many entries and pictures could not be written.
        """
        with self._stop_lock:
            if self._stopped:
                return self._unwritten
            self._stopped = True
            if self._upkeep_lock.acquire(timeout=deadline_s / 2):
                self._upkeep_lock.release()
            unwritten = self._images.stop(deadline_s / 2)
            self._writer.submit(Job(self._mark_stopped, Keep.JOURNAL, Durability.FULL, "The stop"))
            unwritten += self._writer.stop(deadline_s / 2)
            if not self._writer.alive:
                self._database.close()
                self._lock.release()
            self._unwritten = unwritten
            return unwritten

    # ------------------------------------------------------------------ within

    def _now_for_ages(self) -> datetime:
        """Now by which things are too old: a clock that somebody set forward while the station runs makes nothing older."""
        elapsed = timedelta(seconds=self._clock.monotonic_s() - self._opened_s)
        return min(self._clock.utc(), self._opened_utc + elapsed)

    def _failing(self) -> str:
        """Why entries or pictures of warnings are not kept, in English; empty when they are."""
        return "; ".join(why for why in (self._writer.state().failing, self._images.trouble) if why)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._database.reading.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise RecordsError(
                "The records cannot be read",
                where=str(self._folder.records_db),
                value=str(error).splitlines()[0],
                do="Check the disk; what was kept stays in memory until it can be written",
            ) from error

    def _read_before(self) -> LeftOpen:
        state = schema.station_state
        with self._reading() as connection:
            left = queries.left_open(connection, self._folder.images)
            rows = {row.key: row.utc_us for row in connection.execute(select(state))}
        times = [rows[key] for key in (_ALIVE, _STOPPED) if key in rows]
        crashed = bool(times) and rows.get(_STOPPED, -1) < rows.get(_ALIVE, 0)
        return replace(left, last_alive_utc=from_us(max(times)) if times else None, crashed=crashed)

    def _keep_image_row(self, row: dict[str, object]) -> None:
        self._writer.submit(Job(lambda c: _insert_image(c, row), Keep.JOURNAL, Durability.NORMAL, f"The row of the picture {row['path']}"))

    def _on_idle(self) -> None:
        """Upkeep on the writer thread: measure the disk, note that the station is alive."""
        self._disk.look()
        now_s = self._clock.monotonic_s()
        if now_s >= self._heartbeat_due_s and not self._stopped:
            self._heartbeat_due_s = now_s + HEARTBEAT_S
            utc = self._clock.utc()
            self._writer.submit(Job(lambda c: _set_state(c, _ALIVE, utc), Keep.DROPPABLE, Durability.NORMAL, "The heartbeat"))

    def _mark_stopped(self, connection: Connection) -> None:
        _set_state(connection, _STOPPED, self._clock.utc())


def _insert_image(connection: Connection, row: Mapping[str, object]) -> None:
    connection.execute(insert(schema.images).values(dict(row)))


def _set_state(connection: Connection, key: str, utc: datetime, value: str = "") -> None:
    connection.execute(delete(schema.station_state).where(schema.station_state.c.key == key))
    connection.execute(insert(schema.station_state).values(key=key, value=value, utc_us=to_us(utc)))
