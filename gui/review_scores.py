"""This file decides how scores are filtered in Review: a histogram of the listed images, and the range that is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gui.controls import keycap_width, paint_keycap
from gui.theme import TextSize, ThemeSource

_BINS = 25
_STEP = 0.05
_TAP = 0.03
_KEYS = ("[", "]")


class ScoreRange(QWidget):
    """A histogram; dragging over it chooses a range, a tap chooses every score, the keys move the lower end.

    Signals:
        changed: Another range is chosen.

    Args:
        theme: Colours and type sizes.
    """

    changed = Signal()

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._counts = np.zeros(_BINS, np.int64)
        self._thresholds: tuple[float, ...] = ()
        self._low, self._high = 0.0, 1.0
        self._pressed_at: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for key, step in zip(_KEYS, (-_STEP, _STEP), strict=True):
            QShortcut(QKeySequence(key), self).activated.connect(partial(self._move_low, step))
        theme.theme_changed.connect(self.updateGeometry)

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest score shown; 0 and 1 for every score."""
        return self._low, self._high

    def show_scores(self, scores: Sequence[float], thresholds: Sequence[float]) -> None:
        """Paint how often which score is listed; NaN is left out. Each of *thresholds* is a line."""
        known = [score for score in scores if not math.isnan(score)]
        self._counts = np.histogram(np.clip(known, 0.0, 1.0), _BINS, (0.0, 1.0))[0]
        self._thresholds = tuple(sorted({round(threshold, 2) for threshold in thresholds if not math.isnan(threshold)}))
        self.update()

    def choose(self, low: float, high: float) -> None:
        """Show the scores from *low* to *high* only."""
        low, high = round(min(max(low, 0.0), 1.0), 2), round(min(max(high, 0.0), 1.0), 2)
        if (low, high) != (self._low, self._high):
            self._low, self._high = low, high
            self.update()
            self.changed.emit()

    def _move_low(self, step: float) -> None:
        self.choose(min(self._low + step, self._high - _STEP), self._high)

    @override
    def sizeHint(self) -> QSize:
        """A line of text over a low histogram, high enough for a glove."""
        return QSize(160, self._source.px(TextSize.CAPTION) + self._source.space(62))

    def _plot(self) -> QRectF:
        top = QFontMetricsF(self._source.font(TextSize.CAPTION)).height() + 6.0
        return QRectF(0.0, top, float(self.width()), self.height() - top)

    def _score_at(self, x: float) -> float:
        plot = self._plot()
        return min(max((x - plot.left()) / max(plot.width(), 1.0), 0.0), 1.0)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """One end of the range."""
        self._pressed_at = self._score_at(event.position().x())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The other end; a tap takes the range away."""
        begun, self._pressed_at = self._pressed_at, None
        if begun is None:
            return
        ended = self._score_at(event.position().x())
        if abs(ended - begun) < _TAP:
            self.choose(0.0, 1.0)
        else:
            self.choose(min(begun, ended), max(begun, ended))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Range in words with its keys, bars, thresholds."""
        del event
        painter = QPainter(self)
        theme, font = self._source.theme, self._source.font(TextSize.CAPTION)
        metrics = QFontMetricsF(font)
        plot = self._plot()
        painter.setFont(font)
        painter.setPen(QColor(theme.ink_muted if self.range == (0.0, 1.0) else theme.ink))
        words = self.tr("Any score") if self.range == (0.0, 1.0) else self.tr("Score {low} to {high}")
        head = QRectF(0.0, 0.0, self.width(), metrics.height())
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, words.format(low=f"{self._low:.2f}", high=f"{self._high:.2f}"))
        right = float(self.width())
        for key in reversed(_KEYS):
            cap = keycap_width(key, self)
            right -= cap
            paint_keycap(painter, QRectF(right, 0.0, cap, metrics.height()), key, QColor(theme.ink_muted))
            right -= 4.0
        painter.fillRect(plot, QColor(theme.pressed))
        most, width = max(int(self._counts.max()), 1), plot.width() / _BINS
        for number, count in enumerate(self._counts.tolist()):
            if count:
                middle = (number + 0.5) / _BINS
                colour = theme.trace if self._low <= middle <= self._high else theme.line_strong
                height = max(plot.height() * math.sqrt(count / most), 3.0)  # square root: a few beside many are still seen
                painter.fillRect(QRectF(plot.left() + number * width, plot.bottom() - height, width - 1.0, height), QColor(colour))
        painter.setPen(QPen(QColor(theme.ink), 1.5, Qt.PenStyle.DashLine))
        for threshold in self._thresholds:
            x = plot.left() + threshold * plot.width()
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.end()
