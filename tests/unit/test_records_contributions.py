"""This file decides whether what drove a score is found again weeks later, at a rate and for a time that the disk bears."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from inference.findings import Contribution, Verdict
from station import paths
from station.config import RecordsConfig
from station.frames import PersonId
from station.keeping import CONTRIBUTIONS_AGAIN_S, ContributionRule
from station.records import schema
from station.records.database import open_database
from station.records.journal import MOST_CONTRIBUTIONS, contributions_from_json, contributions_json, finding_json
from station.records.retention import forget_values
from station.records.schema import to_us
from station.view import FeedbackAnswer
from tests.unit.alarm_making import RIG, START, definition, utc
from tests.unit.alarm_making import finding as found
from tests.unit.record_making import HandClock, open_records

HOLD = timedelta(seconds=2 * CONTRIBUTIONS_AGAIN_S)
DAY_S = 86_400.0
LEAK = (Contribution("PS1", 0.7, 0.4), Contribution("TS1", 0.3, 0.2))


def shares(**given: float) -> tuple[Contribution, ...]:
    return tuple(Contribution(name, share, share) for name, share in given.items())


# ---- which are kept ------------------------------------------------------------------------------------------------


def test_a_healthy_machine_costs_one_entry_however_long_it_runs() -> None:
    rule = ContributionRule()
    assert sum(rule.wants(RIG, "pump", (), float(second)) for second in range(36_000)) == 1


def test_a_steady_fault_is_kept_once_a_minute() -> None:
    rule = ContributionRule()
    kept = [second for second in range(600) if rule.wants(RIG, "pump", shares(PS1=0.7 + 0.001 * (second % 7), TS1=0.3), float(second))]
    assert kept == list(range(0, 600, 60))


def test_what_changes_is_kept_at_a_calm_rate_and_each_target_on_its_own() -> None:
    rule = ContributionRule()
    kept = [rule.wants(RIG, "pump", shares(PS1=0.1 * (number % 10)), 0.1 * number) for number in range(200)]
    assert sum(kept) == 10
    assert rule.wants(RIG, "valve", shares(PS1=0.5), 0.0)


def test_the_end_of_what_drives_is_kept_as_well() -> None:
    rule = ContributionRule()
    assert rule.wants(RIG, "pump", LEAK, 0.0)
    assert not rule.wants(RIG, "pump", (), 1.0)
    assert rule.wants(RIG, "pump", (), 2.0)
    assert not rule.wants(RIG, "pump", (), 500.0)


def test_another_channel_of_the_same_share_is_a_change() -> None:
    rule = ContributionRule()
    assert rule.wants(RIG, "pump", shares(PS1=1.0), 0.0)
    assert rule.wants(RIG, "pump", shares(PS2=1.0), 2.0)


# ---- how they are kept ---------------------------------------------------------------------------------------------


def test_the_text_is_short_and_comes_back() -> None:
    many = tuple(Contribution(f"channel-{n}", share, -0.123456) for n, share in enumerate(np.linspace(0.3, 0.0, 20).tolist()))
    text = contributions_json(many)
    assert len(text) < 250
    back = contributions_from_json(text)
    assert [one.channel for one in back] == [f"channel-{n}" for n in range(MOST_CONTRIBUTIONS)]
    assert back[1].share == pytest.approx(many[1].share, abs=0.001)
    assert contributions_from_json(contributions_json(())) == ()


def test_after_a_restart_the_cursor_finds_what_drove_the_score_then(tmp_path: Path) -> None:
    records = open_records(tmp_path)
    records.keep_contributions(RIG, "pump", (), utc(0))
    records.keep_contributions(RIG, "pump", LEAK, utc(100))
    records.keep_contributions(RIG, "pump", LEAK, utc(100))
    records.keep_contributions(RIG, "pump", shares(TS1=1.0), utc(150))
    records.keep_contributions(RIG, "valve", shares(CE=1.0), utc(150))
    records.keep_contributions(RIG, "pump", (), utc(400))
    records.stop()
    again = open_records(tmp_path)
    try:
        found = {at_s: again.drivers_at(RIG, "pump", utc(at_s), HOLD) for at_s in (-1, 0, 99, 100, 149.9, 150, 269, 271, 400, 90 * DAY_S)}
    finally:
        again.stop()
    assert {at_s: None if one is None else one.contributions for at_s, one in found.items()} == {
        -1: None,
        0: (),
        99: (),
        100: LEAK,
        149.9: LEAK,
        150: shares(TS1=1.0),
        269: shares(TS1=1.0),
        271: None,
        400: (),
        90 * DAY_S: (),
    }
    assert found[149.9] is not None
    assert found[149.9].utc == utc(100)


def test_nothing_is_known_of_a_target_that_never_was(tmp_path: Path) -> None:
    records = open_records(tmp_path)
    assert records.drivers_at(RIG, "pump", utc(0), HOLD) is None
    records.stop()


def test_by_age_they_go_with_the_trends(tmp_path: Path) -> None:
    clock = HandClock()
    records = open_records(tmp_path, clock=clock, keep_days=10)
    for day in (0, 5):
        records.keep_contributions(RIG, "pump", LEAK, utc(day * DAY_S))
    records.stop()
    database = open_database(tmp_path / "records.db")
    with database.confirmed.begin() as connection:
        forget_values(RecordsConfig(keep_days=10), utc(11 * DAY_S))(connection)
    database.close()
    with closing(sqlite3.connect(tmp_path / "records.db")) as connection:
        assert connection.execute("SELECT utc_us FROM contributions").fetchall() == [(to_us(utc(5 * DAY_S)),)]


# ---- records of the version before ---------------------------------------------------------------------------------


def write_records_of_the_first_format(file: Path) -> None:
    """A database as revision 0001 left it: an open warning with an answer, a picture, a trend and counts."""
    engine = create_engine(f"sqlite:///{file.as_posix()}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(paths.migrations_dir()))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        at = to_us(START)
        finding = finding_json(replace(found(0.93, label="severe leakage", target="pump", bad=Verdict.FAULT), contributors=LEAK))
        row = {"definition": definition().model_dump_json(), "finding": finding, "at": at}
        connection.execute(
            text(
                "INSERT INTO alarms VALUES ('a-1', 'crack', :definition, 'fault', 2, 'rig', 'spindle', 'unacknowledged_active',"
                " :at, NULL, NULL, '', NULL, 3, :finding, '', '', 7)"
            ),
            row,
        )
        connection.execute(
            text("INSERT INTO feedback VALUES (1, 'a-1', NULL, 'real', 'wei', '', '', 'seen', '', :at, NULL, '')"), {"at": at}
        )
        connection.execute(text("INSERT INTO series VALUES (1, 'rig', 'risk:pump'), (2, 'rig', 'TS1')"))
        for series_id in (1, 2):
            for second in range(10):
                values = {"id": series_id, "at": to_us(utc(second)), "value": second / 10}
                connection.execute(text("INSERT INTO trend VALUES (:id, :at, :value, :value, :value)"), values)
        connection.execute(text("INSERT INTO verdict_counts VALUES (1, 'cam1', :at, :at, 100, 4, 1)"), {"at": at})
    engine.dispose()


def test_records_of_the_first_format_are_taken_over_whole(tmp_path: Path) -> None:
    write_records_of_the_first_format(tmp_path / "records.db")
    records = open_records(tmp_path)
    try:
        (alarm,) = records.open_alarms().alarms
        assert (alarm.alarm_id, alarm.count) == ("a-1", 3)
        assert alarm.finding is not None
        assert (alarm.finding.label, alarm.finding.score) == ("severe leakage", 0.93)
        answer = records.open_alarms().feedback[alarm.alarm_id]
        assert (answer.answer, answer.person_id, answer.note) == (FeedbackAnswer.REAL, PersonId("wei"), "seen")
        assert records.history_trace(RIG, "risk:pump", utc(0), utc(10), 10).value.tolist() == pytest.approx([n / 10 for n in range(10)])
        assert records.report(utc(-1), utc(10)).inspected == 100
        assert records.drivers_at(RIG, "pump", utc(5), HOLD) is None
        records.keep_contributions(RIG, "pump", LEAK, utc(20))
        records.flush()
        found = records.drivers_at(RIG, "pump", utc(21), HOLD)
        assert found is not None
        assert found.contributions == LEAK
    finally:
        records.stop()
    with closing(sqlite3.connect(tmp_path / "records.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.HEAD_REVISION,)
        assert connection.execute("SELECT COUNT(*) FROM series").fetchone() == (2,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
