"""Bybit's public payloads: instruments, tickers, open interest, insurance pools, ADL alerts.

Open interest counts both sides; ``single…`` fields one. https://bybit-exchange.github.io/docs/v5/market
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from app.domain.position import ContractKind
from app.sandbox.candles import Hour, hours
from app.sandbox.contracts import INVERSE, LINEAR, Contract
from app.sandbox.funds import Pool, pool_of
from app.sandbox.listings import contract, contracts
from app.sandbox.wire import Answer, Call, Refusal, decimals, fixed, short

Item = TypeVar("Item")

_LAUNCH = "1585526400000"
_ALERT = -0.3
_HOUR_MS = 3_600_000
_INTERVALS = {
    "5min": 300_000,
    "15min": 900_000,
    "30min": 1_800_000,
    "1h": 3_600_000,
    "4h": 14_400_000,
    "1d": 86_400_000,
}
_STATUSES = ("Trading", "PreLaunch", "Delivering", "Closed")


def error(now_ms: int, code: int, message: str) -> Answer:
    """Bybit's error body, with HTTP 200."""
    return Answer(
        payload={
            "retCode": code, "retMsg": message, "result": {}, "retExtInfo": {}, "time": now_ms,
        }
    )  # fmt: skip


def refuse(call: Call, message: str) -> Refusal:
    """The refusal of a parameter."""
    return Refusal(error(call.now_ms, 10001, message))


