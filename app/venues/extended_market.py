"""What Extended publishes: its vault, marks, open interest, deleveraging levels. Pure functions.

Source: https://api.docs.extended.exchange/#get-markets and #get-market-statistics.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.venues import wire
from app.venues.extended_account import VENUE, data_of
from app.venues.markets import Contract
from app.venues.wire import Row

HIGHEST_LEVEL: Final = 4
LEVELS: Final[Mapping[str, str]] = {"long": "longPositions", "short": "shortPositions"}
COUNTED: Final = "Extended does not say whether it counts one side or both."
LEVEL_NOTE: Final = (
    "From this ranking on a {side} is in level 4 of 4, the first to be deleveraged; Extended "
    "says of each position where it stands."
)
VAULT_NOTE: Final = (
    "The vault's equity, open positions included. It moves with deposits and withdrawals too. "
    "Extended gives no time with it, so the time is when it was read."
)


def vault(answer: object, *, scopes: tuple[str, ...], at: datetime) -> PoolReading:
    """The vault that takes over liquidations in all markets, from ``/vault/public/summary``.

    ``equity`` is in dollars; the vault's shares are bought with USDC.
    """
    equity = wire.number(wire.row(data_of(answer, "the vault"), "the vault"), "equity")
    return PoolReading(
        venue=VENUE,
        key="vault",
        name="Extended Vault",
        kind=PoolKind.VAULT,
        balances=(FundBalance(asset="USDC", amount=equity, usd=equity, at=at),),
        scopes=scopes,
        note=VAULT_NOTE,
    )


def market_stats(
    answer: object, *, contracts: Mapping[str, Contract], at: datetime
) -> tuple[MarketStat, ...]:
    """Mark and open interest, in the collateral, of every perpetual in ``/info/markets``."""
    return tuple(
        _stat(contract, stats, at=at) for contract, stats in _perpetuals(answer, contracts)
    )


def adl_signals(
    answer: object, *, contracts: Mapping[str, Contract], at: datetime
) -> tuple[AdlSignal, ...]:
    """Per contract and side, the ranking at which the highest of four levels begins."""
    return tuple(
        signal
        for contract, stats in _perpetuals(answer, contracts)
        for side, key in LEVELS.items()
        if (signal := _signal(contract, stats, side=side, key=key, at=at)) is not None
    )


def _perpetuals(
    answer: object, contracts: Mapping[str, Contract]
) -> Iterator[tuple[Contract, Row]]:
    for data in wire.rows(data_of(answer, "the markets"), "the list of markets"):
        contract = contracts.get(wire.text(data, "name"))
        if contract is not None:
            yield contract, wire.row(data.get("marketStats"), "marketStats")


def _stat(contract: Contract, stats: Row, *, at: datetime) -> MarketStat:
    interest = wire.optional_number(stats, "openInterest")
    return MarketStat(
        venue=VENUE,
        native_symbol=contract.native_symbol,
        at=at,
        symbol=contract.symbol,
        mark_price=wire.optional_number(stats, "markPrice") or None,
        open_interest_usd=interest,
        open_interest_at=at if interest is not None else None,
        note=COUNTED if interest is not None else None,
    )


def _signal(
    contract: Contract, stats: Row, *, side: str, key: str, at: datetime
) -> AdlSignal | None:
    """``None`` where nobody is in the highest level: small markets list fewer levels."""
    levels = wire.row(stats.get("deleverageLevels") or {}, "deleverageLevels").get(key) or []
    bounds = [
        wire.number(level, "rankingLowerBound")
        for level in wire.rows(levels, key)
        if wire.number(level, "level") == HIGHEST_LEVEL
    ]
    if not bounds:
        return None
    return AdlSignal(
        venue=VENUE,
        kind=f"highest_level_{side}",
        at=at,
        native_symbol=contract.native_symbol,
        value=bounds[0],
        note=LEVEL_NOTE.format(side=side),
    )
