"""This file decides which period the pages on the load of warnings look at, and how a person chooses it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QWidget

from gui.controls import KeyButton, LabelRole, label
from gui.report_figures import Period, period_bounds
from station.clock import Clock
from station.config import Shift

_MONTH = timedelta(days=30)


class LoadPeriod(Enum):
    """Length of what is looked at."""

    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"
    MONTH = "30-days"


_REPORTED = {LoadPeriod.SHIFT: Period.SHIFT, LoadPeriod.DAY: Period.DAY, LoadPeriod.WEEK: Period.WEEK}


def load_bounds(period: LoadPeriod, steps_back: int, shifts: tuple[Shift, ...], now_utc: datetime) -> tuple[datetime, datetime]:
    """Begin and end, aware UTC; the current period ends now. Thirty days are the last thirty, not a calendar's month."""
    if period is LoadPeriod.MONTH:
        until = now_utc - steps_back * _MONTH
        return until - _MONTH, until
    return period_bounds(_REPORTED[period], steps_back, shifts, now_utc)


class PeriodBar(QWidget):
    """Buttons for shift, day, week and thirty days, earlier and later, and the period in words.

    Signals:
        changed: Another period is wanted.
    """

    changed = Signal()

    def __init__(self, clock: Clock, shifts: tuple[Shift, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock, self._shifts = clock, shifts
        self.period = LoadPeriod.SHIFT
        self.steps_back = 0
        self._group = QButtonGroup(self)
        self._periods = {period: KeyButton(str(number + 1)) for number, period in enumerate(LoadPeriod)}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for period, button in self._periods.items():
            button.setCheckable(True)
            button.setChecked(period is self.period)
            button.clicked.connect(partial(self._on_period, period))
            self._group.addButton(button)
            layout.addWidget(button)
        self._earlier, self._later = KeyButton(), KeyButton()
        for key, button, back in (("Left", self._earlier, 1), ("Right", self._later, -1)):
            QShortcut(QKeySequence(key), button).activated.connect(button.click)
            button.clicked.connect(partial(self._on_step, back))
        self.title: QLabel = label(LabelRole.LARGE)
        layout.addSpacing(8)
        layout.addWidget(self._earlier)
        layout.addWidget(self._later)
        layout.addSpacing(8)
        layout.addWidget(self.title, 1)
        self._later.setEnabled(False)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text in the current language."""
        texts = {
            LoadPeriod.SHIFT: self.tr("Shift"),
            LoadPeriod.DAY: self.tr("Day"),
            LoadPeriod.WEEK: self.tr("Week"),
            LoadPeriod.MONTH: self.tr("30 days"),
        }
        for period, button in self._periods.items():
            button.setText(texts[period])
        for button, arrow, name in ((self._earlier, "←", self.tr("Earlier")), (self._later, "→", self.tr("Later"))):
            button.setText(arrow)
            button.setAccessibleName(name)
            button.setToolTip(name)

    def bounds(self) -> tuple[datetime, datetime]:
        """Begin and end of the period as of now, aware UTC."""
        return load_bounds(self.period, self.steps_back, self._shifts, self._clock.utc())

    def tell(self, since_utc: datetime, until_utc: datetime) -> None:
        """Say the period in words."""
        since, until = since_utc.astimezone(), until_utc.astimezone()
        if self.period is LoadPeriod.DAY:
            text = f"{since:%Y-%m-%d}"
        elif self.period is LoadPeriod.SHIFT:
            text = f"{since:%Y-%m-%d %H:%M} – {until:%H:%M}"
        else:
            text = f"{since:%Y-%m-%d} – {until:%m-%d}"
        self.title.setText(text)

    def follow(self, other: PeriodBar) -> None:
        """Look at the same period as *other*."""
        self.period, self.steps_back = other.period, other.steps_back
        self._periods[self.period].setChecked(True)
        self._later.setEnabled(self.steps_back > 0)

    def keys(self) -> list[tuple[str, str]]:
        """Keys for the overlay."""
        return [("1 2 3 4", self.tr("Shift, day, week, 30 days")), ("← →", self.tr("Earlier, later period"))]

    def _on_period(self, period: LoadPeriod) -> None:
        self.period, self.steps_back = period, 0
        self._later.setEnabled(False)
        self.changed.emit()

    def _on_step(self, back: int) -> None:
        self.steps_back = max(self.steps_back + back, 0)
        self._later.setEnabled(self.steps_back > 0)
        self.changed.emit()
