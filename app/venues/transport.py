"""The read-only guard: the one way out to an exchange, and it lets only named reads pass.

It defends the first promise: whatever ccxt does, whichever of its methods is called, with a
credential or without, a request leaves this machine only if a facts file names it by method,
host, exact path and, where one path serves everything, by the body's own field. An exchange
that no facts file describes is asked by GET alone, at its own hosts, and never for a path that
smells of a change (``generic.changes``). The check runs on the final URL, inside the session's
only adapter, before a socket opens. Anything unusual (another scheme, port, spelling or
encoding) is refused rather than interpreted, so that no second reading of the same text can
differ from ours.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from time import monotonic
from typing import Any, Final
from urllib.parse import parse_qsl

import requests
import urllib3.exceptions
from requests.adapters import BaseAdapter, HTTPAdapter

from app.domain.errors import (
    RequestRefused,
    VenueError,
    VenueGarbled,
    VenueRateLimited,
    VenueRejected,
    VenueUnreachable,
)
from app.venues.errors import retry_after
from app.venues.facts import FactsError, Read, VenueFacts
from app.venues.generic.changes import smells_of_a_change

URL: Final = re.compile(
    r"https://(?P<host>[a-z0-9.-]+)(?P<path>/[A-Za-z0-9._~:/-]*)(?:\?(?P<query>[!-\"$-~]*))?"
)
"""The only form of URL that passes: no user, no port, no fragment, no ``%`` in the path. A colon
in the path only where the facts have that very path, in no part that varies."""

FORBIDDEN_HEADERS: Final = re.compile(
    r"content-encoding|expect|forwarded|host|http2-settings|te|transfer-encoding|upgrade|x-host"
    r"|(?:proxy|x-forwarded|x-http|x-method|x-original|x-rewrite)-.*"
)
"""Headers by which a server, or one before it, could be led to another host, path, method or
body than was checked; written small, with ``-`` for ``_`` as some servers read it."""

JSON_TYPES: Final = frozenset({"application/json", "application/json;charset=utf-8"})
CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0
WHOLE_SECONDS: Final = 30.0
"""How long a body may take in all: what comes a byte at a time never keeps a read waiting long."""
LARGEST_ANSWER: Final = 64 * 1024 * 1024
"""Unpacked; the largest market list is a tenth of it."""
PIECE: Final = 64 * 1024
LATE: Final = (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)
BANNED: Final = 418
"""Binance's answer to an address that went on after 429."""


Witness = Callable[[requests.PreparedRequest, requests.Response, bytes], None]


