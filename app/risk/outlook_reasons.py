"""Reasons from what can happen: a day's moves, the account as a whole, sessions, lost hedges.

docs/reasons.md lists every code.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.adl import AdlStanding
from app.domain.fund import FundState
from app.domain.hedge import Hedge
from app.domain.market_risk import ORDINARY_DAY, Touch
from app.domain.reason import Reason, Severity
from app.domain.session import SessionRisk
from app.domain.thresholds import Thresholds
from app.risk.severity import strained
from app.risk.steps import reached, worst_step
from app.risk.units import is_dollar
from app.risk.wording import amount, enumerated, percent


def touch_reasons(touches: Sequence[Touch], thresholds: Thresholds) -> list[Reason]:
    """How likely the price touches liquidation within a day, where that is likely enough."""
    day = next((touch for touch in touches if touch.window == "24h"), None)
    step = None if day is None else reached(thresholds.touch_24h, day.probability)
    if day is None or step is None:
        return []
    severity, threshold = step
    text = (
        f"The price touches liquidation within 24 hours with a probability of"
        f" {percent(day.probability)} ({ORDINARY_DAY})."
    )
    return [
        Reason(
            code="touch_likely",
            severity=severity,
            text=text,
            value=day.probability,
            threshold=threshold,
            window="24h",
        )
    ]


def session_reasons(
    session: SessionRisk | None, fund: FundState | None, thresholds: Thresholds
) -> list[Reason]:
    """Profit of the running session at a venue that could take it back, while its fund drains."""
    if session is None or session.at_risk is None or not strained(fund):
        return []
    in_dollars = session.asset is not None and is_dollar(session.asset)
    threshold = thresholds.session_profit_usd if in_dollars else 0.0
    if session.at_risk <= threshold:
        return []
    profit = amount(session.at_risk, session.asset) if session.asset else "an unknown size"
    return [
        Reason(
            code="session_profit_at_risk",
            severity=Severity.WARNING,
            text=f"This session's profit of {profit} could be taken back, and the fund drains.",
            value=session.at_risk,
            threshold=threshold,
        )
    ]


def hedge_reasons(
    hedge: Hedge | None,
    standing: AdlStanding | None,
    fund: FundState | None,
    thresholds: Thresholds,
) -> list[Reason]:
    """Auto-deleveraging would leave the other legs of a hedge open, and it is not far."""
    if hedge is None or not hedge.lost_to_adl:
        return []
    in_front = standing is not None and standing.standing > thresholds.adl_standing
    if not in_front and not strained(fund):
        return []
    legs = enumerated(list(hedge.legs))
    text = f"Auto-deleveraging would close this leg of a hedge and leave you {legs}."
    return [
        Reason(
            code="adl_hedge",
            severity=Severity.WATCH,
            text=text,
            value=hedge.share,
        )
    ]


def account_reasons(
    move: float | None, distance: float | None, thresholds: Thresholds
) -> list[Reason]:
    """The account as a whole is nearer to liquidation than this position alone.

    ``move`` is the smallest move of all prices, as a fraction, that liquidates the margin it is
    on; ``distance`` the position's own, other prices held.
    """
    if not move:
        return []  # Of a margin that is used up already, the ratio speaks.
    joint = worst_step(thresholds.distance, lambda threshold: abs(move) <= threshold)
    own = distance is not None and worst_step(
        thresholds.distance, lambda threshold: distance <= threshold
    )
    if joint is None or (own and own[0].rank >= joint[0].rank):
        return []
    severity, threshold = joint
    text = (
        f"If all prices {'fell' if move < 0 else 'rose'} by {percent(abs(move))} together, the"
        f" margin this position shares would be liquidated."
    )
    return [
        Reason(
            code="account_near", severity=severity, text=text, value=abs(move), threshold=threshold
        )
    ]
