"""A question that was asked before, answered before Flask is asked.

The extension asks for the overlay of a page every few seconds, and nearly always the answer is
the one it has. Routing, parsing and wrapping would then be most of the work. So a repeated
question takes this lane: the token is looked up and the revisions are compared as ever, and
when the kept answer still stands it is sent, or a bare 304.

Only that one happy case is decided here. Anything else (another query, no token, a wrong one,
a session's cookie, an answer to be made anew) goes on to Flask as if there were no lane.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.api.auth import Scope, bearer, holds
from app.store import glance

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from app.api.answers import Body
    from app.api.services import Services


class OverlayLane:
    """WSGI middleware right in front of the Flask application."""

    def __init__(self, app: WSGIApplication, *, path: str, own: Services) -> None:
        self._app, self._path, self._own = app, path, own

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        now = clock.now()
        body = self._body(environ, now) if environ["PATH_INFO"] == self._path else None
        if body is None:
            return self._app(environ, start_response)
        if body.is_named_by(environ.get("HTTP_IF_NONE_MATCH")):
            start_response("304 NOT MODIFIED", [("ETag", body.etag)])
            return []
        content = body.at(now)
        headers = [("Content-Type", "application/json"), ("ETag", body.etag)]
        start_response("200 OK", [*headers, ("Content-Length", str(len(content)))])
        return [content]

    def _body(self, environ: WSGIEnvironment, now: datetime) -> Body | None:
        own = self._own
        page = own.overlays.page(environ["QUERY_STRING"])
        token = bearer(environ.get("HTTP_AUTHORIZATION", ""))
        if page is None or token is None or environ["REQUEST_METHOD"] != "GET":
            return None
        try:
            with own.database.read() as conn:
                seen = glance.look(conn, token=token, venue=page.venue, now=now)
        except SQLAlchemyError:
            return None  # Flask meets the same failure, and knows how to report it.
        if seen is None or seen.principal.kind != "api" or not holds(seen.principal, Scope.READ):
            return None
        user_id = seen.principal.user_id
        body = own.overlays.kept(user_id=user_id, page=page, seen=seen.revisions, now=now)
        if body is not None:
            own.demand.used(seen.principal)
            own.demand.looked(seen.principal)
        return body
