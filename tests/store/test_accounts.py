"""Linked accounts, from pending to gone."""

from __future__ import annotations

import pytest

from app.domain.account import AccountStatus
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.store import accounts, margins, positions, revisions, snapshots, sources
from app.store.database import Database
from tests.store.helpers import SEALED, link, record, settle
from tests.support.nouns import NOON, a_margin, later

POWERS = KeyPermissions(
    verdict=KeyVerdict.HAS_POWERS,
    powers=(Power(kind=PowerKind.TRADE, flag="enableFutures"),),
    asked="GET /sapi/v1/account/apiRestrictions",
    checked_at=NOON,
    ip_bound=False,
)


def revision(database: Database, user_id: str) -> int:
    with database.read() as conn:
        return revisions.read(conn, [f"user:{user_id}"])[f"user:{user_id}"]


def test_a_new_account_is_pending_and_shows_only_the_end_of_its_key(
    database: Database, owner: str
) -> None:
    account = link(database, owner, label="  my   main ", public_part="abcdefghijWXYZ")
    assert account.status is AccountStatus.PENDING
    assert account.label == "my main"
    assert account.credential_hint == "WXYZ"
    assert account.sealed == SEALED
    assert account.created_at == NOON
    assert (account.checked_at, account.permissions, account.message) == (None, None, None)
    with database.read() as conn:
        assert accounts.get(conn, user_id=owner, account_id=account.id) == account
        assert accounts.get_any(conn, account_id=account.id) == account
        assert accounts.list_for(conn, user_id=owner) == (account,)
        assert accounts.list_active(conn) == ()


def test_the_sealed_credential_is_not_printed(database: Database, owner: str) -> None:
    shown = repr(link(database, owner))
    assert "sealed" not in shown
    assert str(SEALED) not in shown


def test_a_label_is_used_once_by_a_user(database: Database, owner: str, stranger: str) -> None:
    main = link(database, owner, label="main")
    other = link(database, owner, label="other")
    link(database, stranger, label="main")
    with pytest.raises(Conflict, match="label"):
        link(database, owner, label="main")
    with pytest.raises(Conflict, match="label"), database.write() as conn:
        accounts.relabel(conn, user_id=owner, account_id=other.id, label=main.label)


def test_a_key_is_linked_once_by_a_user(database: Database, owner: str, stranger: str) -> None:
    link(database, owner, public_part="the key")
    link(database, owner, public_part="the key", venue="bybit")
    link(database, stranger, public_part="the key")
    with pytest.raises(Conflict, match="already"):
        link(database, owner, public_part="the key")


def test_an_address_is_the_same_in_any_case_but_a_key_is_not(
    database: Database, owner: str
) -> None:
    link(database, owner, public_part="0xABCD", kind="address")
    with pytest.raises(Conflict, match="already"):
        link(database, owner, public_part="0xabcd", kind="address")
    link(database, owner, public_part="KEY")
    link(database, owner, public_part="key")


@pytest.mark.parametrize("label", ["", " \n", "x" * 81])
def test_a_label_has_a_length(database: Database, owner: str, label: str) -> None:
    with pytest.raises(InvalidInput, match="label"):
        link(database, owner, label=label)


def test_a_relabelled_account_has_the_new_label(database: Database, owner: str) -> None:
    account = link(database, owner)
    before = revision(database, owner)
    with database.write() as conn:
        renamed = accounts.relabel(conn, user_id=owner, account_id=account.id, label="new")
    assert renamed.label == "new"
    assert revision(database, owner) > before


def test_a_read_only_key_is_active(database: Database, owner: str) -> None:
    account = settle(database, link(database, owner), AccountStatus.ACTIVE)
    assert (account.status, account.checked_at) == (AccountStatus.ACTIVE, NOON)
    assert account.sealed == SEALED
    with database.read() as conn:
        assert accounts.list_active(conn) == (account,)


def test_a_refused_key_keeps_its_powers_and_loses_its_secret(
    database: Database, owner: str
) -> None:
    before = revision(database, owner)
    account = settle(
        database,
        link(database, owner),
        AccountStatus.REFUSED,
        permissions=POWERS,
        message="It can trade.",
    )
    assert account.permissions == POWERS
    assert account.message == "It can trade."
    assert (account.sealed, account.key_id) == (None, None)
    assert revision(database, owner) == before + 2
    with database.read() as conn:
        assert accounts.key_ids(conn) == frozenset()
        assert accounts.list_sealed(conn) == ()
        assert accounts.list_active(conn) == ()


