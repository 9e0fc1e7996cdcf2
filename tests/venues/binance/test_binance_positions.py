"""Positions of a Binance account, on both of its kinds of futures."""

from __future__ import annotations

import pytest

from app.domain.errors import (
    VenueGarbled,
    VenueRateLimited,
    VenueRejected,
    VenueUnreachable,
)
from app.domain.position import ContractKind, MarginMode, Position, ScopeReading, Side
from tests.support.exchange import NOW, Exchange

LINEAR_ONCE = ["positions_linear", "account_linear", "symbol_config_linear", "adl_quantile_linear"]


def scope(exchange: Exchange, name: str) -> ScopeReading:
    reading = exchange.account().read_account()
    return next(scope for scope in reading.scopes if scope.scope == name)


def positions(exchange: Exchange, name: str) -> dict[tuple[str, Side], Position]:
    reading = scope(exchange, name)
    assert reading.error is None
    return {(p.native_symbol, p.side): p for p in reading.positions}


def test_a_documented_position_without_a_liquidation_price_has_none_and_says_so(
    binance: Exchange,
) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk")

    position = positions(binance, "linear")["ADAUSDT", Side.LONG]

    assert position.symbol == "ADA/USDT:USDT"
    assert position.liquidation_price is None
    assert "liquidation price" in position.notes["liquidation_price"]
    assert (position.size, position.contracts, position.contract_size) == (30, 30, 1)
    assert position.notional_usd == pytest.approx(12.314277)
    assert position.mark_price == 0.4104759
    assert position.as_of == NOW
    assert not position.hedged
    assert position.raw["breakEvenPrice"] == "0.385077"


def test_maintenance_margin_is_binances_own_and_not_the_bracket_rate_times_notional(
    binance: Exchange,
) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk.hedge")

    short = positions(binance, "linear")["COMPUSDT", Side.SHORT]

    assert short.maintenance_margin == 0.49720233
    assert short.maintenance_margin_rate is None, "its bracket does not explain that margin"
    assert short.side is Side.SHORT
    assert short.liquidation_price == 2260.5675721, "far is not absent"


def test_a_bracket_that_explains_the_maintenance_margin_gives_rate_and_amount(
    binance: Exchange,
) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk.both_sides")

    long = positions(binance, "linear")["BTCUSDT", Side.LONG]

    assert (long.maintenance_margin_rate, long.maintenance_amount) == (0.004, 0.0)


def test_each_side_of_a_hedge_keeps_its_own_adl_rank(binance: Exchange) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk.both_sides")

    found = positions(binance, "linear")
    long, short = found["BTCUSDT", Side.LONG], found["BTCUSDT", Side.SHORT]

    assert long.adl is not None
    assert short.adl is not None
    assert (long.adl.raw, long.adl.standing) == (1, 0.25)
    assert (short.adl.raw, short.adl.standing) == (2, 0.5)
    assert long.adl.scale == "0-4"
    assert long.hedged and short.hedged


def test_the_hedge_sign_of_cross_hedge_mode_is_never_taken_for_a_rank(binance: Exchange) -> None:
    binance.answers("positions_inverse", "dapi_v1_positionRisk")

    long = positions(binance, "inverse")["BTCUSD_201225", Side.LONG]

    assert long.adl is not None
    assert long.adl.raw == 4
    assert long.adl.standing == 1.0


def test_without_a_quantile_for_the_contract_the_rows_own_rank_is_used(binance: Exchange) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk")

    adl = positions(binance, "linear")["ADAUSDT", Side.LONG].adl

    assert adl is not None
    assert adl.raw == 2


def test_leverage_and_margin_mode_come_from_the_symbols_configuration(binance: Exchange) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk.both_sides")

    found = positions(binance, "linear")

    assert found["BTCUSDT", Side.LONG].leverage == 20
    assert found["BTCUSDT", Side.LONG].margin_mode is MarginMode.CROSS
    assert found["BTCUSDC", Side.LONG].leverage == 10
    assert found["BTCUSDC", Side.LONG].margin_mode is MarginMode.ISOLATED


def test_cross_health_is_the_accounts_and_isolated_health_the_positions_own(
    binance: Exchange,
) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk.both_sides")

    reading = scope(binance, "linear")
    found = {(p.native_symbol, p.side): p for p in reading.positions}
    cross, isolated = found["BTCUSDT", Side.LONG], found["BTCUSDC", Side.LONG]

    # 1400 in the cross wallet + 600 profit; maintenance 130 + 26 of the two cross positions.
    assert cross.collateral == 2000
    assert cross.margin_ratio == pytest.approx(156 / 2000)
    assert cross.settle_asset == "USDT"
    # 45 put in + 5 profit; maintenance 2.6.
    assert isolated.collateral == 50
    assert isolated.margin_ratio == pytest.approx(2.6 / 50)
    assert isolated.settle_asset == "USDC"
    assert reading.margin is not None
    assert (reading.margin.asset, reading.margin.margin_balance) == ("USDT", 2000)
    assert reading.margin.maintenance_margin == 156


