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

BOOKS = {(book.venue, book.name): book for book in (_BINANCE, _BYBIT, _OKX, _HYPERLIQUID)}
