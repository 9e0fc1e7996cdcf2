"""Deribit's public payloads: instruments, book summaries, and what bankruptcies cost.

The balance of a fund is not among them. The session of a falling market ends when the funds have
paid, and not at 08:00 UTC: nobody wants to wait for that here.
https://docs.deribit.com/api-reference
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from app.sandbox.candles import hours
from app.sandbox.contracts import INVERSE, Contract
from app.sandbox.listings import contract, contracts
from app.sandbox.market import MarketState
from app.sandbox.wire import Answer, Call, Refusal

CURRENCIES = ("BTC", "ETH", "USDC", "USDT", "EURR")
OPTION = "BTC-27DEC30-120000-C"
_LISTED, _NEVER = 1_534_242_287_000, 32_503_708_800_000
_DELIVERY = 1_924_588_800_000  # 2030-12-27 08:00 UTC
_KINDS = ("future", "option", "spot", "future_combo", "option_combo")
_TYPES = ("settlement", "delivery", "bankruptcy")
_MOST_ROWS, _ROWS = 1_000, 20
_MOST_BARS, _HOURLY = 5_000, "60"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bankruptcies:
    """What the bankrupt of one session lost, what the fund had left to pay, and what all others
    won; amounts in the settlement currency."""

    lost: float
    fund: float
    profit: float

    @property
    def socialized(self) -> float:
        """What the fund could not pay."""
        return max(self.lost - self.fund, 0.0)


_FUNDS = {"BTC": 1_050.0, "ETH": 9_000.0, "USDC": 14_500_000.0}
_SESSIONS: Mapping[tuple[str, str], Bankruptcies] = {
    ("crash", "BTC"): Bankruptcies(lost=1_290, fund=_FUNDS["BTC"], profit=48_000),
    ("crash", "ETH"): Bankruptcies(lost=3_200, fund=_FUNDS["ETH"], profit=410_000),
    ("crash", "USDC"): Bankruptcies(lost=2_400_000, fund=_FUNDS["USDC"], profit=260_000_000),
    ("fund_drain", "BTC"): Bankruptcies(lost=1_110, fund=_FUNDS["BTC"], profit=24_000),
}
"""Scenario and currency → how its session ends. In the other cases nobody goes bankrupt."""
_PAST = {"BTC": ((6, 1.75), (19, 0.4), (41, 12.5)), "ETH": ((12, 8.0),)}
"""Currency → days ago and loss of earlier sessions, which the fund paid in full."""


def error(code: int, message: str, *, status: int = 400, **data: object) -> Answer:
    """Deribit's error body."""
    problem: dict[str, object] = {"message": message, "code": code}
    if data:
        problem["data"] = data
    return Answer(status=status, payload={"jsonrpc": "2.0", "error": problem, "testnet": False})


def invalid(param: str) -> Refusal:
    """The refusal of a parameter."""
    return Refusal(error(-32602, "Invalid params", reason="wrong format", param=param))


def time(call: Call) -> object:
    """The venue's clock."""
    return call.now_ms


def chosen(call: Call) -> tuple[str, str]:
    """``currency`` (empty for any) and ``kind`` (empty for all), checked."""
    currency, kind = call.params.get("currency", ""), call.params.get("kind", "")
    if currency not in {"", "any", *CURRENCIES}:
        raise invalid("currency")
    if kind not in {"", *_KINDS}:
        raise invalid("kind")
    return currency.replace("any", ""), kind


def instruments(call: Call) -> object:
    """The listing, of a settlement currency or a kind when they are given."""
    currency, kind = chosen(call)
    return [
        row
        for row in (*(_future(spec) for spec in contracts("deribit")), _option())
        if currency in {"", row["settlement_currency"]} and kind in {"", row["kind"]}
    ]


def _future(spec: Contract) -> dict[str, object]:
    inverse = spec.kind is INVERSE
    return {
        "tick_size": spec.tick,
        "tick_size_steps": [],
        "taker_commission": 0.0005,
        "settlement_period": "perpetual" if spec.expires is None else "month",
        "settlement_currency": spec.settle,
        "rfq": False,
        "quote_currency": spec.quote,
        "price_index": f"{spec.base}_{spec.quote}".lower(),
        "min_trade_amount": spec.size,
        "max_liquidation_commission": 0.01,
        "max_leverage": 50,
        "maker_commission": 0.0,
        "kind": "future",
        "is_active": True,
        "instrument_type": "reversed" if inverse else "linear",
        "instrument_name": spec.symbol,
        "instrument_id": 124_972,
        "future_type": "reversed" if inverse else "linear",
        "expiration_timestamp": spec.expires or _NEVER,
        "creation_timestamp": _LISTED,
        "counter_currency": spec.quote,
        "contract_size": spec.size,
        "block_trade_commission": 0.0001,
        "base_currency": spec.base,
    }


