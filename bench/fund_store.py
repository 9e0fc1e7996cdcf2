"""The history of insurance funds at size: five years of hourly samples of 200 pools.

On SQLite, and on PostgreSQL where a server answers (``SEAWALL_TEST_POSTGRES_URL``, else the
usual place on this machine). The samples are put in as the years would have: hour by hour,
pool after pool. Each figure is the median of many runs; the bare SQL reads the same samples
through the driver alone, in turn with what it is compared with.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from sqlalchemy import create_engine, text

from app.api.answers import Body
from app.api.paging import page_schema
from app.api.shapes.fund import FundSchema, fund
from app.domain.fund import (
    Confidence,
    Divergence,
    DivergenceKind,
    FundBalance,
    FundHealth,
    FundState,
    PoolKind,
    PoolReading,
    TopUp,
)
from app.domain.reason import Reason, Severity
from app.store import fund_points, fund_retention, funds
from app.store.database import Database
from tests.support.databases import empty_database_url
from tests.support.services import postgresql

POOLS = 200
HOURS = 5 * 365 * 24
REVISED_EVERY = 1000
HOUR = timedelta(hours=1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUNS = 25
POINTS = 500


def main() -> None:
    kinds = ["sqlite"]
    if postgresql().url is None:
        say("fund_store_postgresql", not_run=postgresql().missing)
    else:
        kinds.append("postgresql")
    for kind in kinds:
        with (
            tempfile.TemporaryDirectory(prefix="seawall-bench-") as folder,
            filled(kind, Path(folder)) as database,
        ):
            measure(kind, database)


@contextmanager
def filled(kind: str, folder: Path) -> Iterator[Database]:
    """A database with every pool, its state and its samples; gone at the end."""
    with empty_database_url(kind, folder) as url:
        database = Database(url)
        try:
            began = time.perf_counter()
            database.migrate()
            readings = [a_reading(number) for number in range(POOLS)]
            with database.write() as conn:
                funds.record_readings(conn, readings=readings, now=NOW - HOURS * HOUR)
                for reading in readings:
                    funds.save_state(conn, state=a_state(reading), recent=a_line(), now=NOW)
            fill(database, url)
            say(f"fund_fill_{kind}", seconds=round(time.perf_counter() - began))
            yield database
        finally:
            database.dispose()


def fill(database: Database, url: str) -> None:
    """Five years of balances that move, made by the database itself; one in a thousand revised."""
    sqlite = database.dialect == "sqlite"
    with database.write() as conn:
        if sqlite:
            conn.execute(text("PRAGMA cache_size = -400000"))
        else:
            # The pools are there, and the key is quicker made in one go.
            conn.execute(text("SET LOCAL session_replication_role = replica"))
            conn.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
            key = conn.scalar(
                text(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
                    "WHERE conrelid = 'fund_samples'::regclass AND contype = 'p'"
                )
            )
            conn.execute(text("ALTER TABLE fund_samples DROP CONSTRAINT pk_fund_samples"))
        conn.execute(
            text(
                f"""
                WITH RECURSIVE hours(h) AS (
                    SELECT 0 UNION ALL SELECT h + 1 FROM hours WHERE h < {HOURS - 1}
                )
                INSERT INTO fund_samples (pool, at, asset, revision, amount, usd, recorded_at)
                SELECT number, {micros(NOW)} - CAST(h AS BIGINT) * 3600000000, 'USDT', 0,
                       1.0e9 + (h * 7919 + number * 104729) % 10007 * 1.0e4 + 0.123456,
                       1.0e9 + (h * 7919 + number * 104729) % 10007 * 1.0e4 + 0.654321,
                       {micros(NOW)} - CAST(h AS BIGINT) * 3600000000 + 1234567
                FROM (SELECT {HOURS - 1} - h AS h FROM hours) AS ordered, pools
                """
            )
        )
        conn.execute(
            text(
                f"""
                INSERT INTO fund_samples (pool, at, asset, revision, amount, usd, recorded_at)
                SELECT pool, at, asset, 1, amount + 1, usd, recorded_at + 60000000
                FROM fund_samples WHERE at / 3600000000 % {REVISED_EVERY} = pool % {REVISED_EVERY}
                """
            )
        )
        if not sqlite:
            conn.execute(text(f"ALTER TABLE fund_samples ADD CONSTRAINT pk_fund_samples {key}"))
    # As either database does by itself after a while.
    settle = "PRAGMA wal_checkpoint(TRUNCATE)" if sqlite else "VACUUM ANALYZE fund_samples"
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as conn:
        conn.exec_driver_sql(settle)


def measure(kind: str, database: Database) -> None:
    say(f"fund_sample_bytes_{kind}", **sizes(database))
    points(kind, database)
    board(kind, database)
    recording(kind, database)
    thinning(kind, database)


def points(kind: str, database: Database) -> None:
    """A year of a pool, the next pool at every run, against the scan alone.

    The bare statement, sent and read by the driver, leaves out what was superseded as well; it
    knows no pool by name, no price, and nothing of the corrections themselves.
    """
    year = (NOW - timedelta(days=365), NOW)
    mark = "?" if kind == "sqlite" else "%s"
    bare_sql = f"""
        SELECT at, low, high, (
            SELECT amount FROM fund_samples AS last
            WHERE last.pool = {mark} AND last.at = bucket.at AND last.asset = 'USDT'
            ORDER BY revision DESC LIMIT 1
        ) FROM (
            SELECT max(at) AS at, min(amount) AS low, max(amount) AS high FROM fund_samples
            WHERE pool = {mark} AND at BETWEEN {mark} AND {mark} AND asset = 'USDT'
            AND at NOT IN (
                SELECT at FROM fund_samples WHERE pool = {mark} AND at BETWEEN {mark} AND {mark}
                AND asset = 'USDT' AND revision > 0
            ) GROUP BY (at - {mark}) / {mark} LIMIT {POINTS}
        ) AS bucket ORDER BY at
    """
    since, until = map(micros, year)
    width = (until - since) // POINTS + 1
    ours, bare = [], []
    with database.read() as conn:
        driver = conn.connection.dbapi_connection
        for run in range(RUNS + 1):
            number, pool_id = run + 1, f"venue{run % 40}:pool-{run}"
            with timed(bare):
                cursor = driver.cursor()
                cursor.execute(
                    bare_sql, (number, number, since, until, number, since, until, since, width)
                )
                scanned = cursor.fetchall()
                cursor.close()
            with timed(ours):
                found = fund_points.points(
                    conn, pool_id=pool_id, since=year[0], until=year[1], count=POINTS
                )
            assert len(found) == len(scanned) == POINTS
    ours, bare = ours[1:], bare[1:]
    ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
    took = milliseconds(ours)
    say(
        f"fund_points_{kind}",
        ms=took,
        bare_sql_ms=milliseconds(bare),
        ratio=round(ratio, 2),
        points=POINTS,
        samples=365 * 24,
        budget_ms=25,
        budget_ratio=1.5,
        met=took <= 25 and ratio <= 1.5,
    )


def board(kind: str, database: Database) -> None:
    """Every pool, as ``/api/v1/funds`` gives them."""
    took: list[float] = []
    schema = page_schema(FundSchema)()
    with database.read() as conn:
        for _ in range(RUNS):
            with timed(took):
                known = funds.states(conn)
                items = [fund(one, venue_name="Venue", now=NOW) for one in known]
                body = Body(schema.dump({"items": items, "next_cursor": None, "as_of": NOW}))
                size = len(body.at(NOW))
    budget(f"fund_board_{kind}", took, 100, pools=len(known), bytes=size)


def recording(kind: str, database: Database) -> None:
    """The next balance of every pool, one transaction, the commit included."""
    took: list[float] = []
    for run in range(1, RUNS + 1):
        readings = [a_reading(number, at=NOW + run * HOUR) for number in range(POOLS)]
        with timed(took), database.write() as conn:
            added = funds.record_readings(
                conn, readings=readings, now=NOW + run * HOUR, spacing=timedelta(minutes=10)
            )
        assert added == POOLS
    budget(f"fund_recording_{kind}", took, 50, samples=POOLS)


def thinning(kind: str, database: Database) -> None:
    """The steps in which old samples are thinned, each a transaction of its own."""
    took: list[float] = []
    for _ in range(RUNS):
        with timed(took), database.write() as conn:
            assert fund_retention.thin(conn, now=NOW)
    say(f"fund_thinning_step_{kind}", ms=milliseconds(took), worst_ms=round(max(took) * 1000, 1))


def sizes(database: Database) -> dict[str, object]:
    with database.read() as conn:
        samples = conn.scalar(text("SELECT count(*) FROM fund_samples"))
        if database.dialect == "sqlite":
            page = conn.scalar(text("PRAGMA page_size"))
            taken = conn.scalar(text("PRAGMA page_count")) * page
        else:
            taken = conn.scalar(text("SELECT pg_total_relation_size('fund_samples')"))
    return {"samples": samples, "bytes_per_sample": round(taken / samples, 1)}


@contextmanager
def timed(into: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    into.append(time.perf_counter() - began)


def milliseconds(took: list[float]) -> float:
    return round(statistics.median(took) * 1000, 1)


def budget(figure: str, took: list[float], most: float, **facts: object) -> None:
    say(figure, ms=milliseconds(took), **facts, budget_ms=most, met=milliseconds(took) <= most)


def say(figure: str, **facts: object) -> None:
    print(json.dumps({"figure": figure, **facts}), flush=True)


def micros(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def a_reading(number: int, *, at: datetime = NOW - HOURS * HOUR) -> PoolReading:
    """A pool as a venue gives it: a balance at ``at``, forty contracts."""
    return PoolReading(
        venue=f"venue{number % 40}",
        key=f"pool-{number}",
        name=f"Pool {number}",
        kind=PoolKind.SHARED,
        balances=(
            FundBalance(asset="USDT", amount=1e9 + at.timestamp(), usd=1e9 + at.timestamp(), at=at),
        ),
        symbols=tuple(f"COIN{n}USDT" for n in range(40)),
        scopes=("linear",),
        cadence_seconds=3600,
    )


def a_state(pool: PoolReading) -> FundState:
    """One as full as they come."""
    return FundState(
        pool_id=pool.id,
        venue=pool.venue,
        key=pool.key,
        name=pool.name,
        kind=pool.kind,
        health=FundHealth.DRAINING,
        balance_usd=1.04e9,
        as_of=NOW,
        cadence_seconds=3600,
        changes={"1h": 0.0, "8h": -0.001, "24h": -0.062, "7d": 0.01, "30d": None},
        drawdown_8h=0.02,
        drawdown_30d=0.07,
        drawdown_all=0.11,
        slope_7d=-0.001,
        shock=-4.2,
        runway_days=900.0,
        flat_updates=0,
        top_ups=(TopUp(at=NOW - 9 * HOUR, usd=1e6, labelled=True),),
        divergence=Divergence(
            kind=DivergenceKind.ALONE, others=9, own_change=-0.062, others_change=0.0, score=-9.0
        ),
        confidence=Confidence.HIGH,
        since=NOW - 2 * HOUR,
        coverage=0.021,
        open_interest_usd=4.9e10,
        assets=(FundBalance(asset="USDT", amount=1.04e9, usd=1.04e9, at=NOW),),
        notes={"change_30d": "Watched for nine days so far."},
        reasons=(
            Reason(
                code="fund_draining",
                severity=Severity.WARNING,
                text="The balance fell by 6.2 % within 24 hours.",
                value=-0.062,
                threshold=-0.05,
            ),
        ),
    )


def a_line() -> list[funds.FundPoint]:
    return [funds.FundPoint(at=NOW - n * HOUR / 2, usd=1.04e9 - n) for n in reversed(range(48))]


if __name__ == "__main__":
    main()
