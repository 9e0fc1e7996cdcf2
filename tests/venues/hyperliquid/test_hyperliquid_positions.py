"""Positions and margin of a Hyperliquid address, from the wire to the domain."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import VenueGarbled, VenueRateLimited, VenueUnreachable
from app.domain.position import ContractKind, MarginMode, Position, ScopeReading, Side
from app.venues.base import VenueReader
from tests.support.exchange import ADDRESS
from tests.support.venue_stage import Stage

OWNER = "0x1111111111111111111111111111111111111111"


def scopes(reader: VenueReader) -> dict[str, ScopeReading]:
    return {scope.scope: scope for scope in reader.read_account().scopes}


def state(stage: Stage, payload: Any, *, user: str = ADDRESS, dex: str | None = None) -> None:
    body = {"user": user} | ({"dex": dex} if dex else {})
    stage.answers("account_state", payload, body=body)


@pytest.fixture
def held(hyperliquid: Stage, reader: VenueReader) -> dict[str, Position]:
    state(hyperliquid, "clearinghouseState")
    return {position.native_symbol: position for position in scopes(reader)["main"].positions}


def test_every_exchange_is_asked_and_a_second_refresh_asks_for_nothing_else(
    hyperliquid: Stage, reader: VenueReader
) -> None:
    state(hyperliquid, "clearinghouseState")
    state(hyperliquid, "clearinghouseState_xyz", dex="xyz")
    assert {name: len(scope.positions) for name, scope in scopes(reader).items()} == {
        "main": 16,
        "hip3:xyz": 1,
        "hip3:flx": 0,
    }
    assert sorted(hyperliquid.asked()) == [
        "clearinghouseState",
        "clearinghouseState flx",
        "clearinghouseState xyz",
        "metaAndAssetCtxs",
        "metaAndAssetCtxs xyz",
        "perpDexs",
        "userAbstraction",
        "userRole",
    ]
    before = len(hyperliquid.asked())
    reader.read_account()
    assert hyperliquid.asked()[before:] == [
        "clearinghouseState",
        "clearinghouseState xyz",
        "clearinghouseState flx",
    ]


def test_a_cross_short_has_the_figures_of_its_row(held: dict[str, Position]) -> None:
    hype = held["HYPE"]
    assert hype.symbol == "HYPE/USDC:USDC"
    assert (hype.kind, hype.side, hype.margin_mode) == (
        ContractKind.LINEAR,
        Side.SHORT,
        MarginMode.CROSS,
    )
    assert (hype.size, hype.contracts, hype.contract_size) == (149078.45, 149078.45, 1.0)
    assert hype.mark_price == pytest.approx(3878574.03365 / 149078.45)
    assert (hype.entry_price, hype.leverage) == (25.4825, 5)
    assert hype.liquidation_price == 76.4988794996
    assert hype.notional_usd == 3878574.03365
    assert hype.unrealized_pnl == -79672.19014
    assert hype.settle_asset == "USDC"
    assert hype.as_of == datetime.fromtimestamp(1768397010.203, UTC)
    assert hype.raw["coin"] == "HYPE"


def test_maintenance_margins_from_the_tiers_add_up_to_hyperliquids_own_total(
    held: dict[str, Position],
) -> None:
    cross = [p for p in held.values() if p.margin_mode is MarginMode.CROSS]
    total = sum(p.maintenance_margin or 0.0 for p in cross)
    assert total == pytest.approx(356978.709123, rel=1e-9)
    assert all("tiers" in p.notes["maintenance_margin"] for p in cross)


def test_a_large_position_is_in_the_tier_its_value_reaches(
    hyperliquid: Stage, reader: VenueReader
) -> None:
    payload = hyperliquid.payload("clearinghouseState")
    payload["assetPositions"][0]["position"] |= {"szi": "2000", "positionValue": "200000000"}
    state(hyperliquid, payload)
    btc = scopes(reader)["main"].positions[0]
    assert btc.maintenance_margin_rate == 1 / 40
    assert btc.maintenance_amount == pytest.approx(150_000_000 * (1 / 40 - 1 / 80))
    assert btc.maintenance_margin == pytest.approx(150_000_000 / 80 + 50_000_000 / 40)


def test_a_null_liquidation_price_is_none_with_its_reason(held: dict[str, Position]) -> None:
    sol = held["SOL"]
    assert sol.liquidation_price is None
    assert "today's account value" in sol.notes["liquidation_price"]


def test_a_far_liquidation_price_is_kept_and_explained_from_a_hundred_times_the_mark(
    held: dict[str, Position],
) -> None:
    assert held["XRP"].liquidation_price == 85.2742980086
    assert "liquidation_price" not in held["XRP"].notes, "forty times the mark is a price"
    assert held["SAGA"].liquidation_price == 30759.3016032192
    assert "Far away" in held["SAGA"].notes["liquidation_price"]


def test_an_isolated_position_is_backed_by_its_own_margin(held: dict[str, Position]) -> None:
    mon = held["MON"]
    assert mon.margin_mode is MarginMode.ISOLATED
    assert mon.collateral == 9397.472442
    assert mon.maintenance_margin == pytest.approx(26961.773417 / 10)
    assert mon.margin_ratio == pytest.approx(2696.1773417 / 9397.472442)


def test_a_cross_position_leaves_margin_and_ratio_to_the_account(
    held: dict[str, Position],
) -> None:
    btc = held["BTC"]
    assert (btc.collateral, btc.margin_ratio) == (None, None)
    assert "whole account" in btc.notes["margin_ratio"]


def test_no_adl_rank_is_published_and_the_formula_is_said(held: dict[str, Position]) -> None:
    assert held["BTC"].adl is None
    assert "(mark / entry)" in held["BTC"].notes["adl"]


def test_the_account_margin_is_hyperliquids_own(hyperliquid: Stage, reader: VenueReader) -> None:
    state(hyperliquid, "clearinghouseState")
    margin = scopes(reader)["main"].margin
    assert margin is not None
    assert (margin.asset, margin.margin_balance) == ("USDC", 8259027.0754620004)
    assert margin.maintenance_margin == 356978.709123
    assert margin.margin_ratio == pytest.approx(356978.709123 / 8259027.075462)
    assert margin.note is None


@pytest.mark.parametrize(
    ("mode", "word"), [("unifiedAccount", "unified"), ("portfolioMargin", "portfolio margin")]
)
def test_an_account_with_its_collateral_in_spot_shows_no_margin_of_perpetuals_alone(
    hyperliquid: Stage, reader: VenueReader, mode: str, word: str
) -> None:
    state(hyperliquid, "clearinghouseState")
    hyperliquid.answers("abstraction", text=f'"{mode}"')
    margin = scopes(reader)["main"].margin
    assert margin is not None
    assert (margin.margin_balance, margin.margin_ratio) == (None, None)
    assert f"{word} account" in (margin.note or "")


def test_an_account_mode_that_cannot_be_read_is_said(
    hyperliquid: Stage, reader: VenueReader
) -> None:
    state(hyperliquid, "clearinghouseState")
    hyperliquid.answers("abstraction", {}, status=500)
    margin = scopes(reader)["main"].margin
    assert margin is not None and margin.margin_ratio is not None
    assert "mode was not read" in (margin.note or "")


def test_a_builder_deployed_position_has_its_exchanges_collateral_and_tiers(
    hyperliquid: Stage, reader: VenueReader
) -> None:
    state(hyperliquid, "clearinghouseState_xyz", dex="xyz")
    meta = hyperliquid.payload("metaAndAssetCtxs_xyz")
    meta[0]["collateralToken"] = 360
    hyperliquid.answers("universe", meta, body={"dex": "xyz"})
    (tsla,) = scopes(reader)["hip3:xyz"].positions
    assert (tsla.native_symbol, tsla.symbol) == ("xyz:TSLA", "XYZ-TSLA/USDH:USDH")
    assert (tsla.scope, tsla.settle_asset) == ("hip3:xyz", "USDH")
    assert tsla.maintenance_margin == pytest.approx(4651.3 / 20)
    assert tsla.notional_usd == 4651.3


def test_a_collateral_without_a_dollar_price_leaves_the_value_unknown(
    hyperliquid: Stage, reader: VenueReader
) -> None:
    state(hyperliquid, "clearinghouseState_xyz", dex="xyz")
    meta = hyperliquid.payload("metaAndAssetCtxs_xyz")
    meta[0]["collateralToken"] = 150
    hyperliquid.answers("universe", meta, body={"dex": "xyz"})
    (tsla,) = scopes(reader)["hip3:xyz"].positions
    assert tsla.notional_usd is None
    assert "HYPE" in tsla.notes["notional_usd"]


def test_the_documentations_isolated_sample_reads(hyperliquid: Stage, reader: VenueReader) -> None:
    state(hyperliquid, "clearinghouseState_isolated")
    scope = scopes(reader)["main"]
    (eth,) = scope.positions
    assert (eth.side, eth.size, eth.leverage) == (Side.LONG, 0.0335, 20)
    assert eth.liquidation_price == 2866.26936529
    assert scope.margin is None, "no cross position, so no account margin to watch"


def test_an_empty_account_has_no_positions_in_any_scope(
    hyperliquid: Stage, reader: VenueReader
) -> None:
    assert {name: scope.positions for name, scope in scopes(reader).items()} == {
        "main": (),
        "hip3:xyz": (),
        "hip3:flx": (),
    }
    assert "metaAndAssetCtxs" not in hyperliquid.asked(), "no position needs its tiers"


def test_one_failing_exchange_leaves_the_others_their_positions(
    hyperliquid: Stage, reader: VenueReader
) -> None:
    state(hyperliquid, "clearinghouseState")
    hyperliquid.answers("account_state", {}, body={"dex": "xyz"}, status=502)
    read = scopes(reader)
    assert isinstance(read["hip3:xyz"].error, VenueUnreachable)
    assert len(read["main"].positions) == 16
    assert read["hip3:flx"].error is None


def test_without_a_list_of_exchanges_hyperliquids_own_positions_still_come(
    hyperliquid: Stage, reader: VenueReader
) -> None:
    state(hyperliquid, "clearinghouseState")
    hyperliquid.answers("perp_dexs", {}, status=502)
    read = scopes(reader)
    assert len(read["main"].positions) == 16
    assert isinstance(read["hip3"].error, VenueUnreachable)
    assert hyperliquid.asked().count("clearinghouseState") == 1, "never read twice under two names"


def test_the_last_list_of_exchanges_serves_when_a_new_one_fails(
    hyperliquid: Stage, reader: VenueReader
) -> None:
    reader.read_account()
    hyperliquid.answers("perp_dexs", {}, status=502)
    hyperliquid.later(hours=2)
    assert set(scopes(reader)) == {"main", "hip3:xyz", "hip3:flx"}


def test_without_margin_tiers_the_positions_come_without_maintenance(
    hyperliquid: Stage, reader: VenueReader
) -> None:
    state(hyperliquid, "clearinghouseState")
    hyperliquid.answers("universe", {}, status=502)
    btc = scopes(reader)["main"].positions[0]
    assert btc.maintenance_margin is None
    assert "were not read" in btc.notes["maintenance_margin"]
    assert btc.liquidation_price == 5387394.7801264981


def test_an_api_wallets_address_is_read_through_its_owner(
    hyperliquid: Stage, reader: VenueReader
) -> None:
    hyperliquid.answers("user_role", {"role": "agent", "data": {"user": OWNER}})
    state(hyperliquid, "clearinghouseState", user=OWNER)
    for dex in ("xyz", "flx"):
        state(hyperliquid, "clearinghouseState_empty", user=OWNER, dex=dex)
    assert len(scopes(reader)["main"].positions) == 16


def test_too_many_requests_is_a_limit(hyperliquid: Stage, reader: VenueReader) -> None:
    hyperliquid.answers("account_state", None, status=429, headers={"Retry-After": "7"})
    hyperliquid.answers("account_state", None, status=429, body={"dex": "xyz"})
    hyperliquid.answers("account_state", None, status=429, body={"dex": "flx"})
    with pytest.raises(VenueRateLimited) as caught:
        reader.read_account()
    assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    "change",
    [
        {"szi": None},
        {"szi": "many"},
        {"positionValue": "NaN"},
        {"leverage": None},
        {"leverage": {"type": "half", "value": 3}},
        {"coin": 7},
    ],
)
def test_a_row_that_is_not_as_documented_is_garbled_not_guessed(
    hyperliquid: Stage, reader: VenueReader, change: dict[str, Any]
) -> None:
    payload = hyperliquid.payload("clearinghouseState")
    payload["assetPositions"][3]["position"] |= change
    state(hyperliquid, payload)
    assert isinstance(scopes(reader)["main"].error, VenueGarbled)


def test_garbled_margin_tiers_are_asked_for_again(hyperliquid: Stage, reader: VenueReader) -> None:
    state(hyperliquid, "clearinghouseState")
    hyperliquid.answers("market_stats", [])
    before = scopes(reader)["main"].positions
    assert {position.maintenance_margin for position in before} == {None}

    hyperliquid.answers("market_stats", "metaAndAssetCtxs")
    after = scopes(reader)["main"].positions
    assert any(position.maintenance_margin for position in after)


def test_what_is_the_same_for_everybody_is_asked_once_for_all_accounts_and_over_a_restart(
    hyperliquid: Stage, tmp_path: Path
) -> None:
    state(hyperliquid, "clearinghouseState")
    hyperliquid.account("one").read_account()
    shared = {"perpDexs", "metaAndAssetCtxs", "metaAndAssetCtxs xyz"}
    assert shared & set(hyperliquid.asked())

    hyperliquid.forget()
    hyperliquid.account("two").read_account()
    assert not shared & set(hyperliquid.asked())

    hyperliquid.restarted(tmp_path)
    hyperliquid.account("one").read_account()
    assert not shared & set(hyperliquid.asked())
    assert "userRole" in hyperliquid.asked(), "what is an account's own is not kept on disk"
