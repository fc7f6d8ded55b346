"""This file decides how pyqtgraph is used: the one thin, typed adapter over it.

Rules kept here (each was measured): pens are one pixel wide, curves have no symbols and no antialiasing, what is out of
sight is clipped before it is thinned by peaks, ranges are set and never searched for, data is set and never cleared.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gui.theme import TextSize, Theme, ThemeSource

AXIS_PX = 64
"""Width of the value axis at full scale, so that lanes and the time axis below them line up."""
_ABNORMAL_PRIORITY = 3


class TimePlot(QWidget):
    """One value over time, with its normal band or threshold, marks, a forecast and a cursor.

    Dragging pans and the wheel zooms in time only; the plot itself moves nothing but asks, so that all plots of a
    screen move together.

    Signals:
        pan_wanted: Seconds to move the view by (positive: later).
        zoom_wanted: Factor of the span and the time that stays where it is, POSIX s.
        cursor_wanted: Time under the pointer, POSIX s.
        cursor_left: The pointer has left the plot.
    """

    pan_wanted = Signal(float)
    zoom_wanted = Signal(float, float)
    cursor_wanted = Signal(float)
    cursor_left = Signal()

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._drag_x: float | None = None
        self._plot: Any = pg.PlotWidget()
        self._item: Any = self._plot.getPlotItem()
        self._box: Any = self._item.getViewBox()
        self._item.hideButtons()
        self._item.setMenuEnabled(False)
        self._item.hideAxis("bottom")
        self._item.setContentsMargins(0, 0, 0, 0)
        self._box.setMouseEnabled(x=False, y=False)
        self._box.disableAutoRange()
        self._box.setDefaultPadding(0.0)
        self._low: float | None = None
        self._high: float | None = None
        self._band: Any = pg.LinearRegionItem((0.0, 0.0), orientation="horizontal", movable=False)
        self._band.setZValue(-10)
        self._limit: Any = pg.InfiniteLine(angle=0, movable=False)
        self._cursor: Any = pg.InfiniteLine(angle=90, movable=False)
        self._marks: Any = pg.PlotCurveItem(connect="pairs", antialias=False)
        self._curve: Any = self._new_curve()
        self._outside: Any = self._new_curve()
        self._forecast: Any = self._new_curve()
        self._forecast_low: Any = self._new_curve()
        self._forecast_high: Any = self._new_curve()
        self._forecast_band: Any = pg.FillBetweenItem(self._forecast_low, self._forecast_high)
        self._forecast_band.setZValue(-5)
        for item in (self._band, self._limit, self._marks, self._forecast_band, self._cursor):
            self._item.addItem(item, ignoreBounds=True)
            item.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self._plot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._plot.setMinimumSize(1, 1)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setMouseTracking(True)
        self._plot.viewport().installEventFilter(self)
        self.restyle()

    def _new_curve(self) -> Any:  # noqa: ANN401 - pyqtgraph is untyped
        curve: Any = pg.PlotDataItem(connect="finite", antialias=False)
        curve.setClipToView(True)
        curve.setDownsampling(auto=True, method="peak")
        self._item.addItem(curve, ignoreBounds=True)
        return curve

    def restyle(self) -> None:
        """Take colours and sizes from the theme source."""
        theme: Theme = self._source.theme
        abnormal = theme.priority_fill(_ABNORMAL_PRIORITY)
        self._plot.setBackground(QColor(theme.surface))
        self._curve.setPen(pg.mkPen(theme.trace, width=1))
        self._outside.setPen(pg.mkPen(abnormal, width=1))
        self._forecast.setPen(pg.mkPen(theme.trace_muted, width=1, style=Qt.PenStyle.DashLine))
        for edge in (self._forecast_low, self._forecast_high):
            edge.setPen(pg.mkPen(None))
        wash = QColor(theme.trace_muted)
        wash.setAlpha(60)
        self._forecast_band.setBrush(pg.mkBrush(wash))
        self._band.setBrush(pg.mkBrush(theme.band))
        for line in self._band.lines:
            line.setPen(pg.mkPen(None))
        self._limit.setPen(pg.mkPen(theme.trace_muted, width=1, style=Qt.PenStyle.DashLine))
        self._cursor.setPen(pg.mkPen(theme.focus, width=1))
        self._marks.setPen(pg.mkPen(theme.line_strong, width=1, style=Qt.PenStyle.DotLine))
        axis: Any = self._item.getAxis("left")
        axis.setWidth(self._source.space(AXIS_PX))
        axis.setTickFont(self._source.font(TextSize.CAPTION))
        axis.setPen(pg.mkPen(theme.line))
        axis.setTextPen(pg.mkPen(theme.ink_muted))
        axis.setStyle(tickLength=0, maxTickLevel=0, hideOverlappingLabels=True)
        axis.setTickDensity(0.6)
        for side in ("left", "bottom", "right", "top"):  # hidden axes work as well, unless told not to
            self._item.getAxis(side).enableAutoSIPrefix(False)  # noqa: FBT003 - pyqtgraph's own signature

    def set_limits(self, low: float | None, high: float | None, threshold: float | None) -> None:
        """Show the normal band, or the dashed threshold of a risk.

        Args:
            low, high: Ends of the normal band; None where open.
            threshold: Score that is a fault; None for channels.
        """
        self._low, self._high = low, high if threshold is None else threshold
        if threshold is not None:
            self._limit.setValue(threshold)
            marks = [(0.0, "0"), (threshold, f"{threshold:.2f}".rstrip("0")), (1.0, "1")]
            self._item.getAxis("left").setTicks([marks])
            self._limit.show()
        elif low is not None or high is not None:
            self._band.setRegion((-1e12 if low is None else low, 1e12 if high is None else high))
            self._band.show()

    def show_values(self, utc_s: NDArray[np.float64], value: NDArray[np.float64]) -> None:
        """Show a curve; what lies outside of the limits is coloured.

        Args:
            utc_s: float64 (n,), POSIX s, ascending.
            value: float64 (n,); NaN is a gap.
        """
        self._curve.setData(utc_s, value)
        outside = np.zeros(value.size, np.bool_)
        with np.errstate(invalid="ignore"):
            if self._high is not None:
                outside |= value >= self._high if self._limit.isVisible() else value > self._high
            if self._low is not None:
                outside |= value < self._low
        if outside.any():
            self._outside.setData(utc_s, np.where(outside, value, np.nan))
            self._outside.show()
        elif self._outside.isVisible():
            self._outside.hide()

    def show_forecast(self, utc_s: NDArray[np.float64], value: NDArray[np.float64], half_width: float) -> None:
        """Show what a pack expects, dashed, with its band.

        Args:
            utc_s: float64 (n,), POSIX s, ascending; empty for none.
            value: float64 (n,), expected values.
            half_width: Half of the interval's width in the value's unit; 0 for none.
        """
        self._forecast.setData(utc_s, value)
        banded = bool(utc_s.size) and half_width > 0.0
        if banded:
            self._forecast_low.setData(utc_s, value - half_width)
            self._forecast_high.setData(utc_s, value + half_width)
        self._forecast_band.setVisible(banded)

    def show_marks(self, utc_s: NDArray[np.float64]) -> None:
        """Draw a dotted upright line at each of *utc_s* (float64 (n,), POSIX s)."""
        self._marks.setVisible(bool(utc_s.size))
        if utc_s.size:
            self._marks.setData(np.repeat(utc_s, 2), np.tile([-1e9, 1e9], utc_s.size))

    def show_cursor(self, utc_s: float | None) -> None:
        """Put the cursor at *utc_s* (POSIX s), or take it away."""
        self._cursor.setVisible(utc_s is not None)
        if utc_s is not None:
            self._cursor.setValue(utc_s)

    def set_view(self, start_s: float, end_s: float, low: float, high: float) -> None:
        """Show this stretch of time (POSIX s) and this range of values."""
        self._box.setRange(xRange=(start_s, end_s), yRange=(low, high), padding=0.0, disableAutoRange=False)

    @property
    def view(self) -> tuple[float, float, float, float]:
        """What is in sight: start and end, POSIX s, lowest and highest value."""
        (start, end), (low, high) = self._box.viewRange()
        return float(start), float(end), float(low), float(high)

    def time_at(self, x_px: float) -> float:
        """Time at *x_px* from the left edge of the widget, POSIX s."""
        return float(self._box.mapSceneToView(self._plot.mapToScene(int(x_px), 4)).x())

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Turn the pointer into wishes; pyqtgraph itself sees none of it."""
        kind = event.type()
        if isinstance(event, QWheelEvent):
            steps = event.angleDelta().y() / 120.0
            self.zoom_wanted.emit(0.8**steps, self.time_at(event.position().x()))
            return True
        if isinstance(event, QMouseEvent) and kind in _POINTER:
            self._follow(kind, event.position())
            return True
        if kind is QEvent.Type.Leave:
            self.cursor_left.emit()
        return super().eventFilter(watched, event)

    def _follow(self, kind: QEvent.Type, where: QPointF) -> None:
        if kind is QEvent.Type.MouseButtonPress:
            self._drag_x = where.x()
        elif kind is QEvent.Type.MouseButtonRelease:
            self._drag_x = None
        elif self._drag_x is not None and abs(where.x() - self._drag_x) >= 1.0:
            self.pan_wanted.emit(self.time_at(self._drag_x) - self.time_at(where.x()))
            self._drag_x = where.x()
        self.cursor_wanted.emit(self.time_at(where.x()))


_POINTER = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseMove, QEvent.Type.MouseButtonDblClick)
