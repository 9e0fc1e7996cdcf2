"""BitMEX has closed: its entry says since when, and nothing of it is asked or linked."""

from __future__ import annotations

from datetime import date

from app.domain.loss_model import StepKind
from app.venues.catalogue import catalogue
from app.venues.facts import VenueStatus

FACTS = catalogue().venue("bitmex")


def test_the_entry_says_since_when_it_is_closed() -> None:
    (closing,) = [one for one in FACTS.incidents if one.date == date(2026, 9, 23)]

    assert FACTS.status is VenueStatus.CLOSED
    assert FACTS.closed is not None
    assert (FACTS.closed.on, FACTS.closed.withdrawals_until) == (closing.date, None)
    assert "closed" in closing.title
    assert "closed" in closing.text


def test_nothing_is_linked_and_nothing_is_read() -> None:
    assert FACTS.linking is None
    assert FACTS.clients == FACTS.reads == FACTS.scopes == FACTS.pages == ()


def test_its_steps_are_told_as_history() -> None:
    for step in FACTS.loss_model.steps:
        assert "History" in (step.note or ""), step.title
    assert FACTS.loss_model.step(StepKind.AUTO_DELEVERAGING) is not None
