"""``seawall link`` and ``verify-key``: giving Seawall a key, and asking what one may do.

A secret is typed without being shown or comes on standard input; it is never an argument,
for arguments stand in the shell's history and in the list of processes.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from app.cli.command import Exit, json_option
from app.domain.account import AccountStatus, Credentials
from app.domain.errors import InvalidInput
from app.domain.permissions import KeyPermissions, KeyVerdict, PowerKind

if TYPE_CHECKING:
    from app.cli.place import Place
    from app.store.accounts import Account
    from app.venues.facts import CredentialField, VenueFacts

LOOK_SECONDS = 0.5
OTHER = "other"
"""What a person answers to be shown the exchanges of which only positions are read."""

stdin_option = click.option(
    "--stdin-json",
    is_flag=True,
    help='Read {"venue", "label", "credentials": {…}} from standard input instead of asking.',
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody wants linked or checked."""

    venue: VenueFacts
    label: str
    credentials: Credentials = field(repr=False)
    acknowledge_unverifiable: bool = False


@click.command()
@click.argument("venue", required=False)
@click.option("--label", help="Your name for the account [default: the venue's name].")
@stdin_option
@click.option(
    "--wait",
    "wait_seconds",
    type=click.FloatRange(0),
    default=60.0,
    show_default=True,
    help="Seconds to wait for the check; 0 returns at once.",
)
@json_option
def link(
    venue: str | None, label: str | None, stdin_json: bool, wait_seconds: float, as_json: bool
) -> None:
    """Link an account by a read-only key or address.

    The running worker asks the venue what the key may do before it reads anything, and keeps
    no key that can do more than read.
    """
    from app.cli.accounts import acknowledge, create, show
    from app.cli.place import opened

    with opened() as place:
        given = _from_stdin(venue, label) if stdin_json else _asked(venue, label)
        account = create(place, given.venue, label=given.label, credentials=given.credentials)
        account = _wait(place, account, wait_seconds, quiet=as_json)
        if account.status is AccountStatus.UNVERIFIABLE and _acknowledged(account, given, as_json):
            account = acknowledge(place, account)
        show(place, account, as_json=as_json)
    sys.exit(_outcome(account, waited=wait_seconds > 0))


@click.command("verify-key")
@click.argument("venue", required=False)
@stdin_option
@json_option
def verify_key(venue: str | None, stdin_json: bool, as_json: bool) -> None:
    """Ask a venue what a key may do; store nothing.

    Exit code 0: it can only read. 3: it has powers. 4: the venue cannot say.
    """
    from app.cli.output import print_json

    given = _from_stdin(venue, None) if stdin_json else _asked(venue, "")
    permissions = _permissions(given)
    if as_json:
        print_json(_as_json(given, permissions))
    else:
        _print_checklist(given, permissions)
    sys.exit(
        {
            KeyVerdict.READ_ONLY: Exit.OK,
            KeyVerdict.HAS_POWERS: Exit.HAS_POWERS,
            KeyVerdict.UNVERIFIABLE: Exit.UNVERIFIABLE,
        }[permissions.verdict]
    )


def _asked(venue_id: str | None, label: str | None) -> Given:
    """Ask a person for what is missing. ``label`` empty means that none is needed."""
    from app.venues.credentials import check_credentials

    venue = _venue(venue_id or _ask_venue())
    assert venue.linking is not None
    click.echo(venue.linking.how_to, err=True)
    if venue.linking.how_to_url:
        click.echo(venue.linking.how_to_url, err=True)
    values = {field.name: _ask_field(field) for field in venue.linking.fields}
    credentials = check_credentials(venue, values)
    if label is None:
        label = click.prompt("Your name for the account", default=venue.name, err=True)
    return Given(venue=venue, label=label, credentials=credentials)


def _from_stdin(venue_id: str | None, label: str | None) -> Given:
    """What a script gives; a message never repeats any of it."""
    from app.venues.credentials import check_credentials

    try:
        given = json.loads(sys.stdin.read())
    except ValueError:
        raise InvalidInput("What came on standard input is not JSON.") from None
    if not isinstance(given, Mapping) or not isinstance(given.get("credentials"), Mapping):
        raise InvalidInput('Standard input must be {"venue": …, "credentials": {…}}.')
    values = given["credentials"]
    if not all(isinstance(value, str) for value in values.values()):
        raise InvalidInput("Every credential must be a string.")
    venue = _venue(venue_id or str(given.get("venue") or ""))
    return Given(
        venue=venue,
        label=label or str(given.get("label") or venue.name),
        credentials=check_credentials(venue, values),
        acknowledge_unverifiable=given.get("acknowledge_unverifiable") is True,
    )


def _venue(venue_id: str) -> VenueFacts:
    from app.venues.catalogue import catalogue

    venue = catalogue().venue(venue_id)
    if venue.linking is None:
        raise InvalidInput(f"Accounts at {venue.name} cannot be linked.")
    return venue


