"""The verdict on one position: its severity, the reasons for it, what it means. docs/figures.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.fund import FundState
from app.domain.position import Position, Source
from app.domain.reason import Reason, Severity

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
    """A position with what it means; prices in quote, ``distance`` a fraction of mark."""

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
    notes: Mapping[str, str] = field(default_factory=dict)
