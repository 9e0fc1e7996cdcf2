"""Binance's account payloads: positions, margin, ADL quantiles.

https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api
"""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.position import ContractKind, Side
from app.sandbox.binance_market import each
from app.sandbox.contracts import INVERSE, LINEAR, Contract
from app.sandbox.listings import contracts
from app.sandbox.margin import AccountFigures, PositionFigures
from app.sandbox.wire import Call, decimals, fixed, short

_OPENED = 1_760_000_000_000


def positions(call: Call, kind: ContractKind) -> list[PositionFigures]:
    """Open positions of a kind, of ``symbol`` alone when it is given."""
    wanted = {spec.symbol for spec in each(call, kind)}
    figures = call.figures("binance")
    return [p for p in figures.positions if p.contract.kind is kind and p.contract.symbol in wanted]


def _side(position: PositionFigures) -> str:
    """USD-M accounts here are in hedge mode, COIN-M ones in one-way mode."""
    if position.contract.kind is INVERSE:
        return "BOTH"
    return "LONG" if position.holding.side is Side.LONG else "SHORT"


def _amount(position: PositionFigures) -> str:
    return fixed(position.signed, decimals(position.contract.step))


def _price(value: float | None) -> str:
    """A liquidation price; Binance says ``0`` where there is none."""
    return "0" if value is None else fixed(value)


def usdm_position_risk(call: Call) -> object:
    """Open positions (version 3 leaves leverage and margin type out)."""
    return [
        {
            "symbol": p.contract.symbol,
            "positionSide": _side(p),
            "positionAmt": _amount(p),
            "entryPrice": short(p.holding.entry, 8),
            "breakEvenPrice": short(p.holding.entry * (1 + p.holding.side.sign * 0.0005), 8),
            "markPrice": fixed(p.mark),
            "unRealizedProfit": fixed(p.pnl),
            "liquidationPrice": _price(p.liquidation),
            "isolatedMargin": fixed(p.balance) if p.isolated else "0",
            "notional": fixed(p.holding.side.sign * p.value),
            "marginAsset": p.contract.settle,
            "isolatedWallet": fixed(p.holding.margin) if p.isolated else "0",
            "initialMargin": fixed(p.initial),
            "maintMargin": fixed(p.maintenance),
            "positionInitialMargin": fixed(p.initial),
            "openOrderInitialMargin": "0",
            "adl": str(p.adl),
            "bidNotional": "0",
            "askNotional": "0",
            "updateTime": _OPENED,
        }
        for p in positions(call, LINEAR)
    ]


def coinm_position_risk(call: Call) -> object:
    """Every contract, also those without a position (amount ``0``)."""
    held = {p.contract.symbol: p for p in positions(call, INVERSE)}
    return [_coinm_risk(call, spec, held.get(spec.symbol)) for spec in each(call, INVERSE)]


def _coinm_risk(call: Call, spec: Contract, p: PositionFigures | None) -> dict[str, object]:
    row: dict[str, object] = {
        "symbol": spec.symbol, "positionAmt": "0", "entryPrice": "0.00000000",
        "breakEvenPrice": "0.00000000", "markPrice": fixed(call.market.mark(spec)),
        "unRealizedProfit": "0.00000000", "liquidationPrice": "0", "leverage": "20",
        "maxQty": "50000", "marginType": "cross", "isolatedMargin": "0.00000000",
        "isAutoAddMargin": "false", "positionSide": "BOTH", "notionalValue": "0",
        "isolatedWallet": "0", "updateTime": 0,
    }  # fmt: skip
    if p is None:
        return row
    return row | {
        "positionAmt": _amount(p),
        "entryPrice": fixed(p.holding.entry),
        "breakEvenPrice": fixed(p.holding.entry * (1 + p.holding.side.sign * 0.0005)),
        "unRealizedProfit": fixed(p.pnl),
        "liquidationPrice": _price(p.liquidation),
        "leverage": str(p.holding.leverage),
        "marginType": "isolated" if p.isolated else "cross",
        "isolatedMargin": fixed(p.balance) if p.isolated else "0.00000000",
        "notionalValue": short(p.holding.side.sign * p.value, 8),
        "isolatedWallet": fixed(p.holding.margin) if p.isolated else "0",
        "updateTime": _OPENED,
    }


