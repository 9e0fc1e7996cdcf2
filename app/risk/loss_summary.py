"""A venue's loss model in five sentences, each no more than its steps state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from app.domain.loss_model import LossModel, StepKind, Touches, WaterfallStep
from app.risk.wording import enumerated

NOUNS: Final = {
    StepKind.PARTIAL_LIQUIDATION: "closing the position itself step by step",
    StepKind.INSURANCE_FUND: "the insurance fund",
    StepKind.BACKSTOP_LIQUIDATOR: "a backstop liquidator that takes the position over",
    StepKind.TREASURY_TOP_UP: "the venue's own money",
    StepKind.AUTO_DELEVERAGING: "the other traders' positions (auto-deleveraging)",
    StepKind.SOCIALIZED_LOSS: "traders in profit together (socialized loss)",
    StepKind.CLAWBACK: "profit already booked (clawback)",
}
AFTER_OTHERS: Final = frozenset(
    {StepKind.AUTO_DELEVERAGING, StepKind.SOCIALIZED_LOSS, StepKind.CLAWBACK}
)
TAKING: Final = frozenset({StepKind.SOCIALIZED_LOSS, StepKind.CLAWBACK})


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
    return LossSummary(
        absorbs_first=_absorbs_first(model.steps, venue_name),
        winners=_winners(model.steps, venue_name),
        profit=_profit(model.steps, venue_name),
        top_up=_top_up(model.step(StepKind.TREASURY_TOP_UP), venue_name),
        not_known=_not_known(model, venue_name),
    )


def _absorbs_first(steps: Sequence[WaterfallStep], name: str) -> str:
    stated = _stated(steps)
    paying = [NOUNS[s.kind] for s in stated if s.kind is not StepKind.PARTIAL_LIQUIDATION]
    if not paying:
        return f"What absorbs a loss first at {name} is not published."
    then = f", then {enumerated(_unique(paying[1:]))}" if _unique(paying[1:]) else ""
    return f"A loss beyond a trader's margin is absorbed first by {paying[0]}{then}."


def _winners(steps: Sequence[WaterfallStep], name: str) -> str:
    reaching = [
        step
        for step in _stated(steps)
        if Touches.YES in (step.touches_position, step.touches_profit) and step.kind in AFTER_OTHERS
    ]
    if reaching:
        return f"What can happen to a winner: {_joined(_fate(step) for step in reaching)}."
    asked = [step for step in steps if step.kind in AFTER_OTHERS and _is_open(step)]
    if asked:
        ways = enumerated([NOUNS[step.kind] for step in asked], last="or")
        return f"{name} does not say whether {ways} would pay when the rest falls short."
    return f"No way is published by which {name} makes other traders pay."


def _fate(step: WaterfallStep) -> str:
    if step.kind is StepKind.AUTO_DELEVERAGING:
        return "its position can be closed against its will"
    if step.kind is StepKind.SOCIALIZED_LOSS:
        return "a part of its profit can be charged to cover the loss"
    return "profit it has already booked can be taken back"


def _profit(steps: Sequence[WaterfallStep], name: str) -> str:
    """Auto-deleveraging takes an open position, and with it only profit that is not booked yet."""
    taking = [step for step in steps if step.kind in TAKING]
    if not taking:
        return f"No rule is published by which {name} takes booked or withdrawn profit."
    realised = _worst(taking, "touches_profit")
    withdrawn = _worst(taking, "touches_withdrawn")
    first = {
        Touches.YES: "Profit that is booked but not withdrawn can be touched",
        Touches.NO: "Profit that is booked cannot be touched",
        Touches.UNKNOWN: f"{name} does not say whether booked profit can be touched",
    }[realised]
    second = {
        Touches.YES: "money that was withdrawn can be",
        Touches.NO: "money that was withdrawn cannot",
        Touches.UNKNOWN: "of money that was withdrawn nothing is said",
    }[withdrawn]
    return f"{first}; {second}."


def _top_up(step: WaterfallStep | None, name: str) -> str:
    if step is None:
        return f"Nothing is published about {name} topping up its fund with its own money."
    if step.applies is Touches.NO:
        return f"{name} says that it does not top up its fund with its own money."
    said = first_sentence(step.text)
    if step.applies is Touches.YES and not step.unsourced:
        return f"Top-up by the venue: {said}"
    return f"Top-up by the venue is nothing to count on: {said}"


def _not_known(model: LossModel, name: str) -> str:
    unsourced = _unique(NOUNS[step.kind] for step in model.steps if step.unsourced)
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
