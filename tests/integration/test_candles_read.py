"""Candles, read from the sandbox's venues page by page: what they say reaches positions."""

from __future__ import annotations

from datetime import timedelta

from app.monitor.candles import refresh_candles
from app.store import candles
from tests.support.installation import LINKED, Installation


def read_all(seawall: Installation, venue: str) -> int:
    """Turns until the next is for the next hour; how many it took."""
    for turn in range(1, 60):
        outcome = refresh_candles(seawall.context, venue)
        assert outcome.partial is None, outcome.partial
        if outcome.interval > 600:
            return turn
        seawall.time.shift(timedelta(seconds=outcome.interval))
    raise AssertionError(f"{venue} is not read up to now")


def test_contracts_held_come_to_have_thirty_days_of_prices_and_positions_show_it(
    seawall: Installation,
) -> None:
    seawall.link_all()
    seawall.settle()
    for venue in LINKED:
        read_all(seawall, venue)
        with seawall.database.read() as connection:
            held = candles.wanted(connection, venue=venue)
            found = candles.risks(connection, venue=venue)
        assert held
        for symbol in held:
            risk = found[symbol].risk
            assert risk.candles == 30 * 24, (venue, symbol, risk)
            assert risk.notes == {}
            assert risk.daily_volatility is not None
            assert 0.005 < risk.daily_volatility < 0.3, (venue, symbol, risk)
            assert risk.beta is not None
    seawall.wait(minutes=2)
    shown = seawall.positions()
    assert shown
    for position in shown.values():
        assert position["daily_volatility"] is not None, position["notes"]
        if position["liquidation_price"] is not None:
            assert [touch["window"] for touch in position["touch"]["windows"]] == [
                "1h",
                "24h",
                "7d",
            ]
