"""Who asks, and may they?

- A bearer token (``Authorization: Bearer sw_…``) carries scopes. ``admin`` includes ``read``.
- The status page's session cookie carries every scope of its user. It is ``SameSite=Strict``,
  but that compares sites and a site has no port: another server on this machine is "same
  site". So an unsafe request that relies on the cookie must also say in ``Sec-Fetch-Site``
  that it comes from our own origin, or from nobody's page. No page can forge that header. A
  browser too old to send it must send an ``Origin`` that is ours.
- A token beats the cookie: where an ``Authorization`` header is, the cookie is not looked at,
  so a wrong token is refused and never silently replaced by somebody's session.

401 says "who are you?", 403 says "not you".
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from flask import Request, request

from app import clock
from app.api.blueprint import Blueprint, notes_of
from app.api.errors import refuse
from app.api.services import services
from app.store import tokens

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.store.tokens import Principal, TokenKind

SESSION_COOKIE = "seawall_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token made with `POST /api/v1/tokens`, by pairing, or on the status page",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION_COOKIE,
        "description": "The status page's own session",
    },
}

View = TypeVar("View", bound=Callable[..., Any])


class Scope(StrEnum):
    READ = "read"
    ADMIN = "admin"


def require(scope: Scope) -> Callable[[View], View]:
    """Only who holds ``scope`` gets through; the view is handed its ``principal``."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            with services().database.read() as connection:
                principal = identify(connection, request, scope)
            return view(*args, principal=principal, **kwargs)

        return guarded_by(scope)(guarded)  # type: ignore[return-value]

    return decorate


def identify(connection: Connection, asked: Request, scope: Scope) -> Principal:
    """Who asks, when they hold ``scope``; ends the request with 401 or 403 otherwise."""
    header = asked.headers.get("Authorization")
    kind: TokenKind = "session" if header is None else "api"
    token = asked.cookies.get(SESSION_COOKIE) if header is None else bearer(header)
    if header is None and token and asked.method not in SAFE_METHODS:
        require_own_origin(asked)
    found = tokens.authenticate(connection, token=token, now=clock.now()) if token else None
    if found is None or found.kind != kind:
        _unknown(presented=bool(token))
    services().demand.used(found)
    if not holds(found, scope):
        refuse(
            HTTPStatus.FORBIDDEN,
            f"This token may not do that: it needs the scope {scope}.",
            errors={"scope": str(scope)},
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
        )
    return found


def bearer(header: str) -> str | None:
    """The token of an ``Authorization`` header, ``None`` when it holds something else."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def holds(principal: Principal, scope: Scope) -> bool:
    """Whether a principal may do what needs ``scope``; a session may do anything."""
    held = principal.scopes
    return principal.kind == "session" or scope in held or Scope.ADMIN in held


def require_own_origin(asked: Request) -> None:
    """End an unsafe request with 403 unless our own page, or no page at all, sent it."""
    site, origin = asked.headers.get("Sec-Fetch-Site"), asked.headers.get("Origin", "null")
    if site is None:
        own = origin == f"{asked.scheme}://{asked.host}"
    else:
        # An extension's request comes from no site either, but its origin says what it is.
        own = site in OWN_SITE and (origin == "null" or origin.startswith(("http://", "https://")))
    if not own:
        refuse(HTTPStatus.FORBIDDEN, "Another site sent this request; it was not carried out.")


def guarded_by(scope: Scope) -> Callable[[View], View]:
    """Write in the API's description what ``require`` does; enforces nothing by itself."""

    def decorate(view: View) -> View:
        manual = notes_of(view).setdefault("manual_doc", {})
        manual["security"] = [{"bearer": [str(scope)]}, {"session": []}]
        return Blueprint.refuses(401, 403)(view)

    return decorate


def _unknown(*, presented: bool) -> NoReturn:
    refuse(
        HTTPStatus.UNAUTHORIZED,
        "This token is not known here: it is wrong, expired or revoked."
        if presented
        else "Say who you are: send a token (Authorization: Bearer sw_…), or sign in.",
        headers={
            "WWW-Authenticate": 'Bearer realm="seawall"'
            + (', error="invalid_token"' if presented else "")
        },
    )
