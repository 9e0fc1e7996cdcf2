"""A pool's past as one line of balances. docs/figures.md, "Change".

Balances are compared in their own assets. A pool of several assets is valued throughout at
its newest prices, so that a coin's price is never taken for money flowing in or out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.fund import FundBalance, FundEvent
from app.domain.fund_series import AssetPast, micros

Times = NDArray[np.int64]
Figures = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AssetSeries:
    """One asset: when (microseconds, ascending) and what it comes to at its newest price."""

    asset: str
    price: float
    at: Times
    value: Figures


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BalanceHistory:
    """A pool's past: the assets in it now, and those that were in it before (``left``).

    ``at`` and ``value`` are the whole pool at every update, from when all of its assets are
    known; ``oldest`` is the first balance of any, ``balance`` the value at the newest update. ``alike_from`` is when the last other asset had left it. ``unpriced`` names assets
    that no figure counts, because nothing says what they are worth; ``in_usd`` is False for
    one asset without a price, counted in itself. Nothing from before ``regrouped_at`` is
    here: the venue gave the pool other contracts then.
    """

    series: tuple[AssetSeries, ...]
    left: tuple[AssetSeries, ...]
    at: Times
    value: Figures
    oldest: int
    newest: int
    balance: float
    alike_from: int
    unpriced: tuple[str, ...]
    in_usd: bool
    regrouped_at: int | None

    def price(self, asset: str | None) -> float | None:
        """Of one unit now; of a pool of one asset also where an event names none."""
        if asset is None:
            return self.series[0].price if len(self.series) == 1 else None
        return next((one.price for one in self.series if one.asset == asset), None)


def balance_history(
    past: Iterable[AssetPast],
    balances: Sequence[FundBalance],
    events: Iterable[FundEvent] = (),
) -> BalanceHistory | None:
    """Arrange ``past`` by asset; ``balances`` is the newest reading and counts as well.

    Of two balances of one time the one given later counts. ``None`` where no asset of the
    reading has a balance that can be valued.
    """
    cut = max((micros(one.at) for one in events if one.kind == "regrouped"), default=None)
    newest = {one.asset: one for one in sorted(balances, key=lambda balance: balance.at)}
    known: dict[str, list[AssetPast]] = {}
    for one in past:
        known.setdefault(one.asset, []).append(one)
    for asset in newest:
        own = [balance for balance in balances if balance.asset == asset]
        stored = known.setdefault(asset, [])
        if len(stored) != 1 or len(own) != 1 or not _ends_with(stored[0], own[0]):
            stored.append(_read(asset, own))
    series: list[AssetSeries] = []
    left: list[AssetSeries] = []
    unpriced: list[str] = []
    in_usd = True
    for asset in sorted(known):
        merged = _merged(known[asset])
        price = _price(merged)
        keep_last = asset in newest
        if cut is not None:
            merged = _since(merged, cut, keep_last=keep_last)
        if price is None and len(newest) == 1 and keep_last:
            price, in_usd = 1.0, False
        if price is None or not len(merged.at):
            if keep_last:
                unpriced.append(asset)
            continue
        one_asset = AssetSeries(asset=asset, price=price, at=merged.at, value=price * merged.amount)
        (series if keep_last else left).append(one_asset)
    if not series:
        return None
    at, value = _together(series)
    return BalanceHistory(
        series=tuple(series),
        left=tuple(left),
        at=at,
        value=value,
        oldest=min(int(one.at[0]) for one in series),
        newest=int(at[-1]),
        balance=float(value[-1]),
        alike_from=max((_emptied(one) for one in left), default=0),
        unpriced=tuple(unpriced),
        in_usd=in_usd,
        regrouped_at=cut,
    )


def _ends_with(stored: AssetPast, read: FundBalance) -> bool:
    """Whether the balance just read is the newest one stored, as it mostly is."""
    return bool(
        len(stored.at)
        and stored.at[-1] == micros(read.at)
        and stored.amount[-1] == read.amount
        and stored.usd[-1] == read.usd
    )


def _read(asset: str, own: Sequence[FundBalance]) -> AssetPast:
    return AssetPast(
        asset=asset,
        at=np.array([micros(one.at) for one in own], dtype=np.int64),
        amount=np.array([one.amount for one in own], dtype=np.float64),
        usd=np.array([np.nan if one.usd is None else one.usd for one in own], dtype=np.float64),
    )


def _merged(pasts: Sequence[AssetPast]) -> AssetPast:
    """One past of several, oldest first; of one time the last one given."""
    if len(pasts) == 1:
        at, amount, usd = pasts[0].at, pasts[0].amount, pasts[0].usd
    else:
        at = np.concatenate([one.at for one in pasts])
        amount = np.concatenate([one.amount for one in pasts])
        usd = np.concatenate([one.usd for one in pasts])
    keep = np.isfinite(amount)
    if (at[1:] <= at[:-1]).any():
        order = np.argsort(at, kind="stable")
        at, amount, usd, keep = at[order], amount[order], usd[order], keep[order]
        keep[:-1] &= (at[1:] > at[:-1]) | ~keep[1:]
    if not keep.all():
        at, amount, usd = at[keep], amount[keep], usd[keep]
    return AssetPast(asset=pasts[0].asset, at=at, amount=amount, usd=usd)


def _since(past: AssetPast, cut: int, *, keep_last: bool) -> AssetPast:
    first = int(past.at.searchsorted(cut))
    if keep_last:
        first = max(min(first, len(past.at) - 1), 0)
    return AssetPast(
        asset=past.asset, at=past.at[first:], amount=past.amount[first:], usd=past.usd[first:]
    )


def _price(past: AssetPast) -> float | None:
    """USD per unit from the newest sample that says it; an emptied asset keeps its last price."""
    for newest in range(len(past.at) - 1, max(len(past.at) - 3, -1), -1):
        amount, usd = float(past.amount[newest]), float(past.usd[newest])
        if np.isfinite(usd) and amount * usd > 0:
            return usd / amount
    telling = np.flatnonzero(np.isfinite(past.usd) & (past.amount * past.usd > 0))
    if not len(telling):
        return None
    return float(past.usd[telling[-1]] / past.amount[telling[-1]])


def _together(series: Sequence[AssetSeries]) -> tuple[Times, Figures]:
    """The sum of all assets at every update, each as it was last stated."""
    if len(series) == 1:
        return series[0].at, series[0].value
    # np.unique is slow on whole numbers (numpy 2.4); what is sorted only repeats side by side.
    at = np.sort(np.concatenate([one.at for one in series]))
    at = at[np.concatenate(([True], at[1:] != at[:-1]))]
    at = at[at.searchsorted(max(int(one.at[0]) for one in series)) :]
    value = np.zeros(len(at))
    for one in series:
        value += one.value[one.at.searchsorted(at, side="right") - 1]
    return at, value


def _emptied(one: AssetSeries) -> int:
    """From when an asset that is in the pool no more counted for nothing."""
    held = np.flatnonzero(one.value)
    return int(one.at[held[-1]]) + 1 if len(held) else 0
