"""The pages in a real browser: with scripts and without, while figures change and when they stop."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from app import clock
from app.domain.reason import Severity
from app.store import accounts, tokens
from app.store.tables import tokens as token_rows
from tests.support.page_browser import Site, Visitor, refresh
from tests.support.page_funds import four_pasts
from tests.support.page_stage import crash, judged

# Signing in


def test_a_one_time_link_signs_in_and_leaves_no_trace_of_its_code(
    site: Site, visitor: Visitor
) -> None:
    link = site.sign_in_link()
    page = visitor.open(link, signed_in=False)
    expect(page.get_by_role("heading", name="Link an account to begin")).to_be_visible()
    assert page.url == f"{site.address}/"
    code = link.split("#")[1]
    assert page.evaluate("document.cookie") == ""
    page.go_back()
    assert code not in page.url
    assert not any(code in address for address in site.asked)
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")


def test_a_used_link_says_what_to_do(site: Site, visitor: Visitor) -> None:
    link = site.sign_in_link()
    first = visitor.open(link, signed_in=False)
    expect(first).to_have_url(f"{site.address}/")
    page = visitor.open(link, signed_in=False)
    expect(page.get_by_role("alert")).to_contain_text("Run seawall sign-in for a new one.")
    assert page.url == f"{site.address}/sign-in"
    visitor.expected("403 (FORBIDDEN)")


def test_a_new_link_works_for_who_is_signed_in_already(site: Site, visitor: Visitor) -> None:
    page = visitor.open("/")
    page.goto(site.sign_in_link())
    expect(page).to_have_url(f"{site.address}/")


# Without scripts


def test_everything_works_without_scripts(site: Site, visitor: Visitor) -> None:
    crash(site.stage)
    page = visitor.open("/", signed_in=False, java_script_enabled=False)
    page.get_by_label("Link or code").fill(site.sign_in_link())
    page.get_by_role("button", name="Sign in").click()
    assert page.locator("noscript meta[http-equiv=refresh]").count() == 1
    card = page.locator("article", has_text="BTCUSDT long")
    card.locator("summary").click()
    expect(card.get_by_text("If this fund ran out, Binance could close your long")).to_be_visible()
    page.get_by_role("link", name="Accounts", exact=True).click()
    page.get_by_label("Venue").select_option("hyperliquid")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Public address").fill("0x" + "a1" * 20)
    page.get_by_label("Name here").last.fill("from a phone")
    page.get_by_role("button", name="Link", exact=True).click()
    linked = page.locator("article", has_text="from a phone")
    expect(linked).to_contain_text("Being checked")
    page.get_by_role("button", name="Show a pairing code").click()
    expect(page.locator(".code")).to_have_text(re.compile(r"^[A-Z2-9]{4}-[A-Z2-9]{4}$"))
    linked = page.locator("article", has_text="from a phone")
    linked.locator("summary").click()
    linked.get_by_role("button", name="Unlink and erase").click()
    expect(page.get_by_text("Unlinked and erased here.")).to_be_visible()
    page.get_by_role("button", name="Sign out of this browser").click()
    expect(page.get_by_text("Signed out of this browser.")).to_be_visible()
    visitor.expected("401 (UNAUTHORIZED)")


def test_the_board_is_sorted_and_a_fund_looked_at_without_scripts(
    site: Site, visitor: Visitor
) -> None:
    four_pasts(site.stage)
    wide = {"width": 1280, "height": 860}
    page = visitor.open("/funds", java_script_enabled=False, viewport=wide)
    names = page.locator("tbody td.name a")
    expect(names.first).to_have_text("USD-M fund for BTC, ETH and BNB")
    page.get_by_role("columnheader", name="Balance").get_by_role("link").click()
    heading = page.get_by_role("columnheader", name="Balance")
    expect(heading).to_have_attribute("aria-sort", "descending")
    heading.get_by_role("link").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(names.first).to_have_text("BTC-USDT perpetual fund")
    page.get_by_role("link", name="USDT pool of ADAUSDT").click()
    expect(page.get_by_role("img", name="Balance over time.")).to_be_visible()
    page.locator("#events summary").click()
    expect(page.get_by_text("It got ADAUSDT, LINKUSDT and 21 more")).to_be_visible()
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    expect(page.locator("#events")).to_have_count(0)


def test_on_a_phone_the_order_is_chosen_from_a_list(site: Site, visitor: Visitor) -> None:
    four_pasts(site.stage)
    page = visitor.open("/funds")
    page.get_by_text("Sorted by health").click()
    page.get_by_role("link", name="Change in 7\u2009d").click()
    expect(page.get_by_text("Sorted by change in 7\u2009d")).to_be_visible()


# Live


def test_a_refresh_leaves_alone_what_is_open_held_and_in_sight(
    site: Site, visitor: Visitor
) -> None:
    linked = crash(site.stage)
    page = visitor.open("/")
    card = page.locator("article", has_text="WIFUSDT")
    card.locator("summary").click()
    card.locator("summary").focus()
    page.evaluate("scrollTo(0, 500)")
    with site.stage.database.write() as conn:
        accounts.relabel(
            conn, user_id=site.stage.user_id, account_id=linked.binance, label="Binance renamed"
        )
    assert refresh(page).status == 200
    expect(card).to_contain_text("Binance renamed")
    expect(card.get_by_text("Liquidation price", exact=True)).to_be_visible()
    expect(card.locator("summary")).to_be_focused()
    assert page.evaluate("scrollY") == 500
    card.locator("summary").click()
    assert refresh(page).status == 304
    expect(card.get_by_text("Liquidation price", exact=True)).to_be_hidden()


def test_while_nothing_but_time_has_passed_nothing_is_drawn_anew(
    site: Site, visitor: Visitor
) -> None:
    crash(site.stage)
    page = visitor.open("/")
    refresh(page)
    page.evaluate("document.querySelector('article').dataset.kept = 'yes'")
    assert refresh(page).status == 304
    assert page.evaluate("document.querySelector('article').dataset.kept") == "yes"


def test_ages_count_on_by_themselves(site: Site, visitor: Visitor) -> None:
    site.stage.account(label="main", read_at=clock.now(), interval=3600)
    page = visitor.open("/accounts")
    age = page.locator("#list time").first
    expect(age).to_have_text(re.compile(r"^\d\u2009s$"))
    page.clock.fast_forward(60_000)
    expect(age).to_have_text("1\u2009min")


def test_a_change_of_severity_is_marked_once_and_said(site: Site, visitor: Visitor) -> None:
    account = site.stage.account(label="Binance", interval=60)
    site.stage.holds(account, [judged(clock.now(), 0.4)])
    page = visitor.open("/", reduced_motion="no-preference")
    card = page.locator("article")
    assert "changed" not in (card.get_attribute("class") or "")
    site.stage.holds(account, [judged(clock.now(), 0.011, Severity.CRITICAL)])
    refresh(page)
    expect(card).to_have_class(re.compile(r"critical.* changed"))
    assert card.evaluate("(node) => getComputedStyle(node).animationName") == "changed"
    expect(page.locator("#said")).to_have_text("BTCUSDT long, Binance: Critical.")
    expect(page).to_have_title(re.compile("^One position is close to liquidation"))
    site.stage.holds(account, [judged(clock.now(), 0.012, Severity.CRITICAL)])
    refresh(page)
    expect(card).to_contain_text("1.2")
    assert "changed" not in (card.get_attribute("class") or "")


def test_with_reduced_motion_nothing_moves(site: Site, visitor: Visitor) -> None:
    account = site.stage.account(interval=60)
    site.stage.holds(account, [judged(clock.now(), 0.4)])
    page = visitor.open("/", reduced_motion="reduce")
    site.stage.holds(account, [judged(clock.now(), 0.011, Severity.CRITICAL)])
    refresh(page)
    card = page.locator("article.changed")
    assert card.evaluate("(node) => getComputedStyle(node).animationName") == "none"


def test_when_seawall_stops_the_page_says_so_and_when_it_is_back(
    site: Site, visitor: Visitor
) -> None:
    crash(site.stage)
    page = visitor.open("/")
    site.stop()
    page.clock.fast_forward(6_000)
    notice = page.get_by_text("Seawall does not answer.")
    expect(notice).to_be_visible()
    expect(page.locator("article").first).to_be_visible()
    site.start()
    refresh(page)
    expect(notice).to_be_hidden()
    visitor.expected("net::ERR_", "htmx:")


def test_a_session_that_ends_leads_to_signing_in(site: Site, visitor: Visitor) -> None:
    page = visitor.open("/")
    expect(page.get_by_role("heading", name="Link an account to begin")).to_be_visible()
    with site.stage.database.write() as conn:
        for one in conn.execute(token_rows.select()).all():
            tokens.revoke(conn, user_id=one.user_id, token_id=one.id, now=clock.now())
    page.clock.fast_forward(6_000)
    expect(page.get_by_role("heading", name="Sign in to Seawall")).to_be_visible()
    visitor.expected("401 (UNAUTHORIZED)", "Response Status Error Code 401")


def test_what_is_being_typed_is_not_swept_away(site: Site, visitor: Visitor) -> None:
    account = site.stage.account(label="main")
    page = visitor.open("/accounts")
    page.locator(f"#x-{account} summary").click()
    name = page.locator(f"#x-{account} input")
    name.fill("half a na")
    page.get_by_role("heading", name="Accounts").click()
    with site.stage.database.write() as conn:
        accounts.relabel(conn, user_id=site.stage.user_id, account_id=account, label="elsewhere")
    page.clock.fast_forward(10_000)
    expect(name).to_have_value("half a na")


def test_an_impatient_double_click_links_once(site: Site, visitor: Visitor) -> None:
    page = visitor.open("/accounts?venue=hyperliquid")
    page.get_by_label("Public address").fill("0x" + "a1" * 20)
    page.get_by_role("button", name="Link", exact=True).dblclick()
    expect(page.get_by_text("Stored and sealed.")).to_be_visible()
    expect(page.locator("article")).to_have_count(1)


def test_a_refused_form_leads_to_its_problem_and_comes_back_empty(
    site: Site, visitor: Visitor
) -> None:
    crash(site.stage)
    page = visitor.open("/accounts?venue=hyperliquid")
    page.get_by_label("Public address").fill("0x" + "ab" * 32)
    page.get_by_role("button", name="Link", exact=True).click()
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("private key or seed phrase")
    expect(problem).to_be_in_viewport()
    expect(page.get_by_label("Public address")).to_have_value("")
    visitor.expected("422 (UNPROCESSABLE")


def test_the_pairing_code_stays_while_the_list_goes_on(site: Site, visitor: Visitor) -> None:
    page = visitor.open("/accounts")
    page.get_by_role("button", name="Show a pairing code").click()
    code = page.locator(".code").inner_text()
    expect(page.locator(".code")).to_be_in_viewport()
    site.stage.account(label="linked elsewhere")
    site.stage.token("read")
    assert refresh(page).status == 200
    expect(page.locator("article", has_text="linked elsewhere")).to_be_visible()
    expect(page.get_by_role("button", name="Revoke test")).to_be_visible()
    assert page.locator(".code").inner_text() == code
