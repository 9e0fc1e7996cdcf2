"""``seawall keys rotate``, ``migrate`` and ``export-openapi``: what is done now and then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.command import PlainError, json_option

if TYPE_CHECKING:
    from app.cli.place import Place
    from app.store.rotation import Resealed


@click.group()
def keys() -> None:
    """The keys that seal exchange credentials."""


@keys.command()
@json_option
def rotate(as_json: bool) -> None:
    """Make a new key, seal every credential with it, and delete keys nothing needs any more.

    Run it where the worker runs: it needs the private keys. Web and worker go on meanwhile.
    """
    from app.cli.output import print_json
    from app.cli.place import opened

    with opened() as place:
        key_id, resealed, deleted = _rotate(place)
    if as_json:
        print_json(
            {
                "key_id": key_id,
                "resealed": resealed.done,
                "failed_accounts": resealed.failed,
                "deleted_keys": deleted,
            }
        )
    else:
        click.echo(f"New key {key_id}. Credentials sealed anew: {resealed.done}.")
        click.echo(f"Old keys deleted: {len(deleted)}.")
    if resealed.failed:
        raise PlainError(
            f"{len(resealed.failed)} credential(s) could not be opened and stay as they are "
            f"(accounts {', '.join(resealed.failed)}): link those accounts again."
        )


@click.command()
def migrate() -> None:
    """Bring the database to this version.

    Makes it, and the vault's keys, where there are none.
    """
    from app.cli.place import prepare
    from app.settings import load_settings

    prepare(load_settings())
    click.echo("The database is up to date.")


@click.command("export-openapi")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export_openapi(path: Path | None) -> None:
    """Write the API's OpenAPI description.

    To PATH, or to standard output.
    """
    from app.api.openapi import as_text, spec

    text = as_text(spec())
    if path is None:
        click.echo(text, nl=False)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"Wrote {path}.")


def _rotate(place: Place) -> tuple[str, Resealed, tuple[str, ...]]:
    from app import clock
    from app.store import accounts, vault
    from app.store.rotation import reseal_all

    private = place.settings.private_dir
    public = place.public_keys
    key_id = vault.rotate(private, public, clock.now())
    with place.database.write() as connection:
        resealed = reseal_all(connection, vault.Opener(private), place.sealer())
    with place.database.read() as connection:
        in_use = accounts.key_ids(connection)
    return key_id, resealed, vault.retire(private, public, in_use=in_use, now=clock.now())
