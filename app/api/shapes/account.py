"""Linked accounts. What a key is never shows but for its last four characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from marshmallow import fields, validate

from app.api.answers import Age
from app.api.fields import AnswerSchema, Text, Time
from app.api.shapes.common import SourceErrorSchema, attributes, choice
from app.api.shapes.source import source_error, source_is_stale
from app.api.shapes.venue import venue_name
from app.domain.account import AccountStatus
from app.domain.permissions import KeyPermissions, KeyVerdict, PowerKind
from app.store import margins, positions, sources

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.store.accounts import Account
    from app.store.sources import SourceState

LONGEST_LABEL = 80
LONGEST_CREDENTIAL = 512


class PowerSchema(AnswerSchema):
    """Something a key may do beyond reading."""

    kind = choice(PowerKind)
    flag = fields.String(metadata={"description": "The venue's own name for it"})


class PermissionsSchema(AnswerSchema):
    """What a key may do, and who says so."""

    verdict = choice(KeyVerdict)
    powers = fields.List(fields.Nested(PowerSchema))
    asked = fields.String(metadata={"description": "What the venue was asked"})
    checked_at = Time("When it said so")
    ip_bound = fields.Boolean(
        allow_none=True, metadata={"description": "`null` where the venue does not say"}
    )
    expires_at = Time("When the key ends, where the venue says", allow_none=True)
    note = fields.String(allow_none=True)


class AccountSchema(AnswerSchema):
    """An account linked by a read-only key or a public address."""

    id = fields.String()
    venue = fields.String()
    venue_name = fields.String()
    label = fields.String()
    kind = fields.String(validate=validate.OneOf(["key", "address"]))
    status = choice(
        AccountStatus, description="Only an `active` account is read, and an acknowledged one"
    )
    acknowledged_unverifiable = fields.Boolean(
        metadata={"description": "You accepted that nobody can say what the key may do"}
    )
    credential_hint = fields.String(
        metadata={"description": "The last four characters of the key's public part"}
    )
    permissions = fields.Nested(PermissionsSchema, allow_none=True)
    message = fields.String(
        allow_none=True, metadata={"description": "Why it is not being read, where that is so"}
    )
    positions = fields.Integer(metadata={"description": "How many are open"})
    notes = fields.List(
        fields.String(),
        metadata={"description": "What stands beside its figures: what is held but not shown here"},
    )
    error = fields.Nested(SourceErrorSchema, allow_none=True)
    created_at = Time("When it was linked")
    checked_at = Time("When the venue last said what the key may do", allow_none=True)
    as_of = Time("When it was last read", allow_none=True)
    age_seconds = Age()
    stale = fields.Boolean(metadata={"description": "Three refreshes were missed"})


class AccountStateSchema(AnswerSchema):
    """An account beside its positions."""

    id = fields.String()
    label = fields.String()
    status = choice(AccountStatus)
    message = fields.String(allow_none=True)
    error = fields.Nested(SourceErrorSchema, allow_none=True)
    as_of = Time("When it was last read", allow_none=True)
    age_seconds = Age()
    stale = fields.Boolean()


def account_state(account: Account, source: SourceState | None, *, now: datetime) -> dict[str, Any]:
    """An account as ``AccountStateSchema`` shows it at ``now``."""
    as_of = source.last_success_at if source is not None else None
    return {
        **attributes(account, ("id", "label", "status", "message")),
        "error": source_error(source),
        "as_of": as_of,
        "age_seconds": as_of,
        "stale": is_read(account) and source_is_stale(source, now),
    }


def is_read(account: Account) -> bool:
    """Whether the worker reads this account again and again."""
    acknowledged = account.acknowledged_unverifiable
    return account.status is AccountStatus.ACTIVE or (
        account.status is AccountStatus.UNVERIFIABLE and acknowledged
    )


def account(
    linked: Account,
    source: SourceState | None,
    *,
    venue_name: str,
    counts: Mapping[str, int],
    notes: Sequence[str] = (),
    now: datetime,
) -> dict[str, Any]:
    """An account as ``AccountSchema`` shows it at ``now``."""
    return {
        **account_state(linked, source, now=now),
        **attributes(
            linked,
            (
                "venue",
                "kind",
                "acknowledged_unverifiable",
                "credential_hint",
                "created_at",
                "checked_at",
            ),
        ),
        "venue_name": venue_name,
        "permissions": linked.permissions and permissions(linked.permissions),
        "positions": counts.get(linked.id, 0),
        "notes": list(notes),
    }


def accounts_shown(
    conn: Connection, linked: Sequence[Account], *, user_id: str, now: datetime
) -> list[dict[str, Any]]:
    """Accounts of one user as ``AccountSchema`` shows them, with how reading each goes."""
    names = [sources.account_source(one.id) for one in linked]
    states = sources.get_many(conn, names=names) if names else {}
    counts = positions.count_by_account(conn, user_id=user_id)
    notes = margins.notes_of(conn, user_id=user_id)
    return [
        account(
            one,
            states.get(name),
            venue_name=venue_name(one.venue),
            counts=counts,
            notes=notes.get(one.id, ()),
            now=now,
        )
        for one, name in zip(linked, names, strict=True)
    ]


def permissions(said: KeyPermissions) -> dict[str, Any]:
    """What a key may do as ``PermissionsSchema`` shows it."""
    return {
        **attributes(said, ("verdict", "asked", "checked_at", "ip_bound", "expires_at", "note")),
        "powers": [attributes(power, ("kind", "flag")) for power in said.powers],
    }


def label_field() -> Text:
    """The name a person gives an account."""
    return Text(
        longest=LONGEST_LABEL, required=True, description="Your name for it, unlike the others"
    )


def credentials_field() -> fields.Dict:
    """What the venue's ``linking.fields`` name, and nothing else. Never comes back."""
    return fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.String(validate=validate.Length(min=1, max=LONGEST_CREDENTIAL)),
        required=True,
        metadata={
            "description": "The fields that `linking.fields` of the venue names. Sealed at once "
            "and never answered again; a key that can do more than read is refused.",
            "writeOnly": True,
            "minProperties": 1,
            "example": {"address": "0x0000000000000000000000000000000000000000"},
        },
    )
