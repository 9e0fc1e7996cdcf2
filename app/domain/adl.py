"""Auto-deleveraging: a position's standing in the queue, and market-wide signals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AdlChoice(StrEnum):
    """By what a venue chooses whom it deleverages."""

    SCORE = "score"
    """A formula over the position: profit and leverage."""
    PROFIT_AND_LEVERAGE = "profit_and_leverage"
    """By profit and leverage too, but the formula is not published or not complete."""
    RANDOM = "random"
    ACCOUNT_GAIN = "account_gain"
    """The percentage gain, ranked over the whole venue and not contract by contract: said only."""
    NONE = "none"
    """Its documents describe no auto-deleveraging: losses are met in another way."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdlScore:
    """A position's score by the formula its venue publishes, computed here.

    No place in a queue: nobody outside knows the scores of the others. Higher is closed first.
    ``formula`` says it in words and symbols; ``source`` is where it is published, which is
    somebody else than the venue where ``secondary`` says so.
    """

    score: float
    formula: str
    source: str | None
    note: str | None = None
    secondary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdlTrigger:
    """How far the venue is on the way to its own trigger: 0 calm, 1 there."""

    progress: float
    subject: str
    value: float | None
    trigger: float | None
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AdlStanding:
    """What the venue publishes for one position and one side.

    ``standing`` is a fraction, 0 last and 1 first to be deleveraged; ``raw`` is the venue's
    own value on ``scale`` (for people, e.g. ``"0-4"``).
    """

    standing: float
    raw: float | str
    scale: str
    source: str = "venue"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdlSignal:
    """A market-wide warning a venue publishes for a contract, or for a whole pool.

    One of ``native_symbol`` and ``pool`` (a pool's key within its venue) says what it is
    about, the other is empty. ``kind`` names the figure (``drawdown``, ``rating``,
    ``clawback_rate``, ``socialized_loss`` …). ``rating`` is the venue's word (``low``,
    ``medium``, ``high``), ``value`` its figure and ``trigger`` the figure at which it
    deleverages or spreads a loss; ``progress`` is the fraction of the way from calm (0) to
    the trigger (1 or more). Any of them is ``None`` where the venue does not say. A loss
    that was spread already has its rate or amount as ``value`` and no trigger.
    """

    venue: str
    kind: str
    at: datetime
    native_symbol: str = ""
    pool: str = ""
    rating: str | None = None
    value: float | None = None
    trigger: float | None = None
    progress: float | None = None
    note: str | None = None
