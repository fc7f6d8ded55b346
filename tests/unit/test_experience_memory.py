"""Confirmed false alarms: what repeats them is demoted at once, never hidden; everything else rings as ever; all is reversible."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from station.events import AlarmEventKind
from station.experience.confirming import DEFAULT_DAYS, MOST_DAYS
from station.experience_view import EntryId, EntryState
from station.frames import SourceId
from station.records import schema
from station.view import FeedbackAnswer
from tests.unit.alarm_making import definition
from tests.unit.memory_making import ELSEWHERE, MARK, WEI, MemoryStation
from tests.unit.record_making import HandClock

DIRT, PIT, OTHER_DIRT = (1, MARK), (2, MARK), (3, ELSEWHERE)
DAY_S = 86400.0


def test_a_repeat_is_demoted_and_says_how_often_it_was_false(tmp_path: Path) -> None:
    with MemoryStation(tmp_path) as station:
        station.confirm_false(DIRT)
        station.show(DIRT)
        assert (station.open().priority, station.open().seen_false) == (4, 1)
        station.answer(station.open().alarm_id)
        station.clean()
        station.show(DIRT)
        assert (station.open().priority, station.open().seen_false) == (4, 2)
        (entry,) = station.experience.memory()
        assert (entry.times, entry.repeats, entry.state) == (2, 2, EntryState.OTHER_MODEL)
        assert entry.person_id == WEI


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (((2, MARK),), "a real pit at the very place"),
        (((1, ELSEWHERE),), "the same mark elsewhere"),
        (((1, MARK), (2, ELSEWHERE)), "the known mark, and a real pit beside it"),
        (((1, (60, 50, 120, 90)),), "something larger that swallowed the place"),
    ],
)
def test_anything_else_rings_as_ever(tmp_path: Path, shown: tuple[tuple[int, tuple[int, int, int, int]], ...], why: str) -> None:
    with MemoryStation(tmp_path) as station:
        station.confirm_false(DIRT)
        station.show(*shown)
        assert (station.open().priority, station.open().seen_false) == (2, 0), why


def test_two_known_marks_together_are_known(tmp_path: Path) -> None:
    with MemoryStation(tmp_path) as station:
        station.confirm_false(DIRT)
        station.confirm_false(OTHER_DIRT)
        station.show(DIRT, OTHER_DIRT)
        assert station.open().priority == 4


def test_a_pack_without_embeddings_is_known_by_its_pixels(tmp_path: Path) -> None:
    with MemoryStation(tmp_path) as station:
        station.confirm_false(DIRT, embedded=False)
        station.show(DIRT, embedded=False)
        assert station.open().priority == 4
        station.clean()
        station.answer(station.open().alarm_id, FeedbackAnswer.UNSURE)
        station.show(PIT, embedded=False)
        assert station.open().priority == 2


def test_another_network_another_camera_and_another_warning_are_not_meant(tmp_path: Path) -> None:
    other = SourceId("cam2")
    second = definition({"kind": "verdict", "source": other}, id="crack-2", off_delay_s=1.0)
    with MemoryStation(tmp_path, definition(off_delay_s=1.0), second) as station:
        station.confirm_false(DIRT)
        station.show(DIRT, source_id=other)
        assert station.open().priority == 2
        station.show(source_id=other, frames=3)
        station.answer(station.open().alarm_id, FeedbackAnswer.UNSURE)
        station.show(DIRT, sha="1" * 64)
        assert station.open().priority == 2


def test_a_critical_warning_is_never_demoted_and_nothing_is_remembered_of_it(tmp_path: Path) -> None:
    with MemoryStation(tmp_path, definition(priority=1, off_delay_s=1.0)) as station:
        station.show(DIRT)
        station.answer(station.open().alarm_id)
        assert station.experience.memory() == ()
        station.clean()
        station.show(DIRT)
        assert (station.open().priority, station.open().seen_false) == (1, 0)


@pytest.mark.parametrize("undo", ["switch_off", "remove", "answer_real", "take_back"])
def test_taken_back_it_rings_at_once_with_its_own_priority(tmp_path: Path, undo: str) -> None:
    with MemoryStation(tmp_path) as station:
        entry = station.confirm_false(DIRT)
        first = station.records.alarm_history(station.clock.utc() - timedelta(days=1), station.clock.utc())[0].alarm_id
        station.show(DIRT)
        demoted = station.open()
        assert demoted.priority == 4
        match undo:
            case "switch_off":
                assert station.experience.switch_off(entry.entry_id).ok
            case "remove":
                assert station.experience.remove(entry.entry_id).ok
            case "answer_real":
                station.answer(first, FeedbackAnswer.REAL)
            case _:
                assert station.experience.take_back(first).ok
        events = station.show(DIRT)
        assert station.open().alarm_id == demoted.alarm_id
        assert (station.open().priority, station.open().seen_false) == (2, 0)
        assert AlarmEventKind.PROMOTED in {event.kind for event in events} or station.open().activation == demoted.activation + 1


def test_switched_on_again_it_counts_again(tmp_path: Path) -> None:
    with MemoryStation(tmp_path) as station:
        entry = station.confirm_false(DIRT)
        assert station.experience.switch_off(entry.entry_id).ok
        assert station.experience.memory()[0].state is EntryState.OFF
        assert station.experience.switch_on(entry.entry_id).ok
        station.show(DIRT)
        assert station.open().priority == 4


def test_it_ends_by_itself_and_a_person_may_let_it_live_longer(tmp_path: Path) -> None:
    with MemoryStation(tmp_path) as station:
        entry = station.confirm_false(DIRT)
        assert entry.expires_utc - entry.created_utc == timedelta(days=DEFAULT_DAYS)
        refused = station.experience.extend(entry.entry_id, MOST_DAYS + 1)
        assert not refused.ok
        assert "90" in refused.sentence
        assert station.experience.extend(entry.entry_id, 60).ok
        station.clock.now_s += 59 * DAY_S
        station.show(DIRT)
        assert station.open().priority == 4
        station.answer(station.open().alarm_id, FeedbackAnswer.UNSURE)
        station.clean()
        station.clock.now_s += 2 * DAY_S
        station.show(DIRT)
        assert station.open().priority == 2
        assert station.experience.memory() == ()


def test_confirmed_again_it_lives_on_and_keeps_a_longer_time(tmp_path: Path) -> None:
    with MemoryStation(tmp_path) as station:
        entry = station.confirm_false(DIRT)
        station.clock.now_s += 20 * DAY_S
        again = station.confirm_false(DIRT)
        assert again.entry_id == entry.entry_id
        assert again.expires_utc - again.created_utc == timedelta(days=DEFAULT_DAYS)
        assert station.experience.extend(entry.entry_id, 90).ok
        assert station.confirm_false(DIRT).expires_utc > station.clock.utc() + timedelta(days=89)


def test_entries_survive_a_restart_with_their_picture(tmp_path: Path) -> None:
    clock = HandClock()
    with MemoryStation(tmp_path, clock=clock) as station:
        entry = station.confirm_false(DIRT)
        off = station.confirm_false(OTHER_DIRT)
        assert station.experience.switch_off(off.entry_id).ok
        station.show(DIRT)
        station.clean()
        station.answer(station.open().alarm_id, FeedbackAnswer.UNSURE)
    with MemoryStation(tmp_path, clock=clock) as station:
        entries = {one.entry_id: one for one in station.experience.memory()}
        assert set(entries) == {entry.entry_id, off.entry_id}
        assert entries[off.entry_id].state is EntryState.OFF
        assert entries[entry.entry_id].repeats == 1
        assert entries[entry.entry_id].last_seen_utc is not None
        shown = entries[entry.entry_id].picture
        assert shown is not None
        image = cv2.imread(str(shown))
        assert image is not None
        assert min(image.shape[:2]) >= 72
        station.show(DIRT)
        assert station.open().priority == 4


def test_the_answer_can_be_given_after_the_warning_closed_and_after_a_restart(tmp_path: Path) -> None:
    clock = HandClock()
    with MemoryStation(tmp_path, clock=clock) as station:
        station.show(DIRT)
        alarm_id = station.open().alarm_id
        station.clean()
        assert station.desk.acknowledge(alarm_id, WEI, "").ok
        assert station.desk.views() == ()
    with MemoryStation(tmp_path, clock=clock) as station:
        station.answer(alarm_id)
        station.show(DIRT)
        assert (station.open().priority, station.open().seen_false) == (4, 1)


def test_the_same_answer_with_its_cause_and_note_is_one_entry(tmp_path: Path) -> None:
    with MemoryStation(tmp_path) as station:
        station.show(DIRT)
        for _ in range(3):
            station.answer(station.open().alarm_id)
        (entry,) = station.experience.memory()
        assert entry.times == 1


def test_nobody_signed_in_changes_nothing(tmp_path: Path) -> None:
    with MemoryStation(tmp_path) as station:
        entry = station.confirm_false(DIRT)
        station.person = None
        ask = station.experience
        outcomes = [
            ask.switch_off(entry.entry_id),
            ask.remove(entry.entry_id),
            ask.extend(entry.entry_id, 3),
            ask.switch_on(entry.entry_id),
        ]
        assert not any(outcome.ok for outcome in outcomes)
        assert "signed in" in outcomes[0].sentence
        assert len(ask.memory()) == 1
        station.person = WEI
        assert not ask.remove(EntryId("nothing")).ok


def test_a_repeat_that_a_real_defect_joins_is_promoted(tmp_path: Path) -> None:
    with MemoryStation(tmp_path, definition(off_delay_s=1.0, raise_count=2, of_last=3)) as station:
        station.show(DIRT, frames=2)
        station.answer(station.open().alarm_id)
        station.clean()
        station.show(DIRT, frames=2)
        assert station.open().priority == 4
        station.show(PIT, frames=2)
        assert (station.open().priority, station.open().seen_false) == (2, 0)


def test_what_was_removed_is_kept_in_the_records(tmp_path: Path) -> None:
    with MemoryStation(tmp_path) as station:
        entry = station.confirm_false(DIRT)
        assert station.experience.remove(entry.entry_id).ok
        (row,) = station.records.ask(lambda connection: connection.execute(schema.false_memory.select()).all())
        assert (row.removed_by, row.removed_us is not None) == (WEI, True)
        assert np.frombuffer(row.embedding, "<f2").size == 16
