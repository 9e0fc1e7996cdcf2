"""OKX's public payloads: instruments, marks, tickers, open interest, the security fund.

The fund's ``details`` are a family's; ``total`` is the whole platform's in USD and backs nothing.
Regular updates come once a day, about 08:00 UTC. https://www.okx.com/docs-v5/en/#public-data-rest-api
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.sandbox.candles import HOUR_MS, hours
from app.sandbox.contracts import LINEAR, Contract
from app.sandbox.funds import OKX_TOTAL_USD, Pool, pools
from app.sandbox.history import DAYS
from app.sandbox.listings import contract, contracts
from app.sandbox.wire import Answer, Call, Refusal, decimals, fixed, short

_LISTED = "1611916828000"
_TYPES = ("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION")
_KEPT = 1_440
_DAILY_EVENTS = {
    "liquidation_balance_deposit": 0.0004,
    "bankruptcy_loss": -0.0003,
    "platform_revenue": 0.0001,
}


def error(status: int, code: int, message: str) -> Answer:
    """OKX's error body."""
    return Answer(status=status, payload={"code": str(code), "data": [], "msg": message})


def time(call: Call) -> object:
    """The venue's clock."""
    return [{"ts": str(call.now_ms)}]


def kind_of(spec: Contract) -> str:
    """``SWAP`` or ``FUTURES``."""
    return "SWAP" if spec.expires is None else "FUTURES"


def family(spec: Contract) -> str:
    """The instrument family: underlying and quote."""
    return f"{spec.base}-{spec.quote}"


def required_type(call: Call) -> str:
    """The required ``instType``. Raises the venue's errors."""
    found = call.params.get("instType", "").upper()
    if not found:
        raise Refusal(error(400, 50014, "Parameter instType can not be empty."))
    if found not in _TYPES:
        raise Refusal(error(400, 51000, "Parameter instType error"))
    return found


def chosen(call: Call) -> Iterator[Contract]:
    """Contracts of the required type, of a family or instrument when given."""
    kind, only = required_type(call), call.params.get("instId", "")
    line = call.params.get("instFamily") or call.params.get("uly", "")
    if kind == "OPTION" and not line:
        raise Refusal(error(400, 50015, "Either parameter instFamily or uly is required"))
    if only and contract("okx", only) is None:
        raise Refusal(error(200, 51001, "Instrument ID does not exist"))
    for spec in contracts("okx"):
        if kind_of(spec) == kind and only in {"", spec.symbol} and line in {"", family(spec)}:
            yield spec


def _instrument(spec: Contract) -> dict[str, object]:
    linear = spec.kind is LINEAR
    return {
        "alias": "" if spec.expires is None else "quarter",
        "auctionEndTime": "",
        "baseCcy": "",
        "category": "1",
        "contTdSwTime": "",
        "ctMult": "1",
        "ctType": "linear" if linear else "inverse",
        "ctVal": short(spec.size),
        "ctValCcy": spec.base if linear else "USD",
        "expTime": str(spec.expires) if spec.expires else "",
        "futureSettlement": False,
        "instFamily": family(spec),
        "instId": spec.symbol,
        "instType": kind_of(spec),
        "lever": str(spec.tiers[0].max_leverage),
        "listTime": _LISTED,
        "lotSz": short(spec.step),
        "maxIcebergSz": "100000000",
        "maxLmtAmt": "20000000",
        "maxLmtSz": "100000000",
        "maxMktAmt": "",
        "maxMktSz": "85000",
        "maxStopSz": "85000",
        "maxTriggerSz": "100000000",
        "maxTwapSz": "100000000",
        "minSz": short(spec.step),
        "optType": "",
        "quoteCcy": "",
        "ruleType": "normal",
        "settleCcy": spec.settle,
        "state": "live",
        "stk": "",
        "tickSz": short(spec.tick),
        "uly": family(spec),
    }


def instruments(call: Call) -> object:
    """The listing of a type."""
    return [_instrument(spec) for spec in chosen(call)]


def mark_price(call: Call) -> object:
    """Mark prices of a type."""
    return [
        {
            "instId": spec.symbol,
            "instType": kind_of(spec),
            "markPx": short(call.market.mark(spec), 8),
            "ts": str(call.now_ms),
        }
        for spec in chosen(call)
    ]


def tickers(call: Call) -> object:
    """Last prices of a type; they are not marks."""
    rows = []
    for spec in chosen(call):
        last = short(call.market.last(spec), 8)
        rows.append(
            {
                "instType": kind_of(spec), "instId": spec.symbol, "last": last, "lastSz": "1",
                "askPx": last, "askSz": "1", "bidPx": last, "bidSz": "1", "open24h": last,
                "high24h": last, "low24h": last, "volCcy24h": "0", "vol24h": "0",
                "sodUtc0": last, "sodUtc8": last, "ts": str(call.now_ms),
            }
        )  # fmt: skip
    return rows


