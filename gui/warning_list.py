"""This file decides how open warnings are listed: unacknowledged first, each with shape, number, colour, age and time."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QAbstractButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gui.controls import LabelRole, label
from gui.language import BothLanguages, pick
from gui.memory_page import seen_false_text
from gui.symbols import paint_priority
from gui.theme import TOUCH_PX, TextSize, ThemeSource
from gui.time_text import clock_text, span_text
from gui.words import alarm_state_word
from station.frames import AlarmId
from station.view import AlarmKind, AlarmState, AlarmView

UNACKNOWLEDGED = frozenset({AlarmState.UNACKNOWLEDGED_ACTIVE, AlarmState.RETURNED_UNACKNOWLEDGED})
"""States that ask for an acknowledgement."""
_MOST_ROWS = 30
_MIDDLE_PX = 800
_TALL_PX = 900


class WarningRow(QAbstractButton):
    """One warning, at least 48 px high.

    Args:
        theme: Colours and type sizes.
    """

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme
        self._alarm: AlarmView | None = None
        self._title = self._under = self._age = self._time = self._mark = ""
        self._inner = False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(TOUCH_PX)
        theme.theme_changed.connect(self.updateGeometry)

    @property
    def alarm(self) -> AlarmView | None:
        """The warning shown."""
        return self._alarm

    def set_inner(self, inner: bool) -> None:  # noqa: FBT001 - as Qt's own setters
        """Whether the warning stands below another one of its incident: it is drawn a little to the right."""
        if inner != self._inner:
            self._inner = inner
            self.update()

    def show_alarm(self, alarm: AlarmView, under: str, mark: str, now: datetime) -> None:
        """Show *alarm* with *under* as its second line and *mark* after its title."""
        texts = (
            pick(alarm.definition.title),
            under,
            span_text((now - alarm.raised_utc).total_seconds()),
            clock_text(alarm.raised_utc),
            mark,
        )
        before = self._alarm
        same = before is not None and (before.alarm_id, before.state, before.priority) == (alarm.alarm_id, alarm.state, alarm.priority)
        same = same and texts == (self._title, self._under, self._age, self._time, self._mark)
        self._alarm = alarm
        if same:
            return
        self._title, self._under, self._age, self._time, self._mark = texts
        self.setAccessibleName(f"{self._title}, {alarm.priority}, {mark or under}")
        self.setToolTip(f"{self._title}\n{under}")
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """Two lines and a margin."""
        lines = QFontMetricsF(self._source.font(TextSize.BODY)).height() + QFontMetricsF(self._source.font(TextSize.CAPTION)).height()
        return QSize(300, max(TOUCH_PX, round(lines + self._source.space(20))))

    @override
    def minimumSizeHint(self) -> QSize:
        """As high: a long list scrolls, its rows are not squeezed."""
        return QSize(0, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame, sign, two lines, age and time."""
        del event
        if self._alarm is None:
            return
        theme, priority = self._source.theme, self._alarm.priority
        new = self._alarm.state in UNACKNOWLEDGED
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1.5 + (self._source.space(26) if self._inner else 0), 1.5, -1.5, -1.5)
        painter.setPen(QPen(QColor(theme.focus), 2.5) if self.isChecked() else QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.pressed if self.isDown() else theme.surface))
        painter.drawRoundedRect(frame, 6, 6)
        if new:
            painter.fillRect(QRectF(frame.left() + 2, frame.top() + 5, 5, frame.height() - 10), theme.priority_fill(priority))
        side = float(self._source.space(30))
        left = frame.left() + self._source.space(20)
        paint_priority(painter, QRectF(left, frame.center().y() - side / 2, side, side), priority, theme)
        body, small = self._source.font(TextSize.BODY, QFont.Weight.DemiBold), self._source.font(TextSize.CAPTION)
        metrics, under_metrics = QFontMetricsF(body), QFontMetricsF(small)
        right_width = max(metrics.horizontalAdvance(self._age), under_metrics.horizontalAdvance(self._time)) + 4
        room = frame.adjusted(side + self._source.space(34), 0, -self._source.space(12), 0)
        top = frame.center().y() - (metrics.height() + under_metrics.height()) / 2
        upper = QRectF(room.left(), top, room.width(), metrics.height())
        lower = QRectF(room.left(), upper.bottom(), room.width(), under_metrics.height())
        painter.setPen(QColor(theme.ink))
        painter.setFont(self._source.font(TextSize.BODY))
        painter.drawText(upper, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), self._age)
        painter.setFont(body)
        mark_width = under_metrics.horizontalAdvance(self._mark) + 12 if self._mark else 0.0
        title = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, upper.width() - right_width - mark_width - 6)
        painter.drawText(upper, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), title)
        if self._mark:
            painter.setFont(self._source.font(TextSize.CAPTION, QFont.Weight.Bold))
            painter.setPen(QColor(theme.priority_text[priority - 1]))
            after = upper.adjusted(metrics.horizontalAdvance(title) + 8, 0, 0, 0)
            painter.drawText(after, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self._mark)
        painter.setFont(small)
        painter.setPen(QColor(theme.ink_muted))
        painter.drawText(lower, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), self._time)
        under = under_metrics.elidedText(self._under, Qt.TextElideMode.ElideRight, lower.width() - right_width - 6)
        painter.drawText(lower, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), under)
        painter.end()


