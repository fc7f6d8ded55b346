"""Warnings that are held back, without a line: keeps what it was told, for tests of the window."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from station.config import CRITICAL, AlarmConfig, StationFile
from station.frames import AlarmId, DefinitionId, PersonId, SourceId
from station.view import Outcome
from station.warning_view import FloodView, HoldKind, HoldView


class _Line(Protocol):
    person: PersonId | None
    fail_with: str

    @property
    def station(self) -> StationFile: ...

    @property
    def now(self) -> datetime: ...


class FakeWarnings:
    """Implements :class:`station.warning_port.WarningPort`; tests may set ``flood`` and add to ``held``."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self.held: dict[tuple[DefinitionId, HoldKind], HoldView] = {}
        self.flood: FloodView | None = None

    def definitions(self) -> tuple[AlarmConfig, ...]:
        return self._line.station.alarms

    def holds(self) -> tuple[HoldView, ...]:
        now = self._line.now
        return tuple(
            replace(hold, left_s=None if hold.until_utc is None else (hold.until_utc - now).total_seconds()) for hold in self.held.values()
        )

    def shelve(self, definition_id: DefinitionId, duration_s: float, reason: str) -> Outcome:
        return self._hold(definition_id, HoldKind.SHELVED, duration_s, reason)

    def unshelve(self, definition_id: DefinitionId) -> Outcome:
        return self._let_go(definition_id, HoldKind.SHELVED)

    def take_out_of_service(self, definition_id: DefinitionId, reason: str) -> Outcome:
        return self._hold(definition_id, HoldKind.OUT_OF_SERVICE, None, reason)

    def return_to_service(self, definition_id: DefinitionId) -> Outcome:
        return self._let_go(definition_id, HoldKind.OUT_OF_SERVICE)

    def suppress(self, number: int) -> None:
        """Suppress the definition *number* by the machine's state; its condition came behind it."""
        definition, now = self.definitions()[number], self._line.now
        source = SourceId(getattr(definition.when, "source", "station"))
        self.held[DefinitionId(definition.id), HoldKind.SUPPRESSED] = HoldView(
            definition,
            HoldKind.SUPPRESSED,
            source,
            now - timedelta(minutes=4),
            reason="The machine stands",
            stands=True,
            behind=3,
            last_behind_utc=now,
        )

    def begin_flood(self, count: int = 34) -> None:
        """More warnings than a person can answer, begun by the second definition's."""
        since = self._line.now - timedelta(minutes=4)
        self.flood = FloodView(since, count, count, self.definitions()[1], SourceId("rig"), AlarmId("alarm-1"))

    def _hold(self, definition_id: DefinitionId, kind: HoldKind, duration_s: float | None, reason: str) -> Outcome:
        definition = next(one for one in self.definitions() if one.id == definition_id)
        if self._line.fail_with or definition.priority == CRITICAL:
            return Outcome(ok=False, sentence=self._line.fail_with or "A warning of priority 1 is never held back.")
        until = None if duration_s is None else self._line.now + timedelta(seconds=duration_s)
        source = SourceId(getattr(definition.when, "source", "station"))
        view = HoldView(definition, kind, source, self._line.now, until, duration_s, self._line.person, reason)
        self.held[definition_id, kind] = view
        return Outcome(ok=True)

    def _let_go(self, definition_id: DefinitionId, kind: HoldKind) -> Outcome:
        if self._line.fail_with or self.held.pop((definition_id, kind), None) is None:
            return Outcome(ok=False, sentence=self._line.fail_with or "This warning is not held back.")
        return Outcome(ok=True)
