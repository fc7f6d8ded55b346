"""This file decides what the window may ask and command about the load of warnings.

``LoadPort`` is implemented by :class:`station.load.desk.LoadDesk`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from station.config import AlarmConfig
from station.frames import DefinitionId
from station.load_view import DefinitionChange, LoadReport, Settings, WhatIf
from station.view import Outcome


class LoadPort(Protocol):
    """Load of warnings and what-if. Everything touches the disk: call it from a worker thread, unless it says otherwise."""

    @property
    def definitions(self) -> tuple[AlarmConfig, ...]:
        """The definitions in force, changes included (GUI thread)."""
        ...

    @property
    def cannot_apply(self) -> str:
        """Why nobody can change the station file, and what to do, in English; empty where an engineer can (GUI thread)."""
        ...

    def load(self, since_utc: datetime, until_utc: datetime) -> LoadReport:
        """The load of a period. Raises RecordsError."""
        ...

    def what_if(self, definition_id: DefinitionId, settings: Settings, since_utc: datetime, until_utc: datetime) -> WhatIf:
        """What *settings* would have made of a period. The first question about a period reads it, further ones are quick.

        Raises:
            RecordsError: The records cannot be read.
            ConfigError: There is no such definition, or such settings cannot be; the sentence says why.
        """
        ...

    def apply(self, definition_id: DefinitionId, settings: Settings, why: str) -> Outcome:
        """Write *settings* into the station file, as the signed-in engineer; in force and on disk when it returns ok."""
        ...

    def undo(self, change_id: int, why: str) -> Outcome:
        """Put the settings before a change back, as the signed-in engineer; itself a change that is kept."""
        ...

    def changes(self, since_utc: datetime, until_utc: datetime) -> tuple[DefinitionChange, ...]:
        """Changes of settings in a period, newest first. Raises RecordsError."""
        ...
