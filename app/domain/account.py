"""Linked accounts and the credentials behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class AccountStatus(StrEnum):
    PENDING = "pending"
    """Stored and sealed, not yet checked with the venue."""
    ACTIVE = "active"
    """The venue says the key can only read (or it is a public address)."""
    REFUSED = "refused"
    """The key has powers, or the venue rejects it; its secret is erased."""
    UNVERIFIABLE = "unverifiable"
    """The venue cannot say; not read until the user acknowledges it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Field values of one account (``api_key``, ``secret``, ``passphrase``, ``address``).

    Neither ``repr`` nor ``str`` shows a value, so that no log and no traceback can.
    """

    values: Mapping[str, str] = field(repr=False)

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def get(self, name: str) -> str | None:
        return self.values.get(name)
