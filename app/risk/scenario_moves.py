"""By how much each coin's price moves in each draw. Needs numpy."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, log1p

import numpy as np

from app.domain.scenario import REST, ScenarioEvent
from app.risk.scenario_draws import Draws, Floats
from app.risk.scenario_parameters import Parameters

REFERENCE = "BTC"
FARTHEST = 20.0
"""No price moves further (of the logarithm): figures stay finite, whatever beta was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A coin's move: ``sign`` up or down, ``log_size`` the logarithm of the size of its log
    return (of a return of BTC of 1 where ``follows``), ``strays`` how much that varies."""

    sign: int
    log_size: float
    follows: bool
    strays: float


def drift(base: str, beta: float | None, event: ScenarioEvent, parameters: Parameters) -> Drift:
    """How ``base`` moves in ``event``. Where ``follows`` BTC's size is drawn (a cascade)."""
    own = event.moves.get(base)
    if own is not None:
        return _given(own, 0.0)
    if REST in event.moves:
        return _given(event.moves[REST], parameters.beta_spread)
    if base == REFERENCE:
        beta, strays = 1.0, 0.0
    else:
        beta, strays = parameters.beta if beta is None else beta, parameters.beta_spread
    turn = -1 if beta < 0 else 1
    size = log(abs(beta)) if beta else -inf
    if event.move is not None:
        of_btc = _given(event.move, strays)
        return Drift(
            sign=turn * of_btc.sign,
            log_size=size + of_btc.log_size,
            follows=False,
            strays=strays,
        )
    if event.cascade is not None:
        sign = turn if event.cascade.up else -turn
        return Drift(sign=sign, log_size=size, follows=True, strays=strays)
    return _given(0.0, 0.0)


def log_sizes(found: Drift, base: str, draws: Draws, log_btc: Floats | None) -> Floats:
    """The logarithm of the size of the coin's log return in each draw; −∞ where it stands still."""
    sizes = np.full(draws.count, found.log_size)
    if found.strays:
        sizes += found.strays * draws.coins[base]
    if found.follows and log_btc is not None:
        sizes += log_btc
    return sizes


def _given(move: float, strays: float) -> Drift:
    size = abs(log1p(move))
    return Drift(
        sign=1 if move > 0 else -1,
        log_size=log(size) if size else -inf,
        follows=False,
        strays=strays,
    )
