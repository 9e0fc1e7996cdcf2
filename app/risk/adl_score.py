"""A position's score by the formula its venue publishes. docs/figures.md, "Auto-deleveraging".

A score is no place in a queue: nobody outside the venue knows the scores of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Final

from app.domain.adl import AdlChoice, AdlScore
from app.domain.adl_rule import AdlFormula, AdlGain, AdlJoin, AdlRule, AdlWeight
from app.domain.position import AccountMargin, ContractKind, MarginMode, Position, Side
from app.risk.liquidation import notional, usable_price
from app.risk.liquidation_estimate import quantity_of
from app.risk.margin import SharedMargin, position_margin_ratio
from app.risk.units import same_money
from app.risk.wording import enumerated

WHY_NO_SCORE: Final = {
    AdlChoice.PROFIT_AND_LEVERAGE: "The venue ranks by profit and leverage, but publishes no"
    " complete formula.",
    AdlChoice.RANDOM: "The venue picks the positions it deleverages at random: no figure of a"
    " position tells whether it is next.",
    AdlChoice.ACCOUNT_GAIN: "The venue compares gains over its whole platform, not contract by"
    " contract: no score is worked out.",
    AdlChoice.NONE: "The venue describes no auto-deleveraging.",
    AdlChoice.UNKNOWN: "How the venue chooses whom it deleverages is not published.",
}


class _Unknown(Exception):
    """An ingredient is not known; the message is the note that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """What a position is worth, in its settle asset; ``profit`` is below zero at a loss."""

    at_mark: float
    at_entry: float
    profit: float


def score(
    position: Position,
    *,
    rule: AdlRule,
    margin: AccountMargin | None,
    mark: float | None,
    bankruptcy_price: float | None,
) -> tuple[AdlScore | None, str | None]:
    """The score of ``position`` at ``mark``, or ``None`` and a note that says why not.

    ``margin`` is the account's, for positions on cross or portfolio margin. The margin balance
    is taken as it was read, also where ``mark`` is newer. Constant time.
    """
    if rule.formula is None:
        return None, rule.note or WHY_NO_SCORE.get(rule.choice)
    try:
        found = _score(position, rule.formula, margin, usable_price(mark), bankruptcy_price)
    except _Unknown as unknown:
        return None, str(unknown)
    shown = AdlScore(
        score=found,
        formula=rule.text,
        source=rule.source,
        note=rule.note,
        secondary=rule.secondary,
    )
    return shown, None


def _score(
    position: Position,
    formula: AdlFormula,
    margin: AccountMargin | None,
    mark: float | None,
    bankruptcy_price: float | None,
) -> float:
    entry = usable_price(position.entry_price)
    if mark is None or entry is None:
        raise _Unknown(f"The {'mark' if mark is None else 'entry'} price is not known.")
    if position.margin_mode is None:
        raise _Unknown("It is not known whether this position is on cross or isolated margin.")
    if position.margin_mode not in formula.modes:
        raise _Unknown(f"The formula is published for {_modes(formula)} margin only.")
    if quantity_of(position) <= 0:
        raise _Unknown("The size of the position is not known.")
    values = _values(position, mark=mark, entry=entry)
    join = formula.in_profit if values.profit >= 0 else formula.at_loss
    if join is AdlJoin.NOTHING:
        return 0.0
    gain = _gain(position, formula.gain, values, margin, mark / entry)
    weight = _weight(position, formula.weight, values, margin, bankruptcy_price)
    if join is AdlJoin.DIVIDE and weight == 0:
        raise _Unknown("The formula divides by a figure that is 0 here.")
    found = gain * weight if join is AdlJoin.MULTIPLY else gain / weight
    if not isfinite(found):
        raise _Unknown("The figures of this position are too far apart for the formula.")
    return found


