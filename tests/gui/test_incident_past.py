"""This file decides whether the chosen warning shows what happened around it, and what was said of it the last times."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.incident_past import last_time_text, traces_of
from gui.language import Language
from gui.line_screen import LineScreen
from gui.window import Window
from inference.findings import Contribution
from station.frames import AlarmId, DefinitionId, PersonId, SourceId
from station.picture_strip import STRIP_TIMES_S, TILE_HEIGHT_PX, TILE_WIDTH_PX, strip_path
from station.view import AlarmKind, AlarmRecord, AlarmState, AlarmView, Feedback, FeedbackAnswer
from tests.gui.conftest import OpenWindow
from tests.gui.fake_line import FakeLine
from tests.gui.layout_checks import clipped_texts, small_targets

DEFECT, FAULT = AlarmId("alarm-0"), AlarmId("alarm-1")


class LineWithPast(FakeLine):
    """A fake line whose warnings have been there before."""

    def __init__(self) -> None:
        super().__init__()
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

    def write_strip(self, folder: Path) -> None:
        """The defect has its picture, and the seconds around it."""
        self._folder = folder
        self.write_pictures()
        path = self.alarm(DEFECT).image_path
        assert path is not None
        row = np.full((TILE_HEIGHT_PX, TILE_WIDTH_PX * len(STRIP_TIMES_S), 3), 90, np.uint8)
        assert cv2.imwrite(str(strip_path(path)), row)


@pytest.fixture
def line() -> LineWithPast:
    return LineWithPast()


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


def real(cause: str, action: str, note: str = "") -> Feedback:
    return Feedback(FeedbackAnswer.REAL, PersonId("wei"), cause_id=cause, action_id=action, note=note)


def test_the_seconds_around_a_defect_are_shown(open_window: OpenWindow, line: LineWithPast, tmp_path: Path) -> None:
    line.write_strip(tmp_path)
    incident = show(open_window, line, DEFECT).incident
    assert incident.strip.isVisible()
    assert incident.strip.row is not None
    assert incident.traces.isVisible()
    assert not incident.around.isVisible(), "there is room for all of it"
    painted = incident.strip.grab().toImage()
    assert painted.pixelColor(painted.width() // 12, painted.height() // 3).red() == 90


def test_a_warning_without_small_pictures_has_no_empty_row(open_window: OpenWindow, line: LineWithPast) -> None:
    incident = show(open_window, line, FAULT).incident
    assert not incident.strip.isVisible()
    assert incident.traces.isVisible()


def test_small_pictures_that_come_later_are_shown(open_window: OpenWindow, line: LineWithPast, tmp_path: Path) -> None:
    line._folder = tmp_path
    line.write_pictures()
    line.change(DEFECT, raised_utc=line.now)
    on = show(open_window, line, DEFECT)
    assert not on.incident.strip.isVisible()
    line.write_strip(tmp_path)
    line.advance(8.0)
    window = on.window()
    assert isinstance(window, Window)
    open_window.settle(window)
    open_window.settle(window)
    assert on.incident.strip.isVisible()


def test_what_was_said_the_last_three_times(open_window: OpenWindow, line: LineWithPast) -> None:
    fault = line.alarm(FAULT)
    for days, said in (
        (1, None),
        (2, real("worn", "changed")),
        (5, real("worn", "", "noisy")),
        (90, real("", "")),
        (91, real("worn", "changed")),
    ):
        line.happened(fault, days, said)
    incident = show(open_window, line, FAULT).incident
    lines = incident.times.text().splitlines()
    assert len(lines) == 4, "a heading and three times; one that nobody answered says nothing"
    assert lines[1].endswith("Real · Pump worn · Pump changed")
    assert lines[2].endswith("Real · Pump worn · noisy")
    assert lines[3].endswith("Real")


def test_other_warnings_say_nothing_of_this_one(open_window: OpenWindow, line: LineWithPast) -> None:
    line.happened(line.alarm(DEFECT), 1, real("wheel", "dress"))
    incident = show(open_window, line, FAULT).incident
    assert incident.times.text() == ""


@pytest.mark.parametrize("language", list(Language))
def test_where_room_is_short_a_key_shows_it(language: Language, open_window: OpenWindow, line: LineWithPast, tmp_path: Path) -> None:
    line.write_strip(tmp_path)
    for days in (1, 2, 3):
        line.happened(line.alarm(DEFECT), days, real("wheel", "dress"))
    on = show(open_window, line, DEFECT, (1366, 768), language=language)
    incident = on.incident
    assert incident.around.isVisible()
    assert not incident.strip.isVisible()
    assert clipped_texts(incident) == []
    window = on.window()
    assert isinstance(window, Window)
    QTest.keyClick(window, Qt.Key.Key_V)
    for _ in range(2):
        line.advance(0.6)
        open_window.settle(window)
    assert incident.strip.isVisible()
    assert incident.times.isVisible()
    assert incident.facts[3].isVisible(), "what to do is always said"
    assert incident.strip.geometry().bottom() < incident.facts[0].geometry().top()
    assert clipped_texts(incident) == []
    assert small_targets(incident) == []
    QTest.keyClick(window, Qt.Key.Key_V)
    assert not incident.strip.isVisible()


def test_another_warning_does_not_show_the_seconds_of_the_one_before(open_window: OpenWindow, line: LineWithPast, tmp_path: Path) -> None:
    line.write_strip(tmp_path)
    on = show(open_window, line, DEFECT)
    window = on.window()
    assert isinstance(window, Window)
    on._on_selected(FAULT)
    window.tick()
    assert on.incident.strip.row is None


def test_traces_are_those_that_tell_most(line: LineWithPast) -> None:
    fault, station = line.alarm(FAULT), line.station
    finding = fault.finding
    assert finding is not None
    driven = dataclasses.replace(
        fault, finding=dataclasses.replace(finding, contributors=(Contribution("FS1", 0.9, 0.4), Contribution("VS1", 0.0, -0.1)))
    )
    assert [one.channel for one in traces_of(driven, station, {})] == ["risk:pump", "FS1", "TS1"]
    assert [one.channel for one in traces_of(line.alarm(DEFECT), station, {})] == ["TS1", "PS1", "FS1"]
    assert traces_of(dataclasses.replace(fault, kind=AlarmKind.SYSTEM), station, {}) == ()
    elsewhere = dataclasses.replace(fault, source_id=SourceId("nobody"), state=AlarmState.LATCHED)
    assert len(traces_of(elsewhere, station, {})) == 3


def test_choices_that_are_gone_are_left_out(line: LineWithPast) -> None:
    fault = line.alarm(FAULT)
    line.happened(fault, 1, real("taken-away", "changed"))
    assert last_time_text(line.past[0], fault.definition).endswith("Real · Pump changed")
