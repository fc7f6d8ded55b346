"""This file decides the figures at the foot of the Line screen, counted since the start of the shift."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QSpacerItem, QWidget

from gui.controls import LabelRole, label
from gui.theme import ThemeSource
from gui.time_text import grouped
from station.view import Counts


class CountsBar(QFrame):
    """Inspected, defects, reject rate, no verdict, false alarms, warnings per ten minutes.

    Args:
        theme: Colours and type sizes.
    """

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._source = theme
        self._counts: Counts | None = None
        self.values: list[QLabel] = []
        self._names: list[QLabel] = []
        self._row = QHBoxLayout(self)
        self._gaps: list[QSpacerItem] = []
        for place in range(6):
            if place:
                # Gives way where the window is narrow, before any text does.
                gap = QSpacerItem(0, 0, QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
                self._row.addItem(gap)
                self._gaps.append(gap)
            value, name = label(LabelRole.VALUE), label(LabelRole.MUTED)
            pair = QHBoxLayout()
            pair.setSpacing(6)
            pair.addWidget(value)
            pair.addWidget(name)
            self._row.addLayout(pair)
            self.values.append(value)
            self._names.append(name)
        self._row.addStretch(1)
        self._respace()
        theme.theme_changed.connect(self._respace)
        self.retranslate()

    @Slot()
    def _respace(self) -> None:
        self._row.setContentsMargins(self._source.space(20), self._source.space(8), self._source.space(20), self._source.space(8))
        self._row.setSpacing(self._source.space(5))
        for gap in self._gaps:
            gap.changeSize(self._source.space(16), 0, QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
        self._row.invalidate()

    def retranslate(self) -> None:
        """Set every text in the current language."""
        names = (
            self.tr("inspected"),
            self.tr("defects"),
            self.tr("reject rate"),
            self.tr("no verdict"),
            self.tr("false alarms"),
            self.tr("warnings / 10 min"),
        )
        for shown, name in zip(self._names, names, strict=True):
            shown.setText(name)

    def show_counts(self, counts: Counts) -> None:
        """Show *counts*."""
        if counts == self._counts:
            return
        self._counts = counts
        judged = counts.inspected - counts.no_verdict
        rate = f"{100.0 * counts.defects / judged:.2f} %" if judged > 0 else "–"
        texts = (
            grouped(counts.inspected),
            grouped(counts.defects),
            rate,
            grouped(counts.no_verdict),
            grouped(counts.false_alarms),
            f"{counts.warnings_per_10_min:.2f}",
        )
        for shown, text in zip(self.values, texts, strict=True):
            shown.setText(text)
