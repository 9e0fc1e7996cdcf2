"""Reading a venue's funds: what is kept of a reading, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import VenueUnreachable
from app.domain.fund import (
    FundBalance,
    FundHealth,
    FundState,
    MarketStat,
    PoolKind,
    PoolReading,
)
from app.domain.fund_series import EPOCH
from app.monitor.coordinator import Outcome
from app.monitor.funds import refresh_funds
from app.monitor.markets import refresh_markets
from app.store import funds, sources
from tests.support.nouns import NOON, a_pool_reading, later
from tests.support.scripted import Worker

MAIN, OTHER = "binance:usdm:btc-eth-bnb", "binance:usdm:sol"
MAJORS = ("BTCUSDT", "ETHUSDT", "BNBUSDT")


def a_pool(worker: Worker, amount: float = 1000.0, **fields: Any) -> PoolReading:
    """A pool read at this moment."""
    balance = FundBalance(asset="USDT", amount=amount, usd=amount, at=worker.time.now)
    given = {"balances": (balance,), "scopes": (), "cadence_seconds": None, **fields}
    return a_pool_reading(**given)


def refresh(worker: Worker, *pools: PoolReading, venue: str = "binance") -> Outcome:
    worker.clients.script(venue).funds = pools
    return refresh_funds(worker.context, venue)


def known(worker: Worker) -> dict[str, PoolReading]:
    with worker.database.read() as connection:
        return {pool.id: pool for pool in funds.pools(connection)}


def test_a_pool_is_judged_by_what_was_read_before(worker: Worker) -> None:
    refresh(worker, a_pool(worker, 1000.0))
    worker.time.passes(hours=1)
    refresh(worker, a_pool(worker, 960.0))
    with worker.database.read() as connection:
        found = funds.state(connection, pool_id=MAIN)
    assert found.state.health is FundHealth.DRAINING
    assert found.state.changes["1h"] == pytest.approx(-0.04)
    assert [point.usd for point in found.recent] == [1000.0, 960.0]


def test_a_reading_that_failed_changes_nothing(worker: Worker) -> None:
    refresh(worker, a_pool(worker))
    before = known(worker)
    worker.clients.script("binance").funds = VenueUnreachable("gone", venue="binance")
    with pytest.raises(VenueUnreachable):
        refresh_funds(worker.context, "binance")
    assert known(worker) == before


def test_a_balance_that_stands_still_is_seen_every_time_and_stored_now_and_then(
    worker: Worker,
) -> None:
    for _ in range(61):
        refresh(worker, a_pool(worker))
        worker.time.passes(minutes=1)
    with worker.database.read() as connection:
        samples = funds.samples(connection, pool_id=MAIN, since=NOON)
        state = funds.state(connection, pool_id=MAIN).state
    assert [one.at for one in samples] == [later(minutes=10 * n) for n in range(7)]
    assert state.as_of == later(minutes=60)
    assert state.changes["1h"] == 0


def test_a_pool_the_venue_publishes_no_longer_leaves_the_board(worker: Worker) -> None:
    other = a_pool(worker, key="usdm:sol", symbols=("SOLUSDT",))
    refresh(worker, a_pool(worker), other)
    assert known(worker).keys() == {MAIN, OTHER}
    refresh(worker, a_pool(worker))
    assert known(worker).keys() == {MAIN}
    refresh(worker, a_pool(worker), other)
    assert known(worker).keys() == {MAIN, OTHER}


def test_a_reading_without_any_pool_takes_none_away(worker: Worker) -> None:
    refresh(worker, a_pool(worker))
    refresh(worker)
    assert known(worker).keys() == {MAIN}


def test_where_a_reading_may_lack_pools_those_it_lacks_stay(worker: Worker) -> None:
    worker.clients.script("binance").gives_all_funds = False
    refresh(worker, a_pool(worker), a_pool(worker, key="usdm:sol", symbols=("SOLUSDT",)))
    refresh(worker, a_pool(worker))
    assert known(worker).keys() == {MAIN, OTHER}


def test_a_pool_keeps_its_name_when_contracts_are_regrouped(worker: Worker) -> None:
    refresh(worker, a_pool(worker, symbols=("BTCUSDT", "ETHUSDT", "BNBUSDT")))
    regrouped = a_pool(worker, key="usdm:ethusdt", symbols=("BTCUSDT", "ETHUSDT", "SOLUSDT"))
    refresh(worker, regrouped)
    assert known(worker).keys() == {MAIN}
    assert "SOLUSDT" in known(worker)[MAIN].symbols


def test_a_pool_that_lists_no_contracts_this_time_keeps_those_it_had(worker: Worker) -> None:
    vault = a_pool(worker, kind=PoolKind.VAULT, scopes=("linear",))
    refresh(worker, vault)
    refresh(worker, replace(vault, symbols=()))
    assert known(worker)[MAIN].symbols == vault.symbols


def test_when_contracts_appear_in_pools_the_markets_are_read_next(worker: Worker) -> None:
    def due() -> object:
        with worker.database.read() as connection:
            return sources.get(connection, source="markets:binance").next_due_at

    with worker.database.write() as connection:
        name, then = "markets:binance", later(minutes=30)
        sources.ensure(connection, source=name, interval=60, due_at=then)
    refresh(worker, a_pool(worker))
    assert due() == NOON

    with worker.database.write() as connection:
        sources.remove(connection, source=name)
        sources.ensure(connection, source=name, interval=60, due_at=then)
    refresh(worker, a_pool(worker))
    assert due() == then, "nothing new"


@pytest.mark.parametrize(
    ("cadence", "asked", "load", "seconds"),
    [
        (None, True, 0.0, 60),
        (7200, True, 0.0, 3600),
        (86_400, True, 0.0, 3600),
        (86_400, False, 0.0, 60),
        (86_400, False, 1.5, 90),
    ],
)
def test_the_next_reading_follows_the_cadence_what_is_unread_and_the_budget(
    worker: Worker, cadence: int | None, asked: bool, load: float, seconds: float
) -> None:
    worker.clients.script("binance").all_funds_asked = asked
    worker.clients.loads["binance"] = load
    outcome = refresh(worker, a_pool(worker, cadence_seconds=cadence))
    assert outcome == Outcome(interval=seconds)


def test_a_draining_fund_is_read_more_often_than_half_its_cadence(worker: Worker) -> None:
    assert refresh(worker, a_pool(worker, 1000.0, cadence_seconds=1800)).interval == 900
    worker.time.passes(days=1)
    assert refresh(worker, a_pool(worker, 800.0, cadence_seconds=1800)).interval == 60


def events(worker: Worker, pool_id: str = MAIN) -> list[tuple[str, datetime]]:
    with worker.database.read() as connection:
        found = funds.events(connection, pool_id=pool_id, since=EPOCH)
    return [(one.kind, one.at) for one in found]


def state(worker: Worker, pool_id: str = MAIN) -> FundState:
    with worker.database.read() as connection:
        return funds.state(connection, pool_id=pool_id).state


def test_contracts_that_move_between_pools_are_recorded_and_are_no_drain(worker: Worker) -> None:
    refresh(
        worker,
        a_pool(worker, 1000.0, symbols=MAJORS),
        a_pool(worker, 200.0, key="usdm:sol", symbols=("SOLUSDT", "XRPUSDT")),
    )
    for _ in range(48):
        worker.time.passes(hours=1)
        refresh(
            worker,
            a_pool(worker, 1000.0, symbols=MAJORS),
            a_pool(worker, 200.0, key="usdm:sol", symbols=("SOLUSDT", "XRPUSDT")),
        )
    worker.time.passes(hours=1)
    refresh(
        worker,
        a_pool(worker, 500.0, symbols=("BTCUSDT", "ETHUSDT")),
        a_pool(worker, 700.0, key="usdm:sol", symbols=("SOLUSDT", "XRPUSDT", "BNBUSDT")),
    )
    moved = [("regrouped", worker.time.now)]
    assert events(worker) == events(worker, OTHER) == moved
    found = state(worker)
    assert found.health is FundHealth.UNKNOWN
    assert found.drawdown_30d is None
    assert "regrouped" in found.notes["change_24h"]
    worker.time.passes(hours=1)
    refresh(worker, a_pool(worker, 500.0, symbols=("BTCUSDT", "ETHUSDT")))
    assert events(worker) == moved, "once"
    assert state(worker).changes["1h"] == 0


def test_a_pool_that_is_dissolved_into_another_has_it_on_record(worker: Worker) -> None:
    refresh(worker, a_pool(worker), a_pool(worker, key="usdm:sol", symbols=("SOLUSDT",)))
    worker.time.passes(hours=1)
    whole = a_pool(worker, 2000.0, symbols=("BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT"))
    refresh(worker, whole)
    assert events(worker) == events(worker, OTHER) == [("regrouped", worker.time.now)]
    assert known(worker).keys() == {MAIN}


@pytest.mark.parametrize(
    "symbols", [("BTCUSDT", "ETHUSDT", "BNBUSDT", "NEWUSDT"), ("BTCUSDT", "ETHUSDT")]
)
def test_a_contract_that_is_listed_or_delisted_is_no_regrouping(
    worker: Worker, symbols: tuple[str, ...]
) -> None:
    sol = a_pool(worker, key="usdm:sol", symbols=("SOLUSDT",))
    refresh(worker, a_pool(worker, symbols=MAJORS), sol)
    worker.time.passes(hours=1)
    refresh(
        worker,
        a_pool(worker, 960.0, symbols=symbols),
        a_pool(worker, key="usdm:sol", symbols=("SOLUSDT",)),
    )
    assert events(worker) == events(worker, OTHER) == []
    assert state(worker).health is FundHealth.DRAINING


def test_a_pool_under_another_name_goes_on_and_the_name_is_on_record(worker: Worker) -> None:
    refresh(worker, a_pool(worker))
    worker.time.passes(hours=1)
    refresh(worker, a_pool(worker, 960.0, key="usdm:majors", name="Majors"))
    assert events(worker) == [("renamed", worker.time.now)]
    assert state(worker).changes["1h"] == pytest.approx(-0.04)


def test_where_the_balance_is_older_than_the_regrouping_the_next_one_begins_anew(
    worker: Worker,
) -> None:
    """A daily balance that was stated before the contracts moved is of the old grouping."""
    other = a_pool(worker, key="usdm:sol", symbols=("SOLUSDT",))
    before = a_pool(worker, 1000.0, symbols=MAJORS)
    refresh(worker, before, other)
    worker.time.passes(hours=2)
    refresh(
        worker,
        replace(before, symbols=("BTCUSDT", "ETHUSDT")),
        replace(other, symbols=("SOLUSDT", "BNBUSDT")),
    )
    assert events(worker) == [("regrouped", worker.time.now)]
    worker.time.passes(hours=1)
    refresh(worker, a_pool(worker, 500.0, symbols=("BTCUSDT", "ETHUSDT")))
    assert state(worker).health is FundHealth.UNKNOWN
    assert state(worker).drawdown_all is None


def test_when_a_fund_comes_to_lose_it_is_read_at_the_fastest_for_an_hour(worker: Worker) -> None:
    def read(amount: float, **passes: float) -> float:
        worker.time.passes(**passes)
        return refresh(worker, a_pool(worker, amount, cadence_seconds=3600)).interval

    assert read(1000.0, hours=0) == 1800
    assert read(985.0, days=1) == 60, "declining"
    assert read(985.0, minutes=59) == 60
    assert read(985.0, minutes=2) == 1800


def test_when_marks_move_hard_the_fund_is_read_next(worker: Worker) -> None:
    def due() -> datetime:
        with worker.database.read() as connection:
            return sources.get(connection, source="funds:binance").next_due_at

    def priced(mark: float) -> MarketStat:
        at = worker.time.now
        return MarketStat(venue="binance", native_symbol="BTCUSDT", at=at, mark_price=mark)

    with worker.database.write() as connection:
        sources.ensure(connection, source="funds:binance", interval=3600, due_at=later(days=1))
    worker.link()
    for mark, tight in ((100.0, False), (99.0, False), (94.0, True)):
        worker.time.passes(minutes=15)
        worker.clients.script("binance").stats = (priced(mark),)
        outcome = refresh_markets(worker.context, "binance")
        assert (outcome.interval < 20) is tight
        assert (due() < later(days=1)) is tight
    assert due() - worker.time.now >= timedelta(seconds=60)
