"""This file decides whether the seconds around a warning can be gone through, in the panel and in the full window."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gui.incident_past import last_time_text, traces_of
from gui.incident_screen import IncidentScreen
from gui.incident_seconds import Rows, Still, still_at, value_at
from gui.incident_timeline import IncidentTimeline
from gui.language import Language
from gui.line_screen import LineScreen
from gui.rail import Room
from gui.report_room import ReportRoom
from gui.theme import Mode, ThemeSource
from gui.window import Window
from inference.findings import Contribution, Verdict
from station.frames import AlarmId, DefinitionId, IncidentId, PersonId, SourceId
from station.incidents.evidence import AFTER_S, BEFORE_S, IncidentRecord
from station.incidents.evidence_writer import NO_ROOM
from station.view import AlarmKind, AlarmRecord, AlarmState, AlarmView, Feedback, FeedbackAnswer
from tests.gui.conftest import OpenWindow
from tests.gui.fake_data import picture, trace
from tests.gui.fake_incidents import steps_of
from tests.gui.fake_line import FakeLine
from tests.gui.layout_checks import clipped_texts, keyless_buttons, outside, small_targets

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


@pytest.fixture
def line(tmp_path: Path) -> LineWithPast:
    made = LineWithPast(tmp_path)
    made.write_pictures()
    made.incidents.strips = (CAM1, CAM2)
    return made


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
    assert not timeline.has_rows
    timeline.show_seconds(film, (), (), 0.0)
    assert timeline.has_rows
    timeline.show_rows(Rows.TRACES)
    assert not timeline.has_rows
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
