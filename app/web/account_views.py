"""The accounts page: linking, checking, renaming and unlinking; pairing the extension; tokens.

Each account has a page of its own too: what a move of all prices does to it.

What somebody typed is never sent back to them: a form that was refused comes back empty.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from app import clock
from app.api.auth import Scope
from app.api.fields import rfc3339
from app.api.linking import ask_for_check, link_account
from app.api.pairing import CODE_LIFE
from app.api.services import services
from app.domain.errors import Conflict, InvalidInput
from app.store import accounts, codes, tokens
from app.venues.catalogue import catalogue
from app.venues.facts import VenueFacts, VenueStatus
from app.web import content
from app.web.access import signed_in
from app.web.joint_chart import joint_chart, joint_views
from app.web.views import unless_unchanged

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from app.store.tokens import Principal

blp = Blueprint("accounts_page", __name__, url_prefix="/accounts")

NOTICES = {
    "linked": "Stored and sealed. The venue is being asked what the key may do; what it says "
    "shows below.",
    "checking": "The venue is being asked again.",
    "renamed": "Renamed.",
    "unlinked": "Unlinked and erased here. Delete the key at the venue as well.",
    "revoked": "Revoked; it lets nobody in any more.",
    "acknowledged": "Noted. The account is read from now on.",
}
NOT_ASKED = "It is stored, but the worker could not be told. Is it running? Then check again."
ERASED = "This key was refused and its secret erased; link a read-only key instead."
LINK = "link"
"""Where on the page a problem with the form for linking is shown."""


@blp.get("")
@signed_in(Scope.ADMIN)
def listed(*, principal: Principal) -> Response:
    """Accounts and their state, and the form for one more."""
    notice = NOTICES.get(request.args.get("done", ""))
    return unless_unchanged(_page(principal, notice=notice))


@blp.post("")
@signed_in(Scope.ADMIN)
def link(*, principal: Principal) -> Response:
    """Link an account; nothing waits for the exchange."""
    given = {name: value for name, value in request.form.items() if name not in {"venue", "label"}}
    try:
        account_id = link_account(
            services().database,
            services().sealer,
            user_id=principal.user_id,
            venue=request.form.get("venue", ""),
            label=request.form.get("label", ""),
            credentials=given,
        )
    except (InvalidInput, Conflict) as error:
        return _problem(principal, str(error), place=LINK)
    return _after(account_id, principal, "linked")


@blp.get("/<ident:account_id>")
@signed_in(Scope.READ)
def one(account_id: str, *, principal: Principal) -> Response:
    """One account under a move of all prices, and its positions."""
    now, user_id = clock.now(), principal.user_id
    services().demand.looked(principal)
    with services().database.read() as connection:
        joint = content.shown_joint(connection, user_id=user_id, account_id=account_id)
        held = content.held_by_key(connection, user_id=user_id, account_id=account_id)
        linked = content.shown_accounts(connection, user_id=user_id, now=now)
        funds = content.shown_funds(connection, venue_id=joint["venue"], now=now)
        positions, more = content.shown_positions(
            connection, user_id=user_id, account_id=account_id, after=None, funds=funds, now=now
        )
        gone = content.worker_is_gone(connection, now=now)
    return unless_unchanged(
        render_template(
            "account.html",
            account=next(account for account in linked if account["id"] == account_id),
            joint=joint,
            chart=joint_chart(joint),
            views=joint_views(joint, held),
            positions=positions,
            more=more,
            worker_is_gone=gone,
        )
    )


@blp.post("/<account_id>/check")
@signed_in(Scope.ADMIN)
def check(account_id: str, *, principal: Principal) -> Response:
    """Ask the venue again what the key may do."""
    with services().database.read() as connection:
        linked = accounts.get(connection, user_id=principal.user_id, account_id=account_id)
    if linked.sealed is None:
        raise Conflict(ERASED)
    return _after(account_id, principal, "checking")


@blp.post("/<account_id>/acknowledge")
@signed_in(Scope.ADMIN)
def acknowledge(account_id: str, *, principal: Principal) -> Response:
    """The person has checked at the venue what the venue cannot tell us."""
    with services().database.write() as connection:
        accounts.acknowledge(connection, user_id=principal.user_id, account_id=account_id)
    return _after(account_id, principal, "acknowledged")


@blp.post("/<account_id>/label")
@signed_in(Scope.ADMIN)
def relabel(account_id: str, *, principal: Principal) -> Response:
    """Give an account another name."""
    try:
        with services().database.write() as connection:
            accounts.relabel(
                connection,
                user_id=principal.user_id,
                account_id=account_id,
                label=request.form.get("label", ""),
            )
    except (InvalidInput, Conflict) as error:
        return _problem(principal, str(error), place=account_id)
    return _back("renamed")


@blp.post("/<account_id>/unlink")
@signed_in(Scope.ADMIN)
def unlink(account_id: str, *, principal: Principal) -> Response:
    """Erase an account, its credential, positions and history."""
    with services().database.write() as connection:
        accounts.delete(connection, user_id=principal.user_id, account_id=account_id)
    # The worker forgets the client it made for it; without that job it does so a little later.
    ask_for_check(services().queue, account_id)
    return _back("unlinked")


@blp.post("/pairing-code")
@signed_in(Scope.ADMIN)
def pair(*, principal: Principal) -> Response:
    """Show a code for the extension's options page."""
    now = clock.now()
    with services().database.write() as connection:
        code = codes.issue(
            connection,
            user_id=principal.user_id,
            purpose="pairing",
            ttl_seconds=CODE_LIFE.total_seconds(),
            now=now,
        )
    pairing = {"code": code, "minutes": round(CODE_LIFE.total_seconds() / 60)}
    return make_response(_page(principal, pairing=pairing))


