"""This file decides how a report looks on one page of paper (A4, landscape)."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from gui.language import pick
from gui.report_charts import paint_title
from gui.report_panels import change_lines, charts, figures, table_heads, warning_row
from gui.theme import LIGHT, TextSize, ThemeSource
from inference.contract import PackContract
from station.config import StationFile
from station.view import PeriodReport

_DPI = 96
_SCALE = 0.78
_SHARES = (0.11, 0.2, 0.06, 0.06, 0.1, 0.13, 0.34)

_CHART_ROWS = {1: ((1.0,),), 2: ((0.6, 0.4),), 3: ((0.38, 0.24, 0.38),), 4: ((0.6, 0.4), (0.6, 0.4))}
"""Widths of the charts beside each other, row by row, by their number."""

_CHARTS_HEIGHT = {(1, False): 0.6, (1, True): 0.46, (2, False): 0.9, (2, True): 0.66}
"""What charts take of the height, by their rows and whether warnings stand below them."""


def report_pdf(report: PeriodReport, station: StationFile, packs: tuple[PackContract, ...], title: str) -> bytes:
    """The report as a PDF of one page, in the light theme and the reader's language. GUI thread.

    Args:
        report: The figures.
        station: Names of the station, its people and choices.
        packs: Names of the labels.
        title: The period as the screen names it.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_DPI)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Landscape,
            QMarginsF(12.0, 10.0, 12.0, 10.0),
            QPageLayout.Unit.Millimeter,
        )
    )
    writer.setTitle(f"{pick(station.station.name)} · {title}")
    writer.setCreator("Lineside")
    painter = QPainter(writer)
    paint_page(painter, QRectF(0.0, 0.0, writer.width(), writer.height()), report, station, packs, title)
    painter.end()
    return bytes(buffer.data().data())


def paint_page(
    painter: QPainter, page: QRectF, report: PeriodReport, station: StationFile, packs: tuple[PackContract, ...], title: str
) -> None:
    """Paint the page of :func:`report_pdf` into *page*, 96 dots per inch."""
    source = ThemeSource(LIGHT, _SCALE)
    rest = _head(painter, page, report, station, title, source)
    rest = _figures(painter, rest, report, source)
    found = charts(report, packs, station)
    if found:
        rows = _CHART_ROWS[len(found)]
        height = rest.height() * _CHARTS_HEIGHT[len(rows), bool(report.alarms)] / len(rows)
        left_to_paint = iter(found)
        for shares in rows:
            left = rest.left()
            for share in shares:
                chart, width = next(left_to_paint), rest.width() * share
                where = QRectF(left, rest.top(), width - 18.0, height - 10.0)
                chart.paint(painter, paint_title(painter, where, chart.title, source), source)
                left += width
            rest.setTop(rest.top() + height)
    _table(painter, _changes(painter, rest, report, station, source), report, station, source)


def _text(painter: QPainter, source: ThemeSource, size: TextSize, weight: QFont.Weight = QFont.Weight.Normal) -> QFontMetricsF:
    font = source.font(size, weight)
    painter.setFont(font)
    return QFontMetricsF(font)


def _head(painter: QPainter, page: QRectF, report: PeriodReport, station: StationFile, title: str, source: ThemeSource) -> QRectF:
    metrics = _text(painter, source, TextSize.TITLE, QFont.Weight.DemiBold)
    painter.setPen(QColor(LIGHT.ink))
    name = f"{pick(station.station.name)} · {pick(station.station.product)}"
    painter.drawText(QRectF(page.left(), page.top(), page.width(), metrics.height()), Qt.AlignmentFlag.AlignLeft, name)
    painter.drawText(QRectF(page.left(), page.top(), page.width(), metrics.height()), Qt.AlignmentFlag.AlignRight, title)
    below = page.top() + metrics.height() + 4.0
    metrics = _text(painter, source, TextSize.CAPTION)
    painter.setPen(QColor(LIGHT.ink_muted))
    span = f"{report.since_utc.astimezone():%Y-%m-%d %H:%M} – {report.until_utc.astimezone():%Y-%m-%d %H:%M}"
    painter.drawText(QRectF(page.left(), below, page.width(), metrics.height()), Qt.AlignmentFlag.AlignLeft, span)
    below += metrics.height() + 6.0
    painter.setPen(QPen(QColor(LIGHT.line), 1.0))
    painter.drawLine(QPointF(page.left(), below), QPointF(page.right(), below))
    return page.adjusted(0.0, below - page.top() + 10.0, 0.0, 0.0)


