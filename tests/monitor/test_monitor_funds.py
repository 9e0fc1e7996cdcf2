"""Reading a venue's funds: what is kept of a reading, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.domain.errors import VenueUnreachable
from app.domain.fund import FundBalance, FundHealth, PoolKind, PoolReading
from app.monitor.coordinator import Outcome
from app.monitor.funds import refresh_funds
from app.store import funds, sources
from tests.support.nouns import NOON, a_pool_reading, later
from tests.support.scripted import Worker

MAIN, OTHER = "binance:usdm:btc-eth-bnb", "binance:usdm:sol"


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
