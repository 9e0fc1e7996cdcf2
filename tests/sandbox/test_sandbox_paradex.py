"""Paradex as its documentation has it: tokens, accounts, and a fund that runs out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from app.domain.account import Credentials
from app.domain.errors import VenueRejected
from app.domain.fund import PoolKind
from app.domain.permissions import KeyVerdict
from app.domain.position import Position
from app.sandbox import ACCOUNTS, Sandbox
from app.venues.base import VenueReader
from app.venues.clients import Clients

HOST = "api.prod.paradex.trade"
TOKEN = ACCOUNTS["paradex"]["read_only"].fields["token"]


@pytest.fixture
def clients(sandbox: Sandbox, tmp_path: Path) -> Iterator[Clients]:
    made = Clients(tmp_path, sandbox.url)
    yield made
    made.close()


def reader(clients: Clients, name: str) -> VenueReader:
    return clients.account(name, "paradex", ACCOUNTS["paradex"][name].credentials)


def ask(
    sandbox: Sandbox, path: str, *, token: str | None = TOKEN, method: str = "GET", **query: str
) -> requests.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    with requests.Session() as session:
        session.trust_env = False
        url = f"{sandbox.url}/{HOST}/v1/{path}"
        return session.request(method, url, headers=headers, params=query, timeout=5)


def held(clients: Clients) -> dict[str, Position]:
    (scope,) = reader(clients, "read_only").read_account().scopes
    assert scope.error is None
    return {one.native_symbol: one for one in scope.positions}


@pytest.mark.parametrize("name", ["read_only", "empty"])
def test_a_token_is_taken_and_says_itself_when_it_expires(clients: Clients, name: str) -> None:
    permissions = reader(clients, name).permissions(datetime.now(UTC))
    assert permissions.verdict is KeyVerdict.UNVERIFIABLE
    assert permissions.expires_at == datetime(2030, 12, 27, 8, tzinfo=UTC)


def test_an_expired_token_is_refused_by_the_program_and_by_the_exchange(
    clients: Clients, sandbox: Sandbox
) -> None:
    with pytest.raises(VenueRejected, match="expired"):
        reader(clients, "expired").permissions(datetime.now(UTC))
    assert sandbox.requests.count("paradex") == 0
    answer = ask(sandbox, "positions", token=ACCOUNTS["paradex"]["expired"].fields["token"])
    assert answer.status_code == 401
    assert answer.json()["message"] == "invalid bearer jwt: token is expired"


def forged() -> str:
    """The claims of the true token under the signature of another."""
    head, claims, _ = TOKEN.split(".")
    *_, other = ACCOUNTS["paradex"]["empty"].fields["token"].split(".")
    return f"{head}.{claims}.{other}"


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (None, "missing or malformed jwt"),
        ("no-token", "missing or malformed jwt"),
        (forged(), "invalid bearer jwt: token signature is invalid"),
    ],
)
def test_no_token_or_one_with_a_wrong_signature_is_refused(
    sandbox: Sandbox, token: str | None, message: str
) -> None:
    for path in ("positions", "account/summary", "account/info", "account/margin", "transfers"):
        answer = ask(sandbox, path, token=token)
        assert answer.status_code == 401
        assert answer.json() == {"error": "INVALID_TOKEN", "message": message}


def test_the_reader_tells_a_token_that_the_exchange_does_not_know(clients: Clients) -> None:
    stranger = clients.account("x", "paradex", Credentials({"token": forged()}))
    with pytest.raises(VenueRejected, match="token signature is invalid"):
        stranger.read_account()


def test_a_revoked_token_is_refused_from_then_on(sandbox: Sandbox, clients: Clients) -> None:
    assert held(clients)
    sandbox.faults.add("revoked", "paradex")
    with pytest.raises(VenueRejected, match="token is revoked"):
        reader(clients, "read_only").read_account()


def test_nothing_can_be_changed_with_a_token_and_every_attempt_is_remembered(
    sandbox: Sandbox,
) -> None:
    for method, path in (("POST", "orders"), ("DELETE", "orders/1"), ("POST", "withdrawals")):
        answer = ask(sandbox, path, method=method)
        assert (answer.status_code, answer.json()["error"]) == (401, "INVALID_TOKEN")
    assert ask(sandbox, "orders", method="POST", token=None).status_code == 401
    assert [(w.endpoint, w.account, w.accepted) for w in sandbox.writes] == [
        ("/v1/orders", "read_only", False),
        ("/v1/orders/1", "read_only", False),
        ("/v1/withdrawals", "read_only", False),
        ("/v1/orders", None, False),
    ]


# symbol, side, size, entry, mark, profit, liquidation price, margin ratio
POSITIONS: list[tuple[str, str, float, float, float, float, float, float | None]] = [
    # Cross: 9 000 + 300 + 100 = 9 400; maintenance 1 % of 20 000 and 2.5 % of 5 000.
    # (20 000 - (9 400 - 125)) / (0.2 * 0.99)
    ("BTC-USD-PERP", "long", 0.2, 98_500, 100_000, 300, 10_725 / 0.198, None),
    # (2 * 3 900 - 3 100) / (2 * 0.99); 1 % of 8 000 against 3 100 + 200
    ("ETH-USD-PERP", "long", 2, 3_900, 4_000, 200, 4_700 / 1.98, 80 / 3_300),
    # (5 000 + 9 400 - 200) / (25 * 1.025)
    ("SOL-USD-PERP", "short", 25, 204, 200, 100, 14_200 / 25.625, None),
]


@pytest.mark.parametrize("expected", POSITIONS, ids=lambda row: row[0])
def test_the_reader_reads_every_position_with_the_figures_of_the_hand_table(
    clients: Clients, expected: tuple[Any, ...]
) -> None:
    symbol, side, size, entry, mark, profit, liquidation, ratio = expected
    found = held(clients)
    assert found.keys() == {row[0] for row in POSITIONS}
    one = found[symbol]
    assert (one.side, one.margin_mode) == (side, "isolated" if ratio else "cross")
    assert (one.size, one.entry_price, one.mark_price) == (size, entry, mark)
    assert one.unrealized_pnl == pytest.approx(profit)
    assert one.liquidation_price == pytest.approx(liquidation)
    assert one.margin_ratio == (None if ratio is None else pytest.approx(ratio))


def test_the_margin_behind_cross_positions_leaves_the_isolated_account_out(
    clients: Clients,
) -> None:
    (scope,) = reader(clients, "read_only").read_account().scopes
    assert scope.margin is not None
    assert scope.margin.margin_balance == pytest.approx(9_400)
    assert scope.margin.maintenance_margin == pytest.approx(200 + 125)


def test_an_account_without_positions_is_read_and_holds_nothing(clients: Clients) -> None:
    (scope,) = reader(clients, "empty").read_account().scopes
    assert (scope.error, scope.positions) == (None, ())


def test_open_interest_and_marks_are_those_of_the_market(
    clients: Clients, sandbox: Sandbox
) -> None:
    def read() -> dict[str, tuple[float | None, float | None]]:
        stats = clients.public("paradex").market_stats(())
        return {one.native_symbol: (one.mark_price, one.open_interest_usd) for one in stats}

    assert read() == {
        "BTC-USD-PERP": (100_000, 300_000_000),
        "ETH-USD-PERP": (4_000, 160_000_000),
        "SOL-USD-PERP": (200, 60_000_000),
    }
    sandbox.market.play("crash", elapsed=240, still=True)
    fallen = read()["BTC-USD-PERP"]
    assert fallen == (65_000, pytest.approx(3_000 * 0.62 * 65_000))


def fund(clients: Clients) -> tuple[float, str]:
    """The fund's balance as the reader gives it, and the note on it."""
    pools = {pool.key: pool for pool in clients.public("paradex").read_funds()}
    assert pools["gigavault"].kind is PoolKind.HEADLINE
    assert pools["insurance"].kind is PoolKind.SHARED
    return pools["insurance"].balances[0].amount, pools["insurance"].note or ""


