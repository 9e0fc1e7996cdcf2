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
"""The first vault inside HLP that takes liquidated positions over (community wiki, see the
facts); more have joined it, which HLP lists and whose names begin alike."""
LIQUIDATOR_NAME: Final = "HLP Liquidator"
BESIDE: Final = "0x63c621a33714ec48660e32f2374895c8026a3a00"
"""The vault called Liquidator among the protocol's, which is none of HLP's."""
SIDES: Final = "Hyperliquid does not say whether it counts one side or both; taken as one."
HEADLINE_NOTE: Final = (
    "All of HLP. Only its liquidator's own collateral absorbs losses before auto-deleveraging, "
    "so this total overstates the protection. Deposits and withdrawals move it too."
)
LIQUIDATORS_NOTE: Final = (
    "What the vaults inside HLP that take liquidated positions over hold together: {names}. "
    "Auto-deleveraging follows when their capped collateral is used up. Money moved between the "
    "vaults of HLP changes it too."
)
NOT_A_CHILD: Final = (
    "HLP no longer lists a liquidator among its vaults: whether this is still one is not known."
)
BESIDE_NOTE: Final = (
    "A vault of the protocol's own beside HLP. Which liquidations it takes part in is not "
    "documented, so it is not counted behind any position."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """A vault's name, its own vaults, and its value over time in USDC, the newest first."""

    name: str
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


def listed(answer: object) -> frozenset[str]:
    """The names of the contracts in ``metaAndAssetCtxs``."""
    assets = wire.rows(pair(answer)[0].get("universe"), "the list of contracts")
    return frozenset(wire.text(asset, "name") for asset in assets)


def candle_rows(answer: object) -> list[list[object]]:
    """The candles of ``candleSnapshot`` as ``unified.candles`` takes them: ``t`` is the opening."""
    keys = ("t", "o", "h", "l", "c")
    return [[row.get(key) for key in keys] for row in wire.rows(answer, "the candles")]


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


def liquidators(
    states: Sequence[object],
    vaults: Sequence[Vault],
    *,
    symbols: Collection[str] = (),
    history: bool = True,
    listed: bool = True,
) -> PoolReading:
    """What the liquidator vaults hold together, now (``states``) and, where asked, before.

    ``symbols`` are Hyperliquid's own contracts; builder-deployed ones are not known to be
    covered. ``listed`` says whether HLP names them as its own. The time is that of the state
    that was taken first.
    """
    each = [_value(state) for state in states]
    total = sum(value.amount for value in each)
    now = FundBalance(asset="USDC", amount=total, usd=total, at=min(value.at for value in each))
    before = _together([vault.values for vault in vaults]) if history else ()
    note = LIQUIDATORS_NOTE.format(names=", ".join(vault.name for vault in vaults))
    return PoolReading(
        venue=VENUE,
        key="liquidator",
        name="HLP liquidator vaults" if len(vaults) > 1 else "HLP liquidator vault",
        kind=PoolKind.VAULT,
        balances=(now, *(balance for balance in before if balance.at < now.at)),
        symbols=tuple(symbols),
        scopes=("main",),
        note=note if listed else f"{note} {NOT_A_CHILD}",
    )


def beside(state: object) -> PoolReading:
    """The protocol's liquidator vault that is none of HLP's: shown, never behind a position."""
    return PoolReading(
        venue=VENUE,
        key="liquidator-beside-hlp",
        name="Liquidator vault beside HLP",
        kind=PoolKind.HEADLINE,
        balances=(_value(state),),
        note=BESIDE_NOTE,
    )


def _value(state: object) -> FundBalance:
    data = wire.row(state, "a vault's state")
    value = wire.number(wire.row(data.get("marginSummary"), "marginSummary"), "accountValue")
    return FundBalance(asset="USDC", amount=value, usd=value, at=wire.moment(data, "time"))


def _together(histories: Sequence[Sequence[FundBalance]]) -> tuple[FundBalance, ...]:
    """Several vaults' values as one, the newest first: at each moment the last known of each.

    A vault counts from its first value on.
    """
    moments = sorted({balance.at for history in histories for balance in history}, reverse=True)

    def total(at: datetime) -> float:
        return sum(
            next((balance.amount for balance in history if balance.at <= at), 0.0)
            for history in histories
        )

    return tuple(
        FundBalance(asset="USDC", amount=(value := total(at)), usd=value, at=at) for at in moments
    )


def is_liquidator(vault: Vault) -> bool:
    return vault.name.lower().startswith(LIQUIDATOR_NAME.lower())


def vault(answer: object) -> Vault:
    """From ``vaultDetails``. Raises ``Malformed``, also for an address that is no vault."""
    data = wire.row(answer, "the vault")
    return Vault(
        name=wire.text(data, "name"), children=_children(data), values=_account_values(data)
    )


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
