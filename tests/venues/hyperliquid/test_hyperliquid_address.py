"""What kind of address was given; what is no address is refused before it is used."""

from __future__ import annotations

import pytest

from app.domain.errors import VenueGarbled, VenueRejected
from app.domain.permissions import KeyVerdict
from app.venues.base import VenueReader
from tests.support.exchange import ADDRESS
from tests.support.venue_stage import Stage

OWNER = "0x1111111111111111111111111111111111111111"


def test_a_users_address_can_only_read_by_nature(hyperliquid: Stage, reader: VenueReader) -> None:
    found = reader.check_permissions()
    assert found.verdict is KeyVerdict.READ_ONLY
    assert found.powers == ()
    assert "nothing can be signed" in (found.note or "")
    assert hyperliquid.asked() == ["userRole", "subAccounts"]


def test_an_api_wallets_address_names_its_owner(hyperliquid: Stage, reader: VenueReader) -> None:
    hyperliquid.answers("user_role", {"role": "agent", "data": {"user": OWNER}})
    note = reader.check_permissions().note or ""
    assert "API wallet" in note
    assert "0x1111...1111" in note


def test_sub_accounts_are_said_to_be_addresses_of_their_own(
    hyperliquid: Stage, reader: VenueReader
) -> None:
    hyperliquid.answers("sub_accounts", "subAccounts", body={"user": ADDRESS})
    assert "1 sub-account(s)" in (reader.check_permissions().note or "")


def test_a_sub_account_and_a_vault_are_fine(hyperliquid: Stage, reader: VenueReader) -> None:
    hyperliquid.answers("user_role", {"role": "subAccount", "data": {"master": OWNER}})
    assert "sub-account of 0x1111...1111" in (reader.check_permissions().note or "")
    hyperliquid.answers("user_role", {"role": "vault"})
    assert reader.check_permissions().verdict is KeyVerdict.READ_ONLY


def test_an_unknown_address_is_rejected(hyperliquid: Stage, reader: VenueReader) -> None:
    hyperliquid.answers("user_role", {"role": "missing"})
    with pytest.raises(VenueRejected, match="no account at this address"):
        reader.check_permissions()
    with pytest.raises(VenueRejected):
        reader.read_account()


@pytest.mark.parametrize(
    "answer", [{}, {"role": "admin"}, {"role": "agent"}, {"role": "agent", "data": {}}, []]
)
def test_a_role_that_is_not_documented_is_garbled(
    hyperliquid: Stage, reader: VenueReader, answer: object
) -> None:
    hyperliquid.answers("user_role", answer)
    with pytest.raises(VenueGarbled):
        reader.check_permissions()


def test_a_check_asks_anew_whose_address_it_is(hyperliquid: Stage, reader: VenueReader) -> None:
    reader.check_permissions()
    hyperliquid.answers("user_role", {"role": "missing"})
    with pytest.raises(VenueRejected):
        reader.check_permissions()


def test_no_request_is_signed_or_names_a_key(hyperliquid: Stage, reader: VenueReader) -> None:
    reader.check_permissions()
    reader.read_account()
    for request in hyperliquid.adapter.request_history:
        assert set(request.json()) <= {"type", "user", "dex"}
        assert request.path == "/info"
