"""The history of positions: a few figures of each, once per refresh, for as long as wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from app.domain.position import AccountMargin, Side
from app.domain.verdict import Assessment, Severity
from app.store.codec import from_json, to_json
from app.store.tables import accounts, snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One position at one moment; ``position_id`` is that of the current list."""

    position_id: str
    symbol: str
    side: Side
    size: float
    severity: Severity
    mark_price: float | None
    liquidation_price: float | None
    distance: float | None
    notional_usd: float | None
    unrealized_pnl: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What one refresh found, of the scopes that answered."""

    id: int
    account_id: str
    taken_at: datetime
    severity: Severity
    figures: tuple[Figures, ...]
    margins: tuple[AccountMargin, ...]


def add(
    conn: Connection,
    *,
    account_id: str,
    assessments: Sequence[tuple[str, Assessment]],
    margins: Sequence[AccountMargin],
    taken_at: datetime,
) -> int:
    """Store one snapshot of ``(position id, assessment)`` pairs, and return its id."""
    found = [assessment.verdict.severity for _, assessment in assessments]
    worst = max(found, key=lambda severity: severity.rank, default=Severity.OK)
    statement = snapshots.insert().values(
        account_id=account_id,
        taken_at=taken_at,
        severity=worst.value,
        figures=[to_json(_figures(name, assessment)) for name, assessment in assessments],
        margins=[to_json(margin) for margin in margins],
    )
    return int(conn.execute(statement.returning(snapshots.c.id)).scalar_one())


def history(
    conn: Connection,
    *,
    user_id: str,
    account_id: str,
    since: datetime,
    until: datetime | None = None,
    limit: int = 1000,
) -> tuple[Snapshot, ...]:
    """Snapshots of one account from ``since`` to ``until`` (both included), oldest first."""
    statement = (
        select(snapshots)
        .join(accounts)
        .where(
            snapshots.c.account_id == account_id,
            accounts.c.user_id == user_id,
            snapshots.c.taken_at >= since,
        )
        .order_by(snapshots.c.taken_at, snapshots.c.id)
        .limit(limit)
    )
    if until is not None:
        statement = statement.where(snapshots.c.taken_at <= until)
    return tuple(_snapshot(row) for row in conn.execute(statement))


def prune(conn: Connection, *, before: datetime) -> int:
    """Delete snapshots older than ``before``, of all users, and count them."""
    return conn.execute(delete(snapshots).where(snapshots.c.taken_at < before)).rowcount


def _figures(position_id: str, assessment: Assessment) -> Figures:
    position = assessment.position
    return Figures(
        position_id=position_id,
        symbol=position.symbol,
        side=position.side,
        size=position.size,
        severity=assessment.verdict.severity,
        mark_price=position.mark_price,
        liquidation_price=assessment.liquidation_price,
        distance=assessment.distance,
        notional_usd=position.notional_usd,
        unrealized_pnl=position.unrealized_pnl,
    )


def _snapshot(row: Row[*tuple[Any, ...]]) -> Snapshot:
    return Snapshot(
        id=row.id,
        account_id=row.account_id,
        taken_at=row.taken_at,
        severity=Severity(row.severity),
        figures=tuple(from_json(Figures, figures) for figures in row.figures),
        margins=tuple(from_json(AccountMargin, margin) for margin in row.margins),
    )
