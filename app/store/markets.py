"""Mark prices, open interest and auto-deleveraging signals, the newest of each contract."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, and_, case, delete, func, select

from app.domain.adl import AdlSignal
from app.domain.fund import MarketStat
from app.store.tables import adl_signals, market_stats
from app.store.upsert import insert_into


def save_stats(conn: Connection, *, stats: Sequence[MarketStat]) -> None:
    """Keep the newest stat of each contract.

    One older than what is kept changes nothing. A stat without a mark price leaves the one
    that is kept, with its time; the same for the open interest.
    """
    if not stats:
        return
    statement = insert_into(conn, market_stats)
    new, old = statement.excluded, market_stats.c
    no_price = and_(new.mark_price.is_(None), old.mark_price.is_not(None))
    no_interest = new.open_interest_usd.is_(None)
    changed = {
        "at": case((no_price, old.at), else_=new.at),
        "symbol": func.coalesce(new.symbol, old.symbol),
        "mark_price": func.coalesce(new.mark_price, old.mark_price),
        "open_interest_usd": func.coalesce(new.open_interest_usd, old.open_interest_usd),
        "open_interest_at": case(
            (no_interest, old.open_interest_at),
            else_=func.coalesce(new.open_interest_at, new.at),
        ),
        "note": func.coalesce(new.note, old.note),
    }
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=["venue", "native_symbol"], set_=changed, where=new.at >= old.at
        ),
        # In one order, so that two writers never hold what the other waits for.
        [asdict(stat) for stat in sorted(stats, key=lambda one: (one.venue, one.native_symbol))],
    )


def stats(
    conn: Connection, *, venue: str, symbols: Collection[str] | None = None
) -> tuple[MarketStat, ...]:
    """The stats of a venue's contracts, or of those named by their native symbols."""
    statement = select(market_stats).where(market_stats.c.venue == venue)
    if symbols is not None:
        statement = statement.where(market_stats.c.native_symbol.in_(symbols))
    rows = conn.execute(statement.order_by(market_stats.c.native_symbol))
    return tuple(MarketStat(**row._mapping) for row in rows)


def save_signals(conn: Connection, *, venue: str, signals: Sequence[AdlSignal]) -> None:
    """Put these in place of all the venue's signals: one it no longer gives is over."""
    conn.execute(delete(adl_signals).where(adl_signals.c.venue == venue))
    latest = {(one.pool, one.native_symbol, one.kind): asdict(one) for one in signals}
    if latest:
        conn.execute(adl_signals.insert(), list(latest.values()))


def signals(conn: Connection, *, venue: str) -> tuple[AdlSignal, ...]:
    rows = conn.execute(
        select(adl_signals)
        .where(adl_signals.c.venue == venue)
        .order_by(adl_signals.c.pool, adl_signals.c.native_symbol, adl_signals.c.kind)
    )
    return tuple(AdlSignal(**row._mapping) for row in rows)


def prune(conn: Connection, *, before: datetime, venue: str | None = None) -> int:
    """Delete the stats of contracts (of one venue) last read before then, and count them."""
    statement = delete(market_stats).where(market_stats.c.at < before)
    if venue is not None:
        statement = statement.where(market_stats.c.venue == venue)
    return conn.execute(statement).rowcount
