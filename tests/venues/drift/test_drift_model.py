"""Drift: its loss model alone; losses are spread over open positions, not deleveraged."""

from __future__ import annotations

from app.domain.loss_model import StepKind, Touches
from app.venues.catalogue import catalogue
from app.venues.facts import VenueStatus

FACTS = catalogue().venue("drift")


def test_nothing_of_it_is_linked_or_read() -> None:
    assert FACTS.status is VenueStatus.MODEL_ONLY
    assert FACTS.linking is None
    assert FACTS.clients == FACTS.reads == FACTS.scopes == ()


def test_after_the_fund_every_open_position_pays_and_settled_profit_does_not() -> None:
    (spread,) = FACTS.loss_model.after_fund()

    assert spread.kind is StepKind.SOCIALIZED_LOSS
    assert spread.touches_position is Touches.YES
    assert spread.touches_profit is Touches.NO
