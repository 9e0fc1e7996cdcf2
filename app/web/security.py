"""What stands before every handler, and what every answer tells the browser.

- ``Guard``: a page of any site can make its own name point to this machine (DNS
  rebinding), and the browser then takes our answers for that site's. Such a request names that
  site in ``Host``, so only names of our own are answered, before anything else is looked at.
- Headers: an answer of the API is data and must never act as a page (``default-src 'none'``);
  a page may load only what comes from here, and no page may frame it. No answer is kept in a
  cache, tells another site where it was read from, or can be embedded by another origin.
  No answer allows another origin to read it: there is no CORS header anywhere.

Who asks and where from is checked in ``app.api.auth``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from app.api.errors import error_answer

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NEITHER_FRAMED_NOR_BASED = "frame-ancestors 'none'; base-uri 'none'; form-action "
API_POLICY = f"default-src 'none'; {NEITHER_FRAMED_NOR_BASED}'none'"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    f"font-src 'self'; connect-src 'self'; {NEITHER_FRAMED_NOR_BASED}'self'"
)
API, STATIC = "/api/v1/", "/static/"
COMMON_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
NOT_KEPT = ("Cache-Control", "no-store")
API_HEADERS = (*COMMON_HEADERS, NOT_KEPT, ("Content-Security-Policy", API_POLICY))
PAGE_HEADERS = (
    *COMMON_HEADERS,
    NOT_KEPT,
    ("Content-Security-Policy", PAGE_POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
STATIC_HEADERS = (*COMMON_HEADERS, ("Content-Security-Policy", API_POLICY))
"""Files may be kept: Flask asks the browser to look whether they changed."""


class Guard:
    """WSGI middleware: looks at ``Host`` before anything else is, and adds the headers.

    It works below Flask so that no answer gets past it, not even one to a refused request.
    """

    def __init__(self, app: WSGIApplication, allowed_hosts: Iterable[str]) -> None:
        self._app = app
        self._allowed = frozenset(host.lower() for host in allowed_hosts)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def started(
            status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None
        ) -> Any:
            headers += _headers_for(environ["PATH_INFO"], headers)
            return start_response(status, headers, exc_info)

        if environ.get("HTTP_HOST", "").lower() in self._allowed:
            return self._app(environ, started)
        return _stranger(environ, started)


def _stranger(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    answer = error_answer(
        HTTPStatus.FORBIDDEN,
        "This server does not go by that name. Use the address it prints when it starts, "
        "or add the name to SEAWALL_ALLOWED_HOSTS.",
    )
    return answer(environ, start_response)


def _headers_for(path: str, headers: Iterable[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """What an answer with ``headers`` still lacks."""
    if path.startswith(STATIC):
        return STATIC_HEADERS
    if path.startswith(API):
        return API_HEADERS
    kind = next((value for name, value in headers if name == "Content-Type"), "")
    return PAGE_HEADERS if kind.startswith("text/html") else API_HEADERS
