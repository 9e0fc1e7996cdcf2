"""The market moves as one, the way its scenarios say, and its figures keep the formulas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.domain.position import ContractKind
from app.sandbox.funds import POOLS, pool_of
from app.sandbox.holdings import BOOKS
from app.sandbox.listings import contracts
from app.sandbox.margin import AccountFigures, PositionFigures
from app.sandbox.market import Market
from app.sandbox.scenarios import SCENARIOS

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
VENUES = ("binance", "bybit", "okx", "hyperliquid", "paradex", "gate", "deribit", "cryptocom")
MAIN_POOL = ("binance", "usdm:btc-eth-bnb")
DRAINED = {
    "crash": {MAIN_POOL: -0.15, ("paradex", "insurance"): -1.3, ("cryptocom", "usd"): -1.25},
    "fund_drain": {
        MAIN_POOL: -0.18,
        ("paradex", "insurance"): -1.12,
        ("cryptocom", "usd"): -1.05,
    },
}
"""What a fund loses in a scenario, as a share of its value at constant prices."""


def at(scenario: str, elapsed: float) -> Market:
    market = Market(clock=lambda: START, still=True)
    market.play(scenario, elapsed=elapsed, still=True)
    return market


def positions(market: Market) -> list[PositionFigures]:
    return [p for venue, name in BOOKS for p in market.figures(venue, name).positions]


def distance(p: PositionFigures) -> float:
    """s·(M − L)/M; a position without a liquidation price is infinitely far."""
    if p.liquidation is None:
        return float("inf")
    return p.holding.side.sign * (p.mark - p.liquidation) / p.mark


def distance_word(p: PositionFigures) -> int:
    """0 fine, 1 within 10 % (watch), 2 within 5 % (warning), 3 within 2 % (critical)."""
    return sum(distance(p) < threshold for threshold in (0.10, 0.05, 0.02))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_begins_with_the_same_round_figures(scenario: str) -> None:
    market = at(scenario, 0)
    assert market.state().usd("BTC") == 100_000
    assert market.state().pool(*MAIN_POOL).usd == 812_450_000 + 210_000_000 + 6_173_000
    assert {p.adl for p in positions(market)} <= {0, 1, 2, 3}


def test_a_calm_market_stays_within_a_fifth_of_a_per_cent() -> None:
    prices = [at("calm", t).state().usd("BTC") for t in range(0, 3600, 7)]
    assert min(prices) > 99_800
    assert max(prices) < 100_200
    assert len(set(prices)) > 300


def test_a_crash_takes_35_per_cent_off_bitcoin_in_three_minutes_and_then_rests() -> None:
    prices = [at("crash", t).state().usd("BTC") for t in range(0, 900, 5)]
    assert prices == sorted(prices, reverse=True)
    assert prices[180 // 5] == pytest.approx(65_000)
    assert prices[-1] == pytest.approx(65_000)


@pytest.mark.parametrize("elapsed", [30, 90, 200])
def test_in_a_crash_open_interest_falls_and_ranks_of_winning_shorts_rise(elapsed: int) -> None:
    before, after = at("crash", elapsed - 30), at("crash", elapsed)
    bitcoin = next(iter(contracts("binance")))
    assert after.state().open_interest(bitcoin) < before.state().open_interest(bitcoin)
    pairs = zip(positions(before), positions(after), strict=True)
    shorts = [(b, a) for b, a in pairs if a.holding.side.sign < 0]
    assert all(a.adl >= b.adl and a.pnl > b.pnl for b, a in shorts)
    assert any(a.adl > a.holding.adl[0] for _, a in shorts) or elapsed == 30


@pytest.mark.parametrize("scenario", DRAINED)
def test_these_funds_drain_at_constant_prices_while_every_other_holds(scenario: str) -> None:
    before, after = at(scenario, 0).state(), at(scenario, 600).state()
    for pool in POOLS:
        was, now = before.pool(pool.venue, pool.key), after.pool(pool.venue, pool.key)
        change = sum(now.amounts[a] * before.usd(a) for a in now.amounts) / was.usd - 1
        drained = DRAINED[scenario].get((pool.venue, pool.key))
        if drained is not None:
            assert change == pytest.approx(drained, abs=0.002)
        else:
            assert abs(change) < 0.01


@pytest.mark.parametrize("scenario", ["crash", "fund_drain"])
def test_a_draining_fund_never_rises(scenario: str) -> None:
    for pool in DRAINED[scenario]:
        usd = [at(scenario, t).state().pool(*pool).usd for t in range(0, 400, 4)]
        assert usd == sorted(usd, reverse=True)


def test_nobody_is_liquidated_within_ten_minutes_of_any_scenario() -> None:
    for scenario in SCENARIOS:
        for elapsed in range(0, 601, 5):
            market = at(scenario, elapsed)
            assert all(p.balance > p.maintenance for p in positions(market))
            assert all(distance(p) > 0.01 for p in positions(market))


def test_a_calm_market_is_mostly_quiet() -> None:
    words = [distance_word(p) for t in range(0, 300, 10) for p in positions(at("calm", t))]
    assert max(words) == 1
    assert words.count(1) / len(words) < 0.2


def test_a_crash_turns_distances_in_order_from_watch_over_warning_to_critical() -> None:
    worst = [max(distance_word(p) for p in positions(at("crash", t))) for t in range(0, 240, 2)]
    assert worst == sorted(worst)
    assert set(worst) == {1, 2, 3}
    assert worst.count(1) * 2 > 60
    for venue in VENUES:
        ends = [distance_word(p) for p in at("crash", 240).figures(venue).positions]
        assert max(ends) >= 1


@pytest.mark.parametrize(("scenario", "elapsed"), [("calm", 33), ("crash", 77), ("crash", 240)])
def test_at_its_liquidation_price_a_position_holds_exactly_its_maintenance(
    scenario: str, elapsed: float
) -> None:
    for p in positions(at(scenario, elapsed)):
        if p.liquidation is None:
            continue
        units, sign = p.holding.contracts * p.contract.size, p.holding.side.sign
        if p.contract.kind is ContractKind.LINEAR:
            gain, value = sign * units * (p.liquidation - p.mark), units * p.liquidation
        else:
            gain, value = sign * units * (1 / p.mark - 1 / p.liquidation), units / p.liquidation
        assert p.balance + gain == pytest.approx(p.rate * value - p.amount, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("elapsed", [0, 60, 240])
def test_profit_value_and_group_balances_follow_from_size_entry_and_mark(elapsed: float) -> None:
    market = at("crash", elapsed)
    for venue in VENUES:
        account: AccountFigures = market.figures(venue)
        for p in account.positions:
            units, sign = p.holding.contracts * p.contract.size, p.holding.side.sign
            linear = p.contract.kind is ContractKind.LINEAR
            assert p.value == pytest.approx(units * p.mark if linear else units / p.mark)
            profit = units * (p.mark - p.holding.entry)
            if not linear:
                profit = units * (1 / p.holding.entry - 1 / p.mark)
            assert p.pnl == pytest.approx(sign * profit)
            assert p.maintenance == pytest.approx(p.value * p.rate - p.amount)
        for name, group in account.groups.items():
            cross = [p for p in account.positions if p.holding.group == name and not p.isolated]
            profit = sum(p.pnl * account.usd(p.contract.settle) for p in cross)
            wallets = sum(
                w.amount * account.usd(w.asset) for w in account.book.wallets if w.group == name
            )
            assert group.balance * account.usd(group.unit) == pytest.approx(wallets + profit)


def test_bankruptcy_lies_beyond_liquidation() -> None:
    for p in positions(at("crash", 100)):
        if p.liquidation is not None and p.bankruptcy is not None:
            assert p.holding.side.sign * (p.liquidation - p.bankruptcy) > 0


def test_maintenance_is_continuous_where_one_tier_ends_and_the_next_begins() -> None:
    for venue in VENUES:
        for spec in contracts(venue):
            for below, above in pairwise(spec.tiers):
                assert above.floor * below.rate - below.amount == pytest.approx(
                    above.floor * above.rate - above.amount
                )


def test_every_contract_stands_before_one_fund_at_most() -> None:
    for venue in VENUES:
        for spec in contracts(venue):
            behind = [p for p in POOLS if p.venue == venue and spec.symbol in p.symbols]
            assert len(behind) <= 1
            assert pool_of(venue, spec.symbol) == (behind[0] if behind else None)


def test_scenarios_follow_the_clock_and_can_be_moved_on_by_hand() -> None:
    now = START
    market = Market(clock=lambda: now)
    now += timedelta(seconds=40)
    assert (market.scenario, market.elapsed) == ("calm", 40)
    market.play("crash", elapsed=100)
    now += timedelta(seconds=20)
    assert market.elapsed == 120
    market.advance(60)
    assert market.state().usd("BTC") == pytest.approx(65_000)
    market.play("calm", still=True)
    now += timedelta(seconds=20)
    assert market.elapsed == 0


def test_a_scenario_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="calm, crash, fund_drain"):
        at("rally", 0)
