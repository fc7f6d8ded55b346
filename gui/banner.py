"""This file decides the banner at the bottom: always the most urgent unacknowledged warning, with Acknowledge and Silence."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from gui.commands import Commands
from gui.controls import ButtonRole, KeyButton, LabelRole, label
from gui.elided import ElidedLabel
from gui.language import pick
from gui.symbols import PrioritySign
from gui.theme import TextSize, ThemeSource
from gui.warning_list import UNACKNOWLEDGED
from station.view import AlarmState, AlarmView, LineSnapshot

_EDGE_PX = 4


class Banner(QFrame):
    """The most urgent unacknowledged warning.

    Args:
        commands: Sends commands.
        theme: Colours and type sizes.
    """

    def __init__(self, commands: Commands, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "chrome")
        self._commands, self._source = commands, theme
        self._urgent: AlarmView | None = None
        self._counts = (0, 0, 0, False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._sign = PrioritySign(theme, 44)
        self.title = label(LabelRole.TITLE)
        self.action = ElidedLabel(TextSize.TITLE, theme)
        self._summary = label(LabelRole.MUTED)
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
        layout.addWidget(self._summary)
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
        """Heights follow the scale."""
        for button in (self.silence, self.acknowledge):
            button.prefer_size(self._source.space(150), self._source.space(60))
        self.acknowledge.prefer_size(self._source.space(220), self._source.space(60))

    def retranslate(self) -> None:
        """Set every text in the current language."""
        self.silence.setText(self.tr("Silence"))
        self.acknowledge.setText(self.tr("Acknowledge"))
        self._fill()

    def refresh(self, snapshot: LineSnapshot) -> None:
        """Show the most urgent unacknowledged warning of *snapshot*."""
        new = [alarm for alarm in snapshot.alarms if alarm.state in UNACKNOWLEDGED]
        urgent = new[0] if new else None
        latched = sum(alarm.state is AlarmState.LATCHED for alarm in snapshot.alarms)
        counts = (len(new), len(snapshot.alarms) - len(new) - latched, latched, snapshot.horn.silenced)
        # A snapshot makes its views anew: the same warning is another object every time.
        before = None if self._urgent is None else self._urgent.alarm_id
        changed = before != (None if urgent is None else urgent.alarm_id) or counts != self._counts
        self._urgent, self._counts = urgent, counts
        if changed:
            self._fill()

    def _fill(self) -> None:
        urgent = self._urgent
        new, known, latched, silenced = self._counts
        self._sign.setVisible(urgent is not None)
        self._sign.show_priority(None if urgent is None else urgent.definition.priority)
        self.title.setText(self.tr("No new warnings") if urgent is None else pick(urgent.definition.title))
        self.action.set_text("" if urgent is None else pick(urgent.definition.action))
        parts = []
        if new:
            parts.append(self.tr("{count} new").format(count=new))
        if known:
            parts.append(self.tr("{count} acknowledged").format(count=known))
        if latched:
            parts.append(self.tr("{count} to be reset").format(count=latched))
        if silenced and new:
            parts.append(self.tr("silenced"))
        self._summary.setText(" · ".join(parts))
        self.acknowledge.setEnabled(urgent is not None)
        self.silence.setEnabled(urgent is not None and not silenced)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The edge has the colour of the warning's priority."""
        super().paintEvent(event)
        painter = QPainter(self)
        theme = self._source.theme
        colour = QColor(theme.line) if self._urgent is None else theme.priority_fill(self._urgent.definition.priority)
        painter.fillRect(0, 0, self.width(), _EDGE_PX if self._urgent is not None else 1, colour)
        painter.end()

    @Slot()
    def _on_silence(self) -> None:
        self._commands.silence()

    @Slot()
    def _on_acknowledge(self) -> None:
        if self._urgent is not None:
            self._commands.acknowledge(self._urgent.alarm_id)
