"""Hourly candles and what they say, the joint picture of an account, thresholds of a user."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "candles",
        sa.Column("venue", sa.String, nullable=False),
        sa.Column("native_symbol", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("high", sa.Double, nullable=False),
        sa.Column("low", sa.Double, nullable=False),
        sa.Column("close", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("venue", "native_symbol", "at", name="pk_candles"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "market_risks",
        sa.Column("venue", sa.String, nullable=False),
        sa.Column("native_symbol", sa.String, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("computed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("venue", "native_symbol", name="pk_market_risks"),
        sqlite_with_rowid=False,
    )
    _beside("accounts", "account_joints", "computed_at")
    _beside("users", "thresholds", "changed_at")


def _beside(owners: str, name: str, time: str) -> None:
    """A document beside each row of ``owners``, which goes when that row goes."""
    owner = f"{owners.removesuffix('s')}_id"
    op.create_table(
        name,
        sa.Column(owner, sa.String, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column(time, sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            [owner], [f"{owners}.id"], name=f"fk_{name}_{owner}_{owners}", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(owner, name=f"pk_{name}"),
    )
