"""This file decides how things get into the database: one thread, in order, losing nothing that it took.

Three kinds of jobs share one queue. *Confirmed* ones have somebody waiting: they are on disk when the wait ends, or
fail at once with the reason. *Journal* ones (alarm events, counts, image rows) are held in memory and tried again
while the database cannot be written. *Droppable* ones (trend values) give way, oldest first, when too many wait.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from inference.errors import RecordsError
from station.records.database import Database, Durability

_log = logging.getLogger(__name__)

BATCH_JOBS = 500
"""At most so many jobs share a transaction."""
MAX_JOURNAL_JOBS = 100_000
"""More journal jobs than this are lost, counted and said."""
MAX_DROPPABLE_JOBS = 5_000
BACKED_UP_S = 10.0
"""A journal job waiting for longer means that records fail."""
RETRY_S = 1.0
CONFIRM_TIMEOUT_S = 10.0


class Keep(Enum):
    """What becomes of a job that cannot be written now."""

    CONFIRMED = auto()
    JOURNAL = auto()
    DROPPABLE = auto()


class _Stage(Enum):
    WAITING = auto()
    TAKEN = auto()
    DONE = auto()
    FAILED = auto()
    """The database could not be written."""
    REFUSED = auto()
    """The database could be written, but not this."""
    WITHDRAWN = auto()


@dataclass(slots=True, eq=False)
class Job:
    """One thing to write.

    Attributes:
        apply: Writes it through the connection it is given; commits nothing. Runs again after a failure.
        keep: What becomes of it when it cannot be written.
        durability: What its commit must promise.
        what: What it is, for a message.
    """

    apply: Callable[[Connection], None]
    keep: Keep
    durability: Durability
    what: str
    queued_s: float = 0.0
    stage: _Stage = _Stage.WAITING
    error: str = ""
    finished: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class WriterState:
    """How the writer stands.

    Attributes:
        failing: Why records cannot be written, in English; empty when they can.
        waiting: Jobs in memory.
        lost: Journal jobs lost or refused by the database since start.
        dropped: Droppable jobs dropped since start.
        written: Jobs committed since start.
    """

    failing: str
    waiting: int
    lost: int
    dropped: int
    written: int


class DatabaseWriter:
    """The database writer thread. ``submit`` and ``confirm`` may be called from any thread.

    Args:
        database: Where to write; only this thread uses its writing engines.
        on_idle: Called on the writer thread at least every *idle_s*, for upkeep; must not raise.
        idle_s: See *on_idle*.
    """

    def __init__(self, database: Database, *, on_idle: Callable[[], None], idle_s: float = 1.0) -> None:
        self._database = database
        self._on_idle = on_idle
        self._idle_s = idle_s
        self._jobs: deque[Job] = deque()
        self._droppable = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._failing = ""
        self._lost = 0
        self._written = 0
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="records-writer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue *job* and return at once; never raises. A job over the bounds is lost (or the oldest one dropped), and counted."""
        job.queued_s = time.monotonic()
        with self._changed:
            if job.keep is Keep.DROPPABLE:
                if self._droppable >= MAX_DROPPABLE_JOBS:
                    self._drop_oldest()
                self._droppable += 1
            elif job.keep is Keep.JOURNAL and len(self._jobs) - self._droppable >= MAX_JOURNAL_JOBS:
                self._lost += 1
                return
            self._jobs.append(job)
            self._changed.notify()

    def confirm(self, job: Job, timeout_s: float = CONFIRM_TIMEOUT_S) -> None:
        """Write *job* after everything queued before it, and return when it is on disk.

        Raises:
            RecordsError: When it is not; then it will not be written later either, unless the message says so.
        """
        if self._stopping and not self._thread.is_alive():
            raise RecordsError(f"{job.what} was not kept", value="the records are closed", do="Start Lineside again")
        self.submit(job)
        if not job.finished.wait(timeout_s):
            with self._changed:
                if job.stage is _Stage.WAITING:
                    job.stage = _Stage.WITHDRAWN
                    raise RecordsError(
                        f"{job.what} was not kept",
                        value=f"the disk did not answer within {timeout_s:g} s",
                        do="Check the disk, then try again",
                    )
            if not job.finished.wait(timeout_s):
                raise RecordsError(
                    f"{job.what} may not have been kept",
                    value=f"the disk did not answer within {2 * timeout_s:g} s",
                    do="Check the disk, then look whether it is there before trying again",
                )
        if job.stage is _Stage.REFUSED:
            raise RecordsError(f"{job.what} was not kept", value=job.error, do="What it is about is not in the records; look again")
        if job.stage is _Stage.FAILED:
            raise RecordsError(f"{job.what} was not kept", value=job.error, do="Make room on the disk or check it, then try again")

    def state(self) -> WriterState:
        """How the writer stands; cheap."""
        with self._changed:
            failing = self._failing
            if not failing:
                oldest = next((job for job in self._jobs if job.keep is not Keep.DROPPABLE), None)
                if oldest is not None and time.monotonic() - oldest.queued_s > BACKED_UP_S:
                    failing = f"{len(self._jobs)} entries wait to be written for more than {BACKED_UP_S:g} s"
            if self._lost:
                failing = f"{failing or 'records were lost'}; {self._lost} entries lost since the start"
            return WriterState(failing, len(self._jobs), self._lost, self._dropped, self._written)

    def stop(self, deadline_s: float) -> int:
        """Write what waits and end the thread within *deadline_s*; returns how many jobs could not be written."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(deadline_s)
        with self._changed:
            return len(self._jobs)

    @property
    def alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def _drop_oldest(self) -> None:
        for job in self._jobs:
            if job.keep is Keep.DROPPABLE:
                self._jobs.remove(job)
                self._droppable -= 1
                self._dropped += 1
                return

    def _run(self) -> None:
        next_idle_s = 0.0
        while True:
            with self._changed:
                if not self._jobs and not self._stopping:
                    self._changed.wait(self._idle_s)
                batch = self._take()
                stopping = self._stopping
            ok = self._write(batch) if batch else True
            now_s = time.monotonic()
            if now_s >= next_idle_s:
                next_idle_s = now_s + self._idle_s
                self._on_idle()
            if stopping and (not batch or not ok):
                return
            if not ok:
                self._pause()

    def _pause(self) -> None:
        """Wait before trying again, but not when asked to stop."""
        until_s = time.monotonic() + RETRY_S
        with self._changed:
            while not self._stopping and (left_s := until_s - time.monotonic()) > 0:
                self._changed.wait(left_s)
                if any(job.keep is Keep.CONFIRMED for job in self._jobs):
                    return

    def _take(self) -> list[Job]:
        batch: list[Job] = []
        while self._jobs and len(batch) < BATCH_JOBS:
            job = self._jobs.popleft()
            self._droppable -= job.keep is Keep.DROPPABLE
            if job.stage is _Stage.WITHDRAWN:
                continue
            job.stage = _Stage.TAKEN
            batch.append(job)
        return batch

    def _write(self, batch: list[Job]) -> bool:
        """Write *batch* in one transaction; False when the database cannot be written now."""
        try:
            self._commit(batch)
        except (OperationalError, InterfaceError, OSError) as error:
            self._give_back(batch, _short(error))
            return False
        except Exception:  # noqa: BLE001 - top of a worker loop: one job is wrong, found and said below
            return self._write_singly(batch)
        self._finish(batch)
        return True

    def _write_singly(self, batch: list[Job]) -> bool:
        """One job is refused by the database for what it is: find it, so that the others are kept."""
        for place, job in enumerate(batch):
            try:
                self._commit([job])
            except (OperationalError, InterfaceError, OSError) as error:
                self._give_back(batch[place:], _short(error))
                return False
            except Exception as error:  # noqa: BLE001 - top of a worker loop: the job is refused, the thread goes on
                if job.keep is Keep.JOURNAL:
                    _log.exception("the database refused an entry: %s", job.what)
                    with self._changed:
                        self._lost += 1
                job.error = _short(error)
                job.stage = _Stage.REFUSED
                job.finished.set()
            else:
                self._finish([job])
        return True

    def _commit(self, batch: list[Job]) -> None:
        full = any(job.durability is Durability.FULL for job in batch)
        engine = self._database.confirmed if full else self._database.bulk
        with engine.begin() as connection:
            for job in batch:
                job.apply(connection)

    def _finish(self, batch: list[Job]) -> None:
        with self._changed:
            if self._failing:
                _log.warning("records can be written again; %d entries waited", len(batch) + len(self._jobs))
            self._failing = ""
            self._written += len(batch)
        for job in batch:
            job.stage = _Stage.DONE
            job.finished.set()

    def _give_back(self, batch: list[Job], why: str) -> None:
        """The database cannot be written: tell who waits, hold the rest."""
        with self._changed:
            if not self._failing:
                _log.error("records cannot be written: %s", why)
            self._failing = why
            self._droppable += sum(job.keep is Keep.DROPPABLE for job in batch)
            batch.extend(self._jobs)
            self._jobs.clear()
            for job in batch:
                if job.keep is Keep.CONFIRMED:
                    job.error = why
                    if job.stage is not _Stage.WITHDRAWN:
                        job.stage = _Stage.FAILED
                    job.finished.set()
                else:
                    job.stage = _Stage.WAITING
                    self._jobs.append(job)


def _short(error: Exception) -> str:
    """The driver's own words, without SQL and parameters."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return next(iter(str(cause).splitlines()), type(cause).__name__)
