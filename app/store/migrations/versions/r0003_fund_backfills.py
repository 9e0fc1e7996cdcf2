"""How far the past of each venue's fund has been read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "fund_backfills",
        sa.Column("venue", sa.String, nullable=False),
        sa.Column("cursor", sa.String),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("samples", sa.BigInteger, nullable=False),
        sa.Column("share", sa.Double),
        sa.PrimaryKeyConstraint("venue", name="pk_fund_backfills"),
    )
