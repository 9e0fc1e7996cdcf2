"""Accounts: linked, checked, renamed and unlinked from the page, and who else has access."""

from __future__ import annotations

import re

import pytest
import time_machine

from app.domain.account import AccountStatus
from app.store import accounts, codes
from tests.support.api import Caller, Stage
from tests.support.nouns import later
from tests.support.page_stage import crash
from tests.support.page_text import forms, words

KEY = "AbcdEfghIjklMnopQrstUvwxYz0123456789abcd"
SECRET = "s3cr3t-that-must-never-be-shown-anywhere"
ADDRESS = "0x31ca8395cf837de08b24da3f660e77761dfb974b"
PRIVATE_KEY = "0x" + "ab" * 32
SEED_PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"


def stored(stage: Stage) -> list[accounts.Account]:
    with stage.database.read() as conn:
        return list(accounts.list_for(conn, user_id=stage.user_id))


def link(browser: Caller, venue: str = "binance", label: str = "main", **given: str) -> str:
    """Send the form for linking; the page that follows, as text."""
    given = given or {"api_key": KEY, "secret": SECRET}
    answer = browser.post("/accounts", data={"venue": venue, "label": label, **given})
    html = answer.get_data(as_text=True)
    assert not any(value in html for value in given.values())
    if answer.status_code == 303:
        answer = browser.get(answer.location.split("#")[0])
        return words(answer)
    return words(answer, 422)


def test_without_an_account_it_says_what_linking_means(browser: Caller) -> None:
    shown = words(browser.get("/accounts"))
    assert "No account yet" in shown
    assert "refuses a key that can trade or withdraw" in shown


def test_the_form_asks_for_what_the_venue_needs_and_hides_secrets(browser: Caller) -> None:
    answer = browser.get("/accounts?venue=okx")
    form = next(form for form in forms(answer) if "passphrase" in form.fields)
    assert set(form.fields) == {"venue", "label", "api_key", "secret", "passphrase"}
    html = answer.get_data(as_text=True)
    assert html.count('type="password"') == 2
    assert "create a V5 API key with the permission Read" in words(answer)


def test_a_name_is_suggested_that_is_free(stage: Stage, browser: Caller) -> None:
    stage.account(label="OKX")
    html = browser.get("/accounts?venue=okx").get_data(as_text=True)
    assert 'name="label" value="OKX 2"' in html


def test_a_linked_key_is_sealed_and_asked_about(stage: Stage, browser: Caller) -> None:
    shown = link(browser)
    assert "Stored and sealed." in shown
    assert "○ Being checked" in shown
    assert f"Binance, key ending in {KEY[-4:]}" in shown
    (account,) = stored(stage)
    assert account.status is AccountStatus.PENDING
    assert stage.queue.jobs == [("check_account", account.id)]


def test_after_linking_the_browser_is_led_to_the_top(browser: Caller) -> None:
    answer = browser.post(
        "/accounts",
        data={"venue": "binance", "label": "main", "api_key": KEY, "secret": SECRET},
    )
    assert answer.status_code == 303
    assert answer.location == "/accounts?done=linked#top"


def test_an_address_is_linked_as_an_address(stage: Stage, browser: Caller) -> None:
    shown = link(browser, "hyperliquid", "main", address=ADDRESS)
    assert f"Hyperliquid, address ending in {ADDRESS[-4:]}" in shown
    assert "Hyperliquid is being asked what this address may do." in shown


@pytest.mark.parametrize("secret", [PRIVATE_KEY, SEED_PHRASE])
def test_a_wallets_secret_is_refused_in_clear_words(
    stage: Stage, browser: Caller, secret: str
) -> None:
    shown = link(browser, "hyperliquid", "main", address=secret)
    assert "This looks like a wallet's private key or seed phrase. It was not stored" in shown
    assert not stored(stage)


def test_a_refused_form_comes_back_with_empty_fields(browser: Caller) -> None:
    answer = browser.post(
        "/accounts",
        data={"venue": "okx", "label": "x", "api_key": KEY, "secret": SECRET, "passphrase": " "},
    )
    assert answer.status_code == 422
    form = next(form for form in forms(answer) if "passphrase" in form.fields)
    assert form.fields["api_key"] is form.fields["secret"] is form.fields["passphrase"] is None
    assert "OKX needs: Passphrase." in words(answer, 422)


