"""What dYdX publishes: insurance funds, blocked withdrawals, oracle prices. Pure functions.

Sources: https://github.com/dydxprotocol/v4-chain protocol/x/perpetuals/keeper/perpetual.go (which
fund stands behind which market), protocol/x/assets/types/genesis.go (the denomination of USDC),
protocol/x/subaccounts/keeper (when withdrawals are blocked).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.venues import turns, unified, wire
from app.venues.dydx_account import ASSET, VENUE, Market
from app.venues.dydx_address import fund_address
from app.venues.markets import Contract
from app.venues.wire import Malformed

DENOM: Final = "ibc/8E27BA2D5493AF5636760E354E46004562C46AB7EC0CC4C1CA14E9E20E2545B5"
MILLIONTHS: Final = 1_000_000
CADENCE: Final = 60
PRICES: Final = ("open", "high", "low", "close")
CROSS: Final = "cross"
NOTE: Final = (
    "The balance when it was read: the chain gives no time with it. It pays only while the "
    "liquidated account is not yet below zero; below zero dYdX deleverages at once."
)
OPEN: Final = "Withdrawals are open."
INSOLVENT: Final = (
    "An account below zero was seen and not yet deleveraged: withdrawals and transfers are blocked."
)
OUTAGE: Final = "The chain stood still: withdrawals and transfers are blocked for a while."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """An insurance fund on the chain, and the markets behind which it stands.

    ``perpetual_id`` is any of its markets: withdrawals are blocked for all of them together.
    """

    key: str
    address: str
    perpetual_id: int
    tickers: tuple[str, ...]

    @property
    def isolated(self) -> bool:
        return self.key != CROSS


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The newest block the indexer knows."""

    height: int
    at: datetime


def funds(perpetuals: object) -> dict[str, Fund]:
    """Every fund, the shared one first, from the chain's own list of perpetuals."""
    data = wire.row(perpetuals, "the perpetuals")
    if wire.row(data.get("pagination") or {}, "pagination").get("next_key"):
        raise Malformed("the list of perpetuals is not complete")
    cross: list[tuple[int, str]] = []
    isolated: dict[str, Fund] = {}
    for item in wire.rows(data.get("perpetual"), "the list of perpetuals"):
        params = wire.row(item.get("params"), "params")
        number, ticker = int(wire.number(params, "id")), wire.text(params, "ticker")
        kind = wire.text(params, "market_type")
        if kind == "PERPETUAL_MARKET_TYPE_CROSS":
            cross.append((number, ticker))
        elif kind == "PERPETUAL_MARKET_TYPE_ISOLATED":
            key = f"isolated:{ticker}"
            isolated[key] = Fund(
                key=key, address=fund_address(number), perpetual_id=number, tickers=(ticker,)
            )
        else:
            raise Malformed("market_type is none that is documented")
    if not cross:
        raise Malformed("no perpetual shares the insurance fund")
    shared = Fund(
        key=CROSS,
        address=fund_address(),
        perpetual_id=min(cross)[0],
        tickers=tuple(sorted(ticker for _, ticker in cross)),
    )
    return {CROSS: shared, **dict(sorted(isolated.items()))}


def choose(
    known: Mapping[str, Fund], wanted: Collection[str], *, start: int, size: int
) -> tuple[tuple[Fund, ...], int]:
    """The shared fund, those behind ``wanted`` contracts, and ``size`` others in turn.

    Also gives where the next turn starts.
    """
    first = [f for f in known.values() if not f.isolated or set(f.tickers) & set(wanted)]
    others = [fund for fund in known.values() if fund not in first]
    return turns.take(first, others, start=start, size=size)


