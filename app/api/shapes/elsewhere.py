"""Positions as a venue's own page may show them: without names of what is held elsewhere.

A hedge names its legs by venue and account. The page of one venue cannot read the overlay, but
it can test guesses of its text, and need not be told where else somebody trades.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.risk.wording import enumerated


def without_elsewhere(shown: Mapping[str, Any], *, venue: str, venue_name: str) -> dict[str, Any]:
    """``position``'s answer with the legs at other venues named by their side alone.

    In its hedge, its plain answer and its reasons; the share that is offset stays.
    """
    hedge = shown["hedge"]
    if hedge is None:
        return dict(shown)
    legs = _discreet(hedge["legs"], venue_name)
    named, instead = enumerated(hedge["legs"]), enumerated(legs)
    return {
        **shown,
        "hedge": {
            **hedge,
            "legs": legs,
            "venues": [one for one in hedge["venues"] if one == venue],
        },
        "loss_model": {
            **shown["loss_model"],
            "answer": shown["loss_model"]["answer"].replace(named, instead),
        },
        "reasons": [
            {**one, "text": one["text"].replace(named, instead)} for one in shown["reasons"]
        ],
    }


def _discreet(legs: list[str], venue_name: str) -> list[str]:
    """ "short elsewhere" for "short on Bybit (main)", and "another elsewhere" for the next."""
    told: list[str] = []
    hidden = 0
    for leg in legs:
        side, _, where = leg.partition(" on ")
        if where.startswith(f"{venue_name} ("):
            told.append(leg)
            continue
        told.append("another elsewhere" if hidden else f"{side} elsewhere")
        hidden += 1
    return told
