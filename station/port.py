"""This file decides which commands the window may send and what it may ask: the one door of the line.

``LinePort`` is implemented by :class:`station.line.Line`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from inference.contract import PackContract
from inference.findings import ImageU8
from station.config import StationFile
from station.experience_port import ExperiencePort
from station.frames import AlarmId, PersonId, SourceId
from station.incident_port import IncidentPort
from station.load_port import LoadPort
from station.past import Drivers
from station.view import AlarmRecord, Feedback, ImageQuery, ImageRecord, LineSnapshot, LiveTest, Outcome, PeriodReport, ReviewLoad, Trace
from station.warning_port import WarningPort


class LinePort(Protocol):
    """The line as the window knows it.

    Snapshot, latest image and recent trace are cheap and may be called from the GUI thread; commands and queries touch
    the disk and are called from a worker thread.
    """

    @property
    def station(self) -> StationFile:
        """The station file in force."""
        ...

    @property
    def station_path(self) -> Path | None:
        """Where the station file lies; None for a line that was made without one."""
        ...

    @property
    def packs(self) -> tuple[PackContract, ...]:
        """The packs loaded."""
        ...

    @property
    def warnings(self) -> WarningPort:
        """Putting warnings aside, taking them out of service (station.warning_port)."""
        ...

    @property
    def incidents(self) -> IncidentPort:
        """Incidents, open and closed, with the pictures and traces of the seconds around them (station.incident_port)."""
        ...

    @property
    def experience(self) -> ExperiencePort:
        """Confirmed false alarms, and what fixed it last time (station.experience_port)."""
        ...

    @property
    def load(self) -> LoadPort:
        """The load of warnings, and what other settings would make of it (station.load_port)."""
        ...

    def snapshot(self) -> LineSnapshot:
        """The newest state (GUI thread)."""
        ...

    def latest_image(self, camera: SourceId) -> tuple[int, ImageU8] | None:
        """Newest received picture with its sequence number, judged or not (GUI thread)."""
        ...

    def recent_trace(self, sensor: SourceId, channel: str, seconds: float) -> Trace:
        """The last *seconds* of a channel from memory (GUI thread); thinned to at most 2,000 points."""
        ...

    def sign_in(self, person: PersonId, pin: str) -> Outcome:
        """Check the PIN and make *person* the one at the station."""
        ...

    def sign_out(self) -> None:
        """Nobody is at the station."""
        ...

    def acknowledge(self, alarm: AlarmId, note: str = "") -> Outcome:
        """Acknowledge as the signed-in person; on disk when it returns ok."""
        ...

    def reset(self, alarm: AlarmId) -> Outcome:
        """Reset a latched alarm that has returned."""
        ...

    def silence(self) -> None:
        """Silence the horn; not an acknowledgement."""
        ...

    def give_feedback(self, feedback: Feedback) -> Outcome:
        """Keep *feedback*; on disk when it returns ok. Refused when its person is not the one signed in."""
        ...

    def undo_image_feedback(self, image_id: int) -> Outcome:
        """Take the newest answer on an image back (kept in the records as taken back)."""
        ...

    def history_trace(self, sensor: SourceId, channel: str, since_utc: datetime, until_utc: datetime, points: int) -> Trace:
        """A channel from the records, thinned to about *points* buckets. Channel ``risk:TARGET`` gives a score."""
        ...

    def drivers_at(self, sensor: SourceId, target: str, utc: datetime) -> Drivers | None:
        """Which channels drove a target's score at *utc*, from the records; None where that was not kept."""
        ...

    def images(self, query: ImageQuery) -> Sequence[ImageRecord]:
        """Recorded images, newest first."""
        ...

    def review_load(self) -> ReviewLoad:
        """How many images wait."""
        ...

    def alarm_history(self, since_utc: datetime, until_utc: datetime) -> Sequence[AlarmRecord]:
        """Alarms raised in a period, newest first."""
        ...

    def report(self, since_utc: datetime, until_utc: datetime) -> PeriodReport:
        """Figures of a period."""
        ...

    def test_source(self, source: SourceId) -> LiveTest:
        """Take one frame or row now, or say exactly why not."""
        ...

    def test_model(self, pack: str) -> LiveTest:
        """Run the pack's golden set on the provider in use."""
        ...

    def stop(self) -> None:
        """Stop everything, in order, with deadlines; may be called twice."""
        ...
