"""This file decides what records do on a full, read-only, slow or broken disk: say so, hold, go on, never crash."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import OperationalError

from inference.errors import RecordsError
from station.events import SystemFault
from station.frames import AlarmId, PersonId
from station.keeping import WhyKept
from station.records import image_keeper, schema, writer
from station.records.database import Durability
from station.records.store import Records
from station.records.writer import Job, Keep
from station.view import Feedback, FeedbackAnswer, ImageQuery
from tests.unit.alarm_making import RIG, finding, judged, utc
from tests.unit.record_making import HandClock, HandDisk, open_records, raised

FULL_DISK = OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))


class BrokenCommit:
    """Stands in the writer's way while ``broken``; says when it was tried."""

    def __init__(self, records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
        self.broken = True
        self.tried = threading.Event()
        self._commit: Callable[[list[Job]], None] = records._writer._commit
        monkeypatch.setattr(records._writer, "_commit", self)

    def __call__(self, batch: list[Job]) -> None:
        self.tried.set()
        if self.broken:
            raise FULL_DISK
        self._commit(batch)


def rows_in(folder: Path, table: str) -> int:
    with closing(sqlite3.connect(folder / "records.db")) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - a table's name


def test_a_full_disk_holds_the_journal_and_refuses_confirmations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "RETRY_S", 0.02)
    monkeypatch.setattr(writer, "BATCH_JOBS", 2)
    records = open_records(tmp_path)
    way = BrokenCommit(records, monkeypatch)
    event = raised()
    records.keep_event(event)
    for number in range(5):
        records.keep_event(raised(name=f"d{number}"))
    assert way.tried.wait(10)
    with pytest.raises(RecordsError, match=r"The answer was not kept \(database or disk is full\)\. Make room on the disk"):
        records.confirm(Feedback(FeedbackAnswer.REAL, PersonId("wei"), alarm_id=event.alarm_id))
    assert "full" in records.faults()[SystemFault.RECORDS_FAILING]
    assert records.disk_state().detail == "database or disk is full"
    way.broken = False
    records.confirm(Feedback(FeedbackAnswer.REAL, PersonId("wei"), alarm_id=event.alarm_id))
    assert records.faults() == {}
    records.stop()
    assert (rows_in(tmp_path, "alarms"), rows_in(tmp_path, "feedback")) == (6, 1), "the refused answer must not appear later"


def test_what_does_not_fit_into_memory_is_counted_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "RETRY_S", 0.02)
    monkeypatch.setattr(writer, "MAX_JOURNAL_JOBS", 3)
    monkeypatch.setattr(writer, "MAX_DROPPABLE_JOBS", 2)
    records = open_records(tmp_path)
    way = BrokenCommit(records, monkeypatch)
    records.keep_trend(RIG, {"TS1": 0.0}, utc(0))
    assert way.tried.wait(10)
    with records._writer._changed:  # the writer waits at this lock, so that nothing is in its hands
        for number in range(5):
            records.keep_event(raised(name=f"d{number}"))
            records.keep_trend(RIG, {"TS1": float(number)}, utc(number + 1))
    state = records.writer_state()
    assert state.lost >= 2
    assert state.dropped >= 3
    assert "lost" in records.faults()[SystemFault.RECORDS_FAILING]
    way.broken = False
    records.stop()
    assert rows_in(tmp_path, "alarms") == 5 - state.lost


def test_an_entry_the_database_refuses_does_not_hold_up_the_others(tmp_path: Path) -> None:
    records = open_records(tmp_path)
    event = raised()

    def twice(connection: Connection) -> None:
        connection.execute(insert(schema.station_state).values(key="same", value="", utc_us=0))
        connection.execute(insert(schema.station_state).values(key="same", value="", utc_us=0))

    with records._writer._changed:
        records._writer.submit(Job(twice, Keep.JOURNAL, Durability.FULL, "An impossible entry"))
        records.keep_event(event)
    records.flush()
    assert len(records.alarm_history(utc(-1), utc(1))) == 1
    assert records.writer_state().lost == 1
    records.stop()


