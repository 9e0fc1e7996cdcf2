"""Every position a real client reads from the sandbox, against figures worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from app.sandbox import Sandbox
from tests.sandbox.upstream import client

SCOPES: dict[str, tuple[str, str, dict[str, str]]] = {
    "binance linear": ("binanceusdm", "read_only", {}),
    "binance inverse": ("binancecoinm", "read_only", {}),
    "bybit USDT": ("bybit", "read_only", {}),
    "bybit USDC": ("bybit", "read_only", {"settleCoin": "USDC"}),
    "bybit inverse": ("bybit", "read_only", {"subType": "inverse"}),
    "okx": ("okx", "read_only", {}),
    "hyperliquid main": ("hyperliquid", "user", {}),
    "hyperliquid xyz": ("hyperliquid", "user", {"dex": "xyz"}),
}

# scope, symbol, side, contracts, entry, mark, profit in settle asset, liquidation price.
# Isolated linear: L = (s·q·E − W − cum)/(q·(s − mmr)); cross: the group's balance for W, less the
# maintenance of the group's other positions; inverse: L = n·c·(s + mmr)/(W + cum + s·n·c/E).
POSITIONS: list[tuple[str, str, str, float, float, float, float, float | None]] = [
    # (0.5·98000 − 16980)/(0.5·0.996)
    ("binance linear", "BTC/USDT:USDT", "long", 0.5, 98_000, 100_000, 1_000, 64_297.188755),
    # (0.2·101000 + 1590)/(0.2·1.004)
    ("binance linear", "BTC/USDT:USDT", "short", 0.2, 101_000, 100_000, 200, 108_515.936255),
    # balance 25400 − 16 exceeds the whole value, 8000
    ("binance linear", "ETH/USDT:USDT", "long", 2, 3_900, 4_000, 200, None),
    # (4000 + 25400 − 32)/1.004
    ("binance linear", "ETH/USDT:USDT", "short", 1, 4_200, 4_000, 200, 29_250.996016),
    # (20000·1.05 − 11520 − 25)/(20000·0.985)
    ("binance linear", "WIF/USDT:USDT", "long", 20_000, 1.05, 1, -1_000, 0.479949),
    # (0.1·95000 − 3520)/(0.1·0.996)
    ("binance linear", "BTC/USDC:USDC", "long", 0.1, 95_000, 100_000, 500, 60_040.160643),
    # 20000·1.004/(0.113 + 20000/96000)
    ("binance inverse", "BTC/USD:BTC", "long", 200, 96_000, 100_000, 0.00833333, 62_489.626556),
    # 3000·0.995/(3000/4100 − 0.3)
    ("binance inverse", "ETH/USD:ETH", "short", 300, 4_100, 4_000, 0.01829268, 6_914.406780),
    # balance 8500 + 2000 + 0.05·100000 + 1279.702970, less maintenance 89.5 of the others
    ("bybit USDT", "BTC/USDT:USDT", "long", 0.4, 97_000, 100_000, 1_200, 58_567.3),
    # (8000 + 16779.702970 − 249.5)/(2·1.005)
    ("bybit USDT", "ETH/USDT:USDT", "short", 2, 3_950, 4_000, -100, 12_204.08),
    ("bybit USDT", "XRP/USDT:USDT", "long", 1_000, 2.4, 2.5, 100, None),
    ("bybit USDC", "BTC/USDC:USDC", "long", 0.05, 99_000, 100_000, 50, None),
    # a coin-margined short that collateral covers at any price: Bybit's sentinel
    ("bybit inverse", "BTC/USD:BTC", "short", 3_000, 101_000, 100_000, 0.00029703, 999_999),
    ("okx", "BTC/USDT:USDT", "long", 10, 99_000, 100_000, 100, None),
    # (5·3900 − 7320)/(5·0.996)
    ("okx", "ETH/USDT:USDT", "long", 50, 3_900, 4_000, 500, 2_445.783133),
    # (6000 + 18250 − 40)/(30·1.005)
    ("okx", "SOL/USDT:USDT", "short", 30, 205, 200, 150, 802.985075),
    # 5000·0.996/(5000/102000 − 0.0033)
    ("okx", "BTC/USD:BTC", "short", 50, 102_000, 100_000, 0.00098039, 108_924.818802),
    # (30000 − (11850 − 112.5))/(0.3·0.9875)
    ("hyperliquid main", "BTC/USDC:USDC", "long", 0.3, 99_500, 100_000, 150, 61_645.569620),
    # (1.5·3950 − 2300)/(1.5·0.98)
    ("hyperliquid main", "ETH/USDC:USDC", "long", 1.5, 3_950, 4_000, 75, 2_465.986395),
    ("hyperliquid main", "SOL/USDC:USDC", "long", 10, 190, 200, 100, None),
    # (2500 + 11850 − 425)/(1000·1.025)
    ("hyperliquid main", "XRP/USDC:USDC", "short", 1_000, 2.6, 2.5, 100, 13.585366),
    # (0.4·25200 − 1220)/(0.4·0.975)
    ("hyperliquid xyz", "XYZ-XYZ100/USDC:USDC", "long", 0.4, 25_200, 25_000, -80, 22_717.948718),
]


def read(sandbox: Sandbox, scope: str) -> list[dict[str, Any]]:
    exchange, account, params = SCOPES[scope]
    return client(sandbox, exchange, account).fetch_positions(None, params)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_real_client_reads_every_position_of_a_scope_with_the_figures_of_the_hand_table(
    sandbox: Sandbox, scope: str
) -> None:
    expected = [row[1:] for row in POSITIONS if row[0] == scope]
    found = [
        (
            p["symbol"],
            p["side"],
            p["contracts"],
            p["entryPrice"],
            p["markPrice"],
            p["unrealizedPnl"],
            p["liquidationPrice"],
        )
        for p in read(sandbox, scope)
    ]
    assert [row[:2] for row in found] == [row[:2] for row in expected]
    for mine, theirs in zip(found, expected, strict=True):
        assert mine[2:5] == pytest.approx(theirs[2:5])
        assert mine[5] == pytest.approx(theirs[5], abs=5e-9)
        if theirs[6] is None:
            assert mine[6] is None
        else:
            assert mine[6] == pytest.approx(theirs[6], rel=2e-6)


@pytest.mark.parametrize(
    ("scope", "account"),
    [(scope, "empty") for scope in SCOPES if scope not in {"hyperliquid main", "hyperliquid xyz"}]
    + [("hyperliquid main", name) for name in ("empty", "agent", "missing")],
)
def test_an_account_without_positions_answers_an_empty_list(
    sandbox: Sandbox, scope: str, account: str
) -> None:
    exchange, _, params = SCOPES[scope]
    assert client(sandbox, exchange, account).fetch_positions(None, params) == []


@pytest.mark.parametrize("exchange", ["binance", "bybit", "okx", "hyperliquid"])
def test_a_client_with_no_options_at_all_loads_its_markets_without_a_key(
    sandbox: Sandbox, exchange: str
) -> None:
    markets = client(sandbox, exchange, trimmed=False).load_markets()
    assert any(market["swap"] for market in markets.values())
    assert sandbox.writes == ()


def test_a_binance_client_with_a_key_and_no_options_loads_its_markets(sandbox: Sandbox) -> None:
    markets = client(sandbox, "binance", "read_only", trimmed=False).load_markets()
    assert {"BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"} <= set(markets)
