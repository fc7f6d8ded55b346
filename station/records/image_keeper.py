"""This file decides how pictures are kept without holding anybody up: one thread, a bounded queue, warnings first."""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from inference.errors import RecordsError
from inference.findings import Finding
from station.frames import AlarmId, JudgedFrame
from station.keeping import WhyKept
from station.paths import heat_path
from station.records.disk import DiskWatch
from station.records.image_files import Encoding, encode, encoding_of, file_stem, write_atomically
from station.records.journal import regions_json
from station.records.schema import to_us

_log = logging.getLogger(__name__)

MAX_WAITING_BYTES = 192 * 2**20
"""Pictures wait for the disk up to this size; those of warnings up to twice of it."""
LOSS_TOLD_S = 60.0
"""A warning's picture that was lost is a fault of the records for so long, s."""


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    judged: JudgedFrame
    why_kept: WhyKept
    finding: Finding | None
    alarm_id: AlarmId | None
    path: Path
    size_bytes: int


class ImageKeeper:
    """Writes pictures on its own thread. ``keep`` may be called from any thread and never waits.

    Args:
        images: Folder of the pictures; each goes into the folder of its UTC day.
        disk: Says whether there is room.
        on_written: Called on the keeper's thread with the row of a picture that is on disk.
        now_s: Monotonic time, s.
    """

    def __init__(self, images: Path, disk: DiskWatch, on_written: Callable[[dict[str, object]], None], now_s: Callable[[], float]) -> None:
        self._images = images
        self._disk = disk
        self._on_written = on_written
        self._now_s = now_s
        self._waiting: deque[_Picture] = deque()
        self._waiting_bytes = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._busy = False
        self._lost = 0
        self._lost_of_warnings = 0
        self._trouble = ""
        self._trouble_s = -math.inf
        self._names: dict[str, int] = {}
        self._thread = threading.Thread(target=self._run, name="records-images", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def keep(self, judged: JudgedFrame, why_kept: WhyKept, finding: Finding | None, alarm_id: AlarmId | None) -> Path | None:
        """Queue the judged frame; returns where it will lie, or None where it cannot be kept (counted)."""
        frame = judged.frame
        if frame.image is None:
            return None
        if self._disk.nearly_full:  # a fault by itself
            self._count_lost("no room on the disk", alarm_id)
            return None
        heatmap = finding.heatmap if finding is not None else None
        size = frame.image.nbytes + (heatmap.nbytes if heatmap is not None else 0)
        folder = self._images / frame.utc.strftime("%Y-%m-%d")
        stem = file_stem(frame.utc, frame.source_id, frame.sequence, why_kept)
        with self._changed:
            limit = MAX_WAITING_BYTES * (2 if why_kept is WhyKept.ALARM else 1)
            fits = not self._waiting or self._waiting_bytes + size <= limit
            if fits:
                path = folder / f"{self._unique(f'{folder.name}/{stem}', stem)}{encoding_of(why_kept).value}"
                self._waiting.append(_Picture(judged, why_kept, finding, alarm_id, path, size))
                self._waiting_bytes += size
                self._changed.notify()
                return path
        why = "the disk is slower than pictures come"
        self._count_lost(why, alarm_id, trouble=why)
        return None

    @property
    def lost(self) -> int:
        """Pictures not kept since start: no room in memory or on the disk."""
        return self._lost

    @property
    def trouble(self) -> str:
        """Why a warning's picture was lost in the last minute, in English, a full disk apart; empty where none was."""
        with self._changed:
            if self._now_s() - self._trouble_s >= LOSS_TOLD_S:
                return ""
            return f"{self._lost_of_warnings} pictures of warnings were not kept since the start: {self._trouble}"

    def stop(self, deadline_s: float) -> int:
        """Write what waits and end within *deadline_s*; returns how many pictures were not written."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(deadline_s)
        with self._changed:
            return len(self._waiting) + self._busy

    def _unique(self, key: str, stem: str) -> str:
        """Two warnings raised by one frame are two files."""
        times = self._names.pop(key, 0)
        self._names[key] = times + 1
        if len(self._names) > 256:
            del self._names[next(iter(self._names))]
        return stem if times == 0 else f"{stem}_{times + 1}"

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._stopping:
                    self._changed.wait()
                if not self._waiting:
                    return
                picture = self._next()
                self._busy = True
            try:
                self._write(picture)
            except OSError as error:
                why = error.strerror or str(error)
                self._disk.refused(f"a picture could not be written: {why}")
                self._count_lost(why, picture.alarm_id, trouble=why)
            except RecordsError as error:
                self._count_lost(str(error), picture.alarm_id, trouble=str(error))
            except Exception as error:  # noqa: BLE001 - top of a worker loop: said, and the next picture is written
                _log.exception("A picture could not be written")
                self._count_lost(str(error), picture.alarm_id, trouble=str(error))
            with self._changed:
                self._busy = False
                self._waiting_bytes -= picture.size_bytes
                self._changed.notify_all()

    def _next(self) -> _Picture:
        """Pictures of warnings go first."""
        for place, picture in enumerate(self._waiting):
            if picture.why_kept is WhyKept.ALARM:
                del self._waiting[place]
                return picture
        return self._waiting.popleft()

    def _write(self, picture: _Picture) -> None:
        frame, finding = picture.judged.frame, picture.finding
        if frame.image is None:
            return
        content = encode(frame.image, encoding_of(picture.why_kept))
        write_atomically(picture.path, content)
        size = len(content)
        heatmap_path = ""
        if finding is not None and finding.heatmap is not None:
            heat = encode(finding.heatmap, Encoding.PNG)
            beside = heat_path(picture.path)
            write_atomically(beside, heat)
            heatmap_path = beside.relative_to(self._images).as_posix()
            size += len(heat)
        self._on_written(self._row(picture, size, heatmap_path))

    def _row(self, picture: _Picture, size_bytes: int, heatmap_path: str) -> dict[str, object]:
        frame, finding = picture.judged.frame, picture.finding
        reason = finding.reason if finding is not None else None
        return {
            "path": picture.path.relative_to(self._images).as_posix(),
            "heatmap_path": heatmap_path,
            "utc_us": to_us(frame.utc),
            "source_id": frame.source_id,
            "alarm_id": picture.alarm_id,
            "verdict": finding.verdict.value if finding is not None else "NO_VERDICT",
            "label": finding.label if finding is not None else "",
            "score": None if finding is None or finding.score != finding.score else float(finding.score),
            "threshold": None if finding is None or finding.threshold != finding.threshold else float(finding.threshold),
            "regions_json": regions_json(finding) if finding is not None else "[]",
            "why_kept": picture.why_kept.value,
            "pack": f"{finding.model} {finding.version}" if finding is not None else "",
            "sha256": finding.sha256 if finding is not None else "",
            "reason": reason.sentence if reason is not None else "",
            "size_bytes": size_bytes,
        }

    def _count_lost(self, why: str, alarm_id: AlarmId | None, trouble: str = "") -> None:
        """Every lost picture of a warning is said; of others the first."""
        with self._changed:
            self._lost += 1
            first = self._lost == 1
            if alarm_id is not None:
                self._lost_of_warnings += 1
                if trouble:
                    self._trouble, self._trouble_s = trouble, self._now_s()
        if alarm_id is not None:
            _log.error("the picture of warning %s was not kept: %s", alarm_id, why)
        elif first:
            _log.error("a picture was not kept: %s", why)
