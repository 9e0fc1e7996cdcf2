"""Which of a user's positions offset one another, across accounts and venues. docs/figures.md.

Two positions belong together when they are in the same coin: the base of the unified symbol
with a multiplier in its name taken off (``1000PEPE``, ``1MBABYDOGE``, ``SHIB1000``, and
``kPEPE`` where the venue's own symbol spells the small k), quoted in dollars, and with prices
of one coin that agree. What is doubtful is left alone: another quote, an option, a name that
would fit with a price that does not, or without any price.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.domain.hedge import Hedge
from app.domain.position import MarginMode, Position, Side
from app.risk.bounds import is_figure
from app.risk.liquidation import usable_price
from app.risk.loss_answer import in_profit
from app.risk.units import is_dollar

SMALLEST: Final = 0.10
"""A leg that offsets less than this of a position is no hedge of it."""
SAME_COIN: Final = 1.25
"""Prices of one coin at two venues are never further apart than this factor; those of two coins
with one name, or of a name whose multiplier was misread, are apart by far more."""

SYMBOL: Final = re.compile(r"([^/:]+)/([^/:-]+)(?::[^:-]+)?(?:-\d+)?")
"""A swap or a dated future in ccxt's spelling; an option has a strike after the date."""
OTHER_NAMES: Final = {"XBT": "BTC"}
MULTIPLIED: Final = re.compile(r"(1(?:0{3,9}|M))([A-Z][A-Z0-9]+)|([A-Z]{2,})(10{3,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One open position of a user. ``account`` is its label and ``venue_name`` for people.

    ``touched_by_adl``: the venue's auto-deleveraging can close positions. ``spares_hedged``:
    it leaves alone what the account itself holds on the other side of the same contract, on
    cross margin.
    """

    id: str
    position: Position
    account: str
    venue_name: str
    touched_by_adl: bool
    spares_hedged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A leg with its coin: ``usd`` is the price of one coin, ``coins`` how many it holds."""

    leg: Leg
    base: str
    coin: str
    contract: tuple[str, str]
    usd: float | None
    coins: float


def find_hedges(held: Sequence[Leg]) -> Mapping[str, Hedge]:
    """What offsets each position, by the position's id; nothing for those that stand alone.

    The longs of a coin share its shorts in proportion to their value, and the other way round:
    together they are never offset by more than the other side holds. Legs of one account and
    side count as one; one that offsets less than ``SMALLEST`` of a position does not count.
    """
    found: dict[str, Hedge] = {}
    for group in _groups(held):
        if len({item.leg.position.side for item in group}) == 2:
            found |= _hedges_within(group)
    return found


def coin_of(position: Position) -> tuple[str, float] | None:
    """The coin a contract is about and how many of them its base unit is; ``None`` if doubtful.

    ``1000PEPE/USDT:USDT`` is ``("PEPE", 1000.0)``.
    """
    match = SYMBOL.fullmatch(position.symbol)
    if match is None or not is_dollar(match[2]):
        return None
    base = _base(match[1])
    if len(base) > 2 and position.native_symbol.startswith("k" + base[1:]):
        return base[1:], 1000.0
    multiplied = MULTIPLIED.fullmatch(base)
    if multiplied is None:
        return base, 1.0
    factor, coin = multiplied[1] or multiplied[4], multiplied[2] or multiplied[3]
    return coin, 1e6 if factor == "1M" else float(factor)


def _base(name: str) -> str:
    return OTHER_NAMES.get(name, name)


def _groups(held: Iterable[Leg]) -> Iterator[Sequence[_Held]]:
    """Legs in one coin, by name and by price; where there is no price, in one contract."""
    by_coin: defaultdict[str, list[_Held]] = defaultdict(list)
    unpriced: defaultdict[tuple[str, str], list[_Held]] = defaultdict(list)
    for item in filter(None, map(_held, held)):
        if item.usd is None:
            unpriced[item.contract].append(item)
        else:
            by_coin[item.coin].append(item)
    yield from unpriced.values()
    for items in by_coin.values():
        yield from _by_price(items)


def _by_price(items: list[_Held]) -> Iterator[Sequence[_Held]]:
    priced = sorted((item.usd or 0.0, number) for number, item in enumerate(items))
    group: list[_Held] = []
    lowest = 0.0
    for usd, number in priced:
        if group and usd > lowest * SAME_COIN:
            yield group
            group = []
        if not group:
            lowest = usd
        group.append(items[number])
    yield group


def _held(leg: Leg) -> _Held | None:
    position = leg.position
    known = coin_of(position)
    if known is None or not abs(position.size) > 0 or not is_figure(position.size):
        return None
    coin, each = known
    price = usable_price(position.mark_price)
    if price is None and position.notional_usd is not None:
        price = usable_price(abs(position.notional_usd / position.size))
    return _Held(
        leg=leg,
        base=_base(position.symbol.split("/", 1)[0]),
        coin=coin,
        contract=(position.venue, position.native_symbol),
        usd=price / each if price is not None else None,
        coins=abs(position.size) * each,
    )


def _hedges_within(group: Sequence[_Held]) -> dict[str, Hedge]:
    """The hedges in one coin; linear, because what offsets one long offsets all in proportion."""
    sides: dict[Side, float] = dict.fromkeys(Side, 0.0)
    accounts: defaultdict[tuple[Side, str, str, str], float] = defaultdict(float)
    contracts: defaultdict[tuple[Side, str, str, str], float] = defaultdict(float)
    for item, value in zip(group, _values(group), strict=True):
        leg, side = item.leg, item.leg.position.side
        sides[side] += value
        accounts[(side, leg.position.venue, leg.venue_name, leg.account)] += value
        contracts[(side, *item.contract, leg.account)] += value
    larger = max(sides.values())
    shares = {who: value / larger for who, value in accounts.items() if value >= SMALLEST * larger}
    bases = {item.base for item in group}
    base = bases.pop() if len(bases) == 1 else group[0].coin
    against = {side: _against(side, base, shares) for side in Side}
    lost = {side: hedge and replace(hedge, lost_to_adl=True) for side, hedge in against.items()}
    found = {}
    for item in group:
        leg, side = item.leg, item.leg.position.side
        key = (*item.contract, leg.account)
        covered = contracts.get((_other(side), *key), 0.0) >= contracts[(side, *key)]
        hedge = (lost if _lost_to_adl(leg, covered=covered) else against)[side]
        if hedge is not None:
            found[leg.id] = hedge
    return found


def _against(
    side: Side, base: str, shares: Mapping[tuple[Side, str, str, str], float]
) -> Hedge | None:
    """What offsets every position of ``side``: the accounts on the other side, largest first."""
    others = sorted(
        ((share, who) for who, share in shares.items() if who[0] is not side),
        key=lambda other: (-other[0], other[1]),
    )
    if not others:
        return None
    return Hedge(
        base=base,
        share=min(sum(share for share, _ in others), 1.0),
        legs=tuple(f"{other} on {name} ({account})" for _, (other, _, name, account) in others),
        venues=tuple(dict.fromkeys(venue for _, (_, venue, _, _) in others)),
        lost_to_adl=False,
    )


def _other(side: Side) -> Side:
    return Side.SHORT if side is Side.LONG else Side.LONG


def _values(group: Sequence[_Held]) -> list[float]:
    """In USD where the venues tell it for all, else in coins."""
    usd = [item.leg.position.notional_usd for item in group]
    known = [abs(value) for value in usd if value is not None and is_figure(value)]
    return known if len(known) == len(group) and all(known) else [item.coins for item in group]


def _lost_to_adl(leg: Leg, *, covered: bool) -> bool:
    spared = leg.spares_hedged and covered and leg.position.margin_mode is MarginMode.CROSS
    return leg.touched_by_adl and not spared and in_profit(leg.position) is True
