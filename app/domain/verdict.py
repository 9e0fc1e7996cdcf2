"""The verdict on one position: its severity, the reasons for it, what it means. docs/figures.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.adl import AdlChoice, AdlScore, AdlTrigger
from app.domain.fund import FundState
from app.domain.hedge import Hedge
from app.domain.market_risk import Touch
from app.domain.position import Position, Source
from app.domain.reason import Reason, Severity
from app.domain.session import SessionRisk

__all__ = ["Assessment", "LossAnswer", "Reason", "Severity", "Verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``severity`` is the worst of ``reasons``, which are ordered worst first."""

    severity: Severity
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LossAnswer:
    """What happens to this position if the fund behind it runs out, in a sentence or two."""

    next_step: str | None
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A position with what it means; prices in quote, ``distance`` a fraction of mark.

    ``daily_volatility`` is the contract's (per square root of a day) and
    ``distance_daily_volatilities`` the way to liquidation in it; ``touches`` how likely that
    way is on an ordinary day, by window. ``adl_choice`` is how the venue chooses whom it
    deleverages and ``adl_score`` this position's score by its formula, ``adl_trigger`` how far
    the venue is on the way to doing it. ``session`` is what it could take back now. ``notes``
    says for a field that is ``None`` why.
    """

    position: Position
    liquidation_price: float | None
    liquidation_price_source: Source
    liquidation_price_note: str | None
    bankruptcy_price: float | None
    bankruptcy_price_source: Source
    distance: float | None
    distance_usd: float | None
    margin_ratio: float | None
    fund: FundState | None
    loss: LossAnswer
    verdict: Verdict
    daily_volatility: float | None = None
    distance_daily_volatilities: float | None = None
    touches: tuple[Touch, ...] = ()
    adl_choice: AdlChoice | None = None
    adl_score: AdlScore | None = None
    adl_trigger: AdlTrigger | None = None
    hedge: Hedge | None = None
    session: SessionRisk | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
