"""The Line screen: pictures, verdicts, reasons, the chosen warning, and its answer by keys."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.choice_popup import ChoicePopup, NotePopup
from gui.language import Language
from gui.line_screen import LineScreen
from gui.rail import Room
from gui.window import Window
from inference.findings import Verdict
from inference.reasons import Reason, ReasonCode
from station.config import GrowthCondition, Text
from station.frames import AlarmId, SourceId
from station.health import DeviceStatus
from station.paths import heat_path
from station.view import AlarmState, AlarmView, FeedbackAnswer
from tests.gui.conftest import OpenWindow
from tests.gui.fake_line import FakeLine
from tests.gui.layout_checks import clipped_texts, press, small_targets


def line_screen(window: Window) -> LineScreen:
    screen = window.screens[Room.LINE]
    assert isinstance(screen, LineScreen)
    return screen


def test_real_cause_and_action_by_keys(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    bar = line_screen(window).incident.feedback
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: len(fake_line.feedback) == 1, timeout=3000)
    open_window.settle(window)
    assert bar.state.text() == "Saved ✓ · Real · Wei"
    window.activateWindow()  # the offscreen platform does not give it back by itself
    qtbot.waitUntil(window.isActiveWindow, timeout=3000)
    press(window, Qt.Key.Key_C)
    # The action is asked for after the cause, once that is saved: four keys in all.
    for title, choice, saved in (("What was the cause?", Qt.Key.Key_2, 2), ("What was done?", Qt.Key.Key_3, 3)):
        qtbot.waitUntil(lambda title=title: title in [one.windowTitle() for one in window.findChildren(ChoicePopup)], timeout=3000)
        popup = next(one for one in window.findChildren(ChoicePopup) if one.windowTitle() == title)
        popup.activateWindow()
        qtbot.waitUntil(popup.isActiveWindow, timeout=3000)
        assert clipped_texts(popup) == []
        assert small_targets(popup) == []
        press(popup, Qt.Key.Key_Space)
        assert len(fake_line.feedback) == saved - 1, "Space acknowledges elsewhere; here it chooses nothing"
        press(popup, choice)
        qtbot.waitUntil(lambda saved=saved: len(fake_line.feedback) == saved, timeout=3000)
        open_window.settle(window)
    last = fake_line.feedback[-1]
    assert (last.answer, last.cause_id, last.action_id, last.person_id, last.alarm_id) == (
        FeedbackAnswer.REAL,
        "coolant",
        "sort",
        "wei",
        "alarm-0",
    )
    assert bar.state.text() == "Saved ✓ · Real · Coolant contaminated · Parts sorted out · Wei"


def test_note_by_keys(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    press(window, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: len(fake_line.feedback) == 1, timeout=3000)
    open_window.settle(window)
    press(window, Qt.Key.Key_N)
    popup = window.findChild(NotePopup)
    assert popup is not None
    qtbot.waitUntil(popup.isActiveWindow, timeout=3000)
    qtbot.keyClicks(popup._edit, "only oil, s r f")
    press(popup._edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(fake_line.feedback) == 2, timeout=3000)
    assert fake_line.feedback[-1].note == "only oil, s r f"
    assert fake_line.feedback[-1].answer is FeedbackAnswer.FALSE
    open_window.settle(window)


def test_saved_is_said_only_after_it_is(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    bar = line_screen(window).incident.feedback
    fake_line.gate.clear()
    press(window, Qt.Key.Key_U)
    for _ in range(5):
        window.tick()
        qtbot.wait(20)
    assert bar.state.text() == "Saving…"
    assert not any(button.isChecked() for button in bar.answers.values())
    fake_line.gate.set()
    qtbot.waitUntil(lambda: bar.state.text() == "Saved ✓ · Unsure · Wei", timeout=3000)
    assert bar.answers[FeedbackAnswer.UNSURE].isChecked()


def test_not_saved_says_why(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    bar = line_screen(window).incident.feedback
    fake_line.fail_with = "The disk is full. Free some space."
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: bar.state.text() == "Not saved: The disk is full. Free some space.", timeout=3000)
    assert not any(button.isChecked() for button in bar.answers.values())
    assert all(button.isEnabled() for button in bar.answers.values()), "it can be tried again"
    assert not bar.cause.isEnabled()


def test_arrows_choose_a_warning(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    screen = line_screen(window)
    order = [alarm.alarm_id for alarm in fake_line.alarms()]
    assert screen.chosen == order[0]
    press(window, Qt.Key.Key_Down)
    window.tick()
    assert screen.chosen == order[1]
    press(window, Qt.Key.Key_Up)
    window.tick()
    assert screen.chosen == order[0]


def test_unacknowledged_come_first_and_are_marked(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    rows = line_screen(window).warnings.rows
    assert [row.alarm.alarm_id for row in rows if row.alarm] == ["alarm-0", "alarm-2", "alarm-1"]
    assert [row._mark for row in rows] == ["NEW", "", ""]


def test_a_new_urgent_warning_is_chosen_but_a_choice_stays(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    screen = line_screen(window)
    press(window, Qt.Key.Key_Down)
    window.tick()
    kept = screen.chosen
    fake_line.advance(5.0)
    window.tick()
    assert screen.chosen == kept
    first = fake_line._alarms[AlarmId("alarm-0")]
    fake_line._alarms[AlarmId("alarm-9")] = dataclasses.replace(
        first, alarm_id=AlarmId("alarm-9"), raised_monotonic_s=fake_line.time_s, raised_utc=fake_line.now
    )
    fake_line.advance(1.0)
    window.tick()
    assert screen.chosen == kept, "somebody is busy with it: an answer on its way must not go to another warning"
    fake_line.advance(15.0)
    window.tick()
    assert screen.chosen == "alarm-9"


def test_what_grew_is_said_instead_of_one_pictures_score(open_window: OpenWindow, fake_line: FakeLine) -> None:
    grows = AlarmId("alarm-0")
    alarm = fake_line._alarms[grows]
    growth = alarm.definition.model_copy(update={"when": GrowthCondition(kind="growth", source="cam1", position="left")})
    detail = "The found area grew to 0.605 % of the picture where 0.010 % is normal, since 2026-03-08 00:00:00 UTC by 0.605 % a day"
    fake_line._alarms = {grows: dataclasses.replace(alarm, definition=growth, detail=detail, count=1)}
    window = open_window(fake_line)
    found = line_screen(window).incident.facts[0].text()
    assert found.startswith("The found area grew to 0.605 % of the picture where 0.010 % is normal, since ")
    assert "UTC" not in found, "times are local"
    assert "limit" not in found


def test_late_is_said(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    by = line_screen(window).incident.facts[4]
    assert by.text().endswith("09:48 left")
    fake_line.advance(700.0)
    window.tick()
    assert by.text().endswith("late by 01:52")
    assert by.property("role") == "error"


def test_latched_warning_is_reset(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    latched = AlarmId("alarm-0")
    fake_line._alarms = {latched: dataclasses.replace(fake_line._alarms[latched], state=AlarmState.LATCHED)}
    window = open_window(fake_line)
    press(window, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: fake_line.resets == [latched], timeout=3000)
    open_window.settle(window)
    assert line_screen(window).incident.alarm is None


def test_heatmap_by_key(open_window: OpenWindow, fake_line: FakeLine, tmp_path: Path, qtbot: QtBot) -> None:
    fake_line._folder = tmp_path
    fake_line.write_pictures()
    window = open_window(fake_line)
    incident = line_screen(window).incident
    qtbot.waitUntil(incident.heat.isVisible, timeout=3000)
    plain = incident.picture.grab().toImage()
    press(window, Qt.Key.Key_H)
    assert incident.picture.heat_shown
    assert incident.picture.grab().toImage() != plain


def test_after_a_restart_the_heatmap_beside_the_picture_and_the_regions_are_shown(
    open_window: OpenWindow, fake_line: FakeLine, tmp_path: Path, qtbot: QtBot
) -> None:
    fake_line._folder = tmp_path
    fake_line.write_pictures()
    first = AlarmId("alarm-0")
    alarm = fake_line._alarms[first]
    assert alarm.finding is not None
    assert alarm.finding.heatmap is not None
    assert alarm.image_path is not None
    kept = dataclasses.replace(alarm.finding, heatmap=None)  # as the records give it back
    fake_line._alarms[first] = dataclasses.replace(alarm, finding=kept)
    encoded, data = cv2.imencode(".png", alarm.finding.heatmap)
    assert encoded
    heat_path(alarm.image_path).write_bytes(data.tobytes())
    incident = line_screen(open_window(fake_line)).incident
    qtbot.waitUntil(incident.heat.isVisible, timeout=3000)
    assert incident.picture._regions == kept.regions != ()
    assert incident.picture._picture is not None
    assert incident.picture._picture.heat is not None
    assert incident.picture._picture.heat[..., 3].max() == int(alarm.finding.heatmap.max()) * 7 // 10


def test_missing_picture_is_said(open_window: OpenWindow, fake_line: FakeLine, tmp_path: Path, qtbot: QtBot) -> None:
    first = AlarmId("alarm-0")
    fake_line._alarms[first] = dataclasses.replace(fake_line._alarms[first], image_path=tmp_path / "gone.png")
    window = open_window(fake_line)
    incident = line_screen(window).incident
    qtbot.waitUntil(lambda: incident.picture._message == "The picture is being kept.", timeout=3000)
    for _ in range(9):
        fake_line.advance(0.6)
        open_window.settle(window)
    assert "cannot be read" in incident.picture._message


def test_picture_that_comes_late_is_shown(open_window: OpenWindow, fake_line: FakeLine, tmp_path: Path, qtbot: QtBot) -> None:
    first = AlarmId("alarm-0")
    fake_line._folder = tmp_path
    fake_line._alarms[first] = dataclasses.replace(fake_line._alarms[first], image_path=tmp_path / "0.png")
    window = open_window(fake_line)
    incident = line_screen(window).incident
    assert incident.picture._picture is None
    fake_line.write_pictures()
    fake_line.advance(0.6)
    qtbot.wait(20)
    open_window.settle(window)
    open_window.settle(window)
    assert incident.picture._picture is not None


def test_no_verdict_says_why(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    tile = line_screen(window).cameras.tiles[SourceId("cam3")]
    assert tile.verdict is Verdict.NO_VERDICT
    assert tile._shown is not None
    assert tile._shown.headline.startswith("No picture since ")
    assert tile.sentence == "Cable or power of the camera. Trying again (7)."


def test_a_camera_that_opens_slowly_says_how_long(open_window: OpenWindow, fake_line: FakeLine) -> None:
    tile = line_screen(open_window(fake_line)).cameras.tiles[SourceId("cam2")]
    view = fake_line.snapshot().cameras[1]
    detail = "No answer for 2 s; it is given 8.5 s to open"
    health = dataclasses.replace(view.health, alive=False, on_time=False, detail=detail, status=DeviceStatus.FUNCTION_CHECK)
    slow = dataclasses.replace(view, verdict=Verdict.NO_VERDICT, reason=Reason.of(ReasonCode.NOT_STARTED), health=health)
    tile.show_camera(slow, None, 0.0)
    assert tile.sentence == f"{detail}."


def test_every_reason_fits_its_tile_in_chinese(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line, (1366, 768), language=Language.CHINESE)
    tile = line_screen(window).cameras.tiles[SourceId("cam2")]
    view = fake_line.snapshot().cameras[1]
    clipped = []
    for code in ReasonCode:
        reason = Reason.of(code, source="Camera 2", detail="no frame for 2.0 s", age_s="2.4", size="1 x 1", limit="8 x 8", channel="TS1")
        tile.show_camera(dataclasses.replace(view, verdict=Verdict.NO_VERDICT, reason=reason), None, 0.0)
        tile.grab()
        assert tile._shown is not None
        assert tile._shown.headline
        if tile.clipped:
            clipped.append(code)
    assert clipped == []


def test_defect_shows_the_judged_frame_itself(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    tile = line_screen(window).cameras.tiles[SourceId("cam1")]
    judged = fake_line.snapshot().cameras[0].latest
    assert judged is not None
    assert tile._sequence == (judged.frame.sequence, True)


def test_picture_is_scaled_once_per_frame(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    tile = line_screen(window).cameras.tiles[SourceId("cam2")]
    tile.grab()
    first = tile._scaled_buffer
    window.tick()
    tile.grab()
    assert tile._scaled_buffer is first
    fake_line.advance(1.0)
    window.tick()
    tile.grab()
    assert tile._scaled_buffer is not first
    assert isinstance(first, np.ndarray)


def test_number_keys_enlarge_and_escape_shows_all(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    grid = line_screen(window).cameras
    press(window, Qt.Key.Key_2)
    assert grid.enlarged == 1
    assert [tile.isVisible() for tile in grid.tiles.values()] == [False, True, False]
    press(window, Qt.Key.Key_Escape)
    assert grid.enlarged is None
    assert all(tile.isVisible() for tile in grid.tiles.values())


def test_silent_sensor_says_why(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    lanes = line_screen(window).lanes
    snapshot = fake_line.snapshot()
    reason = Reason.of(ReasonCode.WINDOW_FILLING, have_s="12", need_s="60")
    silent = dataclasses.replace(snapshot.sensors[0], verdict=Verdict.NO_VERDICT, reason=reason)
    lanes.show_sensors(dataclasses.replace(snapshot, sensors=(silent,)), fake_line.now)
    note = lanes.notes[SourceId("rig")]
    assert note.isVisible()
    assert note.text() == "Hydraulic rig · NO VERDICT · Collecting samples: 12 of 60 s"
    lanes.show_sensors(snapshot, fake_line.now)
    assert not note.isVisible()


def test_flood_of_warnings_stays_usable(open_window: OpenWindow, fake_line: FakeLine) -> None:
    first = fake_line._alarms[AlarmId("alarm-0")]

    def another(number: int) -> AlarmView:
        return dataclasses.replace(first, alarm_id=AlarmId(f"flood-{number}"), raised_monotonic_s=float(number))

    fake_line._alarms.update({alarm.alarm_id: alarm for alarm in (another(number) for number in range(200))})
    window = open_window(fake_line)
    screen = line_screen(window)
    assert len(screen.warnings.rows) == 30
    assert screen.warnings._more.text() == "and 173 more"
    assert clipped_texts(window) == []


@pytest.mark.parametrize("language", list(Language))
def test_long_texts_of_a_station_are_not_clipped(language: Language, open_window: OpenWindow, fake_line: FakeLine, tmp_path: Path) -> None:
    fake_line._folder = tmp_path
    fake_line.write_pictures()
    first = AlarmId("alarm-0")
    long = Text(
        en="Take the part out, look at the marked place, check lubrication and load of the last parts", zh="取出零件，查看标出的位置，" * 4
    )
    wordy = fake_line._alarms[first].definition.model_copy(update={"cause": long, "consequence": long, "action": long})
    fake_line._alarms[first] = dataclasses.replace(fake_line._alarms[first], definition=wordy)
    window = open_window(fake_line, (1366, 768), language=language)
    open_window.settle(window)
    fake_line.advance(0.6)
    open_window.settle(window)
    incident = line_screen(window).incident
    assert clipped_texts(incident) == []
    assert incident.facts[3].isVisible(), "what to do is always said"
    assert small_targets(incident) == []