def test_a_refused_key_can_be_linked_again_once_it_is_mended(
    database: Database, owner: str
) -> None:
    settle(database, link(database, owner, public_part="key"), AccountStatus.REFUSED)
    assert link(database, owner, public_part="key").status is AccountStatus.PENDING


def test_an_unverifiable_key_is_read_only_once_acknowledged(database: Database, owner: str) -> None:
    account = settle(database, link(database, owner), AccountStatus.UNVERIFIABLE)
    with database.read() as conn:
        assert accounts.list_active(conn) == ()
    with database.write() as conn:
        acknowledged = accounts.acknowledge(conn, user_id=owner, account_id=account.id)
    assert acknowledged.acknowledged_unverifiable
    with database.read() as conn:
        assert accounts.list_active(conn) == (acknowledged,)


@pytest.mark.parametrize("status", [AccountStatus.ACTIVE, AccountStatus.REFUSED])
def test_only_what_cannot_be_verified_is_acknowledged(
    database: Database, owner: str, status: AccountStatus
) -> None:
    account = settle(database, link(database, owner), status)
    with pytest.raises(Conflict, match=status), database.write() as conn:
        accounts.acknowledge(conn, user_id=owner, account_id=account.id)


def test_unlinking_takes_everything_along(database: Database, owner: str) -> None:
    account = link(database, owner)
    source = sources.account_source(account.id)
    with database.write() as conn:
        sources.ensure(conn, source=source, interval=30, due_at=NOON)
    record(database, account, margins=[a_margin()])
    with database.write() as conn:
        accounts.delete(conn, user_id=owner, account_id=account.id)
    with database.read() as conn:
        assert accounts.list_for(conn, user_id=owner) == ()
        assert positions.list_for(conn, user_id=owner) == ()
        assert positions.current_for_venue(conn, venue="binance") == ()
        assert margins.list_for(conn, user_id=owner, account_id=account.id) == ()
        assert sources.all(conn) == ()
        assert (
            snapshots.history(conn, user_id=owner, account_id=account.id, since=later(days=-1))
            == ()
        )


def test_what_was_unlinked_meanwhile_cannot_be_checked(database: Database, owner: str) -> None:
    account = link(database, owner)
    with database.write() as conn:
        accounts.delete(conn, user_id=owner, account_id=account.id)
    with pytest.raises(NotFound):
        settle(database, account, AccountStatus.ACTIVE)
    with pytest.raises(NotFound):
        record(database, account)


def test_a_new_seal_takes_the_place_of_the_one_it_replaces(database: Database, owner: str) -> None:
    account = link(database, owner, key_id="old")
    with database.write() as conn:
        assert accounts.replace_sealed(
            conn, account_id=account.id, replaces="old", key_id="new", sealed=b"new seal"
        )
        assert not accounts.replace_sealed(
            conn, account_id=account.id, replaces="old", key_id="newer", sealed=b"newer seal"
        )
        assert accounts.key_ids(conn) == {"new"}
        assert accounts.get_any(conn, account_id=account.id).sealed == b"new seal"


def test_a_new_seal_does_not_bring_back_an_erased_secret(database: Database, owner: str) -> None:
    account = settle(database, link(database, owner, key_id="old"), AccountStatus.REFUSED)
    with database.write() as conn:
        assert not accounts.replace_sealed(
            conn, account_id=account.id, replaces="old", key_id="new", sealed=SEALED
        )
        assert accounts.get_any(conn, account_id=account.id).sealed is None


def test_a_key_is_asked_about_again_as_long_as_there_is_one(database: Database, owner: str) -> None:
    kept, gone = link(database, owner), link(database, owner)
    settle(database, kept, AccountStatus.ACTIVE)
    settle(database, gone, AccountStatus.REFUSED)
    with database.write() as conn:
        assert accounts.forget_check(conn, account_id=kept.id)
        assert not accounts.forget_check(conn, account_id=gone.id)
        assert not accounts.forget_check(conn, account_id="nobody")
        assert accounts.get_any(conn, account_id=kept.id).checked_at is None
        assert accounts.get_any(conn, account_id=gone.id).checked_at == NOON
