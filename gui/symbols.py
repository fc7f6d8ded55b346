"""This file decides the shapes: warning priorities by shape, number and colour; NE 107 states by shape, letter and colour."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gui.theme import TextSize, Theme, ThemeSource, tabular_font
from station.health import DeviceStatus

_STATUS_LETTER = {
    DeviceStatus.MAINTENANCE_REQUIRED: "M",
    DeviceStatus.OUT_OF_SPECIFICATION: "S",
    DeviceStatus.FUNCTION_CHECK: "C",
    DeviceStatus.FAILURE: "F",
}


def _regular(where: QRectF, corners: int, first_degrees: float) -> QPolygonF:
    centre, radius = where.center(), min(where.width(), where.height()) / 2
    angles = [math.radians(first_degrees + 360.0 * n / corners) for n in range(corners)]
    return QPolygonF([QPointF(centre.x() + radius * math.cos(a), centre.y() + radius * math.sin(a)) for a in angles])


def _up(where: QRectF) -> QPolygonF:
    return QPolygonF([QPointF(where.center().x(), where.top()), where.bottomRight(), where.bottomLeft()])


def _down(where: QRectF) -> QPolygonF:
    return QPolygonF([where.topLeft(), where.topRight(), QPointF(where.center().x(), where.bottom())])


def paint_priority(painter: QPainter, where: QRectF, priority: int, theme: Theme, *, on_fill: bool = False) -> None:
    """Paint the sign of *priority* into *where*: 1 octagon, 2 triangle, 3 diamond, 4 circle, each with its number.

    With *on_fill* the two colours change places, to be seen on a surface that has the priority's colour.
    """
    fill, ink = theme.priority_fill(priority), QColor(theme.priority_ink[priority - 1])
    if on_fill:
        fill, ink = ink, fill
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    text_where = QRectF(where)
    match priority:
        case 1:
            painter.drawPolygon(_regular(where.adjusted(-1, -1, 1, 1), 8, 22.5))
        case 2:
            painter.drawPolygon(_up(where))
            text_where.adjust(0, where.height() * 0.26, 0, 0)
        case 3:
            painter.drawPolygon(_regular(where.adjusted(-1, -1, 1, 1), 4, -90.0))
        case _:
            painter.drawEllipse(where)
    painter.setPen(ink)
    painter.setFont(tabular_font(max(9, round(where.height() * 0.52)), QFont.Weight.Bold))
    painter.drawText(text_where, int(Qt.AlignmentFlag.AlignCenter), str(priority))
    painter.restore()


def paint_status(painter: QPainter, where: QRectF, status: DeviceStatus, theme: Theme) -> None:
    """Paint the NE 107 sign of *status*: F circle, C triangle down, S triangle up, M square; good is a hollow circle."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = {
        DeviceStatus.FAILURE: theme.failure,
        DeviceStatus.FUNCTION_CHECK: theme.function_check,
        DeviceStatus.OUT_OF_SPECIFICATION: theme.out_of_specification,
        DeviceStatus.MAINTENANCE_REQUIRED: theme.maintenance,
        DeviceStatus.GOOD: theme.good,
    }[status]
    if status is DeviceStatus.GOOD:
        painter.setPen(QPen(QColor(colour), 2.0))
        painter.drawEllipse(where.adjusted(2.5, 2.5, -2.5, -2.5))
        painter.restore()
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    text_where = QRectF(where)
    match status:
        case DeviceStatus.FAILURE:
            painter.drawEllipse(where)
        case DeviceStatus.FUNCTION_CHECK:
            painter.drawPolygon(_down(where))
            text_where.adjust(0, -where.height() * 0.24, 0, 0)
        case DeviceStatus.OUT_OF_SPECIFICATION:
            painter.drawPolygon(_up(where))
            text_where.adjust(0, where.height() * 0.26, 0, 0)
        case _:
            painter.drawRect(where)
    ink = theme.priority_ink[2] if status is DeviceStatus.OUT_OF_SPECIFICATION else theme.priority_ink[0]
    painter.setPen(QColor(ink))
    painter.setFont(tabular_font(max(8, round(where.height() * 0.55)), QFont.Weight.Bold))
    painter.drawText(text_where, int(Qt.AlignmentFlag.AlignCenter), _STATUS_LETTER[status])
    painter.restore()


class PrioritySign(QWidget):
    """The sign of a warning's priority; empty for none.

    Args:
        theme: Colours.
        side_px: Side at scale 1.
    """

    def __init__(self, theme: ThemeSource, side_px: int = 30, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._side_px = side_px
        self._priority: int | None = None
        self._on_fill = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.theme_changed.connect(self.updateGeometry)

    @override
    def sizeHint(self) -> QSize:
        """A square."""
        side = self._source.space(self._side_px)
        return QSize(side, side)

    def show_priority(self, priority: int | None, *, on_fill: bool = False) -> None:
        """Show the sign of *priority* 1..4, or nothing; *on_fill*: on a surface that has its colour."""
        if (priority, on_fill) != (self._priority, self._on_fill):
            self._priority, self._on_fill = priority, on_fill
            self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """One sign."""
        del event
        if self._priority is None:
            return
        painter = QPainter(self)
        paint_priority(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._priority, self._source.theme, on_fill=self._on_fill)
        painter.end()


class StatusLight(QWidget):
    """An NE 107 sign with a name beside it.

    Args:
        theme: Colours and type sizes.
    """

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._status = DeviceStatus.GOOD
        self._name = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        theme.theme_changed.connect(self.updateGeometry)

    @property
    def status(self) -> DeviceStatus:
        """The status shown."""
        return self._status

    def set_name(self, name: str) -> None:
        """The text beside the sign."""
        self._name = name
        self.setAccessibleName(name)
        self.updateGeometry()
        self.update()

    def show_status(self, status: DeviceStatus, explanation: str) -> None:
        """Show *status*; *explanation* becomes the tool tip."""
        self.setToolTip(explanation)
        if status is not self._status:
            self._status = status
            self.update()

    @override
    def sizeHint(self) -> QSize:
        """Sign, gap, name."""
        side = self._source.space(20)
        width = self.fontMetrics().horizontalAdvance(self._name)
        return QSize(side + 8 + width + 2, max(side, self.fontMetrics().height()))

    @override
    def minimumSizeHint(self) -> QSize:
        """The same: the name is never clipped."""
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Sign and name."""
        del event
        painter = QPainter(self)
        side = float(self._source.space(20))
        paint_status(painter, QRectF(0, (self.height() - side) / 2, side, side), self._status, self._source.theme)
        abnormal = self._status is not DeviceStatus.GOOD
        painter.setPen(QColor(self._source.theme.ink if abnormal else self._source.theme.ink_muted))
        where = QRectF(side + 8, 0, self.width() - side - 8, self.height())
        painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self._name)
        painter.end()


def fitted_font(source: ThemeSource, size: TextSize, text: str, width_px: float, weight: QFont.Weight) -> QFont:
    """The largest font up to *size* in which *text* is at most *width_px* wide, but at least 11 px."""
    font = source.font(size, weight)
    while font.pixelSize() > 11 and QFontMetricsF(font).horizontalAdvance(text) > width_px:
        font.setPixelSize(font.pixelSize() - 1)
    return font
