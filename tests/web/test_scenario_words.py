"""What a scenario's outcome is told with: sentences, tables and the drawing of what is left."""

from __future__ import annotations

from typing import Any

import pytest

from app.web.scenario_chart import fund_left
from app.web.scenario_positions import positions_worst_first
from app.web.scenario_words import beside, by_kind, headline, venues_worst_first, what_happens


def spread(*figures: float) -> dict[str, float]:
    """Of five quantiles, or of one figure that is the same in every draw."""
    p5, p25, p50, p75, p95 = figures * (5 if len(figures) == 1 else 1)
    return {"mean": p50, "p5": p5, "p25": p25, "p50": p50, "p75": p75, "p95": p95}


def a_pool(name: str = "USD-M fund", **fields: Any) -> dict[str, Any]:
    """A fund of 1 B of which 0.1 to 0.95 B are left."""
    return {
        "key": name,
        "name": name,
        "balance_usd": 1e9,
        "open_interest_usd": 5e9,
        "forced_usd": spread(1e9),
        "shortfall_usd": spread(5e7, 6e7, 9e7, 3e8, 9e8),
        "paid_usd": spread(5e7, 6e7, 9e7, 3e8, 9e8),
        "left_usd": spread(1e8, 7e8, 9.1e8, 9.4e8, 9.5e8),
        "depleted": 0.03,
        "uncovered_usd": spread(0.0),
        "adl_usd": spread(0.0),
        "haircut": None,
        "insufficient": None,
        "notes": {},
    } | fields


def a_venue(*pools: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "venue": "binance",
        "name": "Binance",
        "after_fund": "auto_deleveraging",
        "forced_usd": spread(1e9),
        "shortfall_usd": spread(9e7),
        "depleted": 0.03,
        "pools": list(pools),
        "notes": {},
    } | fields


def a_position(**fields: Any) -> dict[str, Any]:
    return {
        "id": "p",
        "venue": "binance",
        "account": "main",
        "symbol": "BTC/USDT:USDT",
        "native_symbol": "BTCUSDT",
        "side": "short",
        "notional_usd": 10_000.0,
        "move": spread(-0.2),
        "liquidated": 0.0,
        "gain_usd": spread(2000.0),
        "reached": 0.0,
        "lost_usd": spread(0.0),
        "notes": {},
    } | fields


def an_answer(*venues: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "name": None,
        "title": None,
        "event": {
            "move": -0.2,
            "moves": {},
            "cascade_usd": None,
            "venue": None,
            "direction": None,
        },
        "move": spread(-0.2),
        "unreached": None,
        "venues": list(venues),
        "positions": [],
        "assumptions": [],
    } | fields


EMPTY = {"left_usd": spread(0.0), "paid_usd": spread(1e9)}
UNKNOWN = {
    "balance_usd": None, "paid_usd": None, "left_usd": None, "depleted": None,
    "uncovered_usd": None, "adl_usd": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("pool", "told"),
    [
        (
            a_pool(),
            "In half of the draws Binance’s USD-M fund would have $910\u2009M or less left; "
            "in 3.0\u2009% it runs out.",
        ),
        (
            a_pool(depleted=0.0),
            "In half of the draws Binance’s USD-M fund would have $910\u2009M or less left; "
            "in none does it run out.",
        ),
        (
            a_pool(depleted=0.92, **EMPTY),
            "In 92\u2009% of the draws Binance’s USD-M fund runs out.",
        ),
        (a_pool(depleted=1.0, **EMPTY), "In every draw Binance’s USD-M fund runs out."),
        (
            a_pool("BTC and ETH", depleted=1.0, **EMPTY),
            "In every draw Binance’s fund for BTC and ETH runs out.",
        ),
        (
            a_pool("Binance insurance", depleted=1.0, **EMPTY),
            "In every draw “Binance insurance” runs out.",
        ),
        (a_pool(**UNKNOWN), "What becomes of the funds cannot be said."),
    ],
)
def test_the_first_sentence_is_of_the_fund(pool: dict[str, Any], told: str) -> None:
    assert headline(an_answer(a_venue(pool))) == told


def test_the_fund_that_leaves_most_uncovered_comes_first_not_the_one_most_often_empty() -> None:
    tiny = a_pool("tiny fund", depleted=0.9, uncovered_usd=spread(1e6), **EMPTY)
    large = a_pool("large fund", depleted=0.2, uncovered_usd=spread(5e8))
    calm = a_pool("calm fund")
    answer = an_answer(a_venue(calm, name="Other"), a_venue(tiny, large))
    assert "Binance’s large fund" in headline(answer)
    venues = venues_worst_first(answer)
    assert [one.name for one in venues] == ["Binance", "Other"]
    assert [pool.name for pool in venues[0].pools] == ["large fund", "tiny fund"]


