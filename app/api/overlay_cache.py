"""Overlays, kept in memory for as long as they are true.

An overlay changes when something it shows is written, which a revision tells (one statement
for all of them), and when a figure in it turns stale, which is known beforehand. Until either,
the body is sent again as it is; only its ages are filled in anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from cachetools import LRUCache

from app.api.answers import Body
from app.api.shapes.overlay import OverlaySchema, Scene, overlay
from app.api.shapes.position import expected_interval
from app.api.shapes.source import source_goes_stale
from app.api.shapes.staleness import fund_goes_stale, goes_stale, next_flip
from app.risk.pool_match import PoolIndex
from app.risk.wording import day
from app.store import accounts, funds, markets, positions, revisions, sources
from app.store.revisions import FUNDS, user_scope, venue_scope
from app.venues.catalogue import catalogue

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.store.funds import StoredFund
    from app.venues.facts import VenueFacts
    from app.venues.pages import PageMatch

MOST_POSITIONS = 500
"""More than anybody watches; keeps one answer from growing without bound."""
KEPT = 256

Revisions = tuple[int, ...]
"""Of the user, the venue and the funds, in this order."""
_Key = tuple[str, str, str, str]

_shape = OverlaySchema()


@dataclass(frozen=True, slots=True)
class _Entry:
    revisions: Revisions
    since: datetime
    until: datetime | None
    body: Body

    def is_true(self, seen: Revisions, now: datetime) -> bool:
        still = self.until is None or now <= self.until
        return self.revisions == seen and self.since <= now and still


class OverlayCache:
    """Safe to share between threads; one for each process."""

    def __init__(self) -> None:
        self._entries: LRUCache[_Key, _Entry] = LRUCache(maxsize=KEPT)
        self._pages: LRUCache[str, PageMatch] = LRUCache(maxsize=KEPT)
        self._lock = Lock()
        self._making = Lock()

    def body(self, conn: Connection, *, user_id: str, page: PageMatch, now: datetime) -> Body:
        """The overlay of ``page`` for this user as it is at ``now``, made anew if need be."""
        # One thread makes it and the others wait for that: they would make the same.
        with self._making:
            # The revisions are taken before the data: a write in between then costs one
            # answer made in vain, and is never missed.
            scopes = (user_scope(user_id), venue_scope(page.venue), FUNDS)
            seen = tuple(revisions.read(conn, scopes).values())
            known = self.kept(user_id=user_id, page=page, seen=seen, now=now)
            if known is not None:
                return known
            scene = read_scene(conn, user_id=user_id, page=page)
            body = Body(_shape.dump(overlay(scene, now=now)))
            until = next_flip(_flips(scene), now)
            entry = _Entry(revisions=seen, since=now, until=until, body=body)
            with self._lock:
                self._entries[_key(user_id, page)] = entry
        return body

    def kept(self, *, user_id: str, page: PageMatch, seen: Revisions, now: datetime) -> Body | None:
        """The same, when it is in memory and, by the revisions ``seen``, still true."""
        with self._lock:
            entry = self._entries.get(_key(user_id, page))
        return entry.body if entry is not None and entry.is_true(seen, now) else None

    def page(self, query: str) -> PageMatch | None:
        """The page that this very query named before."""
        with self._lock:
            return self._pages.get(query)

    def remember_page(self, query: str, page: PageMatch) -> None:
        """Keep which page a query names."""
        with self._lock:
            self._pages[query] = page


def _key(user_id: str, page: PageMatch) -> _Key:
    return user_id, page.venue, page.kind, page.native_symbol


def read_scene(conn: Connection, *, user_id: str, page: PageMatch) -> Scene:
    """Everything stored that the overlay of ``page`` is made of."""
    facts = catalogue().venue(page.venue)
    linked = [one for one in accounts.list_for(conn, user_id=user_id) if one.venue == page.venue]
    names = {sources.account_source(one.id): one.id for one in linked}
    states = sources.get_many(conn, names=names) if names else {}
    held = positions.list_for(conn, user_id=user_id, venue=page.venue, limit=MOST_POSITIONS)
    pool, note = _pool(conn, facts, page)
    return Scene(
        page=page,
        facts=facts,
        symbol=_symbol(conn, page),
        accounts=linked,
        sources={names[name]: state for name, state in states.items()},
        positions=held,
        fund=pool,
        fund_note=note,
    )


def _pool(
    conn: Connection, facts: VenueFacts, page: PageMatch
) -> tuple[StoredFund | None, str | None]:
    """The pool behind the contract on screen, or the sentence that says why there is none."""
    if facts.closed is not None:
        return None, f"{facts.name} closed on {day(facts.closed.on)}."
    if not facts.fund.published:
        return None, f"{facts.name} does not publish its insurance fund."
    known = {stored.pool.id: stored for stored in funds.states(conn, venue=page.venue)}
    if not known:
        return None, f"The insurance fund of {facts.name} has not been read yet."
    index = PoolIndex(stored.pool for stored in known.values())
    scopes = [scope.id for scope in facts.scopes if scope.kind is page.kind]
    # A pool that lists the contract is found without a scope: one scope may hold both kinds.
    found = (index.find(page.venue, page.native_symbol, scope) for scope in (None, *scopes))
    ids = {pool.id for pool in found if pool is not None}
    if len(ids) == 1:
        return known[ids.pop()], None
    uncovered = [facts.fund.uncovered[scope] for scope in scopes if scope in facts.fund.uncovered]
    return None, (
        uncovered[0]
        if uncovered
        else f"No fund behind {page.native_symbol} is known: {facts.name} publishes none for it, or "
        "it has not been read yet."
    )


def _symbol(conn: Connection, page: PageMatch) -> str | None:
    stats = markets.stats(conn, venue=page.venue, symbols=[page.native_symbol])
    return next((stat.symbol for stat in stats), None)


def _flips(scene: Scene) -> Iterator[datetime | None]:
    """Every moment at which something in ``scene`` turns stale."""
    for stored in scene.positions:
        yield goes_stale(stored.assessment.position.as_of, expected_interval(stored))
        if stored.assessment.fund is not None:
            yield fund_goes_stale(stored.assessment.fund)
    for state in scene.sources.values():
        yield source_goes_stale(state)
    if scene.fund is not None:
        yield fund_goes_stale(scene.fund.state)
