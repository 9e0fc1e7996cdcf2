"""Bybit's v5 interface as its documentation has it, asked by the real client."""

from __future__ import annotations

from typing import Any

import ccxt
import pytest

from app.sandbox import Sandbox
from tests.sandbox.upstream import ask, client, with_clock


def code(response: Any) -> int:
    assert response.status_code == 200
    return response.json()["retCode"]


@pytest.mark.parametrize(
    ("key", "read_only", "wallet", "ips"),
    [
        ("read_only", 1, [], ["*"]),
        ("trade", 0, [], ["*"]),
        ("withdraw", 0, ["AccountTransfer", "Withdraw"], ["127.0.0.1"]),
    ],
)
def test_key_inspection_says_read_only_beside_scopes_that_prove_nothing(
    sandbox: Sandbox, key: str, read_only: int, wallet: list[str], ips: list[str]
) -> None:
    found = client(sandbox, "bybit", key).privateGetV5UserQueryApi()["result"]
    assert found["readOnly"] == read_only
    assert found["permissions"]["Wallet"] == wallet
    assert found["permissions"]["ContractTrade"] == ["Order", "Position"]
    assert found["ips"] == ips


@pytest.mark.parametrize(
    ("account", "changed", "expected"),
    [
        ("read_only", {"apiKey": "nobodys-key"}, 10003),
        ("read_only", {"secret": "another-secret"}, 10004),
        ("elsewhere", {}, 10010),
        ("expired", {}, 33004),
    ],
)
def test_a_request_that_is_not_signed_right_is_refused_with_the_venues_code(
    sandbox: Sandbox, account: str, changed: dict[str, str], expected: int
) -> None:
    made = client(sandbox, "bybit", account)
    for name, value in changed.items():
        setattr(made, name, value)
    assert code(ask(sandbox, made, "v5/account/info")) == expected
    with pytest.raises((ccxt.AuthenticationError, ccxt.PermissionDenied)):
        made.privateGetV5AccountInfo()


@pytest.mark.parametrize("ahead_ms", [-30_000, 2_000])
def test_a_timestamp_outside_the_receive_window_is_refused(sandbox: Sandbox, ahead_ms: int) -> None:
    made = with_clock(client(sandbox, "bybit", "read_only"), ahead_ms=ahead_ms)
    answer = ask(sandbox, made, "v5/account/info").json()
    assert answer["retCode"] == 10002
    assert "server_timestamp[" in answer["retMsg"]
    with pytest.raises(ccxt.InvalidNonce):
        made.privateGetV5AccountInfo()


def test_a_request_without_a_key_is_refused_by_the_gateway(sandbox: Sandbox) -> None:
    made = client(sandbox, "bybit")
    assert ask(sandbox, made, "v5/account/info", api="public").status_code == 401
    assert ask(sandbox, made, "v5/nothing", api="public").status_code == 404


def test_parameters_are_checked(sandbox: Sandbox) -> None:
    made = client(sandbox, "bybit", "read_only")
    assert code(ask(sandbox, made, "v5/position/list")) == 10001
    assert code(ask(sandbox, made, "v5/position/list", category="linear")) == 10001
    assert code(ask(sandbox, made, "v5/position/list", category="inverse", limit=201)) == 10001
    assert code(ask(sandbox, made, "v5/market/tickers", api="public")) == 10001
    assert code(ask(sandbox, made, "v5/account/wallet-balance", accountType="SPOT")) == 10001


def test_writes_need_the_power_and_are_remembered(sandbox: Sandbox) -> None:
    with pytest.raises(ccxt.PermissionDenied, match="10005"):
        client(sandbox, "bybit", "read_only").privatePostV5OrderCreate({"symbol": "BTCUSDT"})
    client(sandbox, "bybit", "trade").privatePostV5OrderCreate({"symbol": "BTCUSDT"})
    with pytest.raises(ccxt.PermissionDenied, match="10005"):
        client(sandbox, "bybit", "trade").privatePostV5AssetWithdrawCreate({"coin": "BTC"})
    assert [(w.endpoint, w.account, w.accepted) for w in sandbox.writes] == [
        ("/v5/order/create", "read_only", False),
        ("/v5/order/create", "trade", True),
        ("/v5/asset/withdraw/create", "trade", False),
    ]


def test_a_key_without_wallet_permission_cannot_list_coins(sandbox: Sandbox) -> None:
    made = client(sandbox, "bybit", "read_only")
    assert code(ask(sandbox, made, "v5/asset/coin/query-info")) == 10005


def test_positions_and_instruments_come_in_pages(sandbox: Sandbox) -> None:
    made = client(sandbox, "bybit", "read_only")
    symbols, cursor = [], ""
    for _ in range(3):
        page = made.privateGetV5PositionList(
            {"category": "linear", "settleCoin": "USDT", "limit": 1}
            | ({"cursor": cursor} if cursor else {})
        )["result"]
        symbols += [row["symbol"] for row in page["list"]]
        cursor = page["nextPageCursor"]
    assert (symbols, cursor) == (["BTCUSDT", "ETHUSDT", "XRPUSDT"], "")
    paged = made.fetch_positions(None, {"paginate": True, "limit": 2})
    assert {p["symbol"] for p in paged} >= {"BTC/USDT:USDT", "XRP/USDT:USDT"}
    first = made.publicGetV5MarketInstrumentsInfo({"category": "linear", "limit": 5})["result"]
    rest = made.publicGetV5MarketInstrumentsInfo(
        {"category": "linear", "limit": 5, "cursor": first["nextPageCursor"]}
    )["result"]
    assert len(first["list"]) + len(rest["list"]) == 7


