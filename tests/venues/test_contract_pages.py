"""Every venue's page rules, by the examples that stand beside them."""

from __future__ import annotations

import time

import pytest

from app.venues.catalogue import FACTS, Catalogue, catalogue
from app.venues.facts import PageExample, VenueStatus

EXAMPLES = [
    (facts.id, rule.label, example)
    for facts in catalogue().venues()
    for rule in facts.pages
    for example in rule.examples
]
NEAR_MISSES = [
    url for facts in catalogue().venues() for rule in facts.pages for url in rule.near_misses
]


@pytest.mark.parametrize(("venue", "label", "example"), EXAMPLES, ids=str)
def test_a_trading_page_shows_its_contract(venue: str, label: str, example: PageExample) -> None:
    match = catalogue().resolve_page(example.url)

    assert match is not None
    assert (match.venue, match.kind, match.native_symbol) == (
        venue,
        example.kind,
        example.native_symbol,
    )
    assert match.kind_label == label
    assert match.venue_name == catalogue().venue(venue).name


@pytest.mark.parametrize(("venue", "label", "example"), EXAMPLES, ids=str)
def test_a_query_a_fragment_or_a_last_slash_changes_nothing(
    venue: str, label: str, example: PageExample
) -> None:
    for url in (f"{example.url}?ref=1#chart", f"{example.url.partition('?')[0].rstrip('/')}/"):
        match = catalogue().resolve_page(url)
        assert match is not None, url
        assert (match.venue, match.native_symbol) == (venue, example.native_symbol)


@pytest.mark.parametrize(("venue", "label", "example"), EXAMPLES, ids=str)
def test_the_same_path_elsewhere_is_no_page(venue: str, label: str, example: PageExample) -> None:
    for url in (
        example.url.replace("https://", "http://"),
        example.url.replace("https://", "https://evil."),
        example.url.replace("https://", "https://evil.example/"),
        example.url.replace("https://", "https://someone@"),
        example.url.replace("https://", "javascript:https://"),
    ):
        assert catalogue().resolve_page(url) is None, url


@pytest.mark.parametrize("url", NEAR_MISSES)
def test_a_near_miss_is_no_trading_page(url: str) -> None:
    assert catalogue().resolve_page(url) is None


@pytest.mark.parametrize("venue", catalogue().ids())
def test_a_full_venue_has_pages(venue: str) -> None:
    facts = catalogue().venue(venue)
    assert facts.pages or facts.status is not VenueStatus.FULL


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https://www.binance.com:99999/en/futures/BTCUSDT",
        "https://[www.binance.com/en/futures/BTCUSDT",
        "https://www.binance.com/en/futures/" + "A" * 5000,
        "about:blank",
        "www.binance.com/en/futures/BTCUSDT",
        "https://www.binance.com\\@evil.example/en/futures/BTCUSDT",
        "https://www.binance.com/en/futures/BTC%2FUSDT",
    ],
)
def test_what_is_hardly_an_address_is_no_page_and_no_error(url: str) -> None:
    assert catalogue().resolve_page(url) is None


def test_resolving_a_page_parses_only_the_venue_it_names() -> None:
    fresh = Catalogue([FACTS])

    assert fresh.resolve_page("https://www.binance.com/en/futures/BTCUSDT") is not None
    assert set(fresh._parsed) == {"binance"}


def test_a_stranger_host_parses_nothing() -> None:
    fresh = Catalogue([FACTS])

    assert fresh.resolve_page("https://example.com/en/futures/BTCUSDT") is None
    assert fresh._parsed == {}


def test_reading_all_venues_is_quick_enough_to_do_at_start() -> None:
    fresh = Catalogue([FACTS])
    started = time.perf_counter()
    count = len(fresh.venues())

    assert (time.perf_counter() - started) / count < 0.02, "0.1 s for 33 is the aim, with slack"
