"""Which assets count as dollars."""

from __future__ import annotations

DOLLARS = frozenset({"USD", "USDT", "USDC", "BUSD", "FDUSD", "USD1", "USDT0", "USDH"})
"""Money of account and fully backed dollar coins, taken at par; synthetic dollars are not."""


def is_dollar(asset: str) -> bool:
    return asset.upper() in DOLLARS


def same_money(one: str, other: str) -> bool:
    """Whether amounts in the two assets may be added: the same asset, or both dollars."""
    return one == other or (is_dollar(one) and is_dollar(other))
