"""This file decides how the Line screen's controls of warnings work together: putting aside, what is held back, a flood's first warning."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from gui.commands import Commands
from gui.holds_dialog import HoldsDialog
from gui.language import BothLanguages
from gui.put_aside import PutAsideDialog
from gui.theme import ThemeSource
from gui.warning_head import FLOOD_KEY, HOLDS_KEY, PUT_ASIDE_KEY, WarningHead
from station.clock import Clock
from station.config import CRITICAL, Role
from station.port import LinePort
from station.shifts import shift_ends_utc
from station.view import AlarmView, LineSnapshot


class WarningControls(QObject):
    """Opens the dialogs and keeps them up to date. Lives in the GUI thread.

    Args:
        port: The line.
        commands: Sends commands.
        names: Name of each source.
        people: Name of each person.
        theme: Colours and type sizes.
        clock: For ends and times left.
        parent: The screen; dialogs open over its window.

    Signals:
        told: A sentence for the person.
        start_wanted: Id of the warning a flood began with.
    """

    told = Signal(str)
    start_wanted = Signal(str)

    def __init__(
        self,
        port: LinePort,
        commands: Commands,
        names: dict[str, BothLanguages],
        people: dict[str, str],
        theme: ThemeSource,
        clock: Clock,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._screen = parent
        self._port, self._commands, self._names, self._people = port, commands, names, people
        self._theme, self._clock = theme, clock
        self._engineers = {person.id for person in port.station.people if person.role is Role.ENGINEER}
        self._chosen: AlarmView | None = None
        self._open: tuple[AlarmView, ...] = ()
        self._dialog: HoldsDialog | None = None
        self.head = WarningHead(names, theme)
        self.head.put_aside_wanted.connect(self._on_put_aside)
        self.head.holds_wanted.connect(self._on_holds)
        self.head.start_wanted.connect(self._on_start)

    def refresh(self, snapshot: LineSnapshot, chosen: AlarmView | None) -> None:
        """Take the newest state; *chosen* is the warning that would be put aside."""
        self._chosen, self._open = chosen, snapshot.alarms
        self.head.show_state(snapshot.holds, snapshot.flood, count=len(snapshot.alarms))
        if self._dialog is not None:
            self._dialog.show_holds(snapshot.holds)

    def keys(self) -> list[tuple[str, str]]:
        """Keys for the overlay."""
        return [
            (PUT_ASIDE_KEY, self.tr("Put a warning aside for a while")),
            (HOLDS_KEY, self.tr("What is held back")),
            (FLOOD_KEY, self.tr("First warning of a flood")),
        ]

    @property
    def _is_engineer(self) -> bool:
        return self._commands.person_id in self._engineers

    @Slot()
    def _on_put_aside(self) -> None:
        if self._chosen is None:
            return
        if self._chosen.definition.priority == CRITICAL:
            self.told.emit(self.tr("A warning of priority 1 cannot be put aside: it must be seen until somebody has dealt with it."))
            return
        self._commands.when_signed_in(self._open_put_aside)

    def _open_put_aside(self) -> None:
        if self._chosen is None:
            return
        now = self._clock.utc()
        ends = shift_ends_utc(self._port.station.station.shifts, now)
        PutAsideDialog(
            self._chosen.definition,
            ends,
            now,
            self._port.warnings,
            self._commands,
            may_end_service=self._is_engineer,
            parent=self._screen.window(),
        ).open()

    @Slot(str)
    def _on_start(self, alarm: str) -> None:
        if any(one.alarm_id == alarm for one in self._open):
            self.start_wanted.emit(alarm)
        else:
            self.told.emit(self.tr("The first warning of this flood is over already. Go through the list from the top."))

    @Slot()
    def _on_holds(self) -> None:
        dialog = HoldsDialog(
            self._port.warnings,
            self._commands,
            self._names,
            self._people,
            self._theme,
            is_engineer=self._is_engineer,
            parent=self._screen.window(),
        )
        dialog.finished.connect(self._on_closed)
        dialog.show_holds(self._port.warnings.holds())
        self._dialog = dialog
        dialog.open()

    @Slot()
    def _on_closed(self) -> None:
        self._dialog = None
