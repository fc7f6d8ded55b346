"""This file decides how a text of unknown length keeps to one line: smaller type first, then an ellipsis and a tool tip."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gui.theme import TextSize, ThemeSource

_SHRINK = 0.72
_SMALLEST_PX = 12


class ElidedLabel(QWidget):
    """One line that takes what room there is.

    Args:
        size: Type size when there is room.
        theme: Colours and type sizes.
        weight: Of the type.
    """

    def __init__(
        self, size: TextSize, theme: ThemeSource, weight: QFont.Weight = QFont.Weight.Normal, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._size, self._source, self._weight = size, theme, weight
        self._text = ""
        self._ink: str | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        theme.theme_changed.connect(self.updateGeometry)

    @property
    def text(self) -> str:
        """The whole text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show *text*."""
        if text != self._text:
            self._text = text
            self.setToolTip(text)
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def set_ink(self, ink: str | None) -> None:
        """Show the text in the colour *ink*; None: the theme's."""
        if ink != self._ink:
            self._ink = ink
            self.update()

    @override
    def sizeHint(self) -> QSize:
        """The whole line."""
        metrics = QFontMetricsF(self._source.font(self._size, self._weight))
        return QSize(round(metrics.horizontalAdvance(self._text)) + 2, round(metrics.height()))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The text as large as it fits, in two lines where that helps."""
        del event
        painter = QPainter(self)
        painter.setPen(QColor(self._ink or self._source.theme.ink))
        font = self._source.font(self._size, self._weight)
        smallest = max(_SMALLEST_PX, round(font.pixelSize() * _SHRINK))
        while font.pixelSize() > smallest and QFontMetricsF(font).horizontalAdvance(self._text) > self.width():
            font.setPixelSize(font.pixelSize() - 1)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        where = QRectF(self.rect())
        if metrics.horizontalAdvance(self._text) <= self.width():
            painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self._text)
        elif metrics.height() * 2 <= self.height() and metrics.horizontalAdvance(self._text) < 1.8 * self.width():
            painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap), self._text)
        else:
            shown = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        painter.end()