def time(call: Call) -> object:
    """The venue's clock, in seconds and nanoseconds."""
    return {"timeSecond": str(call.now_ms // 1000), "timeNano": str(call.now_ms * 1_000_000)}


def category(call: Call) -> str:
    """The required ``category``. Raises the venue's error."""
    found = call.params.get("category", "")
    if found not in {"linear", "inverse", "spot", "option"}:
        raise refuse(call, "params error: Category is invalid")
    return found


def category_of(spec: Contract) -> str:
    """``linear`` or ``inverse``."""
    return "linear" if spec.kind is LINEAR else "inverse"


def chosen(call: Call) -> list[Contract]:
    """The category's contracts, or the one ``symbol`` names."""
    kinds: dict[str, ContractKind] = {"linear": LINEAR, "inverse": INVERSE}
    kind = kinds.get(category(call))
    found = list(contracts("bybit", kind)) if kind is not None else []
    symbol = call.params.get("symbol")
    if symbol:
        found = [spec for spec in found if spec.symbol == symbol]
        if not found:
            raise refuse(call, "params error: symbol invalid")
    return found


def paged(call: Call, items: Sequence[Item], default: int, most: int) -> tuple[Sequence[Item], str]:
    """One page of ``items`` and the cursor of the next, empty at the end."""
    limit, cursor = call.params.get("limit") or str(default), call.params.get("cursor", "")
    if not limit.isdigit() or not 1 <= int(limit) <= most:
        raise refuse(call, f"params error: limit should be in [1, {most}]")
    start = int(cursor.partition("_")[2] or 0) if cursor.startswith("page_") else 0
    end = start + int(limit)
    return items[start:end], f"page_{end}" if end < len(items) else ""


def _instrument(spec: Contract) -> dict[str, object]:
    return {
        "symbol": spec.symbol,
        "contractType": "LinearPerpetual" if spec.kind is LINEAR else "InversePerpetual",
        "status": "Trading",
        "baseCoin": spec.base,
        "quoteCoin": spec.quote,
        "symbolType": "",
        "launchTime": _LAUNCH,
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": str(decimals(spec.tick)),
        "leverageFilter": {
            "minLeverage": "1",
            "maxLeverage": f"{spec.tiers[0].max_leverage}.00",
            "leverageStep": "0.01",
        },
        "priceFilter": {
            "minPrice": short(spec.tick),
            "maxPrice": "1999999.80",
            "tickSize": short(spec.tick),
        },
        "lotSizeFilter": {
            "maxOrderQty": "1190.000",
            "minOrderQty": short(spec.step),
            "qtyStep": short(spec.step),
            "postOnlyMaxOrderQty": "1190.000",
            "maxMktOrderQty": "500.000",
            "minNotionalValue": "5",
        },
        "unifiedMarginTrade": True,
        "fundingInterval": 480,
        "settleCoin": spec.settle,
        "copyTrading": "none",
        "upperFundingRate": "0.005",
        "lowerFundingRate": "-0.005",
        "isPreListing": False,
        "preListingInfo": None,
        "riskParameters": {"priceLimitRatioX": "0.01", "priceLimitRatioY": "0.02"},
        "displayName": "",
    }


def instruments(call: Call) -> object:
    """The listing of a category, paged; only ``Trading`` unless another status is asked for."""
    status = call.params.get("status", "Trading")
    if status not in _STATUSES:
        raise refuse(call, "params error: Status is invalid")
    rows, cursor = paged(call, chosen(call) if status == "Trading" else [], 500, 1000)
    return {
        "category": category(call),
        "list": [_instrument(spec) for spec in rows],
        "nextPageCursor": cursor,
    }


def _ticker(call: Call, spec: Contract) -> dict[str, object]:
    market, places = call.market, decimals(spec.tick)
    single = market.open_interest(spec)
    worth = spec.value(single, market.mark(spec))
    last = fixed(market.last(spec), places)
    return {
        "symbol": spec.symbol,
        "lastPrice": last,
        "indexPrice": fixed(market.index(spec), places),
        "markPrice": fixed(market.mark(spec), places),
        "prevPrice24h": last,
        "price24hPcnt": "0",
        "highPrice24h": last,
        "lowPrice24h": last,
        "prevPrice1h": last,
        "openInterest": fixed(2 * single, 3),
        "openInterestValue": fixed(2 * worth, 2),
        "singleOpenInterest": fixed(single, 3),
        "singleOpenInterestValue": fixed(worth, 2),
        "turnover24h": "0",
        "volume24h": "0",
        "fundingRate": "0.0001",
        "nextFundingTime": str((call.now_ms // (8 * _HOUR_MS) + 1) * 8 * _HOUR_MS),
        "predictedDeliveryPrice": "",
        "basisRate": "",
        "deliveryFeeRate": "",
        "deliveryTime": "0",
        "ask1Size": "1",
        "bid1Price": last,
        "ask1Price": last,
        "bid1Size": "1",
        "basis": "",
    }


def tickers(call: Call) -> object:
    """Prices and open interest of a category in one answer."""
    return {"category": category(call), "list": [_ticker(call, spec) for spec in chosen(call)]}


def open_interest(call: Call) -> object:
    """Open interest of one contract at the last steps of an interval, newest first."""
    spec = next(iter(chosen(call)), None) if call.params.get("symbol") else None
    step = _INTERVALS.get(call.params.get("intervalTime", ""))
    if spec is None or step is None:
        raise refuse(call, "params error: symbol or intervalTime invalid")
    limit = min(int(call.params.get("limit") or 50), 200)
    now = call.now_ms // step * step
    single = call.market.open_interest(spec)
    return {
        "symbol": spec.symbol,
        "category": category_of(spec),
        "list": [
            {
                "openInterest": fixed(2 * single),
                "singleOpenInterest": fixed(single),
                "timestamp": str(now - back * step),
            }
            for back in range(limit)
        ],
        "nextPageCursor": "",
    }


def candles(call: Call) -> object:
    """Hours of one contract, newest first: the first from ``start``, or else the last."""
    spec = next(iter(chosen(call)), None) if call.params.get("symbol") else None
    if spec is None or call.params.get("interval") != "60":
        raise refuse(call, "params error: symbol or interval invalid")
    limit, start, end = (call.params.get(name) or None for name in ("limit", "start", "end"))
    numbers = {name for name in (limit, start, end) if name is not None and not name.isdigit()}
    if numbers or not 1 <= int(limit or 200) <= 1000:
        raise refuse(call, "params error: limit, start or end invalid")
    most, since, until = int(limit or 200), int(start or 0), int(end) if end else None
    forward = start is not None and end is None
    found = hours(call.market, spec, most=most, since_ms=since if forward else None, until_ms=until)
    return {
        "category": category_of(spec),
        "symbol": spec.symbol,
        "list": [_candle(spec, hour) for hour in reversed(found) if hour.ms >= since],
    }


def _candle(spec: Contract, hour: Hour) -> list[str]:
    prices = [fixed(p, decimals(spec.tick)) for p in (hour.open, hour.high, hour.low, hour.close)]
    turnover = spec.value(hour.contracts, hour.close)
    return [str(hour.ms), *prices, short(hour.contracts, 3), short(turnover, 8)]


def insurance(call: Call) -> object:
    """Insurance pools. ``symbols`` is one comma-joined string; the time stands once, on top."""
    coin = call.params.get("coin", "").upper()
    rows = []
    for figures in call.market.pools("bybit"):
        for asset, amount in figures.amounts.items():
            if coin in {"", asset}:
                rows.append(
                    {
                        "coin": asset,
                        "symbols": ",".join(figures.pool.symbols),
                        "balance": short(amount, 8),
                        "value": short(amount * call.market.usd(asset), 8),
                    }
                )
    return {"updatedTime": str(call.now_ms // 60_000 * 60_000), "list": rows}


def adl_alert(call: Call) -> object:
    """Pool balance and 8-hour drawdown by contract, against the thresholds of Bybit's ADL."""
    symbol = call.params.get("symbol")
    if symbol and contract("bybit", symbol) is None:
        raise refuse(call, "params error: symbol invalid")
    found = [
        (spec, behind)
        for spec in contracts("bybit")
        if symbol in {None, "", spec.symbol}
        and (behind := pool_of("bybit", spec.symbol)) is not None
    ]
    return {
        "updatedTime": str(call.now_ms // 60_000 * 60_000),
        "list": [_alert(call, spec, behind) for spec, behind in found],
    }


def _alert(call: Call, spec: Contract, behind: Pool) -> dict[str, object]:
    asset, amount = next(iter(call.market.pool("bybit", behind.key).amounts.items()))
    shared = behind.daily_at is not None
    drawdown = (0.02 + 0.1 * call.market.stress("bybit")) * (1 if shared else 1.6)
    return {
        "coin": asset,
        "symbol": spec.symbol,
        "balance": short(amount, 8),
        "maxBalance": "" if shared else short(behind.assets[asset], 8),
        "insurancePnlRatio": str(_ALERT),
        "pnlRatio": fixed(-drawdown, 6),
        "adlTriggerThreshold": "10000",
        "adlStopRatio": "-0.25",
    }
