"""What a scenario does to the positions of the user."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.position import Side
from app.domain.scenario import REST, AfterFund, ScenarioEvent
from app.risk.scenario import simulate
from tests.risk.scenario_builders import (
    a_contract,
    a_held_position,
    a_pool,
    a_venue,
    altcoins,
    known,
    only_pool,
)

FALL = ScenarioEvent(move=-0.3)


def test_a_long_is_liquidated_by_its_own_price_and_loses_its_margin_and_no_more() -> None:
    held = a_held_position(side=Side.LONG, liquidation_price=54_000.0, bankruptcy_price=53_700.0)
    event = ScenarioEvent(moves={"BTC": -0.2}, final=True)
    told = simulate(event, [altcoins(positions=(held,))], draws=100).positions[0]
    assert told.liquidated == 1.0
    assert known(told.gain_usd).p50 == pytest.approx(-1e5 * 0.105)
    assert known(told.lost_usd).p95 == 0.0
    near = ScenarioEvent(moves={"BTC": -0.09}, final=True)
    told = simulate(near, [altcoins(positions=(held,))], draws=100).positions[0]
    assert told.liquidated == 0.0
    assert known(told.gain_usd).p50 == pytest.approx(-9e3)


def test_a_winner_first_in_the_queue_loses_more_than_one_at_its_end() -> None:
    first, last = a_held_position(standing=1.0), a_held_position(id="p2", standing=0.0)
    unknown = a_held_position(id="p3")
    venue = altcoins(0.0, positions=(first, last, unknown))
    told = {one.id: one for one in simulate(FALL, [venue], draws=500).positions}
    assert known(told["p1"].lost_usd).mean > known(told["p3"].lost_usd).mean > 0
    assert known(told["p2"].lost_usd).mean == 0
    assert (told["p1"].reached or 0) > (told["p3"].reached or 0) > 0


def test_deleveraging_never_takes_more_than_the_profit() -> None:
    held = a_held_position(standing=1.0, profit_usd=-29_900.0)
    event = ScenarioEvent(moves={"BTC": -0.3}, final=True)
    venue = altcoins(0.0, positions=(held,))
    told = simulate(event, [venue], draws=500).positions[0]
    assert 0 < known(told.lost_usd).p95 <= 100.0 + 1e-6


def test_a_haircut_takes_the_same_share_of_every_profit() -> None:
    held = a_held_position(profit_usd=0.0)
    double = a_held_position(id="p2", notional_usd=2e5, profit_usd=0.0)
    loser = a_held_position(id="p3", side=Side.LONG, liquidation_price=1.0, profit_usd=0.0)
    venue = altcoins(0.0, after_fund=AfterFund.HAIRCUT, positions=(held, double, loser))
    outcome = simulate(FALL, [venue], draws=500)
    lost = {one.id: known(one.lost_usd).mean for one in outcome.positions}
    assert lost["p2"] == pytest.approx(2 * lost["p1"])
    assert lost["p1"] > 0
    assert lost["p3"] == 0
    told = only_pool(outcome)
    assert 0 < known(told.haircut).mean <= 1
    assert told.insufficient == 0


def test_bitcoins_move_is_told_also_where_nobody_trades_it() -> None:
    venue = a_venue(a_pool(a_contract("SOLUSDT")))
    every = simulate(ScenarioEvent(moves={REST: -0.4}), [venue], draws=200)
    assert known(every.move).p95 < 0
    assert known(simulate(ScenarioEvent(moves={"SOL": -0.4}), [venue], draws=200).move).p5 == 0
    assert simulate(FALL, [], draws=200).venues == ()


def test_a_coin_that_falls_while_bitcoin_rises_hits_the_other_side() -> None:
    contract = a_contract("XUSDT", beta=-1.0)
    held = a_held_position(native_symbol="XUSDT", base="X", liquidation_price=None)
    event = ScenarioEvent(move=-0.2, final=True)
    told = simulate(event, [a_venue(a_pool(contract), positions=(held,))], draws=500)
    assert told.positions[0].move.p5 > 0
    assert known(only_pool(told).forced_usd).p5 > 0


def test_coins_move_by_their_betas_and_alike_at_every_venue() -> None:
    contract = a_contract("SOLUSDT", beta=2.0)
    held = a_held_position(native_symbol="SOLUSDT", base="SOL")
    event = ScenarioEvent(move=-0.1, final=True)
    venues = [
        a_venue(a_pool(contract), positions=(held,)),
        a_venue(a_pool(contract), venue="beta", positions=(replace(held, id="p2"),)),
    ]
    one, other = simulate(event, venues, draws=2000).positions
    assert one.move == other.move
    assert one.move.p50 == pytest.approx(0.9**2 - 1, abs=0.01)
    assert one.move.p5 < one.move.p95 < 0
