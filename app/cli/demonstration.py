"""``seawall demo``: everything as it is, on a made-up market that falls while a fund drains.

The sandbox's exchanges run in this process, web and worker beside it as always. Nothing
outside this machine is reached and nothing is kept: the data folder is gone when it ends.
"""

from __future__ import annotations

import os
import time
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from app.cli import serving
from app.domain.errors import InvalidInput

if TYPE_CHECKING:
    from app.cli.place import Place
    from app.sandbox import Sandbox
    from app.settings import Settings

LINKED = {
    "binance": "read_only",
    "bybit": "read_only",
    "okx": "read_only",
    "hyperliquid": "user",
    "gate": "read_only",
    "deribit": "read_only",
}
"""Venue → the sandbox's account that is linked there."""
WATCHED = ("paradex", "cryptocom")
"""Venues whose funds are shown without an account: what a key may do there, nobody can say."""
HOURS = 30 * 24
LEFT_TO_READ = timedelta(hours=3)
"""The last of the prices come from the exchanges, as they do anywhere."""


def run(*, port: int | None, scenario: str, calm_seconds: float) -> None:
    """Start the sandbox and Seawall against it; ``scenario`` begins after ``calm_seconds``.

    Raises ``InvalidInput`` for a scenario there is none of.
    """
    from app.cli.place import opened, prepare
    from app.sandbox import Sandbox
    from app.sandbox.scenarios import SCENARIOS

    if scenario not in SCENARIOS:
        raise InvalidInput(f"There is no scenario {scenario!r}: choose {', '.join(SCENARIOS)}.")
    with TemporaryDirectory(prefix="seawall-demo-") as folder, Sandbox() as sandbox:
        for name in ("SEAWALL_DATABASE_URL", "SEAWALL_QUEUE_URL"):
            os.environ.pop(name, None)
        os.environ |= {
            "SEAWALL_DATA_DIR": folder,
            "SEAWALL_UPSTREAM": sandbox.url,
            "SEAWALL_WATCH": ",".join(WATCHED),
        }
        settings = serving.at_port(port)
        click.echo("Setting up made-up exchanges and thirty days of their past…")
        prepare(settings)
        with opened() as place:
            _seed_funds(place, sandbox)
            _seed_prices(place, sandbox)
            _link_accounts(place)
        director = Director(sandbox, scenario=scenario, calm_seconds=calm_seconds)
        serving.run_until_stopped(settings, say=director.begin, tick=director.tick)


class Director:
    """Lets the market be calm for a while, once everything runs, and then starts the scenario."""

    def __init__(self, sandbox: Sandbox, *, scenario: str, calm_seconds: float) -> None:
        self._sandbox = sandbox
        self._scenario = scenario
        self._calm_seconds = calm_seconds
        self._starts_at: float | None = None

    def begin(self, _settings: Settings) -> None:
        """Everything runs: from now it is calm for a while."""
        self._starts_at = time.monotonic() + self._calm_seconds
        click.echo("\nThis is a demonstration: exchanges, accounts and prices are made up.")

    def tick(self) -> None:
        """Start the scenario when its time has come."""
        if self._starts_at is not None and time.monotonic() >= self._starts_at:
            self._starts_at = None
            self._sandbox.market.play(self._scenario)
            click.echo(f"The market begins to move: {self._scenario}.")


def _link_accounts(place: Place) -> None:
    from app.cli.accounts import create
    from app.sandbox.accounts import ACCOUNTS
    from app.venues.catalogue import catalogue

    for venue_id, name in LINKED.items():
        venue = catalogue().venue(venue_id)
        create(place, venue, label=venue.name, credentials=ACCOUNTS[venue_id][name].credentials)


def _seed_funds(place: Place, sandbox: Sandbox) -> None:
    """Each venue's pools as it shows them now, with the thirty days that led there."""
    from app import clock
    from app.domain.fund import FundSample
    from app.sandbox.history import fund_history
    from app.store import funds
    from app.venues.clients import Clients

    history: dict[str, list[FundSample]] = {}
    for point in fund_history(sandbox.market.opened_at):
        sample = FundSample(
            pool_id=f"{point.venue}:{point.pool}",
            asset=point.asset,
            at=point.at,
            amount=point.amount,
            usd=point.usd,
        )
        history.setdefault(sample.pool_id, []).append(sample)
    clients = Clients(place.settings.cache_dir, place.settings.upstream)
    try:
        readings = [
            reading
            for venue in (*LINKED, *WATCHED)
            for reading in clients.public(venue).read_funds()
        ]
    finally:
        clients.close()
    now = clock.now()
    with place.database.write() as connection:
        for reading in readings:
            funds.record_pool_reading(connection, reading=reading, now=now)
            read_at = min((balance.at for balance in reading.balances), default=now)
            earlier = [one for one in history.get(reading.id, []) if one.at < read_at]
            funds.import_samples(connection, pool_id=reading.id, samples=earlier, now=now)


def _seed_prices(place: Place, sandbox: Sandbox) -> None:
    """The hours of every contract held; a first reading of them all takes minutes elsewhere."""
    from app.domain.market_risk import Candle
    from app.sandbox.accounts import ACCOUNTS
    from app.sandbox.candles import hours
    from app.sandbox.holdings import BOOKS
    from app.sandbox.listings import contract
    from app.store import candles

    market = sandbox.market.state()
    until_ms = int((market.at - LEFT_TO_READ).timestamp() * 1000)
    with place.database.write() as connection:
        for venue, name in LINKED.items():
            book = BOOKS[venue, ACCOUNTS[venue][name].book]
            for symbol in sorted({holding.symbol for holding in book.holdings}):
                spec = contract(venue, symbol)
                assert spec is not None
                past = hours(market, spec, most=HOURS, until_ms=until_ms)
                candles.save(
                    connection,
                    venue=venue,
                    native_symbol=symbol,
                    candles_read=[
                        Candle(at=one.at, high=one.high, low=one.low, close=one.close)
                        for one in past
                    ],
                )
