"""The market's hours: what each contract's price did, before the market opened and since.

The past is a random walk that a hash of the coin and the hour draws, so any hour can be asked
for by itself and is the same every time. It ends at the price the market opens with; from then
on it is what the scenario's marks did, and the hour that is not over closes at the present mark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from statistics import NormalDist

from app.sandbox.contracts import OPENING_PRICES, Contract
from app.sandbox.market import MarketState
from app.sandbox.scenarios import SCENARIOS

HOUR_MS = 3_600_000
HOUR = timedelta(hours=1)
_SPAN = 1 << 20
"""Hours after which the walk is back where it began: more than a century."""
_LOOKS = 12
"""How often within an hour the marks since the opening are looked at."""
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """How a coin moves: ``beta`` times BTC's log price, and by itself ``own`` a day."""

    beta: float
    own: float


_WALKS = {
    "BTC": _Walk(beta=1.0, own=0.0),
    "ETH": _Walk(beta=1.2, own=0.0175),
    "BNB": _Walk(beta=1.2, own=0.015),
    "SOL": _Walk(beta=1.4, own=0.027),
    "XRP": _Walk(beta=1.3, own=0.028),
    "WIF": _Walk(beta=1.6, own=0.058),
    "xyz:XYZ100": _Walk(beta=0.3, own=0.008),
}
BITCOIN_DAILY = 0.03
"""Bitcoin's volatility, per square root of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour of a contract: when it began, its marks in quote, and contracts traded."""

    at: datetime
    open: float
    high: float
    low: float
    close: float
    contracts: float

    @property
    def ms(self) -> int:
        """When it began, in milliseconds since 1970."""
        return int(self.at.timestamp() * 1000)


def daily_volatility(base: str) -> float:
    """What the walk of a coin is drawn with, per square root of a day."""
    walk = _WALKS[base]
    return math.hypot(walk.beta * BITCOIN_DAILY, walk.own)


def beta(base: str) -> float:
    """How much of BTC's log return a coin follows."""
    return _WALKS[base].beta


def hours(
    market: MarketState,
    spec: Contract,
    *,
    most: int,
    since_ms: int | None = None,
    until_ms: int | None = None,
) -> list[Hour]:
    """Hours that begin from ``since_ms`` to ``until_ms``, both included, oldest first.

    The first ``most`` of them, or without ``since_ms`` the last. The last there is has begun
    and is not over.
    """
    last = int(market.at.timestamp() // 3600)
    if until_ms is not None:
        last = min(last, until_ms // HOUR_MS)
    if since_ms is None:
        first = last - most + 1
    else:
        first = -(-since_ms // HOUR_MS)
        last = min(last, first + most - 1)
    return [_hour(market, spec, number) for number in range(max(first, 0), last + 1)]


def _hour(market: MarketState, spec: Contract, number: int) -> Hour:
    begins = datetime.fromtimestamp(number * 3600, market.at.tzinfo)
    ends = min(begins + HOUR, market.at)
    seen = [_price(market, spec.base, begins), _price(market, spec.base, ends)]
    if ends > market.opened_at:
        looks = (begins + (ends - begins) * step / _LOOKS for step in range(1, _LOOKS))
        seen += [_price(market, spec.base, at) for at in looks]
    if begins < market.opened_at:
        until = min(ends, market.opened_at)
        seen += _extremes(
            spec.base, number, seen[0], _price(market, spec.base, until), (until - begins) / HOUR
        )
    return Hour(
        at=begins,
        open=seen[0],
        high=max(seen),
        low=min(seen),
        close=seen[1],
        contracts=spec.open_interest * (0.01 + 0.03 * _uniform(f"{spec.symbol} traded", number)),
    )


def _price(market: MarketState, base: str, at: datetime) -> float:
    """The mark at a time: on the walk, or since the opening in the scenario."""
    if at > market.opened_at or at >= market.at:
        since = market.elapsed - (market.at - at).total_seconds()
        return SCENARIOS[market.scenario](max(since, 0.0)).prices[base]
    back = _level(base, market.opened_at) - _level(base, at)
    return OPENING_PRICES[base] * math.exp(-back)


def _extremes(base: str, number: int, start: float, end: float, share: float) -> list[float]:
    """Highest and lowest of a Brownian bridge between two prices, over a share of an hour.

    The highest of a bridge from a to b with variance v is (a + b + √((b − a)² − 2·v·ln U)) / 2.
    """
    low, high = math.log(start), math.log(end)
    variance = daily_volatility(base) ** 2 / 24 * share
    found = []
    for sign, name in ((1, "high"), (-1, "low")):
        drawn = -2 * variance * math.log(_uniform(f"{base} {name}", number))
        found.append(math.exp((low + high + sign * math.sqrt((high - low) ** 2 + drawn)) / 2))
    return found


def _level(base: str, at: datetime) -> float:
    """Log price on the walk, straight within an hour."""
    number, seconds = divmod(at.timestamp(), 3600)
    below, above = (_at_hour(base, int(number) + step) for step in (0, 1))
    return below + (above - below) * seconds / 3600


def _at_hour(base: str, number: int) -> float:
    walk, hourly = _WALKS[base], math.sqrt(1 / 24)
    common = walk.beta * BITCOIN_DAILY * _steps("BTC", number)
    return hourly * (common + walk.own * _steps(base, number))


@lru_cache(maxsize=1 << 16)
def _steps(name: str, number: int) -> float:
    """A standard random walk after so many steps, each drawn between those around it (Lévy)."""
    if number % _SPAN == 0:
        return 0.0
    reach = number & -number
    middle = (_steps(name, number - reach) + _steps(name, number + reach)) / 2
    return middle + math.sqrt(reach / 2) * _NORMAL.inv_cdf(_uniform(name, number))


def _uniform(name: str, number: int) -> float:
    """Between 0 and 1, neither included, drawn by name and hour."""
    drawn = int.from_bytes(blake2b(f"{name} {number}".encode(), digest_size=6).digest(), "big")
    return (drawn + 0.5) / (1 << 48)
