"""This file decides what every screen of the window has: its line, theme and jobs, a refresh, and keys that are shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gui.jobs import Jobs
from gui.theme import ThemeSource
from station.port import LinePort
from station.view import LineSnapshot


class Screen(QWidget):
    """One room of the window. Owns no thread and opens no file.

    The window calls :meth:`refresh` every ~33 ms for the visible screen only. Subclasses build their widgets in the
    constructor, call :meth:`retranslate` at its end, and set every text there. The same call comes when the
    language changes; :meth:`restyle` comes when the theme or the scale changes.

    Args:
        port: The line.
        theme: Colours and type sizes in force.
        jobs: Runs what touches the disk, off the GUI thread.

    Signals:
        told: A short sentence for the person, shown as a notification.
        badge_changed: A number for the screen's button in the rail; 0 shows none.
        incident_wanted: Id of an incident that is to be shown in the full window.
    """

    told = Signal(str)
    badge_changed = Signal(int)
    incident_wanted = Signal(str)

    def __init__(self, port: LinePort, theme: ThemeSource, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.port = port
        self.theme_source = theme
        self.jobs = jobs
        theme.theme_changed.connect(self._on_theme_changed)

    def refresh(self, snapshot: LineSnapshot) -> None:
        """Show *snapshot*; repaint only what changed."""

    def entered(self) -> None:
        """The screen has just become the visible one."""

    def left(self) -> None:
        """Another screen has just become the visible one."""

    def keys(self) -> list[tuple[str, str]]:
        """Keys of this screen for the F1 overlay: (key as written on it, what it does)."""
        return []

    def retranslate(self) -> None:
        """Set every text in the current language."""

    def restyle(self) -> None:
        """Take colours and sizes from the theme source where the style sheet cannot."""

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.restyle()
