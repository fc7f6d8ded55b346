"""This file decides what the window may ask of the station's experience, and how a person corrects it.

``ExperiencePort`` is implemented by :class:`station.experience.desk.ExperienceDesk`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from station.experience_view import EntryId, MemoryEntry, Suggestion
from station.frames import AlarmId, IncidentId
from station.view import Outcome


class ExperiencePort(Protocol):
    """Confirmed false alarms and what fixed it last time. Everything touches the disk: call it from a worker thread."""

    def suggestions(self, of: AlarmId | IncidentId) -> Sequence[Suggestion]:
        """At most three actions for an open warning or incident, the most promising first; never empty for a known one.

        Raises:
            RecordsError: The records cannot be read.
        """
        ...

    def memory(self) -> Sequence[MemoryEntry]:
        """Confirmed false alarms that are not removed and not expired, newest first.

        Raises:
            RecordsError: The records cannot be read.
        """
        ...

    def switch_off(self, entry: EntryId) -> Outcome:
        """Let *entry* demote nothing from now on, as the signed-in person."""
        ...

    def switch_on(self, entry: EntryId) -> Outcome:
        """Let *entry* demote again, as the signed-in person."""
        ...

    def remove(self, entry: EntryId) -> Outcome:
        """Forget *entry*, as the signed-in person; kept in the records as removed."""
        ...

    def extend(self, entry: EntryId, days: int) -> Outcome:
        """Let *entry* end *days* (1 to 90) from now, as the signed-in person."""
        ...

    def take_back(self, alarm: AlarmId) -> Outcome:
        """Take the newest answer on a warning back, and what the memory learned from it, as the signed-in person."""
        ...
