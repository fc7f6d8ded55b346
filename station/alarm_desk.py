"""This file decides how findings and people's commands reach the alarm engine, and that every event is kept.

One lock around the engine (docs/adr/0001): judges, the supervisor and commands call from their own threads.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.errors import LinesideError
from inference.findings import Finding
from inference.reasons import Reason
from station.alarms.engine import AlarmEngine, AlarmRefusedError
from station.alarms.flood import FloodWatch
from station.alarms.life_cycle import HELD_STATES
from station.alarms.seen_false import SeenFalse
from station.alarms.slots import Cause
from station.clock import Clock
from station.config import AlarmConfig, IncidentsConfig
from station.events import RINGING, AlarmEvent, AlarmEventKind, OpenAlarm, SystemFault
from station.frames import AlarmId, JudgedFrame, JudgedSample, PersonId, SourceId
from station.hold_desk import HoldDesk
from station.incident_view import IncidentView
from station.incidents.book import IncidentBook
from station.load.score_tape import ScoreTapes
from station.records import hold_rows
from station.records.store import Records
from station.view import AlarmKind, AlarmView, Feedback, Outcome
from station.warning_view import FloodView, HoldView

_log = logging.getLogger(__name__)
_NEW_PICTURE = (AlarmEventKind.RAISED, AlarmEventKind.RAISED_AGAIN, AlarmEventKind.PROMOTED)
_COUNTS_SHOWN_EVERY_S = 0.2
"""Growing counts alone make new views at most so often, s."""


class AlarmDesk:
    """The engine with its lock, its journal and its answers. Every method may be called from any thread.

    Args:
        definitions: The station's alarm definitions.
        camera_ids: The station's cameras.
        records: Where events are kept.
        clock: Source of time.
        own_time_ids: Sources whose delays run by the time their inputs carry: replays.
        tapes: Keep every score, as the engine gets it, for replays with other settings.
        incidents: Says which warnings are one incident; called under the desk's lock.
    """

    def __init__(
        self,
        definitions: Sequence[AlarmConfig],
        camera_ids: Sequence[SourceId],
        records: Records,
        clock: Clock,
        *,
        own_time_ids: Collection[SourceId] = (),
        tapes: ScoreTapes | None = None,
        incidents: IncidentBook | None = None,
    ) -> None:
        self._tapes = tapes or ScoreTapes((), (), lambda *_: None)
        self._engine = AlarmEngine(definitions, camera_ids=camera_ids, own_time_ids=own_time_ids)
        self._incidents = incidents or IncidentBook(IncidentsConfig().window_s)
        self._records = records
        self._clock = clock
        self._lock = threading.Lock()
        self._commands = threading.Lock()
        """One person's command after the other: what is planned is carried out before the next one is planned."""
        self.held = HoldDesk(self._engine, records, clock, self._lock, self._commands, self._keep)
        """Holds and changes of definitions."""
        self._flood = FloodWatch()
        self._look: Callable[[JudgedFrame], None] = lambda _: None
        self._learn: Callable[[Feedback], Outcome] = lambda _: Outcome(ok=True)
        self._views: tuple[AlarmView, ...] = ()
        self._views_of: tuple[int, float] = (-1, 0.0)
        self._incident_views: tuple[IncidentView, ...] = ()
        self._incident_views_of: tuple[Sequence[AlarmView], int] = ((), -1)
        self._listeners: list[Callable[[AlarmEvent], None]] = []
        self._answers: dict[AlarmId, Feedback] = {}
        self._images: dict[AlarmId, Path] = {}
        self._raised = dict.fromkeys(AlarmKind, 0)
        self._rung = 0
        self._changed = 0

    def restore(self) -> None:
        """Take over what the last run left open. Before anything is judged."""
        state = self._records.open_alarms()
        with self._lock:
            self._incidents.restore(state.alarms, self._records, self._clock.monotonic_s(), self._clock.utc())
            now_s, utc = self._clock.monotonic_s(), self._clock.utc()
            events = self._engine.restore(state.alarms, now_s, utc, away_since_utc=state.last_alive_utc, holds=state.holds)
            self._answers.update(state.feedback)
            self._images.update(state.images)
            self._keep(events)
            standing = [(view.definition.id, view.kind) for view in self._engine.holds(now_s)]
            self._records.keep_row(hold_rows.end_unknown(standing, utc), "The end of holds that nobody knows any more")

    def on_frame(self, judged: JudgedFrame) -> tuple[AlarmEvent, ...]:
        """Take what was said of a frame; returns the warnings it raised, whose picture is to be kept."""
        frame = judged.frame
        self._look(judged)
        self._tapes.heard(frame.source_id, judged.findings, judged.judged_monotonic_s, frame.utc, frame.time_s)
        with self._lock:
            events = self._engine.on_findings(
                frame.source_id, judged.findings, judged.judged_monotonic_s, frame.utc, frame.sequence, frame.time_s
            )
            self._keep(events)
        return _raising(events)

    def on_decision(self, judged: JudgedSample) -> None:
        """Take what was said of a window of rows."""
        sample = judged.sample
        self._tapes.heard(sample.source_id, judged.findings, judged.judged_monotonic_s, sample.utc, sample.time_s)
        with self._lock:
            events = self._engine.on_findings(
                sample.source_id, judged.findings, judged.judged_monotonic_s, sample.utc, sample.sequence, sample.time_s
            )
            self._keep(events)

    def on_values(
        self, source_id: SourceId, values: Mapping[str, NDArray[np.float64]], input_ref: int, time_s: NDArray[np.float64] | None = None
    ) -> None:
        """Take rows of channel values for the limits; *time_s*, float64 (rows,), is their time in the source."""
        self._tapes.values.measured(source_id, values, self._clock.monotonic_s(), self._clock.utc())
        with self._lock:
            events = self._engine.on_values(source_id, values, self._clock.monotonic_s(), self._clock.utc(), input_ref, time_s)
            self._keep(events)

    def on_growth(self, judged: JudgedFrame, position: str, growth: float, finding: Finding, detail: str) -> tuple[AlarmEvent, ...]:
        """Take one time step of a camera position (station.growth); returns the warnings it raised, whose picture is to be kept."""
        frame = judged.frame
        with self._lock:
            cause = Cause(finding, None, detail, frame.sequence)
            events = self._engine.on_growth(frame.source_id, position, growth, cause, judged.judged_monotonic_s, frame.utc, frame.time_s)
            self._keep(events)
        return _raising(events)

    def recall_growth(self, source_id: SourceId, position: str, growths: Sequence[float]) -> None:
        """What the steps before a restart came to; after :meth:`restore`."""
        with self._lock:
            self._engine.recall_growth(source_id, position, growths)

    def on_renewed(self, source_id: SourceId, position: str) -> None:
        """A person says that the surface at a camera position is new."""
        with self._lock:
            self._keep(self._engine.on_renewed(source_id, position, self._clock.monotonic_s(), self._clock.utc()))

    def definition_of(self, alarm_id: AlarmId) -> AlarmConfig | None:
        """The definition of an open warning; None where it is not open."""
        with self._lock:
            alarm = self._open_alarm(alarm_id)
            return None if alarm is None else alarm.definition

    def on_doubt(self, source_id: SourceId, reason: Reason | None) -> None:
        """A source gives no verdict (*reason*), or gives one again (None)."""
        if reason is not None:
            self._tapes.silent(source_id, self._clock.monotonic_s(), self._clock.utc())
        with self._lock:
            events = self._engine.on_no_verdict(source_id, reason, self._clock.monotonic_s(), self._clock.utc())
            self._keep(events)

    def on_system(self, fault: SystemFault, *, active: bool, detail: str = "") -> None:
        """The station itself fails, or does not any more."""
        with self._lock:
            events = self._engine.on_system(fault, active=active, detail=detail, now_s=self._clock.monotonic_s(), utc=self._clock.utc())
            self._keep(events)

    def tick(self) -> tuple[AlarmEvent, ...]:
        """Let delays run out; returns the warnings this raised, whose pictures are to be kept."""
        with self._lock:
            events = self._engine.tick(self._clock.monotonic_s(), self._clock.utc())
            self._keep(events)
        return _raising(events)

    def stop(self) -> None:
        """Tell the records the last counts."""
        with self._lock:
            events = self._engine.tell_counts(self._clock.monotonic_s(), self._clock.utc())
            self._keep(events)

    def acknowledge(self, alarm_id: AlarmId, person: PersonId, note: str) -> Outcome:
        """Acknowledge; when it returns ok it is on disk."""
        return self._try(alarm_id, person, note, AlarmEventKind.ACKNOWLEDGED)

    def reset(self, alarm_id: AlarmId, person: PersonId) -> Outcome:
        """Reset a latched warning; when it returns ok it is on disk."""
        return self._try(alarm_id, person, "", AlarmEventKind.RESET)

    def answer(self, feedback: Feedback) -> Outcome:
        """Keep what a person said; when it returns ok it is on disk. Answering a warning acknowledges it as well.

        A warning that is closed already can be answered like an open one.
        """
        feedback = replace(feedback, utc=feedback.utc or self._clock.utc())
        try:
            self._records.confirm(feedback)
        except LinesideError as error:
            return Outcome(ok=False, sentence=str(error))
        if feedback.alarm_id is not None:
            with self._lock:
                alarm = self._open_alarm(feedback.alarm_id)
                if alarm is not None:
                    self._answers[feedback.alarm_id] = feedback
                    self._incidents.answered(feedback, alarm.definition, feedback.utc or self._clock.utc())
                self._changed += 1
            if alarm is not None and alarm.acknowledged_by is None:
                try:
                    self._carry_out(feedback.alarm_id, feedback.person_id, feedback.note, AlarmEventKind.ACKNOWLEDGED)
                except AlarmRefusedError:  # somebody acknowledged it meanwhile; the answer is kept
                    _log.info("%s was acknowledged by somebody else while it was answered", alarm.definition.id)
                except LinesideError as error:
                    return Outcome(ok=False, sentence=f"The answer is kept, but the warning is not acknowledged. {error}")
        return self._learn(feedback)

    def take_back(self, image_id: int, person: PersonId) -> Outcome:
        """Take the newest answer on an image back; when it returns ok it is on disk."""
        try:
            self._records.take_back(image_id, person)
        except LinesideError as error:
            return Outcome(ok=False, sentence=str(error))
        return Outcome(ok=True)

    def ask_before_raising(self, seen_false: SeenFalse) -> None:
        """From now on ask *seen_false* of every finding that speaks for a warning; see there. Before anything is judged."""
        with self._lock:
            self._engine.ask_before_raising(seen_false)

    def teach(self, look: Callable[[JudgedFrame], None], learn: Callable[[Feedback], Outcome]) -> None:
        """From now on show *look* every judged frame before its findings count, and *learn* every answer on disk; both without the lock."""
        self._look, self._learn = look, learn

    def listen(self, listener: Callable[[AlarmEvent], None]) -> None:
        """Have *listener* called with every event, in order, under the lock: it must be quick and must not call back."""
        with self._lock:
            self._listeners.append(listener)

    def definitions(self) -> tuple[AlarmConfig, ...]:
        """Every definition in force."""
        with self._lock:
            return self._engine.definitions()

    def holds(self) -> tuple[HoldView, ...]:
        """What is held back, oldest first."""
        with self._lock:
            return self._engine.holds(self._clock.monotonic_s())

    def flood(self) -> FloodView | None:
        """Set while more warnings ring than a person can answer."""
        with self._lock:
            return self._flood.view(self._clock.monotonic_s())

    def redefine(self, definition: AlarmConfig, person: PersonId, why: str) -> Outcome:
        """Put *definition* in the place of the one with its id, now, without losing what is open; on disk when it returns ok.

        Limits, delays, texts and priority may change; what it listens to may not.
        """
        return self.held.redefine(definition, person, why)

    def answer_taken_back(self, alarm_id: AlarmId) -> None:
        """The answer on a warning does not stand any more."""
        with self._lock:
            self._answers.pop(alarm_id, None)
            self._changed += 1

    def picture_kept(self, alarm_id: AlarmId, path: Path) -> None:
        """The judged frame of a warning is (being) written to *path*."""
        with self._lock:
            if self._open_alarm(alarm_id) is not None:
                self._images[alarm_id] = path
                self._changed += 1

    @property
    def changed(self) -> int:
        """Counts up with every change."""
        return self._changed

    @property
    def raised(self) -> Mapping[AlarmKind, int]:
        """Warnings raised in this run, by kind."""
        return dict(self._raised)

    @property
    def rung(self) -> int:
        """How often warnings have called for a person in this run: what the load of warnings counts."""
        return self._rung

    def views(self) -> tuple[AlarmView, ...]:
        """Open warnings: unacknowledged first, then priority, then newest."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            changed, built_s = self._views_of
            if changed != self._changed or now_s - built_s >= _COUNTS_SHOWN_EVERY_S:
                self._views = tuple(self._view(alarm) for alarm in self._engine.open_alarms() if alarm.state not in HELD_STATES)
                self._views_of = self._changed, now_s
            return self._views

    def _view(self, alarm: OpenAlarm) -> AlarmView:
        return AlarmView(
            alarm_id=alarm.alarm_id,
            definition=alarm.definition,
            kind=alarm.kind,
            state=alarm.state,
            source_id=alarm.source_id,
            raised_utc=alarm.raised_utc,
            raised_monotonic_s=alarm.raised_monotonic_s,
            count=alarm.count,
            respond_by_utc=alarm.raised_utc + timedelta(seconds=alarm.definition.respond_within_s),
            acknowledged_by=alarm.acknowledged_by,
            acknowledged_utc=alarm.acknowledged_utc,
            returned_utc=alarm.returned_utc,
            feedback=self._answers.get(alarm.alarm_id),
            image_path=self._images.get(alarm.alarm_id),
            finding=alarm.finding,
            reason=alarm.reason,
            detail=alarm.detail,
            demoted_to=alarm.demoted_to,
            seen_false=alarm.seen_false,
            activation=alarm.activation,
            chattering=self._engine.chattering(alarm.alarm_id),
            incident_id=self._incidents.incident_of(alarm.alarm_id),
        )

    def incident_views(self, alarms: Sequence[AlarmView]) -> tuple[IncidentView, ...]:
        """The open incidents of *alarms*, in their order."""
        with self._lock:
            before, changed = self._incident_views_of
            if alarms is not before or changed != self._changed:
                self._incident_views = self._incidents.views(alarms)
                self._incident_views_of = alarms, self._changed
            return self._incident_views

    def _try(self, alarm_id: AlarmId, person: PersonId, note: str, kind: AlarmEventKind) -> Outcome:
        try:
            self._carry_out(alarm_id, person, note, kind)
        except LinesideError as error:
            return Outcome(ok=False, sentence=str(error))
        return Outcome(ok=True)

    def _carry_out(self, alarm_id: AlarmId, person: PersonId, note: str, kind: AlarmEventKind) -> None:
        """Put a person's command on disk, then carry it out. Raises AlarmRefusedError or RecordsError."""
        plan = self._engine.plan_acknowledge if kind is AlarmEventKind.ACKNOWLEDGED else self._engine.plan_reset
        with self._commands:
            with self._lock:
                planned = plan(alarm_id, person, note, self._clock.monotonic_s(), self._clock.utc())
            self._records.confirm(planned)
            with self._lock:
                for event in self._engine.commit(planned):
                    noted = self._note(event)
                    if event is not planned:
                        self._records.keep_event(noted)

    def _open_alarm(self, alarm_id: AlarmId) -> OpenAlarm | None:
        return self._engine.open_alarm(alarm_id)

    def _keep(self, events: Sequence[AlarmEvent]) -> None:
        """Count and journal *events*; the caller holds the lock, so that they are kept in the order they happened."""
        for event in events:
            self._records.keep_event(self._note(event))
        for told in self._engine.take_hold_events():
            self._changed += 1
            self._records.keep_row(hold_rows.hold_event(told), f"The hold of {told.hold.definition.id}")

    def _note(self, event: AlarmEvent) -> AlarmEvent:
        self._changed += 1
        event = self._incidents.take(event)
        self._flood.take(event)
        for listener in self._listeners:
            listener(event)
        if event.kind is AlarmEventKind.RAISED:
            self._raised[event.alarm_kind] += 1
        self._rung += event.kind in RINGING
        if event.closes:
            self._images.pop(event.alarm_id, None)
            self._answers.pop(event.alarm_id, None)
        _log.info("%s %s (%s)", event.definition.id, event.kind.value, event.source_id)
        return event


def _raising(events: Sequence[AlarmEvent]) -> tuple[AlarmEvent, ...]:
    return tuple(event for event in events if event.kind in _NEW_PICTURE)
