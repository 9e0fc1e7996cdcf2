"""Deribit's interface as its documentation has it, read by Seawall's own reader over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ccxt
import pytest
import requests

from app.domain.account import Credentials
from app.domain.errors import VenueRejected
from app.domain.permissions import KeyVerdict, PowerKind
from app.domain.position import Position, ScopeReading
from app.sandbox import ACCOUNTS, Sandbox
from app.venues.base import VenueReader
from app.venues.clients import Clients
from app.venues.deribit_key import signature_login
from tests.sandbox.upstream import ToSandbox, ask, client

TRADE, TRANSFER, WITHDRAW = PowerKind.TRADE, PowerKind.TRANSFER, PowerKind.WITHDRAW
FIELDS = ACCOUNTS["deribit"]["read_only"].fields


@pytest.fixture
def clients(sandbox: Sandbox, tmp_path: Path) -> Iterator[Clients]:
    made = Clients(tmp_path, sandbox.url)
    yield made
    made.close()


def reader(clients: Clients, name: str = "read_only") -> VenueReader:
    return clients.account(name, "deribit", ACCOUNTS["deribit"][name].credentials)


def scopes(clients: Clients, name: str = "read_only") -> dict[str, ScopeReading]:
    found = {one.scope: one for one in reader(clients, name).read_account().scopes}
    assert not any(one.error for one in found.values())
    return found


def reason(answer: requests.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("name", "powers"),
    [
        ("read_only", set()),
        ("ip_bound", set()),
        ("trade", {TRADE}),
        ("withdraw", {TRADE, TRANSFER, WITHDRAW}),
    ],
)
def test_a_keys_scope_names_exactly_its_powers(
    clients: Clients, name: str, powers: set[PowerKind]
) -> None:
    found = reader(clients, name).check_permissions()
    assert {power.kind for power in found.powers} == powers
    assert found.verdict is (KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY)


@pytest.mark.parametrize(
    ("name", "code"), [("expired", "13009"), ("elsewhere", "13004"), ("read_only", "13009")]
)
def test_a_credential_that_does_not_hold_is_refused(clients: Clients, name: str, code: str) -> None:
    fields = dict(ACCOUNTS["deribit"][name].fields)
    if name == "read_only":
        fields["secret"] = "another-secret"
    made = clients.account(f"wrong {name}", "deribit", Credentials(fields))
    for read in (made.check_permissions, made.read_account):
        with pytest.raises(VenueRejected, match=code):
            read()


def test_a_request_signed_for_another_address_or_at_another_time_is_refused(
    sandbox: Sandbox,
) -> None:
    made = client(sandbox, "deribit", "read_only")
    signed = made.sign("get_positions", ["private"], "GET", {"currency": "BTC"})
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", ToSandbox(sandbox.url))
        other = signed["url"].replace("BTC", "ETH")
        assert reason(session.get(other, headers=signed["headers"], timeout=5)) == (400, 13009)
        assert reason(session.get(signed["url"], timeout=5)) == (400, 13009)
    late = client(sandbox, "deribit", "read_only")
    right = late.milliseconds
    late.milliseconds = lambda: right() - 61_000
    assert reason(ask(sandbox, late, "get_positions")) == (400, 13009)
    assert reason(ask(sandbox, made, "get_nothing")) == (400, -32601)


def test_a_login_needs_a_signature_and_takes_no_secret(sandbox: Sandbox) -> None:
    made = client(sandbox, "deribit")
    stamp = str(made.milliseconds())
    login = signature_login(FIELDS["api_key"], FIELDS["secret"], timestamp=stamp, nonce="abcdefgh")

    def code(**params: str) -> int:
        return reason(ask(sandbox, made, "auth", api="public", **params))[1]

    assert ask(sandbox, made, "auth", api="public", **login).json()["result"]["scope"]
    assert code(**{**login, "nonce": "another"}) == 13009
    assert code(**{**login, "signature": ""}) == -32602
    secret = {"client_id": FIELDS["api_key"], "client_secret": FIELDS["secret"]}
    assert code(grant_type="client_credentials", **secret) == -32602


def test_a_revoked_key_is_no_key(sandbox: Sandbox, clients: Clients) -> None:
    sandbox.faults.add("revoked", "deribit", key=FIELDS["api_key"])
    with pytest.raises(VenueRejected, match="13004"):
        reader(clients).check_permissions()
    assert reader(clients, "trade").check_permissions().powers


def test_every_position_is_read_with_the_figures_of_the_formulas(clients: Clients) -> None:
    found = {
        one.native_symbol: one for reading in scopes(clients).values() for one in reading.positions
    }

    def figures(one: Position) -> tuple[str, float, float, float | None, float | None]:
        return one.side.value, one.contracts, one.size, one.liquidation_price, one.unrealized_pnl

    expected: dict[str, tuple[str, float, float, float, float]] = {
        # 20 000 · 1.004 / (0.12 + 20 000 / 97 000), profit 20 000 · (1 / 97 000 − 1 / 100 000)
        "BTC-PERPETUAL": ("long", 2_000, 0.2, 20_080 / (0.12 + 20 / 97), 0.006185567),
        # 6 000 · 0.995 / (6 000 / 4 100 − 1.2), profit 6 000 · (1 / 4 000 − 1 / 4 100)
        "ETH-PERPETUAL": ("short", 6_000, 1.5, 5_970 / (60 / 41 - 1.2), 0.036585366),
        # balance 3 000 + 150 + 50; (6 000 − (3 200 − 20)) / (30 · 0.995)
        "SOL_USDC-PERPETUAL": ("long", 300, 30, 2_820 / 29.85, 150),
        # (5 000 + (3 200 − 30)) / (0.05 · 1.004)
        "BTC_USDC-PERPETUAL": ("short", 50, 0.05, 8_170 / 0.0502, 50),
    }
    assert found.keys() == expected.keys()
    for name, (side, *numbers) in expected.items():
        assert figures(found[name])[0] == side
        assert figures(found[name])[1:] == pytest.approx(numbers, rel=1e-6)


def test_every_currency_is_a_margin_of_its_own_and_an_option_is_counted(clients: Clients) -> None:
    margins = {scope: reading.margin for scope, reading in scopes(clients).items()}
    known = {scope: m for scope, m in margins.items() if m is not None}
    # 0.4 % of 0.2 BTC, 0.5 % of 1.5 ETH; 0.5 % of 6 000 and 0.4 % of 5 000 USDC
    ratios = {
        "btc": 0.0008 / (0.12 + 0.006185567),
        "eth": 0.0075 / (1.2 + 0.036585366),
        "usdc": 50 / 3_200,
    }
    assert {scope: m.margin_ratio for scope, m in known.items()} == pytest.approx(ratios, rel=1e-6)
    sessions = {scope: m.session for scope, m in known.items() if m.session is not None}
    assert {scope: one.asset for scope, one in sessions.items()} == {
        "btc": "BTC",
        "eth": "ETH",
        "usdc": "USDC",
    }
    assert all(one.realized == 0 and one.unrealized is not None for one in sessions.values())
    assert "1 option" in (known["btc"].note or "")


def test_an_account_without_positions_is_empty_in_every_currency(clients: Clients) -> None:
    found = scopes(clients, "empty")
    assert [one.positions for one in found.values()] == [(), (), ()]
    assert all(one.margin and one.margin.margin_balance == 0 for one in found.values())


def events(clients: Clients) -> dict[str, list[tuple[str, float | None]]]:
    return {
        pool.key: [(event.kind, event.amount) for event in pool.events]
        for pool in clients.public("deribit").read_funds()
    }


def test_in_calm_the_fund_has_paid_for_every_bankruptcy(clients: Clients) -> None:
    found = events(clients)
    losses = [amount for kind, amount in found["btc"] if kind == "bankruptcy_loss"]
    assert losses == [1.75, 0.4, 12.5]
    assert [amount for kind, amount in found["btc"] if kind == "outflow"] == losses
    assert found["usdc"] == []
    assert not any(kind == "socialized_loss" for rows in found.values() for kind, _ in rows)
    assert clients.public("deribit").read_adl_signals() == ()


@pytest.mark.parametrize(
    ("scenario", "seconds", "lost", "spread", "rate"),
    [("crash", 240, 1_290, 240, "0.5000%"), ("fund_drain", 210, 1_110, 60, "0.2500%")],
)
def test_a_session_whose_bankruptcies_the_fund_cannot_pay_is_taken_from_its_winners(
    sandbox: Sandbox,
    clients: Clients,
    scenario: str,
    seconds: int,
    lost: float,
    spread: float,
    rate: str,
) -> None:
    sandbox.market.play(scenario, elapsed=seconds + 30, still=True)
    assert events(clients)["btc"][:3] == [
        ("bankruptcy_loss", lost),
        ("outflow", 1_050),
        ("socialized_loss", spread),
    ]
    (signal,) = clients.public("deribit").read_adl_signals()
    assert (signal.kind, signal.pool) == ("clawback_rate", "btc")
    assert f"{signal.value:.4%}" == rate
    assert f"{spread:,} BTC, {rate} of the session's profit." in (signal.note or "")
    ago = datetime.now(UTC) - signal.at
    assert timedelta(seconds=29) < ago < timedelta(seconds=60)


def test_the_session_is_settled_once_the_funds_have_paid_and_not_before(sandbox: Sandbox) -> None:
    sandbox.market.play("crash", elapsed=239, still=True)
    assert settlements(sandbox, currency="BTC")[0]["socialized"] == 0
    sandbox.market.advance(1)
    newest = settlements(sandbox, currency="BTC", type="bankruptcy", count="1")
    assert [row["session_tax"] for row in newest] == [240]
    assert newest[0]["session_tax_rate"] == pytest.approx(240 / 48_000)
    eth = settlements(sandbox, currency="ETH")[0]
    assert (eth["funded"], eth["socialized"], eth["session_tax_rate"]) == (3_200, 0, 0)


def settlements(sandbox: Sandbox, **params: str) -> list[dict[str, Any]]:
    made = client(sandbox, "deribit")
    rows = made.publicGetGetLastSettlementsByCurrency(params)["result"]["settlements"]
    return [{name: _number(value) for name, value in row.items()} for row in rows]


def _number(value: Any) -> Any:
    return value if value in {"bankruptcy"} else float(value)


def test_settlements_are_paged_backwards_and_their_parameters_checked(sandbox: Sandbox) -> None:
    rows = settlements(sandbox, currency="BTC")
    older = settlements(
        sandbox, currency="BTC", search_start_timestamp=str(int(rows[0]["timestamp"]) - 1)
    )
    assert older == rows[1:]
    made = client(sandbox, "deribit")
    params: dict[str, str] = {"currency": "BTC", "count": "2"}
    paged = []
    while page := made.publicGetGetLastSettlementsByCurrency(params)["result"]:
        if not page["settlements"]:
            break
        paged += [float(row["timestamp"]) for row in page["settlements"]]
        params["continuation"] = page["continuation"]
    assert paged == [row["timestamp"] for row in rows]
    assert settlements(sandbox, currency="BTC", type="delivery") == []
    for wrong in ({}, {"currency": "DOGE"}, {"currency": "BTC", "count": "1001"}):
        with pytest.raises(ccxt.BadRequest):
            settlements(sandbox, **wrong)


def test_open_interest_is_in_dollars_where_inverse_and_in_coins_where_linear(
    sandbox: Sandbox, clients: Clients
) -> None:
    made = client(sandbox, "deribit")
    raw = made.publicGetGetBookSummaryByCurrency({"currency": "USDC", "kind": "future"})["result"]
    assert {row["instrument_name"]: float(row["open_interest"]) for row in raw} == {
        "BTC_USDC-PERPETUAL": 2_000,
        "SOL_USDC-PERPETUAL": 300_000,
    }
    stats = {one.native_symbol: one for one in clients.public("deribit").read_markets([])}
    assert {name: one.open_interest_usd for name, one in stats.items()} == {
        "BTC-PERPETUAL": 900_000_000,
        "BTC-27DEC30": 60_000_000,
        "ETH-PERPETUAL": 400_000_000,
        "BTC_USDC-PERPETUAL": 200_000_000,
        "SOL_USDC-PERPETUAL": 60_000_000,
    }
    assert stats["BTC-PERPETUAL"].mark_price == 100_000


def test_writes_are_gets_here_and_need_the_power_and_are_remembered(sandbox: Sandbox) -> None:
    order = {"instrument_name": "BTC-PERPETUAL", "amount": "10", "type": "market"}
    with pytest.raises(ccxt.PermissionDenied, match="13021"):
        client(sandbox, "deribit", "read_only").privateGetBuy(dict(order))
    client(sandbox, "deribit", "trade").privateGetBuy(dict(order))
    with pytest.raises(ccxt.PermissionDenied):
        client(sandbox, "deribit", "trade").privateGetWithdraw({"currency": "BTC"})
    assert [(w.endpoint, w.account, w.accepted) for w in sandbox.writes] == [
        ("/api/v2/private/buy", "read_only", False),
        ("/api/v2/private/buy", "trade", True),
        ("/api/v2/private/withdraw", "trade", False),
    ]


def test_a_client_with_no_options_at_all_loads_its_markets(sandbox: Sandbox) -> None:
    markets = client(sandbox, "deribit", trimmed=False, has={"fetchCurrencies": False})
    found = markets.load_markets()
    assert {"BTC/USD:BTC", "SOL/USDC:USDC", "BTC/USD:BTC-301227"} <= set(found)
    assert abs(markets.fetch_time() - markets.milliseconds()) < 2_000
