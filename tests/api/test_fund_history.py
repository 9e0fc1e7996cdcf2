"""A fund's past as the API gives it: in so many points, extremes kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from app.domain.fund import FundBalance, FundEvent, FundSample
from app.store import funds
from tests.support.api import Caller, Stage, body
from tests.support.nouns import NOON, a_fund_state, a_pool_reading, later

ID = "binance:usdm:btc-eth-bnb"
PAST = f"/api/v1/funds/{ID}/history"
HOURS = 100


@pytest.fixture
def reader(stage: Stage) -> Caller:
    """Of a pool with a hundred hours of a thousand dollars, one hour of 10 and one of 5,000."""
    regrouped = FundEvent(kind="regrouped", at=later(hours=-30), detail="It got SOLUSDT.")
    ancient = FundEvent(kind="top_up", at=later(days=-300), asset="USDT", amount=5.0)
    newest = FundBalance(asset="USDT", amount=1000.0, usd=1000.0, at=NOON)
    reading = a_pool_reading(balances=(newest,), events=(ancient, regrouped))
    stage.fund(a_fund_state(balance_usd=1000.0), reading)
    amounts = {40: 10.0, 70: 5000.0}
    past = [
        FundSample(pool_id=ID, asset="USDT", at=later(hours=-hour), amount=amount, usd=amount)
        for hour in range(HOURS)
        for amount in [amounts.get(hour, 1000.0)]
    ]
    with stage.database.write() as conn:
        funds.import_samples(conn, pool_id=ID, samples=past, now=NOON)
    return stage.caller("read")


def stretch(**query: str | int) -> str:
    return PAST + "?" + "&".join(f"{name}={value}" for name, value in query.items())


def test_the_past_is_given_with_its_events(reader: Caller) -> None:
    shown = body(reader.get(stretch(points=1000)))
    assert shown["pool"] == ID
    assert (shown["from"], shown["to"]) == ("2026-10-23T12:00:00Z", "2026-11-22T12:00:00Z")
    assert len(shown["points"]) == HOURS
    assert shown["points"][-1] == {
        "at": "2026-11-22T12:00:00Z",
        "usd": 1000.0,
        "low": 1000.0,
        "high": 1000.0,
    }
    assert shown["events"] == [
        {
            "at": "2026-11-21T06:00:00Z",
            "kind": "regrouped",
            "asset": None,
            "amount": None,
            "detail": "It got SOLUSDT.",
        }
    ]


@pytest.mark.parametrize("points", [2, 7, 50])
def test_however_few_points_the_lowest_and_the_highest_are_kept(
    reader: Caller, points: int
) -> None:
    shown = body(reader.get(stretch(points=points)))["points"]
    assert 0 < len(shown) <= points
    assert min(one["low"] for one in shown) == 10.0
    assert max(one["high"] for one in shown) == 5000.0
    assert all(one["low"] <= one["usd"] <= one["high"] for one in shown)
    times = [one["at"] for one in shown]
    assert times == sorted(times)


def test_a_stretch_holds_what_is_between_its_ends(reader: Caller) -> None:
    shown = body(
        reader.get(stretch(**{"from": "2026-11-22T04:00:00Z", "to": "2026-11-22T09:30:00Z"}))
    )
    times = [one["at"] for one in shown["points"]]
    assert (times[0], times[-1], len(times)) == ("2026-11-22T04:00:00Z", "2026-11-22T09:00:00Z", 6)
    assert shown["events"] == []
    early = body(reader.get(stretch(**{"from": "2020-01-01T00:00:00Z"})))
    assert [one["kind"] for one in early["events"]] == ["top_up", "regrouped"]
    before = body(
        reader.get(stretch(**{"from": "2020-01-01T00:00:00Z", "to": "2020-02-01T00:00:00Z"}))
    )
    assert (before["points"], before["events"]) == ([], [])


def test_times_may_be_given_in_any_zone(reader: Caller) -> None:
    shown = body(reader.get(stretch(**{"from": "2026-11-22T09:00:00%2B02:00"})))
    assert shown["from"] == "2026-11-22T07:00:00Z"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-11-22T09:00:00Z", "to": "2026-11-22T09:00:00Z"}, "from"),
        ({"from": "2026-11-23T09:00:00Z"}, "from"),
        ({"from": "2026-11-22T09:00:00"}, "from"),
        ({"to": "yesterday"}, "to"),
        ({"points": 1}, "points"),
        ({"points": 2001}, "points"),
        ({"until": "2026-11-22T09:00:00Z"}, "until"),
    ],
)
def test_a_stretch_that_is_none_is_refused_by_field(
    reader: Caller, query: dict[str, Any], field: str
) -> None:
    assert field in body(reader.get(stretch(**query)), 422)["errors"]["query"]


@pytest.mark.parametrize(
    "query",
    [
        {"to": "0001-01-01T00:00:00Z"},
        {"from": "0001-01-01T00:00:00%2B14:00"},
        {"from": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_the_ends_of_time_are_refused_and_break_nothing(
    reader: Caller, query: dict[str, str]
) -> None:
    assert reader.get(stretch(**query)).status_code == 422


def test_a_past_that_goes_on_is_another_answer_and_one_that_does_not_the_same(
    stage: Stage, reader: Caller, time: time_machine.Traveller
) -> None:
    etag = reader.get(PAST).headers["ETag"]
    time.move_to(later(seconds=40))
    assert reader.get(PAST, headers={"If-None-Match": etag}).status_code == 304
    time.move_to(later(minutes=5))
    newer = FundSample(
        pool_id=ID, asset="USDT", at=NOON + timedelta(minutes=4), amount=900.0, usd=900.0
    )
    with stage.database.write() as conn:
        funds.import_samples(conn, pool_id=ID, samples=[newer], now=NOON)
    answer = reader.get(PAST, headers={"If-None-Match": etag})
    assert body(answer)["points"][-1]["usd"] == 900.0


def test_the_past_is_a_table_for_who_asks_for_csv(reader: Caller) -> None:
    answer = reader.get(stretch(points=2), headers={"Accept": "text/csv"})
    lines = answer.get_data(as_text=True).split("\r\n")
    assert lines[0] == "at,usd,low,high"
    assert lines[-2] == "2026-11-22T12:00:00Z,1000.0,10.0,5000.0"
    assert lines[-1] == ""


def test_a_fund_nobody_knows_has_no_past(reader: Caller) -> None:
    body(reader.get("/api/v1/funds/binance:none/history"), 404)


def test_it_is_for_who_may_read(stage: Stage) -> None:
    body(stage.stranger().get(PAST), 401)
