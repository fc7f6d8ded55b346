"""This file decides how the horn looks: sounding, silenced (crossed), or not to be heard at this computer (crossed, with a mark)."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gui.theme import ThemeSource, tabular_font

_GRID = 24.0


class HornLook(Enum):
    """What there is to show of the horn."""

    QUIET = "quiet"
    """Nothing asks: no sign."""
    SOUNDING = "sounding"
    SILENCED = "silenced"
    NOT_HEARD = "not_heard"
    """It would sound, but this computer has no loudspeaker that works."""


def paint_horn(painter: QPainter, where: QRectF, look: HornLook, colour: QColor) -> None:
    """Paint the horn into the square *where* in one *colour*."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(where.topLeft())
    painter.scale(where.width() / _GRID, where.height() / _GRID)
    pen = QPen(colour, 1.9)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(colour)
    body = ((3, 9), (7, 9), (12.5, 4.5), (12.5, 19.5), (7, 15), (3, 15))
    painter.drawPolygon(QPolygonF([QPointF(*point) for point in body]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    match look:
        case HornLook.SOUNDING:
            for radius in (4.0, 8.0):
                painter.drawArc(QRectF(13.5 - radius, 12 - radius, 2 * radius, 2 * radius), -50 * 16, 100 * 16)
        case HornLook.SILENCED:
            painter.drawLine(QPointF(15.5, 9), QPointF(21.5, 15))
            painter.drawLine(QPointF(21.5, 9), QPointF(15.5, 15))
        case HornLook.NOT_HEARD:
            painter.setFont(tabular_font(15, QFont.Weight.Bold))
            painter.drawText(QRectF(13.5, 2, 10, 20), int(Qt.AlignmentFlag.AlignCenter), "!")
        case HornLook.QUIET:
            pass
    painter.restore()


class HornSign(QWidget):
    """The horn as a sign of 30 px (at full scale), hidden while nothing asks.

    Args:
        theme: Colours and type sizes.
    """

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._look = HornLook.QUIET
        self._ink: str | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.theme_changed.connect(self.updateGeometry)
        self.hide()

    @property
    def look(self) -> HornLook:
        """What is shown."""
        return self._look

    def show_look(self, look: HornLook, text: str, ink: str | None = None) -> None:
        """Show *look*, explained by *text*, in the colour *ink* (none: the theme's)."""
        self.setToolTip(text)
        self.setAccessibleName(text)
        if (look, ink) != (self._look, self._ink):
            self._look, self._ink = look, ink
            self.setVisible(look is not HornLook.QUIET)
            self.update()

    @override
    def sizeHint(self) -> QSize:
        """A square."""
        side = self._source.space(30)
        return QSize(side, side)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """One horn."""
        del event
        painter = QPainter(self)
        paint_horn(painter, QRectF(self.rect()), self._look, QColor(self._ink or self._source.theme.ink))
        painter.end()
