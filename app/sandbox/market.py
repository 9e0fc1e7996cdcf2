"""One small market: prices, open interest, funds, ADL and accounts that move together.

The market is a pure function of the scenario, the seconds since it began, and the clock.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.sandbox.contracts import Contract
from app.sandbox.funds import Pool
from app.sandbox.funds import pool as find_pool
from app.sandbox.funds import pools as all_pools
from app.sandbox.history import past_amount
from app.sandbox.holdings import BOOKS
from app.sandbox.margin import AccountFigures, Book, account, price
from app.sandbox.scenarios import SCENARIOS, SETTLED, Frame

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, when nobody injects another."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFigures:
    """A fund at one instant, as its venue would state it."""

    pool: Pool
    amounts: dict[str, float]
    at: datetime
    usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketState:
    """The market at one instant. Index and last price stand beside the mark, never on it."""

    at: datetime
    opened_at: datetime
    scenario: str
    elapsed: float
    frame: Frame

    def mark(self, spec: Contract) -> float:
        """Mark price in quote."""
        return self.frame.prices[spec.base]

    def index(self, spec: Contract) -> float:
        """Index price, 0.02 % below the mark."""
        return self.mark(spec) * 0.9998

    def last(self, spec: Contract) -> float:
        """Last trade, 0.03 % above the mark."""
        return self.mark(spec) * 1.0003

    def open_interest(self, spec: Contract) -> float:
        """One side, in contracts."""
        return spec.open_interest * self.frame.open_interest

    def stress(self, venue: str) -> float:
        """0 in an ordinary market, 1 when the venue's ADL queue is moving."""
        return self.frame.stress[venue]

    @property
    def settled_at(self) -> datetime | None:
        """When the session of the scenario's losses was settled, once it is; never in calm."""
        since = self.elapsed - SETTLED.get(self.scenario, math.inf)
        return self.at - timedelta(seconds=since) if since >= 0 else None

    def usd(self, asset: str) -> float:
        """USD per unit of an asset."""
        return price(self.frame.prices, asset)

    def account(self, venue: str, name: str) -> AccountFigures:
        """Figures of an account; one without a book holds nothing."""
        book = BOOKS.get((venue, name), Book(venue=venue, name=name))
        return account(book, self.frame.prices, self.stress(venue))

    def pool(self, venue: str, key: str) -> PoolFigures:
        """One fund as its venue states it now."""
        return self._figures(find_pool(venue, key))

    def pools(self, venue: str) -> Iterator[PoolFigures]:
        """All funds of a venue as it states them now."""
        return (self._figures(pool) for pool in all_pools(venue))

    def past(self, pool: Pool, asset: str, at: datetime) -> float:
        """The balance at an earlier time, before the market opened or since."""
        if at < self.opened_at:
            return past_amount(pool, asset, at, until=self.opened_at)
        since = self.elapsed - (self.at - at).total_seconds()
        return pool.amount(asset, self.scenario, SCENARIOS[self.scenario](max(since, 0.0)).drained)

    def _figures(self, pool: Pool) -> PoolFigures:
        amounts = {
            asset: pool.amount(asset, self.scenario, self.frame.drained) for asset in pool.assets
        }
        return PoolFigures(
            pool=pool,
            amounts=amounts,
            at=pool.stamp(self.at),
            usd=sum(amount * self.usd(asset) for asset, amount in amounts.items()),
        )


class Market:
    """The running market: a scenario and when it began. Safe to use from several threads."""

    def __init__(
        self, *, clock: Clock = utc_now, scenario: str = "calm", still: bool = False
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.opened_at = clock()
        self._scenario = ""
        self._began: float | None = None
        self._shift = 0.0
        self.play(scenario, still=still)

    @property
    def scenario(self) -> str:
        """The name of the scenario being played."""
        return self._scenario

    @property
    def elapsed(self) -> float:
        """Seconds into the scenario."""
        return self.state().elapsed

    def play(self, scenario: str, *, elapsed: float = 0.0, still: bool = False) -> None:
        """Start ``scenario`` from the opening figures, as though it had begun ``elapsed`` s ago.

        With ``still`` it stays at that instant until ``advance`` moves it. Raises ``ValueError``
        for a name there is no scenario of.
        """
        if scenario not in SCENARIOS:
            raise ValueError(f"no scenario {scenario!r}; there are {', '.join(SCENARIOS)}")
        with self._lock:
            self._scenario, self._shift = scenario, elapsed
            self._began = None if still else self._clock().timestamp()

    def advance(self, seconds: float) -> None:
        """Move the scenario on by ``seconds`` at once; the clock itself stays as it is."""
        with self._lock:
            self._shift += seconds

    def state(self) -> MarketState:
        """The market now."""
        at = self._clock()
        with self._lock:
            passed = 0.0 if self._began is None else at.timestamp() - self._began
            scenario, elapsed = self._scenario, max(passed + self._shift, 0.0)
        return MarketState(
            at=at,
            opened_at=self.opened_at,
            scenario=scenario,
            elapsed=elapsed,
            frame=SCENARIOS[scenario](elapsed),
        )

    def figures(self, venue: str, name: str = "main") -> AccountFigures:
        """An account's figures now; what a test compares a client's reading with."""
        return self.state().account(venue, name)
