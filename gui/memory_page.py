"""This file decides how confirmed false alarms are listed in Setup, and how a person switches one off, extends or removes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from PySide6.QtCore import QCoreApplication, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QImage, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from gui.choice_popup import ChoicePopup
from gui.commands import Commands
from gui.controls import ButtonRole, KeyButton, LabelRole, Wrap, label
from gui.jobs import Jobs
from gui.language import BothLanguages, pick
from gui.theme import ThemeSource
from gui.time_text import moment_text
from inference.findings import ImageU8
from station.experience_view import EntryId, EntryState, MemoryEntry
from station.port import LinePort
from station.view import Outcome

_PICTURE_PX = (220, 132)
_READ_EVERY_MS = 4000
_DAYS = (7, 30, 90)


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """One entry with its picture, uint8 H x W x 3 BGR; None where it cannot be read."""

    entry: MemoryEntry
    picture: ImageU8 | None


def read_memory(port: LinePort) -> tuple[Listed, ...]:
    """The entries with their pictures; touches the disk, so from a worker thread.

    Raises:
        RecordsError: The records cannot be read.
    """
    return tuple(Listed(entry, _read_picture(entry)) for entry in port.experience.memory())


def seen_false_text(times: int) -> str:
    """How often a person said that the like of a warning was false; empty for never."""
    if times <= 0:
        return ""
    if times == 1:
        return QCoreApplication.translate("MemoryPage", "Seen as false once")
    return QCoreApplication.translate("MemoryPage", "Seen as false {times} times").format(times=times)


class MemoryCard(QFrame):
    """One entry.

    Signals:
        chosen: The person wants this entry.
    """

    chosen = Signal()

    def __init__(
        self,
        listed: Listed,
        names: Mapping[str, BothLanguages],
        people: Mapping[str, str],
        theme: ThemeSource,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._theme = theme
        self.entry = entry = listed.entry
        self.is_chosen = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(16)
        picture = QLabel()
        picture.setFixedWidth(_PICTURE_PX[0])
        if listed.picture is None:
            picture.setText(self.tr("no picture"))
            picture.setProperty("role", LabelRole.MUTED.value)
        else:
            picture.setPixmap(_pixmap(listed.picture, self.devicePixelRatioF()))
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(4)
        name = names.get(entry.source_id)
        title = entry.definition_id if entry.title is None else pick(entry.title)
        column.addWidget(label(LabelRole.LARGE, f"{title} · {entry.source_id if name is None else pick(name)}", Wrap.WORDS))
        column.addWidget(label(LabelRole.STRONG, self._state_text(), Wrap.WORDS))
        column.addWidget(label(LabelRole.BODY, self._counts_text(), Wrap.WORDS))
        column.addWidget(label(LabelRole.MUTED, self._who_text(people), Wrap.WORDS))
        column.addStretch(1)
        layout.addLayout(column, 1)

    def _state_text(self) -> str:
        entry = self.entry
        match entry.state:
            case EntryState.OFF:
                return self.tr("Switched off: its like rings with its own priority")
            case EntryState.OTHER_MODEL:
                return self.tr("Of another model ({model}): demotes nothing any more").format(model=entry.model)
            case EntryState.IN_FORCE:
                return self.tr("In force until {end}").format(end=moment_text(entry.expires_utc))

    def _counts_text(self) -> str:
        entry = self.entry
        repeats = self.tr("demoted {repeats} warnings since").format(repeats=entry.repeats)
        last = "" if entry.last_seen_utc is None else self.tr("last {when}").format(when=moment_text(entry.last_seen_utc))
        return " · ".join(part for part in (seen_false_text(entry.times), repeats, last) if part)

    def _who_text(self, people: Mapping[str, str]) -> str:
        entry = self.entry
        who = people.get(entry.person_id, entry.person_id)
        said = self.tr("Confirmed by {who}, {when}").format(who=who, when=moment_text(entry.created_utc))
        ends = "" if entry.state is EntryState.IN_FORCE else self.tr("ends {end}").format(end=moment_text(entry.expires_utc))
        return " · ".join(part for part in (said, ends, entry.note) if part)

    def show_chosen(self, chosen: EntryId | None) -> None:
        """Mark it where it is the *chosen* one."""
        self.is_chosen = chosen == self.entry.entry_id
        self.update()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        super().mousePressEvent(event)
        self.chosen.emit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The chosen one has a frame."""
        super().paintEvent(event)
        if self.is_chosen:
            painter = QPainter(self)
            painter.setPen(QPen(QColor(self._theme.theme.focus), 3))
            painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 6, 6)
            painter.end()


