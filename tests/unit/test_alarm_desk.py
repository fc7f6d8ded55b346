"""This file decides whether people's commands and findings reach the alarms and the records, each once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.errors import RecordsError
from inference.findings import Verdict
from inference.reasons import Reason, ReasonCode
from station.alarm_desk import AlarmDesk
from station.config import HornConfig
from station.events import AlarmEvent, StationEvent, StationEventKind, SystemFault
from station.frames import AlarmId, JudgedFrame, JudgedSample, PersonId, Sample
from station.horn_desk import HornDesk
from station.records.store import Records
from station.view import AlarmKind, AlarmState, Feedback, FeedbackAnswer
from tests.unit.alarm_making import CAM, RIG, START, definition, finding, judged
from tests.unit.record_making import HandClock, open_records

WEI, LI = PersonId("wei"), PersonId("li")
GONE = Reason.of(ReasonCode.SOURCE_GONE, source="Camera 1", detail="cable")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def records(tmp_path: Path, clock: HandClock) -> Iterator[Records]:
    opened = open_records(tmp_path, clock=clock)
    yield opened
    opened.stop()


@pytest.fixture
def desk(records: Records, clock: HandClock) -> AlarmDesk:
    return AlarmDesk([definition()], [CAM], records, clock)


def see(desk: AlarmDesk, score: float, sequence: int = 0) -> tuple[AlarmEvent, ...]:
    return desk.on_frame(judged(sequence, found=finding(score)))


def told(alarm_id: AlarmId, answer: FeedbackAnswer = FeedbackAnswer.REAL, note: str = "") -> Feedback:
    return Feedback(answer, WEI, alarm_id=alarm_id, note=note)


def test_sixty_bad_frames_are_one_warning_and_one_picture_to_keep(desk: AlarmDesk) -> None:
    wanted = [event for number in range(60) for event in see(desk, 0.9, number)]
    assert len(wanted) == 1
    (view,) = desk.views()
    assert (view.count, view.state, view.alarm_id) == (60, AlarmState.UNACKNOWLEDGED_ACTIVE, wanted[0].alarm_id)
    assert desk.raised[AlarmKind.DEFECT] == 1


def test_a_warning_that_returned_unacknowledged_stays_on_the_list_until_it_is_acknowledged(desk: AlarmDesk) -> None:
    see(desk, 0.9)
    see(desk, 0.1)
    (view,) = desk.views()
    assert view.state is AlarmState.RETURNED_UNACKNOWLEDGED
    assert desk.acknowledge(view.alarm_id, WEI, "").ok
    assert desk.views() == ()


def test_a_closed_warning_can_still_be_answered_and_the_answer_is_kept(desk: AlarmDesk, records: Records) -> None:
    see(desk, 0.9)
    see(desk, 0.1)
    (view,) = desk.views()
    assert desk.answer(told(view.alarm_id)).ok
    assert desk.views() == ()
    assert desk.answer(told(view.alarm_id, FeedbackAnswer.FALSE, "oil")).ok
    (kept,) = records.alarm_history(START, START.replace(hour=9))
    assert kept.feedback is not None
    assert (kept.feedback.answer, kept.feedback.note, kept.acknowledged_by) == (FeedbackAnswer.FALSE, "oil", "wei")


def test_nothing_is_held_of_warnings_that_are_closed(desk: AlarmDesk) -> None:
    for number in range(3):
        (event,) = see(desk, 0.9, number)
        desk.picture_kept(event.alarm_id, Path("a.png"))
        assert desk.views()[0].image_path == Path("a.png")
        see(desk, 0.1)
        assert desk.answer(told(event.alarm_id)).ok
        assert desk.answer(told(event.alarm_id)).ok
        desk.picture_kept(event.alarm_id, Path("late.png"))
    assert not desk._answers
    assert not desk._images


def test_answering_acknowledges_and_says_by_whom(desk: AlarmDesk) -> None:
    (event,) = see(desk, 0.9)
    assert desk.answer(told(event.alarm_id)).ok
    (view,) = desk.views()
    assert (view.state, view.acknowledged_by) == (AlarmState.ACKNOWLEDGED_ACTIVE, WEI)
    assert view.feedback is not None
    assert view.feedback.answer is FeedbackAnswer.REAL


def test_an_answer_is_kept_when_somebody_else_acknowledges_at_the_same_moment(
    desk: AlarmDesk, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    (event,) = see(desk, 0.9)
    confirm = records.confirm

    def with_somebody_faster(confirmed: Feedback | AlarmEvent) -> None:
        confirm(confirmed)
        if isinstance(confirmed, Feedback):
            other = threading.Thread(target=desk.acknowledge, args=(event.alarm_id, LI, ""))
            other.start()
            other.join(20)

    monkeypatch.setattr(records, "confirm", with_somebody_faster)
    assert desk.answer(told(event.alarm_id)).ok
    (view,) = desk.views()
    assert view.acknowledged_by == LI
    assert view.feedback is not None


def test_what_could_not_be_kept_is_not_shown_as_done(desk: AlarmDesk, records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    (event,) = see(desk, 0.9)

    def fail(_: object) -> None:
        raise RecordsError("The answer was not kept", value="disk full", do="Make room on the disk")

    monkeypatch.setattr(records, "confirm", fail)
    for outcome in (desk.answer(told(event.alarm_id)), desk.acknowledge(event.alarm_id, WEI, "")):
        assert not outcome.ok
        assert "Make room" in outcome.sentence
    (view,) = desk.views()
    assert (view.state, view.feedback) == (AlarmState.UNACKNOWLEDGED_ACTIVE, None)


def test_two_people_acknowledge_at_once_and_the_records_name_the_one_on_the_screen(desk: AlarmDesk, records: Records) -> None:
    (event,) = see(desk, 0.9)
    gate = threading.Barrier(2)
    outcomes = []

    def acknowledge(person: PersonId) -> None:
        gate.wait(20)
        outcomes.append(desk.acknowledge(event.alarm_id, person, ""))

    people = [threading.Thread(target=acknowledge, args=(person,)) for person in (WEI, LI)]
    for thread in people:
        thread.start()
    for thread in people:
        thread.join(20)
    assert sorted(outcome.ok for outcome in outcomes) == [False, True]
    records.flush()
    (kept,) = records.alarm_history(START, START.replace(hour=9))
    assert kept.acknowledged_by == desk.views()[0].acknowledged_by


def test_silence_lasts_until_the_next_warning_and_acknowledges_nothing(desk: AlarmDesk, clock: HandClock) -> None:
    journal: list[StationEvent] = []
    horn = HornDesk(HornConfig(), desk.views, desk.flood, journal.append, clock)
    see(desk, 0.9)
    horn.look()
    assert horn.view.bursts == 1
    horn.silence(PersonId("wei"))
    assert horn.view.silenced
    assert desk.views()[0].state is AlarmState.UNACKNOWLEDGED_ACTIVE
    assert [(event.kind, event.person_id, event.detail) for event in journal] == [(StationEventKind.SILENCED, "wei", "1 warnings")]
    clock.now_s += 20
    see(desk, 0.1)
    horn.look()
    assert horn.view.bursts == 1, "no sound on return to normal"
    see(desk, 0.9)
    horn.look()
    assert not horn.view.silenced
    assert horn.view.bursts == 2


def test_a_warning_that_comes_back_before_it_was_closed_is_counted_once(desk: AlarmDesk, clock: HandClock) -> None:
    for number in range(3):
        clock.now_s = 400.0 * number
        for score in (0.9, 0.1, 0.9):
            desk.on_frame(replace(judged(found=finding(score)), judged_monotonic_s=clock.now_s))
        assert desk.acknowledge(desk.views()[0].alarm_id, WEI, "").ok
        desk.on_frame(replace(judged(found=finding(0.1)), judged_monotonic_s=clock.now_s))
    assert sum(desk.raised.values()) == 3


def test_a_warning_raised_by_its_delay_asks_for_its_picture_as_well(records: Records, clock: HandClock) -> None:
    desk = AlarmDesk([definition(on_delay_s=1.0)], [CAM], records, clock)
    assert see(desk, 0.9, 5) == ()
    clock.now_s = 2.0
    (event,) = desk.tick()
    assert event.input_ref == 5
    assert desk.tick() == ()


def test_a_restart_takes_over_warning_answer_and_picture(tmp_path: Path, clock: HandClock) -> None:
    first = open_records(tmp_path, clock=clock)
    before = AlarmDesk([definition()], [CAM], first, clock)
    (event,) = see(before, 0.9)
    assert before.answer(told(event.alarm_id, note="seen")).ok
    first.stop()
    second = open_records(tmp_path, clock=clock)
    after = AlarmDesk([definition()], [CAM], second, clock)
    after.restore()
    (view,) = after.views()
    second.stop()
    assert (view.alarm_id, view.acknowledged_by) == (event.alarm_id, WEI)
    assert view.feedback is not None
    assert view.feedback.note == "seen"


def test_doubts_decisions_and_the_station_itself_raise_warnings_of_their_kind(records: Records, clock: HandClock) -> None:
    desk = AlarmDesk(
        [
            definition(id="gone", when={"kind": "no_verdict", "source": CAM}),
            definition(id="leak", when={"kind": "verdict", "source": RIG}),
            definition(id="hot", when={"kind": "limit", "source": RIG, "channel": "TS1", "side": "high", "raise_at": 60, "clear_at": 55}),
            definition(id="disk", when={"kind": "system", "of": "disk_nearly_full"}),
        ],
        [CAM],
        records,
        clock,
    )
    desk.on_doubt(CAM, GONE)
    sample = Sample(RIG, 3, 0.0, START, 0.0, np.zeros(1))
    desk.on_decision(JudgedSample(sample, (finding(0.9, bad=Verdict.FAULT),), 0.0))
    desk.on_values(RIG, {"TS1": np.array([50.0, 61.0])}, 3)
    desk.on_system(SystemFault.DISK_NEARLY_FULL, active=True, detail="10 MiB free")
    views = {view.definition.id: view for view in desk.views()}
    assert {name: view.kind for name, view in views.items()} == {
        "gone": AlarmKind.SYSTEM,
        "leak": AlarmKind.FAULT,
        "hot": AlarmKind.FAULT,
        "disk": AlarmKind.SYSTEM,
    }
    assert views["gone"].reason == GONE
    assert (views["hot"].detail, views["disk"].detail) == ("TS1 = 61", "10 MiB free")


def test_a_frame_of_an_unwatched_camera_raises_nothing(desk: AlarmDesk) -> None:
    frame = judged(found=finding(0.9))
    other = JudgedFrame(replace(frame.frame, source_id=RIG), frame.findings, 0.0)
    assert desk.on_frame(other) == ()
