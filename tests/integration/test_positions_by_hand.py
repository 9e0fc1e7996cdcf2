"""Every position of four linked accounts, on every scope, with figures worked out by hand.

The sandbox stands at its opening prices: BTC 100 000, ETH 4 000, SOL 200, XRP 2.5, WIF 1,
xyz:XYZ100 25 000. The formulas are those of docs/figures.md: q is size, E entry, M mark, W the
isolated wallet, A the account's margin balance less the maintenance of its other positions, r and
c the tier's maintenance rate and amount; a long is liquidated at (qM - A - c) / (q(1 - r)), a short
at (qM + A + c) / (q(1 + r)), and with A = W + profit an isolated long at (qE - W - c) / (q(1 - r)).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.figures_by_hand import DERIBIT, GATE
from tests.support.installation import LINKED, Installation

Held = dict[tuple[str, str, str], Any]

# Cross margin of the accounts, in dollars (COIN-M in the coin).
#
# Binance USDT: wallet 25 000, ETH long 2 (100) + short 1 (200) = 400 profit; maintenance 0.4 % of
#   8 000 and of 4 000 = 32 + 16. USDC: 3 520 + 0.1 * 5 000 = 4 020, maintenance 0.4 % of 10 000.
# Bybit, all scopes together: 8 500 + 2 000 + 0.05 * 100 000 = 15 500; profits 0.4 * 3 000 = 1 200,
#   -2 * 50 = -100, 1 000 * 0.1 = 100, 0.05 * 1 000 = 50, and of the inverse short
#   3 000 * (1 / 100 000 - 1 / 101 000) * 100 000 = 29.70297; maintenance 0.5 % of 40 000, 8 000,
#   2 500 and 5 000 = 277.5, and 0.4 % of 3 000 = 12.
BYBIT_BALANCE = 15_500 + 1_200 - 100 + 100 + 50 + 29.70297
BYBIT_MAINTENANCE = 200 + 40 + 12.5 + 25 + 12
# OKX: 16 000 + 0.02 * 100 000 = 18 000; profits 0.1 * 1 000 = 100 and 30 * 5 = 150; maintenance
#   0.4 % of 10 000 = 40 and 0.5 % of 6 000 = 30.
# Hyperliquid: 11 500; profits 0.3 * 500 = 150, 10 * 10 = 100, 1 000 * 0.1 = 100; maintenance is
#   half of 1 / leverage: 1.25 % of 30 000 = 375, 2.5 % of 2 000 = 50, 2.5 % of 2 500 = 62.5.
BYBIT = BYBIT_MAINTENANCE / BYBIT_BALANCE
OKX = 70 / 18_250
HYPERLIQUID = 487.5 / 11_850

EXPECTED: dict[tuple[str, str, str], dict[str, Any]] = {
    **GATE,
    **DERIBIT,
    ("binance", "BTCUSDT", "long"): {
        "scope": "linear",
        "size": 0.5,
        "notional_usd": 0.5 * 100_000,
        "unrealized_pnl": 0.5 * (100_000 - 98_000),
        # (0.5 * 98 000 - 16 980) / (0.5 * 0.996) = 32 020 / 0.498
        "liquidation_price": 32_020 / 0.498,
        # maintenance 0.4 % of 50 000 against 16 980 + 1 000
        "margin_ratio": 200 / 17_980,
        "leverage": 15,
        "margin_mode": "isolated",
        "adl": 1 / 4,
        "severity": "ok",
    },
    ("binance", "BTCUSDT", "short"): {
        "scope": "linear",
        "size": 0.2,
        "notional_usd": 0.2 * 100_000,
        "unrealized_pnl": 0.2 * (101_000 - 100_000),
        # (0.2 * 101 000 + 1 590) / (0.2 * 1.004) = 21 790 / 0.2008
        "liquidation_price": 21_790 / 0.2008,
        # maintenance 0.4 % of 20 000 against 1 590 + 200
        "margin_ratio": 80 / 1_790,
        "margin_mode": "isolated",
        # The other side of a hedge has a rank of its own: 2 of 4.
        "adl": 2 / 4,
        # 108 516 is 8.5 % away, under the 10 % where watching begins.
        "severity": "watch",
    },
    ("binance", "ETHUSDT", "long"): {
        "scope": "linear",
        "size": 2.0,
        "unrealized_pnl": 2 * (4_000 - 3_900),
        # (8 000 - (25 400 - 16)) is below zero: no price of ETH liquidates it.
        "liquidation_price": None,
        "margin_ratio": 48 / 25_400,
        "leverage": 20,
        "margin_mode": "cross",
        "severity": "ok",
    },
    ("binance", "ETHUSDT", "short"): {
        "scope": "linear",
        "size": 1.0,
        "unrealized_pnl": 4_200 - 4_000,
        # (4 000 + 25 400 - 32) / 1.004
        "liquidation_price": 29_368 / 1.004,
        "margin_ratio": 48 / 25_400,
        "adl": 2 / 4,
        "severity": "ok",
    },
    ("binance", "WIFUSDT", "long"): {
        "scope": "linear",
        "size": 20_000,
        "unrealized_pnl": 20_000 * (1 - 1.05),
        # The tier from 5 000: 1.5 % less 25. (20 000 * 1.05 - 11 520 - 25) / (20 000 * 0.985)
        "liquidation_price": 9_455 / 19_700,
        # (1.5 % of 20 000 - 25) against 11 520 - 1 000
        "margin_ratio": 275 / 10_520,
        "severity": "ok",
    },
    ("binance", "BTCUSDC", "long"): {
        "scope": "linear",
        "settle_asset": "USDC",
        "size": 0.1,
        # (10 000 - 4 020) / (0.1 * 0.996)
        "liquidation_price": 5_980 / 0.0996,
        "margin_ratio": 40 / 4_020,
        "severity": "ok",
    },
    ("binance", "BTCUSD_PERP", "long"): {
        "scope": "inverse",
        "kind": "inverse",
        "contracts": 200,
        "contract_size": 100,
        "size": 20_000 / 100_000,
        "notional_usd": 20_000,
        # 20 000 * (1 / 96 000 - 1 / 100 000) BTC
        "unrealized_pnl": 20_000 * (1 / 96_000 - 1 / 100_000),
        # n c (1 + r) / (W + n c / E) = 20 000 * 1.004 / (0.113 + 0.208333)
        "liquidation_price": 20_080 / (0.113 + 20_000 / 96_000),
        "settle_asset": "BTC",
        "severity": "ok",
    },
    ("binance", "ETHUSD_PERP", "short"): {
        "scope": "inverse",
        "kind": "inverse",
        "size": 3_000 / 4_000,
        # n c (r - 1) / (W - n c / E) = -3 000 * 0.995 / (0.30 - 0.731707)
        "liquidation_price": 2_985 / (3_000 / 4_100 - 0.30),
        "settle_asset": "ETH",
        "severity": "ok",
    },
    ("bybit", "BTCUSDT", "long"): {
        "scope": "linear_usdt",
        "size": 0.4,
        "unrealized_pnl": 1_200,
        # Bybit's tier up to 50 000 is 0.5 %: the others need 289.5 - 200.
        "liquidation_price": (40_000 - (BYBIT_BALANCE - 89.5)) / (0.4 * 0.995),
        "margin_ratio": BYBIT,
        "margin_mode": "cross",
        "adl": 2 / 5,
        "severity": "ok",
    },
    ("bybit", "ETHUSDT", "short"): {
        "scope": "linear_usdt",
        "size": 2.0,
        "liquidation_price": (8_000 + BYBIT_BALANCE - 249.5) / (2 * 1.005),
        "margin_ratio": BYBIT,
        "severity": "ok",
    },
    ("bybit", "XRPUSDT", "long"): {
        "scope": "linear_usdt",
        "size": 1_000,
        # The account covers all of its 2 500.
        "liquidation_price": None,
        "margin_ratio": BYBIT,
        "severity": "ok",
    },
    ("bybit", "BTCPERP", "long"): {
        "scope": "linear_usdc",
        "settle_asset": "USDC",
        "size": 0.05,
        "liquidation_price": None,
        "margin_ratio": BYBIT,
        "severity": "ok",
    },
    ("bybit", "BTCUSD", "short"): {
        "scope": "inverse",
        "kind": "inverse",
        "contracts": 3_000,
        "contract_size": 1,
        "size": 3_000 / 100_000,
        "notional_usd": 3_000,
        # 29.70297 dollars in bitcoin, of which Bybit gives eight decimals.
        "unrealized_pnl": 0.00029703,
        # Bybit writes 999999.00 for "none" on a short.
        "liquidation_price": None,
        "margin_ratio": BYBIT,
        "adl": 3 / 5,
        "severity": "ok",
    },
    ("okx", "BTC-USDT-SWAP", "long"): {
        "scope": "all",
        "contracts": 10,
        "contract_size": 0.01,
        "size": 0.1,
        "unrealized_pnl": 100,
        "liquidation_price": None,
        # OKX itself states 260.7, balance over maintenance.
        "margin_ratio": OKX,
        "adl": 1 / 5,
        "severity": "ok",
    },
    ("okx", "ETH-USDT-SWAP", "long"): {
        "scope": "all",
        "size": 50 * 0.1,
        # (5 * 3 900 - 7 320) / (5 * 0.996)
        "liquidation_price": 12_180 / 4.98,
        # 0.4 % of 20 000 against 7 320 + 500
        "margin_ratio": 80 / 7_820,
        "margin_mode": "isolated",
        "severity": "ok",
    },
    ("okx", "SOL-USDT-SWAP", "short"): {
        "scope": "all",
        "size": 30,
        # (30 * 200 + 18 250 - 40) / (30 * 1.005)
        "liquidation_price": 24_210 / 30.15,
        "margin_ratio": OKX,
        "severity": "ok",
    },
    ("okx", "BTC-USD-SWAP", "short"): {
        "scope": "all",
        "kind": "inverse",
        "contracts": 50,
        "contract_size": 100,
        "size": 5_000 / 100_000,
        "notional_usd": 5_000,
        # 5 000 * 0.996 / (5 000 / 102 000 - 0.0033)
        "liquidation_price": 4_980 / (5_000 / 102_000 - 0.0033),
        "settle_asset": "BTC",
        "adl": 3 / 5,
        # 108 925 is 8.9 % away.
        "severity": "watch",
    },
    ("hyperliquid", "BTC", "long"): {
        "scope": "main",
        "size": 0.3,
        "unrealized_pnl": 150,
        # (30 000 - (11 850 - 112.5)) / (0.3 * 0.9875)
        "liquidation_price": 18_262.5 / 0.29625,
        "margin_ratio": HYPERLIQUID,
        "margin_mode": "cross",
        "severity": "ok",
    },
    ("hyperliquid", "ETH", "long"): {
        "scope": "main",
        "size": 1.5,
        # (1.5 * 3 950 - 2 300) / (1.5 * 0.98)
        "liquidation_price": 3_625 / 1.47,
        # 2 % of 6 000 against 2 300 + 75
        "margin_ratio": 120 / 2_375,
        "margin_mode": "isolated",
        "severity": "ok",
    },
    ("hyperliquid", "SOL", "long"): {
        "scope": "main",
        "size": 10,
        "liquidation_price": None,
        "margin_ratio": HYPERLIQUID,
        "severity": "ok",
    },
    ("hyperliquid", "XRP", "short"): {
        "scope": "main",
        "size": 1_000,
        # (2 500 + 11 850 - 425) / (1 000 * 1.025)
        "liquidation_price": 13_925 / 1_025,
        "margin_ratio": HYPERLIQUID,
        "severity": "ok",
    },
    ("hyperliquid", "xyz:XYZ100", "long"): {
        "scope": "hip3:xyz",
        "size": 0.4,
        # (0.4 * 25 200 - 1 220) / (0.4 * 0.975)
        "liquidation_price": 8_860 / 0.39,
        # 2.5 % of 10 000 against 1 220 - 80
        "margin_ratio": 250 / 1_140,
        "margin_mode": "isolated",
        # 22 718 is 9.1 % away.
        "severity": "watch",
    },
}

MARKS = {"BTC": 100_000, "ETH": 4_000, "SOL": 200, "XRP": 2.5, "WIF": 1, "xyz:XYZ100": 25_000}

FUNDS = {
    # (812 450 000 + 210 000 000 + 61.73 * 100 000) against 85 000 BTC, 1 600 000 ETH and
    # 600 000 BNB: 8.5 + 6.4 + 0.6 thousand million.
    "binance:usdm:btc-eth-bnb": (1_028_623_000, 1_028_623_000 / 15.5e9),
    # 3 900 000 against 220 000 000 XRP; Bybit counts both sides, here one counts.
    "bybit:usdt:xrpusdt": (3_900_000, 3_900_000 / (220e6 * 2.5)),
    # 28 412 000 against 2 500 000 contracts of 0.01 BTC.
    "okx:swap:btc-usdt": (28_412_000, 28_412_000 / 2.5e9),
    # 31 250 000 against 31 000 BTC, 620 000 ETH, 3 900 000 SOL, 120 000 000 XRP and
    # 14 000 000 WIF, and not the contracts of other exchanges on Hyperliquid.
    "hyperliquid:liquidator": (31_250_000, 31_250_000 / (3.1e9 + 2.48e9 + 0.78e9 + 0.3e9 + 14e6)),
}


@pytest.fixture
def held(linked: Installation) -> Held:
    return linked.positions()


def test_every_account_is_active_and_its_key_read_only(linked: Installation) -> None:
    for account in linked.get("accounts")["items"]:
        assert (account["status"], account["error"]) == ("active", None)
        assert account["permissions"]["verdict"] == "read_only"
        assert account["stale"] is False


def test_positions_of_every_scope_are_there_and_no_other(held: Held) -> None:
    assert held.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED, ids=" ".join)
def test_the_figures_of_a_position_are_those_of_the_formulas(
    held: Held, name: tuple[str, str, str]
) -> None:
    shown, wanted = held[name], dict(EXPECTED[name])
    standing = wanted.pop("adl", None)
    if standing is not None:
        assert shown["adl"]["standing"] == pytest.approx(standing)
    # Venues round: Bybit gives a price to a tenth of a dollar.
    assert {field: shown[field] for field in wanted} == {
        field: value if isinstance(value, str | None) else pytest.approx(value, rel=1e-6)
        for field, value in wanted.items()
    }


@pytest.mark.parametrize("name", EXPECTED, ids=" ".join)
def test_the_distance_is_the_way_from_the_mark_to_the_liquidation_price(
    held: Held, name: tuple[str, str, str]
) -> None:
    shown = held[name]
    base = name[1].removeprefix("xyz:")[:3]
    mark = MARKS["xyz:XYZ100"] if "xyz" in name[1] else MARKS[base]
    assert shown["mark_price"] == pytest.approx(mark)
    price = EXPECTED[name]["liquidation_price"]
    if price is None:
        assert (shown["distance"], shown["liquidation_price_source"]) == (None, "none")
        assert shown["notes"]["liquidation_price"]
        return
    assert shown["liquidation_price_source"] == "venue"
    sign = 1 if name[2] == "long" else -1
    assert shown["distance"] == pytest.approx(sign * (mark - price) / mark, rel=1e-6)
    assert shown["distance_usd"] == pytest.approx(
        shown["distance"] * shown["notional_usd"], rel=1e-6
    )


@pytest.mark.parametrize("pool", FUNDS)
def test_a_fund_is_compared_with_one_side_of_the_interest_it_stands_behind(
    linked: Installation, pool: str
) -> None:
    shown = linked.get(f"funds/{pool}")
    balance, coverage = FUNDS[pool]
    assert shown["balance_usd"] == pytest.approx(balance)
    assert shown["coverage"] == pytest.approx(coverage)


def test_each_position_has_the_fund_that_stands_behind_it_or_the_reason_it_has_none(
    held: Held,
) -> None:
    funds = {
        name: shown["fund"]["id"] if shown["fund"] else shown["notes"]["fund"]
        for name, shown in held.items()
    }
    assert funds[("binance", "BTCUSDT", "long")] == "binance:usdm:btc-eth-bnb"
    assert funds[("binance", "WIFUSDT", "long")] == "binance:usdm:wifusdt"
    assert "COIN-M" in funds[("binance", "BTCUSD_PERP", "long")]
    assert funds[("bybit", "BTCPERP", "long")] == "bybit:usdc:btcperp-ethperp"
    assert funds[("bybit", "BTCUSD", "short")] == "bybit:btc:btcusd-ethusd"
    assert funds[("okx", "BTC-USD-SWAP", "short")] == "okx:swap:btc-usd"
    assert funds[("hyperliquid", "SOL", "long")] == "hyperliquid:liquidator"
    assert "not documented" in funds[("hyperliquid", "xyz:XYZ100", "long")]
    assert "on its site only" in funds[("deribit", "SOL_USDC-PERPETUAL", "long")]


def test_the_margin_of_a_whole_account_stands_beside_its_cross_positions(held: Held) -> None:
    cross = {
        ("bybit", "BTCPERP", "long"): BYBIT,
        ("bybit", "BTCUSD", "short"): BYBIT,
        ("okx", "SOL-USDT-SWAP", "short"): OKX,
        ("hyperliquid", "XRP", "short"): HYPERLIQUID,
    }
    for name, ratio in cross.items():
        assert held[name]["account_margin_ratio"] == pytest.approx(ratio, rel=1e-5)


def test_figures_stay_the_same_when_they_are_judged_again(linked: Installation) -> None:
    # Past prices come after the positions, and a leg learns of one elsewhere when it is judged.
    linked.wait(minutes=15)
    linked.read_candles(*LINKED)
    linked.wait(minutes=5)
    held = linked.positions()
    assert held
    linked.wait(minutes=5)
    again = linked.positions()
    for name, before in held.items():
        now = again[name]
        moving = {"as_of", "age_seconds", "fund", "reasons", "adl_trigger"}
        assert {k: v for k, v in now.items() if k not in moving} == {
            k: v for k, v in before.items() if k not in moving
        }


@pytest.mark.parametrize(
    ("url", "symbol", "fund"),
    [
        ("https://www.binance.com/en/futures/BTCUSDT", "BTCUSDT", "binance:usdm:btc-eth-bnb"),
        ("https://www.binance.com/en/delivery/btcusd_perpetual", "BTCUSD_PERP", None),
        (
            "https://www.bybit.com/trade/usdt/ETHUSDT",
            "ETHUSDT",
            "bybit:usdt:btcusdt-ethusdt-solusdt",
        ),
        ("https://www.okx.com/trade-swap/btc-usd-swap", "BTC-USD-SWAP", "okx:swap:btc-usd"),
        ("https://app.hyperliquid.xyz/trade/ETH", "ETH", "hyperliquid:liquidator"),
        ("https://app.hyperliquid.xyz/trade/xyz:XYZ100", "xyz:XYZ100", None),
        ("https://www.deribit.com/futures/ETH-PERPETUAL", "ETH-PERPETUAL", None),
    ],
)
def test_the_overlay_of_a_page_shows_that_venues_positions_with_the_one_on_screen_first(
    linked: Installation, held: Held, url: str, symbol: str, fund: str | None
) -> None:
    shown = linked.overlay(url)
    venue = shown["page"]["venue"]
    assert (shown["linked"], shown["stale"]) == (True, False)
    assert {(venue, p["native_symbol"], p["side"]) for p in shown["positions"]} == {
        name for name in held if name[0] == venue
    }
    assert shown["positions"][0]["native_symbol"] == symbol
    assert (shown["fund"] or {}).get("id") == fund
    assert fund or shown["fund_note"]
    assert shown["loss_model"]["steps"]
    assert [one["status"] for one in shown["accounts"]] == ["active"]
