"""Where a venue takes from winners, its facts say when a session ends and what can be done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time

import pytest

from app.domain.loss_model import StepKind, Touches, WaterfallStep
from app.domain.session import SessionRule, TakenFrom
from app.risk.loss_answer import charges_positions
from app.venues.catalogue import catalogue
from app.venues.facts import FactsError, VenueFacts, VenueStatus
from app.venues.facts_risk import session
from app.venues.table import Table

TAKING = {StepKind.SOCIALIZED_LOSS, StepKind.CLAWBACK}
WITH_SESSION = [facts.id for facts in catalogue().venues() if facts.session is not None]
each_session = pytest.mark.parametrize("venue", WITH_SESSION)
SOUND: Mapping[str, object] = {
    "taken_from": "session_profit",
    "settles_at": ["00:00", "08:00"],
    "instruction": "Closing does not free it.",
    "source": "https://venue.example/settlement",
}


def taking(facts: VenueFacts) -> list[WaterfallStep]:
    """The steps that take from profit or withdrawals; open positions need no session."""
    steps = [step for step in facts.loss_model.steps if step.kind in TAKING]
    return [step for step in steps if not charges_positions(step)]


def rule_of(venue: str) -> SessionRule:
    rule = catalogue().venue(venue).session
    assert rule is not None
    return rule


def parsed(**changes: object) -> SessionRule:
    data = {key: value for key, value in {**SOUND, **changes}.items() if value is not None}
    rule = session(Table(data, "venue.toml: session."))
    assert rule is not None
    return rule


@pytest.mark.parametrize("venue", catalogue().ids())
def test_a_linkable_venue_that_takes_from_winners_says_how_its_sessions_run(venue: str) -> None:
    facts = catalogue().venue(venue)
    takes = any(step.applies is Touches.YES for step in taking(facts))
    if takes and facts.status is VenueStatus.FULL:
        assert facts.session is not None
    if facts.session is not None:
        assert any(step.applies is not Touches.NO for step in taking(facts))


def test_the_venues_known_to_take_from_winners_are_among_them() -> None:
    assert {"cryptocom", "deribit", "grvt", "htx", "paradex"} <= set(WITH_SESSION)


@each_session
def test_what_can_be_done_is_said_in_one_plain_sentence(venue: str) -> None:
    rule = rule_of(venue)
    assert len(rule.instruction) <= 200
    assert not re.search(r"[.!?]\s", rule.instruction)
    for text in filter(None, (rule.instruction, rule.note, rule.rate)):
        assert text == " ".join(text.split())
        assert text.endswith(".") and text[0].isupper()


@each_session
def test_sessions_end_in_order_and_charges_on_withdrawals_know_no_session(venue: str) -> None:
    rule = rule_of(venue)
    assert list(rule.settles_at) == sorted(rule.settles_at)
    assert bool(rule.settles_at) is (rule.taken_from is TakenFrom.SESSION_PROFIT)


@pytest.mark.parametrize(
    ("venue", "times"),
    [
        ("deribit", [time(8)]),
        ("htx", [time(0), time(8), time(16)]),
        ("cryptocom", [time(hour) for hour in range(24)]),
    ],
)
def test_the_documented_times_are_those_of_the_facts(venue: str, times: list[time]) -> None:
    assert list(rule_of(venue).settles_at) == times


def test_a_sound_table_is_read() -> None:
    assert parsed(rate="Published afterwards.", note="No date.") == SessionRule(
        taken_from=TakenFrom.SESSION_PROFIT,
        settles_at=(time(0), time(8)),
        instruction="Closing does not free it.",
        source="https://venue.example/settlement",
        note="No date.",
        rate="Published afterwards.",
    )
    assert session(None) is None


def test_a_rule_may_say_that_it_has_no_source() -> None:
    assert parsed(source="none", note="Told by traders only.").source is None


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"taken_from": "wallets"}, "taken_from"),
        ({"taken_from": None}, "taken_from"),
        ({"settles_at": ["8:00"]}, "settles_at"),
        ({"settles_at": ["24:00"]}, "settles_at"),
        ({"settles_at": ["08:60"]}, "settles_at"),
        ({"settles_at": ["08:00:00"]}, "settles_at"),
        ({"settles_at": ["08:00", "08:00"]}, "settles_at"),
        ({"instruction": None}, "instruction"),
        ({"source": "none"}, "source"),
        ({"source": None}, "source"),
        ({"windows": "8 h"}, "windows"),
    ],
)
def test_what_is_wrong_in_the_table_is_named(changes: dict[str, object], key: str) -> None:
    with pytest.raises(FactsError, match=key):
        parsed(**changes)
