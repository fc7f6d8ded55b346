"""This file decides how an engineer tries other settings of a warning on what was recorded, and puts them in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from gui.choice_popup import NotePopup
from gui.commands import Commands
from gui.controls import ButtonRole, KeyButton, LabelRole, Wrap, card, label
from gui.jobs import Jobs
from gui.language import pick
from gui.load_answer import AnswerPanel
from gui.load_knobs import Knob, KnobRow, Scale, scale_of, turned
from gui.load_lists import Bar, BarList
from gui.load_period import PeriodBar
from gui.load_texts import change_text, definition_named
from gui.screen import Screen
from gui.sentences import sentence_text
from gui.theme import ThemeSource
from station.clock import Clock, SystemClock
from station.config import AlarmConfig
from station.frames import DefinitionId
from station.load.settings import settings_of
from station.load_port import LoadPort
from station.load_view import DefinitionChange, LoadReport, Settings, WhatIf
from station.port import LinePort

_SETTLE_MS = 40
_UNDO_WITHIN = timedelta(days=30)
_SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Question:
    """What the replay is asked."""

    definition_id: DefinitionId
    settings: Settings
    since_utc: datetime
    until_utc: datetime


def _read(port: LoadPort, since_utc: datetime, until_utc: datetime) -> tuple[LoadReport, tuple[DefinitionChange, ...]]:
    return port.load(since_utc, until_utc), port.changes(until_utc - _UNDO_WITHIN, until_utc + _SOON)


class WhatIfScreen(Screen):
    """The page "What if" of the report: a warning, its knobs, and at once what other settings would have made of the period.

    One question is under way at a time; of those that come meanwhile only the newest is asked.

    Args:
        commands: Sends the change as the person at the station.
        clock: Now, for the periods.
    """

    def __init__(
        self, port: LinePort, theme: ThemeSource, jobs: Jobs, commands: Commands, clock: Clock | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(port, theme, jobs, parent)
        self._commands = commands
        self._clock = clock or SystemClock()
        self._bounds: tuple[datetime, datetime] | None = None
        self._counts: dict[str, int] = {}
        self._changes: tuple[DefinitionChange, ...] = ()
        self._definition: AlarmConfig | None = None
        self._settings: Settings | None = None
        self._answer: WhatIf | None = None
        self._scale: Scale | None = None
        self._asking: _Question | None = None
        self._next: _Question | None = None
        self._job: int | None = None
        self._knob = Knob.ON_DELAY
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self._ask)
        self._build()
        self._add_keys()
        self.retranslate()
        self.restyle()

    def _build(self) -> None:
        self.periods = PeriodBar(self._clock, self.port.station.station.shifts)
        self.periods.changed.connect(self._read_period)
        self._list_title: QLabel = label(LabelRole.SECTION)
        self._list = BarList(self.theme_source)
        self._list.selectionModel().currentChanged.connect(self._on_chosen)
        self._former, self._later = KeyButton("PgUp"), KeyButton("PgDown")
        self._former.clicked.connect(partial(self._list.step, -1))
        self._later.clicked.connect(partial(self._list.step, 1))
        steps = QHBoxLayout()
        steps.addWidget(self._former, 1)
        steps.addWidget(self._later, 1)
        self._left: QFrame = card()
        left = QVBoxLayout(self._left)
        left.setContentsMargins(12, 10, 12, 10)
        left.addWidget(self._list_title)
        left.addWidget(self._list, 1)
        left.addLayout(steps)

        self._title: QLabel = label(LabelRole.LARGE, wrap=Wrap.WORDS)
        self._rows = {knob: KnobRow(knob) for knob in Knob}
        self._hint = label(LabelRole.CAPTION, wrap=Wrap.WORDS)
        self._middle: QFrame = card()
        middle = QVBoxLayout(self._middle)
        middle.setContentsMargins(12, 10, 12, 10)
        middle.setSpacing(2)
        middle.addWidget(self._title)
        for knob, row in self._rows.items():
            row.wanted.connect(partial(self._turn, knob))
            row.touched.connect(partial(self._on_knob, knob))
            middle.addWidget(row)
        middle.addStretch(1)
        middle.addWidget(self._hint)

        self._panel = AnswerPanel(self.theme_source)
        self._cannot = label(LabelRole.BODY, wrap=Wrap.WORDS)
        self._reset, self._undo = KeyButton("0"), KeyButton("Z")
        self._apply = KeyButton("Return", ButtonRole.PRIMARY)
        self._reset.clicked.connect(self._on_reset)
        self._undo.clicked.connect(self._on_undo)
        self._apply.clicked.connect(self._on_apply)
        foot = QHBoxLayout()
        foot.addWidget(self._reset)
        foot.addWidget(self._undo)
        foot.addWidget(self._apply, 1)
        self._right: QFrame = card()
        right = QVBoxLayout(self._right)
        right.setContentsMargins(16, 10, 16, 12)
        right.setSpacing(8)
        right.addWidget(self._panel, 1)
        right.addWidget(self._cannot)
        right.addLayout(foot)

        content = QHBoxLayout()
        content.setSpacing(12)
        content.addWidget(self._left, 30)
        content.addWidget(self._middle, 32)
        content.addWidget(self._right, 38)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 14)
        layout.setSpacing(10)
        layout.addWidget(self.periods)
        layout.addLayout(content, 1)

    def _add_keys(self) -> None:
        for keys, slot in (
            (("Up",), partial(self._step_knob, -1)),
            (("Down",), partial(self._step_knob, 1)),
            (("-",), partial(self._turn_chosen, -1)),
            (("+", "="), partial(self._turn_chosen, 1)),
        ):
            for key in keys:
                QShortcut(QKeySequence(key), self).activated.connect(slot)

    @override
    def retranslate(self) -> None:
        """Set every text in the current language."""
        self.periods.retranslate()
        self._list_title.setText(self.tr("Warnings, and how often they called"))
        self._former.setText(self.tr("Former"))
        self._later.setText(self.tr("Next"))
        self._reset.setText(self.tr("As in force"))
        self._undo.setText(self.tr("Undo"))
        self._apply.setText(self.tr("Put in force"))
        self._hint.setText(self.tr("↑ ↓ choose a setting   \u2212 + change it"))
        self._fill_list()
        self._show()

    @override
    def restyle(self) -> None:
        """Take sizes from the theme source."""
        if self._settings is not None:
            self._show_knobs()

    @override
    def entered(self) -> None:
        """Read the period again."""
        self._read_period()

    def try_definition(self, definition_id: str, periods: PeriodBar) -> None:
        """Try other settings of a definition, in the period of *periods*; to be called before the page is entered."""
        self.periods.follow(periods)
        definition = definition_named(self.port.load.definitions, definition_id)
        if definition is not None:
            self._choose(definition)
            self._fill_list()

    # asking

    @Slot()
    def _read_period(self) -> None:
        since, until = self.periods.bounds()
        self._bounds = (since, until)
        self.periods.tell(since, until)
        self.jobs.run(self, partial(_read, self.port.load, since, until), self._on_read, self._on_failed)

    def _on_read(self, found: tuple[LoadReport, tuple[DefinitionChange, ...]]) -> None:
        report, self._changes = found
        self._counts = {str(definition_id): count for definition_id, count in report.by_definition}
        if self._definition is None:
            first = next((d for one in report.by_definition if (d := definition_named(self.port.load.definitions, one[0]))), None)
            first = first or next(iter(self.port.load.definitions), None)
            if first is not None:
                self._choose(first)
        self._fill_list()
        self._timer.start()

    @Slot()
    def _ask(self) -> None:
        if self._definition is None or self._settings is None or self._bounds is None:
            self._show()
            return
        question = _Question(DefinitionId(self._definition.id), self._settings, *self._bounds)
        if self._asking is not None:
            self._next = question
            return
        self._asking = question
        work = partial(self.port.load.what_if, question.definition_id, question.settings, question.since_utc, question.until_utc)
        self._job = self.jobs.run(self, work, self._on_answer, self._on_no_answer)

    def _on_answer(self, answer: WhatIf) -> None:
        self._asking = None
        if self._definition is not None and answer.definition_id == self._definition.id:
            self._answer = answer
            self._scale = scale_of(self._definition, answer)
            self._show()
        self._ask_next()

    def _on_no_answer(self, sentence: str) -> None:
        self._asking = None
        self._answer = None
        self._panel.show_nothing(sentence_text(sentence))
        self._ask_next()

    def _ask_next(self) -> None:
        waiting, self._next = self._next, None
        if waiting is not None:
            self._timer.start()

    def _on_failed(self, sentence: str) -> None:
        self.told.emit(sentence_text(sentence))

    # what is shown

    @property
    def settings(self) -> Settings | None:
        """The settings that are tried."""
        return self._settings

    @property
    def answer(self) -> WhatIf | None:
        """The newest answer."""
        return self._answer

    @property
    def _in_force(self) -> Settings | None:
        return None if self._definition is None else settings_of(self._definition)

    def _choose(self, definition: AlarmConfig) -> None:
        self._definition = definition
        self._settings = settings_of(definition)
        self._answer = None
        self._scale = scale_of(definition, None)
        self._show()

    def _fill_list(self) -> None:
        definitions = sorted(self.port.load.definitions, key=lambda one: -self._counts.get(one.id, 0))
        total = max(sum(self._counts.values()), 1)
        bars = [Bar(one.id, pick(one.title), one.priority, (n := self._counts.get(one.id, 0)), n / total) for one in definitions]
        self._list.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self._list.selectionModel().blockSignals(True)  # noqa: FBT003 - as above
        self._list.show_bars(bars)
        if self._definition is not None:
            self._list.choose(self._definition.id)
        self._list.selectionModel().blockSignals(False)  # noqa: FBT003 - as above
        self._list.blockSignals(False)  # noqa: FBT003 - as above
        self._list.viewport().update()

    def _show(self) -> None:
        definition, settings = self._definition, self._settings
        cannot = self.port.load.cannot_apply
        self._cannot.setText(sentence_text(cannot))
        self._cannot.setVisible(bool(cannot))
        if definition is None or settings is None:
            self._title.setText("")
            self._panel.show_nothing(self.tr("The station file has no warnings to try settings of."))
            for row in self._rows.values():
                row.hide()
            for button in (self._reset, self._undo, self._apply):
                button.setEnabled(False)
            return
        self._title.setText(pick(definition.title))
        self._show_knobs()
        if self._answer is None:
            self._panel.show_nothing(self.tr("Reading what was recorded …"))
        else:
            self._panel.show_answer(self._answer)
        changed = settings != self._in_force
        self._reset.setEnabled(changed)
        self._apply.setEnabled(changed and not cannot)
        last = self._last_change()
        self._undo.setEnabled(last is not None and not cannot)
        self._undo.setToolTip("" if last is None else change_text(last))

    def _show_knobs(self) -> None:
        definition, settings, scale = self._definition, self._settings, self._scale
        if definition is None or settings is None or scale is None:
            return
        knobs = scale.knobs
        if self._knob not in knobs:
            self._knob = knobs[0]
        for knob, row in self._rows.items():
            row.setVisible(knob in knobs)
            row.show_value(settings, settings_of(definition), scale, self.theme_source.space(92))
            row.mark(chosen=knob is self._knob)

    def _last_change(self) -> DefinitionChange | None:
        """The newest change of the definition, while it is what is in force."""
        if self._definition is None:
            return None
        newest = next((one for one in self._changes if one.definition_id == self._definition.id), None)
        return newest if newest is not None and settings_of(newest.after) == self._in_force else None

    # what the person does

    @Slot()
    def _on_chosen(self) -> None:
        definition = definition_named(self.port.load.definitions, self._list.chosen)
        if definition is not None and (self._definition is None or definition.id != self._definition.id):
            self._choose(definition)
            self._timer.start()

    def _on_knob(self, knob: Knob) -> None:
        self._knob = knob
        self._show_knobs()

    def _step_knob(self, by: int) -> None:
        if self._scale is not None:
            knobs = self._scale.knobs
            self._on_knob(knobs[min(max(knobs.index(self._knob) + by, 0), len(knobs) - 1)])

    def _turn_chosen(self, steps: int) -> None:
        self._turn(self._knob, steps)

    def _turn(self, knob: Knob, steps: int) -> None:
        if self._settings is None or self._scale is None:
            return
        self._knob = knob
        self._settings = turned(self._settings, knob, steps, self._scale)
        self._show_knobs()
        changed = self._settings != self._in_force
        self._reset.setEnabled(changed)
        self._apply.setEnabled(changed and not self.port.load.cannot_apply)
        self._timer.start()

    @Slot()
    def _on_reset(self) -> None:
        self._settings = self._in_force
        self._show_knobs()
        self._timer.start()

    @Slot()
    def _on_apply(self) -> None:
        popup = NotePopup("", self, self.tr("Why are these settings put in force?"))
        popup.written.connect(self._apply_with)
        popup.open()

    @Slot(str)
    def _apply_with(self, why: str) -> None:
        if self._definition is not None and self._settings is not None:
            command = partial(self.port.load.apply, DefinitionId(self._definition.id), self._settings, why)
            self._commands.send(command, self._on_applied, self.told.emit)

    @Slot()
    def _on_undo(self) -> None:
        last = self._last_change()
        if last is not None:
            why = self.tr("Undone: {what}").format(what=change_text(last))
            self._commands.send(partial(self.port.load.undo, last.change_id, why), self._on_applied, self.told.emit)

    def _on_applied(self) -> None:
        self.told.emit(self.tr("In force, and kept in the station file."))
        if self._definition is not None:
            definition = definition_named(self.port.load.definitions, self._definition.id)
            if definition is not None:
                self._choose(definition)
        self._read_period()

    @override
    def keys(self) -> list[tuple[str, str]]:
        """Keys for the overlay."""
        return [
            *self.periods.keys(),
            ("PgUp PgDn", self.tr("Choose a warning")),
            ("↑ ↓", self.tr("Choose a setting")),
            ("\u2212 +", self.tr("Change the setting")),
            ("0", self.tr("Back to what is in force")),
            ("Return", self.tr("Put in force")),
            ("Z", self.tr("Undo the newest change of this warning")),
        ]
