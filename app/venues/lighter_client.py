"""Lighter's client with no way to sign: ccxt's would load a signer and register keys of its own."""

from __future__ import annotations

from typing import Any, Final

import ccxt

from app.domain.errors import RequestRefused

NEVER_SIGNED: Final = "Seawall only reads Lighter, and never signs for an account."


class ReadOnlyLighter(ccxt.lighter):  # type: ignore[misc]
    """Public requests only; what would need a signature goes without one, to be refused."""

    def handle_account_index(self, *_args: Any, **_kwargs: Any) -> Any:
        """Where ccxt turns to one account, to sign for it or to read the first of several.

        Raises ``RequestRefused``, as do the others here: none of it is ever done.
        """
        raise RequestRefused(NEVER_SIGNED)

    def load_account(self, *_args: Any, **_kwargs: Any) -> Any:
        raise RequestRefused(NEVER_SIGNED)

    def set_leverage(self, *_args: Any, **_kwargs: Any) -> Any:
        raise RequestRefused(NEVER_SIGNED)

    def cancel_all_orders_after(self, *_args: Any, **_kwargs: Any) -> Any:
        raise RequestRefused(NEVER_SIGNED)

    def sign(
        self, path: str, api: Any = ("public",), method: str = "GET", params: Any = None
    ) -> Any:
        """As ccxt's for a public request, whatever group an endpoint is in."""
        group = "root" if api in ("root", ["root"]) else "public"
        query = {} if method == "POST" else params or {}
        return super().sign(path, [group], method, query)


def checksummed(address: str) -> str:
    """An Ethereum address in the mixed case of EIP-55, as Lighter writes addresses."""
    digits = address.lower().removeprefix("0x")
    digest = ccxt.Exchange.hash(digits.encode(), "keccak", "hex")
    cased = (
        digit.upper() if int(mark, 16) > 7 else digit
        for digit, mark in zip(digits, digest, strict=False)
    )
    return f"0x{''.join(cased)}"
