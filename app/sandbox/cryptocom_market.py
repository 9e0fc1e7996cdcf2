"""Crypto.com's public payloads: instruments, tickers, mark prices, margin rates, the fund.

The fund stops at zero; what it lacks is shared among the accounts that won in the session.
https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from app.sandbox.candles import hours
from app.sandbox.contracts import Contract
from app.sandbox.history import DAYS
from app.sandbox.listings import contract, contracts
from app.sandbox.market import MarketState
from app.sandbox.wire import Answer, Call, Refusal, Request, decimals, fixed, short

WON_USD = 31_000_000.0
"""What all accounts together won in a session that ends with a loss to share."""
_POINTS, _MOST_POINTS = 25, 5_000
_MOST_BARS, _HOURLY = 300, "1h"
_VALUATIONS = ("index_price", "mark_price")
_WARRANT = "BTCUSD-301227-CW120000"
_DELIVERY = 1_924_588_800_000  # 2030-12-27 08:00 UTC


def error(status: int, code: int, message: str, *, method: str = "") -> Answer:
    """Crypto.com's error body."""
    return Answer(
        status=status, payload={"id": -1, "method": method, "code": code, "message": message}
    )


def body_of(request: Request) -> dict[str, Any]:
    """The JSON body; empty where there is none."""
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def invalid() -> Refusal:
    """The refusal of a parameter."""
    return Refusal(error(400, 40004, "MISSING_OR_INVALID_ARGUMENT"))


def uncovered(market: MarketState) -> float:
    """What the fund lacks in USD, once the session has ended; 0 before and otherwise."""
    if market.settled_at is None:
        return 0.0
    return max(-market.pool("cryptocom", "usd").usd, 0.0)


def instruments(call: Call) -> object:
    """The listing: contracts, a spot pair and a warrant."""
    listed = list(contracts("cryptocom"))
    rows = [_instrument(spec) for spec in listed]
    bitcoin = _instrument(listed[0])
    unlike = {"underlying_symbol", "contract_size"}
    spot = {"symbol": "BTC_USD", "inst_type": "CCY_PAIR", "display_name": "BTC/USD"}
    warrant = {
        "symbol": _WARRANT, "inst_type": "WARRANT", "display_name": _WARRANT,
        "expiry_timestamp_ms": _DELIVERY, "put_call": "CALL", "strike": "120000",
    }  # fmt: skip
    pair = {name: value for name, value in bitcoin.items() if name not in unlike}
    return {"data": [pair | spot, *rows, bitcoin | warrant]}


def _kind(spec: Contract) -> str:
    return "PERPETUAL_SWAP" if spec.expires is None else "FUTURE"


def _instrument(spec: Contract) -> dict[str, object]:
    return {
        "symbol": spec.symbol,
        "inst_type": _kind(spec),
        "display_name": spec.symbol,
        "base_ccy": spec.base,
        "quote_ccy": "USD",
        "quote_decimals": decimals(spec.tick),
        "quantity_decimals": decimals(spec.step),
        "price_tick_size": short(spec.tick),
        "qty_tick_size": short(spec.step),
        "max_leverage": str(spec.tiers[0].max_leverage),
        "tradable": True,
        "expiry_timestamp_ms": spec.expires or 0,
        "beta_product": False,
        "underlying_symbol": f"{spec.base}USD-INDEX",
        "contract_size": short(spec.size),
        "margin_buy_enabled": False,
        "margin_sell_enabled": False,
    }


def tickers(call: Call) -> object:
    """Last prices and open interest of every instrument, or of ``instrument_name``."""
    wanted = call.params.get("instrument_name", "")
    listed = list(contracts("cryptocom"))
    rows = [_ticker(call, spec) for spec in listed]
    rows.append(_ticker(call, listed[0]) | {"i": "BTC_USD", "oi": "0"})
    return {"data": [row for row in rows if wanted in {"", row["i"]}]}


def _ticker(call: Call, spec: Contract) -> dict[str, object]:
    last, mark = short(call.market.last(spec), 6), short(call.market.mark(spec), 6)
    return {
        "i": spec.symbol, "h": last, "l": last, "a": last, "v": "879.5024", "vv": "26370000.12",
        "oi": short(call.market.open_interest(spec), 4), "c": "0.0000", "b": mark, "k": last,
        "t": call.now_ms,
    }  # fmt: skip


