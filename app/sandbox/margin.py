"""Margin arithmetic of one account: the formulas of docs/figures.md, as venues apply them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.domain.position import MarginMode, Side
from app.sandbox.contracts import LINEAR, STABLE, Contract
from app.sandbox.listings import contract


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """An open position as it was entered; everything else follows from the market.

    ``margin`` is the isolated wallet in settle asset (cross positions use ``group``'s wallets).
    ``adl`` is the venue's own rank in a calm market and under full stress (bars, where the venue
    counts its ranks from the other end).
    """

    symbol: str
    side: Side
    contracts: float
    entry: float
    leverage: int
    group: str
    mode: MarginMode = MarginMode.CROSS
    margin: float = 0.0
    adl: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """Cross collateral: ``amount`` of ``asset`` in margin ``group``, which counts in ``unit``."""

    group: str
    asset: str
    amount: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One trading account at one venue."""

    venue: str
    name: str
    holdings: tuple[Holding, ...] = ()
    wallets: tuple[Wallet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionFigures:
    """A position at one instant. Money is in the settle asset unless it says USD.

    ``balance`` is the margin balance behind it: isolated wallet and profit, or the group's balance
    less the maintenance of its other positions. ``liquidation`` and ``bankruptcy`` are ``None``
    where no such price exists.
    """

    holding: Holding
    contract: Contract
    mark: float
    value: float
    value_usd: float
    pnl: float
    initial: float
    maintenance: float
    rate: float
    amount: float
    balance: float
    liquidation: float | None
    bankruptcy: float | None
    adl: int

    @property
    def isolated(self) -> bool:
        return self.holding.mode is MarginMode.ISOLATED

    @property
    def signed(self) -> float:
        """Contracts, negative for a short."""
        return self.holding.side.sign * self.holding.contracts


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """A cross margin group at one instant, in its unit."""

    group: str
    unit: str
    wallet: float = 0.0
    pnl: float = 0.0
    initial: float = 0.0
    maintenance: float = 0.0

    @property
    def balance(self) -> float:
        return self.wallet + self.pnl


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFigures:
    """Everything a venue derives for one account from its marks."""

    book: Book
    positions: tuple[PositionFigures, ...]
    groups: Mapping[str, GroupFigures]
    prices: Mapping[str, float]

    def usd(self, asset: str) -> float:
        """USD per unit of ``asset``."""
        return price(self.prices, asset)


def price(prices: Mapping[str, float], asset: str) -> float:
    """USD per unit of ``asset``; stablecoins are 1."""
    return 1.0 if asset in STABLE else prices[asset]


def profit(spec: Contract, side: Side, contracts: float, entry: float, mark: float) -> float:
    """Unrealised profit in settle asset: s·q·(M − E), inverse s·n·c·(1/E − 1/M)."""
    units = side.sign * contracts * spec.size
    return units * (mark - entry) if spec.kind is LINEAR else units * (1 / entry - 1 / mark)


def limit_price(
    spec: Contract,
    side: Side,
    contracts: float,
    *,
    mark: float,
    balance: float,
    rate: float,
    amount: float,
) -> float | None:
    """The price at which ``balance`` (at ``mark``) meets maintenance rate × value − amount.

    With the tier's rate and amount it is the liquidation price, with zeros the bankruptcy price.
    ``None`` for a position collateral covers at any price.
    """
    sign, units = side.sign, contracts * spec.size
    if spec.kind is LINEAR:
        found = (sign * units * mark - balance - amount) / (units * (sign - rate))
    else:
        below = balance + amount + sign * units / mark
        if sign * below <= 0:
            return None
        found = units * (sign + rate) / below
    return found if found > 0 else None


def account(book: Book, prices: Mapping[str, float], stress: float) -> AccountFigures:
    """All figures of ``book`` at ``prices``; ``stress`` 0..1 moves ADL ranks from calm to full."""
    parts = [_part(book, holding, prices, stress) for holding in book.holdings]
    groups = {
        group: _group(group, book.wallets, [p for p in parts if not p.isolated], prices)
        for group in dict.fromkeys([w.group for w in book.wallets])
    }
    positions = tuple(_backed(part, groups, prices) for part in parts)
    return AccountFigures(book=book, positions=positions, groups=groups, prices=prices)


def _part(
    book: Book, holding: Holding, prices: Mapping[str, float], stress: float
) -> PositionFigures:
    spec = contract(book.venue, holding.symbol)
    if spec is None:
        raise ValueError(f"{book.venue} lists no {holding.symbol}")
    mark = prices[spec.base]
    value = spec.value(holding.contracts, mark)
    tier = spec.tier(value)
    pnl = profit(spec, holding.side, holding.contracts, holding.entry, mark)
    calm, stressed = holding.adl
    return PositionFigures(
        holding=holding,
        contract=spec,
        mark=mark,
        value=value,
        value_usd=value * price(prices, spec.settle),
        pnl=pnl,
        initial=value / holding.leverage,
        maintenance=value * tier.rate - tier.amount,
        rate=tier.rate,
        amount=tier.amount,
        balance=holding.margin + pnl,
        liquidation=None,
        bankruptcy=None,
        adl=round(calm + stress * (stressed - calm)),
    )


def _group(
    group: str,
    wallets: Iterable[Wallet],
    cross: Iterable[PositionFigures],
    prices: Mapping[str, float],
) -> GroupFigures:
    mine = [wallet for wallet in wallets if wallet.group == group]
    unit = mine[0].unit
    rate = price(prices, unit)
    members = [
        (p, price(prices, p.contract.settle) / rate) for p in cross if p.holding.group == group
    ]
    return GroupFigures(
        group=group,
        unit=unit,
        wallet=sum(w.amount * price(prices, w.asset) / rate for w in mine),
        pnl=sum(p.pnl * factor for p, factor in members),
        initial=sum(p.initial * factor for p, factor in members),
        maintenance=sum(p.maintenance * factor for p, factor in members),
    )


def _backed(
    part: PositionFigures, groups: Mapping[str, GroupFigures], prices: Mapping[str, float]
) -> PositionFigures:
    balance = part.balance
    if not part.isolated:
        group = groups[part.holding.group]
        factor = price(prices, group.unit) / price(prices, part.contract.settle)
        balance = (group.balance - group.maintenance) * factor + part.maintenance

    def at(rate: float, amount: float) -> float | None:
        return limit_price(
            part.contract, part.holding.side, part.holding.contracts,
            mark=part.mark, balance=balance, rate=rate, amount=amount,
        )  # fmt: skip

    return replace(
        part,
        balance=balance,
        liquidation=at(part.rate, part.amount),
        bankruptcy=at(0.0, 0.0),
    )
