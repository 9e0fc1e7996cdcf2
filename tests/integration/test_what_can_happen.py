"""What a day can do, the account as one, hedges and sessions: from the exchanges to the answers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import pytest

from app.sandbox.contracts import OPENING_PRICES
from app.sandbox.holdings import BOOKS
from app.sandbox.margin import Book, account
from app.sandbox.scenarios import SCENARIOS, Frame, calm
from tests.integration.conftest import installed
from tests.support.api import body
from tests.support.installation import READ_ONLY, Installation

CANDLES = re.compile(r"kline|candle", re.IGNORECASE)
THRESHOLDS = "/api/v1/settings/thresholds"


def link_everything(seawall: Installation) -> dict[str, str]:
    """An account at every venue of the sandbox, all that is to be read of them read; ids."""
    ids = {venue: seawall.link(venue) for venue in READ_ONLY}
    seawall.settle()
    for name in ids.values():
        if seawall.account(name)["status"] == "unverifiable":
            seawall.acknowledge(name)
    seawall.settle()
    seawall.wait(minutes=5)
    seawall.read_candles(*ids)
    seawall.wait(minutes=2)
    return ids


@pytest.fixture(scope="module")
def pictured(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Installation, dict[str, str]]]:
    """Accounts everywhere, with their prices of thirty days; for tests that leave it all so."""
    with installed(tmp_path_factory.mktemp("pictured")) as made:
        made.remember_funds()
        yield made, link_everything(made)


def asked(seawall: Installation, venue: str) -> dict[str, int]:
    """How often each endpoint of a venue was asked."""
    return seawall.sandbox.requests.counts(venue).get(venue, {})


def asked_for_candles(seawall: Installation, venue: str) -> int:
    return sum(times for path, times in asked(seawall, venue).items() if CANDLES.search(path))


# Prices


def test_every_position_says_what_an_ordinary_day_can_do(
    pictured: tuple[Installation, dict[str, str]],
) -> None:
    seawall, _ = pictured
    shown = seawall.positions()
    assert {venue for venue, _, _ in shown} == set(READ_ONLY)
    for name, position in shown.items():
        daily = position["daily_volatility"]
        assert 0.005 < daily < 0.3, name
        if position["liquidation_price"] is None:
            assert position["distance_daily_volatilities"] is None
            assert position["touch"] is None
            assert position["notes"]["touch"] == "There is no liquidation price."
            continue
        way = abs(math.log(position["mark_price"] / position["liquidation_price"]))
        assert position["distance_daily_volatilities"] == pytest.approx(way / daily), name
        windows = {one["window"]: one for one in position["touch"]["windows"]}
        assert list(windows) == ["1h", "24h", "7d"]
        chances = [one["probability"] for one in windows.values()]
        assert chances == sorted(chances), "longer windows touch more"
        for one in windows.values():
            assert 0 <= one["probability"] <= 1
            assert one["probability"] == max(one["model"], one["fat_tail"], one["historical"])
        assert windows["7d"]["past_windows"] == 30 * 24 - 7 * 24
    # 8.5 % are less than three of its days, 73 % more than ten.
    near = shown["binance", "BTCUSDT", "short"]
    far = shown["binance", "ETHUSD_PERP", "short"]
    assert 2 < near["distance_daily_volatilities"] < 4
    assert far["distance_daily_volatilities"] > 10
    chance_of = {one["window"]: one["probability"] for one in near["touch"]["windows"]}
    assert chance_of["24h"] < 0.05 < chance_of["7d"]


def test_prices_are_read_once_for_two_accounts_and_not_again_by_a_worker_that_starts_anew(
    seawall: Installation,
) -> None:
    seawall.link("gate")
    seawall.settle()
    for _ in range(12):
        seawall.wait(minutes=1)
    first = asked_for_candles(seawall, "gate")
    assert first > 0

    # Its two contracts are held by the first account too.
    second = seawall.link("gate", "unified", label="another")
    for _ in range(5):
        seawall.wait(minutes=1)
    assert asked_for_candles(seawall, "gate") == first
    theirs = [
        one for one in seawall.get("positions?limit=200")["items"] if one["account"]["id"] == second
    ]
    assert len(theirs) == 2
    assert all(one["daily_volatility"] is not None for one in theirs)

    seawall.restart_worker()
    before = seawall.positions()
    for _ in range(5):
        seawall.wait(minutes=1)
    assert asked_for_candles(seawall, "gate") == first
    after = seawall.positions()
    assert after.keys() == before.keys()
    for name, position in after.items():
        assert position["daily_volatility"] == before[name]["daily_volatility"]
        assert position["touch"] == before[name]["touch"]

    # Once an hour is over, one page of each contract: five of the futures and the dated one.
    seawall.wait(hours=1)
    contracts = {symbol for _, symbol, _ in after}
    assert asked_for_candles(seawall, "gate") - first == len(contracts)


def test_candles_that_fail_leave_the_last_volatility_and_cost_nothing_else(
    seawall: Installation,
) -> None:
    seawall.link("okx")
    for _ in range(8):
        seawall.wait(minutes=1)
    before = seawall.positions()
    assert all(one["daily_volatility"] is not None for one in before.values())

    seawall.sandbox.faults.add("server_error", "okx", endpoint="/api/v5/market/*")
    for _ in range(3):
        seawall.wait(hours=1)
    held = seawall.positions()
    for name, position in held.items():
        assert position["daily_volatility"] == before[name]["daily_volatility"]
        assert not position["stale"]
        assert position["age_seconds"] < 180
    (venue,) = [one for one in seawall.get("venues?limit=100")["items"] if one["id"] == "okx"]
    assert venue["name"] == "OKX"
    assert seawall.source("candles:okx").last_error_code == "venue_unreachable"
    assert seawall.source("markets:okx").last_error_code is None

    # A day later those prices say nothing of now any more, and it is said why.
    seawall.wait(hours=23)
    for name, position in seawall.positions().items():
        assert position["daily_volatility"] is None, name
        assert "old" in position["notes"]["daily_volatility"] or (
            "ended" in position["notes"]["daily_volatility"]
        ), position["notes"]
        assert not position["stale"]

    seawall.sandbox.faults.clear()
    for _ in range(3):
        seawall.wait(hours=1)
    assert all(one["daily_volatility"] is not None for one in seawall.positions().values())


# Thresholds


def test_thresholds_of_ones_own_change_the_verdicts_and_no_exchange_is_asked(
    pictured: tuple[Installation, dict[str, str]],
) -> None:
    seawall, _ = pictured
    seawall.settle()
    before = seawall.positions()
    assert before["okx", "ETH-USDT-SWAP", "long"]["severity"] == "ok"
    counts = seawall.sandbox.requests.counts()

    body(seawall.api.ask("PUT", THRESHOLDS, json={"distance": {"watch": 0.4}}), 200)
    seawall.settle()
    # It is 38.9 % away.
    changed = seawall.positions()["okx", "ETH-USDT-SWAP", "long"]
    assert changed["severity"] == "watch"
    (reason,) = changed["reasons"]
    assert (reason["code"], reason["threshold"]) == ("liquidation_near", 0.4)

    assert seawall.api.delete(THRESHOLDS).status_code == 204
    seawall.settle()
    after = seawall.positions()
    assert {name: one["severity"] for name, one in after.items()} == {
        name: one["severity"] for name, one in before.items()
    }
    assert seawall.sandbox.requests.counts() == counts


# The account as one


def moved_by(move: float) -> dict[str, float]:
    return {coin: price * (1 + move) for coin, price in OPENING_PRICES.items()}


def ratio_of(book: Book, group: str, move: float) -> float:
    """What the exchange's own books say of a cross margin after a move of all prices."""
    found = account(book, moved_by(move), 0.0).groups[group]
    return found.maintenance / found.balance if found.balance > 0 else float("inf")


