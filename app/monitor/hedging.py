"""Which of a user's positions offset one another, over all of their accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection

from app.domain.hedge import Hedge
from app.domain.loss_model import StepKind, Touches
from app.domain.position import Position
from app.monitor.demand import is_known
from app.risk.hedges import Leg, find_hedges
from app.store import legs
from app.store.positions import position_id
from app.venues.catalogue import Catalogue

MOST = 10_000
"""Positions of one user that are looked at."""


def hedges_of(
    connection: Connection, catalogue: Catalogue, *, user_ids: Collection[str]
) -> Mapping[str, Hedge]:
    """The hedges among all stored positions of these users, by position id."""
    found: dict[str, Hedge] = {}
    for user_id in sorted(user_ids):
        found |= find_hedges(_stored_legs(connection, catalogue, user_id))
    return found


def hedges_with(
    connection: Connection,
    catalogue: Catalogue,
    *,
    user_id: str,
    account_id: str,
    account_label: str,
    read: Iterable[Position],
    scopes: Collection[str],
) -> Mapping[str, Hedge]:
    """The hedges of one account by the positions' own ``key``, with ``read`` as read just now.

    ``read`` stands in place of what is stored of the account's ``scopes``.
    """
    read = tuple(read)
    others = _stored_legs(connection, catalogue, user_id, without=(account_id, scopes))
    own = [_leg(catalogue, position_id(account_id, one.key), one, account_label) for one in read]
    found = find_hedges([*others, *own])
    keys = {position_id(account_id, one.key): one.key for one in read}
    return {key: found[name] for name, key in keys.items() if name in found}


def _stored_legs(
    connection: Connection,
    catalogue: Catalogue,
    user_id: str,
    *,
    without: tuple[str, Collection[str]] | None = None,
) -> list[Leg]:
    return [
        _leg(catalogue, one.id, one.position, one.account_label)
        for one in legs.of_user(connection, user_id=user_id, limit=MOST)
        if without is None or one.account_id != without[0] or one.position.scope not in without[1]
    ]


def _leg(catalogue: Catalogue, name: str, position: Position, account: str) -> Leg:
    if not is_known(catalogue, position.venue):
        venue_name = position.venue
        return Leg(
            id=name, position=position, account=account, venue_name=venue_name, touched_by_adl=False
        )
    facts = catalogue.venue(position.venue)
    step = facts.loss_model.step(StepKind.AUTO_DELEVERAGING)
    reaches = step is not None and step.applies is step.touches_position is Touches.YES
    return Leg(
        id=name,
        position=position,
        account=account,
        venue_name=facts.name,
        touched_by_adl=reaches,
        spares_hedged=facts.adl_rule is not None and facts.adl_rule.spares_hedged,
    )
