"""A scenario's outcome for funds, in sentences and short tables, out of the answer of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.risk.wording import THIN_SPACE, enumerated, money
from app.risk.wording import percent as plain_percent
from app.web.filters import NO_NUMBER, percent
from app.web.scenario_chart import Bar, fund_left

Shown = Mapping[str, Any]

DRAWN_IN_FULL: Final = 3
"""So many funds of a venue are drawn; the others stand in a list behind a summary."""
AFTER: Final = {
    "auto_deleveraging": "When a fund is empty, winning positions are closed.",
    "haircut": "When a fund is empty, winners get less of their profit.",
    "withdrawals": "When a fund is empty, whoever withdraws pays.",
    "unknown": "What follows an empty fund is not known.",
}
ROWS: Final = (
    ("forced_usd", "Forced out", money, ("forced_usd", "open_interest_usd")),
    ("shortfall_usd", "Lost beyond their margin", money, ("shortfall_usd", "open_interest_usd")),
    ("left_usd", "Left in the fund", money, ("paid_usd", "balance_usd")),
    ("uncovered_usd", "Not covered by it", money, ("uncovered_usd", "balance_usd")),
    ("adl_usd", "Winners closed", money, ("adl_usd",)),
    ("haircut", "Cut from winners\u2019 profit", percent, ("haircut",)),
)
"""Figures of a fund, and where among its notes stands why one is missing."""
LIKELY: Final = 0.5
POSSIBLE: Final = 0.05
"""Shares of the draws from which on something is told in the first sentences."""
FUND_WORDS: Final = ("fund", "pool", "vault", "insurance")
KINDS: Final = {"given": "Given", "data": "Data", "assumed": "Assumed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure at the draw that 5 % lie below, at the middle one, and where 5 % lie above."""

    label: str
    values: tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLine:
    """A fund: its drawing, its figures, and why any of them is missing."""

    name: str
    holds: str
    runs_out: str | None
    bar: Bar | None
    rows: tuple[Row, ...]
    extra: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueLine:
    """A venue: those of its funds that are drawn, the others, and those of which nothing is known.

    ``unknown`` gathers the latter by reason: the reason and the names of the funds.
    """

    id: str
    name: str
    sums: str | None
    after: str
    pools: tuple[PoolLine, ...]
    others: tuple[PoolLine, ...]
    unknown: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def what_happens(answer: Shown) -> str:
    """What was asked, as a line above the first sentence: "BTC falls by 20 %"."""
    event = answer["event"]
    if answer["name"] is not None and event["moves"]:
        return f"{answer['title']} again, with today\u2019s funds and positions"
    if event["cascade_usd"] is not None:
        name = next(one["name"] for one in answer["venues"] if one["venue"] == event["venue"])
        way = "rising" if event["direction"] == "up" else "falling"
        return f"{money(event['cascade_usd'])} forced out at {name} by {way} prices"
    move = event["move"]
    return f"BTC {'falls' if move < 0 else 'rises'} by {plain_percent(abs(move))}"


def headline(answer: Shown) -> str:
    """What becomes of the fund that leaves most uncovered, or is nearest to that, in a sentence."""
    funds = _funds(answer)
    if funds:
        venue, pool = max(funds, key=lambda one: _how_bad(one[1]))
        name, gone = _fund_of(venue, pool), pool["depleted"]
        if gone >= 1:
            return f"In every draw {name} runs out."
        if gone >= LIKELY:
            return f"In {share(gone)} of the draws {name} runs out."
        left = f"{money(pool['left_usd']['p50'])} or less left"
        end = f"in {share(gone)} it runs out." if gone > 0 else "in none does it run out."
        return f"In half of the draws {name} would have {left}; {end}"
    if not answer["venues"]:
        return "Nothing can be said without a position or an exchange."
    return "What becomes of the funds cannot be said."


def beside(answer: Shown) -> list[str]:
    """The sentences that belong to the first: the move it takes, other funds, your positions."""
    said = []
    move, funds, held = answer["move"], _funds(answer), answer["positions"]
    if answer["event"]["cascade_usd"] is not None and move is not None:
        low, high = sorted((move["p5"], move["p95"]), key=abs)
        said.append(
            f"It takes a move of BTC by {signed(move['p50'])} in the middle draw, by "
            f"{signed(low)} to {signed(high)} in nine of ten."
        )
    if answer["unreached"]:
        said.append(f"In {share(answer['unreached'])} of the draws no move forces out so much.")
    if len(funds) > 1:
        gone = sum(pool["depleted"] >= LIKELY for _, pool in funds)
        said.append(
            f"{gone or 'None'} of {len(funds)} funds {'runs' if gone == 1 else 'run'} out in half "
            "of the draws or more."
        )
    likely = sum((one["liquidated"] or 0.0) >= LIKELY for one in held)
    if len(held) == 1:
        said.append(
            f"Your position is liquidated in {'' if likely else 'less than '}half of the draws{' or more' if likely else ''}."
        )
    elif held:
        said.append(
            f"{likely or 'None'} of your {len(held)} positions {'is' if likely == 1 else 'are'} "
            "liquidated in half of the draws or more."
        )
    reached = sum((one["reached"] or 0.0) >= POSSIBLE for one in held)
    if reached:
        said.append(
            f"{reached} {'loses' if reached == 1 else 'lose'} profit to what follows an empty fund "
            f"in {POSSIBLE:.0%} of the draws or more.".replace("%", f"{THIN_SPACE}%")
        )
    return said


