"""What a code of a reason is: what it says, on which number it stands, where it begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.reason import Severity
from app.domain.thresholds import Steps, Thresholds

ALWAYS = "always"


class Group(StrEnum):
    """What a reason is about; the value is how it is called."""

    LIQUIDATION = "Liquidation"
    LOSSES = "Auto-deleveraging and losses shared out"
    FUND = "The insurance fund"
    DATA = "The figures themselves"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCode:
    """One code. ``number`` is what its ``value`` is, with the unit; ``None`` where it has none.

    ``steps`` says from where on it has each severity. ``setting`` is the field of ``Thresholds``
    they come from, which a user can change; ``fixed`` are the fields of ``FundThresholds``.
    """

    code: str
    group: Group
    title: str
    meaning: str
    number: str | None
    steps: Mapping[Severity, str]
    look_at: str
    window: str | None = None
    setting: str | None = None
    fixed: tuple[str, ...] = ()

    @property
    def worst(self) -> Severity:
        """The worst severity it can have."""
        return max(self.steps, key=lambda severity: severity.rank)


def begins(figure: str, how: str = "{} or more") -> dict[Severity, str]:
    """The default steps of a figure of ``Thresholds`` in words, worst first."""
    steps: Steps = getattr(Thresholds(), figure)
    given = (
        (Severity.CRITICAL, steps.critical),
        (Severity.WARNING, steps.warning),
        (Severity.WATCH, steps.watch),
    )
    return {
        severity: how.format(share(threshold))
        for severity, threshold in given
        if threshold is not None
    }


def share(fraction: float) -> str:
    """``0.05`` as "5 %"."""
    return f"{fraction * 100:g} %"
