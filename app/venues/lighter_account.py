"""Lighter's answers about an address: its accounts, their margin, their positions. Pure functions.

Sources: https://apidocs.lighter.xyz/reference/account-1 and
https://docs.lighter.xyz/perpetual-futures/liquidations-and-insurance-fund (the requirements are
position value x fraction, added up; fractions are in ten-thousandths).
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
    Side,
)
from app.venues import wire
from app.venues.holding import present
from app.venues.wire import Malformed, Row

VENUE: Final = "lighter"
SETTLE: Final = "USDC"
BASIS: Final = 10_000
MAIN, SUB = 0, 1
MODES: Final = {0: MarginMode.CROSS, 1: MarginMode.ISOLATED}
UNIFIED: Final = 1

NO_LIQUIDATION: Final = (
    "Lighter gives none: at today's account value no price of this contract alone would "
    "liquidate it."
)
NO_ADL: Final = "Lighter publishes no place in the queue."
SHARED: Final = "The whole account's margin backs this position."
RATIO: Final = "In cross margin the whole account's margin ratio counts."
RULED: Final = "Computed from Lighter's margin fraction; it states none for a position."
UNRULED: Final = "Lighter states none for a position, and its margin fractions were not read."
NO_REQUIREMENT: Final = "Lighter's answer lacks the account's cross margin requirement."
UNIFIED_NOTE: Final = "A unified account: other assets than USDC count in its value too."


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account of an address; ``kind`` is Lighter's: 0 is the main one, 1 a sub-account."""

    index: int
    kind: int
    data: Row

    @property
    def label(self) -> str:
        named = f" {self.index}"
        return {MAIN: "main account", SUB: "sub-account"}.get(self.kind, "pool or account") + named


def indexes(answer: object) -> tuple[int, ...]:
    """The accounts in ``accountsByL1Address``."""
    listed = wire.row(answer, "the address's accounts").get("sub_accounts")
    return tuple(int(wire.number(data, "index")) for data in wire.rows(listed, "the accounts"))


def accounts(answer: object) -> tuple[Account, ...]:
    """All accounts in ``account?by=l1_address``. Raises ``Malformed`` if there is none."""
    listed = wire.rows(wire.row(answer, "the accounts").get("accounts"), "the accounts")
    if not listed:
        raise Malformed("the list of accounts is empty")
    return tuple(
        Account(
            index=int(wire.number(data, "index")),
            kind=int(wire.number(data, "account_type")),
            data=data,
        )
        for data in listed
    )


def maintenance_rates(answer: object) -> Mapping[str, float]:
    """Maintenance margin as a fraction of the position's value, by symbol."""
    return {
        wire.text(data, "symbol"): wire.number(data, "maintenance_margin_fraction") / BASIS
        for data in details(answer)
    }


def details(answer: object) -> tuple[Row, ...]:
    """The perpetuals of ``orderBookDetails``."""
    listed = wire.row(answer, "the markets").get("order_book_details")
    return tuple(
        data
        for data in wire.rows(listed, "the list of markets")
        if data.get("market_type", "perp") == "perp"
    )


def is_empty(account: Account) -> bool:
    """Whether it holds nothing that is shown or at least counted."""
    return not _held(account) and not binary_options(account)


def positions(
    account: Account, *, scope: str, rates: Mapping[str, float], as_of: datetime
) -> tuple[Position, ...]:
    """The open positions; Lighter lists every market the account ever touched."""
    return tuple(position(data, scope=scope, rates=rates, as_of=as_of) for data in _held(account))


def position(data: Row, *, scope: str, rates: Mapping[str, float], as_of: datetime) -> Position:
    """One row of an account's ``positions``, amounts in USDC.

    The mark is the position's value over its size. The leverage is 100 over the initial margin
    fraction, which is in percent (3.33 is 30x). An isolated position is backed by its
    allocated margin with its open profit.
    """
    symbol, size = wire.text(data, "symbol"), wire.number(data, "position")
    value = wire.number(data, "position_value")
    mode = _mode(data)
    pnl = wire.number(data, "unrealized_pnl")
    isolated = mode is MarginMode.ISOLATED
    backing = wire.number(data, "allocated_margin") + pnl if isolated else None
    rate = rates.get(symbol)
    maintenance = value * rate if rate is not None else None
    initial = wire.optional_number(data, "initial_margin_fraction")
    liquidation = wire.liquidation_price(data, "liquidation_price")
    notes = {
        "adl": NO_ADL,
        "maintenance_margin": UNRULED if rate is None else RULED,
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "collateral": None if isolated else SHARED,
        "margin_ratio": None if isolated else RATIO,
    }
    return Position(
        venue=VENUE,
        scope=scope,
        symbol=f"{symbol}/{SETTLE}:{SETTLE}",
        native_symbol=symbol,
        kind=ContractKind.LINEAR,
        side=_side(data),
        contracts=size,
        contract_size=1.0,
        size=size,
        settle_asset=SETTLE,
        as_of=as_of,
        notional_usd=value,
        leverage=100 / initial if initial else None,
        margin_mode=mode,
        entry_price=wire.optional_number(data, "avg_entry_price"),
        mark_price=value / size,
        liquidation_price=liquidation,
        collateral=backing,
        maintenance_margin=maintenance,
        maintenance_margin_rate=rate,
        # One fraction a market, however large the position.
        tiers=() if rate is None else (MaintenanceTier(up_to=None, rate=rate),),
        margin_ratio=maintenance / backing
        if maintenance is not None and backing is not None and backing > 0
        else None,
        unrealized_pnl=pnl,
        notes=present(notes),
        raw=dict(data),
    )


def account_margin(account: Account, *, scope: str, as_of: datetime) -> AccountMargin:
    """The cross margin of one account; isolated positions are no part of it."""
    data = account.data
    value = wire.optional_number(data, "cross_asset_value")
    maintenance = wire.optional_number(data, "cross_maintenance_margin_requirement")
    unified = wire.optional_number(data, "account_trading_mode") == UNIFIED
    options = binary_options(account)
    notes = (
        f"Lighter lists {options} binary option position(s), which are not shown."
        if options
        else None,
        UNIFIED_NOTE if unified else None,
        NO_REQUIREMENT if value is None or maintenance is None else None,
    )
    return AccountMargin(
        scope=scope,
        asset=SETTLE,
        margin_balance=value,
        maintenance_margin=maintenance,
        margin_ratio=maintenance / value
        if maintenance is not None and value is not None and value > 0
        else None,
        as_of=as_of,
        note=" ".join(filter(None, notes)) or None,
    )


def binary_options(account: Account) -> int:
    """How many binary option positions Lighter lists, which are no positions here."""
    return len(wire.rows(account.data.get("bo_positions") or [], "the binary options"))


def _held(account: Account) -> tuple[Row, ...]:
    listed = wire.rows(account.data.get("positions"), "the positions")
    return tuple(data for data in listed if wire.number(data, "position") != 0)


def _mode(data: Row) -> MarginMode:
    mode = MODES.get(int(wire.number(data, "margin_mode")))
    if mode is None:
        raise Malformed("margin_mode is none that is documented")
    return mode


def _side(data: Row) -> Side:
    sign = wire.number(data, "sign")
    if sign not in {1, -1} or wire.number(data, "position") < 0:
        raise Malformed("sign is neither 1 nor -1, or the size has one too")
    return Side.LONG if sign > 0 else Side.SHORT
