"""What a scenario does to one position. Needs numpy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.domain.scenario import (
    AfterFund,
    PositionOutcome,
    ScenarioEvent,
    ScenarioPosition,
    ScenarioVenue,
    Spread,
)
from app.risk.scenario_draws import Draws, Floats
from app.risk.scenario_flow import ContractFlow, PoolFlow, VenueFlow
from app.risk.scenario_moves import FARTHEST, drift, log_sizes
from app.risk.scenario_parameters import Parameters
from app.risk.scenario_spread import haircut_rate, order, share_of, spread

ALL_ALIKE = Spread(mean=0.0, p5=0.0, p25=0.0, p50=0.0, p75=0.0, p95=0.0)
NO_PROFIT = "Only the profit made by the move counts: the unrealised profit so far is not known."
LUCK = "Where it stands in the queue is not known: it is taken to be closed like the average of its side."
ITS_PLACE = "Closed when so much of its side is that its standing now is reached."
LIQUIDATION_END = "The loss is counted to the liquidation price: the bankruptcy price is not known."


def position_outcome(
    held: ScenarioPosition,
    venue: ScenarioVenue,
    flow: VenueFlow,
    event: ScenarioEvent,
    *,
    draws: Draws,
    parameters: Parameters,
    log_btc: Floats | None,
) -> PositionOutcome:
    """``flow`` is that of its venue; without its contract there the price moves all the same."""
    contract = flow.contracts.get(held.native_symbol)
    if contract is not None:
        returns = contract.log_return
    else:
        how = drift(held.base, held.beta, event, parameters)
        sizes = np.exp(log_sizes(how, held.base, draws, log_btc))
        returns = how.sign * np.minimum(sizes, FARTHEST)
    notes = dict(held.notes)
    moves = np.expm1(returns)
    in_order = order(moves)
    limit = _limit(held, notes)
    liquidated = None if limit is None else _reached(held, moves, limit)
    found = PositionOutcome(
        id=held.id,
        venue=held.venue,
        account=held.account,
        symbol=held.symbol,
        native_symbol=held.native_symbol,
        side=held.side,
        notional_usd=held.notional_usd,
        move=in_order.spread(float(moves.mean())),
        liquidated=None if liquidated is None else share_of(liquidated),
        notes=notes,
    )
    if held.notional_usd is None:
        why = notes.setdefault("notional_usd", "Its value in USD is not known.")
        notes.update(gain_usd=why, lost_usd=why)
        return found
    gains = _gains(held, moves, limit)
    if liquidated is not None and liquidated.any() and not held.bankruptcy_price:
        notes.setdefault("gain_usd", LIQUIDATION_END)

    def brings(some: Floats) -> Floats:
        return _gains(held, some, limit)

    rising = held.side.sign > 0
    gained = in_order.through(brings) if rising else in_order.turned(brings)
    found = replace(found, gain_usd=gained.spread(float(gains.mean())))
    pool = flow.pools.get(held.pool)
    taken = _taken(held, venue, pool, contract, gains=gains, liquidated=liquidated, notes=notes)
    if taken is None:
        return found
    reached, lost = taken
    return replace(found, reached=share_of(reached), lost_usd=spread(lost))


def _limit(held: ScenarioPosition, notes: dict[str, str]) -> float | None:
    """The move that liquidates, if the liquidation price is known."""
    if not held.liquidation_price or not held.mark_price:
        notes.setdefault("liquidated", "Its liquidation price is not known.")
        return None
    return held.liquidation_price / held.mark_price - 1


def _reached(held: ScenarioPosition, moves: Floats, limit: float) -> NDArray[np.bool_]:
    """Where a move liquidates; that happens to the side which the move is against."""
    reached: NDArray[np.bool_] = moves <= limit if held.side.sign > 0 else moves >= limit
    return reached


def _gains(held: ScenarioPosition, moves: Floats, limit: float | None) -> Floats:
    """What moves bring; where they liquidate, the loss to the bankruptcy price.

    The larger the move against the position, the less: a bankruptcy price nearer than the
    liquidation price cannot be one, and does not count.
    """
    assert held.notional_usd is not None
    signed = held.notional_usd * held.side.sign
    if limit is None:
        return signed * moves
    end = limit
    if held.bankruptcy_price and held.mark_price:
        bankrupt = held.bankruptcy_price / held.mark_price - 1
        end = min(bankrupt, limit) if held.side.sign > 0 else max(bankrupt, limit)
    return signed * np.where(_reached(held, moves, limit), end, moves)


def _taken(
    held: ScenarioPosition,
    venue: ScenarioVenue,
    pool: PoolFlow | None,
    contract: ContractFlow | None,
    *,
    gains: Floats,
    liquidated: NDArray[np.bool_] | None,
    notes: dict[str, str],
) -> tuple[Floats | NDArray[np.bool_], Floats] | None:
    """In which draws it is reached (or how likely), and what is taken; ``None`` if not known."""
    if venue.after_fund not in (AfterFund.ADL, AfterFund.HAIRCUT):
        notes["lost_usd"] = (
            "What is charged depends on who withdraws while the shortfall lasts."
            if venue.after_fund is AfterFund.WITHDRAWALS
            else f"What {venue.name} does when a fund cannot pay is not known."
        )
        return None
    if pool is None or pool.unpaid_share is None or pool.uncovered is None:
        notes.setdefault("lost_usd", _why_unknown(held, venue))
        return None
    profit = np.maximum(gains + (held.profit_usd or 0.0), 0.0)
    if held.profit_usd is None:
        notes.setdefault("lost_usd", NO_PROFIT)
    if liquidated is not None:
        profit = np.where(liquidated, 0.0, profit)
    if pool.profits is not None:
        rate = haircut_rate(pool.uncovered, pool.profits)
        return (rate > 0) & (profit > 0), rate * profit
    if contract is None:
        notes.setdefault("lost_usd", f"The open interest of {held.symbol} is not known.")
        return None
    return _deleveraged(held, pool.unpaid_share, contract, gains=gains, profit=profit, notes=notes)


def _deleveraged(
    held: ScenarioPosition,
    unpaid_share: Floats,
    contract: ContractFlow,
    *,
    gains: Floats,
    profit: Floats,
    notes: dict[str, str],
) -> tuple[Floats | NDArray[np.bool_], Floats]:
    """Winners alone are closed, at the bankruptcy price of those they are matched with."""
    closed = contract.forced_share * unpaid_share * (contract.beyond > 0)
    winning = gains > 0
    closed = np.where(winning, closed, 0.0)
    reached: Floats | NDArray[np.bool_]
    if held.standing is None:
        notes.setdefault("reached", LUCK)
        reached = closed
    else:
        notes.setdefault("reached", ITS_PLACE)
        reached = (closed > 0) & (held.standing >= 1 - closed)
    assert held.notional_usd is not None
    return reached, np.minimum(held.notional_usd * contract.beyond * reached, profit)


def _why_unknown(held: ScenarioPosition, venue: ScenarioVenue) -> str:
    pool = next((one for one in venue.pools if one.key == held.pool), None)
    if pool is None:
        return f"No fund of {venue.name} is known to stand behind this contract."
    for figure in ("open_interest_usd", "balance_usd"):
        if figure in pool.notes:
            return pool.notes[figure]
    return "The fund behind it or its open interest is not known."
