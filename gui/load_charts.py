"""This file decides how the load of warnings is painted: figures against their limits, bars per interval, priorities, before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget
from typing_extensions import override

from gui.load_texts import Judgement, Tile
from gui.report_charts import ChartFrame
from gui.symbols import fitted_font, paint_priority
from gui.theme import TextSize, ThemeSource
from gui.time_text import grouped
from station.load.limits import FLOOD_PER_10_MIN, INTERVAL_S, MOST_PER_10_MIN, PRIORITY_SHARES, TARGET_PER_10_MIN
from station.load_view import LoadReport, WhatIf

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
Painting = Callable[[QPainter, QRectF, ThemeSource], None]


class BarWidth(Enum):
    """For how long one bar stands; the value is in seconds."""

    TEN_MIN = 600.0
    HOUR = 3600.0
    DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit drawn across the bars; *is_beyond* colours the bars above it."""

    value: float
    text: str


def fitting_width(report: LoadReport) -> BarWidth:
    """The bars that suit a period: ten minutes for a day, hours for a week, days beyond."""
    span_s = (report.until_utc - report.since_utc).total_seconds()
    if span_s <= 1.1 * 86_400.0:
        return BarWidth.TEN_MIN
    return BarWidth.HOUR if span_s <= 8 * 86_400.0 else BarWidth.DAY


def width_name(width: BarWidth) -> str:
    """For how long one bar stands, in the reader's language."""
    match width:
        case BarWidth.TEN_MIN:
            return QCoreApplication.translate("Load", "per 10 min")
        case BarWidth.HOUR:
            return QCoreApplication.translate("Load", "per hour")
        case BarWidth.DAY:
            return QCoreApplication.translate("Load", "per day")


def rates_painting(report: LoadReport, width: BarWidth) -> Painting:
    """How the bars of *report* are painted, against the limits for their width."""
    each = max(round(width.value / INTERVAL_S), 1)
    padded = np.concatenate([report.counts, np.zeros(-report.counts.size % each, np.int64)])
    counts = padded.reshape(-1, each).sum(axis=1)
    limits = [
        Limit(TARGET_PER_10_MIN * each, QCoreApplication.translate("Load", "target {count}").format(count=f"{TARGET_PER_10_MIN * each:g}")),
        Limit(MOST_PER_10_MIN * each, QCoreApplication.translate("Load", "at most {count}").format(count=f"{MOST_PER_10_MIN * each:g}")),
    ]
    if width is BarWidth.TEN_MIN:
        limits.append(Limit(FLOOD_PER_10_MIN, QCoreApplication.translate("Load", "flood over {count}").format(count=FLOOD_PER_10_MIN)))
    first, last = float(report.starts_s[0]), float(report.starts_s[0]) + counts.size * width.value

    def paint(painter: QPainter, where: QRectF, source: ThemeSource) -> None:
        _paint_bars(painter, where, source, counts, limits, (first, last))

    return paint


def _paint_bars(
    painter: QPainter,
    where: QRectF,
    source: ThemeSource,
    counts: NDArray[np.int64],
    limits: list[Limit],
    span: tuple[float, float],
) -> None:
    theme, peak = source.theme, int(counts.max())
    top = 1.12 * max(peak, limits[1].value * 1.5)
    frame = ChartFrame(painter, where, source, top, max((limit.text for limit in limits), key=len), TextSize.SMALL)
    frame.value_line(0.0, "0", Qt.PenStyle.SolidLine, theme.line, "left")
    if peak and frame.y_of(0.0) - frame.y_of(peak) > frame.metrics.height():
        frame.value_line(float(peak), grouped(peak), Qt.PenStyle.DotLine, theme.line, "left")
    width = frame.area.width() / counts.size
    for number in counts.nonzero()[0].tolist():
        value = int(counts[number])
        beyond = sum(value > limit.value for limit in limits[1:])
        colour = (theme.trace_muted, theme.priority[2], theme.defect)[beyond]
        bar_top = frame.y_of(value)
        painter.fillRect(
            QRectF(frame.area.left() + number * width, bar_top, max(width * 0.84, 1.5), frame.area.bottom() - bar_top), QColor(colour)
        )
    gap, last_y = frame.metrics.height(), float("inf")
    for limit in reversed(limits):  # the upper ones matter more where there is no room
        y = frame.y_of(limit.value)
        if limit.value > top:
            continue
        fits = last_y == float("inf") or abs(y - last_y) >= gap
        frame.value_line(limit.value, limit.text if fits else "", Qt.PenStyle.DashLine, theme.line_strong)
        last_y = y if fits else last_y
    frame.times(datetime.fromtimestamp(span[0], UTC), datetime.fromtimestamp(span[1], UTC))


