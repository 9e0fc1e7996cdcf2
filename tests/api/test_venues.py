"""Venues as the API shows them."""

from __future__ import annotations

import pytest
import time_machine

from app.domain.fund import FundHealth, PoolKind
from app.store import sources
from app.venues.catalogue import catalogue
from tests.support.api import Caller, Stage, body
from tests.support.nouns import NOON, a_fund_state, later


@pytest.fixture
def reader(stage: Stage) -> Caller:
    return stage.caller("read")


def test_every_venue_of_the_catalogue_is_listed_by_id(reader: Caller) -> None:
    listed = body(reader.get("/api/v1/venues?limit=200"))
    assert [one["id"] for one in listed["items"]] == list(catalogue().ids())
    for shown in listed["items"]:
        assert shown["loss_model"]["steps"]
        if shown["status"] == "full":
            assert shown["linking"]["fields"]
            assert shown["linking"]["how_to"]
        assert shown["health"] == "unknown"
        assert shown["source"] == {"last_success_at": None, "stale": False, "error": None}


def test_a_venue_says_how_it_is_linked_and_what_its_facts_are(reader: Caller) -> None:
    facts = catalogue().venue("bybit")
    shown = body(reader.get("/api/v1/venues/bybit"))
    assert facts.linking is not None
    assert [one["name"] for one in shown["linking"]["fields"]] == ["api_key", "secret"]
    assert [one["hidden"] for one in shown["linking"]["fields"]] == [False, True]
    assert shown["linking"]["verifiable"] is facts.permission_check.verifiable
    assert shown["fund_published"] is facts.fund.published
    assert shown["fund_page"] == facts.fund.page
    assert len(shown["incidents"]) == len(facts.incidents)
    assert len(shown["adl"]) == len(facts.adl)
    assert facts.limits is not None
    assert shown["limits"]["per_minute"] == facts.limits.per_minute


def test_a_closed_venue_says_since_when_and_promises_no_next_step(reader: Caller) -> None:
    shown = body(reader.get("/api/v1/venues/coinex"))
    closed = shown["closed"]
    assert (closed["on"], closed["announced_on"]) == ("2026-09-22", "2026-09-14")
    assert closed["withdrawals_until"] == "2026-12-22T02:00:00Z"
    assert closed["text"]
    assert closed["source"]
    assert shown["loss_model"]["closed_on"] == "2026-09-22"
    assert shown["loss_model"]["next_step"] is None
    assert shown["loss_model"]["answer"].startswith("CoinEx closed on 22 September 2026.")
    assert body(reader.get("/api/v1/venues/bitmex"))["closed"]["withdrawals_until"] is None
    assert body(reader.get("/api/v1/venues/okx"))["closed"] is None


def test_a_loss_model_lists_its_steps_in_order_with_sources(reader: Caller) -> None:
    model = catalogue().venue("binance").loss_model
    shown = body(reader.get("/api/v1/venues/binance"))["loss_model"]
    assert [one["kind"] for one in shown["steps"]] == [str(one.kind) for one in model.steps]
    assert [one["source"] for one in shown["steps"]] == [one.source for one in model.steps]
    assert all(one["unsourced"] is (one["source"] is None) for one in shown["steps"])
    assert shown["not_known"] == list(model.not_known)
    assert shown["next_step"] == "auto_deleveraging"
    assert shown["answer"].startswith(
        "If its fund ran out, Binance would close positions of other traders"
    )
    assert shown["steps_url"] == "/api/v1/venues/binance"


def test_the_health_of_a_venue_is_that_of_its_worst_pool(
    stage: Stage, reader: Caller, time: time_machine.Traveller
) -> None:
    def pool(key: str, health: FundHealth, **fields: object) -> None:
        stage.fund(
            a_fund_state(pool_id=f"okx:{key}", venue="okx", key=key, health=health, **fields)
        )

    def shown() -> str:
        health: str = body(reader.get("/api/v1/venues/okx"))["health"]
        return health

    pool("a", FundHealth.UNKNOWN)
    assert shown() == "unknown"
    pool("b", FundHealth.GROWING)
    assert shown() == "growing"
    pool("total", FundHealth.CRITICAL, kind=PoolKind.HEADLINE)
    assert shown() == "growing"
    pool("c", FundHealth.STABLE)
    assert shown() == "stable"
    time.move_to(later(hours=1))
    assert shown() == "stale"
    pool("d", FundHealth.DRAINING, as_of=later(hours=1))
    assert shown() == "draining"
    assert body(reader.get("/api/v1/venues/okx"))["funds"] == [
        "okx:a",
        "okx:b",
        "okx:c",
        "okx:d",
        "okx:total",
    ]


def test_a_venue_says_how_reading_its_fund_goes(
    stage: Stage, reader: Caller, time: time_machine.Traveller
) -> None:
    source = sources.funds_source("okx")
    stage.succeeded(source, at=NOON, interval=60)
    time.move_to(later(minutes=10))
    stage.failed(source, at=later(minutes=10), code="venue_garbled", message="Not JSON.")
    assert body(reader.get("/api/v1/venues/okx"))["source"] == {
        "last_success_at": "2026-11-22T12:00:00Z",
        "stale": True,
        "error": {
            "code": "venue_garbled",
            "message": "Not JSON.",
            "since": "2026-11-22T12:10:00Z",
        },
    }


def test_a_venue_nobody_knows_is_not_there(reader: Caller) -> None:
    body(reader.get("/api/v1/venues/mtgox"), 404)


def test_exchanges_without_a_facts_file_are_a_list_of_their_own(reader: Caller) -> None:
    listed = body(reader.get("/api/v1/other-venues?limit=200"))
    assert [one["id"] for one in listed["items"]] == list(catalogue().generic_ids())
    for shown in listed["items"]:
        assert shown["status"] == "positions_only"
        assert shown["linking"]["fields"]
        assert shown["linking"]["verifiable"] is False
        assert shown["fund_published"] is False
        assert shown["loss_model"]["next_step"] is None


def test_one_of_them_is_shown_like_any_venue(reader: Caller) -> None:
    shown = body(reader.get("/api/v1/venues/ccxt-blofin"))
    assert shown["name"] == "BloFin"
    assert {step["applies"] for step in shown["loss_model"]["steps"]} == {"unknown"}