CROSS_MARGINS = {
    ("binance", "inverse"): "BTC",
    ("binance", "linear"): "USDC",
    ("hyperliquid", "main"): "",
    ("gate", "usdt"): "USDT",
    ("deribit", "btc"): "BTC",
    ("cryptocom", "all"): "CROSS",
}
"""Those that break by a move of all prices within 60 %, by their name in the exchange's books."""


def test_what_breaks_first_agrees_with_the_exchanges_own_margin_before_and_after(
    pictured: tuple[Installation, dict[str, str]],
) -> None:
    seawall, ids = pictured
    found = {}
    for venue, account_id in ids.items():
        joint = seawall.get(f"accounts/{account_id}/joint-liquidation")
        for view in joint["views"]:
            if view["kind"] == "same":
                for one in view["breaks"]:
                    if one["subject"] == "account":
                        found[venue, *one["scopes"]] = one["move"]
    assert found.keys() == CROSS_MARGINS.keys()
    for (venue, scope), group in CROSS_MARGINS.items():
        move = found[venue, scope]
        book = BOOKS[venue, "main"]
        assert ratio_of(book, group, move) == pytest.approx(1.0, rel=0.002), (venue, scope)
        assert ratio_of(book, group, move * 0.999) < 1, (venue, scope)
        assert ratio_of(book, group, move * 1.001) >= 1, (venue, scope)


