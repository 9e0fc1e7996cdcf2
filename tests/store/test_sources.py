"""Sources are read by one worker at a time, when they are due."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from app.domain.errors import NotFound
from app.store import heartbeat, revisions, sources
from app.store.database import Database
from app.store.sources import SourceState, account_source, funds_source, markets_source
from tests.store.helpers import link
from tests.support.nouns import NOON, later

FUNDS = funds_source("okx")


@pytest.fixture
def source(database: Database) -> str:
    with database.write() as conn:
        assert sources.ensure(conn, source=FUNDS, interval=30, due_at=NOON)
    return FUNDS


def claim(database: Database, source: str, owner: str = "w1", *, now: datetime = NOON) -> bool:
    with database.write() as conn:
        return sources.claim(conn, source=source, owner=owner, now=now, lease_seconds=60)


def succeed(database: Database, source: str, owner: str = "w1", *, now: datetime) -> bool:
    with database.write() as conn:
        return sources.finish_success(conn, source=source, owner=owner, now=now, interval=30)


def fail(database: Database, source: str, owner: str = "w1", *, now: datetime) -> bool:
    with database.write() as conn:
        return sources.finish_failure(
            conn,
            source=source,
            owner=owner,
            now=now,
            delay=10,
            code="venue_unreachable",
            message="OKX does not answer.",
        )


def state(database: Database, source: str) -> SourceState:
    with database.read() as conn:
        return sources.get(conn, source=source)


def due(database: Database, now: datetime, limit: int = 10) -> list[str]:
    with database.read() as conn:
        return [one.source for one in sources.due(conn, now=now, limit=limit)]


def test_a_source_is_made_once(database: Database, source: str) -> None:
    with database.write() as conn:
        assert not sources.ensure(conn, source=source, interval=5, due_at=later(days=1))
    assert state(database, source).interval_seconds == 30
    assert state(database, source).next_due_at == NOON


def test_sources_come_due_longest_first(database: Database, source: str) -> None:
    with database.write() as conn:
        for minute, venue in enumerate(["binance", "bybit"], start=1):
            name = markets_source(venue)
            sources.ensure(conn, source=name, interval=5, due_at=later(minutes=-minute))
        sources.ensure(conn, source="funds:binance", interval=5, due_at=later(seconds=1))
    assert due(database, NOON) == ["markets:bybit", "markets:binance", source]
    assert due(database, NOON, limit=1) == ["markets:bybit"]
    assert due(database, later(seconds=1))[-1] == "funds:binance"


def test_of_many_workers_one_gets_the_source(database: Database, source: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda number: claim(database, source, f"w{number}"), range(8)))
    assert won.count(True) == 1
    assert state(database, source).leased_by == f"w{won.index(True)}"


def test_of_many_tickers_one_queues_the_source(database: Database, source: str) -> None:
    def mark(_: int) -> bool:
        with database.write() as conn:
            return sources.mark_queued(conn, source=source, now=NOON)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(mark, range(8))).count(True) == 1


def test_a_queued_source_is_not_due_until_its_job_must_be_lost(
    database: Database, source: str
) -> None:
    with database.write() as conn:
        sources.mark_queued(conn, source=source, now=NOON)
    assert due(database, later(seconds=59)) == []
    assert due(database, later(seconds=60)) == [source]


def test_a_claimed_source_is_neither_due_nor_claimable(database: Database, source: str) -> None:
    assert claim(database, source)
    assert due(database, later(seconds=59)) == []
    assert not claim(database, source, "w2", now=later(seconds=59))


def test_a_worker_that_died_loses_the_source_when_its_lease_runs_out(
    database: Database, source: str
) -> None:
    claim(database, source)
    assert due(database, later(seconds=60)) == [source]
    assert claim(database, source, "w2", now=later(seconds=60))


def test_a_worker_that_lost_its_lease_changes_nothing(database: Database, source: str) -> None:
    claim(database, source)
    claim(database, source, "w2", now=later(seconds=60))
    before = state(database, source)
    assert not succeed(database, source, "w1", now=later(seconds=61))
    assert not fail(database, source, "w1", now=later(seconds=61))
    assert state(database, source) == before


def test_a_slow_worker_whose_source_nobody_took_still_counts(
    database: Database, source: str
) -> None:
    claim(database, source)
    succeed(database, source, now=later(seconds=90))
    assert state(database, source).last_success_at == later(seconds=90)
    assert state(database, source).next_due_at == later(seconds=120)


def renew(database: Database, source: str, owner: str = "w1", *, now: datetime) -> bool:
    with database.write() as conn:
        return sources.renew(conn, source=source, owner=owner, now=now, lease_seconds=60)


def test_a_renewed_lease_lasts_so_long_from_then(database: Database, source: str) -> None:
    claim(database, source)
    assert renew(database, source, now=later(seconds=50))
    assert not claim(database, source, "w2", now=later(seconds=109))
    assert claim(database, source, "w2", now=later(seconds=110))


def test_a_lost_lease_is_not_renewed(database: Database, source: str) -> None:
    claim(database, source)
    claim(database, source, "w2", now=later(seconds=60))
    before = state(database, source)
    assert not renew(database, source, "w1", now=later(seconds=61))
    assert state(database, source) == before


def test_a_wish_made_during_a_refresh_outlives_a_renewed_lease(
    database: Database, source: str
) -> None:
    claim(database, source)
    renew(database, source, now=later(seconds=10))
    succeed(database, source, now=later(seconds=20))
    assert state(database, source).next_due_at == later(seconds=50), "nobody wished anything"

    claim(database, source, now=later(seconds=50))
    with database.write() as conn:
        sources.hasten(conn, source=source, due_at=later(seconds=55))
    renew(database, source, now=later(seconds=60))
    succeed(database, source, now=later(seconds=65))
    assert state(database, source).next_due_at == later(seconds=55)


def test_a_source_given_back_is_due_at_once(database: Database, source: str) -> None:
    claim(database, source)
    with database.write() as conn:
        assert not sources.give_back(conn, source=source, owner="w2", now=later(seconds=5))
        assert sources.give_back(conn, source=source, owner="w1", now=later(seconds=5))
    assert due(database, later(seconds=5)) == [source]
    assert state(database, source).failures == 0
    assert not succeed(database, source, now=later(seconds=6)), "its worker has nothing to end"


def test_a_failure_in_part_counts_as_read_and_keeps_its_error(
    database: Database, source: str
) -> None:
    claim(database, source)
    with database.write() as conn:
        assert sources.finish_failure(
            conn,
            source=source,
            owner="w1",
            now=NOON,
            delay=20,
            code="venue_garbled",
            message="Not read: one part.",
            interval=20,
        )
    found = state(database, source)
    assert (found.last_success_at, found.interval_seconds) == (NOON, 20)
    assert (found.failing_since, found.last_error_code) == (NOON, "venue_garbled")
    assert found.next_due_at == later(seconds=20)


def test_a_success_sets_the_next_time(database: Database, source: str) -> None:
    claim(database, source)
    assert not succeed(database, source, now=later(seconds=2))
    assert state(database, source) == SourceState(
        source=source,
        interval_seconds=30,
        next_due_at=later(seconds=32),
        queued_at=None,
        lease_until=None,
        leased_by=None,
        failures=0,
        last_started_at=NOON,
        last_success_at=later(seconds=2),
        last_error_code=None,
        last_error_message=None,
        failing_since=None,
    )


def test_a_job_queued_twice_reads_once(database: Database, source: str) -> None:
    claim(database, source)
    succeed(database, source, now=later(seconds=2))
    assert not claim(database, source, now=later(seconds=3))
    assert claim(database, source, now=later(seconds=32))


def test_the_first_failure_and_the_recovery_stand_out(database: Database, source: str) -> None:
    firsts = []
    for second in (0, 10, 20):
        assert claim(database, source, now=later(seconds=second))
        firsts.append(fail(database, source, now=later(seconds=second)))
    assert firsts == [True, False, False]
    failing = state(database, source)
    assert (failing.failures, failing.failing_since) == (3, NOON)
    assert failing.last_error_code == "venue_unreachable"
    assert failing.last_error_message == "OKX does not answer."
    assert failing.next_due_at == later(seconds=30)
    assert failing.interval_seconds == 30

    recoveries = []
    for second in (30, 60):
        assert claim(database, source, now=later(seconds=second))
        recoveries.append(succeed(database, source, now=later(seconds=second)))
    assert recoveries == [True, False]
    recovered = state(database, source)
    assert (recovered.failures, recovered.failing_since) == (0, None)
    assert (recovered.last_error_code, recovered.last_error_message) == (None, None)


def test_a_source_is_hastened_but_never_delayed(database: Database, source: str) -> None:
    claim(database, source)
    succeed(database, source, now=NOON)
    with database.write() as conn:
        assert sources.hasten(conn, source=source, due_at=later(seconds=5))
        assert not sources.hasten(conn, source=source, due_at=later(seconds=10))
        assert not sources.hasten(conn, source="funds:none", due_at=NOON)
    assert state(database, source).next_due_at == later(seconds=5)


def test_a_source_hastened_while_it_is_read_is_read_once_more(
    database: Database, source: str
) -> None:
    claim(database, source)
    with database.write() as conn:
        assert sources.hasten(conn, source=source, due_at=later(seconds=1))
    assert due(database, later(seconds=1)) == []
    succeed(database, source, now=later(seconds=2))
    assert due(database, later(seconds=2)) == [source]
    assert claim(database, source, now=later(seconds=2))
    succeed(database, source, now=later(seconds=3))
    assert due(database, later(seconds=3)) == []


def test_a_job_still_queued_when_a_late_worker_ends_does_not_block_the_next(
    database: Database, source: str
) -> None:
    claim(database, source)
    with database.write() as conn:
        assert sources.mark_queued(conn, source=source, now=later(seconds=60))
    succeed(database, source, now=later(seconds=61))
    assert due(database, later(seconds=91)) == [source]


def test_a_removed_source_is_nobodys(database: Database, source: str) -> None:
    claim(database, source)
    with database.write() as conn:
        sources.remove(conn, source=source)
        assert sources.all(conn) == ()
        with pytest.raises(NotFound):
            sources.get(conn, source=source)
    assert not succeed(database, source, now=later(seconds=1))
    assert not claim(database, source)


def test_many_are_read_at_once(database: Database, source: str) -> None:
    with database.read() as conn:
        assert sources.get_many(conn, names=[source, "funds:none"]) == {
            source: sources.get(conn, source=source)
        }
        assert sources.get_many(conn, names=[]) == {}
        assert sources.all(conn) == (sources.get(conn, source=source),)


def test_an_outcome_changes_the_revision_of_whoever_is_shown_it(
    database: Database, owner: str, source: str
) -> None:
    account = link(database, owner)
    mine = account_source(account.id)
    scopes = [f"user:{owner}", "venue:okx"]
    with database.write() as conn:
        sources.ensure(conn, source=mine, interval=30, due_at=NOON)
    with database.read() as conn:
        before = revisions.read(conn, scopes)
    for name in (source, mine):
        claim(database, name)
    fail(database, source, now=NOON)
    succeed(database, mine, now=NOON)
    with database.read() as conn:
        after = revisions.read(conn, scopes)
    assert after == {scope: count + 1 for scope, count in before.items()}


def test_the_worker_gives_a_sign_of_life(database: Database) -> None:
    with database.read() as conn:
        assert heartbeat.last(conn) is None
    for moment in (NOON, later(seconds=5)):
        with database.write() as conn:
            heartbeat.beat(conn, now=moment)
    with database.read() as conn:
        assert heartbeat.last(conn) == later(seconds=5)
