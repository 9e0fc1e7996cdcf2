"""What each sandbox venue lists: symbols, ticks, margin tiers, opening open interest."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.position import ContractKind
from app.sandbox.contracts import INVERSE, LINEAR, Contract, Tier, tiers

MAJOR = tiers((0, 0.004, 125), (300_000, 0.005, 100), (800_000, 0.0065, 75), (3_000_000, 0.01, 50))
LARGE = tiers((0, 0.005, 100), (50_000, 0.0065, 75), (500_000, 0.01, 50))
SMALL = tiers((0, 0.01, 50), (5_000, 0.015, 40), (25_000, 0.02, 25), (250_000, 0.05, 10))
COIN = tiers((0, 0.004, 125), (5, 0.005, 100), (10, 0.01, 50))
COIN_LARGE = tiers((0, 0.005, 100), (100, 0.01, 50))
_DELIVERY = 1_924_588_800_000  # 2030-12-27 08:00 UTC

_BASES: dict[str, tuple[float, tuple[Tier, ...]]] = {
    "BTC": (0.1, MAJOR),
    "ETH": (0.01, MAJOR),
    "BNB": (0.01, LARGE),
    "SOL": (0.01, LARGE),
    "XRP": (0.0001, LARGE),
    "WIF": (0.0001, SMALL),
}
"""Tick and tiers of linear contracts at the key venues; Bybit's majors have the tiers of large ones."""


def _linear(
    venue: str,
    symbol: str,
    base: str,
    *,
    step: float,
    interest: float,
    settle: str = "USDT",
    size: float = 1.0,
    expires: int | None = None,
) -> Contract:
    tick, margin = _BASES[base]
    if venue == "bybit" and margin is MAJOR:
        margin = LARGE
    return Contract(
        venue=venue, symbol=symbol, base=base, quote=settle, settle=settle, kind=LINEAR,
        tick=tick, step=step, tiers=margin, open_interest=interest, size=size, expires=expires,
    )  # fmt: skip


def _inverse(
    venue: str, symbol: str, base: str, *, size: float, interest: float, expires: int | None = None
) -> Contract:
    return Contract(
        venue=venue, symbol=symbol, base=base, quote="USD", settle=base, kind=INVERSE,
        tick=_BASES[base][0], step=1.0, tiers=COIN if base == "BTC" else COIN_LARGE,
        open_interest=interest, size=size, expires=expires,
    )  # fmt: skip


def _dex(
    symbol: str,
    *,
    tick: float,
    step: float,
    leverage: int,
    interest: float,
    more: tuple[tuple[float, int], ...] = (),
    dex: str = "",
) -> Contract:
    """Hyperliquid: maintenance is half the initial margin at the tier's maximal leverage."""
    steps = ((0.0, leverage), *more)
    return Contract(
        venue="hyperliquid", symbol=symbol, base=symbol, quote="USDC", settle="USDC", kind=LINEAR,
        tick=tick, step=step, tiers=tiers(*((floor, 0.5 / most, most) for floor, most in steps)),
        open_interest=interest, dex=dex,
    )  # fmt: skip


def _paradex(base: str, *, tick: float, step: float, leverage: int, interest: float) -> Contract:
    """Paradex: maintenance is half the initial margin, whatever the size."""
    return Contract(
        venue="paradex", symbol=f"{base}-USD-PERP", base=base, quote="USD", settle="USDC",
        kind=LINEAR, tick=tick, step=step, tiers=tiers((0, 0.5 / leverage, leverage)),
        open_interest=interest,
    )  # fmt: skip


def _cryptocom(
    symbol: str,
    base: str,
    *,
    step: float,
    leverage: int,
    interest: float,
    expires: int | None = None,
) -> Contract:
    """Crypto.com: maintenance is half the initial margin, and quantities are in coins."""
    return Contract(
        venue="cryptocom", symbol=symbol, base=base, quote="USD", settle="USD", kind=LINEAR,
        tick=_BASES[base][0], step=step, tiers=tiers((0, 0.5 / leverage, leverage)),
        open_interest=interest, expires=expires,
    )  # fmt: skip


