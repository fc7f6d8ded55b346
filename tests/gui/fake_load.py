"""The load of warnings without a line: a made-up month through the real figures and the real replay, for tests of the window."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np

from station.config import AlarmConfig, StationFile
from station.frames import DefinitionId, PersonId
from station.load.evidence import Evidence
from station.load.figures import load_report
from station.load.history import ACKNOWLEDGED, ACTIVATED, RETURNED, History, HoldRow, Named, Occurrences
from station.load.score_tape import Runs
from station.load.settings import with_settings
from station.load.what_if import Case, what_if
from station.load_view import Basis, DefinitionChange, LoadReport, Settings, WhatIf
from station.view import FeedbackAnswer, Outcome


class _Line(Protocol):
    person: PersonId | None
    fail_with: str
    gate: threading.Event

    @property
    def station(self) -> StationFile: ...

    @property
    def now(self) -> datetime: ...


class FakeLoad:
    """Implements :class:`station.load_port.LoadPort`; the first definition comes often, and one in four of it lasts for long."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._definitions = line.station.alarms
        self.cannot = ""
        self.empty = False
        self.asked: list[Settings] = []
        self.kept: list[DefinitionChange] = []

    @property
    def definitions(self) -> tuple[AlarmConfig, ...]:
        return self._definitions

    @property
    def cannot_apply(self) -> str:
        return self.cannot

    def load(self, since_utc: datetime, until_utc: datetime) -> LoadReport:
        self._line.gate.wait()
        found = tuple(reversed([one for one in self.kept if since_utc <= one.utc < until_utc]))
        return load_report(self._history(since_utc, until_utc), found)

    def changes(self, since_utc: datetime, until_utc: datetime) -> tuple[DefinitionChange, ...]:
        return tuple(reversed([one for one in self.kept if since_utc <= one.utc < until_utc]))

    def what_if(self, definition_id: DefinitionId, settings: Settings, since_utc: datetime, until_utc: datetime) -> WhatIf:
        self._line.gate.wait()
        self.asked.append(settings)
        definition = next(one for one in self._definitions if one.id == definition_id)
        times = _times(since_utc, until_utc, 0 if definition is self._definitions[0] else 3)
        length = np.where(np.arange(times.size) % 4 == 0, 40.0, 1.5)
        answers = {
            place: FeedbackAnswer.REAL if place % 4 == 0 or place == 5 else FeedbackAnswer.FALSE for place in range(0, times.size, 3)
        }
        begin = np.stack([times, times + length], axis=1).ravel()
        end = np.append(begin[1:] - 0.1, begin[-1:] + 60.0)
        n = begin.size
        runs = Runs(
            begin,
            end,
            np.zeros(n),
            end - begin,
            np.maximum(((end - begin) * 10).astype(np.int64), 1),
            np.tile([0.9, 0.1], n // 2),
            np.full(n, 0.5),
            np.zeros(n, np.int64),
            ("crack",),
        )
        in_force = definition.model_copy(update={"raise_count": 1, "of_last": 1})
        journal = Occurrences(times, times + length, np.arange(times.size), answers)
        evidence = Evidence(Basis.SCORES, since_utc.timestamp(), until_utc.timestamp(), np.empty(0), journal, runs=runs)
        case = Case(in_force, since_utc.timestamp(), until_utc.timestamp(), evidence)
        return what_if(case, settings, with_settings(definition, settings).model_copy(update={"raise_count": 1, "of_last": 1}))

    def apply(self, definition_id: DefinitionId, settings: Settings, why: str) -> Outcome:
        before = next(one for one in self._definitions if one.id == definition_id)
        return self._change(before, with_settings(before, settings), why)

    def undo(self, change_id: int, why: str) -> Outcome:
        done = next(one for one in self.kept if one.change_id == change_id)
        return self._change(done.after, done.before, why)

    def _change(self, before: AlarmConfig, after: AlarmConfig, why: str) -> Outcome:
        if self._line.fail_with:
            return Outcome(ok=False, sentence=self._line.fail_with)
        person = self._line.person or PersonId("")
        self.kept.append(DefinitionChange(len(self.kept), DefinitionId(before.id), self._line.now, person, why, before, after))
        self._definitions = tuple(after if one.id == after.id else one for one in self._definitions)
        return Outcome(ok=True)

    def _history(self, since_utc: datetime, until_utc: datetime) -> History:
        named = tuple(Named(DefinitionId(one.id), one.title) for one in self._definitions)
        rows: list[tuple[float, int, float]] = []
        if not self.empty:
            for place in range(len(named)):
                rows += [(float(at), place, float(at) + 5.0 + 40.0 * place) for at in _times(since_utc, until_utc, 3 * place)]
            burst = until_utc.timestamp() - 5400.0
            rows += [(burst + 14.0 * number, 0, burst + 14.0 * number + 6.0) for number in range(26)]
        rows.sort()
        events = sorted(
            event
            for number, (at, place, end) in enumerate(rows)
            for event in ((at, ACTIVATED, number), (at + 20.0 + 7.0 * (number % 9), ACKNOWLEDGED, number), (end, RETURNED, number))
        )
        definition = np.array([row[1] for row in rows], np.int64)
        ends = np.array([row[2] for row in rows], np.float64)
        holds = ()
        if not self.empty:
            hold = HoldRow(
                named[-1].definition_id,
                "shelved",
                until_utc - timedelta(hours=2),
                until_utc + timedelta(hours=2),
                "wei",
                "Fan on order",
                None,
                "",
            )
            holds = (hold,)
        return History(
            since_utc,
            until_utc,
            np.array([event[0] for event in events], np.float64),
            np.array([event[1] for event in events], np.int8),
            np.array([event[2] for event in events], np.int64),
            tuple(str(number) for number in range(len(rows))),
            definition,
            np.array([self._definitions[place].priority for place in definition.tolist()], np.int64),
            np.array([row[0] for row in rows], np.float64),
            ends,
            np.where(ends < until_utc.timestamp() - 60.0, ends + 90.0, np.nan),
            named,
            holds,
        )


def _times(since_utc: datetime, until_utc: datetime, rarer: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Regular in the day, rarer for later definitions; always the same."""
    step_s = 900.0 + 2400.0 * rarer
    times = np.arange(since_utc.timestamp() + 300.0 + 77.0 * rarer, until_utc.timestamp() - 60.0, step_s)
    return times + 200.0 * np.sin(np.arange(times.size) * 1.7)
