"""This file decides what the window may see of an incident without asking the disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from station.config import Text
from station.frames import AlarmId, IncidentId, PersonId


class StepKind(StrEnum):
    """What happened in an incident; those of one warning have the words of ``station.events.AlarmEventKind``."""

    RAISED = "raised"
    RAISED_AGAIN = "raised_again"
    RETURNED = "returned"
    ACKNOWLEDGED = "acknowledged"
    RESET = "reset"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"
    ANSWERED = "answered"
    """A person said whether the warning was right, what it was, what was done."""
    CLOSED = "closed"
    """The last warning of the incident is closed."""
    REALARMED = "realarmed"
    PROMOTED = "promoted"
    CHATTERING = "chattering"
    HELD = "held"
    """Put aside, suppressed by design or out of service; the step's state says which."""
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class IncidentStep:
    """One line of who did what, and of what happened by itself.

    Attributes:
        utc: When, aware.
        kind: What.
        alarm_id: The warning concerned.
        title: Title of that warning.
        person_id: Who; None for what happened by itself.
        note: What the person said, or the reason given.
        state: State of the warning after it, as ``station.view.AlarmState`` writes it.
        answer: ``real``, ``false`` or ``unsure``, with ANSWERED.
        cause_id, action_id: Ids of the definition's choices, with ANSWERED; empty where not said.
    """

    utc: datetime
    kind: StepKind
    alarm_id: AlarmId
    title: Text
    person_id: PersonId | None = None
    note: str = ""
    state: str = ""
    answer: str = ""
    cause_id: str = ""
    action_id: str = ""


@dataclass(frozen=True, slots=True)
class IncidentView:
    """One open incident.

    Attributes:
        incident_id: Its id; an alarm's ``incident_id`` names it.
        asset: The machine or part stream.
        cause: Id of the cause that its warnings share.
        title: Title of its most urgent warning.
        opened_utc: When its first warning was raised, aware.
        respond_by_utc: The earliest time by which one of its open warnings wants an answer.
        alarms: Its open warnings, the most urgent first.
        steps: What happened and who did what, oldest first; the newest fifty.
    """

    incident_id: IncidentId
    asset: str
    cause: str
    title: Text
    opened_utc: datetime
    respond_by_utc: datetime
    alarms: tuple[AlarmId, ...]
    steps: tuple[IncidentStep, ...] = ()