def factor(sandbox: Sandbox) -> float:
    """What the withdrawal under way is cut by."""
    rows = ask(sandbox, "transfers").json()["results"]
    (pending,) = [row for row in rows if row["kind"] == "WITHDRAWAL"]
    return float(pending["socialized_loss_factor"])


def test_in_calm_the_fund_is_there_and_no_withdrawal_is_charged(
    clients: Clients, sandbox: Sandbox
) -> None:
    sandbox.market.play("calm", elapsed=600, still=True)
    (signal,) = clients.public("paradex").adl_signals()
    assert fund(clients)[0] == 1_400_000
    assert (signal.kind, signal.pool, signal.progress) == ("socialized_loss", "insurance", None)
    assert factor(sandbox) == 0


@pytest.mark.parametrize(("scenario", "missing"), [("crash", 420_000), ("fund_drain", 168_000)])
def test_when_the_fund_has_run_out_every_withdrawal_is_charged_its_share_of_what_is_missing(
    clients: Clients, sandbox: Sandbox, scenario: str, missing: float
) -> None:
    sandbox.market.play(scenario, elapsed=600, still=True)
    (signal,) = clients.public("paradex").adl_signals()
    balance, note = fund(clients)
    assert balance == pytest.approx(-missing)
    assert "every withdrawal is charged" in note
    assert signal.progress == 1.0
    assert factor(sandbox) == pytest.approx(missing / (34_000_000 + missing), abs=1e-8)


def test_the_factor_rises_from_nothing_once_the_fund_is_below_zero(sandbox: Sandbox) -> None:
    seen = []
    for elapsed in range(0, 260, 10):
        sandbox.market.play("crash", elapsed=elapsed, still=True)
        value = float(ask(sandbox, "insurance").json()["account_value"])
        seen.append(factor(sandbox))
        assert (seen[-1] > 0) is (value < 0)
    assert seen == sorted(seen)
    assert seen[0] == 0 < seen[-1]


def test_parameters_and_paths_are_checked(sandbox: Sandbox) -> None:
    def reason(answer: requests.Response) -> tuple[int, str]:
        return answer.status_code, answer.json()["error"]

    assert reason(ask(sandbox, "markets/summary")) == (400, "VALIDATION_ERROR")
    assert reason(ask(sandbox, "markets/summary", market="ODD")) == (400, "MARKET_NOT_FOUND")
    assert reason(ask(sandbox, "account/margin", market="ODD")) == (400, "MARKET_NOT_FOUND")
    assert reason(ask(sandbox, "nothing")) == (404, "NOT_FOUND")
    (one,) = ask(sandbox, "markets/summary", market="SOL-USD-PERP").json()["results"]
    assert one["mark_price"] == "200"
