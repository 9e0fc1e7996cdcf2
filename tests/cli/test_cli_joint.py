"""An account under a move of all prices, drawn in a terminal and as JSON."""

from __future__ import annotations

import json

import pytest

from app import clock
from app.cli.accounts import create
from app.cli.place import Place
from app.domain.account import Credentials
from app.domain.position import MarginMode
from app.risk.joint import joint_liquidation
from app.store import joints
from app.store.accounts import Account
from app.venues.catalogue import catalogue
from tests.support.nouns import a_margin, a_position


def linked(place: Place, label: str) -> Account:
    credentials = Credentials({"api_key": f"public-part-{label}", "secret": "hunter2"})
    return create(place, catalogue().venue("binance"), label=label, credentials=credentials)


@pytest.fixture
def account(place: Place) -> Account:
    """A long of 32,500 USD on 6,630 of cross margin: it breaks at −20.08 %."""
    made = linked(place, "main")
    held = a_position(liquidation_price=None, maintenance_margin_rate=0.004)
    joint = joint_liquidation(
        [held],
        [a_margin(margin_balance=6630.0, margin_ratio=None)],
        betas={},
        as_of=clock.now(),
    )
    with place.database.write() as connection:
        joints.put(connection, account_id=made.id, joint=joint, now=clock.now())
    return made


def test_the_picture_has_a_bar_a_move_and_marks_what_is_liquidated(
    seawall, account: Account
) -> None:
    out = seawall("joint", "main").stdout
    lines = [line for line in out.splitlines() if "│" in line]
    assert len(lines) == 2 * 13, "two views, every ten per cent"
    down, middle, up = lines[2], lines[6], lines[12]
    assert [line.split("%")[0].strip() for line in (down, middle, up)] == ["−40", "0", "+60"]
    assert "$-6,630" in down.replace("−$", "$-").replace("−", "-")
    assert "✗ liquidated: 1" in down
    assert "░" in down and "█" not in down
    assert "█" not in middle and "ratio" in middle
    assert up.index("█") > up.index("│") and "$19,500" in up
    assert "Down: breaks at −20\u2009%: the cross margin of linear." in out
    assert "Up: nothing breaks until 60\u2009%." in out
    assert "The maintenance tiers of BTC/USDT:USDT are not known" in out


def test_for_a_machine_it_is_what_the_api_answers(seawall, account: Account) -> None:
    (shown,) = json.loads(seawall("joint", "--json").stdout)["items"]
    assert (shown["account_id"], shown["positions"]) == (account.id, 1)
    assert shown["views"][0]["down"]["move"] == pytest.approx(-6500 / 32370)
    assert shown["age_seconds"] >= 0


def test_where_there_is_no_picture_the_reason_stands_in_its_place(
    seawall, place: Place, account: Account
) -> None:
    other = linked(place, "second")
    held = a_position(margin_mode=MarginMode.PORTFOLIO)
    joint = joint_liquidation([held], [a_margin()], betas={}, as_of=clock.now())
    with place.database.write() as connection:
        joints.put(connection, account_id=other.id, joint=joint, now=clock.now())
    linked(place, "third")
    out = seawall("joint").stdout
    assert out.index("main (binance)") < out.index("second (binance)") < out.index("third")
    assert "On portfolio margin the exchange revalues the whole account" in out
    assert "Not worked out yet" in out


def test_nothing_linked_and_no_such_account_are_said(seawall, place: Place) -> None:
    assert "No account is linked yet" in seawall("joint").stdout
    wrong = seawall("joint", "nobody")
    assert wrong.exit_code == 1
    assert "No account is called 'nobody'" in wrong.stderr