def test_a_symbol_without_a_position_answers_an_empty_one(sandbox: Sandbox) -> None:
    made = client(sandbox, "bybit", "read_only")
    rows = made.privateGetV5PositionList({"category": "linear", "symbol": "SOLUSDT"})["result"]
    assert [(row["size"], row["side"]) for row in rows["list"]] == [("0", "")]


def test_positions_without_a_liquidation_price_say_nothing_or_the_sentinel(
    sandbox: Sandbox,
) -> None:
    made = client(sandbox, "bybit", "read_only")
    linear = made.privateGetV5PositionList({"category": "linear", "settleCoin": "USDT"})["result"]
    inverse = made.privateGetV5PositionList({"category": "inverse"})["result"]
    prices = {row["symbol"]: row["liqPrice"] for row in linear["list"] + inverse["list"]}
    assert (prices["XRPUSDT"], prices["BTCUSD"]) == ("", "999999.00")


def test_the_unified_account_adds_up(sandbox: Sandbox) -> None:
    made = client(sandbox, "bybit", "read_only")
    (account,) = made.privateGetV5AccountWalletBalance({"accountType": "UNIFIED"})["result"]["list"]
    assert float(account["totalMarginBalance"]) == pytest.approx(16_779.702970, abs=1e-5)
    assert float(account["totalMaintenanceMargin"]) == pytest.approx(289.5)
    assert float(account["accountMMRate"]) == pytest.approx(289.5 / 16_779.70297, abs=1e-4)
    assert {coin["coin"]: float(coin["walletBalance"]) for coin in account["coin"]} == {
        "USDT": 8_500,
        "USDC": 2_000,
        "BTC": 0.05,
    }
    assert made.privateGetV5AccountInfo()["result"]["marginMode"] == "REGULAR_MARGIN"
    assert made.is_unified_enabled() == [False, True]


def test_open_interest_counts_both_sides_and_says_one(sandbox: Sandbox) -> None:
    made = client(sandbox, "bybit")
    tickers = made.publicGetV5MarketTickers({"category": "linear"})["result"]["list"]
    bitcoin = next(row for row in tickers if row["symbol"] == "BTCUSDT")
    assert float(bitcoin["openInterest"]) == 2 * float(bitcoin["singleOpenInterest"]) == 104_000
    assert float(bitcoin["singleOpenInterestValue"]) == 52_000 * 100_000
    assert float(bitcoin["markPrice"]) == 100_000
    assert made.fetch_open_interest("BTC/USDT:USDT")["openInterestAmount"] == 104_000


def test_pools_join_their_symbols_and_the_time_stands_once(sandbox: Sandbox) -> None:
    made = client(sandbox, "bybit")
    answer = made.publicGetV5MarketInsurance()["result"]
    assert int(answer["updatedTime"]) % 60_000 == 0
    assert [(row["coin"], row["symbols"]) for row in answer["list"]] == [
        ("USDT", "BTCUSDT,ETHUSDT,SOLUSDT"),
        ("USDC", "BTCPERP,ETHPERP"),
        ("BTC", "BTCUSD,ETHUSD"),
        ("USDT", "XRPUSDT"),
        ("USDT", "WIFUSDT"),
    ]
    in_bitcoin = made.publicGetV5MarketInsurance({"coin": "BTC"})["result"]["list"]
    assert [float(row["value"]) for row in in_bitcoin] == [41_250_000]


def test_adl_alerts_name_threshold_and_drawdown_and_shared_pools_hide_their_peak(
    sandbox: Sandbox,
) -> None:
    made = client(sandbox, "bybit")
    drawdowns = []
    for elapsed in (0, 90, 180):
        sandbox.market.play("crash", elapsed=elapsed, still=True)
        rows = made.publicGetV5MarketAdlAlert()["result"]["list"]
        alerts = {row["symbol"]: row for row in rows}
        drawdowns.append(float(alerts["WIFUSDT"]["pnlRatio"]))
    assert len(alerts) == 9
    assert alerts["BTCUSDT"]["maxBalance"] == ""
    assert float(alerts["WIFUSDT"]["maxBalance"]) >= float(alerts["WIFUSDT"]["balance"])
    assert float(alerts["WIFUSDT"]["insurancePnlRatio"]) == -0.3
    assert drawdowns == sorted(drawdowns, reverse=True)
    assert drawdowns[-1] > -0.3


def test_signed_answers_say_what_is_left_of_the_limit(sandbox: Sandbox) -> None:
    answer = ask(sandbox, client(sandbox, "bybit", "read_only"), "v5/account/info")
    assert 0 < int(answer.headers["X-Bapi-Limit-Status"]) <= int(answer.headers["X-Bapi-Limit"])
    assert (
        "X-Bapi-Limit-Status"
        not in ask(sandbox, client(sandbox, "bybit"), "v5/market/time", api="public").headers
    )


def test_the_venues_clock_is_told(sandbox: Sandbox) -> None:
    made = client(sandbox, "bybit")
    assert abs(made.fetch_time() - made.milliseconds()) < 2_000
