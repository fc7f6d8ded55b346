"""Trends: follows the clock, holds, pans, zooms, reads values at the cursor, marks warnings, by pointer and by key."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.jobs import Jobs
from gui.theme import TOUCH_PX, ThemeSource
from gui.time_text import moment_text
from gui.trends_screen import RANGES_S, TrendsScreen
from inference.findings import Contribution
from station.past import Drivers
from station.view import Trace
from tests.gui.fake_growth import growth_view, with_growth
from tests.gui.fake_line import START, FakeLine


@pytest.fixture
def screen(qtbot: QtBot, fake_line: FakeLine, theme_source: ThemeSource, jobs: Jobs) -> TrendsScreen:
    made = TrendsScreen(fake_line, theme_source, jobs)
    qtbot.addWidget(made)
    made.resize(1824, 950)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.refresh(fake_line.snapshot())
    qtbot.waitUntil(lambda: jobs.waiting == 0 and bool(made._axis.marks))
    return made


def now_s(line: FakeLine) -> float:
    return START.timestamp() + line.time_s


def test_live_follows_the_line(screen: TrendsScreen, fake_line: FakeLine) -> None:
    before = screen.view
    fake_line.advance(5.0)
    screen.refresh(fake_line.snapshot())
    start, end = screen.view
    assert end == pytest.approx(before[1] + 5.0, abs=0.5)
    assert end - start == RANGES_S[0]
    lane = screen._lanes["rig", "TS1"]
    assert lane.plot.view[1] == pytest.approx(end)
    assert lane.trace.utc_s[-1] == pytest.approx(now_s(fake_line), abs=0.5)


def test_pause_holds_and_live_returns(screen: TrendsScreen, fake_line: FakeLine, qtbot: QtBot) -> None:
    qtbot.keyClick(screen, Qt.Key.Key_P)
    assert not screen.is_live
    held = screen.view
    fake_line.advance(30.0)
    screen.refresh(fake_line.snapshot())
    assert screen.view == held
    qtbot.keyClick(screen, Qt.Key.Key_P)
    assert screen.is_live
    assert screen.view[1] == pytest.approx(held[1] + 30.0, abs=0.5)


@pytest.mark.parametrize("number", range(len(RANGES_S)))
def test_every_range_has_its_key(screen: TrendsScreen, qtbot: QtBot, jobs: Jobs, number: int) -> None:
    qtbot.keyClick(screen, Qt.Key(Qt.Key.Key_1.value + number))
    start, end = screen.view
    assert end - start == RANGES_S[number]
    assert [button.isChecked() for button in screen._range_buttons] == [n == number for n in range(len(RANGES_S))]
    qtbot.waitUntil(lambda: not screen._fetch_timer.isActive() and jobs.waiting == 0)
    trace = screen._lanes["rig", "TS1"].trace
    assert trace.utc_s[0] < start + 0.05 * (end - start)


def test_keys_pan_and_zoom(screen: TrendsScreen, qtbot: QtBot) -> None:
    start, end = screen.view
    qtbot.keyClick(screen, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert not screen.is_live
    assert screen.view[1] == pytest.approx(end - 75.0)
    qtbot.keyClick(screen, Qt.Key.Key_Minus)
    assert screen.view[1] - screen.view[0] == pytest.approx(600.0)
    qtbot.keyClick(screen, Qt.Key.Key_Plus)
    assert screen.view[1] - screen.view[0] == pytest.approx(end - start)


def test_dragging_pans_all_lanes_together(screen: TrendsScreen, qtbot: QtBot) -> None:
    plot = screen._lanes["rig", "TS1"].plot
    inner = plot._plot.viewport()
    before = screen.view
    qtbot.mousePress(inner, Qt.MouseButton.LeftButton, pos=QPoint(400, 20))
    qtbot.mouseMove(inner, QPoint(450, 20))
    qtbot.mouseMove(inner, QPoint(500, 20))
    qtbot.mouseRelease(inner, Qt.MouseButton.LeftButton, pos=QPoint(500, 20))
    assert screen.view[1] < before[1] - 5.0
    assert {lane.plot.view[:2] for lane in screen._lanes.values()} == {screen.view}


def test_the_cursor_reads_every_lane(screen: TrendsScreen, qtbot: QtBot) -> None:
    qtbot.keyClick(screen, Qt.Key.Key_P)
    at = screen.view[0] + 100.0
    screen._on_cursor_wanted(at)
    lane = screen._lanes["rig", "TS1"]
    nearest = int(np.argmin(np.abs(lane.trace.utc_s - at)))
    assert lane.value_text == f"{lane.trace.value[nearest]:.1f}"
    qtbot.keyClick(screen, Qt.Key.Key_Right)
    assert screen._cursor_s == pytest.approx(at + 1.5)
    qtbot.keyClick(screen, Qt.Key.Key_X)
    assert screen._cursor_s is None


def test_warnings_are_marked_and_named(screen: TrendsScreen, fake_line: FakeLine) -> None:
    raised = {alarm.raised_utc.timestamp(): alarm for alarm in fake_line.alarms()}
    assert {mark.utc_s: mark.priority for mark in screen._axis.marks} == {at: one.definition.priority for at, one in raised.items()}
    at = max(raised)
    screen._on_cursor_wanted(at)
    assert raised[at].definition.title.en in screen._mark_note.text()


def asked(screen: TrendsScreen, line: FakeLine, qtbot: QtBot) -> None:
    """Wait until the cursor has rested and the records have answered."""
    before = len(line.drivers_asked)
    qtbot.waitUntil(lambda: len(line.drivers_asked) > before and screen.jobs.waiting == 0)


def test_live_a_risk_shows_what_drives_it_now_and_asks_no_records(screen: TrendsScreen, fake_line: FakeLine) -> None:
    assert screen._drivers.rows[0] == ("Volume flow", 0.61)
    assert "0." in screen._drivers.sentence
    assert fake_line.drivers_asked == []


def test_the_cursor_shows_what_drove_the_risk_then_as_the_records_know_it(screen: TrendsScreen, fake_line: FakeLine, qtbot: QtBot) -> None:
    then = datetime.fromtimestamp(screen.view[0] + 20.0, UTC)
    fake_line.drivers = Drivers(then, (Contribution("PS1", 0.9, 0.4), Contribution("FS1", 0.1, 0.1)))
    screen._on_cursor_wanted(screen.view[0] + 30.0)
    asked(screen, fake_line, qtbot)
    sensor, target, utc = fake_line.drivers_asked[-1]
    assert (sensor, target) == ("rig", "pump")
    assert utc.timestamp() == pytest.approx(screen.view[0] + 30.0, abs=0.06)
    assert [share for _, share in screen._drivers.rows] == [0.9, 0.1]
    assert screen._drivers.sentence.endswith(moment_text(then))
    screen._clear_cursor()
    assert screen._drivers.rows[0] == ("Volume flow", 0.61)


def test_a_cursor_that_moves_asks_once_where_it_rests(screen: TrendsScreen, fake_line: FakeLine, qtbot: QtBot) -> None:
    for step in range(20):
        screen._on_cursor_wanted(screen.view[0] + step)
    asked(screen, fake_line, qtbot)
    assert len(fake_line.drivers_asked) == 1
    assert fake_line.drivers_asked[0][2].timestamp() == pytest.approx(screen.view[0] + 19.0, abs=0.06)


@pytest.mark.parametrize(("known", "said"), [(None, "not kept"), (Drivers(START, ()), "No channel stands out")])
def test_where_the_records_know_nothing_it_is_said(
    screen: TrendsScreen, fake_line: FakeLine, qtbot: QtBot, known: Drivers | None, said: str
) -> None:
    fake_line.drivers = known
    screen._on_cursor_wanted(screen.view[0] + 30.0)
    asked(screen, fake_line, qtbot)
    assert screen._drivers.rows == ()
    assert said in screen._drivers.sentence


def test_held_and_yesterday_the_records_are_asked_for_the_end_of_the_view(screen: TrendsScreen, fake_line: FakeLine, qtbot: QtBot) -> None:
    screen._on_pan_wanted(-86_400.0)
    asked(screen, fake_line, qtbot)
    assert fake_line.drivers_asked[-1][2].timestamp() == pytest.approx(screen.view[1], abs=0.06)
    assert fake_line.drivers_asked[-1][2].timestamp() == pytest.approx(now_s(fake_line) - 86_400.0, abs=5.0)


def test_a_tap_on_a_row_shows_or_hides_it(screen: TrendsScreen, qtbot: QtBot) -> None:
    picker = screen._picker
    assert ("rig", "TS1") in screen._lanes
    row = picker.visualItemRect(picker.item(0))
    assert row.height() >= TOUCH_PX
    qtbot.mouseClick(picker.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert ("rig", "TS1") not in screen._lanes
    qtbot.mouseClick(picker.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert ("rig", "TS1") in screen._lanes


def test_live_draws_the_lanes_in_turn(screen: TrendsScreen, fake_line: FakeLine, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(screen, "_draw_lane", lambda lane: drawn.append(lane.spec.channel))
    fake_line.advance(5.0)
    for tick in range(len(screen._lanes)):
        screen.refresh(fake_line.snapshot())
        assert len(drawn) == tick + 1
    assert drawn == [lane.spec.channel for lane in screen._lanes.values()]
    assert {lane.plot.view[:2] for lane in screen._lanes.values()} == {screen.view}


def test_unchanged_time_draws_nothing_again(screen: TrendsScreen, fake_line: FakeLine, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    fake_line.advance(1.0)
    for _ in range(len(screen._lanes) + 1):
        screen.refresh(fake_line.snapshot())
    monkeypatch.setattr(screen, "_draw_lane", lambda lane: drawn.append(1))
    for _ in range(30):
        screen.refresh(fake_line.snapshot())
    assert drawn == []


@pytest.mark.parametrize(("width", "height"), [(1824, 950), (1298, 650)])
def test_no_text_is_clipped(screen: TrendsScreen, qtbot: QtBot, width: int, height: int) -> None:
    screen.resize(width, height)
    qtbot.wait(20)
    for label in screen.findChildren(QLabel):
        if label.isVisible() and label.text() and not label.wordWrap():
            assert label.width() >= label.sizeHint().width() - 1, label.text()
    for button in screen._range_buttons:
        assert min(button.width(), button.height()) >= TOUCH_PX


def test_every_key_is_shown(screen: TrendsScreen) -> None:
    shown = screen._hints.text() + screen._picker_hint.text() + "".join(button.key for button in screen._range_buttons)
    for key in ("← →", "X", "Shift", "+ −", "C"):
        assert key in shown
    assert math.isfinite(screen.view[0])


def test_a_camera_position_gets_its_lane_when_it_is_first_seen(
    screen: TrendsScreen, fake_line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = Trace(*(np.array([now_s(fake_line) - 100.0, now_s(fake_line) - 50.0]), *(np.array([0.001, 0.125]),) * 3))
    real = fake_line.recent_trace
    monkeypatch.setattr(fake_line, "recent_trace", lambda s, c, seconds: area if c.startswith("area:") else real(s, c, seconds))
    screen._picked = {("rig", "TS1")}  # with seven lanes shown already, a new one waits in the list
    screen.refresh(with_growth(fake_line.snapshot(), growth_view("left")))
    lane = screen._lanes["cam1", "area:left"]
    assert lane.spec.title == "Found area: left"
    assert lane.value_text == "▲0.125", "the last step holds, above where it counts"
    screen.refresh(with_growth(fake_line.snapshot(), growth_view("left"), growth_view("right")))
    assert ("cam1", "area:left") in screen._lanes
    assert any(spec.key == ("cam1", "area:right") for spec in screen._specs())
