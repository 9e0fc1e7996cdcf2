"""What hedges are found by: a few figures of every open position, for thousands at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from app.domain.position import ContractKind, MarginMode, Position, Side
from app.store.tables import accounts, positions


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLeg:
    """An open position of a user, without its margin, tiers, notes, and what it means."""

    id: str
    account_id: str
    account_label: str
    position: Position


def of_user(conn: Connection, *, user_id: str, limit: int) -> tuple[StoredLeg, ...]:
    """The open positions of a user on all of their accounts, as last read or judged."""
    rows = conn.execute(_LEGS.where(positions.c.user_id == user_id).limit(limit))
    return tuple(
        StoredLeg(
            id=row.id,
            account_id=row.account_id,
            account_label=row.label,
            position=Position(
                venue=row.venue,
                scope=row.scope,
                symbol=row.symbol,
                native_symbol=row.native_symbol,
                as_of=row.as_of,
                kind=ContractKind(row.kind),
                side=Side(row.side),
                contracts=row.contracts,
                contract_size=row.contract_size,
                size=row.size,
                settle_asset=row.settle_asset,
                notional_usd=row.notional_usd,
                margin_mode=None if row.margin_mode is None else MarginMode(row.margin_mode),
                entry_price=row.entry_price,
                mark_price=row.mark_price,
                unrealized_pnl=row.unrealized_pnl,
            ),
        )
        for row in rows
    )


def _text(name: str) -> ColumnElement[Any]:
    found: ColumnElement[Any] = positions.c.document["position", name].as_string().label(name)
    return found


def _figure(name: str) -> ColumnElement[Any]:
    found: ColumnElement[Any] = positions.c.document["position", name].as_float().label(name)
    return found


# Whole documents would have to be taken apart one by one, which takes ten times as long.
_LEGS = (
    select(
        positions.c.id,
        positions.c.account_id,
        accounts.c.label,
        positions.c.venue,
        positions.c.scope,
        positions.c.symbol,
        positions.c.native_symbol,
        positions.c.as_of,
        *map(_text, ("kind", "side", "settle_asset", "margin_mode")),
        *map(_figure, ("contracts", "contract_size", "size", "notional_usd")),
        *map(_figure, ("entry_price", "mark_price", "unrealized_pnl")),
    )
    .select_from(positions.join(accounts, accounts.c.id == positions.c.account_id))
    .order_by(positions.c.id)
)
