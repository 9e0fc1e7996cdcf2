"""Hyperliquid's info endpoint as its documentation has it, asked by the real client."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from app.sandbox import ACCOUNTS, Sandbox
from app.sandbox.funds import HLP, LIQUIDATOR
from tests.sandbox.upstream import client

USER = ACCOUNTS["hyperliquid"]["user"].fields["address"]


def info(sandbox: Sandbox, kind: str, **body: Any) -> Any:
    return client(sandbox, "hyperliquid").publicPostInfo({"type": kind, **body})


def post(sandbox: Sandbox, path: str, body: object) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.post(
            f"{sandbox.url}/api.hyperliquid.xyz{path}", data=json.dumps(body), timeout=5
        )


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("user", {"role": "user"}),
        ("empty", {"role": "user"}),
        ("missing", {"role": "missing"}),
        ("agent", {"role": "agent", "data": {"user": USER}}),
    ],
)
def test_an_address_says_what_it_is_and_an_agent_whose(
    sandbox: Sandbox, name: str, role: dict[str, Any]
) -> None:
    address = ACCOUNTS["hyperliquid"][name].fields["address"]
    assert info(sandbox, "userRole", user=address.upper().replace("0X", "0x")) == role


def test_an_address_nobody_knows_is_missing_and_the_vaults_are_vaults(sandbox: Sandbox) -> None:
    assert info(sandbox, "userRole", user=f"0x{'0' * 40}") == {"role": "missing"}
    assert info(sandbox, "userRole", user=LIQUIDATOR) == {"role": "vault"}


def test_well_funded_positions_have_no_liquidation_price_or_a_far_one(sandbox: Sandbox) -> None:
    state = info(sandbox, "clearinghouseState", user=USER)
    prices = {
        row["position"]["coin"]: row["position"]["liquidationPx"] for row in state["assetPositions"]
    }
    assert prices["SOL"] is None
    assert float(prices["XRP"]) > 5 * 2.5


def test_the_margin_summary_adds_up(sandbox: Sandbox) -> None:
    state = info(sandbox, "clearinghouseState", user=USER)
    cross, whole = state["crossMarginSummary"], state["marginSummary"]
    assert float(cross["accountValue"]) == 11_850
    assert float(whole["accountValue"]) == 11_850 + 2_375
    assert float(state["crossMaintenanceMarginUsed"]) == 487.5
    positions = [row["position"] for row in state["assetPositions"]]
    assert float(whole["totalNtlPos"]) == sum(float(p["positionValue"]) for p in positions)
    (isolated,) = [p for p in positions if p["leverage"]["type"] == "isolated"]
    assert float(isolated["leverage"]["rawUsd"]) == float(isolated["marginUsed"]) - 6_000


def test_a_sub_dex_is_a_scope_of_its_own(sandbox: Sandbox) -> None:
    state = info(sandbox, "clearinghouseState", user=USER, dex="xyz")
    assert [row["position"]["coin"] for row in state["assetPositions"]] == ["xyz:XYZ100"]
    main, built = info(sandbox, "perpDexs")
    assert (main, built["name"]) == (None, "xyz")


def test_contexts_stand_in_the_order_of_the_universe(sandbox: Sandbox) -> None:
    meta, contexts = info(sandbox, "metaAndAssetCtxs")
    by_coin = dict(zip([coin["name"] for coin in meta["universe"]], contexts, strict=True))
    assert (by_coin["BTC"]["markPx"], by_coin["BTC"]["openInterest"]) == ("100000", "31000")
    assert float(by_coin["BTC"]["oraclePx"]) == 99_980
    assert meta == info(sandbox, "meta")
    tables = dict(meta["marginTables"])
    bitcoin = tables[meta["universe"][0]["marginTableId"]]
    assert [tier["maxLeverage"] for tier in bitcoin["marginTiers"]] == [40, 20]
    assert set(info(sandbox, "allMids")) == set(by_coin)
    assert set(info(sandbox, "allMids", dex="xyz")) == {"xyz:XYZ100"}


def test_the_vault_names_its_children_and_the_liquidators_value_is_an_account(
    sandbox: Sandbox,
) -> None:
    vault = info(sandbox, "vaultDetails", vaultAddress=HLP)
    assert LIQUIDATOR in vault["relationship"]["data"]["childAddresses"]
    history = dict(vault["portfolio"])
    assert set(history) == {
        *("day", "week", "month", "allTime"),
        *("perpDay", "perpWeek", "perpMonth", "perpAllTime"),
    }
    values = history["month"]["accountValueHistory"]
    assert [at for at, _ in values] == sorted(at for at, _ in values)
    assert float(values[-1][1]) == pytest.approx(382_600_000, rel=1e-5)
    assert len({value for _, value in values}) > 20
    again = dict(info(sandbox, "vaultDetails", vaultAddress=HLP)["portfolio"])
    assert again["month"]["accountValueHistory"][:20] == values[:20]
    state = info(sandbox, "clearinghouseState", user=LIQUIDATOR)
    assert float(state["marginSummary"]["accountValue"]) == 31_250_000
    no_vault = {"type": "vaultDetails", "vaultAddress": USER}
    assert post(sandbox, "/info", no_vault).json() is None


def test_fills_since_a_time_are_answered(sandbox: Sandbox) -> None:
    fills = info(sandbox, "userFillsByTime", user=USER, startTime=0)
    assert {fill["dir"] for fill in fills} == {"Open Long", "Open Short"}
    assert info(sandbox, "userFillsByTime", user=USER, startTime=2_000_000_000_000) == []
    assert post(sandbox, "/info", {"type": "subAccounts", "user": USER}).json() is None
    assert post(sandbox, "/info", {"type": "userAbstraction", "user": USER}).json() == "default"
    assert info(sandbox, "spotClearinghouseState", user=USER)["balances"][0]["coin"] == "USDC"


@pytest.mark.parametrize(
    "body",
    [{"type": "unheardOf"}, {}, ["meta"], {"type": "clearinghouseState", "user": "0x12"}],
)
def test_a_body_that_is_not_a_known_question_cannot_be_read(sandbox: Sandbox, body: object) -> None:
    answer = post(sandbox, "/info", body)
    assert (answer.status_code, answer.text[:21]) == (422, "Failed to deserialize")


def test_the_exchange_endpoint_is_a_write_and_remembered(sandbox: Sandbox) -> None:
    answer = post(sandbox, "/exchange", {"action": {"type": "order"}, "nonce": 1})
    assert answer.json()["status"] == "err"
    assert [(w.venue, w.endpoint, w.accepted) for w in sandbox.writes] == [
        ("hyperliquid", "/exchange", False)
    ]


def test_requests_are_counted_by_type(sandbox: Sandbox) -> None:
    client(sandbox, "hyperliquid", "user").fetch_positions()
    assert sandbox.requests.counts("hyperliquid") == {
        "hyperliquid": {
            "/info:clearinghouseState": 1,
            "/info:metaAndAssetCtxs": 2,
            "/info:perpDexs": 1,
            "/info:spotMeta": 1,
        }
    }
