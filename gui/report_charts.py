"""This file decides how the charts of a report are painted; the same painting serves the screen and the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from gui.report_agreement import Agreement
from gui.report_figures import ParetoBar, PChart, WarningLoad
from gui.theme import TextSize, ThemeSource
from station.load.limits import FLOOD_PER_10_MIN, MOST_PER_10_MIN, TARGET_PER_10_MIN

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

_TICK_S = 300.0
"""Times under an axis stand at whole five minutes where they can."""


class ChartFrame:
    """The axes of one chart: value axis left, times below, and what maps onto them."""

    def __init__(
        self,
        painter: QPainter,
        where: QRectF,
        source: ThemeSource,
        top_value: float,
        right_text: str,
        size: TextSize = TextSize.CAPTION,
    ) -> None:
        self.painter, self.source, self.theme = painter, source, source.theme
        self.font = source.font(size)
        self.metrics = QFontMetricsF(self.font)
        left = self.metrics.horizontalAdvance("100.0 %") + 10.0
        self.area = where.adjusted(
            left, self.metrics.height() * 0.6, -self.metrics.horizontalAdvance(right_text) - 10.0, -self.metrics.height() - 8.0
        )
        self.top_value = max(top_value, 1e-9)
        painter.setFont(self.font)

    def y_of(self, value: float) -> float:
        """Where *value* lies."""
        return self.area.bottom() - value / self.top_value * self.area.height()

    def x_of(self, share: float) -> float:
        """Where *share* of the width, 0..1, lies."""
        return self.area.left() + share * self.area.width()

    def value_line(self, value: float, text: str, style: Qt.PenStyle, colour: str, side: str = "right") -> None:
        """A line across at *value* with its *text* on one side."""
        y = self.y_of(value)
        self.painter.setPen(QPen(QColor(colour), 1.0, style))
        self.painter.drawLine(QPointF(self.area.left(), y), QPointF(self.area.right(), y))
        self.painter.setPen(QColor(self.theme.ink_muted))
        height = self.metrics.height()
        if side == "right":
            self.painter.drawText(QRectF(self.area.right() + 6.0, y - height / 2.0, 200.0, height), _LEFT, text)
        else:
            self.painter.drawText(QRectF(self.area.left() - 206.0, y - height / 2.0, 200.0, height), _RIGHT, text)

    def times(self, first: datetime, last: datetime) -> None:
        """Times under the axis: beginning, middle, end, as many as fit."""
        self.painter.setPen(QColor(self.theme.ink_muted))
        long = (last - first).total_seconds() > 36 * 3600
        height = self.metrics.height()
        parts = next((n for n in (4, 3, 5, 2) if (last - first).total_seconds() % (n * _TICK_S) == 0), 4)
        for share in (number / parts for number in range(parts + 1)):
            at = (first + (last - first) * share).astimezone()
            box = QRectF(self.x_of(share) - 60.0, self.area.bottom() + 6.0, 120.0, height)
            self.painter.drawText(box, Qt.AlignmentFlag.AlignCenter, at.strftime("%m-%d %H:%M") if long else at.strftime("%H:%M"))


def paint_p_chart(painter: QPainter, where: QRectF, chart: PChart, source: ThemeSource) -> None:
    """Shares of defects per interval, their mean, and stepped control limits; a point outside is a coloured triangle."""
    theme = source.theme
    top = 1.15 * max([point.share for point in chart.points] + [point.upper for point in chart.points] + [0.001])
    frame = ChartFrame(painter, where, source, top, "+3σ 00.00 %")
    area, count = frame.area, len(chart.points)
    frame.value_line(0.0, "0 %", Qt.PenStyle.SolidLine, theme.line, "left")
    frame.value_line(top / 1.15, f"{top / 1.15:.2%}".replace("%", " %"), Qt.PenStyle.DotLine, theme.line, "left")
    frame.value_line(chart.mean, f"p\u0304 {chart.mean * 100:.2f} %", Qt.PenStyle.SolidLine, theme.trace_muted)
    width = area.width() / count
    upper, lower, line = QPolygonF(), QPolygonF(), QPolygonF()
    for number, point in enumerate(chart.points):
        left = area.left() + number * width
        for x in (left, left + width):
            upper.append(QPointF(x, frame.y_of(point.upper)))
            lower.append(QPointF(x, frame.y_of(point.lower)))
        line.append(QPointF(left + width / 2.0, frame.y_of(point.share)))
    painter.setPen(QPen(QColor(theme.line_strong), 1.0, Qt.PenStyle.DashLine))
    painter.drawPolyline(upper)
    painter.drawPolyline(lower)
    painter.setPen(QColor(theme.ink_muted))
    label = QRectF(area.right() + 6.0, upper.last().y() - frame.metrics.height() / 2.0, 200.0, frame.metrics.height())
    if abs(upper.last().y() - frame.y_of(chart.mean)) > frame.metrics.height():
        painter.drawText(label, _LEFT, f"+3σ {chart.points[-1].upper * 100:.2f} %")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.trace), 1.4))
    painter.drawPolyline(line)
    painter.setPen(Qt.PenStyle.NoPen)
    for number, point in enumerate(chart.points):
        at = line.at(number)
        if point.out_of_control:
            painter.setBrush(QColor(theme.defect))
            painter.drawPolygon(QPolygonF([at + QPointF(0.0, -7.0), at + QPointF(7.0, 5.0), at + QPointF(-7.0, 5.0)]))
        elif width >= 6.0:
            painter.setBrush(QColor(theme.trace))
            painter.drawEllipse(at, 2.6, 2.6)
    painter.restore()
    first, last = chart.points[0].start, chart.points[-1].start
    frame.times(first, last + (last - first) / max(count - 1, 1))


def paint_pareto(painter: QPainter, where: QRectF, bars: Sequence[ParetoBar], names: dict[str, str], source: ThemeSource) -> None:
    """A row per label: its name, a bar of its count, and the cumulative share."""
    theme = source.theme
    font = source.font(TextSize.SMALL)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    row = min(max(metrics.height() * 1.9, 24.0), where.height() / max(len(bars), 1))
    most = max(1, int(where.height() // max(min(row, metrics.height() * 1.9), metrics.height())))
    name_width = min(
        max((metrics.horizontalAdvance(names.get(bar.label, bar.label)) for bar in bars), default=0.0) + 12.0, where.width() * 0.4
    )
    right = metrics.horizontalAdvance("00 000   100 %") + 12.0
    for number, bar in enumerate(bars[:most]):
        line = QRectF(where.left(), where.top() + number * row, where.width(), row)
        painter.setPen(QColor(theme.ink))
        name = metrics.elidedText(names.get(bar.label, bar.label), Qt.TextElideMode.ElideRight, name_width - 8.0)
        painter.drawText(line, _LEFT, name)
        track = QRectF(where.left() + name_width, line.center().y() - row * 0.28, where.width() - name_width - right, row * 0.56)
        filled = QRectF(track)
        filled.setWidth(track.width() * bar.count / bars[0].count)
        painter.fillRect(track, QColor(theme.pressed))
        painter.fillRect(filled, QColor(theme.trace_muted))
        painter.drawText(line, _RIGHT, f"{bar.count}")
        painter.setPen(QColor(theme.ink_muted))
        share = QRectF(line)
        share.setRight(line.right() - metrics.horizontalAdvance("00 000") - 4.0)
        painter.drawText(share, _RIGHT, f"{bar.cumulative * 100:.0f} %")


def paint_agreement(painter: QPainter, where: QRectF, rows: Sequence[tuple[str, Agreement]], source: ThemeSource) -> None:
    """A row per warning or camera: its name, the share of agreement with its 95 % interval, the counts and kappa."""
    theme = source.theme
    sizes = (source.font(TextSize.SMALL), source.font(TextSize.CAPTION))
    font = next((one for one in sizes if QFontMetricsF(one).height() * len(rows) <= where.height()), sizes[-1])
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    row = min(max(metrics.height() * 1.9, 24.0), max(where.height() / max(len(rows), 1), metrics.height()))
    most = max(1, int(where.height() / row + 1e-6))
    if most < len(rows):
        painter.setPen(QColor(theme.ink_muted))
        painter.drawText(QRectF(where.left(), where.top() + (most - 1) * row, where.width(), row), _LEFT, f"+ {len(rows) - most + 1}")
        most -= 1
    name_width = min(max((metrics.horizontalAdvance(name) for name, _ in rows), default=0.0) + 12.0, where.width() * 0.4)
    kappa_width = metrics.horizontalAdvance("κ −0.00") + 14.0 if any(one.kappa is not None for _, one in rows) else 0.0
    counts_width = max((metrics.horizontalAdvance(_counts(one)) for _, one in rows), default=0.0) + 14.0
    for number, (name, one) in enumerate(rows[:most]):
        line = QRectF(where.left(), where.top() + number * row, where.width(), row)
        painter.setPen(QColor(theme.ink))
        painter.drawText(line, _LEFT, metrics.elidedText(name, Qt.TextElideMode.ElideRight, name_width - 8.0))
        painter.drawText(line.adjusted(0.0, 0.0, -kappa_width, 0.0), _RIGHT, _counts(one))
        if one.kappa is not None:
            painter.setPen(QColor(theme.ink_muted))
            painter.drawText(line, _RIGHT, f"κ {one.kappa:.2f}".replace("-", "−"))
        width = where.width() - name_width - counts_width - kappa_width
        track = QRectF(where.left() + name_width, line.center().y() - row * 0.28, max(width, 0.0), row * 0.56)
        painter.fillRect(track, QColor(theme.pressed))
        if one.decided:
            painter.fillRect(QRectF(track.left(), track.top(), track.width() * one.share, track.height()), QColor(theme.trace_muted))
            low, high = (track.left() + track.width() * end for end in one.interval)
            painter.setPen(QPen(QColor(theme.ink), 1.0))
            painter.drawLine(QPointF(low, track.center().y()), QPointF(high, track.center().y()))
            for end in (low, high):
                painter.drawLine(QPointF(end, track.center().y() - 4.0), QPointF(end, track.center().y() + 4.0))


def _counts(one: Agreement) -> str:
    return f"{one.agreed} / {one.decided}" + (f"   {one.share * 100:.0f} %" if one.decided else "")


def paint_load(painter: QPainter, where: QRectF, load: WarningLoad, texts: tuple[str, str, str], source: ThemeSource) -> None:
    """Warnings per ten minutes as bars, against the limits of EEMUA 191.

    Args:
        texts: Names of target, most and flood, in the reader's language.
    """
    theme = source.theme
    top = 1.15 * max(load.peak, 3)
    frame = ChartFrame(painter, where, source, top, max(texts, key=len))
    area, count = frame.area, load.counts.size
    frame.value_line(0.0, "0", Qt.PenStyle.SolidLine, theme.line, "left")
    if load.peak:
        frame.value_line(float(load.peak), str(load.peak), Qt.PenStyle.DotLine, theme.line, "left")
    width = area.width() / count
    for number in load.counts.nonzero()[0]:
        value = int(load.counts[number])
        colour = theme.defect if value > FLOOD_PER_10_MIN else theme.priority[2] if value > MOST_PER_10_MIN else theme.trace_muted
        left = area.left() + int(number) * width
        bar = QRectF(left, frame.y_of(value), max(width * 0.8, 1.5), area.bottom() - frame.y_of(value))
        painter.fillRect(bar, QColor(colour))
    gap = frame.metrics.height()
    last_y = float("inf")
    for limit, text in zip((TARGET_PER_10_MIN, MOST_PER_10_MIN, float(FLOOD_PER_10_MIN)), texts, strict=True):
        if limit <= top:
            shown = text if last_y - frame.y_of(limit) >= gap else ""
            frame.value_line(limit, shown, Qt.PenStyle.DashLine, theme.line_strong)
            last_y = frame.y_of(limit) if shown else last_y
    first = datetime.fromtimestamp(float(load.starts_s[0]), UTC)
    last = datetime.fromtimestamp(float(load.starts_s[-1]) + 600.0, UTC)
    frame.times(first, last)


def paint_title(painter: QPainter, where: QRectF, text: str, source: ThemeSource) -> QRectF:
    """Write a chart's title; returns what is left below it."""
    font = source.font(TextSize.SMALL, QFont.Weight.DemiBold)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(QColor(source.theme.ink_muted))
    painter.drawText(
        QRectF(where.left(), where.top(), where.width(), metrics.height()),
        _LEFT,
        metrics.elidedText(text, Qt.TextElideMode.ElideRight, where.width()),
    )
    return where.adjusted(0.0, metrics.height() + 8.0, 0.0, 0.0)
