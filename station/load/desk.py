"""This file decides how the load of warnings is asked for, tried with other settings, and changed: behind ``LinePort.load``."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference.errors import ConfigError, LinesideError, RecordsError
from station.clock import Clock
from station.config import AlarmConfig, LimitCondition, Role, StationFile, TableSensors, VerdictCondition
from station.frames import DefinitionId, PersonId, SourceId
from station.load.evidence import Evidence
from station.load.figures import load_report
from station.load.score_tape import ANY_TARGET, SCORE_PREFIX, ScoreTapes, decode
from station.load.settings import settings_of, with_settings
from station.load.station_edit import StationEdit, why_not_writable
from station.load.value_tape import VALUE_PREFIX, decode_values
from station.load.what_if import LEAD_S, Case, replayed, what_if
from station.load_view import Basis, DefinitionChange, LoadReport, Settings, WhatIf
from station.people import Standing
from station.records import load_queries
from station.records.store import Records
from station.source_times import own_time_ids
from station.view import Outcome

_log = logging.getLogger(__name__)
_PATIENCE_S = 2.0
_CASES_KEPT = 2
_ENGINEERS_ONLY = Outcome(ok=False, sentence="Only an engineer changes the settings of a warning. Sign in as an engineer.")
_NO_REASON = Outcome(ok=False, sentence="Say why the settings are changed. The reason is kept, and the shift report shows it.")


class Redefining(Protocol):
    """What takes a changed definition into force (station.alarm_desk.AlarmDesk)."""

    def definitions(self) -> tuple[AlarmConfig, ...]:
        """Every definition in force."""
        ...

    def redefine(self, definition: AlarmConfig, person: PersonId, why: str) -> Outcome:
        """Put *definition* in the place of the one with its id, now, and keep the change; on disk when it returns ok."""
        ...


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which replay was asked for."""

    definition: str
    since_utc: datetime
    until_utc: datetime


