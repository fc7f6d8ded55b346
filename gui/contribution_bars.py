"""This file decides how the channels that drove a fault are shown: a bar each, strongest first."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gui.theme import TextSize, ThemeSource

_MOST_BARS = 4
_LEAST_SHARE = 0.01


class ContributionBars(QWidget):
    """Bars of the strongest channels.

    Args:
        theme: Colours and type sizes.
    """

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._bars: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.theme_changed.connect(self.updateGeometry)

    def show_bars(self, bars: tuple[tuple[str, float], ...]) -> None:
        """Show (name, share 0..1) of each channel, strongest first; at most four, and none that had no part in it."""
        shown = tuple(bar for bar in bars[:_MOST_BARS] if bar[1] >= _LEAST_SHARE)
        if shown != self._bars:
            self._bars = shown
            self.updateGeometry()
            self.update()

    @override
    def sizeHint(self) -> QSize:
        """One line per bar."""
        return QSize(240, len(self._bars) * self._row_height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Name, bar, share."""
        del event
        painter = QPainter(self)
        theme = self._source.theme
        painter.setFont(self._source.font(TextSize.SMALL))
        metrics = QFontMetricsF(painter.font())
        row = self._row_height()
        name_width = self.width() * 0.36
        share_width = metrics.horizontalAdvance("100 %") + 8
        for number, (name, share) in enumerate(self._bars):
            line = QRectF(0, number * row, self.width(), row)
            painter.setPen(QColor(theme.ink))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, name_width - 8)
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
            track = QRectF(name_width, line.center().y() - 4, self.width() - name_width - share_width, 8)
            painter.fillRect(track, QColor(theme.band))
            painter.fillRect(QRectF(track.left(), track.top(), track.width() * min(1.0, max(0.0, share)), 8), theme.priority_fill(3))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), f"{share * 100:.0f} %")
        painter.end()

    def _row_height(self) -> int:
        return round(QFontMetricsF(self._source.font(TextSize.SMALL)).height() * 1.35)
