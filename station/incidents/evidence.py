"""This file decides what is kept of the seconds around a warning: small pictures, traces, and what was said of each picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inference.findings import Region, Verdict
from station.frames import AlarmId, IncidentId, SourceId
from station.incident_view import IncidentStep
from station.view import AlarmView, Trace

BEFORE_S, AFTER_S = 10.0, 5.0
"""So many seconds before and after a warning was raised belong to it."""
MOST_MOMENTS = 6
"""Of an incident the seconds around its first so many warnings are kept (each raise counts); more of the same says nothing new."""


@dataclass(frozen=True, slots=True, eq=False)
class StripPicture:
    """One small picture with what was said of its frame.

    Attributes:
        source_id: The camera.
        utc: When the frame was read, aware.
        monotonic_s: The same on this run's monotonic clock; 0 in what was read from the disk.
        sequence: Its number.
        verdict, label, score, threshold: Of its worst finding; NO_VERDICT for a camera that is not judged, with an empty reason.
        reason: Why there is no verdict, in English.
        regions: In pixels of the judged frame, whose size is *width_px* x *height_px*.
        jpeg: The picture, at most 480 px wide.
        heat: Its heatmap as a gray JPEG, smaller; empty where the pack gave none.
        full: The judged frame in full, where it was kept with a warning.
        full_heat: Its heatmap in full.
    """

    source_id: SourceId
    utc: datetime
    monotonic_s: float
    sequence: int
    verdict: Verdict
    label: str
    score: float
    threshold: float
    reason: str
    regions: tuple[Region, ...]
    width_px: int
    height_px: int
    jpeg: bytes
    heat: bytes = b""
    full: Path | None = None
    full_heat: Path | None = None

    @property
    def size_bytes(self) -> int:
        """What it takes in memory, about."""
        return len(self.jpeg) + len(self.heat) + 400


@dataclass(frozen=True, slots=True, eq=False)
class ChannelTrace:
    """One channel, or a target's score (``risk:TARGET``), over the seconds of a moment."""

    source_id: SourceId
    channel: str
    trace: Trace


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """The seconds around one raise.

    Attributes:
        alarm_id: The warning that was raised.
        utc: When, aware; the zero of the strip.
        pictures: Of every camera concerned, oldest first.
        traces: Of every sensor link concerned.
        complete: Whether the seconds after it are there; False while they pass, and where the program ended before.
    """

    alarm_id: AlarmId
    utc: datetime
    pictures: tuple[StripPicture, ...]
    traces: tuple[ChannelTrace, ...]
    complete: bool


@dataclass(frozen=True, slots=True, eq=False)
class IncidentRecord:
    """One incident, open or closed, from the records.

    Attributes:
        incident_id: Its id.
        asset: The machine or part stream.
        cause: Id of the cause that its warnings share.
        opened_utc: When its first warning was raised.
        closed_utc: When its last one closed; None while one is open.
        alarms: Its warnings, the most urgent first; those of another version that cannot be read any more are left out.
        steps: What happened and who did what, oldest first.
    """

    incident_id: IncidentId
    asset: str
    cause: str
    opened_utc: datetime
    closed_utc: datetime | None
    alarms: tuple[AlarmView, ...]
    steps: tuple[IncidentStep, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything kept of one incident.

    Attributes:
        record: The incident.
        moments: The seconds around its raises, oldest first.
        missing: Why there are no (or not all) pictures and traces, one English sentence; empty where everything is there.
    """

    record: IncidentRecord
    moments: tuple[Moment, ...]
    missing: str = ""
