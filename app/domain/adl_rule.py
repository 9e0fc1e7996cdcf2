"""How a venue chooses whom it deleverages, as data. docs/figures.md, "Auto-deleveraging"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.adl import AdlChoice
from app.domain.position import MarginMode, Side


class AdlGain(StrEnum):
    """How far a position is ahead, as the formulas measure it; a loss counts below zero."""

    PNL_ON_ENTRY_VALUE = "pnl_on_entry_value"
    PNL_ON_MARK_VALUE = "pnl_on_mark_value"
    PNL_ON_BALANCE = "pnl_on_balance"
    """Profit over the margin behind the position, this profit left out."""
    PRICE_CHANGE = "price_change"
    """Mark / entry − 1 for a long, entry / mark − 1 for a short."""
    PRICE_RATIO = "price_ratio"
    """Mark / entry for a long, entry / mark for a short: below 1 at a loss, never below zero."""


class AdlWeight(StrEnum):
    """How risky a position is, as the formulas measure it. The value is the one at mark.

    The margin is the position's own if it is isolated, and the account's on cross margin.
    """

    BANKRUPTCY_LEVERAGE = "bankruptcy_leverage"
    """Value / (value − value at the bankruptcy price)."""
    EQUITY_LEVERAGE = "equity_leverage"
    """Value / margin balance, unrealised profit included."""
    BALANCE_LEVERAGE = "balance_leverage"
    """Value / margin balance, the profit of this position left out."""
    NOMINAL_LEVERAGE = "nominal_leverage"
    """The leverage that is set for the position."""
    MARGIN_RATIO = "margin_ratio"
    """Maintenance margin / margin balance."""


class AdlJoin(StrEnum):
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    NOTHING = "nothing"
    """The score is 0, whatever gain and weight are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdlFormula:
    """Gain and weight, and how they are joined for a position in profit and for one at a loss.

    ``sides_apart``: longs are ranked among longs, shorts among shorts. ``modes`` are the margin
    modes the formula is published for.
    """

    gain: AdlGain
    weight: AdlWeight
    in_profit: AdlJoin
    at_loss: AdlJoin
    sides_apart: bool
    modes: tuple[MarginMode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdlExample:
    """A formula worked out for one isolated or cross position of a linear contract.

    ``size`` is in base units, amounts in the settle asset. ``margin_balance`` includes
    unrealised profit. What the formula does not need is ``None``. ``published`` says that the
    venue's document has this example; otherwise it is worked out by hand from the formula.
    """

    side: Side
    entry_price: float
    mark_price: float
    size: float
    score: float
    published: bool
    leverage: float | None = None
    margin_balance: float | None = None
    maintenance_margin: float | None = None
    bankruptcy_price: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdlRule:
    """How a venue chooses whom it deleverages.

    ``text`` says it for people, in words and symbols. ``formula`` and ``example`` are there
    where ``choice`` is ``score``. ``secondary`` says that the source is not the venue itself.
    ``spares_hedged``: on cross margin it leaves alone what the account holds on the other side.
    """

    choice: AdlChoice
    text: str
    source: str | None
    secondary: bool = False
    spares_hedged: bool = False
    note: str | None = None
    formula: AdlFormula | None = None
    example: AdlExample | None = None
