"""One ccxt exchange behind the read-only guard."""

from __future__ import annotations

import logging
from threading import RLock
from typing import Any, Final

import ccxt

from app.domain.account import Credentials
from app.domain.errors import RequestRefused, VenueError
from app.venues.errors import THEIRS, venue_error
from app.venues.facts import ClientFacts, FactsError, VenueFacts, named_class
from app.venues.transport import ReadOnlyTransport, guarded_session

TIMEOUT_MS: Final = 10_000

SILENT: Final = logging.Logger("ccxt", level=logging.CRITICAL + 1)
"""ccxt logs whole requests, with keys and signatures; for us it logs them to nowhere."""


class Client:
    """A ccxt exchange whose only way out is ``transport``; its calls follow one another.

    They keep the distance the exchange wants between requests, if ``paced``.
    """

    def __init__(
        self,
        facts: VenueFacts,
        client: ClientFacts,
        transport: ReadOnlyTransport,
        credentials: Credentials | None = None,
        *,
        paced: bool = True,
    ) -> None:
        self._facts = facts
        self._transport = transport
        self._secrets = tuple(credentials.values.values()) if credentials else ()
        self._lock = RLock()
        self.exchange = _exchange(facts, client, transport, credentials)
        self.exchange.enableRateLimit = paced

    def __repr__(self) -> str:
        return f"<Client of {self._facts.id} ({self.exchange.id})>"

    def call(self, method: str, *args: object, markets_of: Client | None = None) -> Any:
        """What ccxt's ``method`` answers, using the markets of another client.

        Raises ``VenueError`` or ``RequestRefused``. None of them keeps an error of ccxt's
        behind it, because those hold signed addresses.
        """
        with self._lock:
            # ccxt spaces requests by the wall clock: set back, it would sleep for that long.
            last, now = self.exchange.lastRestRequestTimestamp, self.exchange.milliseconds()
            self.exchange.lastRestRequestTimestamp = min(last, now)
            try:
                if markets_of is not None and self.exchange.markets is not markets_of.markets:
                    self.exchange.set_markets_from_exchange(markets_of.exchange)
                return getattr(self.exchange, method)(*args)
            except (VenueError, RequestRefused):
                raise
            except Exception as error:
                failure = venue_error(
                    error,
                    venue=self._facts.id,
                    name=self._facts.name,
                    retry_after=self._transport.retry_after,
                    secrets=self._secrets,
                )
        raise failure

    @property
    def markets(self) -> Any:
        """ccxt's market table, or ``None`` before there is one."""
        return self.exchange.markets

    def close(self) -> None:
        """Ends the connections that are kept open."""
        self._transport.close()


def exchange_class(facts: VenueFacts, client: ClientFacts) -> type[Any]:
    """ccxt's class, or the subclass of it that the facts name as its ``maker``."""
    base: type[Any] = getattr(ccxt, client.ccxt)
    if client.maker is None:
        return base
    found = named_class(client.maker)
    if found is None or not issubclass(found, base):
        raise FactsError(f"{facts.id}.toml: clients.{client.ccxt}.maker: is no class of ccxt's")
    return found


def _exchange(
    facts: VenueFacts,
    client: ClientFacts,
    transport: ReadOnlyTransport,
    credentials: Credentials | None,
) -> Any:
    """The configured ccxt exchange; credentials go only where the facts' fields say."""
    session = guarded_session(transport)
    options = dict(client.options)
    config: dict[str, object] = {
        "session": session,
        "timeout": TIMEOUT_MS,
        "enableRateLimit": True,
        "verbose": False,
        "options": options,
        "urls": dict(client.urls),
    }
    if credentials is not None and facts.linking is not None:
        for field in facts.linking.fields:
            group, _, name = field.ccxt.rpartition(".")
            (options if group == "options" else config)[name] = credentials[field.name]
    exchange = exchange_class(facts, client)(config)
    if exchange.session is not session:
        raise RequestRefused(f"ccxt's {client.ccxt} does not keep to the guard; it is not used.")
    exchange.logger = SILENT
    exchange.has["fetchCurrencies"] = False
    exact = {code: THEIRS[ours] for ours, codes in client.codes.items() for code in codes}
    exchange.exceptions = {
        **exchange.exceptions,
        "exact": {**exchange.exceptions.get("exact", {}), **exact},
    }
    return exchange
