"""Reads what a scenario needs from what is stored; the command line uses it too."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.errors import NotFound
from app.domain.scenario import ScenarioEvent, ScenarioVenue
from app.risk.fund_thresholds import FundThresholds
from app.risk.scenario_inputs import scenario_venue
from app.risk.scenario_stock import Held, VenueStock, betas_of
from app.store import candles, funds, markets, positions
from app.venues.catalogue import catalogue

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.store.positions import StoredPosition
    from app.venues.facts import VenueFacts

MOST_POSITIONS = 500
MEASURED_LATELY = timedelta(days=2)
"""A volatility or beta of older prices, of a contract that nobody holds any more, is none."""


def scenario_venues(
    conn: Connection,
    *,
    user_id: str,
    event: ScenarioEvent,
    only: Collection[str],
    now: datetime,
) -> tuple[ScenarioVenue, ...]:
    """The venues asked for; without any, those where the user holds something.

    That of the cascade is among them in any case. Raises ``NotFound`` for an unknown venue.
    """
    held = positions.list_for(conn, user_id=user_id, limit=MOST_POSITIONS)
    wanted = list(dict.fromkeys(only or sorted(one.venue for one in held)))
    if event.cascade is not None and event.cascade.venue not in wanted:
        wanted.append(event.cascade.venue)
    known = [catalogue().venue(name) for name in wanted]
    stocks = [_stock(conn, facts, [p for p in held if p.venue == facts.id], now) for facts in known]
    betas = betas_of(stocks)
    return tuple(
        scenario_venue(
            stock,
            betas=betas,
            named=event.moves.keys(),
            now=now,
            max_age=FundThresholds().open_interest_max_age,
        )
        for stock in stocks
    )


def check_venues(names: Collection[str]) -> list[str]:
    """Those of ``names`` that are no venues."""
    unknown = []
    for name in names:
        try:
            catalogue().venue(name)
        except NotFound:
            unknown.append(name)
    return unknown


def _settled(facts: VenueFacts) -> dict[str, list[str]]:
    """The scopes whose contracts all settle in one asset, by that asset."""
    found: dict[str, list[str]] = {}
    for scope in facts.scopes:
        if re.fullmatch(r"[A-Z0-9]+", scope.settle):
            found.setdefault(scope.settle, []).append(scope.id)
    return found


def _stock(
    conn: Connection, facts: VenueFacts, held: list[StoredPosition], now: datetime
) -> VenueStock:
    name = facts.name
    return VenueStock(
        venue=facts.id,
        name=name,
        loss_model=facts.loss_model,
        session=facts.session,
        every_scope=[scope.id for scope in facts.scopes],
        settled=_settled(facts),
        no_fund=None if facts.fund.published else f"{name} does not publish its insurance fund.",
        pools=funds.pools(conn, venue=facts.id),
        states={one.state.pool_id: one.state for one in funds.states(conn, venue=facts.id)},
        stats={one.native_symbol: one for one in markets.stats(conn, venue=facts.id)},
        risks={
            symbol: stored.risk
            for symbol, stored in candles.risks(conn, venue=facts.id).items()
            if stored.risk.as_of is not None and now - stored.risk.as_of <= MEASURED_LATELY
        },
        held=[
            Held(id=one.id, account=one.account_label, assessment=one.assessment) for one in held
        ],
    )
