"""OKX's security fund, family by family, its marks and its open interest."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.errors import VenueError, VenueGarbled, VenueRateLimited
from app.domain.fund import PoolKind, PoolReading
from app.venues.okx_fund import Family, choose, families, family_of
from tests.support.venue_stage import Stage

FAMILIES = 4
"""In the recorded list: swaps on BTC-USD, BTC-USDT, ETH-USDT, futures on ETH-USD."""


def answer_for(stage: Stage, line: str, family: str, **change: Any) -> None:
    """A family's fund with one daily balance."""
    row = {
        "adlType": "",
        "amt": "",
        "balance": "10",
        "ccy": family.split("-", maxsplit=1)[0] if family.endswith("USD") else "USDT",
        "maxBal": "",
        "maxBalTs": "",
        "ts": "1763712000000",
        "type": "regular_update",
    } | change
    payload = {
        "code": "0",
        "msg": "",
        "data": [{"details": [row], "instFamily": family, "instType": line, "total": "1360000000"}],
    }
    stage.answers("insurance_fund", payload, query={"instType": line, "instFamily": family})


@pytest.fixture
def funded(okx: Stage) -> Stage:
    for line, family in (("SWAP", "BTC-USD"), ("SWAP", "ETH-USDT"), ("FUTURES", "ETH-USD")):
        answer_for(okx, line, family)
    okx.answers(
        "insurance_fund",
        "public_insurance_fund_btc_usdt",
        query={"instType": "SWAP", "instFamily": "BTC-USDT"},
    )
    return okx


def pools(stage: Stage) -> dict[str, PoolReading]:
    return {pool.key: pool for pool in stage.public().read_funds()}


def test_a_familys_fund_is_its_own_balance_never_the_platforms_total(funded: Stage) -> None:
    pool = pools(funded)["swap:btc-usdt"]
    assert pool.id == "okx:swap:btc-usdt"
    assert pool.symbols == ("BTC-USDT-SWAP",)
    newest = pool.balances[0]
    assert (newest.asset, newest.amount, newest.usd) == ("USDT", 280784384.95, 280784384.95)
    assert newest.at == datetime.fromtimestamp(1763798400, UTC)
    assert all(balance.amount < 1_000_000_000 for balance in pool.balances)


def test_the_total_is_a_headline_that_stands_behind_nothing(funded: Stage) -> None:
    headline = pools(funded)["headline"]
    assert headline.kind is PoolKind.HEADLINE
    assert (headline.symbols, headline.scopes) == ((), ())
    assert headline.balances[0].usd == 1369179138.7489, "of the newest answer"
    assert "never from this sum" in (headline.note or "")


def test_every_row_with_a_time_is_a_point_of_history(funded: Stage) -> None:
    pool = pools(funded)["swap:btc-usdt"]
    assert [balance.at.isoformat() for balance in pool.balances] == [
        "2025-11-22T08:00:00+00:00",
        "2025-11-22T07:59:59+00:00",
        "2025-11-21T08:00:00+00:00",
        "2025-11-20T08:00:00+00:00",
    ]
    assert pool.balances[-1].amount == 250_000_000


def test_event_types_become_events_and_a_daily_balance_is_none(funded: Stage) -> None:
    events = {event.kind: event for event in pools(funded)["swap:btc-usdt"].events}
    assert set(events) == {"inflow", "bankruptcy_loss", "platform_revenue", "adl"}
    assert (events["bankruptcy_loss"].amount, events["bankruptcy_loss"].asset) == (-50_000, "USDT")
    assert events["inflow"].amount == 1200.5
    assert events["adl"].detail == "rate_adl_start"
    assert events["adl"].at == datetime(2025, 11, 20, 8, tzinfo=UTC)
    assert "does not define" in (events["platform_revenue"].detail or "")


def test_a_coin_fund_is_valued_at_the_coins_mark(funded: Stage) -> None:
    found = pools(funded)
    assert found["swap:btc-usd"].balances[0].usd == 10 * 65_000
    assert found["futures:eth-usd"].balances[0].usd == 10 * 3_500


def test_the_expiries_of_an_underlying_share_a_fund(funded: Stage) -> None:
    pool = pools(funded)["futures:eth-usd"]
    assert pool.symbols == ("ETH-USD-210430", "ETH-USD-210625")
    assert pool.kind is PoolKind.SHARED


def test_the_documentations_option_sample_is_read_as_eth_not_as_dollars(okx: Stage) -> None:
    payload = okx.payload("public_insurance_fund_option")
    payload["data"][0]["instType"] = "FUTURES"
    okx.answers("insurance_fund", payload, query={"instFamily": "ETH-USD"})
    for family in ("BTC-USD", "BTC-USDT", "ETH-USDT"):
        answer_for(okx, "SWAP", family)
    pool = pools(okx)["futures:eth-usd"]
    assert (pool.balances[0].asset, pool.balances[0].amount) == ("ETH", 1343.1308)


def test_each_family_costs_one_request_and_marks_are_read_once(funded: Stage) -> None:
    reader = funded.public()
    reader.read_markets(())
    before = len(funded.asked())
    reader.read_funds()
    assert funded.asked()[before:] == ["insurance_fund"] * FAMILIES


