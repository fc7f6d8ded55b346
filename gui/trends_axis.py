"""This file decides how the time axis of Trends reads, and how warnings are marked on it: shape, colour and number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget
from typing_extensions import override

from gui.symbols import paint_priority
from gui.theme import TextSize, ThemeSource

_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)
_DAY_S = 86400


@dataclass(frozen=True, slots=True)
class Mark:
    """One warning on the axis.

    Attributes:
        utc_s: When it was raised, POSIX s.
        priority: 1 to 4.
        title: What it was, in the reader's language.
    """

    utc_s: float
    priority: int
    title: str


def tick_step_s(span_s: float, most: int) -> int:
    """Round step between ticks, s, so that at most *most* stand in *span_s*."""
    return next((step for step in _STEPS_S if span_s / step <= most), _STEPS_S[-1])


def ticks(start_s: float, end_s: float, most: int) -> list[tuple[float, str]]:
    """Ticks in sight, round in local time.

    Args:
        start_s, end_s: POSIX s.
        most: How many fit.

    Returns:
        (POSIX s, text): clock times, or dates at midnight and for steps of days.
    """
    step = tick_step_s(end_s - start_s, max(most, 2))
    offset = datetime.fromtimestamp(start_s).astimezone().utcoffset()
    shift = 0.0 if offset is None else offset.total_seconds()
    first = -(-(start_s + shift) // step) * step - shift
    found = []
    at = first
    while at <= end_s:
        local = datetime.fromtimestamp(at).astimezone()
        midnight = (at + shift) % _DAY_S == 0
        text = local.strftime("%m-%d") if midnight else local.strftime("%H:%M:%S" if step < 60 else "%H:%M")
        found.append((at, text))
        at += step
    return found


class TimeAxis(QWidget):
    """Ticks with times, and above them the warnings of the time in sight; a tool tip names them."""

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._start_s, self._end_s = 0.0, 1.0
        self._left_px, self._right_px = 0, 0
        self._marks: tuple[Mark, ...] = ()
        self._cursor_s: float | None = None
        theme.theme_changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(400, self._source.space(66))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(100, self._source.space(66))

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The warnings shown."""
        return self._marks

    def set_margins(self, left_px: int, right_px: int) -> None:
        """Where the plots begin and end, px from the edges of this widget."""
        if (left_px, right_px) != (self._left_px, self._right_px):
            self._left_px, self._right_px = left_px, right_px
            self.update()

    def show_view(self, start_s: float, end_s: float, cursor_s: float | None) -> None:
        """Show this stretch, POSIX s, and the cursor's time."""
        if (start_s, end_s, cursor_s) != (self._start_s, self._end_s, self._cursor_s):
            self._start_s, self._end_s, self._cursor_s = start_s, end_s, cursor_s
            self.update()

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        """Show these warnings."""
        if marks != self._marks:
            self._marks = marks
            self.update()

    def mark_near(self, utc_s: float) -> Mark | None:
        """The warning within a finger's half width of *utc_s*; the most urgent of several."""
        reach = 14.0 * (self._end_s - self._start_s) / max(self._width_px(), 1.0)
        near = [mark for mark in self._marks if abs(mark.utc_s - utc_s) <= reach]
        return min(near, key=lambda mark: (mark.priority, abs(mark.utc_s - utc_s)), default=None)

    def _width_px(self) -> float:
        return float(self.width() - self._left_px - self._right_px)

    def _x_of(self, utc_s: float) -> float:
        return self._left_px + (utc_s - self._start_s) / (self._end_s - self._start_s) * self._width_px()

    @override
    def event(self, event: QEvent) -> bool:
        """Name the warning under the pointer."""
        if isinstance(event, QHelpEvent):
            near = self.mark_near(
                self._start_s + (event.pos().x() - self._left_px) / max(self._width_px(), 1.0) * (self._end_s - self._start_s)
            )
            where: QPoint = event.globalPos()
            if near is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(where, f"{near.title} · {datetime.fromtimestamp(near.utc_s).astimezone():%H:%M:%S}", self)
            return True
        return super().event(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Marks in the upper half, ticks in the lower, the cursor's time over both."""
        del event
        painter = QPainter(self)
        theme = self._source.theme
        font = self._source.font(TextSize.CAPTION)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        line_y = float(self.height()) - metrics.height() - 8.0
        right = self.width() - self._right_px
        painter.setPen(QPen(QColor(theme.line), 1.0))
        painter.drawLine(QPointF(self._left_px, line_y), QPointF(right, line_y))
        for at, text in ticks(self._start_s, self._end_s, int(self._width_px() / (metrics.horizontalAdvance("00:00:00") * 1.7))):
            x = self._x_of(at)
            painter.setPen(QPen(QColor(theme.line_strong), 1.0))
            painter.drawLine(QPointF(x, line_y), QPointF(x, line_y + 5.0))
            painter.setPen(QColor(theme.ink_muted))
            painter.drawText(QRectF(x - 60.0, line_y + 6.0, 120.0, metrics.height()), Qt.AlignmentFlag.AlignCenter, text)
        size = min(line_y - 4.0, self._source.space(24))
        for mark in sorted(self._marks, key=lambda one: -one.priority):
            x = self._x_of(mark.utc_s)
            if self._left_px <= x <= right:
                paint_priority(painter, QRectF(x - size / 2.0, line_y - size - 3.0, size, size), mark.priority, theme)
        if self._cursor_s is not None and self._left_px <= self._x_of(self._cursor_s) <= right:
            self._paint_cursor_time(painter, line_y)
        painter.end()

    def _paint_cursor_time(self, painter: QPainter, line_y: float) -> None:
        assert self._cursor_s is not None  # noqa: S101 - narrows the type; the caller has looked
        theme = self._source.theme
        font = self._source.font(TextSize.CAPTION, QFont.Weight.DemiBold)
        metrics = QFontMetricsF(font)
        text = f"{datetime.fromtimestamp(self._cursor_s).astimezone():%m-%d %H:%M:%S}"
        width = metrics.horizontalAdvance(text) + 16.0
        left = min(max(self._x_of(self._cursor_s) - width / 2.0, self._left_px), self.width() - self._right_px - width)
        box = QRectF(left, line_y + 4.0, width, metrics.height() + 3.0)
        painter.setFont(font)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.focus))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(box, 4.0, 4.0)
        painter.setPen(QColor(theme.surface))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