def pool(fund: Fund, balances: object, at: datetime) -> PoolReading:
    """A fund with its USDC; an account that holds none of it is empty. Raises ``Malformed``."""
    listed = wire.rows(wire.row(balances, "the balance").get("balances"), "balances")
    held = [wire.number(row, "amount") for row in listed if wire.text(row, "denom") == DENOM]
    amount = sum(held) / MILLIONTHS
    name = f"Insurance fund of {fund.tickers[0]}" if fund.isolated else "Insurance fund"
    return PoolReading(
        venue=VENUE,
        key=fund.key,
        name=name,
        kind=PoolKind.ISOLATED if fund.isolated else PoolKind.SHARED,
        balances=(FundBalance(asset=ASSET, amount=amount, usd=amount, at=at),),
        symbols=fund.tickers,
        cadence_seconds=CADENCE,
        note=NOTE,
    )


def block(answer: object) -> Block:
    """From the indexer's ``/height``."""
    data = wire.row(answer, "the height")
    at = datetime.fromisoformat(wire.text(data, "time"))
    if at.tzinfo is None:
        raise Malformed("time has no time zone")
    return Block(height=int(wire.number(data, "height")), at=at)


def signal(fund: Fund, answer: object, newest: Block) -> AdlSignal:
    """Whether withdrawals are blocked, and for how many blocks still (``value``).

    dYdX blocks them after it saw an account below zero, or after the chain stood still, until
    the block it names. Only the first means that losses are being deleveraged now.
    """
    data = wire.row(answer, "the blocked withdrawals")
    negative = wire.number(data, "negative_tnc_subaccount_seen_at_block")
    outage = wire.number(data, "chain_outage_seen_at_block")
    until = wire.number(data, "withdrawals_and_transfers_unblocked_at_block")
    blocked = until > newest.height
    insolvent = blocked and negative >= outage
    return AdlSignal(
        venue=VENUE,
        kind="withdrawals_blocked",
        at=newest.at,
        pool=fund.key,
        value=max(0.0, until - newest.height),
        progress=1.0 if insolvent else None,
        note=INSOLVENT if insolvent else OUTAGE if blocked else OPEN,
    )


def market_stats(
    listed: Mapping[str, Market], contracts: Mapping[str, Contract], at: datetime
) -> Sequence[MarketStat]:
    """Oracle prices and open interest in USD.

    dYdX counts one side, in base units: "total size of open long contracts"
    (v4-chain proto/dydxprotocol/perpetuals/perpetual.proto).
    """
    return [
        MarketStat(
            venue=VENUE,
            native_symbol=one.ticker,
            at=at,
            symbol=contracts[one.ticker].symbol if one.ticker in contracts else None,
            mark_price=one.oracle,
            open_interest_usd=one.open_interest * one.oracle
            if one.open_interest is not None and one.oracle is not None
            else None,
            open_interest_at=at if one.open_interest is not None and one.oracle else None,
        )
        for one in listed.values()
    ]


def candles_question(ticker: str, since: datetime, limit: int) -> dict[str, object]:
    """The hours of a market that begin from ``since`` on and before the end of the window.

    The beginning is counted in and the end is not; of too many the newest are given.
    https://github.com/dydxprotocol/v4-chain indexer/packages/postgres/src/stores/candle-table.ts
    """
    return {
        "market": ticker,
        "resolution": "1HOUR",
        "fromISO": _iso(since),
        "toISO": _iso(since + limit * unified.HOUR),
        "limit": limit,
    }


def candle_rows(answer: object) -> list[list[object]]:
    """The indexer's candles, newest first, as rows of time, open, high, low and close."""
    listed = wire.rows(wire.row(answer, "the answer").get("candles"), "the list of candles")
    return [[_started(one), *(one.get(name) for name in PRICES)] for one in listed]


def _started(candle: wire.Row) -> float:
    try:
        began = datetime.fromisoformat(wire.text(candle, "startedAt"))
    except ValueError:
        raise Malformed("startedAt is not a time") from None
    if began.tzinfo is None:
        raise Malformed("startedAt names no time zone")
    return began.timestamp() * 1000


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
