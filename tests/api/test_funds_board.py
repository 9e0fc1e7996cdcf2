"""The board of all funds: in the order one asks for, in pages, filtered, and as a table."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import pytest
import time_machine

from app.domain.fund import Divergence, DivergenceKind, FundHealth
from tests.support.api import Caller, Stage, body
from tests.support.nouns import NOON, a_fund_state, a_pool_reading, later

FUNDS = "/api/v1/funds"
CSV = {"Accept": "text/csv"}


@pytest.fixture
def reader(stage: Stage) -> Caller:
    return stage.caller("read")


def pool(stage: Stage, key: str, **fields: Any) -> None:
    """A stable pool of OKX of which little is known."""
    known = {
        "health": FundHealth.STABLE,
        "name": key,
        "balance_usd": 1e6,
        "changes": {},
        "coverage": None,
        "cadence_seconds": 86_400,
    }
    state = a_fund_state(venue="okx", pool_id=f"okx:{key}", key=key, **{**known, **fields})
    stage.fund(state)


def ids(answer: Any) -> list[str]:
    return [one["pool"] for one in answer["items"]]


def beside(score: float) -> Divergence:
    return Divergence(kind=DivergenceKind.IN_LINE, others=4, score=score)


FIGURES: dict[str, tuple[Any, Any, Any]] = {
    "size": ({"balance_usd": -2.0}, {"balance_usd": 5.0}, {"balance_usd": 9e9}),
    "change_1h": ({"changes": {"1h": -0.3}}, {"changes": {"1h": 0.0}}, {"changes": {"1h": 0.2}}),
    "change_8h": ({"changes": {"8h": -0.3}}, {"changes": {"8h": 0.0}}, {"changes": {"8h": 0.2}}),
    "change_24h": (
        {"changes": {"24h": -0.3}},
        {"changes": {"24h": 0.0}},
        {"changes": {"24h": 0.2}},
    ),
    "change_7d": ({"changes": {"7d": -0.3}}, {"changes": {"7d": 0.0}}, {"changes": {"7d": 0.2}}),
    "change_30d": (
        {"changes": {"30d": -0.3}},
        {"changes": {"30d": 0.0}},
        {"changes": {"30d": 0.2}},
    ),
    "coverage": ({"coverage": 0.001}, {"coverage": 0.02}, {"coverage": 0.5}),
    "divergence": (
        {"divergence": beside(-7.0)},
        {"divergence": beside(0.0)},
        {"divergence": beside(3.0)},
    ),
    "age": ({"as_of": NOON}, {"as_of": later(hours=-1)}, {"as_of": later(hours=-9)}),
}


@pytest.mark.parametrize("sort", FIGURES)
def test_the_board_is_sorted_by_any_figure_and_what_has_none_comes_last(
    stage: Stage, reader: Caller, sort: str
) -> None:
    low, middle, high = FIGURES[sort]
    pool(stage, "b-high", **high)
    pool(stage, "c-low", **low)
    pool(stage, "a-middle", **middle)
    missing = {"balance_usd": None} if sort == "size" else {"as_of": None} if sort == "age" else {}
    pool(stage, "a-none", **missing)
    upwards = ids(body(reader.get(f"{FUNDS}?sort={sort}")))
    downwards = ids(body(reader.get(f"{FUNDS}?sort={sort}&order=desc")))
    assert upwards == ["c-low", "a-middle", "b-high", "a-none"]
    assert downwards == ["b-high", "a-middle", "c-low", "a-none"]


def test_by_health_the_worst_is_first_and_what_is_not_known_never_beside_what_is_well(
    stage: Stage, reader: Caller
) -> None:
    for health in FundHealth:
        pool(stage, str(health), health=health)
    worst_first = ["critical", "draining", "declining", "stale", "unknown", "stable", "growing"]
    assert ids(body(reader.get(f"{FUNDS}?sort=health"))) == worst_first
    assert ids(body(reader.get(f"{FUNDS}?sort=health&order=desc"))) == worst_first[::-1]


def test_a_balance_that_became_old_is_sorted_as_stale(
    stage: Stage, reader: Caller, time: time_machine.Traveller
) -> None:
    pool(stage, "old", health=FundHealth.GROWING, cadence_seconds=60)
    pool(stage, "well", health=FundHealth.STABLE)
    time.move_to(later(hours=1))
    assert ids(body(reader.get(f"{FUNDS}?sort=health"))) == ["old", "well"]


def test_equals_come_the_largest_first(stage: Stage, reader: Caller) -> None:
    for key, size in (("a", 1.0), ("b", 3.0), ("c", 2.0)):
        pool(stage, key, balance_usd=size)
    for order in ("asc", "desc"):
        shown = body(reader.get(f"{FUNDS}?sort=health&order={order}"))
        assert ids(shown) == ["b", "c", "a"]


def test_names_are_sorted_both_ways_whatever_their_case(stage: Stage, reader: Caller) -> None:
    for name in ("beta", "Alpha", "gamma"):
        pool(stage, name)
    assert ids(body(reader.get(f"{FUNDS}?sort=name"))) == ["Alpha", "beta", "gamma"]
    assert ids(body(reader.get(f"{FUNDS}?sort=name&order=desc"))) == ["gamma", "beta", "Alpha"]
    assert ids(body(reader.get(f"{FUNDS}?order=desc"))) == ["gamma", "beta", "Alpha"]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", ["id", "name", "size", "change_24h"])
def test_pages_hold_every_pool_once_in_order(
    stage: Stage, reader: Caller, sort: str, order: str
) -> None:
    for number in range(7):
        change = {} if number % 3 == 0 else {"24h": number % 2 / 10}
        name = "Währung 資金 " * 8 + str(number % 4)
        pool(stage, f"pool-{number}", name=name, balance_usd=number % 3, changes=change)
    path = f"{FUNDS}?sort={sort}&order={order}"
    whole = ids(body(reader.get(path)))
    paged: list[str] = []
    cursor = ""
    while cursor is not None:
        page = body(reader.get(f"{path}&limit=2{cursor and f'&cursor={cursor}'}"))
        paged += ids(page)
        cursor = page["next_cursor"]
    assert paged == whole
    assert len(set(paged)) == 7


def test_a_pool_that_comes_or_goes_between_pages_neither_repeats_nor_hides_another(
    stage: Stage, reader: Caller
) -> None:
    for number in range(4):
        pool(stage, f"p{number}", balance_usd=float(number))
    path = f"{FUNDS}?sort=size&order=desc&limit=2"
    first = body(reader.get(path))
    pool(stage, "largest", balance_usd=99.0)
    rest = body(reader.get(f"{path}&cursor={first['next_cursor']}"))
    assert ids(first) + ids(rest) == ["p3", "p2", "p1", "p0"]


def test_a_cursor_of_another_order_is_refused(stage: Stage, reader: Caller) -> None:
    for number in range(3):
        pool(stage, f"p{number}", balance_usd=float(number), coverage=0.1)
    cursor = body(reader.get(f"{FUNDS}?sort=size&limit=1"))["next_cursor"]
    for other in ("sort=coverage", "sort=size&order=desc", "sort=name", "sort=id"):
        refused = body(reader.get(f"{FUNDS}?{other}&cursor={cursor}"), 422)
        assert refused["message"] == "This cursor is not one of ours; start again without it."


@pytest.mark.parametrize(
    "place", ["WyJzaXplIGFzYyIsICJ4Il0", "WyJzaXplIGFzYyIsIFtdXQ", "e30", "MQ", "%25", "bnVsbA"]
)
def test_a_made_up_cursor_is_refused(stage: Stage, reader: Caller, place: str) -> None:
    pool(stage, "one")
    refused = body(reader.get(f"{FUNDS}?sort=size&cursor={place}"), 422)
    assert "cursor" in refused["errors"]["query"]


@pytest.mark.parametrize(
    ("query", "field"), [("sort=worth", "sort"), ("order=up", "order"), ("health=fine", "health")]
)
def test_an_order_nobody_knows_is_refused_by_name(reader: Caller, query: str, field: str) -> None:
    refused = body(reader.get(f"{FUNDS}?{query}"), 422)
    (told,) = refused["errors"]["query"][field]
    assert told.startswith("Must be one of: ")


def test_only_funds_of_one_health(
    stage: Stage, reader: Caller, time: time_machine.Traveller
) -> None:
    pool(stage, "bad", health=FundHealth.DRAINING)
    pool(stage, "well")
    pool(stage, "old", cadence_seconds=60)
    time.move_to(later(hours=1))
    assert ids(body(reader.get(f"{FUNDS}?health=draining"))) == ["bad"]
    assert ids(body(reader.get(f"{FUNDS}?health=stale"))) == ["old"]
    assert ids(body(reader.get(f"{FUNDS}?health=critical"))) == []


# As a table


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_same_is_a_table_for_who_asks_for_csv(stage: Stage, reader: Caller) -> None:
    pool(stage, "a", balance_usd=1.5e6, changes={"24h": -0.25}, divergence=beside(-7.0))
    pool(stage, "b", balance_usd=None, as_of=None)
    answer = reader.get(f"{FUNDS}?sort=size", headers=CSV)
    assert answer.content_type == "text/csv; charset=utf-8"
    first, second = table(answer.get_data(as_text=True))
    assert (first["id"], first["balance_usd"]) == ("okx:a", "1500000.0")
    assert (first["changes.24h"], first["divergence.score"]) == ("-0.25", "-7.0")
    assert (first["as_of"], first["stale"]) == ("2026-11-22T12:00:00Z", "false")
    assert (second["balance_usd"], second["divergence.kind"], second["as_of"]) == ("", "", "")


def test_text_is_quoted_and_never_a_formula(stage: Stage, reader: Caller) -> None:
    names = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", 'a "b", c\nd', "plain"]
    for number, name in enumerate(names):
        pool(stage, f"p{number}", name=name)
    shown = [one["name"] for one in table(reader.get(FUNDS, headers=CSV).get_data(as_text=True))]
    assert shown == ["'" + name for name in names[:4]] + names[4:]


def test_a_table_is_not_sent_again_to_who_has_it(
    stage: Stage, reader: Caller, time: time_machine.Traveller
) -> None:
    pool(stage, "a")
    etag = reader.get(FUNDS, headers=CSV).headers["ETag"]
    time.move_to(later(seconds=30))
    again = reader.get(FUNDS, headers={**CSV, "If-None-Match": etag})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == etag
    pool(stage, "a", balance_usd=7.0)
    assert reader.get(FUNDS, headers={**CSV, "If-None-Match": etag}).status_code == 200
    assert reader.get(FUNDS, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/json, text/csv"])
def test_who_does_not_prefer_a_table_gets_json(
    stage: Stage, reader: Caller, accept: str | None
) -> None:
    pool(stage, "a")
    answer = reader.get(FUNDS, headers={"Accept": accept})
    assert answer.content_type == "application/json"
    assert answer.headers["Vary"] == "Accept"
    assert reader.get(FUNDS, headers=CSV).headers["Vary"] == "Accept"


def test_an_error_is_json_also_for_who_asks_for_csv(reader: Caller) -> None:
    assert body(reader.get(f"{FUNDS}?sort=worth", headers=CSV), 422)["code"] == 422


def test_a_reading_date_of_every_pool_is_the_oldest_of_the_page(
    stage: Stage, reader: Caller
) -> None:
    moments: list[datetime] = [NOON, later(hours=-3), later(hours=-1)]
    for number, at in enumerate(moments):
        pool(stage, f"p{number}", as_of=at)
    assert body(reader.get(FUNDS))["as_of"] == "2026-11-22T09:00:00Z"


def test_what_was_read_of_the_pool_is_not_mixed_up(stage: Stage, reader: Caller) -> None:
    state = a_fund_state(pool_id="okx:a", venue="okx", key="a", name="A")
    stage.fund(state, a_pool_reading(venue="okx", key="a", name="A", symbols=("X",)))
    assert body(reader.get(FUNDS))["items"][0]["symbols"] == ["X"]
