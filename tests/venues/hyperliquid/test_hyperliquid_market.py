"""Hyperliquid's liquidator vault, HLP's total, marks and open interest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.domain.errors import VenueGarbled, VenueUnreachable
from app.domain.fund import PoolKind, PoolReading
from app.venues.hyperliquid_market import BESIDE, HLP, LIQUIDATOR, dex_names
from tests.support.venue_stage import Stage

STRATEGIES = (
    "0x010461c14e146ac35fe42271bdc1134ee31c703a",
    "0x31ca8395cf837de08b24da3f660e77761dfb974b",
)
SECOND = "0xb0a55f13d22f66e6d495ac98113841b2326e9540"


@pytest.fixture
def vaults(hyperliquid: Stage) -> Stage:
    hyperliquid.answers("vault", "vaultDetails_hlp", body={"vaultAddress": HLP})
    liquidator = hyperliquid.payload("vaultDetails_liquidator")
    child(hyperliquid, LIQUIDATOR, liquidator)
    for address, letter in zip(STRATEGIES, "AB", strict=True):
        child(hyperliquid, address, {**liquidator, "name": f"HLP Strategy {letter}"})
    hyperliquid.answers("liquidator", "clearinghouseState_liquidator", body={"user": LIQUIDATOR})
    hyperliquid.answers("liquidator", "clearinghouseState_empty", body={"user": BESIDE})
    return hyperliquid


def child(stage: Stage, address: str, details: object, status: int = 200) -> None:
    stage.answers("child_vault", details, body={"vaultAddress": address}, status=status)


def with_a_second_liquidator(stage: Stage) -> None:
    hlp = stage.payload("vaultDetails_hlp")
    hlp["relationship"]["data"]["childAddresses"].append(SECOND)
    stage.answers("vault", hlp, body={"vaultAddress": HLP})
    day = {"accountValueHistory": [[1768390000000, "500000.0"]], "pnlHistory": [], "vlm": "0.0"}
    second = {**stage.payload("vaultDetails_liquidator"), "name": "HLP Liquidator 2"}
    child(stage, SECOND, {**second, "portfolio": [["day", day]]})
    state = stage.payload("clearinghouseState_liquidator")
    state["marginSummary"]["accountValue"] = "749999.5"
    state["time"] -= 900
    stage.answers("liquidator", state, body={"user": SECOND})


def pools(stage: Stage) -> dict[str, PoolReading]:
    return {pool.key: pool for pool in stage.public().read_funds()}


def test_the_liquidators_own_value_is_what_absorbs_losses(vaults: Stage) -> None:
    pool = pools(vaults)["liquidator"]
    assert pool.kind is PoolKind.VAULT
    assert pool.scopes == ("main",)
    assert "BTC" in pool.symbols
    assert not any(":" in coin for coin in pool.symbols), "builder-deployed ones are not covered"
    newest = pool.balances[0]
    assert (newest.asset, newest.amount, newest.usd) == ("USDC", 10250000.5, 10250000.5)
    assert newest.at == datetime.fromtimestamp(1768397010.9, UTC)


def test_the_liquidators_history_comes_once(vaults: Stage) -> None:
    reader = vaults.public()
    first = next(pool for pool in reader.read_funds() if pool.key == "liquidator")
    assert [balance.amount for balance in first.balances] == [
        10250000.5,
        10_300_000,
        11_000_000,
        9_000_000,
    ]
    again = next(pool for pool in reader.read_funds() if pool.key == "liquidator")
    assert len(again.balances) == 1


def test_hlps_total_is_a_headline_that_stands_behind_nothing(vaults: Stage) -> None:
    total = pools(vaults)["hlp"]
    assert total.kind is PoolKind.HEADLINE
    assert (total.symbols, total.scopes) == ((), ())
    assert [balance.amount for balance in total.balances] == [329265410.90790099, 320_000_000]
    assert "overstates" in (total.note or "")


def test_every_liquidator_that_hlp_lists_is_counted(vaults: Stage) -> None:
    with_a_second_liquidator(vaults)
    pool = pools(vaults)["liquidator"]
    assert pool.balances[0].amount == 11_000_000
    assert pool.balances[0].at == datetime.fromtimestamp(1768397010, UTC), "the older of the two"
    assert "HLP Liquidator, HLP Liquidator 2" in (pool.note or "")


def test_the_history_of_several_is_their_sum_at_each_moment(vaults: Stage) -> None:
    with_a_second_liquidator(vaults)
    before = pools(vaults)["liquidator"].balances[1:]
    assert [(b.at.timestamp() * 1000, b.amount) for b in before] == [
        (1768396000000, 10_800_000),
        (1768390000000, 11_500_000),
        (1768310600000, 11_000_000),
        (1743000000000, 9_000_000),
    ]


def test_a_liquidator_that_does_not_answer_is_no_loss_but_a_failure(vaults: Stage) -> None:
    with_a_second_liquidator(vaults)
    vaults.answers("liquidator", {}, body={"user": SECOND}, status=502)
    with pytest.raises(VenueUnreachable):
        vaults.public().read_funds()


def test_a_vault_of_hlp_that_cannot_be_read_may_be_a_liquidator(vaults: Stage) -> None:
    child(vaults, STRATEGIES[0], {}, status=502)
    with pytest.raises(VenueUnreachable):
        vaults.public().read_funds()


def test_a_listed_address_that_is_no_vault_is_no_liquidator(vaults: Stage) -> None:
    child(vaults, STRATEGIES[0], None)
    assert pools(vaults)["liquidator"].balances[0].amount == 10250000.5


def test_the_vault_beside_hlp_is_shown_and_stands_behind_nothing(vaults: Stage) -> None:
    pool = pools(vaults)["liquidator-beside-hlp"]
    assert (pool.symbols, pool.scopes) == ((), ())
    assert pool.balances[0].amount == 29.78001
    assert "not documented" in (pool.note or "")


def test_without_the_vault_beside_hlp_the_others_stay(vaults: Stage) -> None:
    vaults.answers("liquidator", {}, body={"user": BESIDE}, status=502)
    assert set(pools(vaults)) == {"liquidator", "hlp"}


def test_a_round_costs_a_request_a_liquidator_while_the_vaults_details_are_kept(
    vaults: Stage,
) -> None:
    reader = vaults.public()
    reader.read_funds()
    assert sorted(vaults.asked()) == [
        *["clearinghouseState"] * 2,
        "metaAndAssetCtxs",
        *["vaultDetails"] * 4,
    ]
    before = len(vaults.asked())
    reader.read_funds()
    assert vaults.asked()[before:] == ["clearinghouseState"] * 2
    vaults.later(minutes=11)
    before = len(vaults.asked())
    reader.read_funds()
    assert sorted(vaults.asked()[before:]) == [*["clearinghouseState"] * 2, "vaultDetails"]


def test_a_liquidator_that_hlp_no_longer_lists_is_said(vaults: Stage) -> None:
    payload = vaults.payload("vaultDetails_hlp")
    payload["relationship"]["data"]["childAddresses"] = [STRATEGIES[0]]
    vaults.answers("vault", payload, body={"vaultAddress": HLP})
    assert "no longer lists" in (pools(vaults)["liquidator"].note or "")


def test_without_hlps_list_the_fund_has_failed(vaults: Stage) -> None:
    vaults.answers("vault", {}, status=500)
    with pytest.raises(VenueUnreachable):
        vaults.public().read_funds()


def test_without_the_list_of_contracts_the_liquidator_stands_behind_its_scope(
    vaults: Stage,
) -> None:
    vaults.answers("universe", {}, status=502)
    pool = pools(vaults)["liquidator"]
    assert (pool.symbols, pool.scopes) == ((), ("main",))


def test_open_interest_is_valued_at_the_mark_and_delisted_contracts_are_left_out(
    hyperliquid: Stage,
) -> None:
    stats = {stat.native_symbol: stat for stat in hyperliquid.public().read_markets(())}
    btc = stats["BTC"]
    assert btc.mark_price == 95209
    assert btc.open_interest_usd == 1000 * 95209
    assert btc.symbol == "BTC/USDC:USDC"
    assert btc.at == btc.open_interest_at == hyperliquid.now
    assert "one side or both" in (btc.note or "")
    assert "LOOM" not in stats


def test_exchanges_with_wanted_contracts_are_read_each_time_and_others_in_turn(
    hyperliquid: Stage,
) -> None:
    reader = hyperliquid.public()
    stats = {stat.native_symbol: stat for stat in reader.read_markets(["xyz:TSLA", "BTC"])}
    assert stats["xyz:TSLA"].mark_price == 465.13
    assert stats["xyz:TSLA"].open_interest_usd == pytest.approx(12.208 * 465.13)
    asked = hyperliquid.asked()
    assert "metaAndAssetCtxs xyz" in asked and "metaAndAssetCtxs flx" in asked
    before = len(asked)
    reader.read_markets(())
    reader.read_markets(())
    assert sorted(hyperliquid.asked()[before:]) == [
        "metaAndAssetCtxs",
        "metaAndAssetCtxs",
        "metaAndAssetCtxs flx",
        "metaAndAssetCtxs xyz",
    ]


def test_a_builders_failing_market_leaves_hyperliquids_own(hyperliquid: Stage) -> None:
    for dex in ("xyz", "flx"):
        hyperliquid.answers("market_stats", [{}, []], body={"dex": dex})
    stats = hyperliquid.public().read_markets(["xyz:TSLA"])
    assert {stat.native_symbol for stat in stats} >= {"BTC", "HYPE"}


def test_contracts_and_states_of_different_number_are_garbled(hyperliquid: Stage) -> None:
    payload = hyperliquid.payload("metaAndAssetCtxs")
    payload[1].pop()
    hyperliquid.answers("market_stats", payload)
    with pytest.raises(VenueGarbled):
        hyperliquid.public().read_markets(())


def test_the_documentations_list_of_exchanges_leaves_out_hyperliquid_itself(
    hyperliquid: Stage,
) -> None:
    assert dex_names(hyperliquid.payload("perpDexs_sample")) == ("test",)


def test_there_is_no_signal_where_none_is_published(hyperliquid: Stage) -> None:
    assert hyperliquid.public().read_adl_signals() == ()
    assert hyperliquid.asked() == []
