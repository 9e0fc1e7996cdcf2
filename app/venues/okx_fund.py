"""What OKX publishes: the security fund family by family, marks, open interest. Pure functions.

Source: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-security-fund and the public
data pages beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import FundBalance, FundEvent, MarketStat, PoolKind, PoolReading
from app.domain.position import ContractKind
from app.venues import turns, wire
from app.venues.markets import Contract
from app.venues.okx_account import VENUE, data_of
from app.venues.wire import Malformed, Row

CADENCE: Final = 86_400
DOLLARS: Final = frozenset({"USD", "USDT", "USDC"})
EVENT_KINDS: Final[Mapping[str, str | None]] = {
    "regular_update": None,
    "liquidation_balance_deposit": "inflow",
    "bankruptcy_loss": "bankruptcy_loss",
    "platform_revenue": "platform_revenue",
    "adl": "adl",
}
"""OKX's event types and ours; a daily balance is no event."""
REVENUE: Final = "OKX does not define this type; likely its own money in or out."
HEADLINE_NOTE: Final = (
    "All families of all business lines together. A loss is paid from its own family's fund, "
    "never from this sum."
)
ENDED: Final = "adl_end"
UNDER_WAY: Final = timedelta(days=1)
"""How long auto-deleveraging that began counts as going on where no end of it is stated."""
PAST_ONLY: Final = (
    "OKX tells of auto-deleveraging when it has begun or ended; how far it is from beginning is "
    "not published."
)
SIDES: Final = "OKX does not say whether it counts one side or both; taken as one."


@dataclass(frozen=True, slots=True, order=True)
class Family:
    """The contracts that share one security fund: a business line and an underlying."""

    line: str
    name: str

    @property
    def key(self) -> str:
        return f"{self.line}:{self.name}".lower()


def family_of(native_symbol: str) -> Family | None:
    """By the shape of an ``instId``: its last part is ``SWAP`` or an expiry."""
    name, _, last = native_symbol.rpartition("-")
    if not name:
        return None
    if last == "SWAP":
        return Family("SWAP", name)
    return Family("FUTURES", name) if last.isdigit() else None


def families(contracts: Iterable[str]) -> Mapping[Family, tuple[str, ...]]:
    """Each family with its contracts."""
    found: dict[Family, list[str]] = defaultdict(list)
    for native_symbol in contracts:
        family = family_of(native_symbol)
        if family is not None:
            found[family].append(native_symbol)
    return {family: tuple(sorted(found[family])) for family in sorted(found)}


def fund(
    answer: object, family: Family, symbols: Collection[str], prices: Mapping[str, float]
) -> tuple[PoolReading, PoolReading | None]:
    """A family's fund, and the platform-wide total as a headline.

    Every row with a time is a balance in the family's currency, the newest first; ``prices``
    (USD of one coin) value the newest of a coin, for older ones the price of then is not
    known. ``total`` is not the family's fund: it makes the headline. Raises ``Malformed``.
    """
    rows = [row for row in data_of(answer, "the security fund") if row.get("details")]
    details = [row for part in rows for row in wire.rows(part["details"], "the fund's rows")]
    if not rows or any(row.get("instFamily", family.name) != family.name for row in rows):
        raise Malformed("the security fund has no balance for this family")
    details.sort(key=lambda row: wire.number(row, "ts"), reverse=True)
    balances = tuple(
        _balance(row, prices if number == 0 else {}) for number, row in enumerate(details)
    )
    reading = PoolReading(
        venue=VENUE,
        key=family.key,
        name=f"{family.name} {'perpetual' if family.line == 'SWAP' else 'futures'} fund",
        kind=PoolKind.ISOLATED if len(symbols) == 1 else PoolKind.SHARED,
        balances=_once(balances),
        symbols=tuple(symbols),
        cadence_seconds=CADENCE,
        events=tuple(event for row in details if (event := _event(row)) is not None),
    )
    total = wire.optional_number(rows[0], "total")
    return reading, _headline(total, balances[0]) if total is not None else None


def _headline(total: float, newest: FundBalance) -> PoolReading:
    return PoolReading(
        venue=VENUE,
        key="headline",
        name="OKX security fund, all families",
        kind=PoolKind.HEADLINE,
        balances=(FundBalance(asset="USD", amount=total, usd=total, at=newest.at),),
        cadence_seconds=CADENCE,
        note=HEADLINE_NOTE,
    )


