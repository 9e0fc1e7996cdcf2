"""Reading candles: each contract once for everybody, page by page, and what they say at once."""

from __future__ import annotations

from collections.abc import Iterable
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
from app.domain.market_risk import Candle, MarketRisk
from app.domain.position import Side
from app.monitor.candles import refresh_candles, want_candles
from app.monitor.coordinator import Coordinator, Outcome
from app.monitor.price_pasts import PricePasts
from app.monitor.scheduler import Scheduler
from app.monitor.sources import wanted_sources
from app.store import candles, positions, revisions, sources
from app.store.identifiers import new_id
from app.store.sources import candles_source
from app.venues.candle_facts import CandleFacts
from app.venues.catalogue import Catalogue
from app.venues.facts import VenueFacts
from tests.support.nouns import NOON, an_assessment, later
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


@pytest.fixture
def worker(worker: Worker) -> Worker:
    """At Binance as though it gave two hundred hours at once; ten past noon."""
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


def until_caught_up(worker: Worker) -> list[str]:
    """Turns until the next is an hour away; what was asked in them."""
    script = worker.clients.script("binance")
    script.asked.clear()
    while refresh(worker).interval < 600:
        worker.time.passes(seconds=20)
        assert len(script.asked) < 100, "it never ends"
    return list(script.asked)


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


# Who wants candles that are not there yet


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
        "The newest hour of prices ended on 2026-11-22 at 12:00 UTC, too long ago."
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
