"""OKX's account payloads: configuration with the key's permissions, balance, positions.

https://www.okx.com/docs-v5/en/#trading-account-rest-api
"""

from __future__ import annotations

from app.domain.position import MarginMode
from app.sandbox.contracts import INVERSE
from app.sandbox.margin import AccountFigures, PositionFigures
from app.sandbox.okx_market import error, kind_of
from app.sandbox.wire import Call, Refusal, short

_UID = "44705892343619584"
_OPENED = "1760000000000"


def config(call: Call) -> object:
    """The account's mode, and in ``perm`` what the key may do."""
    key = call.account
    granted = ["read_only", *(p for p in ("withdraw", "trade") if key and p in key.powers)]
    return [
        {
            "acctLv": "3", "acctStpMode": "cancel_maker", "autoLoan": False,
            "ctIsoMode": "automatic", "enableSpotBorrow": False, "feeType": "0",
            "greeksType": "PA", "ip": key.ip if key else "", "kycLv": "3", "label": "sandbox",
            "level": "Lv1", "levelTmp": "", "liquidationGear": "-1", "mainUid": _UID,
            "mgnIsoMode": "automatic", "opAuth": "0", "perm": ",".join(granted),
            "posMode": "net_mode", "roleType": "0", "settleCcy": "USDT",
            "settleCcyList": ["USD", "USDT", "USDC"], "spotBorrowAutoRepay": False,
            "spotOffsetType": "", "spotRoleType": "0", "spotTraderInsts": [], "stgyType": "0",
            "traderInsts": [], "type": "0", "uid": _UID,
        }
    ]  # fmt: skip


def currencies(call: Call) -> object:
    """The wallet's coins."""
    return [
        {"canDep": True, "canInternal": False, "canWd": True, "ccy": coin, "chain": f"{coin}-Sandbox",
         "mainNet": True, "maxFee": "1", "maxWd": "1000000", "minFee": "0", "minWd": "1",
         "name": coin, "usedWdQuota": "0", "wdQuota": "500", "wdTickSz": "3"}
        for coin in ("BTC", "ETH", "USDC", "USDT")
    ]  # fmt: skip


def positions(call: Call) -> object:
    """Open positions of every type, or of ``instType`` or ``instId`` (up to ten)."""
    wanted = [name for name in call.params.get("instId", "").split(",") if name]
    if len(wanted) > 10:
        raise Refusal(error(400, 51000, "Parameter instId error"))
    kind = call.params.get("instType", "")
    figures = call.figures("okx")
    return [
        _position(call, figures, p)
        for p in figures.positions
        if kind in {"", kind_of(p.contract)} and (not wanted or p.contract.symbol in wanted)
    ]


def _ratio(figures: AccountFigures, p: PositionFigures) -> str:
    """OKX's margin ratio: balance over maintenance, so liquidation is at 1 from above."""
    if p.isolated:
        return short(p.balance / p.maintenance)
    group = figures.groups[p.holding.group]
    return short(group.balance / group.maintenance)


def _position(call: Call, figures: AccountFigures, p: PositionFigures) -> dict[str, object]:
    spec, number = p.contract, figures.positions.index(p)
    margin = p.holding.margin or p.initial
    blank = dict.fromkeys(
        (
            "baseBal", "baseBorrowed", "baseInterest", "bizRefId", "bizRefType", "clSpotInUseAmt",
            "deltaBS", "deltaPA", "gammaBS", "gammaPA", "hedgedPos", "liab", "liabCcy",
            "maxSpotInUseAmt", "nonSettleAvgPx", "optVal", "pendingCloseOrdLiabVal", "posCcy",
            "quoteBal", "quoteBorrowed", "quoteInterest", "settledPnl", "spotInUseAmt",
            "spotInUseCcy", "thetaBS", "thetaPA", "vegaBS", "vegaPA",
        ),
        "",
    )  # fmt: skip
    return blank | {
        "adl": str(p.adl),
        "availPos": "",
        "avgPx": short(p.holding.entry, 8),
        "bePx": short(p.holding.entry * (1 + p.holding.side.sign * 0.001), 8),
        "cTime": _OPENED,
        "ccy": spec.settle,
        "closeOrderAlgo": [],
        "fee": "0",
        "fundingFee": "0",
        "idxPx": short(call.market.index(spec), 8),
        "imr": "" if p.isolated else short(p.initial, 12),
        "instId": spec.symbol,
        "instType": kind_of(spec),
        "interest": "",
        "last": short(call.market.last(spec), 8),
        "lever": str(p.holding.leverage),
        "liqPenalty": "0",
        "liqPx": "" if p.liquidation is None else short(p.liquidation, 12),
        "margin": short(p.holding.margin, 12) if p.isolated else "",
        "markPx": short(p.mark, 8),
        "mgnMode": MarginMode.ISOLATED.value if p.isolated else MarginMode.CROSS.value,
        "mgnRatio": _ratio(figures, p),
        "mmr": short(p.maintenance, 12),
        "notionalUsd": short(p.value_usd, 8),
        "pTime": str(call.now_ms),
        "pnl": "0",
        "pos": short(p.signed),
        "posId": str(1752810569801498626 + number),
        "posSide": "net",
        "realizedPnl": "0",
        "tradeId": str(785524470 + number),
        "uTime": _OPENED,
        "upl": short(p.pnl, 12),
        "uplLastPx": short(p.pnl, 12),
        "uplRatio": short(p.pnl / margin, 12),
        "uplRatioLastPx": short(p.pnl / margin, 12),
        "usdPx": short(figures.usd(spec.settle), 8) if spec.kind is INVERSE else "",
    }


