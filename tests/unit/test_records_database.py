"""This file decides that migrations build the tables the code uses, and that its SQL is not SQLite's alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from station import paths
from station.records.database import BUSY_TIMEOUT_MS, migrate, open_database
from station.records.schema import HEAD_REVISION, from_us, metadata, to_us, trend


def test_migrations_build_exactly_the_tables() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        migrate(connection)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD_REVISION
    engine.dispose()


def test_the_newest_migration_is_the_one_the_code_knows() -> None:
    assert ScriptDirectory(str(paths.migrations_dir())).get_heads() == [HEAD_REVISION]


def test_confirmed_commits_are_synced_and_readers_cannot_write(tmp_path: Path) -> None:
    database = open_database(tmp_path / "records.db")
    with database.confirmed.connect() as confirmed, database.bulk.connect() as bulk, database.reading.connect() as reading:
        assert confirmed.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert confirmed.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert bulk.exec_driver_sql("PRAGMA synchronous").scalar() == 1
        assert confirmed.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert reading.exec_driver_sql("PRAGMA busy_timeout").scalar() == BUSY_TIMEOUT_MS
        assert reading.exec_driver_sql("PRAGMA query_only").scalar() == 1
    database.close()


def test_a_current_database_opens_without_alembic(tmp_path: Path) -> None:
    """A start must be quick."""
    open_database(tmp_path / "records.db").close()
    script = (
        "import sys; from pathlib import Path; from station.records.database import open_database; "
        "open_database(Path(sys.argv[1])).close(); sys.exit('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "records.db")], cwd=paths.program_dir(), check=False)
    assert done.returncode == 0


def test_the_tables_are_postgresqls_as_well() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in metadata.sorted_tables:
        made = str(CreateTable(table).compile(dialect=dialect))
        assert "ROWID" not in made.upper()
        for index in table.indexes:
            CreateIndex(index).compile(dialect=dialect)
    bucket = (trend.c.utc_us - 5) // 7
    assert "FLOOR" not in str(bucket.compile(dialect=dialect)).upper()


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001 - the zone is the other argument
def test_times_come_back_exactly(naive: datetime, hours: int) -> None:
    at = naive.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert from_us(to_us(at)) == at
    assert from_us(to_us(at)).tzinfo is UTC


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        to_us(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake under test
