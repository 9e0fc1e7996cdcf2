"""What a scenario was told or read, in words, beside what it assumes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.domain.scenario import (
    REST,
    AfterFund,
    Assumption,
    AssumptionKind,
    ScenarioEvent,
    ScenarioVenue,
)
from app.risk.wording import enumerated, money, percent

EXCHANGE = "As the exchange publishes it, one side counted."


def read(venues: Sequence[ScenarioVenue]) -> tuple[Assumption, ...]:
    """What is known of each venue."""
    return tuple(one for venue in venues for one in _read(venue))


def asked(event: ScenarioEvent) -> Iterator[Assumption]:
    """What somebody chose to happen."""
    if event.cascade is not None:
        direction = "up" if event.cascade.up else "down"
        yield _given(
            f"Forced out at {event.cascade.venue}, prices going {direction}",
            money(event.cascade.usd),
            "BTC moves as far as that takes in each draw, other coins by their betas.",
        )
    if event.move is not None:
        yield _given(
            "Move of BTC", percent(event.move, signed=True), "Other coins follow by their betas."
        )
    for base, move in event.moves.items():
        name = "every other coin" if base == REST else base
        yield _given(f"Move of {name}", percent(move, signed=True), "Chosen with the scenario.")


def _read(venue: ScenarioVenue) -> Iterator[Assumption]:
    known = [pool for pool in venue.pools if pool.contracts]
    contracts = [contract for pool in known for contract in pool.contracts]
    times = [pool.as_of for pool in venue.pools if pool.as_of is not None]
    if contracts:
        total = sum(contract.open_interest_usd for contract in contracts)
        measured = sum(contract.beta is not None for contract in contracts)
        yield Assumption(
            name=f"Open interest of {venue.name}",
            value=money(total),
            unit="",
            kind=AssumptionKind.DATA,
            why=f"{EXCHANGE} Betas are measured for {measured} of {len(contracts)} contracts.",
        )
    funds = [pool.balance_usd for pool in venue.pools if pool.balance_usd is not None]
    if funds:
        yield Assumption(
            name=f"Funds of {venue.name}",
            value=money(sum(funds)),
            unit="",
            kind=AssumptionKind.DATA,
            why="As the exchange publishes them; each pays for its own contracts only.",
            as_of=min(times, default=None),
        )
    if venue.after_fund is AfterFund.ADL:
        price = f"The exchange says: {venue.close_price}." if venue.close_price else ""
        yield Assumption(
            name=f"Where {venue.name} closes positions it deleverages",
            value="the bankruptcy price",
            unit="",
            kind=AssumptionKind.ASSUMED,
            why=f"Then the winners bear the rest of the loss, neither more nor less. {price}".strip(),
        )
    unknown = [pool.name for pool in venue.pools if pool.balance_usd is None]
    if unknown:
        yield Assumption(
            name=f"Not known of {venue.name}",
            value=enumerated(unknown[:5]) + (" and others" if len(unknown) > 5 else ""),
            unit="",
            kind=AssumptionKind.DATA,
            why="No balance: what happens after the fund cannot be said there.",
        )


def _given(name: str, value: str, why: str) -> Assumption:
    return Assumption(name=name, value=value, unit="", kind=AssumptionKind.GIVEN, why=why)