def test_a_slow_disk_is_said_and_the_confirmation_is_withdrawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = open_records(tmp_path)
    event = raised()
    records.keep_event(event)
    records.flush()
    held, let_go = threading.Event(), threading.Event()

    def slow(_connection: Connection) -> None:
        held.set()
        assert let_go.wait(30)

    records._writer.submit(Job(slow, Keep.JOURNAL, Durability.NORMAL, "A slow entry"))
    assert held.wait(10)
    job = Job(lambda _: pytest.fail("a withdrawn entry was written"), Keep.CONFIRMED, Durability.FULL, "The answer")
    with pytest.raises(RecordsError, match="did not answer within"):
        records._writer.confirm(job, 0.05)
    records.keep_event(raised(name="second"))
    monkeypatch.setattr(writer, "BACKED_UP_S", 0.0)
    assert "wait to be written" in records.faults()[SystemFault.RECORDS_FAILING]
    let_go.set()
    assert records.stop() == 0


def test_a_nearly_full_disk_stops_pictures_and_nothing_else(tmp_path: Path) -> None:
    disk = HandDisk(free_mib=10)
    records = open_records(tmp_path, disk=disk, nearly_full_mib=100)
    event = raised()
    records.keep_event(event)
    assert records.keep_image(judged(), WhyKept.ALARM, finding(0.9), event.alarm_id) is None
    records.confirm(Feedback(FeedbackAnswer.REAL, PersonId("wei"), alarm_id=event.alarm_id))
    assert "10 MiB free" in records.faults()[SystemFault.DISK_NEARLY_FULL]
    assert records.images_lost == 1
    disk.free_mib = 500
    records._disk.look()
    assert records.faults() == {}
    assert records.keep_image(judged(), WhyKept.ALARM, finding(0.9), event.alarm_id) is not None
    assert records.stop() == 0


def test_no_space_while_writing_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = open_records(tmp_path)
    tried = threading.Event()

    def no_space(_path: Path, _content: bytes) -> None:
        tried.set()
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(image_keeper, "write_atomically", no_space)
        records.keep_image(judged(), WhyKept.ALARM, finding(0.9), AlarmId("a"))
        assert tried.wait(10)
        records._images.stop(10)
    assert "No space left" in records.faults()[SystemFault.DISK_NEARLY_FULL]
    assert records.images(ImageQuery()) == []
    assert records.stop() == 0


def test_a_warning_whose_picture_could_not_be_kept_is_told_for_a_minute_and_logged_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = HandClock()
    records = open_records(tmp_path, clock=clock)

    def broken(_path: Path, _content: bytes) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched, caplog.at_level("ERROR"):
        patched.setattr(image_keeper, "write_atomically", broken)
        for name in ("a", "b"):
            records.keep_image(judged(), WhyKept.ALARM, finding(0.9), AlarmId(name))
        records._images.stop(10)
    assert [f"warning {name} was not kept" in caplog.text for name in ("a", "b")] == [True, True]
    told = records.faults()[SystemFault.RECORDS_FAILING]
    assert "2 pictures of warnings were not kept" in told
    assert "Input/output error" in told
    assert "2 pictures of warnings" in records.disk_state().detail
    clock.now_s = 61.0
    assert SystemFault.RECORDS_FAILING not in records.faults()
    records.stop()


def test_whatever_goes_wrong_with_one_picture_or_entry_the_threads_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = open_records(tmp_path)

    def confused(_connection: Connection) -> None:
        raise KeyError("nobody thought of this")

    encode = image_keeper.encode
    calls: list[int] = []

    def confused_once(*given: Any) -> bytes:
        calls.append(1)
        if len(calls) == 1:
            raise KeyError("nobody thought of this")
        return encode(*given)

    monkeypatch.setattr(image_keeper, "encode", confused_once)
    records._writer.submit(Job(confused, Keep.JOURNAL, Durability.FULL, "A confused entry"))
    for number in range(2):
        records.keep_image(judged(number), WhyKept.DEFECT, finding(0.9), None)
    records.flush()
    assert records.stop() == 0
    assert (records.writer_state().lost, records.images_lost) == (1, 1)
    assert rows_in(tmp_path, "images") == 1


