"""Where the status page is added to the application, and what it answers when something fails."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, g, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Response

from app.api import errors
from app.web import (
    account_views,
    figures,
    filters,
    fund_views,
    joint_chart,
    outlook,
    scenario_views,
    settings_views,
    sign_in,
    views,
)

STATIC = Path(__file__).parent / "static"
PAGES = (
    views.blp,
    fund_views.blp,
    scenario_views.blp,
    account_views.blp,
    settings_views.blp,
    sign_in.blp,
)
NOWHERE = "There is nothing at this address."
SURPRISE = "Something went wrong here; the log says what. Nothing was changed."
TITLES = {
    HTTPStatus.FORBIDDEN: "Not carried out",
    HTTPStatus.NOT_FOUND: "Nothing here",
    HTTPStatus.METHOD_NOT_ALLOWED: "Nothing to see here",
    HTTPStatus.CONFLICT: "Not possible",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too much at once",
    HTTPStatus.UNPROCESSABLE_ENTITY: "This cannot be used",
}
MESSAGES = {
    HTTPStatus.METHOD_NOT_ALLOWED: "This address only takes what a form of the page sends.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "What was sent is larger than this server accepts.",
}


def init_pages(app: Flask) -> None:
    """Add the status page, its signing in and its static files to ``app``."""
    for worded in (filters, figures, outlook, joint_chart):
        app.jinja_env.filters.update(worded.FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_everywhere)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    app.register_error_handler(NotFound, _on_no_route)
    app.register_error_handler(MethodNotAllowed, _on_no_route)


def _everywhere() -> dict[str, Any]:
    return {"signed_in": bool(g.get("signed_in")), "asset": _asset}


def _asset(name: str) -> str:
    """The address of a static file; it changes with the file, so a kept copy is never an old one."""
    return url_for("static", filename=name, v=_version(name))


@cache
def _version(name: str) -> str:
    return blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()


def _on_error(error: Exception) -> Response:
    """What a page answers to whatever was raised while it was made: a page."""
    if isinstance(error, errors.ApiError):
        return _page(error.status, str(error))
    for kind, status in errors.DOMAIN_STATUS.items():
        if isinstance(error, kind):
            return _page(status, str(error))
    if isinstance(error, HTTPException) and error.code is not None and error.code < 500:
        return _page(HTTPStatus(error.code))
    structlog.get_logger(__name__).error(
        "page failed", method=request.method, path=request.path, exc_info=error
    )
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR, SURPRISE)


def _on_no_route(error: HTTPException) -> Response:
    """A page for a person, the usual error for a program."""
    status = HTTPStatus(error.code or HTTPStatus.NOT_FOUND)
    if request.path.startswith("/api/") or not request.accept_mimetypes.accept_html:
        answer: Response = errors.error_answer(status, errors.MESSAGES.get(status, NOWHERE))
    else:
        answer = _page(status, MESSAGES.get(status, NOWHERE))
    answer.headers.update({name: value for name, value in error.get_headers() if name == "Allow"})
    return answer


def _page(status: HTTPStatus, message: str | None = None) -> Response:
    title = TITLES.get(status, "That did not work")
    message = message or MESSAGES.get(status, status.description)
    return make_response(render_template("error.html", title=title, message=message), status)


for _pages in PAGES:
    _pages.register_error_handler(Exception, _on_error)
