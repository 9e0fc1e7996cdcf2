"""Crypto.com's interface as its documentation has it, read by Seawall's own reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import ccxt
import pytest
import requests

from app.domain.account import Credentials
from app.domain.errors import VenueRejected
from app.domain.permissions import KeyVerdict
from app.domain.position import AccountMargin, Position, ScopeReading
from app.risk.liquidation_estimate import prices
from app.risk.margin import share_margin
from app.sandbox import ACCOUNTS, Sandbox
from app.venues.base import VenueReader
from app.venues.clients import Clients
from tests.sandbox.upstream import ToSandbox, client, with_clock

POSITIONS, BALANCE = "private/get-positions", "private/user-balance"


@pytest.fixture
def clients(sandbox: Sandbox, tmp_path: Path) -> Iterator[Clients]:
    made = Clients(tmp_path, sandbox.url)
    yield made
    made.close()


def reader(clients: Clients, name: str = "read_only") -> VenueReader:
    return clients.account(name, "cryptocom", ACCOUNTS["cryptocom"][name].credentials)


def scope(clients: Clients, name: str = "read_only") -> ScopeReading:
    (found,) = reader(clients, name).read_account().scopes
    assert found.error is None
    return found


def margin(clients: Clients) -> AccountMargin:
    found = scope(clients).margin
    assert found is not None
    return found


def ask(
    sandbox: Sandbox, made: Any, path: str, *, changed: dict[str, Any] | None = None
) -> tuple[int, int]:
    """Status and code of a request that ``made`` (a ccxt client) signs, its body ``changed`` after."""
    signed = made.sign(path, ["v1", "private"], "POST", {})
    body = json.dumps({**json.loads(signed["body"]), **(changed or {})})
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", ToSandbox(sandbox.url))
        answer = session.post(signed["url"], headers=signed["headers"], data=body, timeout=5)
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("name", ["read_only", "trade", "ip_bound"])
def test_a_key_that_works_says_nothing_of_what_it_may_do(clients: Clients, name: str) -> None:
    found = reader(clients, name).check_permissions()
    assert (found.verdict, found.powers) == (KeyVerdict.UNVERIFIABLE, ())


@pytest.mark.parametrize(
    ("name", "code"), [("expired", "40101"), ("elsewhere", "40103"), ("read_only", "40101")]
)
def test_a_credential_that_does_not_hold_is_refused(clients: Clients, name: str, code: str) -> None:
    fields = dict(ACCOUNTS["cryptocom"][name].fields)
    if name == "read_only":
        fields["secret"] = "another-secret"
    made = clients.account(f"wrong {name}", "cryptocom", Credentials(fields))
    for read in (made.check_permissions, made.read_account):
        with pytest.raises(VenueRejected, match=code):
            read()


def test_a_body_that_was_changed_after_it_was_signed_is_refused(sandbox: Sandbox) -> None:
    made = client(sandbox, "cryptocom", "read_only")
    assert ask(sandbox, made, POSITIONS) == (200, 0)
    changed = {"params": {"instrument_name": "BTCUSD-PERP"}}
    assert ask(sandbox, made, POSITIONS, changed=changed) == (401, 40101)
    assert ask(sandbox, made, POSITIONS, changed={"id": "1"}) == (401, 40101)
    assert ask(sandbox, made, POSITIONS, changed={"method": BALANCE}) == (400, 40003)
    late = with_clock(client(sandbox, "cryptocom", "read_only"), ahead_ms=-61_000)
    assert ask(sandbox, late, POSITIONS) == (400, 40102)


def test_parameters_are_signed_in_the_order_of_their_names_with_lists_laid_out(
    sandbox: Sandbox,
) -> None:
    made = client(sandbox, "cryptocom", "read_only")
    params = {"page_size": 20, "isolation_ids": ["19848528", "19848529"], "end_time": 0}
    assert made.v1PrivatePostPrivateGetTransactions(params)["code"] == 0


def test_every_position_is_read_with_the_figures_of_the_formulas(clients: Clients) -> None:
    found = {(one.native_symbol, one.side.value): one for one in scope(clients).positions}

    def figures(one: Position) -> tuple[float | None, ...]:
        return one.size, one.entry_price, one.mark_price, one.unrealized_pnl, one.maintenance_margin

    # Maintenance is half of 1 / leverage: 1 % of bitcoin and ether, 2.5 % of SOL.
    assert {name: figures(one) for name, one in found.items()} == {
        ("BTCUSD-PERP", "short"): pytest.approx((0.3, 101_500, 100_000, 450, 300)),
        ("ETHUSD-PERP", "long"): pytest.approx((2, 3_950, 4_000, 100, 80)),
        ("BTCUSD-PERP", "long"): pytest.approx((0.05, 99_000, 100_000, 50, 50)),
        ("SOLUSD-PERP", "long"): pytest.approx((20, 196, 200, 80, 100)),
    }
    isolated = {
        name: (one.collateral, one.liquidation_price)
        for name, one in found.items()
        if one.collateral is not None
    }
    assert isolated == {
        # (0.05 · 99 000 − 2 300) / (0.05 · 0.99)
        ("BTCUSD-PERP", "long"): pytest.approx((2_350, 2_650 / 0.0495)),
        # (20 · 196 − 1 740) / (20 · 0.975)
        ("SOLUSD-PERP", "long"): pytest.approx((1_820, 2_180 / 19.5)),
    }


def test_the_price_estimated_for_a_cross_position_is_where_the_account_would_be_liquidated(
    sandbox: Sandbox, clients: Clients
) -> None:
    reading = scope(clients)
    shared = share_margin(reading.positions, reading.margin)
    cross = {one.native_symbol: one for one in reading.positions if one.collateral is None}
    found = {name: prices(one, shared=shared).liquidation.price for name, one in cross.items()}
    theirs = {
        p.contract.symbol: p.liquidation
        for p in sandbox.market.figures("cryptocom").positions
        if not p.isolated
    }
    # (30 000 + 7 550 − 80) / (0.3 · 1.01) and (8 000 − (7 550 − 300)) / (2 · 0.99)
    assert theirs == pytest.approx({"BTCUSD-PERP": 37_470 / 0.303, "ETHUSD-PERP": 750 / 1.98})
    assert found == pytest.approx(theirs)


def test_the_accounts_margin_is_its_cross_balance_and_its_session_is_even_in_calm(
    clients: Clients,
) -> None:
    found = margin(clients)
    assert (found.margin_balance, found.maintenance_margin) == (7_550, 380)
    assert found.margin_ratio == pytest.approx(380 / 7_550)
    assert found.note is None


def test_an_account_without_positions_is_empty(clients: Clients) -> None:
    found = scope(clients, "empty")
    assert found.positions == ()
    assert found.margin is not None
    assert found.margin.margin_balance == 0


def test_in_calm_the_fund_is_full_and_has_a_past_of_a_month(
    sandbox: Sandbox, clients: Clients
) -> None:
    (pool,) = clients.public("cryptocom").read_funds()
    assert (pool.key, pool.balances[0].amount, len(pool.balances)) == ("usd", 6_200_000, 24)
    steps = {a.at - b.at for a, b in pairwise(pool.balances)}
    assert steps == {timedelta(hours=1)}
    (signal,) = clients.public("cryptocom").read_adl_signals()
    assert (signal.kind, signal.value, signal.progress) == ("pool_balance", 6_200_000, None)

    opened = sandbox.market.opened_at
    week = points(
        sandbox,
        count="200",
        start_ts=str(int((opened - timedelta(days=14)).timestamp() * 1000)),
        end_ts=str(int((opened - timedelta(days=7)).timestamp() * 1000)),
    )
    assert 167 <= len(week) <= 169
    long_ago = str(int((opened - timedelta(days=32)).timestamp() * 1000))
    assert points(sandbox, start_ts="0", end_ts=long_ago) == {}


def test_since_the_market_opened_the_fund_has_a_point_every_minute() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    with Sandbox(clock=lambda: now, scenario="fund_drain") as sandbox:
        now += timedelta(seconds=150)
        found = points(sandbox, count="4")
    noon = 1_795_348_800_000
    assert list(found) == [noon + 120_000, noon + 60_000, noon, noon - 3_600_000]
    held = list(found.values())
    assert held[2] == 6_200_000
    assert held[0] < held[1] < held[2]


def points(sandbox: Sandbox, **params: str) -> dict[int, float]:
    made = client(sandbox, "cryptocom")
    rows = made.v1PublicGetPublicGetInsurance({"instrument_name": "USD", **params})
    return {int(row["t"]): float(row["v"]) for row in rows["result"]["data"]}


@pytest.mark.parametrize(
    ("scenario", "won", "charged"),
    [
        # The short wins 0.3 · 35 000; ETH, the long and SOL lose 2 · 1 480, 0.05 · 35 000 and
        # 20 · 84. The fund lacks a quarter of 6 200 000, which is 5 % of 31 000 000 won.
        ("crash", 10_500 - 2_960 - 1_750 - 1_680, 0.05),
        # 1.5 % of 30 000 less that of 8 000, 5 000 and 4 000; a twentieth is lacking.
        ("fund_drain", 0.015 * (30_000 - 17_000), 0.01),
    ],
)
def test_a_fund_at_zero_leaves_a_loss_that_winners_are_charged_with(
    sandbox: Sandbox, clients: Clients, scenario: str, won: float, charged: float
) -> None:
    sandbox.market.play(scenario, elapsed=300, still=True)
    public = clients.public("cryptocom")
    (pool,), (signal,) = public.read_funds(), public.read_adl_signals()
    assert pool.balances[0].amount == 0
    assert (signal.kind, signal.pool, signal.progress) == ("pool_empty", "usd", 1)

    found = margin(clients)
    cross = sandbox.market.figures("cryptocom").groups["CROSS"].balance
    assert found.margin_balance == pytest.approx(cross - won * charged)
    assert f"{won * charged:,.2f} USD of a socialised loss were charged" in (found.note or "")
    assert found.session is not None
    assert (found.session.asset, found.session.realized) == ("USD", 0)
    assert found.session.unrealized == pytest.approx(won)


def test_nobody_is_charged_before_the_session_has_ended(sandbox: Sandbox, clients: Clients) -> None:
    sandbox.market.play("crash", elapsed=239, still=True)
    assert "charged" not in (margin(clients).note or "")
    made = client(sandbox, "cryptocom", "read_only")
    assert journal(made) == {"FUNDING": -1.25}
    sandbox.market.advance(1)
    assert journal(made) == {"FUNDING": -1.25, "SOCIALIZED_LOSS": pytest.approx(-205.5)}
    assert journal(made, journal_type="FUNDING") == {"FUNDING": -1.25}
    assert journal(client(sandbox, "cryptocom", "empty")) == {}


def journal(made: Any, **params: str) -> dict[str, float]:
    rows = made.v1PrivatePostPrivateGetTransactions(params)["result"]["data"]
    return {row["journal_type"]: float(row["realized_pnl"]) for row in rows}


def test_open_interest_is_in_coins_and_marks_come_one_contract_a_request(clients: Clients) -> None:
    stats = {
        one.native_symbol: one
        for one in clients.public("cryptocom").read_markets(["BTCUSD-PERP", "BTC_USD"])
    }
    assert {name: (one.mark_price, one.open_interest_usd) for name, one in stats.items()} == {
        "BTCUSD-PERP": (100_000, 4_800 * 100_000),
        # Without a mark the last trade counts, 0.03 % above it.
        "ETHUSD-PERP": (None, pytest.approx(70_000 * 4_001.2)),
        "SOLUSD-PERP": (None, pytest.approx(900_000 * 200.06)),
        "BTCUSD-301227": (None, pytest.approx(150 * 100_030)),
    }


def test_parameters_are_checked(sandbox: Sandbox) -> None:
    made = client(sandbox, "cryptocom")
    for ask_for, params in (
        (made.v1PublicGetPublicGetInsurance, {"instrument_name": "EUR"}),
        (made.v1PublicGetPublicGetInsurance, {"instrument_name": "USD", "count": "0"}),
        (made.v1PublicGetPublicGetValuations, {"instrument_name": "BTCUSD-PERP"}),
        (made.v1PublicGetPublicGetBook, {"instrument_name": "BTCUSD-PERP"}),
    ):
        with pytest.raises(ccxt.BadRequest):
            ask_for(params)
    newest = made.v1PublicGetPublicGetInsurance({"instrument_name": "USD", "count": 1})
    (point,) = newest["result"]["data"]
    later = {"instrument_name": "USD", "start_ts": int(point["t"]) + 1}
    assert made.v1PublicGetPublicGetInsurance(later)["result"]["data"] == []


def test_writes_need_the_power_and_are_remembered(sandbox: Sandbox) -> None:
    order = {"instrument_name": "BTCUSD-PERP", "side": "BUY", "type": "MARKET", "quantity": "1"}
    with pytest.raises(ccxt.AuthenticationError, match="40101"):
        client(sandbox, "cryptocom", "read_only").v1PrivatePostPrivateCreateOrder(dict(order))
    client(sandbox, "cryptocom", "trade").v1PrivatePostPrivateCreateOrder(dict(order))
    with pytest.raises(ccxt.AuthenticationError):
        client(sandbox, "cryptocom", "trade").v1PrivatePostPrivateCreateWithdrawal({"amount": "1"})
    assert [(w.endpoint, w.account, w.accepted) for w in sandbox.writes] == [
        ("/exchange/v1/private/create-order", "read_only", False),
        ("/exchange/v1/private/create-order", "trade", True),
        ("/exchange/v1/private/create-withdrawal", "trade", False),
    ]


def test_a_client_with_no_options_at_all_loads_its_markets_without_a_key(sandbox: Sandbox) -> None:
    found = client(sandbox, "cryptocom", trimmed=False).load_markets()
    assert {"BTC/USD", "BTC/USD:USD", "BTC/USD:USD-301227"} <= set(found)