def balance(call: Call) -> object:
    """The account in USD (cross margin) and its currencies (isolated margins included)."""
    figures = call.figures("okx")
    wanted = [name for name in call.params.get("ccy", "").split(",") if name]
    group = figures.groups.get("CROSS")
    cross = [p for p in figures.positions if not p.isolated]
    isolated = [p for p in figures.positions if p.isolated]
    equity, initial, maintenance = (
        (group.balance, group.initial, group.maintenance) if group else (0.0, 0.0, 0.0)
    )
    apart = sum(p.balance * figures.usd(p.contract.settle) for p in isolated)
    details = [
        _currency(call, figures, wallet.asset, wallet.amount)
        for wallet in figures.book.wallets
        if not wanted or wallet.asset in wanted
    ]
    return [
        {
            "adjEq": short(equity),
            "availEq": short(max(equity - initial, 0.0)),
            "borrowFroz": "0",
            "details": details,
            "imr": short(initial),
            "isoEq": short(apart),
            "mgnRatio": short(equity / maintenance) if maintenance else "",
            "mmr": short(maintenance),
            "notionalUsd": short(sum(p.value_usd for p in figures.positions)),
            "notionalUsdForBorrow": "0",
            "notionalUsdForFutures": "0",
            "notionalUsdForOption": "0",
            "notionalUsdForSwap": short(sum(p.value_usd for p in figures.positions)),
            "ordFroz": "0",
            "totalEq": short(equity + apart),
            "uTime": str(call.now_ms),
            "upl": short(sum(p.pnl * figures.usd(p.contract.settle) for p in cross)),
        }
    ]


def _currency(call: Call, figures: AccountFigures, asset: str, amount: float) -> dict[str, object]:
    mine = [p for p in figures.positions if p.contract.settle == asset]
    apart = [p for p in mine if p.isolated]
    cash = amount + sum(p.holding.margin for p in apart)
    equity = cash + sum(p.pnl for p in mine)
    zero = dict.fromkeys(
        (
            "borrowFroz", "crossLiab", "fixedBal", "interest", "isoLiab", "liab", "maxLoan",
            "ordFrozen", "rewardBal", "smtSyncEq", "spotCopyTradingEq", "spotIsoBal", "stgyEq",
            "twap", "uplLiab", "colRes", "colBorrAutoConversion", "autoLendMtAmt",
        ),
        "0",
    )  # fmt: skip
    blank = dict.fromkeys(
        (
            "accAvgPx", "clSpotInUseAmt", "imr", "maxSpotInUse", "mgnRatio", "mmr",
            "notionalLever", "openAvgPx", "spotBal", "spotInUseAmt", "spotUpl", "spotUplRatio",
            "totalPnl", "totalPnlRatio",
        ),
        "",
    )  # fmt: skip
    return (
        zero
        | blank
        | {
            "autoLendStatus": "off",
            "availBal": short(amount),
            "availEq": short(amount),
            "cashBal": short(cash),
            "ccy": asset,
            "collateralEnabled": True,
            "collateralRestrict": False,
            "disEq": short(equity * figures.usd(asset)),
            "eq": short(equity),
            "eqUsd": short(equity * figures.usd(asset)),
            "frozenBal": short(sum(p.initial for p in mine)),
            "isoEq": short(sum(p.balance for p in apart)),
            "isoUpl": short(sum(p.pnl for p in apart)),
            "uTime": str(call.now_ms),
            "upl": short(sum(p.pnl for p in mine)),
        }
    )
