"""A venue's loss model in five sentences, each no more than its steps state.

Of a venue that has closed they are told as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from app.domain.loss_model import LossModel, StepKind, Touches, WaterfallStep
from app.risk.loss_answer import charges_positions
from app.risk.wording import day, enumerated

NOUNS: Final = {
    StepKind.PARTIAL_LIQUIDATION: "closing the position itself step by step",
    StepKind.INSURANCE_FUND: "the insurance fund",
    StepKind.BACKSTOP_LIQUIDATOR: "a backstop liquidator that takes the position over",
    StepKind.TREASURY_TOP_UP: "the venue's own money",
    StepKind.AUTO_DELEVERAGING: "the other traders' positions (auto-deleveraging)",
    StepKind.SOCIALIZED_LOSS: "other users together (socialized loss)",
    StepKind.CLAWBACK: "profit already booked (clawback)",
}
OPEN_POSITIONS: Final = "everybody with an open position (socialized loss)"
AFTER_OTHERS: Final = frozenset(
    {StepKind.AUTO_DELEVERAGING, StepKind.SOCIALIZED_LOSS, StepKind.CLAWBACK}
)
TAKING: Final = frozenset({StepKind.SOCIALIZED_LOSS, StepKind.CLAWBACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tense:
    """The verbs of these sentences: as it is, or as it was until the venue closed."""

    is_: str
    can: str
    cannot: str
    does_not: str


PRESENT: Final = Tense(is_="is", can="can", cannot="cannot", does_not="does not")
PAST: Final = Tense(is_="was", can="could", cannot="could not", does_not="did not")


@dataclass(frozen=True, slots=True, kw_only=True)
class LossSummary:
    """What absorbs a loss first, what a winner can lose, and what nobody says."""

    absorbs_first: str
    winners: str
    profit: str
    top_up: str
    not_known: str


def summarize(model: LossModel, *, venue_name: str) -> LossSummary:
    """Steps that the venue rules out, or that no source states, are never told as facts."""
    tense = PRESENT if model.closed_on is None else PAST
    return LossSummary(
        absorbs_first=_absorbs_first(model, venue_name, tense),
        winners=_winners(model.steps, venue_name, tense),
        profit=_profit(model.steps, venue_name, tense),
        top_up=_top_up(model.step(StepKind.TREASURY_TOP_UP), venue_name, tense),
        not_known=_not_known(model, venue_name),
    )


def _absorbs_first(model: LossModel, name: str, tense: Tense) -> str:
    stated = _stated(model.steps)
    paying = _unique(_noun(s) for s in stated if s.kind is not StepKind.PARTIAL_LIQUIDATION)
    if not paying:
        told = f"what would absorb a loss first at {name} {tense.is_} not published"
    else:
        fund = model.step(StepKind.INSURANCE_FUND)
        open_fund = fund is not None and _is_open(fund)
        first = "" if open_fund else "first "
        then = f", then {enumerated(paying[1:])}" if paying[1:] else ""
        told = f"a loss beyond a trader's margin {tense.is_} absorbed {first}by {paying[0]}{then}"
        if open_fund:
            told += f"; whether an insurance fund pays before that {tense.is_} not known"
    if model.closed_on is not None:
        return f"Until {name} closed on {day(model.closed_on)}, {told}."
    return f"{told[0].upper()}{told[1:]}."


def _winners(steps: Sequence[WaterfallStep], name: str, tense: Tense) -> str:
    reaching = [
        step
        for step in _stated(steps)
        if Touches.YES in (step.touches_position, step.touches_profit) and step.kind in AFTER_OTHERS
    ]
    if reaching:
        fates = _joined(_fate(step, tense) for step in reaching)
        return f"What {tense.can} happen to a winner: {fates}."
    asked = [step for step in steps if step.kind in AFTER_OTHERS and _is_open(step)]
    if asked:
        ways = enumerated([_noun(step) for step in asked], last="or")
        return f"{name} {tense.does_not} say whether {ways} would pay when the rest falls short."
    return f"No way {tense.is_} published by which {name} would make other traders pay."


def _fate(step: WaterfallStep, tense: Tense) -> str:
    if step.kind is StepKind.AUTO_DELEVERAGING:
        return f"its position {tense.can} be closed against its will"
    if step.kind is StepKind.CLAWBACK:
        return f"profit already booked {tense.can} be taken back"
    if step.touches_position is Touches.YES:
        return f"its open position {tense.can} be charged a part of the loss"
    return f"a part of its profit {tense.can} be charged to cover the loss"


def _profit(steps: Sequence[WaterfallStep], name: str, tense: Tense) -> str:
    """Auto-deleveraging takes an open position, and with it only profit that is not booked yet."""
    taking = [step for step in steps if step.kind in TAKING]
    if not taking:
        return (
            f"No rule {tense.is_} published by which {name} would take booked or withdrawn profit."
        )
    realised = _worst(taking, "touches_profit")
    withdrawn = _worst(taking, "touches_withdrawn")
    first = {
        Touches.YES: f"Profit that {tense.is_} booked but not withdrawn {tense.can} be touched",
        Touches.NO: f"Profit that {tense.is_} booked {tense.cannot} be touched",
        Touches.UNKNOWN: f"{name} {tense.does_not} say whether booked profit {tense.can} be touched",
    }[realised]
    second = {
        Touches.YES: f"money that was withdrawn {tense.can} be",
        Touches.NO: f"money that was withdrawn {tense.cannot}",
        Touches.UNKNOWN: f"of money that was withdrawn nothing {tense.is_} said",
    }[withdrawn]
    return f"{first}; {second}."


def _top_up(step: WaterfallStep | None, name: str, tense: Tense) -> str:
    if step is None:
        return f"Nothing {tense.is_} published about {name} topping up its fund with its own money."
    if step.applies is Touches.NO:
        return f"{name} says that it {tense.does_not} top up its fund with its own money."
    said = first_sentence(step.text)
    if step.applies is Touches.YES and not step.unsourced:
        return f"Top-up by the venue: {said}"
    return f"Top-up by the venue {tense.is_} nothing to count on: {said}"


def _not_known(model: LossModel, name: str) -> str:
    unsourced = _unique(_noun(step) for step in model.steps if step.unsourced)
    gaps = len(model.not_known)
    if not unsourced and not gaps:
        return f"Nothing that matters here is known to be left open by {name}."
    parts = []
    if gaps:
        parts.append(model.not_known[0].rstrip("."))
    if unsourced:
        parts.append(f"no page of the venue was found for {enumerated(unsourced)}")
    more = f" ({gaps - 1} more below)" if gaps > 1 else ""
    return f"Not known: {_joined(parts)}{more}."


def _noun(step: WaterfallStep) -> str:
    return OPEN_POSITIONS if charges_positions(step) else NOUNS[step.kind]


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence."""
    match = re.match(r".*?[.!?](?=\s+[A-Z]|$)", text)
    return match.group() if match else text


def _stated(steps: Iterable[WaterfallStep]) -> list[WaterfallStep]:
    return [step for step in steps if step.applies is Touches.YES and not step.unsourced]


def _is_open(step: WaterfallStep) -> bool:
    return step.applies is Touches.UNKNOWN or step.unsourced


def _worst(steps: Sequence[WaterfallStep], field: str) -> Touches:
    """Yes if a stated step reaches it; no if every step that may apply says so, or none may."""
    reach = attrgetter(field)
    if any(reach(step) is Touches.YES for step in _stated(steps)):
        return Touches.YES
    possible = [step for step in steps if step.applies is not Touches.NO]
    if all(reach(step) is Touches.NO for step in possible):
        return Touches.NO
    return Touches.UNKNOWN


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(_unique(parts))
