"""An account as one, as the API shows it."""

from __future__ import annotations

from http import HTTPStatus

import pytest
import time_machine

from app.domain.position import MarginMode, Side
from app.risk.joint import joint_liquidation
from app.store import joints
from tests.support.api import Caller, Stage, body
from tests.support.nouns import NOON, a_margin, a_position, later


@pytest.fixture
def reader(stage: Stage) -> Caller:
    return stage.caller("read")


@pytest.fixture
def account(stage: Stage) -> str:
    """A cross long that breaks as prices fall, and an isolated short as they rise."""
    account = stage.account()
    long = a_position(liquidation_price=None, maintenance_margin_rate=0.004)
    short = a_position(
        symbol="ETH/USDT:USDT",
        native_symbol="ETHUSDT",
        side=Side.SHORT,
        margin_mode=MarginMode.ISOLATED,
        collateral=9750.0,
        liquidation_price=78_000.0,
    )
    joint = joint_liquidation(
        [long, short],
        [a_margin(margin_ratio=None)],
        betas={"BTCUSDT": 1.0, "ETHUSDT": 1.5},
        as_of=NOON,
    )
    with stage.database.write() as conn:
        joints.put(conn, account_id=account, joint=joint, now=later(seconds=1))
    return account


def path(account: str) -> str:
    return f"/api/v1/accounts/{account}/joint-liquidation"


def test_it_says_what_breaks_first_either_way_and_draws_the_way_there(
    reader: Caller, account: str
) -> None:
    shown = body(reader.get(path(account)))
    same, beta = shown.pop("views")
    assert shown == {
        "account_id": account,
        "venue": "binance",
        "label": "main",
        "positions": 2,
        "hedges": 0,
        "portfolio_margin": False,
        "margin_ratio": pytest.approx(130 / 1620),
        "approximations": [
            "The maintenance tiers of BTC/USDT:USDT, ETH/USDT:USDT are not known: today's rate"
            " and amount stay.",
            "A position alone on its margin is liquidated at the exchange's own liquidation price.",
        ],
        "notes": {},
        "as_of": "2026-11-22T12:00:00Z",
        "age_seconds": 0.0,
        "computed_at": "2026-11-22T12:00:01Z",
    }
    # 1,620 + 32,500 x = 130 (1 + x)
    assert same["kind"] == "same"
    assert same["down"] == {
        "move": pytest.approx(-1490 / 32370),
        "subject": "account",
        "scopes": ["linear"],
        "position_key": None,
        "symbol": None,
        "price": None,
    }
    assert same["up"] == {
        "move": pytest.approx(0.2),
        "subject": "position",
        "scopes": ["linear"],
        "position_key": "linear|ETHUSDT|short|isolated",
        "symbol": "ETH/USDT:USDT",
        "price": pytest.approx(78_000.0),
    }
    assert same["breaks"] == [same["down"], same["up"]]
    assert len(same["points"]) == 25
    assert same["points"][12] == {
        "move": 0.0,
        "profit_usd": 0.0,
        "margin_ratio": pytest.approx(130 / 1620),
        "liquidated": 0,
    }
    assert beta["up"]["move"] == pytest.approx(0.2 / 1.5)


def test_what_was_not_worked_out_yet_says_so(stage: Stage, reader: Caller) -> None:
    shown = body(reader.get(path(stage.account())))
    assert (shown["positions"], shown["views"], shown["as_of"]) == (0, [], None)
    assert shown["notes"] == {
        "views": "Not worked out yet: it is made each time the account is read."
    }


def test_time_alone_changes_nothing_and_a_new_picture_does(
    stage: Stage, reader: Caller, account: str, time: time_machine.Traveller
) -> None:
    reader.get(path(account))
    stage.app.extensions["seawall"].demand.settle()
    etag = reader.get(path(account)).headers["ETag"]
    time.move_to(later(seconds=40))
    again = reader.get(path(account), headers={"If-None-Match": etag})
    assert again.status_code == HTTPStatus.NOT_MODIFIED
    with stage.database.write() as conn:
        empty = joint_liquidation([], [], betas={}, as_of=later(seconds=30))
        joints.put(conn, account_id=account, joint=empty, now=later(seconds=30))
    changed = reader.get(path(account), headers={"If-None-Match": etag})
    assert body(changed)["notes"] == {"views": "There are no open positions."}


def test_somebody_elses_account_is_not_there(stage: Stage, account: str) -> None:
    other = stage.caller("read", user_id=stage.another_user())
    assert other.get(path(account)).status_code == HTTPStatus.NOT_FOUND
    assert stage.stranger().get(path(account)).status_code == HTTPStatus.UNAUTHORIZED