class MemoryPage(QWidget):
    """The list, and what can be done with the chosen entry.

    Args:
        port: The line.
        commands: Carries out what a person wants, after a sign-in where nobody is at the station.
        jobs: Reads off the GUI thread.
        theme: Colours and type sizes.

    Signals:
        told: A short sentence for the person.
    """

    told = Signal(str)

    def __init__(self, port: LinePort, commands: Commands, jobs: Jobs, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._port, self._commands, self._jobs, self._theme = port, commands, jobs, theme
        self._listed: tuple[Listed, ...] = ()
        self._cards: list[MemoryCard] = []
        self._chosen: EntryId | None = None
        self._job: int | None = None
        self._read = False
        self._about, self._empty = label(LabelRole.MUTED, wrap=Wrap.WORDS), label(LabelRole.MUTED, wrap=Wrap.WORDS)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.switch, self.longer, self.forget = KeyButton("O"), KeyButton("E"), KeyButton("Del", ButtonRole.QUIET)
        self.switch.clicked.connect(self._on_switch)
        self.longer.clicked.connect(self._on_longer)
        self.forget.clicked.connect(self._on_forget)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._keys = label(LabelRole.CAPTION)
        row.addWidget(self._keys, 1)
        for button in (self.switch, self.longer, self.forget):
            row.addWidget(button)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidget(inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._about)
        layout.addLayout(row)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._empty, 1)
        for key, by in (("Up", -1), ("Down", 1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._step, by))
        self._timer = QTimer(self)
        self._timer.setInterval(_READ_EVERY_MS)
        self._timer.timeout.connect(self.read)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.retranslate()

    @property
    def cards(self) -> tuple[MemoryCard, ...]:
        """The entries shown, the newest first."""
        return tuple(self._cards)

    def retranslate(self) -> None:
        """Set every text in the current language."""
        self._about.setText(
            self.tr(
                "Answered with False, a warning of a camera is remembered here: the place, how it looked, who said so."
                " Its like is then shown with low priority and marked, never hidden, and never for a critical warning."
                " Every entry ends by itself."
            )
        )
        self._empty.setText(
            self.tr(
                "Nothing is remembered. Answer a warning of a camera with False, for instance when dirt on the glass was"
                " taken for a defect: from then on the same mark at the same place has low priority."
            )
        )
        self._keys.setText(self.tr("choose ↑ ↓"))
        self.longer.setText(self.tr("Extend"))
        self.forget.setText(self.tr("Remove"))
        self._fill()

    def start(self) -> None:
        """The page is shown: read now, and again every few seconds."""
        self.read()
        self._timer.start()
        self.setFocus()

    def stop(self) -> None:
        """Another page is shown."""
        self._timer.stop()

    @Slot()
    def read(self) -> None:
        """Read the entries off the GUI thread."""
        if self._job is None:
            self._job = self._jobs.run(self, partial(read_memory, self._port), self._on_read, self._on_failed)

    def _on_read(self, listed: tuple[Listed, ...]) -> None:
        self._job = None
        changed = not self._read or [one.entry for one in listed] != [one.entry for one in self._listed]
        self._listed, self._read = listed, True
        if changed:
            self._fill()

    def _on_failed(self, sentence: str) -> None:
        self._job = None
        self.told.emit(sentence)

    def _fill(self) -> None:
        for card in self._cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        station = self._port.station
        names = {camera.id: camera.name for camera in station.cameras}
        people = {str(person.id): person.name for person in station.people}
        self._cards = [MemoryCard(one, names, people, self._theme) for one in self._listed]
        for place, card in enumerate(self._cards):
            card.chosen.connect(partial(self._choose, card.entry.entry_id))
            self._column.insertWidget(place, card)
        if self._chosen not in {card.entry.entry_id for card in self._cards}:
            self._chosen = self._cards[0].entry.entry_id if self._cards else None
        self._empty.setVisible(self._read and not self._cards)
        self._scroll.setVisible(bool(self._cards))
        self._keys.setVisible(len(self._cards) > 1)
        self._mark()

    def _mark(self) -> None:
        for card in self._cards:
            card.show_chosen(self._chosen)
        entry = self._entry()
        is_off = entry is not None and entry.state is EntryState.OFF
        self.switch.setText(self.tr("Switch on") if is_off else self.tr("Switch off"))
        for button in (self.switch, self.longer, self.forget):
            button.setVisible(entry is not None)

    def _entry(self) -> MemoryEntry | None:
        return next((one.entry for one in self._listed if one.entry.entry_id == self._chosen), None)

    def _choose(self, entry: EntryId) -> None:
        self._chosen = entry
        self._mark()

    def _step(self, by: int) -> None:
        ids = [card.entry.entry_id for card in self._cards]
        if ids:
            at = ids.index(self._chosen) + by if self._chosen in ids else 0
            at = max(0, min(at, len(ids) - 1))
            self._choose(ids[at])
            self._scroll.ensureWidgetVisible(self._cards[at])

    @Slot()
    def _on_switch(self) -> None:
        entry = self._entry()
        if entry is not None:
            ask = self._port.experience
            self._send(partial(ask.switch_on if entry.state is EntryState.OFF else ask.switch_off, entry.entry_id))

    @Slot()
    def _on_longer(self) -> None:
        entry = self._entry()
        if entry is not None:
            choices = [(str(days), self.tr("{days} days from now").format(days=days)) for days in _DAYS]
            popup = ChoicePopup(self.tr("How long does this stay a false alarm?"), choices, self.tr("Cancel"), self.window())
            popup.chosen.connect(partial(self._extend, entry.entry_id))
            popup.open()

    def _extend(self, entry: EntryId, days: str) -> None:
        self._send(partial(self._port.experience.extend, entry, int(days)))

    @Slot()
    def _on_forget(self) -> None:
        entry = self._entry()
        if entry is not None:
            choices = [("remove", self.tr("Remove it: its like rings with its own priority again"))]
            popup = ChoicePopup(self.tr("Remove this entry?"), choices, self.tr("Keep it"), self.window())
            popup.chosen.connect(partial(self._remove, entry.entry_id))
            popup.open()

    def _remove(self, entry: EntryId, _: str) -> None:
        self._send(partial(self._port.experience.remove, entry))

    def _send(self, command: Callable[[], Outcome]) -> None:
        self._commands.send(command, self.read)


def _read_picture(entry: MemoryEntry) -> ImageU8 | None:
    if entry.picture is None:
        return None
    try:
        # Not cv2.imread: it cannot open paths outside of the ANSI code page on Windows.
        image = cv2.imdecode(np.fromfile(entry.picture, dtype=np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        return None
    return None if image is None else np.asarray(image, np.uint8)


def _pixmap(image: ImageU8, ratio: float) -> QPixmap:
    """The picture at the size of a card, sharp on any screen."""
    height, width = image.shape[:2]
    factor = min(_PICTURE_PX[0] * ratio / width, _PICTURE_PX[1] * ratio / height)
    size = QSize(max(1, round(width * factor)), max(1, round(height * factor)))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    scaled = np.ascontiguousarray(cv2.resize(image, (size.width(), size.height()), interpolation=how), dtype=np.uint8)
    shown = QPixmap.fromImage(QImage(scaled.data, size.width(), size.height(), scaled.strides[0], QImage.Format.Format_BGR888))
    shown.setDevicePixelRatio(ratio)
    return shown
