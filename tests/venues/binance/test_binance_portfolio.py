"""Binance accounts on Portfolio Margin, and how one is told from a usual account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.errors import VenueRejected, VenueUnreachable
from app.domain.position import MarginMode, Position, Side
from app.venues.base import VenueReader
from tests.support.exchange import NOW, Exchange

DENIED = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action"}


@pytest.fixture
def portfolio(binance: Exchange) -> Exchange:
    """An account on Portfolio Margin: the usual addresses refuse it."""
    for read_id in ("positions_linear", "positions_inverse"):
        binance.answers(read_id, DENIED, status_code=401)
    for read_id, payload in {
        "portfolio_account": "papi_v1_account",
        "positions_portfolio_linear": "papi_v1_um_positionRisk.both_sides",
        "account_portfolio_linear": "papi_v2_um_account",
        "adl_quantile_portfolio_linear": "papi_v1_um_adlQuantile",
        "brackets_portfolio_linear": "fapi_v1_leverageBracket",
        "positions_portfolio_inverse": "papi_v1_cm_positionRisk",
        "account_portfolio_inverse": "papi_v1_cm_account",
        "adl_quantile_portfolio_inverse": "papi_v1_cm_adlQuantile",
        "brackets_portfolio_inverse": "dapi_v2_leverageBracket",
    }.items():
        binance.answers(read_id, payload)
    return binance


def held(reader: VenueReader) -> dict[tuple[str, Side], Position]:
    scopes = reader.read_account().scopes
    assert [scope.error for scope in scopes] == [None] * len(scopes)
    return {(p.native_symbol, p.side): p for scope in scopes for p in scope.positions}


def test_only_the_scopes_of_its_programme_are_asked(portfolio: Exchange) -> None:
    reading = portfolio.account().read_account()

    assert [scope.scope for scope in reading.scopes] == ["portfolio_linear", "portfolio_inverse"]
    assert "positions_linear" not in portfolio.asked()


def test_each_side_keeps_its_own_figures(portfolio: Exchange) -> None:
    found = held(portfolio.account())
    long, short = found["BTCUSDT", Side.LONG], found["BTCUSDT", Side.SHORT]

    assert (long.size, long.notional_usd, long.entry_price) == (0.5, 32500, 64000)
    assert (long.maintenance_margin, short.maintenance_margin) == (130, 26)
    assert (long.liquidation_price, short.liquidation_price) == (50120.1, None)
    assert "liquidation_price" in short.notes
    assert long.adl is not None
    assert short.adl is not None
    assert (long.adl.raw, short.adl.raw) == (1, 2)
    assert long.leverage == 20
    assert long.hedged


def test_coin_margined_positions_are_counted_by_the_list(portfolio: Exchange) -> None:
    position = held(portfolio.account())["BTCUSD_201225", Side.LONG]

    assert (position.contracts, position.contract_size, position.notional_usd) == (1, 100, 100)
    assert position.size == pytest.approx(100 / 11788.66626667)
    assert position.maintenance_margin == 0.00003393
    assert position.settle_asset == "BTC"


def test_the_account_stands_behind_each_with_a_ratio_of_1_at_liquidation(
    portfolio: Exchange,
) -> None:
    scopes = portfolio.account().read_account().scopes

    for scope in scopes:
        assert scope.margin is not None
        # Binance liquidates at 1.05, and it is 4.2 now.
        assert scope.margin.margin_ratio == pytest.approx(0.25)
        assert (scope.margin.margin_balance, scope.margin.asset) == (42000, "USD")
        assert scope.margin.maintenance_margin == 10000
        assert scope.margin.note == "Liquidation begins at a uniMMR of 1.05; it is 4.2 now."
        for position in scope.positions:
            assert position.margin_mode is MarginMode.PORTFOLIO
            assert position.margin_ratio == pytest.approx(0.25)
            assert position.collateral is None
            assert position.notes["collateral"]


def test_at_a_unimmr_of_105_per_cent_the_ratio_is_1(portfolio: Exchange) -> None:
    answer = portfolio.payload("papi_v1_account")
    portfolio.answers("portfolio_account", {**answer, "uniMMR": "1.05"})

    assert held(portfolio.account())["BTCUSDT", Side.LONG].margin_ratio == 1


def test_a_usual_account_is_asked_for_a_programme_once_an_hour_and_nothing_fails(
    binance: Exchange,
) -> None:
    reader = binance.account()
    reading = reader.read_account()
    assert [(scope.scope, scope.error) for scope in reading.scopes] == [
        ("linear", None),
        ("inverse", None),
    ]
    assert binance.asked()[:2] == ["portfolio_account", "portfolio_pro_account"]

    binance.forget()
    binance.now = NOW + timedelta(minutes=59)
    reader.read_account()
    assert "portfolio_account" not in binance.asked()

    binance.now = NOW + timedelta(minutes=61)
    reader.read_account()
    assert "portfolio_account" in binance.asked()


def test_before_the_programme_is_known_a_usual_account_is_read_all_the_same(
    binance: Exchange,
) -> None:
    binance.answers("portfolio_account", {}, status_code=503)

    reading = binance.account().read_account()

    assert [(scope.scope, scope.error) for scope in reading.scopes] == [
        ("linear", None),
        ("inverse", None),
    ]


def test_a_portfolio_account_is_not_taken_for_a_wrong_key_while_its_addresses_are_away(
    portfolio: Exchange,
) -> None:
    portfolio.answers("portfolio_account", {}, status_code=503)

    with pytest.raises(VenueUnreachable):
        portfolio.account().read_account()


def test_a_key_refused_everywhere_is_rejected(portfolio: Exchange) -> None:
    portfolio.answers("portfolio_account", DENIED, status_code=401)

    with pytest.raises(VenueRejected):
        portfolio.account().read_account()


def test_a_usual_account_that_joins_the_programme_is_read_from_the_next_time_on(
    portfolio: Exchange,
) -> None:
    portfolio.answers("portfolio_account", DENIED, status_code=401)
    portfolio.answers("positions_linear", [])
    portfolio.answers("positions_inverse", [])
    reader = portfolio.account()
    assert held(reader) == {}

    for read_id in ("positions_linear", "positions_inverse"):
        portfolio.answers(read_id, DENIED, status_code=401)
    portfolio.answers("portfolio_account", "papi_v1_account")
    with pytest.raises(VenueRejected):
        reader.read_account()

    assert len(held(reader)) == 3


def test_without_the_margin_the_positions_stay_and_say_so(portfolio: Exchange) -> None:
    reader = portfolio.account()
    reader.read_account()
    portfolio.answers("portfolio_account", {}, status_code=503)

    position = held(reader)["BTCUSDT", Side.LONG]

    assert position.margin_ratio is None
    assert position.notes["margin_ratio"] == "The account's margin could not be read."


def test_on_portfolio_margin_pro_the_usual_positions_have_the_accounts_margin(
    binance: Exchange,
) -> None:
    binance.answers("portfolio_pro_account", "sapi_v1_portfolio_account")
    binance.answers("positions_linear", "fapi_v3_positionRisk.both_sides")

    reading = binance.account().read_account()

    linear, inverse = reading.scopes
    assert (linear.scope, inverse.scope) == ("linear", "inverse")
    assert linear.margin is not None
    assert linear.margin.margin_ratio == pytest.approx(0.75)
    assert "margin call" in str(linear.margin.note)
    assert {p.margin_mode for p in linear.positions} == {MarginMode.PORTFOLIO}
    assert {p.margin_ratio for p in linear.positions} == {linear.margin.margin_ratio}
