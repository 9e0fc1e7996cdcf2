"""``seawall sign-in`` and ``pair``: one-time codes for the browser and the extension."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from app.cli.command import json_option

if TYPE_CHECKING:
    from app.cli.place import Place
    from app.store.codes import Purpose

SIGN_IN_MINUTES = 15
PAIRING_MINUTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLink:
    """The code stands behind ``#``, so that no server and no log ever sees it."""

    url: str
    minutes: int
    expires_at: datetime


@click.command("sign-in")
@json_option
def sign_in(as_json: bool) -> None:
    """Print a one-time link to the page."""
    from app.cli.output import print_json
    from app.cli.place import opened

    with opened() as place:
        link = sign_in_link(place)
    if as_json:
        print_json({"url": link.url, "expires_at": link.expires_at})
    else:
        click.echo(f"{link.url}\nIt works once, for {link.minutes} minutes.")


@click.command()
@json_option
def pair(as_json: bool) -> None:
    """Print a one-time code for the extension."""
    from app.cli.output import print_json
    from app.cli.place import opened

    with opened() as place:
        code, expires_at = _code(place, "pairing", PAIRING_MINUTES)
    if as_json:
        print_json({"code": code, "expires_at": expires_at, "base_url": place.settings.base_url})
    else:
        click.echo(
            f"{code}\n"
            f"In the extension's options give this code and the address {place.settings.base_url}. "
            f"It works once, for {PAIRING_MINUTES} minutes."
        )


def sign_in_link(place: Place) -> SignInLink:
    """A new one-time link."""
    code, expires_at = _code(place, "sign_in", SIGN_IN_MINUTES)
    return SignInLink(
        url=f"{place.settings.base_url}/sign-in#{code}",
        minutes=SIGN_IN_MINUTES,
        expires_at=expires_at,
    )


def _code(place: Place, purpose: Purpose, minutes: int) -> tuple[str, datetime]:
    from app import clock
    from app.store import codes

    now = clock.now()
    lifetime = timedelta(minutes=minutes)
    with place.database.write() as connection:
        code = codes.issue(
            connection,
            user_id=place.user_id,
            purpose=purpose,
            ttl_seconds=lifetime.total_seconds(),
            now=now,
        )
    return code, now + lifetime
