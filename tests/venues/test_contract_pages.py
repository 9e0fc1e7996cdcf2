"""Every venue's page rules, by the examples that stand beside them."""

from __future__ import annotations

import time
from urllib.parse import parse_qsl, urlencode

import pytest

from app.venues.catalogue import FACTS, Catalogue, catalogue
from app.venues.facts import PageExample, PageRule, VenueStatus

RULES = [(facts.id, rule) for facts in catalogue().venues() for rule in facts.pages]
EXAMPLES = [(venue, rule.label, example) for venue, rule in RULES for example in rule.examples]
WITHOUT_FRAGMENT = [
    (venue, example) for venue, rule in RULES if not rule.fragment for example in rule.examples
]
WITH_FRAGMENT = [
    (venue, rule, example) for venue, rule in RULES if rule.fragment for example in rule.examples
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
def test_a_query_or_a_last_slash_changes_nothing(
    venue: str, label: str, example: PageExample
) -> None:
    page, mark, fragment = example.url.partition("#")
    bare = page.partition("?")[0].rstrip("/")
    for url in (f"{page}?ref=1", f"{bare}/", bare):
        assert shown(url + mark + fragment) == (venue, example.native_symbol)


@pytest.mark.parametrize(("venue", "example"), WITHOUT_FRAGMENT, ids=str)
def test_a_fragment_changes_nothing_where_the_rule_names_none(
    venue: str, example: PageExample
) -> None:
    for fragment in ("chart", "contract_code=DOGE-USDT&contract_type=swap", "="):
        assert shown(f"{example.url}#{fragment}") == (venue, example.native_symbol)


@pytest.mark.parametrize(("venue", "rule", "example"), WITH_FRAGMENT, ids=str)
def test_only_the_named_fields_of_a_fragment_count_and_each_once(
    venue: str, rule: PageRule, example: PageExample
) -> None:
    page, _, fragment = example.url.partition("#")
    fields = parse_qsl(fragment)
    named = urlencode([(name, value) for name, value in fields if name in rule.fragment])

    assert shown(f"{page}#{named}") == (venue, example.native_symbol)
    assert shown(f"{page}#{named}&other=1&DOGE-USDT") == (venue, example.native_symbol)
    for name, value in fields:
        if name in rule.fragment:
            assert shown(f"{page}#{named}&{name}={value}") is None
            assert shown(f"{page}#{named}".replace(value, "%3C" + value)) is None


@pytest.mark.parametrize(("venue", "rule", "example"), WITH_FRAGMENT, ids=str)
def test_without_the_fragment_or_with_junk_in_it_such_a_page_shows_nothing(
    venue: str, rule: PageRule, example: PageExample
) -> None:
    page, _, fragment = example.url.partition("#")
    for url in (page, f"{page}#", f"{page}#chart", f"{page}#{'&' * 1500}", f"{page}?{fragment}"):
        assert shown(url) is None, url


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


def shown(url: str) -> tuple[str, str] | None:
    """The venue and the contract of a page."""
    match = catalogue().resolve_page(url)
    return None if match is None else (match.venue, match.native_symbol)


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
