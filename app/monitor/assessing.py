"""From stored facts to verdicts: positions, the pool behind each, and the venue's loss model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from app.domain.adl import AdlSignal
from app.domain.fund import FundHealth, FundState, MarketStat
from app.domain.hedge import Hedge
from app.domain.joint import JointLiquidation
from app.domain.position import AccountMargin, Position
from app.domain.reason import Severity
from app.domain.thresholds import Thresholds
from app.domain.verdict import Assessment
from app.monitor.intervals import ALARMING, Danger
from app.risk.account_outlook import with_account
from app.risk.assessment import assess
from app.risk.bounds import bounded, bounded_margin
from app.risk.joint import joint_liquidation
from app.risk.margin import share_margin
from app.risk.pool_match import PoolIndex
from app.risk.price_past import PricePast
from app.store import funds, markets
from app.store.positions import StoredPosition
from app.venues.facts import VenueFacts

NO_HEDGES: Final[Mapping[str, Hedge]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class VenuePicture:
    """What is known of a venue beside the positions: its pools, their state, its markets."""

    facts: VenueFacts
    pools: PoolIndex
    states: Mapping[str, FundState]
    stats: Mapping[str, MarketStat]
    signals: tuple[AdlSignal, ...]
    prices: Mapping[str, PricePast]

    def fund_behind(self, position: Position) -> tuple[FundState | None, str | None]:
        """The state of the pool behind a position, or why there is none to show."""
        facts = self.facts
        # A sub-dex has a scope of its own, named after the one the facts have for all.
        scope = position.scope.partition(":")[0]
        if scope in facts.fund.uncovered:
            return None, facts.fund.uncovered[scope]
        if not facts.fund.published:
            return None, f"{facts.name} does not publish its insurance fund."
        if not self.states:
            return None, f"The insurance fund of {facts.name} has not been read yet."
        pool = self.pools.pool_for(position)
        if pool is None:
            return None, f"No fund of {facts.name} is known to stand behind this contract."
        return self.states.get(pool.id), "The fund behind this contract has not been judged yet."

    def betas(self) -> Mapping[str, float | None]:
        """The betas to BTC of the contracts whose past is known."""
        return {symbol: past.risk.beta for symbol, past in self.prices.items()}

    def signals_about(self, position: Position) -> tuple[AdlSignal, ...]:
        """The venue's warnings for a position's contract, and for the pool behind it."""
        pool = self.pools.pool_for(position)
        return tuple(
            signal
            for signal in self.signals
            if (signal.native_symbol and signal.native_symbol == position.native_symbol)
            or (pool is not None and signal.pool == pool.key)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The positions of one scope of an account, and the margin they share."""

    positions: Sequence[Position]
    margin: AccountMargin | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is made of one account: its positions in the order they came, and all of it as one."""

    assessments: tuple[Assessment, ...]
    joint: JointLiquidation


def venue_picture(
    connection: Connection,
    facts: VenueFacts,
    *,
    prices: Mapping[str, PricePast],
    states: Mapping[str, FundState] | None = None,
) -> VenuePicture:
    """Read what is stored of a venue; ``states`` of its pools where they were made just now.

    ``prices`` are the pasts of the contracts held there, by native symbol.
    """
    venue = facts.id
    if states is None:
        states = {f.state.pool_id: f.state for f in funds.states(connection, venue=venue)}
    return VenuePicture(
        facts=facts,
        pools=PoolIndex(funds.pools(connection, venue=venue)),
        states=states,
        stats={stat.native_symbol: stat for stat in markets.stats(connection, venue=venue)},
        signals=markets.signals(connection, venue=venue),
        prices=prices,
    )


def assess_account(
    picture: VenuePicture,
    parts: Iterable[Part],
    *,
    thresholds: Thresholds,
    hedges: Mapping[str, Hedge] = NO_HEDGES,
    now: datetime,
) -> Judged:
    """Verdicts on every position of one account, and the account as one.

    ``hedges`` are by the positions' own ``key``.
    """
    parts = tuple(_bounded(part) for part in parts)
    assessments = [
        assessment
        for part in parts
        for assessment in _assess_part(picture, part, thresholds, hedges, now)
    ]
    joint = _as_one(picture, assessments, parts, now)
    judged = (with_account(one, joint, thresholds) for one in assessments)
    return Judged(assessments=tuple(judged), joint=joint)


def _bounded(part: Part) -> Part:
    """One broken figure must not cost the other positions their verdicts."""
    return Part(
        positions=[bounded(position) for position in part.positions],
        margin=part.margin and bounded_margin(part.margin),
    )


def _as_one(
    picture: VenuePicture, assessments: Iterable[Assessment], parts: Iterable[Part], now: datetime
) -> JointLiquidation:
    """The account under a move of all prices, from the newest marks on."""
    newest = [assessment.position for assessment in assessments]
    return joint_liquidation(
        newest,
        [part.margin for part in parts if part.margin is not None],
        betas=picture.betas(),
        as_of=min((one.as_of for one in newest), default=now),
    )


def reference_of(facts: VenueFacts) -> str | None:
    """The contract that stands for BTC at a venue."""
    return None if facts.candles is None else facts.candles.reference


def parts_of(held: Iterable[StoredPosition]) -> tuple[Part, ...]:
    """The stored positions of one account, by the margin they share."""
    scopes: dict[str, list[StoredPosition]] = {}
    for one in held:
        scopes.setdefault(one.assessment.position.scope, []).append(one)
    return tuple(
        Part(positions=[one.assessment.position for one in own], margin=own[0].margin)
        for own in scopes.values()
    )


def _assess_part(
    picture: VenuePicture,
    part: Part,
    thresholds: Thresholds,
    hedges: Mapping[str, Hedge],
    now: datetime,
) -> Iterator[Assessment]:
    shared = share_margin(part.positions, part.margin)
    facts = picture.facts
    for position in part.positions:
        fund, fund_note = picture.fund_behind(position)
        yield assess(
            position,
            venue_name=facts.name,
            loss_model=facts.loss_model,
            shared=shared,
            fund=fund,
            fund_note=fund_note,
            mark=picture.stats.get(position.native_symbol),
            prices_past=picture.prices.get(position.native_symbol),
            signals=picture.signals_about(position),
            adl_rule=facts.adl_rule,
            session_rule=facts.session,
            hedge=hedges.get(position.key),
            now=now,
            thresholds=thresholds,
        )


def danger_of(assessments: Iterable[Assessment]) -> Danger:
    """The worst severity, distance and fund health among positions."""
    severity, nearest, fund = Severity.OK, None, None
    for assessment in assessments:
        severity = max(severity, assessment.verdict.severity, key=lambda s: s.rank)
        if assessment.distance is not None:
            known = assessment.distance if nearest is None else nearest
            nearest = min(assessment.distance, known)
        if assessment.fund is not None and assessment.fund.health in ALARMING:
            fund = worst_health([fund, assessment.fund.health])
    return Danger(severity=severity, nearest_distance=nearest, fund=fund)


def worst_health(healths: Iterable[FundHealth | None]) -> FundHealth | None:
    """The worst of them, ``FundHealth``'s own order being worst first; ``None`` of none."""
    order = list(FundHealth)
    known = [health for health in healths if health is not None]
    return min(known, key=order.index, default=None)