_LISTED = (
    _linear("binance", "BTCUSDT", "BTC", step=0.001, interest=85_000),
    _linear("binance", "ETHUSDT", "ETH", step=0.001, interest=1_600_000),
    _linear("binance", "BNBUSDT", "BNB", step=0.01, interest=600_000),
    _linear("binance", "SOLUSDT", "SOL", step=0.01, interest=8_000_000),
    _linear("binance", "XRPUSDT", "XRP", step=0.1, interest=400_000_000),
    _linear("binance", "WIFUSDT", "WIF", step=0.1, interest=60_000_000),
    _linear("binance", "BTCUSDC", "BTC", step=0.001, interest=9_000, settle="USDC"),
    _linear("binance", "ETHUSDC", "ETH", step=0.001, interest=150_000, settle="USDC"),
    _inverse("binance", "BTCUSD_PERP", "BTC", size=100, interest=4_200_000),
    _inverse("binance", "ETHUSD_PERP", "ETH", size=10, interest=18_000_000),
    _inverse("binance", "BTCUSD_301227", "BTC", size=100, interest=300_000, expires=_DELIVERY),
    _linear("bybit", "BTCUSDT", "BTC", step=0.001, interest=52_000),
    _linear("bybit", "ETHUSDT", "ETH", step=0.01, interest=900_000),
    _linear("bybit", "SOLUSDT", "SOL", step=0.1, interest=4_500_000),
    _linear("bybit", "XRPUSDT", "XRP", step=0.1, interest=220_000_000),
    _linear("bybit", "WIFUSDT", "WIF", step=1, interest=35_000_000),
    _linear("bybit", "BTCPERP", "BTC", step=0.001, interest=4_000, settle="USDC"),
    _linear("bybit", "ETHPERP", "ETH", step=0.01, interest=60_000, settle="USDC"),
    _inverse("bybit", "BTCUSD", "BTC", size=1, interest=330_000_000),
    _inverse("bybit", "ETHUSD", "ETH", size=1, interest=90_000_000),
    _linear("okx", "BTC-USDT-SWAP", "BTC", step=0.01, interest=2_500_000, size=0.01),
    _linear("okx", "ETH-USDT-SWAP", "ETH", step=0.01, interest=5_000_000, size=0.1),
    _linear("okx", "SOL-USDT-SWAP", "SOL", step=0.01, interest=2_800_000),
    _linear("okx", "XRP-USDT-SWAP", "XRP", step=0.01, interest=2_800_000, size=100),
    _linear("okx", "WIF-USDT-SWAP", "WIF", step=1, interest=21_000_000),
    _linear("okx", "BTC-USDT-301227", "BTC", step=0.1, interest=140_000, size=0.01, expires=_DELIVERY),
    _inverse("okx", "BTC-USD-SWAP", "BTC", size=100, interest=3_600_000),
    _inverse("okx", "ETH-USD-SWAP", "ETH", size=10, interest=11_000_000),
    _dex("BTC", tick=1, step=0.00001, leverage=40, interest=31_000, more=((150_000_000, 20),)),
    _dex("ETH", tick=0.1, step=0.0001, leverage=25, interest=620_000, more=((100_000_000, 15),)),
    _dex("SOL", tick=0.01, step=0.01, leverage=20, interest=3_900_000),
    _dex("XRP", tick=0.0001, step=1, leverage=20, interest=120_000_000),
    _dex("WIF", tick=0.0001, step=1, leverage=5, interest=14_000_000),
    _dex("xyz:XYZ100", tick=1, step=0.0001, leverage=20, interest=3_100, dex="xyz"),
    _paradex("BTC", tick=0.1, step=0.00001, leverage=50, interest=3_000),
    _paradex("ETH", tick=0.01, step=0.0001, leverage=50, interest=40_000),
    _paradex("SOL", tick=0.001, step=0.001, leverage=20, interest=300_000),
    _linear("gate", "BTC_USDT", "BTC", step=1, interest=400_000_000, size=0.0001),
    _linear("gate", "ETH_USDT", "ETH", step=1, interest=60_000_000, size=0.01),
    _linear("gate", "SOL_USDT", "SOL", step=1, interest=5_000_000),
    _linear("gate", "WIF_USDT", "WIF", step=1, interest=2_000_000, size=10),
    _inverse("gate", "BTC_USD", "BTC", size=1, interest=25_000_000),
    _linear("gate", "BTC_USD1", "BTC", step=1, interest=2_000_000, settle="USD1", size=0.0001),
    _linear("gate", "BTC_USDT_20301227", "BTC", step=1, interest=100_000, size=0.0001, expires=_DELIVERY),
    _inverse("deribit", "BTC-PERPETUAL", "BTC", size=10, interest=90_000_000),
    _inverse("deribit", "ETH-PERPETUAL", "ETH", size=1, interest=400_000_000),
    _inverse("deribit", "BTC-27DEC30", "BTC", size=10, interest=6_000_000, expires=_DELIVERY),
    _linear("deribit", "BTC_USDC-PERPETUAL", "BTC", step=1, interest=2_000_000, settle="USDC", size=0.001),
    _linear("deribit", "SOL_USDC-PERPETUAL", "SOL", step=1, interest=3_000_000, settle="USDC", size=0.1),
    _cryptocom("BTCUSD-PERP", "BTC", step=0.0001, leverage=50, interest=4_800),
    _cryptocom("ETHUSD-PERP", "ETH", step=0.0001, leverage=50, interest=70_000),
    _cryptocom("SOLUSD-PERP", "SOL", step=0.01, leverage=20, interest=900_000),
    _cryptocom("BTCUSD-301227", "BTC", step=0.0001, leverage=50, interest=150, expires=_DELIVERY),
)  # fmt: skip
_BY_KEY = {(spec.venue, spec.symbol): spec for spec in _LISTED}


def contract(venue: str, symbol: str) -> Contract | None:
    """A contract by its native symbol, if the venue lists it."""
    return _BY_KEY.get((venue, symbol))


def contracts(venue: str, kind: ContractKind | None = None) -> Iterator[Contract]:
    """A venue's contracts in listing order, of one kind or both."""
    return (spec for spec in _LISTED if spec.venue == venue and kind in {None, spec.kind})
