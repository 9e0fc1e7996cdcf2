"""The accounts' positions: chosen so that calm is mostly quiet and a crash ends just short of ruin.

Isolated liquidation prices can be checked by hand against docs/figures.md; every position
survives all scenarios, the worst ones by about a hundredth of the price.
"""

from __future__ import annotations

from app.domain.position import MarginMode, Side
from app.sandbox.margin import Book, Holding, Wallet

LONG, SHORT, ISOLATED = Side.LONG, Side.SHORT, MarginMode.ISOLATED

_BINANCE = Book(
    venue="binance",
    name="main",
    holdings=(
        Holding(symbol="BTCUSDT", side=LONG, contracts=0.5, entry=98_000, leverage=15,
                group="USDT", mode=ISOLATED, margin=16_980, adl=(1, 0)),
        Holding(symbol="BTCUSDT", side=SHORT, contracts=0.2, entry=101_000, leverage=15,
                group="USDT", mode=ISOLATED, margin=1_590, adl=(2, 4)),
        Holding(symbol="ETHUSDT", side=LONG, contracts=2.0, entry=3_900, leverage=20,
                group="USDT", adl=(1, 0)),
        Holding(symbol="ETHUSDT", side=SHORT, contracts=1.0, entry=4_200, leverage=20,
                group="USDT", adl=(2, 3)),
        Holding(symbol="WIFUSDT", side=LONG, contracts=20_000, entry=1.05, leverage=2,
                group="USDT", mode=ISOLATED, margin=11_520, adl=(1, 0)),
        Holding(symbol="BTCUSDC", side=LONG, contracts=0.1, entry=95_000, leverage=20,
                group="USDC", adl=(1, 0)),
        Holding(symbol="BTCUSD_PERP", side=LONG, contracts=200, entry=96_000, leverage=10,
                group="BTC", adl=(1, 0)),
        Holding(symbol="ETHUSD_PERP", side=SHORT, contracts=300, entry=4_100, leverage=3,
                group="ETH", mode=ISOLATED, margin=0.30, adl=(2, 4)),
    ),
    wallets=(
        Wallet(group="USDT", asset="USDT", amount=25_000, unit="USDT"),
        Wallet(group="USDC", asset="USDC", amount=3_520, unit="USDC"),
        Wallet(group="BTC", asset="BTC", amount=0.113, unit="BTC"),
        Wallet(group="ETH", asset="ETH", amount=1.5, unit="ETH"),
    ),
)  # fmt: skip

_BYBIT = Book(
    venue="bybit",
    name="main",
    holdings=(
        Holding(symbol="BTCUSDT", side=LONG, contracts=0.4, entry=97_000, leverage=10,
                group="UNIFIED", adl=(2, 1)),
        Holding(symbol="ETHUSDT", side=SHORT, contracts=2.0, entry=3_950, leverage=10,
                group="UNIFIED", adl=(2, 5)),
        Holding(symbol="XRPUSDT", side=LONG, contracts=1_000, entry=2.4, leverage=5,
                group="UNIFIED", adl=(2, 1)),
        Holding(symbol="BTCPERP", side=LONG, contracts=0.05, entry=99_000, leverage=10,
                group="UNIFIED", adl=(1, 1)),
        Holding(symbol="BTCUSD", side=SHORT, contracts=3_000, entry=101_000, leverage=5,
                group="UNIFIED", adl=(3, 5)),
    ),
    wallets=(
        Wallet(group="UNIFIED", asset="USDT", amount=8_500, unit="USD"),
        Wallet(group="UNIFIED", asset="USDC", amount=2_000, unit="USD"),
        Wallet(group="UNIFIED", asset="BTC", amount=0.05, unit="USD"),
    ),
)  # fmt: skip

_OKX = Book(
    venue="okx",
    name="main",
    holdings=(
        Holding(symbol="BTC-USDT-SWAP", side=LONG, contracts=10, entry=99_000, leverage=10,
                group="CROSS", adl=(1, 1)),
        Holding(symbol="ETH-USDT-SWAP", side=LONG, contracts=50, entry=3_900, leverage=3,
                group="CROSS", mode=ISOLATED, margin=7_320, adl=(2, 1)),
        Holding(symbol="SOL-USDT-SWAP", side=SHORT, contracts=30, entry=205, leverage=5,
                group="CROSS", adl=(2, 4)),
        Holding(symbol="BTC-USD-SWAP", side=SHORT, contracts=50, entry=102_000, leverage=10,
                group="CROSS", mode=ISOLATED, margin=0.0033, adl=(3, 5)),
    ),
    wallets=(
        Wallet(group="CROSS", asset="USDT", amount=16_000, unit="USD"),
        Wallet(group="CROSS", asset="BTC", amount=0.02, unit="USD"),
    ),
)  # fmt: skip

_HYPERLIQUID = Book(
    venue="hyperliquid",
    name="main",
    holdings=(
        Holding(symbol="BTC", side=LONG, contracts=0.3, entry=99_500, leverage=10, group=""),
        Holding(symbol="ETH", side=LONG, contracts=1.5, entry=3_950, leverage=3, group="",
                mode=ISOLATED, margin=2_300),
        Holding(symbol="SOL", side=LONG, contracts=10, entry=190, leverage=5, group=""),
        Holding(symbol="XRP", side=SHORT, contracts=1_000, entry=2.6, leverage=5, group=""),
        Holding(symbol="xyz:XYZ100", side=LONG, contracts=0.4, entry=25_200, leverage=10,
                group="xyz", mode=ISOLATED, margin=1_220),
    ),
    wallets=(
        Wallet(group="", asset="USDC", amount=11_500, unit="USDC"),
        Wallet(group="xyz", asset="USDC", amount=150, unit="USDC"),
    ),
)  # fmt: skip

