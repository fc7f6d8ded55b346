"""This file decides what can be seen and tested of the station's set-up: six pages, each with live tests where there is something live."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from functools import partial

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gui.commands import Commands
from gui.controls import KeyButton, LabelRole, Wrap, card, label
from gui.horn_player import Hearing, HornPlayer
from gui.jobs import Jobs
from gui.memory_page import MemoryPage
from gui.screen import Screen
from gui.sentences import sentence_text
from gui.setup_card import SetupCard
from gui.setup_facts import (
    CardFacts,
    Fact,
    TestKind,
    camera_facts,
    horn_facts,
    model_facts,
    person_facts,
    sensor_facts,
    station_facts,
    warning_facts,
)
from gui.theme import ThemeSource
from station.frames import SourceId
from station.port import LinePort

_CARD_PX = 560
_TEST_KEYS = "ABCDEFGHIJKLMNOPQRUVWXYZ"
"""Keys of the test buttons in order; S silences and T tests all."""


class Page(Enum):
    """Pages of Setup; the value is the key."""

    CAMERAS = "1"
    SENSORS = "2"
    MODELS = "3"
    WARNINGS = "4"
    PEOPLE = "5"
    STATION = "6"
    MEMORY = "7"


class SetupScreen(Screen):
    """Pages on the left, their cards on the right in as many columns as fit. Tests run off the GUI thread."""

    def __init__(
        self, port: LinePort, theme: ThemeSource, jobs: Jobs, commands: Commands, horn: HornPlayer, parent: QWidget | None = None
    ) -> None:
        super().__init__(port, theme, jobs, parent)
        self._horn = horn
        self.memory = MemoryPage(port, commands, jobs, theme)
        self.memory.told.connect(self.told)
        self._page = Page.CAMERAS
        self._cards: list[SetupCard] = []
        self._columns = 0
        self._side = card()
        side = QVBoxLayout(self._side)
        side.setSpacing(6)
        self._group = QButtonGroup(self)
        self._buttons = {page: KeyButton(page.value) for page in Page}
        for page, button in self._buttons.items():
            button.setCheckable(True)
            button.setChecked(page is self._page)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(partial(self.show_page, page))
            self._group.addButton(button)
            side.addWidget(button)
        side.addStretch(1)
        self._title, self._hint = label(LabelRole.TITLE), label(LabelRole.MUTED, wrap=Wrap.WORDS)
        self._test_all = KeyButton("T")
        self._test_all.clicked.connect(self._on_test_all)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self._title)
        head.addWidget(self._hint, 1)
        head.addWidget(self._test_all)
        self._box = QWidget()
        self._grid = QGridLayout(self._box)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._box)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addLayout(head)
        right.addWidget(self._scroll, 1)
        right.addWidget(self.memory, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(12)
        layout.addWidget(self._side)
        layout.addLayout(right, 1)
        self.restyle()
        self.retranslate()

    @override
    def retranslate(self) -> None:
        """Set every text in the current language."""
        for page, button in self._buttons.items():
            button.setText(self._name(page))
        self._test_all.setText(self.tr("Test all"))
        self.memory.retranslate()
        self._make_cards()

    @override
    def restyle(self) -> None:
        """Take sizes from the theme source."""
        self._side.setFixedWidth(self.theme_source.space(240))
        self._place_cards()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as fit."""
        super().resizeEvent(event)
        self._place_cards()

    @override
    def entered(self) -> None:
        """Read the memory anew."""
        if self._page is Page.MEMORY:
            self.memory.start()

    @override
    def left(self) -> None:
        """Nothing is read while another screen is shown."""
        self.memory.stop()

    def _name(self, page: Page) -> str:
        match page:
            case Page.CAMERAS:
                return self.tr("Cameras")
            case Page.SENSORS:
                return self.tr("Sensors")
            case Page.MODELS:
                return self.tr("Models")
            case Page.WARNINGS:
                return self.tr("Warnings")
            case Page.PEOPLE:
                return self.tr("People")
            case Page.STATION:
                return self.tr("Station")
            case Page.MEMORY:
                return self.tr("False alarms")

    def _facts(self, page: Page) -> list[CardFacts]:
        station, packs = self.port.station, self.port.packs
        match page:
            case Page.CAMERAS:
                return [camera_facts(one, packs) for one in station.cameras]
            case Page.SENSORS:
                return [sensor_facts(one, packs) for one in station.sensors]
            case Page.MODELS:
                return [model_facts(one, station) for one in packs]
            case Page.WARNINGS:
                return [warning_facts(one) for one in sorted(station.alarms, key=lambda alarm: alarm.priority)]
            case Page.PEOPLE:
                return [person_facts(one) for one in station.people]
            case Page.STATION:
                about, records = station_facts(station)
                file = self.port.station_path
                steps = (
                    Fact(self.tr("File"), self.tr("made by a program, no file") if file is None else str(file)),
                    Fact(self.tr("Edit"), self.tr("with any text editor; every key is explained in docs/config-reference.md")),
                    Fact(self.tr("Check"), "python main.py --check --station FILE"),
                    Fact(self.tr("New PIN"), "python main.py doctor --pin"),
                    Fact(self.tr("In force"), self.tr("after the next start of Lineside")),
                )
                return [about, records, self._horn_facts(), CardFacts(self.tr("Station file"), "", steps)]
            case Page.MEMORY:
                return []

    def _horn_facts(self) -> CardFacts:
        sound = self._horn.state
        said = sentence_text(sound.sentence) if sound.hearing is Hearing.NOT_HEARD else ""
        return replace(horn_facts(self.port.station), trouble=said)

    def show_page(self, page: Page) -> None:
        """Show another page."""
        self._page = page
        self._buttons[page].setChecked(True)
        self._make_cards()

    @property
    def cards(self) -> list[SetupCard]:
        """The cards of the page shown."""
        return self._cards

    def _make_cards(self) -> None:
        for old in self._cards:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        found = self._facts(self._page)
        keys = iter(_TEST_KEYS)
        self._cards = [SetupCard(facts, self.theme_source, next(keys, "") if facts.test is not None else "", self._box) for facts in found]
        for one in self._cards:
            one.test_wanted.connect(partial(self._test, one))
        self._columns = 0
        self._place_cards()
        self._title.setText(self._name(self._page))
        self._test_all.setVisible(any(facts.test is not None for facts in found))
        self._hint.setText(self._hint_text(found))
        is_memory = self._page is Page.MEMORY
        self._scroll.setVisible(not is_memory)
        self.memory.setVisible(is_memory)
        if is_memory:
            self.memory.start()
        else:
            self.memory.stop()
        self._scroll.verticalScrollBar().setValue(0)

    def _hint_text(self, found: list[CardFacts]) -> str:
        if self._page is Page.MEMORY:
            return ""
        if not found:
            return self.tr("None are configured. Add them to the station file; docs/config-reference.md says how.")
        match self._page:
            case Page.CAMERAS | Page.SENSORS:
                return self.tr("A test takes one frame or row now, and says exactly why when none comes.")
            case Page.MODELS:
                return self.tr("A test runs the model's golden set on this computer and compares every verdict.")
            case Page.WARNINGS:
                return self.tr("As the operator will read them.")
            case Page.PEOPLE:
                return self.tr("Who can sign in and answer.")
            case _:
                return self.tr("The horn's test plays the sound of each priority, the most urgent first.")

    def _place_cards(self) -> None:
        width = max(self.width() - self._side.width() - 60, 200)
        columns = max(1, min(width // self.theme_source.space(_CARD_PX), max(len(self._cards), 1)))
        if columns == self._columns:
            return
        for column in range(max(columns, self._grid.columnCount())):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for number, one in enumerate(self._cards):
            self._grid.addWidget(one, number // columns, number % columns, Qt.AlignmentFlag.AlignTop)
        for row in range(self._grid.rowCount() + 1):
            self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(self._grid.rowCount(), 1)
        self._columns = columns

    @Slot()
    def _on_test_all(self) -> None:
        for one in self._cards:
            if one.facts.test is not None:
                self._test(one)

    def _test(self, one: SetupCard) -> None:
        one.show_running()
        if one.facts.test is TestKind.MODEL:
            work = partial(self.port.test_model, one.facts.test_id)
        elif one.facts.test is TestKind.HORN:
            horn = self.port.station.horn
            work = partial(self._horn.test, sorted(horn.priorities) or [1, 2, 3, 4], horn.volume)
        else:
            work = partial(self.port.test_source, SourceId(one.facts.test_id))
        self.jobs.run(one, work, one.show_result, one.show_failure)

    @override
    def minimumSizeHint(self) -> QSize:
        """The cards scroll."""
        return QSize(640, 400)

    @override
    def keys(self) -> list[tuple[str, str]]:
        """Keys for the overlay."""
        if self._page is Page.MEMORY:
            choose, switch = ("↑ ↓", self.tr("Choose an entry")), ("O", self.tr("Switch it off or on"))
            return [("1 … 7", self.tr("Page")), choose, switch, ("E", self.tr("Extend it")), ("Del", self.tr("Remove it"))]
        return [("1 … 7", self.tr("Page")), ("T", self.tr("Test all on this page")), ("A B C …", self.tr("Test this one"))]
