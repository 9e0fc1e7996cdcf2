"""Bybit's account payloads: key permissions, margin mode, unified wallet, positions.

https://bybit-exchange.github.io/docs/v5/position, https://bybit-exchange.github.io/docs/v5/user/apikey-info
"""

from __future__ import annotations

from app.domain.position import Side
from app.sandbox.bybit_market import category, chosen, error, paged, refuse
from app.sandbox.contracts import LINEAR, Contract
from app.sandbox.margin import AccountFigures, PositionFigures
from app.sandbox.wire import Answer, Call, Refusal, decimals, fixed, short

_CREATED = "1760000000000"
_NO_LIMIT = "999999.00"
"""What Bybit writes where a short has no liquidation or bankruptcy price."""


def no_permission(now_ms: int) -> Answer:
    """The error of a key without the power something needs."""
    return error(now_ms, 10005, "Permission denied, please check your API key permissions.")


def query_api(call: Call) -> object:
    """What the key may do. ``permissions`` lists areas covered even by a read-only key."""
    key = call.account
    powers = key.powers if key is not None else frozenset()
    fields = key.fields if key is not None else {}
    wallet = ["AccountTransfer", "Withdraw"] if "withdraw" in powers else []
    return {
        "id": "2208369",
        "note": "sandbox",
        "apiKey": fields.get("api_key", ""),
        "readOnly": 0 if powers else 1,
        "secret": "",
        "permissions": {
            "ContractTrade": ["Order", "Position"], "Spot": ["SpotTrade"], "Wallet": wallet,
            "Options": [], "Derivatives": ["DerivativesTrade"], "CopyTrading": [],
            "BlockTrade": [], "Exchange": [], "NFT": [], "Affiliate": [], "Earn": [],
            "FiatP2P": [], "FiatBitPay": [],
        },
        "ips": [key.ip] if key is not None and key.ip else ["*"],
        "type": 1,
        "deadlineDay": -2 if key is not None and key.ip else 83,
        "expiredAt": "1970-01-01T00:00:00Z" if key is not None and key.ip else "2031-01-01T00:00:00Z",
        "createdAt": "2025-10-13T03:20:45Z",
        "unified": 0,
        "uta": 1,
        "userID": 1448939,
        "inviterID": 0,
        "vipLevel": "No VIP",
        "mktMakerLevel": "0",
        "affiliateID": 0,
        "rsaPublicKey": "",
        "isMaster": True,
        "parentUid": "0",
        "kycLevel": "LEVEL_DEFAULT",
        "kycRegion": "",
    }  # fmt: skip


def info(call: Call) -> object:
    """The account's margin mode: cross, unified."""
    return {
        "marginMode": "REGULAR_MARGIN",
        "updatedTime": _CREATED,
        "unifiedMarginStatus": 6,
        "dcpStatus": "OFF",
        "timeWindow": 0,
        "smpGroup": 0,
        "isMasterTrader": False,
        "spotHedgingStatus": "OFF",
    }


def coin_info(call: Call) -> object:
    """Refused to a key without wallet permission."""
    if call.account is None or "withdraw" not in call.account.powers:
        raise Refusal(no_permission(call.now_ms))
    return {"rows": []}


def wallet_balance(call: Call) -> object:
    """The unified account in USD, and its coins."""
    if call.params.get("accountType") != "UNIFIED":
        raise refuse(call, "accountType only support UNIFIED.")
    figures = call.figures("bybit")
    group = figures.groups.get("UNIFIED")
    wanted = [coin for coin in call.params.get("coin", "").upper().split(",") if coin]
    coins = [
        _coin(figures, wallet.asset, wallet.amount)
        for wallet in figures.book.wallets
        if not wanted or wallet.asset in wanted
    ]
    balance, maintenance, initial = (
        (group.balance, group.maintenance, group.initial) if group else (0.0, 0.0, 0.0)
    )
    return {
        "list": [
            {
                "accountType": "UNIFIED",
                "accountIMRate": fixed(initial / balance, 4) if balance else "0",
                "accountMMRate": fixed(maintenance / balance, 4) if balance else "0",
                "accountLTV": "0",
                "totalEquity": fixed(balance),
                "totalWalletBalance": fixed(group.wallet if group else 0.0),
                "totalMarginBalance": fixed(balance),
                "totalAvailableBalance": fixed(max(balance - initial, 0.0)),
                "totalPerpUPL": fixed(group.pnl if group else 0.0),
                "totalInitialMargin": fixed(initial),
                "totalMaintenanceMargin": fixed(maintenance),
                "coin": coins,
            }
        ]
    }


