"""Positions and margin of a Bybit account, from the wire to the domain."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.errors import VenueGarbled, VenueRejected, VenueUnreachable
from app.domain.position import ContractKind, MarginMode, Position, ScopeReading, Side
from app.venues.base import VenueReader
from tests.support.venue_stage import Stage


def scopes(reader: VenueReader) -> dict[str, ScopeReading]:
    return {scope.scope: scope for scope in reader.read_account().scopes}


def position(reader: VenueReader, scope: str, symbol: str, side: Side) -> Position:
    found = [
        p for p in scopes(reader)[scope].positions if (p.native_symbol, p.side) == (symbol, side)
    ]
    assert len(found) == 1
    return found[0]


def with_mode(stage: Stage, mode: str, status: int = 6) -> None:
    payload = stage.payload("account_info")
    payload["result"] |= {"marginMode": mode, "unifiedMarginStatus": status}
    stage.answers("account_info", payload)


@pytest.fixture
def usdt(bybit: Stage) -> Stage:
    bybit.answers("positions", "position_list_linear_usdt", query={"settleCoin": "USDT"})
    bybit.answers("positions", "position_list_linear_usdc", query={"settleCoin": "USDC"})
    bybit.answers("positions", "position_list_inverse", query={"category": "inverse"})
    with_mode(bybit, "REGULAR_MARGIN")
    return bybit


def test_every_scope_is_asked_once_and_the_corrections_cost_two_requests(
    usdt: Stage, reader: VenueReader
) -> None:
    reader.connection.contracts("bybit")
    before = len(usdt.asked())
    reading = reader.read_account()
    assert {scope.scope: len(scope.positions) for scope in reading.scopes} == {
        "linear_usdt": 3,
        "linear_usdc": 1,
        "inverse": 1,
    }
    assert sorted(usdt.asked()[before:]) == [
        "account_info",
        "positions",
        "positions",
        "positions",
        "wallet",
    ]
    before = len(usdt.asked())
    reader.read_account()
    assert "account_info" not in usdt.asked()[before:]
    usdt.later(minutes=6)
    reader.read_account()
    assert "account_info" in usdt.asked()[before:]


def test_a_long_has_the_figures_of_its_row_and_the_time_of_the_answer(
    usdt: Stage, reader: VenueReader
) -> None:
    long = position(reader, "linear_usdt", "BTCUSDT", Side.LONG)
    assert long.symbol == "BTC/USDT:USDT"
    assert long.kind is ContractKind.LINEAR
    assert (long.size, long.contracts, long.contract_size) == (0.5, 0.5, 1.0)
    assert long.notional_usd == 32_500
    assert (long.entry_price, long.mark_price, long.liquidation_price) == (64_000, 65_000, 61_750)
    assert (long.leverage, long.maintenance_margin, long.unrealized_pnl) == (20, 162.5, 500)
    assert long.margin_mode is MarginMode.CROSS
    assert long.settle_asset == "USDT"
    assert long.as_of == datetime.fromtimestamp(1763798400, UTC)
    assert long.raw["symbol"] == "BTCUSDT"


def test_each_side_of_a_hedge_keeps_its_own_adl_rank(usdt: Stage, reader: VenueReader) -> None:
    long = position(reader, "linear_usdt", "BTCUSDT", Side.LONG)
    short = position(reader, "linear_usdt", "BTCUSDT", Side.SHORT)
    assert long.hedged and short.hedged
    assert long.adl and (long.adl.standing, long.adl.raw, long.adl.scale) == (0.8, 4, "0-5")
    assert short.adl and (short.adl.standing, short.adl.raw) == (0.2, 1)
    assert long.key != short.key


@pytest.mark.parametrize(
    ("symbol", "side"),
    [("BTCUSDT", Side.SHORT), ("XRPUSDT", Side.LONG)],
    ids=["999999.00", "0.0001"],
)
def test_a_sentinel_is_no_liquidation_price(
    usdt: Stage, reader: VenueReader, symbol: str, side: Side
) -> None:
    found = position(reader, "linear_usdt", symbol, side)
    assert found.liquidation_price is None
    assert "price limits" in found.notes["liquidation_price"]


def test_a_sentinel_is_none_for_the_dearest_coin_too(usdt: Stage, reader: VenueReader) -> None:
    payload = usdt.payload("position_list_inverse")
    payload["result"]["list"][0] |= {"markPrice": "126000.00", "liqPrice": "999999.00"}
    usdt.answers("positions", payload, query={"category": "inverse"})
    assert position(reader, "inverse", "BTCUSD", Side.SHORT).liquidation_price is None


def test_the_same_number_near_the_mark_is_a_liquidation_price(
    usdt: Stage, reader: VenueReader
) -> None:
    payload = usdt.payload("position_list_linear_usdt")
    payload["result"]["list"][3] |= {"markPrice": "0.00016", "liqPrice": "0.0001"}
    usdt.answers("positions", payload, query={"settleCoin": "USDT"})
    assert position(reader, "linear_usdt", "XRPUSDT", Side.LONG).liquidation_price == 0.0001


def test_an_inverse_position_counts_dollars_and_is_sized_in_coin(
    usdt: Stage, reader: VenueReader
) -> None:
    short = position(reader, "inverse", "BTCUSD", Side.SHORT)
    assert short.kind is ContractKind.INVERSE
    assert (short.contracts, short.contract_size, short.notional_usd) == (300, 1, 300)
    assert short.size == pytest.approx(300 / 28224.5)
    assert short.settle_asset == "BTC"
    assert short.liquidation_price is None
    assert short.adl and short.adl.standing == 0.4


def test_a_usdc_position_under_deleveraging_says_so(usdt: Stage, reader: VenueReader) -> None:
    short = position(reader, "linear_usdc", "BTCPERP", Side.SHORT)
    assert short.symbol == "BTC/USDC:USDC"
    assert "auto-deleveraging" in short.notes["status"]
    assert short.collateral is None


def test_the_unified_margin_stands_in_every_scope(usdt: Stage, reader: VenueReader) -> None:
    margins = {scope.margin for scope in scopes(reader).values()}
    assert len(margins) == 1
    margin = margins.pop()
    assert margin is not None
    assert margin.margin_balance == 18070.32797922
    assert margin.maintenance_margin == 0.38106773
    assert margin.margin_ratio == pytest.approx(0.38106773 / 18070.32797922)
    assert margin.as_of == datetime.fromtimestamp(1672125441.042, UTC)


def test_cross_positions_name_the_account_as_what_backs_them(
    usdt: Stage, reader: VenueReader
) -> None:
    long = position(reader, "linear_usdt", "BTCUSDT", Side.LONG)
    assert (long.collateral, long.margin_ratio) == (None, None)
    assert "whole account" in long.notes["collateral"]
    assert "whole account" in long.notes["margin_ratio"]


def test_isolated_margin_has_no_account_margin_and_asks_for_none(
    usdt: Stage, reader: VenueReader
) -> None:
    with_mode(usdt, "ISOLATED_MARGIN")
    payload = usdt.payload("position_list_linear_usdt")
    payload["result"]["list"][0] |= {"positionBalance": "1625"}
    usdt.answers("positions", payload, query={"settleCoin": "USDT"})
    margin = scopes(reader)["linear_usdt"].margin
    assert margin is not None
    assert (margin.margin_ratio, margin.margin_balance) == (None, None)
    assert "Isolated" in (margin.note or "")
    assert "wallet" not in usdt.asked()
    long = position(reader, "linear_usdt", "BTCUSDT", Side.LONG)
    assert long.margin_mode is MarginMode.ISOLATED
    assert long.collateral == 2125
    assert long.margin_ratio == pytest.approx(162.5 / 2125)


def test_portfolio_margin_says_why_its_fields_are_empty(usdt: Stage, reader: VenueReader) -> None:
    with_mode(usdt, "PORTFOLIO_MARGIN")
    usdt.answers("positions", "position_list_portfolio_margin", query={"settleCoin": "USDT"})
    held = position(reader, "linear_usdt", "BTCUSDT", Side.LONG)
    assert held.margin_mode is MarginMode.PORTFOLIO
    for field in ("liquidation_price", "leverage", "maintenance_margin"):
        assert getattr(held, field) is None
        assert "portfolio margin" in held.notes[field]


def test_an_older_account_keeps_inverse_contracts_in_a_wallet_of_their_own(
    usdt: Stage, reader: VenueReader
) -> None:
    with_mode(usdt, "REGULAR_MARGIN", status=4)
    payload = usdt.payload("position_list_inverse")
    payload["result"]["list"][0]["tradeMode"] = 1
    usdt.answers("positions", payload, query={"category": "inverse"})
    inverse = scopes(reader)["inverse"]
    assert inverse.positions[0].margin_mode is MarginMode.ISOLATED
    assert inverse.margin is not None and inverse.margin.margin_ratio is None
    assert scopes(reader)["linear_usdt"].margin != inverse.margin


def test_a_margin_mode_that_cannot_be_read_costs_a_note_not_the_positions(
    usdt: Stage, reader: VenueReader
) -> None:
    usdt.answers("account_info", {"retCode": 10016, "retMsg": "System error"})
    long = position(reader, "linear_usdt", "BTCUSDT", Side.LONG)
    assert long.margin_mode is None
    assert "margin_mode" in long.notes


def test_a_wallet_that_cannot_be_read_costs_the_margin_not_the_positions(
    usdt: Stage, reader: VenueReader
) -> None:
    usdt.answers("wallet", {"retCode": 10005, "retMsg": "Permission denied"})
    scope = scopes(reader)["linear_usdt"]
    assert len(scope.positions) == 3
    assert scope.margin is not None and scope.margin.margin_ratio is None
    assert "was not read" in (scope.margin.note or "")


def test_an_empty_account_has_no_positions_in_any_scope(bybit: Stage, reader: VenueReader) -> None:
    assert {name: scope.positions for name, scope in scopes(reader).items()} == {
        "linear_usdt": (),
        "linear_usdc": (),
        "inverse": (),
    }


def test_positions_beyond_one_page_are_read_to_the_end(bybit: Stage, reader: VenueReader) -> None:
    first = bybit.payload("position_list_linear_usdc")
    first["result"]["nextPageCursor"] = "BTCPERP%2C1763790000000"
    second = bybit.payload("position_list_linear_usdc")
    second["result"]["list"][0]["side"] = "Buy"
    bybit.answers("positions", first, query={"settleCoin": "USDC"})
    bybit.answers(
        "positions", second, query={"settleCoin": "USDC", "cursor": "BTCPERP,1763790000000"}
    )
    assert [p.side for p in scopes(reader)["linear_usdc"].positions] == [Side.SHORT, Side.LONG]


def test_one_failing_scope_leaves_the_others_their_positions(
    usdt: Stage, reader: VenueReader
) -> None:
    usdt.answers("positions", {"retCode": 0}, query={"settleCoin": "USDC"})
    read = scopes(reader)
    assert isinstance(read["linear_usdc"].error, VenueGarbled)
    assert len(read["linear_usdt"].positions) == 3


@pytest.mark.parametrize("code", [10003, 10004, 10005, 10010, 33004])
def test_a_key_bybit_does_not_accept_is_rejected(
    bybit: Stage, reader: VenueReader, code: int
) -> None:
    bybit.answers("positions", {"retCode": code, "retMsg": "API key is invalid."})
    with pytest.raises(VenueRejected):
        reader.read_account()


def test_a_fault_at_bybit_is_unreachable(bybit: Stage, reader: VenueReader) -> None:
    bybit.answers("positions", {}, status=502)
    with pytest.raises(VenueUnreachable):
        reader.read_account()


@pytest.mark.parametrize(
    "change",
    [
        {"size": "many"},
        {"size": None},
        {"side": "Both"},
        {"positionIdx": 7},
        {"markPrice": "NaN"},
        {"liqPrice": []},
    ],
)
def test_a_row_that_is_not_as_documented_is_garbled_not_guessed(
    usdt: Stage, reader: VenueReader, change: dict[str, Any]
) -> None:
    payload = usdt.payload("position_list_linear_usdc")
    payload["result"]["list"][0] |= change
    usdt.answers("positions", payload, query={"settleCoin": "USDC"})
    assert isinstance(scopes(reader)["linear_usdc"].error, VenueGarbled)
