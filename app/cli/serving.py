"""``seawall up``, ``demo``, ``web`` and ``worker``: the processes."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from app.cli.command import PlainError
from app.domain.errors import Conflict

if TYPE_CHECKING:
    from app.settings import Settings

PROCESSES = ("web", "worker")
port_option = click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of the page and the API [default: 8765]."
)


@click.command()
@port_option
def up(port: int | None) -> None:
    """Start everything; Ctrl-C stops it.

    For one person on this machine: sets up what is missing, runs web and worker, and prints a
    one-time sign-in link.
    """
    run_until_stopped(at_port(port), say=lambda _settings: None)


@click.command()
@port_option
@click.option(
    "--scenario",
    default="crash",
    show_default=True,
    help="What the made-up market does: calm, crash or fund_drain.",
)
@click.option(
    "--calm",
    "calm_seconds",
    type=click.FloatRange(0),
    default=20.0,
    show_default=True,
    help="Seconds before it does so.",
)
def demo(port: int | None, scenario: str, calm_seconds: float) -> None:
    """Show it all on made-up exchanges.

    Six linked accounts and a market that falls while a fund drains. No key and no network is
    needed, and nothing is kept.
    """
    from app.cli import demonstration

    demonstration.run(port=port, scenario=scenario, calm_seconds=calm_seconds)


@click.command()
def web() -> None:
    """Run the web process alone (page, API)."""
    from app.cli.web_server import serve
    from app.settings import load_settings

    serve(load_settings())


@click.command()
def worker() -> None:
    """Run a worker process alone (reads exchanges).

    It makes the database and the vault's keys where there are none.
    """
    from app.cli.place import prepare
    from app.monitor.worker import run
    from app.settings import load_settings

    settings = load_settings()
    prepare(settings)
    run(settings)


def at_port(port: int | None) -> Settings:
    """The settings, with ``port`` instead of theirs for this process and those it starts."""
    from app.settings import load_settings

    if port is not None:
        os.environ["SEAWALL_PORT"] = str(port)
    return load_settings()


def run_until_stopped(
    settings: Settings, *, say: Callable[[Settings], None], tick: Callable[[], None] | None = None
) -> None:
    """Set up what is missing, run web and worker, and print a sign-in link once they answer.

    ``say`` is called before the link is printed, ``tick`` often while running.
    """
    from app.cli import supervisor
    from app.cli.place import prepare

    _check_port(settings)
    prepare(settings)
    ready = False

    def each_time() -> None:
        nonlocal ready
        if not ready and _answers(settings):
            ready = True
            say(settings)
            _print_link(settings)
        if tick is not None:
            tick()

    ended = supervisor.run(
        {name: [sys.executable, "-m", "app.cli", name] for name in PROCESSES},
        environment=os.environ,
        tick=each_time,
    )
    if ended.name is not None:
        raise PlainError(
            f"The {ended.name} process ended by itself (exit code {ended.code}), so the rest was "
            "stopped too. What it said stands above."
        )
    click.echo("Stopped.")


def _print_link(settings: Settings) -> None:
    from app.cli.access import sign_in_link
    from app.cli.place import opened

    with opened() as place:
        link = sign_in_link(place)
    click.echo(
        f"\nSeawall is running on {settings.base_url}\n\n"
        f"  Sign in: {link.url}\n"
        f"  It works once, for {link.minutes} minutes; `seawall sign-in` makes another.\n\n"
        "Ctrl-C stops Seawall.\n"
    )


def _check_port(settings: Settings) -> None:
    """Say it in a sentence when somebody else listens there already."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Conflict(
                f"Port {settings.port} of {settings.host} cannot be used ({error.strerror}): is "
                "Seawall running there already? `--port` takes another."
            ) from error


def _answers(settings: Settings) -> bool:
    """Whether the web process answers."""
    from http.client import HTTPConnection, HTTPException
    from urllib.parse import urlsplit

    parts = urlsplit(settings.base_url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