def open_interest(call: Call) -> object:
    """Open interest of a type: contracts, coins, USD."""
    rows = []
    for spec in chosen(call):
        held, mark = call.market.open_interest(spec), call.market.mark(spec)
        linear = spec.kind is LINEAR
        usd = held * spec.size * (mark if linear else 1)
        rows.append(
            {
                "instId": spec.symbol,
                "instType": kind_of(spec),
                "oi": short(held, 4),
                "oiCcy": short(held * spec.size if linear else usd / mark, 8),
                "oiUsd": short(usd, 4),
                "ts": str(call.now_ms),
            }
        )
    return rows


def candles(call: Call) -> object:
    """Hours of one instrument, newest first: those older than ``after``, newer than ``before``.

    Only the last 1,440 are there.
    """
    spec = contract("okx", call.params.get("instId", ""))
    if spec is None:
        raise Refusal(error(200, 51001, "Instrument ID does not exist"))
    if call.params.get("bar") != "1H":
        raise Refusal(error(400, 51000, "Parameter bar error"))
    limit, after = call.params.get("limit") or "100", call.params.get("after") or None
    before = call.params.get("before") or "0"
    if not limit.isdigit() or not 1 <= int(limit) <= 300:
        raise Refusal(error(400, 51000, "Parameter limit error"))
    last = None if after is None else int(after) - 1
    oldest = max(int(before) + 1, (call.now_ms // HOUR_MS - _KEPT + 1) * HOUR_MS)
    rows, places = [], decimals(spec.tick)
    for hour in reversed(hours(call.market, spec, most=int(limit), until_ms=last)):
        prices = [fixed(p, places) for p in (hour.open, hour.high, hour.low, hour.close)]
        worth = hour.contracts * spec.size
        linear = spec.kind is LINEAR
        coins = worth if linear else worth / hour.close
        traded = (hour.contracts, coins, worth * hour.close if linear else worth)
        over = "1" if hour.ms + HOUR_MS <= call.now_ms else "0"
        if hour.ms >= oldest:
            rows.append([str(hour.ms), *prices, *(short(amount, 4) for amount in traded), over])
    return rows


def insurance_fund(call: Call) -> object:
    """A family's fund: newest entries first, of a type of event, paged by time."""
    kind, line = required_type(call), call.params.get("instFamily") or call.params.get("uly", "")
    if kind == "MARGIN":
        return []
    if not line:
        raise Refusal(error(400, 50015, "Either parameter instFamily or uly is required"))
    limit = call.params.get("limit") or "100"
    if not limit.isdigit() or not 1 <= int(limit) <= 100:
        raise Refusal(error(400, 51000, "Parameter limit error"))
    mine = (p for p in pools("okx") if p.key == f"{kind.lower()}:{line.lower()}")
    behind = next(mine, None)
    if behind is None:
        raise Refusal(error(400, 51000, "Parameter instFamily error"))
    details = [row for row in _details(call, behind) if _within(call, row)]
    return [
        {
            "details": details[: int(limit)],
            "instFamily": line,
            "instType": kind,
            "total": f"{OKX_TOTAL_USD:.4f}",
        }
    ]


def _within(call: Call, row: dict[str, object]) -> bool:
    """OKX pages backwards with ``after`` (older than) and forwards with ``before`` (newer than)."""
    stamp = int(str(row["ts"]))
    after, before = call.params.get("after", ""), call.params.get("before", "")
    return (not after or stamp < int(after)) and (not before or stamp > int(before))


def _details(call: Call, behind: Pool) -> Iterator[dict[str, object]]:
    wanted = call.params.get("type", "")
    if wanted not in {"regular_update", "adl", *_DAILY_EVENTS}:
        wanted = ""  # an unknown type is ignored
    asset = next(iter(behind.assets))
    last = behind.stamp(call.market.at)
    if wanted == "adl":
        yield from _past_adl(behind, asset, last)
        return
    for back in range(DAYS + 1):
        at = last - timedelta(days=back)
        held = call.market.past(behind, asset, at)
        if wanted in {"", "regular_update"}:
            yield _detail(at, asset, held, "regular_update")
        for event, share in _DAILY_EVENTS.items():
            if wanted in {"", event}:
                yield _detail(at, asset, held, event, amount=held * share)


def _past_adl(behind: Pool, asset: str, last: datetime) -> Iterator[dict[str, object]]:
    """One deleveraging, three weeks ago, in the two thinnest families."""
    if not behind.key.endswith(("xrp-usdt", "wif-usdt")):
        return
    began = last - timedelta(days=21, hours=4)
    held = behind.assets[asset]
    peak = {"maxBal": short(held, 4), "maxBalTs": _ms(began - timedelta(hours=6))}
    ended = began + timedelta(minutes=18)
    yield _detail(ended, asset, held * 0.74, "adl") | peak | {"adlType": "adl_end"}
    yield _detail(began, asset, held * 0.69, "adl") | peak | {"adlType": "rate_adl_start"}


def _ms(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def _detail(
    at: datetime, asset: str, held: float, kind: str, *, amount: float | None = None
) -> dict[str, object]:
    return {
        "adlType": "",
        "amt": "" if amount is None else fixed(amount, 4),
        "balance": fixed(held, 4),
        "ccy": asset,
        "decRate": "",
        "maxBal": "",
        "maxBalTs": "",
        "ts": _ms(at),
        "type": kind,
    }
