"""What every command shares: plain errors, exit codes, ``--json``."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import IO, Any, TypeVar

import click

from app.domain.errors import SeawallError

Command = TypeVar("Command", bound=Callable[..., Any])


class Exit(IntEnum):
    """What a script can tell from the exit code alone (2 is click's: wrong usage)."""

    OK = 0
    FAILED = 1
    HAS_POWERS = 3
    UNVERIFIABLE = 4
    NOT_CHECKED = 5


EPILOG = (
    "Exit codes: 0 done; 1 could not be done; 2 wrong usage; 3 the key can do more than read; "
    "4 the venue cannot say what the key may do; 5 the account was not checked in time."
)


class PlainError(click.ClickException):
    """One sentence on standard error, and exit code 1."""

    exit_code = Exit.FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=file is None)


class PlainGroup(click.Group):
    """Turns what Seawall raises on purpose into a sentence; anything else is a bug, and shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they were added: what a newcomer needs first."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SeawallError as error:
            raise PlainError(str(error)) from error


def json_option(command: Command) -> Command:
    """``--json``: what a machine reads, instead of a table."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine.")(
        command
    )
