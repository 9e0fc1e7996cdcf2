"""What happens to this position if the fund runs out, in a sentence or two.

Nothing is claimed that the venue's loss model does not hold: a step marked unknown becomes
"does not say whether", one without a source is said to be without one. Of a venue that has
closed everything is told as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.adl import AdlChoice, AdlScore
from app.domain.fund import FundState, PoolKind
from app.domain.hedge import Hedge
from app.domain.loss_model import LossModel, StepKind, Touches, WaterfallStep
from app.domain.position import Position
from app.domain.session import SessionRisk
from app.domain.verdict import LossAnswer
from app.risk.loss_place import left_open, place
from app.risk.loss_taking import instruction, taken, withdrawn
from app.risk.wording import day, phrase

WOULD = {
    StepKind.BACKSTOP_LIQUIDATOR: "hand bankrupt positions to a backstop liquidator",
    StepKind.TREASURY_TOP_UP: "put in money of its own",
    StepKind.AUTO_DELEVERAGING: "close positions of other traders (auto-deleveraging)",
    StepKind.SOCIALIZED_LOSS: "spread the loss over other users (socialized loss)",
    StepKind.CLAWBACK: "take back profit already booked (clawback)",
}
"""What a venue would do in each step after the fund, to follow "would" and "whether it would"."""

CHARGES_POSITIONS = "spread the loss over everybody with an open position (socialized loss)"

REACHING = (StepKind.AUTO_DELEVERAGING, StepKind.SOCIALIZED_LOSS, StepKind.CLAWBACK)
"""The steps that reach other traders; those before them are paid by somebody else."""


def answer(
    position: Position,
    *,
    loss_model: LossModel | None,
    venue_name: str,
    fund: FundState | None,
    session: SessionRisk | None = None,
    adl_score: AdlScore | None = None,
    adl_choice: AdlChoice | None = None,
    hedge: Hedge | None = None,
) -> LossAnswer:
    """The answer for ``position``; ``next_step`` is the kind of step that follows the fund.

    ``next_step`` is ``None`` where the venue states none, or has closed. ``session`` is what
    the venue could take back, ``adl_choice`` how it chooses whom it deleverages and ``adl_score``
    what its formula gives for this position, ``hedge`` what the position offsets. There is a
    third sentence only where closing or withdrawing later or earlier changes what is taken.
    """
    if loss_model is not None and loss_model.closed_on is not None:
        text = (
            f"{venue_name} closed on {day(loss_model.closed_on)}: what it did with losses until then "
            f"tells nothing about your {position.side} any more."
        )
        return LossAnswer(next_step=None, answer=text)
    following = _following(loss_model)
    stated = [step for step in following if step.applies is Touches.YES]
    if not stated:
        return LossAnswer(next_step=None, answer=_unstated(position, following, venue_name, fund))
    reaching = next((step for step in stated if step.kind in REACHING), None)
    before = stated[: stated.index(reaching)] if reaching else stated
    subject = f"{_opening(position, fund)} {venue_name}"
    if reaching is None:
        text = f"{subject} {_would(before)}; what follows when that falls short is not published."
    elif reaching.kind is StepKind.AUTO_DELEVERAGING and reaching.touches_position is Touches.YES:
        first = f"{_would(before, first=True)}, and could then" if before else "could"
        text = f"{subject} {first} {_closed(position, reaching)}. "
        gain = in_profit(position)
        text += place(position, reaching, venue_name, gain=gain, score=adl_score, choice=adl_choice)
        text += f"{left_open(hedge)}."
    else:
        text = _reach(position, reaching, f"{subject} {_would([*before, reaching])}", session)
    return LossAnswer(
        next_step=stated[0].kind.value, answer=f"{text}{instruction(session, stated)}"
    )


def general_answer(loss_model: LossModel, *, venue_name: str) -> LossAnswer:
    """The same for nobody's position in particular: what the venue states it would do."""
    stated = [step for step in _following(loss_model) if step.applies is Touches.YES]
    if loss_model.closed_on is not None:
        return LossAnswer(next_step=None, answer=_history(loss_model, stated, venue_name))
    if not stated:
        event = f"if {_emptied(loss_model)}"
        text = f"{venue_name} does not say what would happen {event}: nothing is ruled out."
        if _is_unread(loss_model.steps):
            text = f"What {venue_name} would do {event} is not gathered here: nothing is ruled out."
        return LossAnswer(next_step=None, answer=text)
    text = f"If {_emptied(loss_model)}, {venue_name} {_would(stated, priced=True)}."
    if not (_has_fund(loss_model) or _has_backstop(loss_model)):
        text += f" Whether a fund of {venue_name} pays before that is not known."
    return LossAnswer(next_step=stated[0].kind.value, answer=text)


def _is_unread(steps: Sequence[WaterfallStep]) -> bool:
    """Whether nothing the venue says was looked at: it may well say it."""
    return all(step.applies is Touches.UNKNOWN and step.source is None for step in steps)


def _history(model: LossModel, stated: Sequence[WaterfallStep], venue_name: str) -> str:
    assert model.closed_on is not None
    closed = f"{venue_name} closed on {day(model.closed_on)}."
    if not stated:
        return f"{closed} What it did until then if {_emptied(model)} was not published."
    return f"{closed} Until then, if {_emptied(model)}, it {_would(stated, priced=True)}."


