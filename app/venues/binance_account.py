"""Binance's account answers as ours: positions with what corrects and completes them.

Pure functions. The positions come from ``positionRisk``; what it leaves out is taken from the
account (margin), the symbol configuration (leverage), the ADL quantiles and the brackets.
https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Position-Information-V3
https://developers.binance.com/docs/derivatives/coin-margined-futures/trade/rest-api/Position-Information
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.adl import AdlStanding
from app.domain.position import (
    AccountMargin,
    ContractKind,
    MarginMode,
    Position,
    ScopeReading,
    Side,
)
from app.venues.binance_margin import Leg, cross_margins, mode_of, ratio, tiers_of
from app.venues.holding import holding
from app.venues.markets import Contract
from app.venues.wire import (
    Malformed,
    Row,
    liquidation_price,
    number,
    optional_number,
    row,
    rows,
    text,
)

QUANTILES = 4
NO_LIQUIDATION_PRICE = "Binance gives no liquidation price for this position as things stand."


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """The answers beside the positions; one that could not be read is missing.

    Keys are ``account``, ``symbol_config``, ``adl_quantile`` and ``brackets``; ``failures``
    says for a missing one why.
    """

    answers: Mapping[str, object]
    failures: Mapping[str, str] = field(default_factory=dict)

    def by_symbol(self, name: str) -> dict[str, Row]:
        """A list of rows by their ``symbol``; empty when it could not be read."""
        if name not in self.answers:
            return {}
        return {text(item, "symbol"): item for item in rows(self.answers[name], name)}


def open_rows(answer: object) -> tuple[Row, ...]:
    """The rows of ``positionRisk`` that hold something."""
    return tuple(item for item in rows(answer, "positionRisk") if number(item, "positionAmt") != 0)


def linear_scope(
    held: Sequence[Row],
    extras: Extras,
    *,
    scope: str,
    contracts: Mapping[str, Contract],
    as_of: datetime,
) -> ScopeReading:
    """USD-M: every settle asset in one answer; margin by asset, or in USD for the account."""
    configs = extras.by_symbol("symbol_config")
    legs = [
        Leg(
            row=item,
            contract=contracts.get(text(item, "symbol")) or _unlisted(item),
            mode=_linear_mode(item, configs.get(text(item, "symbol"))),
            leverage=_leverage(configs.get(text(item, "symbol"))),
            maintenance=optional_number(item, "maintMargin"),
        )
        for item in held
    ]
    return scope_reading(legs, extras, scope=scope, as_of=as_of)


def inverse_scope(
    held: Sequence[Row],
    extras: Extras,
    *,
    scope: str,
    contracts: Mapping[str, Contract],
    as_of: datetime,
) -> ScopeReading:
    """COIN-M: each coin is its own margin; maintenance margins stand in the account answer."""
    maintenance = {}
    if "account" in extras.answers:
        account = row(extras.answers["account"], "account")
        for item in rows(account.get("positions"), "the account's positions"):
            maintenance[text(item, "symbol"), text(item, "positionSide")] = number(
                item, "maintMargin"
            )
    legs = [
        Leg(
            row=item,
            contract=listed(item, contracts),
            mode=mode_of(text(item, "marginType")),
            leverage=number(item, "leverage"),
            maintenance=maintenance.get((text(item, "symbol"), text(item, "positionSide"))),
        )
        for item in held
    ]
    return scope_reading(legs, extras, scope=scope, as_of=as_of)


def scope_reading(
    legs: Sequence[Leg], extras: Extras, *, scope: str, as_of: datetime
) -> ScopeReading:
    """The positions of ``legs`` with the cross margin behind them."""
    margins = cross_margins(legs, extras.answers.get("account"), scope=scope, as_of=as_of)
    quantiles, brackets = extras.by_symbol("adl_quantile"), extras.by_symbol("brackets")
    positions = tuple(
        _position(
            leg,
            margin=margins.get(leg.settle),
            quantiles=quantiles.get(leg.contract.native_symbol),
            brackets=brackets.get(leg.contract.native_symbol),
            failures=extras.failures,
            scope=scope,
            as_of=as_of,
        )
        for leg in legs
    )
    distinct = {margin.asset: margin for margin in margins.values()}
    return ScopeReading(
        scope=scope,
        positions=positions,
        margin=next(iter(distinct.values())) if len(distinct) == 1 else None,
    )


def _position(
    leg: Leg,
    *,
    margin: AccountMargin | None,
    quantiles: Row | None,
    brackets: Row | None,
    failures: Mapping[str, str],
    scope: str,
    as_of: datetime,
) -> Position:
    data, contract = leg.row, leg.contract
    signed = number(data, "positionAmt")
    mark = optional_number(data, "markPrice") or None
    held = holding(replace(contract, settle=leg.settle), contracts=abs(signed), mark=mark)
    liquidation = liquidation_price(data, "liquidationPrice")
    cross = leg.mode is MarginMode.CROSS
    isolated_margin = optional_number(data, "isolatedMargin")
    collateral = (margin.margin_balance if margin else None) if cross else isolated_margin
    tiers, tier = tiers_of(leg, brackets, size=held["size"], mark=mark)
    position_side = text(data, "positionSide")
    adl = _standing(quantiles, position_side, data)
    notes = {
        name: why
        for name, missing, why in (
            ("liquidation_price", liquidation is None, NO_LIQUIDATION_PRICE),
            ("leverage", leg.leverage is None, failures.get("symbol_config")),
            ("margin_ratio", cross and margin is None, failures.get("account")),
            ("maintenance_margin", leg.maintenance is None, failures.get("account")),
            ("adl", adl is None, failures.get("adl_quantile")),
        )
        if missing and why is not None
    }
    return Position(
        **held,
        venue="binance",
        scope=scope,
        side=Side.LONG if signed > 0 else Side.SHORT,
        as_of=as_of,
        leverage=leg.leverage,
        margin_mode=leg.mode,
        entry_price=optional_number(data, "entryPrice") or None,
        liquidation_price=liquidation,
        collateral=collateral,
        maintenance_margin=leg.maintenance,
        maintenance_margin_rate=tier.rate if tier else None,
        maintenance_amount=tier.amount if tier else None,
        margin_ratio=(margin.margin_ratio if margin else None)
        if cross
        else ratio(leg.maintenance, isolated_margin),
        unrealized_pnl=optional_number(data, "unRealizedProfit"),
        hedged=position_side != "BOTH",
        adl=adl,
        tiers=tiers,
        notes=notes,
        raw=dict(data),
    )


def _standing(quantiles: Row | None, position_side: str, data: Row) -> AdlStanding | None:
    """The place in the queue of this side.

    ``HEDGE`` only marks cross hedge mode, and ``BOTH`` is for one-way mode: neither stands
    for a LONG or SHORT position. USD-M rows carry the rank too, for when the list lacks it.
    """
    ranks = row(quantiles["adlQuantile"], "adlQuantile") if quantiles is not None else {}
    source, key = (ranks, position_side) if position_side in ranks else (data, "adl")
    rank = optional_number(source, key)
    if rank is None:
        return None
    if not 0 <= rank <= QUANTILES:
        raise Malformed("an ADL quantile is not between 0 and 4")
    return AdlStanding(standing=rank / QUANTILES, raw=int(rank), scale="0-4")


def _unlisted(data: Row) -> Contract:
    """A USD-M contract that left the market list while held; all of them count base units."""
    settle = text(data, "marginAsset")
    return Contract(
        native_symbol=text(data, "symbol"),
        symbol=text(data, "symbol"),
        kind=ContractKind.LINEAR,
        contract_size=1.0,
        base=text(data, "symbol").removesuffix(settle),
        quote=settle,
        settle=settle,
        expires_at=None,
    )


def listed(data: Row, contracts: Mapping[str, Contract]) -> Contract:
    """A contract whose size and coin only the list tells. Raises ``Malformed`` without."""
    contract = contracts.get(text(data, "symbol"))
    if contract is None:
        raise Malformed(f"{text(data, 'symbol')} is held, but is not in the market list")
    return contract


def _linear_mode(data: Row, config: Row | None) -> MarginMode:
    """From the symbol's configuration; version 3 rows only show an isolated wallet."""
    if config is not None:
        return mode_of(text(config, "marginType"))
    return MarginMode.ISOLATED if optional_number(data, "isolatedWallet") else MarginMode.CROSS


def _leverage(config: Row | None) -> float | None:
    return None if config is None else number(config, "leverage")
