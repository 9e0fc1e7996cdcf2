"""How far a venue's past was read, and what of it is stored with that."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from app.domain.fund import FundBalance, FundEvent, FundHistoryPage, PoolReading
from app.store import backfills, funds
from app.store.backfills import Backfill
from app.store.database import Database
from tests.support.nouns import NOON, a_pool_reading, later

ADL = FundEvent(kind="adl", at=later(days=-3))


def a_past(*amounts: float, day: int = 1) -> PoolReading:
    """A pool with a balance a day, the newest that many days before noon, and an event."""
    balances = tuple(
        FundBalance(asset="USDT", amount=amount, usd=amount, at=later(days=-day - number))
        for number, amount in enumerate(amounts)
    )
    return a_pool_reading(balances=balances, events=(ADL,))


def a_page(
    *readings: PoolReading, cursor: str | None = None, share: float = 0.5
) -> FundHistoryPage:
    return FundHistoryPage(readings=readings, cursor=cursor, share=share)


FIRST = a_page(a_past(10.0, 9.0), cursor="older")
LAST = a_page(a_past(8.0, 7.0, day=3))
WHOLE = [7.0, 8.0, 9.0, 10.0]


def record(database: Database, page: FundHistoryPage, *, asked: str | None) -> Backfill | None:
    with database.write() as conn:
        return backfills.record_page(conn, venue="binance", asked=asked, page=page, now=NOON)


def stored(database: Database) -> list[float]:
    with database.read() as conn:
        found = funds.samples(conn, pool_id=a_pool_reading().id, since=later(days=-99))
    return [sample.amount for sample in found]


def test_nothing_has_begun_at_first(database: Database) -> None:
    with database.read() as conn:
        assert backfills.of(conn, venue="binance") is None
        assert backfills.progress(conn) == ()
        assert backfills.finished(conn) == frozenset()


def test_page_after_page_is_stored_with_where_to_go_on(database: Database) -> None:
    after = record(database, FIRST, asked=None)

    assert after == Backfill(
        venue="binance", cursor="older", began_at=NOON, finished_at=None, samples=2, share=0.5
    )
    assert stored(database) == [9.0, 10.0]
    with database.read() as conn:
        assert backfills.of(conn, venue="binance") == after
        assert backfills.progress(conn) == (after,)
        assert backfills.finished(conn) == frozenset()

    done = record(database, LAST, asked="older")

    assert done == Backfill(
        venue="binance", cursor=None, began_at=NOON, finished_at=NOON, samples=4, share=1.0
    )
    assert stored(database) == WHOLE
    with database.read() as conn:
        assert backfills.finished(conn) == {"binance"}
        assert funds.events(conn, pool_id=a_pool_reading().id, since=later(days=-99)) == (ADL,)


def test_a_page_that_another_worker_has_stored_already_changes_nothing(database: Database) -> None:
    record(database, FIRST, asked=None)
    other = a_page(a_past(99.0, day=50), cursor="elsewhere")

    assert record(database, other, asked=None) is None
    assert stored(database) == [9.0, 10.0]
    record(database, LAST, asked="older")
    assert record(database, other, asked=None) is None
    assert stored(database) == WHOLE


def test_what_was_read_of_the_pool_last_stays_what_it_is(database: Database) -> None:
    with database.write() as conn:
        funds.record_pool_reading(conn, reading=a_pool_reading(), now=NOON)
    record(database, FIRST, asked=None)

    with database.read() as conn:
        (pool,) = funds.pools(conn, venue="binance")
    assert pool == a_pool_reading()


def test_balances_known_already_are_stored_once(database: Database) -> None:
    with database.write() as conn:
        funds.record_pool_reading(conn, reading=a_past(10.0), now=NOON)
    after = record(database, FIRST, asked=None)

    assert after is not None
    assert after.samples == 1
    assert stored(database) == [9.0, 10.0]


class Killed(BaseException):
    """What nothing catches."""


class Reaper:
    """Lets so much happen, and nothing after it."""

    def __init__(self, spared: int | None = None) -> None:
        self.seen = 0
        self._spared = spared

    def __call__(self, *_: object) -> None:
        if self.seen == self._spared:
            raise Killed
        self.seen += 1


MOMENTS = ("before_cursor_execute", "commit")


def record_under(reaper: Reaper, moment: str, database: Database) -> None:
    with database.write() as conn:
        event.listen(conn, moment, reaper)
        backfills.record_page(conn, venue="binance", asked="older", page=LAST, now=NOON)


@pytest.mark.parametrize("moment", MOMENTS)
def test_wherever_storing_breaks_off_nothing_is_lost_or_doubled(
    database: Database, moment: str
) -> None:
    record(database, FIRST, asked=None)
    with database.read() as conn:
        before = backfills.progress(conn)
    broken = 0
    while True:
        try:
            record_under(Reaper(broken), moment, database)
        except Killed:
            broken += 1
        else:
            break
        with database.read() as conn:
            assert backfills.progress(conn) == before
        assert stored(database) == [9.0, 10.0]

    assert broken >= (1 if moment == "commit" else 5)
    assert stored(database) == WHOLE
    with database.read() as conn:
        (done,) = backfills.progress(conn)
        assert (done.samples, done.cursor, done.finished_at) == (4, None, NOON)
        assert funds.events(conn, pool_id=a_pool_reading().id, since=later(days=-99)) == (ADL,)