def split_painting(report: LoadReport) -> Painting:
    """How the split by priority is painted: a row per priority, its bar, share and what it should be."""
    total = max(report.total, 1)
    rows = [(priority, count, count / total, PRIORITY_SHARES[priority]) for priority, count in report.by_priority]

    def paint(painter: QPainter, where: QRectF, source: ThemeSource) -> None:
        theme = source.theme
        size = next(
            (one for one in (TextSize.BODY, TextSize.SMALL) if QFontMetricsF(source.font(one)).height() * 5 <= where.height()),
            TextSize.CAPTION,
        )
        metrics = QFontMetricsF(source.font(size))
        row = where.height() / len(rows)
        side = min(row - 4.0, metrics.height() * 1.3)
        share_width = metrics.horizontalAdvance("100 % ") + 8.0
        should_width = metrics.horizontalAdvance("≈ 80 %") + 8.0
        for number, (priority, count, share, should) in enumerate(rows):
            line = QRectF(where.left(), where.top() + number * row, where.width(), row)
            paint_priority(painter, QRectF(line.left(), line.center().y() - side / 2.0, side, side), priority, theme)
            painter.setFont(source.font(size))
            track = QRectF(line.left() + side + 10.0, line.center().y() - row * 0.24, 0.0, row * 0.48)
            track.setRight(line.right() - share_width - should_width)
            painter.fillRect(track, QColor(theme.pressed))
            painter.fillRect(QRectF(track.left(), track.top(), track.width() * share, track.height()), QColor(theme.trace_muted))
            mark = track.left() + track.width() * should
            painter.setPen(QPen(QColor(theme.ink), 2.0))
            painter.drawLine(QPointF(mark, track.top() - 3.0), QPointF(mark, track.bottom() + 3.0))
            painter.setPen(QColor(theme.ink))
            painter.drawText(line.adjusted(0.0, 0.0, -should_width, 0.0), _RIGHT, f"{share * 100:.0f} %")
            painter.setPen(QColor(theme.ink_muted))
            painter.drawText(line, _RIGHT, f"≈ {should * 100:.0f} %" if priority > 1 else "< 1 %")
            del count

    return paint


def before_after_painting(answer: WhatIf, texts: tuple[str, str]) -> Painting:
    """How a replay is painted: a wide pale bar as it was, a narrow strong one as it would have been.

    Args:
        answer: The replay.
        texts: What the two are called.
    """

    def paint(painter: QPainter, where: QRectF, source: ThemeSource) -> None:
        theme = source.theme
        metrics = QFontMetricsF(source.font(TextSize.SMALL))
        painter.setFont(source.font(TextSize.SMALL))
        left = where.left()
        for text, colour in zip(texts, (theme.line_strong, theme.focus), strict=True):
            painter.fillRect(
                QRectF(left, where.top() + metrics.height() * 0.2, metrics.height() * 0.7, metrics.height() * 0.6), QColor(colour)
            )
            left += metrics.height() * 0.7 + 8.0
            painter.setPen(QColor(theme.ink_muted))
            painter.drawText(QRectF(left, where.top(), metrics.horizontalAdvance(text) + 4.0, metrics.height()), _LEFT, text)
            left += metrics.horizontalAdvance(text) + 24.0
        peak = int(max(answer.before.max(), answer.after.max(), 1))
        chart = where.adjusted(0.0, metrics.height() + 4.0, 0.0, 0.0)
        frame = ChartFrame(painter, chart, source, 1.1 * peak, "00-00 0", TextSize.SMALL)
        frame.value_line(0.0, "0", Qt.PenStyle.SolidLine, theme.line, "left")
        frame.value_line(float(peak), grouped(peak), Qt.PenStyle.DotLine, theme.line, "left")
        width = frame.area.width() / answer.before.size
        for counts, colour, share in ((answer.before, theme.line_strong, 0.86), (answer.after, theme.focus, 0.46)):
            for number in counts.nonzero()[0].tolist():
                top = frame.y_of(float(counts[number]))
                bar = max(width * share, 1.5)
                middle = frame.area.left() + (number + 0.5) * width
                painter.fillRect(QRectF(middle - bar / 2.0, top, bar, frame.area.bottom() - top), QColor(colour))
        step_s = float(answer.starts_s[1] - answer.starts_s[0]) if answer.starts_s.size > 1 else INTERVAL_S
        end_s = min(float(answer.starts_s[-1]) + step_s, answer.until_utc.timestamp() + step_s)
        frame.times(datetime.fromtimestamp(float(answer.starts_s[0]), UTC), datetime.fromtimestamp(end_s, UTC))

    return paint


