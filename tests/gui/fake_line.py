"""A line that never was: plausible moving data for tests of the window and for looking at widgets alone.

A test double only. It keeps what it was told in lists, so that tests can ask.
"""

from __future__ import annotations

import dataclasses
import math
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from inference.contract import PackContract
from inference.findings import ImageU8, Verdict
from inference.reasons import Reason, ReasonCode
from station.config import StationFile
from station.frames import AlarmId, DefinitionId, Frame, JudgedFrame, PersonId, SourceId
from station.health import DeviceStatus, SourceHealth
from station.horn_view import HornView
from station.past import Drivers, PictureAnswers
from station.view import (
    AlarmRecord,
    AlarmState,
    AlarmView,
    CameraView,
    Counts,
    DiskView,
    Feedback,
    ImageQuery,
    ImageRecord,
    LineSnapshot,
    LineState,
    LiveTest,
    Outcome,
    PeriodReport,
    ReviewLoad,
    RiskView,
    SensorView,
    Trace,
)
from tests.gui.fake_data import START, channel_values, image_finding, open_alarms, picture, risk_finding, risk_score, trace
from tests.gui.fake_experience import FakeExperience
from tests.gui.fake_incidents import FakeIncidents, incident_views
from tests.gui.fake_load import FakeLoad
from tests.gui.fake_station import CHANNELS, TARGETS, fake_packs, fake_station, target_title
from tests.gui.fake_warnings import FakeWarnings