def test_the_same_name_and_the_same_key_are_conflicts(stage: Stage, browser: Caller) -> None:
    link(browser)
    again = link(browser, "binance", "main", api_key="another" + KEY, secret=SECRET)
    assert "label" in again.lower()
    assert "already" in link(browser, "binance", "other").lower()
    assert len(stored(stage)) == 1


def test_an_unknown_venue_is_refused(browser: Caller) -> None:
    assert "does not know this venue" in link(browser, "atlantis")


def test_when_the_worker_cannot_be_told_it_says_what_to_do(stage: Stage, browser: Caller) -> None:
    stage.queue.broken = True
    answer = browser.post(
        "/accounts", data={"venue": "binance", "label": "a", "api_key": KEY, "secret": SECRET}
    )
    assert "It is stored, but the worker could not be told." in words(answer, 503)
    assert len(stored(stage)) == 1


def test_each_state_is_worded_with_what_to_do(stage: Stage, browser: Caller) -> None:
    crash(stage)
    shown = words(browser.get("/accounts"))
    assert "Binance ● Linked" in shown
    assert "Binance says this key can only read, asked 0\u2009s ago." in shown
    assert "Bybit hedge ▲ Cannot be read" in shown
    assert "2 open positions, read 6\u2009min ago, not up to date" in shown
    assert "OKX ○ Being checked" in shown
    assert "Hyperliquid ■ Refused" in shown
    assert "trade (enableFutures). It was not kept." in shown
    assert "Link another key" in shown
    assert "OKX old ▲ Cannot be verified" in shown


def test_a_refused_key_cannot_be_asked_about_again(stage: Stage, browser: Caller) -> None:
    linked = crash(stage)
    html = browser.get("/accounts").get_data(as_text=True)
    assert f"/accounts/{linked.hyperliquid}/check" not in html
    refused = browser.post(f"/accounts/{linked.hyperliquid}/check")
    assert "link a read-only key instead" in words(refused, 409)
    assert not stage.queue.jobs


def test_checking_again_asks_the_worker(stage: Stage, browser: Caller) -> None:
    account = stage.account()
    answer = browser.post(f"/accounts/{account}/check")
    assert "The venue is being asked again." in words(browser.get(answer.location.split("#")[0]))
    assert stage.queue.jobs == [("check_account", account)]


def test_what_cannot_be_verified_is_read_once_acknowledged(stage: Stage, browser: Caller) -> None:
    account = stage.account(status=AccountStatus.UNVERIFIABLE)
    assert "I have checked that it can only read" in words(browser.get("/accounts"))
    browser.post(f"/accounts/{account}/acknowledge")
    shown = words(browser.get("/accounts"))
    assert "◐ Read unverified" in shown
    assert "I have checked that it can only read" not in shown
    assert stage.queue.jobs == [("check_account", account)]


def test_only_what_cannot_be_verified_is_acknowledged(stage: Stage, browser: Caller) -> None:
    account = stage.account()
    refused = browser.post(f"/accounts/{account}/acknowledge")
    assert "There is nothing to acknowledge" in words(refused, 409)


def test_renaming(stage: Stage, browser: Caller) -> None:
    account = stage.account(label="main")
    stage.account(label="taken")
    assert browser.post(f"/accounts/{account}/label", data={"label": " hedge "}).status_code == 303
    assert {one.label for one in stored(stage)} == {"hedge", "taken"}
    for wrong in ("taken", "", "x" * 81):
        shown = browser.post(f"/accounts/{account}/label", data={"label": wrong})
        text = words(shown, 422)
        # The problem stands in the card it belongs to, which is open.
        assert f'id="x-{account}" open' in shown.get_data(as_text=True)
        assert "label" in text
    assert {one.label for one in stored(stage)} == {"hedge", "taken"}


def test_unlinking_erases_and_says_what_is_left_to_do(stage: Stage, browser: Caller) -> None:
    account = stage.account()
    answer = browser.post(f"/accounts/{account}/unlink")
    shown = words(browser.get(answer.location.split("#")[0]))
    assert "Unlinked and erased here. Delete the key at the venue as well." in shown
    assert "No account yet" in shown
    assert not stored(stage)


def test_a_pairing_code_is_shown_once_and_works(stage: Stage, browser: Caller) -> None:
    answer = browser.post("/accounts/pairing-code")
    shown = words(answer)
    assert "with the address http://127.0.0.1:8765. It works once, within 10 minutes." in shown
    code = re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b", shown)
    assert code
    with stage.database.write() as conn:
        owner = codes.redeem(conn, code=code[0], purpose="pairing", now=stage.now())
    assert owner == stage.user_id
    assert code[0] not in words(browser.get("/accounts"))