def _asset(
    figures: AccountFigures, asset: str, mine: Iterable[PositionFigures]
) -> dict[str, object]:
    positions = [p for p in mine if p.contract.settle == asset]
    group = figures.groups[asset]
    isolated = sum(p.holding.margin for p in positions if p.isolated)
    wallet, profit = group.wallet + isolated, sum(p.pnl for p in positions)
    free = max(group.balance - group.initial, 0.0)
    return {
        "asset": asset,
        "walletBalance": fixed(wallet),
        "unrealizedProfit": fixed(profit),
        "marginBalance": fixed(wallet + profit),
        "maintMargin": fixed(sum(p.maintenance for p in positions)),
        "initialMargin": fixed(sum(p.initial for p in positions)),
        "positionInitialMargin": fixed(sum(p.initial for p in positions)),
        "openOrderInitialMargin": "0.00000000",
        "crossWalletBalance": fixed(group.wallet),
        "crossUnPnl": fixed(group.pnl),
        "availableBalance": fixed(free),
        "maxWithdrawAmount": fixed(free),
        "updateTime": _OPENED,
    }


def _assets(call: Call, kind: ContractKind, names: Iterable[str]) -> list[dict[str, object]]:
    figures = call.figures("binance")
    mine = [p for p in figures.positions if p.contract.kind is kind]
    return [_asset(figures, name, mine) for name in names if name in figures.groups]


_TOTALS = {
    "totalInitialMargin": "initialMargin",
    "totalMaintMargin": "maintMargin",
    "totalWalletBalance": "walletBalance",
    "totalUnrealizedProfit": "unrealizedProfit",
    "totalMarginBalance": "marginBalance",
    "totalPositionInitialMargin": "positionInitialMargin",
    "totalOpenOrderInitialMargin": "openOrderInitialMargin",
    "totalCrossWalletBalance": "crossWalletBalance",
    "totalCrossUnPnl": "crossUnPnl",
    "availableBalance": "availableBalance",
    "maxWithdrawAmount": "maxWithdrawAmount",
}


def usdm_account(call: Call) -> object:
    """Margin of the account in single-asset mode, where the totals count USDT alone."""
    assets = _assets(call, LINEAR, ("USDT", "USDC"))
    tether = next((row for row in assets if row["asset"] == "USDT"), {})
    totals = {total: tether.get(name, "0.00000000") for total, name in _TOTALS.items()}
    rows = [
        {
            "symbol": p.contract.symbol,
            "positionSide": _side(p),
            "positionAmt": _amount(p),
            "unrealizedProfit": fixed(p.pnl),
            "isolatedMargin": fixed(p.balance) if p.isolated else "0",
            "notional": fixed(p.holding.side.sign * p.value),
            "isolatedWallet": fixed(p.holding.margin) if p.isolated else "0",
            "initialMargin": fixed(p.initial),
            "maintMargin": fixed(p.maintenance),
            "updateTime": _OPENED,
        }
        for p in positions(call, LINEAR)
    ]
    return totals | {"assets": assets, "positions": rows}


def coinm_account(call: Call) -> object:
    """Margin of the account by coin. The ``can…`` flags speak of the account, not of the key."""
    rows = [
        {
            "symbol": p.contract.symbol,
            "positionAmt": _amount(p),
            "initialMargin": fixed(p.initial),
            "maintMargin": fixed(p.maintenance),
            "unrealizedProfit": fixed(p.pnl),
            "positionInitialMargin": fixed(p.initial),
            "openOrderInitialMargin": "0",
            "leverage": str(p.holding.leverage),
            "isolated": p.isolated,
            "positionSide": "BOTH",
            "entryPrice": fixed(p.holding.entry),
            "breakEvenPrice": fixed(p.holding.entry * (1 + p.holding.side.sign * 0.0005)),
            "maxQty": "50000",
            "notionalValue": short(p.holding.side.sign * p.value, 8),
            "isolatedWallet": fixed(p.holding.margin) if p.isolated else "0",
            "updateTime": _OPENED,
        }
        for p in positions(call, INVERSE)
    ]
    return {
        "feeTier": 0, "canTrade": True, "canDeposit": True, "canWithdraw": True, "updateTime": 0,
        "assets": _assets(call, INVERSE, ("BTC", "ETH")), "positions": rows,
    }  # fmt: skip


def _quantiles(call: Call, kind: ContractKind) -> object:
    rows = []
    for spec in contracts("binance", kind):
        held = [p for p in positions(call, kind) if p.contract is spec]
        if held:
            ranks = {"LONG": 0, "SHORT": 0} | {_side(p): p.adl for p in held}
            hedged = len(held) > 1 and not any(p.isolated for p in held)
            sides: dict[str, int] = {"HEDGE": 0} if hedged else {"BOTH": 0}
            rows.append({"symbol": spec.symbol, "adlQuantile": sides | ranks})
    return rows


def usdm_adl_quantile(call: Call) -> object:
    """ADL quantile 0..4 by side; ``HEDGE`` marks cross hedge mode, where it means nothing."""
    return _quantiles(call, LINEAR)


def coinm_adl_quantile(call: Call) -> object:
    """ADL quantile 0..4 by side."""
    return _quantiles(call, INVERSE)