def test_an_isolated_position_breaks_in_the_joint_picture_where_its_exchange_says(
    pictured: tuple[Installation, dict[str, str]],
) -> None:
    seawall, ids = pictured
    held = seawall.positions()
    joint = seawall.get(f"accounts/{ids['binance']}/joint-liquidation")
    same = joint["views"][0]
    price = held["binance", "BTCUSDT", "short"]["liquidation_price"]
    assert same["up"]["symbol"] == "BTC/USDT:USDT"
    assert same["up"]["price"] == pytest.approx(price)
    assert same["up"]["move"] == pytest.approx(price / 100_000 - 1)
    # With each price by its beta, what is not bitcoin breaks sooner: WIF moves twice as far.
    beta = joint["views"][1]
    wif = {view["kind"]: one["move"] for view in (same, beta) for one in view["breaks"]
           if one["symbol"] == "WIF/USDT:USDT"}  # fmt: skip
    assert -0.6 < wif["same"] < wif["beta"] < 0


@pytest.mark.parametrize(("beyond", "broken"), [(0.999, False), (1.001, True)])
def test_a_cross_margin_is_read_as_liquidated_just_after_the_break_and_not_before(
    seawall: Installation, monkeypatch: pytest.MonkeyPatch, beyond: float, broken: bool
) -> None:
    name = seawall.link("binance")
    seawall.settle()
    joint = seawall.get(f"accounts/{name}/joint-liquidation")
    (move,) = [
        one["move"]
        for one in joint["views"][0]["breaks"]
        if one["subject"] == "account" and one["scopes"] == ["inverse"]
    ]

    def fallen(elapsed: float) -> Frame:
        frame = calm(0.0)
        return Frame(
            prices=moved_by(move * beyond),
            open_interest=frame.open_interest,
            drained=frame.drained,
            stress=frame.stress,
        )

    monkeypatch.setitem(SCENARIOS, "fallen", fallen)
    seawall.sandbox.market.play("fallen", still=True)
    seawall.wait(minutes=2)
    held = seawall.positions()["binance", "BTCUSD_PERP", "long"]
    assert held["margin_ratio"] == pytest.approx(1.0, abs=0.25)
    assert (held["margin_ratio"] >= 1) is broken
    assert (held["distance"] <= 0) is broken
    assert held["severity"] == "critical"
    again = seawall.get(f"accounts/{name}/joint-liquidation")
    left = [
        one["move"]
        for one in again["views"][0]["breaks"]
        if one["subject"] == "account" and one["scopes"] == ["inverse"]
    ]
    assert left == [0.0] if broken else left == [pytest.approx(0, abs=0.002)]


# Hedges