def _ask_venue() -> str:
    from app.venues.catalogue import catalogue

    names = [venue.id for venue in catalogue().venues() if venue.linking is not None]
    answer: str = click.prompt("Venue", type=click.Choice([*names, OTHER]), err=True)
    if answer != OTHER:
        return answer
    others = {venue.id.partition("-")[2]: venue for venue in catalogue().generic_venues()}
    click.echo("Of these exchanges Seawall reads positions only:", err=True)
    click.echo(", ".join(f"{name} ({venue.name})" for name, venue in others.items()), err=True)
    name = click.prompt("Exchange", type=click.Choice(list(others)), show_choices=False, err=True)
    return others[name].id


def _ask_field(field: CredentialField) -> str:
    answer: str = click.prompt(field.label, hide_input=field.hidden, err=True)
    return answer


def _wait(place: Place, account: Account, seconds: float, *, quiet: bool) -> Account:
    """Until the account is checked, or for ``seconds``; says what goes on meanwhile."""
    from app import clock
    from app.store import accounts, heartbeat, sources

    told = set[str]()

    def tell(line: str) -> None:
        if line not in told and not quiet:
            told.add(line)
            click.echo(line, err=True)

    started = time.monotonic()
    while account.status is AccountStatus.PENDING and time.monotonic() - started < seconds:
        tell(f"Asking {account.venue} what the key may do…")
        time.sleep(LOOK_SECONDS)
        with place.database.read() as connection:
            account = accounts.get(connection, user_id=place.user_id, account_id=account.id)
            name = sources.account_source(account.id)
            source = sources.get_many(connection, names=[name]).get(name)
            seen = heartbeat.last(connection)
        if source is not None and source.last_error_message:
            tell(f"Not yet: {source.last_error_message}")
        elif seen is None or clock.now() - seen > heartbeat.LATE:
            tell("No worker is running: start one with `seawall up`.")
    return account


def _acknowledged(account: Account, given: Given, as_json: bool) -> bool:
    """Whether the person takes it upon themselves that the key can only read."""
    if given.acknowledge_unverifiable:
        return True
    if as_json or not sys.stdin.isatty():
        return False
    click.echo(account.message, err=True)
    return click.confirm("Have you checked there that this key can only read?", err=True)


def _outcome(account: Account, *, waited: bool) -> Exit:
    if account.status is AccountStatus.PENDING:
        return Exit.NOT_CHECKED if waited else Exit.OK
    if account.status is AccountStatus.UNVERIFIABLE and not account.acknowledged_unverifiable:
        return Exit.UNVERIFIABLE
    if account.status is AccountStatus.REFUSED:
        has_powers = account.permissions is not None and account.permissions.powers
        return Exit.HAS_POWERS if has_powers else Exit.FAILED
    return Exit.OK


def _permissions(given: Given) -> KeyPermissions:
    """Ask the venue in this process; caches, if any, go with the temporary folder."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from app.settings import load_settings
    from app.venues.clients import Clients

    upstream = load_settings().upstream
    with TemporaryDirectory() as folder:
        clients = Clients(Path(folder), upstream)
        try:
            reader = clients.account("to be verified", given.venue.id, given.credentials)
            reader.check_clock()
            return reader.check_permissions()
        finally:
            clients.close()


def _print_checklist(given: Given, permissions: KeyPermissions) -> None:
    from app.cli.output import console, plain

    out = console()
    verifiable = permissions.verdict is not KeyVerdict.UNVERIFIABLE
    out.print(plain(f"{given.venue.name}, key ending in {_hint(given)}"))
    out.print("  ✓ accepted", style="green")
    for kind in (PowerKind.TRADE, PowerKind.WITHDRAW, PowerKind.TRANSFER, PowerKind.UNKNOWN):
        what = "do something else" if kind is PowerKind.UNKNOWN else str(kind)
        flags = [power.flag for power in permissions.powers if power.kind is kind]
        if flags:
            out.print(plain(f"  ✗ can {what}: {', '.join(flags)}"), style="red")
        elif verifiable and kind is not PowerKind.UNKNOWN:
            out.print(f"  ✓ cannot {what}", style="green")
        elif not verifiable and kind is not PowerKind.UNKNOWN:
            out.print(f"  ? may or may not {what}", style="yellow")
    if permissions.ip_bound is not None:
        bound = "only from addresses you named" if permissions.ip_bound else "from any address"
        out.print(f"  · works {bound}")
    if permissions.expires_at is not None:
        out.print(f"  · expires {permissions.expires_at:%Y-%m-%d}")
    if permissions.note:
        out.print(plain(f"  · {permissions.note}"))
    out.print(
        {
            KeyVerdict.READ_ONLY: "It can only read. Nothing of it was stored.",
            KeyVerdict.HAS_POWERS: "It can do more than read: Seawall would refuse it.",
            KeyVerdict.UNVERIFIABLE: f"What it may do cannot be asked of {given.venue.name}.",
        }[permissions.verdict]
    )


def _as_json(given: Given, said: KeyPermissions) -> dict[str, object]:
    from app.api.shapes.account import PermissionsSchema, permissions

    dumped = PermissionsSchema().dump(permissions(said))
    return {"venue": given.venue.id, "credential_hint": _hint(given), **dumped}


def _hint(given: Given) -> str:
    from app.cli.accounts import public_part

    return public_part(given.venue, given.credentials)[-4:]
