"""Whether auto-deleveraging would pick this position, as far as anybody outside can tell.

The venue's own standing is a place in its queue; a score worked out here is not.
"""

from __future__ import annotations

import re
from math import floor, log10
from typing import Final

from app.domain.adl import AdlChoice, AdlScore, AdlStanding
from app.domain.hedge import Hedge
from app.domain.loss_model import WaterfallStep
from app.domain.position import Position
from app.risk.wording import enumerated, phrase, plain_number

FRONT: Final = 0.8
BACK: Final = 0.2
LONGEST_RULE: Final = 100
MOST_LEGS: Final = 2

WITHOUT_A_QUEUE: Final = {
    AdlChoice.RANDOM: "{venue} picks at random, so nothing tells beforehand whether it is picked",
    AdlChoice.ACCOUNT_GAIN: (
        "{venue} compares percentage gains over its whole platform, not contract by contract, and"
        " where this one stands is not known"
    ),
}


def place(
    position: Position,
    step: WaterfallStep,
    venue_name: str,
    *,
    gain: bool | None,
    score: AdlScore | None,
    choice: AdlChoice | None,
) -> str:
    """Profit and place in the queue, without a full stop.

    The venue's own standing wins; then how it chooses, where that is no queue; then the score
    by its formula; then the rule in its words.
    """
    profit = {
        True: "It is in profit",
        False: "It is not in profit now, which may not spare it",
        None: "Whether it is in profit is not known",
    }[gain]
    if position.adl is not None:
        joint = " and" if gain else "; it is"
        return f"{profit}{joint} {_standing(position.adl)}"
    if choice in WITHOUT_A_QUEUE:
        return f"{profit}; {WITHOUT_A_QUEUE[choice].format(venue=venue_name)}"
    if score is not None:
        joint = " and" if gain else "; it"
        scored = f"scores {_figure(score.score)} by {_formula(score, venue_name)} (highest first)"
        return f"{profit}{joint} {scored}; what others score is not known"
    if step.ranking is None:
        return f"{profit}; how {venue_name} picks positions is not known"
    rule = phrase(re.split(r"[:;]", step.ranking)[0])
    if len(rule) > LONGEST_RULE:
        return f"{profit}; its place in the queue of {venue_name} is not known"
    return f"{profit}; its place in the queue, which goes by {rule}, is not known"


def left_open(hedge: Hedge | None) -> str:
    """What closing a hedged position would leave, to follow a clause; empty without a hedge."""
    if hedge is None or not hedge.lost_to_adl or not hedge.legs:
        return ""
    legs = enumerated(hedge.legs)
    if len(hedge.legs) > MOST_LEGS:
        legs = f"{len(hedge.legs)} other legs in {hedge.base}"
    return f"; closing it would leave your {legs} open"


def _formula(score: AdlScore, venue_name: str) -> str:
    if score.source is None:
        return "a formula that no source confirms"
    if score.secondary:
        return f"a formula that others tell of {venue_name}"
    return f"the formula {venue_name} publishes"


def _standing(adl: AdlStanding) -> str:
    raw = adl.raw if isinstance(adl.raw, str) else plain_number(adl.raw)
    if adl.standing > FRONT:
        where = "near the front of the queue"
    elif adl.standing <= BACK:
        where = "near the back of the queue"
    else:
        where = "in the middle of the queue"
    return f"{where} ({raw} on a scale of {adl.scale})"


def _figure(value: float) -> str:
    """Three digits that matter: scores of venues differ by many powers of ten."""
    if value == 0:
        return "0"
    decimals = max(2 - floor(log10(abs(value))), 0)
    told = f"{value:,.{decimals}f}"
    return told.rstrip("0").rstrip(".") if "." in told else told
