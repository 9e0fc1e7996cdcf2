"""Reading a venue's markets: which contracts are asked for, and what a part that fails costs."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.account import AccountStatus
from app.domain.adl import AdlSignal
from app.domain.errors import VenueGarbled, VenueUnreachable
from app.domain.fund import FundBalance, MarketStat
from app.monitor.markets import refresh_markets
from app.store import accounts, funds, markets, positions, sources
from app.store.sources import account_source
from tests.support.nouns import NOON, a_pool_reading, a_position, an_assessment, later
from tests.support.scripted import Worker

BIG = ("BTCUSDT", "ETHUSDT")
SMALL = tuple(f"COIN{number:02}USDT" for number in range(20))


def stat(symbol: str, mark: float = 65_000.0, *, at: Any = NOON, **fields: Any) -> MarketStat:
    return MarketStat(venue="binance", native_symbol=symbol, at=at, mark_price=mark, **fields)


def pool(worker: Worker, key: str, *symbols: str) -> None:
    balance = FundBalance(asset="USDT", amount=1e6, usd=1e6, at=NOON)
    reading = a_pool_reading(key=key, symbols=symbols, scopes=(), balances=(balance,))
    with worker.database.write() as connection:
        funds.record_pool_reading(connection, reading=reading, now=NOON)


def hold(worker: Worker, **position: Any) -> str:
    """An active account with one position; its id."""
    account_id = worker.link()
    with worker.database.write() as connection:
        accounts.set_checked(
            connection,
            account_id=account_id,
            status=AccountStatus.ACTIVE,
            permissions=None,
            message=None,
            now=NOON,
            erase_secret=False,
        )
        source = account_source(account_id)
        sources.ensure(connection, source=source, interval=60, due_at=later(seconds=60))
        positions.record_snapshot(
            connection,
            account_id=account_id,
            user_id=worker.user_id,
            venue="binance",
            scopes={"linear"},
            assessments=(an_assessment(distance=0.05, **position),),
            margins=(),
            taken_at=NOON,
        )
    return account_id


def wanted(worker: Worker) -> list[str]:
    refresh_markets(worker.context, "binance")
    return list(worker.clients.script("binance").wanted)


def test_contracts_that_are_held_and_those_of_their_pool_are_always_asked_for(
    worker: Worker,
) -> None:
    pool(worker, "big", *BIG)
    pool(worker, "small", *SMALL)
    hold(worker, native_symbol="BTCUSDT")
    assert wanted(worker)[:2] == list(BIG)


def test_a_venue_nobody_linked_is_read_seldom_and_rests_meanwhile(worker: Worker) -> None:
    assert refresh_markets(worker.context, "binance").interval >= 900
    assert worker.clients.rested == ["binance"]
    worker.link(venue="binance")
    assert refresh_markets(worker.context, "binance").interval < 900
    assert worker.clients.rested == ["binance"]


def test_of_the_other_pools_a_few_are_asked_for_in_turn(worker: Worker) -> None:
    pool(worker, "small", *SMALL)
    script = worker.clients.script("binance")
    script.stats = tuple(stat(symbol) for symbol in SMALL)
    first = wanted(worker)
    assert first == list(SMALL[:15])
    script.stats = tuple(
        stat(s, open_interest_usd=1.0 if s in first else None, open_interest_at=NOON) for s in SMALL
    )
    refresh_markets(worker.context, "binance")
    assert wanted(worker) == list(SMALL[15:])
    script.stats = tuple(stat(s, open_interest_usd=1.0, open_interest_at=NOON) for s in SMALL)
    refresh_markets(worker.context, "binance")
    assert wanted(worker) == [], "all were read just now"
    worker.time.passes(minutes=11)
    assert len(wanted(worker)) == 15


def test_a_contract_of_a_pool_that_is_not_traded_is_not_asked_for(worker: Worker) -> None:
    pool(worker, "small", "BTCUSDT", "GONEUSDT")
    worker.clients.script("binance").stats = (stat("BTCUSDT"),)
    assert wanted(worker) == ["BTCUSDT", "GONEUSDT"], "nobody knows yet"
    assert wanted(worker) == ["BTCUSDT"]


def test_positions_are_judged_by_the_new_mark_and_accounts_in_danger_are_read_next(
    worker: Worker,
) -> None:
    account_id = hold(worker, mark_price=100_000.0, liquidation_price=50_000.0)
    worker.time.passes(seconds=5)
    script = worker.clients.script("binance")

    def look() -> tuple[float | None, str, object]:
        with worker.database.read() as connection:
            (held,) = positions.current_for_venue(connection, venue="binance")
            due = sources.get(connection, source=account_source(account_id)).next_due_at
        return held.assessment.distance, held.severity, due

    script.stats = (stat("BTCUSDT", 100_000.0, at=worker.time.now),)
    assert refresh_markets(worker.context, "binance").interval == 60
    assert look() == (0.5, "ok", later(seconds=60))

    worker.time.passes(seconds=5)
    script.stats = (stat("BTCUSDT", 50_500.0, at=worker.time.now),)
    # In danger a quarter of a minute, were it not for Binance's limit: 23 of 80 weights a minute.
    assert refresh_markets(worker.context, "binance").interval == 17.25
    distance, severity, due = look()
    assert distance == pytest.approx(500 / 50_500)
    assert (severity, due) == ("critical", worker.time.now)


def test_an_account_that_fails_is_not_hastened_by_danger(worker: Worker) -> None:
    account_id = hold(worker, mark_price=100_000.0, liquidation_price=50_000.0)
    source = account_source(account_id)
    with worker.database.write() as connection:
        sources.hasten(connection, source=source, due_at=NOON)
        sources.claim(connection, source=source, owner="w", now=NOON, lease_seconds=60)
        sources.finish_failure(
            connection, source=source, owner="w", now=NOON, delay=300, code="x", message="x"
        )
    worker.time.passes(seconds=5)
    worker.clients.script("binance").stats = (stat("BTCUSDT", 50_500.0, at=worker.time.now),)
    refresh_markets(worker.context, "binance")
    with worker.database.read() as connection:
        assert sources.get(connection, source=source).next_due_at == later(seconds=300)


def test_signals_that_fail_cost_only_themselves(worker: Worker) -> None:
    signal = AdlSignal(venue="binance", native_symbol="BTCUSDT", kind="symbol_risk", at=NOON)
    script = worker.clients.script("binance")
    script.stats, script.signals = (stat("BTCUSDT"),), (signal,)
    assert refresh_markets(worker.context, "binance").partial is None

    error = VenueGarbled("Binance answered its signals wrongly.", venue="binance")
    script.stats, script.signals = (stat("BTCUSDT", 66_000.0, at=later(seconds=9)),), error
    assert refresh_markets(worker.context, "binance").partial is error
    with worker.database.read() as connection:
        (kept,) = markets.stats(connection, venue="binance")
        assert kept.mark_price == 66_000.0
        assert markets.signals(connection, venue="binance") == (signal,)


def test_markets_that_fail_leave_what_was_read(worker: Worker) -> None:
    script = worker.clients.script("binance")
    script.stats = (stat("BTCUSDT"),)
    refresh_markets(worker.context, "binance")
    script.stats = VenueUnreachable("gone", venue="binance")
    with pytest.raises(VenueUnreachable):
        refresh_markets(worker.context, "binance")
    with worker.database.read() as connection:
        assert [one.native_symbol for one in markets.stats(connection, venue="binance")] == [
            "BTCUSDT"
        ]


def test_a_contract_that_answers_lack_for_a_day_is_traded_no_more(worker: Worker) -> None:
    script = worker.clients.script("binance")
    script.stats = (stat("BTCUSDT"), stat("OLDUSDT_261122"))
    refresh_markets(worker.context, "binance")
    for hours, left in ((23, 2), (25, 1)):
        script.stats = (stat("BTCUSDT", at=later(hours=hours)),)
        refresh_markets(worker.context, "binance")
        with worker.database.read() as connection:
            assert len(markets.stats(connection, venue="binance")) == left


def test_the_position_itself_stays_as_old_as_it_was(worker: Worker) -> None:
    hold(worker)
    worker.time.passes(seconds=30)
    worker.clients.script("binance").stats = (stat("BTCUSDT", 66_000.0, at=worker.time.now),)
    refresh_markets(worker.context, "binance")
    with worker.database.read() as connection:
        (held,) = positions.current_for_venue(connection, venue="binance")
    assert held.as_of == a_position().as_of == NOON
    assert held.assessment.position.mark_price == 66_000.0
