"""Exchanges without a facts file: which there are, and what is said of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import ccxt
import pytest

from app.domain.errors import NotFound
from app.domain.loss_model import StepKind, Touches
from app.venues.catalogue import catalogue
from app.venues.clients import reader_class
from app.venues.credentials import check_credentials
from app.venues.facts import LinkKind, VenueStatus
from app.venues.generic.exchanges import FILE
from tests.support.exchange import credentials

ROOT = Path(__file__).parents[2]
IDS = catalogue().generic_ids()
each_exchange = pytest.mark.parametrize("venue", IDS)


def test_the_file_is_what_the_script_writes() -> None:
    code = "import runpy; print(runpy.run_path('scripts/generic_venues.py')['text'](), end='')"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT)

    assert FILE.read_text(encoding="utf-8") == done.stdout.decode(), (
        "run `python scripts/generic_venues.py`"
    )


def test_listing_them_loads_neither_ccxt_nor_requests() -> None:
    code = (
        "import sys; from app.venues.catalogue import catalogue; catalogue().generic_venues(); "
        "sys.exit(bool({'ccxt', 'requests', 'urllib3'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def test_they_are_no_venues_with_a_facts_file() -> None:
    assert len(IDS) >= 10
    assert not set(IDS) & set(catalogue().ids())


def test_an_exchange_that_is_described_is_not_offered_in_general_too() -> None:
    described = {client.ccxt for venue in catalogue().venues() for client in venue.clients}

    assert {"binanceusdm", "bybit", "okx"} <= described
    assert not {f"ccxt-{name}" for name in (*described, "binance")} & set(IDS)


def test_an_account_linked_before_its_exchange_was_described_is_still_read() -> None:
    assert "ccxt-bybit" not in IDS
    assert catalogue().venue("ccxt-bybit").name == "Bybit"


def test_a_branch_at_hosts_of_its_own_is_another_exchange() -> None:
    assert {"ccxt-bybiteu", "ccxt-myokx"} <= set(IDS)


def test_an_exchange_that_trades_by_get_is_not_offered() -> None:
    assert not {"ccxt-coinbaseinternational", "ccxt-deribit"} & set(IDS)


def test_an_exchange_that_is_asked_by_post_is_not_offered() -> None:
    assert not {"ccxt-kraken", "ccxt-whitebit"} & set(IDS)


def test_an_unknown_one_is_not_found() -> None:
    with pytest.raises(NotFound, match="ccxt-nowhere"):
        catalogue().venue("ccxt-nowhere")


@each_exchange
def test_it_is_linked_by_a_key_and_never_by_a_wallets(venue: str) -> None:
    facts = catalogue().venue(venue)
    assert facts.linking is not None
    assert facts.linking.kind is LinkKind.KEY
    assert {"api_key", "secret"} <= {field.name for field in facts.linking.fields}
    assert not ccxt.Exchange.privateKey
    needs = getattr(ccxt, facts.clients[0].ccxt)().requiredCredentials
    assert {field.ccxt for field in facts.linking.fields} == {k for k, v in needs.items() if v}
    assert check_credentials(facts, credentials(facts).values)


@each_exchange
def test_it_says_what_it_cannot_know(venue: str) -> None:
    facts = catalogue().venue(venue)
    assert facts.status is VenueStatus.POSITIONS_ONLY
    assert not facts.permission_check.verifiable
    assert not facts.fund.published
    assert {step.kind for step in facts.loss_model.steps} == set(StepKind)
    assert all(step.applies is Touches.UNKNOWN for step in facts.loss_model.steps)
    assert all(step.unsourced and step.note for step in facts.loss_model.steps)
    assert facts.linking is not None
    for words in ("cannot see what the key may do", "may be missing", "neither the insurance fund"):
        assert words in facts.linking.how_to
    for text in (facts.linking.how_to, facts.permission_check.note, facts.fund.note):
        assert text is not None
        assert "ccxt" not in text
        assert text.endswith(".")


@each_exchange
def test_two_refreshes_a_minute_stay_within_a_tenth_of_what_is_taken_as_allowed(venue: str) -> None:
    facts = catalogue().venue(venue)
    assert facts.limits is not None
    assert sum(read.weight for read in facts.reads_of("positions")) * 2 <= facts.limits.ours


@each_exchange
def test_its_reader_can_be_loaded(venue: str) -> None:
    assert reader_class(catalogue().venue(venue)).__name__ == "GenericReader"
