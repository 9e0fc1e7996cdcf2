"""Replays fund histories through the code that judges live: what would have been said, and when.

Every judgement is ``fund_state``'s own, with what was known at that time and no more, the state
before it, and the other venues of the same market. Left out are only judgements that could not
have said anything else: where a balance is near its highest of every window that counts, and no
alarm is up. Of balances that come often those are judged that fall, and besides one an hour after
something new was said, later one in three hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.domain.fund import (
    DivergenceKind,
    FundBalance,
    FundHealth,
    FundState,
    PoolReading,
)
from app.domain.fund_series import AssetPast, micros, when
from app.monitor.backtest_screen import Moments, distinct, moments, stored
from app.risk.divergence import day_change, diverges
from app.risk.fund_health import fund_state, with_divergence
from app.risk.fund_histories import HOUR, SECOND, FundHistory, known
from app.risk.fund_thresholds import FundThresholds

CALM: Final = frozenset({FundHealth.STABLE, FundHealth.GROWING})
LOSING: Final = frozenset({"fund_declining", "fund_draining", "fund_critical"})
ALARM: Final = LOSING | {"fund_shock", "fund_alone", "market_cascade"}
"""Reasons that say a fund lost money; that a feed is dead or a balance old is none of them."""
NEWS_FOR: Final = 6 * HOUR
PACE, NEWS_PACE = 3 * HOUR, HOUR * 9 // 10
FELL: Final = 0.0005
FELL_FURTHER: Final = 0.005
"""A fall by this part of the balance is judged at once, the latter while an alarm is up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said of a pool from ``at`` (microseconds since 1970 UTC) until the next."""

    at: int
    state: FundState

    @property
    def codes(self) -> frozenset[str]:
        return _codes(self.state)

    @property
    def divergence(self) -> DivergenceKind | None:
        return self.state.divergence.kind if self.state.divergence else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replayed:
    """A history, all that was said of it in order, and how many judgements that took."""

    history: FundHistory
    said: tuple[Said, ...]
    judged: int


def replay(
    market: Sequence[FundHistory],
    *,
    only: str | None = None,
    thresholds: FundThresholds | None = None,
    every: bool = False,
) -> Iterator[Replayed]:
    """What would have been said of each pool of ``market``, whose venues are watched together.

    ``only`` names the one venue whose pools are wanted. ``every`` judges at every balance, also
    where nothing can come of it.
    """
    limits = thresholds or FundThresholds()
    venues: dict[str, list[_Watched]] = {}
    for history in market:
        venues.setdefault(history.venue, []).append(_Watched(history, limits))
    for venue, pools in venues.items():
        if only in (None, venue):
            yield from (one.replayed(venues, every=every) for one in pools)


class _Watched:
    """One pool as it is watched, balance after balance."""

    def __init__(self, history: FundHistory, limits: FundThresholds) -> None:
        self.history = history
        self.limits = limits
        self.feeds = tuple(stored(feed) for feed in history.feeds)
        self.arrivals = distinct([feed.known_at for feed in self.feeds])
        self.lately: dict[int, FundState] = {}

    def replayed(self, venues: Venues, *, every: bool) -> Replayed:
        found = self._moments(every=every)
        loud = np.flatnonzero(~found.quiet)
        said: list[Said] = []
        state: FundState | None = None
        judged, index, last, value = 0, 0, 0, 0.0
        while index < len(found.at):
            if state is not None and found.quiet[index] and _calm(state):
                following = int(np.searchsorted(loud, index))
                index = int(loud[following]) if following < len(loud) else len(found.at)
                continue
            now, worth, news = int(found.at[index]), float(found.value[index]), found.news[index]
            index += 1
            if state is not None and news and not every:
                fell = FELL_FURTHER if _codes(state) & LOSING else FELL
                pace = NEWS_PACE if now - said[-1].at < NEWS_FOR else PACE
                if worth > value * (1 - fell) and now - last < pace:
                    continue
            state = self._beside(venues, self.state(now, previous=state), now)
            judged, last, value = judged + 1, now, worth
            if not said or _told(said[-1].state) != _told(state):
                said.append(Said(at=now, state=state))
        return Replayed(history=self.history, said=tuple(said), judged=judged)

    def state(self, now: int, *, previous: FundState | None) -> FundState:
        """What is said at ``now`` by what is known of this pool then."""
        past = tuple(one for feed in self.feeds if len((one := feed.known(now)).at))
        return fund_state(
            self._reading(past),
            past,
            events=known(self.history.events, now),
            markets={},
            signals=(),
            now=when(now),
            thresholds=self.limits,
            previous=previous,
        )

    def latest(self, now: int) -> FundState | None:
        """What was said when this pool was read last; its word may differ, not its figures."""
        index = int(np.searchsorted(self.arrivals, now, side="right")) - 1
        if index < 0:
            return None
        if index not in self.lately:
            self.lately[index] = self.state(int(self.arrivals[index]), previous=None)
        return self.lately[index]

    def _moments(self, *, every: bool) -> Moments:
        found = moments(
            self.feeds,
            self.arrivals,
            [micros(event.at) for event in self.history.events],
            cadence=self.history.cadence_seconds * SECOND,
            limits=self.limits,
        )
        return replace(found, quiet=np.zeros_like(found.quiet)) if every else found

    def _beside(self, venues: Venues, state: FundState, now: int) -> FundState:
        """``state`` compared with the other venues, which says something only of a loss."""
        if len(venues) == 1 or not _codes(state) & LOSING:
            return state
        changes = {}
        for venue, pools in venues.items():
            states = (state if one is self else one.latest(now) for one in pools)
            changes[venue] = day_change((one for one in states if one), now=when(now))
        own = changes.pop(self.history.venue)
        others = [one for one in changes.values() if one is not None]
        return with_divergence(state, diverges(own, others, self.limits), self.limits)

    def _reading(self, past: Sequence[AssetPast]) -> PoolReading:
        """The newest balances; an asset that missed three updates of the pool has left it."""
        still = max(int(one.at[-1]) for one in past) - 3 * self.history.cadence_seconds * SECOND
        balances = tuple(
            FundBalance(
                asset=one.asset,
                amount=float(one.amount[-1]),
                usd=None if np.isnan(one.usd[-1]) else float(one.usd[-1]),
                at=when(int(one.at[-1])),
            )
            for one in past
            if int(one.at[-1]) >= still
        )
        return PoolReading(
            venue=self.history.venue,
            key=self.history.key,
            name=self.history.name,
            kind=self.history.kind,
            balances=balances,
            cadence_seconds=self.history.cadence_seconds,
        )


Venues = Mapping[str, Sequence[_Watched]]


def _codes(state: FundState) -> frozenset[str]:
    return frozenset(reason.code for reason in state.reasons)


def _calm(state: FundState) -> bool:
    return state.health in CALM and not state.reasons


def _told(state: FundState) -> tuple[FundHealth, frozenset[str]]:
    return state.health, _codes(state)
