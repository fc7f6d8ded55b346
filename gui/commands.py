"""This file decides how the window sends commands to the line: off the GUI thread, by somebody, and answered visibly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from gui.jobs import Jobs
from gui.sentences import sentence_text
from station.frames import AlarmId, PersonId
from station.port import LinePort
from station.view import Feedback, LineSnapshot, Outcome


class Commands(QObject):
    """Sends what a person commands. Lives in the GUI thread.

    A command that needs a person while nobody is signed in waits for the sign-in, and is sent after it.

    Signals:
        refused: A command was not carried out; one sentence.
        person_wanted: Somebody must sign in first.
        signed_in: Somebody has signed in.
        person_changed: Another person is at the station, or nobody any more.
        acknowledged: Id of the alarm that was acknowledged, on disk.
    """

    refused = Signal(str)
    person_wanted = Signal()
    signed_in = Signal()
    person_changed = Signal()
    acknowledged = Signal(str)

    def __init__(self, port: LinePort, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._port = port
        self._jobs = jobs
        self._person: PersonId | None = None
        self._waiting: Callable[[], None] | None = None
        self._in_flight: set[AlarmId] = set()

    def refresh(self, snapshot: LineSnapshot) -> None:
        """Take who is at the station."""
        self._take_person(snapshot.person_id)

    @property
    def person_id(self) -> PersonId | None:
        """Who is at the station, as of the newest snapshot or sign-in."""
        return self._person

    def acknowledge(self, alarm: AlarmId, note: str = "") -> None:
        """Acknowledge *alarm* as the person at the station; a second call while the first runs does nothing."""
        if self._person is None:
            self._wait_for_person(partial(self.acknowledge, alarm, note))
            return
        if alarm in self._in_flight:
            return
        self._in_flight.add(alarm)
        self._jobs.run(
            self,
            partial(self._port.acknowledge, alarm, note),
            partial(self._on_acknowledged, alarm),
            partial(self._on_acknowledge_failed, alarm),
        )

    def reset(self, alarm: AlarmId) -> None:
        """Reset a latched alarm."""
        if self._person is None:
            self._wait_for_person(partial(self.reset, alarm))
            return
        self._jobs.run(self, partial(self._port.reset, alarm), self._on_outcome, self.refused.emit)

    def when_signed_in(self, do: Callable[[], None]) -> None:
        """Call *do* at once, or after the sign-in where nobody is at the station."""
        if self._person is None:
            self._wait_for_person(do)
        else:
            do()

    def send(self, command: Callable[[], Outcome], done: Callable[[], None], failed: Callable[[str], None] | None = None) -> None:
        """Carry *command* out as the person at the station.

        Args:
            command: Of the line; touches the disk.
            done: Called when it was carried out.
            failed: Called with one sentence when it was not; none: :attr:`refused` tells it.
        """
        if self._person is None:
            self._wait_for_person(partial(self.send, command, done, failed))
            return
        refuse = failed or self.refused.emit
        self._jobs.run(self, command, partial(_on_sent, done, refuse), refuse)

    def silence(self) -> None:
        """Silence the horn; needs nobody."""
        self._jobs.run(self, self._port.silence, _ignore, self.refused.emit)

    def give_feedback(self, feedback: Feedback, saved: Callable[[Feedback], None], failed: Callable[[str], None]) -> None:
        """Keep *feedback* as the person at the station.

        Args:
            feedback: Its person is replaced by who is signed in.
            saved: Called with what was kept, once it is on disk.
            failed: Called with one sentence when it could not be kept.
        """
        if self._person is None:
            self._wait_for_person(partial(self.give_feedback, feedback, saved, failed))
            return
        signed = replace(feedback, person_id=self._person)
        self._jobs.run(self, partial(self._port.give_feedback, signed), partial(_on_feedback, signed, saved, failed), failed)

    def sign_in(self, person: PersonId, pin: str, done: Callable[[Outcome], None], failed: Callable[[str], None]) -> None:
        """Check the PIN; *done* gets the outcome, *failed* one sentence when it could not be checked."""
        self._jobs.run(self, partial(self._port.sign_in, person, pin), partial(self._on_signed_in, person, done), failed)

    def sign_out(self) -> None:
        """Nobody is at the station any more."""
        self._take_person(None)
        self._jobs.run(self, self._port.sign_out, _ignore, self.refused.emit)

    def forget_waiting(self) -> None:
        """The sign-in was given up: what waited for it is not sent."""
        self._waiting = None

    def _take_person(self, person: PersonId | None) -> None:
        if person != self._person:
            self._person = person
            self.person_changed.emit()

    def _wait_for_person(self, command: Callable[[], None]) -> None:
        self._waiting = command
        self.person_wanted.emit()

    def _on_signed_in(self, person: PersonId, done: Callable[[Outcome], None], outcome: Outcome) -> None:
        if outcome.ok:
            self._take_person(person)
            waiting, self._waiting = self._waiting, None
            self.signed_in.emit()
            if waiting is not None:
                waiting()
        done(outcome)

    def _on_acknowledged(self, alarm: AlarmId, outcome: Outcome) -> None:
        self._in_flight.discard(alarm)
        if outcome.ok:
            self.acknowledged.emit(alarm)
        else:
            self.refused.emit(sentence_text(outcome.sentence))

    def _on_acknowledge_failed(self, alarm: AlarmId, sentence: str) -> None:
        self._in_flight.discard(alarm)
        self.refused.emit(sentence)

    def _on_outcome(self, outcome: Outcome) -> None:
        if not outcome.ok:
            self.refused.emit(sentence_text(outcome.sentence))


def _on_sent(done: Callable[[], None], failed: Callable[[str], None], outcome: Outcome) -> None:
    if outcome.ok:
        done()
    else:
        failed(sentence_text(outcome.sentence))


def _ignore(_: None) -> None:
    """A command that has no answer."""


def _on_feedback(feedback: Feedback, saved: Callable[[Feedback], None], failed: Callable[[str], None], outcome: Outcome) -> None:
    if outcome.ok:
        saved(feedback)
    else:
        failed(sentence_text(outcome.sentence))