def test_a_hedge_over_two_venues_stands_on_both_legs_and_goes_with_one_of_them(
    seawall: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    seawall.link("okx")
    seawall.link("paradex")
    seawall.settle()
    (unverifiable,) = [
        one["id"] for one in seawall.get("accounts")["items"] if one["venue"] == "paradex"
    ]
    seawall.acknowledge(unverifiable)
    seawall.settle()
    # What is read of one account is known to the other when it is judged the next time.
    seawall.wait(minutes=2)
    held = seawall.positions()
    # SOL has shorts alone; ETH longs alone; of bitcoin OKX is short 0.05 and 0.2 + 0.1 are long.
    assert held["okx", "SOL-USDT-SWAP", "short"]["hedge"] is None
    assert held["okx", "ETH-USDT-SWAP", "long"]["hedge"] is None
    short = held["okx", "BTC-USD-SWAP", "short"]["hedge"]
    long = held["paradex", "BTC-USD-PERP", "long"]["hedge"]
    assert short["share"] == 1.0
    assert set(short["venues"]) == {"okx", "paradex"}
    assert long["venues"] == ["okx"]
    assert long["legs"] == ["short on OKX (my okx)"]
    # 5 000 dollars against 30 000.
    assert long["share"] == pytest.approx(5_000 / 30_000)
    answer = held["okx", "BTC-USD-SWAP", "short"]["loss_model"]["answer"]
    assert "closing it would leave your" in answer

    book = BOOKS["okx", "main"]
    rest = tuple(one for one in book.holdings if one.symbol != "BTC-USD-SWAP")
    closed = Book(venue="okx", name="main", holdings=rest, wallets=book.wallets)
    monkeypatch.setitem(BOOKS, ("okx", "main"), closed)
    seawall.wait(minutes=2)
    left = seawall.positions()
    assert ("okx", "BTC-USD-SWAP", "short") not in left
    assert left["paradex", "BTC-USD-PERP", "long"]["hedge"] is None
    assert all(one["hedge"] is None for one in left.values())


# Sessions


def test_what_a_session_has_earned_stands_with_its_end_and_what_closing_changes(
    pictured: tuple[Installation, dict[str, str]],
) -> None:
    seawall, _ = pictured
    held = seawall.positions()
    session = held["deribit", "BTC-PERPETUAL", "long"]["session"]
    # 20 000 dollars of a long from 97 000, at 100 000, in coins.
    assert session["at_risk"] == pytest.approx(20_000 * (1 / 97_000 - 1 / 100_000))
    assert (session["asset"], session["ends_at"]) == ("BTC", "2026-11-23T08:00:00Z")
    # The two of USDC share one ledger: 30 * 5 and 0.05 * 1 000.
    for symbol, side in (("SOL_USDC-PERPETUAL", "long"), ("BTC_USDC-PERPETUAL", "short")):
        shared = held["deribit", symbol, side]["session"]
        assert (shared["asset"], shared["at_risk"]) == ("USDC", pytest.approx(200.0))
    crypto = held["cryptocom", "BTCUSD-PERP", "short"]["session"]
    assert (crypto["at_risk"], crypto["ends_at"]) == (0.0, "2026-11-22T13:00:00Z")
    assert "Closing before" in crypto["instruction"]
    assert held["binance", "BTCUSDT", "long"]["session"] is None


def test_session_profit_becomes_a_reason_once_the_fund_behind_it_drains(
    seawall: Installation,
) -> None:
    seawall.remember_funds()
    name = seawall.link("cryptocom")
    seawall.settle()
    seawall.acknowledge(name)
    seawall.settle()
    codes = [r["code"] for one in seawall.positions().values() for r in one["reasons"]]
    assert "session_profit_at_risk" not in codes

    # A minute and a half into the crash the short has won, and the fund pays.
    seawall.sandbox.market.play("crash", elapsed=200, still=True)
    seawall.wait(minutes=2)
    seawall.wait(minutes=2)
    for name_, position in seawall.positions().items():
        won = position["session"]["at_risk"]
        assert won > 1_000, name_
        found = {reason["code"]: reason for reason in position["reasons"]}
        assert found["session_profit_at_risk"]["value"] == pytest.approx(won), name_
        assert "could be taken" in position["loss_model"]["answer"]


# The plain answers


def test_every_answer_reads_as_sentences_and_claims_nothing_of_another_venue(
    pictured: tuple[Installation, dict[str, str]],
) -> None:
    seawall, _ = pictured
    names = {one["id"]: one["name"] for one in seawall.get("venues?limit=100")["items"]}
    for (venue, _, side), position in seawall.positions().items():
        answer = position["loss_model"]["answer"]
        assert answer.endswith("."), answer
        assert answer[0].isupper()
        assert not re.search(r"\bNone\b|\bnan\b|\{|\}|  |\.\.", answer), answer
        assert names[venue] in answer
        first = answer.split(". ")[0]
        strangers = [
            name for one, name in names.items() if one != venue and f"{name} could" in first
        ]
        assert not strangers
        if "could close your" in answer:
            assert f"could close your {side}" in answer
            assert "without your order (auto-deleveraging), at" in answer
