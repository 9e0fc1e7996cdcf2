"""Every GET has an ETag that time alone does not change."""

from __future__ import annotations

from http import HTTPStatus

import pytest
import time_machine

from tests.support.api import Caller, Stage, body
from tests.support.nouns import a_fund_state, a_margin, an_assessment, later

ADDRESSES = [
    "/api/v1/accounts",
    "/api/v1/accounts/{account}",
    "/api/v1/positions",
    "/api/v1/positions?severity=warning",
    "/api/v1/positions/{position}",
    "/api/v1/funds",
    "/api/v1/funds/binance:usdm:btc-eth-bnb",
    "/api/v1/funds?sort=change_24h&order=desc",
    "/api/v1/funds/binance:usdm:btc-eth-bnb/history",
    "/api/v1/venues/binance/health",
    "/api/v1/venues",
    "/api/v1/venues/binance",
    "/api/v1/tokens",
    "/api/v1/overlay?url=https://www.binance.com/en/futures/BTCUSDT",
    "/api/v1/openapi.json",
]


@pytest.fixture
def ids(stage: Stage) -> dict[str, str]:
    account = stage.account(interval=15)
    stage.holds(account, [an_assessment(fund=a_fund_state())], margins=[a_margin()])
    stage.fund(a_fund_state())
    position = body(stage.caller("read").get("/api/v1/positions"))["items"][0]["id"]
    return {"account": account, "position": position}


@pytest.fixture
def admin(stage: Stage, ids: dict[str, str]) -> Caller:
    return stage.caller("admin")


def settled(stage: Stage, caller: Caller, path: str) -> str:
    """The ETag of an address, once the first use of the token is noted."""
    caller.get(path)
    stage.app.extensions["seawall"].demand.settle()
    return caller.get(path).headers["ETag"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_did_not_change_is_a_304_however_late_it_is_asked_again(
    stage: Stage, admin: Caller, ids: dict[str, str], address: str, time: time_machine.Traveller
) -> None:
    path = address.format(**ids)
    etag = settled(stage, admin, path)
    assert etag.startswith('W/"')
    time.move_to(later(seconds=44))
    answer = admin.get(path, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.get_data()) == (HTTPStatus.NOT_MODIFIED, b"")
    assert answer.headers["ETag"] == etag
    full = admin.get(path, headers={"If-None-Match": '"something else"'})
    assert full.status_code == HTTPStatus.OK
    assert full.headers["ETag"] == etag


@pytest.mark.parametrize(
    "address", [one for one in ADDRESSES if "position" in one or "overlay" in one]
)
def test_what_turned_stale_is_another_answer_and_stays_that(
    stage: Stage, admin: Caller, ids: dict[str, str], address: str, time: time_machine.Traveller
) -> None:
    path = address.format(**ids)
    etag = settled(stage, admin, path)
    time.move_to(later(seconds=46))
    answer = admin.get(path, headers={"If-None-Match": etag})
    assert answer.status_code == HTTPStatus.OK
    stale = answer.headers["ETag"]
    time.move_to(later(seconds=170))
    again = admin.get(path, headers={"If-None-Match": stale})
    assert again.status_code == HTTPStatus.NOT_MODIFIED


def test_any_etag_matches_a_star(admin: Caller) -> None:
    answer = admin.get("/api/v1/accounts", headers={"If-None-Match": "*"})
    assert answer.status_code == HTTPStatus.NOT_MODIFIED


def test_an_error_is_never_not_modified(admin: Caller) -> None:
    body(admin.get("/api/v1/accounts/none", headers={"If-None-Match": "*"}), 404)
