"""Gate's public payloads: contracts, tickers, insurance funds, ADL risk states.

The fund's balances are daily, of 00:00 UTC, one fund a settle currency and one for delivery.
https://www.gate.com/docs/developers/apiv4/en/#futures
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from app.sandbox.candles import Hour, hours
from app.sandbox.contracts import INVERSE, Contract
from app.sandbox.funds import pool
from app.sandbox.history import DAYS
from app.sandbox.listings import contracts
from app.sandbox.market import MarketState
from app.sandbox.wire import Answer, Call, Refusal, short

FUTURES_SETTLES = ("usdt", "btc", "usd1")
DELIVERY_SETTLES = ("usdt",)
_CHANGED = 1_760_000_000
_BARS, _MOST_BARS = 100, 2_000


def error(status: int, label: str, message: str) -> Answer:
    """Gate's error body."""
    return Answer(status=status, payload={"label": label, "message": message})


def time(call: Call) -> object:
    """The venue's clock."""
    return {"server_time": call.now_ms}


def place(call: Call) -> tuple[str, str]:
    """``futures`` or ``delivery``, and the settle currency in small letters, from the path."""
    _, _, _, kind, settle, *_ = call.request.path.split("/")
    return kind, settle


def listed(call: Call) -> Iterator[Contract]:
    """The contracts of the place that was asked for."""
    kind, settle = place(call)
    for spec in contracts("gate"):
        if spec.settle == settle.upper() and (spec.expires is not None) is (kind == "delivery"):
            yield spec


def _contract(call: Call, spec: Contract) -> dict[str, object]:
    row: dict[str, object] = {
        "name": spec.symbol,
        "type": "inverse" if spec.kind is INVERSE else "direct",
        "quanto_multiplier": "0" if spec.kind is INVERSE else short(spec.size),
        "mark_type": "index",
        "last_price": short(call.market.last(spec), 8),
        "mark_price": short(call.market.mark(spec), 8),
        "index_price": short(call.market.index(spec), 8),
        "order_price_round": short(spec.tick),
        "mark_price_round": short(spec.tick / 10),
        "leverage_min": "1",
        "leverage_max": str(spec.tiers[0].max_leverage),
        "maintenance_rate": short(spec.tiers[0].rate),
        "risk_limit_base": "1000000",
        "risk_limit_step": "1000000",
        "risk_limit_max": "8000000",
        "maker_fee_rate": "-0.00025",
        "taker_fee_rate": "0.00075",
        "order_price_deviate": "0.5",
        "order_size_min": 1,
        "order_size_max": 1_000_000,
        "orders_limit": 50,
        "trade_size": 28_530_850_594,
        "position_size": int(call.market.open_interest(spec)),
        "config_change_time": _CHANGED,
        "in_delisting": False,
    }
    if spec.expires is None:
        return row | {"funding_rate": "0.0001", "funding_interval": 28_800, "status": "trading"}
    return row | {
        "underlying": f"{spec.base}_{spec.quote}",
        "cycle": "QUARTERLY",
        "expire_time": spec.expires // 1000,
    }


def contract_list(call: Call) -> object:
    """The listing of a settle currency."""
    return [_contract(call, spec) for spec in listed(call)]


def _ticker(call: Call, spec: Contract) -> dict[str, object]:
    last, mark = short(call.market.last(spec), 8), short(call.market.mark(spec), 8)
    return {
        "contract": spec.symbol, "last": last, "low_24h": last, "high_24h": last,
        "change_percentage": "0", "total_size": str(int(call.market.open_interest(spec))),
        "volume_24h": "184040233", "volume_24h_base": "28613", "volume_24h_quote": "184040233",
        "volume_24h_settle": "28613", "mark_price": mark, "funding_rate": "0.0001",
        "funding_rate_indicative": "0.0001", "index_price": short(call.market.index(spec), 8),
        "quanto_base_rate": "", "highest_bid": mark, "highest_size": "100", "lowest_ask": last,
        "lowest_size": "1000",
    }  # fmt: skip


def tickers(call: Call) -> object:
    """Prices of a settle currency's contracts; ``total_size`` is open interest in contracts."""
    return [_ticker(call, spec) for spec in listed(call)]


def candlesticks(call: Call) -> object:
    """Hours of a contract in seconds: the newest ``limit``, or those between ``from`` and ``to``.

    Both at once are refused, as is a stretch of too many.
    """
    params = call.params
    spec = next((one for one in listed(call) if one.symbol == params.get("contract")), None)
    if spec is None:
        raise Refusal(error(400, "CONTRACT_NOT_FOUND", "CONTRACT_NOT_FOUND"))
    if params.get("interval") != "1h":
        raise _invalid("interval")
    if "limit" in params and ("from" in params or "to" in params):
        raise _invalid("limit")
    for name in ("from", "to", "limit"):
        if not params.get(name, "0").isdigit():
            raise _invalid(name)
    end = int(params.get("to") or call.now_ms // 1000)
    first = end // 3600 - int(params.get("limit", _BARS)) + 1
    start = int(params.get("from") or first * 3600)
    if end // 3600 - start // 3600 >= _MOST_BARS:
        raise Refusal(error(400, "INVALID_PARAM_VALUE", "Candlestick range too broad."))
    found = hours(call.market, spec, most=_MOST_BARS, since_ms=start * 1000, until_ms=end * 1000)
    return [_candle(spec, one) for one in found]


def _candle(spec: Contract, one: Hour) -> dict[str, object]:
    traded = one.contracts * spec.size * (1 if spec.kind is INVERSE else one.close)
    return {
        "t": one.ms // 1000, "v": int(one.contracts), "c": short(one.close, 8),
        "h": short(one.high, 8), "l": short(one.low, 8), "o": short(one.open, 8),
        "sum": short(traded, 4),
    }  # fmt: skip


def _invalid(name: str) -> Refusal:
    return Refusal(error(400, "INVALID_PARAM_VALUE", f"invalid argument: {name}"))


def insurance(call: Call) -> object:
    """The fund's balances of about a month, the newest first."""
    kind, settle = place(call)
    limit = call.params.get("limit") or "100"
    if not limit.isdigit() or not 1 <= int(limit) <= 1000:
        raise _invalid("limit")
    fund = pool("gate", settle if kind == "futures" else f"delivery_{settle}")
    asset, last = next(iter(fund.assets)), fund.stamp(call.market.at)
    days = [last - timedelta(days=back) for back in range(DAYS + 1)]
    return [
        {"t": int(at.timestamp()), "b": short(call.market.past(fund, asset, at), 8)}
        for at in days[: int(limit)]
    ]


def state_of(market: MarketState, spec: Contract) -> str:
    """Gate's ADL risk state of a contract; those settled in USDT are stressed first."""
    level = market.stress("gate") * (1.0 if spec.settle == "USDT" else 0.5)
    return "adl_risk" if level >= 0.7 else "warning" if level >= 0.3 else "normal"


def adl_risk_states(call: Call) -> object:
    """How near auto-deleveraging is, contract by contract."""
    _, settle = place(call)
    states = {
        spec.symbol: {"state": state_of(call.market, spec), "calculated_at_ms": call.now_ms}
        for spec in listed(call)
    }
    return {"settle": settle, "states": states}
