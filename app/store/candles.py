"""Hourly candles of contracts, and what was made of them. Nobody's own: all users share them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, String, column, delete, func, select, values

from app.domain.market_risk import Candle, MarketRisk
from app.store import revisions
from app.store.codec import from_json, to_json
from app.store.tables import candles, market_risks, positions
from app.store.upsert import insert_into


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRisk:
    """What the candles of a contract said when they were last worked through."""

    risk: MarketRisk
    computed_at: datetime


def save(
    conn: Connection, *, venue: str, native_symbol: str, candles_read: Sequence[Candle]
) -> None:
    """Keep these hours; one that is known stays as it was, since a finished hour never changes."""
    if candles_read:
        conn.execute(
            insert_into(conn, candles).on_conflict_do_nothing(),
            [
                {"venue": venue, "native_symbol": native_symbol, **asdict(candle)}
                for candle in sorted(candles_read, key=lambda one: one.at)
            ],
        )


def last_hours(conn: Connection, *, venue: str, symbols: Collection[str]) -> Mapping[str, datetime]:
    """When the newest stored hour of each of these contracts began; one without any is left out."""
    if not symbols:
        return {}
    asked = values(column("symbol", String), name="asked").data([(one,) for one in symbols]).cte()
    # A look at the end of the index for each, where grouping would count through every hour.
    newest = (
        select(func.max(candles.c.at))
        .where(candles.c.venue == venue, candles.c.native_symbol == asked.c.symbol)
        .scalar_subquery()
    )
    found = conn.execute(select(asked.c.symbol, newest.label("last")))
    return {row.symbol: row.last for row in found if row.last is not None}


def prune(conn: Connection, *, before: datetime) -> int:
    """Delete hours that began before then and count them; with them what nobody worked on since."""
    conn.execute(delete(market_risks).where(market_risks.c.computed_at < before))
    return conn.execute(delete(candles).where(candles.c.at < before)).rowcount


def save_risks(conn: Connection, *, risks: Collection[MarketRisk], now: datetime) -> None:
    """Put these in place of what was known of the same contracts."""
    if not risks:
        return
    statement = insert_into(conn, market_risks)
    changed = {name: statement.excluded[name] for name in ("document", "computed_at")}
    conn.execute(
        statement.on_conflict_do_update(index_elements=["venue", "native_symbol"], set_=changed),
        [
            {
                "venue": risk.venue,
                "native_symbol": risk.native_symbol,
                "document": to_json(risk),
                "computed_at": now,
            }
            # In one order, so that two writers never hold what the other waits for.
            for risk in sorted(risks, key=lambda one: (one.venue, one.native_symbol))
        ],
    )
    revisions.bump(conn, *{revisions.venue_scope(risk.venue) for risk in risks})


def risks(
    conn: Connection, *, venue: str, symbols: Collection[str] | None = None
) -> Mapping[str, StoredRisk]:
    """What is known of a venue's contracts (of all, or of these), by native symbol."""
    statement = select(market_risks).where(market_risks.c.venue == venue)
    if symbols is not None:
        statement = statement.where(market_risks.c.native_symbol.in_(symbols))
    return {
        row.native_symbol: StoredRisk(
            risk=from_json(MarketRisk, row.document), computed_at=row.computed_at
        )
        for row in conn.execute(statement.order_by(market_risks.c.native_symbol))
    }


def overdue(
    conn: Connection, *, venue: str, symbols: Collection[str], since: datetime
) -> frozenset[str]:
    """Those of these contracts of which nothing was worked out since then, or ever."""
    known = conn.scalars(
        select(market_risks.c.native_symbol).where(
            market_risks.c.venue == venue,
            market_risks.c.native_symbol.in_(symbols),
            market_risks.c.computed_at >= since,
        )
    )
    return frozenset(symbols).difference(known)


def wanted(conn: Connection, *, venue: str) -> frozenset[str]:
    """The contracts (native symbols) that anybody holds at this venue now."""
    held = select(positions.c.native_symbol).where(positions.c.venue == venue).distinct()
    return frozenset(conn.scalars(held))
