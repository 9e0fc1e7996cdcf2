"""Binance's candles: hours alone, of both kinds of contract.

https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api/Kline-Candlestick-Data
"""

from __future__ import annotations

from app.domain.position import ContractKind
from app.sandbox.binance_market import error, find, missing
from app.sandbox.candles import HOUR_MS, Hour, hours
from app.sandbox.contracts import INVERSE, LINEAR, Contract
from app.sandbox.wire import Call, Refusal, decimals, fixed, short

_MOST, _DEFAULT = 1_500, 500
_FARTHEST_MS = 200 * 24 * HOUR_MS


def usdm_candles(call: Call) -> object:
    """The first ``limit`` from ``startTime``, or without one the last."""
    spec, limit = _asked(call, LINEAR)
    since, until = _time(call, "startTime"), _time(call, "endTime")
    found = hours(call.market, spec, most=limit, since_ms=since, until_ms=until)
    return [_row(spec, hour) for hour in found]


def coinm_candles(call: Call) -> object:
    """The last ``limit`` before ``endTime``, by default 200 days after ``startTime``."""
    spec, limit = _asked(call, INVERSE)
    since, until = _time(call, "startTime"), _time(call, "endTime")
    if since is not None and until is None:
        until = since + _FARTHEST_MS
    if since is not None and until is not None and until - since > _FARTHEST_MS:
        raise Refusal(error(400, -4105, "startTime and endTime must be within 200 days."))
    found = hours(call.market, spec, most=limit, until_ms=until)
    return [_row(spec, hour) for hour in found if since is None or hour.ms >= since]


def _asked(call: Call, kind: ContractKind) -> tuple[Contract, int]:
    spec, interval = find(call, kind), call.params.get("interval", "")
    if not interval:
        raise Refusal(missing("interval"))
    if interval != "1h":
        raise Refusal(error(400, -1120, "Invalid interval."))
    limit = call.params.get("limit") or str(_DEFAULT)
    if not limit.isdigit() or not 1 <= int(limit) <= _MOST:
        raise Refusal(error(400, -1130, "Data sent for parameter 'limit' is not valid."))
    return spec, int(limit)


def _time(call: Call, name: str) -> int | None:
    text = call.params.get(name, "")
    if text and not text.isdigit():
        raise Refusal(error(400, -1130, f"Data sent for parameter '{name}' is not valid."))
    return int(text) if text else None


def _row(spec: Contract, hour: Hour) -> list[object]:
    """Traded are coins and their worth in quote; for coin-margined ones contracts and coins."""
    prices = [fixed(p, decimals(spec.tick)) for p in (hour.open, hour.high, hour.low, hour.close)]
    worth = spec.value(hour.contracts, hour.close)
    ends, trades = hour.ms + HOUR_MS - 1, int(hour.contracts % 90_000) + 1_000
    traded = [hour.contracts, worth, hour.contracts / 2, worth / 2]
    volume, turnover, bought, spent = (short(amount, 3) for amount in traded)
    return [hour.ms, *prices, volume, ends, turnover, trades, bought, spent, "0"]
