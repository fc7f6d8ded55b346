"""This file decides which pages the report has: the shift report, the load of warnings, and what other settings would make of it."""

from __future__ import annotations

from enum import Enum
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from gui.commands import Commands
from gui.controls import KeyButton
from gui.jobs import Jobs
from gui.load_screen import LoadScreen
from gui.load_what_if import WhatIfScreen
from gui.report_screen import ReportScreen
from gui.screen import Screen
from gui.theme import ThemeSource
from station.clock import Clock
from station.port import LinePort
from station.view import LineSnapshot


class ReportPage(Enum):
    """The pages; the value is the key."""

    REPORT = "R"
    LOAD = "L"
    WHAT_IF = "T"


class ReportRoom(Screen):
    """The room REPORT: three pages, of which one is shown.

    Args:
        commands: Sends what a person commands.
        clock: Now, for the periods.
    """

    def __init__(
        self, port: LinePort, theme: ThemeSource, jobs: Jobs, commands: Commands, clock: Clock | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(port, theme, jobs, parent)
        self.report = ReportScreen(port, theme, jobs, clock)
        self.load = LoadScreen(port, theme, jobs, clock)
        self.what_if = WhatIfScreen(port, theme, jobs, commands, clock)
        self.load.try_wanted.connect(self._on_try)
        self._pages: dict[ReportPage, Screen] = {
            ReportPage.REPORT: self.report,
            ReportPage.LOAD: self.load,
            ReportPage.WHAT_IF: self.what_if,
        }
        self._page = ReportPage.REPORT
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self._tabs = {page: KeyButton(page.value) for page in ReportPage}
        tabs = QHBoxLayout()
        tabs.setContentsMargins(14, 10, 14, 0)
        tabs.setSpacing(8)
        for page, button in self._tabs.items():
            button.setCheckable(True)
            button.setChecked(page is self._page)
            button.clicked.connect(partial(self.show_page, page))
            self._group.addButton(button)
            tabs.addWidget(button)
            screen = self._pages[page]
            screen.told.connect(self.told)
            screen.badge_changed.connect(self.badge_changed)
            screen.incident_wanted.connect(self.incident_wanted)
            self._stack.addWidget(screen)
        tabs.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(tabs)
        layout.addWidget(self._stack, 1)
        self.retranslate()

    @property
    def page(self) -> ReportPage:
        """The page that is shown."""
        return self._page

    def show_page(self, page: ReportPage) -> None:
        """Show *page* and have it read what it shows."""
        if page is not self._page:
            self._pages[self._page].left()
        self._page = page
        self._tabs[page].setChecked(True)
        self._stack.setCurrentWidget(self._pages[page])
        self._pages[page].entered()

    @Slot(str)
    def _on_try(self, definition_id: str) -> None:
        self.what_if.try_definition(definition_id, self.load.periods)
        self.show_page(ReportPage.WHAT_IF)

    @override
    def retranslate(self) -> None:
        """Set every text in the current language; the pages follow by themselves."""
        self._tabs[ReportPage.REPORT].setText(self.tr("Shift report"))
        self._tabs[ReportPage.LOAD].setText(self.tr("Warning load"))
        self._tabs[ReportPage.WHAT_IF].setText(self.tr("What if"))

    @override
    def entered(self) -> None:
        """The page that is shown reads again."""
        self._pages[self._page].entered()

    @override
    def left(self) -> None:
        """The page that is shown is not any more."""
        self._pages[self._page].left()

    @override
    def refresh(self, snapshot: LineSnapshot) -> None:
        """The page that is shown takes *snapshot*."""
        self._pages[self._page].refresh(snapshot)

    @override
    def keys(self) -> list[tuple[str, str]]:
        """Keys of the pages, and of the one that is shown."""
        tabs = [(page.value, self._tabs[page].text()) for page in ReportPage]
        return [*tabs, *self._pages[self._page].keys()]
