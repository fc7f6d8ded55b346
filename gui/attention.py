"""This file decides which warning the incident panel shows, so that no answer goes to a warning that nobody has read.

It knows no widget. A person's choice stays while its warning is open; a new most urgent warning takes its place, unless the person is
busy with the one shown: an answer on its way would else meet another warning.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from station.clock import Clock
from station.frames import AlarmId
from station.view import AlarmState, AlarmView

BUSY_S = 15.0
"""So long after a choice, an acknowledgement or an answer the warning keeps its place, even when it is closed by that."""
READ_S = 0.8
"""So long nothing can be answered after another warning took the place by itself: the tap was meant for the one before."""


class Attention:
    """The warning that is shown.

    Args:
        clock: Source of time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown: AlarmView | None = None
        self._chosen: AlarmId | None = None
        self._alarms: Sequence[AlarmView] = ()
        self._by_id: dict[AlarmId, AlarmView] = {}
        self._known: frozenset[AlarmId] = frozenset()
        self._known_of: dict[AlarmId, AlarmView] | None = None
        self._waits: AlarmId | None = None
        self._busy_at_s = -BUSY_S
        self._came_at_s = -READ_S

    @property
    def chosen(self) -> AlarmId | None:
        """Id of the warning shown."""
        return self._chosen

    @property
    def may_answer(self) -> bool:
        """Whether what is shown was there long enough to be read."""
        return self._clock.monotonic_s() - self._came_at_s >= READ_S

    def choose(self, alarm: AlarmId) -> None:
        """A person chose *alarm*."""
        self._chosen = alarm
        self._came_at_s = -READ_S
        self.touch()

    def touch(self) -> None:
        """A person does something with the warning shown."""
        self._busy_at_s = self._clock.monotonic_s()

    def look(
        self, alarms: Sequence[AlarmView], *, held: Collection[str] = (), is_asking: bool = False, in_flood: bool = False
    ) -> AlarmView | None:
        """The warning to show.

        Args:
            alarms: Open warnings, the most urgent first.
            held: Ids of definitions that are held back: what a person put aside goes at once.
            is_asking: Whether a dialog is open.
            in_flood: Whether more warnings come than anybody can read; then only a more urgent one takes the place.
        """
        if alarms is not self._alarms:
            self._alarms, self._by_id = alarms, {alarm.alarm_id: alarm for alarm in alarms}
        by_id = self._by_id
        first = alarms[0] if alarms else None
        shown = by_id.get(self._chosen) if self._chosen is not None else None
        busy = is_asking or self._clock.monotonic_s() - self._busy_at_s < BUSY_S
        arrived = first is not None and first.alarm_id not in self._known and first.alarm_id != self._chosen
        if in_flood and arrived and shown is not None and first is not None:
            arrived = first.priority < shown.priority
        if shown is None and busy and self._just_closed(held):
            shown = self._shown
        elif shown is None or (arrived and not busy):
            if shown is not None or self._shown is not None:
                self._came_at_s = self._clock.monotonic_s()
            shown, busy = first, False
        waits = first.alarm_id if arrived and busy and first is not None else None
        if by_id is not self._known_of or waits != self._waits:
            self._known, self._known_of, self._waits = frozenset(one for one in by_id if one != waits), by_id, waits
        self._shown, self._chosen = shown, None if shown is None else shown.alarm_id
        return shown

    def _just_closed(self, held: Collection[str]) -> bool:
        """Whether the warning shown was closed by what the person did with it; it is then shown as over."""
        before = self._shown
        if before is None or before.alarm_id != self._chosen or before.definition.id in held:
            return False
        self._shown = replace(before, state=AlarmState.NORMAL)
        return True
