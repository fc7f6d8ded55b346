"""This file decides how a shift, a day or a week is reported, and how the report leaves the program."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui.controls import ButtonRole, KeyButton, LabelRole, Wrap, card, label
from gui.jobs import Jobs
from gui.report_figures import Period, period_bounds, report_csv
from gui.report_panels import ChartPanel, PriorityCell, WarningTable, change_lines, charts, figures
from gui.report_pdf import report_pdf
from gui.screen import Screen
from gui.sentences import sentence_text
from gui.theme import TOUCH_PX, ThemeSource
from inference.errors import RecordsError
from station.clock import Clock, SystemClock
from station.port import LinePort
from station.view import AlarmRecord, PeriodReport

_REFRESH_S = 60.0
PathChooser = Callable[[QWidget, Path, str], Path | None]
"""Asks the person for a file: parent, suggestion, filter; None when given up."""


def choose_path(parent: QWidget, suggested: Path, kind: str) -> Path | None:
    """Ask for a file with the desktop's own dialog."""
    chosen, _ = QFileDialog.getSaveFileName(parent, "", str(suggested), kind)
    return Path(chosen) if chosen else None


class ReportScreen(Screen):
    """Figures, charts and warnings of one period; the current one is read again every minute.

    Args:
        clock: Now, for the periods.
        chooser: Asks where an export goes.
    """

    def __init__(
        self,
        port: LinePort,
        theme: ThemeSource,
        jobs: Jobs,
        clock: Clock | None = None,
        chooser: PathChooser = choose_path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(port, theme, jobs, parent)
        self._clock = clock or SystemClock()
        self._chooser = chooser
        self._period = Period.SHIFT
        self._steps_back = 0
        self._report: PeriodReport | None = None
        self._job: int | None = None
        self._asked_at_s = 0.0
        self._build()
        self.restyle()
        self.retranslate()

    def _build(self) -> None:
        self._group = QButtonGroup(self)
        self._periods = {period: KeyButton(str(number + 1)) for number, period in enumerate(Period)}
        top = QHBoxLayout()
        top.setSpacing(8)
        for period, button in self._periods.items():
            button.setCheckable(True)
            button.setChecked(period is Period.SHIFT)
            button.clicked.connect(partial(self._on_period, period))
            self._group.addButton(button)
            top.addWidget(button)
        self._earlier, self._later = KeyButton(), KeyButton()
        for key, button in (("Left", self._earlier), ("Right", self._later)):
            QShortcut(QKeySequence(key), button).activated.connect(button.click)
        self._earlier.clicked.connect(partial(self._on_step, 1))
        self._later.clicked.connect(partial(self._on_step, -1))
        self._title: QLabel = label(LabelRole.LARGE)
        self._csv, self._pdf = KeyButton("C"), KeyButton("P", ButtonRole.PRIMARY)
        self.incident = KeyButton("I")
        self.incident.clicked.connect(self._on_incident)
        for key, by in (("Up", -1), ("Down", 1)):
            QShortcut(QKeySequence(key), self).activated.connect(partial(self._on_row, by))
        self._csv.clicked.connect(self._on_csv)
        self._pdf.clicked.connect(self._on_pdf)
        top.addSpacing(12)
        top.addWidget(self._earlier)
        top.addWidget(self._later)
        top.addSpacing(8)
        top.addWidget(self._title, 1)
        top.addWidget(self.incident)
        top.addWidget(self._csv)
        top.addWidget(self._pdf)

        self._figures: QFrame = card()
        self._figure_labels = [(label(LabelRole.VALUE), label(LabelRole.CAPTION)) for _ in range(7)]
        row = QHBoxLayout(self._figures)
        row.setContentsMargins(18, 8, 18, 8)
        for number, (value, what) in enumerate(self._figure_labels):
            pair = QVBoxLayout()
            pair.setSpacing(0)
            pair.addWidget(value)
            pair.addWidget(what)
            row.addLayout(pair, 1 if number < len(self._figure_labels) - 1 else 0)

        self._chart_box = QWidget()
        # With their parent from the start: a panel shown without one would be a window and take the keys away.
        self._panels = [ChartPanel(self.theme_source, self._chart_box) for _ in range(4)]
        self._chart_grid = QGridLayout(self._chart_box)
        self._chart_grid.setSpacing(12)
        self._table_model = WarningTable(self.port.station, self)
        self._table = QTableView()
        self._table.setModel(self._table_model)
        self._table.setItemDelegateForColumn(1, PriorityCell(self.theme_source, self._table))
        self._table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self._table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self._table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._table.clicked.connect(self._show_incident_button)
        self._table.doubleClicked.connect(self._on_incident)
        self._table.setShowGrid(False)
        self._table.setWordWrap(False)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(TOUCH_PX - 8)
        self._table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._table.setMinimumHeight(2 * TOUCH_PX)
        self._note = label(LabelRole.MUTED, wrap=Wrap.WORDS)
        self._chart_grid.setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 14)
        layout.setSpacing(10)
        layout.addLayout(top)
        layout.addWidget(self._figures)
        layout.addWidget(self._chart_box, 5)
        layout.addWidget(self._note)
        layout.addWidget(self._table, 4)
        for widget in (self._figures, self._chart_box, self._table):
            widget.hide()

    @override
    def retranslate(self) -> None:
        """Set every text in the current language."""
        for period, text in ((Period.SHIFT, self.tr("Shift")), (Period.DAY, self.tr("Day")), (Period.WEEK, self.tr("Week"))):
            self._periods[period].setText(text)
        self._earlier.setText("←  " + self.tr("Earlier"))
        self._later.setText(self.tr("Later") + "  →")
        self.incident.setText(self.tr("Incident"))
        self._csv.setText(self.tr("Save CSV"))
        self._pdf.setText(self.tr("Save PDF"))
        self._show()

    @override
    def restyle(self) -> None:
        """Take sizes from the theme source."""
        self._fit_columns()

    @override
    def entered(self) -> None:
        """Read the period again."""
        self._ask()

    @override
    def refresh(self, snapshot: object) -> None:
        """Read the current period again every minute."""
        del snapshot
        if self._steps_back == 0 and self._job is None and self._clock.monotonic_s() - self._asked_at_s > _REFRESH_S:
            self._ask()

    def _ask(self) -> None:
        if self._job is not None:
            self.jobs.cancel(self._job)
        since, until = period_bounds(self._period, self._steps_back, self.port.station.station.shifts, self._clock.utc())
        self._asked_at_s = self._clock.monotonic_s()
        self._later.setEnabled(self._steps_back > 0)
        self._job = self.jobs.run(self, partial(self.port.report, since, until), self._on_report, self._on_failed)

    def _on_report(self, report: PeriodReport) -> None:
        self._job = None
        self._report = report
        self._show()

    def _on_failed(self, sentence: str) -> None:
        self._job = None
        self.told.emit(sentence_text(sentence))

    # what is shown

    @property
    def title(self) -> str:
        """The period in words."""
        if self._report is None:
            return ""
        since, until = self._report.since_utc.astimezone(), self._report.until_utc.astimezone()
        if self._period is Period.DAY:
            return f"{since:%Y-%m-%d}"
        if self._period is Period.WEEK:
            return self.tr("Week {number} of {year}").format(number=since.isocalendar().week, year=since.isocalendar().year)
        return f"{since:%Y-%m-%d %H:%M} – {until:%H:%M}"

    def _show(self) -> None:
        report = self._report
        for button in (self._csv, self._pdf):
            button.setEnabled(report is not None)
        if report is None:
            self._note.setText(self.tr("Reading the records …"))
            return
        self._title.setText(self.title)
        for (value, what), (number, text) in zip(self._figure_labels, figures(report), strict=True):
            value.setText(number)
            what.setText(text)
        found = charts(report, self.port.packs, self.port.station)
        for place, panel in enumerate(self._panels):
            panel.show_chart(found[place] if place < len(found) else None)
        self._place_charts(len(found))
        chosen = self._alarm()
        self._table_model.show_alarms(report.alarms)
        ids = [alarm.alarm_id for alarm in report.alarms]
        self._table.selectRow(ids.index(chosen.alarm_id) if chosen is not None and chosen.alarm_id in ids else 0)
        self._show_incident_button()
        self._figures.setVisible(bool(report.inspected or report.alarms or report.no_verdict))
        self._chart_box.setVisible(bool(found))
        self._table.setVisible(bool(report.alarms))
        rows = self._table.verticalHeader().defaultSectionSize() * len(report.alarms)
        self._table.setMaximumHeight(max(rows + self._table.horizontalHeader().sizeHint().height() + 6, 3 * TOUCH_PX))
        self._fit_columns()
        self._note.setText(self._note_text(report))
        self._note.setVisible(bool(self._note.text()))

    def _note_text(self, report: PeriodReport) -> str:
        if not report.inspected and not report.alarms and not report.no_verdict:
            return self.tr("Nothing was recorded in this period.")
        none = [] if report.alarms else [self.tr("No warnings in this period.")]
        return "\n".join([*none, *change_lines(report, self.port.station, most=2)])

    def _place_charts(self, count: int) -> None:
        for panel in self._panels:
            self._chart_grid.removeWidget(panel)
        if count == 4:
            for number, panel in enumerate(self._panels):
                self._chart_grid.addWidget(panel, number // 2, number % 2)
        elif count == 3:
            self._chart_grid.addWidget(self._panels[0], 0, 0, 2, 1)
            self._chart_grid.addWidget(self._panels[1], 0, 1)
            self._chart_grid.addWidget(self._panels[2], 1, 1)
        else:
            for number in range(count):
                self._chart_grid.addWidget(self._panels[number], 0, number)
        self._chart_grid.setColumnStretch(0, 2 if count == 2 else 3)
        self._chart_grid.setColumnStretch(1, {2: 3, 3: 2, 4: 2}.get(count, 0))

    def _fit_columns(self) -> None:
        header = self._table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate((175, 330, 125, 100, 175, 175)):
            self._table.setColumnWidth(column, self.theme_source.space(width))
        header.setSectionResizeMode(6, QHeaderView.ResizeMode.Stretch)

    # what the person does

    def _on_period(self, period: Period) -> None:
        self._period, self._steps_back = period, 0
        self._ask()

    def _on_step(self, back: int) -> None:
        self._steps_back = max(self._steps_back + back, 0)
        self._ask()

    def _alarm(self) -> AlarmRecord | None:
        """The warning that is chosen in the table."""
        return self._table_model.alarm_at(self._table.currentIndex().row())

    def _on_row(self, by: int) -> None:
        rows = self._table_model.rowCount()
        if rows:
            self._table.selectRow(max(0, min(rows - 1, self._table.currentIndex().row() + by)))
            self._show_incident_button()

    @Slot()
    def _show_incident_button(self) -> None:
        alarm = self._alarm()
        self.incident.setEnabled(alarm is not None and bool(alarm.incident_id))

    @Slot()
    def _on_incident(self) -> None:
        alarm = self._alarm()
        if alarm is not None and alarm.incident_id:
            self.incident_wanted.emit(alarm.incident_id)

    def _suggested(self, ending: str) -> Path:
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        since = self._report.since_utc.astimezone() if self._report is not None else self._clock.utc()
        return folder / f"lineside-{self._period.value}-{since:%Y%m%d-%H%M}.{ending}"

    @Slot()
    def _on_csv(self) -> None:
        if self._report is None:
            return
        # A byte order mark, so that spreadsheets read the Chinese in it.
        self._save(report_csv(self._report, self.port.station).encode("utf-8-sig"), "csv", "CSV (*.csv)")

    @Slot()
    def _on_pdf(self) -> None:
        if self._report is not None:
            self._save(report_pdf(self._report, self.port.station, self.port.packs, self.title), "pdf", "PDF (*.pdf)")

    def _save(self, content: bytes, ending: str, kind: str) -> None:
        path = self._chooser(self, self._suggested(ending), kind)
        if path is None:
            return
        self.jobs.run(self, partial(write_whole, path, content), self._on_saved, self._on_failed)

    def _on_saved(self, path: Path) -> None:
        self.told.emit(self.tr("Saved: {path}").format(path=path))

    @override
    def keys(self) -> list[tuple[str, str]]:
        """Keys for the overlay."""
        return [
            ("1 2 3", self.tr("Shift, day, week")),
            ("← →", self.tr("Earlier, later period")),
            ("↑ ↓", self.tr("Choose a warning")),
            ("I", self.tr("Open its incident: pictures, traces, who did what")),
            ("C", self.tr("Save as CSV")),
            ("P", self.tr("Save as PDF")),
        ]


def write_whole(path: Path, content: bytes) -> Path:
    """Write *content* to *path*, whole or not at all. Runs on a worker thread.

    Raises:
        RecordsError: The folder cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RecordsError("The file cannot be written", where=str(path), value=str(error), do="Choose another folder") from error
    return path