def test_who_has_access_is_listed_and_can_be_put_out(stage: Stage, browser: Caller) -> None:
    extension = stage.caller("read")
    assert extension.get("/api/v1/positions").status_code == 200
    answer = browser.get("/accounts")
    assert "test can only read" in words(answer)
    assert "test This browser signed in here" in words(answer)
    (revoke,) = [form.action for form in forms(answer) if form.action.endswith("/revoke")]
    browser.post(revoke)
    assert extension.get("/api/v1/positions").status_code == 401
    assert browser.get("/accounts").status_code == 200


@pytest.mark.parametrize(
    "action", ["check", "acknowledge", "label", "unlink"], ids=lambda action: f"/{action}"
)
def test_another_users_account_is_not_found(stage: Stage, browser: Caller, action: str) -> None:
    other = stage.another_user()
    account = stage.account(user_id=other, label="theirs", status=AccountStatus.UNVERIFIABLE)
    answer = browser.post(f"/accounts/{account}/{action}", data={"label": "mine now"})
    assert "Nothing here" in words(answer, 404)
    assert not stage.queue.jobs
    with stage.database.read() as conn:
        kept = accounts.get(conn, user_id=other, account_id=account)
    assert (kept.label, kept.acknowledged_unverifiable) == ("theirs", False)
    assert "theirs" not in words(browser.get("/accounts"))


def test_another_users_token_is_not_found(stage: Stage, browser: Caller) -> None:
    other = stage.another_user()
    theirs = stage.browser(other)
    page = theirs.post("/accounts/pairing-code")
    assert page.status_code == 200
    stage.token("read", user_id=other)
    (revoke,) = [f.action for f in forms(theirs.get("/accounts")) if f.action.endswith("/revoke")]
    assert browser.post(revoke).status_code == 404
    assert len([f for f in forms(theirs.get("/accounts")) if f.action.endswith("/revoke")]) == 1


POSTS = [
    "/accounts",
    "/accounts/x/check",
    "/accounts/x/unlink",
    "/accounts/pairing-code",
    "/sign-out",
]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_that_another_site_sends_is_not_carried_out(
    browser: Caller, path: str, site: str
) -> None:
    answer = browser.post(path, headers={"Sec-Fetch-Site": site})
    shown = words(answer, 403)
    assert "Another site sent this request; it was not carried out." in shown
    assert browser.get("/accounts").status_code == 200


def test_a_token_that_only_reads_cannot_change_accounts(stage: Stage) -> None:
    account = stage.account()
    reader = stage.caller("read")
    assert reader.get("/accounts").status_code == 403
    assert "needs the scope admin" in words(reader.post(f"/accounts/{account}/unlink"), 403)
    assert len(stored(stage)) == 1


def test_while_nothing_but_time_has_passed_the_list_is_not_sent_again(
    stage: Stage, browser: Caller, time: time_machine.Traveller
) -> None:
    account = stage.account(interval=60.0)
    browser.get("/accounts")  # the session's first use is noted
    stage.app.extensions["seawall"].demand.settle()
    tag = browser.get("/accounts").headers["ETag"]
    time.move_to(later(seconds=20))
    assert browser.get("/accounts", headers={"If-None-Match": tag}).status_code == 304
    browser.post(f"/accounts/{account}/label", data={"label": "new"})
    assert browser.get("/accounts", headers={"If-None-Match": tag}).status_code == 200


def test_other_exchanges_are_offered_in_a_group_of_their_own(browser: Caller) -> None:
    html = browser.get("/accounts").get_data(as_text=True)
    described, _, others = html.partition('<optgroup label="Other exchanges, positions only">')
    assert 'value="binance"' in described
    assert 'value="ccxt-blofin"' in others
    assert "ccxt-" not in described


def test_another_exchange_says_what_is_not_known_of_it_and_can_be_linked(
    stage: Stage, browser: Caller
) -> None:
    asked = words(browser.get("/accounts?venue=ccxt-blofin"))
    assert "It cannot see what the key may do, so you have to" in asked
    shown = link(browser, "ccxt-blofin", api_key=KEY, secret=SECRET, passphrase="pass-phrase-1")
    assert f"BloFin, key ending in {KEY[-4:]}" in shown
    assert [account.venue for account in stored(stage)] == ["ccxt-blofin"]
