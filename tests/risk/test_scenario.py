"""Cascade scenarios: the identities that hold in every draw, and the same in plain Python."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.scenario import (
    REST,
    AfterFund,
    AssumptionKind,
    Cascade,
    ScenarioEvent,
    ScenarioVenue,
    Spread,
)
from app.risk.scenario import simulate
from app.risk.scenario_draws import draw
from app.risk.scenario_flow import PoolFlow, VenueFlow, venue_flow
from app.risk.scenario_parameters import Parameters
from app.risk.scenario_spread import order, spread
from tests.risk.scenario_builders import (
    a_contract,
    a_held_position,
    a_pool,
    a_venue,
    altcoins,
    known,
    many_venues,
    only_pool,
    unknowns,
)
from tests.risk.scenario_reference import one_draw, quantiles

PARAMETERS = Parameters()
FALL = ScenarioEvent(move=-0.3)
moves = st.floats(-0.9, 2.0)
falls = st.floats(-0.9, 0.0)
funds = st.floats(0.0, 1e9)
seeds = st.integers(0, 2**32)


def flow_of(
    venue: ScenarioVenue, event: ScenarioEvent = FALL, *, seed: int = 1, count: int = 200
) -> VenueFlow:
    coins = {one.base for pool in venue.pools for one in pool.contracts}
    drawn = draw(PARAMETERS, venues=[venue.venue], coins=coins, count=count, seed=seed)
    return venue_flow(venue, event, drawn, PARAMETERS)


def the_pool(venue: ScenarioVenue, event: ScenarioEvent = FALL, *, seed: int = 1) -> PoolFlow:
    return flow_of(venue, event, seed=seed).pools["main"]


# Identities, in every draw


@settings(deadline=None)
@given(seeds)
def test_with_no_move_there_is_no_shortfall(seed: int) -> None:
    found = the_pool(altcoins(), ScenarioEvent(move=0.0), seed=seed)
    assert not found.forced.any()
    assert not found.shortfall.any()


@settings(deadline=None)
@given(moves, funds, seeds)
def test_what_is_left_and_what_was_paid_is_the_fund(move: float, fund: float, seed: int) -> None:
    found = the_pool(altcoins(fund), ScenarioEvent(move=move), seed=seed)
    assert found.paid is not None and found.left is not None
    assert np.allclose(found.paid + found.left, fund, rtol=1e-12)
    assert (found.left >= 0).all() and (found.paid >= 0).all()


@settings(deadline=None)
@given(moves, funds, seeds)
def test_what_is_deleveraged_loses_what_the_fund_did_not_pay(
    move: float, fund: float, seed: int
) -> None:
    venue = altcoins(fund)
    held = tuple(
        a_held_position(id=one.native_symbol, native_symbol=one.native_symbol, base=one.base)
        for one in venue.pools[0].contracts
    )
    flow = flow_of(replace(venue, positions=held), ScenarioEvent(move=move), seed=seed)
    pool = flow.pools["main"]
    assert pool.paid is not None and pool.unpaid_share is not None and pool.adl is not None
    closed = [
        1e9 * one.forced_share * pool.unpaid_share * (one.beyond > 0)
        for one in flow.contracts.values()
    ]
    taken = sum(usd * one.beyond for usd, one in zip(closed, flow.contracts.values(), strict=True))
    assert np.allclose(taken + pool.paid, pool.shortfall, rtol=1e-9, atol=1e-3)
    assert np.allclose(sum(closed), pool.adl, rtol=1e-9, atol=1e-3)


@settings(deadline=None)
@given(moves, funds, funds, seeds)
def test_a_larger_fund_never_raises_deleveraging(
    move: float, one: float, other: float, seed: int
) -> None:
    event = ScenarioEvent(move=move)
    less = the_pool(altcoins(min(one, other)), event, seed=seed)
    more = the_pool(altcoins(max(one, other)), event, seed=seed)
    assert less.adl is not None and more.adl is not None
    assert less.uncovered is not None and more.uncovered is not None
    assert (more.adl <= less.adl * (1 + 1e-12)).all()
    assert (more.uncovered <= less.uncovered).all()


@settings(deadline=None)
@given(falls, falls, seeds)
def test_a_larger_move_never_lowers_the_shortfall(one: float, other: float, seed: int) -> None:
    smaller = the_pool(altcoins(), ScenarioEvent(move=max(one, other)), seed=seed)
    larger = the_pool(altcoins(), ScenarioEvent(move=min(one, other)), seed=seed)
    assert (larger.shortfall >= smaller.shortfall * (1 - 1e-12)).all()
    assert (larger.forced >= smaller.forced * (1 - 1e-12)).all()


@settings(deadline=None)
@given(moves, seeds)
def test_no_more_is_forced_out_than_there_is(move: float, seed: int) -> None:
    found = the_pool(altcoins(), ScenarioEvent(move=move), seed=seed)
    assert (found.forced <= 3e9).all()
    assert np.isfinite(found.shortfall).all()


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_the_same_seed_gives_the_same_answer(seed: int) -> None:
    venues = many_venues(3, venues=2, pools=2, contracts=3, positions=6)
    assert simulate(FALL, venues, draws=300, seed=seed) == simulate(
        FALL, venues, draws=300, seed=seed
    )


def test_what_is_said_of_a_venue_does_not_depend_on_what_else_is_asked() -> None:
    venues = many_venues(3, venues=4, pools=2, contracts=3, positions=12)
    together = simulate(FALL, venues, draws=300)
    alone = simulate(FALL, venues[2:3], draws=300)
    assert alone.venues[0] == together.venues[2]


def test_another_seed_gives_another_answer_of_the_same_size() -> None:
    one = known(only_pool(simulate(FALL, [altcoins()], seed=1)).forced_usd)
    other = known(only_pool(simulate(FALL, [altcoins()], seed=2)).forced_usd)
    assert one != other
    assert one.mean == pytest.approx(other.mean, rel=0.05)


# Beside plain Python


@pytest.mark.parametrize(
    "event",
    [
        ScenarioEvent(move=-0.2),
        ScenarioEvent(move=0.35),
        ScenarioEvent(moves={"BTC": -0.15, "ETH": -0.2, REST: -0.5}, final=True),
        ScenarioEvent(moves={"ETH": -0.6}),
    ],
    ids=["fall", "rise", "by coin", "one coin alone"],
)
def test_the_arrays_say_what_plain_python_says(event: ScenarioEvent) -> None:
    venues = many_venues(7, venues=4, pools=2, contracts=4, positions=40)
    coins = {one.base for venue in venues for pool in venue.pools for one in pool.contracts}
    names = [venue.venue for venue in venues]
    drawn = draw(PARAMETERS, venues=names, coins=coins, count=150, seed=5)
    plain = [one_draw(event, venues, one, PARAMETERS) for one in unknowns(drawn)]
    outcome = simulate(event, venues, draws=150, seed=5)

    def same(found: Spread | None, values: list[float]) -> None:
        told = known(found)
        figures = (told.mean, told.p5, told.p25, told.p50, told.p75, told.p95)
        assert figures == pytest.approx(quantiles(values), rel=1e-7, abs=1e-4)

    for venue in outcome.venues:
        for pool in venue.pools:
            drawn_pools = [pools[venue.venue, pool.key] for pools, _ in plain]
            same(pool.forced_usd, [one.forced for one in drawn_pools])
            same(pool.shortfall_usd, [one.shortfall for one in drawn_pools])
            same(pool.left_usd, [one.left for one in drawn_pools if one.left is not None])
            if venue.after_fund is AfterFund.ADL:
                same(pool.adl_usd, [one.adl for one in drawn_pools])
            if venue.after_fund is AfterFund.HAIRCUT:
                same(pool.haircut, [one.haircut for one in drawn_pools])
    for position in outcome.positions:
        results = [positions[position.id] for _, positions in plain]
        same(position.move, [one.move for one in results])
        same(position.gain_usd, [one.gain for one in results])
        assert position.liquidated == pytest.approx(np.mean([one.liquidated for one in results]))
        lost = [one.lost for one in results if one.lost is not None]
        assert (position.lost_usd is None) == (lost == [])
        if lost:
            same(position.lost_usd, lost)


def test_what_comes_out_does_not_depend_on_how_much_is_worked_on_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = simulate(FALL, [altcoins()], draws=1000)
    monkeypatch.setattr("app.risk.scenario_flow.BLOCK", 256)
    assert simulate(FALL, [altcoins()], draws=1000) == whole


# What the assumptions come to


def test_an_ordinary_days_move_forces_out_about_what_was_found_on_ordinary_days() -> None:
    event = ScenarioEvent(moves={"BTC": -0.03}, final=True)
    forced = known(only_pool(simulate(event, [a_venue()], draws=10_000)).forced_usd)
    assert 0.0189 <= forced.mean / 1e9 <= 0.0351


def test_every_assumption_says_its_kind_and_why() -> None:
    told = simulate(FALL, [altcoins()], draws=100).assumptions
    assert {one.kind for one in told} == set(AssumptionKind)
    assert all(one.why and one.value for one in told)
    assert len({one.name for one in told}) == len(told)


# A cascade of a given size


def test_a_cascade_forces_out_what_was_asked() -> None:
    event = ScenarioEvent(cascade=Cascade(venue="alpha", usd=4e8))
    outcome = simulate(event, [altcoins()], draws=500)
    forced = known(outcome.venues[0].forced_usd)
    assert forced.p5 == pytest.approx(4e8, rel=1e-6)
    assert forced.p95 == pytest.approx(4e8, rel=1e-6)
    assert known(outcome.move).p95 < 0
    assert outcome.unreached == 0


def test_a_larger_cascade_takes_a_larger_move_and_reaches_the_other_venues() -> None:
    venues = [altcoins(), replace(altcoins(), venue="beta", name="Beta")]
    small, large = (
        simulate(ScenarioEvent(cascade=Cascade(venue="alpha", usd=usd)), venues, draws=500)
        for usd in (1e8, 8e8)
    )
    assert known(large.move).p50 < known(small.move).p50
    assert known(large.venues[1].forced_usd).mean > known(small.venues[1].forced_usd).mean


def test_a_cascade_up_hits_the_shorts() -> None:
    event = ScenarioEvent(cascade=Cascade(venue="alpha", usd=4e8, up=True))
    venue = replace(altcoins(), positions=(a_held_position(liquidation_price=60_001.0),))
    outcome = simulate(event, [venue], draws=200)
    assert known(outcome.move).p5 > 0
    assert outcome.positions[0].liquidated == 1.0


def test_a_cascade_larger_than_everything_that_can_be_forced_out_says_so() -> None:
    event = ScenarioEvent(cascade=Cascade(venue="alpha", usd=2.9e9))
    assert simulate(event, [altcoins()], draws=200).unreached == 1.0


def test_a_cascade_needs_open_interest() -> None:
    empty = a_venue(replace(a_pool(), contracts=()))
    with pytest.raises(InvalidInput, match="open interest of Alpha is not known"):
        simulate(ScenarioEvent(cascade=Cascade(venue="alpha", usd=1e6)), [empty])
    with pytest.raises(InvalidInput, match="open interest of gamma is not known"):
        simulate(ScenarioEvent(cascade=Cascade(venue="gamma", usd=1e6)), [empty])


# What is not known


def test_without_open_interest_nothing_is_said_of_a_pool_but_why() -> None:
    why = "Open interest read for 3 of 5 contracts."
    pool = replace(a_pool(), contracts=(), notes={"open_interest_usd": why})
    venue = replace(a_venue(pool), positions=(a_held_position(),))
    outcome = simulate(FALL, [venue], draws=100)
    told = only_pool(outcome)
    assert (told.forced_usd, told.shortfall_usd, told.paid_usd, told.depleted) == (None,) * 4
    assert told.notes["forced_usd"] == why
    assert outcome.venues[0].forced_usd is None
    assert outcome.venues[0].notes["forced_usd"] == why
    assert outcome.positions[0].lost_usd is None
    assert outcome.positions[0].notes["lost_usd"] == why
    assert outcome.positions[0].liquidated == 0.0


def test_without_a_balance_the_shortfall_is_told_and_who_pays_is_not() -> None:
    outcome = simulate(FALL, [altcoins(None)], draws=100)
    told = only_pool(outcome)
    assert known(told.shortfall_usd).mean > 0
    assert (told.paid_usd, told.left_usd, told.depleted, told.adl_usd) == (None,) * 4
    assert told.notes["paid_usd"] == "The balance of this fund is not known."
    assert outcome.venues[0].depleted is None


@pytest.mark.parametrize("after", [AfterFund.UNKNOWN, AfterFund.WITHDRAWALS])
def test_where_nobody_can_say_who_pays_no_figure_is_given(after: AfterFund) -> None:
    venue = altcoins(0.0, after_fund=after, positions=(a_held_position(),))
    outcome = simulate(FALL, [venue], draws=100)
    told = only_pool(outcome)
    assert (told.adl_usd, told.haircut) == (None, None)
    assert "Alpha" in told.notes["adl_usd"]
    assert outcome.positions[0].lost_usd is None
    assert outcome.positions[0].notes["lost_usd"]


def test_a_position_without_a_liquidation_price_says_why() -> None:
    held = a_held_position(
        liquidation_price=None, notes={"liquidated": "The margin covers the whole loss."}
    )
    told = simulate(FALL, [altcoins(positions=(held,))], draws=100).positions[0]
    assert told.liquidated is None
    assert told.notes["liquidated"] == "The margin covers the whole loss."


# Quantiles


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_quantiles_are_those_of_plain_python_also_through_another_figure(
    values: list[float],
) -> None:
    figures = np.array(values)
    found = spread(figures)
    told = (found.p5, found.p25, found.p50, found.p75, found.p95)
    assert told == pytest.approx(quantiles(values)[1:], abs=1e-6)
    paid = order(figures).through(lambda some: np.minimum(some, 3.0)).spread(0.0)
    assert paid.p75 == pytest.approx(quantiles([min(one, 3.0) for one in values])[4], abs=1e-6)
    left = order(figures).turned(lambda some: 7.0 - some).spread(0.0)
    told = (left.p5, left.p25, left.p50, left.p75, left.p95)
    assert told == pytest.approx(quantiles([7.0 - one for one in values])[1:], abs=1e-6)


@pytest.mark.parametrize("event", [ScenarioEvent(move=-0.95), ScenarioEvent(move=5.0)])
def test_figures_stay_finite_where_past_prices_were_broken(event: ScenarioEvent) -> None:
    broken = a_contract("XUSDT", beta=-90.0, daily_volatility=1e3, daily_volume_usd=1.0)
    held = [
        a_held_position(native_symbol="XUSDT", base="X", beta=-90.0, liquidation_price=None),
        a_held_position(id="p2", native_symbol="YUSDT", base="Y", beta=90.0),
    ]
    found = simulate(event, [a_venue(a_pool(a_contract(), broken), positions=tuple(held))])
    pool = only_pool(found)
    spreads = [known(one.move) for one in found.positions]
    spreads += [known(one.gain_usd) for one in found.positions]
    spreads += [known(pool.shortfall_usd), known(pool.uncovered_usd), known(pool.adl_usd)]
    assert np.isfinite([[one.mean, one.p5, one.p95] for one in spreads]).all()
