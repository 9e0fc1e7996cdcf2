"""Runs the migrations from inside the program: no ini file, no working directory."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.domain.errors import Conflict

_LOCK = 0x5EA_0A11
"""PostgreSQL's advisory lock for migrating; on SQLite the write lock is that."""


def upgrade(conn: Connection) -> None:
    """Bring the database to the newest step, inside the transaction of ``conn``.

    Raises ``Conflict`` when it is at a step this version does not know.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    settings = config()
    present = set(MigrationContext.configure(conn).get_current_heads())
    known = {step.revision for step in ScriptDirectory.from_config(settings).walk_revisions()}
    if not present <= known:
        raise Conflict(
            "The database was made by a newer version of Seawall. Install that version, "
            "or point SEAWALL_DATABASE_URL at another database."
        )
    settings.attributes["connection"] = conn
    command.upgrade(settings, "head")
    if conn.dialect.name == "sqlite" and conn.execute(text("PRAGMA foreign_key_check")).first():
        raise Conflict("A migration would leave rows that belong to nothing; nothing was changed.")


def config() -> Config:
    """Alembic's settings, with the scripts found beside this file wherever it is installed."""
    settings = Config()
    # ConfigParser reads % as its own.
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return settings
