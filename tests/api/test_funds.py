"""Insurance funds as the API shows them."""

from __future__ import annotations

import pytest
import time_machine

from app.domain.fund import (
    Confidence,
    Divergence,
    DivergenceKind,
    FundHealth,
    PoolKind,
    TopUp,
)
from app.domain.reason import Reason, Severity
from tests.support.api import Caller, Stage, body
from tests.support.nouns import NOON, a_fund_state, a_pool_reading, later

ID = "binance:usdm:btc-eth-bnb"


@pytest.fixture
def reader(stage: Stage) -> Caller:
    return stage.caller("read")


def test_a_fund_is_shown_in_full(stage: Stage, reader: Caller) -> None:
    draining = Reason(
        code="fund_draining",
        severity=Severity.WARNING,
        text="The fund lost 15 % in 24 hours.",
        value=-0.15,
        threshold=-0.05,
        window="24h",
    )
    state = a_fund_state(
        reasons=(draining,),
        drawdown_8h=0.16,
        drawdown_30d=0.2,
        drawdown_all=0.3,
        slope_7d=-0.004,
        shock=-9.5,
        runway_days=41.0,
        flat_updates=0,
        top_ups=(TopUp(at=NOON, usd=3e7, labelled=False),),
        divergence=Divergence(
            kind=DivergenceKind.ALONE,
            others=6,
            own_change=-0.15,
            others_change=0.001,
            score=-8.0,
        ),
        confidence=Confidence.HIGH,
        since=later(hours=-7),
        cascade_coverage=3.2,
    )
    stage.fund(state, a_pool_reading(note="Shared by three coins."))
    assert body(reader.get(f"/api/v1/funds/{ID}")) == {
        "id": ID,
        "venue": "binance",
        "venue_name": "Binance",
        "pool": "usdm:btc-eth-bnb",
        "name": "BTC, ETH and BNB",
        "kind": "shared",
        "health": "draining",
        "reasons": [
            {
                "code": "fund_draining",
                "severity": "warning",
                "text": "The fund lost 15 % in 24 hours.",
                "value": -0.15,
                "threshold": -0.05,
                "window": "24h",
            }
        ],
        "balance_usd": 1.04e9,
        "assets": [
            {"asset": "USDT", "amount": 1.04e9, "usd": 1.04e9, "as_of": "2026-11-22T12:00:00Z"}
        ],
        "changes": {"1h": None, "8h": None, "24h": -0.15, "7d": None, "30d": None},
        "change_24h": -0.15,
        "drawdown_8h": 0.16,
        "drawdown_30d": 0.2,
        "drawdown_all": 0.3,
        "slope_7d": -0.004,
        "shock": -9.5,
        "runway_days": 41.0,
        "flat_updates": 0,
        "top_ups": [{"at": "2026-11-22T12:00:00Z", "usd": 3e7, "labelled": False}],
        "divergence": {
            "kind": "alone",
            "own_change": -0.15,
            "others_change": 0.001,
            "others": 6,
            "score": -8.0,
        },
        "confidence": "high",
        "since": "2026-11-22T05:00:00Z",
        "cascade_coverage": 3.2,
        "coverage": 0.021,
        "open_interest_usd": None,
        "trigger_progress": None,
        "symbols": ["BTCUSDT", "ETHUSDT"],
        "cadence_seconds": 60,
        "recent": [{"at": "2026-11-22T12:00:00Z", "usd": 1.04e9}],
        "notes": {"30d": "Watched for two days so far."},
        "note": "Shared by three coins.",
        "as_of": "2026-11-22T12:00:00Z",
        "age_seconds": 0.0,
        "stale": False,
    }


def test_the_list_holds_every_pool_by_id_in_pages(stage: Stage, reader: Caller) -> None:
    for key in ("usdm:sol", "usdm:btc", "coinm:eth"):
        stage.fund(a_fund_state(pool_id=f"binance:{key}", key=key))
    stage.fund(a_fund_state(pool_id="okx:swap", venue="okx", key="swap"))
    first = body(reader.get("/api/v1/funds?limit=3"))
    ids = [one["id"] for one in first["items"]]
    assert ids == ["binance:coinm:eth", "binance:usdm:btc", "binance:usdm:sol"]
    rest = body(reader.get(f"/api/v1/funds?cursor={first['next_cursor']}"))
    assert [one["id"] for one in rest["items"]] == ["okx:swap"]
    assert rest["next_cursor"] is None
    okx = body(reader.get("/api/v1/funds?venue=okx"))
    assert [one["venue_name"] for one in okx["items"]] == ["OKX"]


def test_an_old_balance_is_stale_and_says_since_when(
    stage: Stage, reader: Caller, time: time_machine.Traveller
) -> None:
    stage.fund(a_fund_state(health=FundHealth.GROWING, cadence_seconds=60))
    time.move_to(later(seconds=180))
    assert body(reader.get(f"/api/v1/funds/{ID}"))["health"] == "growing"
    time.move_to(later(seconds=240))
    shown = body(reader.get(f"/api/v1/funds/{ID}"))
    assert (shown["health"], shown["stale"], shown["age_seconds"]) == ("stale", True, 240.0)
    assert shown["reasons"][0]["code"] == "fund_stale"
    assert shown["reasons"][0]["value"] == 240.0
    assert "12:00:00Z" in shown["notes"]["health"]
    assert shown["balance_usd"] == 1.04e9


def test_a_fund_without_a_balance_is_unknown_and_not_called_stale(
    stage: Stage, reader: Caller
) -> None:
    stage.fund(
        a_fund_state(health=FundHealth.UNKNOWN, balance_usd=None, as_of=None, assets=(), changes={})
    )
    shown = body(reader.get(f"/api/v1/funds/{ID}"))
    assert (shown["health"], shown["balance_usd"], shown["stale"]) == ("unknown", None, False)
    assert (shown["as_of"], shown["age_seconds"]) == (None, None)


def test_a_headline_total_says_that_it_is_one(stage: Stage, reader: Caller) -> None:
    stage.fund(a_fund_state(kind=PoolKind.HEADLINE))
    assert body(reader.get(f"/api/v1/funds/{ID}"))["kind"] == "headline"


def test_a_fund_nobody_knows_is_not_there(reader: Caller) -> None:
    body(reader.get("/api/v1/funds/binance:none"), 404)
