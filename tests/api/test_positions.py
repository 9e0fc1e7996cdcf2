"""Open positions as the API lists them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import time_machine

from app.domain.reason import Severity
from app.store import users
from tests.support.api import Caller, Stage, body
from tests.support.nouns import NOON, a_fund_state, a_margin, an_assessment, an_outlook, later


@pytest.fixture
def reader(stage: Stage) -> Caller:
    return stage.caller("read")


def test_a_position_is_shown_in_full(stage: Stage, reader: Caller) -> None:
    account = stage.account()
    found = replace(an_assessment(fund=a_fund_state()), **an_outlook())
    stage.holds(account, [found], margins=[a_margin()])
    page = body(reader.get("/api/v1/positions"))
    shown = page["items"][0]
    shown.pop("id")
    assert page["next_cursor"] is None
    assert page["as_of"] == "2026-11-22T12:00:00Z"
    assert shown == {
        "account": {"id": account, "label": "main", "venue": "binance"},
        "venue": "binance",
        "symbol": "BTC/USDT:USDT",
        "native_symbol": "BTCUSDT",
        "scope": "linear",
        "kind": "linear",
        "side": "long",
        "size": 0.5,
        "contracts": 0.5,
        "contract_size": 1.0,
        "settle_asset": "USDT",
        "notional_usd": 32500.0,
        "leverage": 20.0,
        "margin_mode": "cross",
        "entry_price": 64000.0,
        "mark_price": 65000.0,
        "liquidation_price": 61750.0,
        "liquidation_price_source": "venue",
        "liquidation_price_note": None,
        "bankruptcy_price": 61430.0,
        "bankruptcy_price_source": "estimated",
        "distance": 0.05,
        "distance_usd": 1625.0,
        "daily_volatility": 0.03,
        "distance_daily_volatilities": 1.71,
        "touch": {
            "label": "ordinary day, not a crash",
            "windows": [
                {
                    "window": "24h",
                    "probability": 0.09,
                    "model": 0.087,
                    "fat_tail": 0.04,
                    "historical": 0.09,
                    "past_windows": 700,
                }
            ],
        },
        "adl_choice": "score",
        "adl_score": {
            "score": 0.42,
            "formula": "profit × leverage",
            "source": "https://venue.example/adl",
            "secondary": True,
            "note": None,
        },
        "adl_trigger": {
            "progress": 0.25,
            "subject": "BTCUSDT",
            "value": -0.08,
            "trigger": -0.3,
            "as_of": "2026-11-22T12:00:00Z",
        },
        "hedge": {
            "base": "BTC",
            "share": 0.8,
            "legs": ["short on Bybit (other)"],
            "venues": ["bybit"],
            "lost_to_adl": True,
        },
        "session": {
            "taken_from": "session_profit",
            "asset": "USDC",
            "realized": -20.0,
            "unrealized": 520.0,
            "at_risk": 500.0,
            "ends_at": "2026-11-22T16:00:00Z",
            "rate": 0.01,
            "rate_at": "2026-11-19T12:00:00Z",
            "instruction": "Profit that is settled is out of reach.",
            "source": "https://venue.example/sessions",
            "note": None,
        },
        "collateral": 1620.0,
        "maintenance_margin": 130.0,
        "margin_ratio": 0.08,
        "account_margin_ratio": 0.08,
        "unrealized_pnl": 500.0,
        "hedged": False,
        "adl": {"standing": 0.75, "raw": 3, "scale": "0-4", "source": "venue"},
        "fund": {
            "venue": "binance",
            "pool": "usdm:btc-eth-bnb",
            "id": "binance:usdm:btc-eth-bnb",
            "balance_usd": 1.04e9,
            "change_24h": -0.15,
            "coverage": 0.021,
            "health": "draining",
            "as_of": "2026-11-22T12:00:00Z",
        },
        "loss_model": {
            "next_step": "auto_deleveraging",
            "answer": "If this fund ran out, …",
            "steps_url": "/api/v1/venues/binance",
        },
        "severity": "warning",
        "reasons": [
            {
                "code": "distance",
                "severity": "warning",
                "text": "Liquidation is near.",
                "value": 0.05,
                "threshold": 0.05,
                "window": None,
            }
        ],
        "notes": {"margin_ratio": "The venue gives one for the whole account."},
        "as_of": "2026-11-22T12:00:00Z",
        "age_seconds": 0.0,
        "stale": False,
    }


def test_what_is_not_known_is_null_with_a_reason(stage: Stage, reader: Caller) -> None:
    unknown = an_assessment(
        distance=None,
        liquidation_price=None,
        leverage=None,
        margin_mode=None,
        adl=None,
        notes={"leverage": "The venue does not say."},
    )
    stage.holds(stage.account(), [unknown])
    shown = body(reader.get("/api/v1/positions"))["items"][0]
    for name in ("liquidation_price", "distance", "leverage", "margin_mode", "adl", "fund"):
        assert shown[name] is None
    assert shown["account_margin_ratio"] is None
    assert shown["notes"]["leverage"] == "The venue does not say."
    assert shown["notes"]["fund"] == "Not read yet."


def test_the_payload_of_the_venue_is_not_shown(stage: Stage, reader: Caller) -> None:
    stage.holds(stage.account(), [an_assessment()])
    assert "positionAmt" not in reader.get("/api/v1/positions").get_data(as_text=True)


def test_one_position_is_the_same_as_in_the_list(stage: Stage, reader: Caller) -> None:
    stage.holds(stage.account(), [an_assessment(fund=a_fund_state())])
    listed = body(reader.get("/api/v1/positions"))["items"][0]
    assert body(reader.get(f"/api/v1/positions/{listed['id']}")) == listed


def test_somebody_elses_position_is_not_there(stage: Stage, reader: Caller) -> None:
    stage.holds(stage.account(), [an_assessment()])
    listed = body(reader.get("/api/v1/positions"))["items"][0]
    other = stage.caller("read", user_id=stage.another_user())
    body(other.get(f"/api/v1/positions/{listed['id']}"), 404)
    assert body(other.get("/api/v1/positions"))["items"] == []


def symbols(caller: Caller, query: str = "") -> list[str]:
    return [one["native_symbol"] for one in body(caller.get(f"/api/v1/positions{query}"))["items"]]


@pytest.fixture
def book(stage: Stage) -> dict[str, str]:
    """Two accounts at two venues."""
    main, other = stage.account(), stage.account(venue="bybit", label="other")
    stage.holds(
        main,
        [
            an_assessment(Severity.OK, distance=0.5, native_symbol="SAFE"),
            an_assessment(Severity.CRITICAL, distance=0.01, native_symbol="WORST"),
            an_assessment(Severity.WARNING, distance=0.04, native_symbol="NEAR"),
            an_assessment(Severity.WARNING, distance=0.03, native_symbol="NEARER"),
            an_assessment(Severity.WATCH, distance=None, native_symbol="UNKNOWN"),
        ],
    )
    there = an_assessment(
        Severity.WATCH, distance=0.08, venue="bybit", native_symbol="THERE", symbol="X/Y:Y"
    )
    stage.holds(other, [there], venue="bybit")
    return {"main": main, "other": other}


def test_the_worst_come_first_and_then_the_nearest(reader: Caller, book: dict[str, str]) -> None:
    assert symbols(reader) == ["WORST", "NEARER", "NEAR", "THERE", "UNKNOWN", "SAFE"]


def test_filters_narrow_the_list(reader: Caller, book: dict[str, str]) -> None:
    assert symbols(reader, "?venue=bybit") == ["THERE"]
    assert symbols(reader, f"?account={book['other']}") == ["THERE"]
    assert symbols(reader, "?severity=warning") == ["NEARER", "NEAR"]
    assert symbols(reader, "?symbol=NEAR") == ["NEAR"]
    assert symbols(reader, "?symbol=X/Y:Y") == ["THERE"]
    assert symbols(reader, "?venue=binance&severity=watch") == ["UNKNOWN"]
    assert symbols(reader, "?venue=okx") == []


def test_pages_follow_one_another_without_gap_or_repetition(
    reader: Caller, book: dict[str, str]
) -> None:
    seen: list[str] = []
    address = "/api/v1/positions?limit=2"
    for _ in range(10):
        page = body(reader.get(address))
        seen += [one["native_symbol"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        address = f"/api/v1/positions?limit=2&cursor={page['next_cursor']}"
    assert seen == ["WORST", "NEARER", "NEAR", "THERE", "UNKNOWN", "SAFE"]


def test_a_filtered_list_comes_in_pages_too(reader: Caller, book: dict[str, str]) -> None:
    first = body(reader.get("/api/v1/positions?severity=warning&limit=1"))
    assert [one["native_symbol"] for one in first["items"]] == ["NEARER"]
    rest = f"?severity=warning&limit=1&cursor={first['next_cursor']}"
    assert symbols(reader, rest) == ["NEAR"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=many",
        "cursor=%00",
        "cursor=nonsense",
        "cursor=WzEsMl0",
        "severity=doom",
        "symbol=%00",
        "venue=",
        "colour=red",
    ],
)
def test_a_query_that_means_nothing_is_refused(reader: Caller, query: str) -> None:
    body(reader.get(f"/api/v1/positions?{query}"), 422)


def test_old_figures_are_stale_and_no_longer_good(
    stage: Stage, reader: Caller, time: time_machine.Traveller
) -> None:
    stage.holds(stage.account(interval=15), [an_assessment(Severity.OK, distance=0.5)])
    time.move_to(later(seconds=45))
    shown = body(reader.get("/api/v1/positions"))["items"][0]
    assert (shown["stale"], shown["age_seconds"]) == (False, 45.0)
    time.move_to(later(minutes=4))
    shown = body(reader.get("/api/v1/positions"))["items"][0]
    assert (shown["stale"], shown["severity"]) == (True, "watch")
    reason = shown["reasons"][0]
    assert reason["code"] == "data_stale"
    assert reason["text"] == "These figures were last refreshed at 2026-11-22T12:00:00Z."
    assert (reason["value"], reason["threshold"]) == (240.0, 45.0)
    assert len(body(reader.get("/api/v1/positions?severity=watch"))["items"]) == 1
    assert body(reader.get("/api/v1/positions?severity=ok"))["items"] == []


def test_an_old_balance_makes_the_fund_behind_a_position_stale(
    stage: Stage, reader: Caller, time: time_machine.Traveller
) -> None:
    account = stage.account(interval=3600)
    stage.holds(account, [an_assessment(fund=a_fund_state(cadence_seconds=60))])
    time.move_to(later(minutes=10))
    shown = body(reader.get("/api/v1/positions"))["items"][0]
    assert shown["fund"]["health"] == "stale"
    stale = next(one for one in shown["reasons"] if one["code"] == "fund_stale")
    assert stale["value"] == 600.0


def test_looking_at_positions_is_noted(stage: Stage, reader: Caller) -> None:
    body(reader.get("/api/v1/positions"))
    stage.app.extensions["seawall"].demand.settle()
    with stage.database.read() as conn:
        assert users.last_seen(conn, user_id=stage.user_id) == NOON
