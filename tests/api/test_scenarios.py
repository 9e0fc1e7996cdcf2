"""Cascade scenarios through the API: asked, answered from what is stored, refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.api import scenarios
from app.domain.fund import PoolKind
from app.domain.market_risk import MarketRisk
from app.risk.scenario_named import NAMED
from app.store import candles
from tests.api.test_web_process import SERVING, folder, loaded
from tests.support.api import Caller, Stage, body
from tests.support.nouns import NOON, a_fund_state, a_pool_reading, later
from tests.support.scenario_market import with_market

__all__ = ["folder"]
PATH = "/api/v1/scenarios"


@pytest.fixture
def reader(stage: Stage) -> Caller:
    return stage.caller("read")


@pytest.fixture
def market(stage: Stage) -> Stage:
    return with_market(stage)


def asked(reader: Caller, status: int = 200, **question: Any) -> Any:
    return body(reader.post(PATH, json={"draws": 200} | question), status)


def by_side(answer: Any) -> dict[str, Any]:
    return {position["side"]: position for position in answer["positions"]}


def test_the_named_scenarios_say_where_their_figures_are_from(reader: Caller) -> None:
    items = body(reader.get(PATH))["items"]
    assert [one["name"] for one in items] == [one.name for one in NAMED]
    crash = items[0]
    assert crash["event"]["moves"]["BTC"] == -0.148
    for figure in crash["figures"]:
        assert figure["kind"] in {"data", "assumed"}
        assert (figure["source"] is None) == (figure["kind"] == "assumed")
        assert figure["why"]


def test_a_fall_is_worked_out_on_what_is_stored(market: Stage, reader: Caller) -> None:
    answer = asked(reader, move=-0.2)
    (venue,) = answer["venues"]
    (pool,) = venue["pools"]
    assert (venue["venue"], venue["after_fund"]) == ("binance", "auto_deleveraging")
    assert pool["balance_usd"] == 1.04e9
    assert pool["open_interest_usd"] == 12e9
    assert 0 < pool["forced_usd"]["p5"] < pool["forced_usd"]["p95"] < 12e9
    assert pool["paid_usd"]["mean"] + pool["left_usd"]["mean"] == pytest.approx(1.04e9)
    assert 0 <= pool["depleted"] <= 1
    sides = by_side(answer)
    assert sides["long"]["liquidated"] == 1.0
    assert sides["short"]["liquidated"] == 0.0
    assert sides["short"]["gain_usd"]["p50"] > 0
    assert "standing" in sides["short"]["notes"]["reached"]


def test_the_answer_names_draws_seed_event_and_every_assumption(
    market: Stage, reader: Caller
) -> None:
    answer = asked(reader, move=-0.2, seed=7)
    assert (answer["draws"], answer["seed"], answer["computed_at"]) == (
        200,
        7,
        "2026-11-22T12:00:00Z",
    )
    assert answer["event"]["move"] == -0.2
    kinds = {one["kind"] for one in answer["assumptions"]}
    assert kinds == {"data", "assumed", "given"}
    names = [one["name"] for one in answer["assumptions"]]
    assert "Open interest of Binance" in names
    assert "Depth left in the order books" in names


def test_the_same_question_has_the_same_answer(market: Stage, reader: Caller) -> None:
    assert asked(reader, move=-0.2) == asked(reader, move=-0.2)
    assert asked(reader, move=-0.2) != asked(reader, move=-0.2, seed=1)


def test_a_named_scenario_brings_its_figures(market: Stage, reader: Caller) -> None:
    answer = asked(reader, name="2025-10-10")
    assert (answer["name"], answer["title"]) == ("2025-10-10", "10 October 2025")
    assert by_side(answer)["short"]["move"]["p50"] == pytest.approx(-0.205)
    told = next(one for one in answer["assumptions"] if one["name"] == "Move of BTC")
    assert (told["kind"], told["value"]) == ("data", "−14.8\u2009%")
    assert told["source"].startswith("https://")


def test_a_cascade_finds_its_move(market: Stage, reader: Caller) -> None:
    answer = asked(reader, cascade_usd=2e9, venue="binance")
    (venue,) = answer["venues"]
    assert venue["forced_usd"]["p5"] == pytest.approx(2e9, rel=1e-6)
    assert answer["move"]["p95"] < 0
    assert answer["unreached"] == 0
    up = asked(reader, cascade_usd=2e9, venue="binance", direction="up")
    assert up["move"]["p5"] > 0


def test_measured_betas_and_volatilities_are_used(market: Stage, reader: Caller) -> None:
    measured = MarketRisk(
        venue="binance", native_symbol="ETHUSDT", candles=500, as_of=NOON,
        daily_volatility=0.06, beta=2.0,
    )  # fmt: skip
    before = by_side(asked(reader, move=-0.1))["short"]["move"]["p50"]
    with market.database.write() as conn:
        candles.save_risks(conn, risks=[measured], now=NOON)
    assert by_side(asked(reader, move=-0.1))["short"]["move"]["p50"] < before < 0


def test_what_was_measured_long_ago_is_not_taken_for_today(market: Stage, reader: Caller) -> None:
    old = MarketRisk(
        venue="binance", native_symbol="ETHUSDT", candles=500, as_of=later(days=-3),
        daily_volatility=0.06, beta=2.0,
    )  # fmt: skip
    before = by_side(asked(reader, move=-0.1))["short"]["move"]["p50"]
    with market.database.write() as conn:
        candles.save_risks(conn, risks=[old], now=NOON)
    assert by_side(asked(reader, move=-0.1))["short"]["move"]["p50"] == before


def test_open_interest_that_is_not_known_or_old_is_never_taken_for_nothing(
    market: Stage, reader: Caller
) -> None:
    market.market(native_symbol="BNBUSDT", symbol="BNB/USDT:USDT", mark_price=600.0)
    reading = a_pool_reading(symbols=("BTCUSDT", "ETHUSDT", "BNBUSDT"))
    market.fund(a_fund_state(), reading)
    (pool,) = asked(reader, move=-0.2)["venues"][0]["pools"]
    assert (pool["open_interest_usd"], pool["forced_usd"], pool["depleted"]) == (None, None, None)
    assert pool["notes"]["forced_usd"] == "Open interest read for 2 of 3 contracts."


def test_a_fund_whose_balance_is_not_known_pays_nothing_known(
    market: Stage, reader: Caller
) -> None:
    market.fund(a_fund_state(balance_usd=None))
    (pool,) = asked(reader, move=-0.2)["venues"][0]["pools"]
    assert pool["shortfall_usd"]["mean"] > 0
    assert (pool["paid_usd"], pool["left_usd"], pool["adl_usd"]) == (None, None, None)
    assert pool["notes"]["paid_usd"]


def test_a_headline_total_absorbs_no_loss(market: Stage, reader: Caller) -> None:
    total = a_fund_state(pool_id="binance:total", key="total", name="Total", kind=PoolKind.HEADLINE)
    market.fund(total, a_pool_reading(key="total", kind=PoolKind.HEADLINE, symbols=()))
    pools = asked(reader, move=-0.2)["venues"][0]["pools"]
    assert [pool["key"] for pool in pools] == ["usdm:btc-eth-bnb"]


def test_a_venue_can_be_asked_for_without_a_position(market: Stage, reader: Caller) -> None:
    answer = asked(reader, move=-0.2, venues=["bybit"])
    assert [one["venue"] for one in answer["venues"]] == ["bybit"]
    assert answer["positions"] == []
    assert answer["venues"][0]["forced_usd"] is None
    assert answer["venues"][0]["notes"]["forced_usd"]


def test_who_holds_nothing_is_told_so(reader: Caller) -> None:
    answer = asked(reader, move=-0.2)
    assert (answer["venues"], answer["positions"]) == ([], [])
    assert "Name venues" in answer["notes"]["venues"]


def test_nobody_sees_another_users_positions(market: Stage) -> None:
    other = market.caller("read", user_id=market.another_user())
    assert asked(other, move=-0.2, venues=["binance"])["positions"] == []


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({}, "name"),
        ({"move": -0.2, "name": "fall-20"}, "name"),
        ({"name": "2019-01-01"}, "name"),
        ({"move": -0.96}, "move"),
        ({"move": "much"}, "move"),
        ({"move": float("nan")}, "move"),
        ({"moves": {"btc!": -0.2}}, "moves"),
        ({"moves": {}}, "moves"),
        ({"moves": {"BTC": None}}, "moves"),
        ({"cascade_usd": 1e9}, "venue"),
        ({"cascade_usd": 0, "venue": "binance"}, "cascade_usd"),
        ({"cascade_usd": 1e9, "venue": "nowhere"}, "venue"),
        ({"move": -0.2, "venue": "binance"}, "venue"),
        ({"move": -0.2, "venues": ["nowhere"]}, "venues"),
        ({"move": -0.2, "draws": 99}, "draws"),
        ({"move": -0.2, "draws": 10_001}, "draws"),
        ({"move": -0.2, "seed": -1}, "seed"),
        ({"move": -0.2, "speed": 1}, "speed"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_field(
    reader: Caller, question: dict[str, Any], field: str
) -> None:
    refused = asked(reader, 422, **question)
    assert field in refused["errors"]["json"]


def test_a_cascade_where_open_interest_is_not_known_is_refused(reader: Caller) -> None:
    refused = asked(reader, 422, cascade_usd=1e9, venue="bybit")
    assert "open interest of Bybit is not known" in refused["message"]


def test_one_at_a_time_and_the_next_is_told_when_to_try_again(
    market: Stage, reader: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenarios, "PATIENCE_SECONDS", 0.01)
    with scenarios.working:
        refused = reader.post(PATH, json={"move": -0.2})
    assert body(refused, 503)["message"].startswith("Another scenario")
    assert refused.headers["Retry-After"] == "5"
    asked(reader, move=-0.2)


def test_a_scenario_that_fails_lets_the_next_one_begin(market: Stage, reader: Caller) -> None:
    asked(reader, 422, cascade_usd=1e9, venue="bybit")
    assert not scenarios.working.locked()


def test_old_open_interest_does_not_count(market: Stage, reader: Caller, time: Any) -> None:
    time.move_to(later(hours=3))
    (pool,) = asked(reader, move=-0.2)["venues"][0]["pools"]
    assert pool["forced_usd"] is None


def test_it_needs_a_token(stage: Stage) -> None:
    body(stage.stranger().post(PATH, json={"move": -0.2}), 401)


ASKING = """
assert client.get("/api/v1/scenarios", headers=headers).status_code == 200
"""
WORKING = """
question = {"move": -0.2, "venues": ["binance"], "draws": 100}
assert client.post("/api/v1/scenarios", headers=headers, json=question).status_code == 200
"""


def test_only_who_works_one_out_loads_numpy(folder: Path) -> None:
    assert "numpy" not in loaded(folder, SERVING + ASKING)
    names = loaded(folder, SERVING + WORKING)
    assert "numpy" in names
    assert not names & {"ccxt", "app.monitor"}
