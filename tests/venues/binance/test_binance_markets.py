"""Binance's marks and open interest."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.errors import VenueRateLimited
from app.domain.fund import MarketStat
from app.venues import binance as binance_module
from tests.support.exchange import Exchange


def stats(exchange: Exchange, *wanted: str) -> dict[str, MarketStat]:
    return {stat.native_symbol: stat for stat in exchange.public().read_markets(wanted)}


def test_every_mark_is_read_in_one_call_for_each_kind(binance: Exchange) -> None:
    found = stats(binance)

    assert found["BTCUSDT"].mark_price == 11793.63104562
    assert found["BTCUSDT"].symbol == "BTC/USDT:USDT"
    assert found["BTCUSD_PERP"].mark_price == 11029.69574559
    assert found["BTCUSDT"].open_interest_usd is None
    assert "NEWUSDT" not in found, "a contract without a price is not trading"
    assert sorted(binance.asked()) == [
        "markets_inverse", "markets_linear", "marks_inverse", "marks_linear"
    ]  # fmt: skip


def test_open_interest_in_base_units_is_valued_at_the_mark(binance: Exchange) -> None:
    stat = stats(binance, "BTCUSDT")["BTCUSDT"]

    assert stat.open_interest_usd == pytest.approx(10659.509 * 11793.63104562)
    assert stat.open_interest_at is not None
    assert stat.open_interest_at.year == 2020


def test_open_interest_in_contracts_counts_what_a_contract_is_worth(binance: Exchange) -> None:
    assert stats(binance, "BTCUSD_PERP")["BTCUSD_PERP"].open_interest_usd == 15004 * 100


def test_each_call_reads_some_of_the_wanted_and_the_next_goes_on(
    binance: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binance_module, "OPEN_INTERESTS_PER_CALL", 1)
    asked = []

    def answer(request: Any, _context: Any) -> dict[str, object]:
        asked.append(request.qs["symbol"][0].upper())
        return {"openInterest": "1", "symbol": asked[-1], "time": 1589437530011}

    binance.answers("open_interest_linear", json=answer)
    reader = binance.public()
    for minute in range(4):
        binance.now = binance.now.replace(minute=minute)
        reader.read_markets(("BTCUSDT", "ETHUSDT", "BTCUSDC"))

    assert asked == ["BTCUSDC", "BTCUSDT", "ETHUSDT", "BTCUSDC"]


def test_a_contract_whose_open_interest_fails_leaves_the_others(binance: Exchange) -> None:
    def answer(request: Any, context: Any) -> dict[str, object]:
        if request.qs["symbol"] == ["ethusdt"]:
            context.status_code = 400
            return {"code": -1121, "msg": "Invalid symbol."}
        return {"openInterest": "2", "symbol": "BTCUSDT", "time": 1589437530011}

    binance.answers("open_interest_linear", json=answer)
    found = stats(binance, "BTCUSDT", "ETHUSDT")

    assert found["BTCUSDT"].open_interest_usd == pytest.approx(2 * 11793.63104562)
    assert found["ETHUSDT"].open_interest_usd is None
    assert found["ETHUSDT"].mark_price == 390.5
    assert "-1121" in str(found["ETHUSDT"].note)


def test_the_kind_that_fails_leaves_the_other(binance: Exchange) -> None:
    binance.answers("marks_inverse", text="", status_code=500)

    assert set(stats(binance)) == {"BTCUSDT", "ETHUSDT", "BTCUSDC"}


def test_being_asked_to_slow_down_ends_the_round(binance: Exchange) -> None:
    binance.answers("open_interest_linear", {}, status_code=429)

    with pytest.raises(VenueRateLimited):
        binance.public().read_markets(("BTCUSDT", "ETHUSDT"))
    assert binance.asked().count("open_interest_linear") == 1


def test_open_interest_that_does_not_come_is_waited_for_once(binance: Exchange) -> None:
    binance.answers("open_interest_linear", text="", status_code=504)
    found = stats(binance, "BTCUSDT", "ETHUSDT", "BTCUSDC")

    assert binance.asked().count("open_interest_linear") == 1
    assert {stat.mark_price is not None for stat in found.values()} == {True}
