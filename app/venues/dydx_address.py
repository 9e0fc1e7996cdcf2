"""Addresses of dYdX Chain's module accounts, worked out from their names. Pure functions.

A module account's address is the first 20 bytes of its name's SHA-256, written in Bech32 (BIP 173,
https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki). Names of the insurance funds:
https://github.com/dydxprotocol/v4-chain/blob/main/protocol/x/perpetuals/keeper/perpetual.go
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

PREFIX: Final = "dydx"
SHARED_FUND: Final = "insurance_fund"
LETTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def fund_address(perpetual_id: int | None = None) -> str:
    """The insurance fund of an isolated market, or (without one) that of all cross markets."""
    name = SHARED_FUND if perpetual_id is None else f"{SHARED_FUND}:{perpetual_id}"
    return bech32(PREFIX, sha256(name.encode()).digest()[:20])


def bech32(prefix: str, data: bytes) -> str:
    """``data`` as a Bech32 address with its checksum."""
    values = list(_fives(data))
    expanded = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = _polymod([*expanded, *values, 0, 0, 0, 0, 0, 0]) ^ 1
    checksum = [(check >> 5 * (5 - place)) & 31 for place in range(6)]
    return f"{prefix}1{''.join(LETTERS[value] for value in [*values, *checksum])}"


def _fives(data: bytes) -> Iterator[int]:
    """The bits of ``data`` five at a time, the last ones filled up with zeros."""
    bits = "".join(f"{byte:08b}" for byte in data)
    for start in range(0, len(bits), 5):
        yield int(bits[start : start + 5].ljust(5, "0"), 2)


def _polymod(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(GENERATORS):
            check ^= generator if top >> place & 1 else 0
    return check
