"""Every GUI test runs without a display, and none may leave anything behind."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.horn_player import HornPlayer, play_nowhere
from gui.jobs import Jobs
from gui.language import Language, LanguageSwitch
from gui.preferences import Preferences
from gui.rooms import standard_rooms
from gui.theme import LIGHT, Mode, ThemeSource, apply_theme
from gui.window import Window
from tests.gui.fake_line import FakeLine


@pytest.fixture
def fake_line() -> FakeLine:
    """A line that never was: three cameras, one rig, warnings in several states."""
    return FakeLine()


@pytest.fixture
def theme_source(qapp: QApplication) -> ThemeSource:
    """The light theme at full scale, applied."""
    source = ThemeSource(LIGHT)
    apply_theme(qapp, Mode.LIGHT, source)
    return source


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    """Workers that end with the test."""
    made = Jobs()
    yield made
    assert made.stop(), "a background job did not end"


@pytest.fixture
def language_switch(qapp: QApplication) -> Iterator[LanguageSwitch]:
    """Switches languages, and back to English after the test."""
    made = LanguageSwitch(qapp)
    yield made
    made.use(Language.ENGLISH)
    made.setParent(None)


@pytest.fixture(autouse=True)
def nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a thread, a running timer or a visible top-level widget behind."""
    threads = set(threading.enumerate())
    yield
    for widget in QApplication.topLevelWidgets():
        if not widget.isVisible():
            widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    left = [thread.name for thread in threading.enumerate() if thread not in threads and thread.is_alive()]
    assert not left, f"threads left behind: {left}"
    shown = [type(widget).__name__ for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    assert not shown, f"windows left open: {shown}"
    timers = [timer for timer in qapp.findChildren(QTimer) if timer.isActive()]
    assert not timers, f"timers left running: {timers}"


class OpenWindow:
    """Opens windows on a fake line, and closes them with the test."""

    def __init__(self, qtbot: QtBot, languages: LanguageSwitch, theme: ThemeSource) -> None:
        self._qtbot, self._languages, self._theme = qtbot, languages, theme
        self.windows: list[Window] = []
        self.saved: list[Preferences] = []

    def __call__(
        self,
        line: FakeLine,
        size: tuple[int, int] = (1920, 1080),
        mode: Mode = Mode.LIGHT,
        language: Language = Language.ENGLISH,
    ) -> Window:
        """A shown window in one look; its timer does not run, tests tick it."""
        preferences = Preferences(mode=mode, language=language)
        self._languages.use(language)
        horn = HornPlayer(play_nowhere)
        window = Window(line, self._theme, self._languages, preferences, self._save, standard_rooms(horn), line, horn)
        self.windows.append(window)
        window.resize(*size)
        window.apply_look()
        window.show()
        window.activateWindow()
        self._qtbot.waitExposed(window)
        self.settle(window)
        return window

    def settle(self, window: Window) -> None:
        """Tick until no job is waiting."""
        for _ in range(3):
            window.tick()
            QCoreApplication.processEvents()
        self._qtbot.waitUntil(lambda: window.jobs.waiting == 0, timeout=10_000)
        window.tick()
        QCoreApplication.processEvents()

    def _save(self, preferences: Preferences) -> bool:
        self.saved.append(preferences)
        return True


@pytest.fixture
def open_window(qtbot: QtBot, language_switch: LanguageSwitch, theme_source: ThemeSource) -> Iterator[OpenWindow]:
    """Opens windows; see :class:`OpenWindow`."""
    opener = OpenWindow(qtbot, language_switch, theme_source)
    yield opener
    for window in opener.windows:
        window.close()
        window.deleteLater()
    opener.windows.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
