"""The margin behind Binance positions: cross margin by asset, brackets, margin modes.

Pure functions.
https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api/Account-Information-V3
https://developers.binance.com/docs/derivatives/coin-margined-futures/account/rest-api/Account-Information
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.position import AccountMargin, ContractKind, MaintenanceTier, MarginMode
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row, number, optional_text, row, rows, text

CLOSE_ENOUGH: Final = 0.02
"""A bracket explains a maintenance margin when it gives the same within two per cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A position row with what the two kinds of contract say in different places."""

    row: Row
    contract: Contract
    mode: MarginMode
    leverage: float | None
    maintenance: float | None

    @property
    def settle(self) -> str:
        return optional_text(self.row, "marginAsset") or self.contract.settle


def cross_margins(
    legs: Sequence[Leg], answer: object | None, *, scope: str, as_of: datetime
) -> dict[str, AccountMargin]:
    """The cross margin behind each settle asset, from the account ``answer``.

    An asset's ``marginBalance`` and ``maintMargin`` hold isolated positions too; what backs
    the cross ones is the cross wallet with the cross profit.
    """
    cross = [leg for leg in legs if leg.mode is MarginMode.CROSS]
    if answer is None or not cross:
        return {}
    account = row(answer, "account")
    assets = {text(a, "asset"): a for a in rows(account.get("assets"), "the account's assets")}
    if _is_multi_assets(account, assets):
        whole = account_margin(
            "USD",
            balance=number(account, "totalMarginBalance"),
            maintenance=number(account, "totalMaintMargin"),
            scope=scope,
            as_of=as_of,
        )
        return dict.fromkeys({leg.settle for leg in cross}, whole)
    needed: defaultdict[str, list[float | None]] = defaultdict(list)
    for leg in cross:
        needed[leg.settle].append(leg.maintenance)
    return {
        asset: account_margin(
            asset,
            balance=number(assets[asset], "crossWalletBalance")
            + number(assets[asset], "crossUnPnl"),
            maintenance=None if None in parts else sum(part or 0.0 for part in parts),
            scope=scope,
            as_of=as_of,
        )
        for asset, parts in needed.items()
        if asset in assets
    }


def _is_multi_assets(account: Row, assets: Mapping[str, Row]) -> bool:
    """In single-asset mode the totals are those of USDT alone; COIN-M has no totals."""
    if "totalMarginBalance" not in account:
        return False
    tether = number(assets["USDT"], "marginBalance") if "USDT" in assets else 0.0
    return abs(number(account, "totalMarginBalance") - tether) > 1e-6


def account_margin(
    asset: str, *, balance: float, maintenance: float | None, scope: str, as_of: datetime
) -> AccountMargin:
    return AccountMargin(
        scope=scope,
        asset=asset,
        margin_balance=balance,
        maintenance_margin=maintenance,
        margin_ratio=ratio(maintenance, balance),
        as_of=as_of,
    )


def ratio(maintenance: float | None, balance: float | None) -> float | None:
    return maintenance / balance if maintenance is not None and balance and balance > 0 else None


def tiers_of(
    leg: Leg, brackets: Row | None, *, size: float, mark: float | None
) -> tuple[tuple[MaintenanceTier, ...], MaintenanceTier | None]:
    """The brackets of a contract as tiers, and the one a position is in.

    Brackets go by notional (USD-M, quote) or quantity (COIN-M, coin). If the one the position
    is in does not explain the venue's own maintenance margin, none is used: an account can
    have brackets of its own.
    """
    if brackets is None or mark is None:
        return (), None
    linear = leg.contract.kind is ContractKind.LINEAR
    cap, value = ("notionalCap", size * mark) if linear else ("qtyCap", size)
    listed = sorted(rows(brackets.get("brackets"), "brackets"), key=lambda one: number(one, cap))
    tiers = tuple(
        MaintenanceTier(
            up_to=None if one is listed[-1] else number(one, cap),
            rate=number(one, "maintMarginRatio"),
            amount=number(one, "cum"),
        )
        for one in listed
    )
    if not tiers:
        return (), None
    tier = next(one for one in tiers if one.up_to is None or value <= one.up_to)
    own = leg.maintenance
    if own is not None and abs(tier.rate * value - tier.amount - own) > CLOSE_ENOUGH * abs(own):
        return (), None
    return tiers, tier


def mode_of(word: str) -> MarginMode:
    modes = {
        "cross": MarginMode.CROSS,
        "crossed": MarginMode.CROSS,
        "isolated": MarginMode.ISOLATED,
    }
    if word.lower() not in modes:
        raise Malformed("a margin type is neither cross nor isolated")
    return modes[word.lower()]
