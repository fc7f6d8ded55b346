"""This file decides how the seconds around a warning look: a row of small pictures, and the sensors' traces of the same seconds."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gui.incident_past import AFTER_S, BEFORE_S
from gui.polyline import segments
from gui.theme import TextSize, ThemeSource
from inference.findings import ImageU8
from station.picture_strip import STRIP_TIMES_S, TILE_HEIGHT_PX, TILE_WIDTH_PX
from station.view import Trace

_GAP_PX = 4.0
_NAME_SHARE = 0.42
_ROW_PX = 26


class IncidentStrip(QWidget):
    """The row of small pictures with the second of each under it; the one that was judged has a frame.

    Args:
        theme: Colours and type sizes.
    """

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._row: ImageU8 | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.theme_changed.connect(self.update)

    @property
    def row(self) -> ImageU8 | None:
        """What is shown."""
        return self._row

    def show_row(self, row: ImageU8 | None) -> None:
        """Show *row*, uint8 BGR, one tile per second of :data:`STRIP_TIMES_S`; nothing for None."""
        self._row = row
        self.update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """As high as its tiles and the text under them."""
        super().resizeEvent(event)
        self.setFixedHeight(self._height_px(self.width()))

    @override
    def sizeHint(self) -> QSize:
        return QSize(400, self._height_px(400))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Tiles, the frame around the judged one, seconds."""
        del event
        if self._row is None:
            return
        painter = QPainter(self)
        theme = self._source.theme
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(self._source.font(TextSize.CAPTION))
        height, width = self._row.shape[:2]
        image = QImage(self._row.data, width, height, self._row.strides[0], QImage.Format.Format_BGR888)
        tile = self._tile_px(self.width())
        for place, seconds in enumerate(STRIP_TIMES_S):
            where = QRectF(place * (tile + _GAP_PX), 0.0, tile, tile * TILE_HEIGHT_PX / TILE_WIDTH_PX)
            share = width / len(STRIP_TIMES_S)
            painter.drawImage(where, image, QRectF(place * share, 0.0, share, height))
            if seconds == 0.0:
                painter.setPen(QPen(QColor(theme.defect), 2.5))
                painter.drawRect(where.adjusted(1.0, 1.0, -1.0, -1.0))
            painter.setPen(QColor(theme.ink if seconds == 0.0 else theme.ink_muted))
            below = QRectF(where.left(), where.bottom(), where.width(), self._text_px())
            painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), seconds_text(seconds))
        painter.end()

    def _height_px(self, width: int) -> int:
        return round(self._tile_px(width) * TILE_HEIGHT_PX / TILE_WIDTH_PX + self._text_px())

    def _tile_px(self, width: int) -> float:
        count = len(STRIP_TIMES_S)
        return max(1.0, (width - _GAP_PX * (count - 1)) / count)

    def _text_px(self) -> float:
        return QFontMetricsF(self._source.font(TextSize.CAPTION)).height() * 1.1


class IncidentTraces(QWidget):
    """Up to three traces over the same seconds, each in its own range, with a line where the warning was raised.

    Args:
        theme: Colours and type sizes.
    """

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._traces: tuple[tuple[str, Trace], ...] = ()
        self._raised_s = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.theme_changed.connect(self.updateGeometry)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the traces shown."""
        return tuple(name for name, _ in self._traces)

    def show_traces(self, traces: tuple[tuple[str, Trace], ...], raised_s: float) -> None:
        """Show (name, trace) of each around *raised_s*, POSIX s."""
        self._traces, self._raised_s = traces, raised_s
        self.setAccessibleName(", ".join(self.names))
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """One line per trace, and the seconds under them."""
        return QSize(300, len(self._traces) * _ROW_PX + round(self._text_px()))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Names, curves, the moment, seconds."""
        del event
        painter = QPainter(self)
        theme = self._source.theme
        painter.setFont(self._source.font(TextSize.SMALL))
        metrics = QFontMetricsF(painter.font())
        left = self.width() * _NAME_SHARE
        wide = self.width() - left - 1.0
        moment = left + wide * BEFORE_S / (BEFORE_S + AFTER_S)
        for number, (name, trace) in enumerate(self._traces):
            line = QRectF(0.0, number * _ROW_PX, left - 10.0, _ROW_PX)
            painter.setPen(QColor(theme.ink))
            painter.drawText(
                line,
                int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft),
                metrics.elidedText(name, Qt.TextElideMode.ElideRight, line.width()),
            )
            painter.setPen(QPen(QColor(theme.trace), 1.5))
            self._paint_curve(painter, trace, QRectF(left, line.top() + 3.0, wide, _ROW_PX - 6.0))
        bottom = len(self._traces) * _ROW_PX
        painter.setPen(QPen(QColor(theme.defect), 1.5))
        painter.drawLine(round(moment), 0, round(moment), bottom)
        painter.setPen(QColor(theme.ink_muted))
        painter.setFont(self._source.font(TextSize.CAPTION))
        below = QRectF(left, bottom, wide, self._text_px())
        for seconds, side in ((-BEFORE_S, Qt.AlignmentFlag.AlignLeft), (AFTER_S, Qt.AlignmentFlag.AlignRight)):
            painter.drawText(below, int(side | Qt.AlignmentFlag.AlignVCenter), seconds_text(seconds))
        painter.drawText(QRectF(moment - 40.0, bottom, 80.0, self._text_px()), int(Qt.AlignmentFlag.AlignCenter), seconds_text(0.0))
        painter.end()

    def _paint_curve(self, painter: QPainter, trace: Trace, area: QRectF) -> None:
        known = trace.value[np.isfinite(trace.value)]
        if not known.size:
            return
        low, high = float(known.min()), float(known.max())
        if high - low < 1e-9:
            low, high = low - 0.5, high + 0.5
        x = area.left() + (trace.utc_s - self._raised_s + BEFORE_S) / (BEFORE_S + AFTER_S) * area.width()
        y = area.bottom() - (trace.value - low) / (high - low) * area.height()
        inside = (x >= area.left()) & (x <= area.right())
        for polygon in segments(x[inside], y[inside]):
            painter.drawPolyline(polygon)

    def _text_px(self) -> float:
        return QFontMetricsF(self._source.font(TextSize.CAPTION)).height() * 1.1


def seconds_text(seconds: float) -> str:
    """``−10 s``, ``0 s``, ``+5 s``."""
    sign = "\u2212" if seconds < 0 else "+" if seconds > 0 else ""
    return f"{sign}{abs(seconds):g} s"
