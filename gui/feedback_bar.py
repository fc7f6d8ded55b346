"""This file decides how a person answers a warning: Real, False or Unsure, then cause, action and a note; saved at every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from gui.choice_popup import ChoicePopup, NotePopup
from gui.commands import Commands
from gui.controls import ButtonRole, KeyButton, LabelRole, Wrap, label, set_role
from gui.fix_buttons import FixButtons, Room
from gui.language import pick
from gui.sentences import sentence_text
from gui.time_text import short_clock_text
from gui.warning_list import UNACKNOWLEDGED
from gui.words import answer_word
from station.config import Choice
from station.frames import AlarmId, PersonId
from station.view import AlarmView, Feedback, FeedbackAnswer, Outcome

_LOW_PX = 900
"""A window lower than this has no room for suggestions with their reasons."""
_KEYS = {FeedbackAnswer.REAL: "R", FeedbackAnswer.FALSE: "F", FeedbackAnswer.UNSURE: "U"}


class FeedbackBar(QWidget):
    """The answer to one warning.

    Each press is kept at once: the answer first, then the same answer with its cause, action or note. The newest
    counts. The bar says "saved" only after the line said so.

    Args:
        commands: Sends the answer.
        people: Name of each person.
        fixes: What fixed it before, offered above the answer; None: not offered.
        take_back: Takes the answer on a warning back; touches the disk. None: not offered.

    Signals:
        pressed: Somebody has begun to answer, or goes on.
    """

    pressed = Signal()

    def __init__(
        self,
        commands: Commands,
        people: dict[str, str],
        fixes: FixButtons | None = None,
        take_back: Callable[[AlarmId], Outcome] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.fixes = fixes
        self._take_back = take_back
        self._low = self._in_row = False
        self._commands = commands
        self._people = people
        self._alarm: AlarmView | None = None
        self._kept: dict[AlarmId, Feedback] = {}
        self._saving: AlarmId | None = None
        self._action_next: AlarmId | None = None
        self._error = ""
        self.state = label(LabelRole.SMALL, wrap=Wrap.WORDS)
        self.answers = {answer: KeyButton(key, ButtonRole.BIG) for answer, key in _KEYS.items()}
        self.cause, self.action, self.note = KeyButton("C"), KeyButton("A"), KeyButton("N")
        row = QHBoxLayout()
        row.setSpacing(8)
        for answer, button in self.answers.items():
            button.setCheckable(True)
            button.prefer_size(0, 56)
            button.clicked.connect(partial(self._on_answer, answer))
            row.addWidget(button, 1)
        details = self._details = QGridLayout()
        details.setSpacing(8)
        for column, (button, handler) in enumerate(
            ((self.cause, self._on_cause), (self.action, self._on_action), (self.note, self._on_note))
        ):
            button.clicked.connect(handler)
            details.addWidget(button, 0, column)
            details.setColumnStretch(column, 1)
        commands.person_changed.connect(self._update)
        layout = self._rows = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        if fixes is not None:
            layout.addWidget(fixes)
            fixes.chosen.connect(self._on_fix)
            fixes.changed.connect(self._update)
        self.undo = KeyButton("Z", ButtonRole.QUIET)
        self.undo.clicked.connect(self._on_undo)
        said = QHBoxLayout()
        said.addWidget(self.state, 1)
        said.addWidget(self.undo)
        layout.addLayout(said)
        layout.addLayout(row)
        layout.addLayout(details)
        self.retranslate()

    @property
    def texts(self) -> tuple[QLabel, ...]:
        """Texts that break their lines."""
        return (self.state,) if self.fixes is None else (self.state, self.fixes.why)

    def retranslate(self) -> None:
        """Set every text in the current language."""
        for answer, button in self.answers.items():
            button.setText(answer_word(answer))
        if self.fixes is not None:
            self.fixes.retranslate()
        self.cause.setText(self.tr("Cause"))
        self.action.setText(self.tr("Action"))
        self.note.setText(self.tr("Note"))
        self.undo.setText(self.tr("Take back"))
        self._update()

    def show_alarm(self, alarm: AlarmView | None) -> None:
        """Offer the answer for *alarm*."""
        if self._alarm is None or alarm is None or alarm.alarm_id != self._alarm.alarm_id:
            self._error = ""
        self._alarm = alarm
        if self.fixes is not None:
            self.fixes.show_alarm(alarm)
        self._update()

    def _current(self) -> Feedback | None:
        if self._alarm is None:
            return None
        return self._kept.get(self._alarm.alarm_id, self._alarm.feedback)

    @Slot()
    def _update(self) -> None:
        current, alarm = self._current(), self._alarm
        busy = self._saving is not None
        for answer, button in self.answers.items():
            button.setEnabled(alarm is not None and not busy)
            button.setChecked(current is not None and current.answer is answer)
        has_answer = current is not None and not busy and alarm is not None
        self.cause.setEnabled(has_answer and alarm is not None and bool(alarm.definition.causes))
        self.action.setEnabled(has_answer and alarm is not None and bool(alarm.definition.actions))
        self.note.setEnabled(has_answer or self._wants_acknowledgement)
        self.undo.setVisible(has_answer and self._take_back is not None)
        self._place_fixes(has_answer=current is not None)
        set_role(self.state, LabelRole.ERROR if self._error else LabelRole.SMALL)
        self.state.setText(self._state_text(current))

    def _place_fixes(self, *, has_answer: bool) -> None:
        """In a low window suggestions stand where Cause and Action come once there is an answer, and the best one's reason above."""
        if self.fixes is None:
            return
        low = self._low = self.window().height() < _LOW_PX
        in_row = low and not has_answer and not self.fixes.is_empty
        if in_row != self._in_row:
            self._in_row = in_row
            if in_row:
                self._rows.removeWidget(self.fixes)
                self._details.addWidget(self.fixes, 0, 0, 1, 2)
            else:
                self._details.removeWidget(self.fixes)
                self._rows.insertWidget(0, self.fixes)
        self.fixes.show_in(Room.FULL if not low else Room.ROW if in_row else Room.NONE)
        for button in (self.cause, self.action):
            button.setVisible(not in_row)
        # A layout does not tell the layouts around it that a widget of theirs came or went.
        self._details.invalidate()
        self._rows.invalidate()
        self.updateGeometry()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Less is shown in a low window."""
        super().resizeEvent(event)
        if self.fixes is not None and (self.window().height() < _LOW_PX) != self._low:
            # Not now: a layout that is being set must not be changed.
            QTimer.singleShot(0, self.fixes, self.fixes.changed.emit)

    def _state_text(self, current: Feedback | None) -> str:
        if self._saving is not None:
            return self.tr("Saving…")
        if self._error:
            return self.tr("Not saved: {why}").format(why=self._error)
        if current is None or self._alarm is None:
            asked = self.tr("Was this warning right?")
            if self._commands.person_id is None:
                return self.tr("Was this warning right? You will be asked for your PIN.")
            reason = self.fixes.first_reason if self.fixes is not None and self._low else ""
            return f"{self._acknowledged_text()} {reason or asked}".strip()
        definition = self._alarm.definition
        parts = [
            self.tr("Saved ✓"),
            answer_word(current.answer),
            _text_of(definition.causes, current.cause_id),
            _text_of(definition.actions, current.action_id),
            current.note,
            self._people.get(current.person_id, ""),
        ]
        return " · ".join(part for part in parts if part)

    @property
    def _wants_acknowledgement(self) -> bool:
        return self._alarm is not None and self._alarm.state in UNACKNOWLEDGED and self._saving is None

    def _acknowledged_text(self) -> str:
        """Who acknowledged, and when; empty while nobody has."""
        alarm = self._alarm
        if alarm is None or alarm.acknowledged_utc is None:
            return ""
        who = self._people.get(alarm.acknowledged_by or "", "")
        return self.tr("Acknowledged at {clock}, {name}.").format(clock=short_clock_text(alarm.acknowledged_utc), name=who)

    def _on_answer(self, answer: FeedbackAnswer) -> None:
        if self._alarm is None:
            return
        current = self._current()
        base = current or Feedback(answer, PersonId(""), alarm_id=self._alarm.alarm_id)
        self._send(replace(base, answer=answer, utc=None))

    @Slot(str)
    def _on_fix(self, action_id: str) -> None:
        """The warning is real, and this is what is done."""
        if self._alarm is not None and self._saving is None:
            base = self._current() or Feedback(FeedbackAnswer.REAL, PersonId(""), alarm_id=self._alarm.alarm_id)
            self._send(replace(base, answer=FeedbackAnswer.REAL, action_id=action_id, utc=None))

    def _send(self, feedback: Feedback) -> None:
        self._error = ""
        self.pressed.emit()
        if self._commands.person_id is not None:
            self._saving = feedback.alarm_id
        self._commands.give_feedback(feedback, self._on_saved, self._on_failed)
        self._update()

    @Slot()
    def _on_undo(self) -> None:
        """Nobody said anything, and what was learned from it is forgotten; who took it back is kept."""
        if self._alarm is not None and self._take_back is not None and self._saving is None:
            alarm_id = self._alarm.alarm_id
            self._error = ""
            self._saving = alarm_id if self._commands.person_id is not None else None
            self._commands.send(partial(self._take_back, alarm_id), partial(self._on_taken_back, alarm_id), self._on_failed)
            self._update()

    def _on_taken_back(self, alarm_id: AlarmId) -> None:
        self._saving = None
        self._kept.pop(alarm_id, None)
        if self._alarm is not None and self._alarm.alarm_id == alarm_id:
            self._alarm = replace(self._alarm, feedback=None)
        self._update()

    def _on_saved(self, feedback: Feedback) -> None:
        self._saving = None
        if feedback.alarm_id is not None:
            self._kept[feedback.alarm_id] = feedback
        self._update()
        asked, self._action_next = self._action_next, None
        if asked is not None and asked == feedback.alarm_id and self._alarm is not None and self._alarm.alarm_id == asked:
            self._on_action()

    def _on_failed(self, sentence: str) -> None:
        self._saving = self._action_next = None
        self._error = sentence_text(sentence)
        self._update()

    def _ask(self, title: str, choices: tuple[Choice, ...]) -> ChoicePopup:
        popup = ChoicePopup(title, [(choice.id, pick(choice.text)) for choice in choices], self.tr("Cancel"), self.window())
        popup.open()
        return popup

    @Slot()
    def _on_cause(self) -> None:
        if self._alarm is not None:
            self._ask(self.tr("What was the cause?"), self._alarm.definition.causes).chosen.connect(self._on_cause_chosen)

    @Slot()
    def _on_action(self) -> None:
        if self._alarm is not None:
            self._ask(self.tr("What was done?"), self._alarm.definition.actions).chosen.connect(self._on_action_chosen)

    @Slot()
    def _on_note(self) -> None:
        current = self._current()
        if current is None and self._alarm is not None:
            asked = self.tr("Acknowledge with a note: {warning}").format(warning=pick(self._alarm.definition.title))
            popup = NotePopup("", self.window(), asked)
            popup.written.connect(partial(self._commands.acknowledge, self._alarm.alarm_id))
        else:
            popup = NotePopup("" if current is None else current.note, self.window())
            popup.written.connect(self._on_note_written)
        popup.open()

    @Slot(str)
    def _on_cause_chosen(self, cause: str) -> None:
        current = self._current()
        if current is not None:
            # Whoever says the cause mostly knows what was done: one tap less.
            if self._alarm is not None and self._alarm.definition.actions and not current.action_id:
                self._action_next = self._alarm.alarm_id
            self._send(replace(current, cause_id=cause, utc=None))

    @Slot(str)
    def _on_action_chosen(self, action: str) -> None:
        current = self._current()
        if current is not None:
            self._send(replace(current, action_id=action, utc=None))

    @Slot(str)
    def _on_note_written(self, note: str) -> None:
        current = self._current()
        if current is not None:
            self._send(replace(current, note=note, utc=None))


def _text_of(choices: tuple[Choice, ...], wanted: str) -> str:
    return next((pick(choice.text) for choice in choices if choice.id == wanted), wanted)