def group_by_incident(alarms: tuple[AlarmView, ...]) -> list[tuple[AlarmView, ...]]:
    """*alarms* by incident, in the order of each one's first warning; those without an incident stand alone."""
    groups: dict[str, list[AlarmView]] = {}
    for alarm in alarms:
        groups.setdefault(alarm.incident_id or f"alone {alarm.alarm_id}", []).append(alarm)
    return [tuple(group) for group in groups.values()]


def _rows_of(alarms: tuple[AlarmView, ...], chosen: AlarmId | None) -> list[tuple[AlarmView, tuple[AlarmView, ...]]]:
    """(warning, its incident's warnings) of each row."""
    rows = []
    for group in group_by_incident(alarms):
        is_open = any(one.alarm_id == chosen for one in group)
        rows += [(alarm, group) for alarm in (group if is_open else group[:1])]
    return rows


class WarningList(QWidget):
    """The open warnings.

    Args:
        names: Name of each source.
        people: Name of each person.
        theme: Colours and type sizes.
        head: Stands over the list.

    Signals:
        selected: Id of the warning the person chose.
    """

    selected = Signal(str)

    def __init__(
        self, names: dict[str, BothLanguages], people: dict[str, str], theme: ThemeSource, head: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._names, self._people, self._source = names, people, theme
        self._rows: list[WarningRow] = []
        self._alarms: tuple[AlarmView, ...] = ()
        self._given: tuple[AlarmView, ...] | None = None
        self._grouped: list[tuple[AlarmView, tuple[AlarmView, ...]]] = []
        self._chosen: AlarmId | None = None
        self._none, self._more = label(LabelRole.MUTED), label(LabelRole.CAPTION)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self._none)
        self._column.addWidget(self._more)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll = scroll
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(head)
        layout.addWidget(scroll, 1)
        for key, handler in (("Up", self._on_up), ("Down", self._on_down)):
            QShortcut(QKeySequence(key), self).activated.connect(handler)
        self.retranslate()

    @property
    def rows(self) -> tuple[WarningRow, ...]:
        """The rows shown, first on top."""
        return tuple(row for row in self._rows if not row.isHidden())

    def retranslate(self) -> None:
        """Set every text in the current language."""
        self._none.setText(self.tr("No open warnings."))

    def show_alarms(self, alarms: tuple[AlarmView, ...], chosen: AlarmId | None, now: datetime) -> None:
        """Show *alarms* in their order, one row for each incident, and every warning of the chosen one; *chosen* is marked."""
        # There may be thousands, and this is asked many times a second: what did not change is not gone through again.
        if alarms is not self._given or chosen != self._chosen:
            self._given, self._grouped = alarms, _rows_of(alarms, chosen)
            self._alarms, self._chosen = tuple(alarm for alarm, _ in self._grouped), chosen
        rows = self._grouped
        shown = self._alarms[:_MOST_ROWS]
        while len(self._rows) < len(shown):
            row = WarningRow(self._source)
            row.clicked.connect(self._on_clicked)
            self._column.insertWidget(len(self._rows), row)
            self._rows.append(row)
        for row, (alarm, group) in zip(self._rows, rows, strict=False):
            closed_up = group if len(group) > 1 and alarm is group[0] else (alarm,)
            row.show_alarm(alarm, self._under(alarm, closed_up), self._mark(alarm), now)
            row.set_inner(alarm is not group[0])
            row.setChecked(alarm.alarm_id == chosen)
            row.setVisible(True)
        for row in self._rows[len(shown) :]:
            row.setVisible(False)
        self._fit_height(len(shown))
        self._none.setVisible(not alarms)
        self._more.setVisible(len(self._alarms) > len(shown))
        self._more.setText(self.tr("and {count} more").format(count=len(self._alarms) - len(shown)))

    def _fit_height(self, count: int) -> None:
        """As high as two to four rows at most; the rest scrolls, and the chosen warning keeps its room."""
        row = self._rows[0].sizeHint().height() + self._column.spacing() if self._rows else TOUCH_PX
        height = self.window().height()
        most = 2 + (height >= _MIDDLE_PX) + (height >= _TALL_PX)
        self._scroll.setFixedHeight(max(TOUCH_PX, min(count, most) * row))

    def _where(self, alarm: AlarmView) -> str:
        name = self._names.get(alarm.source_id)
        where = self.tr("this station") if alarm.kind is AlarmKind.SYSTEM else alarm.definition.asset
        return pick(name) if name is not None else where

    def _under(self, alarm: AlarmView, group: tuple[AlarmView, ...]) -> str:
        """Where it comes from (of an incident: from everywhere), and how it stands."""
        parts = [" + ".join(dict.fromkeys(self._where(one) for one in group))]
        if alarm.seen_false:
            parts.insert(0, seen_false_text(alarm.seen_false))
        if len(group) > 1:
            parts.insert(0, self.tr("{count} warnings").format(count=len(group)))
        if alarm.state is AlarmState.ACKNOWLEDGED_ACTIVE:
            who = self._people.get(alarm.acknowledged_by or "", "")
            parts.append(self.tr("acknowledged, {name}").format(name=who) if who else alarm_state_word(alarm.state))
        elif alarm.state is not AlarmState.UNACKNOWLEDGED_ACTIVE:
            parts.append(alarm_state_word(alarm.state))
        elif alarm.count > 1:
            parts.append(self.tr("{count} findings").format(count=alarm.count))
        if alarm.chattering:
            parts.insert(0, self.tr("comes and goes"))
        return " · ".join(parts)

    def _mark(self, alarm: AlarmView) -> str:
        if alarm.state is not AlarmState.UNACKNOWLEDGED_ACTIVE:
            return ""
        return self.tr("NEW") if alarm.activation <= 1 else self.tr("AGAIN")

    def _step(self, by: int) -> None:
        ids = [alarm.alarm_id for alarm in self._alarms[:_MOST_ROWS]]
        if not ids:
            return
        at = ids.index(self._chosen) + by if self._chosen in ids else 0
        chosen = max(0, min(at, len(ids) - 1))
        self.selected.emit(ids[chosen])
        self._scroll.ensureWidgetVisible(self._rows[chosen])

    @Slot()
    def _on_up(self) -> None:
        self._step(-1)

    @Slot()
    def _on_down(self) -> None:
        self._step(1)

    @Slot()
    def _on_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, WarningRow) and row.alarm is not None:
            row.setChecked(True)
            self.selected.emit(row.alarm.alarm_id)
