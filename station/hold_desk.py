"""This file decides how people's holds and changes of definitions get on disk before they count."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from inference.errors import LinesideError
from station.alarms.engine import AlarmEngine
from station.clock import Clock
from station.config import AlarmConfig
from station.events import AlarmEvent
from station.frames import DefinitionId, PersonId
from station.holds import HoldChange, HoldEvent
from station.records import hold_rows
from station.records.store import Records
from station.view import Outcome
from station.warning_view import HoldKind

_log = logging.getLogger(__name__)


class HoldDesk:
    """Holds and changes by people. Every method may be called from any thread; when one returns ok it is on disk.

    Args:
        engine: Holds back.
        records: Where it is kept.
        clock: Source of time.
        lock: Around the engine; held for microseconds.
        commands: One person's command after the other.
        keep: Journals what the engine answers; called under *lock*.
    """

    def __init__(
        self,
        engine: AlarmEngine,
        records: Records,
        clock: Clock,
        lock: threading.Lock,
        commands: threading.Lock,
        keep: Callable[[Sequence[AlarmEvent]], None],
    ) -> None:
        self._engine = engine
        self._records = records
        self._clock = clock
        self._lock = lock
        self._commands = commands
        self._keep = keep

    def shelve(self, definition_id: DefinitionId, duration_s: float, reason: str, person: PersonId) -> Outcome:
        """Put a warning aside for a time."""
        return self._begin(definition_id, HoldKind.SHELVED, duration_s, reason, person)

    def unshelve(self, definition_id: DefinitionId, person: PersonId) -> Outcome:
        """Take a warning that was put aside back."""
        return self._end(definition_id, HoldKind.SHELVED, person)

    def take_out_of_service(self, definition_id: DefinitionId, reason: str, person: PersonId) -> Outcome:
        """Take a warning out of service."""
        return self._begin(definition_id, HoldKind.OUT_OF_SERVICE, None, reason, person)

    def return_to_service(self, definition_id: DefinitionId, person: PersonId) -> Outcome:
        """Take a warning back into service."""
        return self._end(definition_id, HoldKind.OUT_OF_SERVICE, person)

    def redefine(self, definition: AlarmConfig, person: PersonId, why: str) -> Outcome:
        """Put *definition* in the place of the one with its id, now, without losing what is open."""
        try:
            with self._commands:
                with self._lock:
                    before = self._engine.check_change(definition)
                write = hold_rows.definition_change(before, definition, person, why, self._clock.utc())
                self._records.confirm_row(write, "The change of a warning")
                with self._lock:
                    self._keep(self._engine.redefine(definition, self._clock.monotonic_s(), self._clock.utc()))
        except LinesideError as error:
            return Outcome(ok=False, sentence=str(error))
        _log.info("%s was changed by %s: %s", definition.id, person, why)
        return Outcome(ok=True)

    def _begin(self, definition_id: DefinitionId, kind: HoldKind, length_s: float | None, reason: str, person: PersonId) -> Outcome:
        return self._carry_out(
            lambda: self._engine.plan_hold(definition_id, kind, length_s, reason, person, self._clock.monotonic_s(), self._clock.utc())
        )

    def _end(self, definition_id: DefinitionId, kind: HoldKind, person: PersonId) -> Outcome:
        return self._carry_out(lambda: self._engine.plan_release(definition_id, kind, person, self._clock.monotonic_s(), self._clock.utc()))

    def _carry_out(self, plan: Callable[[], HoldEvent]) -> Outcome:
        try:
            with self._commands:
                with self._lock:
                    planned = plan()
                what = "The end of the hold" if planned.change is HoldChange.ENDED else "The hold"
                self._records.confirm_row(hold_rows.hold_event(planned), what)
                with self._lock:
                    self._keep(self._engine.commit_hold(planned, self._clock.monotonic_s(), self._clock.utc()))
        except LinesideError as error:
            return Outcome(ok=False, sentence=str(error))
        hold = planned.hold
        _log.info("%s %s %s: %s", hold.definition.id, hold.kind.value, planned.change.value, hold.reason)
        return Outcome(ok=True)
