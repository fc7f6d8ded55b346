"""The incidents of the line that never was: their pictures, traces and who did what."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from inference.errors import RecordsError
from inference.findings import ImageU8, Region, Verdict
from station.frames import AlarmId, IncidentId, PersonId, SourceId
from station.incident_view import IncidentStep, IncidentView, StepKind
from station.incidents.evidence import AFTER_S, BEFORE_S, ChannelTrace, Evidence, IncidentRecord, Moment, StripPicture
from station.view import AlarmView
from tests.gui.fake_data import HEIGHT_PX, START, WIDTH_PX, channel_values, picture, risk_score, trace
from tests.gui.fake_station import CHANNELS, TARGETS

_EVERY_S = 0.25


def steps_of(alarms: Sequence[AlarmView]) -> tuple[IncidentStep, ...]:
    """What happened to *alarms*."""
    steps = []
    for alarm in alarms:
        steps.append(IncidentStep(alarm.raised_utc, StepKind.RAISED, alarm.alarm_id, alarm.definition.title))
        if alarm.acknowledged_by is not None:
            at = alarm.acknowledged_utc or alarm.raised_utc + timedelta(seconds=4)
            who = PersonId(alarm.acknowledged_by)
            steps.append(IncidentStep(at, StepKind.ACKNOWLEDGED, alarm.alarm_id, alarm.definition.title, who, "on my way"))
    return tuple(sorted(steps, key=lambda step: step.utc))


def incident_views(alarms: Sequence[AlarmView]) -> tuple[IncidentView, ...]:
    """The open incidents of *alarms*."""
    of: dict[IncidentId, list[AlarmView]] = {}
    for alarm in alarms:
        if alarm.incident_id:
            of.setdefault(alarm.incident_id, []).append(alarm)
    return tuple(
        IncidentView(
            incident_id,
            mine[0].definition.asset,
            mine[0].definition.id,
            mine[0].definition.title,
            min(one.raised_utc for one in mine),
            min(one.respond_by_utc for one in mine),
            tuple(one.alarm_id for one in mine),
            steps_of(mine),
        )
        for incident_id, mine in of.items()
    )


class FakeIncidents:
    """Implements :class:`station.incident_port.IncidentPort`.

    Attributes:
        strips: Cameras that have pictures; empty for none.
        missing: What ``Evidence.missing`` says.
        closed: Incidents that are over, by id.
        asked: Every incident that was read.
        fail_with: When set, every question fails with this sentence.
    """

    def __init__(self, alarms: Callable[[], tuple[AlarmView, ...]], cameras: Sequence[SourceId]) -> None:
        self._alarms, self._cameras = alarms, tuple(cameras)
        self.strips: tuple[SourceId, ...] = ()
        self.missing = ""
        self.closed: dict[IncidentId, IncidentRecord] = {}
        self.asked: list[IncidentId] = []
        self.fail_with = ""

    def evidence(self, incident_id: IncidentId) -> Evidence:
        self.asked.append(incident_id)
        if self.fail_with:
            raise RecordsError(self.fail_with)
        record = self._record(incident_id)
        first = min(record.alarms, key=lambda alarm: alarm.raised_utc)
        moment = Moment(first.alarm_id, first.raised_utc, self._pictures(first), _traces(first.raised_utc), complete=True)
        return Evidence(record, () if self.missing else (moment,), self.missing)

    def history(self, since_utc: datetime, until_utc: datetime) -> Sequence[IncidentRecord]:
        return [one for one in self.closed.values() if since_utc <= one.opened_utc < until_utc]

    def incident_of(self, alarm_id: AlarmId) -> IncidentId | None:
        known = {alarm.alarm_id: alarm.incident_id for alarm in self._alarms()}
        known |= {alarm.alarm_id: one.incident_id for one in self.closed.values() for alarm in one.alarms}
        return known.get(alarm_id) or None

    def _record(self, incident_id: IncidentId) -> IncidentRecord:
        if incident_id in self.closed:
            return self.closed[incident_id]
        mine = [alarm for alarm in self._alarms() if alarm.incident_id == incident_id]
        if not mine:
            raise RecordsError("There is no such incident", value=incident_id)
        opened = min(alarm.raised_utc for alarm in mine)
        return IncidentRecord(incident_id, mine[0].definition.asset, mine[0].definition.id, opened, None, tuple(mine), steps_of(mine))

    def _pictures(self, alarm: AlarmView) -> tuple[StripPicture, ...]:
        found = []
        for camera in self.strips:
            image = picture(self._cameras.index(camera))
            for number in range(round((BEFORE_S + AFTER_S) / _EVERY_S) + 1):
                at_s = number * _EVERY_S - BEFORE_S
                found.append(_picture(camera, alarm.raised_utc + timedelta(seconds=at_s), number, image, defect=-1.0 <= at_s < 3.0))
        at_raise = [one for one in found if one.utc == alarm.raised_utc and one.source_id == alarm.source_id]
        if at_raise and alarm.image_path is not None:
            found[found.index(at_raise[0])] = dataclasses.replace(at_raise[0], full=Path(alarm.image_path))
        return tuple(found)


def _picture(camera: SourceId, utc: datetime, number: int, image: ImageU8, *, defect: bool) -> StripPicture:
    """A picture whose brightness says which one it is."""
    small = np.asarray(cv2.resize(image, (480, round(480 * HEIGHT_PX / WIDTH_PX))), np.uint8)
    moved = np.roll(small, number * 6, axis=1)
    heat = np.zeros((98, 240), np.uint8)
    heat[25:70, 100:130] = 220
    return StripPicture(
        camera,
        utc,
        0.0,
        number,
        Verdict.DEFECT if defect else Verdict.OK,
        "pitting" if defect else "good",
        0.93 if defect else 0.04,
        0.5,
        "",
        (Region("pitting", 0.93, 240, 60, 60, 110),) if defect else (),
        WIDTH_PX,
        HEIGHT_PX,
        cv2.imencode(".jpg", moved)[1].tobytes(),
        cv2.imencode(".jpg", heat)[1].tobytes() if defect else b"",
    )


def _traces(raised_utc: datetime) -> tuple[ChannelTrace, ...]:
    utc_s = raised_utc.timestamp() + np.arange(-BEFORE_S, AFTER_S, 0.1)
    time_s = utc_s - START.timestamp()
    values = [(name, channel_values(index, time_s)) for index, (name, *_) in enumerate(CHANNELS)]
    risks = [(f"risk:{target}", risk_score(index, time_s)) for index, target in enumerate(TARGETS)]
    return tuple(ChannelTrace(SourceId("rig"), name, trace(utc_s.copy(), value)) for name, value in (*values, *risks))
