"""This file decides how the load of warnings is looked at: its figures against the limits, its bars, and who makes it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from gui.controls import ButtonRole, KeyButton, LabelRole, Wrap, card, label
from gui.jobs import Jobs
from gui.language import pick
from gui.load_charts import BarWidth, TileRow, fitting_width, rates_painting, split_painting, width_name
from gui.load_lists import Bar, BarList, RowTable
from gui.load_period import PeriodBar
from gui.load_texts import Listed, list_empty, list_heads, list_name, list_rows, load_csv, tiles
from gui.report_panels import Chart, ChartPanel
from gui.report_screen import PathChooser, choose_path, write_whole
from gui.screen import Screen
from gui.sentences import sentence_text
from gui.theme import ThemeSource
from station.clock import Clock, SystemClock
from station.load_view import LoadReport
from station.port import LinePort

_REFRESH_S = 60.0
_LIST_KEYS = {Listed.CHATTERING: "H", Listed.STALE: "A", Listed.FLOODS: "F", Listed.TIMES: "I", Listed.ASIDE: "U", Listed.CHANGES: "G"}


class LoadScreen(Screen):
    """The page "Warning load" of the report.

    Args:
        clock: Now, for the periods.
        chooser: Asks where an export goes.

    Signals:
        try_wanted: Other settings are to be tried for a definition (its id; empty for none).
    """

    try_wanted = Signal(str)

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
        self._report: LoadReport | None = None
        self._listed = Listed.CHATTERING
        self._width: BarWidth | None = None
        self._job: int | None = None
        self._asked_at_s = 0.0
        self._build()
        self.retranslate()

    def _build(self) -> None:
        self.periods = PeriodBar(self._clock, self.port.station.station.shifts)
        self.periods.changed.connect(self._on_period)
        self._csv = KeyButton("C")
        self._csv.clicked.connect(self._on_csv)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.periods, 1)
        top.addWidget(self._csv)

        self._tiles = TileRow(self.theme_source, self)
        self._rates = ChartPanel(self.theme_source, self)
        self._bars = KeyButton("B", ButtonRole.QUIET, parent=self)
        self._bars.clicked.connect(self._on_bars)
        self._split = ChartPanel(self.theme_source, self)

        self._frequent_title: QLabel = label(LabelRole.SECTION)
        self._frequent = BarList(self.theme_source)
        self._frequent.doubleClicked.connect(self._on_try)
        self._try = KeyButton("Return", ButtonRole.PRIMARY)
        self._try.clicked.connect(self._on_try)
        self._up, self._down = KeyButton(), KeyButton()
        for key, button, by in (("Up", self._up, -1), ("Down", self._down, 1)):
            QShortcut(QKeySequence(key), button).activated.connect(button.click)
            button.clicked.connect(partial(self._frequent.step, by))
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for button in (self._up, self._down):
            foot.addWidget(button)
        foot.addWidget(self._try, 1)
        self._left: QFrame = card()
        left = QVBoxLayout(self._left)
        left.setContentsMargins(12, 10, 12, 10)
        left.setSpacing(6)
        left.addWidget(self._frequent_title)
        left.addWidget(self._frequent, 1)
        left.addLayout(foot)

        self._group = QButtonGroup(self)
        self._buttons = {listed: KeyButton(key) for listed, key in _LIST_KEYS.items()}
        heads = QGridLayout()
        heads.setSpacing(6)
        for number, (listed, button) in enumerate(self._buttons.items()):
            button.setCheckable(True)
            button.setChecked(listed is self._listed)
            button.clicked.connect(partial(self._on_list, listed))
            self._group.addButton(button)
            heads.addWidget(button, number // 6, number % 6)
        self._table = RowTable()
        self._nothing = label(LabelRole.MUTED, wrap=Wrap.WORDS)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._right: QFrame = card()
        right = QVBoxLayout(self._right)
        right.setContentsMargins(12, 10, 12, 10)
        right.setSpacing(6)
        right.addLayout(heads)
        right.addWidget(self._table, 1)
        right.addWidget(self._nothing, 1)

        charts = QHBoxLayout()
        charts.setSpacing(12)
        charts.addWidget(self._rates, 7)
        charts.addWidget(self._split, 3)
        lists = QHBoxLayout()
        lists.setSpacing(12)
        lists.addWidget(self._left, 4)
        lists.addWidget(self._right, 6)
        self._note = label(LabelRole.LARGE, wrap=Wrap.WORDS)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 14)
        layout.setSpacing(10)
        layout.addLayout(top)
        layout.addWidget(self._tiles)
        layout.addLayout(charts, 4)
        layout.addLayout(lists, 6)
        layout.addWidget(self._note, 1)
        self._show_content(shown=False)

    @override
    def retranslate(self) -> None:
        """Set every text in the current language."""
        self.periods.retranslate()
        self._csv.setText(self.tr("Save CSV"))
        self._frequent_title.setText(self.tr("Most frequent"))
        self._try.setText(self.tr("Try other settings"))
        for arrow, name, button in (("↑", self.tr("Former"), self._up), ("↓", self.tr("Next"), self._down)):
            button.setText(arrow)
            button.setAccessibleName(name)
            button.setToolTip(name)
        for listed, button in self._buttons.items():
            button.setText(list_name(listed))
        self._show()

    @override
    def restyle(self) -> None:
        """Follow the scale."""
        self._place_bars()

    @override
    def entered(self) -> None:
        """Read the period again."""
        self._ask()

    @override
    def refresh(self, snapshot: object) -> None:
        """Read the current period again every minute."""
        del snapshot
        if self.periods.steps_back == 0 and self._job is None and self._clock.monotonic_s() - self._asked_at_s > _REFRESH_S:
            self._ask()

    @property
    def report(self) -> LoadReport | None:
        """What is shown; None before anything was read."""
        return self._report

    def _ask(self) -> None:
        if self._job is not None:
            self.jobs.cancel(self._job)
        since, until = self.periods.bounds()
        self._asked_at_s = self._clock.monotonic_s()
        self._job = self.jobs.run(self, partial(self.port.load.load, since, until), self._on_report, self._on_failed)

    def _on_report(self, report: LoadReport) -> None:
        self._job = None
        self._report = report
        self._show()

    def _on_failed(self, sentence: str) -> None:
        self._job = None
        self.told.emit(sentence_text(sentence))

    # what is shown

    def _show(self) -> None:
        report = self._report
        self._csv.setEnabled(report is not None)
        if report is None:
            self._note.setText(self.tr("Reading the records …"))
            return
        self.periods.tell(report.since_utc, report.until_utc)
        anything = bool(report.total or report.stale or report.put_aside or report.changes or report.promptness[0].close.count)
        self._show_content(shown=anything)
        self._note.setText("" if anything else self.tr("No warning called anybody in this period. That is the best load there is."))
        if not anything:
            return
        self._tiles.show_tiles(tiles(report))
        width = self._width or fitting_width(report)
        self._bars.setText(width_name(width))
        self._rates.show_chart(Chart(self.tr("Warnings {per}").format(per=width_name(width)), rates_painting(report, width)))
        self._split.show_chart(Chart(self.tr("By priority, and what it should be"), split_painting(report)))
        self._frequent.show_bars([Bar(o.definition_id, pick(o.title), o.priority, o.count, o.share) for o in report.frequent])
        together = sum(one.share for one in report.frequent)
        title = self.tr("Most frequent: {share} % of the load")
        self._frequent_title.setText(title.format(share=f"{together * 100:.0f}") if report.frequent else self.tr("Most frequent"))
        for button in (self._try, self._up, self._down):
            button.setEnabled(bool(report.frequent))
        self._show_list()
        self._place_bars()

    def _show_list(self) -> None:
        if self._report is None:
            return
        rows = list_rows(self._listed, self._report, self.port.station)
        self._table.show_rows(list_heads(self._listed), rows)
        self._table.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        self._nothing.setText(list_empty(self._listed))

    def _show_content(self, *, shown: bool) -> None:
        for widget in (self._tiles, self._rates, self._split, self._left, self._right, self._bars):
            widget.setVisible(shown)
        self._note.setVisible(not shown)

    def _place_bars(self) -> None:
        """The button that changes the bars lies in the corner of their chart."""
        size = self._bars.sizeHint()
        corner = self._rates.geometry().topRight()
        self._bars.setGeometry(corner.x() - size.width() - 4, corner.y() + 2, size.width(), size.height())
        self._bars.raise_()

    @override
    def resizeEvent(self, event: object) -> None:
        """The button follows its chart."""
        self._place_bars()

    # what the person does

    @Slot()
    def _on_period(self) -> None:
        self._width = None
        self._ask()

    def _on_list(self, listed: Listed) -> None:
        self._listed = listed
        self._show_list()

    @Slot()
    def _on_bars(self) -> None:
        if self._report is not None:
            order = list(BarWidth)
            now = self._width or fitting_width(self._report)
            self._width = order[(order.index(now) + 1) % len(order)]
            self._show()

    @Slot()
    def _on_try(self) -> None:
        self.try_wanted.emit(self._frequent.chosen)

    @Slot()
    def _on_csv(self) -> None:
        if self._report is None:
            return
        path = self._chooser(self, _suggested(self._report.since_utc, self.periods.period.value), "CSV (*.csv)")
        if path is not None:
            # A byte order mark, so that spreadsheets read the Chinese in it.
            self.jobs.run(self, partial(write_whole, path, load_csv(self._report).encode("utf-8-sig")), self._on_saved, self._on_failed)

    def _on_saved(self, path: Path) -> None:
        self.told.emit(self.tr("Saved: {path}").format(path=path))

    @override
    def keys(self) -> list[tuple[str, str]]:
        """Keys for the overlay."""
        return [
            *self.periods.keys(),
            ("B", self.tr("Bars per 10 minutes, hour or day")),
            ("↑ ↓", self.tr("Choose one of the most frequent")),
            ("Return", self.tr("Try other settings for it")),
            *((key, list_name(listed)) for listed, key in _LIST_KEYS.items()),
            ("C", self.tr("Save as CSV")),
        ]


def _suggested(since_utc: datetime, period: str) -> Path:
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    return folder / f"lineside-load-{period}-{since_utc.astimezone():%Y%m%d-%H%M}.csv"
