"""Reading candles: each contract once for everybody, page by page, and what they say at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import (
    VenueError,
    VenueGarbled,
    VenueRateLimited,
    VenueUnreachable,
    VenueUnsupported,
)
from app.domain.market_risk import Candle
from app.monitor.coordinator import Coordinator, Outcome
from app.monitor.price_pasts import PricePasts
from app.monitor.scheduler import Scheduler
from app.monitor.sources import wanted_sources
from app.store import candles
from tests.monitor.candle_stage import (
    BTC,
    ETH,
    HOUR,
    LIMIT,
    SOURCE,
    a_catalogue,
    asked,
    at_binance,
    give,
    hold,
    hours,
    past,
    refresh,
    risks,
)
from tests.support.nouns import NOON, later
from tests.support.scripted import Worker


@pytest.fixture
def worker(worker: Worker) -> Worker:
    return at_binance(worker)


def until_caught_up(worker: Worker) -> list[str]:
    """Turns until the next is an hour away; what was asked in them."""
    script = worker.clients.script("binance")
    script.asked.clear()
    while refresh(worker).interval < 600:
        worker.time.passes(seconds=20)
        assert len(script.asked) < 100, "it never ends"
    return list(script.asked)


def test_what_nobody_holds_is_not_read(worker: Worker) -> None:
    assert refresh(worker) == Outcome(interval=3600 - 600 + 90 + 180)
    assert asked(worker) == []


def test_a_contract_two_users_hold_is_read_once_with_btc_beside_it(worker: Worker) -> None:
    hold(worker, ETH)
    hold(worker, ETH)
    give(worker, {BTC: past(worker, days=3), ETH: past(worker, days=3)})
    refresh(worker)
    assert asked(worker) == [BTC, ETH]


def test_thirty_days_are_read_page_by_page_and_then_each_hour_as_it_ends(worker: Worker) -> None:
    hold(worker, BTC)
    give(worker, {BTC: past(worker, days=60)})
    first = later(days=-30)
    pages = [first + number * LIMIT * HOUR for number in range(4)]
    assert until_caught_up(worker) == [f"candles {BTC} {page:%d %H:%M}" for page in pages]
    assert risks(worker)[BTC].candles == 720
    assert risks(worker)[BTC].as_of == NOON

    asked(worker)
    worker.time.now = later(minutes=61)
    refresh(worker)
    assert asked(worker) == [], "the hour is over, but late trades may be missing"
    give(worker, {BTC: past(worker, days=60)})
    worker.time.now = later(minutes=64)
    assert until_caught_up(worker) == [f"candles {BTC} {NOON:%d %H:%M}"]
    assert risks(worker)[BTC].as_of == later(hours=1)


def test_the_next_turn_is_a_few_minutes_after_the_hour(worker: Worker) -> None:
    hold(worker, BTC)
    give(worker, {BTC: past(worker, days=3)})
    outcome = refresh(worker)
    at = worker.time.now + timedelta(seconds=outcome.interval)
    assert later(minutes=61) < at < later(minutes=65)


def test_an_hour_that_is_not_over_yet_is_not_kept(worker: Worker) -> None:
    hold(worker, BTC)
    worker.time.now = later(seconds=30)
    give(worker, {BTC: past(worker, days=3)})
    refresh(worker)
    assert risks(worker)[BTC].as_of == NOON - HOUR


def test_of_many_contracts_each_has_its_turn(worker: Worker) -> None:
    symbols = [f"COIN{number:02}USDT" for number in range(24)]
    hold(worker, *symbols)
    give(worker, {symbol: past(worker, days=4) for symbol in (BTC, *symbols)})
    turns = []
    for _ in range(3):
        outcome = refresh(worker)
        turns.append(asked(worker))
        worker.time.passes(seconds=outcome.interval if outcome.interval < 600 else 0)
    assert [len(turn) for turn in turns] == [10, 10, 5]
    assert turns[0][0] == BTC
    assert sorted(symbol for turn in turns for symbol in turn) == sorted([BTC, *symbols])
    assert [risk.beta for risk in risks(worker).values()] == pytest.approx([1.0] * 25)


def test_between_turns_the_limit_of_the_venue_is_kept(worker: Worker) -> None:
    symbols = [f"COIN{number:02}USDT" for number in range(24)]
    hold(worker, *symbols)
    # Ten reads of weight 1 of the 80 a minute that are ours for this.
    assert refresh(worker).interval == 7.5
    worker.clients.loads["binance"] = 3.0
    assert refresh(worker).interval == 22.5


def test_what_they_say_is_worked_out_at_once(worker: Worker) -> None:
    hold(worker, ETH)
    give(worker, {BTC: past(worker, days=3), ETH: past(worker, days=3)})
    refresh(worker)
    assert risks(worker)[ETH].daily_volatility == pytest.approx(0.00995 * 24**0.5, rel=1e-3)
    assert risks(worker)[ETH].beta == pytest.approx(1.0)
    assert risks(worker)[ETH].notes == {}


def test_a_young_contract_says_how_far_it_is(worker: Worker) -> None:
    hold(worker, ETH)
    give(worker, {BTC: past(worker, days=3), ETH: past(worker, hours=12)})
    refresh(worker)
    note = "12 of 48 hours of prices so far."
    assert risks(worker)[ETH].notes["daily_volatility"] == note
    assert risks(worker)[ETH].daily_volatility is None


def test_a_venue_that_answers_only_the_stretch_asked_for_is_read_up_to_now(worker: Worker) -> None:
    """A contract listed six days ago: the first pages of thirty days are empty."""
    hold(worker, BTC)
    found = past(worker, days=6)
    script: Any = worker.clients.script("binance")
    pages: list[datetime] = []

    def read_candles(symbol: str, since: datetime) -> tuple[Candle, ...]:
        pages.append(since)
        return tuple(one for one in found if since <= one.at < since + LIMIT * HOUR)

    script.read_candles = read_candles
    for _ in range(5):
        refresh(worker)
        worker.time.passes(seconds=10)
    assert pages == [later(days=-30) + number * LIMIT * HOUR for number in range(4)]
    assert risks(worker)[BTC].candles == 6 * 24


def test_a_contract_without_trades_is_asked_for_once_an_hour(worker: Worker) -> None:
    hold(worker, BTC)
    give(worker, {BTC: hours(later(days=-3), later(hours=-5))})
    until_caught_up(worker)
    refresh(worker)
    asked(worker)
    refresh(worker)
    assert asked(worker) == []
    worker.time.passes(hours=1)
    refresh(worker)
    assert asked(worker) == [BTC]


def test_a_contract_that_fails_costs_only_itself(worker: Worker) -> None:
    hold(worker, BTC, ETH)
    error = VenueGarbled("Binance answered its candles wrongly.", venue="binance")
    give(worker, {BTC: error, ETH: past(worker, days=3)})
    outcome = refresh(worker)
    assert outcome.partial is error
    assert outcome.interval == 600
    assert risks(worker)[ETH].daily_volatility is not None
    assert risks(worker)[BTC].notes["daily_volatility"] == "0 of 48 hours of prices so far."
    asked(worker)
    assert refresh(worker).partial is error, "it is not well because nobody asked"
    assert asked(worker) == []
    worker.time.passes(minutes=10)
    give(worker, {BTC: past(worker, days=3)})
    assert refresh(worker).partial is None
    assert asked(worker) == [BTC]
    assert risks(worker)[ETH].beta is not None, "what it is set against came later"


def test_a_contract_the_venue_gives_no_candles_of_says_so_and_is_left_for_a_day(
    worker: Worker,
) -> None:
    hold(worker, BTC, ETH)
    error = VenueUnsupported("Binance lists no contract ETHUSDT.", venue="binance")
    give(worker, {BTC: past(worker, days=3), ETH: error})
    for turn in ([BTC, ETH], [], [BTC], [BTC]):
        assert refresh(worker).partial is None
        assert asked(worker) == turn
        assert risks(worker)[ETH].notes["daily_volatility"] == str(error)
        if turn != [BTC, ETH]:
            worker.time.passes(hours=1)
            give(worker, {BTC: past(worker, days=3), ETH: error})
    worker.time.passes(days=1)
    refresh(worker)
    assert asked(worker) == [ETH, BTC], "whoever waited longest comes first"


def test_a_clock_that_is_set_back_does_not_stop_the_reading(worker: Worker) -> None:
    hold(worker, BTC)
    give(worker, {BTC: VenueUnsupported("Binance lists no contract BTCUSDT.", venue="binance")})
    worker.time.passes(days=300)
    refresh(worker)
    worker.time.passes(days=-300)
    asked(worker)
    give(worker, {BTC: past(worker, days=3)})
    refresh(worker)
    assert asked(worker) == [BTC]


@pytest.mark.parametrize("kind", [VenueUnreachable, VenueRateLimited])
def test_a_venue_that_does_not_answer_is_left_alone_with_what_was_read_stored(
    worker: Worker, kind: type[VenueError]
) -> None:
    hold(worker, BTC, ETH, "SOLUSDT")
    error = kind("Binance is gone.", venue="binance")
    give(worker, {BTC: past(worker, days=3), ETH: error, "SOLUSDT": past(worker, days=3)})
    with pytest.raises(kind):
        refresh(worker)
    assert asked(worker) == [BTC, ETH]
    assert risks(worker)[BTC].candles == 72
    worker.time.passes(minutes=1)
    give(worker, {symbol: past(worker, days=3) for symbol in (ETH, "SOLUSDT")})
    assert refresh(worker).partial is None
    assert asked(worker) == ["SOLUSDT", ETH], "who was left out comes first"


def test_where_the_facts_name_no_candles_nothing_is_asked(worker: Worker) -> None:
    facts = replace(worker.context.catalogue.venue("binance"), candles=None)
    worker.context = replace(worker.context, catalogue=a_catalogue(facts))
    assert refresh(worker).done
    with worker.database.read() as connection:
        assert SOURCE not in wanted_sources(connection, worker.context.catalogue)


def test_candles_are_a_source_only_where_somebody_linked_an_account(worker: Worker) -> None:
    with worker.database.read() as connection:
        assert SOURCE not in wanted_sources(connection, worker.context.catalogue)
    worker.link(venue="binance")
    with worker.database.read() as connection:
        assert SOURCE in wanted_sources(connection, worker.context.catalogue)


def test_candles_of_more_than_ninety_days_ago_are_thrown_away(worker: Worker) -> None:
    old = hours(later(days=-91), later(days=-89))
    with worker.database.write() as connection:
        candles.save(connection, venue="binance", native_symbol=BTC, candles_read=old)
    jobs: Any = worker.context
    queue: Any = type("Queue", (), {"enqueue": lambda self, job, argument: None})()
    Scheduler(replace(jobs, queue=queue), Coordinator(worker.context, {})).tick()
    with worker.database.read() as connection:
        found = PricePasts().of(connection, "binance", [BTC], BTC, now=worker.time.now)
    assert found[BTC].risk.candles == 23


def test_after_weeks_unheld_a_contract_is_read_thirty_days_back_and_no_further(
    worker: Worker,
) -> None:
    with worker.database.write() as connection:
        old = hours(later(days=-60), later(days=-50))
        candles.save(connection, venue="binance", native_symbol=BTC, candles_read=old)
    hold(worker, BTC)
    give(worker, {BTC: past(worker, days=80)})
    first = until_caught_up(worker)[0]
    assert first == f"candles {BTC} {later(days=-30):%d %H:%M}"
    assert risks(worker)[BTC].candles == (10 + 30) * 24
