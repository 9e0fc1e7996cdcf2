"""Reading the past of a venue's fund: page by page, once, behind everything else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.errors import VenueUnreachable
from app.domain.fund import (
    FundBalance,
    FundEvent,
    FundHealth,
    FundHistoryPage,
    PoolKind,
    PoolReading,
)
from app.monitor.coordinator import Coordinator, Outcome
from app.monitor.funds import refresh_funds
from app.monitor.history import refresh_history, without_repeats
from app.store import backfills, funds, sources
from app.store.backfills import Backfill
from tests.support.nouns import NOON, a_pool_reading, later
from tests.support.scripted import Script, Worker

VENUE = "okx"


def a_balance(amount: float, **ago: float) -> FundBalance:
    return FundBalance(asset="USDT", amount=amount, usd=amount, at=later(**ago))


def a_pool(*balances: FundBalance, **fields: Any) -> PoolReading:
    given = {"key": "swap:btc-usdt", "symbols": ("BTC-USDT-SWAP",), "cadence_seconds": None}
    return a_pool_reading(venue=VENUE, balances=balances, **{**given, **fields})


def a_page(
    *balances: FundBalance, cursor: str | None, share: float | None = None
) -> FundHistoryPage:
    return FundHistoryPage(readings=(a_pool(*balances),), cursor=cursor, share=share)


@pytest.fixture
def script(worker: Worker) -> Script:
    """The fund was read; its past is a hundred days in ten pages."""
    script = worker.clients.script(VENUE)
    script.funds = (a_pool(a_balance(1000.0)),)
    refresh_funds(worker.context, VENUE)
    script.asked.clear()
    names = [None, *(str(page) for page in range(1, 10)), None]
    script.history = {
        name: a_page(
            *(a_balance(999.0 - 10 * page - day, days=-1 - 10 * page - day) for day in range(10)),
            cursor=names[page + 1],
            share=(page + 1) / 10,
        )
        for page, name in enumerate(names[:-1])
    }
    return script


def refresh(worker: Worker) -> Outcome:
    return refresh_history(worker.context, VENUE)


def backfill(worker: Worker) -> Backfill:
    with worker.database.read() as connection:
        (found,) = backfills.progress(connection)
    return found


def amounts(worker: Worker) -> list[float]:
    with worker.database.read() as connection:
        found = funds.samples(
            connection, pool_id="okx:swap:btc-usdt", since=later(days=-999), until=NOON
        )
    return [sample.amount for sample in found]


def test_the_past_is_read_page_by_page_and_then_never_again(worker: Worker, script: Script) -> None:
    outcomes = [refresh(worker) for _ in range(10)]

    assert [outcome.done for outcome in outcomes] == [False] * 9 + [True]
    assert script.asked == [f"history {page or None}" for page in range(10)]
    assert amounts(worker) == [float(amount) for amount in range(900, 1001)]
    assert backfill(worker).finished_at == NOON
    assert backfill(worker).samples == 100
    assert worker.clients.ended == [VENUE]
    assert refresh(worker).done
    assert len(script.asked) == 10


def test_it_tells_of_its_beginning_every_tenth_and_its_end(worker: Worker, script: Script) -> None:
    with capture_logs() as log:
        for _ in range(10):
            refresh(worker)

    assert [line["event"] for line in log] == [
        "reading the past of the fund",
        *["past of the fund read so far"] * 9,
        "the past of the fund is read",
    ]
    assert [line["share"] for line in log if "share" in line] == [n / 10 for n in range(1, 10)]
    assert log[-1]["samples"] == 100


def test_a_past_of_unknown_length_is_told_of_twice(worker: Worker, script: Script) -> None:
    script.history = {
        None: a_page(a_balance(1.0, days=-1), cursor="x"),
        "x": a_page(a_balance(2.0, days=-2), cursor=None),
    }
    with capture_logs() as log:
        refresh(worker)
        assert backfill(worker).share is None
        refresh(worker)
    assert [line["event"] for line in log] == [
        "reading the past of the fund",
        "the past of the fund is read",
    ]


def test_the_fund_as_it_is_now_comes_first(worker: Worker) -> None:
    script = worker.clients.script(VENUE)
    outcome = refresh(worker)

    assert (outcome.interval, outcome.done) == (60.0, False)
    assert script.asked == []


def test_the_others_keep_a_third_of_our_share_free_or_the_past_waits(
    worker: Worker, script: Script
) -> None:
    worker.clients.loads[VENUE] = 0.7
    assert refresh(worker) == Outcome(interval=60.0)
    assert script.asked == []
    worker.clients.loads[VENUE] = 0.6
    # 300 a minute are allowed, 30 are ours, 10 of them for the past: one in 6 seconds.
    assert refresh(worker) == Outcome(interval=6.0)
    assert script.asked == ["history None"]


def test_one_page_is_read_at_a_time_so_that_threads_stay_free_for_what_is_now(
    worker: Worker, script: Script
) -> None:
    with worker.context.backfilling:
        assert refresh(worker) == Outcome(interval=5.0)
    assert script.asked == []
    script.history[None] = VenueUnreachable("Gone.", venue=VENUE)
    with pytest.raises(VenueUnreachable):
        refresh(worker)
    assert not worker.context.backfilling.locked()


def test_a_failure_goes_on_from_where_it_was(worker: Worker, script: Script) -> None:
    source = sources.history_source(VENUE)
    coordinator = Coordinator(worker.context, {"history": refresh_history})
    with worker.database.write() as connection:
        sources.ensure(connection, source=source, interval=60, due_at=NOON)
    coordinator.run(source)
    page, script.history["1"] = script.history["1"], VenueUnreachable("Gone.", venue=VENUE)
    worker.time.passes(seconds=6)
    coordinator.run(source)
    with worker.database.read() as connection:
        failing = sources.get(connection, source=source)
    assert (failing.failures, failing.last_error_code) == (1, "venue_unreachable")
    assert failing.next_due_at > worker.time.now

    script.history["1"] = page
    while True:
        worker.time.passes(minutes=5)
        if not coordinator.run(source):
            break
    assert script.asked.count("history None") == 1
    assert script.asked.count("history 1") == 2
    assert backfill(worker).samples == 100
    with worker.database.read() as connection:
        assert source not in sources.get_many(connection, names=[source])


def test_at_the_end_the_fund_is_read_and_judged_anew(worker: Worker, script: Script) -> None:
    source = sources.funds_source(VENUE)
    with worker.database.write() as connection:
        sources.ensure(connection, source=source, interval=60, due_at=later(hours=1))
    for due in [*[later(hours=1)] * 9, NOON]:
        refresh(worker)
        with worker.database.read() as connection:
            assert sources.get(connection, source=source).next_due_at == due


def test_the_past_of_a_pool_that_was_renamed_goes_to_that_pool(
    worker: Worker, script: Script
) -> None:
    renamed = a_pool(a_balance(5.0, days=-1), key="swap:other-name")
    script.history = {None: FundHistoryPage(readings=(renamed,))}
    refresh(worker)
    assert amounts(worker) == [5.0, 1000.0]


def test_balances_that_only_repeat_are_kept_every_ten_minutes() -> None:
    same = [a_balance(7.0, minutes=-minute) for minute in range(31)]
    moved = a_balance(6.0, minutes=-15)
    other = FundBalance(asset="BTC", amount=7.0, usd=None, at=later(minutes=-29))
    kept = without_repeats([one for one in same if one.at != moved.at] + [moved, other])
    found = [(one.asset, (one.at - NOON).total_seconds() / 60) for one in kept]
    assert found == [
        ("USDT", -30),
        ("BTC", -29),
        ("USDT", -20),
        ("USDT", -15),
        ("USDT", -14),
        ("USDT", -4),
    ]


def test_a_fund_that_publishes_events_alone_keeps_them_and_is_unknown(worker: Worker) -> None:
    now = FundEvent(kind="outflow", at=later(days=-1), asset="BTC", amount=10.0)
    then = FundEvent(kind="outflow", at=later(days=-900), asset="BTC", amount=5.0)
    fund = PoolReading(
        venue="deribit",
        key="btc",
        name="BTC insurance fund",
        kind=PoolKind.SHARED,
        balances=(),
        scopes=("btc",),
        events=(now,),
    )
    script = worker.clients.script("deribit")
    script.funds = (fund,)
    script.history = {None: FundHistoryPage(readings=(replace(fund, events=(now, then)),))}
    refresh_funds(worker.context, "deribit")
    assert refresh_history(worker.context, "deribit").done
    refresh_funds(worker.context, "deribit")

    with worker.database.read() as connection:
        kept = funds.events(connection, pool_id="deribit:btc", since=later(days=-999))
        state = funds.state(connection, pool_id="deribit:btc").state
    assert kept == (then, now)
    assert (state.health, state.balance_usd) == (FundHealth.UNKNOWN, None)
