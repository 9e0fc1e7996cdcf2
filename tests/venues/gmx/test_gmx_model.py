"""GMX: its loss model alone; there is no insurance fund, the pool of a market pays."""

from __future__ import annotations

from app.domain.loss_model import StepKind
from app.venues.catalogue import catalogue
from app.venues.facts import VenueStatus

FACTS = catalogue().venue("gmx")


def test_nothing_of_it_is_linked_or_read() -> None:
    assert FACTS.status is VenueStatus.MODEL_ONLY
    assert FACTS.linking is None
    assert FACTS.clients == FACTS.reads == FACTS.scopes == ()


def test_the_pool_pays_first_and_no_insurance_fund_is_claimed() -> None:
    assert FACTS.loss_model.step(StepKind.INSURANCE_FUND) is None
    assert FACTS.loss_model.steps[0].kind is StepKind.BACKSTOP_LIQUIDATOR
    assert "no insurance fund" in (FACTS.fund.note or "")