def venues_worst_first(answer: Shown) -> list[VenueLine]:
    """Every venue: first the one with the fund that fares worst."""

    def worst(venue: Shown) -> tuple[float, float, float]:
        return max((_how_bad(pool) for pool in venue["pools"]), default=(0.0, 0.0, 0.0))

    return [_venue(venue) for venue in sorted(answer["venues"], key=worst, reverse=True)]


def _venue(venue: Shown) -> VenueLine:
    known = [pool for pool in venue["pools"] if pool["forced_usd"] is not None]
    lines = [_pool(pool) for pool in sorted(known, key=_how_bad, reverse=True)]
    forced, shortfall = venue["forced_usd"], venue["shortfall_usd"]
    sums = None
    if forced is not None and shortfall is not None:
        sums = (
            f"{money(forced['p50'])} forced out in the middle draw "
            f"({money(forced['p5'])} to {money(forced['p95'])} in nine of ten), "
            f"{money(shortfall['p50'])} of it lost beyond their margin."
        )
    return VenueLine(
        id=venue["venue"],
        name=venue["name"],
        sums=sums,
        after=AFTER[venue["after_fund"]],
        pools=tuple(lines[:DRAWN_IN_FULL]),
        others=tuple(lines[DRAWN_IN_FULL:]),
        unknown=_by_reason(pool for pool in venue["pools"] if pool["forced_usd"] is None),
        # What is missing of every fund is told there.
        notes=tuple(
            dict.fromkeys(
                text
                for key, text in venue["notes"].items()
                if key == "after_fund" or not venue["pools"]
            )
        ),
    )


def by_kind(assumptions: Sequence[Shown]) -> list[tuple[str, list[Shown]]]:
    """What was chosen, what is known, what is assumed."""
    grouped = [(kind, [one for one in assumptions if one["kind"] == kind]) for kind in KINDS]
    return [(KINDS[kind], found) for kind, found in grouped if found]


def _funds(answer: Shown) -> list[tuple[Shown, Shown]]:
    """The funds of which what is left is known, with their venues."""
    return [
        (venue, pool)
        for venue in answer["venues"]
        for pool in venue["pools"]
        if pool["left_usd"] is not None and pool["depleted"] is not None
    ]


def _how_bad(pool: Shown) -> tuple[float, float, float]:
    """What it leaves uncovered, then how often it runs out, then how much of it is paid."""
    balance = pool["balance_usd"]
    if pool["left_usd"] is None:
        return 0.0, 0.0, 0.0
    uncovered, paid = pool["uncovered_usd"]["mean"], pool["paid_usd"]["mean"]
    return uncovered, pool["depleted"], paid / balance if balance else 0.0


def _fund_of(venue: Shown, pool: Shown) -> str:
    name: str = pool["name"]
    if venue["name"].casefold() in name.casefold():
        return f"\u201c{name}\u201d"
    says_what = any(word in name.casefold() for word in FUND_WORDS)
    return f"{venue['name']}\u2019s {name if says_what else f'fund for {name}'}"


def _pool(pool: Shown) -> PoolLine:
    # A fund has one of the two ways; that it has not the other needs no word.
    shown = [row for row in ROWS if row[0] != "haircut" or pool["haircut"] is not None]
    if pool["haircut"] is not None or pool["adl_usd"] is None:
        shown = [row for row in shown if row[0] != "adl_usd"]
    if pool["left_usd"] is None:
        shown = [row for row in shown if row[0] != "uncovered_usd"]
    missing = [
        pool["notes"].get(key) for field, _, _, keys in ROWS if pool[field] is None for key in keys
    ]
    rows = tuple(
        Row(label=label, values=_three(pool[field], worded)) for field, label, worded, _ in shown
    )
    return PoolLine(
        name=pool["name"],
        holds=f"{money(pool['balance_usd'])} before"
        if pool["balance_usd"] is not None
        else "balance not known",
        runs_out=_runs_out(pool["depleted"]),
        bar=fund_left(pool),
        rows=rows,
        extra=f"In {share(pool['insufficient'])} of the draws even all profit of the move would "
        "not be enough."
        if pool["insufficient"]
        else None,
        notes=tuple(dict.fromkeys(text for text in missing if text)),
    )


def _runs_out(often: float | None) -> str | None:
    if often is None:
        return None
    return f"runs out in {share(often)} of the draws" if often > 0 else "runs out in no draw"


def _three(spread: Shown | None, worded: Callable[[float], str]) -> tuple[str, str, str]:
    if spread is None:
        return NO_NUMBER, NO_NUMBER, NO_NUMBER
    return worded(spread["p5"]), worded(spread["p50"]), worded(spread["p95"])


def _by_reason(pools: Iterable[Shown]) -> tuple[tuple[str, str], ...]:
    """Why nothing is known, and of which funds."""
    found: dict[str, list[str]] = {}
    for pool in pools:
        why = pool["notes"].get("forced_usd") or "Open interest is not known."
        found.setdefault(why, []).append(pool["name"])
    return tuple(
        (
            why,
            enumerated(names[:4])
            if len(names) < 5
            else f"{', '.join(names[:4])} and {len(names) - 4} more",
        )
        for why, names in found.items()
    )


def share(fraction: float) -> str:
    """A share of the draws, at most one decimal: "0 %", "<0.1 %", "3.4 %"."""
    if fraction in (0.0, 1.0):
        return f"{fraction * 100:.0f}{THIN_SPACE}%"
    return percent(fraction)


def signed(fraction: float) -> str:
    """A move with its sign."""
    return plain_percent(fraction, signed=True)
