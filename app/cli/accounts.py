"""``seawall accounts`` and ``unlink``, and the steps of linking that the demo shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from app.cli.command import json_option
from app.domain.account import AccountStatus, Credentials
from app.domain.errors import NotFound

if TYPE_CHECKING:
    from app.cli.place import Place
    from app.store.accounts import Account
    from app.venues.facts import VenueFacts


@click.command()
@json_option
def accounts(as_json: bool) -> None:
    """Linked accounts, and how reading them goes."""
    from app import clock
    from app.api.shapes.account import AccountSchema
    from app.cli.output import age, print_items, print_table
    from app.cli.place import opened
    from app.store import accounts as stored

    with opened() as place:
        with place.database.read() as connection:
            found = stored.list_for(connection, user_id=place.user_id)
        shown = _shown(place, found)
    if as_json:
        print_items(AccountSchema(), shown, clock.now())
    elif not shown:
        click.echo("No account is linked yet. `seawall link` links one.")
    else:
        print_table(
            ("Account", "Venue", "Key", "Status", ">Positions", ">Age", "What it says"),
            [
                (
                    one["label"],
                    one["venue_name"],
                    f"…{one['credential_hint']}",
                    str(one["status"]),
                    str(one["positions"]),
                    age(one["as_of"], stale=one["stale"]),
                    one["message"] or (one["error"] or {}).get("message", ""),
                )
                for one in shown
            ],
        )


@click.command()
@click.argument("account")
@click.option("--yes", is_flag=True, help="Do not ask.")
def unlink(account: str, yes: bool) -> None:
    """Forget an account, its key and its history.

    ACCOUNT is its label or id.
    """
    from app.cli.place import opened
    from app.store import accounts as stored

    with opened() as place:
        found = find(place, account)
        if not yes:
            click.confirm(f"Forget {found.label} ({found.venue}) and all about it?", abort=True)
        with place.database.write() as connection:
            stored.delete(connection, user_id=place.user_id, account_id=found.id)
        ask_check(place, found.id)
    click.echo(f"{found.label} is unlinked. Delete its key at the venue as well.")


def create(place: Place, venue: VenueFacts, *, label: str, credentials: Credentials) -> Account:
    """Store a new account, its credential sealed, and ask the worker to check it.

    Raises ``Conflict`` when the label or the credential is linked already.
    """
    from app.api.linking import link_account
    from app.store import accounts as stored

    account_id = link_account(
        place.database,
        place.sealer(),
        user_id=place.user_id,
        venue=venue.id,
        label=label,
        credentials=credentials.values,
    )
    ask_check(place, account_id)
    with place.database.read() as connection:
        return stored.get(connection, user_id=place.user_id, account_id=account_id)


def public_part(venue: VenueFacts, credentials: Credentials) -> str:
    """The part of a credential that names it: the API key or the address, never a secret."""
    from app.api.linking import public_part as part

    return part(venue, credentials)


def acknowledge(place: Place, account: Account) -> Account:
    """The person vouches that the key can only read; the account is read from now on."""
    from app.store import accounts as stored

    with place.database.write() as connection:
        account = stored.acknowledge(connection, user_id=place.user_id, account_id=account.id)
    ask_check(place, account.id)
    return account


def ask_check(place: Place, account_id: str) -> None:
    """Put the account's id in the worker's queue."""
    from app.store.queue import CHECK_JOB

    queue = place.queue()
    queue.enqueue(CHECK_JOB, account_id)
    queue.close()


def find(place: Place, name: str) -> Account:
    """An account of this user by its label or id. Raises ``NotFound``."""
    from app.store import accounts as stored

    with place.database.read() as connection:
        for account in stored.list_for(connection, user_id=place.user_id):
            if name in (account.label, account.id):
                return account
    raise NotFound(f"No account is called {name!r}. `seawall accounts` lists them.")


def show(place: Place, account: Account, *, as_json: bool) -> None:
    """One account, as it stands after linking."""
    from app import clock
    from app.api.shapes.account import AccountSchema
    from app.cli.output import plain, print_document

    if as_json:
        print_document(AccountSchema(), _shown(place, [account])[0], clock.now())
        return
    line = f"{account.label} ({account.venue}, …{account.credential_hint}): {_sentence(account)}"
    click.echo(plain(line))


def _sentence(account: Account) -> str:
    if account.message:
        return account.message
    return {
        AccountStatus.PENDING: "not checked yet; the worker will.",
        AccountStatus.ACTIVE: "linked; it can only read.",
        AccountStatus.REFUSED: "refused; nothing of the key was kept.",
        AccountStatus.UNVERIFIABLE: "the venue cannot say what the key may do.",
    }[account.status]


def _shown(place: Place, linked: Sequence[Account]) -> list[dict[str, Any]]:
    """Accounts as the API shows them."""
    from app import clock
    from app.api.shapes.account import accounts_shown

    with place.database.read() as connection:
        return accounts_shown(connection, linked, user_id=place.user_id, now=clock.now())
