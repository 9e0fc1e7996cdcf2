"""When a venue gives its pools other contracts: balances then no longer compare. docs/figures.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from app.domain.fund import FundEvent, PoolKind, PoolReading
from app.risk.wording import enumerated

NAMED = 3


def regroupings(
    before: Sequence[PoolReading], after: Sequence[PoolReading], *, now: datetime
) -> Mapping[str, FundEvent]:
    """An event for each pool, by id, that gave contracts to another pool or got some from one.

    ``after`` carries the keys that ``before`` knew the same pools by (``match_pools``). A
    contract that is listed or delisted moves nothing, nor does the reading of pools that were
    not read yet. The event's time is that of the first balance under the new grouping:
    the venue's own where that is newer than the last before, else now. A pool that only has
    another name goes on; the event is ``renamed`` and cuts nothing.
    """
    old = {pool.id: pool for pool in before if pool.kind is not PoolKind.HEADLINE}
    new = {pool.id: pool for pool in after if pool.kind is not PoolKind.HEADLINE}
    once, still = _listed(old.values()), _listed(new.values())
    events = {}
    for pool_id in sorted(old.keys() | new.keys()):
        had = set(old[pool_id].symbols) if pool_id in old else set()
        has = set(new[pool_id].symbols) if pool_id in new else set()
        given = (had - has) & still
        got = (has - had) & once
        if not (given or got):
            continue
        events[pool_id] = FundEvent(
            kind="regrouped",
            at=_begins(old.get(pool_id), new.get(pool_id), now),
            detail=_told(sorted(got), sorted(given)),
        )
    for pool_id in old.keys() & new.keys() - events.keys():
        was, name = old[pool_id].name, new[pool_id].name
        if was != name:
            detail = f"It was called {was} before."
            events[pool_id] = FundEvent(kind="renamed", at=now, detail=detail)
    return events


def _listed(pools: Iterable[PoolReading]) -> frozenset[str]:
    return frozenset(symbol for pool in pools for symbol in pool.symbols)


def _begins(old: PoolReading | None, new: PoolReading | None, now: datetime) -> datetime:
    newest = max((balance.at for balance in new.balances), default=None) if new else None
    if newest is None:
        return now
    last = max((balance.at for balance in old.balances), default=None) if old else None
    return newest if last is None or newest > last else now


def _told(got: Sequence[str], given: Sequence[str]) -> str:
    parts = []
    if got:
        parts.append(f"{_named(got)} came from another fund")
    if given:
        parts.append(f"{_named(given)} went to another fund")
    return f"{enumerated(parts)}."


def _named(symbols: Sequence[str]) -> str:
    if len(symbols) <= NAMED:
        return enumerated(symbols)
    return f"{len(symbols)} contracts, among them {enumerated(symbols[:NAMED])},"
