"""The few figures hedges are found by, read without the rest of each document."""

from __future__ import annotations

from dataclasses import replace

from app.domain.position import ContractKind, MarginMode, Side
from app.store import legs, positions
from app.store.database import Database
from tests.store.helpers import link, record
from tests.support.nouns import an_assessment


def test_they_say_what_the_whole_documents_say(database: Database, owner: str) -> None:
    record(
        database,
        link(database, owner, label="one"),
        an_assessment(margin_mode=MarginMode.CROSS, unrealized_pnl=-500.25),
        an_assessment(
            native_symbol="ETHUSD",
            kind=ContractKind.INVERSE,
            side=Side.SHORT,
            contracts=3.0,
            margin_mode=None,
            entry_price=None,
            mark_price=None,
            notional_usd=None,
            unrealized_pnl=None,
        ),
    )
    record(
        database, link(database, owner, label="two"), an_assessment(size=1e-9, notional_usd=1e15)
    )
    with database.read() as conn:
        whole = {one.id: one for one in positions.list_for(conn, user_id=owner)}
        found = legs.of_user(conn, user_id=owner, limit=100)
    assert len(found) == len(whole) == 3
    assert [one.id for one in found] == sorted(whole)
    for one in found:
        stored = whole[one.id]
        assert (one.account_id, one.account_label) == (stored.account_id, stored.account_label)
        position = stored.assessment.position
        assert one.position == replace(
            position,
            leverage=None,
            read_mark_price=None,
            liquidation_price=None,
            collateral=None,
            maintenance_margin=None,
            adl=None,
            notes={},
            raw={},
        )


def test_no_more_than_asked_for_are_read(database: Database, owner: str) -> None:
    many = [an_assessment(native_symbol=f"C{number}") for number in range(5)]
    record(database, link(database, owner), *many)
    with database.read() as conn:
        assert len(legs.of_user(conn, user_id=owner, limit=3)) == 3
