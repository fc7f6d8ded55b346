"""This file decides who may hold warnings back, and that what the screen is told is on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from inference.errors import RecordsError
from inference.findings import Finding
from station.alarm_desk import AlarmDesk
from station.config import AlarmConfig, Person, Role
from station.events import AlarmEventKind
from station.frames import DefinitionId, PersonId, SourceId
from station.records.store import Records
from station.view import AlarmKind, AlarmState, Outcome
from station.warning_desk import WarningDesk
from station.warning_port import WarningPort
from station.warning_view import HoldKind
from tests.unit.alarm_making import CAM, RIG, definition, finding, judged
from tests.unit.record_making import HandClock, open_records

CRACK = DefinitionId("crack")
WEI, JONAS = PersonId("wei"), PersonId("jonas")
PEOPLE = (
    Person(id="wei", name="Wei", role=Role.OPERATOR, pin_hash="scrypt$"),
    Person(id="jonas", name="Jonas", role=Role.ENGINEER, pin_hash="scrypt$"),
)
STANDS = {"source": RIG, "channel": "speed", "side": "low", "begins_at": 5.0, "ends_at": 10.0, "why": "The machine stands"}


class Station:
    """A desk with real records, and who is signed in."""

    def __init__(self, folder: Path, clock: HandClock, *definitions: AlarmConfig) -> None:
        self.folder, self.clock, self.definitions = folder, clock, definitions or (definition(suppressed_while=STANDS),)
        self.person: PersonId | None = WEI
        self.start()

    def start(self) -> None:
        self.records: Records = open_records(self.folder, clock=self.clock)
        self.alarms = AlarmDesk(self.definitions, [CAM], self.records, self.clock)
        self.alarms.restore()
        self.port: WarningPort = WarningDesk(self.alarms, PEOPLE, lambda: self.person)

    def see(self, *scores: float) -> None:
        for score in scores:
            self.clock.now_s += 0.1
            self.alarms.on_frame(judged(0, seconds=self.clock.monotonic_s(), found=finding(score)))

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """What is on disk now, read by somebody else."""
        with closing(sqlite3.connect(self.folder / "records.db")) as database:
            return database.execute(sql).fetchall()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def station(tmp_path: Path, clock: HandClock) -> Iterator[Station]:
    made = Station(tmp_path, clock)
    yield made
    made.records.stop()


def test_a_shelf_is_on_disk_when_it_is_told(station: Station) -> None:
    station.see(0.9)
    assert station.port.shelve(CRACK, 600.0, " die change ") == Outcome(ok=True)
    assert station.rows("SELECT definition_id, kind, person_id, reason, length_s, ended_us FROM holds") == [
        ("crack", "shelved", "wei", "die change", 600.0, None)
    ]
    assert station.alarms.views() == ()
    (hold,) = station.port.holds()
    assert (hold.kind, hold.left_s, hold.stands) == (HoldKind.SHELVED, 600.0, True)
    assert station.port.unshelve(CRACK).ok
    assert station.rows("SELECT ended_by FROM holds WHERE ended_us IS NOT NULL") == [("wei",)]
    (view,) = station.alarms.views()
    assert (view.state, view.activation) == (AlarmState.UNACKNOWLEDGED_ACTIVE, 2)


def test_only_engineers_take_out_of_service(station: Station) -> None:
    for refused in (station.port.take_out_of_service(CRACK, "camera"), station.port.return_to_service(CRACK)):
        assert not refused.ok
        assert "engineer" in refused.sentence
    station.person = JONAS
    assert station.port.take_out_of_service(CRACK, "camera is being replaced").ok
    assert [hold.kind for hold in station.port.holds()] == [HoldKind.OUT_OF_SERVICE]
    station.person = WEI
    assert not station.port.return_to_service(CRACK).ok
    station.person = JONAS
    assert station.port.return_to_service(CRACK).ok
    assert station.port.holds() == ()


def test_nobody_holds_nothing(station: Station) -> None:
    station.person = None
    tried = (
        station.port.shelve(CRACK, 600.0, "x"),
        station.port.unshelve(CRACK),
        station.port.take_out_of_service(CRACK, "x"),
        station.port.return_to_service(CRACK),
    )
    assert all(not outcome.ok and "signed in" in outcome.sentence for outcome in tried)
    assert station.rows("SELECT * FROM holds") == []


def test_refusals_are_sentences(station: Station) -> None:
    for outcome, words in (
        (station.port.shelve(CRACK, 600.0, ""), "reason"),
        (station.port.shelve(CRACK, 1e6, "x"), "at most"),
        (station.port.shelve(DefinitionId("leak"), 60.0, "x"), "no such warning"),
        (station.port.unshelve(CRACK), "not put aside"),
    ):
        assert not outcome.ok
        assert words in outcome.sentence


def test_what_cannot_be_kept_does_not_hold(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise RecordsError("The hold was not kept", value="disk full", do="Make room")

    station.see(0.9)
    monkeypatch.setattr(station.records, "confirm_row", full)
    assert "disk full" in station.port.shelve(CRACK, 600.0, "x").sentence
    assert "disk full" in station.alarms.redefine(definition(priority=3), JONAS, "fewer").sentence
    assert len(station.alarms.views()) == 1
    assert station.port.holds() == ()


def test_the_machines_state_is_journaled_and_survives(station: Station) -> None:
    station.see(0.9)
    station.alarms.on_values(RIG, {"speed": np.array([0.0])}, 1)
    assert station.alarms.views() == ()
    station.records.flush()
    assert station.rows("SELECT kind, person_id, reason FROM holds") == [("suppressed", "", "The machine stands")]
    station.records.stop()
    station.start()
    assert station.alarms.views() == ()
    assert [hold.kind for hold in station.port.holds()] == [HoldKind.SUPPRESSED]
    station.alarms.on_values(RIG, {"speed": np.array([20.0])}, 2)
    assert len(station.alarms.views()) == 1


def test_a_shelf_survives_with_what_is_left_and_what_happened_behind_it(station: Station, clock: HandClock) -> None:
    station.port.shelve(CRACK, 600.0, "die change")
    station.see(0.9, 0.1, 0.9)
    station.alarms.stop()
    station.records.stop()
    clock.now_s += 100.0
    station.start()
    (hold,) = station.port.holds()
    assert (hold.behind, hold.stands, hold.person_id, hold.reason) == (2, True, WEI, "die change")
    assert hold.left_s == pytest.approx(600.0 - 100.3, abs=0.01)
    clock.now_s += 500.0
    raised = station.alarms.tick()
    assert [event.kind for event in raised] == [AlarmEventKind.RAISED]
    assert station.alarms.raised[AlarmKind.DEFECT] == 1
    station.records.flush()
    assert station.rows("SELECT behind, ended_by FROM holds WHERE ended_us IS NOT NULL") == [(2, "")]
    since, until = clock.utc().replace(year=2020), clock.utc().replace(year=2090)
    (told,) = station.records.alarm_history(since, until)
    assert told.alarm_id == raised[0].alarm_id, "what happened behind the hold only is no warning of the report"


def test_a_hold_of_another_version_that_nobody_can_read_ends(station: Station) -> None:
    station.port.shelve(CRACK, 600.0, "die change")
    station.records.stop()
    with closing(sqlite3.connect(station.folder / "records.db")) as database, database:
        database.execute("UPDATE holds SET definition_json = '{}'")
    station.start()
    assert station.port.holds() == ()
    station.records.flush()
    assert station.rows("SELECT count(*) FROM holds WHERE ended_us IS NULL") == [(0,)]


def test_a_changed_definition_is_kept_with_who_and_why(station: Station) -> None:
    station.see(0.9)
    changed = definition(suppressed_while=STANDS, priority=3, on_delay_s=2.0)
    assert station.alarms.redefine(changed, JONAS, "rings too often").ok
    assert station.rows("SELECT definition_id, person_id, why FROM definition_changes") == [("crack", "jonas", "rings too often")]
    assert station.port.definitions() == (changed,)
    assert station.alarms.views()[0].priority == 3
    refused = station.alarms.redefine(definition({"kind": "verdict", "source": RIG}), JONAS, "other camera")
    assert "listens to" in refused.sentence


def test_what_was_called_false_is_demoted_and_promoted_by_what_was_not(tmp_path: Path, clock: HandClock) -> None:
    def seen_false(of: AlarmConfig, source_id: SourceId, found: Finding, input_ref: int | None) -> int:
        assert (of.id, source_id) == ("crack", CAM)
        return 3 if found.score == 0.7 else 0

    station = Station(tmp_path, clock, definition(raise_count=2, of_last=3))
    station.alarms.ask_before_raising(seen_false)
    heard: list[AlarmEventKind] = []
    station.alarms.listen(lambda event: heard.append(event.kind))
    station.see(0.7, 0.7)
    (view,) = station.alarms.views()
    assert (view.priority, view.demoted_to, view.seen_false, view.activation) == (4, 4, 3, 1)
    station.see(0.7, 0.9)
    assert station.alarms.views()[0].seen_false == 3
    station.see(0.9)
    (view,) = station.alarms.views()
    assert (view.priority, view.demoted_to, view.seen_false, view.activation) == (2, None, 0, 2)
    assert heard == [AlarmEventKind.RAISED, AlarmEventKind.PROMOTED]
    station.records.flush()
    assert station.rows("SELECT priority, shown_priority, seen_false, activation FROM alarms") == [(2, 2, 0, 2)]
    station.records.stop()


def test_a_demoted_one_stays_demoted_over_a_restart(tmp_path: Path, clock: HandClock) -> None:
    station = Station(tmp_path, clock, definition())
    station.alarms.ask_before_raising(lambda *_: 2)
    station.see(0.9)
    station.records.stop()
    station.start()
    (view,) = station.alarms.views()
    assert (view.priority, view.seen_false) == (4, 2)
    station.records.stop()


# ------------------------------------------------------------------------------------------- floods


def _many(count: int, **changed: object) -> Sequence[AlarmConfig]:
    limit = {"kind": "limit", "source": RIG, "side": "high", "raise_at": 1.0, "clear_at": 1.0}
    return [definition(limit | {"channel": f"c{place}"}, id=f"a{place}", **changed) for place in range(count)]


def test_more_than_ten_in_ten_minutes_are_a_flood_that_names_the_first(tmp_path: Path, clock: HandClock) -> None:
    station = Station(tmp_path, clock, *_many(20))
    for place in range(10):
        station.alarms.on_values(RIG, {f"c{place}": np.array([2.0])}, place)
        clock.now_s += 1.0
    assert station.alarms.flood() is None
    station.alarms.on_values(RIG, {"c10": np.array([2.0])}, 10)
    flood = station.alarms.flood()
    assert flood is not None
    assert (flood.first.id, flood.count, flood.in_10_min, flood.first_source_id) == ("a0", 11, 11, RIG)
    clock.now_s += 595.0
    still = station.alarms.flood()
    assert still is not None
    assert (still.first.id, still.count, still.in_10_min) == ("a0", 11, 5)
    clock.now_s += 1.0
    assert station.alarms.flood() is None
    station.records.stop()