def test_what_was_asked_is_told_above_it() -> None:
    assert what_happens(an_answer()) == "BTC falls by 20\u2009%"
    crash = an_answer(name="2020-03-12", title="12 March 2020")
    crash["event"] |= {"move": None, "moves": {"BTC": -0.5}}
    assert what_happens(crash).startswith("12 March 2020 again")
    cascade = an_answer(a_venue())
    cascade["event"] |= {
        "move": None, "cascade_usd": 2e9, "venue": "binance", "direction": "down",
    }  # fmt: skip
    assert what_happens(cascade) == "$2.00\u2009B forced out at Binance by falling prices"


def test_funds_and_positions_are_counted_in_words() -> None:
    gone = a_pool("gone fund", depleted=0.6, **EMPTY)
    one = an_answer(a_venue(gone, a_pool()), positions=[a_position(liquidated=0.5)])
    assert beside(one) == [
        "1 of 2 funds runs out in half of the draws or more.",
        "Your position is liquidated in half of the draws or more.",
    ]
    safe = an_answer(a_venue(a_pool()), positions=[a_position()])
    assert beside(safe) == ["Your position is liquidated in less than half of the draws."]
    two = an_answer(
        a_venue(a_pool(), a_pool("b fund")),
        positions=[a_position(liquidated=None, reached=0.2), a_position(reached=0.04)],
    )
    assert beside(two) == [
        "None of 2 funds run out in half of the draws or more.",
        "None of your 2 positions are liquidated in half of the draws or more.",
        "1 loses profit to what follows an empty fund in 5\u2009% of the draws or more.",
    ]


def test_a_cascade_out_of_reach_is_told() -> None:
    answer = an_answer(
        a_venue(a_pool()), unreached=0.25, move=spread(-0.3, -0.2, -0.1, -0.08, -0.05)
    )
    answer["event"] |= {"move": None, "cascade_usd": 2e9}
    assert beside(answer) == [
        "It takes a move of BTC by −10.0\u2009% in the middle draw, by −5.0\u2009% to "
        "−30\u2009% in nine of ten.",
        "In 25\u2009% of the draws no move forces out so much.",
    ]


# Funds


def test_a_funds_figures_stand_at_five_fifty_and_ninety_five_percent() -> None:
    (venue,) = venues_worst_first(an_answer(a_venue(a_pool())))
    (pool,) = venue.pools
    rows = {row.label: row.values for row in pool.rows}
    assert rows["Left in the fund"] == ("$100\u2009M", "$910\u2009M", "$950\u2009M")
    assert rows["Lost beyond their margin"] == ("$50.0\u2009M", "$90.0\u2009M", "$900\u2009M")
    assert "Cut from winners’ profit" not in rows
    assert (pool.holds, pool.runs_out) == (
        "$1.00\u2009B before",
        "runs out in 3.0\u2009% of the draws",
    )


def test_a_haircut_is_a_rate_and_says_when_all_profit_would_not_do() -> None:
    cut = a_pool(adl_usd=None, haircut=spread(0.0, 0.0, 0.1, 0.2, 0.5), insufficient=0.02)
    (venue,) = venues_worst_first(an_answer(a_venue(cut, after_fund="haircut")))
    (pool,) = venue.pools
    rows = {row.label: row.values for row in pool.rows}
    assert rows["Cut from winners’ profit"] == ("0.0\u2009%", "10.0\u2009%", "50\u2009%")
    assert "Winners closed" not in rows
    assert (
        pool.extra == "In 2.0\u2009% of the draws even all profit of the move would not be enough."
    )


def test_a_fund_of_unknown_size_has_dashes_and_a_reason() -> None:
    unknown = a_pool(**UNKNOWN, notes={"paid_usd": "Not published.", "adl_usd": "Not published."})
    (venue,) = venues_worst_first(an_answer(a_venue(unknown)))
    (pool,) = venue.pools
    assert pool.bar is None
    assert pool.runs_out is None
    assert pool.holds == "balance not known"
    assert {row.label: row.values for row in pool.rows}["Left in the fund"] == ("–", "–", "–")
    assert pool.notes == ("Not published.",)


