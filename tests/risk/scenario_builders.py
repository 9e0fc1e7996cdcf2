"""Venues for scenarios: a small one by hand, and many by chance."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from app.domain.position import Side
from app.domain.scenario import (
    AfterFund,
    PoolOutcome,
    ScenarioContract,
    ScenarioOutcome,
    ScenarioPool,
    ScenarioPosition,
    ScenarioVenue,
    Spread,
)
from app.risk.scenario_draws import Draws
from tests.risk.scenario_reference import Unknowns

KINDS = (AfterFund.ADL, AfterFund.ADL, AfterFund.HAIRCUT, AfterFund.WITHDRAWALS)


def a_contract(symbol: str = "BTCUSDT", **fields: Any) -> ScenarioContract:
    """A billion of open interest."""
    values: dict[str, Any] = {"base": symbol.removesuffix("USDT"), "open_interest_usd": 1e9}
    return ScenarioContract(native_symbol=symbol, **(values | fields))


def a_pool(*contracts: ScenarioContract, **fields: Any) -> ScenarioPool:
    """Ten million behind bitcoin."""
    values: dict[str, Any] = {"key": "main", "name": "Main fund", "balance_usd": 1e7}
    return ScenarioPool(contracts=contracts or (a_contract(),), **(values | fields))


def a_held_position(**fields: Any) -> ScenarioPosition:
    """A short of 100,000 USD of bitcoin, 5 % in profit, liquidated 30 % above the mark."""
    values: dict[str, Any] = {
        "id": "p1", "venue": "alpha", "account": "main", "symbol": "BTC/USDT:USDT",
        "native_symbol": "BTCUSDT", "base": "BTC", "side": Side.SHORT, "notional_usd": 1e5,
        "mark_price": 60_000.0, "liquidation_price": 78_000.0, "bankruptcy_price": 78_600.0,
        "profit_usd": 5e3, "pool": "main",
    }  # fmt: skip
    return ScenarioPosition(**(values | fields))


def a_venue(*pools: ScenarioPool, **fields: Any) -> ScenarioVenue:
    """A venue that deleverages."""
    values: dict[str, Any] = {"venue": "alpha", "name": "Alpha", "after_fund": AfterFund.ADL}
    return ScenarioVenue(pools=pools or (a_pool(),), **(values | fields))


def altcoins(balance: float | None = 1e7, **venue: Any) -> ScenarioVenue:
    """Three contracts of a billion each behind one fund."""
    contracts = (a_contract(), a_contract("SOLUSDT", beta=1.5), a_contract("XUSDT"))
    return replace(a_venue(a_pool(*contracts, balance_usd=balance)), **venue)


def known(spread: Spread | None) -> Spread:
    assert spread is not None
    return spread


def only_pool(outcome: ScenarioOutcome) -> PoolOutcome:
    return outcome.venues[0].pools[0]


def many_venues(
    seed: int, *, venues: int, pools: int, contracts: int, positions: int
) -> tuple[ScenarioVenue, ...]:
    """``contracts`` a pool, ``positions`` in all, a third of the betas and standings not known."""
    chance = random.Random(seed)
    bases = ["BTC", "ETH", *(f"C{number}" for number in range(40))]
    names = [f"v{number}" for number in range(venues)]
    made: dict[str, list[ScenarioPool]] = {
        name: [_pool(chance, f"p{number}", bases, contracts) for number in range(pools)]
        for name in names
    }
    held: dict[str, list[ScenarioPosition]] = {name: [] for name in names}
    for number in range(positions):
        name = names[number % venues]
        held[name].append(_position(chance, str(number), name, chance.choice(made[name])))
    return tuple(
        ScenarioVenue(
            venue=name,
            name=name.upper(),
            pools=tuple(made[name]),
            after_fund=KINDS[number % len(KINDS)],
            positions=tuple(held[name]),
        )
        for number, name in enumerate(names)
    )


def unknowns(draws: Draws) -> Iterator[Unknowns]:
    """The same draws, one at a time, as plain numbers."""
    venues = {
        name: {figure: values.tolist() for figure, values in asdict(own).items()}
        for name, own in draws.venues.items()
    }
    coins = {name: values.tolist() for name, values in draws.coins.items()}
    for number, impact in enumerate(draws.impact.tolist()):
        yield Unknowns(
            impact=impact,
            venues={name: _at(own, number) for name, own in venues.items()},
            coins=_at(coins, number),
        )


def _at(figures: Mapping[str, list[float]], number: int) -> dict[str, float]:
    return {name: values[number] for name, values in figures.items()}


def _pool(chance: random.Random, key: str, bases: list[str], contracts: int) -> ScenarioPool:
    behind = tuple(
        ScenarioContract(
            native_symbol=f"{base}-{key}",
            base=base,
            open_interest_usd=10 ** chance.uniform(6, 9),
            beta=None if chance.random() < 0.3 else chance.uniform(-0.2, 2.0),
            daily_volatility=None if chance.random() < 0.3 else chance.uniform(0.02, 0.1),
        )
        for base in chance.sample(bases, contracts)
    )
    interest = sum(one.open_interest_usd for one in behind)
    balance = interest * 10 ** chance.uniform(-3, -1.5)
    return ScenarioPool(key=key, name=key, balance_usd=balance, contracts=behind)


def _position(chance: random.Random, name: str, venue: str, pool: ScenarioPool) -> ScenarioPosition:
    contract, side = chance.choice(pool.contracts), chance.choice(list(Side))
    way = chance.uniform(0.02, 0.5)
    return ScenarioPosition(
        id=name,
        venue=venue,
        account="main",
        symbol=contract.native_symbol,
        native_symbol=contract.native_symbol,
        base=contract.base,
        side=side,
        notional_usd=10 ** chance.uniform(3, 6),
        mark_price=100.0,
        liquidation_price=100 * (1 - side.sign * way),
        bankruptcy_price=100 * (1 - side.sign * (way + 0.01)),
        profit_usd=chance.gauss(0, 1000),
        standing=None if chance.random() < 0.3 else chance.random(),
        pool=pool.key,
    )
