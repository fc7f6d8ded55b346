"""This file decides what the window may see of warnings that are held back, and of a flood of them.

Everything here is immutable; it comes with :class:`station.view.LineSnapshot`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from station.config import AlarmConfig
from station.frames import AlarmId, DefinitionId, PersonId, SourceId


class HoldKind(StrEnum):
    """Why a definition does not warn although it could; the values are those of the states of the life cycle."""

    SHELVED = "shelved"
    """Put aside by a person, for a time, with a reason."""
    SUPPRESSED = "suppressed"
    """The machine's state makes it meaningless (``suppressed_while`` in the station file)."""
    OUT_OF_SERVICE = "out_of_service"
    """Taken out of service by an engineer, until somebody takes it back."""


@dataclass(frozen=True, slots=True)
class HoldView:
    """One definition that is held back, as the screen lists it. A definition may have more than one hold at a time.

    Attributes:
        definition: What is held.
        kind: How.
        source_id: Camera, sensor link or ``station``.
        since_utc: When it began, aware UTC.
        until_utc: When it ends by itself; None where it does not.
        left_s: Seconds until then on the monotonic clock; None where it does not end by itself.
        person_id: Who did it; None for the machine's state.
        reason: Why, in the person's words; for the machine's state the station file's (English, see ``definition.suppressed_while``).
        stands: Whether its condition stands now behind the hold.
        behind: How often its condition began behind the hold.
        last_behind_utc: When it did so last; None where it never did.
        alarm_id: The occurrence that is held; None where nothing is open.
    """

    definition: AlarmConfig
    kind: HoldKind
    source_id: SourceId
    since_utc: datetime
    until_utc: datetime | None = None
    left_s: float | None = None
    person_id: PersonId | None = None
    reason: str = ""
    stands: bool = False
    behind: int = 0
    last_behind_utc: datetime | None = None
    alarm_id: AlarmId | None = None

    @property
    def definition_id(self) -> DefinitionId:
        """Id of what is held."""
        return DefinitionId(self.definition.id)


@dataclass(frozen=True, slots=True)
class FloodView:
    """More warnings than a person can answer: more than 10 within 10 minutes, until fewer than 5 are (EEMUA 191).

    Attributes:
        since_utc: When the first of them rang, aware UTC.
        count: How many rang since then.
        in_10_min: How many of them within the last 10 minutes.
        first: Definition of the first one: look there first.
        first_source_id: Its camera, sensor link or ``station``.
        first_alarm_id: Its occurrence, open or closed.
    """

    since_utc: datetime
    count: int
    in_10_min: int
    first: AlarmConfig
    first_source_id: SourceId
    first_alarm_id: AlarmId