def test_in_multi_assets_mode_the_totals_in_usd_stand_behind_every_cross_position(
    binance: Exchange,
) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk.both_sides")
    binance.answers("account_linear", "fapi_v3_account.multi_assets")

    reading = scope(binance, "linear")

    assert reading.margin is not None
    assert (reading.margin.asset, reading.margin.margin_balance) == ("USD", 2600)
    assert reading.margin.margin_ratio == pytest.approx(156 / 2600)


def test_with_a_margin_for_each_of_two_coins_no_single_one_is_given_for_the_scope(
    binance: Exchange,
) -> None:
    rows = binance.payload("fapi_v3_positionRisk.both_sides")
    configs = binance.payload("fapi_v1_symbolConfig")
    binance.answers("positions_linear", rows)
    binance.answers("symbol_config_linear", [{**c, "marginType": "CROSSED"} for c in configs])

    reading = scope(binance, "linear")
    found = {(p.native_symbol, p.side): p for p in reading.positions}

    assert reading.margin is None
    assert found["BTCUSDT", Side.LONG].collateral == 2000
    assert found["BTCUSDC", Side.LONG].collateral == 0


def test_an_inverse_position_without_a_notional_still_has_side_value_and_size(
    binance: Exchange,
) -> None:
    binance.answers("positions_inverse", "dapi_v1_positionRisk")

    found = positions(binance, "inverse")
    assert list(found) == [("BTCUSD_201225", Side.LONG)], "rows that hold nothing are no positions"
    position = found["BTCUSD_201225", Side.LONG]

    assert position.kind is ContractKind.INVERSE
    assert (position.contracts, position.contract_size) == (1, 100)
    assert position.notional_usd == 100
    assert position.size == pytest.approx(100 / 11788.66626667)
    assert position.settle_asset == "BTC"
    assert position.leverage == 125
    assert position.liquidation_price == 11667.63509587


def test_inverse_cross_margin_is_the_coins(binance: Exchange) -> None:
    binance.answers("positions_inverse", "dapi_v1_positionRisk")

    reading = scope(binance, "inverse")
    position = reading.positions[0]

    assert reading.margin is not None
    assert reading.margin.asset == "BTC"
    assert position.collateral == pytest.approx(0.00241969 + 0.00005866)
    assert position.maintenance_margin == 0.00003393
    assert position.margin_ratio == pytest.approx(0.00003393 / 0.00247835)
    assert position.maintenance_margin_rate == 0.004


def test_an_isolated_inverse_position_stands_on_its_own_margin(binance: Exchange) -> None:
    binance.answers("positions_inverse", "dapi_v1_positionRisk.isolated")

    reading = scope(binance, "inverse")
    position = reading.positions[0]

    assert reading.margin is None
    assert position.symbol == "BTC/USD:BTC"
    assert position.margin_mode is MarginMode.ISOLATED
    assert position.collateral == 0.00274471
    assert position.margin_ratio == pytest.approx(0.000021 / 0.00274471)
    assert position.notional_usd == 200


def test_a_refresh_makes_the_requests_its_facts_list_and_keeps_brackets_for_a_day(
    binance: Exchange,
) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk")
    binance.answers("positions_inverse", "dapi_v1_positionRisk")
    reader = binance.account()
    reader.read_account()
    facts = binance.facts
    every = [read.id for scope in ("linear", "inverse") for read in facts.reads_of(scope)]
    first = ["portfolio_account", "portfolio_pro_account", "markets_linear", "markets_inverse"]

    assert sorted(binance.asked()) == sorted([*every, *first])

    binance.forget()
    reader.read_account()
    kept = {read.id for read in facts.reads if read.cached_seconds}
    assert binance.asked() == [read_id for read_id in every if read_id not in kept]

    binance.forget()
    binance.now = NOW.replace(day=NOW.day + 1, second=1)
    reader.read_account()
    assert {"brackets_linear", "brackets_inverse"} <= set(binance.asked())


def test_an_account_without_positions_costs_one_request_a_scope(binance: Exchange) -> None:
    reader = binance.account()
    reader.read_account()
    binance.forget()
    reading = reader.read_account()

    assert binance.asked() == ["positions_linear", "positions_inverse"]
    assert [(scope.scope, scope.positions) for scope in reading.scopes] == [
        ("linear", ()),
        ("inverse", ()),
    ]


