"""What Paradex publishes: marks, open interest, its insurance fund. Pure functions.

Sources: https://docs.paradex.trade/api/prod/markets, https://docs.paradex.trade/risk/liquidations
and https://docs.paradex.trade/risk/socialized-losses.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.venues import wire
from app.venues.markets import Contract
from app.venues.paradex_account import VENUE, results

FUND: Final = "insurance"
FUND_NOTE: Final = (
    "The value of the fund's account, with the open profit and loss of the positions it took over."
)
BELOW_ZERO: Final = (
    "The fund owes more than it holds: by Paradex's rule every withdrawal is charged now."
)
HEADLINE_NOTE: Final = (
    "All of GigaVault, by its tokens and their price. The insurance fund is one part of it, so "
    "this total overstates what absorbs a loss; the answer states no time."
)
SIDES: Final = "Paradex does not say whether it counts one side or both; taken as one."
CHARGED: Final = (
    "The insurance fund is worth nothing or less, so the socialised loss factor is above 0 or "
    "about to be: withdrawals are charged. Paradex publishes no rate."
)
NOT_CHARGED: Final = (
    "Withdrawals are charged once the fund falls to 0, or earlier if bankrupt accounts owe more "
    "than it holds, which cannot be seen from outside."
)


def fund(answer: object) -> PoolReading:
    """The insurance fund, from ``/insurance``: in its settlement asset, at its own time."""
    value, asset, at = _value(answer)
    return PoolReading(
        venue=VENUE,
        key=FUND,
        name="Insurance fund",
        kind=PoolKind.SHARED,
        balances=(FundBalance(asset=asset, amount=value, usd=value, at=at),),
        scopes=("all",),
        note=FUND_NOTE if value > 0 else f"{FUND_NOTE} {BELOW_ZERO}",
    )


def withdrawal_charge(answer: object) -> AdlSignal:
    """Whether the fund's value alone means that withdrawals are charged; trigger is 0."""
    value, _, at = _value(answer)
    return AdlSignal(
        venue=VENUE,
        kind="socialized_loss",
        at=at,
        pool=FUND,
        value=value,
        trigger=0.0,
        progress=None if value > 0 else 1.0,
        note=NOT_CHARGED if value > 0 else CHARGED,
    )


def gigavault(answer: object) -> str | None:
    """The address of the vault that holds the fund, from ``/vaults``, where it is listed."""
    for data in results(answer, "the vaults"):
        named = "gigavault" in str(data.get("name")).replace(" ", "").lower()
        if data.get("kind") == "protocol" and data.get("status") == "ACTIVE" and named:
            return wire.text(data, "address")
    return None


def headline(answer: object, *, address: str, at: datetime) -> PoolReading | None:
    """GigaVault's total in USD, from ``/vaults/summary``; ``None`` if it is not in it."""
    for data in results(answer, "the vaults' summary"):
        if data.get("address") == address:
            total = wire.number(data, "vtoken_supply") * wire.number(data, "vtoken_price")
            return PoolReading(
                venue=VENUE,
                key="gigavault",
                name="GigaVault, total",
                kind=PoolKind.HEADLINE,
                balances=(FundBalance(asset="USDC", amount=total, usd=total, at=at),),
                note=HEADLINE_NOTE,
            )
    return None


def market_stats(
    answer: object, *, contracts: Mapping[str, Contract], at: datetime
) -> tuple[MarketStat, ...]:
    """Marks and open interest (base units, valued at the mark) of the contracts listed."""
    return tuple(
        _stat(data, contracts[symbol], at)
        for data in results(answer, "the markets' summary")
        if (symbol := wire.text(data, "symbol")) in contracts
    )


def _stat(data: wire.Row, contract: Contract, at: datetime) -> MarketStat:
    mark = wire.optional_number(data, "mark_price") or None
    held = wire.optional_number(data, "open_interest")
    known = held is not None and mark is not None
    return MarketStat(
        venue=VENUE,
        native_symbol=contract.native_symbol,
        at=wire.moment(data, "created_at") if data.get("created_at") else at,
        symbol=contract.symbol,
        mark_price=mark,
        open_interest_usd=held * mark if held is not None and mark is not None else None,
        open_interest_at=at if known else None,
        note=SIDES if known else None,
    )


def _value(answer: object) -> tuple[float, str, datetime]:
    data = wire.row(answer, "the insurance fund")
    asset = wire.text(data, "settlement_asset")
    return wire.number(data, "account_value"), asset, wire.moment(data, "updated_at")
