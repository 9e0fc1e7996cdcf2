"""Binance's interface as its documentation has it, asked by the real client."""

from __future__ import annotations

from typing import Any

import ccxt
import pytest

from app.sandbox import ACCOUNTS, Sandbox
from tests.sandbox.upstream import ask, client, with_clock


def reason(response: Any) -> tuple[int, int]:
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(
    ("key", "powers"),
    [
        ("read_only", set()),
        ("trade", {"enableFutures", "enableSpotAndMarginTrading"}),
        (
            "withdraw",
            {
                "enableFutures",
                "enableSpotAndMarginTrading",
                "enableWithdrawals",
                "enableInternalTransfer",
                "permitsUniversalTransfer",
            },
        ),
    ],
)
def test_key_inspection_names_exactly_the_powers_of_the_key(
    sandbox: Sandbox, key: str, powers: set[str]
) -> None:
    answer = client(sandbox, "binance", key).sapiGetAccountApiRestrictions()
    reading = {"enableReading", "enableFixReadOnly", "ipRestrict"}
    assert {name for name, value in answer.items() if value is True} - reading == powers
    assert answer["ipRestrict"] is (key == "withdraw")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"apiKey": "nobodys-key"}, (401, -2015)),
        ({"secret": "another-secret"}, (400, -1022)),
        ({"recvWindow": 60_001}, (400, -1131)),
    ],
)
def test_a_request_that_is_not_signed_right_is_refused_with_the_venues_code(
    sandbox: Sandbox, changed: dict[str, Any], expected: tuple[int, int]
) -> None:
    made = client(sandbox, "binanceusdm", "read_only")
    params = {name: changed.pop(name) for name in list(changed) if name == "recvWindow"}
    for name, value in changed.items():
        setattr(made, name, value)
    assert reason(ask(sandbox, made, "positionRisk", api="fapiPrivateV3", **params)) == expected


@pytest.mark.parametrize("ahead_ms", [-61_000, 2_000])
def test_a_timestamp_outside_the_receive_window_is_refused(sandbox: Sandbox, ahead_ms: int) -> None:
    made = with_clock(client(sandbox, "binanceusdm", "read_only"), ahead_ms=ahead_ms)
    assert reason(ask(sandbox, made, "positionRisk", api="fapiPrivateV3")) == (400, -1021)
    with pytest.raises(ccxt.InvalidNonce):
        made.fapiPrivateV3GetPositionRisk()


@pytest.mark.parametrize("key", ["elsewhere", "expired"])
def test_a_key_bound_to_another_address_or_expired_is_refused(sandbox: Sandbox, key: str) -> None:
    made = client(sandbox, "binanceusdm", key)
    assert reason(ask(sandbox, made, "positionRisk", api="fapiPrivateV3")) == (401, -2015)
    with pytest.raises(ccxt.AuthenticationError):
        made.fapiPrivateV3GetPositionRisk()


def test_a_key_bound_to_this_address_is_accepted(sandbox: Sandbox) -> None:
    made = client(sandbox, "binance", "ip_bound")
    assert made.sapiGetAccountApiRestrictions()["ipRestrict"] is True


def test_a_request_without_key_or_signature_says_which_is_missing(sandbox: Sandbox) -> None:
    made = client(sandbox, "binanceusdm", "read_only")
    unsigned = ask(sandbox, made, "positionRisk", api="fapiPublicV3")
    assert reason(unsigned) == (401, -2014)
    made.sign = lambda *_: {
        "url": "https://fapi.binance.com/fapi/v3/positionRisk?timestamp=1",
        "method": "GET",
        "headers": {"X-MBX-APIKEY": made.apiKey},
        "body": None,
    }
    assert reason(ask(sandbox, made, "")) == (400, -1102)


def test_parameters_and_paths_are_checked(sandbox: Sandbox) -> None:
    made = client(sandbox, "binanceusdm")
    public = {"api": "fapiPublic"}
    assert reason(ask(sandbox, made, "openInterest", **public)) == (400, -1102)
    assert reason(ask(sandbox, made, "openInterest", symbol="NOPE", **public)) == (400, -1121)
    assert reason(ask(sandbox, made, "nothing", **public)) == (404, -5000)


def test_an_order_by_a_read_only_key_is_refused_and_remembered(sandbox: Sandbox) -> None:
    made = client(sandbox, "binanceusdm", "read_only")
    with pytest.raises(ccxt.AuthenticationError, match="-2015"):
        made.create_order("BTC/USDT:USDT", "market", "buy", 0.1)
    (attempt,) = sandbox.writes
    assert (attempt.venue, attempt.method, attempt.endpoint) == (
        "binance",
        "POST",
        "/fapi/v1/order",
    )
    assert (attempt.account, attempt.accepted) == ("read_only", False)


def test_an_order_by_a_key_that_may_trade_is_accepted_and_remembered(sandbox: Sandbox) -> None:
    client(sandbox, "binanceusdm", "trade").create_order("BTC/USDT:USDT", "market", "buy", 0.1)
    assert [(write.account, write.accepted) for write in sandbox.writes] == [("trade", True)]