class TileRow(QFrame):
    """The figures of a period, each with what it should be; beyond its limit it carries a sign, not colour alone."""

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._source = theme
        self._tiles: list[Tile] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.theme_changed.connect(self._on_theme)

    def show_tiles(self, tiles: list[Tile]) -> None:
        """Show *tiles*."""
        self._tiles = tiles
        self.setAccessibleName("; ".join(f"{tile.what}: {tile.value} ({tile.limit})" for tile in tiles))
        self.update()

    def _on_theme(self) -> None:
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """A value and two lines below it."""
        value = QFontMetricsF(self._source.font(TextSize.VALUE)).height()
        line = QFontMetricsF(self._source.font(TextSize.CAPTION)).height()
        return QSize(800, round(value + 2 * line + 16))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(400, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Side by side, equally wide."""
        super().paintEvent(event)
        if not self._tiles:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = (self.width() - 24.0) / len(self._tiles)
        for number, tile in enumerate(self._tiles):
            self._paint(painter, QRectF(12.0 + number * width, 6.0, width - 10.0, self.height() - 12.0), tile)
        painter.end()

    def _paint(self, painter: QPainter, where: QRectF, tile: Tile) -> None:
        theme, source = self._source.theme, self._source
        big = QFontMetricsF(source.font(TextSize.VALUE, QFont.Weight.DemiBold)).height()
        small = QFontMetricsF(source.font(TextSize.CAPTION)).height()
        left = where.left()
        if tile.judgement in (Judgement.WATCH, Judgement.BAD):
            side = big * 0.62
            sign = QRectF(left, where.top() + (big - side) / 2.0, side, side)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.defect if tile.judgement is Judgement.BAD else theme.priority[2]))
            middle = sign.center()
            shape = [QPointF(middle.x(), sign.top()), sign.bottomRight(), sign.bottomLeft()]
            if tile.judgement is Judgement.WATCH:
                shape = [
                    QPointF(middle.x(), sign.top()),
                    QPointF(sign.right(), middle.y()),
                    QPointF(middle.x(), sign.bottom()),
                    QPointF(sign.left(), middle.y()),
                ]
            painter.drawPolygon(QPolygonF(shape))
            left += side + 8.0
        painter.setPen(QColor(theme.ink))
        painter.setFont(fitted_font(source, TextSize.VALUE, tile.value, where.right() - left, QFont.Weight.DemiBold))
        painter.drawText(QRectF(left, where.top(), where.right() - left, big), _LEFT, tile.value)
        for text, line, colour in ((tile.what, 0, theme.ink), (tile.limit, 1, theme.ink_muted)):
            painter.setPen(QColor(colour))
            painter.setFont(fitted_font(source, TextSize.CAPTION, text, where.width(), QFont.Weight.Normal))
            painter.drawText(QRectF(where.left(), where.top() + big + line * small, where.width(), small), _LEFT, text)