def test_funds_of_which_nothing_is_known_are_gathered_by_reason() -> None:
    nothing = UNKNOWN | {"forced_usd": None, "shortfall_usd": None}
    names = [f"fund {number}" for number in range(6)]
    pools = [a_pool(name, **nothing, notes={"forced_usd": "No one says."}) for name in names]
    (venue,) = venues_worst_first(an_answer(a_venue(*pools, forced_usd=None, shortfall_usd=None)))
    assert venue.unknown == (("No one says.", "fund 0, fund 1, fund 2, fund 3 and 2 more"),)
    assert (venue.sums, venue.pools) == (None, ())


def test_the_drawing_reaches_from_nothing_to_the_balance_before() -> None:
    bar = fund_left(a_pool())
    assert bar is not None
    assert (bar.most, bar.half, bar.middle) == ((10.0, 85.0), (70.0, 24.0), 91.0)
    assert bar.told == (
        "Of $1.00\u2009B, $910\u2009M is left in the middle of the draws; in nine of ten between "
        "$100\u2009M and $950\u2009M."
    )


def test_nothing_is_drawn_of_a_fund_that_was_empty_or_is_not_known() -> None:
    assert fund_left(a_pool(**UNKNOWN)) is None
    assert fund_left(a_pool(balance_usd=0.0)) is None


# Positions


def told_of(**fields: Any) -> tuple[str, ...]:
    (line,) = positions_worst_first(an_answer(a_venue(), positions=[a_position(**fields)]))
    return line.told


def test_a_move_that_is_the_same_in_every_draw_has_no_range() -> None:
    assert told_of()[0] == "Its price moves by −20\u2009%, which brings $2,000."
    assert told_of(gain_usd=spread(-2000.0))[0].endswith("which costs $2,000.")


@pytest.mark.parametrize(
    ("gain", "told"),
    [
        (
            (-900.0, -800.0, -500.0, -400.0, -300.0),
            "which costs $500; $300 to $900 in nine of ten.",
        ),
        ((300.0, 400.0, 500.0, 800.0, 900.0), "which brings $500; $300 to $900 in nine of ten."),
        (
            (-100.0, 0.0, 500.0, 800.0, 900.0),
            "which brings $500; from a loss of $100 to a gain of $900 in nine of ten.",
        ),
    ],
)
def test_gains_and_losses_have_their_range(gain: tuple[float, ...], told: str) -> None:
    assert told_of(gain_usd=spread(*gain))[0] == (
        f"Its price moves by −20\u2009% in the middle draw, {told}"
    )


def test_profit_that_is_taken_is_told_with_how_often() -> None:
    lost = spread(0.0, 0.0, 30.0, 100.0, 300.0)
    assert told_of(reached=0.26, lost_usd=lost)[1] == (
        "Reached by auto-deleveraging in 26\u2009% of the draws, which takes $30 of its profit, "
        "averaged over all of them; $300 or more in the worst 5\u2009%."
    )
    assert told_of()[1] == "Not reached by auto-deleveraging in any draw."


def test_what_is_not_known_of_a_position_is_told_once_and_with_its_reason() -> None:
    held = a_position(
        liquidated=None,
        reached=None,
        lost_usd=None,
        notes={"liquidated": "Fully collateralised.", "lost_usd": "No fund is known."},
    )
    (line,) = positions_worst_first(an_answer(a_venue(), positions=[held]))
    assert (line.figure, line.figure_label) == ("–", "no liquidation price")
    assert line.told[0] == "Fully collateralised."
    assert line.told[-1] == (
        "What an empty fund would take of its profit is not known. No fund is known."
    )
    assert line.notes == ()


def test_positions_stand_worst_first() -> None:
    held = [
        a_position(id="winner"),
        a_position(id="loser", gain_usd=spread(-100.0)),
        a_position(id="taken from", lost_usd=spread(50.0)),
        a_position(id="at times gone", liquidated=0.1),
        a_position(id="gone", liquidated=1.0),
    ]
    lines = positions_worst_first(an_answer(a_venue(), positions=held))
    assert [one.id for one in lines] == ["gone", "at times gone", "taken from", "loser", "winner"]


def test_assumptions_are_grouped_chosen_first() -> None:
    listed = [{"kind": kind} for kind in ("assumed", "data", "given", "data")]
    assert [(name, len(found)) for name, found in by_kind(listed)] == [
        ("Given", 1),
        ("Data", 2),
        ("Assumed", 1),
    ]
