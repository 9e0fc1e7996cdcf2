"""Linking and refreshing an account, in the cases no exchange can be made to produce."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.account import AccountStatus
from app.domain.errors import (
    ClockSkew,
    SeawallError,
    VaultError,
    VenueError,
    VenueGarbled,
    VenueRateLimited,
    VenueRejected,
    VenueUnreachable,
)
from app.domain.permissions import KeyVerdict, Power, PowerKind
from app.domain.position import AccountMargin, AccountReading, MarginMode, ScopeReading
from app.monitor.accounts import DONE, refresh_account
from app.monitor.coordinator import Outcome
from app.monitor.key_check import RECHECK_AFTER
from app.store import accounts, positions, sources
from app.store.positions import StoredPosition
from tests.support.nouns import NOON, a_position, later
from tests.support.scripted import Script, Worker, a_verdict

LINEAR = (a_position(),)
INVERSE = (a_position(scope="inverse", native_symbol="BTCUSD_PERP"),)
GONE = VenueUnreachable("Binance did not answer.", venue="binance")


@pytest.fixture
def pending(worker: Worker) -> str:
    return worker.link()


@pytest.fixture
def script(worker: Worker, pending: str) -> Script:
    """What the venue answers about the account: a position on each of two scopes."""
    found = worker.clients.script(pending)
    found.scopes = {"linear": LINEAR, "inverse": INVERSE}
    return found


@pytest.fixture
def active(worker: Worker, pending: str, script: Script) -> str:
    """The account after its first refresh, half a minute ago."""
    refresh_account(worker.context, pending)
    script.asked.clear()
    worker.time.passes(seconds=30)
    return pending


def held(worker: Worker) -> dict[str, StoredPosition]:
    """By scope."""
    with worker.database.read() as connection:
        found = positions.current_for_venue(connection, venue="binance")
    return {one.assessment.position.scope: one for one in found}


def read_now(worker: Worker, **fields: Any) -> tuple[Any, ...]:
    return (a_position(as_of=worker.time.now, **fields),)


def test_the_key_is_asked_about_first_and_the_account_becomes_active_with_its_positions(
    worker: Worker, pending: str, script: Script
) -> None:
    outcome = refresh_account(worker.context, pending)
    assert script.asked == ["clock", "permissions", "account"]
    account = worker.account(pending)
    assert (account.status, account.checked_at) == (AccountStatus.ACTIVE, NOON)
    assert held(worker).keys() == {"linear", "inverse"}
    assert outcome.partial is None and outcome.interval >= 5


def test_a_wrong_clock_is_found_before_the_key_is_shown_to_anybody(
    worker: Worker, pending: str, script: Script
) -> None:
    script.clock = ClockSkew("A minute ahead.", venue="binance")
    with pytest.raises(ClockSkew):
        refresh_account(worker.context, pending)
    assert script.asked == ["clock"]
    assert worker.account(pending).status is AccountStatus.PENDING


def test_a_key_with_powers_is_refused_erased_forgotten_and_read_nothing(
    worker: Worker, pending: str, script: Script
) -> None:
    powers = (
        Power(kind=PowerKind.TRADE, flag="enableFutures"),
        Power(kind=PowerKind.UNKNOWN, flag="enableTeleport"),
    )
    script.permissions = a_verdict(KeyVerdict.HAS_POWERS, NOON, powers=powers)
    with capture_logs() as log:
        assert refresh_account(worker.context, pending) == DONE
    assert script.asked == ["clock", "permissions"]
    account = worker.account(pending)
    assert (account.status, account.sealed, account.key_id) == (AccountStatus.REFUSED, None, None)
    assert "trade (enableFutures), unknown (enableTeleport)" in (account.message or "")
    assert worker.clients.opened == {}
    assert [entry["event"] for entry in log] == ["account refused"]


def test_a_key_nobody_can_verify_is_read_only_after_it_was_acknowledged(
    worker: Worker, pending: str, script: Script
) -> None:
    script.permissions = a_verdict(KeyVerdict.UNVERIFIABLE, NOON)
    assert refresh_account(worker.context, pending) == DONE
    account = worker.account(pending)
    assert account.status is AccountStatus.UNVERIFIABLE
    assert account.sealed is not None
    assert "acknowledge it here" in (account.message or "")
    assert refresh_account(worker.context, pending) == DONE, "not by asking again either"
    with worker.database.write() as connection:
        accounts.forget_check(connection, account_id=pending)
    assert refresh_account(worker.context, pending) == DONE
    assert script.asked == ["clock", "permissions"] * 2
    assert held(worker) == {}

    with worker.database.write() as connection:
        accounts.acknowledge(connection, user_id=worker.user_id, account_id=pending)
        accounts.forget_check(connection, account_id=pending)
    assert not refresh_account(worker.context, pending).done
    assert held(worker).keys() == {"linear", "inverse"}
    assert worker.account(pending).message is None


def test_a_key_the_venue_does_not_know_is_refused_when_it_is_linked(
    worker: Worker, pending: str, script: Script
) -> None:
    script.permissions = VenueRejected("Binance does not accept it.", venue="binance")
    assert refresh_account(worker.context, pending) == DONE
    account = worker.account(pending)
    assert (account.status, account.sealed) == (AccountStatus.REFUSED, None)
    assert (account.message or "").startswith("Binance does not accept it. It was not kept")


def test_a_key_that_may_read_but_not_positions_is_refused_when_it_is_linked(
    worker: Worker, pending: str, script: Script
) -> None:
    script.scopes = VenueRejected("No permission for contracts.", venue="binance")
    assert refresh_account(worker.context, pending) == DONE
    account = worker.account(pending)
    assert (account.status, account.sealed) == (AccountStatus.REFUSED, None)
    assert "cannot read positions" in (account.message or "")
    assert account.permissions is not None


@pytest.mark.parametrize("fails", ["permissions", "scopes"])
@pytest.mark.parametrize(
    "error",
    [GONE, VenueGarbled("?", venue="binance"), VenueRateLimited("Slow down.", venue="binance")],
)
def test_what_passes_by_itself_leaves_a_new_account_pending(
    worker: Worker, pending: str, script: Script, fails: str, error: SeawallError
) -> None:
    setattr(script, fails, error)
    with pytest.raises(type(error)):
        refresh_account(worker.context, pending)
    account = worker.account(pending)
    assert (account.status, account.checked_at) == (AccountStatus.PENDING, None)
    assert account.sealed is not None


def test_a_verified_key_is_asked_about_again_after_a_day(
    worker: Worker, active: str, script: Script
) -> None:
    worker.time.passes(hours=23)
    refresh_account(worker.context, active)
    assert script.asked == ["account"]
    worker.time.passes(hours=1)
    refresh_account(worker.context, active)
    assert script.asked == ["account", "clock", "permissions", "account"]
    assert worker.account(active).checked_at == worker.time.now


def test_a_key_that_gained_powers_is_refused_at_the_next_check(
    worker: Worker, active: str, script: Script
) -> None:
    worker.time.passes(seconds=RECHECK_AFTER.total_seconds())
    powers = (Power(kind=PowerKind.WITHDRAW, flag="enableWithdrawals"),)
    script.permissions = a_verdict(KeyVerdict.HAS_POWERS, worker.time.now, powers=powers)
    assert refresh_account(worker.context, active) == DONE
    assert script.asked == ["clock", "permissions"]
    assert worker.account(active).sealed is None
    assert worker.clients.opened == {}


@pytest.mark.parametrize("error", [GONE, VenueGarbled("What?", venue="binance")])
def test_a_check_without_an_answer_costs_a_verified_account_nothing_but_a_note(
    worker: Worker, active: str, script: Script, error: VenueError
) -> None:
    worker.time.passes(hours=24)
    script.permissions = error
    script.scopes = {"linear": read_now(worker), "inverse": ()}
    outcome = refresh_account(worker.context, active)
    assert type(outcome.partial) is type(error)
    assert "did not say again" in str(outcome.partial)
    assert held(worker)["linear"].as_of == worker.time.now
    assert worker.account(active).checked_at == NOON, "so it is asked again next time"


@pytest.mark.parametrize(
    "error",
    [
        VenueRejected("Unknown key.", venue="binance"),
        VenueRateLimited("Slow down.", venue="binance"),
    ],
)
def test_a_check_that_was_turned_away_ends_the_refresh(
    worker: Worker, active: str, script: Script, error: VenueError
) -> None:
    worker.time.passes(hours=24)
    script.permissions = error
    with pytest.raises(type(error)):
        refresh_account(worker.context, active)
    assert script.asked == ["clock", "permissions"]
    account = worker.account(active)
    assert (account.status, account.sealed is None) == (AccountStatus.ACTIVE, False)
    assert held(worker).keys() == {"linear", "inverse"}, "the last good positions stay"


def test_a_scope_that_fails_keeps_its_last_positions_and_the_others_are_new(
    worker: Worker, active: str, script: Script
) -> None:
    script.scopes = {"linear": read_now(worker, size=0.7), "inverse": GONE}
    outcome = refresh_account(worker.context, active)
    assert isinstance(outcome.partial, VenueUnreachable)
    assert str(outcome.partial) == "Not read: COIN-M futures. Binance did not answer."
    found = held(worker)
    assert (found["linear"].as_of, found["linear"].assessment.position.size) == (
        worker.time.now,
        0.7,
    )
    assert found["inverse"].as_of == NOON


def test_what_was_in_danger_on_a_scope_that_fails_keeps_the_pace(
    worker: Worker, active: str, script: Script
) -> None:
    near = (a_position(scope="inverse", mark_price=65_000.0, liquidation_price=64_900.0),)
    calm = read_now(worker, liquidation_price=10_000.0)
    script.scopes = {"linear": calm, "inverse": near}
    tight = refresh_account(worker.context, active).interval
    script.scopes = {"linear": calm, "inverse": GONE}
    assert refresh_account(worker.context, active).interval == tight
    script.scopes = {"linear": calm, "inverse": ()}
    assert refresh_account(worker.context, active).interval > tight


def test_a_scope_that_is_no_more_takes_its_positions_along(
    worker: Worker, active: str, script: Script
) -> None:
    script.scopes = {"linear": read_now(worker)}
    assert refresh_account(worker.context, active).partial is None
    assert held(worker).keys() == {"linear"}


def test_scopes_that_were_not_listed_this_time_keep_theirs(
    worker: Worker, active: str, script: Script
) -> None:
    sub = a_position(scope="hip3:xyz", native_symbol="xyz:XYZ100")
    script.scopes = {"linear": LINEAR, "hip3:xyz": (sub,)}
    refresh_account(worker.context, active)
    script.scopes = {"linear": read_now(worker), "hip3": GONE}
    refresh_account(worker.context, active)
    assert held(worker).keys() == {"linear", "hip3:xyz"}


def test_an_account_whose_reading_fails_keeps_everything(
    worker: Worker, active: str, script: Script
) -> None:
    before = held(worker)
    script.scopes = GONE
    with pytest.raises(VenueUnreachable):
        refresh_account(worker.context, active)
    assert held(worker) == before


def test_one_margin_that_backs_several_scopes_counts_on_each_of_them_for_good(
    worker: Worker, active: str, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.monitor.reassess import judge_venue

    margin = AccountMargin(
        scope="unified",
        asset="USD",
        margin_balance=2_000.0,
        maintenance_margin=100.0,
        margin_ratio=0.05,
        as_of=worker.time.now,
    )
    cross = {"margin_mode": MarginMode.CROSS, "margin_ratio": None}
    scopes = tuple(
        ScopeReading(scope=scope, margin=margin, positions=read_now(worker, scope=scope, **cross))
        for scope in ("linear", "inverse")
    )
    reading = AccountReading(venue="binance", scopes=scopes, read_at=worker.time.now)
    monkeypatch.setattr(script, "read_account", lambda: reading)
    refresh_account(worker.context, active)
    judge_venue(worker.context, "binance")
    for one in held(worker).values():
        assert one.assessment.margin_ratio == 0.05
        assert one.margin is not None and one.margin.margin_ratio == 0.05


def test_danger_makes_the_markets_be_read_soon(worker: Worker, active: str, script: Script) -> None:
    name = "markets:binance"
    with worker.database.write() as connection:
        sources.ensure(connection, source=name, interval=60, due_at=later(hours=1))
    near = a_position(as_of=worker.time.now, mark_price=65_000.0, liquidation_price=64_900.0)
    script.scopes = {"linear": (near,)}
    refresh_account(worker.context, active)
    with worker.database.read() as connection:
        due = sources.get(connection, source=name).next_due_at
    assert due == worker.time.now + timedelta(seconds=15)


def test_an_account_that_was_unlinked_is_forgotten(worker: Worker, active: str) -> None:
    with worker.database.write() as connection:
        accounts.delete(connection, user_id=worker.user_id, account_id=active)
    assert refresh_account(worker.context, active) == DONE
    assert worker.clients.opened == {}


def test_a_credential_that_cannot_be_opened_is_a_failure_and_nothing_is_lost(
    worker: Worker, active: str, script: Script
) -> None:
    for key in (worker.context.opener._private_dir).iterdir():
        key.unlink()
    with pytest.raises(VaultError):
        refresh_account(worker.context, active)
    assert script.asked == []
    assert worker.account(active).sealed is not None
    assert held(worker).keys() == {"linear", "inverse"}


def test_the_more_accounts_share_a_venues_limit_the_rarer_each_is_read(
    worker: Worker, active: str, script: Script
) -> None:
    near = (a_position(mark_price=65_000.0, liquidation_price=64_900.0),)
    script.scopes = {"linear": near}
    alone: Outcome = refresh_account(worker.context, active)
    for number in range(3):
        other = worker.link(label=f"another {number}")
        refresh_account(worker.context, other)
    together = refresh_account(worker.context, active)
    assert together.interval == pytest.approx(4 * alone.interval)
