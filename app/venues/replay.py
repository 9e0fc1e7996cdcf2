"""Replays a bundle: the same clients, guard and parsers, over answers from a file.

Nothing leaves the machine: the guard's adapter answers from the bundle, and what the bundle
has no answer for is an endpoint that cannot be reached.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import requests
from requests.adapters import BaseAdapter
from requests.models import Response
from requests.structures import CaseInsensitiveDict

from app import clock
from app.domain.account import Credentials
from app.domain.errors import SeawallError, VenueGarbled
from app.domain.fund import FundHistoryPage, PoolReading
from app.venues.base import VenueReader
from app.venues.bundle import Bundle, Entry, parameters, place_of
from app.venues.catalogue import Catalogue, catalogue
from app.venues.clients import Clients
from app.venues.facts import VenueFacts

MADE_UP: Final[Mapping[str, str]] = {
    "api_key": "replayed0key0000000000000000",
    "secret": "5eawa11rep1ayedSecret111111111111111111111AA",
    "passphrase": "replayed",
    "address": "0x00000000000000000000000000000000000a11ce",
    "account_id": "1000001",
    "token": "replayed.token.0000000000000000",
}
"""What stands in for a credential; the secret is base64 and base58 of 32 bytes alike, so that
every venue's signature can be computed with it."""


class Ask(StrEnum):
    """What a replay goes through, in this order."""

    PERMISSIONS = "permissions"
    POSITIONS = "positions"
    FUNDS = "funds"
    MARKETS = "markets"
    SIGNALS = "signals"
    HISTORY = "history"
    CANDLES = "candles"


USUAL: Final = frozenset(Ask) - {Ask.HISTORY, Ask.CANDLES}
"""What a refresh asks; the past is asked for once, and may be long."""
CANDLES_SINCE: Final = timedelta(hours=3)
MOST_PAGES: Final = 1_000


class BundleAdapter(BaseAdapter):
    """Answers from the entries of a bundle; ``unanswered`` lists what it had no answer for.

    A request fits an entry of its method, host and path if it has all the parameters of the
    entry; the entry with the most of them is taken. Of equal entries each answers once, in
    order, and the last one from then on.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__()
        self.unanswered: list[str] = []
        self._entries: dict[str, list[tuple[dict[str, object], list[Entry]]]] = {}
        for entry in entries:
            self._add(entry)

    def send(self, request: requests.PreparedRequest, *_args: Any, **_options: Any) -> Response:
        """Raises ``ConnectionError`` where the bundle has no answer."""
        place = place_of(str(request.method), str(request.url))
        given = parameters(str(request.url), request.body)
        fitting = [
            (asked, entries)
            for asked, entries in self._entries.get(place, ())
            if all(name in given and _same(value, given[name]) for name, value in asked.items())
        ]
        if not fitting:
            if place not in self.unanswered:
                self.unanswered.append(place)
            raise requests.exceptions.ConnectionError("The bundle has no answer to this.")
        entries = max(fitting, key=lambda one: len(one[0]))[1]
        return _response(entries.pop(0) if len(entries) > 1 else entries[0], request)

    def close(self) -> None:
        """There is no connection to close."""

    def _add(self, entry: Entry) -> None:
        asked = entry.asks()
        known = self._entries.setdefault(entry.place, [])
        for others, entries in known:
            if others == asked:
                entries.append(entry)
                return
        known.append((asked, [entry]))


def replay(
    bundle: Bundle,
    *,
    at: datetime | None = None,
    ask: Iterable[Ask] = USUAL,
    wanted: Iterable[str] | None = None,
    venues: Catalogue | None = None,
) -> dict[str, Any]:
    """What Seawall makes of a bundle, as JSON data: see docs/bundles.md.

    ``at`` is the time it is taken to be (by default that of the recording), ``wanted`` the
    contracts whose open interest is asked for (by default those held). Raises ``NotFound``
    for an unknown venue; what the venue's answers do wrong stands in the result.
    """
    now = at or bundle.recorded_at or clock.now()
    adapter = BundleAdapter(bundle.entries)
    known = venues or catalogue()
    facts = known.venue(bundle.venue)
    with tempfile.TemporaryDirectory() as folder:
        clients = Clients(
            Path(folder),
            clock=lambda: now,
            make_adapter=lambda: adapter,
            venues=known,
            paced=False,
        )
        result = run(clients, facts, made_up(facts), ask=ask, wanted=wanted)
        clients.close()
    return {**result, "unanswered": adapter.unanswered}


def run(
    clients: Clients,
    facts: VenueFacts,
    credentials: Credentials | None,
    *,
    ask: Iterable[Ask] = USUAL,
    wanted: Iterable[str] | None = None,
) -> dict[str, Any]:
    """One refresh of everything there is of a venue, as JSON data; failures stand in it."""
    asked = set(ask)
    result: dict[str, Any] = {"venue": facts.id}
    public = clients.public(facts.id)
    if facts.linking is not None and credentials is not None and asked & PRIVATE:
        reader = clients.account("replayed", facts.id, credentials)
        if Ask.PERMISSIONS in asked:
            result["permissions"] = _answer(reader.check_permissions)
        if Ask.POSITIONS in asked:
            result["scopes"] = _answer(lambda: reader.read_account().scopes)
    if Ask.FUNDS in asked:
        result["funds"] = _answer(
            lambda: [{"id": pool.id, **plain(pool)} for pool in public.read_funds()]
        )
    if Ask.MARKETS in asked:
        symbols = tuple(wanted) if wanted is not None else held(result)
        result["markets"] = _answer(lambda: public.read_markets(symbols))
    if Ask.SIGNALS in asked:
        result["signals"] = _answer(public.read_adl_signals)
    if Ask.HISTORY in asked:
        result["history"] = _answer(lambda: _history(public))
    if Ask.CANDLES in asked:
        since = public.clock().replace(minute=0, second=0, microsecond=0) - CANDLES_SINCE
        for symbol in wanted or ():
            read = partial(public.read_candles, symbol, since)
            result.setdefault("candles", {})[symbol] = _answer(read)
    return result


def _history(reader: VenueReader) -> dict[str, object]:
    """The fund's past, page by page to its end, with what each page says of a pool together."""
    pools: dict[str, PoolReading] = {}
    page, pages = reader.read_fund_history(None), 1
    _gather(pools, page)
    while page.cursor is not None:
        if pages == MOST_PAGES:
            raise VenueGarbled("The fund's past has no end.", venue=reader.facts.id)
        page, pages = reader.read_fund_history(page.cursor), pages + 1
        _gather(pools, page)
    return {"pages": pages, "pools": [{"id": one.id, **plain(one)} for one in pools.values()]}