_PARADEX = Book(
    venue="paradex",
    name="main",
    holdings=(
        Holding(symbol="BTC-USD-PERP", side=LONG, contracts=0.2, entry=98_500, leverage=5,
                group="CROSS"),
        Holding(symbol="ETH-USD-PERP", side=LONG, contracts=2.0, entry=3_900, leverage=3,
                group="CROSS", mode=ISOLATED, margin=3_100),
        Holding(symbol="SOL-USD-PERP", side=SHORT, contracts=25, entry=204, leverage=5,
                group="CROSS"),
    ),
    wallets=(Wallet(group="CROSS", asset="USDC", amount=9_000, unit="USDC"),),
)  # fmt: skip

_GATE = Book(
    venue="gate",
    name="main",
    holdings=(
        Holding(symbol="BTC_USDT", side=LONG, contracts=2_000, entry=98_000, leverage=10,
                group="USDT", adl=(2, 1)),
        Holding(symbol="ETH_USDT", side=SHORT, contracts=150, entry=4_050, leverage=5,
                group="USDT", mode=ISOLATED, margin=1_500, adl=(2, 5)),
        Holding(symbol="SOL_USDT", side=LONG, contracts=30, entry=195, leverage=10,
                group="USDT", adl=(2, 1)),
        Holding(symbol="BTC_USD", side=SHORT, contracts=4_000, entry=101_500, leverage=10,
                group="BTC", mode=ISOLATED, margin=0.005, adl=(3, 5)),
        Holding(symbol="BTC_USD1", side=LONG, contracts=300, entry=97_000, leverage=3,
                group="USD1", mode=ISOLATED, margin=1_150, adl=(1, 1)),
        Holding(symbol="BTC_USDT_20301227", side=LONG, contracts=500, entry=99_000, leverage=3,
                group="USDT", mode=ISOLATED, margin=2_200, adl=(1, 1)),
    ),
    wallets=(Wallet(group="USDT", asset="USDT", amount=12_000, unit="USDT"),),
)  # fmt: skip

_GATE_UNIFIED = Book(
    venue="gate",
    name="unified",
    holdings=(
        Holding(symbol="ETH_USDT", side=LONG, contracts=200, entry=3_900, leverage=5,
                group="UNIFIED", adl=(2, 1)),
        Holding(symbol="BTC_USD1", side=SHORT, contracts=400, entry=102_000, leverage=5,
                group="UNIFIED", adl=(2, 4)),
    ),
    wallets=(
        Wallet(group="UNIFIED", asset="USDT", amount=6_000, unit="USD"),
        Wallet(group="UNIFIED", asset="BTC", amount=0.02, unit="USD"),
    ),
)  # fmt: skip

_DERIBIT = Book(
    venue="deribit",
    name="main",
    holdings=(
        Holding(symbol="BTC-PERPETUAL", side=LONG, contracts=2_000, entry=97_000, leverage=25,
                group="BTC"),
        Holding(symbol="ETH-PERPETUAL", side=SHORT, contracts=6_000, entry=4_100, leverage=25,
                group="ETH"),
        Holding(symbol="SOL_USDC-PERPETUAL", side=LONG, contracts=300, entry=195, leverage=20,
                group="USDC"),
        Holding(symbol="BTC_USDC-PERPETUAL", side=SHORT, contracts=50, entry=101_000, leverage=20,
                group="USDC"),
    ),
    wallets=(
        Wallet(group="BTC", asset="BTC", amount=0.12, unit="BTC"),
        Wallet(group="ETH", asset="ETH", amount=1.2, unit="ETH"),
        Wallet(group="USDC", asset="USDC", amount=3_000, unit="USDC"),
    ),
)  # fmt: skip

_CRYPTOCOM = Book(
    venue="cryptocom",
    name="main",
    holdings=(
        Holding(symbol="BTCUSD-PERP", side=SHORT, contracts=0.3, entry=101_500, leverage=50,
                group="CROSS"),
        Holding(symbol="ETHUSD-PERP", side=LONG, contracts=2.0, entry=3_950, leverage=50,
                group="CROSS"),
        Holding(symbol="BTCUSD-PERP", side=LONG, contracts=0.05, entry=99_000, leverage=10,
                group="CROSS", mode=ISOLATED, margin=2_300),
        Holding(symbol="SOLUSD-PERP", side=LONG, contracts=20, entry=196, leverage=5,
                group="CROSS", mode=ISOLATED, margin=1_740),
    ),
    wallets=(Wallet(group="CROSS", asset="USD", amount=7_000, unit="USD"),),
)  # fmt: skip

BOOKS = {
    (book.venue, book.name): book
    for book in (
        _BINANCE,
        _BYBIT,
        _OKX,
        _HYPERLIQUID,
        _PARADEX,
        _GATE,
        _GATE_UNIFIED,
        _DERIBIT,
        _CRYPTOCOM,
    )
}
