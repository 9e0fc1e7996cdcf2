"""Deribit's answers about an account: its margin and its positions. Pure functions.

Margin is kept currency by currency (segregated) or over all of them (cross), each by standard
or by portfolio margin; the word is ``margin_model``: ``segregated_sm``, ``segregated_pm``,
``cross_sm``, ``cross_pm``. Sources: https://docs.deribit.com/api-reference, the pages of
private/get_positions and private/get_account_summaries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from app.domain.position import AccountMargin, ContractKind, MarginMode, Position, Side
from app.domain.session import SessionProfit
from app.venues import wire
from app.venues.holding import contract_of, holding, present, session_profit
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "deribit"
FUTURE: Final = "future"
SIDES: Final[Mapping[str, Side]] = {"buy": Side.LONG, "sell": Side.SHORT}
MODES: Final[Mapping[str, MarginMode]] = {
    "segregated_sm": MarginMode.CROSS,
    "cross_sm": MarginMode.CROSS,
    "segregated_pm": MarginMode.PORTFOLIO,
    "cross_pm": MarginMode.PORTFOLIO,
}
ACROSS_CURRENCIES: Final = frozenset({"cross_sm", "cross_pm"})

SHARED: Final = "The whole account's margin backs this position."
NO_QUEUE: Final = "Deribit publishes no auto-deleveraging queue."
PORTFOLIO: Final = "Deribit gives none on portfolio margin: the account is margined as a whole."
NONE_STATED: Final = "Deribit gives none: at today's balance it sees no price that liquidates."
NOT_SAID: Final = "Deribit gave neither a liquidation price nor a liquidation ratio for this index."
NO_SESSION: Final = "Deribit did not say what was earned since the last settlement."
GAINS: Final = (
    "Deribit's figure lies where this position gains: it is other positions of the account that "
    "would be liquidated there."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How one currency of an account is margined.

    ``ratios`` maps an index (``btc_usd``) to the liquidation price as a multiple of a future's
    market price, Deribit's own estimate.
    """

    mode: MarginMode | None
    margin: AccountMargin
    ratios: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """The futures held, and how many positions of other kinds (``option``)."""

    positions: tuple[Position, ...]
    others: Mapping[str, int]


def result(answer: object, what: str) -> object:
    """The ``result`` of an answer."""
    return wire.row(answer, what).get("result")


def answered_at(answer: object, otherwise: datetime) -> datetime:
    """Deribit's own time of an answer (``usOut``, microseconds), where it states one."""
    stated = wire.optional_number(wire.row(answer, "the answer"), "usOut")
    return otherwise if stated is None else wire.milliseconds(stated / 1000, "usOut")


def settles_in(symbol: str) -> str:
    """The currency a contract settles in: ``BTC-PERPETUAL`` in BTC, ``SOL_USDC-PERPETUAL`` in
    USDC, as options do."""
    pair = symbol.partition("-")[0]
    return pair.rpartition("_")[2]


def index_of(symbol: str) -> str:
    """The index of a contract: ``btc_usd`` of BTC-PERPETUAL, ``sol_usdc`` of SOL_USDC-PERPETUAL."""
    pair = symbol.partition("-")[0].lower()
    return pair if "_" in pair else f"{pair}_usd"


def summaries(answer: object, *, at: datetime) -> dict[str, Summary]:
    """Every currency of ``private/get_account_summaries``, by its name.

    In a cross model each currency holds the totals of the account: they are given in USD
    where Deribit states them so.
    """
    at = answered_at(answer, at)
    data = wire.row(result(answer, "the account"), "the account")
    listed = wire.rows(data.get("summaries"), "the account's currencies")
    return {wire.text(row, "currency"): _summary(row, at) for row in listed}


def _summary(data: Row, at: datetime) -> Summary:
    currency, model = wire.text(data, "currency"), wire.optional_text(data, "margin_model")
    across = model in ACROSS_CURRENCIES or data.get("cross_collateral_enabled") is True
    balance = wire.optional_number(data, "margin_balance")
    maintenance = wire.optional_number(data, "maintenance_margin")
    asset = currency
    total = wire.optional_number(data, "total_margin_balance_usd")
    if across and total is not None:
        asset, balance = "USD", total
        maintenance = wire.optional_number(data, "total_maintenance_margin_usd")
    ratio = maintenance / balance if balance and balance > 0 and maintenance is not None else None
    mapped = data.get("estimated_liquidation_ratio_map")
    ratios = wire.row(mapped, "estimated_liquidation_ratio_map") if mapped is not None else {}
    return Summary(
        mode=MODES.get(model or "")
        or (MarginMode.PORTFOLIO if data.get("portfolio_margining_enabled") is True else None),
        margin=AccountMargin(
            scope="account" if across else currency.lower(),
            asset=asset,
            margin_balance=balance,
            maintenance_margin=maintenance,
            margin_ratio=ratio,
            as_of=at,
            note="All currencies of the account back each other."
            if across
            else f"Backs the positions settled in {currency} only.",
            session=session(data, currency),
        ),
        ratios={index: wire.number(ratios, index) for index in ratios},
    )


