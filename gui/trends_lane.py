"""This file decides how one lane of Trends looks: its name and the value at the cursor beside its curve."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui.controls import LabelRole, Wrap, label
from gui.plotting import TimePlot
from gui.theme import ThemeSource
from gui.trends_data import EMPTY, LaneSpec, drawn, held_at, value_at, value_range, without_gaps
from station.view import Trace

NAME_PX = 220
"""Width of the names at full scale."""
VALUE_PX = 172
"""Width of the values at full scale."""


class TrendLane(QFrame):
    """One channel or risk: name left, curve, value at the cursor right.

    Args:
        spec: What it shows.
        theme: Colours and sizes.
    """

    def __init__(self, spec: LaneSpec, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self._source = theme
        self.plot = TimePlot(theme)
        self.plot.set_limits(spec.low, spec.high, spec.threshold)
        self._trace = EMPTY
        self._written = ""
        self._look: tuple[str, bool] | None = None
        self._range: tuple[float, float] | None = None
        self._name = label(LabelRole.BODY, spec.title, Wrap.WORDS)
        self._id = label(LabelRole.CAPTION, "" if spec.target else spec.channel)
        self._id.setVisible(not spec.target)
        self._value = label(LabelRole.VALUE)
        self._arrow = label(LabelRole.CAPTION)
        self._unit = label(LabelRole.CAPTION, spec.unit)
        self._names = QWidget()
        names = QVBoxLayout(self._names)
        names.setContentsMargins(4, 0, 4, 0)
        names.setSpacing(0)
        names.addStretch(1)
        names.addWidget(self._name)
        names.addWidget(self._id)
        names.addStretch(1)
        self._values = QWidget()
        values = QHBoxLayout(self._values)
        values.setContentsMargins(4, 0, 4, 0)
        values.setSpacing(5)
        values.addStretch(1)
        values.addWidget(self._arrow)
        values.addWidget(self._value)
        values.addWidget(self._unit)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 3, 0, 3)
        layout.setSpacing(0)
        layout.addWidget(self._names)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self._values)
        self.restyle()

    def restyle(self) -> None:
        """Take colours and sizes from the theme source."""
        self.plot.restyle()
        self._names.setFixedWidth(self._source.space(NAME_PX))
        self._values.setFixedWidth(self._source.space(VALUE_PX))
        self.setMinimumHeight(self._source.space(84))
        self._written = ""

    @property
    def trace(self) -> Trace:
        """What the lane holds."""
        return self._trace

    @property
    def value_text(self) -> str:
        """The value as it is written."""
        return self._arrow.text() + self._value.text()

    def show_trace(self, trace: Trace) -> None:
        """Hold and draw *trace*."""
        self._trace = without_gaps(trace) if self.spec.held else trace
        self.plot.show_values(*drawn(self._trace))

    def show_view(self, start_s: float, end_s: float, cursor_s: float | None) -> None:
        """Bring this stretch into sight (POSIX s); write the value at the cursor, or the newest in sight."""
        low, high = value_range(self.spec, self._trace, start_s, end_s)
        if self._range is not None and self._range[0] <= low and high <= self._range[1]:
            now_low, now_high = self._range
            if now_high - now_low <= 1.6 * (high - low):
                low, high = now_low, now_high
        self._range = (low, high)
        self.plot.set_view(start_s, end_s, low, high)
        self.plot.show_cursor(cursor_s)
        self._write(self.value(end_s if cursor_s is None else cursor_s, end_s - start_s))

    def value(self, utc_s: float, span_s: float) -> float:
        """Value at *utc_s* (POSIX s); NaN where there is none near, measured against the span in sight."""
        return held_at(self._trace, utc_s) if self.spec.held else value_at(self._trace, utc_s, max(0.02 * span_s, 3.0))

    def _write(self, value: float) -> None:
        spec = self.spec
        text = "–" if math.isnan(value) else f"{value:.{spec.decimals}f}".replace("-", "−")
        above = not math.isnan(value) and (
            (spec.threshold is not None and value >= spec.threshold) or (spec.high is not None and value > spec.high)
        )
        below = not math.isnan(value) and spec.low is not None and value < spec.low
        arrow = "▲" if above else "▼" if below else ""
        if arrow + text == self._written:
            return
        self._written = arrow + text
        self._value.setText(text)
        self._arrow.setText(arrow)
        theme = self._source.theme
        look = (arrow, theme.dark)
        if look == self._look:
            return
        self._look = look
        colour = theme.priority_text[2] if arrow else theme.ink
        for one in (self._value, self._arrow):
            one.setStyleSheet(f"color: {colour};")
