"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Times are microseconds since 1970 UTC."""
    op.create_table(
        "adl_signals",
        sa.Column("venue", sa.String, nullable=False),
        sa.Column("native_symbol", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("rating", sa.String),
        sa.Column("value", sa.Double),
        sa.Column("trigger", sa.Double),
        sa.Column("progress", sa.Double),
        sa.Column("note", sa.String),
        sa.PrimaryKeyConstraint("venue", "native_symbol", "kind", name="pk_adl_signals"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "code_attempts",
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("purpose", name="pk_code_attempts"),
    )
    op.create_table(
        "heartbeats",
        sa.Column("process", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("process", name="pk_heartbeats"),
    )
    op.create_table(
        "market_stats",
        sa.Column("venue", sa.String, nullable=False),
        sa.Column("native_symbol", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("symbol", sa.String),
        sa.Column("mark_price", sa.Double),
        sa.Column("open_interest_usd", sa.Double),
        sa.Column("open_interest_at", sa.BigInteger),
        sa.Column("note", sa.String),
        sa.PrimaryKeyConstraint("venue", "native_symbol", name="pk_market_stats"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pools",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("venue", sa.String, nullable=False),
        sa.Column("reading", sa.JSON, nullable=False),
        sa.Column("read_at", sa.BigInteger, nullable=False),
        sa.Column("retired_at", sa.BigInteger),
        sa.Column("state", sa.JSON),
        sa.Column("recent", sa.JSON),
        sa.Column("computed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="pk_pools"),
        sa.UniqueConstraint("id", name="uq_pools_id"),
    )
    op.create_index("ix_pools_venue", "pools", ["venue"])
    op.create_table(
        "revisions",
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_revisions"),
    )
    op.create_table(
        "sources",
        sa.Column("source", sa.String, nullable=False),
        sa.Column("interval_seconds", sa.Double, nullable=False),
        sa.Column("next_due_at", sa.BigInteger, nullable=False),
        sa.Column("queued_at", sa.BigInteger),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("leased_by", sa.String),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_started_at", sa.BigInteger),
        sa.Column("last_success_at", sa.BigInteger),
        sa.Column("last_error_code", sa.String),
        sa.Column("last_error_message", sa.String),
        sa.Column("failing_since", sa.BigInteger),
        sa.PrimaryKeyConstraint("source", name="pk_sources"),
    )
    op.create_index("ix_sources_next_due_at", "sources", ["next_due_at"])
    op.create_table(
        "users",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("venue", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("credential_hint", sa.String, nullable=False),
        sa.Column("credential_hash", sa.LargeBinary),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("key_id", sa.String),
        sa.Column("permissions", sa.JSON),
        sa.Column("acknowledged_unverifiable", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("checked_at", sa.BigInteger),
        sa.Column("message", sa.String),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_accounts_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("user_id", "label", name="uq_accounts_user_id_label"),
        sa.UniqueConstraint(
            "user_id", "venue", "credential_hash", name="uq_accounts_user_id_venue_credential_hash"
        ),
    )
    op.create_table(
        "codes",
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_codes_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name="pk_codes"),
    )
    op.create_index("ix_codes_user_id", "codes", ["user_id"])
    op.create_table(
        "fund_events",
        sa.Column("pool", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("asset", sa.String),
        sa.Column("amount", sa.Double),
        sa.Column("detail", sa.String),
        sa.ForeignKeyConstraint(
            ["pool"], ["pools.number"], name="fk_fund_events_pool_pools", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pool", "at", "fingerprint", name="pk_fund_events"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fund_samples",
        sa.Column("pool", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("asset", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("amount", sa.Double, nullable=False),
        sa.Column("usd", sa.Double),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["pool"], ["pools.number"], name="fk_fund_samples_pool_pools", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pool", "at", "asset", "revision", name="pk_fund_samples"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("scopes", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("idle_expires_at", sa.BigInteger),
        sa.Column("last_used_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_tokens_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("hash", name="uq_tokens_hash"),
    )
    op.create_index("ix_tokens_user_id", "tokens", ["user_id"])
    op.create_table(
        "account_margins",
        sa.Column("account_id", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name="fk_account_margins_account_id_accounts",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "scope", name="pk_account_margins"),
    )
    op.create_table(
        "positions",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("account_id", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("venue", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("symbol", sa.String, nullable=False),
        sa.Column("native_symbol", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("nearness", sa.Double, nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name="fk_positions_account_id_accounts",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_positions_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_positions"),
    )
    op.create_index("ix_positions_account_id_scope", "positions", ["account_id", "scope"])
    op.create_index(
        "ix_positions_user_id_urgency_nearness_id",
        "positions",
        ["user_id", "urgency", "nearness", "id"],
    )
    op.create_index("ix_positions_venue", "positions", ["venue"])
    op.create_table(
        "snapshots",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("account_id", sa.String, nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("margins", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name="fk_snapshots_account_id_accounts",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
    )
    op.create_index("ix_snapshots_account_id_taken_at", "snapshots", ["account_id", "taken_at"])
    op.create_index("ix_snapshots_taken_at", "snapshots", ["taken_at"])
    op.create_table(
        "position_payloads",
        sa.Column("position_id", sa.String, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"],
            ["positions.id"],
            name="fk_position_payloads_position_id_positions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("position_id", name="pk_position_payloads"),
    )
