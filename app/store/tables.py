"""Every table. Times are ``Instant``, figures 64-bit floats, documents JSON text.

A change here needs a migration in ``app/store/migrations``; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from app.store.column_types import BigKey, Document, Figure, Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _of(target: str, *, primary_key: bool = False) -> Column[str]:
    """A column that names a row of another table and goes when that row goes."""
    name = f"{target.partition('.')[0].removesuffix('s')}_id"
    reference = ForeignKey(target, ondelete="CASCADE")
    return Column(name, String, reference, primary_key=primary_key, nullable=False)


def _pool() -> Column[int]:
    """The pool's number: samples are too many to carry its long id."""
    reference = ForeignKey("pools.number", ondelete="CASCADE")
    return Column("pool", Integer, reference, primary_key=True)


users = Table(
    "users",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String, primary_key=True),
    _of("users.id"),
    Column("kind", String, nullable=False),
    Column("label", String, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("scopes", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("idle_expires_at", Instant),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
    Index(None, "user_id"),
)

codes = Table(
    "codes",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    _of("users.id"),
    Column("purpose", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "user_id"),
)

code_attempts = Table(
    "code_attempts",
    metadata,
    Column("purpose", String, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("wrong", Integer, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),
    _of("users.id"),
    Column("venue", String, nullable=False),
    Column("label", String, nullable=False),
    Column("status", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("credential_hint", String, nullable=False),
    Column("credential_hash", LargeBinary),
    Column("sealed", LargeBinary),
    Column("key_id", String),
    Column("permissions", Document),
    Column("acknowledged_unverifiable", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("checked_at", Instant),
    Column("message", String),
    UniqueConstraint("user_id", "label"),
    UniqueConstraint("user_id", "venue", "credential_hash"),
)

thresholds = Table(
    "thresholds",
    metadata,
    _of("users.id", primary_key=True),
    Column("document", Document, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

account_joints = Table(
    "account_joints",
    metadata,
    _of("accounts.id", primary_key=True),
    Column("document", Document, nullable=False),
    Column("computed_at", Instant, nullable=False),
)

account_margins = Table(
    "account_margins",
    metadata,
    _of("accounts.id", primary_key=True),
    Column("scope", String, primary_key=True),
    Column("document", Document, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", BigKey, primary_key=True),
    _of("accounts.id"),
    Column("taken_at", Instant, nullable=False),
    Column("severity", String, nullable=False),
    Column("figures", Document, nullable=False),
    Column("margins", Document, nullable=False),
    Index(None, "account_id", "taken_at"),
    Index(None, "taken_at"),
)

positions = Table(
    "positions",
    metadata,
    Column("id", String, primary_key=True),
    _of("accounts.id"),
    _of("users.id"),
    Column("venue", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("symbol", String, nullable=False),
    Column("native_symbol", String, nullable=False),
    Column("severity", String, nullable=False),
    # 0 for critical; with the distance (infinite where none is known) and the id it makes
    # the one order of every list, worst first.
    Column("urgency", Integer, nullable=False),
    Column("nearness", Figure, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("document", Document, nullable=False),
    Index(None, "user_id", "urgency", "nearness", "id"),
    Index(None, "account_id", "scope"),
    Index(None, "venue"),
)

position_payloads = Table(
    "position_payloads",
    metadata,
    _of("positions.id", primary_key=True),
    Column("payload", Document, nullable=False),
)

pools = Table(
    "pools",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("venue", String, nullable=False),
    Column("reading", Document, nullable=False),
    Column("read_at", Instant, nullable=False),
    Column("retired_at", Instant),
    # Of a pool known only by imported records: where they are from.
    Column("imported_from", String),
    Column("state", Document),
    Column("recent", Document),
    Column("computed_at", Instant),
    Index(None, "venue"),
)

fund_samples = Table(
    "fund_samples",
    metadata,
    # The key is the range scan: one pool from one time to another, oldest first.
    _pool(),
    Column("at", Instant, primary_key=True),
    Column("asset", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("amount", Figure, nullable=False),
    Column("usd", Figure),
    Column("recorded_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

fund_events = Table(
    "fund_events",
    metadata,
    _pool(),
    Column("at", Instant, primary_key=True),
    Column("fingerprint", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("asset", String),
    Column("amount", Figure),
    Column("detail", String),
    sqlite_with_rowid=False,
)

# Revisions are rare: of a stretch without any, every sample is the latest of its time.
Index(
    "ix_fund_samples_revised",
    fund_samples.c.pool,
    fund_samples.c.at,
    fund_samples.c.amount,
    sqlite_where=fund_samples.c.revision > 0,
    postgresql_where=fund_samples.c.revision > 0,
)

fund_thinnings = Table(
    "fund_thinnings",
    metadata,
    _pool(),
    Column("hourly_until", Instant, nullable=False),
    Column("daily_until", Instant, nullable=False),
)

fund_backfills = Table(
    "fund_backfills",
    metadata,
    Column("venue", String, primary_key=True),
    Column("cursor", String),
    Column("began_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("samples", BigInteger, nullable=False),
    Column("share", Figure),
)

market_stats = Table(
    "market_stats",
    metadata,
    Column("venue", String, primary_key=True),
    Column("native_symbol", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("symbol", String),
    Column("mark_price", Figure),
    Column("open_interest_usd", Figure),
    Column("open_interest_at", Instant),
    Column("note", String),
    sqlite_with_rowid=False,
)

candles = Table(
    "candles",
    metadata,
    # One contract from one time to another, oldest first. An hour's candle never changes.
    Column("venue", String, primary_key=True),
    Column("native_symbol", String, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("high", Figure, nullable=False),
    Column("low", Figure, nullable=False),
    Column("close", Figure, nullable=False),
    sqlite_with_rowid=False,
)

market_risks = Table(
    "market_risks",
    metadata,
    Column("venue", String, primary_key=True),
    Column("native_symbol", String, primary_key=True),
    Column("document", Document, nullable=False),
    Column("computed_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

adl_signals = Table(
    "adl_signals",
    metadata,
    Column("venue", String, primary_key=True),
    Column("pool", String, primary_key=True),
    Column("native_symbol", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("rating", String),
    Column("value", Figure),
    Column("trigger", Figure),
    Column("progress", Figure),
    Column("note", String),
    sqlite_with_rowid=False,
)

sources = Table(
    "sources",
    metadata,
    Column("source", String, primary_key=True),
    Column("interval_seconds", Figure, nullable=False),
    Column("next_due_at", Instant, nullable=False),
    Column("queued_at", Instant),
    Column("lease_until", Instant),
    Column("leased_by", String),
    Column("failures", Integer, nullable=False),
    Column("last_started_at", Instant),
    Column("last_success_at", Instant),
    Column("last_error_code", String),
    Column("last_error_message", String),
    Column("failing_since", Instant),
    Index(None, "next_due_at"),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", String, primary_key=True),
    Column("at", Instant, nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    Column("scope", String, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)
