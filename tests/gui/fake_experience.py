"""Confirmed false alarms and suggestions without a line: keeps what it was told, for tests of the window."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from station.config import Choice, StationFile
from station.experience_view import EntryId, EntryState, Likeness, MemoryEntry, Suggestion
from station.frames import AlarmId, DefinitionId, IncidentId, PersonId, SourceId
from station.view import Outcome


class _Line(Protocol):
    person: PersonId | None
    fail_with: str

    @property
    def station(self) -> StationFile: ...

    @property
    def now(self) -> datetime: ...


class FakeExperience:
    """Implements :class:`station.experience_port.ExperiencePort`; tests may set ``entries`` and ``known``."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self.entries: dict[EntryId, MemoryEntry] = {}
        self.known: dict[str, tuple[Suggestion, ...]] = {}
        self.taken_back: list[AlarmId] = []

    def fill(self, count: int = 2) -> None:
        """Remember *count* false alarms of the first camera."""
        station, now = self._line.station, self._line.now
        definition = next(one for one in station.alarms if one.when.kind == "verdict")
        for number in range(count):
            entry = EntryId(f"entry-{number}")
            self.entries[entry] = MemoryEntry(
                entry_id=entry,
                state=EntryState.IN_FORCE if number % 2 == 0 else EntryState.OTHER_MODEL,
                definition_id=DefinitionId(definition.id),
                source_id=SourceId(station.cameras[0].id),
                title=definition.title,
                target="surface-pitting",
                label="pitting",
                region=(0.4, 0.5, 0.05, 0.08),
                times=3 - number % 3,
                repeats=12 + number,
                last_seen_utc=now - timedelta(hours=number),
                person_id=PersonId("wei"),
                note="dirt on the glass" if number == 0 else "",
                created_utc=now - timedelta(days=number + 1),
                expires_utc=now + timedelta(days=29 - number),
                picture=None,
                model="surface-pitting",
            )

    def know(self, alarm: AlarmId, actions: tuple[Choice, ...], drivers: tuple[tuple[str, int], ...] = ()) -> None:
        """Suggest up to three of *actions* for *alarm*."""
        now = self._line.now
        self.known[alarm] = tuple(
            Suggestion(
                action_id=one.id,
                text=one.text,
                worked=3 - place,
                tried=4,
                likeness=Likeness.SAME_DRIVERS if drivers else Likeness.SAME_CAUSE,
                drivers=drivers,
                last_person_id=PersonId("wei"),
                last_utc=now - timedelta(days=3 + place),
                score=0.6 - 0.1 * place,
            )
            for place, one in enumerate(actions[:3])
        )

    def suggestions(self, of: AlarmId | IncidentId) -> tuple[Suggestion, ...]:
        return self.known.get(of, ())

    def memory(self) -> tuple[MemoryEntry, ...]:
        return tuple(self.entries.values())

    def switch_off(self, entry: EntryId) -> Outcome:
        return self._change(entry, state=EntryState.OFF)

    def switch_on(self, entry: EntryId) -> Outcome:
        return self._change(entry, state=EntryState.IN_FORCE)

    def extend(self, entry: EntryId, days: int) -> Outcome:
        return self._change(entry, expires_utc=self._line.now + timedelta(days=days))

    def remove(self, entry: EntryId) -> Outcome:
        outcome = self._change(entry)
        if outcome.ok:
            del self.entries[entry]
        return outcome

    def take_back(self, alarm: AlarmId) -> Outcome:
        self.taken_back.append(alarm)
        return Outcome(ok=True)

    def _change(self, entry: EntryId, **changes: object) -> Outcome:
        if self._line.person is None:
            return Outcome(ok=False, sentence="Nobody is signed in. Pick your name and enter your PIN first.")
        if self._line.fail_with:
            return Outcome(ok=False, sentence=self._line.fail_with)
        self.entries[entry] = replace(self.entries[entry], **changes)  # type: ignore[arg-type]  # any field
        return Outcome(ok=True)
