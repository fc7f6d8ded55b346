"""This file decides how tests of incidents make a line with a past, choose a warning and enlarge its incident."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gui.incident_screen import IncidentScreen
from gui.incident_timeline import IncidentTimeline
from gui.language import Language
from gui.line_screen import LineScreen
from gui.theme import Mode
from gui.window import Window
from station.frames import AlarmId, DefinitionId, IncidentId, PersonId, SourceId
from station.incidents.evidence import IncidentRecord
from station.view import AlarmRecord, AlarmState, AlarmView, Feedback, FeedbackAnswer
from tests.gui.conftest import OpenWindow
from tests.gui.fake_incidents import steps_of
from tests.gui.fake_line import FakeLine

DEFECT, FAULT = AlarmId("alarm-0"), AlarmId("alarm-1")
CAM1, CAM2 = SourceId("cam1"), SourceId("cam2")


class LineWithPast(FakeLine):
    """A fake line whose warnings have been there before."""

    def __init__(self, folder: Path = Path("nowhere")) -> None:
        super().__init__(folder=folder)
        self.past: list[AlarmRecord] = []

    def alarm_history(self, since_utc: datetime, until_utc: datetime) -> Sequence[AlarmRecord]:
        past = [record for record in self.past if since_utc <= record.raised_utc < until_utc]
        return [*super().alarm_history(since_utc, until_utc), *past]

    def happened(self, alarm: AlarmView, days_ago: float, said: Feedback | None) -> None:
        """*alarm* has been there *days_ago*, and was answered so."""
        at = alarm.raised_utc - timedelta(days=days_ago)
        definition = alarm.definition
        self.past.append(
            AlarmRecord(
                AlarmId(f"old-{days_ago}"),
                DefinitionId(definition.id),
                definition.title,
                alarm.kind,
                definition.priority,
                alarm.source_id,
                definition.asset,
                at,
                at,
                at,
                "wei",
                at,
                3,
                said,
            )
        )

    def alarm(self, alarm_id: AlarmId) -> AlarmView:
        """An open warning."""
        return self._alarms[alarm_id]

    def change(self, alarm_id: AlarmId, **changed: object) -> None:
        """Change an open warning."""
        self._alarms[alarm_id] = dataclasses.replace(self._alarms[alarm_id], **changed)  # type: ignore[arg-type]
        self._changed += 1

    def join(self) -> None:
        """The defect and the fault are one incident."""
        self.change(FAULT, incident_id=IncidentId("incident-0"))

    def close(self, alarm_id: AlarmId) -> None:
        """A warning is over, and its incident with it."""
        alarm = self._alarms.pop(alarm_id)
        self._changed += 1
        over = dataclasses.replace(alarm, state=AlarmState.NORMAL)
        self.incidents.closed[alarm.incident_id] = IncidentRecord(
            alarm.incident_id, alarm.definition.asset, alarm.definition.id, alarm.raised_utc, self.now, (over,), steps_of((over,))
        )


def screen(window: Window) -> LineScreen:
    found = window.findChild(LineScreen)
    assert isinstance(found, LineScreen)
    return found


def show(
    open_window: OpenWindow,
    line: LineWithPast,
    alarm_id: AlarmId,
    size: tuple[int, int] = (1920, 1080),
    language: Language = Language.ENGLISH,
) -> LineScreen:
    window = open_window(line, size, language=language)
    on = screen(window)
    on._on_selected(alarm_id)
    for _ in range(3):
        line.advance(0.6)
        open_window.settle(window)
    assert on.incident.alarm is not None
    assert on.incident.alarm.alarm_id == alarm_id
    return on


def enlarge(
    open_window: OpenWindow,
    line: LineWithPast,
    size: tuple[int, int] = (1920, 1080),
    language: Language = Language.ENGLISH,
    mode: Mode = Mode.LIGHT,
) -> tuple[Window, IncidentScreen]:
    window = open_window(line, size, mode, language)
    QTest.keyClick(window, Qt.Key.Key_I)
    for _ in range(3):
        line.advance(0.6)
        open_window.settle(window)
    assert isinstance(window.current, IncidentScreen)
    return window, window.current


def press(timeline: IncidentTimeline, share: float, y: int) -> None:
    QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(share * (timeline.width() - 1)), y))


def real(cause: str, action: str, note: str = "") -> Feedback:
    return Feedback(FeedbackAnswer.REAL, PersonId("wei"), cause_id=cause, action_id=action, note=note)