def _coin(figures: AccountFigures, asset: str, amount: float) -> dict[str, object]:
    mine = [p for p in figures.positions if p.contract.settle == asset]
    profit = sum(p.pnl for p in mine)
    return {
        "coin": asset,
        "equity": short(amount + profit, 8),
        "usdValue": short((amount + profit) * figures.usd(asset), 8),
        "walletBalance": short(amount, 8),
        "locked": "0",
        "spotHedgingQty": "0",
        "borrowAmount": "0",
        "availableToBorrow": "",
        "availableToWithdraw": "",
        "accruedInterest": "0",
        "totalOrderIM": "0",
        "totalPositionIM": short(sum(p.initial for p in mine), 8),
        "totalPositionMM": short(sum(p.maintenance for p in mine), 8),
        "unrealisedPnl": short(profit, 8),
        "cumRealisedPnl": "0",
        "bonus": "0",
        "marginCollateral": True,
        "collateralSwitch": True,
    }


def position_list(call: Call) -> object:
    """Positions of a category and settle coin, paged; with ``symbol`` also an empty one."""
    symbol, coin = call.params.get("symbol", ""), call.params.get("settleCoin", "")
    name = category(call)
    if name == "linear" and not symbol and not coin and not call.params.get("baseCoin"):
        raise refuse(call, "Missing some parameters that must be filled in, symbol or settleCoin")
    specs = chosen(call)
    held = [
        p
        for p in call.figures("bybit").positions
        if p.contract in specs and coin in {"", p.contract.settle}
    ]
    rows = [_position(p) for p in held]
    if symbol and not held:
        rows = [_empty(call, specs[0])]
    page, cursor = paged(call, rows, 20, 200)
    return {"category": name, "list": list(page), "nextPageCursor": cursor}


def _limit_price(p: PositionFigures, price: float | None) -> str:
    if price is None:
        return _NO_LIMIT if p.holding.side is Side.SHORT else ""
    return fixed(price, decimals(p.contract.tick))


def _position(p: PositionFigures) -> dict[str, object]:
    return {
        "positionIdx": 0,
        "riskId": 1,
        "riskLimitValue": "2000000",
        "symbol": p.contract.symbol,
        "side": "Buy" if p.holding.side is Side.LONG else "Sell",
        "size": short(p.holding.contracts),
        "avgPrice": short(p.holding.entry, 8),
        "positionValue": fixed(p.value),
        "tradeMode": 0,
        "positionStatus": "Normal",
        "autoAddMargin": 0,
        "adlRankIndicator": p.adl,
        "leverage": str(p.holding.leverage),
        "positionBalance": "",
        "markPrice": fixed(p.mark, decimals(p.contract.tick)),
        "liqPrice": _limit_price(p, p.liquidation),
        "bustPrice": "" if p.contract.kind is LINEAR else _limit_price(p, p.bankruptcy),
        "positionMM": fixed(p.maintenance),
        "positionIM": fixed(p.initial),
        "tpslMode": "Full",
        "takeProfit": "",
        "stopLoss": "",
        "trailingStop": "0",
        "unrealisedPnl": fixed(p.pnl),
        "curRealisedPnl": "0",
        "cumRealisedPnl": "0",
        "seq": 5723621632,
        "isReduceOnly": False,
        "mmrSysUpdatedTime": "",
        "leverageSysUpdatedTime": "",
        "sessionAvgPrice": short(p.holding.entry, 8) if p.contract.settle == "USDC" else "",
        "createdTime": _CREATED,
        "updatedTime": _CREATED,
    }


def _empty(call: Call, spec: Contract) -> dict[str, object]:
    return {
        "positionIdx": 0, "riskId": 1, "riskLimitValue": "2000000", "symbol": spec.symbol,
        "side": "", "size": "0", "avgPrice": "0", "positionValue": "", "tradeMode": 0,
        "positionStatus": "Normal", "autoAddMargin": 0, "adlRankIndicator": 0, "leverage": "10",
        "positionBalance": "", "markPrice": fixed(call.market.mark(spec), decimals(spec.tick)),
        "liqPrice": "", "bustPrice": "", "positionMM": "", "positionIM": "", "tpslMode": "Full",
        "takeProfit": "", "stopLoss": "", "trailingStop": "0", "unrealisedPnl": "",
        "curRealisedPnl": "0", "cumRealisedPnl": "0", "seq": -1, "isReduceOnly": False,
        "mmrSysUpdatedTime": "", "leverageSysUpdatedTime": "", "sessionAvgPrice": "",
        "createdTime": _CREATED, "updatedTime": _CREATED,
    }  # fmt: skip
