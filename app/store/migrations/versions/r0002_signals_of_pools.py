"""A venue's warnings may be about a whole pool; the newest are read again within minutes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Signals are no history: the table is made anew."""
    op.drop_table("adl_signals")
    op.create_table(
        "adl_signals",
        sa.Column("venue", sa.String, nullable=False),
        sa.Column("pool", sa.String, nullable=False),
        sa.Column("native_symbol", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("rating", sa.String),
        sa.Column("value", sa.Double),
        sa.Column("trigger", sa.Double),
        sa.Column("progress", sa.Double),
        sa.Column("note", sa.String),
        sa.PrimaryKeyConstraint("venue", "pool", "native_symbol", "kind", name="pk_adl_signals"),
        sqlite_with_rowid=False,
    )
