"""The sentence at the top: what is worst, said first."""

from __future__ import annotations

from typing import Any

import pytest

from app.web.headline import positions_headline, venues_headline

Shown = dict[str, Any]


def a_position(
    severity: str = "ok",
    distance: float | None = 0.4,
    *codes: str,
    fund: str | None = "binance:a",
    stale: bool = False,
) -> Shown:
    reasons = [{"code": code, "severity": severity} for code in codes]
    return {
        "severity": severity,
        "distance": distance,
        "reasons": reasons,
        "fund": fund and {"id": fund},
        "stale": stale,
    }


def a_fund(health: str, name: str = "binance:a", *codes: str, kind: str = "shared") -> Shown:
    reasons = [{"code": code} for code in codes]
    return {"id": name, "health": health, "kind": kind, "reasons": reasons}


READ = {"status": "active", "unread": False}
PENDING = {"status": "pending", "unread": False}
FAILING = {"status": "active", "unread": True}


def headline(
    *positions: Shown, funds: tuple[Shown, ...] = (), accounts: tuple[Shown, ...] = (READ,)
) -> str:
    return positions_headline(positions, funds, accounts)


def test_without_an_account_it_says_what_to_do_first() -> None:
    assert headline(accounts=()) == "Link an account to begin"


def test_accounts_being_checked_are_not_taken_for_calm() -> None:
    assert headline(accounts=(PENDING,)) == "One account is being checked"
    assert headline(accounts=(PENDING, PENDING)) == "Two accounts are being checked"


def test_no_position_and_no_doubt() -> None:
    assert headline() == "No open position"


def test_all_is_calm() -> None:
    assert headline(a_position(), a_position(distance=None)) == "All is calm"


def test_watched_positions_are_counted() -> None:
    watched = a_position("watch", 0.08, "liquidation_near")
    assert headline(watched) == "Nothing is urgent; one position to watch"
    assert headline(watched, watched) == "Nothing is urgent; two positions to watch"


def test_close_positions_and_the_fund_behind_another() -> None:
    assert (
        headline(
            a_position("critical", 0.018, "liquidation_near", fund=None),
            a_position("warning", 0.4, "fund_draining"),
            funds=(a_fund("draining"), a_fund("draining", "okx:b")),
        )
        == "One position is close to liquidation; one fund behind your positions is draining"
    )


@pytest.mark.parametrize("code", ["liquidation_breached", "margin_breached"])
def test_a_position_past_its_limit_comes_before_a_close_one(code: str) -> None:
    breached = a_position("critical", -0.01 if code.startswith("liq") else None, code)
    close = a_position("warning", 0.04, "liquidation_near")
    assert headline(close, breached) == ("One position is due for liquidation, one is close to it")
    assert headline(breached, breached) == "Two positions are due for liquidation"


def test_a_high_margin_ratio_without_a_distance_needs_a_look() -> None:
    assert headline(a_position("warning", None, "margin_high")) == "One position needs a look"


def test_a_warning_that_nothing_else_tells_of_needs_a_look() -> None:
    assert headline(a_position("warning", 0.3, "adl_signal")) == "One position needs a look"


def test_a_draining_fund_of_others_is_told_as_such() -> None:
    assert (
        headline(a_position(), funds=(a_fund("draining", "okx:b"),))
        == "One fund is draining, but none behind your positions"
    )


def test_a_published_total_is_no_fund_that_pays() -> None:
    total = a_fund("draining", "okx:headline", kind="headline")
    assert headline(a_position(), funds=(total,)) == "All is calm"
    assert venues_headline([total, a_fund("stable")]) == "No fund is draining"


def test_old_figures_are_told_after_what_they_say() -> None:
    assert (
        headline(a_position("critical", 0.01, "liquidation_near", stale=True), a_position())
        == "One position is close to liquidation; one position is not up to date"
    )


def test_an_account_that_is_not_read_is_never_calm() -> None:
    assert headline(accounts=(READ, FAILING)) == "One account is not read"
    assert headline(a_position(), accounts=(FAILING, FAILING)) == "Two accounts are not read"


def test_numbers_above_ten_are_figures() -> None:
    assert headline(*[a_position("watch", 0.08)] * 12) == "Nothing is urgent; 12 positions to watch"


def test_a_draining_fund_that_was_lost_sight_of_stays_in_the_sentence() -> None:
    lost = a_fund("stale", "binance:a", "fund_draining", "fund_stale")
    assert (
        headline(a_position(), funds=(lost,))
        == "One fund behind your positions was draining when last seen"
    )
    assert venues_headline([lost]) == "One fund was draining when last seen"


@pytest.mark.parametrize(
    ("healths", "worded"),
    [
        (["critical", "draining", "draining"], "One fund is critical, two are draining"),
        (["draining", "stable"], "One fund is draining"),
        (["stale", "stable"], "One fund has not been refreshed"),
        (["unknown", "unknown"], "Funds are being read; trends need a little time"),
        ([], "Funds are being read; trends need a little time"),
        (["stable", "unknown", "declining"], "No fund is draining"),
    ],
)
def test_the_funds_of_all_venues_in_one_sentence(healths: list[str], worded: str) -> None:
    funds = [a_fund(health, f"binance:{number}") for number, health in enumerate(healths)]
    assert venues_headline(funds) == worded
