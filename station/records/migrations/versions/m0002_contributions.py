"""This file decides where the channels that drove a score are kept: beside the score's trend, from here on.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contributions",
        sa.Column("series_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("utc_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("shares_json", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.series_id"], name=op.f("fk_contributions_series_id_series")),
        sa.PrimaryKeyConstraint("series_id", "utc_us", name=op.f("pk_contributions")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("contributions")