def _option() -> dict[str, object]:
    return {
        "tick_size": 0.0001, "taker_commission": 0.0003, "settlement_period": "month",
        "settlement_currency": "BTC", "quote_currency": "BTC", "min_trade_amount": 0.1,
        "max_liquidation_commission": 0.01, "maker_commission": 0.0003, "kind": "option",
        "is_active": True, "instrument_name": OPTION, "expiration_timestamp": _DELIVERY,
        "creation_timestamp": _LISTED, "counter_currency": "USD", "contract_size": 1.0,
        "block_trade_commission": 0.0003, "base_currency": "BTC", "strike": 120_000.0,
        "option_type": "call",
    }  # fmt: skip


def book_summary(call: Call) -> object:
    """Prices and open interest of one currency: dollars where inverse, base units where linear."""
    currency, kind = chosen(call)
    if not currency:
        raise invalid("currency")
    if kind not in {"", "future"}:
        return []
    return [_summary(call, spec) for spec in contracts("deribit") if spec.settle == currency]


def _summary(call: Call, spec: Contract) -> dict[str, object]:
    market = call.market
    mark, last = round(market.mark(spec), 4), round(market.last(spec), 4)
    held = market.open_interest(spec) * spec.size
    return {
        "volume_usd": 1_000_000.0,
        "volume_notional": 1_000_000.0,
        "volume": round(1_000_000 / mark, 4),
        "quote_currency": spec.quote,
        "price_change": 0.0,
        "open_interest": round(held, 4),
        "mid_price": last,
        "mark_price": mark,
        "low": last,
        "last": last,
        "instrument_name": spec.symbol,
        "high": last,
        "funding_8h": 0.00001,
        "estimated_delivery_price": round(market.index(spec), 4),
        "current_funding": 0.0,
        "creation_timestamp": call.now_ms,
        "bid_price": mark,
        "base_currency": spec.base,
        "ask_price": last,
    }


def chart(call: Call) -> object:
    """Hours of a contract in columns, those between the two times; the newest of too many."""
    params = call.params
    spec = contract("deribit", params.get("instrument_name", ""))
    if spec is None:
        raise invalid("instrument_name")
    if params.get("resolution") != _HOURLY:
        raise invalid("resolution")
    for name in ("start_timestamp", "end_timestamp"):
        if not params.get(name, "").isdigit():
            raise invalid(name)
    start, end = int(params["start_timestamp"]), int(params["end_timestamp"])
    newest = hours(call.market, spec, most=_MOST_BARS, until_ms=end)
    found = [hour for hour in newest if hour.ms >= start]
    columns = {
        name: [round(getattr(hour, name), 4) for hour in found]
        for name in ("open", "high", "low", "close")
    }
    volume = [round(hour.contracts * spec.size, 4) for hour in found]
    return {
        **columns,
        "volume": volume,
        "cost": volume,
        "ticks": [hour.ms for hour in found],
        "status": "ok" if found else "no_data",
    }


def last_settlements(call: Call) -> object:
    """The newest sessions of a currency. Here only those are listed that bankrupted somebody."""
    currency, _ = chosen(call)
    kind = call.params.get("type", "")
    count = call.params.get("count", str(_ROWS))
    # The market's time and that of the request are read one after the other.
    newest = call.params.get("search_start_timestamp", str(call.now_ms + 1_000))
    if not currency:
        raise invalid("currency")
    if kind not in {"", *_TYPES}:
        raise invalid("type")
    if not count.isdigit() or not 1 <= int(count) <= _MOST_ROWS:
        raise invalid("count")
    if not newest.isdigit():
        raise invalid("search_start_timestamp")
    rows = [
        _row(at, session)
        for at, session in _bankruptcies(call.market, currency)
        if kind in {"", "bankruptcy"} and _ms(at) <= int(newest)
    ]
    token = call.params.get("continuation", "")
    start = next((n for n, row in enumerate(rows, 1) if _token(row) == token), 0)
    page = rows[start : start + int(count)]
    answer: dict[str, object] = {"settlements": page}
    return answer | {"continuation": _token(page[-1])} if page else answer


def _token(row: dict[str, object]) -> str:
    """What to ask with for the rows after this one."""
    return sha256(f"after {row['timestamp']}".encode()).hexdigest()


def _bankruptcies(market: MarketState, currency: str) -> Iterator[tuple[datetime, Bankruptcies]]:
    ended, session = market.settled_at, _SESSIONS.get((market.scenario, currency))
    if ended is not None and session is not None:
        yield ended, session
    opened = market.opened_at.astimezone(UTC)
    settlement = opened.replace(hour=8, minute=0, second=0, microsecond=41_000)
    for days, lost in _PAST.get(currency, ()):
        past = Bankruptcies(lost=lost, fund=_FUNDS[currency], profit=lost * 400)
        yield settlement - timedelta(days=days), past


def _row(at: datetime, session: Bankruptcies) -> dict[str, object]:
    spread = session.socialized
    return {
        "type": "bankruptcy",
        "timestamp": _ms(at),
        "session_bankruptcy": session.lost,
        "funded": session.lost - spread,
        "session_profit_loss": session.profit,
        "session_tax": spread,
        "session_tax_rate": spread / session.profit,
        "socialized": spread,
    }


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