def session(data: Row, currency: str) -> SessionProfit:
    """Profit since the last settlement, futures and options together, in ``currency``.

    Funding is part of what is booked: https://www.deribit.com/pages/docs/perpetual. In a cross
    model too every currency has its own.
    """
    return session_profit(
        asset=currency,
        realized=wire.optional_number(data, "session_rpl"),
        unrealized=wire.optional_number(data, "session_upl"),
        missing=NO_SESSION,
    )


def currencies(answer: object) -> frozenset[str]:
    """The settlement currencies among ``private/get_positions``."""
    listed = wire.rows(result(answer, "the positions"), "the list of positions")
    return frozenset(settles_in(wire.text(row, "instrument_name")) for row in listed)


def symbols(answer: object, settles: Collection[str]) -> tuple[str, ...]:
    """The futures that ``private/get_positions`` names, of those that settle so."""
    return tuple(
        wire.text(row, "instrument_name")
        for row in _rows(answer, settles)
        if row.get("kind") == FUTURE and row.get("size") != 0
    )


def holdings(
    answer: object,
    *,
    settles: Collection[str],
    contracts: Mapping[str, Contract],
    summaries: Mapping[str, Summary],
    scope: str,
    at: datetime,
) -> Holdings:
    """The positions of ``private/get_positions`` that settle in one of ``settles``.

    A row of size 0 (direction ``zero``) is none. Raises ``Malformed``.
    """
    at = answered_at(answer, at)
    found, others = [], Counter[str]()
    for data in _rows(answer, settles):
        if wire.number(data, "size") == 0:
            continue
        kind, symbol = wire.text(data, "kind"), wire.text(data, "instrument_name")
        if kind != FUTURE:
            others[kind.replace("_", " ")] += 1
            continue
        contract, summary = contract_of(symbol, contracts), summaries.get(settles_in(symbol))
        found.append(position(data, contract, summary, scope=scope, as_of=at))
    return Holdings(positions=tuple(found), others=others)


def position(
    data: Row, contract: Contract, summary: Summary | None, *, scope: str, as_of: datetime
) -> Position:
    """One future. Deribit's ``size`` is signed and in dollars for inverse contracts;
    ``size_currency`` is in base units. Margin and profit are in the settlement currency."""
    side = SIDES.get(wire.text(data, "direction"))
    if side is None:
        raise Malformed("direction is neither buy nor sell")
    inverse = contract.kind is ContractKind.INVERSE
    held = abs(wire.number(data, "size" if inverse else "size_currency"))
    mark = wire.optional_number(data, "mark_price") or None
    contracts = held / contract.contract_size
    mode = summary.mode if summary else None
    liquidation, why_none = liquidation_price(data, side, mark, summary)
    leverage = wire.optional_number(data, "leverage") or None
    notes = {
        "liquidation_price": why_none,
        "leverage": "Deribit gives none for this position." if leverage is None else None,
        "collateral": SHARED,
        "margin_ratio": "The ratio of the whole account counts.",
        "margin_mode": None if mode else "Deribit did not say how the account is margined.",
        "adl": NO_QUEUE,
    }
    return Position(
        **holding(contract, contracts=contracts, mark=mark),
        venue=VENUE,
        scope=scope,
        side=side,
        as_of=as_of,
        leverage=leverage,
        margin_mode=mode,
        entry_price=wire.optional_number(data, "average_price") or None,
        liquidation_price=liquidation,
        maintenance_margin=wire.optional_number(data, "maintenance_margin"),
        unrealized_pnl=wire.optional_number(data, "floating_profit_loss"),
        notes=present(notes),
        raw=dict(data),
    )


def liquidation_price(
    data: Row, side: Side, mark: float | None, summary: Summary | None
) -> tuple[float | None, str | None]:
    """Deribit's own figure, or why there is none.

    ``estimated_liquidation_price`` is there for segregated standard margin only; otherwise the
    ratio of the contract's index times the market price is it. 0 means that there is none. A
    figure on the side where this position gains belongs to the rest of the account, unless the
    account is being liquidated already.
    """
    if summary and summary.mode is MarginMode.PORTFOLIO:
        return None, PORTFOLIO
    if wire.optional_number(data, "estimated_liquidation_price") is not None:
        price = wire.liquidation_price(data, "estimated_liquidation_price")
    else:
        ratio = (
            summary.ratios.get(index_of(wire.text(data, "instrument_name"))) if summary else None
        )
        if ratio is None or mark is None:
            return None, NOT_SAID
        price = ratio * mark if ratio > 0 else None
    if price is None:
        return None, NONE_STATED
    account_ratio = summary.margin.margin_ratio if summary else None
    safe = account_ratio is not None and account_ratio < 1
    if mark is not None and side.sign * (mark - price) < 0 and safe:
        return None, GAINS
    return price, None


def beside(margin: AccountMargin, others: Mapping[str, int]) -> AccountMargin:
    """The margin with the positions that are not shown counted in its note."""
    if not others:
        return margin
    count = ", ".join(f"{number} {kind}" for kind, number in sorted(others.items()))
    note = f"Beside the futures shown it backs {count} position(s), which Seawall does not read."
    return replace(margin, note=f"{margin.note} {note}" if margin.note else note)


def _rows(answer: object, settles: Collection[str]) -> tuple[Row, ...]:
    listed = wire.rows(result(answer, "the positions"), "the list of positions")
    return tuple(row for row in listed if settles_in(wire.text(row, "instrument_name")) in settles)
