"""This file decides the first tables of the records.

Revision ID: 0001
Revises: none
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm_events",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("alarm_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("utc_us", sa.BigInteger(), nullable=False),
        sa.Column("finding_count", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=48), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("input_ref", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_alarm_events")),
    )
    op.create_index("ix_alarm_events_alarm_id", "alarm_events", ["alarm_id"], unique=False)
    op.create_index("ix_alarm_events_utc_us", "alarm_events", ["utc_us"], unique=False)
    op.create_table(
        "alarms",
        sa.Column("alarm_id", sa.String(length=36), nullable=False),
        sa.Column("definition_id", sa.String(length=48), nullable=False),
        sa.Column("definition_json", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(length=48), nullable=False),
        sa.Column("asset", sa.String(length=48), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("raised_us", sa.BigInteger(), nullable=False),
        sa.Column("returned_us", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_us", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=48), nullable=False),
        sa.Column("closed_us", sa.BigInteger(), nullable=True),
        sa.Column("finding_count", sa.Integer(), nullable=False),
        sa.Column("finding_json", sa.Text(), nullable=False),
        sa.Column("reason_json", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("input_ref", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("alarm_id", name=op.f("pk_alarms")),
    )
    op.create_index("ix_alarms_closed_us", "alarms", ["closed_us"], unique=False)
    op.create_index("ix_alarms_raised_us", "alarms", ["raised_us"], unique=False)
    op.create_table(
        "images",
        sa.Column("image_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("heatmap_path", sa.String(length=255), nullable=False),
        sa.Column("utc_us", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.String(length=48), nullable=False),
        sa.Column("alarm_id", sa.String(length=36), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("regions_json", sa.Text(), nullable=False),
        sa.Column("why_kept", sa.String(length=16), nullable=False),
        sa.Column("pack", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_images")),
        sa.UniqueConstraint("path", name=op.f("uq_images_path")),
    )
    op.create_index("ix_images_alarm_id", "images", ["alarm_id"], unique=False)
    op.create_index("ix_images_utc_us", "images", ["utc_us"], unique=False)
    op.create_index("ix_images_why_kept_utc_us", "images", ["why_kept", "utc_us"], unique=False)
    op.create_table(
        "label_counts",
        sa.Column("count_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source_id", sa.String(length=48), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("count_id", name=op.f("pk_label_counts")),
    )
    op.create_index("ix_label_counts_start_us", "label_counts", ["start_us"], unique=False)
    op.create_table(
        "series",
        sa.Column("series_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source_id", sa.String(length=48), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("series_id", name=op.f("pk_series")),
    )
    op.create_index("ix_series_source_id_channel", "series", ["source_id", "channel"], unique=True)
    op.create_table(
        "station_events",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("utc_us", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.String(length=48), nullable=False),
        sa.Column("person_id", sa.String(length=48), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_station_events")),
    )
    op.create_index("ix_station_events_utc_us", "station_events", ["utc_us"], unique=False)
    op.create_table(
        "station_state",
        sa.Column("key", sa.String(length=48), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("utc_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_station_state")),
    )
    op.create_table(
        "verdict_counts",
        sa.Column("count_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source_id", sa.String(length=48), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("inspected", sa.Integer(), nullable=False),
        sa.Column("defects", sa.Integer(), nullable=False),
        sa.Column("no_verdict", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("count_id", name=op.f("pk_verdict_counts")),
    )
    op.create_index("ix_verdict_counts_start_us", "verdict_counts", ["start_us"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("feedback_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("alarm_id", sa.String(length=36), nullable=True),
        sa.Column("image_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=48), nullable=False),
        sa.Column("cause_id", sa.String(length=48), nullable=False),
        sa.Column("action_id", sa.String(length=48), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("utc_us", sa.BigInteger(), nullable=False),
        sa.Column("taken_back_us", sa.BigInteger(), nullable=True),
        sa.Column("taken_back_by", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.alarm_id"], name=op.f("fk_feedback_alarm_id_alarms")),
        sa.ForeignKeyConstraint(["image_id"], ["images.image_id"], name=op.f("fk_feedback_image_id_images")),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_feedback")),
    )
    op.create_index("ix_feedback_alarm_id", "feedback", ["alarm_id"], unique=False)
    op.create_index("ix_feedback_image_id", "feedback", ["image_id"], unique=False)
    op.create_table(
        "trend",
        sa.Column("series_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("utc_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.series_id"], name=op.f("fk_trend_series_id_series")),
        sa.PrimaryKeyConstraint("series_id", "utc_us", name=op.f("pk_trend")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in (
        "trend",
        "feedback",
        "label_counts",
        "verdict_counts",
        "station_state",
        "station_events",
        "series",
        "images",
        "alarms",
        "alarm_events",
    ):
        op.drop_table(table)
