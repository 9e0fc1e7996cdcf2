"""How far old samples were thinned, which were revised, and pools known by imported records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("pools", sa.Column("imported_from", sa.String))
    op.create_table(
        "fund_thinnings",
        sa.Column("pool", sa.Integer, nullable=False),
        sa.Column("hourly_until", sa.BigInteger, nullable=False),
        sa.Column("daily_until", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["pool"], ["pools.number"], name="fk_fund_thinnings_pool_pools", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pool", name="pk_fund_thinnings"),
    )
    op.create_index(
        "ix_fund_samples_revised",
        "fund_samples",
        ["pool", "at", "amount"],
        sqlite_where=sa.text("revision > 0"),
        postgresql_where=sa.text("revision > 0"),
    )
    if op.get_context().dialect.name == "postgresql":
        # Samples of one pool lie far apart: a year of them is a year of pages. The key's index
        # holds what is asked for, and vacuuming often lets it be read without the table.
        op.execute(
            "ALTER TABLE fund_samples DROP CONSTRAINT pk_fund_samples, "
            "ADD CONSTRAINT pk_fund_samples PRIMARY KEY (pool, at, asset, revision) "
            "INCLUDE (amount, usd)"
        )
        op.execute(
            "ALTER TABLE fund_samples SET (autovacuum_vacuum_insert_scale_factor = 0, "
            "autovacuum_vacuum_insert_threshold = 20000)"
        )
