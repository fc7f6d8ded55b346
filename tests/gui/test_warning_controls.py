"""Putting warnings aside, what is held back, an acknowledgement with a note, a flood: by key, said plainly, and refused with a sentence."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from gui.choice_popup import NotePopup
from gui.holds_dialog import HoldsDialog
from gui.language import Language
from gui.line_screen import LineScreen
from gui.put_aside import PutAsideDialog
from gui.rail import Room
from gui.theme import Mode
from gui.window import Window
from station.config import LimitCondition
from station.frames import AlarmId, DefinitionId, PersonId, SourceId
from station.view import AlarmState
from station.warning_view import HoldKind
from tests.gui.conftest import OpenWindow
from tests.gui.fake_line import FakeLine
from tests.gui.layout_checks import clipped_texts, keyless_buttons, outside, press, small_targets

SIZES = [(1920, 1080), (1366, 768)]
LOOKS = [(Mode.LIGHT, Language.ENGLISH), (Mode.DARK, Language.CHINESE)]
PITTING = DefinitionId("pitting")


@pytest.fixture(autouse=True)
def pictures(fake_line: FakeLine, tmp_path: Path) -> None:
    fake_line._folder = tmp_path
    fake_line.write_pictures()


def opened(window: Window, kind: type[QDialog], key: Qt.Key, qtbot: QtBot) -> QDialog:
    """Press *key* and wait for the dialog of *kind*."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=3000)
    press(window, key)
    qtbot.waitUntil(lambda: window.findChild(kind) is not None, timeout=3000)
    dialog = window.findChild(kind)
    assert isinstance(dialog, kind)
    qtbot.waitUntil(dialog.isActiveWindow, timeout=3000)
    return dialog


def line_of(window: Window) -> LineScreen:
    screen = window.screens[Room.LINE]
    assert isinstance(screen, LineScreen)
    return screen


@pytest.mark.parametrize("size", SIZES, ids=["1920x1080", "1366x768"])
@pytest.mark.parametrize(("mode", "language"), LOOKS, ids=[f"{mode}-{language}" for mode, language in LOOKS])
def test_every_control_fits(
    mode: Mode, language: Language, size: tuple[int, int], open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot
) -> None:
    fake_line.person = PersonId("jonas")
    window = open_window(fake_line, size, mode, language)
    dialog = opened(window, PutAsideDialog, Qt.Key.Key_P, qtbot)
    assert clipped_texts(dialog) == []
    assert small_targets(dialog) == []
    assert keyless_buttons(dialog) == []
    assert dialog.width() <= size[0]
    assert dialog.height() <= size[1]
    dialog.reject()
    fake_line.warnings.shelve(PITTING, 900, "Is being repaired, the spare part comes at noon")
    fake_line.warnings.suppress(1)
    fake_line.warnings.take_out_of_service(DefinitionId(fake_line.station.alarms[2].id), "Camera is faulty")
    fake_line.warnings.begin_flood()
    fake_line.advance(1)
    open_window.settle(window)
    assert clipped_texts(window) == []
    assert small_targets(window) == []
    assert outside(window) == []
    holds = opened(window, HoldsDialog, Qt.Key.Key_B, qtbot)
    assert clipped_texts(holds) == []
    assert small_targets(holds) == []
    assert keyless_buttons(holds) == []
    holds.reject()


