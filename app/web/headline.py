"""The one sentence at the top of a page: what is worst, said first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
URGENT = ("critical", "warning")
DUE = {"liquidation_breached", "margin_breached"}
OF_THE_FUND = ("fund_", "adl_", "data_")
"""Reasons told by the funds' part of the sentence, or by that on old figures, begin so."""

Shown = dict[str, Any]


def positions_headline(
    positions: Sequence[Shown], funds: Sequence[Shown], accounts: Sequence[Shown]
) -> str:
    """What a person with these positions should know first.

    ``positions``, ``funds`` and ``accounts`` are as ``content`` gives them.
    """
    if not accounts:
        return "Link an account to begin"
    urgent = _near(positions) + _behind(positions, funds) or _need_a_look(positions)
    doubts = _not_up_to_date(positions) or _not_read(accounts)
    if urgent or doubts:
        return _sentence(urgent + doubts)
    if positions:
        return _calm(positions, funds)
    if all(account["status"] == "pending" for account in accounts):
        return _count(len(accounts), "account is being checked", "accounts are being checked")
    return "No open position"


def venues_headline(funds: Sequence[Shown]) -> str:
    """The state of all funds in one sentence."""
    absorbing = [fund for fund in funds if fund["kind"] != "headline"]
    if troubled := _troubled(absorbing):
        return troubled[0]
    stale = sum(fund["health"] == "stale" for fund in absorbing)
    if stale:
        return _count(stale, "fund has not been refreshed", "funds have not been refreshed")
    if all(fund["health"] == "unknown" for fund in absorbing):
        return "Funds are being read; trends need a little time"
    return "No fund is draining"


def _calm(positions: Sequence[Shown], funds: Sequence[Shown]) -> str:
    others = _troubled([fund for fund in funds if fund["kind"] != "headline"])
    if others:
        return f"{others[0]}, but none behind your positions"
    watched = sum(p["severity"] == "watch" for p in positions)
    if watched:
        return f"Nothing is urgent; {_count(watched, 'position', 'positions').lower()} to watch"
    return "All is calm"


def _near(positions: Sequence[Shown]) -> list[str]:
    """Positions by how close their liquidation is, those that are closest."""
    due = [p for p in positions if _is_due(p)]
    close = [p for p in positions if _is_close(p) and not _is_due(p)]
    if due:
        and_close = f", {_count(len(close), 'is', 'are').lower()} close to it" if close else ""
        return [
            _count(len(due), "position is", "positions are") + f" due for liquidation{and_close}"
        ]
    if close:
        return [_count(len(close), "position is", "positions are") + " close to liquidation"]
    return _need_a_look([p for p in positions if _is_urgent_itself(p)])


def _is_close(position: Shown) -> bool:
    """By the user's own thresholds, which the reasons were made with."""
    return any(
        reason["code"] == "liquidation_near" and reason["severity"] != "watch"
        for reason in position["reasons"]
    )


def _is_due(position: Shown) -> bool:
    breached = position["distance"] is not None and position["distance"] <= 0
    return breached or any(reason["code"] in DUE for reason in position["reasons"])


def _is_urgent_itself(position: Shown) -> bool:
    """Whether something else than its fund, its queue or its age makes the position urgent."""
    return any(
        reason["severity"] in URGENT and not reason["code"].startswith(OF_THE_FUND)
        for reason in position["reasons"]
    )


def _need_a_look(positions: Sequence[Shown]) -> list[str]:
    urgent = sum(p["severity"] in URGENT for p in positions)
    return [_count(urgent, "position needs a look", "positions need a look")] if urgent else []


def _behind(positions: Sequence[Shown], funds: Sequence[Shown]) -> list[str]:
    """Funds in trouble that some position stands on."""
    behind = {p["fund"]["id"] for p in positions if p["fund"]}
    return _troubled([fund for fund in funds if fund["id"] in behind], " behind your positions")


def _troubled(funds: Sequence[Shown], which: str = "") -> list[str]:
    """Funds in trouble, worst first; one lost sight of counts as what it was."""
    found = (
        (sum(fund["health"] == "critical" for fund in funds), "is critical", "are critical"),
        (sum(fund["health"] == "draining" for fund in funds), "is draining", "are draining"),
        (
            sum(map(_was_in_trouble, funds)),
            "was draining when last seen",
            "were draining when last seen",
        ),
    )
    parts: list[str] = []
    for number, one, many in found:
        if number:
            subject = ("", "") if parts else (f"fund{which} ", f"funds{which} ")
            parts.append(_count(number, subject[0] + one, subject[1] + many))
    return [", ".join([parts[0], *(part.lower() for part in parts[1:])])] if parts else []


def is_in_trouble(fund: Shown) -> bool:
    """Whether a fund that pays for losses drains, or did when last seen."""
    bad = fund["health"] in ("critical", "draining") or _was_in_trouble(fund)
    return fund["kind"] != "headline" and bad


def _was_in_trouble(fund: Shown) -> bool:
    codes = {reason["code"] for reason in fund["reasons"]}
    return fund["health"] == "stale" and not codes.isdisjoint({"fund_critical", "fund_draining"})


def _not_up_to_date(positions: Sequence[Shown]) -> list[str]:
    stale = sum(p["stale"] for p in positions)
    words = _count(stale, "position is not up to date", "positions are not up to date")
    return [words] if stale else []


def _not_read(accounts: Sequence[Shown]) -> list[str]:
    """Accounts of which nothing can be said, so that silence is not taken for calm."""
    unread = sum(account["unread"] for account in accounts)
    return [_count(unread, "account is not read", "accounts are not read")] if unread else []


def _sentence(parts: Sequence[str]) -> str:
    first, *rest = parts
    return "; ".join([first, *(part[0].lower() + part[1:] for part in rest)])


def _count(number: int, one: str, many: str) -> str:
    word = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{word} {one if number == 1 else many}"
