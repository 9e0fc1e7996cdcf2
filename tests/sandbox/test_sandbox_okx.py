"""OKX's v5 interface as its documentation has it, asked by the real client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import ccxt
import pytest

from app.sandbox import Sandbox
from app.sandbox.market import Market
from tests.sandbox.upstream import ask, client, with_clock


def reason(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(
    ("key", "permissions", "ip"),
    [
        ("read_only", {"read_only"}, ""),
        ("trade", {"read_only", "trade"}, ""),
        ("withdraw", {"read_only", "trade", "withdraw"}, "127.0.0.1"),
    ],
)
def test_key_inspection_names_exactly_the_powers_of_the_key(
    sandbox: Sandbox, key: str, permissions: set[str], ip: str
) -> None:
    (config,) = client(sandbox, "okx", key).privateGetAccountConfig()["data"]
    assert set(config["perm"].split(",")) == permissions
    assert (config["ip"], config["acctLv"], config["posMode"]) == (ip, "3", "net_mode")


@pytest.mark.parametrize(
    ("account", "changed", "expected"),
    [
        ("read_only", {"apiKey": "nobodys-key"}, "50111"),
        ("read_only", {"secret": "another-secret"}, "50113"),
        ("read_only", {"password": "another-passphrase"}, "50105"),
        ("elsewhere", {}, "50110"),
        ("expired", {}, "50111"),
    ],
)
def test_a_request_that_is_not_signed_right_is_refused_with_the_venues_code(
    sandbox: Sandbox, account: str, changed: dict[str, str], expected: str
) -> None:
    made = client(sandbox, "okx", account)
    for name, value in changed.items():
        setattr(made, name, value)
    assert reason(ask(sandbox, made, "account/config")) == (401, expected)
    with pytest.raises((ccxt.AuthenticationError, ccxt.PermissionDenied)):
        made.privateGetAccountConfig()


@pytest.mark.parametrize("ahead_ms", [-31_000, 31_000])
def test_a_timestamp_more_than_half_a_minute_off_is_refused(
    sandbox: Sandbox, ahead_ms: int
) -> None:
    made = with_clock(client(sandbox, "okx", "read_only"), ahead_ms=ahead_ms)
    assert reason(ask(sandbox, made, "account/config")) == (401, "50102")
    with pytest.raises(ccxt.InvalidNonce):
        made.privateGetAccountConfig()


def test_a_request_without_a_key_is_told_which_header_is_missing(sandbox: Sandbox) -> None:
    answer = ask(sandbox, client(sandbox, "okx"), "account/config", api="public")
    assert reason(answer) == (401, "50103")


def test_parameters_and_paths_are_checked(sandbox: Sandbox) -> None:
    made = client(sandbox, "okx")
    public = {"api": "public"}
    fund = "public/insurance-fund"
    assert reason(ask(sandbox, made, fund, **public)) == (400, "50014")
    assert reason(ask(sandbox, made, fund, instType="SWAP", **public)) == (400, "50015")
    assert reason(ask(sandbox, made, fund, instType="ODD", **public)) == (400, "51000")
    assert reason(ask(sandbox, made, "public/instruments", **public)) == (400, "50014")
    assert reason(ask(sandbox, made, "public/nothing", **public)) == (404, "404")


def test_writes_need_the_power_and_are_remembered(sandbox: Sandbox) -> None:
    order = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "market"}
    with pytest.raises(ccxt.ExchangeError, match="50120"):
        client(sandbox, "okx", "read_only").privatePostTradeOrder(dict(order))
    client(sandbox, "okx", "trade").privatePostTradeOrder(dict(order))
    with pytest.raises(ccxt.ExchangeError, match="50120"):
        client(sandbox, "okx", "trade").privatePostAssetWithdrawal({"ccy": "BTC"})
    assert [(w.endpoint, w.account, w.accepted) for w in sandbox.writes] == [
        ("/api/v5/trade/order", "read_only", False),
        ("/api/v5/trade/order", "trade", True),
        ("/api/v5/asset/withdrawal", "trade", False),
    ]


def test_one_call_answers_every_position_and_a_cross_one_may_have_no_liquidation_price(
    sandbox: Sandbox,
) -> None:
    made = client(sandbox, "okx", "read_only")
    rows = {row["instId"]: row for row in made.privateGetAccountPositions()["data"]}
    assert {name: (row["mgnMode"], row["pos"]) for name, row in rows.items()} == {
        "BTC-USDT-SWAP": ("cross", "10"),
        "ETH-USDT-SWAP": ("isolated", "50"),
        "SOL-USDT-SWAP": ("cross", "-30"),
        "BTC-USD-SWAP": ("isolated", "-50"),
    }
    assert rows["BTC-USDT-SWAP"]["liqPx"] == ""
    assert (rows["ETH-USDT-SWAP"]["imr"], rows["ETH-USDT-SWAP"]["margin"]) == ("", "7320")
    only = made.privateGetAccountPositions({"instId": "SOL-USDT-SWAP"})["data"]
    assert [row["instId"] for row in only] == ["SOL-USDT-SWAP"]


def test_margin_ratios_are_balance_over_maintenance(sandbox: Sandbox) -> None:
    made = client(sandbox, "okx", "read_only")
    rows = {row["instId"]: row for row in made.privateGetAccountPositions()["data"]}
    (account,) = made.privateGetAccountBalance()["data"]
    assert float(account["mgnRatio"]) == pytest.approx(18_250 / 70)
    assert float(rows["BTC-USDT-SWAP"]["mgnRatio"]) == pytest.approx(18_250 / 70)
    assert float(rows["ETH-USDT-SWAP"]["mgnRatio"]) == pytest.approx(7_820 / 80)
    assert float(account["adjEq"]) == pytest.approx(18_250)
    isolated = 7_820 + 100_000 * (0.0033 + 5_000 * (1 / 100_000 - 1 / 102_000))
    assert float(account["totalEq"]) == pytest.approx(18_250 + isolated)
    cash = {row["ccy"]: float(row["cashBal"]) for row in account["details"]}
    assert cash == {"USDT": 23_320, "BTC": 0.0233}


def test_marks_and_last_prices_differ_and_open_interest_has_three_units(sandbox: Sandbox) -> None:
    made = client(sandbox, "okx")
    marks = made.publicGetPublicMarkPrice({"instType": "SWAP"})["data"]
    assert len(marks) == 7
    assert [row["markPx"] for row in marks if row["instId"] == "BTC-USDT-SWAP"] == ["100000"]
    tickers = made.publicGetMarketTickers({"instType": "SWAP"})["data"]
    assert [row["last"] for row in tickers if row["instId"] == "BTC-USDT-SWAP"] == ["100030"]
    rows = made.publicGetPublicOpenInterest({"instType": "SWAP"})["data"]
    interest = {row["instId"]: [float(row[k]) for k in ("oi", "oiCcy", "oiUsd")] for row in rows}
    assert interest["BTC-USDT-SWAP"] == [2_500_000, 25_000, 2_500_000_000]
    assert interest["BTC-USD-SWAP"] == [3_600_000, 3_600, 360_000_000]
    futures = made.publicGetPublicMarkPrice({"instType": "FUTURES"})["data"]
    assert [row["instId"] for row in futures] == ["BTC-USDT-301227"]


def fund(made: Any, **params: Any) -> dict[str, Any]:
    wanted = {"instType": "SWAP", "instFamily": "BTC-USDT"} | params
    (answer,) = made.publicGetPublicInsuranceFund(wanted)["data"]
    return answer


def test_a_familys_fund_stands_in_its_details_and_the_total_is_the_platforms(
    sandbox: Sandbox,
) -> None:
    answer = fund(client(sandbox, "okx"), limit=1)
    (newest,) = answer["details"]
    assert (newest["type"], newest["ccy"], float(newest["balance"])) == (
        "regular_update",
        "USDT",
        28_412_000,
    )
    assert float(answer["total"]) > 1_000_000_000
    coin = fund(client(sandbox, "okx"), instFamily="BTC-USD", limit=1)
    assert coin["details"][0]["ccy"] == "BTC"


def test_regular_updates_are_daily_at_eight(sandbox: Sandbox) -> None:
    rows = fund(client(sandbox, "okx"), type="regular_update")["details"]
    stamps = [datetime.fromtimestamp(int(row["ts"]) / 1000, tz=UTC) for row in rows]
    assert len(rows) == 31
    assert {(at.hour, at.minute) for at in stamps} == {(8, 0)}
    assert stamps == sorted(stamps, reverse=True)


def test_the_fund_is_paged_by_time_and_an_unknown_type_is_ignored(sandbox: Sandbox) -> None:
    made = client(sandbox, "okx")
    everything = fund(made, type="unheard-of")["details"]
    assert {row["type"] for row in everything} == {
        "regular_update",
        "liquidation_balance_deposit",
        "bankruptcy_loss",
        "platform_revenue",
    }
    assert len(everything) == 100
    older = fund(made, after=everything[-1]["ts"])["details"]
    assert 0 < len(older) < 100
    assert max(int(row["ts"]) for row in older) < int(everything[-1]["ts"])
    newer = fund(made, before=everything[5]["ts"])["details"]
    assert {int(row["ts"]) > int(everything[5]["ts"]) for row in newer} == {True}
    losses = fund(made, type="bankruptcy_loss")["details"]
    assert all(float(row["amt"]) < 0 for row in losses)


def test_a_thin_familys_past_deleveraging_can_be_asked_for(sandbox: Sandbox) -> None:
    rows = fund(client(sandbox, "okx"), instFamily="WIF-USDT", type="adl")["details"]
    assert [row["adlType"] for row in rows] == ["adl_end", "rate_adl_start"]
    assert fund(client(sandbox, "okx"), type="adl")["details"] == []


def test_the_daily_figure_does_not_move_while_a_day_lasts() -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    market = Market(clock=lambda: noon, scenario="crash")
    before = market.state().pool("okx", "swap:btc-usdt")
    market.advance(600)
    after = market.state().pool("okx", "swap:btc-usdt")
    assert (before.amounts, before.at) == (after.amounts, noon.replace(hour=8))


def test_the_venues_clock_is_told(sandbox: Sandbox) -> None:
    made = client(sandbox, "okx")
    assert abs(made.fetch_time() - made.milliseconds()) < 2_000
