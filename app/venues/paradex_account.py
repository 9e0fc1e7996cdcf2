"""Paradex's answers about an account: its margin, its positions. Pure functions.

Isolated positions live in accounts of their own, which the same token reads. Paradex gives
margin by account, never by position. Sources: https://docs.paradex.trade/api/prod/account and
https://docs.paradex.trade/risk/cross-margin-requirement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, no_margin, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "paradex"
OPTION: Final = re.compile(r".*-[CP]")
METHODOLOGIES: Final = {"cross_margin": MarginMode.CROSS, "portfolio_margin": MarginMode.PORTFOLIO}

NO_LIQUIDATION: Final = (
    "Paradex gives none: at today's account value no price of this contract alone would "
    "liquidate it, as far as Paradex says."
)
NO_ADL: Final = "Paradex publishes no rank of a position."
SHARED: Final = "The whole account's margin backs this position."
BY_ACCOUNT: Final = "Paradex gives it for the whole account only, which holds other positions too."
NO_MODE: Final = "Paradex was asked whether this is cross, isolated or portfolio margin, in vain."
NO_MARK: Final = "The mark price was not read."
NO_MARGIN: Final = "The account's margin was not read."


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account of ``/account/summary``, amounts in ``asset``."""

    id: str
    value: float
    maintenance: float
    asset: str
    liquidated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What is known around the positions; what was not read is empty or ``None``.

    ``isolated`` are the accounts of isolated positions, ``mode`` is that of all others.
    """

    accounts: Mapping[str, Account]
    isolated: frozenset[str] | None
    mode: MarginMode | None
    marks: Mapping[str, float]

    def account_of(self, data: Row) -> Account | None:
        named = wire.optional_text(data, "account")
        if named is not None:
            return self.accounts.get(same_id(named))
        return next(iter(self.accounts.values())) if len(self.accounts) == 1 else None

    def mode_of(self, account: Account | None) -> MarginMode | None:
        if account is None or self.isolated is None:
            return None
        return MarginMode.ISOLATED if account.id in self.isolated else self.mode


def same_id(address: str) -> str:
    """A Starknet address without its leading zeros, which not every answer writes."""
    return f"0x{address.lower().removeprefix('0x').lstrip('0')}"


def results(answer: object, what: str) -> tuple[Row, ...]:
    """The rows under ``results``."""
    return wire.rows(wire.row(answer, what).get("results"), f"the results of {what}")


def held(answer: object) -> tuple[tuple[Row, ...], int]:
    """The open rows of ``/positions`` that are no options, and how many options are open."""
    rows = tuple(
        data
        for data in results(answer, "the positions")
        if data.get("status") != "CLOSED" and wire.number(data, "size") != 0
    )
    options = [data for data in rows if OPTION.fullmatch(wire.text(data, "market"))]
    return tuple(data for data in rows if data not in options), len(options)


def accounts(answer: object) -> Mapping[str, Account]:
    """From ``/account/summary``: the account itself and those of its isolated positions."""
    found = (
        Account(
            id=same_id(wire.text(data, "account")),
            value=wire.number(data, "account_value"),
            maintenance=wire.number(data, "maintenance_margin_requirement"),
            asset=wire.text(data, "settlement_asset"),
            liquidated=data.get("status") == "LIQUIDATION",
        )
        for data in results(answer, "the accounts")
    )
    return {account.id: account for account in found}


def isolated(answer: object) -> frozenset[str]:
    """The accounts of ``/account/info`` that exist for one isolated market."""
    return frozenset(
        same_id(wire.text(data, "account"))
        for data in results(answer, "the accounts' kinds")
        if wire.optional_text(data, "isolated_market") is not None
    )


def methodology(answer: object) -> MarginMode:
    """Cross or portfolio margin, from ``/account/margin``. Raises ``Malformed`` for another."""
    word = wire.text(wire.row(answer, "the margin settings"), "margin_methodology")
    if word not in METHODOLOGIES:
        raise Malformed("margin_methodology is none that is documented")
    return METHODOLOGIES[word]


def marks(answer: object) -> Mapping[str, float]:
    """Mark prices by market, from ``/markets/summary``; those without one are left out."""
    prices = {
        wire.text(data, "symbol"): wire.optional_number(data, "mark_price")
        for data in results(answer, "the markets' summary")
    }
    return {symbol: price for symbol, price in prices.items() if price}


def positions(
    rows: tuple[Row, ...],
    *,
    options: int,
    book: Book,
    contracts: Mapping[str, Contract],
    scope: str,
    as_of: datetime,
) -> tuple[Position, ...]:
    """Raises ``Malformed``, also for a contract that is not in the market list."""
    found = []
    for data in rows:
        symbol = wire.text(data, "market")
        contract = contract_of(symbol, contracts)
        account = book.account_of(data)
        mode = book.mode_of(account)
        beside = [other for other in rows if book.account_of(other) == account]
        alone = len(beside) == 1 and (options == 0 or mode is MarginMode.ISOLATED)
        found.append(
            position(
                data,
                contract,
                account=account,
                mode=mode,
                alone=alone,
                mark=book.marks.get(symbol),
                scope=scope,
                as_of=as_of,
            )
        )
    return tuple(found)


def position(
    data: Row,
    contract: Contract,
    *,
    account: Account | None,
    mode: MarginMode | None,
    alone: bool,
    mark: float | None,
    scope: str,
    as_of: datetime,
) -> Position:
    """One row of ``/positions``; prices in USD, amounts in USDC.

    A position that is ``alone`` in its account has the account's maintenance margin.
    """
    signed = wire.number(data, "size")
    isolated_in = account if mode is MarginMode.ISOLATED else None
    maintenance = account.maintenance if account is not None and alone else None
    liquidation = wire.liquidation_price(data, "liquidation_price")
    known = isolated_in is not None and maintenance is not None and isolated_in.value > 0
    notes = {
        "adl": NO_ADL,
        "margin_mode": NO_MODE if mode is None else None,
        "mark_price": NO_MARK if mark is None else None,
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "collateral": SHARED if isolated_in is None else None,
        "maintenance_margin": BY_ACCOUNT if maintenance is None else None,
        "margin_ratio": SHARED if not known else None,
    }
    return Position(
        **holding(contract, contracts=abs(signed), mark=mark),
        venue=VENUE,
        scope=scope,
        side=_side(data, signed),
        as_of=as_of,
        leverage=wire.optional_number(data, "leverage"),
        margin_mode=mode,
        entry_price=wire.optional_number(data, "average_entry_price_usd")
        or wire.optional_number(data, "average_entry_price"),
        liquidation_price=liquidation,
        collateral=isolated_in.value if isolated_in is not None else None,
        maintenance_margin=maintenance,
        margin_ratio=maintenance / isolated_in.value
        if isolated_in is not None and maintenance is not None and isolated_in.value > 0
        else None,
        unrealized_pnl=wire.optional_number(data, "unrealized_pnl"),
        notes=present(notes),
        raw=dict(data),
    )


def account_margin(
    book: Book, *, scope: str, options: int, as_of: datetime
) -> AccountMargin | None:
    """The margin of the account that is not for an isolated position.

    Of several (the token may read accounts that were authorised) the weakest ratio is given,
    because their balances do not back each other. ``None`` where there is none.
    """
    options_note = (
        f"{options} option position(s) are not shown; this margin holds them too."
        if options
        else None
    )
    if not book.accounts:
        return no_margin(
            scope=scope,
            asset="USDC",
            as_of=as_of,
            note=" ".join(filter(None, (NO_MARGIN, options_note))),
        )
    shared = [one for one in book.accounts.values() if one.id not in (book.isolated or ())]
    if not shared:
        return None
    weakest = max(shared, key=lambda one: _ratio(one) or 0.0)
    one = len(shared) == 1
    notes = [
        None if one else f"The weakest of {len(shared)} accounts; they do not back each other.",
        options_note,
        "Paradex says that this account is being liquidated." if weakest.liquidated else None,
    ]
    return AccountMargin(
        scope=scope,
        asset=weakest.asset,
        margin_balance=weakest.value if one else None,
        maintenance_margin=weakest.maintenance if one else None,
        margin_ratio=_ratio(weakest),
        as_of=as_of,
        note=" ".join(filter(None, notes)) or None,
    )


def _ratio(account: Account) -> float | None:
    return account.maintenance / account.value if account.value > 0 else None


def _side(data: Row, signed: float) -> Side:
    word = wire.text(data, "side").lower()
    if word not in set(Side) or (signed < 0 and word == Side.LONG):
        raise Malformed("side is neither LONG nor SHORT, or not that of the size")
    return Side(word)
