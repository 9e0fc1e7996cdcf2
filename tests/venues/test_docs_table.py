"""docs/venues.md says what the facts say, and the facts files are complete."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.venues.catalogue import FACTS, catalogue
from app.venues.facts import VenueFacts, VenueStatus
from app.venues.table import is_web_address

ROOT = Path(__file__).parents[2]
FULL = [facts.id for facts in catalogue().venues() if facts.status is VenueStatus.FULL]


def test_the_page_of_venues_is_up_to_date() -> None:
    page = runpy.run_path(str(ROOT / "scripts" / "venue_table.py"))["text"]()

    assert (ROOT / "docs" / "venues.md").read_text() == page, "run `python scripts/venue_table.py`"


def test_every_facts_file_is_in_the_catalogue_and_every_folder_of_cases_has_facts() -> None:
    cases = {folder.parent.name for folder in (ROOT / "tests" / "venues").glob("*/cases")}

    assert {path.stem for path in FACTS.iterdir()} == set(catalogue().ids())
    assert cases == set(FULL)


@pytest.mark.parametrize("venue", FULL)
def test_a_full_venue_has_every_section(venue: str) -> None:
    facts = catalogue().venue(venue)
    sections = (
        facts.linking,
        facts.clients,
        facts.scopes,
        facts.positions,
        facts.pages,
        facts.reads,
        facts.limits,
        facts.loss_model.steps,
        facts.loss_model.not_known,
    )
    assert all(sections)
    assert facts.fund.published or facts.fund.note
    assert facts.permission_check.verifiable or facts.permission_check.note


@pytest.mark.parametrize("venue", catalogue().ids())
def test_every_address_in_the_facts_is_one(venue: str) -> None:
    for address in _addresses(catalogue().venue(venue)):
        assert is_web_address(address), address


def _addresses(facts: VenueFacts) -> Iterator[str]:
    for claim in (
        facts.permission_check,
        facts.fund,
        facts.positions,
        facts.clock,
        facts.limits,
        facts.closed,
        *facts.loss_model.steps,
        *facts.incidents,
        *facts.adl,
    ):
        if claim is not None and claim.source is not None:
            yield claim.source
    yield facts.website
    yield from filter(None, (facts.fund.page, facts.linking and facts.linking.how_to_url))
