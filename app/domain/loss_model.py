"""What a venue does, in order, when a liquidation ends worse than bankruptcy. docs/figures.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class StepKind(StrEnum):
    PARTIAL_LIQUIDATION = "partial_liquidation"
    INSURANCE_FUND = "insurance_fund"
    BACKSTOP_LIQUIDATOR = "backstop_liquidator"
    TREASURY_TOP_UP = "treasury_top_up"
    AUTO_DELEVERAGING = "auto_deleveraging"
    SOCIALIZED_LOSS = "socialized_loss"
    CLAWBACK = "clawback"


class Touches(StrEnum):
    """Whether a step can reach something of yours; ``unknown`` is an answer too."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterfallStep:
    """One step. ``source`` is a URL or ``None``; a step without one is ``unsourced`` and said so.

    ``applies`` is ``yes``, ``no`` (the venue says it does not do this) or ``unknown``.
    ``close_price`` says at which price a position is closed, for auto-deleveraging.
    """

    kind: StepKind
    applies: Touches
    title: str
    text: str
    scope: str
    touches_profit: Touches
    touches_position: Touches
    touches_withdrawn: Touches
    source: str | None
    as_of: date | None
    close_price: str | None = None
    ranking: str | None = None
    note: str | None = None

    @property
    def unsourced(self) -> bool:
        return self.source is None


@dataclass(frozen=True, slots=True, kw_only=True)
class LossModel:
    """The waterfall of a venue, first step first, and what is not known about it.

    Since ``closed_on`` the venue is closed, and the steps are history.
    """

    venue: str
    steps: tuple[WaterfallStep, ...]
    not_known: tuple[str, ...] = ()
    closed_on: date | None = None
    _after_fund: tuple[WaterfallStep, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Asked of every position, and always the same.
        object.__setattr__(self, "_after_fund", self._steps_after_fund())

    def step(self, kind: StepKind) -> WaterfallStep | None:
        return next((step for step in self.steps if step.kind is kind), None)

    def after_fund(self) -> tuple[WaterfallStep, ...]:
        """The steps that follow when the fund cannot pay, those the venue rules out left away.

        All but the liquidation itself where there is no fund.
        """
        return self._after_fund

    def _steps_after_fund(self) -> tuple[WaterfallStep, ...]:
        possible = [step for step in self.steps if step.applies is not Touches.NO]
        kinds = [step.kind for step in possible]
        if StepKind.INSURANCE_FUND in kinds:
            possible = possible[kinds.index(StepKind.INSURANCE_FUND) + 1 :]
        before = {StepKind.PARTIAL_LIQUIDATION, StepKind.INSURANCE_FUND}
        return tuple(step for step in possible if step.kind not in before)
