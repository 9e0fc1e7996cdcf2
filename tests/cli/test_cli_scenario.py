"""``seawall scenario``: named ones, one of one's own, as tables and as JSON."""

from __future__ import annotations

import pytest

from app import clock
from app.cli.accounts import create
from app.cli.place import Place
from app.cli.scenario import bar
from app.domain.account import Credentials
from app.domain.fund import MarketStat
from app.domain.position import MarginMode, Side
from app.risk.scenario_named import NAMED
from app.store import funds, markets, positions
from app.venues.catalogue import catalogue
from tests.cli.conftest import Seawall, told
from tests.support.nouns import a_fund_state, a_pool_reading, an_assessment


@pytest.fixture
def held(place: Place) -> Place:
    """A long of bitcoin and a short of ether on Binance, with fund and open interest."""
    now = clock.now()
    account = create(
        place,
        catalogue().venue("binance"),
        label="main",
        credentials=Credentials({"api_key": "public-part", "secret": "hunter2"}),
    )
    seen = [
        an_assessment(margin_mode=MarginMode.ISOLATED),
        an_assessment(
            symbol="ETH/USDT:USDT", native_symbol="ETHUSDT", side=Side.SHORT,
            liquidation_price=90_000.0,
        ),
    ]  # fmt: skip
    stats = [
        MarketStat(
            venue="binance", native_symbol=f"{base}USDT", at=now, symbol=f"{base}/USDT:USDT",
            mark_price=65_000.0, open_interest_usd=4e9, open_interest_at=now,
        )
        for base in ("BTC", "ETH")
    ]  # fmt: skip
    with place.database.write() as connection:
        funds.record_pool_reading(connection, reading=a_pool_reading(), now=now)
        funds.save_state(connection, state=a_fund_state(as_of=now), recent=[], now=now)
        markets.save_stats(connection, stats=stats)
        positions.record_snapshot(
            connection,
            account_id=account.id,
            user_id=place.user_id,
            venue="binance",
            scopes=["linear"],
            assessments=seen,
            margins=[],
            taken_at=now,
        )
    return place


def test_alone_it_lists_what_has_a_name(seawall: Seawall) -> None:
    shown = seawall("scenario").stdout
    assert all(one.name in shown for one in NAMED)
    names = [one["name"] for one in told(seawall("scenario", "--json"))["items"]]
    assert names == [one.name for one in NAMED]


def test_a_crash_shows_funds_then_positions_then_assumptions(held: Place, seawall: Seawall) -> None:
    result = seawall("scenario", "2025-10-10", "--draws", "200")
    shown = result.stdout.replace("\u2009", " ")
    assert result.exit_code == 0
    assert shown.startswith("10 October 2025: 200 draws, seed 20251010, BTC −14.8 %.")
    (fund,) = [line for line in shown.splitlines() if line.startswith("Binance")]
    assert "$1.04 B" in fund
    assert "░" in fund or "█" in fund
    assert "deleveraging of" in fund
    (long,) = [line for line in shown.splitlines() if "BTC/USDT:USDT" in line]
    assert "100 %" in long
    assert shown.index("Fund") < shown.index("Liquidated") < shown.index("Depth left")
    assert "https://arxiv.org/abs/1105.1694" in shown


def test_a_move_of_ones_own_in_percent_or_as_a_fraction(held: Place, seawall: Seawall) -> None:
    percent = told(seawall("scenario", "--move", "-20%", "--draws", "200", "--json"))
    fraction = told(seawall("scenario", "--move", "-0.2", "--draws", "200", "--json"))
    assert percent["event"]["move"] == fraction["event"]["move"] == -0.2
    assert percent["venues"] == fraction["venues"]


def test_coins_can_move_on_their_own(held: Place, seawall: Seawall) -> None:
    arguments = ("--coin", "btc=-5%", "--coin", "rest=-50%", "--draws", "200", "--json")
    answer = told(seawall("scenario", *arguments))
    assert answer["event"]["moves"] == {"BTC": -0.05, "rest": -0.5}
    moves = {one["symbol"]: one["move"]["p50"] for one in answer["positions"]}
    assert moves["ETH/USDT:USDT"] < moves["BTC/USDT:USDT"] < 0


def test_a_cascade_at_a_venue(held: Place, seawall: Seawall) -> None:
    arguments = ("--cascade", "1e9", "--venue", "binance", "--up", "--draws", "200", "--json")
    answer = told(seawall("scenario", *arguments))
    assert answer["event"]["direction"] == "up"
    assert answer["venues"][0]["forced_usd"]["p50"] == pytest.approx(1e9, rel=1e-6)
    shown = seawall("scenario", "--cascade", "9e9", "--venue", "binance", "--draws", "200").stdout
    assert "of the draws no move forces out so much" in shown


def test_a_venue_can_be_looked_at_without_holding_anything_there(
    place: Place, seawall: Seawall
) -> None:
    shown = seawall("scenario", "fall-20", "--draws", "200").stdout
    assert "Name one with --at" in shown
    answer = told(seawall("scenario", "fall-20", "--at", "bybit", "--draws", "200", "--json"))
    assert [one["venue"] for one in answer["venues"]] == ["bybit"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("doomsday",), "name: Must be one of"),
        (("fall-20", "--move", "-10%"), "Give exactly one of"),
        (("--move", "much"), "no move like -20%"),
        (("--coin", "BTC"), "no move of a coin like BTC=-15%"),
        (("--move", "-20%", "--draws", "5"), "draws: Must be greater"),
        (("--cascade", "1e9"), "A cascade needs both"),
        (("--draws", "500"), "Say what happens"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(
    place: Place, seawall: Seawall, arguments: tuple[str, ...], words: str
) -> None:
    result = seawall("scenario", *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


def test_an_unknown_venue_is_a_sentence(place: Place, seawall: Seawall) -> None:
    result = seawall("scenario", "fall-20", "--at", "atlantis")
    assert (result.exit_code, result.stderr) == (1, "Seawall knows no venue called 'atlantis'.\n")


def test_a_bar_is_as_long_as_it_is_likely() -> None:
    assert bar(0.0).startswith("░" * 10)
    assert bar(0.5).startswith("█████░░░░░")
    assert bar(1.0).startswith("█" * 10)
    assert bar(None) == "–"
