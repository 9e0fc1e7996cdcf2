"""dYdX's answers about an address: its subaccounts and their positions. Pure functions.

dYdX liquidates by the oracle price and gives no liquidation price; equity, oracle price and the
market's maintenance margin fraction are what one is estimated from. Sources:
https://docs.dydx.xyz/indexer-client/http#get-subaccounts,
https://docs.dydx.xyz/concepts/trading/isolated-positions,
https://github.com/dydxprotocol/v4-documentation docs/pages/concepts/trading/liquidations.mdx
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.position import (
    AccountMargin,
    ContractKind,
    MaintenanceTier,
    MarginMode,
    Position,
    ScopeReading,
    Side,
)
from app.venues import wire
from app.venues.holding import present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "dydx"
ASSET: Final = "USDC"
PARENTS: Final = 128
"""Subaccounts below this number share margin; those from it on hold one isolated position."""

NO_LIQUIDATION: Final = "dYdX gives none; the oracle price decides."
ORACLE: Final = "The oracle price, by which dYdX liquidates."
NO_ADL: Final = (
    "dYdX picks at random among the positions on the other side: there is no queue to stand in."
)
SHARED: Final = "The whole subaccount's equity backs this position."
CHILD: Final = "Isolated: the equity of subaccount {number} alone backs it."
SUB_RATIO: Final = "The whole subaccount's margin ratio counts."
NO_EQUITY: Final = "The subaccount's equity is used up."
BELOW_ZERO: Final = (
    "This subaccount is below zero: dYdX deleverages it at once and the insurance fund does not "
    "pay for it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What a market's margin needs: ``isolated`` markets have an insurance fund of their own."""

    ticker: str
    oracle: float | None
    maintenance_rate: float
    isolated: bool
    open_interest: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subaccount:
    """Equity in USDC, as the indexer values it at oracle prices, and its open positions."""

    number: int
    equity: float
    rows: tuple[Row, ...]

    @property
    def scope(self) -> str:
        return f"subaccount:{self.number}"


def markets(answer: object) -> dict[str, Market]:
    """From ``/perpetualMarkets``, by ticker. Raises ``Malformed``."""
    listed = wire.row(wire.row(answer, "the markets").get("markets"), "markets")
    return {ticker: _market(wire.row(listed[ticker], "a market")) for ticker in listed}


def _market(data: Row) -> Market:
    kind = wire.text(data, "marketType")
    if kind not in {"CROSS", "ISOLATED"}:
        raise Malformed("marketType is neither CROSS nor ISOLATED")
    oracle = wire.optional_number(data, "oraclePrice")
    return Market(
        ticker=wire.text(data, "ticker"),
        oracle=oracle if oracle is not None and oracle > 0 else None,
        maintenance_rate=wire.number(data, "maintenanceMarginFraction"),
        isolated=kind == "ISOLATED",
        open_interest=wire.optional_number(data, "openInterest"),
    )


def subaccounts(answer: object) -> tuple[Subaccount, ...]:
    """Every subaccount of ``/addresses/{address}``, by number. Raises ``Malformed``."""
    listed = wire.row(answer, "the address").get("subaccounts")
    found = [_subaccount(data) for data in wire.rows(listed, "subaccounts")]
    return tuple(sorted(found, key=lambda one: one.number))


def _subaccount(data: Row) -> Subaccount:
    held = wire.row(data.get("openPerpetualPositions"), "openPerpetualPositions")
    rows = tuple(wire.row(held[ticker], "a position") for ticker in held)
    return Subaccount(
        number=int(wire.number(data, "subaccountNumber")),
        equity=wire.number(data, "equity"),
        rows=tuple(row for row in rows if wire.number(row, "size") != 0),
    )


def symbols(subaccounts: tuple[Subaccount, ...]) -> tuple[str, ...]:
    """The contracts in which there are positions."""
    return tuple(wire.text(row, "market") for one in subaccounts for row in one.rows)


def reading(
    account: Subaccount,
    *,
    listed: Mapping[str, Market],
    contracts: Mapping[str, Contract],
    as_of: datetime,
) -> ScopeReading:
    """One subaccount. Raises ``Malformed``, also for a position in a market nobody listed."""
    isolated = account.number >= PARENTS and len(account.rows) == 1
    positions = tuple(
        position(row, account, isolated=isolated, listed=listed, contracts=contracts, as_of=as_of)
        for row in account.rows
    )
    margin = _margin(account, positions, as_of) if positions and not isolated else None
    return ScopeReading(scope=account.scope, positions=positions, margin=margin)


def _margin(account: Subaccount, positions: tuple[Position, ...], as_of: datetime) -> AccountMargin:
    needs = [one.maintenance_margin for one in positions]
    total = None if None in needs else sum(need or 0.0 for need in needs)
    known = total is not None and account.equity > 0
    return AccountMargin(
        scope=account.scope,
        asset=ASSET,
        margin_balance=account.equity,
        maintenance_margin=total,
        margin_ratio=(total or 0.0) / account.equity if known else None,
        as_of=as_of,
        note=BELOW_ZERO if account.equity < 0 else None,
    )


def position(
    data: Row,
    account: Subaccount,
    *,
    isolated: bool,
    listed: Mapping[str, Market],
    contracts: Mapping[str, Contract],
    as_of: datetime,
) -> Position:
    """One position; sizes in base units, amounts in USDC."""
    ticker, signed = wire.text(data, "market"), wire.number(data, "size")
    if ticker not in listed or ticker not in contracts:
        raise Malformed("a position is in a contract that is not in the market list")
    if wire.text(data, "side") != ("LONG" if signed > 0 else "SHORT"):
        raise Malformed("side and the sign of size do not go together")
    market = listed[ticker]
    value = abs(signed) * market.oracle if market.oracle is not None else None
    maintenance = value * market.maintenance_rate if value is not None else None
    backing = account.equity if isolated else None
    known = maintenance is not None and backing is not None and backing > 0
    notes = {
        "adl": NO_ADL,
        "liquidation_price": BELOW_ZERO if account.equity < 0 else NO_LIQUIDATION,
        "mark_price": ORACLE if market.oracle else "dYdX gives no oracle price for this market.",
        "collateral": CHILD.format(number=account.number) if isolated else SHARED,
        "margin_ratio": None if known else NO_EQUITY if isolated else SUB_RATIO,
        "leverage": "dYdX sets none for a position.",
    }
    return Position(
        venue=VENUE,
        scope=account.scope,
        symbol=contracts[ticker].symbol,
        native_symbol=ticker,
        kind=ContractKind.LINEAR,
        side=Side.LONG if signed > 0 else Side.SHORT,
        contracts=abs(signed),
        contract_size=1.0,
        size=abs(signed),
        settle_asset=ASSET,
        as_of=as_of,
        notional_usd=value,
        margin_mode=MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        entry_price=wire.optional_number(data, "entryPrice"),
        mark_price=market.oracle,
        collateral=backing,
        maintenance_margin=maintenance,
        maintenance_margin_rate=market.maintenance_rate,
        # One fraction a market, however large the position.
        tiers=(MaintenanceTier(up_to=None, rate=market.maintenance_rate),),
        margin_ratio=(maintenance or 0.0) / backing if known and backing else None,
        unrealized_pnl=wire.optional_number(data, "unrealizedPnl"),
        notes=present(notes),
        raw=dict(data),
    )
