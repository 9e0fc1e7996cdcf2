"""What Hyperliquid publishes: marks, open interest, and the vaults that take losses. Pure functions.

Source: https://hyperliquid.gitbook.io/hyperliquid-docs, the pages on the info endpoint.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.venues import wire
from app.venues.hyperliquid_account import DOLLARS, VENUE, symbol_of
from app.venues.wire import Malformed, Row

HLP: Final = "0xdfc24b077bc1425ad1dea75bcb6f8158e10df303"
LIQUIDATOR: Final = "0x2e3d94f0562703b25c83308a05046ddaf9a8dd14"
"""The vault inside HLP that takes liquidated positions over (community wiki, see the facts)."""
SIDES: Final = "Hyperliquid does not say whether it counts one side or both; taken as one."
HEADLINE_NOTE: Final = (
    "All of HLP. Only its liquidator's own collateral absorbs losses before auto-deleveraging, "
    "so this total overstates the protection. Deposits and withdrawals move it too."
)
LIQUIDATOR_NOTE: Final = (
    "The vault inside HLP that takes liquidated positions over; auto-deleveraging follows when "
    "its capped collateral is used up. Money moved between the vaults of HLP changes it too."
)
NOT_A_CHILD: Final = (
    "HLP no longer lists this vault among its own: whether it is still the liquidator is not known."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """A vault's own vaults, and its value over time in USDC, the newest first."""

    children: tuple[str, ...]
    values: tuple[FundBalance, ...]


def dex_names(answer: object) -> tuple[str, ...]:
    """The builder-deployed exchanges in ``perpDexs``, Hyperliquid's own (null) left out."""
    if not isinstance(answer, list):
        raise Malformed("the list of exchanges is not a list")
    listed = wire.rows([item for item in answer if item is not None], "the list of exchanges")
    return tuple(wire.text(item, "name") for item in listed)


def market_stats(answer: object, *, collateral: str, at: datetime) -> tuple[MarketStat, ...]:
    """Marks and open interest from ``metaAndAssetCtxs``, delisted contracts left out.

    Open interest is in coins, valued at the mark. The answer states no time.
    """
    meta, contexts = pair(answer)
    assets = wire.rows(meta.get("universe"), "the list of contracts")
    states = wire.rows(contexts, "the contracts' state")
    if len(assets) != len(states):
        raise Malformed("contracts and their state differ in number")
    return tuple(
        _stat(asset, state, collateral, at)
        for asset, state in zip(assets, states, strict=True)
        if asset.get("isDelisted") is not True
    )


def pair(answer: object) -> tuple[Row, object]:
    """The two halves of ``metaAndAssetCtxs``."""
    if not isinstance(answer, list) or len(answer) != 2:
        raise Malformed("the markets are not a pair")
    return wire.row(answer[0], "the universe"), answer[1]


def _stat(asset: Row, state: Row, collateral: str, at: datetime) -> MarketStat:
    coin, mark = wire.text(asset, "name"), wire.optional_number(state, "markPx")
    coins = wire.optional_number(state, "openInterest")
    known = coins is not None and mark is not None and collateral in DOLLARS
    return MarketStat(
        venue=VENUE,
        native_symbol=coin,
        at=at,
        symbol=symbol_of(coin, collateral),
        mark_price=mark,
        open_interest_usd=coins * mark if known and coins is not None and mark else None,
        open_interest_at=at if known else None,
        note=SIDES if known else None,
    )


def headline(vault: Vault, *, history: bool = True) -> PoolReading:
    """HLP's total, with its history where asked: shown, never behind a position."""
    return PoolReading(
        venue=VENUE,
        key="hlp",
        name="HLP vault, total",
        kind=PoolKind.HEADLINE,
        balances=vault.values if history else vault.values[:1],
        note=HEADLINE_NOTE,
    )


def liquidator(
    state: object,
    *,
    symbols: Collection[str] = (),
    history: Sequence[FundBalance] = (),
    listed: bool | None = True,
) -> PoolReading:
    """The liquidator vault: its account value now and, where ``history`` is given, before.

    ``symbols`` are Hyperliquid's own contracts; builder-deployed ones are not known to be
    covered. ``listed`` says whether HLP still names it as its own, ``None`` that HLP was not
    read.
    """
    data = wire.row(state, "the liquidator's state")
    value = wire.number(wire.row(data.get("marginSummary"), "marginSummary"), "accountValue")
    now = FundBalance(asset="USDC", amount=value, usd=value, at=wire.moment(data, "time"))
    return PoolReading(
        venue=VENUE,
        key="liquidator",
        name="HLP liquidator vault",
        kind=PoolKind.VAULT,
        balances=(now, *(balance for balance in history if balance.at < now.at)),
        symbols=tuple(symbols),
        scopes=("main",),
        note=LIQUIDATOR_NOTE if listed is not False else f"{LIQUIDATOR_NOTE} {NOT_A_CHILD}",
    )


def vault(answer: object) -> Vault:
    """From ``vaultDetails``. Raises ``Malformed``, also for an address that is no vault."""
    data = wire.row(answer, "the vault")
    return Vault(children=_children(data), values=_account_values(data))


def _children(data: Row) -> tuple[str, ...]:
    """The addresses of the vaults inside a parent vault, in lower case."""
    relation = wire.row(data.get("relationship"), "relationship")
    if relation.get("type") != "parent":
        return ()
    listed = wire.row(relation.get("data"), "the relationship's data").get("childAddresses")
    if not isinstance(listed, list):
        raise Malformed("childAddresses is not a list")
    return tuple(str(address).lower() for address in listed)


def _account_values(data: Row) -> tuple[FundBalance, ...]:
    """A vault's value over time in USDC, the newest first, each moment once.

    The portfolio's windows (day, week, month, all time) overlap and differ in grain.
    """
    windows = data.get("portfolio")
    if not isinstance(windows, list):
        raise Malformed("portfolio is not a list")
    points: dict[float, float] = {}
    for window in windows:
        if not isinstance(window, list) or len(window) != 2:
            raise Malformed("an item of portfolio is not a pair")
        if str(window[0]).startswith("perp"):
            continue
        history = wire.row(window[1], "a window of the portfolio").get("accountValueHistory")
        if not isinstance(history, list):
            raise Malformed("accountValueHistory is not a list")
        for moment, value in history:
            point = {"at": moment, "value": value}
            points[wire.number(point, "at")] = wire.number(point, "value")
    return tuple(
        FundBalance(asset="USDC", amount=value, usd=value, at=wire.milliseconds(at, "a moment"))
        for at, value in sorted(points.items(), reverse=True)
    )
