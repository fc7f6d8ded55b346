"""This file decides what a report says: its texts, charts and table, built once for the screen and for the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from gui.language import pick
from gui.load_texts import change_text
from gui.report_agreement import Agreement, AnsweredThing, agreements, total_agreement
from gui.report_charts import paint_agreement, paint_load, paint_p_chart, paint_pareto, paint_title
from gui.report_figures import p_chart, pareto, warning_load
from gui.symbols import paint_priority
from gui.theme import ThemeSource
from gui.time_text import grouped, span_text
from gui.words import answer_word
from inference.contract import PackContract
from station.config import StationFile
from station.view import AlarmRecord, PeriodReport

_Index = QModelIndex | QPersistentModelIndex
Painting = Callable[[QPainter, QRectF, ThemeSource], None]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart with content: its title and how it is painted."""

    title: str
    paint: Painting


def figures(report: PeriodReport) -> list[tuple[str, str]]:
    """(number, what it counts) of a report, in the reader's language."""
    rate = "–" if not report.inspected else f"{report.defects / report.inspected * 100:.2f} %"
    load = warning_load(report.activations, report.since_utc, report.until_utc)
    return [
        (grouped(report.inspected), QCoreApplication.translate("Report", "inspected")),
        (grouped(report.defects), QCoreApplication.translate("Report", "defects")),
        (rate, QCoreApplication.translate("Report", "reject rate")),
        (grouped(report.no_verdict), QCoreApplication.translate("Report", "no verdict")),
        (grouped(report.warnings), QCoreApplication.translate("Report", "warnings")),
        (grouped(report.false_alarms), QCoreApplication.translate("Report", "false alarms")),
        (f"{load.mean:.2f}", QCoreApplication.translate("Report", "warnings / 10 min")),
    ]


def charts(report: PeriodReport, packs: tuple[PackContract, ...], station: StationFile) -> list[Chart]:
    """The charts that have something to show, in the order of reading."""
    found = []
    control = p_chart(report.by_interval)
    if control is not None and control.mean > 0.0 and len(control.points) > 1:  # else there is nothing to control yet
        outside = sum(point.out_of_control for point in control.points)
        title = QCoreApplication.translate("Report", "REJECT RATE, p-chart with 3σ limits: {count} of {total} intervals outside")
        found.append(
            Chart(
                title.format(count=outside, total=len(control.points)),
                lambda painter, where, source: paint_p_chart(painter, where, control, source),
            )
        )
    bars = pareto(report.by_label)
    if bars:
        names = {one.name: pick(one.title) for pack in packs for output in pack.outputs for one in output.labels}
        found.append(
            Chart(
                QCoreApplication.translate("Report", "DEFECTS BY LABEL"),
                lambda painter, where, source: paint_pareto(painter, where, bars, names, source),
            )
        )
    if report.activations:
        load = warning_load(report.activations, report.since_utc, report.until_utc)
        title = QCoreApplication.translate("Report", "WARNINGS PER 10 MIN: mean {mean}, most {most}, floods {floods} (EEMUA 191)")
        texts = (
            QCoreApplication.translate("Report", "target 1"),
            QCoreApplication.translate("Report", "at most 2"),
            QCoreApplication.translate("Report", "flood > 10"),
        )
        found.append(
            Chart(
                title.format(mean=f"{load.mean:.2f}", most=load.peak, floods=load.floods),
                lambda painter, where, source: paint_load(painter, where, load, texts, source),
            )
        )
    answered = agreements(report, station)
    if answered:
        found.append(_agreement_chart(answered))
    return found


def _agreement_chart(answered: tuple[Agreement, ...]) -> Chart:
    agreed, decided = total_agreement(answered)
    title = QCoreApplication.translate("Report", "PEOPLE AGREE in {agreed} of {decided} answers; {unsure} unsure, {open} open")
    pictures = QCoreApplication.translate("Report", "Pictures: {camera}")
    rows = [(one.name if one.thing is AnsweredThing.WARNING else pictures.format(camera=one.name), one) for one in answered]
    counts = {"unsure": sum(one.unsure for one in answered), "open": sum(one.unanswered for one in answered)}
    return Chart(
        title.format(agreed=agreed, decided=decided, **counts),
        lambda painter, where, source: paint_agreement(painter, where, rows, source),
    )


