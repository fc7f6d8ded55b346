"""This file decides how a person sees what is held back, why and for how long, and takes it back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gui.commands import Commands
from gui.controls import KeyButton, LabelRole, Wrap, label
from gui.language import BothLanguages, pick
from gui.symbols import PrioritySign
from gui.theme import ThemeSource
from gui.time_text import moment_text, short_clock_text, span_text
from station.view import Outcome
from station.warning_port import WarningPort
from station.warning_view import HoldKind, HoldView

_KEYS = "123456789"
_WIDTH_PX, _HEIGHT_PX = 860, 620

_Shown = tuple[str, HoldKind]


class HoldRow(QFrame):
    """One definition that is held back.

    Args:
        hold: What is held.
        key: Key of its button; empty for none.
        may_take_back: Whether the person at the station may end it.
        where: Name of its source.
        who: Name of the person who held it.
        theme: Colours and type sizes.
    """

    def __init__(self, hold: HoldView, key: str, where: str, who: str, theme: ThemeSource, *, may_take_back: bool) -> None:
        super().__init__()
        self.setProperty("role", "card")
        sign = PrioritySign(theme)
        sign.show_priority(hold.definition.priority)
        self.state, self.why = label(LabelRole.STRONG, wrap=Wrap.WORDS), label(LabelRole.MUTED, wrap=Wrap.WORDS)
        self.behind = label(LabelRole.SMALL, wrap=Wrap.WORDS)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(label(LabelRole.LARGE, f"{pick(hold.definition.title)} · {where}", Wrap.WORDS))
        for one in (self.state, self.why, self.behind):
            texts.addWidget(one)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(14)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        self.take_back: KeyButton | None = None
        if hold.kind is not HoldKind.SUPPRESSED and may_take_back:
            self.take_back = KeyButton(key)
            self.take_back.setText(self.tr("Take back"))
            self.take_back.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            row.addWidget(self.take_back, 0, Qt.AlignmentFlag.AlignTop)
        self._who = who
        self.show_hold(hold)

    def show_hold(self, hold: HoldView) -> None:
        """Count down."""
        state, why = "", hold.reason
        match hold.kind:
            case HoldKind.SHELVED:
                left = span_text(hold.left_s or 0.0)
                until = "" if hold.until_utc is None else short_clock_text(hold.until_utc)
                state = self.tr("Put aside until {clock} · {left} left").format(clock=until, left=left)
            case HoldKind.SUPPRESSED:
                state = self.tr("Off by the machine's state since {clock}; comes back by itself").format(clock=moment_text(hold.since_utc))
                why = why if hold.definition.suppressed_while is None else pick(hold.definition.suppressed_while.why)
            case HoldKind.OUT_OF_SERVICE:
                state = self.tr("Out of service since {clock}, until an engineer takes it back").format(clock=moment_text(hold.since_utc))
        self.state.setText(state)
        self.why.setText(" · ".join(part for part in (why, self._who) if part))
        behind = [self.tr("Its condition stands now.") if hold.stands else self.tr("Its condition does not stand now.")]
        if hold.behind:
            last = "" if hold.last_behind_utc is None else short_clock_text(hold.last_behind_utc)
            behind.append(self.tr("It came {count} times meanwhile, last at {clock}.").format(count=hold.behind, clock=last))
        self.behind.setText(" ".join(behind))


class HoldsDialog(QDialog):
    """What is held back. Open it with ``open()``; it deletes itself when closed.

    Args:
        port: Takes back.
        commands: Sends it.
        names: Name of each source.
        people: Name of each person.
        theme: Colours and type sizes.
        is_engineer: Whether an engineer is at the station.
    """

    def __init__(
        self,
        port: WarningPort,
        commands: Commands,
        names: dict[str, BothLanguages],
        people: dict[str, str],
        theme: ThemeSource,
        *,
        is_engineer: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._port, self._commands, self._names, self._people = port, commands, names, people
        self._theme, self._is_engineer = theme, is_engineer
        self._shown: tuple[_Shown, ...] = ()
        self.rows: list[HoldRow] = []
        title = self.tr("Warnings that are held back")
        self.setWindowTitle(title)
        self._none = label(LabelRole.MUTED, self.tr("Nothing is held back: every warning shows and sounds."))
        self.error: QLabel = label(LabelRole.ERROR, wrap=Wrap.WORDS)
        self.error.hide()
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self._none)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close = KeyButton("Esc")
        close.setText(self.tr("Close"))
        close.clicked.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 20)
        layout.setSpacing(12)
        layout.addWidget(label(LabelRole.TITLE, title))
        layout.addWidget(
            label(
                LabelRole.BODY,
                self.tr("They neither show nor sound until they come back. Warnings of priority 1 are never among them."),
                Wrap.WORDS,
            )
        )
        layout.addWidget(scroll, 1)
        layout.addWidget(self.error)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        host = self.parentWidget()
        room = self.size() if host is None else host.size()
        self.resize(min(_WIDTH_PX, room.width() - 80), min(_HEIGHT_PX, room.height() - 80))

    def show_holds(self, holds: tuple[HoldView, ...]) -> None:
        """Show *holds*; the rows are made anew only where others are held."""
        shown = tuple((hold.definition.id, hold.kind) for hold in holds)
        if shown != self._shown or len(self.rows) != len(holds):
            self._shown = shown
            self._make(holds)
        for row, hold in zip(self.rows, holds, strict=True):
            row.show_hold(hold)
        self._none.setVisible(not holds)

    def _make(self, holds: tuple[HoldView, ...]) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        keys = iter(_KEYS)
        for hold in holds:
            name = self._names.get(hold.source_id)
            may = hold.kind is HoldKind.SHELVED or self._is_engineer
            key = next(keys, "") if may and hold.kind is not HoldKind.SUPPRESSED else ""
            where = pick(name) if name is not None else hold.definition.asset
            row = HoldRow(hold, key, where, self._people.get(hold.person_id or "", ""), self._theme, may_take_back=may)
            if row.take_back is not None:
                row.take_back.clicked.connect(partial(self._take_back, hold))
            self._column.insertWidget(len(self.rows), row)
            self.rows.append(row)

    def _take_back(self, hold: HoldView) -> None:
        self.error.hide()
        self._commands.send(partial(_release, self._port, hold), _done, self._on_failed)

    def _on_failed(self, sentence: str) -> None:
        self.error.setText(sentence)
        self.error.show()


def _release(port: WarningPort, hold: HoldView) -> Outcome:
    if hold.kind is HoldKind.OUT_OF_SERVICE:
        return port.return_to_service(hold.definition_id)
    return port.unshelve(hold.definition_id)


def _done() -> None:
    """The next snapshot shows it."""
