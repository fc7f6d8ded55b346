"""This file decides how Alembic reaches the records: over the connection that the program hands it."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from station.records.schema import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
