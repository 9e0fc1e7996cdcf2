"""``seawall record`` and ``replay``: what a venue answered, to keep, to send, to look into."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.command import PlainError

if TYPE_CHECKING:
    from app.cli.place import Place
    from app.domain.account import Credentials
    from app.store.accounts import Account


@click.command()
@click.argument("account")
@click.option(
    "--to",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write [default: <label>-<date>.json, in this folder].",
)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
def record(account: str, path: Path | None, force: bool) -> None:
    """Write down what a venue answers in one refresh of ACCOUNT (its label or id).

    The file is what a bug report needs: keys, signatures, account ids and addresses are
    replaced in it, amounts and positions are not. Look it through before you send it. Run it
    where the worker runs: the credential is opened for it.
    """
    from app import clock
    from app.cli.accounts import find
    from app.cli.place import opened
    from app.venues.bundle import as_text
    from app.venues.catalogue import catalogue
    from app.venues.record import record as recorded

    with opened() as place:
        found = find(place, account)
        path = path or Path(f"{_file_name(found.label)}-{clock.now():%Y-%m-%d}.json")
        if path.exists() and not force:
            raise PlainError(f"{path} is there already: name another file, or say --force.")
        bundle = recorded(
            catalogue().venue(found.venue),
            _opened(place, found),
            clock=clock.now,
            upstream=place.settings.upstream,
        )
    path.write_text(as_text(bundle), encoding="utf-8")
    click.echo(f"Wrote {path}: {len(bundle.entries)} answers, with keys and ids replaced.")
    click.echo("It holds your positions and balances. Look it through before you send it.")


@click.command()
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def replay(bundle: Path) -> None:
    """Print what Seawall makes of a BUNDLE: key powers, positions, funds, signals, as JSON.

    Nothing is asked and nothing is stored. What the bundle has no answer for counts as out of
    reach, and is listed as "unanswered".
    """
    from app.cli.output import print_json
    from app.venues.bundle import parse
    from app.venues.replay import replay as replayed

    print_json(replayed(parse(bundle.read_text(encoding="utf-8"))))


def _opened(place: Place, account: Account) -> Credentials:
    from app.store.vault import Opener

    if account.sealed is None or account.key_id is None:
        raise PlainError(f"There is no credential of {account.label} any more: link it again.")
    return Opener(place.settings.private_dir).open(
        account_id=account.id,
        user_id=account.user_id,
        venue=account.venue,
        key_id=account.key_id,
        sealed=account.sealed,
    )


def _file_name(label: str) -> str:
    """A label as part of a file's name."""
    return "".join(one if one.isalnum() or one in "-_" else "-" for one in label)
