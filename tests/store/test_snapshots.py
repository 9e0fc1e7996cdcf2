"""The history of an account's positions."""

from __future__ import annotations

from app.domain.position import Side
from app.domain.verdict import Severity
from app.store import positions, snapshots
from app.store.database import Database
from app.store.snapshots import Figures
from tests.store.helpers import link, record
from tests.support.nouns import NOON, a_margin, an_assessment, later


def test_each_reading_leaves_its_figures(database: Database, owner: str) -> None:
    account = link(database, owner)
    assessment = an_assessment(Severity.WATCH)
    critical = an_assessment(Severity.CRITICAL, side=Side.SHORT)
    first = record(database, account, assessment, critical, margins=[a_margin()])
    second = record(database, account, scopes=["linear"], assessments=[], taken_at=later(minutes=1))
    with database.read() as conn:
        found = snapshots.history(conn, user_id=owner, account_id=account.id, since=NOON)
    assert [(one.id, one.taken_at, one.severity) for one in found] == [
        (first, NOON, Severity.CRITICAL),
        (second, later(minutes=1), Severity.OK),
    ]
    assert found[0].margins == (a_margin(),)
    assert found[0].figures[0] == Figures(
        position_id=positions.position_id(account.id, assessment.position.key),
        symbol="BTC/USDT:USDT",
        side=Side.LONG,
        size=0.5,
        severity=Severity.WATCH,
        mark_price=65000.0,
        liquidation_price=61750.0,
        distance=0.05,
        notional_usd=32500.0,
        unrealized_pnl=500.0,
    )
    assert len(found[0].figures) == 2
    assert found[1].figures == ()


def test_a_stretch_of_history_has_two_ends(database: Database, owner: str) -> None:
    account = link(database, owner)
    for minute in range(5):
        record(database, account, taken_at=later(minutes=minute))
    with database.read() as conn:
        found = snapshots.history(
            conn,
            user_id=owner,
            account_id=account.id,
            since=later(minutes=1),
            until=later(minutes=3),
            limit=2,
        )
    assert [one.taken_at for one in found] == [later(minutes=1), later(minutes=2)]


def test_old_snapshots_are_pruned_and_positions_stay(database: Database, owner: str) -> None:
    account = link(database, owner)
    for day in range(3):
        record(database, account, taken_at=later(days=day))
    with database.write() as conn:
        assert snapshots.prune(conn, before=later(days=2)) == 2
    with database.read() as conn:
        left = snapshots.history(conn, user_id=owner, account_id=account.id, since=NOON)
        assert [one.taken_at for one in left] == [later(days=2)]
        assert len(positions.list_for(conn, user_id=owner)) == 1
