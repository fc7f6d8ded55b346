"""This file decides the line icons of rail and buttons; painted, so that they take any colour and size."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF


class Icon(StrEnum):
    """What there are icons for."""

    LINE = "line"
    TRENDS = "trends"
    REVIEW = "review"
    REPORT = "report"
    SETUP = "setup"
    ENLARGE = "enlarge"
    HEAT = "heat"


_GRID = 24.0


def paint_icon(painter: QPainter, where: QRectF, icon: Icon, colour: QColor) -> None:
    """Paint *icon* into the square *where* in one *colour*."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(where.topLeft())
    painter.scale(where.width() / _GRID, where.height() / _GRID)
    pen = QPen(colour, 1.9)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    match icon:
        case Icon.LINE:
            for x, y in ((3, 4), (13, 4), (3, 13.5), (13, 13.5)):
                painter.drawRoundedRect(QRectF(x, y, 8, 6.5), 1.2, 1.2)
        case Icon.TRENDS:
            painter.drawPolyline(QPolygonF([QPointF(*p) for p in ((3, 4), (3, 20), (21, 20))]))
            painter.drawPolyline(QPolygonF([QPointF(*p) for p in ((6, 15), (10, 10), (13.5, 13), (20, 5.5))]))
        case Icon.REVIEW:
            painter.drawRoundedRect(QRectF(3, 4, 18, 16), 2, 2)
            painter.drawPolyline(QPolygonF([QPointF(*p) for p in ((7.5, 12.2), (10.8, 15.5), (16.8, 8.8))]))
        case Icon.REPORT:
            for x, top in ((5, 12), (12, 5), (19, 9)):
                painter.drawLine(QPointF(x, 20), QPointF(x, top))
        case Icon.SETUP:
            for y, x in ((6, 15), (12, 8), (18, 17)):
                painter.drawLine(QPointF(3, y), QPointF(21, y))
                painter.setBrush(colour)
                painter.drawEllipse(QPointF(x, y), 2.1, 2.1)
        case Icon.ENLARGE:
            for corner in (
                ((3, 9), (3, 3), (9, 3)),
                ((15, 3), (21, 3), (21, 9)),
                ((21, 15), (21, 21), (15, 21)),
                ((9, 21), (3, 21), (3, 15)),
            ):
                painter.drawPolyline(QPolygonF([QPointF(*p) for p in corner]))
        case Icon.HEAT:
            painter.drawEllipse(QPointF(12, 12), 9.5, 7.5)
            painter.drawEllipse(QPointF(13, 12), 5.6, 4.2)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(14, 12), 1.8, 1.5)
    painter.restore()
