"""This file decides how the seconds around a warning look: pictures, verdicts, traces and events over one axis, with one cursor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gui.incident_seconds import Curve, EventMark, Rows, Still, seconds_text, still_at, value_at
from gui.polyline import segments
from gui.theme import TextSize, ThemeSource
from inference.findings import Verdict
from station.incidents.evidence import AFTER_S, BEFORE_S

_STEP_S = 0.25
_GAP_PX = 2.0
_LANE_PX = 7.0
_MARK_PX = 22.0
_TICKS_S = (-10.0, -5.0, 0.0, 5.0)


class IncidentTimeline(QWidget):
    """Film, verdict lane, traces and events; a finger, a mouse or the arrow keys move the one cursor.

    Args:
        theme: Colours and type sizes.

    Signals:
        moved: The cursor stands at so many seconds from the raise.
        touched: A person moves it.
    """

    moved = Signal(float)
    touched = Signal()

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._film: tuple[Still, ...] = ()
        self._curves: tuple[Curve, ...] = ()
        self._marks: tuple[EventMark, ...] = ()
        self._raised_s = 0.0
        self._at_s = 0.0
        self._rows = Rows.ALL
        self._tall = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        for key, handler in (("Left", self._on_left), ("Right", self._on_right), ("Home", self._on_home)):
            QShortcut(QKeySequence(key), self).activated.connect(handler)
        theme.theme_changed.connect(self.updateGeometry)

    # ------------------------------------------------------------------ what is shown

    @property
    def at_s(self) -> float:
        """Where the cursor stands, seconds from the raise."""
        return self._at_s

    @property
    def film(self) -> tuple[Still, ...]:
        """The pictures of the film, oldest first."""
        return self._film

    @property
    def curve_names(self) -> tuple[str, ...]:
        """Names of the traces."""
        return tuple(one.name for one in self._curves)

    @property
    def marks(self) -> tuple[EventMark, ...]:
        """The events."""
        return self._marks

    @property
    def shown(self) -> Rows:
        """The rows that are wanted; a row without content takes no room."""
        return self._rows

    @property
    def has_rows(self) -> bool:
        """Whether there is anything but the axis to show."""
        return any(self._has(row) for row in (Rows.FILM, Rows.TRACES))

    def set_tall(self, tall: bool) -> None:  # noqa: FBT001 - as Qt's own setters
        """Taller rows, for the full window."""
        self._tall = tall
        self._fit()

    def show_rows(self, rows: Rows) -> None:
        """Show only *rows*."""
        if rows != self._rows:
            self._rows = rows
            self._fit()

    def show_seconds(self, film: Sequence[Still], curves: Sequence[Curve], marks: Sequence[EventMark], raised_s: float) -> None:
        """Show other seconds; *raised_s*, POSIX s, is the zero of the axis. The cursor keeps its place."""
        self._film, self._curves, self._marks, self._raised_s = tuple(film), tuple(curves), tuple(marks), raised_s
        self.setAccessibleName(", ".join(self.curve_names))
        self._fit()

    def set_at(self, at_s: float) -> None:
        """Move the cursor; tells :attr:`moved` where that is somewhere else."""
        at_s = min(AFTER_S, max(-BEFORE_S, at_s))
        if at_s != self._at_s:
            self._at_s = at_s
            self.update()
            self.moved.emit(at_s)

    def height_for(self, width: int) -> int:
        """Height of all wanted rows at *width* px."""
        height = self._axis_px()
        if self._has(Rows.FILM):
            height += self._film_px(width) + _LANE_PX + 4.0
        if self._has(Rows.TRACES):
            height += len(self._curves) * self._curve_px() + 2.0
        if self._has(Rows.EVENTS):
            height += _MARK_PX
        return round(height)

    @override
    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(300, self.height_for(max(1, self.width())))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.height_for(max(1, self.width())))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """The film is as high as its pictures' shape asks."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        height = self.height_for(max(1, self.width()))
        if self.height() != height or self.minimumHeight() != height:
            self.setFixedHeight(height)
        self.updateGeometry()
        self.update()

    def _has(self, row: Rows) -> bool:
        content = {Rows.FILM: bool(self._film), Rows.TRACES: bool(self._curves), Rows.EVENTS: bool(self._marks)}
        return row in self._rows and content[row]

    # ------------------------------------------------------------------ moving the cursor

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """On a picture the cursor goes to that picture; elsewhere to where it was pressed."""
        at = event.position()
        tile = self._tile_at(at)
        self.touched.emit()
        self.set_at(self._second(at.x()) if tile is None else tile.at_s)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Dragging takes the cursor along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.set_at(self._second(event.position().x()))

    @Slot()
    def _on_left(self) -> None:
        self.touched.emit()
        before = [one.at_s for one in self._film if one.at_s < self._at_s - 1e-6]
        self.set_at(before[-1] if before else (self._at_s if self._film else self._at_s - _STEP_S))

    @Slot()
    def _on_right(self) -> None:
        self.touched.emit()
        after = [one.at_s for one in self._film if one.at_s > self._at_s + 1e-6]
        self.set_at(after[0] if after else (self._at_s if self._film else self._at_s + _STEP_S))

    @Slot()
    def _on_home(self) -> None:
        self.set_at(0.0)

    def _second(self, x: float) -> float:
        return x / max(1.0, self.width() - 1.0) * (BEFORE_S + AFTER_S) - BEFORE_S

    def _x(self, at_s: float) -> float:
        return (at_s + BEFORE_S) / (BEFORE_S + AFTER_S) * max(1.0, self.width() - 1.0)

    # ------------------------------------------------------------------ the film

    def _shape(self) -> float:
        """Width of a picture by its height."""
        height, width = self._film[0].bgr.shape[:2]
        return float(max(0.4, min(4.0, width / max(1, height))))

    def _film_px(self, width: int) -> float:
        most = self._source.space(104 if self._tall else 62)
        # At least five pictures side by side, however narrow the panel is.
        return float(max(24.0, min(float(most), width / 5.0 / self._shape())))

    def _tiles(self) -> list[tuple[QRectF, Still]]:
        """Side by side, each the picture nearest to its middle; where there is none near, its place stays empty."""
        if not self._film:
            return []
        height = self._film_px(self.width())
        count = max(1, round(self.width() / (height * self._shape() + _GAP_PX)))
        wide = self.width() / count
        times = np.array([one.at_s for one in self._film])
        found: list[tuple[QRectF, Still]] = []
        for place in range(count):
            middle = self._second((place + 0.5) * wide)
            nearest = int(np.argmin(np.abs(times - middle)))
            if abs(times[nearest] - middle) <= max(0.6, (BEFORE_S + AFTER_S) / count):
                where = QRectF(place * wide, 0.0, wide - _GAP_PX, height)
                found.append((where, self._film[nearest]))
        return found

    def _tile_at(self, at: QPointF) -> Still | None:
        if not self._has(Rows.FILM):
            return None
        return next((still for where, still in self._tiles() if where.contains(at)), None)

    # ------------------------------------------------------------------ painting

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Every row, then the moment of the raise and the cursor through all of them."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        top = 0.0
        if self._has(Rows.FILM):
            top = self._paint_film(painter)
        if self._has(Rows.TRACES):
            for curve in self._curves:
                self._paint_curve(painter, curve, QRectF(0.0, top, self.width(), self._curve_px()))
                top += self._curve_px()
            top += 2.0
        if self._has(Rows.EVENTS):
            self._paint_marks(painter, top)
            top += _MARK_PX
        theme = self._source.theme
        painter.setPen(QPen(QColor(theme.defect), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(self._x(0.0), 0.0), QPointF(self._x(0.0), top))
        self._paint_axis(painter, top)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.focus), 2.5))
        x = min(self.width() - 1.5, max(1.5, self._x(self._at_s)))
        painter.drawLine(QPointF(x, 0.0), QPointF(x, top))
        painter.end()

    def _paint_film(self, painter: QPainter) -> float:
        """The film and what was said of every picture; returns where the next row begins."""
        theme = self._source.theme
        current = self._nearest()
        height = self._film_px(self.width())
        painter.fillRect(QRectF(0.0, 0.0, self.width(), height), QColor(theme.band))
        for where, still in self._tiles():
            bgr = still.bgr
            image = QImage(bgr.data, bgr.shape[1], bgr.shape[0], bgr.strides[0], QImage.Format.Format_BGR888)
            painter.drawImage(where, image, _middle_of(image, where))
            if still is current:
                painter.setPen(QPen(QColor(theme.focus), 2.5))
                painter.drawRect(where.adjusted(1.5, 1.5, -1.5, -1.5))
        lane = height + 2.0
        for still in self._film:
            said = {Verdict.OK: theme.good, Verdict.NO_VERDICT: theme.hatch}.get(still.verdict, theme.defect)
            tall = _LANE_PX if said == theme.defect else _LANE_PX / 2
            painter.fillRect(QRectF(self._x(still.at_s) - 1.5, lane + _LANE_PX - tall, 3.0, tall), QColor(said))
        return lane + _LANE_PX + 2.0

    def _nearest(self) -> Still | None:
        return still_at(self._film, self._at_s)

    def _paint_curve(self, painter: QPainter, curve: Curve, area: QRectF) -> None:
        theme, trace = self._source.theme, curve.trace
        font = self._source.font(TextSize.CAPTION)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        at = self._raised_s + self._at_s
        value = value_at(trace, at)
        shown = "–" if value is None else f"{value:.{curve.decimals}f}{' ' + curve.unit if curve.unit else ''}"
        text = QRectF(area.left(), area.top(), area.width(), metrics.height())
        painter.setPen(QColor(theme.ink))
        painter.drawText(text, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.setPen(QColor(theme.ink_muted))
        room = text.width() - metrics.horizontalAdvance(shown) - 10.0
        painter.drawText(
            text,
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
            metrics.elidedText(curve.name, Qt.TextElideMode.ElideRight, room),
        )
        plot = QRectF(area.left(), text.bottom() + 1.0, area.width(), area.bottom() - text.bottom() - 4.0)
        painter.fillRect(plot, QColor(theme.band))
        known = trace.value[np.isfinite(trace.value)]
        if not known.size:
            return
        low, high = float(known.min()), float(known.max())
        if not curve.unit and low >= 0.0 and high <= 1.0:  # a risk
            low, high = 0.0, 1.0
        if high - low < 1e-9:
            low, high = low - 0.5, high + 0.5
        x = (trace.utc_s - self._raised_s + BEFORE_S) / (BEFORE_S + AFTER_S) * max(1.0, self.width() - 1.0)
        y = plot.bottom() - 2.0 - (trace.value - low) / (high - low) * (plot.height() - 4.0)
        inside = (x >= plot.left() - 1.0) & (x <= plot.right() + 1.0)
        painter.setPen(QPen(QColor(theme.trace), 1.5))
        for polygon in segments(_held(x[inside]), _held(y[inside])):
            painter.drawPolyline(polygon)

    def _paint_marks(self, painter: QPainter, top: float) -> None:
        theme = self._source.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark in self._marks:
            x = min(self.width() - 7.0, max(7.0, self._x(mark.at_s)))
            painter.setPen(Qt.PenStyle.NoPen)
            if mark.priority:
                painter.setBrush(theme.priority_fill(mark.priority))
                painter.drawPolygon(QPolygonF([QPointF(x, top + 3.0), QPointF(x + 7.0, top + 16.0), QPointF(x - 7.0, top + 16.0)]))
            else:
                painter.setBrush(QColor(theme.ink))
                painter.drawEllipse(QPointF(x, top + 10.0), 5.0, 5.0)
            if self._tall:
                self._paint_mark_text(painter, mark, x, top)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003 - Qt takes it by position only

    def _paint_mark_text(self, painter: QPainter, mark: EventMark, x: float, top: float) -> None:
        """What happened, right of its mark; where the next mark begins it ends."""
        after = [self._x(one.at_s) for one in self._marks if one.at_s > mark.at_s]
        room = min([self.width() - 1.0, *after]) - x - 24.0
        font = self._source.font(TextSize.CAPTION)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(QColor(self._source.theme.ink_muted))
        text = metrics.elidedText(mark.text, Qt.TextElideMode.ElideRight, max(0.0, room))
        if len(text) > 1:
            where = QRectF(x + 11.0, top, room + 2.0, _MARK_PX)
            painter.drawText(where, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)

    def _paint_axis(self, painter: QPainter, top: float) -> None:
        theme = self._source.theme
        font = self._source.font(TextSize.CAPTION)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        painter.setPen(QColor(theme.ink_muted))
        line = QRectF(0.0, top, self.width(), self._axis_px())
        cursor = seconds_text(self._at_s)
        wide = metrics.horizontalAdvance(cursor) + 14.0
        here = QRectF(min(self.width() - wide, max(0.0, self._x(self._at_s) - wide / 2)), top + 1.0, wide, line.height() - 2.0)
        for tick in _TICKS_S:
            text = seconds_text(tick)
            width = metrics.horizontalAdvance(text)
            left = min(self.width() - width, max(0.0, self._x(tick) - width / 2))
            where = QRectF(left, top, width + 1.0, line.height())
            if not where.intersects(here.adjusted(-4.0, 0.0, 4.0, 0.0)):
                painter.drawText(where, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        hint = QRectF(self._x(1.6), top, self._x(4.0) - self._x(1.6), line.height())
        if not hint.intersects(here):
            painter.drawText(hint, int(Qt.AlignmentFlag.AlignCenter), "←  →")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(theme.focus))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(here, 4.0, 4.0)
        painter.setPen(QColor(theme.background if theme.dark else theme.raised))
        painter.drawText(here, int(Qt.AlignmentFlag.AlignCenter), cursor)

    def _axis_px(self) -> float:
        return QFontMetricsF(self._source.font(TextSize.CAPTION)).height() + 6.0

    def _curve_px(self) -> float:
        text = QFontMetricsF(self._source.font(TextSize.CAPTION)).height()
        return text + (44.0 if self._tall else 22.0)


def _middle_of(image: QImage, where: QRectF) -> QRectF:
    """The middle part of *image* that has the shape of *where*."""
    wide, high = float(image.width()), float(image.height())
    shape = where.width() / max(1.0, where.height())
    if wide / high > shape:
        part = high * shape
        return QRectF((wide - part) / 2, 0.0, part, high)
    part = wide / shape
    return QRectF(0.0, (high - part) / 2, wide, part)


def _held(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ascontiguousarray(values)