@blp.post("/tokens/<token_id>/revoke")
@signed_in(Scope.ADMIN)
def revoke(token_id: str, *, principal: Principal) -> Response:
    """Let a token in no more."""
    with services().database.write() as connection:
        tokens.revoke(connection, user_id=principal.user_id, token_id=token_id, now=clock.now())
    return _back("revoked")


def _page(
    principal: Principal,
    *,
    notice: str | None = None,
    problem: str | None = None,
    place: str | None = None,
    pairing: dict[str, Any] | None = None,
) -> str:
    """The whole page; ``problem`` is shown at ``place``, which is ``LINK`` or an account's id."""
    now = clock.now()
    with services().database.read() as connection:
        shown = content.shown_accounts(connection, user_id=principal.user_id, now=now)
        issued = tokens.list_for(connection, user_id=principal.user_id, now=now)
        gone = content.worker_is_gone(connection, now=now)
    venues = [venue for venue in catalogue().venues() if _can_be_linked(venue)]
    others = catalogue().generic_venues()
    wanted = request.values.get("venue")
    chosen = next((venue for venue in (*venues, *others) if venue.id == wanted), None)
    return render_template(
        "accounts.html",
        accounts=shown,
        tokens=[_token(token, here=token.id == principal.token_id) for token in issued],
        linkable=[{"id": venue.id, "name": venue.name} for venue in venues],
        others=[{"id": venue.id, "name": venue.name} for venue in others],
        chosen=chosen and _form(chosen),
        suggested_label=chosen and _free_label(chosen.name, shown),
        pairing=pairing,
        base_url=request.host_url.rstrip("/"),
        worker_is_gone=gone,
        notice=notice,
        problem=problem if place is None else None,
        problems={place: problem},
    )


def _token(token: tokens.Token, *, here: bool) -> dict[str, Any]:
    return {
        "id": token.id,
        "label": token.label,
        "kind": token.kind,
        "scopes": sorted(token.scopes),
        "created_at": rfc3339(token.created_at),
        "last_used_at": token.last_used_at and rfc3339(token.last_used_at),
        "here": here,
    }


def _can_be_linked(venue: VenueFacts) -> bool:
    return venue.status is VenueStatus.FULL and venue.linking is not None


def _form(venue: VenueFacts) -> dict[str, Any]:
    linking = venue.linking
    assert linking is not None
    return {
        "id": venue.id,
        "name": venue.name,
        "kind": str(linking.kind),
        "how_to": linking.how_to,
        "how_to_url": linking.how_to_url,
        "fields": [
            {"name": field.name, "label": field.label, "hidden": field.hidden}
            for field in linking.fields
        ],
    }


def _free_label(name: str, shown: list[dict[str, Any]]) -> str:
    taken = {account["label"] for account in shown}
    numbered = (name, *(f"{name} {number}" for number in range(2, len(taken) + 3)))
    return next(label for label in numbered if label not in taken)


def _problem(principal: Principal, message: str, *, place: str) -> Response:
    page = _page(principal, problem=message, place=place)
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)


def _after(account_id: str, principal: Principal, done: str) -> Response:
    if ask_for_check(services().queue, account_id):
        return _back(done)
    page = _page(principal, problem=NOT_ASKED)
    return make_response(page, HTTPStatus.SERVICE_UNAVAILABLE)


def _back(done: str) -> Response:
    """To the list, at its top: a browser would else go on to the part that the form was in."""
    return redirect(url_for("accounts_page.listed", done=done, _anchor="top"), HTTPStatus.SEE_OTHER)
