"""This file decides what stands over the list of warnings: what is held back, putting one aside, and where a flood began."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.controls import KeyButton, LabelRole, label
from gui.language import BothLanguages, pick
from gui.line_button import LineButton
from gui.theme import ThemeSource
from inference.reasons import QT_TRANSLATE_NOOP
from station.warning_view import FloodView, HoldKind, HoldView

PUT_ASIDE_KEY, HOLDS_KEY, FLOOD_KEY = "P", "B", "G"
_COUNTED = {
    HoldKind.SHELVED: QT_TRANSLATE_NOOP("WarningHead", "{count} put aside"),
    HoldKind.SUPPRESSED: QT_TRANSLATE_NOOP("WarningHead", "{count} off by machine state"),
    HoldKind.OUT_OF_SERVICE: QT_TRANSLATE_NOOP("WarningHead", "{count} out of service"),
}


class WarningHead(QWidget):
    """Heading of the list of warnings.

    Args:
        names: Name of each source.
        theme: Colours and type sizes.

    Signals:
        put_aside_wanted: Put the chosen warning aside.
        holds_wanted: Show what is held back.
        start_wanted: Id of the warning a flood began with.
    """

    put_aside_wanted = Signal()
    holds_wanted = Signal()
    start_wanted = Signal(str)

    def __init__(self, names: dict[str, BothLanguages], theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = names
        self._flood: FloodView | None = None
        self._holds: tuple[HoldView, ...] = ()
        self._heading, self._choose = label(LabelRole.SECTION), label(LabelRole.CAPTION)
        self.held, self.flood = LineButton(HOLDS_KEY, theme), LineButton(FLOOD_KEY, theme)
        self.put_aside = KeyButton(PUT_ASIDE_KEY)
        self.put_aside.clicked.connect(self.put_aside_wanted)
        self.held.clicked.connect(self.holds_wanted)
        self.flood.clicked.connect(self._on_start)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._heading)
        row.addWidget(self._choose)
        row.addWidget(self.held, 1)
        row.addStretch(0)
        row.addWidget(self.put_aside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.flood)
        layout.addLayout(row)
        self.held.hide()
        self.flood.hide()
        self.put_aside.hide()
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text in the current language."""
        self._heading.setText(self.tr("WARNINGS"))
        self._choose.setText(self.tr("choose ↑ ↓"))
        self.put_aside.setText(self.tr("Put aside"))
        self._fill()

    def show_state(self, holds: tuple[HoldView, ...], flood: FloodView | None, *, count: int) -> None:
        """Show what is held back, a flood, and how many warnings (*count*) there are to choose from."""
        self._holds, self._flood = holds, flood
        self.put_aside.setVisible(count > 0)
        self._heading.setVisible(not holds)
        self._choose.setVisible(count > 1 and not holds)
        self.held.setVisible(bool(holds))
        self.flood.setVisible(flood is not None)
        self._fill()

    def _fill(self) -> None:
        kinds = Counter(hold.kind for hold in self._holds)
        said = [
            QCoreApplication.translate("WarningHead", template).format(count=kinds[kind])
            for kind, template in _COUNTED.items()
            if kinds[kind]
        ]
        standing = sum(hold.stands for hold in self._holds)
        more = self.tr("standing now: {count}").format(count=standing) if standing else self.tr("none stands now")
        if len(said) > 1:
            all_of_them = self.tr("{count} held back").format(count=len(self._holds))
            self.held.show_lines(f"{all_of_them} · {more}", " · ".join(said))
        else:
            self.held.show_lines("".join(said), more)
        flood = self._flood
        if flood is not None:
            name = self._names.get(flood.first_source_id)
            first = pick(flood.first.title) + (f" · {pick(name)}" if name is not None else "")
            self.flood.show_lines(
                self.tr("{count} warnings in 10 minutes").format(count=flood.in_10_min),
                self.tr("Start with the first: {warning}").format(warning=first),
                is_loud=True,
            )

    def _on_start(self) -> None:
        if self._flood is not None:
            self.start_wanted.emit(self._flood.first_alarm_id)