def _figures(painter: QPainter, rest: QRectF, report: PeriodReport, source: ThemeSource) -> QRectF:
    found = figures(report)
    width = rest.width() / len(found)
    big = QFontMetricsF(source.font(TextSize.VALUE, QFont.Weight.DemiBold)).height()
    small = QFontMetricsF(source.font(TextSize.CAPTION)).height()
    for number, (value, what) in enumerate(found):
        left = rest.left() + number * width
        _text(painter, source, TextSize.VALUE, QFont.Weight.DemiBold)
        painter.setPen(QColor(LIGHT.ink))
        painter.drawText(QRectF(left, rest.top(), width, big), Qt.AlignmentFlag.AlignLeft, value)
        _text(painter, source, TextSize.CAPTION)
        painter.setPen(QColor(LIGHT.ink_muted))
        painter.drawText(QRectF(left, rest.top() + big, width, small), Qt.AlignmentFlag.AlignLeft, what)
    return rest.adjusted(0.0, big + small + 14.0, 0.0, 0.0)


def _changes(painter: QPainter, rest: QRectF, report: PeriodReport, station: StationFile, source: ThemeSource) -> QRectF:
    """Who changed which settings, at the foot of the page; returns what is left above."""
    lines = change_lines(report, station)
    metrics = _text(painter, source, TextSize.CAPTION)
    painter.setPen(QColor(LIGHT.ink))
    top = rest.bottom() - len(lines) * metrics.height()
    for number, line in enumerate(lines):
        shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(
            QRectF(rest.left(), top + number * metrics.height(), rest.width(), metrics.height()), Qt.AlignmentFlag.AlignVCenter, shown
        )
    return rest.adjusted(0.0, 0.0, 0.0, -len(lines) * metrics.height() - (6.0 if lines else 0.0))


def _table(painter: QPainter, rest: QRectF, report: PeriodReport, station: StationFile, source: ThemeSource) -> None:
    metrics = _text(painter, source, TextSize.CAPTION)
    row = metrics.height() + 5.0
    fits = max(int(rest.height() / row) - 2, 0)
    lines = [table_heads(), *(warning_row(alarm, station) for alarm in report.alarms[:fits])]
    if not report.alarms:
        painter.setPen(QColor(LIGHT.ink_muted))
        painter.drawText(rest, Qt.AlignmentFlag.AlignLeft, QCoreApplication.translate("Report", "No warnings in this period."))
        return
    for number, line in enumerate(lines):
        left = rest.left()
        painter.setPen(QColor(LIGHT.ink_muted if number == 0 else LIGHT.ink))
        for text, share in zip(line, _SHARES, strict=True):
            width = rest.width() * share
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width - 10.0)
            painter.drawText(QRectF(left, rest.top() + number * row, width, row), Qt.AlignmentFlag.AlignVCenter, shown)
            left += width
    left_out = len(report.alarms) - fits
    if left_out > 0:
        painter.setPen(QColor(LIGHT.ink_muted))
        more = QCoreApplication.translate("Report", "{count} more warnings are in the CSV export.").format(count=left_out)
        painter.drawText(QRectF(rest.left(), rest.top() + len(lines) * row, rest.width(), row), Qt.AlignmentFlag.AlignVCenter, more)
