"""Figures of the sandbox's positions at some venues at its opening prices, worked out by hand.

The formulas are those of docs/figures.md, as in tests/integration/test_positions_by_hand.py.
"""

from __future__ import annotations

from typing import Any, Final

Figures = dict[tuple[str, str, str], dict[str, Any]]

# Cross margin of Gate's USDT account: 12 000; profits 0.2 * 2 000 = 400 and 30 * 5 = 150;
# maintenance 0.4 % of 20 000 and 0.5 % of 6 000.
GATE: Final[Figures] = {
    ("gate", "BTC_USDT", "long"): {
        "scope": "usdt",
        "contracts": 2_000,
        "contract_size": 0.0001,
        "size": 0.2,
        "unrealized_pnl": 400,
        # (20 000 - (12 550 - 30)) / (0.2 * 0.996)
        "liquidation_price": 7_480 / 0.1992,
        "margin_mode": "cross",
        # Gate says 4, of 1 which comes first to 5.
        "adl": 2 / 5,
        "severity": "ok",
    },
    ("gate", "ETH_USDT", "short"): {
        "scope": "usdt",
        "size": 1.5,
        "unrealized_pnl": 75,
        # (1.5 * 4 050 + 1 500) / (1.5 * 1.004)
        "liquidation_price": 7_575 / 1.506,
        # 0.4 % of 6 000 against 1 500 + 75
        "margin_ratio": 24 / 1_575,
        "margin_mode": "isolated",
        "adl": 2 / 5,
        "severity": "ok",
    },
    ("gate", "SOL_USDT", "long"): {
        "scope": "usdt",
        "size": 30,
        "unrealized_pnl": 150,
        # The account covers all of its 6 000.
        "liquidation_price": None,
        "severity": "ok",
    },
    ("gate", "BTC_USD", "short"): {
        "scope": "btc",
        "kind": "inverse",
        "contracts": 4_000,
        "contract_size": 1,
        "size": 4_000 / 100_000,
        "notional_usd": 4_000,
        "unrealized_pnl": 4_000 * (1 / 100_000 - 1 / 101_500),
        # 4 000 * 0.996 / (4 000 / 101 500 - 0.005)
        "liquidation_price": 3_984 / (4_000 / 101_500 - 0.005),
        # 0.4 % of 0.04 against 0.005 + 0.04 - 4 000 / 101 500
        "margin_ratio": 0.00016 / (0.045 - 4_000 / 101_500),
        "settle_asset": "BTC",
        "adl": 3 / 5,
        "severity": "ok",
    },
    ("gate", "BTC_USD1", "long"): {
        "scope": "usd1",
        "settle_asset": "USD1",
        "size": 0.03,
        # (0.03 * 97 000 - 1 150) / (0.03 * 0.996)
        "liquidation_price": 1_760 / 0.02988,
        "margin_ratio": 12 / 1_240,
        "severity": "ok",
    },
    ("gate", "BTC_USDT_20301227", "long"): {
        "scope": "delivery_usdt",
        "size": 0.05,
        # (0.05 * 99 000 - 2 200) / (0.05 * 0.996)
        "liquidation_price": 2_750 / 0.0498,
        "margin_ratio": 20 / 2_250,
        "severity": "ok",
    },
}

# Cross margin at Paradex: 9 000; profits 0.2 * 1 500 = 300 and 25 * 4 = 100; maintenance is half
# of 1 / leverage: 1 % of 20 000 and 2.5 % of 5 000.
PARADEX: Final[Figures] = {
    ("paradex", "BTC-USD-PERP", "long"): {
        "scope": "all",
        "size": 0.2,
        "unrealized_pnl": 300,
        # (20 000 - (9 400 - 125)) / (0.2 * 0.99)
        "liquidation_price": 10_725 / 0.198,
        "margin_mode": "cross",
        "settle_asset": "USDC",
        "severity": "ok",
    },
    ("paradex", "ETH-USD-PERP", "long"): {
        "scope": "all",
        "size": 2,
        # (2 * 3 900 - 3 100) / (2 * 0.99)
        "liquidation_price": 4_700 / 1.98,
        # 1 % of 8 000 against 3 100 + 200
        "margin_ratio": 80 / 3_300,
        "margin_mode": "isolated",
        "severity": "ok",
    },
    ("paradex", "SOL-USD-PERP", "short"): {
        "scope": "all",
        "size": 25,
        "unrealized_pnl": 100,
        # (5 000 + 9 400 - 200) / (25 * 1.025)
        "liquidation_price": 14_200 / 25.625,
        "severity": "ok",
    },
}

# Deribit USDC: 3 000; profits 30 * 5 = 150 and 0.05 * 1 000 = 50; maintenance 0.5 % of 6 000 and
#   0.4 % of 5 000.
_DERIBIT_USDC = 3_000 + 150 + 50

DERIBIT: Final[Figures] = {
    ("deribit", "BTC-PERPETUAL", "long"): {
        "scope": "btc",
        "kind": "inverse",
        "contracts": 2_000,
        "contract_size": 10,
        "size": 20_000 / 100_000,
        "notional_usd": 20_000,
        "unrealized_pnl": 20_000 * (1 / 97_000 - 1 / 100_000),
        # 20 000 * 1.004 / (0.12 + 20 000 / 97 000)
        "liquidation_price": 20_080 / (0.12 + 20 / 97),
        "margin_mode": "cross",
        "settle_asset": "BTC",
        "severity": "ok",
    },
    ("deribit", "ETH-PERPETUAL", "short"): {
        "scope": "eth",
        "kind": "inverse",
        "size": 6_000 / 4_000,
        # 6 000 * 0.995 / (6 000 / 4 100 - 1.2)
        "liquidation_price": 5_970 / (60 / 41 - 1.2),
        "settle_asset": "ETH",
        "severity": "ok",
    },
    ("deribit", "SOL_USDC-PERPETUAL", "long"): {
        "scope": "usdc",
        "contracts": 300,
        "contract_size": 0.1,
        "size": 30,
        "unrealized_pnl": 150,
        # (6 000 - (_DERIBIT_USDC - 20)) / (30 * 0.995)
        "liquidation_price": (6_000 - _DERIBIT_USDC + 20) / 29.85,
        "settle_asset": "USDC",
        "severity": "ok",
    },
    ("deribit", "BTC_USDC-PERPETUAL", "short"): {
        "scope": "usdc",
        "size": 0.05,
        "unrealized_pnl": 50,
        # (5 000 + _DERIBIT_USDC - 30) / (0.05 * 1.004)
        "liquidation_price": (5_000 + _DERIBIT_USDC - 30) / 0.0502,
        "settle_asset": "USDC",
        "severity": "ok",
    },
}
