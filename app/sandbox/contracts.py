"""Contracts and their margin tiers; ``listings`` has those of each venue."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.position import ContractKind

LINEAR, INVERSE = ContractKind.LINEAR, ContractKind.INVERSE

OPENING_PRICES = {
    "BTC": 100_000.0,
    "ETH": 4_000.0,
    "BNB": 1_000.0,
    "SOL": 200.0,
    "XRP": 2.5,
    "WIF": 1.0,
    "xyz:XYZ100": 25_000.0,
}
"""Mark prices at the start of every scenario, the same at every venue; round, to check by hand."""

STABLE = frozenset({"USD", "USDT", "USDC", "USD1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A margin tier: from ``floor`` (position value in settle asset) maintenance is rate × value − amount."""

    floor: float
    rate: float
    amount: float
    max_leverage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One listed contract. ``size`` is base units (linear) or USD (inverse) per contract.

    ``open_interest`` is one side, in contracts. ``expires`` is milliseconds since 1970, UTC.
    """

    venue: str
    symbol: str
    base: str
    quote: str
    settle: str
    kind: ContractKind
    tick: float
    step: float
    tiers: tuple[Tier, ...]
    open_interest: float
    size: float = 1.0
    expires: int | None = None
    dex: str = ""

    def value(self, contracts: float, price: float) -> float:
        """Position value in the settle asset: q·P linear, n·c/P inverse."""
        units = contracts * self.size
        return units * price if self.kind is LINEAR else units / price

    def tier(self, value: float) -> Tier:
        """The tier a position of ``value`` (settle asset) falls in."""
        return [tier for tier in self.tiers if tier.floor <= value][-1]


def tiers(*steps: tuple[float, float, int]) -> tuple[Tier, ...]:
    """Tiers from (floor, rate, maximal leverage); amounts follow, so maintenance is continuous."""
    result: list[Tier] = []
    for floor, rate, leverage in steps:
        last = result[-1] if result else None
        amount = last.amount + floor * (rate - last.rate) if last else 0.0
        result.append(Tier(floor=floor, rate=rate, amount=round(amount, 8), max_leverage=leverage))
    return tuple(result)