def _balance(data: Row, prices: Mapping[str, float]) -> FundBalance:
    asset, amount = wire.text(data, "ccy"), wire.number(data, "balance")
    price = 1.0 if asset in DOLLARS else prices.get(asset)
    return FundBalance(
        asset=asset,
        amount=amount,
        usd=amount * price if price is not None else None,
        at=wire.moment(data, "ts"),
    )


def _once(balances: tuple[FundBalance, ...]) -> tuple[FundBalance, ...]:
    """Several rows of one moment (an update and its events) state one balance."""
    return tuple({(b.asset, b.at): b for b in reversed(balances)}.values())[::-1]


def _event(data: Row) -> FundEvent | None:
    kind = EVENT_KINDS.get(wire.text(data, "type"), wire.text(data, "type"))
    if kind is None:
        return None
    detail = REVENUE if kind == "platform_revenue" else wire.optional_text(data, "adlType")
    return FundEvent(
        kind=kind,
        at=wire.moment(data, "ts"),
        asset=wire.text(data, "ccy"),
        amount=wire.optional_number(data, "amt"),
        detail=detail,
    )


def newest_adl(reading: PoolReading) -> FundEvent | None:
    """The last time auto-deleveraging began or ended in a family."""
    events = [event for event in reading.events if event.kind == "adl"]
    return max(events, key=lambda event: event.at, default=None)


def adl_signal(key: str, event: FundEvent, *, now: datetime) -> AdlSignal:
    """What an event says at ``now`` of the pool called ``key``; ``progress`` while it goes on."""
    goes_on = event.detail != ENDED and now - event.at < UNDER_WAY
    return AdlSignal(
        venue=VENUE,
        kind="adl_event",
        at=event.at,
        pool=key,
        rating=event.detail,
        progress=1.0 if goes_on else None,
        note=PAST_ONLY,
    )


def choose(
    known: Collection[Family], wanted: Iterable[str], *, start: int, size: int
) -> tuple[tuple[Family, ...], int]:
    """Which families to read now, and where the next turn starts.

    Those behind ``wanted`` contracts first, then ``size`` others in turn, because OKX answers
    one family a request and there are hundreds.
    """
    first = {family for symbol in wanted if (family := family_of(symbol)) in set(known)}
    others = [family for family in sorted(known) if family not in first]
    return turns.take(sorted(first), others, start=start, size=size)


def market_stats(
    marks: object, interests: object, contracts: Mapping[str, Contract]
) -> tuple[MarketStat, ...]:
    """Marks and open interest of one business line, contract by contract.

    ``oiUsd`` is OKX's own value; where it is missing, coins at the mark (linear) or contracts
    at their face value (inverse).
    """
    interest = {wire.text(row, "instId"): row for row in data_of(interests, "the open interest")}
    return tuple(
        _stat(row, interest.get(wire.text(row, "instId")), contracts)
        for row in data_of(marks, "the mark prices")
    )


def _stat(data: Row, interest: Row | None, contracts: Mapping[str, Contract]) -> MarketStat:
    native, mark = wire.text(data, "instId"), wire.optional_number(data, "markPx")
    contract = contracts.get(native)
    value = _interest_usd(interest, mark, contract) if interest is not None else None
    known = interest is not None and value is not None
    return MarketStat(
        venue=VENUE,
        native_symbol=native,
        at=wire.moment(data, "ts"),
        symbol=contract.symbol if contract else None,
        mark_price=mark,
        open_interest_usd=value,
        open_interest_at=wire.moment(interest, "ts") if known and interest is not None else None,
        note=SIDES if known else None,
    )


def _interest_usd(data: Row, mark: float | None, contract: Contract | None) -> float | None:
    stated = wire.optional_number(data, "oiUsd")
    if stated is not None:
        return stated
    if contract is not None and contract.kind is ContractKind.INVERSE:
        held = wire.optional_number(data, "oi")
        return held * contract.contract_size if held is not None else None
    coins = wire.optional_number(data, "oiCcy")
    return coins * mark if coins is not None and mark is not None else None