def warning_row(alarm: AlarmRecord, station: StationFile) -> tuple[str, ...]:
    """Texts of a warning in the table: when, what, lasted, count, acknowledged by, answer, cause and action."""
    people = {one.id: one.name for one in station.people}
    definition = next((one for one in station.alarms if one.id == alarm.definition_id), None)
    said = alarm.feedback
    answer, why = "", ""
    if said is not None:
        who = people.get(said.person_id, str(said.person_id))
        answer = f"{answer_word(said.answer)} · {who}" if who else answer_word(said.answer)
        choices = () if definition is None else (*definition.causes, *definition.actions)
        texts = {choice.id: pick(choice.text) for choice in choices}
        why = " · ".join(
            part for part in (texts.get(said.cause_id, said.cause_id), texts.get(said.action_id, said.action_id), said.note) if part
        )
    still = QCoreApplication.translate("Report", "still there")
    lasted = still if alarm.returned_utc is None else span_text((alarm.returned_utc - alarm.raised_utc).total_seconds())
    return (
        f"{alarm.raised_utc.astimezone():%m-%d %H:%M:%S}",
        pick(alarm.title),
        lasted,
        grouped(alarm.count),
        people.get(alarm.acknowledged_by, alarm.acknowledged_by),
        answer,
        why,
    )


def change_lines(report: PeriodReport, station: StationFile, most: int = 3) -> list[str]:
    """Who changed which settings of a warning, and why: a line each, newest first, at most so many and how many more."""
    people = {person.id: person.name for person in station.people}
    said = QCoreApplication.translate("Report", "{when} {who} changed {warning}: {what}. Reason: {why}")
    lines = [
        said.format(
            when=f"{one.utc.astimezone():%m-%d %H:%M}",
            who=people.get(one.person_id, one.person_id),
            warning=pick(one.after.title),
            what=change_text(one),
            why=one.why,
        )
        for one in report.changes[:most]
    ]
    if len(report.changes) > most:
        more = QCoreApplication.translate("Report", "{count} more changes are on the page on the load of warnings.")
        lines.append(more.format(count=len(report.changes) - most))
    return lines


def table_heads() -> tuple[str, ...]:
    """Heads of the table, for :func:`warning_row`."""
    return (
        QCoreApplication.translate("Report", "Raised"),
        QCoreApplication.translate("Report", "Warning"),
        QCoreApplication.translate("Report", "Lasted"),
        QCoreApplication.translate("Report", "Findings"),
        QCoreApplication.translate("Report", "Acknowledged"),
        QCoreApplication.translate("Report", "Answer"),
        QCoreApplication.translate("Report", "Cause, action, note"),
    )


class WarningTable(QAbstractTableModel):
    """The warnings of a period, newest first."""

    def __init__(self, station: StationFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._station = station
        self._alarms: tuple[AlarmRecord, ...] = ()
        self._rows: list[tuple[str, ...]] = []

    def show_alarms(self, alarms: tuple[AlarmRecord, ...]) -> None:
        """Replace the rows."""
        self.beginResetModel()
        self._alarms = alarms
        self._rows = [warning_row(alarm, self._station) for alarm in alarms]
        self.endResetModel()

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - as above
        return 0 if parent.isValid() else len(table_heads())

    @override
    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.ToolTipRole)):
            return self._rows[index.row()][index.column()]
        if role == int(Qt.ItemDataRole.TextAlignmentRole) and index.column() in (2, 3):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == int(Qt.ItemDataRole.UserRole):
            return self._alarms[index.row()].priority
        return None

    def alarm_at(self, row: int) -> AlarmRecord | None:
        """The warning in a row; None where there is none."""
        return self._alarms[row] if 0 <= row < len(self._alarms) else None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if orientation is Qt.Orientation.Horizontal and role == int(Qt.ItemDataRole.DisplayRole):
            return table_heads()[section]
        if orientation is Qt.Orientation.Horizontal and role == int(Qt.ItemDataRole.TextAlignmentRole):
            side = Qt.AlignmentFlag.AlignRight if section in (2, 3) else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class PriorityCell(QStyledItemDelegate):
    """Paints the sign of the warning's priority before its title."""

    def __init__(self, theme: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._source = theme

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        side = float(min(option.rect.height() - 8, 24))
        sign = QRectF(option.rect.left() + 8.0, option.rect.center().y() - side / 2.0, side, side)
        option.rect = option.rect.adjusted(round(side) + 10, 0, 0, 0)
        super().paint(painter, option, index)
        paint_priority(painter, sign, int(index.data(int(Qt.ItemDataRole.UserRole))), self._source.theme)


class ChartPanel(QFrame):
    """A card that paints one chart."""

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._source = theme
        self._chart: Chart | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(140)
        theme.theme_changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(400, 220)

    def show_chart(self, chart: Chart | None) -> None:
        """Show *chart*; hidden without one."""
        self._chart = chart
        self.setVisible(chart is not None)
        if chart is not None:
            self.setAccessibleName(chart.title)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Card, title, chart."""
        super().paintEvent(event)
        if self._chart is None:
            return
        painter = QPainter(self)
        area = QRectF(self.rect()).adjusted(14.0, 10.0, -14.0, -10.0)
        self._chart.paint(painter, paint_title(painter, area, self._chart.title, self._source), self._source)
        painter.end()
