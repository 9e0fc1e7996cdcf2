"""Binance's portfolio margin: one margin behind USD-M, COIN-M and loans, measured by uniMMR.

Pure functions. Accounts on Portfolio Margin have addresses of their own; those on Portfolio
Margin Pro keep the usual ones, and only their margin is another.
https://developers.binance.com/docs/derivatives/portfolio-margin/account/Account-Information
https://developers.binance.com/docs/derivatives/portfolio-margin/account/Query-UM-Position-Information
https://developers.binance.com/docs/derivatives/portfolio-margin/account/Query-CM-Position-Information
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.domain.position import AccountMargin, MarginMode, Position, ScopeReading
from app.venues.binance_account import Extras, listed, scope_reading
from app.venues.binance_margin import Leg
from app.venues.markets import Contract
from app.venues.wire import Row, number, optional_number, row, rows, text

LIQUIDATED_AT: Final = 1.05
"""The uniMMR at which liquidation begins: equity / maintenance margin, so lower is worse.
https://www.binance.com/en/support/faq/d0c3558829fa41eabeeaf3c32dbe1dad"""

NORMAL: Final = "NORMAL"
WHOLE_ACCOUNT: Final = "The whole portfolio margin account stands behind this position."
NO_MARGIN: Final = "The account's margin could not be read."


def scope_of(
    held: Sequence[Row],
    extras: Extras,
    *,
    scope: str,
    contracts: Mapping[str, Contract],
    as_of: datetime,
) -> ScopeReading:
    """The positions of USD-M or COIN-M; their maintenance margins stand in the account answer."""
    maintenance = {}
    if "account" in extras.answers:
        account = row(extras.answers["account"], "account")
        for item in rows(account.get("positions"), "the account's positions"):
            place = text(item, "symbol"), text(item, "positionSide")
            maintenance[place] = number(item, "maintMargin")
    legs = [
        Leg(
            row=item,
            contract=listed(item, contracts),
            mode=MarginMode.PORTFOLIO,
            leverage=optional_number(item, "leverage"),
            maintenance=maintenance.get((text(item, "symbol"), text(item, "positionSide"))),
        )
        for item in held
    ]
    return scope_reading(legs, extras, scope=scope, as_of=as_of)


def account_margin(answer: object, *, scope: str, as_of: datetime) -> AccountMargin:
    """The margin of the whole account in USD, from ``account`` of either programme.

    The ratio is how far uniMMR has fallen to where liquidation begins, 1 there. Raises
    ``Malformed``.
    """
    data = row(answer, "portfolio account")
    level, status = number(data, "uniMMR"), text(data, "accountStatus")
    said = [f"Liquidation begins at a uniMMR of {LIQUIDATED_AT}; it is {level:.4g} now."]
    if status != NORMAL:
        said.append(f"Binance calls the account's state {status.replace('_', ' ').lower()}.")
    return AccountMargin(
        scope=scope,
        asset="USD",
        margin_balance=number(data, "accountEquity"),
        maintenance_margin=number(data, "accountMaintMargin"),
        margin_ratio=LIQUIDATED_AT / level if level > 0 else None,
        as_of=as_of,
        note=" ".join(said),
    )


def unified(reading: ScopeReading, margin: AccountMargin | None) -> ScopeReading:
    """``reading`` with the account's one margin behind each of its positions."""
    positions = tuple(_backed(position, margin) for position in reading.positions)
    return replace(reading, positions=positions, margin=margin)


def _backed(position: Position, margin: AccountMargin | None) -> Position:
    notes = {**position.notes, "collateral": WHOLE_ACCOUNT}
    if margin is None:
        notes["margin_ratio"] = NO_MARGIN
    return replace(
        position,
        margin_mode=MarginMode.PORTFOLIO,
        collateral=None,
        margin_ratio=margin.margin_ratio if margin else None,
        notes=notes,
    )
