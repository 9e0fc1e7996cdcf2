"""Writes ``app/venues/generic/exchanges.toml``: the exchanges linked without a facts file.

Run it after ccxt was updated. What a class says of itself is taken without asking anybody; three
of its calls are made into the void, to see how it would ask.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ccxt
from ccxt.base.types import Entry

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.venues.generic.changes import smells_of_a_change  # noqa: E402
from app.venues.generic.exchanges import FIELDS, FILE  # noqa: E402

HEAD = """\
# Exchanges whose accounts are linked without a facts file: positions only.
# Written by scripts/generic_venues.py from ccxt {version}; do not edit.
"""
TRADES_BY_GET = re.compile(r"(cancel|create|edit|submit|place|close_position)(?![a-z])")
"""How a path ends at an exchange where even an order is a GET: such a class is left out."""

CONTRACT: dict[str, Any] = {
    "id": "BTCUSDT", "symbol": "BTC/USDT:USDT", "base": "BTC", "quote": "USDT", "settle": "USDT",
    "baseId": "BTC", "quoteId": "USDT", "settleId": "USDT", "type": "swap", "spot": False,
    "margin": False, "swap": True, "future": False, "option": False, "active": True,
    "contract": True, "linear": True, "inverse": False, "contractSize": 1.0, "info": {},
}  # fmt: skip
"""A contract as any class might list it."""


class Stopped(Exception):
    """Raised in place of a request."""


def main() -> None:
    FILE.write_text(text(), encoding="utf-8")


def text() -> str:
    """The whole file."""
    tables = [_table(exchange) for exchange in _exchanges()]
    return "\n".join([HEAD.format(version=ccxt.__version__), *tables])


def _exchanges() -> Iterator[Any]:
    """The classes that can be linked, one instance of each, alphabetical."""
    everything = [getattr(ccxt, name)() for name in sorted(ccxt.exchanges)]
    return (exchange for exchange in everything if _is_suitable(exchange))


def _same_as(exchange: Any) -> list[str]:
    """The classes related to this one that ask the same hosts, which are the same exchange."""
    hosts = set(_hosts(exchange))
    found = []
    for name in sorted(set(ccxt.exchanges) - {exchange.id}):
        other = getattr(ccxt, name)
        related = issubclass(type(exchange), other) or issubclass(other, type(exchange))
        if related and hosts <= set(_hosts(other())):
            found.append(name)
    return found


def _is_suitable(exchange: Any) -> bool:
    needs = {name for name, needed in exchange.requiredCredentials.items() if needed}
    return (
        bool(exchange.has.get("fetchPositions"))
        and not exchange.alias
        and {"apiKey", "secret"} <= needs <= set(FIELDS)
        and not any(TRADES_BY_GET.match(path.rpartition("/")[2]) for path in _gets(exchange))
        and all(_can_be_read(type(exchange), method) for method in ("markets", "positions"))
    )


def _gets(exchange: Any) -> Iterator[str]:
    for name in dir(type(exchange)):
        entry = inspect.getattr_static(type(exchange), name, None)
        if isinstance(entry, Entry) and entry.method == "GET":
            yield entry.path


def _can_be_read(kind: type[Any], what: str) -> bool:
    """Whether a class asks for ``what`` of a whole account, and by a GET that would pass."""
    seen: list[bool] = []

    def request(
        path: str, _api: object, method: str = "GET", *_rest: object, **_more: object
    ) -> None:
        path = re.sub(r"\{\w+\}", "x", path)
        seen.append(method == "GET" and not smells_of_a_change(path, ""))
        raise Stopped

    made_up = dict.fromkeys(FIELDS, "1")
    exchange = kind({**made_up, "enableRateLimit": False, "options": {"defaultType": "swap"}})
    exchange.has["fetchCurrencies"] = False
    exchange.request = request
    exchange.markets = exchange.markets_by_id = {}
    exchange.symbols = []
    try:
        getattr(exchange, f"fetch_{what}")()
    except Stopped:
        return all(seen)
    except ccxt.BaseError:
        return False
    return False


def _gives_candles(exchange: Any) -> bool:
    """Whether its class asks for a contract's hours without a key, by a GET that would pass."""
    seen: list[bool] = []

    def fetch(url: str, method: str = "GET", *_rest: object) -> None:
        parts = urlsplit(url)
        passes = not smells_of_a_change(parts.path, parts.query)
        seen.append(method == "GET" and parts.netloc in _hosts(exchange) and passes)
        raise Stopped

    asked = type(exchange)({"enableRateLimit": False, "options": {"defaultType": "swap"}})
    asked.fetch = fetch
    step = 1e-8 if asked.precisionMode == ccxt.TICK_SIZE else 8
    market = {**CONTRACT, "precision": {"amount": step, "price": step}}
    asked.set_markets([asked.safe_market_structure(market)])
    try:
        asked.fetch_ohlcv(CONTRACT["symbol"], "1h", 1_700_000_000_000, 100)
    except Stopped:
        return all(seen)
    except ccxt.BaseError:
        return False
    return False


def _table(exchange: Any) -> str:
    needs = [name for name in FIELDS if exchange.requiredCredentials.get(name)]
    www = exchange.urls.get("www")
    lines = {
        "name": exchange.name,
        "website": www[0] if isinstance(www, list) else www,
        "dex": bool(exchange.dex),
        "hosts": _hosts(exchange),
        "credentials": needs,
        "same_as": _same_as(exchange),
        "candles": _gives_candles(exchange),
    }
    values = "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items())
    return f"[{exchange.id}]\n{values}"


def _hosts(exchange: Any) -> list[str]:
    """Where a class sends its requests, test networks not among them."""
    urls = _texts(exchange.urls["api"])
    return sorted(
        {urlsplit(url.replace("{hostname}", exchange.hostname or "")).netloc for url in urls}
    )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)


if __name__ == "__main__":
    main()
