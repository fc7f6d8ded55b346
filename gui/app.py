"""This file decides how the window comes up and goes down: application, theme, language, mishaps, then the order of stopping."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from gui.horn_player import HornPlayer
from gui.language import Language, LanguageSwitch, system_language
from gui.preferences import PreferencesFile
from gui.rooms import standard_rooms
from gui.theme import ThemeSource, apply_theme, scale_for
from gui.window import Window
from station.clock import Clock
from station.paths import resources_dir
from station.port import LinePort

_log = logging.getLogger(__name__)


class Mishaps(QObject):
    """Turns what nobody caught into a log line and a notification, from any thread. The window lives on.

    Signals:
        happened: One sentence.
    """

    happened = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hook_before = sys.excepthook
        self._thread_hook_before = threading.excepthook

    def watch(self) -> None:
        """Catch from now on."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def rest(self) -> None:
        """Catch no longer."""
        sys.excepthook = self._hook_before
        threading.excepthook = self._thread_hook_before

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._hook_before(kind, error, trace)
            return
        _log.critical("Not caught", exc_info=(kind, error, trace))
        self.happened.emit(f"{kind.__name__}: {error}")

    def _on_thread_exception(self, given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None:
            self._on_exception(given.exc_type, given.exc_value, given.exc_traceback)


def application() -> QApplication:
    """The one QApplication, made when there is none yet."""
    there = QApplication.instance()
    app = cast("QApplication", there) if there is not None else QApplication(sys.argv[:1])
    app.setApplicationName("Lineside")
    app.setApplicationDisplayName("Lineside")
    app.setStyle("Fusion")
    icon = resources_dir() / "icons" / "lineside.png"
    if icon.is_file():
        app.setWindowIcon(QIcon(str(icon)))
    return app


def run_window(port: LinePort, preferences_path: Path, clock: Clock | None = None, shown: Callable[[Window], None] | None = None) -> int:
    """Open the window on a running line and stay until it is closed; then stop the line.

    Args:
        port: The line; it is stopped on return.
        preferences_path: Where the person's wishes are kept.
        clock: For clock and ages; none: the computer's.
        shown: Called once the window is on screen, for measurements and tests.

    Returns:
        Exit code of the application.
    """
    app = application()
    file = PreferencesFile(preferences_path)
    preferences = file.load()
    theme = ThemeSource(parent=app)
    room = app.primaryScreen().availableGeometry()
    apply_theme(app, preferences.mode, theme, scale_for(room.width(), room.height()))
    languages = LanguageSwitch(app)
    languages.use(preferences.language or system_language())
    mishaps = Mishaps(app)
    horn = HornPlayer()
    window = Window(port, theme, languages, preferences, file.save, standard_rooms(horn), clock, horn)
    mishaps.happened.connect(window.toast.tell)
    mishaps.watch()
    try:
        window.resize(min(1600, room.width()), min(900, room.height()))
        if preferences.maximised:
            window.showMaximized()
        else:
            window.show()
        window.start()
        if shown is not None:
            shown(window)
        return app.exec()
    finally:
        window.stop()
        port.stop()
        mishaps.rest()
        languages.use(Language.ENGLISH)
        for made in (window, languages, mishaps, theme):
            made.deleteLater()
