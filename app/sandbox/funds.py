"""The venues' insurance funds: who stands behind what, opening balances, and what a scenario takes.

Layouts are the venues' own: Binance pools several assets behind a list of symbols; Bybit has
shared pools, refreshed once a day, and isolated ones; OKX one per contract family, daily; for
Hyperliquid the vaults; Gate one per settle currency, daily; Paradex one, a part of a vault; Crypto.com
one. Only one Binance pool ever drains, and those of Paradex and Crypto.com, of which more is asked
than they hold. Deribit publishes no balance: what its bankrupt cost stands in ``deribit_market``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIQUIDATOR = "0x2e3d94f0562703b25c83308a05046ddaf9a8dd14"
BESIDE = "0x63c621a33714ec48660e32f2374895c8026a3a00"
LIQUIDATORS = {LIQUIDATOR: "liquidator", BESIDE: "liquidator-beside-hlp"}
"""Hyperliquid's liquidator vaults, the one inside HLP and the one beside it, and their pools."""
HLP = "0xdfc24b077bc1425ad1dea75bcb6f8158e10df303"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One fund; ``key`` is the one Seawall gives it when reading the venue.

    ``assets`` are opening amounts, ``taken`` per scenario the fraction it loses. ``cadence`` is
    seconds between the venue's refreshes; a fund with ``daily_at`` is refreshed at
    that hour, UTC.
    """

    venue: str
    key: str
    symbols: tuple[str, ...]
    assets: Mapping[str, float]
    cadence: int
    daily_at: int | None = None
    taken: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def stamp(self, at: datetime) -> datetime:
        """The time the venue states on a balance read at ``at``: its last refresh."""
        if self.daily_at is not None:
            today = at.replace(hour=self.daily_at, minute=0, second=0, microsecond=0)
            return today if today <= at else today - timedelta(days=1)
        seconds = at.timestamp()
        return datetime.fromtimestamp(seconds - seconds % self.cadence, tz=at.tzinfo)

    def amount(self, asset: str, scenario: str, drained: float) -> float:
        """The balance the venue shows, in ``asset``; a daily figure does not move with the day."""
        if self.daily_at is not None:
            return self.assets[asset]
        return self.assets[asset] * (1 - drained * self.taken.get(scenario, {}).get(asset, 0.0))


def _steady(fraction: float, *assets: str) -> dict[str, dict[str, float]]:
    return {"crash": dict.fromkeys(assets, fraction)}


def _okx(kind: str, family: str, asset: str, amount: float, *symbols: str) -> Pool:
    return Pool(
        venue="okx", key=f"{kind.lower()}:{family.lower()}", symbols=symbols, assets={asset: amount},
        cadence=86_400, daily_at=8,
    )  # fmt: skip


def _gate(key: str, asset: str, amount: float, *symbols: str) -> Pool:
    return Pool(
        venue="gate", key=key, symbols=symbols, assets={asset: amount}, cadence=86_400, daily_at=0
    )


POOLS = (
    Pool(
        venue="binance",
        key="usdm:btc-eth-bnb",
        symbols=("BNBUSDT", "BTCUSDT", "ETHUSDT"),
        assets={"USDT": 812_450_000.0, "USDC": 210_000_000.0, "BTC": 61.73},
        cadence=10,
        taken={
            "crash": {"USDT": 0.176, "USDC": 0.052},
            "fund_drain": {"USDT": 0.2115, "USDC": 0.0635},
        },
    ),
    Pool(
        venue="binance",
        key="usdm:solusdt",
        symbols=("SOLUSDT", "XRPUSDT"),
        assets={"USDT": 314_151_411.0},
        cadence=10,
        taken=_steady(0.004, "USDT"),
    ),
    Pool(
        venue="binance",
        key="usdm:btcusdc",
        symbols=("BTCUSDC", "ETHUSDC"),
        assets={"USDC": 120_400_000.0},
        cadence=10,
        taken=_steady(0.003, "USDC"),
    ),
    Pool(
        venue="binance",
        key="usdm:wifusdt",
        symbols=("WIFUSDT",),
        assets={"USDT": 5_166_686.0},
        cadence=10,
        taken=_steady(0.008, "USDT"),
    ),
    Pool(
        venue="bybit",
        key="usdt:btcusdt-ethusdt-solusdt",
        symbols=("BTCUSDT", "ETHUSDT", "SOLUSDT"),
        assets={"USDT": 286_400_000.0},
        cadence=86_400,
        daily_at=0,
    ),
    Pool(
        venue="bybit",
        key="usdc:btcperp-ethperp",
        symbols=("BTCPERP", "ETHPERP"),
        assets={"USDC": 24_800_000.0},
        cadence=86_400,
        daily_at=0,
    ),
    Pool(
        venue="bybit",
        key="btc:btcusd-ethusd",
        symbols=("BTCUSD", "ETHUSD"),
        assets={"BTC": 412.5},
        cadence=86_400,
        daily_at=0,
    ),
    Pool(
        venue="bybit",
        key="usdt:xrpusdt",
        symbols=("XRPUSDT",),
        assets={"USDT": 3_900_000.0},
        cadence=60,
        taken=_steady(0.005, "USDT"),
    ),
    Pool(
        venue="bybit",
        key="usdt:wifusdt",
        symbols=("WIFUSDT",),
        assets={"USDT": 351_200.0},
        cadence=60,
        taken=_steady(0.009, "USDT"),
    ),
    _okx("SWAP", "BTC-USDT", "USDT", 28_412_000.0, "BTC-USDT-SWAP"),
    _okx("SWAP", "ETH-USDT", "USDT", 17_260_000.0, "ETH-USDT-SWAP"),
    _okx("SWAP", "SOL-USDT", "USDT", 6_120_000.0, "SOL-USDT-SWAP"),
    _okx("SWAP", "XRP-USDT", "USDT", 1_180_000.0, "XRP-USDT-SWAP"),
    _okx("SWAP", "WIF-USDT", "USDT", 264_000.0, "WIF-USDT-SWAP"),
    _okx("SWAP", "BTC-USD", "BTC", 214.7, "BTC-USD-SWAP"),
    _okx("SWAP", "ETH-USD", "ETH", 1_343.1308, "ETH-USD-SWAP"),
    _okx("FUTURES", "BTC-USDT", "USDT", 9_400_000.0, "BTC-USDT-301227"),
    Pool(
        venue="hyperliquid",
        key="hlp",
        symbols=(),
        assets={"USDC": 382_600_000.0},
        cadence=1,
        taken=_steady(-0.004, "USDC"),
    ),
    Pool(
        venue="hyperliquid",
        key="liquidator",
        symbols=("BTC", "ETH", "SOL", "XRP", "WIF"),
        assets={"USDC": 31_250_000.0},
        cadence=1,
        taken=_steady(0.006, "USDC"),
    ),
    Pool(
        venue="hyperliquid",
        key="liquidator-beside-hlp",
        symbols=(),
        assets={"USDC": 2_310_000.0},
        cadence=1,
    ),
    Pool(
        venue="paradex",
        key="insurance",
        symbols=("BTC-USD-PERP", "ETH-USD-PERP", "SOL-USD-PERP"),
        assets={"USDC": 1_400_000.0},
        cadence=1,
        taken={"crash": {"USDC": 1.3}, "fund_drain": {"USDC": 1.12}},
    ),
    Pool(
        venue="paradex",
        key="gigavault",
        symbols=(),
        assets={"USDC": 210_000_000.0},
        cadence=1,
        taken={"crash": {"USDC": 0.0087}, "fund_drain": {"USDC": 0.0075}},
    ),
    Pool(
        venue="cryptocom",
        key="usd",
        symbols=(),
        assets={"USD": 6_200_000.0},
        cadence=60,
        taken={"crash": {"USD": 1.25}, "fund_drain": {"USD": 1.05}},
    ),
    _gate("usdt", "USDT", 134_492_000.0, "BTC_USDT", "ETH_USDT", "SOL_USDT", "WIF_USDT"),
    _gate("btc", "BTC", 83.0031, "BTC_USD"),
    _gate("usd1", "USD1", 260_000.0, "BTC_USD1"),
    _gate("delivery_usdt", "USDT", 102_918.0, "BTC_USDT_20301227"),
)
OKX_TOTAL_USD = 1_369_179_138.7489
"""The sum OKX publishes beside every family's balance; it stands behind no contract."""


def pools(venue: str) -> Iterator[Pool]:
    """A venue's funds."""
    return (pool for pool in POOLS if pool.venue == venue)


def pool(venue: str, key: str) -> Pool:
    """One fund by its key. Raises ``StopIteration`` when there is none."""
    return next(p for p in pools(venue) if p.key == key)


def pool_of(venue: str, symbol: str) -> Pool | None:
    """The fund that stands behind a contract, if the venue names one."""
    return next((p for p in pools(venue) if symbol in p.symbols), None)
