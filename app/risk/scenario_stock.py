"""What is stored of a venue, gathered for a scenario; and which coin a contract is of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.fund import FundState, MarketStat, PoolReading
from app.domain.loss_model import LossModel
from app.domain.market_risk import MarketRisk
from app.domain.session import SessionRule
from app.domain.verdict import Assessment

MULTIPLE = re.compile(r"^(?:1000+|1M|k(?=[A-Z]))(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A position as it is stored: its id, its account's label, what it means."""

    id: str
    account: str
    assessment: Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueStock:
    """Everything stored of a venue. ``every_scope`` are the ids of all its scopes, ``settled``
    those of contracts settled in one asset, by that asset.

    ``no_fund`` says why no fund of it can be known, where that is so.
    """

    venue: str
    name: str
    loss_model: LossModel
    session: SessionRule | None
    every_scope: Collection[str]
    no_fund: str | None
    settled: Mapping[str, Collection[str]] = field(default_factory=dict)
    pools: Sequence[PoolReading] = ()
    states: Mapping[str, FundState] = field(default_factory=dict)
    stats: Mapping[str, MarketStat] = field(default_factory=dict)
    risks: Mapping[str, MarketRisk] = field(default_factory=dict)
    held: Sequence[Held] = ()


def coin(symbol: str) -> str:
    """The coin of a unified symbol, the same at every venue: ``PEPE`` of ``1000PEPE/USDT:USDT``."""
    return MULTIPLE.sub("", symbol.partition("/")[0])


def betas_of(stocks: Iterable[VenueStock]) -> Mapping[str, float]:
    """A coin's beta as measured at some venue, for the venues where it is not."""
    found: dict[str, float] = {}
    for stock in stocks:
        for symbol, risk in stock.risks.items():
            if risk.beta is not None:
                found.setdefault(base_in(stock, symbol), risk.beta)
    return found


def base_in(stock: VenueStock, symbol: str) -> str:
    """The coin of a contract by the venue's own name; that name where nothing else is known."""
    stat = stock.stats.get(symbol)
    return coin(stat.symbol) if stat is not None and stat.symbol else symbol
