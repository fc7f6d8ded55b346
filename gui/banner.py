"""This file decides the banner at the bottom: always the most urgent unacknowledged warning, with Acknowledge and Silence."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget
from typing_extensions import override

from gui.commands import Commands
from gui.controls import ButtonRole, KeyButton, LabelRole, label
from gui.elided import ElidedLabel
from gui.horn_player import Hearing, SoundState
from gui.horn_sign import HornLook, HornSign
from gui.language import pick
from gui.sentences import sentence_text
from gui.symbols import PrioritySign
from gui.theme import TextSize, ThemeSource
from gui.warning_list import UNACKNOWLEDGED
from station.horn_view import QUIET, HornView
from station.view import AlarmState, AlarmView, LineSnapshot

_EDGE_PX = 4
_FILLED_UP_TO_PRIORITY = 2
"""Warnings this urgent fill the banner with their colour; the others have an edge of it."""
_UNTRIED = SoundState()


class Banner(QFrame):
    """The most urgent unacknowledged warning.

    Args:
        commands: Sends commands.
        people: Name of each person.
        theme: Colours and type sizes.
    """

    def __init__(self, commands: Commands, people: dict[str, str], theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "chrome")
        self._commands, self._people, self._source = commands, people, theme
        self._urgent: AlarmView | None = None
        self._counts = (0, 0, 0)
        self._horn, self._sound = QUIET, _UNTRIED
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._sign = PrioritySign(theme, 44)
        self.title = label(LabelRole.TITLE)
        self.action = ElidedLabel(TextSize.TITLE, theme)
        self.horn = HornSign(theme)
        self.summary = label(LabelRole.BODY)
        self.silence = KeyButton("S", ButtonRole.BIG)
        self.acknowledge = KeyButton("Space", ButtonRole.PRIMARY)
        self.silence.clicked.connect(self._on_silence)
        self.acknowledge.clicked.connect(self._on_acknowledge)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 12 + _EDGE_PX, 20, 12)
        layout.setSpacing(14)
        layout.addWidget(self._sign)
        layout.addWidget(self.title)
        layout.addWidget(self.action, 1)
        layout.addWidget(self.horn)
        layout.addWidget(self.summary)
        layout.addWidget(self.silence)
        layout.addWidget(self.acknowledge)
        self.restyle()
        self.retranslate()
        theme.theme_changed.connect(self.restyle)

    @property
    def urgent(self) -> AlarmView | None:
        """The warning shown; None when every one is acknowledged."""
        return self._urgent

    @Slot()
    def restyle(self) -> None:
        """Heights follow the scale, inks the theme."""
        self.silence.prefer_size(self._source.space(150), self._source.space(60))
        self.acknowledge.prefer_size(self._source.space(220), self._source.space(60))
        self._fill()

    def retranslate(self) -> None:
        """Set every text in the current language."""
        self.silence.setText(self.tr("Silence"))
        self.acknowledge.setText(self.tr("Acknowledge"))
        self._fill()

    def refresh(self, snapshot: LineSnapshot, sound: SoundState = _UNTRIED) -> None:
        """Show the most urgent unacknowledged warning of *snapshot*, and how the horn is; *sound*: whether it is heard."""
        new = [alarm for alarm in snapshot.alarms if alarm.state in UNACKNOWLEDGED]
        urgent = new[0] if new else None
        latched = sum(alarm.state is AlarmState.LATCHED for alarm in snapshot.alarms)
        counts = (len(new), len(snapshot.alarms) - len(new) - latched, latched)
        # A snapshot makes its views anew: the same warning is another object every time.
        shown = (_what_is_shown(self._urgent), self._counts, _what_is_heard(self._horn), self._sound)
        self._urgent, self._counts, self._horn, self._sound = urgent, counts, snapshot.horn, sound
        if shown != (_what_is_shown(urgent), counts, _what_is_heard(snapshot.horn), sound):
            self._fill()

    def _fill(self) -> None:
        urgent = self._urgent
        new, known, latched = self._counts
        self._sign.setVisible(urgent is not None)
        self._sign.show_priority(None if urgent is None else urgent.priority, on_fill=self._ink() is not None)
        self.title.setText(self.tr("No new warnings") if urgent is None else pick(urgent.definition.title))
        self.action.set_text("" if urgent is None else pick(urgent.definition.action))
        parts = []
        if new > 1:
            parts.append(self.tr("{count} more new").format(count=new - 1))
        if known:
            parts.append(self.tr("{count} acknowledged").format(count=known))
        if latched:
            parts.append(self.tr("{count} to be reset").format(count=latched))
        look, said = self._horn_look()
        if look in (HornLook.SILENCED, HornLook.NOT_HEARD):
            parts.append(self.tr("silenced") if look is HornLook.SILENCED else self.tr("no sound"))
        self.summary.setText(" · ".join(parts))
        self.summary.setVisible(bool(parts))
        ink = self._ink()
        self.horn.show_look(look, said, ink)
        for text in (self.title, self.summary):
            _set_ink(text, ink)
        self.action.set_ink(ink)
        self.acknowledge.setEnabled(urgent is not None)
        self.silence.setEnabled(self._horn.priority is not None)
        self.update()

    def _horn_look(self) -> tuple[HornLook, str]:
        """The sign to show, and what it means."""
        if self._horn.silenced:
            who = self._people.get(self._horn.silenced_by or "", "")
            said = self.tr("Silenced by {name} until the next warning; nothing is acknowledged by that") if who else ""
            return HornLook.SILENCED, said.format(name=who) or self.tr("Silenced until the next warning; nothing is acknowledged by that")
        if self._horn.priority is None:
            return HornLook.QUIET, ""
        if self._sound.hearing is Hearing.NOT_HEARD:
            return HornLook.NOT_HEARD, sentence_text(self._sound.sentence)
        return HornLook.SOUNDING, self.tr("The horn sounds until you acknowledge or silence")

    def _ink(self) -> str | None:
        """Colour of the text on a filled banner; None on a plain one."""
        urgent = self._urgent
        if urgent is None or urgent.priority > _FILLED_UP_TO_PRIORITY:
            return None
        return self._source.theme.priority_ink[urgent.priority - 1]

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Filled with the colour of an urgent warning; an edge of it for the others."""
        super().paintEvent(event)
        painter = QPainter(self)
        theme, urgent = self._source.theme, self._urgent
        if urgent is None:
            painter.fillRect(0, 0, self.width(), 1, QColor(theme.line))
        else:
            filled = self._ink() is not None
            painter.fillRect(0, 0, self.width(), self.height() if filled else _EDGE_PX, theme.priority_fill(urgent.priority))
        painter.end()

    @Slot()
    def _on_silence(self) -> None:
        self._commands.silence()

    @Slot()
    def _on_acknowledge(self) -> None:
        if self._urgent is not None:
            self._commands.acknowledge(self._urgent.alarm_id)


def _what_is_shown(alarm: AlarmView | None) -> tuple[str, int, str] | None:
    return None if alarm is None else (alarm.alarm_id, alarm.priority, alarm.definition.title.en)


def _what_is_heard(horn: HornView) -> tuple[bool, bool, str | None]:
    return horn.priority is not None, horn.silenced, horn.silenced_by


def _set_ink(text: QLabel, ink: str | None) -> None:
    wanted = "" if ink is None else f"color: {ink};"
    if text.styleSheet() != wanted:
        text.setStyleSheet(wanted)
