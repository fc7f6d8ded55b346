"""This file decides which commands the window may send about warnings that are held back.

``WarningPort`` is implemented by :class:`station.warning_desk.WarningDesk` and reached through ``LinePort.warnings``.
"""

from __future__ import annotations

from typing import Protocol

from station.config import AlarmConfig
from station.frames import DefinitionId
from station.view import Outcome
from station.warning_view import HoldView


class WarningPort(Protocol):
    """Holding warnings back, and letting them go again.

    Everything is done as the signed-in person and is on disk when it returns ok; commands touch the disk and are called
    from a worker thread. A priority-1 warning is never held back: the sentence says so. No hold acknowledges anything.
    When a hold ends and the condition stands, the warning rings anew; when it does not, it is over.
    """

    def definitions(self) -> tuple[AlarmConfig, ...]:
        """Every definition in force, changes at run time included (any thread, cheap)."""
        ...

    def holds(self) -> tuple[HoldView, ...]:
        """What is held back, oldest first; the same as ``LineSnapshot.holds`` (any thread, cheap)."""
        ...

    def shelve(self, definition_id: DefinitionId, duration_s: float, reason: str) -> Outcome:
        """Put a warning aside for *duration_s* (at most its ``max_shelve_s``); *reason* is mandatory. Nothing need be open."""
        ...

    def unshelve(self, definition_id: DefinitionId) -> Outcome:
        """Take a warning that was put aside back before its time."""
        ...

    def take_out_of_service(self, definition_id: DefinitionId, reason: str) -> Outcome:
        """Take a warning out of service until it is taken back; engineers only, *reason* is mandatory."""
        ...

    def return_to_service(self, definition_id: DefinitionId) -> Outcome:
        """Take a warning back into service; engineers only."""
        ...
