"""Bybit's answers about an account: its margin and its positions. Pure functions.

Source: https://bybit-exchange.github.io/docs/v5, the pages of each endpoint.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.domain.adl import AdlStanding
from app.domain.position import AccountMargin, ContractKind, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, no_margin, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "bybit"
ADL_LIGHTS: Final = 5
SHARED_MARGIN: Final = "unified"
"""The scope of the account's margin: the unified account backs every scope at once."""
NEAR: Final = 3.0
"""Within this factor of the mark 0.0001 is a cheap coin's price, not the sentinel."""
UNIFIED_INVERSE: Final = 5
"""``unifiedMarginStatus`` from which inverse contracts share the unified account's margin."""
MODES: Final[Mapping[str, MarginMode]] = {
    "ISOLATED_MARGIN": MarginMode.ISOLATED,
    "REGULAR_MARGIN": MarginMode.CROSS,
    "PORTFOLIO_MARGIN": MarginMode.PORTFOLIO,
}

CROSS_RATIO: Final = "In cross margin the whole account's margin ratio counts."
PORTFOLIO: Final = "Bybit gives none in portfolio margin mode: the account is margined as a whole."
NO_LIQUIDATION: Final[Mapping[MarginMode | None, str]] = {
    MarginMode.PORTFOLIO: PORTFOLIO,
    MarginMode.CROSS: "Bybit gives none: at today's balance the estimate lies beyond the "
    "contract's price limits.",
    MarginMode.ISOLATED: "Bybit gives none: it lies beyond the contract's price limits.",
    None: "Bybit gives none for this position.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMode:
    """How the account is margined; ``margin`` is ``None`` where Bybit did not say."""

    margin: MarginMode | None
    inverse_is_unified: bool = True


def result(answer: object, what: str) -> Row:
    """The ``result`` object of an answer."""
    return wire.row(wire.row(answer, what).get("result"), f"the result of {what}")


def asked_at(answer: object, what: str) -> datetime:
    """The venue's own time of an answer."""
    return wire.moment(wire.row(answer, what), "time")


def account_mode(answer: object) -> AccountMode:
    """The margin mode from ``/v5/account/info``; a position itself no longer says it."""
    info = result(answer, "the account's information")
    status = wire.optional_number(info, "unifiedMarginStatus")
    return AccountMode(
        margin=MODES.get(wire.text(info, "marginMode")),
        inverse_is_unified=status is None or status >= UNIFIED_INVERSE,
    )


def account_margin(answer: object) -> AccountMargin:
    """The unified account's margin in USD from ``/v5/account/wallet-balance``.

    Bybit's ``accountMMRate`` is maintenance / margin balance, 1 at liquidation, as ours is;
    it is rounded, so the ratio is taken from its parts where they are there.
    """
    accounts = wire.rows(result(answer, "the wallet").get("list"), "the list of accounts")
    as_of = asked_at(answer, "the wallet")
    if not accounts:
        note = "Bybit lists no unified account here."
        return no_margin(scope=SHARED_MARGIN, asset="USD", as_of=as_of, note=note)
    balance = wire.optional_number(accounts[0], "totalMarginBalance")
    maintenance = wire.optional_number(accounts[0], "totalMaintenanceMargin")
    if balance and maintenance is not None:
        ratio: float | None = maintenance / balance
    else:
        ratio = wire.optional_number(accounts[0], "accountMMRate")
    return AccountMargin(
        scope=SHARED_MARGIN,
        asset="USD",
        margin_balance=balance,
        maintenance_margin=maintenance,
        margin_ratio=ratio,
        as_of=as_of,
        note="The unified account: it backs all scopes together.",
    )


def symbols(answer: object) -> tuple[str, ...]:
    """The contracts a page of positions names."""
    listed = wire.rows(result(answer, "the positions").get("list"), "the list of positions")
    return tuple(wire.text(row, "symbol") for row in listed)


def next_page(answer: object) -> str | None:
    """The cursor of the page of positions after this one."""
    return wire.optional_text(result(answer, "the positions"), "nextPageCursor")


def positions(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    scope: str,
    mode: AccountMode,
    sentinels: Collection[float],
) -> tuple[Position, ...]:
    """The open positions of one page of ``/v5/position/list``, empty rows left out.

    In hedge mode ``positionIdx`` (1 long, 2 short) says the side, so each side keeps its own
    row, liquidation price and rank. Raises ``Malformed``.
    """
    as_of = asked_at(answer, "the positions")
    found = []
    for data in wire.rows(result(answer, "the positions").get("list"), "the list of positions"):
        if wire.number(data, "size") == 0:
            continue
        found.append(
            position(
                data,
                contract=contract_of(wire.text(data, "symbol"), contracts),
                scope=scope,
                mode=mode,
                as_of=as_of,
                sentinels=sentinels,
            )
        )
    return tuple(found)


def position(
    data: Row,
    *,
    contract: Contract,
    scope: str,
    mode: AccountMode,
    as_of: datetime,
    sentinels: Collection[float],
) -> Position:
    """One row of ``/v5/position/list``.

    Sizes are in base coins (linear) or dollars (inverse), so a contract is 1 of them; ccxt
    takes the smallest order of an inverse contract for its size.
    """
    contract = replace(contract, contract_size=1.0)
    held = abs(wire.number(data, "size"))
    mark = wire.optional_number(data, "markPrice")
    margin_mode = _margin_mode(data, contract, mode)
    liquidation = _liquidation_price(data, mark, sentinels)
    maintenance = wire.optional_number(data, "positionMM")
    pnl = wire.optional_number(data, "unrealisedPnl")
    collateral = _isolated_collateral(data, pnl) if margin_mode is MarginMode.ISOLATED else None
    leverage = wire.optional_number(data, "leverage")
    adl = _adl(data)
    notes = {
        "liquidation_price": NO_LIQUIDATION[margin_mode] if liquidation is None else None,
        "leverage": PORTFOLIO if leverage is None else None,
        "maintenance_margin": PORTFOLIO if maintenance is None else None,
        "collateral": _why_no_collateral(margin_mode) if collateral is None else None,
        "margin_ratio": _why_no_ratio(margin_mode) if not (maintenance and collateral) else None,
        "margin_mode": "Bybit did not say the account's margin mode." if not margin_mode else None,
        "adl": "Bybit gives no rank from 0 to 5 for this position." if adl is None else None,
        "status": STATUS.get(str(data.get("positionStatus")).lower()),
    }
    return Position(
        **holding(contract, contracts=held, mark=mark),
        venue=VENUE,
        scope=scope,
        side=_side(data),
        as_of=as_of,
        leverage=leverage,
        margin_mode=margin_mode,
        entry_price=wire.optional_number(data, "avgPrice") or None,
        liquidation_price=liquidation,
        collateral=collateral,
        maintenance_margin=maintenance,
        margin_ratio=maintenance / collateral if maintenance and collateral else None,
        unrealized_pnl=pnl,
        hedged=_index(data) != 0,
        adl=adl,
        notes=present(notes),
        raw=dict(data),
    )


STATUS: Final[Mapping[str, str]] = {
    "liq": "Bybit is liquidating this position.",
    "adl": "Bybit is auto-deleveraging this position.",
}


def _liquidation_price(data: Row, mark: float | None, sentinels: Collection[float]) -> float | None:
    """``liqPrice``; a sentinel that lies near the mark is a price after all."""
    stated = wire.liquidation_price(data, "liqPrice")
    near = stated is not None and mark is not None and mark / NEAR < stated < mark * NEAR
    return stated if near else wire.liquidation_price(data, "liqPrice", sentinels)


def _index(data: Row) -> int:
    index = wire.optional_number(data, "positionIdx") or 0
    if index not in {0, 1, 2}:
        raise Malformed("positionIdx is none of 0, 1, 2")
    return int(index)


def _side(data: Row) -> Side:
    """By ``positionIdx`` in hedge mode, else by ``side``."""
    match _index(data), data.get("side"):
        case (1, _) | (0, "Buy"):
            return Side.LONG
        case (2, _) | (0, "Sell"):
            return Side.SHORT
    raise Malformed("side is neither Buy nor Sell")


def _margin_mode(data: Row, contract: Contract, mode: AccountMode) -> MarginMode | None:
    """The account's mode; where inverse contracts have a wallet of their own, ``tradeMode``."""
    if contract.kind is ContractKind.INVERSE and not mode.inverse_is_unified:
        isolated = wire.optional_number(data, "tradeMode") == 1
        return MarginMode.ISOLATED if isolated else MarginMode.CROSS
    return mode.margin


def _isolated_collateral(data: Row, pnl: float | None) -> float | None:
    margin = wire.optional_number(data, "positionBalance")
    return margin + (pnl or 0.0) if margin else None


def _why_no_collateral(mode: MarginMode | None) -> str:
    if mode is MarginMode.ISOLATED:
        return "Bybit no longer gives the margin of a single position."
    return "The whole account's margin backs this position."


def _why_no_ratio(mode: MarginMode | None) -> str:
    return _why_no_collateral(mode) if mode is MarginMode.ISOLATED else CROSS_RATIO


def _adl(data: Row) -> AdlStanding | None:
    """``adlRankIndicator``: 5 lights, the more the earlier; the row's own side."""
    lights = wire.optional_number(data, "adlRankIndicator")
    if lights is None or not 0 <= lights <= ADL_LIGHTS:
        return None
    return AdlStanding(standing=lights / ADL_LIGHTS, raw=lights, scale="0-5")
