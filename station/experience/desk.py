"""This file decides what answers teach the station, who may correct it, and that all of it is on disk before it counts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from inference.contract import PackContract
from inference.errors import InputError, LinesideError
from inference.image_file import read_image
from station.alarm_desk import AlarmDesk
from station.clock import Clock
from station.config import CRITICAL, AlarmConfig, StationFile, VerdictCondition
from station.events import RINGING, AlarmEvent
from station.experience.confirming import MOST_DAYS, remember
from station.experience.false_memory import FalseMemory, model_key
from station.experience.fixes import suggest
from station.experience_view import EntryId, EntryState, MemoryEntry, Suggestion
from station.frames import AlarmId, IncidentId, PersonId
from station.paths import DataFolder
from station.people import Standing
from station.records import fix_rows, memory_rows
from station.records.journal import Write
from station.records.memory_rows import MemoryRow, RaisedFinding
from station.records.store import Records
from station.view import AlarmKind, Feedback, FeedbackAnswer, Outcome

_log = logging.getLogger(__name__)
_NOBODY = Outcome(ok=False, sentence=Standing.NOBODY.value)
_GONE = Outcome(ok=False, sentence="This entry is not in the memory any more. Look at the list again.")
_PICTURE_PATIENCE_S = 2.0
_PICTURE_LOOK_S = 0.05


class ExperienceDesk:
    """Implements :class:`station.experience_port.ExperiencePort`. Every method may be called from any thread.

    Args:
        station: The station file.
        records: Where answers and entries are kept.
        alarms: Asks the memory before it raises.
        data: Where the entries' pictures lie.
        packs: The packs that judge now.
        signed_in: Says who is at the station; None for nobody.
        clock: Source of time.

    Raises:
        RecordsError: What earlier runs confirmed cannot be read.
    """

    def __init__(
        self,
        station: StationFile,
        records: Records,
        alarms: AlarmDesk,
        data: DataFolder,
        packs: Callable[[], Sequence[PackContract]],
        signed_in: Callable[[], PersonId | None],
        clock: Clock,
    ) -> None:
        self._station, self._records, self._alarms, self._data = station, records, alarms, data
        self._packs, self._signed_in, self._clock = packs, signed_in, clock
        self._lock = threading.Lock()
        """One change of the memory after the other: what is on disk and what is in force agree."""
        self._rows: tuple[MemoryRow, ...] = ()
        self._repeats: dict[EntryId, int] = {}
        self._seen: dict[EntryId, datetime] = {}
        self._without_picture: set[AlarmId] = set()
        """Waited for in vain; the same answer with its cause and note must not wait again."""
        self._memory = FalseMemory(clock.utc)
        rows = records.ask(memory_rows.read_all)
        self._repeats = {row.group_id: row.repeats for row in reversed(rows)}
        self._put(rows)
        alarms.ask_before_raising(self._memory)
        alarms.teach(self._memory.look, self.answered)
        alarms.listen(self._on_event)

    def answered(self, feedback: Feedback) -> Outcome:
        """Learn from an answer that is on disk: a confirmed false alarm is remembered, another answer on it forgets that again."""
        if feedback.alarm_id is None:
            return Outcome(ok=True)
        try:
            with self._lock:
                if feedback.answer is FeedbackAnswer.FALSE:
                    self._remember(feedback)
                else:
                    self._forget(feedback.alarm_id, feedback.person_id)
        except LinesideError as error:
            return Outcome(ok=False, sentence=f"The answer is kept, but the memory of false alarms is not changed. {error}")
        return Outcome(ok=True)

    # -------------------------------------------------------------------- port

    def suggestions(self, of: AlarmId | IncidentId) -> Sequence[Suggestion]:
        """What may fix an open warning or incident; see :mod:`station.experience.fixes`."""
        now = self._clock.utc()
        past = self._records.ask(lambda connection: fix_rows.read_past(connection, str(of), now))
        return () if past is None else suggest(past.open_case, past.closed, past.definition)

    def memory(self) -> Sequence[MemoryEntry]:
        """The entries, newest first."""
        now = self._clock.utc()
        groups: dict[EntryId, list[MemoryRow]] = {}
        for row in self._rows:
            if row.expires_utc > now:
                groups.setdefault(row.group_id, []).append(row)
        keys = self._keys_in_use()
        entries = [self._entry(rows, keys) for rows in groups.values()]
        return tuple(sorted(entries, key=lambda entry: entry.created_utc, reverse=True))

    def switch_off(self, entry: EntryId) -> Outcome:
        """Let an entry demote nothing."""
        now = self._clock.utc()
        return self._change(
            entry, lambda person: memory_rows.switch(entry, now, person), lambda row: replace(row, off_utc=now), "switched off"
        )

    def switch_on(self, entry: EntryId) -> Outcome:
        """Let an entry demote again."""
        return self._change(
            entry, lambda person: memory_rows.switch(entry, None, person), lambda row: replace(row, off_utc=None), "switched on"
        )

    def remove(self, entry: EntryId) -> Outcome:
        """Forget an entry."""
        now = self._clock.utc()
        return self._change(entry, lambda person: memory_rows.remove(entry, now, person), lambda _: None, "removed")

    def extend(self, entry: EntryId, days: int) -> Outcome:
        """Let an entry end *days* from now."""
        if not 1 <= days <= MOST_DAYS:
            return Outcome(ok=False, sentence=f"An entry lives 1 to {MOST_DAYS} days, not {days}. Choose fewer.")
        until = self._clock.utc() + timedelta(days=days)
        return self._change(
            entry, lambda _: memory_rows.extend(entry, until), lambda row: replace(row, expires_utc=until), f"extended by {days} days"
        )

    def take_back(self, alarm: AlarmId) -> Outcome:
        """Take the answer on a warning back, and what was learned from it."""
        person = self._signed_in()
        if person is None:
            return _NOBODY
        try:
            self._records.confirm_row(memory_rows.take_answer_back(alarm, self._clock.utc(), person), "The undo")
            with self._lock:
                self._forget(alarm, person)
        except LinesideError as error:
            return Outcome(ok=False, sentence=str(error))
        self._alarms.answer_taken_back(alarm)
        return Outcome(ok=True)

    # ------------------------------------------------------------------ inside

    def _put(self, rows: Sequence[MemoryRow]) -> None:
        """Have *rows* in force; the caller holds the lock."""
        self._rows = tuple(rows)
        self._memory.take(self._rows)

    def _change(
        self,
        entry: EntryId,
        write: Callable[[PersonId], Write],
        change: Callable[[MemoryRow], MemoryRow | None],
        said: str,
    ) -> Outcome:
        person = self._signed_in()
        if person is None:
            return _NOBODY
        with self._lock:
            if all(row.group_id != entry for row in self._rows):
                return _GONE
            try:
                self._records.confirm_row(write(person), f"That an entry was {said}")
            except LinesideError as error:
                return Outcome(ok=False, sentence=str(error))
            changed = (change(row) if row.group_id == entry else row for row in self._rows)
            self._put([row for row in changed if row is not None])
        _log.info("memory of false alarms: %s was %s by %s", entry, said, person)
        return Outcome(ok=True)

    def _remember(self, feedback: Feedback) -> None:
        alarm_id = feedback.alarm_id
        if alarm_id is None or alarm_id in self._without_picture or any(row.alarm_id == alarm_id for row in self._rows):
            return  # the same answer again, with its cause or note
        raised = self._read_raised(alarm_id)
        definition = self._definitions().get(raised.definition_id) if raised is not None else None
        if raised is None or raised.finding is None or definition is None or raised.kind != AlarmKind.DEFECT.value:
            return
        if definition.priority == CRITICAL or not isinstance(definition.when, VerdictCondition):
            return
        if not raised.finding.regions:
            return  # no place to know again
        if raised.picture is None:
            _log.warning("%s was confirmed false, but its picture is not kept: nothing is remembered of it", alarm_id)
            self._without_picture.add(alarm_id)
            return
        try:
            image = read_image(raised.picture)
        except InputError as error:
            _log.warning("%s was confirmed false, but its picture cannot be read: %s", alarm_id, error)
            return
        known = [row for row in self._rows if row.definition_id == definition.id and row.source_id == raised.source_id]
        now = self._clock.utc()
        known = [row for row in known if row.expires_utc > now and row.off_utc is None]
        rows = remember(definition, raised.source_id, raised.finding, image, feedback, known, now, self._data.memory)
        self._records.confirm_row(memory_rows.add(rows), "The confirmed false alarm")
        group = rows[0].group_id
        # Confirmed once more, it lives on as a whole; a longer time that a person gave stays.
        until = max([rows[0].expires_utc, *(row.expires_utc for row in self._rows if row.group_id == group)])
        if any(row.expires_utc != until for row in (*self._rows, *rows) if row.group_id == group):
            self._records.confirm_row(memory_rows.extend(group, until), "That a confirmed false alarm lives on")
        renewed = [replace(row, expires_utc=until) if row.group_id == group else row for row in (*self._rows, *rows)]
        self._put(renewed)

    def _forget(self, alarm_id: AlarmId, person: PersonId) -> None:
        if any(row.alarm_id == alarm_id for row in self._rows):
            self._records.confirm_row(memory_rows.remove_alarm(alarm_id, self._clock.utc(), person), "That a false alarm was none")
            self._put([row for row in self._rows if row.alarm_id != alarm_id])

    def _read_raised(self, alarm_id: AlarmId) -> RaisedFinding | None:
        """What the warning was raised for. Its picture is written by another thread: that is waited for a moment."""
        waited = threading.Event()
        raised = None
        for _ in range(round(_PICTURE_PATIENCE_S / _PICTURE_LOOK_S)):
            raised = self._records.ask(lambda connection: memory_rows.raised_finding(connection, alarm_id, self._data.images))
            if raised is None or raised.finding is None or raised.kind != AlarmKind.DEFECT.value or raised.picture is not None:
                return raised
            waited.wait(_PICTURE_LOOK_S)
        return raised

    def _on_event(self, event: AlarmEvent) -> None:
        """A warning rang: where it was demoted, the entries behind it note a repeat. Under the alarm desk's lock."""
        if event.kind not in RINGING or not event.seen_false or event.finding is None:
            return
        for group in self._memory.groups_of(event.definition, event.source_id, event.finding, event.input_ref):
            self._repeats[group] = self._repeats.get(group, 0) + 1
            self._records.keep_row(memory_rows.note_repeat(group, self._repeats[group], event.utc), "A known false alarm")
            self._seen[group] = event.utc

    def _definitions(self) -> Mapping[str, AlarmConfig]:
        return {definition.id: definition for definition in self._alarms.definitions()}

    def _keys_in_use(self) -> Mapping[str, str]:
        """By camera, the network that judges it now."""
        keys = {pack.name: model_key(pack.name, pack.model.sha256) for pack in self._packs()}
        return {camera.id: keys.get(camera.model or "", "") for camera in self._station.cameras}

    def _entry(self, rows: Sequence[MemoryRow], keys: Mapping[str, str]) -> MemoryEntry:
        first, last = rows[0], rows[-1]
        state = EntryState.IN_FORCE
        if first.off_utc is not None:
            state = EntryState.OFF
        elif keys.get(first.source_id) != first.embedding_of:
            state = EntryState.OTHER_MODEL
        definition = self._definitions().get(first.definition_id)
        return MemoryEntry(
            entry_id=first.group_id,
            state=state,
            definition_id=first.definition_id,
            source_id=first.source_id,
            title=None if definition is None else definition.title,
            target=first.target,
            label=first.label,
            region=first.region,
            times=len({row.alarm_id for row in rows}),
            repeats=self._repeats.get(first.group_id, 0),
            last_seen_utc=self._seen.get(first.group_id, first.last_seen_utc),
            person_id=last.person_id,
            note=last.note,
            created_utc=last.created_utc,
            expires_utc=first.expires_utc,
            picture=self._data.memory / first.picture if first.picture else None,
            model=first.embedding_of.partition("@")[0],
        )
