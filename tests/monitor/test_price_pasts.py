"""Who wants candles that are not there yet, and what is remembered of those that are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import VenueGarbled, VenueUnsupported
from app.domain.market_risk import Candle, MarketRisk
from app.domain.position import Side
from app.monitor.candles import refresh_candles, want_candles
from app.monitor.coordinator import Coordinator
from app.monitor.price_pasts import PricePasts
from app.store import candles, revisions, sources
from tests.monitor.candle_stage import (
    BTC,
    ETH,
    HOUR,
    SOURCE,
    at_binance,
    give,
    hold,
    past,
    refresh,
)
from tests.support.nouns import NOON, later
from tests.support.scripted import Worker


@pytest.fixture
def worker(worker: Worker) -> Worker:
    return at_binance(worker)


def due(worker: Worker) -> datetime:
    with worker.database.read() as connection:
        return sources.get(connection, source=SOURCE).next_due_at


def plan(worker: Worker) -> None:
    with worker.database.write() as connection:
        at = worker.time.now + HOUR
        sources.ensure(connection, source=SOURCE, interval=3600, due_at=at)


def want(worker: Worker, *symbols: str) -> bool:
    with worker.database.write() as connection:
        return want_candles(connection, "binance", symbols, worker.time.now)


def test_a_contract_that_is_new_here_is_read_at_once(worker: Worker) -> None:
    plan(worker)
    assert want(worker, ETH)
    assert due(worker) == worker.time.now


@pytest.mark.parametrize("answer", ["candles", "none", "unsupported", "garbled"])
def test_it_is_wanted_no_more_once_it_was_asked_for(worker: Worker, answer: str) -> None:
    plan(worker)
    hold(worker, ETH)
    answers: dict[str, Any] = {
        "candles": past(worker, days=3),
        "none": (),
        "unsupported": VenueUnsupported("None here.", venue="binance"),
        "garbled": VenueGarbled("Not understood.", venue="binance"),
    }
    give(worker, {BTC: past(worker, days=3), ETH: answers[answer]})
    refresh(worker)
    assert not want(worker, ETH)
    worker.time.passes(hours=1)
    refresh(worker)
    worker.time.passes(hours=1)
    assert not want(worker, ETH)


def test_one_that_comes_back_after_hours_is_wanted_again(worker: Worker) -> None:
    hold(worker, ETH)
    give(worker, {BTC: past(worker, days=3), ETH: past(worker, days=3)})
    refresh(worker)
    worker.time.passes(hours=5)
    plan(worker)
    assert want(worker, ETH)


def test_a_source_that_fails_is_not_hastened_and_a_venue_without_candles_has_none(
    worker: Worker,
) -> None:
    assert not want(worker, ETH)
    plan(worker)
    now = worker.time.now
    with worker.database.write() as connection:
        sources.hasten(connection, source=SOURCE, due_at=now)
        sources.claim(connection, source=SOURCE, owner="w", now=now, lease_seconds=60)
        sources.finish_failure(
            connection, source=SOURCE, owner="w", now=now, delay=300, code="x", message="x"
        )
    assert not want(worker, ETH)
    assert due(worker) == now + timedelta(seconds=300)


def test_how_candles_fare_changes_no_answer(worker: Worker) -> None:
    """What they bring does; a turn that brings nothing leaves every ETag as it was."""
    plan(worker)
    with worker.database.write() as connection:
        sources.hasten(connection, source=SOURCE, due_at=NOON)
    coordinator = Coordinator(worker.context, {"candles": refresh_candles})
    before = revision(worker)
    assert coordinator.run(SOURCE)
    assert revision(worker) == before
    hold(worker, BTC)
    give(worker, {BTC: past(worker, days=3)})
    worker.time.passes(hours=2)
    assert coordinator.run(SOURCE)
    assert revision(worker) == before + 1


def revision(worker: Worker) -> int:
    scope = revisions.venue_scope("binance")
    with worker.database.read() as connection:
        return revisions.read(connection, [scope])[scope]


# What is remembered of them


def remembered(worker: Worker, pasts: PricePasts, symbols: Iterable[str]) -> dict[str, Any]:
    with worker.database.read() as connection:
        return dict(pasts.of(connection, "binance", [*symbols], BTC, now=worker.time.now))


def save(worker: Worker, symbol: str, found: tuple[Candle, ...]) -> None:
    with worker.database.write() as connection:
        candles.save(connection, venue="binance", native_symbol=symbol, candles_read=found)


def test_a_past_is_worked_through_once_until_newer_hours_come(worker: Worker) -> None:
    pasts = PricePasts()
    save(worker, BTC, past(worker, days=3))
    save(worker, ETH, past(worker, days=3))
    first = remembered(worker, pasts, [ETH])
    assert remembered(worker, pasts, [ETH])[ETH] is first[ETH]
    worker.time.passes(hours=1)
    save(worker, ETH, past(worker, hours=1))
    newer = remembered(worker, pasts, [ETH])
    assert newer[ETH] is not first[ETH]
    assert newer[ETH].risk.as_of == later(hours=1)
    save(worker, BTC, past(worker, hours=1))
    assert remembered(worker, pasts, [ETH])[ETH] is not newer[ETH], "its beta is another"
    assert list(remembered(worker, pasts, [ETH, BTC])) == [ETH, BTC]
    assert remembered(worker, pasts, []) == {}


def test_a_past_that_ends_long_ago_says_nothing_of_now_but_what_it_was(worker: Worker) -> None:
    pasts = PricePasts()
    save(worker, BTC, past(worker, days=3))
    known = remembered(worker, pasts, [BTC])[BTC]
    assert known.touches(side=Side.LONG, mark=100.0, liquidation=90.0)
    worker.time.passes(hours=25)
    old = remembered(worker, pasts, [BTC])[BTC]
    assert old.touches(side=Side.LONG, mark=100.0, liquidation=90.0) == ()
    assert old.risk.as_of == known.risk.as_of
    assert old.notes["touch"] == (
        "The newest hour of prices read so far ended on 2026-11-22 at 12:00 UTC, too long ago."
    )


def test_a_contract_without_hours_has_a_past_that_says_why(worker: Worker) -> None:
    reason = "Binance lists no contract ETHUSDT."
    silent = MarketRisk(
        venue="binance",
        native_symbol=ETH,
        candles=0,
        as_of=None,
        notes={"daily_volatility": reason},
    )
    pasts = PricePasts()
    assert remembered(worker, pasts, [ETH])[ETH].notes["touch"] == (
        "0 of 48 hours of prices so far."
    )
    with worker.database.write() as connection:
        candles.save_risks(connection, risks=[silent], now=NOON)
    assert remembered(worker, pasts, [ETH])[ETH].notes["touch"] == reason
