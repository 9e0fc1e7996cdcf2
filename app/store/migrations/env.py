"""Alembic runs this for each command; the connection comes from ``run.upgrade``."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from app.store.tables import metadata

connection = context.config.attributes["connection"]
assert isinstance(connection, Connection)
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    # True on SQLite too: pysqlite's habit of committing before DDL is switched off.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
