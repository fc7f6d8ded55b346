"""This file decides whether the desk's warnings become incidents that survive, with who did what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, delete, update

from inference.findings import Verdict
from station.alarm_desk import AlarmDesk
from station.config import AlarmConfig
from station.events import SystemFault
from station.frames import IncidentId, JudgedSample, PersonId, Sample
from station.incident_view import StepKind
from station.incidents.book import IncidentBook
from station.records import incident_queries, schema
from station.records.store import Records
from station.view import AlarmKind, Feedback, FeedbackAnswer
from tests.unit.alarm_making import CAM, RIG, START, definition, finding, judged, utc
from tests.unit.record_making import HandClock, open_records

WEI = PersonId("wei")
CRACK = definition(id="crack", joins="clamping")
LEAK = definition({"kind": "verdict", "source": RIG, "label": "leak"}, id="leak", joins="clamping", priority=3)
OTHER = definition({"kind": "verdict", "source": RIG, "label": "hot"}, id="hot", priority=3)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def records(tmp_path: Path, clock: HandClock) -> Iterator[Records]:
    opened = open_records(tmp_path, clock=clock)
    yield opened
    opened.stop()


def make(records: Records, clock: HandClock, *definitions: AlarmConfig, window_s: float = 120.0) -> tuple[AlarmDesk, IncidentBook]:
    book = IncidentBook(window_s)
    desk = AlarmDesk(definitions or (CRACK, LEAK, OTHER), [CAM], records, clock, incidents=book)
    desk.restore()
    return desk, book


def see(desk: AlarmDesk, clock: HandClock, score: float, number: int = 0) -> None:
    desk.on_frame(judged(number, seconds=clock.now_s, found=finding(score)))


def feel(desk: AlarmDesk, clock: HandClock, score: float, label: str = "leak") -> None:
    values = np.zeros(1)
    sample = Sample(RIG, 0, clock.now_s, utc(clock.now_s), clock.now_s, values)
    desk.on_decision(JudgedSample(sample, (finding(score, label=label, bad=Verdict.FAULT),), clock.now_s))


def _forget_incidents(connection: Connection) -> None:
    connection.execute(update(schema.alarms).values(incident_id=""))
    connection.execute(delete(schema.incidents))


def incident(desk: AlarmDesk) -> IncidentId:
    (view,) = desk.incident_views(desk.views())
    return view.incident_id


def test_sixty_frames_and_the_machine_are_one_incident(records: Records, clock: HandClock) -> None:
    desk, book = make(records, clock)
    for number in range(60):
        see(desk, clock, 0.9, number)
        clock.now_s += 0.1
    feel(desk, clock, 0.8)
    (view,) = desk.incident_views(desk.views())
    assert len(view.alarms) == 2
    assert (view.asset, view.cause, view.title) == ("spindle", "clamping", CRACK.title)
    assert view.opened_utc == START
    assert view.respond_by_utc == min(alarm.respond_by_utc for alarm in desk.views())
    assert book.of_this_run == 1
    assert desk.raised[AlarmKind.DEFECT] == desk.raised[AlarmKind.FAULT] == 1


def test_two_causes_are_two_incidents(records: Records, clock: HandClock) -> None:
    desk, book = make(records, clock)
    see(desk, clock, 0.9)
    feel(desk, clock, 0.9, "hot")
    views = desk.incident_views(desk.views())
    assert [view.cause for view in views] == ["clamping", "hot"], "the most urgent first"
    assert book.of_this_run == 2


def test_a_trouble_of_the_station_is_no_incident_of_the_run(records: Records, clock: HandClock) -> None:
    gone = definition({"kind": "system", "of": "disk_nearly_full"}, id="disk", priority=3)
    desk, book = make(records, clock, gone)
    desk.on_system(SystemFault.DISK_NEARLY_FULL, active=True, detail="full")
    assert len(desk.incident_views(desk.views())) == 1, "it has a place on the screen"
    assert book.of_this_run == 0, "but camera and sensors found nothing"


def test_who_did_what_is_told_in_order(records: Records, clock: HandClock) -> None:
    desk, _ = make(records, clock, CRACK)
    see(desk, clock, 0.9)
    (alarm,) = desk.views()
    clock.now_s = 10.0
    assert desk.acknowledge(alarm.alarm_id, WEI, "on my way").ok
    clock.now_s = 20.0
    assert desk.answer(Feedback(FeedbackAnswer.REAL, WEI, alarm_id=alarm.alarm_id, cause_id="worn", note="jaw")).ok
    (view,) = desk.incident_views(desk.views())
    told = [(step.kind, step.person_id, step.note, step.utc) for step in view.steps]
    assert told == [
        (StepKind.RAISED, None, "", utc(0.0)),
        (StepKind.ACKNOWLEDGED, WEI, "on my way", utc(10.0)),
        (StepKind.ANSWERED, WEI, "jaw", utc(20.0)),
    ]
    assert view.steps[-1].answer == "real"
    assert view.steps[-1].cause_id == "worn"
    records.flush()
    kept = records.ask(lambda connection: incident_queries.steps_of(connection, view.incident_id))
    assert kept == view.steps, "the records tell the same"


def test_the_records_say_of_an_incident_what_its_warnings_say(records: Records, clock: HandClock) -> None:
    desk, _ = make(records, clock, CRACK)
    see(desk, clock, 0.9)
    mine = incident(desk)
    clock.now_s = 30.0
    see(desk, clock, 0.1, 1)
    records.flush()
    row = records.ask(lambda connection: incident_queries.one_incident(connection, mine))
    assert row is not None
    assert (row.asset, row.cause, row.opened_utc, row.closed_utc) == ("spindle", "clamping", START, None)
    (alarm,) = desk.views()
    clock.now_s = 40.0
    assert desk.acknowledge(alarm.alarm_id, WEI, "").ok
    row = records.ask(lambda connection: incident_queries.one_incident(connection, mine))
    assert row is not None
    assert row.closed_utc == utc(40.0)
    clock.now_s = 100.0
    see(desk, clock, 0.9, 2)
    records.flush()
    row = records.ask(lambda connection: incident_queries.one_incident(connection, mine))
    assert row is not None
    assert (row.closed_utc, row.last_raised_utc) == (None, utc(100.0)), "open again"
    (found,) = records.ask(lambda connection: incident_queries.alarms_of(connection, [mine], Path()))[mine][:1]
    assert found.definition.id == "crack"
    assert records.alarm_history(START, utc(200.0))[0].incident_id == mine


@pytest.mark.parametrize(("away_s", "same"), [(60.0, True), (500.0, False)])
def test_after_a_restart_a_closed_incident_is_opened_again_only_within_the_window(tmp_path: Path, away_s: float, same: bool) -> None:
    clock = HandClock()
    records = open_records(tmp_path, clock=clock)
    desk, _ = make(records, clock, CRACK)
    see(desk, clock, 0.9)
    before = incident(desk)
    see(desk, clock, 0.1, 1)
    (alarm,) = desk.views()
    assert desk.acknowledge(alarm.alarm_id, WEI, "").ok
    records.stop()
    clock.now_s = away_s
    records = open_records(tmp_path, clock=clock)
    try:
        desk, _ = make(records, clock, CRACK)
        see(desk, clock, 0.9, 2)
        assert (incident(desk) == before) is same
    finally:
        records.stop()


def test_after_a_restart_an_open_incident_goes_on_with_its_steps(tmp_path: Path) -> None:
    clock = HandClock()
    records = open_records(tmp_path, clock=clock)
    desk, _ = make(records, clock)
    see(desk, clock, 0.9)
    before = incident(desk)
    (alarm,) = desk.views()
    assert desk.acknowledge(alarm.alarm_id, WEI, "seen").ok
    records.stop()
    clock.now_s = 10_000.0
    records = open_records(tmp_path, clock=clock)
    try:
        desk, book = make(records, clock)
        feel(desk, clock, 0.9)
        (view,) = desk.incident_views(desk.views())
        assert view.incident_id == before
        assert len(view.alarms) == 2
        kinds = [step.kind for step in view.steps]
        assert kinds == [StepKind.RAISED, StepKind.ACKNOWLEDGED, StepKind.RESTORED, StepKind.RAISED]
        assert view.steps[1].note == "seen"
        assert book.of_this_run == 1
    finally:
        records.stop()


def test_warnings_of_a_version_without_incidents_get_one_at_the_start(tmp_path: Path) -> None:
    clock = HandClock()
    records = open_records(tmp_path, clock=clock)
    desk, _ = make(records, clock, CRACK)
    see(desk, clock, 0.9)
    records.flush()
    from sqlalchemy import delete, update

    from station.records import schema

    records.confirm_row(
        lambda c: (c.execute(update(schema.alarms).values(incident_id="")), c.execute(delete(schema.incidents)), None)[-1], "x"
    )
    records.stop()
    records = open_records(tmp_path, clock=clock)
    try:
        desk, _ = make(records, clock, CRACK)
        mine = incident(desk)
        records.flush()
        assert records.ask(lambda connection: incident_queries.one_incident(connection, mine)) is not None
    finally:
        records.stop()
