"""Signing in by a one-time code, and out again."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from app import clock
from app.api.auth import SESSION_COOKIE, Scope, require_own_origin
from app.api.services import services
from app.store import codes, tokens
from app.web.access import session_of_this_browser, signed_in

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from werkzeug.wrappers import Response

    from app.store.tokens import Principal

blp = Blueprint("sign_in", __name__)

LONGEST_CODE = 200
WRONG_CODE = (
    "This code is wrong, was used already, or is too old. Run seawall sign-in for a new one."
)
NO_CODE = "Paste the code first: it is the part of the link after #."


@blp.get("/sign-in")
def form() -> Response:
    """Where a one-time link leads; its code stands behind ``#`` and never reaches a log."""
    return _page()


@blp.post("/sign-in")
def redeem() -> Response:
    """Trade the code for a session of this browser; the one it had before ends.

    The whole link may be given for its code.
    """
    require_own_origin(request)
    code = request.form.get("code", "")[:LONGEST_CODE].rpartition("#")[2].strip()
    if not code:
        return _page(NO_CODE, HTTPStatus.UNPROCESSABLE_ENTITY)
    now, issued = clock.now(), None
    try:
        with services().database.write() as connection:
            user_id = codes.redeem(connection, code=code, purpose="sign_in", now=now)
            if user_id is not None:
                _end_session(connection)
                issued = tokens.issue(
                    connection,
                    user_id=user_id,
                    label=f"Browser: {_agent()}",
                    scopes=[Scope.READ, Scope.ADMIN],
                    now=now,
                    kind="session",
                )
    except codes.TooManyAttempts as wait:
        answer = _page(str(wait), HTTPStatus.TOO_MANY_REQUESTS)
        answer.headers["Retry-After"] = str(wait.retry_after)
        return answer
    if issued is None:
        return _page(WRONG_CODE, HTTPStatus.FORBIDDEN)
    answer = redirect(url_for("page.positions"), HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        SESSION_COOKIE,
        issued.token,
        max_age=tokens.SESSION_LIFETIME,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return answer


@blp.post("/sign-out")
@signed_in(Scope.READ)
def sign_out(*, principal: Principal) -> Response:
    """End this browser's session, here and in the database."""
    with services().database.write() as connection:
        _end_session(connection)
    answer = redirect(url_for("sign_in.form", done="signed-out"), HTTPStatus.SEE_OTHER)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


def _page(problem: str | None = None, status: HTTPStatus = HTTPStatus.OK) -> Response:
    with services().database.read() as connection:
        already = session_of_this_browser(connection) is not None
    signed_out = request.args.get("done") == "signed-out" and not already
    return make_response(
        render_template(
            "sign_in.html",
            problem=problem,
            notice="Signed out of this browser." if signed_out else None,
            already=already,
        ),
        status,
    )


def _end_session(connection: Connection) -> None:
    """Let the token in this browser's cookie in no more."""
    session = session_of_this_browser(connection)
    if session is not None:
        tokens.revoke(
            connection, user_id=session.user_id, token_id=session.token_id, now=clock.now()
        )


def _agent() -> str:
    """What the browser calls itself, in a few words, to tell sessions apart."""
    said = request.user_agent.string
    for name in ("Firefox", "Edg", "Chrome", "Safari"):
        if name in said:
            where = next(
                (o for o in ("Android", "iPhone", "Mac", "Windows", "Linux") if o in said), ""
            )
            return f"{'Edge' if name == 'Edg' else name} {where}".strip()
    return "another"
