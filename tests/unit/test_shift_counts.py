"""This file decides whether the shift's counts are the report's, over shifts, restarts and clocks that are set."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from inference.errors import RecordsError
from station.alarms.engine import AlarmEngine
from station.config import Shift
from station.counting import Tally
from station.events import AlarmEvent
from station.frames import PersonId, SourceId
from station.records.store import Records
from station.shift_counts import ShiftCounts
from station.view import Feedback, FeedbackAnswer
from tests.unit.alarm_making import CAM, START, definition, finding
from tests.unit.record_making import HandClock, open_records, raised

WEI = PersonId("wei")
SHIFT_END_S = 7 * 3600.0
"""From START to the beginning of shift B, s."""


class SetClock(HandClock):
    """A clock whose UTC a person may set."""

    offset = timedelta(0)

    def utc(self) -> datetime:
        return super().utc() + self.offset


class Parts:
    """What this run has counted."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.labels: Counter[str] = Counter()
        self.warnings = 0

    def count(self, *, good: int = 0, cracked: int = 0) -> None:
        self.tally += Tally(good + cracked, cracked, 0)
        self.labels["crack"] += cracked


def shifts() -> tuple[Shift, ...]:
    """A shift began an hour before START by the local clock, the next one begins seven hours after it."""
    return tuple(
        Shift(name=name, start=f"{(START + timedelta(hours=hours)).astimezone():%H:%M}") for name, hours in (("A", -1), ("B", 7), ("C", 15))
    )


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def records(tmp_path: Path, clock: SetClock) -> Iterator[Records]:
    opened = open_records(tmp_path, clock=clock)
    yield opened
    opened.stop()


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
def make(records: Records, parts: Parts, clock: SetClock) -> Callable[[], ShiftCounts]:
    return lambda: ShiftCounts(
        shifts(), records, lambda: {CAM: parts.tally}, lambda: {CAM: parts.labels.copy()}, lambda: parts.warnings, clock
    )


def test_counts_and_labels_reach_the_records_together(
    make: Callable[[], ShiftCounts], records: Records, parts: Parts, clock: SetClock
) -> None:
    counts = make()
    clock.now_s = 10.0
    parts.count(good=3, cracked=2)
    counts.keep()
    counts.keep()
    records.flush()
    report = records.report(counts.shift.began_utc, clock.utc())
    assert (report.inspected, report.defects, report.by_label) == (5, 2, (("crack", 2),))


def test_a_label_that_came_a_moment_after_its_part_is_not_lost(
    make: Callable[[], ShiftCounts], records: Records, parts: Parts, clock: SetClock
) -> None:
    counts = make()
    parts.tally += Tally(1, 1, 0)
    counts.keep()
    parts.labels["crack"] += 1
    clock.now_s = 10.0
    counts.keep()
    records.flush()
    assert records.report(counts.shift.began_utc, clock.utc()).by_label == (("crack", 1),)


def test_a_restart_goes_on_with_the_counts_of_the_shift(
    make: Callable[[], ShiftCounts], records: Records, parts: Parts, clock: SetClock
) -> None:
    first = make()
    clock.now_s = 10.0
    parts.count(good=4)
    first.keep()
    records.flush()
    parts.tally = Tally()
    again = make()
    assert again.tally == Tally(4, 0, 0)
    parts.count(cracked=1)
    assert again.tally == Tally(5, 1, 0)


def test_the_warning_load_is_the_reports_also_after_a_restart_and_begins_anew_with_the_shift(
    make: Callable[[], ShiftCounts], records: Records, parts: Parts, clock: SetClock
) -> None:
    """START is an hour after the shift began: six ten minutes."""
    clock.now_s = 60.0
    counts = make()
    assert counts.warnings_per_10_min == 0.0
    records.keep_event(raised(10.0))
    parts.warnings += 1
    records.flush()

    def reported() -> float:
        report = records.report(counts.shift.began_utc, clock.utc())
        return report.warnings / math.ceil((report.until_utc - report.since_utc).total_seconds() / 600)

    assert counts.warnings_per_10_min == reported() == pytest.approx(1 / 7)
    parts.warnings = 0
    counts = make()
    assert counts.warnings_per_10_min == reported() == pytest.approx(1 / 7)
    parts.warnings += 1
    assert counts.warnings_per_10_min == pytest.approx(2 / 7)
    clock.now_s = SHIFT_END_S + 1.0
    counts.look_at_clock()
    assert counts.warnings_per_10_min == 0.0
    parts.warnings += 1
    assert counts.warnings_per_10_min == 1.0


