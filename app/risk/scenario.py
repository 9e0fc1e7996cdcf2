"""A price move or a cascade, worked out over many draws of what nobody knows. Needs numpy.

Method, formulas and sources: docs/scenarios.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from app.domain.errors import InvalidInput
from app.domain.scenario import (
    AfterFund,
    Assumption,
    PoolOutcome,
    ScenarioEvent,
    ScenarioOutcome,
    ScenarioPool,
    ScenarioVenue,
    Spread,
    VenueOutcome,
)
from app.risk.scenario_draws import Draws, Floats, draw
from app.risk.scenario_flow import PoolFlow, VenueFlow, cascade_size, venue_flow
from app.risk.scenario_given import asked, read
from app.risk.scenario_moves import REFERENCE, drift, log_sizes
from app.risk.scenario_parameters import Parameters, assumptions
from app.risk.scenario_positions import position_outcome
from app.risk.scenario_spread import depleted, haircut_rate, order, share_of, spread

DRAWS: Final = 2_000
SEED: Final = 20_251_010

NO_INTEREST = "Open interest has not been read yet."
NO_WAY = {
    AfterFund.WITHDRAWALS: "{name} charges whoever withdraws while the shortfall lasts; how much "
    "would be withdrawn, and so the rate, nobody knows.",
    AfterFund.UNKNOWN: "What {name} does when a fund cannot pay is not known.",
}


def simulate(
    event: ScenarioEvent,
    venues: Sequence[ScenarioVenue],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    parameters: Parameters | None = None,
    told: Sequence[Assumption] = (),
) -> ScenarioOutcome:
    """What ``event`` does to ``venues`` and to the positions there.

    ``told`` says where the event's figures are from; without it they count as chosen.

    Raises ``InvalidInput`` for a cascade at a venue that is not among them, or whose open
    interest is not known.
    """
    used = parameters or Parameters()
    drawn = draw(
        used, venues=[one.venue for one in venues], coins=_coins(venues), count=draws, seed=seed
    )
    # A given size is the whole of what is forced out: nothing is to be added to its move.
    final = event.final or event.cascade is not None
    whole = replace(event, final=final)
    log_btc, unreached = _cascade(whole, venues, drawn, used)
    shown, positions = [], []
    for venue in venues:
        flow = venue_flow(venue, whole, drawn, used, log_btc=log_btc)
        shown.append(_venue(venue, flow))
        positions += [
            position_outcome(one, venue, flow, whole, draws=drawn, parameters=used, log_btc=log_btc)
            for one in venue.positions
        ]
    btc = drift(REFERENCE, None, whole, used)
    sizes = log_sizes(btc, REFERENCE, drawn, log_btc)
    return ScenarioOutcome(
        draws=draws,
        seed=seed,
        move=spread(np.expm1(btc.sign * np.exp(sizes))),
        venues=tuple(shown),
        positions=tuple(positions),
        assumptions=(
            *(told or asked(event)),
            *read(venues),
            *assumptions(used, feedback=not final),
        ),
        unreached=None if unreached is None else share_of(unreached),
    )


def _coins(venues: Sequence[ScenarioVenue]) -> set[str]:
    contracts = {
        contract.base for venue in venues for pool in venue.pools for contract in pool.contracts
    }
    held = {one.base for venue in venues for one in venue.positions}
    return {REFERENCE} | contracts | held


def _cascade(
    event: ScenarioEvent, venues: Sequence[ScenarioVenue], drawn: Draws, used: Parameters
) -> tuple[Floats | None, Floats | None]:
    if event.cascade is None:
        return None, None
    name = event.cascade.venue
    venue = next((one for one in venues if one.venue == name), None)
    if venue is None or not any(pool.contracts for pool in venue.pools):
        raise InvalidInput(
            f"The open interest of {venue.name if venue else name} is not known (yet), so no "
            "move can be found that forces out so much there."
        )
    return cascade_size(venue, event, drawn, used)


def _venue(venue: ScenarioVenue, flow: VenueFlow) -> VenueOutcome:
    pools = [_pool(pool, flow.pools.get(pool.key), venue) for pool in venue.pools]
    known = [flow.pools[pool.key] for pool in venue.pools if pool.key in flow.pools]
    notes = dict(venue.notes)
    if not known:
        notes.setdefault("forced_usd", _why_nothing(venue.pools))
        notes.setdefault("shortfall_usd", notes["forced_usd"])
    covered = [one for one in known if one.left is not None]
    if not covered:
        notes.setdefault("depleted", "Of no fund here both balance and open interest are known.")
    return VenueOutcome(
        venue=venue.venue,
        name=venue.name,
        after_fund=venue.after_fund,
        pools=tuple(sorted(pools, key=_worst_first)),
        forced_usd=_sum_of([one.forced for one in known]),
        shortfall_usd=_sum_of([one.shortfall for one in known]),
        depleted=_any_depleted(covered),
        notes=notes,
    )


def _pool(pool: ScenarioPool, flow: PoolFlow | None, venue: ScenarioVenue) -> PoolOutcome:
    notes = dict(pool.notes)
    nothing = PoolOutcome(
        key=pool.key,
        name=pool.name,
        balance_usd=pool.balance_usd,
        open_interest_usd=None,
        notes=notes,
    )
    if flow is None:
        why = notes.setdefault("open_interest_usd", NO_INTEREST)
        notes.update(forced_usd=why, shortfall_usd=why, paid_usd=why)
        return nothing
    in_order, mean = order(flow.shortfall), float(flow.shortfall.mean())
    found = replace(
        nothing,
        open_interest_usd=sum(contract.open_interest_usd for contract in pool.contracts),
        forced_usd=spread(flow.forced),
        shortfall_usd=in_order.spread(mean),
    )
    if pool.balance_usd is None or flow.paid is None or flow.left is None:
        why = notes.setdefault("balance_usd", "The balance of this fund is not known.")
        notes.update(paid_usd=why, uncovered_usd=why)
        return found
    assert flow.uncovered is not None
    balance, paid = pool.balance_usd, float(flow.paid.mean())
    found = replace(
        found,
        paid_usd=in_order.through(lambda lost: np.minimum(lost, balance)).spread(paid),
        left_usd=in_order.turned(lambda lost: np.maximum(balance - lost, 0.0)).spread(
            balance - paid
        ),
        depleted=share_of(depleted(flow.shortfall, flow.left)),
        uncovered_usd=in_order.through(lambda lost: np.maximum(lost - balance, 0.0)).spread(
            float(flow.uncovered.mean())
        ),
    )
    if flow.adl is not None:
        return replace(found, adl_usd=spread(flow.adl))
    if flow.profits is not None:
        return replace(
            found,
            haircut=spread(haircut_rate(flow.uncovered, flow.profits)),
            insufficient=share_of(flow.uncovered > flow.profits),
        )
    notes["adl_usd"] = notes["haircut"] = NO_WAY[venue.after_fund].format(name=venue.name)
    return found


def _sum_of(figures: Sequence[Floats]) -> Spread | None:
    return spread(np.sum(figures, axis=0)) if figures else None


def _any_depleted(pools: Sequence[PoolFlow]) -> float | None:
    gone = [depleted(one.shortfall, one.left) for one in pools if one.left is not None]
    return share_of(np.any(gone, axis=0)) if gone else None


def _why_nothing(pools: Sequence[ScenarioPool]) -> str:
    reasons = [
        pool.notes["open_interest_usd"] for pool in pools if "open_interest_usd" in pool.notes
    ]
    return reasons[0] if reasons else NO_INTEREST


def _worst_first(pool: PoolOutcome) -> tuple[float, float, str]:
    lost = pool.shortfall_usd.mean if pool.shortfall_usd else 0.0
    return (-(pool.depleted or 0.0), -lost, pool.key or "")
