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

from gui.jobs import Jobs
from gui.language import Language, LanguageSwitch
from gui.theme import LIGHT, Mode, ThemeSource, apply_theme
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
