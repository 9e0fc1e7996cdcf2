"""What a scenario makes of what is stored: coins, pools, contracts taken together, positions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from app.domain.fund import FundState, MarketStat, PoolKind, PoolReading
from app.domain.loss_model import StepKind, Touches
from app.domain.market_risk import MarketRisk
from app.domain.position import MarginMode
from app.domain.scenario import AfterFund, ScenarioPool, ScenarioVenue
from app.domain.session import SessionRule, TakenFrom
from app.risk.scenario_inputs import (
    APART,
    CROSS,
    OTHER_COINS,
    POOLS,
    UNLISTED,
    after_fund,
    scenario_venue,
    together,
)
from app.risk.scenario_stock import Held, VenueStock, betas_of, coin
from tests.risk.builders import NOW, a_fund, a_loss_model, a_pool, a_step
from tests.risk.scenario_builders import a_contract
from tests.support.nouns import an_assessment

ADL = a_loss_model(a_step(StepKind.AUTO_DELEVERAGING))
WITHDRAWALS = SessionRule(
    taken_from=TakenFrom.WITHDRAWALS, settles_at=(), instruction="Wait.", source=None
)
SESSION = replace(WITHDRAWALS, taken_from=TakenFrom.SESSION_PROFIT, settles_at=(time(8),))


def a_stat(symbol: str = "BTCUSDT", usd: float | None = 1e9, **fields: Any) -> MarketStat:
    base = symbol.removesuffix("USDT")
    values: dict[str, Any] = {"symbol": f"{base}/USDT:USDT", "open_interest_at": NOW, "at": NOW}
    return MarketStat(
        venue="binance", native_symbol=symbol, open_interest_usd=usd, **(values | fields)
    )


def a_stock(
    *stats: MarketStat,
    pools: tuple[PoolReading, ...] = (a_pool(),),
    states: tuple[FundState, ...] = (a_fund(),),
    **fields: Any,
) -> VenueStock:
    values: dict[str, Any] = {
        "venue": "binance", "name": "Binance", "loss_model": ADL, "session": None,
        "every_scope": ("linear",), "no_fund": None,
    }  # fmt: skip
    return VenueStock(
        pools=pools,
        states={state.pool_id: state for state in states},
        stats={stat.native_symbol: stat for stat in stats or (a_stat(),)},
        **(values | fields),
    )


def made(stock: VenueStock, *, named: tuple[str, ...] = (), now: datetime = NOW) -> ScenarioVenue:
    return scenario_venue(
        stock, betas=betas_of([stock]), named=named, now=now, max_age=timedelta(hours=1)
    )


def only(venue: ScenarioVenue) -> ScenarioPool:
    (pool,) = venue.pools
    return pool


def a_held(**fields: Any) -> Held:
    return Held(id="p1", account="main", assessment=an_assessment(**fields))


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("BTC/USDT:USDT", "BTC"),
        ("1000PEPE/USDT:USDT", "PEPE"),
        ("kPEPE/USDC:USDC", "PEPE"),
        ("1000000MOG/USDT:USDT", "MOG"),
        ("1INCH/USDT:USDT", "1INCH"),
        ("KAVA/USDT:USDT", "KAVA"),
        ("ETH/USD:ETH-261225", "ETH"),
    ],
)
def test_a_coin_is_the_same_at_every_venue(symbol: str, name: str) -> None:
    assert coin(symbol) == name


def test_a_fund_stands_behind_the_contracts_it_lists_and_others_have_none_known() -> None:
    venue = made(a_stock(a_stat(), a_stat("SOLUSDT", 3e8)))
    by_key = {pool.key: pool for pool in venue.pools}
    assert by_key["usdm:btc-eth-bnb"].balance_usd == 1_040e6
    assert [one.native_symbol for one in by_key["usdm:btc-eth-bnb"].contracts] == ["BTCUSDT"]
    assert by_key[None].balance_usd is None
    assert "No fund is known" in by_key[None].notes["balance_usd"]


def test_a_fund_behind_every_scope_stands_behind_every_contract() -> None:
    pool = a_pool(symbols=(), scopes=("linear",))
    venue = made(a_stock(a_stat(), a_stat("SOLUSDT", 3e8), pools=(pool,)))
    assert len(only(venue).contracts) == 2


def test_a_fund_behind_one_scope_of_several_is_behind_contracts_nobody_can_name() -> None:
    pool = a_pool(symbols=(), scopes=("linear",))
    stock = a_stock(pools=(pool,), every_scope=("linear", "inverse"), held=[a_held()])
    by_key = {pool.key: pool for pool in made(stock).pools}
    assert by_key["usdm:btc-eth-bnb"].contracts == ()
    assert by_key["usdm:btc-eth-bnb"].notes["open_interest_usd"] == UNLISTED


def test_a_fund_behind_the_scope_of_one_asset_is_behind_the_perpetuals_settled_in_it() -> None:
    pools = (
        a_pool(key="usdt", symbols=(), scopes=("usdt",)),
        a_pool(key="btc", symbols=(), scopes=("btc",)),
    )
    dated = replace(a_stat("BTCUSDT_261225", 1e8), symbol="BTC/USDT:USDT-261225")
    stock = a_stock(
        a_stat(),
        dated,
        pools=pools,
        every_scope=("usdt", "btc", "delivery_usdt"),
        settled={"USDT": ("usdt", "delivery_usdt"), "BTC": ("btc",)},
    )
    found = {pool.key: [one.native_symbol for one in pool.contracts] for pool in made(stock).pools}
    assert found == {"usdt": ["BTCUSDT"], None: ["BTCUSDT_261225"]}


def test_where_two_funds_could_stand_behind_an_asset_none_is_taken() -> None:
    pools = (
        a_pool(key="one", symbols=(), scopes=("one",)),
        a_pool(key="two", symbols=(), scopes=("two",)),
    )
    stock = a_stock(pools=pools, every_scope=("one", "two"), settled={"USDT": ("one", "two")})
    assert [pool.key for pool in made(stock).pools] == [None]


def test_a_total_that_absorbs_no_loss_is_left_out() -> None:
    total = a_pool(key="total", kind=PoolKind.HEADLINE, symbols=(), scopes=("linear",))
    assert [pool.key for pool in made(a_stock(pools=(total, a_pool()))).pools] == [
        "usdm:btc-eth-bnb"
    ]


def test_one_contract_without_open_interest_leaves_the_whole_fund_without() -> None:
    pool = only(made(a_stock(a_stat(), a_stat("ETHUSDT", None))))
    assert pool.contracts == ()
    assert pool.notes["open_interest_usd"] == "Open interest read for 1 of 2 contracts."


def test_old_open_interest_is_as_good_as_none() -> None:
    pool = only(made(a_stock(), now=NOW + timedelta(hours=2)))
    assert pool.contracts == ()


def test_a_balance_that_is_not_known_is_not_zero() -> None:
    judged = a_fund(balance_usd=None, notes={"balance_usd": "HLP has no price."})
    pool = only(made(a_stock(states=(judged,))))
    assert (pool.balance_usd, pool.notes["balance_usd"]) == (None, "HLP has no price.")
    pool = only(made(a_stock(states=())))
    assert pool.balance_usd is None
    assert pool.notes["balance_usd"]


def test_where_no_fund_is_published_that_is_the_reason() -> None:
    stock = a_stock(pools=(), states=(), no_fund="Binance does not publish its insurance fund.")
    pool = only(made(stock))
    assert pool.notes["balance_usd"] == "Binance does not publish its insurance fund."


def test_small_contracts_are_taken_together_but_not_held_nor_named_ones() -> None:
    symbols = [f"C{number:02}USDT" for number in range(30)]
    stats = [a_stat(symbol, 1e6 * (40 - n)) for n, symbol in enumerate(symbols)]
    pool = a_pool(symbols=tuple(symbols))
    held = a_held(symbol="C25/USDT:USDT", native_symbol="C25USDT")
    found = only(made(a_stock(*stats, pools=(pool,), held=[held]), named=("C20",)))
    apart = [one.native_symbol for one in found.contracts if one.base != OTHER_COINS]
    assert apart == [*symbols[:APART], "C20USDT", "C25USDT"]
    total = sum(one.open_interest_usd for one in found.contracts)
    assert total == pytest.approx(sum(stat.open_interest_usd or 0.0 for stat in stats))


def test_taken_together_betas_weigh_as_much_as_their_open_interest() -> None:
    (one,) = together([
        a_contract("AUSDT", open_interest_usd=3e6, beta=1.0, daily_volatility=0.04),
        a_contract("BUSDT", open_interest_usd=1e6, beta=2.0),
        a_contract("CUSDT", open_interest_usd=5e6),
    ])  # fmt: skip
    assert (one.open_interest_usd, one.beta, one.daily_volatility) == (9e6, 1.25, 0.04)
    assert together([]) == ()
    assert together([a_contract(open_interest_usd=0.0)]) == ()


def test_of_many_funds_the_largest_are_worked_out_and_the_one_behind_a_position() -> None:
    symbols = [f"C{number:02}USDT" for number in range(30)]
    pools = tuple(a_pool(key=symbol, symbols=(symbol,)) for symbol in symbols)
    stats = [a_stat(symbol, 1e6 * (40 - n)) for n, symbol in enumerate(symbols)]
    held = a_held(symbol="C25/USDT:USDT", native_symbol="C25USDT")
    venue = made(a_stock(*stats, pools=pools, held=[held]))
    keys = [pool.key for pool in venue.pools]
    assert keys == ["C25USDT", *symbols[:POOLS], "others"]
    rest = venue.pools[-1]
    assert rest.notes["balance_usd"] == "17 smaller funds are not worked out one by one."
    total = sum(one.open_interest_usd for pool in venue.pools for one in pool.contracts)
    assert total == pytest.approx(sum(stat.open_interest_usd or 0.0 for stat in stats))


def test_a_beta_measured_at_one_venue_serves_where_none_is() -> None:
    risk = MarketRisk(
        venue="bybit", native_symbol="SOLUSDT", candles=500, as_of=NOW, beta=1.6,
        daily_volatility=0.05,
    )  # fmt: skip
    measured = a_stock(a_stat("SOLUSDT"), risks={"SOLUSDT": risk})
    betas = betas_of([measured])
    other = a_stock(a_stat("SOLUSDT"), pools=(a_pool(symbols=("SOLUSDT",)),))
    venue = scenario_venue(other, betas=betas, named=(), now=NOW, max_age=timedelta(hours=1))
    (contract,) = only(venue).contracts
    assert (contract.beta, contract.daily_volatility) == (1.6, None)


def test_a_position_brings_its_prices_profit_and_standing() -> None:
    (held,) = made(a_stock(held=[a_held(margin_mode=MarginMode.ISOLATED)])).positions
    assert (held.base, held.pool, held.standing) == ("BTC", "usdm:btc-eth-bnb", 0.75)
    assert (held.mark_price, held.liquidation_price) == (65000.0, 61750.0)
    assert (held.profit_usd, held.notes) == (500.0, {})


def test_profit_in_the_coin_is_valued_at_its_mark_and_in_another_not_at_all() -> None:
    inverse = a_held(unrealized_pnl=0.01, settle_asset="BTC")
    other = a_held(unrealized_pnl=0.01, settle_asset="ETH")
    (held,) = made(a_stock(held=[inverse])).positions
    assert held.profit_usd == pytest.approx(650.0)
    (held,) = made(a_stock(held=[other])).positions
    assert held.profit_usd is None


def test_without_a_liquidation_price_the_reason_comes_along() -> None:
    assessment = replace(
        an_assessment(), liquidation_price=None, liquidation_price_note="Fully collateralised."
    )
    stock = a_stock(held=[Held(id="p1", account="main", assessment=assessment)])
    assert made(stock).positions[0].notes["liquidated"] == "Fully collateralised."
    cross = a_held(margin_mode=MarginMode.CROSS)
    assert made(a_stock(held=[cross])).positions[0].notes["liquidated"] == CROSS


@pytest.mark.parametrize(
    ("steps", "session", "kind"),
    [
        ([], None, AfterFund.UNKNOWN),
        ([a_step(StepKind.AUTO_DELEVERAGING)], None, AfterFund.ADL),
        ([a_step(StepKind.TREASURY_TOP_UP)], None, AfterFund.UNKNOWN),
        (
            [a_step(StepKind.TREASURY_TOP_UP), a_step(StepKind.AUTO_DELEVERAGING)],
            None,
            AfterFund.ADL,
        ),
        (
            [a_step(StepKind.AUTO_DELEVERAGING, applies=Touches.UNKNOWN)],
            None,
            AfterFund.UNKNOWN,
        ),
        ([a_step(StepKind.CLAWBACK, touches_profit=Touches.YES)], SESSION, AfterFund.HAIRCUT),
        (
            [a_step(StepKind.SOCIALIZED_LOSS, touches_profit=Touches.YES)],
            WITHDRAWALS,
            AfterFund.WITHDRAWALS,
        ),
        (
            [a_step(StepKind.SOCIALIZED_LOSS, touches_profit=Touches.UNKNOWN)],
            None,
            AfterFund.UNKNOWN,
        ),
    ],
)
def test_what_follows_the_fund_is_the_first_step_the_venue_states(
    steps: list[Any], session: SessionRule | None, kind: AfterFund
) -> None:
    assert after_fund(a_loss_model(*steps), session)[0] is kind


def test_of_a_venue_that_closed_nothing_follows() -> None:
    closed = replace(ADL, closed_on=datetime(2026, 1, 1, tzinfo=UTC).date())
    assert after_fund(closed, None) == (AfterFund.UNKNOWN, None)


def test_a_step_without_a_source_is_said_to_be_without() -> None:
    model = a_loss_model(a_step(StepKind.AUTO_DELEVERAGING, source=None))
    assert "without a source" in made(a_stock(loss_model=model)).notes["after_fund"]
