"""Pairing: the extension trades a short code, typed by the person, for a token that only reads."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import request
from flask.views import MethodView
from marshmallow import fields, validate

from app import clock
from app.api.auth import Scope, require
from app.api.blueprint import Blueprint
from app.api.errors import refuse
from app.api.fields import AnswerSchema, RequestSchema, Text, Time, printable
from app.api.services import services
from app.api.shapes.common import choice
from app.store import codes, tokens

if TYPE_CHECKING:
    from app.store.tokens import Principal

CODE_LIFE = timedelta(minutes=10)
LONGEST_CODE = 32

blp = Blueprint("pairing", __name__, description="Let the browser extension in")


class PairingCodeSchema(AnswerSchema):
    """A code to type into the extension."""

    code = fields.String(metadata={"example": "ABCD-EFGH"})
    expires_at = Time("From then on it is worth nothing")


class PairSchema(RequestSchema):
    """What the extension was given."""

    code = fields.String(
        required=True,
        validate=printable(LONGEST_CODE),
        metadata={
            "description": "In any case, with or without the dash",
            "minLength": 1,
            "maxLength": LONGEST_CODE,
        },
    )
    label = Text(longest=80, required=True, description="What to call it among the tokens")


class PairedSchema(AnswerSchema):
    """A token for the extension. It is readable here and nowhere else."""

    token = fields.String()
    scopes = fields.List(choice(Scope), validate=validate.Length(min=1))
    base_url = fields.String(metadata={"description": "Where to ask from now on"})


@blp.at("/pairing-codes")
class PairingCodes(MethodView):
    @require(Scope.ADMIN)
    @blp.gives(201, PairingCodeSchema)
    def post(self, *, principal: Principal) -> dict[str, Any]:
        """Make a code to type into the extension; it works once, for ten minutes"""
        now = clock.now()
        with services().database.write() as conn:
            code = codes.issue(
                conn,
                user_id=principal.user_id,
                purpose="pairing",
                ttl_seconds=CODE_LIFE.total_seconds(),
                now=now,
            )
        return {"code": code, "expires_at": now + CODE_LIFE}


@blp.at("/pairing")
class Pairing(MethodView):
    @blp.body(PairSchema)
    @blp.gives(201, PairedSchema)
    @blp.refuses(403, 422, 429)
    def post(self, given: dict[str, Any]) -> dict[str, Any]:
        """Trade a code for a token that only reads

        Needs no token. After a few wrong codes everybody waits a while.
        """
        now, issued = clock.now(), None
        try:
            with services().database.write() as conn:
                user_id = codes.redeem(conn, code=given["code"], purpose="pairing", now=now)
                if user_id is not None:
                    issued = tokens.issue(
                        conn,
                        user_id=user_id,
                        label=given["label"],
                        scopes=[Scope.READ],
                        now=now,
                    )
        except codes.TooManyAttempts as wait:
            refuse(
                HTTPStatus.TOO_MANY_REQUESTS,
                str(wait),
                errors={"retry_after": wait.retry_after},
                headers={"Retry-After": str(wait.retry_after)},
            )
        # Outside the block: an exception inside it would take back the record of a wrong try.
        if issued is None:
            refuse(
                HTTPStatus.FORBIDDEN,
                "This code is wrong, was used already, or is too old. Make a new one.",
                errors={"json": {"code": ["Is not known."]}},
            )
        return {
            "token": issued.token,
            "scopes": sorted(issued.row.scopes),
            "base_url": request.host_url.rstrip("/"),
        }
