"""Tokens that programs sign in with. A token is readable once, in the answer that makes it."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask.views import MethodView
from marshmallow import fields, validate

from app import clock
from app.api.auth import Scope, require
from app.api.blueprint import Blueprint
from app.api.errors import refuse
from app.api.fields import AnswerSchema, RequestSchema, Text, Time
from app.api.paging import PageQuery, page_of, page_schema
from app.api.services import services
from app.api.shapes.common import attributes, choice
from app.store import tokens

if TYPE_CHECKING:
    from app.store.tokens import Principal, Token

LONGEST_LABEL = 80
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
PLAIN = ("id", "label", "kind", "created_at", "expires_at", "last_used_at")

blp = Blueprint("tokens", __name__, description="Tokens that programs sign in with")


class TokenSchema(AnswerSchema):
    """A token, without the token."""

    id = fields.String()
    label = fields.String()
    kind = fields.String(
        validate=validate.OneOf(["api", "session"]),
        metadata={"description": "`session`: a browser signed in to the status page"},
    )
    scopes = fields.List(choice(Scope))
    current = fields.Boolean(metadata={"description": "The one this request was made with"})
    created_at = Time("When it was made")
    expires_at = Time("When it ends by itself", allow_none=True)
    last_used_at = Time("When it was last used, to the minute", allow_none=True)


class IssuedTokenSchema(TokenSchema):
    """A new token, the only time it is readable."""

    token = fields.String(metadata={"description": "Keep it; it is not shown again"})


class NewTokenSchema(RequestSchema):
    """A token to be made."""

    label = Text(longest=LONGEST_LABEL, required=True, description="What it is for")
    scopes = fields.List(
        choice(Scope), required=True, validate=validate.Length(min=1, max=len(Scope))
    )
    expires_at = fields.AwareDateTime(
        format="iso",
        load_default=None,
        allow_none=True,
        validate=validate.Range(max=LATEST, error="Must be before the year 9000."),
        metadata={"description": "When it shall end by itself; `null` for never"},
    )


@blp.at("/tokens")
class Tokens(MethodView):
    @require(Scope.ADMIN)
    @blp.query(PageQuery)
    @blp.conditional(page_schema(TokenSchema))
    def get(self, query: dict[str, Any], *, principal: Principal) -> dict[str, Any]:
        """Your tokens and sessions that still let somebody in, newest first"""
        with services().database.read() as conn:
            alive = tokens.list_for(conn, user_id=principal.user_id, now=clock.now())
        page, cursor = page_of(alive, key=_place, **query)
        items = [_shown(one, principal) for one in page]
        return {"items": items, "next_cursor": cursor, "as_of": None}

    @require(Scope.ADMIN)
    @blp.body(NewTokenSchema)
    @blp.gives(201, IssuedTokenSchema)
    @blp.refuses(422)
    def post(self, new: dict[str, Any], *, principal: Principal) -> dict[str, Any]:
        """Make a token; this answer is the only one that holds it"""
        now = clock.now()
        if new["expires_at"] is not None and new["expires_at"] <= now:
            refuse(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "This token would have ended before it began.",
                errors={"json": {"expires_at": ["Must be in the future."]}},
            )
        with services().database.write() as conn:
            issued = tokens.issue(conn, user_id=principal.user_id, now=now, **new)
        return {**_shown(issued.row, principal), "token": issued.token}


@blp.at("/tokens/<ident:token_id>")
class OneToken(MethodView):
    @require(Scope.ADMIN)
    @blp.gives(204)
    @blp.refuses(404)
    def delete(self, token_id: str, *, principal: Principal) -> None:
        """End a token or a session at once"""
        with services().database.write() as conn:
            tokens.revoke(conn, user_id=principal.user_id, token_id=token_id, now=clock.now())


def _shown(token: Token, principal: Principal) -> dict[str, Any]:
    return {
        **attributes(token, PLAIN),
        "scopes": sorted(token.scopes),
        "current": token.id == principal.token_id,
    }


def _place(token: Token) -> str:
    """Sorts as the list does: newest first, then by id."""
    return f"{10**17 - int(token.created_at.timestamp() * 1_000_000):017d} {token.id}"