def test_a_new_shift_starts_at_zero_and_the_parts_before_belong_to_the_old_one(
    make: Callable[[], ShiftCounts], records: Records, parts: Parts, clock: SetClock
) -> None:
    counts = make()
    clock.now_s = SHIFT_END_S - 5.0
    counts.keep()
    parts.count(good=7)
    counts.look_at_clock()
    assert (counts.shift.name, counts.tally.inspected) == ("A", 7)
    clock.now_s = SHIFT_END_S
    counts.look_at_clock()
    assert (counts.shift.name, counts.tally) == ("B", Tally())
    parts.count(cracked=1)
    assert counts.tally == Tally(1, 1, 0)
    records.flush()
    assert records.report(START - timedelta(hours=1), counts.shift.began_utc).inspected == 7


def test_a_clock_set_back_into_the_old_shift_finds_its_counts_again(make: Callable[[], ShiftCounts], parts: Parts, clock: SetClock) -> None:
    counts = make()
    clock.now_s = SHIFT_END_S - 5.0
    parts.count(good=7)
    counts.keep()
    clock.now_s = SHIFT_END_S + 3600.0
    counts.look_at_clock()
    parts.count(good=2)
    counts.keep()
    clock.offset = timedelta(hours=-2)
    counts.look_at_clock()
    assert (counts.shift.name, counts.tally.inspected) == ("A", 7)


def test_an_interval_is_as_long_as_it_lasted_when_the_clock_was_set_meanwhile(
    make: Callable[[], ShiftCounts], records: Records, parts: Parts, clock: SetClock
) -> None:
    counts = make()
    clock.now_s = 10.0
    clock.offset = timedelta(days=400)
    parts.count(good=1)
    counts.keep()
    records.flush()
    assert records.report(clock.utc() - timedelta(seconds=11), clock.utc()).inspected == 1


def answer(records: Records, event: AlarmEvent, *answers: FeedbackAnswer) -> None:
    for given in answers:
        records.confirm(Feedback(given, WEI, alarm_id=event.alarm_id))


FALSE, REAL, UNSURE = FeedbackAnswer.FALSE, FeedbackAnswer.REAL, FeedbackAnswer.UNSURE


@pytest.mark.parametrize(
    ("answers", "false"), [((FALSE,), 1), ((FALSE, FALSE), 1), ((FALSE, REAL), 0), ((REAL, FALSE), 1), ((FALSE, UNSURE, FALSE), 1)]
)
def test_a_warning_counts_once_as_false_by_its_newest_answer_also_after_a_restart(
    make: Callable[[], ShiftCounts], records: Records, answers: tuple[FeedbackAnswer, ...], false: int
) -> None:
    counts = make()
    event = raised()
    records.keep_event(event)
    answer(records, event, *answers[:1])
    counts.look_at_answers()
    restarted = make()
    answer(records, event, *answers[1:])
    for either in (counts, restarted, make()):
        either.look_at_answers()
        assert either.false_alarms == false


def test_an_answer_on_a_closed_warning_counts(make: Callable[[], ShiftCounts], records: Records) -> None:
    counts = make()
    engine = AlarmEngine([definition()], camera_ids=[CAM])
    event = raised(engine=engine)
    records.keep_event(event)
    for later in (
        *engine.on_findings(CAM, [finding(0.1)], 1, START),
        *engine.acknowledge(event.alarm_id, WEI, "", 2, START),
    ):
        records.keep_event(later)
    answer(records, event, FALSE)
    counts.look_at_answers()
    assert counts.false_alarms == 1


def test_a_false_alarm_of_the_last_shift_is_not_one_of_this(make: Callable[[], ShiftCounts], records: Records, clock: SetClock) -> None:
    counts = make()
    event = raised()
    records.keep_event(event)
    answer(records, event, FALSE)
    counts.look_at_answers()
    clock.now_s = SHIFT_END_S + 3600.0
    counts.look_at_clock()
    assert counts.false_alarms == 0


def test_records_that_cannot_be_read_leave_the_number_as_it_is(
    make: Callable[[], ShiftCounts], records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = make()
    event = raised()
    records.keep_event(event)
    answer(records, event, FALSE)
    counts.look_at_answers()

    def fail(*_: object) -> None:
        raise RecordsError("The records cannot be read")

    monkeypatch.setattr(records, "report", fail)
    counts.look_at_answers()
    assert counts.false_alarms == 1


def test_every_camera_is_counted_for_itself(records: Records, clock: SetClock) -> None:
    second = SourceId("cam2")
    tallies = {CAM: Tally(3, 1, 0), second: Tally(2, 0, 2)}
    counts = ShiftCounts((), records, lambda: tallies, lambda: {key: Counter[str]() for key in tallies}, lambda: 0, clock)
    assert counts.tally == Tally(5, 1, 2)
