"""Who may see a page; a stranger is shown how to sign in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from flask import g, make_response, render_template, request

from app import clock
from app.api.auth import SESSION_COOKIE, Scope, identify
from app.api.errors import ApiError
from app.api.services import services
from app.store import tokens

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.store.tokens import Principal

View = TypeVar("View", bound=Callable[..., Any])


def signed_in(scope: Scope) -> Callable[[View], View]:
    """Hand the view its ``principal``, or show the sign-in page to who is a stranger."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                with services().database.read() as connection:
                    principal = identify(connection, request, scope)
            except ApiError as refused:
                if refused.status is HTTPStatus.UNAUTHORIZED:
                    return make_response(render_template("sign_in.html"), refused.status)
                raise
            g.signed_in = True
            return view(*args, principal=principal, **kwargs)

        return guarded  # type: ignore[return-value]

    return decorate


def session_of_this_browser(connection: Connection) -> Principal | None:
    """Whose session the cookie is, where there is one that is still good."""
    token = request.cookies.get(SESSION_COOKIE)
    found = tokens.authenticate(connection, token=token, now=clock.now()) if token else None
    return found if found is not None and found.kind == "session" else None
