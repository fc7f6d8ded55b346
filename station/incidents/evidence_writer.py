"""This file decides how moments reach the disk without holding anybody up, and what is let go again."""

from __future__ import annotations

import logging
import queue
import shutil
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from station.frames import IncidentId
from station.incidents.evidence_files import folder_name, write_moment
from station.incidents.moments import DueMoment

_log = logging.getLogger(__name__)
_MOST_WAITING = 24
"""Moments wait for the disk up to so many; each is a few MiB at most, mostly pictures the ring holds anyway."""

NO_ROOM = "No pictures were kept: no room on the disk"
TOO_SLOW = "No pictures were kept: the disk was too slow"
NOT_WRITTEN = "No pictures were kept: the disk could not be written"
LET_GO = "The pictures were let go: they were too old, or took too much room"

Told = Callable[[IncidentId, str, str], None]
"""Told of an incident's folder, or of why it has none (one of the two is empty)."""


@dataclass(frozen=True, slots=True)
class _LetGo:
    older_than: datetime
    most_bytes: int
    keep: frozenset[str]


class EvidenceWriter:
    """Writes moments on its own thread, and lets the oldest go. Every method may be called from any thread and never waits.

    Args:
        root: Folder of all incidents.
        full: Why nothing more is to be written, in English; empty while there is room.
        told: Told of each incident's folder; called on the writer's thread or the caller's.
        let_go: Told of each folder that was let go, as it was told of when it was written.
    """

    def __init__(self, root: Path, full: Callable[[], str], told: Told, let_go: Callable[[str, str], None]) -> None:
        self._root, self._full, self._told, self._let_go = root, full, told, let_go
        self._waiting: queue.Queue[DueMoment | _LetGo | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="incidents", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, deadline_s: float) -> bool:
        """Write what waits and end within *deadline_s*; True when it has ended. May be called twice, or without a start."""
        if not self._thread.is_alive():
            return True
        try:
            self._waiting.put(None, timeout=deadline_s)
        except queue.Full:
            return False
        self._thread.join(deadline_s)
        return not self._thread.is_alive()

    def write(self, due: DueMoment) -> None:
        """Have a moment written."""
        if self._full():
            self._told(due.incident_id, "", NO_ROOM)
            return
        try:
            self._waiting.put_nowait(due)
        except queue.Full:
            _log.warning("a moment of incident %s was not kept: the disk is slower than incidents come", due.incident_id)
            self._told(due.incident_id, "", TOO_SLOW)

    def let_go(self, older_than: datetime, most_bytes: int, keep: Collection[str]) -> None:
        """Have old incidents let go: those older than a time, then the oldest until all together take *most_bytes*; never *keep*."""
        try:
            self._waiting.put_nowait(_LetGo(older_than, most_bytes, frozenset(keep)))
        except queue.Full:
            _log.info("old incidents are let go an hour later: the disk is busy")

    def _run(self) -> None:
        while (job := self._waiting.get()) is not None:
            try:
                if isinstance(job, _LetGo):
                    self._remove(job)
                else:
                    self._write(job)
            except Exception:  # noqa: BLE001 - top of a worker loop: said, and the next one is written
                _log.exception("The pictures of an incident could not be kept")
                if isinstance(job, DueMoment):
                    self._told(job.incident_id, "", NOT_WRITTEN)

    def _write(self, due: DueMoment) -> None:
        name = folder_name(due.incident_id, due.asset, due.opened_utc)
        try:
            write_moment(self._root / name, due.number, due.incident_id, due.moment)
        except OSError as error:
            _log.error("the pictures of incident %s were not kept: %s", due.incident_id, error.strerror or error)
            self._told(due.incident_id, "", NOT_WRITTEN)
            return
        self._told(due.incident_id, name, "")

    def _remove(self, job: _LetGo) -> None:
        kept = 0
        found = sorted(incident_folders(self._root), reverse=True)
        for folder in found:
            name = folder.relative_to(self._root).as_posix()
            size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            old = folder.parent.name < job.older_than.strftime("%Y-%m-%d")
            if name in job.keep or not (old or kept + size > job.most_bytes):
                kept += size
                continue
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                self._let_go(name, LET_GO)
        for day in {folder.parent for folder in found}:
            if day.exists() and not any(day.iterdir()):
                day.rmdir()


def incident_folders(root: Path) -> list[Path]:
    """The folders of incidents below *root*; whatever else lies there is left out."""
    try:
        days = [day for day in root.iterdir() if day.is_dir() and len(day.name) == len("2026-01-31")]
        return [folder for day in days for folder in day.iterdir() if folder.is_dir() and folder.name.count("_") >= 2]
    except OSError as error:
        _log.warning("the incidents' folder cannot be read: %s", error)
        return []