def _emptied(model: LossModel) -> str:
    """What must have failed before the steps that follow, to stand after "if"."""
    if _has_fund(model):
        return "its fund ran out"
    return "its backstop could not bear a loss" if _has_backstop(model) else "a loss went uncovered"


def _has_fund(model: LossModel) -> bool:
    """Whether the venue states that it has one."""
    return _applies(model, StepKind.INSURANCE_FUND) is Touches.YES


def _has_backstop(model: LossModel) -> bool:
    """Whether a backstop liquidator stands in the place of a fund that there is not."""
    no_fund = _applies(model, StepKind.INSURANCE_FUND) is Touches.NO
    return no_fund and _applies(model, StepKind.BACKSTOP_LIQUIDATOR) is Touches.YES


def _applies(model: LossModel, kind: StepKind) -> Touches:
    """``no`` also where the loss model has no such step."""
    step = model.step(kind)
    return step.applies if step is not None else Touches.NO


def in_profit(position: Position) -> bool | None:
    """Whether the position is ahead now; ``None`` where nothing tells."""
    if position.unrealized_pnl is not None:
        return position.unrealized_pnl > 0
    if position.mark_price is not None and position.entry_price is not None:
        return position.side.sign * (position.mark_price - position.entry_price) > 0
    return None


def _following(model: LossModel | None) -> tuple[WaterfallStep, ...]:
    """The steps after the fund. A backstop liquidator that is the fund is not after it."""
    if model is None:
        return ()
    backstop_is_fund = _applies(model, StepKind.INSURANCE_FUND) is Touches.NO
    return tuple(
        step
        for step in model.after_fund()
        if not (backstop_is_fund and step.kind is StepKind.BACKSTOP_LIQUIDATOR)
    )


def _opening(position: Position, fund: FundState | None) -> str:
    if fund is None:
        return f"No fund is known behind {position.native_symbol}; if a loss went uncovered,"
    noun = "vault" if fund.kind is PoolKind.VAULT else "fund"
    return f"If this {noun} ran out,"


def _would(steps: Sequence[WaterfallStep], *, first: bool = False, priced: bool = False) -> str:
    """ "would first do this, then do that", each step with its price and its want of a source."""
    parts = [
        f"{_deed(step)}{_at_price(step) if priced else ''}{_unconfirmed(step)}" for step in steps
    ]
    if len(parts) > 1 or first:
        return f"would first {', then '.join(parts)}"
    return f"would {parts[0]}"


def _deed(step: WaterfallStep) -> str:
    return CHARGES_POSITIONS if charges_positions(step) else WOULD[step.kind]


def charges_positions(step: WaterfallStep) -> bool:
    """Whether a loss is spread over open positions, be they in profit or not.

    Other ways (over profit, over withdrawals) are told by the step's text alone: what it
    touches does not tell them apart.
    """
    over_positions = step.touches_position is Touches.YES and step.touches_profit is not Touches.YES
    return step.kind is StepKind.SOCIALIZED_LOSS and over_positions


def _at_price(step: WaterfallStep) -> str:
    return f", at {_price(step.close_price)}" if step.close_price else ""


def _unconfirmed(step: WaterfallStep) -> str:
    return ", which no source confirms" if step.unsourced else ""


def _reach(
    position: Position, step: WaterfallStep, sentence: str, session: SessionRisk | None
) -> str:
    if step.kind is StepKind.AUTO_DELEVERAGING:
        if step.touches_position is Touches.NO:
            return f"{sentence}; your open {position.side} would not be touched."
        return f"{sentence}. Whether that reaches your open {position.side} is not said."
    if step.kind is StepKind.SOCIALIZED_LOSS and step.touches_position is Touches.YES:
        return f"{sentence}. Your open {position.side} could be charged a part{withdrawn(step)}."
    return _reach_of_profit(position, step, sentence, session)


def _reach_of_profit(
    position: Position, step: WaterfallStep, sentence: str, session: SessionRisk | None
) -> str:
    if step.touches_profit is Touches.NO:
        return f"{sentence}; the profit of your {position.side} would not be touched."
    if step.touches_profit is Touches.UNKNOWN:
        return f"{sentence}. Whether that reaches the profit of your {position.side} is not said."
    return f"{sentence}. {taken(step, position.side, in_profit(position), session)}."


def _closed(position: Position, step: WaterfallStep) -> str:
    at = f"at {_price(step.close_price)}" if step.close_price else "at a price it does not state"
    closed = f"close your {position.side} without your order (auto-deleveraging)"
    return f"{closed}, {at}{_unconfirmed(step)}"


def _price(text: str) -> str:
    """ "the bankruptcy price …", however the facts file begins it."""
    words = phrase(text)
    named = words.startswith(("the ", "a ", "an ")) or not words[:1].islower()
    return words if named else f"the {words}"


def _unstated(
    position: Position,
    following: Sequence[WaterfallStep],
    venue_name: str,
    fund: FundState | None,
) -> str:
    asked = [_deed(step) for step in following if step.applies is Touches.UNKNOWN]
    if asked and not _is_unread(following):
        either = " or ".join(asked)
        return f"{_opening(position, fund)} {venue_name} does not say whether it would {either}."
    return f"{_opening(position, fund)} what {venue_name} does then is not known."
