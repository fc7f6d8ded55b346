"""This file decides what alarms and records tell each other about holds: a definition that is held back, and how that began and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from station.config import AlarmConfig
from station.frames import PersonId
from station.warning_view import HoldKind


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold of one definition; at most one of each kind at a time.

    Attributes:
        definition: What is held (from records: as it was then).
        kind: How.
        since_utc: When it began, aware UTC.
        until_utc: When it ends by itself; None where it does not.
        person_id: Who did it; None for the machine's state.
        reason: Why; for the machine's state the station file's English words.
        behind: How often the condition began behind it.
        last_behind_utc: When it did so last.
        length_s: How long it was meant to last when it began, s; None where it does not end by itself. *until_utc* moves
            when the wall clock is set, this does not.
    """

    definition: AlarmConfig
    kind: HoldKind
    since_utc: datetime
    until_utc: datetime | None = None
    person_id: PersonId | None = None
    reason: str = ""
    behind: int = 0
    last_behind_utc: datetime | None = None
    length_s: float | None = None


class HoldChange(Enum):
    """What happened to a hold."""

    BEGAN = "began"
    COUNTED = "counted"
    """More happened behind it, or its end moved because the wall clock did."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class HoldEvent:
    """One step in the life of a hold.

    Attributes:
        change: What happened.
        hold: The hold, as it is after it.
        utc: When, aware UTC.
        person_id: Who ended it; None where it ended by itself, or has not.
    """

    change: HoldChange
    hold: Hold
    utc: datetime
    person_id: PersonId | None = None
