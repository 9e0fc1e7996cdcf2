"""Records of funds out of one installation and into another: all of them, and each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.errors import InvalidInput, NotFound
from app.domain.fund import FundBalance, FundHealth, PoolKind
from app.store import fund_csv, fund_retention, funds, revisions
from app.store.database import Database
from app.store.fund_import import Imported
from app.store.tables import fund_samples
from tests.support.databases import open_database
from tests.support.nouns import NOON, a_fund_state, a_pool_reading, later

POOL = "binance:usdm:btc-eth-bnb"
NOW = later(days=1)
HEADER = "venue,pool,asset,at,amount\n"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Database]:
    """Another installation."""
    (tmp_path / "other").mkdir()
    with open_database("sqlite", tmp_path / "other") as opened:
        yield opened


@pytest.fixture
def watched(database: Database) -> Database:
    """Two pools; balances of two assets, some without a value, one corrected twice."""
    usdt = FundBalance(asset="USDT", amount=0.1 + 0.2, usd=1 / 3, at=NOON)
    btc = FundBalance(asset="BTC", amount=2.0, usd=None, at=NOON)
    for minute, amount in enumerate((1000.0, 1001.0, 1000.0)):
        read(database, replace(usdt, at=later(hours=1), amount=amount), minute=minute)
    read(database, usdt, btc)
    with database.write() as conn:
        named = a_pool_reading(venue="okx", key="btc", name='=A "name", quoted', balances=(btc,))
        funds.record_pool_reading(conn, reading=named, now=later(hours=2, seconds=0.25))
    return database


def read(database: Database, *balances: FundBalance, minute: float = 0) -> None:
    with database.write() as conn:
        reading = a_pool_reading(balances=balances)
        funds.record_pool_reading(conn, reading=reading, now=later(hours=2, minutes=minute))


def exported(database: Database, **which: str) -> list[str]:
    with database.read() as conn:
        return list(fund_csv.export(conn, **which))


def take(database: Database, lines: list[str]) -> Imported:
    with database.write() as conn:
        return fund_csv.import_(conn, lines, now=NOW)


def rows(database: Database) -> list[tuple[object, ...]]:
    with database.read() as conn:
        return [tuple(row) for row in conn.execute(select(fund_samples))]


def line(at: str = "2026-07-01T12:00:00Z", amount: str = "5", pool: str = "main") -> str:
    return f"bybit,{pool},USDT,{at},{amount}\n"


def test_what_is_exported_is_imported_bit_by_bit_revisions_and_times_among_it(
    watched: Database, other: Database
) -> None:
    lines = exported(watched)
    done = take(other, lines)
    assert done == Imported(added=4, revised=2, known=0, pools=(POOL, "okx:btc"))
    assert exported(other) == lines
    assert len(lines) == 1 + 6


def test_importing_again_changes_nothing(watched: Database, other: Database) -> None:
    lines = exported(watched)
    take(other, lines)
    before = rows(other)
    assert take(other, lines) == Imported(known=6)
    assert rows(other) == before
    assert take(watched, lines) == Imported(known=6)
    assert take(watched, [lines[0], *reversed(lines[1:])]) == Imported(known=6)
    assert exported(watched) == lines


def test_a_file_of_the_few_columns_needed_is_enough(database: Database) -> None:
    done = take(database, [HEADER, line(), line("2026-07-01T14:00:00+02:00"), "\n"])
    assert done == Imported(added=1, known=1, pools=("bybit:main",))
    _, only = exported(database)
    assert only == (
        "bybit,main,main,shared,USDT,2026-07-01T12:00:00Z,5.0,,0,"
        f"{NOW.isoformat().replace('+00:00', 'Z')},import\n"
    )


def test_a_pool_nobody_read_is_listed_as_imported_and_never_judged(database: Database) -> None:
    take(database, [HEADER, line(), line("2026-07-01T13:00:00Z", "6")])
    with database.read() as conn:
        (listed,) = funds.states(conn)
        assert funds.pools(conn) == ()
    assert listed.state.health is FundHealth.UNKNOWN
    assert (listed.state.balance_usd, listed.state.as_of) == (None, None)
    assert [asset.amount for asset in listed.state.assets] == [6.0]
    assert "imported" in listed.state.notes["health"]
    assert "imported" in (listed.pool.note or "")
    assert listed.pool.kind is PoolKind.SHARED


def test_an_imported_pool_that_the_venue_publishes_becomes_one_with_a_past(
    watched: Database, other: Database
) -> None:
    take(other, exported(watched, pool_id=POOL))
    newest = FundBalance(asset="USDT", amount=7.0, usd=7.0, at=later(hours=3))
    read(other, newest)
    with other.write() as conn:
        funds.save_state(conn, state=a_fund_state(), recent=(), now=NOW)
        assert funds.pools(conn) == (a_pool_reading(balances=(newest,)),)
        assert len(funds.samples(conn, pool_id=POOL, since=NOON)) == 4
        funds.retire_pools(conn, venue="binance", keep=[], now=NOW)
        assert funds.states(conn) == (), "no longer one that is only imported"


def test_a_pool_that_is_read_keeps_its_name_and_newest_balance(watched: Database) -> None:
    with watched.read() as conn:
        before = funds.pools(conn)
    done = take(
        watched,
        [
            "venue,pool,name,asset,at,amount\n",
            f"binance,usdm:btc-eth-bnb,Another,USDT,{later(hours=5).isoformat()},5\n",
        ],
    )
    assert done == Imported(added=1)
    with watched.read() as conn:
        assert funds.pools(conn) == before


def test_what_two_installations_saw_of_one_time_is_kept_in_the_order_of_seeing(
    database: Database,
) -> None:
    header = "venue,pool,asset,at,amount,revision,recorded_at\n"
    own = [f"{line()[:-1]},0,2026-07-01T12:05:00Z\n"]
    theirs = [
        f"{line(amount='4')[:-1]},0,2026-07-01T12:01:00Z\n",
        f"{line(amount='5')[:-1]},1,2026-07-01T12:03:00Z\n",
        f"{line(amount='6')[:-1]},2,2026-07-01T12:09:00Z\n",
    ]
    take(database, [header, *own])
    assert take(database, [header, *theirs]) == Imported(revised=2, known=1)
    with database.read() as conn:
        seen = conn.execute(
            select(fund_samples.c.amount, fund_samples.c.revision).order_by(fund_samples.c.revision)
        ).all()
    assert [tuple(row) for row in seen] == [(4.0, 0), (5.0, 1), (6.0, 2)]
    assert take(database, [header, *own, *theirs]) == Imported(known=4)


def test_a_correction_without_a_time_of_recording_is_taken_once(watched: Database) -> None:
    header = "venue,pool,asset,at,amount,revision\n"
    at = later(hours=1).isoformat()
    lines = [header] + [
        f"binance,usdm:btc-eth-bnb,USDT,{at},{amount},{n}\n"
        for n, amount in enumerate((1001, 1002))
    ]
    assert take(watched, lines).revised == 2
    with watched.write() as conn:
        again = fund_csv.import_(conn, lines, now=NOW + timedelta(days=1))
    assert again == Imported(known=2)


def test_old_records_are_thinned_like_all_old_ones(database: Database) -> None:
    with database.write() as conn:
        funds.record_pool_reading(conn, reading=a_pool_reading(balances=()), now=NOON)
        while fund_retention.thin(conn, now=NOW):
            pass
    old = [f"2025-01-01T12:{minute:02}:00Z" for minute in range(60)]
    take(database, [HEADER, *(f"binance,usdm:btc-eth-bnb,USDT,{at},5\n" for at in old)])
    with database.write() as conn:
        while fund_retention.thin(conn, now=NOW):
            pass
    assert len(rows(database)) == 1


def test_a_file_with_wrong_lines_changes_nothing_and_names_them(watched: Database) -> None:
    before, seen = rows(watched), revision(watched)
    with pytest.raises(InvalidInput) as refused:
        take(
            watched,
            [HEADER, line(), line(amount="much"), line(), line(at="2026-07-01T12:00:00")],
        )
    assert str(refused.value) == (
        "Nothing was imported. Line 3: amount is no number. Line 5: at is no time with a zone, "
        "such as 2026-11-22T08:00:00Z."
    )
    assert (rows(watched), revision(watched)) == (before, seen)
    with watched.read() as conn:
        assert len(funds.pools(conn)) == 2


def test_of_very_many_wrong_lines_the_first_are_named(database: Database) -> None:
    with pytest.raises(InvalidInput, match=r"Line 21: .* and 80 more"):
        take(database, [HEADER, *([line(amount="")[:-1] + "x\n"] * 100)])


@pytest.mark.parametrize(
    "wrong",
    [
        line(amount="nan"),
        line(amount="1e999"),
        line(amount="1_000"),
        line(amount=""),
        line(at="yesterday"),
        line(at="1970-01-01T00:00:00Z"),
        line(at="2031-01-01T00:00:00Z"),
        line(pool=""),
        line(pool="a b"),
        line(pool="../../etc"),
        "by bit,main,USDT,2026-07-01T12:00:00Z,5\n",
        "bybit,main,,2026-07-01T12:00:00Z,5\n",
        "bybit,main,US\x1b[2JDT,2026-07-01T12:00:00Z,5\n",
        "bybit,main,USDT,2026-07-01T12:00:00Z\n",
        "bybit,main,USDT,2026-07-01T12:00:00Z,5,6\n",
        'bybit,"main,USDT,2026-07-01T12:00:00Z,5\n',
    ],
)
def test_a_line_that_cannot_be_meant_is_refused(other: Database, wrong: str) -> None:
    with pytest.raises(InvalidInput, match=r"Line 2: .+\."):
        take(other, [HEADER, wrong])
    assert rows(other) == []


@pytest.mark.parametrize(
    "header", ["", "venue,pool,asset,at\n", "venue,pool,asset,at,amount,balance\n"]
)
def test_a_file_of_other_columns_is_refused(other: Database, header: str) -> None:
    with pytest.raises(InvalidInput):
        take(other, [header, line()] if header else [])


def test_one_venue_or_one_pool_can_be_exported(watched: Database) -> None:
    assert {row.partition(",")[0] for row in exported(watched, venue="okx")[1:]} == {"okx"}
    assert len(exported(watched, pool_id=POOL)) == 1 + 5
    assert len(exported(watched, venue="bybit")) == 1
    with pytest.raises(NotFound):
        exported(watched, pool_id="okx:none")


def test_a_long_history_is_exported_page_by_page(
    watched: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = exported(watched)
    monkeypatch.setattr(fund_csv, "PAGE", 2)
    assert exported(watched) == whole


def test_a_name_that_a_spreadsheet_would_run_is_disarmed(
    watched: Database, other: Database
) -> None:
    lines = exported(watched, venue="okx")
    assert lines[1].startswith('okx,btc,"\'=A ""name"", quoted",shared,BTC,')
    take(other, lines)
    with other.read() as conn:
        assert funds.states(conn)[0].pool.name == '=A "name", quoted'


def test_an_import_is_seen_by_who_asks_whether_anything_changed(database: Database) -> None:
    before = revision(database)
    take(database, [HEADER, line()])
    assert revision(database) == {"funds": before["funds"] + 1, "venue:bybit": 1}
    take(database, [HEADER, line()])
    assert revision(database) == {"funds": before["funds"] + 1, "venue:bybit": 1}


def revision(database: Database) -> dict[str, int]:
    with database.read() as conn:
        return dict(revisions.read(conn, ["funds", "venue:bybit"]))
