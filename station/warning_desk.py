"""This file decides who may hold warnings back: it knows the person at the station and asks the alarm desk to do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from station.alarm_desk import AlarmDesk
from station.config import AlarmConfig, Person, Role
from station.frames import DefinitionId, PersonId
from station.people import Standing
from station.view import Outcome
from station.warning_view import HoldView

_NOBODY = Outcome(ok=False, sentence=Standing.NOBODY.value)
_ENGINEERS_ONLY = Outcome(ok=False, sentence="Only an engineer takes warnings out of service and back. Sign in as an engineer.")


class WarningDesk:
    """Implements :class:`station.warning_port.WarningPort`. Every method may be called from any thread.

    Args:
        alarms: Does it.
        people: The station's people.
        signed_in: Says who is at the station; None for nobody.
    """

    def __init__(self, alarms: AlarmDesk, people: Sequence[Person], signed_in: Callable[[], PersonId | None]) -> None:
        self._alarms = alarms
        self._roles = {PersonId(person.id): person.role for person in people}
        self._signed_in = signed_in

    def definitions(self) -> tuple[AlarmConfig, ...]:
        """Every definition in force."""
        return self._alarms.definitions()

    def holds(self) -> tuple[HoldView, ...]:
        """What is held back, oldest first."""
        return self._alarms.holds()

    def shelve(self, definition_id: DefinitionId, duration_s: float, reason: str) -> Outcome:
        """Put a warning aside for a time."""
        person = self._signed_in()
        return _NOBODY if person is None else self._alarms.held.shelve(definition_id, duration_s, reason, person)

    def unshelve(self, definition_id: DefinitionId) -> Outcome:
        """Take a warning that was put aside back."""
        person = self._signed_in()
        return _NOBODY if person is None else self._alarms.held.unshelve(definition_id, person)

    def take_out_of_service(self, definition_id: DefinitionId, reason: str) -> Outcome:
        """Take a warning out of service."""
        person = self._signed_in()
        if person is None or self._roles.get(person) is not Role.ENGINEER:
            return _NOBODY if person is None else _ENGINEERS_ONLY
        return self._alarms.held.take_out_of_service(definition_id, reason, person)

    def return_to_service(self, definition_id: DefinitionId) -> Outcome:
        """Take a warning back into service."""
        person = self._signed_in()
        if person is None or self._roles.get(person) is not Role.ENGINEER:
            return _NOBODY if person is None else _ENGINEERS_ONLY
        return self._alarms.held.return_to_service(definition_id, person)
