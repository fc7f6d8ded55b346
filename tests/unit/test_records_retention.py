"""This file decides what goes when, and what never goes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from station.frames import AlarmId, PersonId
from station.keeping import WhyKept
from station.records import retention
from station.records.store import Records
from station.view import Feedback, FeedbackAnswer, ImageQuery
from tests.unit.alarm_making import CAM, RIG, START, finding, judged, utc
from tests.unit.record_making import HandClock, HandDisk, open_records, raised

DAY_S = 86_400.0


def keep(records: Records, sequence: int, at_s: float, why: WhyKept, alarm_id: AlarmId | None = None) -> None:
    assert records.keep_image(judged(sequence, seconds=at_s), why, finding(0.9, heat=True), alarm_id) is not None


def restart(records: Records, folder: Path, clock: HandClock, disk: HandDisk | None = None, **config: object) -> Records:
    """A stop writes every picture."""
    assert records.stop() == 0
    return open_records(folder, clock=clock, disk=disk, **config)


def files(folder: Path) -> int:
    return sum(1 for path in (folder / "images").rglob("*") if path.is_file())


def test_by_age_pictures_and_values_go_and_warnings_stay(tmp_path: Path) -> None:
    clock = HandClock()
    records = open_records(tmp_path, clock=clock, keep_days=10)
    event = raised()
    records.keep_event(event)
    keep(records, 1, 0.0, WhyKept.ALARM, event.alarm_id)
    keep(records, 2, 0.0, WhyKept.DEFECT)
    keep(records, 3, 5 * DAY_S, WhyKept.DEFECT)
    for at_s in (0.0, 5 * DAY_S):
        records.keep_trend(RIG, {"TS1": 1.0}, utc(at_s))
        records.keep_verdict_counts(CAM, utc(at_s), utc(at_s + 60), inspected=1, defects=0, no_verdict=0)
    records.confirm(Feedback(FeedbackAnswer.REAL, PersonId("wei"), alarm_id=event.alarm_id))
    records = restart(records, tmp_path, clock, keep_days=10)
    clock.now_s = 11 * DAY_S
    assert records.apply_retention().pictures == 1
    assert sorted(image.why_kept for image in records.images(ImageQuery())) == ["alarm", "defect"]
    assert files(tmp_path) == 4
    assert len(records.history_trace(RIG, "TS1", START, clock.utc(), 1000).value) == 1
    assert records.report(START, clock.utc()).inspected == 1
    clock.now_s = retention.ALARM_AGE_FACTOR * 10 * DAY_S + 1
    assert records.apply_retention().pictures == 2
    assert files(tmp_path) == 0
    assert list((tmp_path / "images").iterdir()) == [], "folders of days without pictures go as well"
    (alarm,) = records.alarm_history(utc(-1), utc(1))
    assert alarm.feedback is not None
    records.stop()


def test_a_clock_set_forward_while_it_runs_lets_nothing_go(tmp_path: Path) -> None:
    class SetClock(HandClock):
        ahead = timedelta(0)

        def utc(self) -> datetime:
            return super().utc() + self.ahead

    clock = SetClock()
    records = open_records(tmp_path, clock=clock, keep_days=10)
    keep(records, 1, 0.0, WhyKept.DEFECT)
    records.keep_trend(RIG, {"TS1": 1.0}, utc(0.0))
    records = restart(records, tmp_path, clock, keep_days=10)
    clock.ahead = timedelta(days=10_000)
    assert records.apply_retention().pictures == 0
    assert len(records.history_trace(RIG, "TS1", utc(-1), utc(1), 10).value) == 1
    clock.now_s = 11 * DAY_S
    assert records.apply_retention().pictures == 1
    records.stop()


def test_an_answered_picture_keeps_its_row(tmp_path: Path) -> None:
    clock = HandClock()
    records = open_records(tmp_path, clock=clock, keep_days=1)
    keep(records, 1, 0.0, WhyKept.DEFECT)
    keep(records, 2, 0.0, WhyKept.DEFECT)
    records = restart(records, tmp_path, clock, keep_days=1)
    image_id = records.images(ImageQuery())[0].image_id
    records.confirm(Feedback(FeedbackAnswer.FALSE, PersonId("wei"), image_id=image_id))
    clock.now_s = 2 * DAY_S
    records.apply_retention()
    assert records.images(ImageQuery()) == []
    assert records.review_load().unreviewed == 0
    records.stop()
    with closing(sqlite3.connect(tmp_path / "records.db")) as database:
        assert database.execute("SELECT image_id, removed_us IS NOT NULL FROM images").fetchall() == [(image_id, 1)]
        assert database.execute("SELECT count(*) FROM feedback").fetchone() == (1,)


def test_by_room_the_oldest_go_first_and_those_of_warnings_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PICTURES_PER_STEP", 2)
    clock, disk = HandClock(), HandDisk()
    records = open_records(tmp_path, clock=clock)
    keep(records, 0, 0.0, WhyKept.ALARM, AlarmId("a"))
    for number in range(1, 8):
        keep(records, number, float(number), WhyKept.DEFECT)
    records = restart(records, tmp_path, clock, disk, max_disk_share=0.5)
    sizes = [path.stat().st_size for path in (tmp_path / "images").rglob("*") if path.is_file()]
    per_picture = sum(sizes) / 8
    monkeypatch.setattr("tests.unit.record_making.MIB", 1)
    disk.free_mib = disk.total_mib = int(2 * 3.5 * per_picture)
    records._disk.look()
    assert records.apply_retention().pictures == 5
    assert sorted(image.utc for image in records.images(ImageQuery())) == [utc(0), utc(6), utc(7)]
    assert files(tmp_path) == 6
    disk.free_mib = disk.total_mib = int(2 * 0.5 * per_picture)
    records._disk.look()
    records.apply_retention()
    assert records.images(ImageQuery()) == []
    records.stop()


def test_a_file_that_is_gone_already_does_not_matter(tmp_path: Path) -> None:
    clock = HandClock()
    records = open_records(tmp_path, clock=clock, keep_days=1)
    keep(records, 1, 0.0, WhyKept.DEFECT)
    records = restart(records, tmp_path, clock, keep_days=1)
    records.images(ImageQuery())[0].path.unlink()
    clock.now_s = 2 * DAY_S
    assert records.apply_retention().pictures == 1
    records.stop()


def test_what_an_interrupted_write_left_is_swept(tmp_path: Path) -> None:
    records = open_records(tmp_path)
    day = tmp_path / "images" / "2026-02-27"
    day.mkdir()
    (day / ".120000_cam1.png.tmp").write_bytes(b"half a picture")
    today = tmp_path / "images" / "2026-03-01"
    today.mkdir()
    (today / ".080000_cam1.png.tmp").write_bytes(b"just being written")
    records.apply_retention()
    records.stop()
    assert not day.exists()
    assert len(list(today.iterdir())) == 1
