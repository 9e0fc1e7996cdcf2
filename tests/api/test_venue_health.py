"""One word for a venue, and what it rests on."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.adl import AdlSignal
from app.domain.fund import Confidence, FundHealth, FundHistoryPage, FundState, PoolKind
from app.domain.reason import Reason, Severity
from app.store import backfills, markets
from tests.support.api import Caller, Stage, body
from tests.support.nouns import NOON, a_fund_state, an_assessment, later

HEALTH = "/api/v1/venues/okx/health"
DRAINING = Reason(
    code="fund_draining",
    severity=Severity.WARNING,
    text="The fund lost 15 % in 24 hours.",
    value=-0.15,
    threshold=-0.05,
)


@pytest.fixture
def reader(stage: Stage) -> Caller:
    return stage.caller("read")


def pool(stage: Stage, key: str, health: FundHealth, interest: float, **fields: Any) -> FundState:
    state = a_fund_state(
        pool_id=f"okx:{key}",
        venue="okx",
        key=key,
        health=health,
        open_interest_usd=interest,
        **fields,
    )
    stage.fund(state)
    return state


def test_a_venue_is_as_well_as_the_funds_that_hold_most_of_its_open_interest(
    stage: Stage, reader: Caller
) -> None:
    pool(stage, "large", FundHealth.STABLE, 8e9, confidence=Confidence.HIGH)
    pool(
        stage, "second", FundHealth.DRAINING, 1e9, confidence=Confidence.MEDIUM,
        since=later(hours=-2), reasons=(DRAINING,), as_of=later(seconds=-20),
    )  # fmt: skip
    pool(stage, "small", FundHealth.CRITICAL, 1e6)
    pool(stage, "total", FundHealth.CRITICAL, 9e12, kind=PoolKind.HEADLINE)
    shown = body(reader.get(HEALTH))
    assert (shown["venue"], shown["venue_name"]) == ("okx", "OKX")
    assert [one["pool"] for one in shown["pools"]] == ["large"]
    assert (shown["health"], shown["confidence"], shown["mine"]) == ("stable", "high", False)
    pool(stage, "third", FundHealth.STABLE, 4e9)
    pool(stage, "second", FundHealth.DRAINING, 6e9, since=later(hours=-2), reasons=(DRAINING,))
    shown = body(reader.get(HEALTH))
    assert [one["pool"] for one in shown["pools"]] == ["second", "large", "third"]
    assert (shown["health"], shown["since"]) == ("draining", "2026-11-22T10:00:00Z")
    assert [one["code"] for one in shown["reasons"]] == ["fund_draining"]
    assert shown["as_of"] == "2026-11-22T12:00:00Z"


def test_the_funds_behind_ones_own_positions_speak_first(stage: Stage, reader: Caller) -> None:
    mine = pool(stage, "mine", FundHealth.DECLINING, 1e6)
    pool(stage, "large", FundHealth.DRAINING, 9e9)
    account = stage.account(venue="okx")
    stage.holds(account, [an_assessment(fund=mine, venue="okx")], venue="okx")
    shown = body(reader.get(HEALTH))
    assert (shown["health"], shown["mine"]) == ("declining", True)
    assert [one["pool"] for one in shown["pools"]] == ["mine", "large"]
    somebody = stage.caller("read", user_id=stage.another_user())
    theirs = body(somebody.get(HEALTH))
    assert (theirs["health"], theirs["mine"]) == ("draining", False)
    assert [one["pool"] for one in theirs["pools"]] == ["large"]


def test_a_venue_nothing_was_read_of_is_unknown_and_not_well(reader: Caller) -> None:
    assert body(reader.get(HEALTH)) == {
        "venue": "okx",
        "venue_name": "OKX",
        "health": "unknown",
        "since": None,
        "confidence": None,
        "mine": False,
        "reasons": [],
        "pools": [],
        "signals": [],
        "history": None,
        "as_of": None,
    }


def test_signals_nearest_to_their_trigger_are_first(stage: Stage, reader: Caller) -> None:
    def signal(symbol: str, progress: float | None, **fields: Any) -> AdlSignal:
        return AdlSignal(
            venue="okx", kind="drawdown", at=NOON, native_symbol=symbol, progress=progress, **fields
        )

    given = [
        signal("A", None, rating="high"),
        signal("B", 0.0),
        signal("C", 0.97, value=0.29, trigger=0.3, note="Of its peak of 8 hours."),
        signal("D", 0.4),
    ]
    with stage.database.write() as conn:
        markets.save_signals(conn, venue="okx", signals=given)
    shown = body(reader.get(HEALTH))["signals"]
    assert [one["native_symbol"] for one in shown] == ["C", "D", "B", "A"]
    assert shown[0] == {
        "native_symbol": "C",
        "pool": None,
        "kind": "drawdown",
        "rating": None,
        "value": 0.29,
        "trigger": 0.3,
        "progress": 0.97,
        "note": "Of its peak of 8 hours.",
        "at": "2026-11-22T12:00:00Z",
    }


def test_it_says_how_far_the_past_was_read(stage: Stage, reader: Caller) -> None:
    def page(cursor: str | None, asked: str | None) -> None:
        with stage.database.write() as conn:
            backfills.record_page(
                conn,
                venue="okx",
                asked=asked,
                page=FundHistoryPage(readings=(), cursor=cursor, share=0.25),
                now=NOON,
            )

    page("next", None)
    assert body(reader.get(HEALTH))["history"] == {"finished": False, "samples": 0, "share": 0.25}
    page(None, "next")
    assert body(reader.get(HEALTH))["history"] == {"finished": True, "samples": 0, "share": 1.0}


def test_its_funds_are_a_table_for_who_asks_for_csv(stage: Stage, reader: Caller) -> None:
    pool(stage, "large", FundHealth.STABLE, 8e9)
    answer = reader.get(HEALTH, headers={"Accept": "text/csv"})
    header, row, end = answer.get_data(as_text=True).split("\r\n")
    assert header.startswith("id,venue,pool,name,kind,health,")
    assert row.startswith("okx:large,okx,large,")
    assert end == ""


def test_a_venue_nobody_knows_has_no_health(reader: Caller) -> None:
    body(reader.get("/api/v1/venues/mtgox/health"), 404)


def test_an_exchange_without_a_facts_file_is_unknown(reader: Caller) -> None:
    shown = body(reader.get("/api/v1/venues/ccxt-blofin/health"))
    assert (shown["venue_name"], shown["health"]) == ("BloFin", "unknown")
