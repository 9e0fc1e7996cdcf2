"""Linking accounts: credentials are sealed here and opened by the worker alone.

No handler waits for an exchange. Linking stores the sealed credential, puts the account's id
in the queue and answers at once; what the venue says of the key is read from the account.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask.views import MethodView
from marshmallow import fields, validate

from app import clock
from app.api.auth import Scope, require
from app.api.blueprint import Blueprint
from app.api.errors import refuse
from app.api.fields import RequestSchema
from app.api.linking import ask_for_check, link_account
from app.api.paging import PageQuery, page_of, page_schema
from app.api.services import services
from app.api.shapes.account import AccountSchema, accounts_shown, credentials_field, label_field
from app.api.shapes.common import oldest
from app.store import accounts

if TYPE_CHECKING:
    from app.store.tokens import Principal


blp = Blueprint("accounts", __name__, description="Link, check, rename and unlink accounts")


class LinkSchema(RequestSchema):
    """A new account."""

    venue = fields.String(
        required=True,
        validate=validate.Length(min=1, max=40),
        metadata={"description": "Its id in `/api/v1/venues`", "example": "hyperliquid"},
    )
    label = label_field()
    credentials = credentials_field()


class RelabelSchema(RequestSchema):
    """What can be changed of an account."""

    label = label_field()


class AcknowledgeSchema(RequestSchema):
    """That you know nobody can say what the key may do."""

    unverifiable = fields.Boolean(
        required=True,
        truthy={True},
        falsy={False},
        validate=validate.Equal(True, error="Must be true: that is what you acknowledge."),
    )


@blp.at("/accounts")
class Accounts(MethodView):
    @require(Scope.READ)
    @blp.query(PageQuery)
    @blp.conditional(page_schema(AccountSchema))
    def get(self, query: dict[str, Any], *, principal: Principal) -> dict[str, Any]:
        """Your accounts, oldest first"""
        with services().database.read() as conn:
            linked = accounts.list_for(conn, user_id=principal.user_id)
            page, cursor = page_of(
                linked, key=lambda one: f"{one.created_at.timestamp():.6f} {one.id}", **query
            )
            items = accounts_shown(conn, page, user_id=principal.user_id, now=clock.now())
        as_of = oldest(item["as_of"] for item in items)
        return {"items": items, "next_cursor": cursor, "as_of": as_of}

    @require(Scope.ADMIN)
    @blp.body(LinkSchema)
    @blp.gives(
        202,
        AccountSchema,
        description="Stored and sealed; the venue is asked what the key may do. Poll `Location`.",
        headers={"Location": {"schema": {"type": "string"}, "description": "The new account"}},
    )
    @blp.refuses(409, 422, 503)
    def post(self, new: dict[str, Any], *, principal: Principal) -> tuple[dict[str, Any], int, Any]:
        """Link an account by a read-only key, or by a public address

        The answer comes before the venue was asked: the account is `pending` until it is, then
        `active`, `refused` (with the powers found, and the key's secret erased) or
        `unverifiable`.
        """
        account_id = link_account(
            services().database, services().sealer, user_id=principal.user_id, **new
        )
        _ask_for_check(account_id)
        return _one(account_id, principal), HTTPStatus.ACCEPTED, _location(account_id)


@blp.at("/accounts/<ident:account_id>")
class OneAccount(MethodView):
    @require(Scope.READ)
    @blp.conditional(AccountSchema)
    @blp.refuses(404)
    def get(self, account_id: str, *, principal: Principal) -> dict[str, Any]:
        """One account"""
        return _one(account_id, principal)

    @require(Scope.ADMIN)
    @blp.body(RelabelSchema)
    @blp.gives(200, AccountSchema)
    @blp.refuses(404, 409, 422)
    def patch(
        self, change: dict[str, Any], account_id: str, *, principal: Principal
    ) -> dict[str, Any]:
        """Give an account another label"""
        with services().database.write() as conn:
            accounts.relabel(
                conn, user_id=principal.user_id, account_id=account_id, label=change["label"]
            )
        return _one(account_id, principal)

    @require(Scope.ADMIN)
    @blp.gives(204)
    @blp.refuses(404)
    def delete(self, account_id: str, *, principal: Principal) -> None:
        """Unlink an account: the credential, its positions and their history are erased"""
        with services().database.write() as conn:
            accounts.delete(conn, user_id=principal.user_id, account_id=account_id)
        # The worker finds it gone and forgets what it holds of it in memory.
        ask_for_check(services().queue, account_id)


@blp.at("/accounts/<ident:account_id>/check")
class AccountCheck(MethodView):
    @require(Scope.ADMIN)
    @blp.gives(
        202,
        AccountSchema,
        description="The venue will be asked again",
        headers={"Location": {"schema": {"type": "string"}, "description": "The account"}},
    )
    @blp.refuses(404, 409, 503)
    def post(self, account_id: str, *, principal: Principal) -> tuple[dict[str, Any], int, Any]:
        """Ask the venue again what the key may do, and read the account now"""
        with services().database.read() as conn:
            linked = accounts.get(conn, user_id=principal.user_id, account_id=account_id)
        if linked.sealed is None:
            refuse(
                HTTPStatus.CONFLICT,
                "This key was refused and its secret erased; link a read-only key instead.",
            )
        _ask_for_check(account_id)
        return _one(account_id, principal), HTTPStatus.ACCEPTED, _location(account_id)


@blp.at("/accounts/<ident:account_id>/acknowledge")
class AccountAcknowledgement(MethodView):
    @require(Scope.ADMIN)
    @blp.body(AcknowledgeSchema)
    @blp.gives(200, AccountSchema)
    @blp.refuses(404, 409, 422, 503)
    def post(
        self, _given: dict[str, Any], account_id: str, *, principal: Principal
    ) -> dict[str, Any]:
        """Accept that the venue cannot say what the key may do; the account is read from now on"""
        with services().database.write() as conn:
            accounts.acknowledge(conn, user_id=principal.user_id, account_id=account_id)
        _ask_for_check(account_id)
        return _one(account_id, principal)


def _ask_for_check(account_id: str) -> None:
    if not ask_for_check(services().queue, account_id):
        refuse(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The account is stored, but the queue cannot be reached, so the venue was not asked. "
            "Ask for a check once it is back.",
            headers=_location(account_id),
        )


def _location(account_id: str) -> dict[str, str]:
    return {"Location": f"/api/v1/accounts/{account_id}"}


def _one(account_id: str, principal: Principal) -> dict[str, Any]:
    with services().database.read() as conn:
        linked = accounts.get(conn, user_id=principal.user_id, account_id=account_id)
        return accounts_shown(conn, [linked], user_id=principal.user_id, now=clock.now())[0]
