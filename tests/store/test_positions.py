"""Positions: kept per scope, listed worst first, their payloads apart."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from app.domain.errors import InvalidInput
from app.domain.position import Side
from app.domain.verdict import Severity
from app.store import margins, positions, revisions, sources
from app.store.database import Database
from app.store.positions import StoredPosition
from tests.store.helpers import link, record
from tests.support.nouns import NOON, a_fund_state, a_margin, a_position, an_assessment, later


def listed(database: Database, user_id: str, **filters: object) -> tuple[StoredPosition, ...]:
    with database.read() as conn:
        return positions.list_for(conn, user_id=user_id, **filters)  # type: ignore[arg-type]


def symbols(found: tuple[StoredPosition, ...]) -> list[str]:
    return [one.assessment.position.native_symbol for one in found]


def test_a_position_comes_back_with_its_account_and_without_its_payload(
    database: Database, owner: str
) -> None:
    account = link(database, owner, label="main")
    assessment = an_assessment(fund=a_fund_state())
    with database.write() as conn:
        source = sources.account_source(account.id)
        sources.ensure(conn, source=source, interval=30, due_at=NOON)
    record(database, account, assessment, margins=[a_margin()])
    (found,) = listed(database, owner)
    assert found == StoredPosition(
        id=positions.position_id(account.id, assessment.position.key),
        account_id=account.id,
        account_label="main",
        user_id=owner,
        venue="binance",
        severity=Severity.WARNING,
        assessment=an_assessment(fund=a_fund_state(), raw={}),
        margin=a_margin(),
        as_of=NOON,
        expected_interval_seconds=30,
    )
    with database.read() as conn:
        assert positions.get(conn, user_id=owner, position_id=found.id) == found
        payload = positions.payload(conn, user_id=owner, position_id=found.id)
    assert payload == {"symbol": "BTCUSDT", "positionAmt": "0.5", "adl": 3}


def test_a_position_keeps_its_id_from_reading_to_reading(database: Database, owner: str) -> None:
    account = link(database, owner)
    record(database, account, an_assessment())
    (before,) = listed(database, owner)
    record(database, account, an_assessment(Severity.CRITICAL, mark_price=62000.0))
    (after,) = listed(database, owner)
    assert after.id == before.id
    assert after.severity is Severity.CRITICAL
    assert after.assessment.position.mark_price == 62000.0


def test_both_sides_of_a_hedge_are_two_positions(database: Database, owner: str) -> None:
    record(database, link(database, owner), an_assessment(), an_assessment(side=Side.SHORT))
    assert len({one.id for one in listed(database, owner)}) == 2


def test_the_same_position_of_two_accounts_is_two_positions(database: Database, owner: str) -> None:
    record(database, link(database, owner), an_assessment())
    record(database, link(database, owner), an_assessment())
    assert len({one.id for one in listed(database, owner)}) == 2


def test_a_closed_position_is_gone_after_the_next_reading(database: Database, owner: str) -> None:
    account = link(database, owner)
    record(database, account, an_assessment(), an_assessment(native_symbol="ETHUSDT"))
    record(database, account, an_assessment(native_symbol="ETHUSDT"))
    assert symbols(listed(database, owner)) == ["ETHUSDT"]
    record(database, account, scopes=["linear"], assessments=[])
    assert listed(database, owner) == ()


def test_a_scope_that_did_not_answer_keeps_its_positions_and_margin(
    database: Database, owner: str
) -> None:
    account = link(database, owner)
    record(
        database,
        account,
        an_assessment(),
        an_assessment(scope="inverse", native_symbol="BTCUSD"),
        margins=[a_margin(), a_margin(scope="inverse", asset="BTC")],
    )
    record(database, account, scopes=["linear"], assessments=[], margins=[])
    assert symbols(listed(database, owner)) == ["BTCUSD"]
    with database.read() as conn:
        kept = margins.list_for(conn, user_id=owner, account_id=account.id)
    assert kept == (a_margin(scope="inverse", asset="BTC"),)


def test_a_position_shows_the_margin_of_its_own_scope(database: Database, owner: str) -> None:
    record(
        database,
        link(database, owner),
        an_assessment(),
        an_assessment(scope="inverse"),
        margins=[a_margin(scope="inverse", margin_ratio=0.5)],
    )
    shown = {one.assessment.position.scope: one.margin for one in listed(database, owner)}
    assert shown == {"linear": None, "inverse": a_margin(scope="inverse", margin_ratio=0.5)}


def test_the_worst_comes_first_then_the_nearest_then_the_unknown(
    database: Database, owner: str
) -> None:
    record(
        database,
        link(database, owner),
        an_assessment(Severity.OK, distance=None, native_symbol="unknown"),
        an_assessment(Severity.OK, distance=0.9, native_symbol="far"),
        an_assessment(Severity.OK, distance=0.2, native_symbol="near"),
        an_assessment(Severity.CRITICAL, distance=None, native_symbol="critical"),
        an_assessment(Severity.WARNING, distance=-0.01, native_symbol="breached"),
        an_assessment(Severity.WATCH, distance=0.01, native_symbol="watched"),
    )
    assert symbols(listed(database, owner)) == [
        "critical",
        "breached",
        "watched",
        "near",
        "far",
        "unknown",
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_show_every_position_once_even_when_all_are_alike(
    database: Database, owner: str, size: int
) -> None:
    account = link(database, owner)
    alike = [an_assessment(native_symbol=f"A{number}") for number in range(7)]
    unknown = [an_assessment(distance=None, native_symbol=f"B{number}") for number in range(4)]
    record(database, account, *alike, *unknown)
    whole = listed(database, owner)
    paged: list[StoredPosition] = []
    while page := listed(
        database, owner, limit=size, after=positions.cursor(paged[-1]) if paged else None
    ):
        paged += page
    assert tuple(paged) == whole
    assert len(whole) == 11


def test_a_page_goes_on_behind_a_position_that_was_closed(database: Database, owner: str) -> None:
    account = link(database, owner)
    three = [an_assessment(distance=0.1 * n, native_symbol=f"P{n}") for n in range(3)]
    record(database, account, *three)
    (first,) = listed(database, owner, limit=1)
    record(database, account, *three[1:])
    assert symbols(listed(database, owner, after=positions.cursor(first))) == ["P1", "P2"]


@pytest.mark.parametrize("cursor", ["", "?", "e30", "WzEsMl0", "WzEsIngiLDNd", "ÿ", "bnVsbA"])
def test_a_cursor_nobody_gave_out_is_refused(database: Database, owner: str, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        listed(database, owner, after=cursor)


def test_a_list_can_be_narrowed(database: Database, owner: str) -> None:
    main, other = link(database, owner), link(database, owner, venue="okx")
    record(database, main, an_assessment(), an_assessment(Severity.OK, native_symbol="ETHUSDT"))
    record(database, other, an_assessment(native_symbol="BTC-USDT-SWAP", venue="okx", as_of=NOON))
    assert symbols(listed(database, owner, venue="okx")) == ["BTC-USDT-SWAP"]
    assert symbols(listed(database, owner, account_id=main.id)) == ["BTCUSDT", "ETHUSDT"]
    assert symbols(listed(database, owner, severity=Severity.OK)) == ["ETHUSDT"]
    assert symbols(listed(database, owner, symbol="ETHUSDT")) == ["ETHUSDT"]
    assert len(listed(database, owner, symbol="BTC/USDT:USDT")) == 3
    assert len(listed(database, owner, symbol="BTC/USDT:USDT", venue="okx")) == 1


def test_positions_are_counted_by_account(database: Database, owner: str) -> None:
    main, empty = link(database, owner), link(database, owner)
    record(database, main, an_assessment(), an_assessment(side=Side.SHORT))
    record(database, empty, scopes=["linear"], assessments=[])
    with database.read() as conn:
        assert positions.count_by_account(conn, user_id=owner) == {main.id: 2}


def test_a_list_is_one_statement_and_touches_no_payload(database: Database, owner: str) -> None:
    record(database, link(database, owner), an_assessment(), an_assessment(side=Side.SHORT))
    statements: list[str] = []
    with database.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda *said: statements.append(said[2]))
        positions.list_for(conn, user_id=owner)
    assert len(statements) == 1
    assert "payload" not in statements[0]


def test_a_new_verdict_takes_the_place_of_the_old_one(database: Database, owner: str) -> None:
    account = link(database, owner)
    record(database, account, an_assessment(Severity.OK, distance=0.3))
    with database.read() as conn:
        (current,) = positions.current_for_venue(conn, venue="binance")
        before = revisions.read(conn, [f"user:{owner}"])
    judged = an_assessment(Severity.CRITICAL, distance=0.01)
    with database.write() as conn:
        assert positions.replace_assessments(conn, items={current.id: judged}) == 1
    (found,) = listed(database, owner, severity=Severity.CRITICAL)
    assert found.assessment.distance == 0.01
    with database.read() as conn:
        assert revisions.read(conn, [f"user:{owner}"]) != before
        payload = positions.payload(conn, user_id=owner, position_id=found.id)
    assert payload == a_position().raw


def test_a_verdict_on_an_older_reading_changes_nothing(database: Database, owner: str) -> None:
    account = link(database, owner)
    record(database, account, an_assessment(Severity.OK, as_of=later(seconds=5)))
    (current,) = listed(database, owner)
    with database.write() as conn:
        late = an_assessment(Severity.CRITICAL, as_of=NOON)
        assert positions.replace_assessments(conn, items={current.id: late, "closed": late}) == 0
    assert listed(database, owner) == (current,)


def test_a_reading_changes_the_revision_of_its_user_alone(
    database: Database, owner: str, stranger: str
) -> None:
    account = link(database, owner)
    link(database, stranger)
    with database.read() as conn:
        before = revisions.read(conn, [f"user:{owner}", f"user:{stranger}"])
    record(database, account)
    with database.read() as conn:
        after = revisions.read(conn, [f"user:{owner}", f"user:{stranger}"])
    assert after == {**before, f"user:{owner}": before[f"user:{owner}"] + 1}


def test_what_stands_beside_an_accounts_figures_is_told_once_and_to_its_owner(
    database: Database, owner: str, stranger: str
) -> None:
    account = link(database, owner, label="main")
    note = "3 options are held, which are not shown."
    margin = a_margin(note=note)
    record(
        database,
        account,
        scopes=["linear", "inverse", "usdc"],
        assessments=[],
        margins=[margin, a_margin(scope="inverse", note=note), a_margin(scope="usdc")],
    )
    with database.read() as conn:
        assert margins.notes_of(conn, user_id=owner) == {account.id: (note,)}
        assert margins.notes_of(conn, user_id=stranger) == {}


def test_the_pools_behind_a_users_positions_are_named_once(
    database: Database, owner: str, stranger: str
) -> None:
    account = link(database, owner, label="main")
    fund = a_fund_state()
    record(
        database,
        account,
        assessments=[
            an_assessment(fund=fund),
            an_assessment(fund=fund, native_symbol="ETHUSDT"),
            an_assessment(fund=None, native_symbol="XYZUSDT"),
        ],
    )
    with database.read() as conn:
        behind = positions.pools_behind(conn, user_id=owner, venue="binance")
        assert behind == {fund.pool_id}
        assert positions.pools_behind(conn, user_id=owner, venue="okx") == frozenset()
        assert positions.pools_behind(conn, user_id=stranger, venue="binance") == frozenset()
