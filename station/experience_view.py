"""This file decides what the window may see of the station's experience: confirmed false alarms, and what fixed a fault before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NewType

from station.config import Text
from station.frames import AlarmId, DefinitionId, PersonId, SourceId

EntryId = NewType("EntryId", str)
"""Id of one entry of the memory of false alarms (a UUID in text form)."""


class EntryState(StrEnum):
    """Whether an entry has an effect now."""

    IN_FORCE = "in_force"
    OFF = "off"
    """A person switched it off; it can be switched on again."""
    OTHER_MODEL = "other_model"
    """Confirmed with another network than the one that judges this camera now: it demotes nothing."""


@dataclass(frozen=True, slots=True)
class MemoryEntry:
    """One confirmed false alarm, with everything that was confirmed to be the same.

    Attributes:
        entry_id: Its id.
        state: Whether it has an effect now.
        definition_id, source_id: The warning and the camera it belongs to: nowhere else does it count.
        title: Title of the warning; None where the station file has no such definition any more.
        target, label: What the model had found there.
        region: Left, top, width and height as shares of the picture.
        times: How many warnings were confirmed false here.
        repeats: How many warnings it has demoted since.
        last_seen_utc: When it demoted one last; None: never.
        person_id: Who confirmed it last.
        note: What that person noted.
        created_utc: When it was confirmed last.
        expires_utc: When it ends by itself.
        picture: The region with its surroundings as it was first confirmed, PNG; None where there is none.
        model: Name of the pack that had found it.
    """

    entry_id: EntryId
    state: EntryState
    definition_id: DefinitionId
    source_id: SourceId
    title: Text | None
    target: str
    label: str
    region: tuple[float, float, float, float]
    times: int
    repeats: int
    last_seen_utc: datetime | None
    person_id: PersonId
    note: str
    created_utc: datetime
    expires_utc: datetime
    picture: Path | None
    model: str


class Likeness(StrEnum):
    """What the incidents behind a suggestion have in common with the open one, the strongest first."""

    SAME_DRIVERS = "same_drivers"
    """The same channels moved the same way."""
    LOOKS_ALIKE = "looks_alike"
    """The model saw something alike."""
    SAME_CAUSE = "same_cause"
    """The same warning on the same machine."""
    SAME_KIND = "same_kind"
    """The same kind of warning elsewhere."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One action that may fix an open incident, and why it is suggested.

    Attributes:
        action_id: Id of the definition's choice, to be answered with; empty for the definition's own advice.
        text: What to do.
        worked: Of the incidents counted here, how often the cause did not come back after it.
        tried: How often it was tried and is known to have worked or not; 0 for a cold start.
        pending: How often it was chosen too recently to know.
        likeness: What those incidents have in common with this one; None for a cold start.
        drivers: Channels that moved the same way, strongest first, each with the sign of its deviation (+1 above usual, -1
            below); only with SAME_DRIVERS.
        last_person_id, last_utc: Who chose it last, and when.
        last_alarm_id: The warning it was chosen for then.
        score: What it was ranked by, 0..1: see docs/feedback.md.
    """

    action_id: str
    text: Text
    worked: int = 0
    tried: int = 0
    pending: int = 0
    likeness: Likeness | None = None
    drivers: tuple[tuple[str, int], ...] = ()
    last_person_id: PersonId | None = None
    last_utc: datetime | None = None
    last_alarm_id: AlarmId | None = None
    score: float = 0.0
