"""Positions and margin of an OKX account, from the wire to the domain."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.errors import (
    ClockSkew,
    VenueGarbled,
    VenueRateLimited,
    VenueRejected,
    VenueUnreachable,
)
from app.domain.position import ContractKind, MarginMode, Position, ScopeReading, Side
from app.venues.base import VenueReader
from tests.support.exchange import NOW
from tests.support.venue_stage import Stage


def reading(reader: VenueReader) -> ScopeReading:
    (scope,) = reader.read_account().scopes
    assert scope.error is None
    return scope


def held(stage: Stage, reader: VenueReader, payload: Any) -> tuple[Position, ...]:
    stage.answers("positions", payload)
    return reading(reader).positions


def test_one_request_covers_every_contract_and_one_more_its_margin(
    okx: Stage, reader: VenueReader
) -> None:
    reader.connection.contracts("okx")
    before = len(okx.asked())
    held(okx, reader, "account_positions_cross")
    assert okx.asked()[before:] == ["positions", "balance"]
    assert okx.adapter.request_history[before].query == ""


def test_contracts_become_base_units(okx: Stage, reader: VenueReader) -> None:
    long, short = held(okx, reader, "account_positions_cross")
    assert (long.contracts, long.contract_size, long.size) == (1, 0.01, 0.01)
    assert (short.contracts, short.size) == (2.5, pytest.approx(0.025))
    assert long.notional_usd == 341.5130010779638
    assert (long.symbol, long.native_symbol) == ("BTC/USDT:USDT", "BTC-USDT-SWAP")
    assert (long.entry_price, long.mark_price) == (34131.1, 34130.1)
    assert long.maintenance_margin == 1.3652874433435829
    assert long.as_of == NOW
    assert long.raw["posId"] == "339552508062380036"


def test_each_side_of_a_hedge_keeps_its_own_adl_rank(okx: Stage, reader: VenueReader) -> None:
    long, short = held(okx, reader, "account_positions_cross")
    assert (long.side, short.side) == (Side.LONG, Side.SHORT)
    assert long.hedged and short.hedged
    assert long.adl and (long.adl.standing, long.adl.raw) == (0.6, 3)
    assert short.adl and (short.adl.standing, short.adl.scale) == (0.0, "0-5")


def test_an_empty_liquidation_price_is_none_and_says_why(okx: Stage, reader: VenueReader) -> None:
    long, short = held(okx, reader, "account_positions_cross")
    assert long.liquidation_price == 12608.959083877446
    assert short.liquidation_price is None
    assert "no price of this contract alone" in short.notes["liquidation_price"]


def test_okxs_margin_ratio_is_turned_to_rise_towards_liquidation(
    okx: Stage, reader: VenueReader
) -> None:
    (held_,) = held(okx, reader, "account_positions_isolated_inverse")
    assert held_.margin_ratio == pytest.approx(1 / 11.731726509588816)
    margin = reading_with_cross(okx, reader).margin
    assert margin is not None
    assert margin.margin_ratio == pytest.approx(1 / 143682.59776662575)
    assert 0 < margin.margin_ratio < 1


def reading_with_cross(okx: Stage, reader: VenueReader) -> ScopeReading:
    okx.answers("positions", "account_positions_cross")
    return reading(reader)


def test_a_cross_position_is_not_backed_by_its_own_margin(okx: Stage, reader: VenueReader) -> None:
    for position in held(okx, reader, "account_positions_cross"):
        assert position.margin_mode is MarginMode.CROSS
        assert position.collateral is None
        assert "whole account" in position.notes["collateral"]


def test_an_isolated_inverse_future_is_margined_in_coin(okx: Stage, reader: VenueReader) -> None:
    (held_,) = held(okx, reader, "account_positions_isolated_inverse")
    assert held_.kind is ContractKind.INVERSE
    assert held_.margin_mode is MarginMode.ISOLATED
    assert (held_.contracts, held_.contract_size) == (1, 10)
    assert held_.size == pytest.approx(10 / 2353.849)
    assert held_.settle_asset == "ETH"
    assert held_.collateral == pytest.approx(0.0003896645377994 - 0.0000009932766034)
    assert "balance" not in okx.asked(), "no cross position, so no question about its margin"


def test_a_net_short_is_a_short_and_other_instruments_are_named(
    okx: Stage, reader: VenueReader
) -> None:
    okx.answers("positions", "account_positions_mixed")
    scope = reading(reader)
    (short,) = scope.positions
    assert (short.side, short.contracts, short.hedged) == (Side.SHORT, 100, False)
    assert short.kind is ContractKind.INVERSE
    assert short.leverage is None
    assert "portfolio margin" in short.notes["leverage"]
    assert short.adl and short.adl.standing == 1.0
    assert scope.margin is not None
    assert "1 option position and 1 margin position" in (scope.margin.note or "")


def test_a_multi_currency_account_has_one_margin_in_dollars(
    okx: Stage, reader: VenueReader
) -> None:
    margin = reading_with_cross(okx, reader).margin
    assert margin is not None
    assert (margin.asset, margin.margin_balance) == ("USD", 55415.624719833286)
    assert margin.maintenance_margin == 0.3428274116
    assert margin.as_of == NOW


def test_in_futures_mode_the_weakest_currency_is_shown_without_a_shared_balance(
    okx: Stage, reader: VenueReader
) -> None:
    okx.answers("balance", "account_balance_futures_mode")
    margin = reading_with_cross(okx, reader).margin
    assert margin is not None
    assert (margin.asset, margin.margin_ratio) == ("BTC", 1 / 20)
    assert margin.margin_balance is None
    assert "weakest" in (margin.note or "")


def test_in_futures_mode_one_currency_in_use_is_the_margin(okx: Stage, reader: VenueReader) -> None:
    payload = okx.payload("account_balance_futures_mode")
    del payload["data"][0]["details"][1]
    okx.answers("balance", payload)
    margin = reading_with_cross(okx, reader).margin
    assert margin is not None
    assert (margin.asset, margin.margin_balance) == ("USDT", 8500), "isolated equity left out"
    assert (margin.maintenance_margin, margin.margin_ratio) == (130, 1 / 62.5)


def test_a_balance_that_cannot_be_read_costs_the_margin_not_the_positions(
    okx: Stage, reader: VenueReader
) -> None:
    okx.answers("balance", {"code": "50026", "msg": "System error", "data": []}, status=500)
    scope = reading_with_cross(okx, reader)
    assert len(scope.positions) == 2
    assert scope.margin is not None and scope.margin.margin_ratio is None
    assert "was not read" in (scope.margin.note or "")


def test_an_empty_account_is_empty_and_costs_one_request(okx: Stage, reader: VenueReader) -> None:
    reader.connection.contracts("okx")
    before = len(okx.asked())
    scope = reading(reader)
    assert (scope.positions, scope.margin) == ((), None)
    assert okx.asked()[before:] == ["positions"]


@pytest.mark.parametrize(
    ("code", "status", "meaning"),
    [
        ("50011", 429, VenueRateLimited),
        ("50011", 200, VenueRateLimited),
        ("50040", 200, VenueRateLimited),
        ("50102", 401, ClockSkew),
        ("50103", 401, VenueRejected),
        ("50105", 401, VenueRejected),
        ("50110", 401, VenueRejected),
        ("50111", 401, VenueRejected),
        ("50113", 401, VenueRejected),
        ("50119", 401, VenueRejected),
        ("50120", 401, VenueRejected),
        ("50030", 200, VenueRejected),
        ("50035", 403, VenueRejected),
        ("50001", 503, VenueUnreachable),
        ("50026", 500, VenueUnreachable),
    ],
)
def test_okxs_codes_have_our_meaning(
    okx: Stage, reader: VenueReader, code: str, status: int, meaning: type[Exception]
) -> None:
    okx.answers("positions", {"code": code, "msg": "no", "data": []}, status=status)
    with pytest.raises(meaning) as caught:
        reader.read_account()
    assert type(caught.value) is meaning


@pytest.mark.parametrize(
    "change",
    [
        {"pos": "some"},
        {"posSide": "both"},
        {"posSide": ""},
        {"mgnMode": "portfolio"},
        {"markPx": "Infinity"},
        {"instId": "NEW-USDT-SWAP"},
        {"instType": None},
    ],
)
def test_a_row_that_is_not_as_documented_is_garbled_not_guessed(
    okx: Stage, reader: VenueReader, change: dict[str, Any]
) -> None:
    payload = okx.payload("account_positions_cross")
    payload["data"][0] |= change
    okx.answers("positions", payload)
    with pytest.raises(VenueGarbled):
        reader.read_account()


def test_a_contract_listed_since_the_list_was_loaded_is_looked_up(
    okx: Stage, reader: VenueReader
) -> None:
    reader.connection.contracts("okx")
    listed = okx.payload("public_instruments_swap")
    new = listed["data"][2] | {"instId": "NEW-USDT-SWAP", "instFamily": "NEW-USDT", "ctVal": "5"}
    listed["data"].append(new | {"uly": "NEW-USDT", "ctValCcy": "NEW"})
    okx.answers("instruments", listed, query={"instType": "SWAP"})
    payload = okx.payload("account_positions_cross")
    payload["data"][0]["instId"] = "NEW-USDT-SWAP"
    okx.later(hours=1)
    long, _ = held(okx, reader, payload)
    assert (long.symbol, long.size) == ("NEW/USDT:USDT", 5)
