"""This file decides how the seconds around a warning lie on the disk: one folder per incident, two files per moment.

``moment-1.zip`` holds the pictures as plain JPEGs, ``moment-1.json`` what was said of each, and the traces. Both are
written beside their place and moved there whole; the pictures first, so that whatever the JSON names is there.
"""

from __future__ import annotations

import io
import json
import logging
import math
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from inference.errors import RecordsError
from inference.findings import Region, Verdict
from station.frames import AlarmId, IncidentId, SourceId
from station.incidents.evidence import MOST_MOMENTS, ChannelTrace, Moment, StripPicture
from station.records.image_files import write_atomically
from station.records.schema import from_us, to_us
from station.view import Trace

_log = logging.getLogger(__name__)
_FORMAT = 1
_DIGITS = 6
MOST_FILE_BYTES = 64 * 2**20
"""A file larger than this was not written by this program, and is not read."""


def folder_name(incident_id: IncidentId, asset: str, opened_utc: datetime) -> str:
    """Where an incident lies below the incidents' folder: its UTC day, then time, asset and the begin of its id."""
    return f"{opened_utc:%Y-%m-%d}/{opened_utc:%H%M%S}_{asset}_{incident_id[:8]}"


def write_moment(folder: Path, number: int, incident_id: IncidentId, moment: Moment) -> int:
    """Write *moment* as the incident's *number*-th, from 1; returns the bytes written.

    Raises:
        OSError: The disk is full or cannot be written; what was there before is still there.
    """
    pictures, packed = [], io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for picture in moment.pictures:
            at_s = (picture.utc - moment.utc).total_seconds()
            stem = f"{picture.source_id}/{at_s:+08.3f}_{picture.sequence:08d}"
            archive.writestr(f"{stem}.jpg", picture.jpeg)
            if picture.heat:
                archive.writestr(f"{stem}_heat.jpg", picture.heat)
            pictures.append(_picture_row(picture, stem))
    described = {
        "format": _FORMAT,
        "incident_id": incident_id,
        "alarm_id": moment.alarm_id,
        "utc_us": to_us(moment.utc),
        "complete": moment.complete,
        "pictures": pictures,
        "traces": [_trace_row(one) for one in moment.traces],
    }
    text = json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    content = packed.getvalue()
    write_atomically(folder / f"moment-{number}.zip", content)
    write_atomically(folder / f"moment-{number}.json", text)
    return len(content) + len(text)


@dataclass(frozen=True, slots=True, eq=False)
class ReadMoments:
    """What could be read of an incident's folder, and how many of its moments could not."""

    moments: tuple[Moment, ...]
    unreadable: int


def read_moments(folder: Path) -> ReadMoments:
    """Every moment in *folder*, oldest first. Whatever else lies there is left alone; never raises."""
    found: list[Moment] = []
    unreadable = 0
    for number in range(1, MOST_MOMENTS + 1):
        described = folder / f"moment-{number}.json"
        if not described.is_file():
            continue
        try:
            found.append(_read_moment(folder, number))
        except (OSError, RecordsError) as error:
            _log.warning("%s cannot be read: %s", described, error)
            unreadable += 1
    return ReadMoments(tuple(sorted(found, key=lambda one: one.utc)), unreadable)


def _read_moment(folder: Path, number: int) -> Moment:
    """One moment. Raises OSError, or RecordsError for a file that holds something else."""
    described = folder / f"moment-{number}.json"
    try:
        if described.stat().st_size > MOST_FILE_BYTES:
            raise ValueError("far too large")
        kept = json.loads(described.read_text(encoding="utf-8"))
        if kept["format"] != _FORMAT:
            raise ValueError(f"format {kept['format']}")
        pictures = _read_pictures(folder / f"moment-{number}.zip", kept["pictures"])
        return Moment(
            alarm_id=AlarmId(str(kept["alarm_id"])),
            utc=from_us(int(kept["utc_us"])),
            pictures=pictures,
            traces=tuple(_trace(row) for row in kept["traces"]),
            complete=bool(kept["complete"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise RecordsError("A moment of an incident cannot be read", where=str(described), value=str(error)[:200]) from error


def _read_pictures(archive_path: Path, rows: Sequence[Mapping[str, Any]]) -> tuple[StripPicture, ...]:
    """The pictures that *rows* name; those that the archive lacks, or that are damaged in it, are left out."""
    found: list[StripPicture] = []
    try:
        with zipfile.ZipFile(archive_path) as archive:
            for row in rows:
                stem = str(row["file"])
                jpeg = _member(archive, f"{stem}.jpg")
                if jpeg:
                    found.append(_picture(row, jpeg, _member(archive, f"{stem}_heat.jpg")))
    except (OSError, zipfile.BadZipFile) as error:
        _log.warning("the pictures in %s cannot be read: %s", archive_path, error)
    return tuple(found)


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        if archive.getinfo(name).file_size > MOST_FILE_BYTES:
            return b""
        return archive.read(name)
    except (KeyError, zipfile.BadZipFile, RuntimeError, OSError, ValueError, zlib.error):
        return b""


def _picture_row(picture: StripPicture, stem: str) -> dict[str, object]:
    return {
        "file": stem,
        "source": picture.source_id,
        "utc_us": to_us(picture.utc),
        "sequence": picture.sequence,
        "verdict": picture.verdict.value,
        "label": picture.label,
        "score": _number(picture.score),
        "threshold": _number(picture.threshold),
        "reason": picture.reason,
        "regions": [[one.label, _number(one.score), one.x, one.y, one.width, one.height] for one in picture.regions],
        "width_px": picture.width_px,
        "height_px": picture.height_px,
    }


def _picture(row: Mapping[str, Any], jpeg: bytes, heat: bytes) -> StripPicture:
    return StripPicture(
        source_id=SourceId(str(row["source"])),
        utc=from_us(int(row["utc_us"])),
        monotonic_s=0.0,
        sequence=int(row["sequence"]),
        verdict=Verdict(row["verdict"]),
        label=str(row["label"]),
        score=_or_nan(row["score"]),
        threshold=_or_nan(row["threshold"]),
        reason=str(row["reason"]),
        regions=tuple(Region(str(label), _or_nan(score), int(x), int(y), int(w), int(h)) for label, score, x, y, w, h in row["regions"]),
        width_px=max(1, int(row["width_px"])),
        height_px=max(1, int(row["height_px"])),
        jpeg=jpeg,
        heat=heat,
    )


def _trace_row(one: ChannelTrace) -> dict[str, object]:
    trace = one.trace
    columns = {name: _numbers(values) for name, values in (("value", trace.value), ("low", trace.low), ("high", trace.high))}
    return {"source": one.source_id, "channel": one.channel, "utc_s": [round(float(at), 3) for at in trace.utc_s], **columns}


def _trace(row: Mapping[str, Any]) -> ChannelTrace:
    arrays = [np.array([_or_nan(one) for one in row[name]], np.float64) for name in ("utc_s", "value", "low", "high")]
    if len({array.size for array in arrays}) != 1 or (arrays[0].size and not np.isfinite(arrays[0]).all()):
        raise ValueError("columns of a trace do not fit together")
    for array in arrays:
        array.flags.writeable = False
    return ChannelTrace(SourceId(str(row["source"])), str(row["channel"]), Trace(*arrays))


def _numbers(values: np.ndarray[Any, np.dtype[np.float64]]) -> list[float | None]:
    return [None if not math.isfinite(value) else float(f"{value:.{_DIGITS}g}") for value in values]


def _number(value: float) -> float | None:
    return None if value != value else round(float(value), _DIGITS)


def _or_nan(value: object) -> float:
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)
