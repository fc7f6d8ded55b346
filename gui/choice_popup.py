"""This file decides how a person picks one of a few things, or writes a note: large buttons with their keys, over the window."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gui.controls import ButtonRole, KeyButton, LabelRole, label

_KEYS = "123456789"
_NOTE_LENGTH = 500


class ChoicePopup(QDialog):
    """One of several choices. Open it with ``open()``; it deletes itself when closed.

    Args:
        title: What is asked.
        choices: (id, text) of each, at most nine of them get a key.
        cancel: Text of the button that closes it.

    Signals:
        chosen: Id of the choice.
    """

    chosen = Signal(str)

    def __init__(self, title: str, choices: list[tuple[str, str]], cancel: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 20)
        layout.setSpacing(14)
        layout.addWidget(label(LabelRole.TITLE, title))
        grid = QGridLayout()
        grid.setSpacing(10)
        columns = 1 if len(choices) <= 3 else 2
        for number, (choice, text) in enumerate(choices):
            button = KeyButton(_KEYS[number] if number < len(_KEYS) else "", ButtonRole.BIG)
            button.setText(text)
            button.prefer_size(340, 68)
            if button.key:
                # Space acknowledges everywhere else; here it must not choose what happens to have the focus.
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                button.setAutoDefault(False)
            button.clicked.connect(partial(self._choose, choice))
            grid.addWidget(button, number // columns, number % columns)
        layout.addLayout(grid)
        close = KeyButton("Esc", ButtonRole.QUIET)
        close.setText(cancel)
        close.clicked.connect(self.reject)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)

    def _choose(self, choice: str) -> None:
        self.chosen.emit(choice)
        self.accept()


class NotePopup(QDialog):
    """A short text.

    Args:
        note: What is written already.
        title: What is asked; empty: a note.

    Signals:
        written: The note.
    """

    written = Signal(str)

    def __init__(self, note: str, parent: QWidget | None = None, title: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title or self.tr("Note"))
        self._edit = QLineEdit(note)
        self._edit.setMaxLength(_NOTE_LENGTH)
        self._edit.setMinimumWidth(560)
        self._edit.returnPressed.connect(self._on_save)
        save = KeyButton("Return", ButtonRole.PRIMARY)
        save.setText(self.tr("Save"))
        save.clicked.connect(self._on_save)
        close = KeyButton("Esc", ButtonRole.PLAIN)
        close.setText(self.tr("Cancel"))
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 20)
        layout.setSpacing(14)
        layout.addWidget(label(LabelRole.TITLE, title or self.tr("Note")))
        layout.addWidget(self._edit)
        layout.addLayout(row)
        self._edit.setFocus()

    @Slot()
    def _on_save(self) -> None:
        if self.result() != QDialog.DialogCode.Accepted:
            self.written.emit(self._edit.text().strip())
            self.accept()
