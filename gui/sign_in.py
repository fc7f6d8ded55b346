"""This file decides how a person signs in: pick who, then the PIN on large keys or the keyboard."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from gui.commands import Commands
from gui.controls import ButtonRole, KeyButton, LabelRole, Wrap, label, set_role
from gui.sentences import sentence_text
from gui.words import role_word
from station.config import Person
from station.frames import PersonId
from station.view import Outcome

_LONGEST_PIN = 12
_MOST_LETTERS = 26


class SignInDialog(QDialog):
    """Who is at the station. Open it with ``open()``; it deletes itself when closed.

    Args:
        people: Who may sign in.
        commands: Checks the PIN.
        first: Who is picked at first.
        help_text: What the station says of signing in; empty for nothing.
    """

    def __init__(
        self,
        people: tuple[Person, ...],
        commands: Commands,
        first: PersonId | None,
        help_text: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._commands = commands
        self._pin = ""
        self._busy = False
        self._person: PersonId | None = None
        self.setWindowTitle(self.tr("Who is at the station?"))
        self.dots = label(LabelRole.DISPLAY)
        self.dots.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message = label(LabelRole.MUTED, wrap=Wrap.WORDS)
        columns = QHBoxLayout()
        columns.setSpacing(28)
        columns.addLayout(self._people_column(people, first))
        columns.addLayout(self._pad())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 24)
        layout.setSpacing(14)
        layout.addWidget(label(LabelRole.TITLE, self.tr("Who is at the station?")))
        layout.addWidget(label(LabelRole.MUTED, self.tr("Your name is kept with every answer. Pick it, enter your PIN."), Wrap.WORDS))
        layout.addLayout(columns)
        if help_text:
            layout.addWidget(label(LabelRole.MUTED, help_text, Wrap.WORDS))
        layout.addWidget(self.message)
        layout.addLayout(self._bottom())
        self._update()

    def _people_column(self, people: tuple[Person, ...], first: PersonId | None) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(8)
        self.people_buttons: dict[PersonId, KeyButton] = {}
        group = QButtonGroup(self)
        rows = 5
        for number, person in enumerate(people):
            button = KeyButton(chr(ord("A") + number) if number < _MOST_LETTERS else "")
            button.setText(f"{person.name} · {role_word(person.role)}")
            button.setCheckable(True)
            button.prefer_size(220, 60)
            button.clicked.connect(partial(self._on_person, PersonId(person.id)))
            group.addButton(button)
            grid.addWidget(button, number % rows, number // rows)
            self.people_buttons[PersonId(person.id)] = button
        grid.setRowStretch(rows, 1)
        if people:
            known = PersonId(people[0].id) if first not in self.people_buttons else first
            if known is not None:
                self.people_buttons[known].setChecked(True)
                self._person = known
        return grid

    def _pad(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(8)
        grid.addWidget(self.dots, 0, 0, 1, 3)
        for number in range(1, 10):
            grid.addWidget(self._digit(str(number)), 1 + (number - 1) // 3, (number - 1) % 3)
        self._back = KeyButton("Backspace")
        self._back.setText("⌫")
        self._back.clicked.connect(self._on_back)
        grid.addWidget(self._back, 4, 0)
        grid.addWidget(self._digit("0"), 4, 1)
        self.enter = KeyButton("Return", ButtonRole.PRIMARY)
        self.enter.setText(self.tr("Sign in"))
        self.enter.clicked.connect(self._on_enter)
        grid.addWidget(self.enter, 4, 2)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        for button in (self._back, self.enter):
            button.prefer_size(92, 64)
        # Keys of one width, so that a hand finds them without looking.
        widest = max(button.sizeHint().width() for button in (self._back, self.enter))
        for column in range(3):
            grid.setColumnMinimumWidth(column, widest)
        return grid

    def _digit(self, digit: str) -> KeyButton:
        # The digit itself is the key; a keycap beside it would say the same twice.
        button = KeyButton("", ButtonRole.BIG)
        button.setText(digit)
        # Not setShortcut: that presses with an animation of 100 ms, and fast typing would lose digits.
        QShortcut(QKeySequence(digit), button).activated.connect(button.click)
        button.prefer_size(92, 64)
        button.clicked.connect(partial(self._on_digit, digit))
        return button

    def _bottom(self) -> QHBoxLayout:
        row = QHBoxLayout()
        if self._commands.person_id is not None:
            out = KeyButton("O" if len(self.people_buttons) < 15 else "")
            out.setText(self.tr("Sign out"))
            out.clicked.connect(self._on_sign_out)
            row.addWidget(out)
        row.addStretch(1)
        cancel = KeyButton("Esc")
        cancel.setText(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        row.addWidget(cancel)
        return row

    def _update(self) -> None:
        self.dots.setText("●" * len(self._pin) if self._pin else self.tr("PIN"))
        self.enter.setEnabled(bool(self._pin) and self._person is not None and not self._busy)

    def _say(self, sentence: str, role: LabelRole) -> None:
        set_role(self.message, role)
        self.message.setText(sentence)

    def _on_person(self, person: PersonId) -> None:
        self._person = person
        self._pin = ""
        self._update()

    def _on_digit(self, digit: str) -> None:
        if len(self._pin) < _LONGEST_PIN and not self._busy:
            self._pin += digit
            self._update()

    @Slot()
    def _on_back(self) -> None:
        self._pin = self._pin[:-1]
        self._update()

    @Slot()
    def _on_enter(self) -> None:
        if self._person is None or not self._pin or self._busy:
            return
        self._busy = True
        self._update()
        self._say(self.tr("Checking…"), LabelRole.MUTED)
        self._commands.sign_in(self._person, self._pin, self._on_outcome, self._on_failed)

    def _on_outcome(self, outcome: Outcome) -> None:
        if outcome.ok:
            self.accept()
        else:
            self._on_failed(sentence_text(outcome.sentence))

    def _on_failed(self, sentence: str) -> None:
        self._busy = False
        self._pin = ""
        self._say(sentence, LabelRole.ERROR)
        self._update()

    @Slot()
    def _on_sign_out(self) -> None:
        self._commands.sign_out()
        self.accept()
