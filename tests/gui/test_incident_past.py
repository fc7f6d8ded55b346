"""This file decides whether the seconds around a warning can be gone through in the panel of the chosen warning."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gui.incident_past import last_time_text, traces_of
from gui.incident_seconds import Rows, Still, still_at, value_at
from gui.incident_timeline import IncidentTimeline
from gui.language import Language
from gui.theme import ThemeSource
from gui.window import Window
from inference.findings import Contribution, Verdict
from station.frames import AlarmId, SourceId
from station.incidents.evidence import AFTER_S, BEFORE_S
from station.incidents.evidence_writer import NO_ROOM
from station.view import AlarmKind, AlarmState
from tests.gui.conftest import OpenWindow
from tests.gui.fake_data import picture, trace
from tests.gui.incident_stand import CAM1, CAM2, DEFECT, FAULT, LineWithPast, press, real, show
from tests.gui.layout_checks import clipped_texts, outside, small_targets


@pytest.fixture
def line(tmp_path: Path) -> LineWithPast:
    made = LineWithPast(tmp_path)
    made.write_pictures()
    made.incidents.strips = (CAM1, CAM2)
    return made


# ------------------------------------------------------------------ the panel


def test_the_seconds_around_a_defect_are_shown_with_the_cursor_at_the_raise(open_window: OpenWindow, line: LineWithPast) -> None:
    incident = show(open_window, line, DEFECT).incident
    assert incident.timeline.isVisible()
    assert len(incident.timeline.film) == (BEFORE_S + AFTER_S) / 0.25 + 1
    assert incident.timeline.curve_names
    assert incident.timeline.at_s == 0.0
    assert [mark.priority for mark in incident.timeline.marks] == [2], "the raise"
    assert incident.view.shown is not None
    assert incident.view.shown.full == line.alarm(DEFECT).image_path, "at the raise it is the judged frame itself"
    assert incident.picture._picture is not None
    assert incident.picture._picture.factor == 1.0


def test_one_cursor_runs_through_picture_film_traces_and_events(open_window: OpenWindow, line: LineWithPast) -> None:
    on = show(open_window, line, DEFECT)
    timeline, incident = on.incident.timeline, on.incident
    window = on.window()
    QTest.keyClick(window, Qt.Key.Key_Left)
    assert timeline.at_s == pytest.approx(-0.25)
    QTest.keyClick(window, Qt.Key.Key_Right)
    QTest.keyClick(window, Qt.Key.Key_Right)
    assert timeline.at_s == pytest.approx(0.25)
    assert incident.view.shown is not None
    assert (incident.view.shown.utc - line.alarm(DEFECT).raised_utc).total_seconds() == pytest.approx(0.25)
    assert "+0.2 s" in incident.picture.caption or "+0.3 s" in incident.picture.caption
    before = timeline.grab().toImage()
    press(timeline, 0.2, timeline.height() - 4)
    assert timeline.at_s == pytest.approx(-7.0, abs=0.1)
    assert timeline.grab().toImage() != before
    shown = incident.view.shown
    assert shown is not None
    assert shown.verdict is Verdict.OK
    assert incident.picture._regions == ()
    QTest.mousePress(timeline, Qt.MouseButton.LeftButton, pos=QPoint(10, timeline.height() - 4))
    QTest.mouseMove(timeline, QPoint(round(timeline.width() * 0.9), timeline.height() - 4))
    QTest.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(timeline.width() * 0.9), timeline.height() - 4))
    QTest.keyClick(window, Qt.Key.Key_Home)
    assert timeline.at_s == 0.0


def test_a_tap_on_a_strip_picture_goes_to_that_picture(open_window: OpenWindow, line: LineWithPast) -> None:
    timeline = show(open_window, line, DEFECT).incident.timeline
    where, still = timeline._tiles()[1]
    QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(where.left()) + 3, 8))
    assert timeline.at_s == still.at_s


def test_the_heatmap_lies_over_the_picture_at_the_cursor(open_window: OpenWindow, line: LineWithPast) -> None:
    on = show(open_window, line, DEFECT)
    incident = on.incident
    incident.timeline.set_at(1.0)
    assert incident.heat.isVisible()
    plain = incident.picture.grab().toImage()
    QTest.keyClick(on.window(), Qt.Key.Key_H)
    assert incident.picture.grab().toImage() != plain
    incident.timeline.set_at(-8.0)
    assert not incident.view.has_heat, "nothing was found then"


def test_a_warning_of_the_machine_alone_has_no_empty_film(open_window: OpenWindow, line: LineWithPast) -> None:
    line.incidents.strips = ()
    incident = show(open_window, line, FAULT).incident
    assert incident.timeline.film == ()
    assert incident.timeline.isVisible()
    assert incident.timeline.curve_names[0].startswith("Risk: Pump leak")
    assert not incident.picture.isVisible()


def test_seconds_that_come_later_are_shown(open_window: OpenWindow, line: LineWithPast) -> None:
    line.incidents.missing = "The pictures are being kept"
    line.change(DEFECT, raised_utc=line.now, image_path=None)
    on = show(open_window, line, DEFECT)
    assert on.incident.timeline.film == ()
    assert on.incident.picture._message == "The pictures are being kept"
    line.incidents.missing = ""
    line.advance(8.0)
    window = on.window()
    assert isinstance(window, Window)
    for _ in range(3):
        line.advance(0.6)
        open_window.settle(window)
    assert on.incident.timeline.film != ()


def test_on_a_full_disk_the_panel_says_why_there_are_no_pictures(open_window: OpenWindow, line: LineWithPast) -> None:
    line.incidents.missing = NO_ROOM
    line.change(DEFECT, image_path=None)
    on = show(open_window, line, DEFECT)
    assert on.incident.picture.isVisible()
    assert on.incident.picture._message == "No pictures were kept: no room on the disk"
    assert on.incident.facts[3].isVisible()
    assert clipped_texts(on.incident) == []


def test_records_that_cannot_be_read_leave_the_warning_as_it_is(open_window: OpenWindow, line: LineWithPast) -> None:
    line.incidents.fail_with = "The records cannot be read"
    on = show(open_window, line, DEFECT)
    assert on.incident.timeline.film == ()
    assert on.incident.picture._picture is not None, "the judged frame itself is there"
    assert on.incident.facts[3].text()


def test_another_warning_does_not_show_the_seconds_of_the_one_before(open_window: OpenWindow, line: LineWithPast) -> None:
    on = show(open_window, line, DEFECT)
    window = on.window()
    assert isinstance(window, Window)
    on._on_selected(FAULT)
    window.tick()
    assert on.incident.timeline.film == ()


def test_an_incident_of_two_senses_is_one_row_that_names_both(open_window: OpenWindow, line: LineWithPast) -> None:
    line.join()
    on = show(open_window, line, DEFECT)
    rows = [(row.alarm.alarm_id, row._under) for row in on.warnings.rows if row.alarm is not None]
    assert [alarm for alarm, _ in rows] == ["alarm-0", "alarm-1", "alarm-2"], "the chosen one shows its warnings"
    assert "Camera 1 + Hydraulic rig" in rows[0][1]
    on._on_selected("alarm-2")
    window = on.window()
    assert isinstance(window, Window)
    open_window.settle(window)
    assert [row.alarm.alarm_id for row in on.warnings.rows if row.alarm is not None] == ["alarm-0", "alarm-2"]


def test_a_warning_that_joins_has_its_seconds_read(open_window: OpenWindow, line: LineWithPast) -> None:
    on = show(open_window, line, DEFECT)
    asked = len(line.incidents.asked)
    line.join()
    window = on.window()
    assert isinstance(window, Window)
    for _ in range(3):
        line.advance(0.6)
        open_window.settle(window)
    assert len(line.incidents.asked) > asked


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
@pytest.mark.parametrize("alarm", [DEFECT, FAULT])
def test_the_narrow_panel_stays_calm(
    alarm: AlarmId, size: tuple[int, int], language: Language, open_window: OpenWindow, line: LineWithPast
) -> None:
    line.join()
    for days in (1, 2, 3):
        line.happened(line.alarm(alarm), days, real("wheel", "dress"))
    incident = show(open_window, line, alarm, size, language).incident
    assert clipped_texts(incident) == []
    assert outside(incident) == []
    assert incident.facts[0].isVisible()
    assert incident.facts[3].isVisible(), "what to do is always said"
    assert small_targets(incident) == []
    assert incident.enlarge.isVisible(), "what has no room here is one press away"


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


# ------------------------------------------------------------------ the parts


def test_the_timeline_finds_what_stood_at_a_moment(theme_source: ThemeSource) -> None:
    film = [Still(at_s, picture(0), Verdict.OK) for at_s in (-2.0, 0.0, 2.0)]
    assert still_at(film, -9.0) is film[0]
    assert still_at(film, 1.9) is film[1]
    assert still_at([], 0.0) is None
    one = trace(np.array([0.0, 1.0, 2.0]), np.array([5.0, np.nan, 7.0]))
    assert value_at(one, -1.0) is None
    assert value_at(one, 1.5) == 5.0
    assert value_at(one, 9.0) == 7.0
    timeline = IncidentTimeline(theme_source)
    timeline.resize(400, 100)
    had = [timeline.has_rows]
    timeline.show_seconds(film, (), (), 0.0)
    had.append(timeline.has_rows)
    timeline.show_rows(Rows.TRACES)
    assert [*had, timeline.has_rows] == [False, True, False]
    timeline.set_at(99.0)
    assert timeline.at_s == AFTER_S


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