def test_a_write_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from station.records import image_files

    def no_space(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(image_files.os, "fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        image_files.write_atomically(tmp_path / "day" / "picture.png", b"x" * 100)
    assert list((tmp_path / "day").iterdir()) == []


def test_pictures_wait_in_bounded_memory_and_those_of_warnings_longest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_keeper, "MAX_WAITING_BYTES", 3 * judged().frame.image.nbytes)  # type: ignore[union-attr]
    records = open_records(tmp_path)
    with records._images._changed:  # the keeper waits at this lock
        kept = [records.keep_image(judged(n), WhyKept.DEFECT, finding(0.9), None) for n in range(5)]
        of_warnings = [records.keep_image(judged(n), WhyKept.ALARM, finding(0.9), AlarmId("a")) for n in range(5)]
    assert [path is not None for path in kept] == [True, True, True, False, False]
    assert [path is not None for path in of_warnings] == [True, True, True, False, False]
    assert records.images_lost == 4
    assert records.stop() == 0
    assert rows_in(tmp_path, "images") == 6


@pytest.mark.parametrize("content", [b"this is no database, but somebody's notes", b"\x00" * 4096])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "records.db"
    file.write_bytes(content)
    with pytest.raises(RecordsError, match="Move it away"):
        open_records(tmp_path)
    assert file.read_bytes() == content


def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    open_records(tmp_path).stop()
    file = tmp_path / "records.db"
    file.write_bytes(file.read_bytes()[:100] + b"\xff" * 8000)
    damaged = file.read_bytes()
    with pytest.raises(RecordsError, match=r"records.db.*(damaged|malformed)"):
        open_records(tmp_path)
    assert file.read_bytes() == damaged


def test_records_of_a_newer_program_are_refused(tmp_path: Path) -> None:
    open_records(tmp_path).stop()
    with closing(sqlite3.connect(tmp_path / "records.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    with pytest.raises(RecordsError, match=r"newer Lineside.*9999.*newer version again"):
        open_records(tmp_path)


def test_an_unwritable_data_folder_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RecordsError, match=r"cannot be written.*--data DIR"):
        open_records(tmp_path / "file" / "data")


def test_a_data_folder_in_use_is_refused(tmp_path: Path) -> None:
    first = open_records(tmp_path)
    with pytest.raises(RecordsError, match=r"Another Lineside uses this data folder.*Close it first"):
        open_records(tmp_path)
    first.stop()
    open_records(tmp_path).stop()


def test_a_warning_of_another_version_does_not_hinder_the_start(tmp_path: Path) -> None:
    first = open_records(tmp_path)
    first.keep_event(raised())
    first.stop()
    with closing(sqlite3.connect(tmp_path / "records.db")) as database:
        database.execute("""UPDATE alarms SET definition_json = '{"title": {"en": "a", "zh": "b"}, "new": 1}'""")
        database.commit()
    again = open_records(tmp_path)
    assert again.open_alarms().alarms == ()
    again.flush()
    (closed,) = again.alarm_history(utc(-1), utc(1))
    assert closed.title.en == "a"
    assert closed.closed_utc is not None
    again.stop()


def test_after_the_stop_a_confirmation_is_refused_at_once_and_retention_does_nothing(tmp_path: Path) -> None:
    records = open_records(tmp_path)
    records.stop()
    with pytest.raises(RecordsError, match="the records are closed"):
        records.confirm(Feedback(FeedbackAnswer.REAL, PersonId("wei"), alarm_id=AlarmId("a")))
    assert records.apply_retention().pictures == 0
