"""Which pool stands behind a position, and which pool is which from one reading to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.domain.fund import PoolKind, PoolReading
from app.domain.position import Position


class PoolIndex:
    """Pools arranged for look-up: build once, ask for every position.

    A pool that lists the contract wins over one that stands behind its whole scope. A
    ``HEADLINE`` total absorbs no loss and is never an answer. Two pools that claim the same
    scope leave it undecided; of two that list the same contract, the one set apart for fewer
    contracts is meant.
    """

    def __init__(self, pools: Iterable[PoolReading]) -> None:
        self._by_symbol: dict[tuple[str, str], PoolReading] = {}
        self._by_scope: dict[tuple[str, str], PoolReading | None] = {}
        for pool in pools:
            if pool.kind is PoolKind.HEADLINE:
                continue
            for symbol in pool.symbols:
                known = self._by_symbol.get((pool.venue, symbol))
                if known is None or _narrower(pool, known):
                    self._by_symbol[(pool.venue, symbol)] = pool
            if not pool.symbols:
                for scope in pool.scopes:
                    taken = (pool.venue, scope) in self._by_scope
                    self._by_scope[(pool.venue, scope)] = None if taken else pool

    def find(self, venue: str, native_symbol: str, scope: str | None = None) -> PoolReading | None:
        """The pool behind a contract, or ``None`` where it is not known."""
        listed = self._by_symbol.get((venue, native_symbol))
        if listed is not None or scope is None:
            return listed
        return self._by_scope.get((venue, scope))

    def pool_for(self, position: Position) -> PoolReading | None:
        """The pool behind ``position``, or ``None`` where it is not known."""
        return self.find(position.venue, position.native_symbol, position.scope)


def pool_for(position: Position, pools: Iterable[PoolReading]) -> PoolReading | None:
    """The pool behind one position; for many, build a ``PoolIndex`` once."""
    return PoolIndex(pools).pool_for(position)


def match_pools(
    previous: Sequence[PoolReading], current: Sequence[PoolReading]
) -> tuple[PoolReading, ...]:
    """``current`` with the keys that ``previous`` knew the same pools by.

    A pool is the same while more than half of the contracts it had remain in it, or any of
    them under the same key; where contracts are not listed it goes by its key. A pool that is not the same as any before never takes
    over a key that had a history: it gets a key of its own. Pools of one venue only.
    """
    kept = _kept_keys(previous, current)
    used = {pool.key for pool in previous} | set(kept.values())
    renamed = []
    for pool in current:
        key = kept.get(pool.key)
        if key is None:
            key = _free(pool.key, used)
            used.add(key)
        renamed.append(pool if key == pool.key else replace(pool, key=key))
    return tuple(renamed)


def _kept_keys(
    previous: Sequence[PoolReading], current: Sequence[PoolReading]
) -> Mapping[str, str]:
    """Current key to previous key, the best overlaps first, each used once."""
    homes: dict[str, list[PoolReading]] = {}
    for old in previous:
        for symbol in set(old.symbols):
            homes.setdefault(symbol, []).append(old)
    sizes = {old.key: len(set(old.symbols)) for old in previous}
    claims: list[tuple[float, bool, str, str]] = []
    for pool in current:
        if pool.key in sizes and not (pool.symbols and sizes[pool.key]):
            claims.append((1.0, True, pool.key, pool.key))
        shared = Counter(
            old.key
            for symbol in set(pool.symbols)
            for old in homes.get(symbol, ())
            if _headline(old) == _headline(pool)
        )
        claims += [
            (count / sizes[key], key == pool.key, pool.key, key)
            for key, count in shared.items()
            if 2 * count > sizes[key] or key == pool.key
        ]
    kept: dict[str, str] = {}
    claims.sort(key=lambda claim: (-claim[0], not claim[1], claim[2]))
    for _, _, new, old_key in claims:
        if new not in kept and old_key not in kept.values():
            kept[new] = old_key
    return kept


def _headline(pool: PoolReading) -> bool:
    return pool.kind is PoolKind.HEADLINE


def _narrower(pool: PoolReading, known: PoolReading) -> bool:
    return (len(pool.symbols), pool.key) < (len(known.symbols), known.key)


def _free(key: str, used: set[str]) -> str:
    name, number = key, 2
    while name in used:
        name, number = f"{key}-{number}", number + 1
    return name
