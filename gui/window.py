"""This file decides the window: top bar, rail, rooms and banner, the one timer that repaints, and the order of closing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from gui.banner import Banner
from gui.commands import Commands
from gui.flash import BORDER_PX, FlashFrame
from gui.horn_player import HornPlayer, play_nowhere
from gui.incident_screen import IncidentScreen
from gui.jobs import Jobs
from gui.key_overlay import KeyOverlay
from gui.language import Language, LanguageSwitch, current_language, pick
from gui.preferences import Preferences
from gui.rail import ROOM_KEYS, Rail, Room
from gui.screen import Screen
from gui.sentences import sentence_text
from gui.sign_in import SignInDialog
from gui.theme import Mode, ThemeSource, apply_theme, scale_for
from gui.toast import Toast
from gui.top_bar import TopBar
from station.clock import Clock, SystemClock
from station.frames import IncidentId, PersonId
from station.port import LinePort
from station.view import ReviewLoad

REFRESH_MS = 33
_SCALE_SETTLES_MS = 150
_REVIEW_LOAD_EVERY_MS = 20_000

ScreenFactory = Callable[[LinePort, ThemeSource, Jobs, Commands, Clock], Screen]


class Window(QMainWindow):
    """The window on one line. Create it after the theme was applied once.

    Args:
        port: The line.
        theme: Colours and type sizes; the window sets them.
        languages: Switches languages.
        preferences: What the person wished before.
        save: Keeps changed preferences.
        rooms: How each screen is made; a screen is made when it is first entered.
        clock: For the clock shown and for ages.
        horn: Makes the horn heard; none: this window is silent. The window stops it.

    Signals:
        closed: The window has stopped everything of its own.
    """

    closed = Signal()

    def __init__(
        self,
        port: LinePort,
        theme: ThemeSource,
        languages: LanguageSwitch,
        preferences: Preferences,
        save: Callable[[Preferences], bool],
        rooms: Mapping[Room, ScreenFactory],
        clock: Clock | None = None,
        horn: HornPlayer | None = None,
    ) -> None:
        super().__init__()
        self._port, self._theme, self._languages = port, theme, languages
        self._preferences, self._save, self._rooms = preferences, save, rooms
        self._clock = clock or SystemClock()
        self._horn = horn or HornPlayer(play_nowhere)
        self._ticks = 0
        self._told_notes: set[str] = set()
        self._stopped = False
        self.jobs = Jobs(parent=self)
        self.commands = Commands(port, self.jobs, self)
        self.top_bar = TopBar(port.station, theme)
        self.rail = Rail(theme)
        self.banner = Banner(self.commands, {person.id: person.name for person in port.station.people}, theme)
        self.stack = QStackedWidget()
        self.screens: dict[Room, Screen] = {}
        self._room = Room.LINE
        self._incident: IncidentScreen | None = None
        self._incident_shown = False
        self._build()
        self.toast = Toast(self, 90)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.tick)
        self._scale_timer = QTimer(self)
        self._scale_timer.setSingleShot(True)
        self._scale_timer.setInterval(_SCALE_SETTLES_MS)
        self._scale_timer.timeout.connect(self.apply_look)
        self._load_timer = QTimer(self)
        self._load_timer.setInterval(_REVIEW_LOAD_EVERY_MS)
        self._load_timer.timeout.connect(self._ask_review_load)
        self._connect()
        self.retranslate()
        self.show_room(Room.LINE)
        # Without this the type of a large window would keep it from being made smaller.
        self.setMinimumSize(1024, 640)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocus()

    def _build(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(self.stack, 1)
        whole = QWidget()
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.top_bar)
        layout.addLayout(middle, 1)
        layout.addWidget(self.banner)
        self.flash = FlashFrame(whole, BORDER_PX if self._port.station.horn.flash else 0, self._theme)
        self.setCentralWidget(self.flash)

    def _connect(self) -> None:
        self.rail.chosen.connect(self._on_room_chosen)
        self.top_bar.person_pressed.connect(self.open_sign_in)
        self.top_bar.theme_pressed.connect(self.switch_theme)
        self.top_bar.language_pressed.connect(self.switch_language)
        self.top_bar.keys_pressed.connect(self.open_keys)
        self.commands.refused.connect(self._tell)
        self.commands.person_wanted.connect(self.open_sign_in)
        self.commands.signed_in.connect(self._on_signed_in)
        self.jobs.failed.connect(self._tell)
        QShortcut(QKeySequence("F11"), self).activated.connect(self._on_full_screen)
        QApplication.styleHints().colorSchemeChanged.connect(self.apply_look)

    @property
    def room(self) -> Room:
        """The visible room."""
        return self._room

    @property
    def preferences(self) -> Preferences:
        """The wishes in force."""
        return self._preferences

    def start(self) -> None:
        """Begin to repaint."""
        self._timer.start()
        self._load_timer.start()
        self._ask_review_load()

    def stop(self) -> None:
        """Stop timers, jobs and notifications; may be called twice."""
        if self._stopped:
            return
        self._stopped = True
        for timer in (self._timer, self._scale_timer, self._load_timer):
            timer.stop()
        self.toast.stop()
        self._horn.stop()
        self.jobs.stop()

    @Slot()
    def tick(self) -> None:
        """Take the newest snapshot and let the visible room show it."""
        snapshot = self._port.snapshot()
        self._ticks += 1
        self.commands.refresh(snapshot)
        self._horn.follow(snapshot.horn)
        self.flash.follow(self._clock.monotonic_s(), wanted=snapshot.horn.flash)
        self.banner.refresh(snapshot, self._horn.state)
        if self._ticks % 6 == 1:
            self.top_bar.refresh(snapshot, self._clock.utc())
            self._tell_provider_notes(snapshot.provider_notes)
        self.current.refresh(snapshot)

    def _tell_provider_notes(self, notes: tuple[str, ...]) -> None:
        """Say once that a model judges elsewhere than wanted; Setup keeps showing the provider."""
        for note in notes:
            if note not in self._told_notes:
                self._told_notes.add(note)
                self.toast.tell(sentence_text(note))

    def show_room(self, room: Room) -> None:
        """Enter *room*; its screen is made when it is entered first."""
        if room not in self.screens:
            screen = self._rooms[room](self._port, self._theme, self.jobs, self.commands, self._clock)
            screen.told.connect(self.toast.tell)
            screen.badge_changed.connect(self.rail.buttons[room].set_badge)
            screen.incident_wanted.connect(self.show_incident)
            self.stack.addWidget(screen)
            self.screens[room] = screen
        self._incident_shown = False
        if room is not self._room:
            self.screens[self._room].left()
        self._room = room
        self.stack.setCurrentWidget(self.screens[room])
        self.rail.show_room(room)
        self.setFocus()
        self.screens[room].entered()
        self.screens[room].refresh(self._port.snapshot())

    @Slot(str)
    def show_incident(self, incident_id: str) -> None:
        """Show an incident in the place of the room, until the person goes back or enters a room."""
        if self._incident is None:
            self._incident = IncidentScreen(self._port, self._theme, self.jobs, self.commands, self._clock)
            self._incident.closed.connect(self._on_incident_closed)
            self.stack.addWidget(self._incident)
        self._incident_shown = True
        self._incident.show_incident(IncidentId(incident_id))
        self._incident.refresh(self._port.snapshot())
        self.stack.setCurrentWidget(self._incident)
        self.setFocus()

    @Slot()
    def _on_incident_closed(self) -> None:
        self.show_room(self._room)

    @property
    def current(self) -> Screen:
        """What fills the window: the incident that was enlarged, else the room's screen."""
        return self._incident if self._incident is not None and self._incident_shown else self.screens[self._room]

    def retranslate(self) -> None:
        """Set every text in the current language; the rooms follow by themselves."""
        self.setWindowTitle(f"{pick(self._port.station.station.name)} · Lineside")
        self.top_bar.retranslate()
        self.rail.retranslate()
        self.banner.retranslate()

    @Slot()
    def apply_look(self) -> None:
        """Apply the wished theme at the scale of the window's size."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, self._preferences.mode, self._theme, scale_for(self.width(), self.height()))

    @Slot()
    def switch_theme(self) -> None:
        """Light becomes dark, and dark light."""
        self.wish(replace(self._preferences, mode=Mode.LIGHT if self._theme.theme.dark else Mode.DARK))
        self.apply_look()

    @Slot()
    def switch_language(self) -> None:
        """English becomes Chinese, and Chinese English."""
        language = Language.ENGLISH if current_language() is Language.CHINESE else Language.CHINESE
        self.wish(replace(self._preferences, language=language))
        self._languages.use(language)

    @Slot()
    def open_sign_in(self) -> None:
        """Ask who is at the station."""
        if not self._port.station.people:
            self.toast.tell(self.tr("The station file names no people. Add [[people]] to it."))
            self.commands.forget_waiting()
            return
        first = self.commands.person_id or PersonId(self._preferences.last_person)
        help_text = self._port.station.station.sign_in_help
        dialog = SignInDialog(self._port.station.people, self.commands, first, "" if help_text is None else pick(help_text), self)
        dialog.rejected.connect(self.commands.forget_waiting)
        dialog.open()

    @Slot()
    def open_keys(self) -> None:
        """Show every key."""
        everywhere = [
            ("Space", self.tr("Acknowledge the most urgent warning")),
            ("S", self.tr("Silence")),
            *((key, self.rail.buttons[room].text()) for room, key in ROOM_KEYS.items()),
            ("F8", self.tr("Light or dark")),
            ("F9", self.tr("English or Chinese")),
            ("F10", self.tr("Sign in or out")),
            ("F11", self.tr("Full screen")),
            ("F1", self.tr("All keys")),
        ]
        here = self.current.keys()
        groups = [(self.tr("Everywhere"), everywhere)]
        if here:
            groups.append((self.rail.buttons[self._room].text(), here))
        KeyOverlay(groups, self).open()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """The scale follows once the size has settled."""
        super().resizeEvent(event)
        if not self._stopped and scale_for(self.width(), self.height()) != self._theme.scale:
            self._scale_timer.start()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember, then stop in order."""
        self.wish(replace(self._preferences, maximised=self.isMaximized() or self.isFullScreen()))
        self.stop()
        super().closeEvent(event)
        self.closed.emit()

    def wish(self, preferences: Preferences) -> None:
        """Take *preferences* and keep them; the look changes with :meth:`apply_look`."""
        if preferences != self._preferences:
            self._preferences = preferences
            if not self._save(preferences):
                self.toast.tell(self.tr("Your settings could not be kept: the data folder cannot be written."))

    @Slot()
    def _ask_review_load(self) -> None:
        self.jobs.run(self, self._port.review_load, self._on_review_load)

    def _on_review_load(self, load: ReviewLoad) -> None:
        self.rail.buttons[Room.REVIEW].set_badge(load.unreviewed)

    @Slot(str)
    def _on_room_chosen(self, room: str) -> None:
        self.show_room(Room(room))

    @Slot(str)
    def _tell(self, sentence: str) -> None:
        self.toast.tell(sentence_text(sentence))

    @Slot()
    def _on_signed_in(self) -> None:
        self.wish(replace(self._preferences, last_person=self.commands.person_id or ""))

    @Slot()
    def _on_full_screen(self) -> None:
        if self.isFullScreen():
            self.showMaximized()
        else:
            self.showFullScreen()
