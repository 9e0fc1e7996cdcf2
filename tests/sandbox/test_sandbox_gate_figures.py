"""Gate's positions, funds, open interest and ADL risk, as the reader of the program reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.position import Position, ScopeReading
from app.sandbox import ACCOUNTS, Sandbox
from app.venues.clients import Clients
from tests.sandbox.upstream import client


@pytest.fixture
def clients(sandbox: Sandbox, tmp_path: Path) -> Iterator[Clients]:
    made = Clients(tmp_path, sandbox.url)
    yield made
    made.close()


def scopes(clients: Clients, name: str = "read_only") -> dict[str, ScopeReading]:
    reader = clients.account(name, "gate", ACCOUNTS["gate"][name].credentials)
    found = {one.scope: one for one in reader.read_account().scopes}
    assert not any(one.error for one in found.values())
    return found


def held(clients: Clients, name: str = "read_only") -> dict[tuple[str, str], Position]:
    return {
        (scope, one.native_symbol): one
        for scope, reading in scopes(clients, name).items()
        for one in reading.positions
    }


# scope, symbol, side, size, entry, profit, liquidation price, margin ratio, rank
POSITIONS: list[tuple[str, str, str, float, float, float, float | None, float | None, int]] = [
    # Cross: 12 000 + 400 + 150 = 12 550; maintenance 0.4 % of 20 000 and 0.5 % of 6 000.
    # (20 000 - (12 550 - 30)) / (0.2 * 0.996)
    ("usdt", "BTC_USDT", "long", 0.2, 98_000, 400, 7_480 / 0.1992, None, 4),
    # (1.5 * 4 050 + 1 500) / (1.5 * 1.004); 0.4 % of 6 000 against 1 500 + 75
    ("usdt", "ETH_USDT", "short", 1.5, 4_050, 75, 7_575 / 1.506, 24 / 1_575, 4),
    # the account covers all of its 6 000
    ("usdt", "SOL_USDT", "long", 30, 195, 150, None, None, 4),
    # 4 000 * 0.996 / (4 000 / 101 500 - 0.005); 0.4 % of 0.04 against 0.005 and the profit
    (
        "btc",
        "BTC_USD",
        "short",
        0.04,
        101_500,
        4_000 * (1 / 100_000 - 1 / 101_500),
        3_984 / (4_000 / 101_500 - 0.005),
        0.00016 / (0.045 - 4_000 / 101_500),
        3,
    ),
    # (0.03 * 97 000 - 1 150) / (0.03 * 0.996); 0.4 % of 3 000 would be 12
    ("usd1", "BTC_USD1", "long", 0.03, 97_000, 90, 1_760 / 0.02988, 12 / 1_240, 5),
    # (0.05 * 99 000 - 2 200) / (0.05 * 0.996)
    ("delivery_usdt", "BTC_USDT_20301227", "long", 0.05, 99_000, 50, 2_750 / 0.0498, 20 / 2_250, 5),
]  # fmt: skip


@pytest.mark.parametrize("expected", POSITIONS, ids=lambda row: row[1])
def test_the_reader_reads_every_position_with_the_figures_of_the_hand_table(
    clients: Clients, expected: tuple[Any, ...]
) -> None:
    scope, symbol, side, size, entry, profit, liquidation, ratio, rank = expected
    found = held(clients)
    assert found.keys() == {row[:2] for row in POSITIONS}
    one = found[scope, symbol]
    assert (one.side, one.entry_price) == (side, entry)
    assert one.size == pytest.approx(size)
    assert one.mark_price == {"BTC": 100_000, "ETH": 4_000, "SOL": 200}[symbol[:3]]
    assert one.unrealized_pnl == pytest.approx(profit, abs=1e-9)
    known = None if liquidation is None else pytest.approx(liquidation)
    assert one.liquidation_price == known
    assert one.margin_mode == ("isolated" if ratio else "cross")
    assert one.margin_ratio == (None if ratio is None else pytest.approx(ratio))
    assert one.adl is not None
    assert one.adl.raw == rank


def test_cross_positions_are_backed_by_their_settle_currency_alone(clients: Clients) -> None:
    margin = scopes(clients)["usdt"].margin
    assert margin is not None
    assert margin.margin_balance == pytest.approx(12_550)
    assert margin.maintenance_margin == pytest.approx(80 + 30)


def test_a_unified_account_is_backed_as_a_whole(clients: Clients) -> None:
    found = scopes(clients, "unified")
    assert {(scope, one.native_symbol) for scope, r in found.items() for one in r.positions} == {
        ("usdt", "ETH_USDT"),
        ("usd1", "BTC_USD1"),
    }
    for scope in ("usdt", "usd1"):
        margin = found[scope].margin
        assert margin is not None
        # 6 000 + 0.02 * 100 000 + 2 * 100 + 0.04 * 2 000; 0.4 % of 8 000 and of 4 000
        assert (margin.scope, margin.asset) == ("unified", "USD")
        assert margin.margin_balance == pytest.approx(8_280)
        assert margin.maintenance_margin == pytest.approx(32 + 16)


def test_an_account_without_positions_answers_every_scope(clients: Clients) -> None:
    found = scopes(clients, "empty")
    assert list(found) == ["usdt", "btc", "usd1", "delivery_usdt"]
    assert not any(one.positions for one in found.values())


def test_positions_without_the_holding_filter_have_an_empty_row(sandbox: Sandbox) -> None:
    made = client(sandbox, "gate", "read_only")
    rows = made.privateFuturesGetSettlePositions({"settle": "usdt"})
    assert [row["size"] for row in rows] == ["2000", "-150", "30", "0"]
    page = made.privateFuturesGetSettlePositions(
        {"settle": "usdt", "holding": "true", "limit": 2, "offset": 2}
    )
    assert [row["contract"] for row in page] == ["SOL_USDT"]


def test_each_settle_currency_and_delivery_has_a_fund_of_daily_balances(clients: Clients) -> None:
    pools = {pool.key: pool for pool in clients.public("gate").read_funds()}
    newest = {key: (pool.balances[0].asset, pool.balances[0].amount) for key, pool in pools.items()}
    assert newest == {
        "usdt": ("USDT", 134_492_000),
        "btc": ("BTC", 83.0031),
        "usd1": ("USD1", 260_000),
        "delivery_usdt": ("USDT", 102_918),
    }
    for pool in pools.values():
        assert len(pool.balances) == 31
        assert {(b.at.hour, b.at.minute) for b in pool.balances} == {(0, 0)}
    assert pools["btc"].balances[0].usd == pytest.approx(8_300_310)


def test_open_interest_is_valued_by_the_size_of_each_contract(clients: Clients) -> None:
    stats = {one.native_symbol: one for one in clients.public("gate").market_stats(())}
    assert {name: one.open_interest_usd for name, one in stats.items()} == {
        "BTC_USDT": pytest.approx(4e9),
        "ETH_USDT": pytest.approx(2.4e9),
        "SOL_USDT": pytest.approx(1e9),
        "WIF_USDT": pytest.approx(2e7),
        "BTC_USD": pytest.approx(25e6),
        "BTC_USD1": pytest.approx(2e7),
        "BTC_USDT_20301227": pytest.approx(1e6),
    }
    assert stats["ETH_USDT"].mark_price == 4_000


def ratings(clients: Clients) -> dict[str, str | None]:
    return {one.native_symbol: one.rating for one in clients.public("gate").adl_signals()}


def test_in_calm_every_state_is_normal_and_no_rank_is_near(
    clients: Clients, sandbox: Sandbox
) -> None:
    sandbox.market.play("calm", elapsed=600, still=True)
    assert set(ratings(clients).values()) == {"low"}
    assert all(one.adl and one.adl.standing <= 0.6 for one in held(clients).values())


@pytest.mark.parametrize("scenario", ["crash", "fund_drain"])
def test_under_stress_states_and_the_ranks_of_winners_rise_to_the_highest(
    clients: Clients, sandbox: Sandbox, scenario: str
) -> None:
    sandbox.market.play(scenario, elapsed=600, still=True)
    assert ratings(clients) == {
        "BTC_USDT": "high",
        "ETH_USDT": "high",
        "SOL_USDT": "high",
        "WIF_USDT": "high",
        "BTC_USD": "medium",
        "BTC_USD1": "medium",
    }
    ranks = {name[1]: one.adl for name, one in held(clients).items()}
    for short in ("ETH_USDT", "BTC_USD"):
        standing = ranks[short]
        assert standing is not None
        assert (standing.raw, standing.standing) == (1, 1.0)
