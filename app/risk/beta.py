"""How a contract moves with BTC. docs/figures.md, "Volatility and touch probability"."""

from __future__ import annotations

import numpy as np

from app.domain.price_series import PriceSeries
from app.risk.bounds import usable_beta
from app.risk.volatility import LEAST_HOURS, Estimate, hourly_moves


def beta(own: PriceSeries, reference: PriceSeries) -> Estimate:
    """The slope of own hourly log returns on the reference's, by ordinary least squares.

    Over the hours in which both moves are known, 48 at least. ``None`` where either price
    stood still throughout: there is then nothing to compare.
    """
    moves, ended = hourly_moves(own.close, own.hours)
    others, others_ended = hourly_moves(reference.close, reference.hours)
    _, mine, theirs = np.intersect1d(ended, others_ended, assume_unique=True, return_indices=True)
    if len(mine) < LEAST_HOURS:
        note = (
            f"{len(mine)} of {LEAST_HOURS} hours with prices of both this contract and BTC so far."
        )
        return Estimate(value=None, note=note)
    y, x = moves[mine], others[theirs]
    x = x - x.mean()
    spread = float(x @ x)
    if not np.any(y):
        return Estimate(value=None, note="The price has not moved in the hours that are known.")
    if not spread > 0 or not np.any(others[theirs]):
        return Estimate(value=None, note="BTC's price has not moved in the hours that are known.")
    slope = float(x @ (y - y.mean())) / spread
    if usable_beta(slope) is None:
        return Estimate(value=None, note="The moves are too small to compare with BTC's.")
    return Estimate(value=slope)