def test_an_account_without_coin_margined_rights_keeps_its_other_positions(
    binance: Exchange,
) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk")
    denied = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action"}
    binance.answers("positions_inverse", denied, status_code=401)

    linear, inverse = binance.account().read_account().scopes

    assert len(linear.positions) == 1
    assert isinstance(inverse.error, VenueRejected)


def test_a_key_refused_on_every_scope_is_rejected(binance: Exchange) -> None:
    denied = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action"}
    for read_id in ("positions_linear", "positions_inverse"):
        binance.answers(read_id, denied, status_code=401)

    with pytest.raises(VenueRejected, match="-2015"):
        binance.account().read_account()


def test_when_no_scope_answers_the_fault_is_not_blamed_on_the_key(binance: Exchange) -> None:
    denied = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action"}
    binance.answers("positions_linear", denied, status_code=401)
    binance.answers("positions_inverse", text="<html>", status_code=503)

    with pytest.raises(VenueUnreachable):
        binance.account().read_account()


@pytest.mark.parametrize(
    ("correction", "field"),
    [
        ("account_linear", "margin_ratio"),
        ("symbol_config_linear", "leverage"),
        ("brackets_linear", "maintenance_margin_rate"),
    ],
)
def test_a_correction_that_fails_costs_its_figure_and_not_the_position(
    binance: Exchange, correction: str, field: str
) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk")
    binance.answers(correction, text="gateway", status_code=502)

    position = positions(binance, "linear")["ADAUSDT", Side.LONG]

    assert getattr(position, field) is None
    assert position.mark_price == 0.4104759
    if field in {"margin_ratio", "leverage"}:
        assert "502" in position.notes[field]


def test_a_correction_asked_to_slow_down_slows_the_whole_scope_down(binance: Exchange) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk")
    binance.answers("account_linear", {}, status_code=429, headers={"Retry-After": "12"})

    error = scope(binance, "linear").error

    assert isinstance(error, VenueRateLimited)
    assert error.retry_after == 12
    assert "adl_quantile_linear" not in binance.asked()


@pytest.mark.parametrize(
    "answer",
    [
        {"positions": []},
        [{"symbol": "BTCUSDT"}],
        [{"symbol": "BTCUSDT", "positionAmt": "much", "positionSide": "BOTH"}],
        ["BTCUSDT"],
    ],
)
def test_positions_of_the_wrong_shape_are_garbled_and_never_no_positions(
    binance: Exchange, answer: object
) -> None:
    binance.answers("positions_linear", answer)

    assert isinstance(scope(binance, "linear").error, VenueGarbled)


def test_half_an_answer_is_garbled_and_never_no_positions(binance: Exchange) -> None:
    binance.answers("positions_linear", text='[{"symbol": "BTCUSDT", "posi')

    assert isinstance(scope(binance, "linear").error, VenueGarbled)


def test_a_contract_that_left_the_list_while_held_is_still_shown(binance: Exchange) -> None:
    row = binance.payload("fapi_v3_positionRisk")[0]
    binance.answers("positions_linear", [{**row, "symbol": "GONEUSDT"}])

    position = positions(binance, "linear")["GONEUSDT", Side.LONG]

    assert position.contract_size == 1
    assert position.settle_asset == "USDT"


def test_a_contract_listed_since_is_found_by_loading_the_list_again(binance: Exchange) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk")
    reader = binance.account()
    reader.read_account()
    listing = binance.payload("fapi_v1_exchangeInfo")
    new = {**listing["symbols"][2], "symbol": "NEWUSDT", "baseAsset": "NEW", "pair": "NEWUSDT"}
    binance.answers("markets_linear", {**listing, "symbols": [*listing["symbols"], new]})
    row = binance.payload("fapi_v3_positionRisk")[0]
    binance.answers("positions_linear", [{**row, "symbol": "NEWUSDT"}])
    binance.now = NOW.replace(minute=20)

    assert reader.read_account().scopes[0].positions[0].symbol == "NEW/USDT:USDT"


def test_a_garbled_answer_that_is_kept_for_a_day_is_asked_for_again(binance: Exchange) -> None:
    binance.answers("positions_linear", "fapi_v3_positionRisk.both_sides")
    binance.answers("brackets_linear", [{"symbol": "BTCUSDT", "brackets": "none"}])
    assert isinstance(scope(binance, "linear").error, VenueGarbled)

    binance.answers("brackets_linear", "fapi_v1_leverageBracket")
    assert positions(binance, "linear")["BTCUSDT", Side.LONG].maintenance_margin_rate == 0.004
