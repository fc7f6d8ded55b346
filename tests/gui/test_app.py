"""The window comes up on a line, lives on after a mishap, and goes down in order. Pictures are taken without a display."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from gui.app import Mishaps, run_window
from gui.language import Language, LanguageSwitch, current_language
from gui.pictures import save_pictures
from gui.rail import Room
from gui.theme import Mode
from gui.window import Window
from tests.gui.conftest import OpenWindow
from tests.gui.fake_line import FakeLine


def test_run_window_and_close(fake_line: FakeLine, tmp_path: Path, language_switch: LanguageSwitch) -> None:
    before = set(threading.enumerate())
    seen: list[bool] = []

    def shown(window: Window) -> None:
        def close() -> None:
            seen.append(window.banner.urgent is not None)
            window.close()

        QTimer.singleShot(300, close)

    hook = sys.excepthook
    assert run_window(fake_line, tmp_path / "preferences.json", fake_line, shown) == 0
    assert seen == [True], "the timer had filled the banner"
    assert fake_line.stopped == 1
    assert sys.excepthook is hook
    assert set(threading.enumerate()) <= before


def test_wishes_are_kept(fake_line: FakeLine, tmp_path: Path, language_switch: LanguageSwitch) -> None:
    path = tmp_path / "preferences.json"
    path.write_text('{"mode": "light", "language": "en", "maximised": false}', encoding="utf-8")

    def shown(window: Window) -> None:
        window.switch_theme()
        window.switch_language()
        QTimer.singleShot(0, window.close)

    assert run_window(fake_line, path, fake_line, shown) == 0
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert (kept["mode"], kept["language"], kept["maximised"]) == ("dark", "zh_CN", False)
    assert current_language() is Language.ENGLISH, "the application is left as it was found"


def test_mishap_becomes_a_notification(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    mishaps = Mishaps()
    mishaps.watch()
    try:
        with qtbot.waitSignal(mishaps.happened, timeout=2000) as caught:
            try:
                raise ValueError("the plot has no axis")
            except ValueError as error:
                sys.excepthook(ValueError, error, error.__traceback__)
        assert caught.args == ["ValueError: the plot has no axis"]
        with qtbot.waitSignal(mishaps.happened, timeout=2000):
            thread = threading.Thread(target=lambda: 1 / 0)
            thread.start()
            thread.join()
    finally:
        mishaps.rest()
    assert "Not caught" in caplog.text


def test_closing_while_a_command_is_on_its_way(open_window: OpenWindow, fake_line: FakeLine) -> None:
    window = open_window(fake_line)
    fake_line.gate.clear()
    window.banner.acknowledge.click()
    QTimer.singleShot(100, fake_line.gate.set)
    timer = threading.Timer(0.2, fake_line.gate.set)
    timer.start()
    window.close()
    timer.join()
    assert window.jobs.waiting == 0
    window.stop()


def test_pictures_of_every_room(fake_line: FakeLine, tmp_path: Path, language_switch: LanguageSwitch) -> None:
    fake_line._folder = tmp_path / "kept"
    fake_line.write_pictures()
    told: list[Path] = []
    written = save_pictures(
        fake_line, tmp_path / "out", ((1366, 768),), (Mode.DARK,), (Language.ENGLISH, Language.CHINESE), fake_line, told.append
    )
    assert written == told
    assert len(written) == len(Room) * 2
    assert written[0].name == "line-dark-en-1366x768.png"
    images = [QImage(str(path)) for path in written]
    assert all((image.width(), image.height()) == (1366, 768) for image in images)
    assert len({bytes(image.constBits()) for image in images}) == len(images)
    assert fake_line.stopped == 0
