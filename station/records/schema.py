"""This file decides which tables the records have; the migrations build exactly these.

Times are whole microseconds since 1970 UTC in 64 bits (columns ``…_us``): exact, sortable and the same on every
database. Ids of sources, definitions and people are those of the station file. Nothing here is SQLite's alone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_US = timedelta(microseconds=1)

HEAD_REVISION = "0003"
"""Newest migration; a test compares it with the scripts."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

_ROW_ID = BigInteger().with_variant(Integer(), "sqlite")

alarms = Table(
    "alarms",
    metadata,
    Column("alarm_id", String(36), primary_key=True),
    Column("definition_id", String(48), nullable=False),
    Column("definition_json", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("source_id", String(48), nullable=False),
    Column("asset", String(48), nullable=False),
    Column("state", String(32), nullable=False),
    Column("raised_us", BigInteger, nullable=False),
    Column("returned_us", BigInteger),
    Column("acknowledged_us", BigInteger),
    Column("acknowledged_by", String(48), nullable=False, default=""),
    Column("closed_us", BigInteger),
    Column("finding_count", Integer, nullable=False),
    Column("finding_json", Text, nullable=False, default=""),
    Column("reason_json", Text, nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("input_ref", BigInteger),
    Column("incident_id", String(36), nullable=False, server_default=""),
    Column("shown_priority", Integer, nullable=False, server_default="0"),
    Column("seen_false", Integer, nullable=False, server_default="0"),
    Column("activation", Integer, nullable=False, server_default="1"),
    Index("ix_alarms_raised_us", "raised_us"),
    Index("ix_alarms_incident_id", "incident_id"),
    Index("ix_alarms_closed_us", "closed_us"),
)

alarm_events = Table(
    "alarm_events",
    metadata,
    Column("event_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("alarm_id", String(36), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("state", String(32), nullable=False),
    Column("utc_us", BigInteger, nullable=False),
    Column("finding_count", Integer, nullable=False),
    Column("person_id", String(48), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("input_ref", BigInteger),
    Index("ix_alarm_events_alarm_id", "alarm_id"),
    Index("ix_alarm_events_utc_us", "utc_us"),
)

station_events = Table(
    "station_events",
    metadata,
    Column("event_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("utc_us", BigInteger, nullable=False),
    Column("source_id", String(48), nullable=False),
    Column("person_id", String(48), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Index("ix_station_events_utc_us", "utc_us"),
)

images = Table(
    "images",
    metadata,
    Column("image_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("path", String(255), nullable=False, unique=True),
    Column("heatmap_path", String(255), nullable=False, default=""),
    Column("utc_us", BigInteger, nullable=False),
    Column("source_id", String(48), nullable=False),
    Column("alarm_id", String(36)),
    Column("verdict", String(16), nullable=False),
    Column("label", String(64), nullable=False),
    Column("score", Double),
    Column("threshold", Double),
    Column("regions_json", Text, nullable=False),
    Column("why_kept", String(16), nullable=False),
    Column("pack", String(80), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("removed_us", BigInteger),
    Index("ix_images_utc_us", "utc_us"),
    Index("ix_images_alarm_id", "alarm_id"),
    Index("ix_images_why_kept_utc_us", "why_kept", "utc_us"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("feedback_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("alarm_id", String(36), ForeignKey("alarms.alarm_id")),
    Column("image_id", _ROW_ID, ForeignKey("images.image_id")),
    Column("answer", String(16), nullable=False),
    Column("person_id", String(48), nullable=False),
    Column("cause_id", String(48), nullable=False),
    Column("action_id", String(48), nullable=False),
    Column("note", Text, nullable=False),
    Column("label", String(64), nullable=False),
    Column("utc_us", BigInteger, nullable=False),
    Column("taken_back_us", BigInteger),
    Column("taken_back_by", String(48), nullable=False, default=""),
    Index("ix_feedback_alarm_id", "alarm_id"),
    Index("ix_feedback_image_id", "image_id"),
)

series = Table(
    "series",
    metadata,
    Column("series_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("source_id", String(48), nullable=False),
    Column("channel", String(80), nullable=False),
    Index("ix_series_source_id_channel", "source_id", "channel", unique=True),
)

trend = Table(
    "trend",
    metadata,
    Column("series_id", _ROW_ID, ForeignKey("series.series_id"), primary_key=True, autoincrement=False),
    Column("utc_us", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Double, nullable=False),
    Column("low", Double, nullable=False),
    Column("high", Double, nullable=False),
    sqlite_with_rowid=False,
)

contributions = Table(
    "contributions",
    metadata,
    Column("series_id", _ROW_ID, ForeignKey("series.series_id"), primary_key=True, autoincrement=False),
    Column("utc_us", BigInteger, primary_key=True, autoincrement=False),
    Column("shares_json", Text, nullable=False),
    sqlite_with_rowid=False,
)

verdict_counts = Table(
    "verdict_counts",
    metadata,
    Column("count_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("source_id", String(48), nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("inspected", Integer, nullable=False),
    Column("defects", Integer, nullable=False),
    Column("no_verdict", Integer, nullable=False),
    Index("ix_verdict_counts_start_us", "start_us"),
)

label_counts = Table(
    "label_counts",
    metadata,
    Column("count_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("source_id", String(48), nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("label", String(64), nullable=False),
    Column("times", Integer, nullable=False),
    Index("ix_label_counts_start_us", "start_us"),
)

holds = Table(
    "holds",
    metadata,
    Column("hold_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("definition_id", String(48), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("since_us", BigInteger, nullable=False),
    Column("until_us", BigInteger),
    Column("person_id", String(48), nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("ended_us", BigInteger),
    Column("ended_by", String(48), nullable=False, default=""),
    Column("length_s", Double),
    Column("behind", Integer, nullable=False, default=0),
    Column("last_behind_us", BigInteger),
    Column("definition_json", Text, nullable=False, default=""),
    Index("ix_holds_since_us", "since_us"),
    Index("ix_holds_ended_us", "ended_us"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", String(36), primary_key=True),
    Column("asset", String(48), nullable=False),
    Column("cause", String(48), nullable=False),
    Column("opened_us", BigInteger, nullable=False),
    Column("last_raised_us", BigInteger, nullable=False),
    Column("closed_us", BigInteger),
    Column("folder", String(255), nullable=False, default=""),
    Column("no_evidence", Text, nullable=False, server_default=""),
    Column("features_json", Text, nullable=False, default=""),
    Index("ix_incidents_opened_us", "opened_us"),
    Index("ix_incidents_closed_us", "closed_us"),
)

false_memory = Table(
    "false_memory",
    metadata,
    Column("entry_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("group_id", String(36), nullable=False),
    Column("definition_id", String(48), nullable=False),
    Column("source_id", String(48), nullable=False),
    Column("alarm_id", String(36), nullable=False),
    Column("target", String(64), nullable=False),
    Column("label", String(64), nullable=False),
    Column("x", Double, nullable=False),
    Column("y", Double, nullable=False),
    Column("w", Double, nullable=False),
    Column("h", Double, nullable=False),
    Column("embedding", LargeBinary, nullable=False),
    Column("embedding_of", String(96), nullable=False),
    Column("template", LargeBinary, nullable=False),
    Column("picture", String(255), nullable=False, default=""),
    Column("repeats", Integer, nullable=False),
    Column("last_seen_us", BigInteger),
    Column("person_id", String(48), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("off_us", BigInteger),
    Column("off_by", String(48), nullable=False, default=""),
    Column("removed_us", BigInteger),
    Column("removed_by", String(48), nullable=False, default=""),
    Index("ix_false_memory_alarm_id", "alarm_id"),
    Index("ix_false_memory_group_id", "group_id"),
)

definition_changes = Table(
    "definition_changes",
    metadata,
    Column("change_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("definition_id", String(48), nullable=False),
    Column("utc_us", BigInteger, nullable=False),
    Column("person_id", String(48), nullable=False),
    Column("why", Text, nullable=False, default=""),
    Column("before_json", Text, nullable=False),
    Column("after_json", Text, nullable=False),
    Index("ix_definition_changes_utc_us", "utc_us"),
)

score_tapes = Table(
    "score_tapes",
    metadata,
    Column("series_id", _ROW_ID, ForeignKey("series.series_id"), primary_key=True, autoincrement=False),
    Column("begin_us", BigInteger, primary_key=True, autoincrement=False),
    Column("end_us", BigInteger, nullable=False),
    Column("header_json", Text, nullable=False),
    Column("runs", LargeBinary, nullable=False),
)

station_state = Table(
    "station_state",
    metadata,
    Column("key", String(48), primary_key=True),
    Column("value", Text, nullable=False),
    Column("utc_us", BigInteger, nullable=False),
)


def to_us(utc: datetime) -> int:
    """Microseconds since 1970 UTC of an aware time, exactly.

    Raises:
        TypeError: When *utc* has no time zone.
    """
    return (utc - _EPOCH) // _ONE_US


def from_us(us: int) -> datetime:
    """Aware UTC of microseconds since 1970; also before 1970 and on Windows."""
    return _EPOCH + timedelta(microseconds=us)
