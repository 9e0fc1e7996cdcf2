"""Which liquidation and bankruptcy price a position has: the venue's own, estimated, or none."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.position import ContractKind, MarginMode, Position, Side, Source
from app.risk.liquidation import (
    bankruptcy_price,
    liquidation_price,
    maintenance_margin,
    notional,
    usable_price,
)
from app.risk.margin import SharedMargin
from app.risk.units import same_money

COVERED = "Fully collateralised: no price liquidates this position as things stand."
BEYOND_REPAIR = "The margin is below what any price could restore."


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFigure:
    """A price with its source, and a sentence on how it was found or why there is none."""

    price: float | None
    source: Source
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Liquidation and bankruptcy price, and on which side of the market they lie.

    ``side`` and ``quantity`` are the position's own, except where both sides of a contract
    share cross margin: they then share these prices too, and what counts is the net of both.
    ``covered`` says that no price liquidates, as a finding and not for want of figures.
    """

    side: Side
    quantity: float
    liquidation: PriceFigure
    bankruptcy: PriceFigure
    covered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Net:
    """A position, or both sides of one contract on cross margin, as one equivalent position."""

    kind: ContractKind
    side: Side
    quantity: float
    rate: float | None
    amount: float
    maintenance: float | None
    mark: float | None
    rate_note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Balance:
    """Margin balance at the mark price that is there for this contract, or why it is unknown."""

    amount: float | None
    note: str


def prices(position: Position, *, shared: SharedMargin, mark_price: float | None = None) -> Prices:
    """Liquidation and bankruptcy price of ``position``.

    ``position.collateral`` is taken as the margin balance at the mark it was read with,
    unrealised profit included; ``mark_price`` stands in where the position has no mark.
    """
    opposite = shared.opposite(position)
    read_with = usable_price(position.read_mark_price) or usable_price(position.mark_price)
    mark = read_with or usable_price(mark_price)
    net = _net(position, opposite, mark)
    if net.side is not position.side and _is_its_own(position, mark):
        net = _net(position, None, mark)
    balance = _balance(position, net, shared)
    liquidation, covered = _liquidation(position, net, balance)
    return Prices(
        side=net.side,
        quantity=net.quantity,
        liquidation=liquidation,
        bankruptcy=_bankruptcy(net, liquidation, balance),
        covered=covered,
    )


def _is_its_own(position: Position, mark: float | None) -> bool:
    """Whether the venue's price lies where this side alone loses: then it is not the net's."""
    own = usable_price(position.liquidation_price)
    return own is not None and mark is not None and position.side.sign * (mark - own) > 0


def quantity_of(position: Position) -> float:
    """Base units for linear contracts, quote units for inverse ones, as the formulas take it."""
    if position.kind is ContractKind.LINEAR:
        return abs(position.size)
    return abs(position.contracts * position.contract_size)


def _liquidation(position: Position, net: _Net, balance: _Balance) -> tuple[PriceFigure, bool]:
    own = usable_price(position.liquidation_price)
    if own is not None:
        return PriceFigure(price=own, source=Source.VENUE), False
    why = position.notes.get("liquidation_price")
    if net.quantity == 0:
        return _none(why or "Long and short of this contract cancel each other out."), False
    if net.rate is None:
        return _none(
            why
            or "The venue gives neither a liquidation price nor the maintenance margin"
            " to estimate one from."
        ), False
    if balance.amount is None or net.mark is None:
        return _none(why or (balance.note if net.mark else "There is no mark price.")), False
    found = liquidation_price(
        net.kind,
        side=net.side,
        quantity=net.quantity,
        price=net.mark,
        margin=balance.amount,
        maintenance_rate=net.rate,
        maintenance_amount=net.amount,
    )
    if found is not None:
        note = " ".join(filter(None, (balance.note, net.rate_note)))
        return PriceFigure(price=found, source=Source.ESTIMATED, note=note), False
    beyond_repair = net.maintenance is not None and balance.amount < net.maintenance
    return _none(BEYOND_REPAIR if beyond_repair else COVERED), not beyond_repair


