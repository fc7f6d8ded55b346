"""This file decides whether an incident, open or closed, can be gone through in the full window."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.incident_screen import IncidentScreen
from gui.language import Language
from gui.rail import Room
from gui.report_room import ReportRoom
from tests.gui.conftest import OpenWindow
from tests.gui.incident_stand import CAM1, CAM2, DEFECT, FAULT, LineWithPast, enlarge, screen
from tests.gui.layout_checks import clipped_texts, keyless_buttons, outside, small_targets


@pytest.fixture
def line(tmp_path: Path) -> LineWithPast:
    made = LineWithPast(tmp_path)
    made.write_pictures()
    made.incidents.strips = (CAM1, CAM2)
    return made


# ------------------------------------------------------------------ the full window


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
def test_a_key_enlarges_the_incident_and_esc_goes_back(
    size: tuple[int, int], language: Language, open_window: OpenWindow, line: LineWithPast
) -> None:
    line.join()
    window, shown = enlarge(open_window, line, size, language)
    assert shown.isVisible()
    assert not screen(window).isVisible()
    assert shown.view.timeline.isVisible()
    assert shown.view.picture.height() > window.height() * 0.2
    assert shown.facts.texts[1].isVisible(), "the likely cause has room here"
    assert len([line_ for line_ in shown.steps if line_.isVisible()]) == 3
    assert clipped_texts(shown) == []
    assert small_targets(shown) == []
    assert outside(shown) == []
    assert keyless_buttons(shown) == []
    assert window.banner.isVisible(), "the most urgent warning is never hidden"
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.current is screen(window)


def test_the_full_window_goes_through_cameras_warnings_and_seconds(open_window: OpenWindow, line: LineWithPast) -> None:
    line.join()
    window, shown = enlarge(open_window, line)
    assert shown.view.films == (CAM1, CAM2)
    assert shown.view.camera == CAM1
    QTest.keyClick(window, Qt.Key.Key_G)
    assert shown.view.camera == CAM2
    QTest.keyClick(window, Qt.Key.Key_Left)
    assert shown.view.timeline.at_s == pytest.approx(-0.25)
    assert shown.title.text() == "Pitting on camera 1"
    QTest.keyClick(window, Qt.Key.Key_Down)
    assert shown.title.text() == "Pump leak, weak"
    assert shown.alarms[1].isChecked()
    QTest.keyClick(window, Qt.Key.Key_R)
    open_window.settle(window)
    assert [said.alarm_id for said in line.feedback] == [FAULT], "the answer goes to the warning that is chosen"


def test_who_did_what_has_person_local_time_and_note(open_window: OpenWindow, line: LineWithPast) -> None:
    line.join()
    _, shown = enlarge(open_window, line)
    texts = [one.text() for one in shown.steps if one.isVisible()]
    at = (line.alarm(FAULT).raised_utc + timedelta(seconds=4)).astimezone()
    assert f"{at:%H:%M:%S}  Pump leak, weak · acknowledged · Wei · “on my way”" in texts


def test_what_happens_meanwhile_is_shown(open_window: OpenWindow, line: LineWithPast) -> None:
    window, shown = enlarge(open_window, line)
    before = len([one for one in shown.steps if one.isVisible()])
    QTest.keyClick(window, Qt.Key.Key_Space)
    for _ in range(3):
        line.advance(0.6)
        open_window.settle(window)
    assert len([one for one in shown.steps if one.isVisible()]) == before + 1


def test_an_incident_that_closes_stays_on_screen_until_the_person_goes(open_window: OpenWindow, line: LineWithPast) -> None:
    window, shown = enlarge(open_window, line)
    line.close(DEFECT)
    for _ in range(3):
        line.advance(0.6)
        open_window.settle(window)
    assert window.current is shown
    assert shown.title.text() == "Pitting on camera 1"
    assert not shown.feedback.isVisible()
    assert " to " in shown._when.text()


def test_a_closed_incident_opens_from_the_report(open_window: OpenWindow, line: LineWithPast) -> None:
    alarm = line.alarm(DEFECT)
    window = open_window(line)
    window.show_room(Room.REPORT)
    open_window.settle(window)
    room = window.screens[Room.REPORT]
    assert isinstance(room, ReportRoom)
    report = room.report
    row = next(n for n in range(9) if (one := report._table_model.alarm_at(n)) is not None and one.alarm_id == DEFECT)
    line.close(DEFECT)
    for _ in range(9):
        QTest.keyClick(window, Qt.Key.Key_Up)
    for _ in range(row):
        QTest.keyClick(window, Qt.Key.Key_Down)
    QTest.keyClick(window, Qt.Key.Key_I)
    for _ in range(2):
        line.advance(0.6)
        open_window.settle(window)
    shown = window.current
    assert isinstance(shown, IncidentScreen)
    assert shown.incident_id == alarm.incident_id
    assert shown.title.text() == "Pitting on camera 1"
    assert shown.view.timeline.film != ()
    assert clipped_texts(shown) == []
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.current is room


def test_an_incident_that_cannot_be_read_says_so(open_window: OpenWindow, line: LineWithPast) -> None:
    line.incidents.fail_with = "The records cannot be read"
    _, shown = enlarge(open_window, line)
    assert shown.title.text() == "Pitting on camera 1", "what is open is known without the disk"
    assert shown._missing.text().startswith("The records cannot be read")


def test_entering_a_room_leaves_the_incident(open_window: OpenWindow, line: LineWithPast) -> None:
    window, shown = enlarge(open_window, line)
    QTest.keyClick(window, Qt.Key.Key_F6)
    assert window.current is window.screens[Room.SETUP]
    assert not shown.isVisible()
