"""Hourly candles of Crypto.com, Deribit, Gate and Paradex, read from the sandbox page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests

from app.domain.errors import VenueError
from app.domain.market_risk import Candle
from app.sandbox import Sandbox
from app.venues.base import VenueReader
from app.venues.clients import Clients

HOUR = timedelta(hours=1)
DAYS = 30
BARS = {
    "deribit": "www.deribit.com/api/v2/public/get_tradingview_chart_data",
    "paradex": "api.prod.paradex.trade/v1/markets/klines",
    "cryptocom": "api.crypto.com/exchange/v1/public/get-candlestick",
    "gate": "api.gateio.ws/api/v4/futures/usdt/candlesticks",
}


@pytest.fixture
def clients(sandbox: Sandbox, tmp_path: Path) -> Iterator[Clients]:
    opened = sandbox.market.opened_at
    made = Clients(tmp_path, sandbox.url, clock=lambda: opened, paced=False)
    yield made
    made.close()


def this_hour(sandbox: Sandbox) -> datetime:
    return sandbox.market.opened_at.replace(minute=0, second=0, microsecond=0)


def month(reader: VenueReader, symbol: str, since: datetime) -> tuple[list[Candle], int]:
    """All candles from ``since`` on, and how many answers that took."""
    found: list[Candle] = []
    for answers in range(1, 20):
        page = reader.read_candles(symbol, since)
        if not page:
            return found, answers
        found += page
        since = page[-1].at + HOUR
    raise AssertionError("the pages have no end")


@pytest.mark.parametrize(
    ("venue", "symbol", "answers"),
    [
        ("cryptocom", "BTCUSD-PERP", 4),
        ("deribit", "BTC-PERPETUAL", 2),
        ("deribit", "BTC_USDC-PERPETUAL", 2),
        ("gate", "BTC_USDT", 2),
        ("gate", "BTC_USD", 2),
        ("paradex", "SOL-USD-PERP", 2),
    ],
)
def test_a_month_of_hours_is_read_without_a_gap_or_a_double(
    clients: Clients, sandbox: Sandbox, venue: str, symbol: str, answers: int
) -> None:
    end = this_hour(sandbox)
    since = end - timedelta(days=DAYS)
    found, asked = month(clients.public(venue), symbol, since)

    assert [one.at for one in found] == [since + n * HOUR for n in range(DAYS * 24)]
    assert all(one.low < one.high for one in found)
    assert asked == answers


def test_the_same_hours_are_the_same_at_every_exchange(clients: Clients, sandbox: Sandbox) -> None:
    since = this_hour(sandbox) - 5 * HOUR
    one, *others = (
        clients.public(venue).read_candles(symbol, since)
        for venue, symbol in (
            ("cryptocom", "BTCUSD-PERP"),
            ("deribit", "BTC_USDC-PERPETUAL"),
            ("gate", "BTC_USDT"),
            ("paradex", "BTC-USD-PERP"),
        )
    )
    assert len(one) == 5
    for other in others:
        assert [hour.at for hour in other] == [hour.at for hour in one]
        assert [hour.close for hour in other] == pytest.approx([hour.close for hour in one])
        assert [hour.high for hour in other] == pytest.approx([hour.high for hour in one])


def ask(sandbox: Sandbox, venue: str, **query: object) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        parameters = {name.rstrip("_"): str(value) for name, value in query.items()}
        return session.get(f"{sandbox.url}/{BARS[venue]}", params=parameters, timeout=5)


def test_the_hour_that_is_not_over_closes_at_the_mark(sandbox: Sandbox) -> None:
    start = int(this_hour(sandbox).timestamp())
    between = {"start_timestamp": start * 1000, "end_timestamp": start * 1000 + 7_200_000}
    chart = ask(
        sandbox, "deribit", instrument_name="BTC-PERPETUAL", resolution="60", **between
    ).json()["result"]
    assert (chart["ticks"][0], chart["close"][-1], chart["status"]) == (start * 1000, 100_000, "ok")

    newest = ask(sandbox, "gate", contract="BTC_USDT", interval="1h", limit=3).json()
    assert len(newest) == 3
    assert newest[-1]["c"] == "100000"

    newest = ask(sandbox, "cryptocom", instrument_name="BTCUSD-PERP", timeframe="1h", count=2)
    assert [row["c"] for row in newest.json()["result"]["data"]][1:] == ["100000"]

    stretch = {"start_at": (start - 3_600) * 1000, "end_at": start * 1000}
    rows = ask(sandbox, "paradex", symbol="BTC-USD-PERP", resolution="60", **stretch).json()
    assert [row[0] for row in rows["results"]] == [(start - 3_600) * 1000, start * 1000]
    assert rows["results"][-1][4] == 100_000


def test_deribit_says_that_there_is_nothing_in_the_future(sandbox: Sandbox) -> None:
    start = int(this_hour(sandbox).timestamp() * 1000) + 48 * 3_600_000
    answer = ask(
        sandbox,
        "deribit",
        instrument_name="BTC-PERPETUAL",
        resolution="60",
        start_timestamp=start,
        end_timestamp=start + 1,
    )
    assert answer.json()["result"]["status"] == "no_data"


@pytest.mark.parametrize(
    ("venue", "query"),
    [
        ("cryptocom", {"instrument_name": "ODD", "timeframe": "1h"}),
        ("cryptocom", {"instrument_name": "BTCUSD-PERP", "timeframe": "1h", "count": 301}),
        ("deribit", {"instrument_name": "BTC-PERPETUAL", "resolution": "60"}),
        ("deribit", {"instrument_name": "ODD", "resolution": "60", "start_timestamp": 1}),
        ("deribit", {"instrument_name": "BTC-PERPETUAL", "resolution": "61"}),
        ("gate", {"contract": "ODD", "interval": "1h"}),
        ("gate", {"contract": "BTC_USDT", "interval": "1h", "from_": 3_600, "limit": 2}),
        ("gate", {"contract": "BTC_USDT", "interval": "1h", "from_": 3_600, "to": 72_000_000}),
        ("gate", {"contract": "BTC_USDT", "interval": "1h", "from_": "x"}),
        ("gate", {"contract": "BTC_USDT"}),
        ("paradex", {"symbol": "ODD", "resolution": "60"}),
        ("paradex", {"symbol": "BTC-USD-PERP", "resolution": "7"}),
        ("paradex", {"symbol": "BTC-USD-PERP", "resolution": "60", "start_at": 2, "end_at": 1}),
    ],
)
def test_parameters_are_checked(sandbox: Sandbox, venue: str, query: dict[str, object]) -> None:
    assert ask(sandbox, venue, **query).status_code == 400


@pytest.mark.parametrize("venue", BARS)
def test_a_contract_nobody_lists_has_no_candles(
    clients: Clients, sandbox: Sandbox, venue: str
) -> None:
    with pytest.raises(VenueError, match="lists no contract"):
        clients.public(venue).read_candles("ODD", this_hour(sandbox))
