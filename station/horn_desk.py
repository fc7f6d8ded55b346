"""This file decides how the line's open warnings and people's silence reach the horn, and that a silence is journaled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from station.clock import Clock
from station.config import HornConfig
from station.events import StationEvent, StationEventKind
from station.frames import PersonId
from station.horn import Asking, Horn, asking_of
from station.horn_view import HornView
from station.view import AlarmView
from station.warning_view import FloodView


class HornDesk:
    """The horn with its lock. Every method may be called from any thread.

    Args:
        config: The station file's ``[horn]``.
        alarms: Gives the open warnings.
        flood: Says whether more warnings come than anybody can read; None where they do not.
        keep_event: Journals; does not wait for the disk.
        clock: Source of time.
    """

    def __init__(
        self,
        config: HornConfig,
        alarms: Callable[[], Sequence[AlarmView]],
        flood: Callable[[], FloodView | None],
        keep_event: Callable[[StationEvent], None],
        clock: Clock,
    ) -> None:
        self._horn = Horn(config)
        self._alarms = alarms
        self._flood = flood
        self._keep_event = keep_event
        self._clock = clock
        self._lock = threading.Lock()
        self._alarms_of: Sequence[AlarmView] | None = None
        self._asking: tuple[Asking, ...] = ()

    @property
    def view(self) -> HornView:
        """The horn as of the last look."""
        return self._horn.view

    def look(self) -> None:
        """Look at the open warnings; several times a second, so that a new one is heard at once."""
        alarms, in_flood = self._alarms(), self._flood() is not None
        with self._lock:
            asking = self._take(alarms)
            self._horn.look(asking, self._clock.monotonic_s(), in_flood=in_flood)

    def silence(self, person: PersonId | None) -> None:
        """Silence what sounds, until the next activation; not an acknowledgement. Journaled with who did it."""
        alarms, in_flood = self._alarms(), self._flood() is not None
        with self._lock:
            asking = self._take(alarms)
            now_s = self._clock.monotonic_s()
            self._horn.look(asking, now_s, in_flood=in_flood)
            count = self._horn.silence(person, now_s)
            self._horn.look(asking, now_s, in_flood=in_flood)
        detail = f"{count} warnings" if count else "nothing sounded"
        self._keep_event(StationEvent(StationEventKind.SILENCED, self._clock.utc(), person_id=person, detail=detail))

    def _take(self, alarms: Sequence[AlarmView]) -> tuple[Asking, ...]:
        """What asks among *alarms*; the same object is not gone through again."""
        if alarms is not self._alarms_of:
            self._alarms_of, self._asking = alarms, asking_of(alarms)
        return self._asking