def _gather(pools: dict[str, PoolReading], page: FundHistoryPage) -> None:
    for reading in page.readings:
        known = pools.get(reading.key)
        pools[reading.key] = reading if known is None else _together(known, reading)


def _together(known: PoolReading, more: PoolReading) -> PoolReading:
    return replace(
        known, balances=(*known.balances, *more.balances), events=(*known.events, *more.events)
    )


PRIVATE: Final = frozenset({Ask.PERMISSIONS, Ask.POSITIONS})
PUBLIC: Final = USUAL - PRIVATE


def made_up(facts: VenueFacts) -> Credentials | None:
    """Values of the right form for what a venue asks for, or ``None`` where nothing links."""
    if facts.linking is None:
        return None
    return Credentials({f.name: f.example or MADE_UP[f.name] for f in facts.linking.fields})


def plain(value: object) -> Any:
    """A noun of ours as JSON data: times in RFC 3339, a venue's raw payload left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.repr}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return _plain_scalar(value)


def _plain_scalar(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Exception):
        return {"code": getattr(value, "code", "error"), "message": str(value)}
    return value


def _answer(question: Callable[[], object]) -> Any:
    try:
        return plain(question())
    except SeawallError as error:
        return {"error": plain(error)}


def held(result: Mapping[str, Any]) -> tuple[str, ...]:
    """The contracts, by native symbol, of the positions in a result of ``run``."""
    scopes = result.get("scopes")
    if not isinstance(scopes, list):
        return ()
    return tuple(sorted({p["native_symbol"] for scope in scopes for p in scope["positions"]}))


def _same(one: object, other: object) -> bool:
    """Whether two parameters are equal; in a query every value is text."""
    if isinstance(one, dict | list) or isinstance(other, dict | list):
        return one == other
    return _word(one) == _word(other)


def _word(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) or value is None else str(value)


def _response(entry: Entry, request: requests.PreparedRequest) -> Response:
    response = Response()
    response.status_code = entry.status
    response.reason = HTTPStatus(entry.status).phrase if entry.status in set(HTTPStatus) else ""
    text = entry.body if isinstance(entry.body, str) else json.dumps(entry.body)
    response._content = text.encode()
    response.encoding = "utf-8"
    response.headers = CaseInsensitiveDict({"Content-Type": "application/json", **entry.headers})
    response.url = str(request.url)
    response.request = request
    return response