class FakeLine:
    """Implements :class:`station.port.LinePort` without a line.

    Args:
        cameras: How many cameras there are; the first finds a defect, the last is gone (when there are three or more).
        folder: Where :meth:`images` says its pictures are; they exist only when a test writes them.
    """

    def __init__(self, cameras: int = 3, folder: Path = Path("nowhere")) -> None:
        self._station = fake_station(cameras)
        self._packs = fake_packs()
        self._folder = folder
        self.time_s = 600.0
        self.person: PersonId | None = PersonId("wei")
        self.horn = HornView(priority=2, bursts=1, burst_priority=2)
        self._warnings = FakeWarnings(self)
        self.experience = FakeExperience(self)
        self._load = FakeLoad(self)
        self.stopped = 0
        self.acknowledged: list[AlarmId] = []
        self.resets: list[AlarmId] = []
        self.feedback: list[Feedback] = []
        self.undone: list[int] = []
        self.picture_answers: tuple[PictureAnswers, ...] = ()
        self.drivers: Drivers | None = None
        """What the records know of what drove a risk, at whatever moment."""
        self.drivers_asked: list[tuple[SourceId, str, datetime]] = []
        self.fail_with = ""
        """When set, every command answers with this sentence instead of doing anything."""
        self.gate = threading.Event()
        """Commands wait for it; tests clear it to look at the window meanwhile."""
        self.gate.set()
        self._alarms = {alarm.alarm_id: alarm for alarm in open_alarms(self._station)}
        self._changed = 0
        self._image_answers: dict[int, Feedback] = {}
        self._pictures = [picture(seed) for seed in range(cameras)]
        self.incidents = FakeIncidents(self.alarms, [SourceId(camera.id) for camera in self._station.cameras])

    def write_pictures(self) -> None:
        """Write every picture that :meth:`images` lists, and give the first warning its kept picture."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for number in range(60):
            cv2.imwrite(str(self._folder / f"{number}.png"), self._pictures[number % len(self._pictures)])
        first = AlarmId("alarm-0")
        self._alarms[first] = dataclasses.replace(self._alarms[first], image_path=self._folder / "0.png")
        self._changed += 1

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.time_s += seconds
        self._changed += 1

    @property
    def now(self) -> datetime:
        """The line's time."""
        return START + timedelta(seconds=self.time_s)

    def monotonic_s(self) -> float:
        """The line is its own clock."""
        return self.time_s

    def utc(self) -> datetime:
        """The line's time, as a clock tells it."""
        return self.now

    @property
    def station(self) -> StationFile:
        return self._station

    @property
    def station_path(self) -> Path | None:
        return Path("fake-station.toml")

    @property
    def packs(self) -> tuple[PackContract, ...]:
        return self._packs

    @property
    def load(self) -> FakeLoad:
        return self._load

    @property
    def warnings(self) -> FakeWarnings:
        return self._warnings

    def snapshot(self) -> LineSnapshot:
        cameras = tuple(self._camera(index) for index in range(len(self._station.cameras)))
        sensors = (self._sensor(),)
        return LineSnapshot(
            state=LineState.DEGRADED if len(cameras) > 2 else LineState.RUNNING,
            reason="Camera 3 gives no verdict" if len(cameras) > 2 else "",
            started_utc=START,
            shift="B",
            shift_elapsed_s=self.time_s + 21_000,
            cameras=cameras,
            sensors=sensors,
            alarms=self.alarms(),
            incidents=incident_views(self.alarms()),
            counts=Counts(1284, 11, 3, 2, 0.4),
            disk=DiskView(DeviceStatus.GOOD, 120_000.0),
            camera_status=max(camera.health.status for camera in cameras),
            sensor_status=DeviceStatus.GOOD,
            simulated=True,
            person_id=self.person,
            horn=self.horn,
            changed=self._changed,
            holds=self._warnings.holds(),
            flood=self._warnings.flood,
        )

    def alarms(self) -> tuple[AlarmView, ...]:
        """Open alarms: unacknowledged first, then priority, then newest."""
        unacknowledged = (AlarmState.UNACKNOWLEDGED_ACTIVE, AlarmState.RETURNED_UNACKNOWLEDGED)
        return tuple(
            sorted(
                self._alarms.values(),
                key=lambda alarm: (alarm.state not in unacknowledged, alarm.definition.priority, -alarm.raised_monotonic_s),
            )
        )

    def latest_image(self, camera: SourceId) -> tuple[int, ImageU8] | None:
        index = self._index(camera)
        if self._gone(index):
            return None
        return int(self.time_s * 30), self._pictures[index]

    def recent_trace(self, sensor: SourceId, channel: str, seconds: float) -> Trace:
        index = [name for name, *_ in CHANNELS].index(channel)
        time_s = np.arange(self.time_s - seconds, self.time_s, max(0.1, seconds / 1500))
        return trace(START.timestamp() + time_s, channel_values(index, time_s))

    def sign_in(self, person: PersonId, pin: str) -> Outcome:
        self.gate.wait()
        if self.fail_with or pin != "1234":
            return Outcome(ok=False, sentence=self.fail_with or "The PIN is wrong. Try again.")
        self.person = person
        self._changed += 1
        return Outcome(ok=True)

    def sign_out(self) -> None:
        self.person = None
        self._changed += 1

    def acknowledge(self, alarm: AlarmId, note: str = "") -> Outcome:
        self.gate.wait()
        if self.fail_with:
            return Outcome(ok=False, sentence=self.fail_with)
        self.acknowledged.append(alarm)
        self._alarms[alarm] = dataclasses.replace(
            self._alarms[alarm], state=AlarmState.ACKNOWLEDGED_ACTIVE, acknowledged_by=self.person, acknowledged_utc=self.now
        )
        self._changed += 1
        return Outcome(ok=True)

    def reset(self, alarm: AlarmId) -> Outcome:
        if self.fail_with:
            return Outcome(ok=False, sentence=self.fail_with)
        self.resets.append(alarm)
        self._alarms.pop(alarm)
        self._changed += 1
        return Outcome(ok=True)

    def silence(self) -> None:
        self.horn = HornView(bursts=self.horn.bursts, burst_priority=2, silenced=True, silenced_by=self.person)
        self._changed += 1

    def give_feedback(self, feedback: Feedback) -> Outcome:
        self.gate.wait()
        if self.fail_with:
            return Outcome(ok=False, sentence=self.fail_with)
        self.feedback.append(feedback)
        if feedback.alarm_id is not None:
            self._alarms[feedback.alarm_id] = dataclasses.replace(self._alarms[feedback.alarm_id], feedback=feedback)
        if feedback.image_id is not None:
            self._image_answers[feedback.image_id] = feedback
        self._changed += 1
        return Outcome(ok=True)

    def undo_image_feedback(self, image_id: int) -> Outcome:
        if self.fail_with:
            return Outcome(ok=False, sentence=self.fail_with)
        self.undone.append(image_id)
        self._image_answers.pop(image_id, None)
        return Outcome(ok=True)

    def history_trace(self, sensor: SourceId, channel: str, since_utc: datetime, until_utc: datetime, points: int) -> Trace:
        utc_s = np.linspace(since_utc.timestamp(), until_utc.timestamp(), points)
        if channel.startswith("risk:"):
            return trace(utc_s, risk_score(TARGETS.index(channel.removeprefix("risk:")), utc_s - START.timestamp()))
        index = [name for name, *_ in CHANNELS].index(channel)
        return trace(utc_s, channel_values(index, utc_s - START.timestamp()))

    def drivers_at(self, sensor: SourceId, target: str, utc: datetime) -> Drivers | None:
        self.gate.wait()
        self.drivers_asked.append((sensor, target, utc))
        return self.drivers

    def images(self, query: ImageQuery) -> Sequence[ImageRecord]:
        records = [self._image(number) for number in range(60)]
        wanted = [
            record
            for record in records
            if (query.source_id is None or record.source_id == query.source_id)
            and (query.why_kept is None or record.why_kept == query.why_kept)
            and (query.label is None or record.label == query.label)
            and (query.reviewed is None or (record.feedback is not None) == query.reviewed)
            and (query.since_utc is None or record.utc >= query.since_utc)
        ]
        return wanted[query.offset : query.offset + query.limit]

    def review_load(self) -> ReviewLoad:
        return ReviewLoad((("alarm", 20), ("near_miss", 60), ("random_ok", 40), ("defect", 94)), 214)

    def alarm_history(self, since_utc: datetime, until_utc: datetime) -> Sequence[AlarmRecord]:
        return [
            AlarmRecord(
                alarm.alarm_id,
                DefinitionId(alarm.definition.id),
                alarm.definition.title,
                alarm.kind,
                alarm.definition.priority,
                alarm.source_id,
                alarm.definition.asset,
                alarm.raised_utc,
                alarm.returned_utc,
                alarm.acknowledged_utc,
                alarm.acknowledged_by or "",
                None,
                alarm.count,
                alarm.feedback,
                by_model=alarm.finding is not None,
                incident_id=alarm.incident_id,
            )
            for alarm in self.alarms()
        ]

    def report(self, since_utc: datetime, until_utc: datetime) -> PeriodReport:
        hours = tuple((since_utc + timedelta(minutes=30 * n), 80 + (n * 7) % 23, (n * n) % 4) for n in range(16))
        return PeriodReport(
            since_utc,
            until_utc,
            inspected=sum(row[1] for row in hours),
            defects=sum(row[2] for row in hours),
            no_verdict=3,
            warnings=5,
            false_alarms=2,
            by_label=(("pitting", 14), ("scratch", 6), ("stain", 2)),
            by_interval=hours,
            alarms=tuple(self.alarm_history(since_utc, until_utc)),
            pictures=self.picture_answers,
            activations=tuple(sorted(alarm.raised_utc for alarm in self.alarm_history(since_utc, until_utc))),
        )

    def test_source(self, source: SourceId) -> LiveTest:
        if source == "rig":
            return LiveTest(ok=True, sentence="A row came after 100 ms.", values=(("TS1", 52.4), ("FS1", 6.71)), elapsed_ms=100.0)
        index = self._index(source)
        if self._gone(index):
            return LiveTest(ok=False, sentence="No signal from camera 3. Check its cable and power.", elapsed_ms=2000.0)
        return LiveTest(ok=True, sentence="A picture of 565 x 230 came after 34 ms.", image=self._pictures[index], elapsed_ms=34.0)

    def test_model(self, pack: str) -> LiveTest:
        return LiveTest(
            ok=True, sentence="All 12 golden inputs gave their verdicts on CPU.", findings=(image_finding(0.93),), elapsed_ms=220.0
        )

    def stop(self) -> None:
        self.gate.set()
        self.stopped += 1

    def _index(self, camera: SourceId) -> int:
        return [one.id for one in self._station.cameras].index(camera)

    def _gone(self, index: int) -> bool:
        return len(self._station.cameras) > 2 and index == len(self._station.cameras) - 1

    def _camera(self, index: int) -> CameraView:
        config = self._station.cameras[index]
        source = SourceId(config.id)
        gone = self._gone(index)
        health = SourceHealth(
            source,
            DeviceStatus.FAILURE if gone else DeviceStatus.GOOD,
            alive=not gone,
            on_time=not gone,
            valid=not gone,
            detail="cable or power of the camera" if gone else "",
            since_utc=self.now - timedelta(seconds=20),
            attempts=7 if gone else 0,
            received=int(self.time_s * 30),
            dropped=0,
            rate_hz=0.0 if gone else 30.0,
            exhausted=False,
        )
        if gone:
            reason = Reason.of(ReasonCode.SOURCE_GONE, source=config.name.en, detail=health.detail)
            return CameraView(
                source, config.name, health, Verdict.NO_VERDICT, reason, None, 0.0, 0.0, math.nan, 20.0, True, "surface-pitting"
            )
        finding = image_finding(0.93 if index == 0 else 0.03)
        frame = Frame(source, int(self.time_s * 30), self.time_s, self.now, self._pictures[index], simulated=True)
        judged = JudgedFrame(frame, (finding,), self.time_s + 0.04)
        return CameraView(source, config.name, health, finding.verdict, None, judged, 30.0, 24.0, 41.0, 0.03, True, "surface-pitting")

    def _sensor(self) -> SensorView:
        config = self._station.sensors[0]
        now = np.array([self.time_s])
        values = np.array([float(channel_values(index, now)[0]) for index in range(len(CHANNELS))])
        values.setflags(write=False)
        trace_time = np.linspace(-300.0, 0.0, 300)
        risks = tuple(
            RiskView(
                target,
                target_title(target),
                risk_finding(target, float(risk_score(index, now)[0])),
                trace_time,
                risk_score(index, self.time_s + trace_time),
            )
            for index, target in enumerate(TARGETS)
        )
        health = SourceHealth(SourceId(config.id), DeviceStatus.GOOD, True, True, True, "", START, 0, int(self.time_s * 10), 0, 10.0, False)
        worst = Verdict.FAULT if any(risk.finding.verdict is Verdict.FAULT for risk in risks) else Verdict.OK
        return SensorView(SourceId(config.id), config.name, health, worst, None, values, risks, True, "hydraulic-rig", 0.1)

    def _image(self, number: int) -> ImageRecord:
        kinds = ("alarm", "defect", "near_miss", "random_ok")
        kind = kinds[number % len(kinds)]
        defect = kind in ("alarm", "defect")
        camera = self._station.cameras[number % len(self._station.cameras)]
        return ImageRecord(
            number,
            self._folder / f"{number}.png",
            self.now - timedelta(minutes=number),
            SourceId(camera.id),
            Verdict.DEFECT if defect else Verdict.OK,
            "pitting" if defect else "good",
            0.93 if defect else 0.41 if kind == "near_miss" else 0.02,
            0.5,
            '[{"label": "pitting", "score": 0.93, "x": 240, "y": 60, "w": 60, "h": 110}]' if defect else "[]",
            kind,
            "surface-pitting",
            "a" * 64,
            feedback=self._image_answers.get(number),
        )