class LoadDesk:
    """Implements :class:`station.load_port.LoadPort`. Every method may be called from any thread.

    Args:
        station: The station file as it was read at the start.
        station_path: Where it lies; None for a line that was made without one.
        records: The journal, trends and tapes.
        clock: Source of time.
        signed_in: Says who is at the station; None for nobody.

    Attributes:
        tapes: Keeps every score that a warning listens to; told by the alarm desk.
    """

    def __init__(
        self,
        station: StationFile,
        station_path: Path | None,
        records: Records,
        clock: Clock,
        signed_in: Callable[[], PersonId | None],
    ) -> None:
        self._station, self._path = station, station_path
        self._records, self._clock, self._signed_in = records, clock, signed_in
        self._alarms: Redefining | None = None
        interval_s = station.records.trend_interval_s
        self.tapes = ScoreTapes(station.alarms, own_time_ids(station), self._keep_piece, interval_s=interval_s)
        self._lock = threading.Lock()
        self._applying = threading.Lock()
        self._cases: dict[_Asked, Case] = {}

    def connect(self, alarms: Redefining) -> None:
        """Where definitions are in force. Before anything is asked."""
        self._alarms = alarms

    @property
    def station(self) -> StationFile:
        """The station file in force, changes included."""
        return self._station

    @property
    def definitions(self) -> tuple[AlarmConfig, ...]:
        """The definitions in force."""
        return self._station.alarms if self._alarms is None else self._alarms.definitions()

    @property
    def cannot_apply(self) -> str:
        """Why nobody can change the station file, and what to do; empty where an engineer can."""
        return why_not_writable(self._path)

    def load(self, since_utc: datetime, until_utc: datetime) -> LoadReport:
        """The load of a period.

        Raises:
            RecordsError: The records cannot be read.
        """
        self._flush()
        return self._records.ask(
            lambda c: load_report(load_queries.history(c, since_utc, until_utc), load_queries.changes(c, since_utc, until_utc))
        )

    def what_if(self, definition_id: DefinitionId, settings: Settings, since_utc: datetime, until_utc: datetime) -> WhatIf:
        """What *settings* would have made of a period. The first question about a period reads it, further ones are quick.

        Raises:
            RecordsError: The records cannot be read.
            ConfigError: There is no such definition, or such settings cannot be.
        """
        in_force = self._in_force(definition_id)
        tried = with_settings(in_force, settings)
        return what_if(self._case(in_force, since_utc, until_utc), settings, tried)

    def changes(self, since_utc: datetime, until_utc: datetime) -> tuple[DefinitionChange, ...]:
        """Changes of settings in a period, newest first.

        Raises:
            RecordsError: The records cannot be read.
        """
        return self._records.ask(lambda c: load_queries.changes(c, since_utc, until_utc))

    def apply(self, definition_id: DefinitionId, settings: Settings, why: str) -> Outcome:
        """Write *settings* into the station file, as the signed-in engineer; in force and on disk when it returns ok."""
        try:
            before = self._in_force(definition_id)
            return self._change(before, with_settings(before, settings), why)
        except LinesideError as error:
            return Outcome(ok=False, sentence=str(error))

    def undo(self, change_id: int, why: str) -> Outcome:
        """Put the settings before a change back, as the signed-in engineer; itself a change that is kept."""
        try:
            done = next((one for one in self._records.ask(load_queries.changes) if one.change_id == change_id), None)
            if done is None:
                return Outcome(ok=False, sentence="This change is not in the records any more.")
            before = self._in_force(done.definition_id)
            if settings_of(before) != settings_of(done.after):
                return Outcome(ok=False, sentence="The settings were changed again since. Undo the newest change first.")
            return self._change(before, with_settings(before, settings_of(done.before)), why)
        except LinesideError as error:
            return Outcome(ok=False, sentence=str(error))

    def stop(self) -> None:
        """Write the tapes as far as they have come. Before the records stop."""
        self.tapes.flush()

    # ------------------------------------------------------------------ inside

    def _change(self, before: AlarmConfig, after: AlarmConfig, why: str) -> Outcome:
        person = self._signed_in()
        if person is None:
            return Outcome(ok=False, sentence=Standing.NOBODY.value)
        if not any(one.id == person and one.role is Role.ENGINEER for one in self._station.people):
            return _ENGINEERS_ONLY
        if not why.strip():
            return _NO_REASON
        if after == before:
            return Outcome(ok=False, sentence="These settings are in force already.")
        if self._path is None or self._alarms is None:
            raise ConfigError(why_not_writable(None).removesuffix("."))
        with self._applying:
            edit = StationEdit(self._path, before, after)
            edit.write(self._clock.utc())
            outcome = self._alarms.redefine(after, person, why.strip())
            if not outcome.ok:
                edit.take_back()
                return outcome
            self._station = edit.station
        self.tapes.listen(self.definitions)
        with self._lock:
            self._cases.clear()
        _log.info("%s was changed by %s: %s", after.id, person, why.strip())
        return Outcome(ok=True)

    def _in_force(self, definition_id: DefinitionId) -> AlarmConfig:
        found = next((one for one in self.definitions if one.id == definition_id), None)
        if found is None:
            raise ConfigError("The station file has no such warning any more", value=definition_id, do="Choose another warning")
        return found

    def _case(self, definition: AlarmConfig, since_utc: datetime, until_utc: datetime) -> Case:
        asked = _Asked(definition.model_dump_json(), since_utc, until_utc)
        with self._lock:
            known = self._cases.get(asked)
        if known is None:
            known = self._read(definition, since_utc, until_utc)
            known = replace(known, made=replayed(known, definition))
            with self._lock:
                self._cases[asked] = known
                while len(self._cases) > _CASES_KEPT:
                    del self._cases[next(iter(self._cases))]
        return known

    def _read(self, definition: AlarmConfig, since_utc: datetime, until_utc: datetime) -> Case:
        self.tapes.flush()
        self._flush()
        lead_utc = since_utc - timedelta(seconds=LEAD_S)
        definition_id, interval_s = DefinitionId(definition.id), self._station.records.trend_interval_s
        ask = self._records.ask
        evidence = Evidence(
            basis=Basis.JOURNAL,
            since_s=since_utc.timestamp(),
            until_s=until_utc.timestamp(),
            starts_s=ask(lambda c: load_queries.starts(c, lead_utc, until_utc)),
            journal=ask(lambda c: load_queries.occurrences(c, definition_id, lead_utc, until_utc)),
        )
        held = [
            (hold.since_utc.timestamp(), (hold.ended_utc or hold.until_utc or until_utc).timestamp())
            for hold in ask(lambda c: load_queries.held(c, lead_utc, until_utc))
            if hold.definition_id == definition_id
        ]
        changed = any(one.definition_id == definition_id for one in self.changes(since_utc, until_utc))
        found = self._recorded(definition, evidence, lead_utc, until_utc)
        return Case(definition, since_utc.timestamp(), until_utc.timestamp(), found, held, changed, interval_s)

    def _recorded(self, definition: AlarmConfig, bare: Evidence, lead_utc: datetime, until_utc: datetime) -> Evidence:
        """The best evidence there is; *bare* has the journal's."""
        when = definition.when
        if isinstance(when, VerdictCondition):
            series = f"{SCORE_PREFIX}{when.target or ANY_TARGET}"
            source_id = SourceId(when.source)
            runs = decode(self._records.ask(lambda c: load_queries.tapes(c, source_id, series, lead_utc, until_utc)))
            if runs.begin_s.size:
                since_s = max(bare.since_s, float(runs.begin_s[0]))
                return Evidence(Basis.SCORES, since_s, bare.until_s, bare.starts_s, bare.journal, runs=runs)
        elif isinstance(when, LimitCondition) and (speed := self._speed(SourceId(when.source))) is not None:
            points = self._values(SourceId(when.source), when.channel, speed, lead_utc, until_utc)
            if len(points):
                since_s = max(bare.since_s, float(points[0, 0]))
                silent_after_s = next((one.stale_after_s for one in self._station.sensors if one.id == when.source), 3.0)
                return Evidence(
                    Basis.TREND,
                    since_s,
                    bare.until_s,
                    bare.starts_s,
                    bare.journal,
                    points=points,
                    silent_after_s=max(silent_after_s, 2.0 * self._station.records.trend_interval_s),
                    speed=speed,
                )
        return bare

    def _values(self, source_id: SourceId, channel: str, speed: float, since_utc: datetime, until_utc: datetime) -> NDArray[np.float64]:
        """Points of a channel: from its tape where there is one, else from its trend."""
        if speed == 1.0:
            series = f"{VALUE_PREFIX}{channel}"
            points = decode_values(self._records.ask(lambda c: load_queries.tapes(c, source_id, series, since_utc, until_utc)))
            if len(points):
                return points
        return self._records.ask(lambda c: load_queries.trend_points(c, source_id, channel, since_utc, until_utc))

    def _speed(self, source_id: SourceId) -> float | None:
        """Seconds of the rule's clock per second: a table's pace; None for one that is read as fast as it is judged."""
        if source_id not in own_time_ids(self._station):
            return 1.0
        sensor = next((one for one in self._station.sensors if one.id == source_id), None)
        return sensor.speed if isinstance(sensor, TableSensors) else None

    def _keep_piece(self, source_id: SourceId, series: str, begin_utc: datetime, end_utc: datetime, header: str, runs: bytes) -> None:
        self._records.keep_tape(source_id, series, begin_utc, end_utc, header, runs)

    def _flush(self) -> None:
        try:
            self._records.flush(_PATIENCE_S)
        except RecordsError as error:  # the alarm about the records tells it; what is on disk can be shown
            _log.warning("the newest events are not in the figures of the load: %s", error)
