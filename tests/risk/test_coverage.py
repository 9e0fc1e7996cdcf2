"""Pool against open interest: only when the whole of it is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.fund import MarketStat
from app.risk.coverage import coverage, pool_open_interest
from tests.risk.builders import NOW

HOUR = timedelta(hours=1)


def stat(symbol: str, usd: float | None, *, ago: timedelta = timedelta(0)) -> MarketStat:
    return MarketStat(
        venue="binance",
        native_symbol=symbol,
        at=NOW,
        open_interest_usd=usd,
        open_interest_at=NOW - ago,
    )


def test_it_is_the_pool_over_one_side_of_the_open_interest() -> None:
    assert coverage(20e6, 1_000e6) == pytest.approx(0.02)


@pytest.mark.parametrize(("fund", "interest"), [(None, 1e9), (1e6, None), (1e6, 0.0), (1e6, -1.0)])
def test_without_both_there_is_none(fund: float | None, interest: float | None) -> None:
    assert coverage(fund, interest) is None


def test_open_interest_is_added_over_all_contracts_of_the_pool_and_no_others() -> None:
    markets = {s: stat(s, usd) for s, usd in (("A", 3e6), ("B", 4e6), ("C", 100e6))}
    found = pool_open_interest(["A", "B"], markets, now=NOW, max_age=HOUR)
    assert found.usd == 7e6


def test_one_contract_not_read_yet_leaves_the_sum_unknown_and_is_counted() -> None:
    markets = {"A": stat("A", 3e6), "B": stat("B", None)}
    found = pool_open_interest(["A", "B"], markets, now=NOW, max_age=HOUR)
    assert found.usd is None
    assert found.note == "Open interest read for 1 of 2 contracts."


def test_old_open_interest_counts_as_not_read() -> None:
    markets = {"A": stat("A", 3e6), "B": stat("B", 4e6, ago=timedelta(minutes=61))}
    assert pool_open_interest(["A", "B"], markets, now=NOW, max_age=HOUR).usd is None


def test_a_contract_without_a_market_has_no_open_interest_to_wait_for() -> None:
    found = pool_open_interest(["A", "GONE_250926"], {"A": stat("A", 3e6)}, now=NOW, max_age=HOUR)
    assert found.usd == 3e6


def test_before_any_market_is_read_nothing_is_claimed() -> None:
    found = pool_open_interest(["A"], {}, now=NOW, max_age=HOUR)
    assert found.usd is None
    assert found.note == "Open interest has not been read yet."