def _bankruptcy(net: _Net, liquidation: PriceFigure, balance: _Balance) -> PriceFigure:
    """From the liquidation price where there is one, so that the two belong together."""
    at = liquidation.price
    if at is not None and net.rate is not None and net.quantity > 0:
        left = maintenance_margin(
            net.kind,
            quantity=net.quantity,
            price=at,
            maintenance_rate=net.rate,
            maintenance_amount=net.amount,
        )
        note = "Estimated: where the maintenance margin left at liquidation would be used up."
        margin = max(left, 0.0)
    elif at is None and balance.amount is not None and net.mark and net.quantity > 0:
        at, margin, note = net.mark, balance.amount, balance.note
    else:
        return _none("There is no maintenance margin or margin balance to estimate it from.")
    found = bankruptcy_price(
        net.kind, side=net.side, quantity=net.quantity, price=at, margin=margin
    )
    if found is None:
        return _none("The margin covers the whole loss at any price.")
    return PriceFigure(price=found, source=Source.ESTIMATED, note=note)


def _net(position: Position, opposite: Position | None, mark: float | None) -> _Net:
    own = _leg(position, mark)
    if opposite is None:
        return own
    other = _leg(opposite, mark)
    larger = own if own.quantity >= other.quantity else other
    quantity = abs(own.quantity - other.quantity)
    side = position.side if quantity == 0 else larger.side
    rates_known = own.rate is not None and other.rate is not None and quantity > 0
    weighted = own.quantity * (own.rate or 0.0) + other.quantity * (other.rate or 0.0)
    maintenance_known = own.maintenance is not None and other.maintenance is not None
    return _Net(
        kind=own.kind,
        side=side,
        quantity=quantity,
        rate=weighted / quantity if rates_known else None,
        amount=own.amount + other.amount,
        maintenance=(own.maintenance or 0.0) + (other.maintenance or 0.0)
        if maintenance_known
        else None,
        mark=mark,
        rate_note=own.rate_note or other.rate_note,
    )


def _leg(position: Position, mark: float | None) -> _Net:
    quantity = quantity_of(position)
    rate, amount, note = position.maintenance_margin_rate, position.maintenance_amount, None
    maintenance = position.maintenance_margin
    if mark is not None and quantity > 0:
        value = notional(position.kind, quantity=quantity, price=mark)
        if rate is None and maintenance is not None:
            rate, amount = maintenance / value, 0.0
            note = "The maintenance rate is taken from today's maintenance margin."
        elif rate is not None and amount is None and maintenance is not None:
            amount = rate * value - maintenance
        elif rate is not None and maintenance is None:
            maintenance = rate * value - (amount or 0.0)
    return _Net(
        kind=position.kind,
        side=position.side,
        quantity=quantity,
        rate=rate,
        amount=amount or 0.0,
        maintenance=maintenance,
        mark=mark,
        rate_note=note,
    )


def _balance(position: Position, net: _Net, shared: SharedMargin) -> _Balance:
    if position.margin_mode is MarginMode.ISOLATED:
        if position.collateral is None:
            return _Balance(amount=None, note="The margin of this position is not known.")
        return _Balance(amount=position.collateral, note="Estimated from the position's margin.")
    if position.margin_mode is MarginMode.CROSS:
        return _cross_balance(position, net, shared)
    if position.margin_mode is MarginMode.PORTFOLIO:
        return _Balance(
            amount=None,
            note="On portfolio margin the whole account decides, not the price of one contract.",
        )
    return _Balance(
        amount=None, note="It is not known whether this position is on cross or isolated margin."
    )


def _cross_balance(position: Position, net: _Net, shared: SharedMargin) -> _Balance:
    account = shared.margin
    if account is None or account.margin_balance is None:
        return _Balance(amount=None, note="The account's margin balance is not known.")
    if not same_money(account.asset, position.settle_asset):
        return _Balance(
            amount=None,
            note=f"The account's margin is counted in {account.asset}, this contract settles"
            f" in {position.settle_asset}.",
        )
    if shared.maintenance is None or net.maintenance is None:
        return _Balance(
            amount=None, note="The maintenance margin of the account's positions is not known."
        )
    others = max(shared.maintenance - net.maintenance, 0.0)
    return _Balance(
        amount=account.margin_balance - others,
        note="Estimated from the account's margin, other prices held; it moves with the"
        " account's other positions.",
    )


def _none(note: str) -> PriceFigure:
    return PriceFigure(price=None, source=Source.NONE, note=note)