def _values(position: Position, *, mark: float, entry: float) -> _Values:
    """An inverse contract is worth less coin the higher the price: its profit is mirrored."""
    kind, quantity = position.kind, quantity_of(position)
    at_mark = notional(kind, quantity=quantity, price=mark)
    at_entry = notional(kind, quantity=quantity, price=entry)
    return _Values(
        at_mark=at_mark, at_entry=at_entry, profit=_direction(position) * (at_mark - at_entry)
    )


def _direction(position: Position) -> int:
    """+1 where profit grows with the value in the settle asset, −1 where it shrinks with it."""
    return position.side.sign * (1 if position.kind is ContractKind.LINEAR else -1)


def _gain(
    position: Position,
    gain: AdlGain,
    values: _Values,
    margin: AccountMargin | None,
    mark_on_entry: float,
) -> float:
    if gain is AdlGain.PNL_ON_ENTRY_VALUE:
        return values.profit / values.at_entry
    if gain is AdlGain.PNL_ON_MARK_VALUE:
        return values.profit / values.at_mark
    if gain is AdlGain.PNL_ON_BALANCE:
        return values.profit / _balance_without(position, margin, values.profit)
    ratio = mark_on_entry if position.side is Side.LONG else 1 / mark_on_entry
    return ratio if gain is AdlGain.PRICE_RATIO else ratio - 1


def _weight(
    position: Position,
    weight: AdlWeight,
    values: _Values,
    margin: AccountMargin | None,
    bankruptcy_price: float | None,
) -> float:
    if weight is AdlWeight.BANKRUPTCY_LEVERAGE:
        return values.at_mark / _above_bankruptcy(position, values.at_mark, bankruptcy_price)
    if weight is AdlWeight.EQUITY_LEVERAGE:
        return values.at_mark / _margin_balance(position, margin)
    if weight is AdlWeight.BALANCE_LEVERAGE:
        return values.at_mark / _balance_without(position, margin, values.profit)
    if weight is AdlWeight.NOMINAL_LEVERAGE:
        if position.leverage is None or not position.leverage > 0:
            raise _Unknown(position.notes.get("leverage", "The leverage set is not known."))
        return position.leverage
    maintenance = margin.maintenance_margin if margin is not None else None
    ratio = position_margin_ratio(
        position, SharedMargin(margin=margin, maintenance=maintenance, legs={})
    )
    if ratio.value is None:
        raise _Unknown(ratio.note or "The margin ratio is not known.")
    return ratio.value


def _above_bankruptcy(position: Position, at_mark: float, price: float | None) -> float:
    """What the position can lose until bankruptcy, in the settle asset; above zero."""
    usable = usable_price(price)
    if usable is None:
        raise _Unknown("There is no bankruptcy price, which the formula needs.")
    at_bankruptcy = notional(position.kind, quantity=quantity_of(position), price=usable)
    left = _direction(position) * (at_mark - at_bankruptcy)
    if left <= 0:
        raise _Unknown("The bankruptcy price is not on the side where this position loses.")
    return left


def _balance_without(position: Position, margin: AccountMargin | None, profit: float) -> float:
    left = _margin_balance(position, margin) - profit
    if left <= 0:
        raise _Unknown("Without its own profit there is no margin behind this position.")
    return left


def _margin_balance(position: Position, margin: AccountMargin | None) -> float:
    """Unrealised profit included; above zero."""
    if position.margin_mode is MarginMode.ISOLATED:
        balance, why = position.collateral, "The margin of this position is not known."
        why = position.notes.get("collateral", why)
    elif margin is None or margin.margin_balance is None:
        balance, why = None, "The account's margin balance is not known."
    elif not same_money(margin.asset, position.settle_asset):
        raise _Unknown(
            f"The account's margin is counted in {margin.asset}, this contract settles in"
            f" {position.settle_asset}."
        )
    else:
        balance, why = margin.margin_balance, ""
    if balance is None:
        raise _Unknown(why)
    if balance <= 0:
        raise _Unknown("The margin balance is used up.")
    return balance


def _modes(formula: AdlFormula) -> str:
    return enumerated([str(mode) for mode in formula.modes])
