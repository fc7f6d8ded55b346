"""This file decides whether the pages on the load of warnings say what the records know, and put settings in force."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.choice_popup import NotePopup
from gui.language import Language, LanguageSwitch
from gui.load_answer import false_text, headline, real_text
from gui.load_charts import BarWidth, fitting_width, rates_painting
from gui.load_knobs import Knob, knob_value, scale_of, turned
from gui.load_period import LoadPeriod, load_bounds
from gui.load_screen import LoadScreen
from gui.load_texts import Judgement, Listed, list_empty, list_heads, list_rows, load_csv, tiles
from gui.load_what_if import WhatIfScreen
from gui.rail import Room
from gui.report_room import ReportPage, ReportRoom
from gui.theme import Mode
from gui.window import Window
from station.frames import PersonId
from station.load.settings import settings_of
from station.load_view import Basis, Effect
from station.station_file import load_station
from tests.gui.conftest import OpenWindow
from tests.gui.fake_data import START
from tests.gui.fake_line import FakeLine
from tests.gui.layout_checks import clipped_texts, outside, small_targets
from tests.unit.alarm_making import RIG, definition
from tests.unit.load_making import History
from tests.unit.test_load_apply import TEXT


def room_of(window: Window) -> ReportRoom:
    window.show_room(Room.REPORT)
    room = window.screens[Room.REPORT]
    assert isinstance(room, ReportRoom)
    return room


def load_page(window: Window, opener: OpenWindow) -> LoadScreen:
    room = room_of(window)
    room.show_page(ReportPage.LOAD)
    opener.settle(window)
    return room.load


def what_if_page(window: Window, opener: OpenWindow, qtbot: QtBot) -> WhatIfScreen:
    room = room_of(window)
    room.show_page(ReportPage.WHAT_IF)
    answered(room.what_if, qtbot)
    return room.what_if


def answered(page: WhatIfScreen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.answer is not None and page.answer.settings == page.settings, timeout=10_000)


def write_reason(window: Window, text: str) -> None:
    popup = next(one for one in window.findChildren(NotePopup) if one.isVisible())
    popup._edit.setText(text)
    popup._on_save()


@pytest.mark.parametrize("language", [Language.ENGLISH, Language.CHINESE])
@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
def test_nothing_is_clipped_on_any_page(
    open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot, size: tuple[int, int], language: Language
) -> None:
    window = open_window(fake_line, size, Mode.DARK, language)
    page = load_page(window, open_window)
    for listed, button in page._buttons.items():
        button.click()
        QApplication.processEvents()
        assert clipped_texts(page) == [], listed
    assert small_targets(page) == outside(page) == []
    other = what_if_page(window, open_window, qtbot)
    other._turn(Knob.ON_DELAY, 4)
    answered(other, qtbot)
    QApplication.processEvents()
    assert clipped_texts(other) == small_targets(other) == outside(other) == []
    room_of(window).show_page(ReportPage.REPORT)
    open_window.settle(window)
    assert clipped_texts(window) == []


def test_keys_go_from_page_to_page(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    room = room_of(window)
    assert room.page is ReportPage.REPORT
    for key, page in ((Qt.Key.Key_L, ReportPage.LOAD), (Qt.Key.Key_T, ReportPage.WHAT_IF), (Qt.Key.Key_R, ReportPage.REPORT)):
        qtbot.keyClick(window, key)
        assert room.page is page
        keys = room.keys()
        assert {shown for shown, _ in keys} >= {"R", "L", "T"}
    open_window.settle(window)


def test_the_figures_stand_against_their_limits(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    page = load_page(window, open_window)
    assert page.report is not None
    found = tiles(page.report)
    assert [tile.judgement for tile in found] == [
        Judgement.WATCH,
        Judgement.BAD,
        Judgement.BAD,
        Judgement.BAD,
        Judgement.GOOD,
        Judgement.NONE,
        Judgement.NONE,
    ]
    assert f"most in 10 min: {page.report.peak} (more than 10: flood)" in page._tiles.accessibleName()
    assert page._frequent.chosen == page.report.frequent[0].definition_id


def test_every_list_has_rows_or_says_that_there_are_none(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    page = load_page(window, open_window)
    assert page.report is not None
    for listed, button in page._buttons.items():
        button.click()
        rows = list_rows(listed, page.report, fake_line.station)
        assert all(len(row) == len(list_heads(listed)) for row in rows)
        assert page._table.isVisible() is bool(rows)
        assert page._nothing.isVisible() is not bool(rows)
        assert rows or page._nothing.text() == list_empty(listed)
    assert [listed for listed in Listed if list_rows(listed, page.report, fake_line.station)] == [
        Listed.CHATTERING,
        Listed.FLOODS,
        Listed.TIMES,
        Listed.ASIDE,
    ]


def test_a_quiet_period_says_so(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    fake_line.load.empty = True
    window = open_window(fake_line)
    page = load_page(window, open_window)
    assert page._note.isVisible()
    assert page._note.text().startswith("No warning called anybody")
    assert not page._tiles.isVisible()
    assert not page._table.isVisible()
    fake_line.load.empty = False
    qtbot.keyClick(window, Qt.Key.Key_4)
    open_window.settle(window)
    assert page._tiles.isVisible()
    assert page.periods.period is LoadPeriod.MONTH


def test_bars_are_per_ten_minutes_hour_or_day(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    page = load_page(window, open_window)
    assert page.report is not None
    assert fitting_width(page.report) is BarWidth.TEN_MIN
    qtbot.keyClick(window, Qt.Key.Key_B)
    assert page._rates.accessibleName() == "Warnings per hour"
    for width in BarWidth:
        rates_painting(page.report, width)
    qtbot.keyClick(window, Qt.Key.Key_4)
    open_window.settle(window)
    assert page._rates.accessibleName() == "Warnings per day"


def test_the_csv_says_all_of_it(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot, tmp_path: Path) -> None:
    window = open_window(fake_line)
    page = load_page(window, open_window)
    target = tmp_path / "load.csv"
    page._chooser = lambda *_: target
    qtbot.keyClick(window, Qt.Key.Key_C)
    open_window.settle(window)
    assert page.report is not None
    text = target.read_bytes().decode("utf-8-sig")
    assert text.replace("\r\n", "\n") == load_csv(page.report).replace("\r\n", "\n")
    sections = {line.split(",")[0] for line in text.splitlines()}
    assert sections >= {"figure", "time_s", "10_min", "frequent", "chattering", "flood", "put_aside"}
    assert f"figure,warnings,{page.report.total}" in text


def test_the_most_frequent_goes_to_what_if_with_its_period(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    page = load_page(window, open_window)
    qtbot.keyClick(window, Qt.Key.Key_2)
    open_window.settle(window)
    qtbot.keyClick(window, Qt.Key.Key_Down)
    chosen = page._frequent.chosen
    assert page.report is not None
    assert chosen == page.report.frequent[1].definition_id
    qtbot.keyClick(window, Qt.Key.Key_Return)
    other = room_of(window).what_if
    assert room_of(window).page is ReportPage.WHAT_IF
    answered(other, qtbot)
    assert other.answer is not None
    assert other.answer.definition_id == chosen
    assert other.periods.period is LoadPeriod.DAY


def test_turning_a_knob_answers_and_only_the_newest_question_is_asked(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    page = what_if_page(window, open_window, qtbot)
    asked = fake_line.load.asked
    before = len(asked)
    fake_line.gate.clear()
    page._turn(Knob.ON_DELAY, 1)
    qtbot.waitUntil(lambda: page._asking is not None)
    for _ in range(20):
        qtbot.keyClick(window, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: page._next is not None)
    fake_line.gate.set()
    answered(page, qtbot)
    assert len(asked) - before <= 3
    assert asked[-1] == page.settings
    assert page.settings is not None
    assert page.settings.on_delay_s > 30
    assert page.answer is not None
    assert "instead of" in page._panel.text
    qtbot.keyClick(window, Qt.Key.Key_0)
    answered(page, qtbot)
    assert "as now" in page._panel.text
    assert not page._apply.isEnabled()


def test_applying_asks_why_and_can_be_undone(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    page = what_if_page(window, open_window, qtbot)
    assert not page._undo.isEnabled()
    page._turn(Knob.ON_DELAY, 4)
    answered(page, qtbot)
    qtbot.keyClick(window, Qt.Key.Key_Return)
    write_reason(window, "blips of the lamp")
    qtbot.waitUntil(lambda: bool(fake_line.load.kept))
    open_window.settle(window)
    answered(page, qtbot)
    (change,) = fake_line.load.kept
    assert (change.why, change.after.on_delay_s) == ("blips of the lamp", 2.0)
    qtbot.waitUntil(page._undo.isEnabled)
    assert page._undo.key == "Z"
    page._undo.click()
    qtbot.waitUntil(lambda: len(fake_line.load.kept) == 2)
    open_window.settle(window)
    answered(page, qtbot)
    assert fake_line.load.definitions[0] == change.before
    assert fake_line.load.kept[1].why.startswith("Undone: on-delay 0 s → 2 s")
    assert not page._undo.isEnabled() or page._last_change() is not None


def test_nobody_at_the_station_signs_in_first(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    fake_line.person = None
    window = open_window(fake_line)
    page = what_if_page(window, open_window, qtbot)
    page._turn(Knob.ON_DELAY, 4)
    page._on_apply()
    wanted = threading.Event()
    window.commands.person_wanted.connect(wanted.set)
    write_reason(window, "lamp")
    assert wanted.is_set()
    assert fake_line.load.kept == []
    for widget in QApplication.topLevelWidgets():
        if widget is not window and widget.isVisible():
            widget.close()
    answered(page, qtbot)


def test_a_file_that_cannot_be_written_says_what_to_do(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    fake_line.load.cannot = "This line runs without a station file. Save one and start with --station FILE."
    window = open_window(fake_line)
    page = what_if_page(window, open_window, qtbot)
    page._turn(Knob.ON_DELAY, 4)
    answered(page, qtbot)
    assert page._cannot.isVisible()
    assert page._cannot.text() == fake_line.load.cannot
    assert not page._apply.isEnabled()


def test_a_refusal_is_told_and_changes_nothing(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    page = what_if_page(window, open_window, qtbot)
    told: list[str] = []
    page.told.connect(told.append)
    fake_line.fail_with = "Only an engineer changes the settings of a warning. Sign in as an engineer."
    page._turn(Knob.ON_DELAY, 4)
    answered(page, qtbot)
    page._apply_with("why")
    qtbot.waitUntil(lambda: bool(told))
    assert told == [fake_line.fail_with]
    assert page.settings is not None
    assert page.settings.on_delay_s == 2.0


def test_what_it_would_have_cost_is_said_in_full() -> None:
    assert real_text(Effect(9, 2, 7, 1.44, 2.2)).startswith("2 of 9 confirmed real ones would be missed, the others on average 1.4 s later")
    assert real_text(Effect(9, 0, 0, 0.0, 0.0)) == "All 9 confirmed real ones would have come, none later."
    assert real_text(Effect(9, 9, 0, 0.0, 0.0)) == "All 9 confirmed real ones would be missed."
    assert real_text(Effect(9, 2, 0, 0.0, 0.0)).endswith("the others not later.")
    assert real_text(Effect(0, 0, 0, 0.0, 0.0)).startswith("Nobody has answered")
    assert false_text(Effect(0, 0, 0, 0.0, 0.0)) == ""
    assert false_text(Effect(40, 31, 0, 0.0, 0.0)) == "31 of 40 confirmed false ones would not have come."


def test_knobs_keep_to_what_can_be() -> None:
    one = definition({"kind": "limit", "source": RIG, "channel": "p", "side": "high", "raise_at": 100.0, "clear_at": 98.0})
    scale = replace(scale_of(one, None), basis=Basis.TREND)
    now = settings_of(one)
    assert scale.step == 1.0
    lower = turned(now, Knob.RAISE_AT, -5, scale)
    assert (lower.raise_at, lower.clear_at) == (95.0, 95.0)
    assert turned(now, Knob.CLEAR_AT, 9, scale).clear_at == 100.0
    assert turned(now, Knob.ON_DELAY, -1, scale).on_delay_s == 0.0
    assert turned(replace(now, on_delay_s=2.5), Knob.ON_DELAY, 1, scale).on_delay_s == 3.0
    assert turned(replace(now, on_delay_s=2.5), Knob.ON_DELAY, -1, scale).on_delay_s == 2.0
    assert (turned(now, Knob.RAISE_COUNT, 2, scale).raise_count, turned(now, Knob.RAISE_COUNT, 2, scale).of_last) == (3, 3)
    assert turned(replace(now, raise_count=3, of_last=3), Knob.OF_LAST, -1, scale).raise_count == 2
    assert knob_value(now, Knob.RAISE_AT, scale) == "100"
    score = definition()
    pack = replace(scale_of(score, None), basis=Basis.SCORES, threshold=0.945)
    up = turned(settings_of(score), Knob.RAISE_AT, 1, pack)
    assert up.raise_at == 0.95
    assert turned(up, Knob.RAISE_AT, 9, pack).raise_at == 1.0
    assert Knob.MOST not in scale_of(definition(priority=1), None).knobs
    assert Knob.RAISE_AT not in replace(pack, basis=Basis.JOURNAL).knobs


def test_thirty_days_are_the_last_thirty() -> None:
    since, until = load_bounds(LoadPeriod.MONTH, 1, (), START)
    assert (until - since).days == 30
    assert (START - until).days == 30


def test_from_the_page_to_the_engine_the_file_and_the_next_start(
    open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot, tmp_path: Path, language_switch: LanguageSwitch
) -> None:
    """The real records, engine and station file stand behind the page."""
    path = tmp_path / "press.toml"
    path.write_text(TEXT, encoding="utf-8")
    blip = np.array([0.1] * 10 + [0.9] * 3 + [0.1] * 30)
    history = History(tmp_path / "data", load_station(path), station_path=path)
    for _ in range(6):
        history.frames(blip)
    history.frames(np.array([0.9] * 60 + [0.1] * 20))
    history.person = PersonId("jonas")
    fake_line._load = history.load  # type: ignore[assignment]
    window = open_window(fake_line)
    page = room_of(window).what_if
    page.periods._clock = history.clock  # type: ignore[assignment]
    page.periods._on_period(LoadPeriod.DAY)
    room_of(window).show_page(ReportPage.WHAT_IF)
    answered(page, qtbot)
    assert page.answer is not None
    assert (page.answer.journal, page.answer.in_force) == (7, 7)
    page._turn(Knob.ON_DELAY, 4)
    answered(page, qtbot)
    assert headline(page.answer) == "1 instead of 7"
    page._apply_with("blips of the lamp")
    qtbot.waitUntil(lambda: history.load.definitions[0].on_delay_s == 2.0, timeout=10_000)
    open_window.settle(window)
    qtbot.waitUntil(lambda: page.jobs.waiting == 0)
    rung = history.alarms.rung
    history.frames(blip)
    assert history.alarms.rung == rung
    history.stop()
    again = History(tmp_path / "data", load_station(path), start_s=history.clock.now_s + 5.0, station_path=path)
    again.frames(blip)
    assert again.alarms.rung == 0
    again.stop()
    language_switch.use(Language.ENGLISH)
