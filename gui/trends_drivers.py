"""This file decides what Trends says of the channels that drive a risk: now from the line, at the cursor from the records."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.controls import LabelRole, Wrap, label
from gui.jobs import Jobs
from gui.theme import ThemeSource
from gui.time_text import moment_text
from gui.trends_picker import ContributionBars
from inference.findings import Contribution
from station.frames import SourceId
from station.past import Drivers
from station.port import LinePort

_REST_MS = 120
"""The records are asked when the cursor has rested so long."""


class DriversPanel(QWidget):
    """Title, one bar per channel, and a sentence: which risk, and as of when.

    Args:
        port: Asked for the past, on a worker thread.
        theme: Colours and sizes.
        jobs: Worker threads.
    """

    def __init__(self, port: LinePort, theme: ThemeSource, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._port, self._jobs = port, jobs
        self._wanted: tuple[str, str, float] | None = None
        """Link, target and second of the past that is shown, or on its way."""
        self._risk = ""
        self._names: dict[str, str] = {}
        self._job: int | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST_MS)
        self._timer.timeout.connect(self._ask)
        self._title = label(LabelRole.SECTION)
        self._bars = ContributionBars(theme)
        self._hint = label(LabelRole.CAPTION, wrap=Wrap.WORDS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._title)
        layout.addWidget(self._bars)
        layout.addWidget(self._hint)

    @property
    def rows(self) -> tuple[tuple[str, float], ...]:
        """(channel, share 0..1) as shown."""
        return self._bars.rows

    @property
    def sentence(self) -> str:
        """The sentence below the bars."""
        return self._hint.text()

    def retranslate(self) -> None:
        """Set every text in the current language; the rest follows with what is shown next."""
        self._title.setText(self.tr("WHAT DRIVES THE RISK"))
        self._wanted = None

    def show_nothing(self, *, has_risks: bool) -> None:
        """No risk has a value there, or none is shown at all."""
        self._forget()
        self._show((), self.tr("No risk is shown at this time.") if has_risks else self.tr("Choose a risk in the list above."))

    def show_now(self, risk: str, contributions: tuple[Contribution, ...], names: dict[str, str]) -> None:
        """Show the newest decision; *risk* names it with its score, *names* channels by id."""
        self._forget()
        self._names = names
        self._show(contributions, risk if contributions else self.tr("{risk}. No channel stands out.").format(risk=risk))

    def show_past(self, risk: str, sensor: SourceId, target: str, utc_s: float, names: dict[str, str]) -> None:
        """Show what the records know of the second *utc_s* (POSIX s), as soon as the cursor rests there."""
        wanted = (sensor, target, round(utc_s, 1))
        if wanted == self._wanted:
            return
        if self._wanted is None or self._wanted[:2] != wanted[:2]:
            self._show((), risk)
        self._forget()
        self._wanted, self._risk, self._names = wanted, risk, names
        self._timer.start()

    @Slot()
    def _ask(self) -> None:
        if self._wanted is None:
            return
        sensor, target, utc_s = self._wanted
        work = partial(self._port.drivers_at, SourceId(sensor), target, datetime.fromtimestamp(utc_s, UTC))
        self._job = self._jobs.run(self, work, self._on_found)

    def _on_found(self, found: Drivers | None) -> None:
        self._job = None
        if found is None:
            self._show((), self.tr("{risk}. What drove it was not kept for this time.").format(risk=self._risk))
        elif not found.contributions:
            self._show((), self.tr("{risk}. No channel stands out.").format(risk=self._risk))
        else:
            self._show(found.contributions, self.tr("{risk}, as judged {when}").format(risk=self._risk, when=moment_text(found.utc)))

    def _forget(self) -> None:
        self._timer.stop()
        if self._job is not None:
            self._jobs.cancel(self._job)
            self._job = None
        self._wanted = None

    def _show(self, contributions: tuple[Contribution, ...], sentence: str) -> None:
        self._bars.show_contributions(contributions, self._names)
        self._hint.setText(sentence)