class ReadOnlyTransport(BaseAdapter):
    """Lets the reads of one venue pass to ``inner``; with ``upstream`` to a sandbox instead.

    ``meter`` is told the weight of each request that passes, ``witness`` the request, its
    answer and the whole body of it. ``retry_after`` holds what the
    last answer's headers said.
    """

    def __init__(
        self,
        facts: VenueFacts,
        *,
        clock: Callable[[], datetime],
        inner: BaseAdapter | None = None,
        upstream: str | None = None,
        meter: Callable[[float], None] | None = None,
        witness: Witness | None = None,
    ) -> None:
        super().__init__()
        self.retry_after: float | None = None
        self._facts = facts
        self._allowed = tuple((_path_pattern(read), read) for read in facts.reads)
        self._clock = clock
        self._inner = HTTPAdapter() if inner is None else inner
        self._upstream = upstream
        self._meter = meter
        self._witness = witness

    def __repr__(self) -> str:
        return f"<ReadOnlyTransport of {self._facts.id}>"

    def send(  # noqa: PLR0917
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Raises ``RequestRefused`` for what is no named read, else what the venue did wrong.

        The caller's certificate, proxy and verification wishes are not followed.
        """
        read, asked = self.check(request), request
        if self._meter is not None:
            self._meter(read.weight)
        if self._upstream is not None:
            request = request.copy()
            request.url = f"{self._upstream}/{str(request.url).removeprefix('https://')}"
        self.retry_after = None
        failure: VenueError
        try:
            response = self._inner.send(
                request, stream=False, timeout=(CONNECT_SECONDS, READ_SECONDS), verify=True
            )
            body = self._body(response)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            failure = self._unreachable(error)
        else:
            if self._witness is not None:
                self._witness(asked, response, body)
            return self._checked(response, body)
        raise failure

    def close(self) -> None:
        self._inner.close()

    def check(self, request: requests.PreparedRequest) -> Read:
        """The read this request is. Raises ``RequestRefused``; opens nothing."""
        match = URL.fullmatch(request.url or "")
        if match is None:
            raise self._refused(request, "its address is not a plain https one")
        path = match["path"]
        if "//" in path or "/./" in f"{path}/" or "/../" in f"{path}/":
            raise self._refused(request, "its path is not in its plain form")
        for header in request.headers:
            if FORBIDDEN_HEADERS.fullmatch(header.casefold().replace("_", "-")):
                raise self._refused(request, f"it has a header {header}")
        if not isinstance(request.body, bytes | str | None):
            raise self._refused(request, "its body cannot be looked into")
        if request.method == "GET" and request.body:
            raise self._refused(request, "a GET has no body")
        if request.headers.get("Content-Length", "0") != str(len(_bytes(request.body))):
            raise self._refused(request, "its length is not that of its body")
        for pattern, read in self._allowed:
            if (
                read.method == request.method
                and read.host == match["host"]
                and pattern.fullmatch(path)
                and _query_fits(read.query, match["query"] or "")
                and _body_fits(read.body, request)
            ):
                if read.any_path and smells_of_a_change(path, match["query"] or ""):
                    raise self._refused(request, "it might change something there")
                return read
        raise self._refused(request, "no facts file names it as a read")

    def _refused(self, request: requests.PreparedRequest, why: str) -> RequestRefused:
        place = (request.url or "").partition("?")[0].partition("#")[0].rpartition("@")[2][:120]
        return RequestRefused(
            f"Seawall only reads: {request.method} {place} was not sent to {self._facts.name}, "
            f"because {why}."
        )

    def _body(self, response: requests.Response) -> bytes:
        """The whole body, of bounded size, in bounded time; ``response`` then holds it.

        Raises what requests and urllib3 do, and ``VenueGarbled`` for one too large.
        """
        if response.raw is None:
            return response.content
        deadline, pieces, size = monotonic() + WHOLE_SECONDS, [], 0
        while piece := response.raw.read1(PIECE, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST_ANSWER:
                response.close()
                raise VenueGarbled(
                    f"{self._facts.name} gave an answer that is larger than any should be.",
                    venue=self._facts.id,
                )
            if monotonic() > deadline:
                response.close()
                raise requests.exceptions.ReadTimeout
        # What holds no connection gives the session no cookie to keep either.
        response.raw = BytesIO(b"".join(pieces))
        return response.content

    def _unreachable(
        self, error: requests.exceptions.RequestException | urllib3.exceptions.HTTPError
    ) -> VenueUnreachable:
        name, late = self._facts.name, isinstance(error, LATE)
        what = "did not answer in time" if late else "cannot be reached, or broke the connection"
        return VenueUnreachable(f"{name} {what}.", venue=self._facts.id)

    def _checked(self, response: requests.Response, body: bytes) -> requests.Response:
        """The answer, if ccxt may interpret it: never a redirect, never half a JSON."""
        name, venue, status = self._facts.name, self._facts.id, response.status_code
        self.retry_after = retry_after(response.headers, self._clock())
        if status in {HTTPStatus.TOO_MANY_REQUESTS, BANNED}:
            raise VenueRateLimited(
                f"{name} asks for fewer requests (HTTP {status}).",
                venue=venue,
                retry_after=self.retry_after,
            )
        ban = self._facts.limits.ban if self._facts.limits else None
        if ban is not None and status == ban.status and ban.text.encode() in body:
            raise VenueRateLimited(
                f"{name} has shut this address out for a while (HTTP {status}).",
                venue=venue,
                retry_after=float(ban.seconds),
            )
        refusal = self._facts.permission_check.refusal
        if refusal is not None and status == refusal.status and refusal.text.encode() in body:
            raise VenueRejected(f"{name} does not accept this credential.", venue=venue)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise VenueUnreachable(
                f"{name} has a fault of its own (HTTP {status}).",
                venue=venue,
                retry_after=self.retry_after,
            )
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise VenueGarbled(
                f"{name} points to another address (HTTP {status}), which is not followed.",
                venue=venue,
            )
        if status < HTTPStatus.MULTIPLE_CHOICES and not _is_json(body):
            raise VenueGarbled(f"{name} gave an answer that is no complete JSON.", venue=venue)
        return response


def guarded_session(transport: ReadOnlyTransport) -> requests.Session:
    """A session with no way out but ``transport``: no other adapter, no proxy, no ``.netrc``."""
    session = requests.Session()
    session.adapters.clear()
    session.mount("https://", transport)
    session.mount("http://", transport)
    session.trust_env = False
    return session


def _path_pattern(read: Read) -> re.Pattern[str]:
    """The path of ``read``; any, where a GET without conditions says so."""
    if read.any_path:
        if (read.method, read.path) != ("GET", "/") or read.query or read.body or read.call:
            raise FactsError(f"the read {read.id!r} cannot be of any path")
        return re.compile(r"/[^:]*")
    parts = re.split(r"(\{[a-z_]+\})", read.path)
    return re.compile(
        "".join(r"[A-Za-z0-9._~-]+" if part.startswith("{") else re.escape(part) for part in parts)
    )


def _query_fits(rules: Mapping[str, tuple[str, ...]], query: str) -> bool:
    if not rules:
        return True
    pairs = parse_qsl(query, keep_blank_values=True)
    return all(_one_of([v for k, v in pairs if k == name], rules[name]) for name in rules)


def _body_fits(rules: Mapping[str, tuple[str, ...]], request: requests.PreparedRequest) -> bool:
    if not rules:
        return True
    media_type = str(request.headers.get("Content-Type", "")).replace(" ", "").lower()
    pairs = _pairs(_bytes(request.body)) if media_type in JSON_TYPES else None
    if pairs is None:
        return False
    return all(
        _one_of([v for k, v in pairs if k.casefold() == name.casefold()], rules[name])
        and any(k == name for k, _ in pairs)
        for name in rules
    )


def _one_of(values: list[Any], allowed: tuple[str, ...]) -> bool:
    return len(values) == 1 and isinstance(values[0], str) and values[0] in allowed


def _bytes(body: object) -> bytes:
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else b""


def _pairs(body: bytes) -> list[tuple[str, Any]] | None:
    """The fields of a JSON object, those that occur twice twice; ``None`` for anything else.

    Only UTF-8: left alone, ``json`` would guess at other encodings, as a server may not.
    """
    try:
        text = body.decode("utf-8")
        pairs = json.loads(text, object_pairs_hook=list)
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return pairs if isinstance(whole, dict) else None


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    return True


class _WithoutQuery(logging.Filter):
    """Cuts the query, which holds a signature, off what urllib3 logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args
            )
        return True


for _name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_WithoutQuery())
