"""This file decides how one lean strip looks: name, trace over its normal band, big value; colour only for what is abnormal.

Drawn with QPainter, not with a pyqtgraph widget per strip: the class docstring has the measurement.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gui.polyline import segments, thin
from gui.theme import TextSize, Theme, ThemeSource

_MARGIN_PX = 12
_NAME_SHARE = 0.19
_VALUE_SHARE = 0.10
_NO_DATA = "–"
_SMALLEST_NAME_PX = 11
_ABNORMAL_PRIORITY = 3
"""A value out of its band is drawn in the colour of medium priority; the warning itself has its own."""


class StripChart(QWidget):
    """One sensor channel, or one risk with its threshold, as a strip.

    The trace is neutral inside the normal band (or below the threshold) and abnormal outside of it; an arrow beside
    the value says which way, so that colour is not the only sign. Repaints only when what it shows has changed.

    Measured (12 strips of 1,000 x 60 px, 600 points, all new at every tick, painted offscreen, one core): 3.8 ms per
    tick against 7.8 ms for twelve bare pyqtgraph plots without names, values or abnormal colour; and the Line screen
    then starts without importing pyqtgraph (0.6 s). ``test_strip_chart.py`` compares the two again.
    """

    def __init__(
        self,
        title: str,
        unit: str,
        decimals: int,
        normal_low: float | None,
        normal_high: float | None,
        threshold: float | None,
        theme: ThemeSource,
        *,
        subtitle: str = "",
        window_s: float = 120.0,
        parent: QWidget | None = None,
    ) -> None:
        """Build a strip.

        Args:
            title: Name, in the reader's language.
            unit: Unit shown after the value; empty for none.
            decimals: Digits after the point.
            normal_low, normal_high: Ends of the normal band in *unit*; None where open.
            threshold: For a risk lane: score 0..1 at which it is a fault; drawn dashed. None for a channel.
            theme: Colours and fonts; the strip follows it.
            subtitle: Id under the name.
            window_s: Width of the time axis, s; the newest value is at the right edge.
            parent: Qt parent.
        """
        super().__init__(parent)
        self._title, self._subtitle, self._unit, self._decimals = title, subtitle, unit, decimals
        self._low, self._high, self._threshold = normal_low, normal_high, threshold
        self._source = theme
        self._window_s = window_s
        self._seconds: NDArray[np.float64] = np.empty(0)
        self._values: NDArray[np.float64] = np.empty(0)
        self._current = math.nan
        self._range = self._first_range()
        self.paints = 0
        """Times painted so far; tests read it."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(26)
        self.setAccessibleName(title)
        theme.theme_changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(720, 64)

    def show_trace(self, seconds: NDArray[np.float64], values: NDArray[np.float64], current: float) -> None:
        """Show the last stretch of the channel; nothing happens when it is what is shown already.

        Args:
            seconds: float64 (n,), seconds before now (negative or 0), ascending.
            values: float64 (n,) in the strip's unit; NaN is a gap. Kept, not copied: publish read-only arrays.
            current: Newest value, written big; NaN for none.
        """
        same_current = current == self._current or (math.isnan(current) and math.isnan(self._current))
        if same_current and np.array_equal(seconds, self._seconds) and np.array_equal(values, self._values, equal_nan=True):
            return
        self._seconds, self._values, self._current = seconds, values, current
        self._fit_range()
        self.update()

    def set_subtitle(self, subtitle: str) -> None:
        """Write *subtitle* under the name, e.g. the channels that drive a risk."""
        if subtitle != self._subtitle:
            self._subtitle = subtitle
            self.update()

    @property
    def is_abnormal(self) -> bool:
        """Whether the newest value lies outside of its normal band, or at or above its threshold."""
        return bool(self._arrow())

    def _arrow(self) -> str:
        value = self._current
        if math.isnan(value):
            return ""
        above = self._high if self._threshold is None else self._threshold
        if above is not None and (value > above or (self._threshold is not None and value >= above)):
            return "▲"
        if self._low is not None and value < self._low:
            return "▼"
        return ""

    def _first_range(self) -> tuple[float, float]:
        if self._threshold is not None:
            return 0.0, 1.0
        low, high = self._low, self._high
        if low is None or high is None:
            return math.nan, math.nan
        margin = max(0.35 * (high - low), 1e-9)
        return low - margin, high + margin

    def _fit_range(self) -> None:
        """Grow to hold the data at once; shrink only when it has become twice too wide, so that the trace does not jump."""
        if self._threshold is not None:
            return
        known = self._values[np.isfinite(self._values)]
        first_low, first_high = self._first_range()
        ends = [v for v in (first_low, first_high, self._low, self._high) if v is not None and not math.isnan(v)]
        if known.size:
            ends += [float(known.min()), float(known.max())]
        if not ends:
            return
        low, high = min(ends), max(ends)
        if high - low < 1e-9:
            low, high = low - 0.5 * 10.0**-self._decimals * 4, high + 0.5 * 10.0**-self._decimals * 4
        now_low, now_high = self._range
        if math.isnan(now_low) or low < now_low or high > now_high or (now_high - now_low) > 2.0 * (high - low):
            margin = 0.06 * (high - low)
            self._range = low - margin, high + margin

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        self.paints += 1
        theme = self._source.theme
        painter = QPainter(self)
        width, height = float(self.width()), float(self.height())
        name_width = max(_NAME_SHARE * width, self._source.space(180.0))
        value_width = max(_VALUE_SHARE * width, self._source.space(165.0))
        plot = QRectF(_MARGIN_PX + name_width, 5.0, max(width - name_width - value_width - 2 * _MARGIN_PX, 20.0), height - 10.0)
        self._draw_names(painter, theme, QRectF(_MARGIN_PX, 0.0, name_width - 8.0, height))
        self._draw_plot(painter, theme, plot)
        self._draw_value(painter, theme, QRectF(plot.right() + 6.0, 0.0, width - plot.right() - 6.0 - _MARGIN_PX, height))
        painter.end()

    def _draw_names(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        two_lines = bool(self._subtitle) and area.height() >= 40.0
        font = self._source.font(TextSize.SMALL)
        while font.pixelSize() > _SMALLEST_NAME_PX and QFontMetricsF(font).horizontalAdvance(self._title) > area.width():
            font.setPixelSize(font.pixelSize() - 1)
        painter.setFont(font)
        painter.setPen(QColor(theme.ink))
        title = QFontMetricsF(font).elidedText(self._title, Qt.TextElideMode.ElideRight, area.width())
        if not two_lines:
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
            return
        middle = area.center().y()
        line = QFontMetricsF(font).height()
        painter.drawText(QRectF(area.left(), middle - line, area.width(), line), Qt.AlignmentFlag.AlignBottom, title)
        small = self._source.font(TextSize.CAPTION)
        painter.setFont(small)
        painter.setPen(QColor(theme.ink_muted))
        subtitle = QFontMetricsF(small).elidedText(self._subtitle, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(QRectF(area.left(), middle, area.width(), line), Qt.AlignmentFlag.AlignTop, subtitle)

    def _draw_plot(self, painter: QPainter, theme: Theme, plot: QRectF) -> None:
        low, high = self._range
        if math.isnan(low):
            return

        def y_of(value: float) -> float:
            return plot.bottom() - (value - low) / (high - low) * plot.height()

        abnormal = theme.priority_fill(_ABNORMAL_PRIORITY)
        painter.save()
        painter.setClipRect(plot)
        band_top = plot.top() if self._high is None else y_of(self._high)
        band_bottom = plot.bottom() if self._low is None else y_of(self._low)
        if self._threshold is not None:
            band_top, band_bottom = y_of(self._threshold), plot.bottom()
            painter.setPen(QPen(abnormal if self.is_abnormal else QColor(theme.trace_muted), 1.0, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(plot.left(), band_top), QPointF(plot.right(), band_top))
        elif self._low is not None or self._high is not None:
            painter.fillRect(QRectF(plot.left(), band_top, plot.width(), band_bottom - band_top), QColor(theme.band))
        first = int(np.searchsorted(self._seconds, -self._window_s))
        if self._seconds.size > first:
            x = (self._seconds[first:] + self._window_s) / self._window_s * plot.width()
            x_px, values = thin(x, self._values[first:], max(int(plot.width()), 1))
            lines = segments(x_px + plot.left(), plot.bottom() - (values - low) / (high - low) * plot.height())
            inside = QRectF(plot.left(), band_top, plot.width(), band_bottom - band_top)
            above = QRectF(plot.left(), plot.top(), plot.width(), max(band_top - plot.top(), 0.0))
            below = QRectF(plot.left(), band_bottom, plot.width(), max(plot.bottom() - band_bottom, 0.0))
            known = self._values[np.isfinite(self._values)]
            rests = known.size > 0
            for part, colour, wanted in (
                (inside, QColor(theme.trace), rests),
                (above, abnormal, rests and self._beyond_high(float(known.max()))),
                (below, abnormal, rests and self._low is not None and float(known.min()) < self._low),
            ):
                if wanted and part.height() > 0.0:
                    painter.setClipRect(part)
                    painter.setPen(QPen(colour, 1.0))
                    for line in lines:
                        painter.drawPolyline(line)
        painter.restore()

    def _beyond_high(self, value: float) -> bool:
        limit = self._high if self._threshold is None else self._threshold
        return limit is not None and value >= limit

    def _draw_value(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        arrow = self._arrow()
        big = self._source.font(TextSize.VALUE, QFont.Weight.DemiBold)
        big.setPixelSize(min(big.pixelSize(), max(round(area.height() * 0.6), 15)))
        small = self._source.font(TextSize.CAPTION)
        unit_width = QFontMetricsF(small).horizontalAdvance(self._unit) + 6.0 if self._unit else 0.0
        text = _NO_DATA if math.isnan(self._current) else f"{self._current:.{self._decimals}f}".replace("-", "−")
        metrics = QFontMetricsF(big)
        baseline = area.center().y() + metrics.capHeight() / 2.0
        right = area.right() - unit_width
        painter.setFont(small)
        painter.setPen(QColor(theme.ink_muted))
        painter.drawText(QPointF(right + 6.0, baseline), self._unit)
        painter.setFont(big)
        painter.setPen(QColor(theme.priority_text[_ABNORMAL_PRIORITY - 1] if arrow else theme.ink))
        left = right - metrics.horizontalAdvance(text)
        painter.drawText(QPointF(left, baseline), text)
        if arrow:
            painter.setFont(small)
            painter.drawText(QPointF(left - QFontMetricsF(small).horizontalAdvance(arrow) - 6.0, baseline), arrow)
