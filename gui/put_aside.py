"""This file decides how a person puts a warning aside for a while: for how long, why, and what that means."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from gui.commands import Commands
from gui.controls import ButtonRole, KeyButton, LabelRole, Wrap, label
from gui.language import pick
from gui.time_text import short_clock_text
from inference.reasons import QT_TRANSLATE_NOOP
from station.config import AlarmConfig
from station.frames import DefinitionId
from station.view import Outcome
from station.warning_port import WarningPort

_MINUTES = (5, 15, 60)
_SHORTEST_S = 60.0
_REASON_LENGTH = 200
_CONFIRM_PX = 330
"""Wide enough for each of its texts, so that nothing moves under a finger."""
_REASONS = (
    QT_TRANSLATE_NOOP("PutAside", "Is being repaired"),
    QT_TRANSLATE_NOOP("PutAside", "Maintenance knows"),
    QT_TRANSLATE_NOOP("PutAside", "Set-up or cleaning"),
    QT_TRANSLATE_NOOP("PutAside", "Camera or sensor is faulty"),
)
_REASON_KEYS = "ABCD"


class PutAsideDialog(QDialog):
    """Puts one warning aside. Open it with ``open()``; it deletes itself when closed.

    Args:
        definition: What is put aside.
        shift_ends_utc: When the shift is over; None for a station without shifts.
        now: Now, aware UTC.
        port: Does it.
        commands: Sends it.
        may_end_service: Whether the person may take warnings out of service as well.
    """

    def __init__(
        self,
        definition: AlarmConfig,
        shift_ends_utc: datetime | None,
        now: datetime,
        port: WarningPort,
        commands: Commands,
        *,
        may_end_service: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._definition, self._port, self._commands, self._now = definition, port, commands, now
        self._seconds: float | None = None
        self._without_end = False
        self._reason = ""
        self._times: list[KeyButton] = []
        self._reasons: list[KeyButton] = []
        self.setWindowTitle(self.tr("Put aside for a while"))
        self.other = QLineEdit()
        self.other.setMaxLength(_REASON_LENGTH)
        self.other.setPlaceholderText(self.tr("or write why"))
        self.other.textEdited.connect(self._on_written)
        self.other.returnPressed.connect(self._on_confirm)
        self.error = label(LabelRole.ERROR, wrap=Wrap.WORDS)
        self.error.hide()
        self.confirm = KeyButton("Return", ButtonRole.PRIMARY)
        self.confirm.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.confirm.prefer_size(_CONFIRM_PX, 0)
        self.confirm.clicked.connect(self._on_confirm)
        cancel = KeyButton("Esc")
        cancel.setText(self.tr("Cancel"))
        cancel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        cancel.clicked.connect(self.reject)
        bottom = QHBoxLayout()
        bottom.addStretch(1)
        bottom.addWidget(cancel)
        bottom.addWidget(self.confirm)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 20)
        layout.setSpacing(12)
        layout.addWidget(label(LabelRole.TITLE, self.tr("Put aside for a while: {warning}").format(warning=pick(definition.title))))
        layout.addWidget(
            label(
                LabelRole.BODY,
                self.tr("It will neither show nor sound. It comes back by itself, and asks again if it still stands."),
                Wrap.WORDS,
            )
        )
        layout.addWidget(label(LabelRole.SECTION, self.tr("FOR HOW LONG")))
        layout.addLayout(self._time_grid(shift_ends_utc, may_end_service=may_end_service))
        layout.addWidget(label(LabelRole.SECTION, self.tr("WHY")))
        layout.addLayout(self._reason_grid())
        layout.addWidget(self.other)
        layout.addWidget(self.error)
        layout.addLayout(bottom)
        self.setFocus()
        self._update()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """As high as its texts need; a dialog's own hint knows nothing of broken lines."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
            wide = max(self.width(), layout.minimumSize().width())
            self.resize(wide, max(layout.minimumHeightForWidth(wide), layout.minimumSize().height()))

    def _time_grid(self, shift_ends_utc: datetime | None, *, may_end_service: bool) -> QGridLayout:
        most_s = float(self._definition.max_shelve_s)
        choices = [(60.0 * minutes, self.tr("{minutes} min").format(minutes=minutes)) for minutes in _MINUTES if 60 * minutes <= most_s]
        left_s = 0.0 if shift_ends_utc is None else (shift_ends_utc - self._now).total_seconds()
        if shift_ends_utc is not None and _SHORTEST_S <= left_s <= most_s:
            choices.append((left_s, self.tr("Rest of the shift, until {clock}").format(clock=short_clock_text(shift_ends_utc))))
        else:
            choices.append(
                (
                    most_s,
                    self.tr("The longest allowed, until {clock}").format(clock=short_clock_text(self._now + timedelta(seconds=most_s))),
                )
            )
        grid = QGridLayout()
        grid.setSpacing(8)
        for number, (seconds, text) in enumerate(choices):
            button = self._choice(str(number + 1), text, self._times)
            button.clicked.connect(partial(self._on_time, button, seconds))
            grid.addWidget(
                button,
                0 if number < len(choices) - 1 else 1,
                number if number < len(choices) - 1 else 0,
                1,
                1 if number < len(choices) - 1 else 3,
            )
        if may_end_service:
            button = self._choice(str(len(choices) + 1), self.tr("No end: out of service, until an engineer takes it back"), self._times)
            button.clicked.connect(partial(self._on_without_end, button))
            grid.addWidget(button, 2, 0, 1, 3)
        return grid

    def _reason_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(8)
        for number, (key, reason) in enumerate(zip(_REASON_KEYS, _REASONS, strict=True)):
            text = QCoreApplication.translate("PutAside", reason)
            button = self._choice(key, text, self._reasons)
            button.clicked.connect(partial(self._on_reason, button, text))
            grid.addWidget(button, number // 2, number % 2)
        return grid

    def _choice(self, key: str, text: str, among: list[KeyButton]) -> KeyButton:
        button = KeyButton(key, ButtonRole.BIG)
        button.setText(text)
        button.setCheckable(True)
        button.prefer_size(190, 60)
        # Space acknowledges everywhere else; here it must not choose what happens to have the focus.
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setAutoDefault(False)
        among.append(button)
        return button

    @staticmethod
    def _mark(pressed: KeyButton, among: list[KeyButton]) -> None:
        for button in among:
            button.setChecked(button is pressed)

    def _on_time(self, button: KeyButton, seconds: float) -> None:
        self._seconds, self._without_end = seconds, False
        self._mark(button, self._times)
        self._update()

    def _on_without_end(self, button: KeyButton) -> None:
        self._seconds, self._without_end = None, True
        self._mark(button, self._times)
        self._update()

    def _on_reason(self, button: KeyButton, text: str) -> None:
        self._reason = text
        self.other.clear()
        self._mark(button, self._reasons)
        self._update()

    @Slot(str)
    def _on_written(self, text: str) -> None:
        self._reason = text.strip()
        for button in self._reasons:
            button.setChecked(False)
        self._update()

    def _update(self) -> None:
        if self._without_end:
            self.confirm.setText(self.tr("Take out of service"))
        elif self._seconds is None:
            self.confirm.setText(self.tr("Put aside"))
        else:
            until = short_clock_text(self._now + timedelta(seconds=self._seconds))
            self.confirm.setText(self.tr("Put aside until {clock}").format(clock=until))
        self.confirm.setEnabled(bool(self._reason) and (self._without_end or self._seconds is not None))

    @Slot()
    def _on_confirm(self) -> None:
        if not self.confirm.isEnabled():
            return
        self.confirm.setEnabled(False)
        self.error.hide()
        self._commands.send(self._command, self.accept, self._on_failed)

    def _command(self) -> Outcome:
        held = DefinitionId(self._definition.id)
        if self._without_end or self._seconds is None:
            return self._port.take_out_of_service(held, self._reason)
        return self._port.shelve(held, self._seconds, self._reason)

    def _on_failed(self, sentence: str) -> None:
        self.error.setText(sentence)
        self.error.show()
        self._update()
        self._fit()
