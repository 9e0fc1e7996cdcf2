"""What a step that takes from winners could take of this account, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Final

from app.domain.loss_model import StepKind, Touches, WaterfallStep
from app.domain.position import Side
from app.domain.session import SessionRisk, TakenFrom
from app.risk.wording import amount

TAKING: Final = frozenset({StepKind.SOCIALIZED_LOSS, StepKind.CLAWBACK})


def taken(step: WaterfallStep, side: Side, gain: bool | None, session: SessionRisk | None) -> str:
    """What of yours the step could take, as a sentence without a full stop.

    For a step that touches profit. ``gain`` is whether the position is ahead.
    """
    if session is not None and session.taken_from is TakenFrom.WITHDRAWALS and _is_sourced(session):
        return f"What you withdraw while money is missing could be cut{withdrawn(step)}"
    if session is not None and session.taken_from is TakenFrom.SESSION_PROFIT:
        if _is_nothing(session):
            which = _session(session)
            return f"Your account has earned nothing in {which}, so nothing could be taken now"
        return f"{_of_session(side, session)}{withdrawn(step)}"
    if step.kind is StepKind.CLAWBACK:
        return f"{_of_session(side, None)}{withdrawn(step)}"
    mine = {
        True: f"Your {side} is in profit now, and part of that could be taken",
        False: f"Your {side} is not in profit now and has no profit to give",
        None: f"Part of the profit of your {side}, if it has any, could be taken",
    }[gain]
    return f"{mine}{withdrawn(step)}"


def withdrawn(step: WaterfallStep) -> str:
    """Whether the step reaches money that left the venue, to follow a clause."""
    if step.unsourced:
        return ""
    return {
        Touches.YES: "; money already withdrawn is within its reach too",
        Touches.NO: "; money already withdrawn is not touched",
        Touches.UNKNOWN: "; whether it reaches money already withdrawn is not said",
    }[step.touches_withdrawn]


def instruction(session: SessionRisk | None, steps: Iterable[WaterfallStep]) -> str:
    """What closing or withdrawing changes, as a sentence of its own with a space before it.

    Empty where no step with a source takes from winners, where the rule has no source, and
    where the session earned nothing that could be taken.
    """
    if session is None or not _is_sourced(session):
        return ""
    if not takes_from_winners(steps):
        return ""
    if session.taken_from is TakenFrom.SESSION_PROFIT and _is_nothing(session):
        return ""
    return f" {session.instruction}"


def takes_from_winners(steps: Iterable[WaterfallStep]) -> bool:
    """Whether one of the steps does, and a source says so."""
    return any(
        step.kind in TAKING and step.applies is Touches.YES and not step.unsourced for step in steps
    )


def _of_session(side: Side, session: SessionRisk | None) -> str:
    which = _session(session)
    if session is None or session.at_risk is None or session.asset is None:
        # A position behind since its entry can have gained since the session began.
        mine = f"what you booked in it, and what your {side} gained in it"
        return f"Profit of {which} could be taken back in part: {mine}"
    most = amount(session.at_risk, session.asset)
    return f"Up to {most} could be taken: what your account has earned, booked or open, in {which}"


def _session(session: SessionRisk | None) -> str:
    if session is None or session.ends_at is None or not _is_sourced(session):
        return "the running settlement session"
    return f"the session that ends at {session.ends_at.astimezone(UTC):%H:%M} UTC"


def _is_nothing(session: SessionRisk) -> bool:
    """Whether the account is known to have earned nothing, or less than is worth a figure."""
    if session.at_risk is None or session.asset is None:
        return False
    told, _, _ = amount(session.at_risk, session.asset).partition(" ")
    return float(told.replace(",", "")) == 0


def _is_sourced(session: SessionRisk) -> bool:
    return session.source is not None
