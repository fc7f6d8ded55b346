"""Every screen, in every size, theme and language: nothing clipped, nothing too small, every key shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.key_overlay import KeyOverlay
from gui.language import Language, current_language
from gui.rail import ROOM_KEYS, Room
from gui.sign_in import SignInDialog
from gui.theme import DARK, LIGHT, Mode
from tests.gui.conftest import OpenWindow
from tests.gui.fake_line import FakeLine
from tests.gui.layout_checks import clipped_texts, keyless_buttons, outside, press, small_targets

SIZES = [(1920, 1080), (1366, 768)]
LOOKS = [(Mode.LIGHT, Language.ENGLISH), (Mode.DARK, Language.CHINESE)]


@pytest.fixture(autouse=True)
def pictures(fake_line: FakeLine, tmp_path: Path) -> None:
    fake_line._folder = tmp_path
    fake_line.write_pictures()


@pytest.mark.parametrize("size", SIZES, ids=["1920x1080", "1366x768"])
@pytest.mark.parametrize(("mode", "language"), LOOKS, ids=[f"{mode}-{language}" for mode, language in LOOKS])
@pytest.mark.parametrize("room", list(Room))
def test_screen_fits(
    room: Room, mode: Mode, language: Language, size: tuple[int, int], open_window: OpenWindow, fake_line: FakeLine
) -> None:
    window = open_window(fake_line, size, mode, language)
    window.show_room(room)
    open_window.settle(window)
    assert (window.width(), window.height()) == size
    assert clipped_texts(window) == []
    assert small_targets(window) == []
    assert outside(window) == []


@pytest.mark.parametrize("cameras", [1, 2, 4, 6, 9])
@pytest.mark.parametrize("size", SIZES, ids=["1920x1080", "1366x768"])
def test_camera_tiles_fit(cameras: int, size: tuple[int, int], open_window: OpenWindow) -> None:
    window = open_window(FakeLine(cameras), size)
    grid = window.screens[Room.LINE].cameras
    window.grab()
    assert len(grid.tiles) == cameras
    assert [source for source, tile in grid.tiles.items() if tile.clipped] == []
    assert all(tile.width() >= 160 and tile.height() >= 120 for tile in grid.tiles.values())


def test_every_button_shows_its_key(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    # A warning's row is chosen by the arrows, as the list's heading says.
    assert [name for name in keyless_buttons(window) if not name.startswith("WarningRow")] == []


def test_keys_change_the_room(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    for room, key in reversed(ROOM_KEYS.items()):
        press(window, getattr(Qt.Key, f"Key_{key}"))
        assert window.room is room


def test_language_and_theme_by_key(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    press(window, Qt.Key.Key_F9)
    open_window.settle(window)
    assert current_language() is Language.CHINESE
    assert window.banner.acknowledge.text() == "确认"
    assert window.rail.buttons[Room.LINE].text() == "产线"
    press(window, Qt.Key.Key_F8)
    assert window._theme.theme is DARK
    press(window, Qt.Key.Key_F9)
    press(window, Qt.Key.Key_F8)
    open_window.settle(window)
    assert window.banner.acknowledge.text() == "Acknowledge"
    assert window._theme.theme is LIGHT
    assert open_window.saved[-1].language is Language.ENGLISH


def test_simulated_is_said_wherever_it_is(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    for room in Room:
        window.show_room(room)
        assert window.top_bar.simulated.isVisible()
        assert window.top_bar.simulated.text == "SIMULATED"


def test_top_bar_says_why_the_line_does_not_run(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    assert window.top_bar.state.text == "DEGRADED"
    assert window.top_bar.reason.text == "No verdict: Camera 3"


def test_acknowledge_by_space(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    assert window.banner.title.text() == "Pitting on camera 1"
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: fake_line.acknowledged == ["alarm-0"], timeout=3000)
    open_window.settle(window)
    assert window.banner.urgent is None
    assert window.banner.title.text() == "No new warnings"
    assert not window.banner.acknowledge.isEnabled()


def test_acknowledge_twice_is_sent_once(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    fake_line.gate.clear()
    press(window, Qt.Key.Key_Space)
    press(window, Qt.Key.Key_Space)
    fake_line.gate.set()
    open_window.settle(window)
    assert fake_line.acknowledged == ["alarm-0"]


def test_refused_command_is_told(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    fake_line.fail_with = "The records cannot be written: the disk is full."
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(window.toast.isVisible, timeout=3000)
    assert window.toast.text == "The records cannot be written: the disk is full."
    assert window.banner.urgent is not None


def test_a_provider_that_was_left_is_told_once(open_window: OpenWindow, fake_line: FakeLine, monkeypatch: pytest.MonkeyPatch) -> None:
    window = open_window(fake_line)
    snapshot = fake_line.snapshot
    monkeypatch.setattr(fake_line, "snapshot", lambda: replace(snapshot(), provider_notes=("pitting: CUDA failed, the CPU judges now",)))
    told: list[str] = []
    monkeypatch.setattr(window.toast, "tell", told.append)
    for _ in range(20):
        window.tick()
    assert len(told) == 1
    assert "CPU" in told[0]


def test_silence_by_key(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: fake_line.horn.silenced, timeout=3000)
    open_window.settle(window)
    assert not window.banner.silence.isEnabled()
    assert window.banner.urgent is not None, "silence is not an acknowledgement"


def test_nobody_signed_in_acknowledge_waits_for_the_sign_in(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    fake_line.sign_out()
    window = open_window(fake_line)
    press(window, Qt.Key.Key_Space)
    dialog = window.findChild(SignInDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow, timeout=3000)
    assert clipped_texts(dialog) == []
    assert small_targets(dialog) == []
    for key in (Qt.Key.Key_9, Qt.Key.Key_9, Qt.Key.Key_Return):
        press(dialog, key)
    qtbot.waitUntil(lambda: dialog.message.text() == "The PIN is wrong. Try again.", timeout=3000)
    assert fake_line.acknowledged == []
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_Return):
        press(dialog, key)
    qtbot.waitUntil(lambda: fake_line.acknowledged == ["alarm-0"], timeout=3000)
    open_window.settle(window)
    assert fake_line.person == "wei"
    assert open_window.saved[-1].last_person == "wei"


def test_given_up_sign_in_sends_nothing(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    fake_line.sign_out()
    window = open_window(fake_line)
    press(window, Qt.Key.Key_Space)
    dialog = window.findChild(SignInDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow, timeout=3000)
    press(dialog, Qt.Key.Key_Escape)
    window.commands._on_signed_in(fake_line.person, lambda _: None, fake_line.sign_in("wei", "1234"))
    open_window.settle(window)
    assert fake_line.acknowledged == []


@pytest.mark.parametrize("language", list(Language))
def test_f1_shows_every_key(language: Language, open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line, language=language)
    press(window, Qt.Key.Key_F1)
    overlay = window.findChild(KeyOverlay)
    assert overlay is not None
    qtbot.waitUntil(overlay.isActiveWindow, timeout=3000)
    assert clipped_texts(overlay) == []
    press(overlay, Qt.Key.Key_Escape)
    assert not overlay.isVisible()


def test_review_badge(open_window: OpenWindow, fake_line: FakeLine, qtbot: QtBot) -> None:
    window = open_window(fake_line)
    window._ask_review_load()
    qtbot.waitUntil(lambda: window.rail.buttons[Room.REVIEW].badge == 214, timeout=3000)
