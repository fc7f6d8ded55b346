"""This file decides the rail on the left: five rooms, each with icon, name, key, and a count where something waits."""

from __future__ import annotations

from enum import StrEnum
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gui.icons import Icon, paint_icon
from gui.theme import TOUCH_PX, TextSize, ThemeSource


class Room(StrEnum):
    """The five screens, in the order of the rail."""

    LINE = "line"
    TRENDS = "trends"
    REVIEW = "review"
    REPORT = "report"
    SETUP = "setup"


ROOM_KEYS = {Room.LINE: "F2", Room.TRENDS: "F3", Room.REVIEW: "F4", Room.REPORT: "F5", Room.SETUP: "F6"}
"""Key of each room."""
_LARGEST_BADGE = 999


class RailButton(QAbstractButton):
    """One room.

    Args:
        icon: Its picture.
        key: Its key, shown under the name.
        theme: Colours and type sizes.
    """

    def __init__(self, icon: Icon, key: str, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._key, self._source = icon, key, theme
        self._badge = 0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.activated.connect(self.click)
        theme.theme_changed.connect(self.updateGeometry)

    @property
    def key(self) -> str:
        """The key as it is shown."""
        return self._key

    @property
    def badge(self) -> int:
        """The count shown; 0 shows none."""
        return self._badge

    def set_badge(self, count: int) -> None:
        """Show *count*; 0 shows none."""
        if count != self._badge:
            self._badge = count
            self.update()

    @override
    def sizeHint(self) -> QSize:
        """Icon, name and key."""
        metrics = QFontMetricsF(self._source.font(TextSize.SMALL, QFont.Weight.DemiBold))
        width = max(self._source.space(96), round(metrics.horizontalAdvance(self.text())) + 16, TOUCH_PX)
        return QSize(width, max(TOUCH_PX, self._source.space(98)))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark, icon, name, key, badge."""
        del event
        theme = self._source.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.isDown():
            painter.fillRect(self.rect(), QColor(theme.surface if self.isChecked() else theme.pressed))
            painter.fillRect(QRectF(0, 0, 4, self.height()), QColor(theme.ink))
        colour = QColor(theme.ink if self.isChecked() else theme.ink_muted)
        side = float(self._source.space(28))
        name = self._source.font(TextSize.SMALL, QFont.Weight.DemiBold if self.isChecked() else QFont.Weight.Normal)
        small = self._source.font(TextSize.CAPTION)
        line, key_line = QFontMetricsF(name).height(), QFontMetricsF(small).height()
        top = (self.height() - side - 4 - line - key_line) / 2
        paint_icon(painter, QRectF((self.width() - side) / 2, top, side, side), self._icon, colour)
        painter.setPen(colour)
        painter.setFont(name)
        painter.drawText(QRectF(0, top + side + 4, self.width(), line), int(Qt.AlignmentFlag.AlignCenter), self.text())
        painter.setFont(small)
        painter.setPen(QColor(theme.ink_muted))
        painter.drawText(QRectF(0, top + side + 4 + line, self.width(), key_line), int(Qt.AlignmentFlag.AlignCenter), self._key)
        if self._badge:
            self._paint_badge(painter, top, side)
        painter.end()

    def _paint_badge(self, painter: QPainter, top: float, side: float) -> None:
        theme = self._source.theme
        text = str(self._badge) if self._badge <= _LARGEST_BADGE else f"{_LARGEST_BADGE}+"
        painter.setFont(self._source.font(TextSize.CAPTION, QFont.Weight.DemiBold))
        metrics = QFontMetricsF(painter.font())
        width = max(metrics.height(), metrics.horizontalAdvance(text) + 12)
        where = QRectF(0, 0, width, metrics.height())
        where.moveCenter(QRectF(self.width() / 2 + side * 0.62, top + 2, 0, 0).center())
        where.moveRight(min(where.right(), self.width() - 4))
        where.moveTop(max(4.0, where.top()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.primary))
        painter.drawRoundedRect(where, where.height() / 2, where.height() / 2)
        painter.setPen(QColor(theme.primary_ink))
        painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), text)


class Rail(QFrame):
    """The five rooms.

    Args:
        theme: Colours and type sizes.

    Signals:
        chosen: Value of the :class:`Room` the person chose.
    """

    chosen = Signal(str)

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "chrome")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        group = QButtonGroup(self)
        self.buttons: dict[Room, RailButton] = {}
        for room in Room:
            button = RailButton(Icon(room.value), ROOM_KEYS[room], theme)
            button.clicked.connect(partial(self.chosen.emit, room.value))
            group.addButton(button)
            layout.addWidget(button)
            self.buttons[room] = button
        layout.addStretch(1)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text in the current language."""
        names = (self.tr("Line"), self.tr("Trends"), self.tr("Review"), self.tr("Report"), self.tr("Setup"))
        for button, name in zip(self.buttons.values(), names, strict=True):
            button.setText(name)
            button.setAccessibleName(name)
            button.updateGeometry()

    def show_room(self, room: Room) -> None:
        """Mark *room* as the visible one."""
        self.buttons[room].setChecked(True)