def test_families_behind_wanted_contracts_come_first_and_others_in_turn() -> None:
    known = tuple(Family("SWAP", f"C{n}-USDT") for n in range(6))
    first, start = choose(known, ["C4-USDT-SWAP"], start=0, size=2)
    assert [family.name for family in first] == ["C4-USDT", "C0-USDT", "C1-USDT"]
    second, start = choose(known, ["C4-USDT-SWAP"], start=start, size=2)
    assert [family.name for family in second] == ["C4-USDT", "C2-USDT", "C3-USDT"]
    third, _ = choose(known, ["C4-USDT-SWAP"], start=start, size=2)
    assert [family.name for family in third] == ["C4-USDT", "C5-USDT", "C0-USDT"]


def test_a_family_that_fails_leaves_the_others_and_its_last_balance(funded: Stage) -> None:
    reader = funded.public()
    reader.read_funds()
    funded.answers(
        "insurance_fund", {"code": "0", "data": [], "msg": ""}, query={"instFamily": "BTC-USDT"}
    )
    found = {pool.key: pool for pool in reader.read_funds()}
    assert found["swap:btc-usdt"].balances[0].amount == 280784384.95
    assert found["swap:btc-usdt"].events == (), "told before"
    assert len(found) == FAMILIES + 1


def test_when_no_family_answers_the_fund_has_failed(okx: Stage) -> None:
    okx.answers("insurance_fund", {"code": "0", "data": [], "msg": ""})
    with pytest.raises(VenueGarbled):
        okx.public().read_funds()


def test_a_limit_ends_the_turn_at_once(okx: Stage) -> None:
    reader = okx.public()
    reader.read_markets(())
    okx.answers("insurance_fund", {"code": "50011", "msg": "Too Many Requests"}, status=429)
    before = len(okx.asked())
    with pytest.raises(VenueRateLimited):
        reader.read_funds()
    assert len(okx.asked()) == before + 1


def test_an_answer_about_another_family_is_not_taken(okx: Stage) -> None:
    answer_for(okx, "SWAP", "BTC-USDT")
    payload = okx.payload("public_insurance_fund_btc_usdt")
    payload["data"][0]["instFamily"] = "DOGE-USDT"
    okx.answers("insurance_fund", payload)
    with pytest.raises(VenueGarbled):
        okx.public().read_funds()


@pytest.mark.parametrize(
    ("native", "family"),
    [
        ("BTC-USDT-SWAP", Family("SWAP", "BTC-USDT")),
        ("BTC-USD-261225", Family("FUTURES", "BTC-USD")),
        ("BTC-USD_UM_XPERP-310404", Family("FUTURES", "BTC-USD_UM_XPERP")),
        ("BTC-USDT", None),
        ("BTC", None),
    ],
)
def test_a_contract_names_its_family(native: str, family: Family | None) -> None:
    assert family_of(native) == family


def test_contracts_of_other_kinds_have_no_family() -> None:
    assert families(["BTC-USDT", "BTC-USD-261225-70000-C"]) == {}


def test_marks_and_open_interest_come_in_bulk(okx: Stage) -> None:
    reader = okx.public()
    reader.connection.contracts("okx")
    before = len(okx.asked())
    stats = {stat.native_symbol: stat for stat in reader.read_markets(())}
    assert okx.asked()[before:] == ["mark_price", "open_interest"] * 2
    btc = stats["BTC-USDT-SWAP"]
    assert (btc.mark_price, btc.open_interest_usd) == (65_000, 1_950_000_000)
    assert btc.open_interest_at == datetime.fromtimestamp(1763798399, UTC)
    assert btc.symbol == "BTC/USDT:USDT"
    assert "does not say" in (btc.note or "")
    inverse = stats["BTC-USD-SWAP"]
    assert inverse.open_interest_usd == 5_000_000 * 100, (
        "contracts of 100 USD where oiUsd is missing"
    )
    eth = stats["ETH-USDT-SWAP"]
    assert (eth.open_interest_usd, eth.open_interest_at, eth.note) == (None, None, None)
    assert stats["ETH-USD-210430"].mark_price == 2353.849


def test_coins_are_valued_at_the_mark_where_okx_states_no_dollars(okx: Stage) -> None:
    okx.answers("mark_price", "public_mark_price_sample", query={"instType": "SWAP"})
    okx.answers("open_interest", "public_open_interest_sample", query={"instType": "SWAP"})
    stats = {stat.native_symbol: stat for stat in okx.public().read_markets(())}
    assert stats["BTC-USDT-SWAP"].open_interest_usd == pytest.approx(555.55 * 200)


def test_all_funds_are_asked_once_every_family_had_its_turn(
    okx: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.venues.okx.FAMILIES_A_TURN", 1)
    answer_for(okx, "SWAP", "BTC-USDT")
    known = families(okx.public().connection.contracts("okx"))
    reader = okx.public()
    told = []
    for _ in known:
        with suppress(VenueError):
            reader.read_funds()
        told.append(reader.all_funds_asked)
    assert told == [False] * (len(known) - 1) + [True], "one that fails had its turn too"