def valuations(call: Call) -> object:
    """The newest mark or index price of a contract; a new one comes every minute."""
    name, kind = call.params.get("instrument_name", ""), call.params.get("valuation_type", "")
    spec = contract("cryptocom", name)
    if spec is None or kind not in _VALUATIONS:
        raise invalid()
    price = call.market.mark(spec) if kind == "mark_price" else call.market.index(spec)
    point = {"v": fixed(price, 6), "t": call.now_ms - call.now_ms % 60_000}
    return {"data": [point], "instrument_name": name}


def candlestick(call: Call) -> object:
    """The newest ``count`` hours of a contract between two times, oldest first."""
    name = call.params.get("instrument_name", "")
    spec = contract("cryptocom", name)
    count = _number(call, "count", _POINTS)
    end = _number(call, "end_ts", call.now_ms)
    start = _number(call, "start_ts", 0)
    if spec is None or call.params.get("timeframe") != _HOURLY or not 1 <= count <= _MOST_BARS:
        raise invalid()
    return {
        "interval": _HOURLY,
        "data": [
            {
                "o": short(hour.open, 6), "h": short(hour.high, 6), "l": short(hour.low, 6),
                "c": short(hour.close, 6), "v": short(hour.contracts, 4), "t": hour.ms,
            }
            for hour in hours(call.market, spec, most=count, until_ms=end)
            if hour.ms >= start
        ],
        "instrument_name": name,
    }  # fmt: skip


def risk_parameters(call: Call) -> object:
    """The highest leverage of every coin; the margin of large positions rises with their size."""
    return {
        "default_max_product_leverage_for_spot": "1.0",
        "default_max_product_leverage_for_perps": "20.0",
        "default_max_product_leverage_for_futures": "20.0",
        "default_unit_margin_rate": "0.00001",
        "default_collateral_cap": "0.0",
        "update_timestamp_ms": call.now_ms,
        "base_currency_config": [
            {
                "instrument_name": spec.base,
                "collateral_cap_notional": "25000000",
                "minimum_haircut": "0.05",
                "max_product_leverage_for_spot": "5.0",
                "max_product_leverage_for_perps": f"{spec.tiers[0].max_leverage}.0",
                "unit_margin_rate": "0.00001",
            }
            for spec in contracts("cryptocom")
            if spec.expires is None
        ],
    }


def insurance(call: Call) -> object:
    """Points of the fund, the newest first: of the last day, or from ``start_ts`` to ``end_ts``."""
    if call.params.get("instrument_name") != "USD":
        raise invalid()
    count = _number(call, "count", _POINTS)
    end = datetime.fromtimestamp(_number(call, "end_ts", call.now_ms) / 1000, UTC)
    since = end - timedelta(days=1)
    start = _number(call, "start_ts", int(since.timestamp() * 1000))
    if not 1 <= count <= _MOST_POINTS:
        raise invalid()
    return {
        "data": [
            {"v": fixed(max(held, 0.0), 6), "t": at}
            for at, held in _points(call.market, end, count)
            if at >= start
        ],
        "instrument_name": "USD",
    }


def _points(market: MarketState, end: datetime, count: int) -> list[tuple[int, float]]:
    """Times and balances up to ``end``: the newest of all is what the fund holds now."""
    now = market.pool("cryptocom", "usd")
    stamps = islice((at for at in _stamps(market, now.at) if at <= end), count)
    return [
        (
            int(at.timestamp() * 1000),
            now.amounts["USD"] if at == now.at else market.past(now.pool, "USD", at),
        )
        for at in stamps
    ]


def _stamps(market: MarketState, newest: datetime) -> Iterator[datetime]:
    """A point a minute since the market opened, and one an hour for the month before."""
    at, oldest = newest, market.opened_at - timedelta(days=DAYS)
    while at >= oldest:
        yield at
        at -= timedelta(minutes=1) if at > market.opened_at else timedelta(hours=1)


def _number(call: Call, name: str, otherwise: int) -> int:
    value = call.params.get(name, str(otherwise))
    if not value.isdigit():
        raise invalid()
    return int(value)
