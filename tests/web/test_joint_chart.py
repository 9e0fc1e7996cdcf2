"""An account under a move of all prices: where its lines, shades and marks are, and its words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.api.shapes.joint import JointSchema, joint_liquidation
from app.domain.account import AccountStatus
from app.domain.joint import JointLiquidation
from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.store.accounts import Account
from app.store.joints import StoredJoint
from app.web.chart import HEIGHT, WIDTH
from app.web.joint_chart import (
    JointChart,
    joint_chart,
    joint_views,
    move_told,
    nearest_of_the_account,
    whole_move,
)
from tests.support.nouns import NOON, a_margin
from tests.support.page_outlook import cross_positions, joint_of

MARGIN = a_margin(margin_balance=9000.0, maintenance_margin=251.0, margin_ratio=0.028)


def picture(
    *positions: Position, margin: AccountMargin = MARGIN, **betas: float
) -> JointLiquidation:
    return joint_of(positions or cross_positions(NOON), [margin], NOON, **betas)


def shown(joint: JointLiquidation) -> dict[str, Any]:
    account = Account(
        id="a", user_id="u", venue="binance", label="main", status=AccountStatus.ACTIVE, kind="key",
        credential_hint="cret", sealed=None, key_id=None, permissions=None, message=None,
        acknowledged_unverifiable=False, created_at=NOON, checked_at=None,
    )  # fmt: skip
    stored = StoredJoint(joint=joint, computed_at=NOON)
    return dict(JointSchema().dump(joint_liquidation(account, stored)))


def drawn(joint: JointLiquidation) -> JointChart:
    found = joint_chart(shown(joint))
    assert found is not None
    return found


def places(stretch: str) -> list[tuple[float, float]]:
    return [tuple(map(float, one.split(","))) for one in stretch.split()]  # type: ignore[misc]


def first(joint: JointLiquidation, view: int = 0) -> tuple[str, ...]:
    held = {one.key: one for one in cross_positions(NOON)}
    return joint_views(shown(joint), held)[view].first


# The drawing


def test_now_is_in_the_middle_and_makes_no_profit() -> None:
    found = drawn(picture())
    (stretch,) = found.lines[0].stretches
    middle = places(stretch)[12]
    assert middle == pytest.approx((WIDTH / 2, found.zero / 100 * HEIGHT), abs=0.1)


def test_a_long_account_draws_a_line_that_falls_to_the_left_until_it_is_liquidated() -> None:
    (stretch,) = drawn(picture()).lines[0].stretches
    heights = [y for _, y in places(stretch)]
    assert heights[12] > heights[16] > heights[24]
    assert heights[12] < heights[10]


def test_both_views_are_drawn_where_betas_matter_and_one_where_they_do_not() -> None:
    assert [line.kind for line in drawn(picture(ETHUSDT=1.34)).lines] == ["same", "beta"]
    joint = shown(picture(a_btc_long()))
    assert [view.title for view in joint_views(joint, {})] == [
        "Every price by the same percent, or by its beta alike"
    ]
    assert [line.kind for line in drawn(picture(a_btc_long())).lines] == ["same"]


def test_shade_begins_where_the_margin_breaks_and_reaches_the_edge() -> None:
    joint = picture()
    down = joint.views[0].down
    assert down is not None
    at = round((down.move + 0.6) / 1.2 * 100, 2)
    found = drawn(joint)
    assert ("critical", 0.0, at) in found.shades
    short = next(one for one in found.shades if one[0] == "warning")
    assert short[1] > 50
    assert short[1] + short[2] == pytest.approx(100)


def test_a_margin_used_up_now_shades_everything_once() -> None:
    broke = replace(MARGIN, margin_balance=200.0, margin_ratio=1.2)
    found = drawn(picture(a_btc_long(), margin=broke))
    assert found.shades == (("critical", 0.0, 100.0),)
    assert [mark.text for mark in found.marks] == ["now"]


def test_labels_stand_outside_of_their_marks_and_never_beyond_the_edge() -> None:
    marks = drawn(picture(ETHUSDT=1.34)).marks
    assert {(mark.kind, mark.anchor, mark.row) for mark in marks} == {
        ("same", "end", 0),
        ("same", "start", 0),
        ("beta", "end", 1),
        ("beta", "start", 1),
    }
    rich = replace(MARGIN, margin_balance=18_500.0)
    (mark,) = drawn(picture(a_btc_long(), margin=rich)).marks
    assert mark.left < 14
    assert mark.anchor == "start"


def test_where_no_profit_is_known_the_line_is_broken_and_without_any_there_is_no_drawing() -> None:
    joint = shown(picture(ETHUSDT=1.34))
    for view in joint["views"]:
        view["points"][12]["profit_usd"] = None
    assert [len(line.stretches) for line in (joint_chart(joint) or pytest.fail()).lines] == [2, 2]
    for view in joint["views"]:
        for point in view["points"]:
            point["profit_usd"] = None
    assert joint_chart(joint) is None


def test_an_account_without_views_has_no_drawing_and_no_sentences() -> None:
    portfolio = replace(a_btc_long(), margin_mode=MarginMode.PORTFOLIO)
    joint = shown(picture(portfolio))
    assert joint_chart(joint) is None
    assert joint_views(joint, {}) == []


# The words


def test_what_breaks_first_is_told_with_the_contracts_of_the_margin() -> None:
    falling, rising = first(picture())
    assert falling == (
        "All prices −14.0\u2009%: the cross margin of linear breaks first: BTCUSDT and ETHUSDT."
    )
    assert rising == (
        "All prices +21.0\u2009%: SOLUSDT short on isolated margin is liquidated first, at 172.00."
    )
    assert first(picture(ETHUSDT=1.34), 1)[0].startswith("BTC −12.0\u2009%: the cross margin")


def test_a_direction_in_which_nothing_breaks_is_told_too() -> None:
    assert first(picture(a_btc_long()))[1] == (
        "Rising: nothing is liquidated as far as +60\u2009%."
    )


def test_many_contracts_of_one_margin_are_not_all_named() -> None:
    many = [replace(a_btc_long(), native_symbol=f"C{number}USDT") for number in range(9)]
    joint = shown(picture(*many))
    told = joint_views(joint, {one.key: one for one in many})[0].first[0]
    assert told.endswith("breaks first: C0USDT, C1USDT, C2USDT, C3USDT and 5 more.")


def test_what_is_due_now_is_told_once() -> None:
    broke = replace(MARGIN, margin_balance=200.0, margin_ratio=1.2)
    assert first(picture(a_btc_long(), margin=broke)) == (
        "Now: the cross margin of linear breaks first: BTCUSDT and ETHUSDT.",
    )


def test_what_breaks_after_the_first_is_told_beside_the_figures() -> None:
    btc, eth, sol = cross_positions(NOON)
    alone = replace(btc, margin_mode=MarginMode.ISOLATED, liquidation_price=40_000.0)
    joint = picture(alone, replace(eth, side=Side.LONG), sol)
    held = {one.key: one for one in (alone, eth, sol)}
    (later,) = joint_views(shown(joint), held)[0].later
    assert later == (
        "All prices −38.5\u2009%: BTCUSDT long on isolated margin is liquidated, at 40,000."
    )


def test_a_position_that_is_gone_meanwhile_is_named_by_its_symbol() -> None:
    told = joint_views(shown(picture()), {})[0].first
    assert told[0].endswith("the cross margin of linear breaks first.")
    assert "SOL/USDT:USDT on isolated margin" in told[1]


def test_the_nearest_break_of_the_account_is_that_of_the_worse_view() -> None:
    found = nearest_of_the_account(picture(ETHUSDT=1.34))
    assert found is not None
    assert move_told(found.kind, found.move) == "BTC −12.0\u2009%, the others by their betas"
    assert move_told("same", 0.0) == "Now"


def test_an_isolated_position_is_no_break_of_the_account() -> None:
    *_, sol = cross_positions(NOON)
    assert nearest_of_the_account(picture(sol)) is None


@pytest.mark.parametrize(
    ("move", "told"), [(-0.15, "−15\u2009%"), (0.6, "+60\u2009%"), (0.0, "now")]
)
def test_moves_of_the_table_are_whole_percents(move: float, told: str) -> None:
    assert whole_move(move) == told


def a_btc_long() -> Position:
    return replace(cross_positions(NOON)[0], liquidation_price=None)
