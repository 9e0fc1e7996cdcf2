"""A worker at Binance, whose contracts have the past a test says, and what it made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.market_risk import Candle, MarketRisk
from app.monitor.candles import refresh_candles
from app.monitor.coordinator import Outcome
from app.store import candles, positions
from app.store.identifiers import new_id
from app.store.sources import candles_source
from app.venues.candle_facts import CandleFacts
from app.venues.catalogue import Catalogue
from app.venues.facts import VenueFacts
from tests.support.nouns import an_assessment
from tests.support.scripted import Worker

HOUR = timedelta(hours=1)
BTC, ETH = "BTCUSDT", "ETHUSDT"
SOURCE = candles_source("binance")
LIMIT = 200


class OneVenue:
    """A catalogue whose every venue is this one."""

    def __init__(self, facts: VenueFacts) -> None:
        self.facts = facts

    def venue(self, venue: str) -> VenueFacts:
        return self.facts

    def venues(self) -> tuple[VenueFacts, ...]:
        return (self.facts,)


def at_binance(worker: Worker) -> Worker:
    """As though Binance gave two hundred hours at once; it is ten past noon."""
    binance = worker.context.catalogue.venue("binance")
    facts = CandleFacts(reads=("time",), limit=LIMIT, reference=BTC, source=None, note="Made up.")
    worker.context = replace(worker.context, catalogue=a_catalogue(replace(binance, candles=facts)))
    worker.time.passes(minutes=10)
    return worker


def a_catalogue(facts: VenueFacts) -> Catalogue:
    one: Any = OneVenue(facts)
    return one  # type: ignore[no-any-return]


def hours(since: datetime, until: datetime, *, begin: float = 100.0) -> tuple[Candle, ...]:
    """Every hour from ``since`` to the one that is over at ``until``, up and down by a percent."""
    count = int((until - since) / HOUR)
    found = []
    for number in range(count):
        close = begin * (1.01 if number % 2 else 1.0)
        at = since + number * HOUR
        found.append(Candle(at=at, high=close * 1.02, low=close * 0.98, close=close))
    return tuple(found)


def past(worker: Worker, **days: float) -> tuple[Candle, ...]:
    """The hours of so long until now."""
    now = worker.time.now.replace(minute=0, second=0, microsecond=0)
    return hours(now - timedelta(**days), now)


def hold(worker: Worker, *symbols: str) -> str:
    """An account that holds these; its id."""
    account_id = worker.link(label=new_id())
    assessments = [an_assessment(native_symbol=symbol, symbol=symbol) for symbol in symbols]
    with worker.database.write() as connection:
        positions.record_snapshot(
            connection,
            account_id=account_id,
            user_id=worker.user_id,
            venue="binance",
            scopes={"linear"},
            assessments=assessments,
            margins=(),
            taken_at=worker.time.now,
        )
    return account_id


def refresh(worker: Worker) -> Outcome:
    return refresh_candles(worker.context, "binance")


def asked(worker: Worker) -> list[str]:
    """The contracts asked for since last looked."""
    script = worker.clients.script("binance")
    found = [question.split()[1] for question in script.asked]
    script.asked.clear()
    return found


def risks(worker: Worker) -> dict[str, MarketRisk]:
    with worker.database.read() as connection:
        stored = candles.risks(connection, venue="binance")
    return {symbol: one.risk for symbol, one in stored.items()}


def give(worker: Worker, found: dict[str, Any]) -> None:
    worker.clients.script("binance").candles = found
