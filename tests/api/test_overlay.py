"""What the extension is told of a trading page."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import time_machine

from app.domain.account import AccountStatus
from app.domain.position import ContractKind
from app.domain.reason import Severity
from app.store import sources
from app.venues.catalogue import catalogue
from app.venues.pages import PageMatch
from tests.support.api import Caller, Stage, body
from tests.support.nouns import NOON, a_fund_state, a_margin, an_assessment, later

BTC = "https://www.binance.com/en/futures/BTCUSDT"
ETH = "https://www.binance.com/en/futures/ETHUSDT"


def address(page: str) -> str:
    return f"/api/v1/overlay?url={quote(page, safe='')}"


@pytest.fixture
def extension(stage: Stage) -> Caller:
    return stage.caller("read")


def test_a_page_of_a_linked_venue_shows_its_positions_fund_and_loss_model(
    stage: Stage, extension: Caller
) -> None:
    account = stage.account()
    stage.holds(account, [an_assessment(fund=a_fund_state())], margins=[a_margin()])
    stage.fund(a_fund_state())
    stage.market(symbol="BTC/USDT:USDT")
    shown = body(extension.get(address(BTC)))
    page = shown["page"]
    assert (page["venue"], page["venue_name"]) == ("binance", "Binance")
    assert (page["symbol"], page["native_symbol"]) == ("BTC/USDT:USDT", "BTCUSDT")
    assert page["kind"] == "linear"
    assert page["kind_label"]
    assert shown["linked"] is True
    assert [one["native_symbol"] for one in shown["positions"]] == ["BTCUSDT"]
    assert shown["fund"]["id"] == "binance:usdm:btc-eth-bnb"
    assert shown["fund"]["health"] == "draining"
    assert shown["fund_note"] is None
    assert shown["loss_model"]["steps"]
    assert shown["severity"] == "warning"
    assert shown["reasons"][0]["code"] == "distance"
    assert shown["reasons"][0]["symbol"] == "BTC/USDT:USDT"
    assert shown["as_of"] == "2026-11-22T12:00:00Z"
    assert shown["stale"] is False


def test_a_page_of_a_venue_without_an_account_shows_fund_and_loss_model_alone(
    stage: Stage, extension: Caller
) -> None:
    stage.fund(a_fund_state())
    shown = body(extension.get(address(BTC)))
    assert shown["linked"] is False
    assert shown["accounts"] == shown["positions"] == shown["reasons"] == []
    assert shown["severity"] is None
    assert shown["fund"]["balance_usd"] == 1.04e9
    assert shown["loss_model"]["steps"]


def test_a_page_of_a_closed_venue_says_that_it_has_closed(
    extension: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PageMatch(
        venue="bitmex",
        venue_name="BitMEX",
        kind=ContractKind.INVERSE,
        kind_label="perpetual",
        native_symbol="XBTUSD",
    )
    monkeypatch.setattr(catalogue(), "resolve_page", lambda _url: page)
    shown = body(extension.get(address("https://www.bitmex.com/app/trade/XBTUSD")))
    assert shown["fund"] is None
    assert shown["fund_note"] == "BitMEX closed on 23 September 2026."
    assert shown["loss_model"]["closed_on"] == "2026-09-23"
    assert shown["loss_model"]["answer"].startswith("BitMEX closed on 23 September 2026. Until")


def test_the_symbol_on_screen_comes_first_and_the_rest_by_risk(
    stage: Stage, extension: Caller
) -> None:
    stage.holds(
        stage.account(),
        [
            an_assessment(Severity.OK, distance=0.4, native_symbol="ETHUSDT"),
            an_assessment(Severity.WATCH, distance=0.08, native_symbol="SOLUSDT"),
            an_assessment(Severity.CRITICAL, distance=0.01, native_symbol="BTCUSDT"),
        ],
    )
    shown = body(extension.get(address(ETH)))
    order = [one["native_symbol"] for one in shown["positions"]]
    assert order == ["ETHUSDT", "BTCUSDT", "SOLUSDT"]
    assert shown["severity"] == "critical"
    assert [one["severity"] for one in shown["reasons"]] == ["critical", "watch", "ok"]


def test_positions_of_another_venue_or_another_user_are_not_shown(
    stage: Stage, extension: Caller
) -> None:
    stranger = stage.another_user()
    theirs = stage.account(user_id=stranger)
    stage.holds(theirs, [an_assessment()], user_id=stranger)
    elsewhere = stage.account(venue="bybit", label="other")
    stage.holds(elsewhere, [an_assessment(venue="bybit")], venue="bybit")
    shown = body(extension.get(address(BTC)))
    assert shown["linked"] is False
    assert shown["positions"] == []


def test_what_is_no_trading_page_is_told_as_an_unknown_page(extension: Caller) -> None:
    for page in ("https://www.binance.com/en/my/wallet", "https://example.org/en/futures/BTCUSDT"):
        refused = body(extension.get(address(page)), 404)
        assert refused["errors"] == {"page": "unknown"}
        assert page not in refused["message"]


@pytest.mark.parametrize(
    "query", ["", "?url=", f"?url={BTC}&url={BTC}", f"?url={BTC}&extra=1", f"?url={'x' * 3000}"]
)
def test_a_query_that_names_no_single_page_is_refused(extension: Caller, query: str) -> None:
    answer = extension.get(f"/api/v1/overlay{query}")
    # A repeated parameter is taken as its first value: it names one page all the same.
    expected = 200 if query.count("url=") == 2 else 422
    assert answer.status_code == expected


def test_a_venue_that_publishes_no_fund_says_so(stage: Stage, extension: Caller) -> None:
    shown = body(extension.get(address(BTC)))
    assert shown["fund"] is None
    assert "has not been read yet" in shown["fund_note"]


def test_a_fund_of_other_contracts_is_not_shown_for_this_one(
    stage: Stage, extension: Caller
) -> None:
    stage.fund(a_fund_state())
    shown = body(extension.get(address("https://www.binance.com/en/futures/DOGEUSDT")))
    assert shown["fund"] is None
    assert shown["fund_note"]


def test_a_failing_account_keeps_its_positions_and_says_what_is_the_matter(
    stage: Stage, extension: Caller
) -> None:
    account = stage.account()
    stage.holds(account, [an_assessment()])
    stage.failed(
        sources.account_source(account),
        at=later(seconds=10),
        code="venue_unreachable",
        message="Binance did not answer.",
    )
    state = body(extension.get(address(BTC)))["accounts"][0]
    assert state["error"] == {
        "code": "venue_unreachable",
        "message": "Binance did not answer.",
        "since": "2026-11-22T12:00:10Z",
    }
    assert state["as_of"] == "2026-11-22T12:00:00Z"


def test_an_account_that_was_never_read_is_no_good_news(stage: Stage, extension: Caller) -> None:
    stage.account(status=None, read_at=None)
    shown = body(extension.get(address(BTC)))
    assert shown["linked"] is True
    assert shown["accounts"][0]["status"] == "pending"
    assert shown["severity"] == "watch"
    assert shown["reasons"][0]["code"] == "account_unread"


def test_an_account_read_and_found_empty_is_good_news(stage: Stage, extension: Caller) -> None:
    stage.account()
    shown = body(extension.get(address(BTC)))
    assert (shown["severity"], shown["reasons"]) == ("ok", [])


def test_an_empty_account_that_went_silent_is_not(
    stage: Stage, extension: Caller, time: time_machine.Traveller
) -> None:
    stage.account(interval=15)
    time.move_to(later(minutes=5))
    shown = body(extension.get(address(BTC)))
    assert shown["stale"] is True
    assert shown["accounts"][0]["stale"] is True
    assert shown["severity"] == "watch"
    assert shown["reasons"][0]["code"] == "data_stale"
    assert shown["reasons"][0]["value"] == 300.0


def test_a_refused_account_is_not_called_stale(
    stage: Stage, extension: Caller, time: time_machine.Traveller
) -> None:
    stage.account(status=AccountStatus.REFUSED, read_at=None)
    time.move_to(later(hours=1))
    shown = body(extension.get(address(BTC)))
    assert shown["accounts"][0]["stale"] is False
    assert shown["severity"] is None


def test_asking_marks_that_somebody_is_looking(stage: Stage, extension: Caller) -> None:
    from app.store import users

    body(extension.get(address(BTC)))
    stage.app.extensions["seawall"].demand.settle()
    with stage.database.read() as conn:
        assert users.last_seen(conn, user_id=stage.user_id) == NOON