def test_put_aside_by_keys(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    dialog = opened(window, PutAsideDialog, Qt.Key.Key_P, qtbot)
    assert isinstance(dialog, PutAsideDialog)
    press(dialog, Qt.Key.Key_2)
    assert not dialog.confirm.isEnabled(), "a reason is mandatory"
    press(dialog, Qt.Key.Key_A)
    assert dialog.confirm.text() == "Put aside until 05:25"
    press(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(fake_line.warnings.held), timeout=3000)
    (hold,) = fake_line.warnings.holds()
    assert (hold.definition_id, hold.kind, hold.reason, hold.person_id) == (PITTING, HoldKind.SHELVED, "Is being repaired", "wei")
    assert hold.left_s == 900
    assert fake_line.acknowledged == [], "putting aside is no acknowledgement"


def test_a_written_reason_takes_the_place_of_a_button(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    dialog = opened(window, PutAsideDialog, Qt.Key.Key_P, qtbot)
    assert isinstance(dialog, PutAsideDialog)
    press(dialog, Qt.Key.Key_1)
    press(dialog, Qt.Key.Key_C)
    dialog.other.setFocus()
    QTest.keyClicks(dialog.other, "  A door is open 3 ")
    assert dialog.confirm.text() == "Put aside until 05:15", "digits that are written choose no time"
    press(dialog.other, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(fake_line.warnings.held), timeout=3000)
    assert fake_line.warnings.holds()[0].reason == "A door is open 3"


def test_spaces_are_no_reason(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    dialog = opened(open_window(fake_line), PutAsideDialog, Qt.Key.Key_P, qtbot)
    assert isinstance(dialog, PutAsideDialog)
    press(dialog, Qt.Key.Key_1)
    QTest.keyClicks(dialog.other, "   ")
    assert not dialog.confirm.isEnabled()
    dialog.reject()


def test_times_beyond_the_limit_are_not_offered(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    first = fake_line._alarms[AlarmId("alarm-0")]
    definition = first.definition.model_copy(update={"max_shelve_s": 1200})
    fake_line._alarms[first.alarm_id] = dataclasses.replace(first, definition=definition)
    dialog = opened(open_window(fake_line), PutAsideDialog, Qt.Key.Key_P, qtbot)
    assert isinstance(dialog, PutAsideDialog)
    assert [button.text() for button in dialog._times] == ["5 min", "15 min", "The longest allowed, until 05:30"]
    dialog.reject()


def test_priority_1_is_refused_with_a_sentence(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    first = fake_line._alarms[AlarmId("alarm-0")]
    fake_line._alarms[first.alarm_id] = dataclasses.replace(first, definition=first.definition.model_copy(update={"priority": 1}))
    window = open_window(fake_line)
    press(window, Qt.Key.Key_P)
    qtbot.waitUntil(window.toast.isVisible, timeout=3000)
    assert "priority 1 cannot be put aside" in window.toast.text
    assert window.findChild(PutAsideDialog) is None


def test_a_refusal_of_the_line_is_said_where_it_was_asked(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    fake_line.fail_with = "The records cannot be written: the disk is full."
    dialog = opened(window, PutAsideDialog, Qt.Key.Key_P, qtbot)
    assert isinstance(dialog, PutAsideDialog)
    for key in (Qt.Key.Key_1, Qt.Key.Key_A, Qt.Key.Key_Return):
        press(dialog, key)
    qtbot.waitUntil(dialog.error.isVisible, timeout=3000)
    assert dialog.error.text() == fake_line.fail_with
    assert dialog.isVisible()
    assert dialog.confirm.isEnabled(), "it can be tried again"
    dialog.reject()


def test_only_engineers_are_offered_out_of_service(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    dialog = opened(window, PutAsideDialog, Qt.Key.Key_P, qtbot)
    assert isinstance(dialog, PutAsideDialog)
    assert len(dialog._times) == 4
    dialog.reject()
    dialog.deleteLater()
    qtbot.waitUntil(lambda: window.findChild(PutAsideDialog) is None, timeout=3000)
    fake_line.person = PersonId("jonas")
    open_window.settle(window)
    dialog = opened(window, PutAsideDialog, Qt.Key.Key_P, qtbot)
    assert isinstance(dialog, PutAsideDialog)
    for key in (Qt.Key.Key_5, Qt.Key.Key_D, Qt.Key.Key_Return):
        press(dialog, key)
    qtbot.waitUntil(lambda: bool(fake_line.warnings.held), timeout=3000)
    assert fake_line.warnings.holds()[0].kind is HoldKind.OUT_OF_SERVICE


def test_nobody_signed_in_signs_in_first(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    fake_line.sign_out()
    window = open_window(fake_line)
    press(window, Qt.Key.Key_P)
    assert window.findChild(PutAsideDialog) is None
    fake_line.person = PersonId("wei")
    window.commands._on_signed_in(PersonId("wei"), lambda _: None, fake_line.sign_in(PersonId("wei"), "1234"))
    dialog = window.findChild(PutAsideDialog)
    assert dialog is not None
    for other in window.findChildren(QDialog):
        other.reject()


def test_held_warnings_count_down_and_come_back_by_key(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    fake_line.warnings.shelve(PITTING, 900, "Is being repaired")
    fake_line.warnings.suppress(1)
    window = open_window(fake_line)
    assert line_of(window).controls.head.held.lines == ("2 held back · standing now: 1", "1 put aside · 1 off by machine state")
    dialog = opened(window, HoldsDialog, Qt.Key.Key_B, qtbot)
    assert isinstance(dialog, HoldsDialog)
    assert dialog.rows[0].state.text() == "Put aside until 05:25 · 15:00 left"
    assert dialog.rows[0].why.text() == "Is being repaired · Wei"
    assert dialog.rows[1].take_back is None, "what the machine holds back, the machine gives back"
    assert "It came 3 times" in dialog.rows[1].behind.text()
    fake_line.advance(61)
    open_window.settle(window)
    assert dialog.rows[0].state.text() == "Put aside until 05:25 · 13:59 left"
    press(dialog, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: len(fake_line.warnings.held) == 1, timeout=3000)
    fake_line.advance(1)
    open_window.settle(window)
    assert len(dialog.rows) == 1
    dialog.reject()
    open_window.settle(window)
    fake_line.warnings.held.clear()
    fake_line.advance(1)
    open_window.settle(window)
    assert not line_of(window).controls.head.held.isVisible()


def test_operators_see_what_is_out_of_service_but_do_not_take_it_back(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    fake_line.warnings.take_out_of_service(PITTING, "Camera is faulty")
    dialog = opened(open_window(fake_line), HoldsDialog, Qt.Key.Key_B, qtbot)
    assert isinstance(dialog, HoldsDialog)
    assert dialog.rows[0].take_back is None
    assert "until an engineer takes it back" in dialog.rows[0].state.text()
    dialog.reject()


def test_acknowledge_with_a_note(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    plain = fake_line.acknowledge
    monkeypatch.setattr(fake_line, "acknowledge", lambda alarm, note="": (notes.append(note), plain(alarm, note))[1])
    window = open_window(fake_line)
    popup = opened(window, NotePopup, Qt.Key.Key_N, qtbot)
    assert popup.windowTitle() == "Acknowledge with a note: Pitting on camera 1"
    QTest.keyClicks(popup.findChild(QLineEdit), "Wheel looks fine")
    press(popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: fake_line.acknowledged == ["alarm-0"], timeout=3000)
    assert notes == ["Wheel looks fine"]
    open_window.settle(window)
    said = line_of(window).incident.feedback.state.text()
    assert said == "Acknowledged at 05:10, Wei. Was this warning right?", "who and when"


def test_a_flood_says_where_to_start(open_window: OpenWindow, fake_line: FakeLine) -> None:
    fake_line.warnings.begin_flood(34)
    window = open_window(fake_line)
    flood = line_of(window).controls.head.flood
    assert flood.lines == ("34 warnings in 10 minutes", "Start with the first: Pump leak, weak · Hydraulic rig")
    press(window, Qt.Key.Key_G)
    open_window.settle(window)
    assert line_of(window).chosen == "alarm-1"


def many(line: FakeLine, count: int) -> None:
    """*count* new warnings instead of the line's own."""
    first = line._alarms[AlarmId("alarm-0")]
    line._alarms = {
        AlarmId(f"alarm-{number}"): dataclasses.replace(
            first,
            alarm_id=AlarmId(f"alarm-{number}"),
            raised_monotonic_s=float(number),
            incident_id="",
            image_path=None,
            activation=1 + number % 2,
        )
        for number in range(count)
    }
    line._changed += 1


def test_in_a_flood_the_chosen_warning_stays_unless_a_more_urgent_one_comes(open_window: OpenWindow, fake_line: FakeLine) -> None:
    many(fake_line, 20)
    fake_line.warnings.begin_flood()
    window = open_window(fake_line)
    chosen = line_of(window).chosen
    fake_line.advance(60)
    many(fake_line, 40)
    open_window.settle(window)
    assert line_of(window).chosen == chosen
    newest = fake_line._alarms[AlarmId("alarm-39")]
    critical = newest.definition.model_copy(update={"priority": 1})
    fake_line._alarms[AlarmId("alarm-999")] = dataclasses.replace(newest, alarm_id=AlarmId("alarm-999"), definition=critical)
    fake_line.advance(60)
    open_window.settle(window)
    shown = line_of(window).incident.alarm
    assert shown is not None
    assert shown.priority == 1


def test_a_thousand_open_warnings_do_not_hold_the_window_up(open_window: OpenWindow, fake_line: FakeLine) -> None:
    """Thirty times a second is 33 ms; the window must stay well below with a thousand warnings that change all the time."""
    many(fake_line, 1000)
    window = open_window(fake_line)
    snapshots = []
    for _ in range(20):
        fake_line.advance(0.6)
        snapshots.append(fake_line.snapshot())
    took = []
    for snapshot in snapshots:
        began = time.perf_counter()
        window.banner.refresh(snapshot)
        line_of(window)._show_texts(snapshot)
        took.append(time.perf_counter() - began)
    assert sorted(took)[len(took) // 2] < 0.033
    assert "999 more new" in window.banner.summary.text()
    assert len(line_of(window).warnings.rows) <= 30


def test_marks_in_the_list(open_window: OpenWindow, fake_line: FakeLine) -> None:
    first = fake_line._alarms[AlarmId("alarm-0")]
    fake_line._alarms[first.alarm_id] = dataclasses.replace(first, activation=3, chattering=True, demoted_to=3, seen_false=2)
    window = open_window(fake_line)
    row = line_of(window).warnings.rows[0]
    assert row.alarm is not None
    assert row.alarm.priority == 3
    assert row._mark == "AGAIN"
    assert "comes and goes" in row._under
    assert "false" in row._under
    assert row.alarm.state is AlarmState.UNACKNOWLEDGED_ACTIVE


def test_no_key_means_two_things(open_window: OpenWindow, fake_line: FakeLine) -> None:
    """Qt presses neither of two buttons with the same key."""
    window = open_window(fake_line)
    told = line_of(window).keys()
    keys = [key for together, _ in told for key in together.split(" ")]
    assert sorted(keys) == sorted(set(keys))
    assert not {"S", "Space"} & set(keys)


def test_what_a_limit_found_is_said_with_the_channels_name(open_window: OpenWindow, fake_line: FakeLine) -> None:
    first = fake_line._alarms[AlarmId("alarm-0")]
    limit = LimitCondition(kind="limit", source="rig", channel="FS1", side="low", raise_at=6.4, clear_at=6.6)
    definition = first.definition.model_copy(update={"when": limit})
    detail = "FS1 = 5.89; Not watched from 2026-03-01 10:59:00 UTC to 2026-03-01 11:00:05 UTC"
    fake_line._alarms[first.alarm_id] = dataclasses.replace(
        first, definition=definition, source_id=SourceId("rig"), finding=None, image_path=None, detail=detail, count=1
    )
    found = line_of(open_window(fake_line)).incident.facts[0].text()
    assert found.startswith("Volume flow 5.89 (limit 6.4) · Not watched from ")
