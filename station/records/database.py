"""This file decides how the database is opened: connections, durability, and bringing its tables up to date.

Alembic is imported only when there is something to migrate, because a start must be quick.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from inference.errors import RecordsError
from station import paths
from station.records.schema import HEAD_REVISION

BUSY_TIMEOUT_MS = 5000
_SQLITE_MAGIC = b"SQLite format 3\x00"


class Durability(StrEnum):
    """What a commit promises."""

    FULL = "FULL"
    """On disk (fsync) when the commit returns."""
    NORMAL = "NORMAL"
    """Never damaged by a power failure, but the last seconds may be missing after one."""


@dataclass(frozen=True, slots=True)
class Database:
    """The engines of one database. The two writing ones belong to the writer thread, reading may be done by any.

    Attributes:
        confirmed: Commits are on disk when they return.
        bulk: Commits are cheap.
        reading: Cannot write.
    """

    confirmed: Engine
    bulk: Engine
    reading: Engine

    def close(self) -> None:
        """Close every connection. Call it after the writer has ended."""
        for engine in (self.reading, self.bulk, self.confirmed):
            engine.dispose()


def open_database(file: Path) -> Database:
    """Open the SQLite database *file*, made where there is none, with its tables brought up to date.

    Raises:
        RecordsError: When it is no database, is newer than this program, or cannot be read or written. The file is
            left as it is.
    """
    _refuse_other_files(file)
    database = Database(
        confirmed=_engine(file, Durability.FULL, size=1),
        bulk=_engine(file, Durability.NORMAL, size=1),
        reading=_engine(file, None, size=8),
    )
    try:
        with database.confirmed.connect() as connection:
            migrate(connection)
    except RecordsError:
        database.close()
        raise
    except SQLAlchemyError as error:
        database.close()
        raise RecordsError(
            "The records' database cannot be used",
            where=str(file),
            value=_short(error),
            do="Check the disk and the rights on the file; if it is damaged, move it away (do not delete it) and start again, "
            "or put a backup in its place",
        ) from error
    return database


def migrate(connection: Connection) -> None:
    """Bring the tables behind *connection* to :data:`HEAD_REVISION` and commit.

    Raises:
        RecordsError: When the tables are newer than this program.
    """
    revision = current_revision(connection)
    connection.rollback()
    if revision == HEAD_REVISION:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(paths.migrations_dir()).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise RecordsError(
            "The records were written by a newer Lineside",
            value=f"format {revision}, this program knows up to {HEAD_REVISION}",
            do="Install the newer version again, or name another data folder with --data DIR",
        )
    command.upgrade(config, "head")
    connection.commit()


def current_revision(connection: Connection) -> str | None:
    """Revision of the tables; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _refuse_other_files(file: Path) -> None:
    """A file that is not a database is never written over."""
    try:
        if not file.exists() or file.stat().st_size == 0:
            return
        with file.open("rb") as stream:
            head = stream.read(len(_SQLITE_MAGIC))
    except OSError as error:
        raise RecordsError(
            "The records' database cannot be read",
            where=str(file),
            value=error.strerror or str(error),
            do="Give this user the right to read and write it, or name another data folder with --data DIR",
        ) from error
    if head != _SQLITE_MAGIC:
        raise RecordsError(
            "The records' database is damaged or is another kind of file",
            where=str(file),
            value=f"begins with {head!r}",
            do="Move it away (do not delete it) and start again, or put a backup in its place",
        )


def _engine(file: Path, durability: Durability | None, *, size: int) -> Engine:
    """An engine on *file*; without *durability* it can only read."""
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(file)),
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _set_up(raw: DBAPIConnection, _record: object) -> None:
        cursor = raw.cursor()
        try:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            if durability is None:
                cursor.execute("PRAGMA query_only=ON")
            else:
                cursor.execute("PRAGMA journal_mode=WAL")
                cursor.execute(f"PRAGMA synchronous={durability.value}")
                cursor.execute("PRAGMA foreign_keys=ON")
        finally:
            cursor.close()

    return engine


def _short(error: SQLAlchemyError) -> str:
    """The driver's own words, without SQL and parameters."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).splitlines()[0]