def test_the_fund_is_a_list_of_pools_and_with_a_symbol_the_one_behind_it(sandbox: Sandbox) -> None:
    made = client(sandbox, "binanceusdm")
    pools = made.fapiPublicGetInsuranceBalance()
    main = made.fapiPublicGetInsuranceBalance({"symbol": "BNBUSDT"})
    assert main == pools[0]
    assert main["symbols"] == ["BNBUSDT", "BTCUSDT", "ETHUSDT"]
    assert {asset["asset"]: float(asset["marginBalance"]) for asset in main["assets"]} == {
        "USDT": 812_450_000,
        "USDC": 210_000_000,
        "BTC": 61.73,
    }
    assert [pool["symbols"] for pool in pools[1:]] == [
        ["SOLUSDT", "XRPUSDT"],
        ["BTCUSDC", "ETHUSDC"],
        ["WIFUSDT"],
    ]


def test_adl_quantiles_are_by_side_and_cross_hedges_say_hedge(sandbox: Sandbox) -> None:
    linear = client(sandbox, "binanceusdm", "read_only").fapiPrivateGetAdlQuantile()
    ranks = {
        row["symbol"]: {side: int(rank) for side, rank in row["adlQuantile"].items()}
        for row in linear
    }
    assert ranks["BTCUSDT"] == {"LONG": 1, "SHORT": 2, "BOTH": 0}
    assert ranks["ETHUSDT"] == {"LONG": 1, "SHORT": 2, "HEDGE": 0}
    inverse = client(sandbox, "binancecoinm", "read_only").dapiPrivateGetAdlQuantile()
    assert inverse[1]["adlQuantile"] == {"LONG": 0, "SHORT": 0, "BOTH": 2}


def test_adl_risk_of_a_contract_rises_with_the_crash(sandbox: Sandbox) -> None:
    made = client(sandbox, "binanceusdm")
    seen = []
    for elapsed in (0, 75, 180):
        sandbox.market.play("crash", elapsed=elapsed, still=True)
        seen.append(made.fetch_adl_rank("BTC/USDT:USDT")["rating"])
    assert seen == ["low", "medium", "high"]


def test_coin_margined_positions_list_every_contract_also_the_empty_ones(sandbox: Sandbox) -> None:
    rows = client(sandbox, "binancecoinm", "read_only").dapiPrivateGetPositionRisk()
    assert {row["symbol"]: row["positionAmt"] for row in rows} == {
        "BTCUSD_PERP": "200",
        "ETHUSD_PERP": "-300",
        "BTCUSD_301227": "0",
    }


def test_the_accounts_margin_is_the_sum_of_its_positions(sandbox: Sandbox) -> None:
    made = client(sandbox, "binanceusdm", "read_only")
    account = made.fapiPrivateV3GetAccount()
    tether = [row for row in account["positions"] if not row["symbol"].endswith("USDC")]
    assert float(account["totalMaintMargin"]) == pytest.approx(
        sum(float(row["maintMargin"]) for row in tether)
    )
    assert float(account["totalMarginBalance"]) == pytest.approx(
        float(account["totalWalletBalance"]) + float(account["totalUnrealizedProfit"])
    )
    by_asset = {row["asset"]: row for row in account["assets"]}
    assert float(by_asset["USDC"]["crossWalletBalance"]) == 3_520
    config = {row["symbol"]: row for row in made.fapiPrivateGetSymbolConfig()}
    assert (config["BTCUSDT"]["leverage"], config["BTCUSDT"]["marginType"]) == (15, "ISOLATED")
    assert made.fapiPrivateGetPositionSideDual() == {"dualSidePosition": True}


def test_prices_and_open_interest_tell_mark_index_and_last_apart(sandbox: Sandbox) -> None:
    made = client(sandbox, "binanceusdm")
    premium = made.fapiPublicGetPremiumIndex({"symbol": "BTCUSDT"})
    last = made.fapiPublicGetTickerPrice({"symbol": "BTCUSDT"})
    assert [float(premium["markPrice"]), float(premium["indexPrice"]), float(last["price"])] == [
        100_000,
        99_980,
        100_030,
    ]
    assert len(made.fapiPublicGetPremiumIndex()) == 8
    assert made.fetch_open_interest("BTC/USDT:USDT")["openInterestAmount"] == 85_000
    coin = client(sandbox, "binancecoinm")
    assert coin.fetch_open_interest("BTC/USD:BTC")["openInterestAmount"] == 4_200_000
    assert {row["symbol"] for row in coin.dapiPublicGetPremiumIndex()} == {
        "BTCUSD_PERP",
        "ETHUSD_PERP",
        "BTCUSD_301227",
    }


def test_every_answer_says_how_much_weight_is_used(sandbox: Sandbox) -> None:
    made = client(sandbox, "binanceusdm", "read_only")
    used = []
    for _ in range(2):
        answer = ask(sandbox, made, "positionRisk", api="fapiPrivateV3")
        used.append(int(answer.headers["X-MBX-USED-WEIGHT-1M"]))
    assert used[0] == 5
    assert used[1] in {5, 10}  # 5 again when a minute ended in between


def test_the_venues_clock_is_told(sandbox: Sandbox) -> None:
    made = client(sandbox, "binanceusdm")
    assert abs(made.fetch_time() - made.milliseconds()) < 2_000


def test_credentials_never_show_themselves() -> None:
    account = ACCOUNTS["binance"]["read_only"]
    assert account.fields["secret"] not in repr(account.credentials)
