"""From stored facts to verdicts: positions, the pool behind each, and the venue's loss model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.domain.adl import AdlSignal
from app.domain.fund import FundHealth, FundState, MarketStat
from app.domain.position import AccountMargin, Position, ScopeReading
from app.domain.reason import Severity
from app.domain.verdict import Assessment
from app.monitor.intervals import ALARMING, Danger
from app.risk.assessment import assess
from app.risk.margin import share_margin
from app.risk.pool_match import PoolIndex
from app.risk.severity import Thresholds
from app.store import funds, markets
from app.venues.facts import VenueFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class VenuePicture:
    """What is known of a venue beside the positions: its pools, their state, its markets."""

    facts: VenueFacts
    pools: PoolIndex
    states: Mapping[str, FundState]
    stats: Mapping[str, MarketStat]
    signals: tuple[AdlSignal, ...]

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

    def signals_about(self, position: Position) -> tuple[AdlSignal, ...]:
        """The venue's warnings for a position's contract, and for the pool behind it."""
        pool = self.pools.pool_for(position)
        return tuple(
            signal
            for signal in self.signals
            if (signal.native_symbol and signal.native_symbol == position.native_symbol)
            or (pool is not None and signal.pool == pool.key)
        )


def venue_picture(
    connection: Connection, facts: VenueFacts, states: Mapping[str, FundState] | None = None
) -> VenuePicture:
    """Read what is stored of a venue; ``states`` of its pools where they were made just now."""
    venue = facts.id
    if states is None:
        states = {f.state.pool_id: f.state for f in funds.states(connection, venue=venue)}
    return VenuePicture(
        facts=facts,
        pools=PoolIndex(funds.pools(connection, venue=venue)),
        states=states,
        stats={stat.native_symbol: stat for stat in markets.stats(connection, venue=venue)},
        signals=markets.signals(connection, venue=venue),
    )


def assess_scopes(
    picture: VenuePicture, scopes: Iterable[ScopeReading], thresholds: Thresholds
) -> tuple[Assessment, ...]:
    """Verdicts on every position of the scopes that answered."""
    return tuple(
        assessment
        for scope in scopes
        for assessment in assess_positions(picture, scope.positions, scope.margin, thresholds)
    )


def assess_positions(
    picture: VenuePicture,
    positions: Sequence[Position],
    margin: AccountMargin | None,
    thresholds: Thresholds,
) -> list[Assessment]:
    """Verdicts on the positions that share ``margin`` (one scope of one account)."""
    shared = share_margin(positions, margin)
    judged = []
    for position in positions:
        fund, fund_note = picture.fund_behind(position)
        judged.append(
            assess(
                position,
                venue_name=picture.facts.name,
                loss_model=picture.facts.loss_model,
                shared=shared,
                fund=fund,
                fund_note=fund_note,
                mark=picture.stats.get(position.native_symbol),
                signals=picture.signals_about(position),
                thresholds=thresholds,
            )
        )
    return judged


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
