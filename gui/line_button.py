"""This file decides how a button of two lines looks that takes what width there is: a title, what stands behind it, and its key."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

from gui.controls import keycap_width, paint_keycap
from gui.theme import TOUCH_PX, TextSize, ThemeSource


class LineButton(QAbstractButton):
    """A button whose lines end in an ellipsis where room is short; the tool tip has them whole.

    Args:
        key: Key sequence that presses it.
        theme: Colours and type sizes.
    """

    def __init__(self, key: str, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key, self._source = key, theme
        self._title = self._under = ""
        self._is_loud = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(self.click)
        theme.theme_changed.connect(self.updateGeometry)

    @property
    def key(self) -> str:
        """The key as it is shown."""
        return self._key

    @property
    def lines(self) -> tuple[str, str]:
        """Both lines, whole."""
        return self._title, self._under

    def show_lines(self, title: str, under: str, *, is_loud: bool = False) -> None:
        """Show *title* over *under*; *is_loud* inverts it, for what a person should read first."""
        if (title, under, is_loud) != (self._title, self._under, self._is_loud):
            self._title, self._under, self._is_loud = title, under, is_loud
            self.setToolTip(f"{title}\n{under}")
            self.setAccessibleName(f"{title}. {under}")
            self.update()

    @override
    def sizeHint(self) -> QSize:
        """Two lines and a margin."""
        lines = QFontMetricsF(self._source.font(TextSize.SMALL)).height() + QFontMetricsF(self._source.font(TextSize.CAPTION)).height()
        return QSize(200, max(TOUCH_PX, round(lines + self._source.space(12))))

    @override
    def minimumSizeHint(self) -> QSize:
        """As high, and wide enough for a few words."""
        return QSize(self._source.space(120), self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame, two lines, keycap."""
        del event
        theme = self._source.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, ink = (theme.overlay, theme.overlay_ink) if self._is_loud else (theme.pressed if self.isDown() else theme.raised, theme.ink)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(theme.line_strong), 1))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(frame, 6, 6)
        bold, small = self._source.font(TextSize.SMALL, QFont.Weight.DemiBold), self._source.font(TextSize.CAPTION)
        painter.setFont(small)
        cap = keycap_width(self._key, self)
        paint_keycap(painter, QRectF(frame.right() - cap - 8, (self.height() - 22) / 2, cap, 22), self._key, QColor(ink))
        room = frame.adjusted(10, 0, -cap - 16, 0)
        upper, lower = QFontMetricsF(bold), QFontMetricsF(small)
        top = (self.height() - upper.height() - (lower.height() if self._under else 0)) / 2
        painter.setPen(QColor(ink))
        painter.setFont(bold)
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        first = upper.elidedText(self._title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(QRectF(room.left(), top, room.width(), upper.height()), flags, first)
        if self._under:
            painter.setFont(small)
            second = lower.elidedText(self._under, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(QRectF(room.left(), top + upper.height(), room.width(), lower.height()), flags, second)
        painter.end()
