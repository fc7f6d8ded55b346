"""This file decides where holds on warnings, incidents, confirmed false alarms and changed limits are kept, from here on.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _row_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("alarms") as alarms:
        alarms.add_column(sa.Column("incident_id", sa.String(36), nullable=False, server_default=""))
        alarms.add_column(sa.Column("shown_priority", sa.Integer(), nullable=False, server_default="0"))
        alarms.add_column(sa.Column("seen_false", sa.Integer(), nullable=False, server_default="0"))
        alarms.add_column(sa.Column("activation", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_alarms_incident_id", "alarms", ["incident_id"])
    op.create_table(
        "holds",
        sa.Column("hold_id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("definition_id", sa.String(48), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.String(48), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(48), nullable=False),
        sa.Column("length_s", sa.Double(), nullable=True),
        sa.Column("behind", sa.Integer(), nullable=False),
        sa.Column("last_behind_us", sa.BigInteger(), nullable=True),
        sa.Column("definition_json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_since_us", "holds", ["since_us"])
    op.create_index("ix_holds_ended_us", "holds", ["ended_us"])
    op.create_table(
        "incidents",
        sa.Column("incident_id", sa.String(36), nullable=False),
        sa.Column("asset", sa.String(48), nullable=False),
        sa.Column("cause", sa.String(48), nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("last_raised_us", sa.BigInteger(), nullable=False),
        sa.Column("closed_us", sa.BigInteger(), nullable=True),
        sa.Column("folder", sa.String(255), nullable=False),
        sa.Column("no_evidence", sa.Text(), nullable=False, server_default=""),
        sa.Column("features_json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incidents")),
    )
    op.create_index("ix_incidents_opened_us", "incidents", ["opened_us"])
    op.create_index("ix_incidents_closed_us", "incidents", ["closed_us"])
    op.create_table(
        "false_memory",
        sa.Column("entry_id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("group_id", sa.String(36), nullable=False),
        sa.Column("definition_id", sa.String(48), nullable=False),
        sa.Column("source_id", sa.String(48), nullable=False),
        sa.Column("alarm_id", sa.String(36), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("x", sa.Double(), nullable=False),
        sa.Column("y", sa.Double(), nullable=False),
        sa.Column("w", sa.Double(), nullable=False),
        sa.Column("h", sa.Double(), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.Column("embedding_of", sa.String(96), nullable=False),
        sa.Column("template", sa.LargeBinary(), nullable=False),
        sa.Column("picture", sa.String(255), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("last_seen_us", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.String(48), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("off_us", sa.BigInteger(), nullable=True),
        sa.Column("off_by", sa.String(48), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.Column("removed_by", sa.String(48), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_false_memory")),
    )
    op.create_index("ix_false_memory_alarm_id", "false_memory", ["alarm_id"])
    op.create_index("ix_false_memory_group_id", "false_memory", ["group_id"])
    op.create_table(
        "definition_changes",
        sa.Column("change_id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("definition_id", sa.String(48), nullable=False),
        sa.Column("utc_us", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.String(48), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("before_json", sa.Text(), nullable=False),
        sa.Column("after_json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_definition_changes")),
    )
    op.create_index("ix_definition_changes_utc_us", "definition_changes", ["utc_us"])
    op.create_table(
        "score_tapes",
        sa.Column("series_id", _row_id(), autoincrement=False, nullable=False),
        sa.Column("begin_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("header_json", sa.Text(), nullable=False),
        sa.Column("runs", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.series_id"], name=op.f("fk_score_tapes_series_id_series")),
        sa.PrimaryKeyConstraint("series_id", "begin_us", name=op.f("pk_score_tapes")),
    )


def downgrade() -> None:
    op.drop_table("score_tapes")
    op.drop_table("definition_changes")
    op.drop_table("false_memory")
    op.drop_table("incidents")
    op.drop_table("holds")
    with op.batch_alter_table("alarms") as alarms:
        alarms.drop_index("ix_alarms_incident_id")
        for column in ("incident_id", "shown_priority", "seen_false", "activation"):
            alarms.drop_column(column)
